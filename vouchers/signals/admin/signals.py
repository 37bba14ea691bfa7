"""Signs of fraud for officers, approvers and auditors: a list, a page each with its evidence in words, and a graph of all."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from portal.kit.admin import KeptReasonForm, Verb, VerbAdmin
from portal.templatetags.portal import kst
from vouchers.signals import actions, queries, rules
from vouchers.signals.admin import wording
from vouchers.signals.forms import GraphForm, ReferForm
from vouchers.signals.models import SEE, Signal

DECIDE = "vouchers.decide_signal"
MOST_NAMED = 3


def _at(verb: str) -> Any:
    return lambda obj: rules.LIFECYCLE.can(obj.status, verb)


def _facts(obj: Signal) -> list[tuple[Any, Any]]:
    graph = queries.graph_of([obj])
    whom = ", ".join(str(p.whom) for p in graph.parties.values())
    return [(_("Whom it concerns"), whom), *((wording.title(one.what), wording.sentence(one)) for one in graph.seen[:6])]


def _nowhere_to_refer(obj: Signal) -> str:
    if queries.inspections_for(obj).exists() or queries.clawbacks_for(obj).exists():
        return ""
    return _(
        "The operating agency has neither planned an inspection nor detected a clawback for an agreement of the parties. Keep watching until it has."
    )


@admin.register(Signal)
class SignalAdmin(VerbAdmin):
    lists_persons = True
    list_display = ("what", "whom", "strength", "points", "status", "round", "found", "gone")
    list_filter = ("strength", "kind", "status", "round")
    search_fields = (
        "ref",
        "parties__company__name_ko",
        "parties__company__name_en",
        "parties__institution__name_ko",
        "parties__institution__name_en",
    )
    list_select_related = ("round",)
    ordering = ("-points", "-id")
    actions_list = ("graph_page",)
    change_form_template = "vouchers/signals/admin_signal.html"
    fields = readonly_fields = (
        "kind", "round", "strength", "points", "status", "found", "gone", "decided_by", "decided_at", "reason", "inspection", "clawback",
        "rules_version", "evidence_digest",
    )  # fmt: skip
    verbs = (
        Verb("watch", gettext_lazy("Keep watching"),
             lambda pk, by, reason: actions.watch_signal(signal_id=pk, reason=reason, by=by), DECIDE, _at("watch_signal"),
             form=KeptReasonForm, facts=_facts,
             consequence=lambda o: _("Nothing is stopped. It stays in the list, and new evidence opens it again.")),
        Verb("refer", gettext_lazy("Refer it"),
             lambda pk, by, **given: actions.refer_signal(signal_id=pk, by=by, **given), DECIDE, _at("refer_signal"),
             form=ReferForm, facts=_facts, hindered=_nowhere_to_refer,
             consequence=lambda o: _("It is linked with the inspection or the clawback, which goes its own way. Nothing is stopped by it.")),
        Verb("dismiss", gettext_lazy("Dismiss it"),
             lambda pk, by, reason: actions.dismiss_signal(signal_id=pk, reason=reason, by=by), DECIDE, _at("dismiss_signal"),
             form=KeptReasonForm, facts=_facts,
             consequence=lambda o: _("There is an honest explanation, which you write down. New evidence opens it again.")),
    )  # fmt: skip

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Neither who else sees every case: whoever checks and pays must not judge by a suspicion."""
        return bool(request.user.is_authenticated and request.user.is_staff and request.user.has_perm(SEE))

    has_module_permission = has_view_permission  # type: ignore[assignment]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("parties__company", "parties__institution")

    def persons_of(self, obj: Signal) -> set[str]:
        """Whom it concerns, and the people whom its evidence names."""
        people = {ref for one in obj.evidence for ref in one["refs"] if ref.startswith("usr-")}
        return {party.whom.ref for party in obj.parties.all()} | people

    def headline(self, obj: Signal) -> str:
        return str(obj)

    @admin.display(description=gettext_lazy("Kind"), ordering="kind")
    def what(self, obj: Signal) -> str:
        return obj.get_kind_display()

    @admin.display(description=gettext_lazy("Whom it concerns"))
    def whom(self, obj: Signal) -> str:
        names = [str(party.whom) for party in obj.parties.all()]
        more = _(" and %(n)s more") % {"n": len(names) - MOST_NAMED} if len(names) > MOST_NAMED else ""
        return ", ".join(names[:MOST_NAMED]) + more

    @admin.display(description=gettext_lazy("Found"), ordering="created_at")
    def found(self, obj: Signal) -> str:
        return kst(obj.created_at)

    @admin.display(description=gettext_lazy("Not found any more since"), ordering="gone_at")
    def gone(self, obj: Signal) -> str:
        return kst(obj.gone_at) or "—"

    def ways(self, request: HttpRequest, obj: Signal) -> list[tuple[Any, str]]:
        return [(_("Graph of the round"), f"{reverse('admin:vouchers_signal_graph_page')}?round={obj.round_id}")]

    def ways_lead(self, obj: Signal) -> bool:
        return False

    def case(self, request: HttpRequest, obj: Signal) -> dict[str, Any]:
        """With its evidence in words and as a graph."""
        return super().case(request, obj) | _drawn(queries.graph_of([obj]))

    def has_graph_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.has_view_permission(request)

    @action(description=gettext_lazy("Graph"), url_path="graph", permissions=["graph"])
    def graph_page(self, request: HttpRequest) -> HttpResponse:
        """All signals that the filters leave, as one graph and as the table that says the same."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = GraphForm(request.GET or None)
        signals = queries.shown_to(request.user, **form.chosen())
        graph = queries.graph_of(signals)
        self._write_down_all(request, graph)
        context = {
            **self.admin_site.each_context(request), "title": _("Graph of signs of fraud"), "opts": self.opts, "form": form,
            "signals": signals, "most": queries.MOST_SIGNALS, "back": reverse("admin:vouchers_signal_changelist"), **_drawn(graph),
        }  # fmt: skip
        return TemplateResponse(request, "vouchers/signals/admin_graph.html", context)

    def _write_down_all(self, request: HttpRequest, graph: queries.Graph) -> None:
        people = {ref for ref in graph.refs() if ref.startswith("usr-")} | set(graph.parties)
        import_string(settings.READING_LOG)(request.user, Signal, persons=people, what="admin: graph signal")


def _drawn(graph: queries.Graph) -> dict[str, Any]:
    """For the templates: the picture with names, and the lines of the table."""
    names = {ref: str(party.whom) for ref, party in graph.parties.items()}
    called = [(node, names.get(node.ref) or wording.title(node.what)) for node in graph.picture.nodes]
    nodes = [(node, name, wording.short(name)) for node, name in called]
    lines = [(one, wording.title(one.what), wording.sentence(one)) for one in graph.seen]
    return {"graph": graph, "nodes": nodes, "lines": lines, "refs": sorted(graph.refs())}
