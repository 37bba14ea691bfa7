"""Late entries: proposed by an officer, decided by an approver, revoked when their ground falls away."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.kit.admin import KeptReasonForm, ReasonForm, Verb
from portal.kit.clock import now
from portal.kit.entering import EnteredAdmin
from portal.templatetags.portal import kst_text
from vouchers.applications import actions, rules
from vouchers.applications.forms import LateEntryForm
from vouchers.applications.models import LateEntry

PROPOSE, DECIDE = "vouchers.propose_late_entry", "vouchers.confirm_late_entry"


def _can(verb: str) -> Any:
    return lambda row: rules.LATE_LIFECYCLE.can(row.status, verb)


def _call(action: Any) -> Any:
    return lambda pk, by, **given: action(late_entry_id=pk, by=by, **given)


def _facts(row: LateEntry) -> list[tuple[Any, Any]]:
    return [
        (_("Round"), row.round),
        (_("Track"), row.track),
        (_("Company"), row.company),
        (_("Representative who gets the code"), f"{row.person.get_full_name()} ({row.person.email})"),
        (_("Close of the call"), kst_text(row.round.closes_at)),
        (_("May hand in until"), kst_text(row.until)),
        (_("Reason"), row.reason),
        (_("Proposed by"), row.proposed_by),
    ]


def _fault(row: LateEntry) -> str:
    """Why it cannot be confirmed any more."""
    fault = rules.late_fault(status=row.round.status, closes_at=row.round.closes_at, until=row.until, now=now())
    return str(rules.LATE_SENTENCES[fault]) if fault else ""


@admin.register(LateEntry)
class LateEntryAdmin(EnteredAdmin):
    enter_permission = PROPOSE
    entry_form = LateEntryForm
    entry_note = _("An approver decides about it. The company is not told before that.")
    list_display = ("company", "round", "track", "until", "status", "proposed_by", "decided_by")
    list_filter = ("status", "round")
    list_select_related = ("company", "round", "track__round", "proposed_by", "decided_by")
    search_fields = ("company__name_ko", "company__name_en", "company__brn", "person__email", "ref")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "company", "round", "track", "person", "reason", "until", "status", "proposed_by", "decided_by", "decided_at", "entered_at",
        "wrong_tries", "ended_reason",
    )  # fmt: skip
    verbs = (
        Verb("confirm", _("Let the company in late"), _call(actions.confirm_late_entry), DECIDE, _can("confirm_late_entry"),
             facts=_facts, hindered=_fault, consequence=lambda row: _(
                 "The representative gets a code by e-mail, and the company is told. Once it is entered, this company alone may write "
                 "and hand in until the end, and the evaluation cannot begin before."), not_by="proposed_by"),
        Verb("reject", _("Do not let it in"), _call(actions.reject_late_entry), DECIDE, _can("reject_late_entry"),
             form=KeptReasonForm, facts=_facts, danger=True),
        Verb("send_code", _("Send a new code"), _call(actions.send_late_code), PROPOSE, _can("send_late_code"), facts=_facts,
             hindered=_fault, consequence=lambda row: _("The code that was sent before opens nothing any more.")),
        Verb("revoke", _("Revoke"), _call(actions.revoke_late_entry), PROPOSE, _can("revoke_late_entry"), form=ReasonForm,
             facts=_facts, danger=True, consequence=lambda row: _(
                 "From now on the company can hand in nothing more. It is told, with your reason.")),
    )  # fmt: skip

    def headline(self, obj: LateEntry) -> str:
        return str(obj)

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        track, company, person = data["track"], data["brn"], data["email"]
        return actions.propose_late_entry(
            round_id=track.round_id, track_id=track.pk, company_id=company.pk, person_id=person.pk, until=data["until"],
            reason=data["reason"], by=request.user,
        )  # fmt: skip

    def persons_of(self, obj: Any) -> set[str]:
        return {obj.company.ref, obj.person.ref} if obj.pk else set()
