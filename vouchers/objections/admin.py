"""Objections in the admin: reviewers decide, officers of the unit that decided give their opinion and act on what was upheld."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit import clock
from portal.kit.admin import ReasonForm, Verb, VerbAdmin
from portal.kit.words import day, korean
from portal.templatetags.portal import kst_text
from vouchers.objections import actions, queries, rules
from vouchers.objections.forms import DecisionReasonForm, OpinionForm, RemedyForm, WaiverForm
from vouchers.objections.models import Objection


def _can(verb: str) -> Any:
    return lambda obj: rules.LIFECYCLE.can(obj.status, verb)


def _hindered(obj: Objection) -> str:
    """Why nothing can be decided yet."""
    awaited = rules.opinion_awaited(obj.opinion_at, obj.opinion_due_at, clock.now())
    return str(rules.OPINION_AWAITED) if awaited else ""


def _extendable(obj: Objection) -> bool:
    days = obj.round.policy().selection.extension_days
    return rules.may_extend(obj.due_at, days, clock.now(), before=obj.first_due_at is not None)


def _later(obj: Objection) -> Any:
    return rules.extended(obj.due_at, obj.round.policy().selection.extension_days)


def _verdict(obj: Objection) -> list[tuple[Any, Any]]:
    return [(_("Reason of the decision"), obj.reason)]


def _not_acted_on(obj: Objection) -> str:
    """Why what was done cannot be recorded yet."""
    return "" if queries.acted_on(obj) else str(rules.NOT_ACTED_ON[rules.ATTACKABLE[obj.event_name].room])


def _decide(name: str, label: Any, *, danger: bool = False) -> Verb:
    return Verb(
        name, label, lambda pk, by, reason: actions.decide(objection_id=pk, verb=name, reason=reason, by=by),
        "vouchers.decide_objection", _can(name), form=DecisionReasonForm, facts=_facts, danger=danger, hindered=_hindered,
        consequence=lambda obj: _("The company is told the decision and its reason. A decision cannot be changed."),
    )  # fmt: skip


def _facts(obj: Objection) -> list[tuple[Any, Any]]:
    """What a person reads before deciding."""
    return [
        (_("Decision"), rules.ATTACKABLE[obj.event_name].words),
        (_("Reason of the attacked decision"), queries.decided_reason(obj, korean=korean()) or "—"),
        (_("Ground"), obj.get_ground_display()),
        (_("Statement"), obj.statement),
        (_("Opinion of the deciding unit"), obj.opinion or "—"),
    ]


@admin.register(Objection)
class ObjectionAdmin(VerbAdmin):
    list_display = ("about", "company", "attacked", "ground", "status", "due_at", "reviewer")
    list_filter = ("status", "ground", "round")
    list_select_related = ("company", "round", "reviewer", "event")
    search_fields = ("ref", "about", "company__name_ko", "company__name_en", "company__brn")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "about", "company", "round", "attacked", "attacked_reason", "served", "until", "ground", "statement", "filed_by", "due_at",
        "first_due_at", "extension_reason", "reviewer", "opinion_due_at", "opinion", "opinion_by", "opinion_at", "reason", "decided_by", "decided_at", "remedy", "remedy_by",
        "remedy_at", "remedy_waived",
    )  # fmt: skip
    verbs = (
        Verb("take_up", gettext_lazy("Take the objection up"), lambda pk, by: actions.take_up(objection_id=pk, by=by),
             "vouchers.decide_objection", _can("take_up"), facts=_facts,
             consequence=lambda obj: _("You examine and decide it. Whoever took part in the attacked decision cannot.")),
        Verb("take_over", gettext_lazy("Take it over from a colleague"),
             lambda pk, by, reason: actions.take_over(objection_id=pk, reason=reason, by=by), "vouchers.decide_objection",
             _can("take_over"), form=ReasonForm, facts=lambda obj: [(_("Reviewer"), obj.reviewer), *_facts(obj)],
             consequence=lambda obj: _("From now on you decide it, and your colleague no longer does.")),
        Verb("find_admissible", gettext_lazy("Find it admissible"),
             lambda pk, by: actions.find_admissible(objection_id=pk, by=by), "vouchers.decide_objection",
             _can("find_admissible"), facts=_facts,
             consequence=lambda obj: _("The unit that decided is asked for its opinion, and the company is told.")),
        Verb("find_inadmissible", gettext_lazy("Find it not admissible"),
             lambda pk, by, reason: actions.find_inadmissible(objection_id=pk, reason=reason, by=by),
             "vouchers.decide_objection", _can("find_inadmissible"), form=DecisionReasonForm, facts=_facts, danger=True),
        Verb("extend", gettext_lazy("Put the decision off"),
             lambda pk, by, reason: actions.extend(objection_id=pk, reason=reason, by=by), "vouchers.decide_objection",
             lambda obj: rules.LIFECYCLE.can(obj.status, "extend") and _extendable(obj), form=DecisionReasonForm,
             facts=lambda obj: [(_("Due"), kst_text(obj.due_at)), (_("Due once it is put off"), kst_text(_later(obj)))],
             consequence=lambda obj: _("Once only. The company is told the new due day and the reason.")),
        Verb("give_opinion", gettext_lazy("Give the opinion"),
             lambda pk, by, opinion: actions.give_opinion(objection_id=pk, opinion=opinion, by=by), "vouchers.answer_objection",
             lambda obj: rules.LIFECYCLE.can(obj.status, "give_opinion") and obj.opinion_at is None, form=OpinionForm, facts=_facts),
        _decide("uphold", gettext_lazy("Uphold")),
        _decide("uphold_partly", gettext_lazy("Uphold in part")),
        _decide("dismiss", gettext_lazy("Dismiss"), danger=True),
        Verb("record_remedy", gettext_lazy("Record what was done"),
             lambda pk, by, remedy: actions.record_remedy(objection_id=pk, remedy=remedy, by=by), "vouchers.answer_objection",
             lambda obj: rules.LIFECYCLE.can(obj.status, "record_remedy") and obj.remedy_at is None, form=RemedyForm,
             facts=_verdict, hindered=_not_acted_on),
        Verb("waive_remedy", gettext_lazy("Record that no act is needed"),
             lambda pk, by, reason: actions.waive_remedy(objection_id=pk, reason=reason, by=by), "vouchers.answer_objection",
             lambda obj: rules.LIFECYCLE.can(obj.status, "waive_remedy") and obj.remedy_at is None, form=WaiverForm, facts=_verdict,
             danger=True, consequence=lambda obj: _("Nothing is decided anew, and the company is told why. This cannot be taken back.")),
    )  # fmt: skip

    def headline(self, obj: Objection) -> str:
        return f"{obj.about} · {obj.company}"

    def ways(self, request: HttpRequest, obj: Objection) -> list[tuple[Any, str]]:
        """The evidence; for those who see every case also the application and, after a selection, its runs."""
        found = [
            (_("Evidence: %(name)s") % {"name": row.document.name}, reverse("objections:document", args=[obj.ref, row.ref]))
            for row in queries.documents_of(obj)
        ]
        application = queries.application_of(obj)
        if getattr(request.user, "sees_all_cases", False) and application is not None:
            found.append((_("Application"), reverse("admin:vouchers_application_change", args=[application.pk])))
            if rules.ATTACKABLE[obj.event_name].room == rules.Room.SELECTION:
                address = reverse("admin:vouchers_selectionrun_rerun_page")
                found.append((_("After an objection"), f"{address}?round={obj.round_id}"))
                found.append((_("Selection runs"), reverse("admin:vouchers_selectionrun_changelist")))
        return found

    def ways_lead(self, obj: Objection) -> bool:
        return False

    def persons_of(self, obj: Any) -> set[str]:
        return {obj.company.ref}

    @admin.display(description=gettext_lazy("Decision"), ordering="event_name")
    def attacked(self, obj: Objection) -> str:
        return str(rules.ATTACKABLE[obj.event_name].words)

    @admin.display(description=gettext_lazy("Reason of the attacked decision"))
    def attacked_reason(self, obj: Objection) -> str:
        return queries.decided_reason(obj, korean=korean()) or "—"

    @admin.display(description=gettext_lazy("Served on"))
    def served(self, obj: Objection) -> str:
        return day(obj.served_on) if obj.served_on else "—"

    @admin.display(description=gettext_lazy("Objection possible until"))
    def until(self, obj: Objection) -> str:
        return day(obj.open_until) if obj.open_until else "—"
