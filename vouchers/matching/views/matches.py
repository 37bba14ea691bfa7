"""The match confirmation (매칭확인서), the same page for both sides."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from portal.journal import queries as journal
from portal.kit.access import needs, signed_in
from portal.kit.htmx import page
from vouchers.companies import actions as companies
from vouchers.matching import actions, forms, queries
from vouchers.matching.models import Match
from vouchers.matching.rules import stages
from vouchers.matching.views.panels import Verb, panels, perform

VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "confirm", _("Confirm the match"), lambda row, by: actions.confirm_match(match_id=row.pk, by=by),
            _("Confirmed."), kind="primary",
            consequence=_("Once both sides confirmed, the match can be used in an application. No budget is assigned yet."),
        ),
        Verb(
            "cancel", _("Cancel the match"),
            lambda row, by, text: actions.cancel_match(match_id=row.pk, reason=text, by=by),
            _("Cancelled. The other side was told."), forms.ReasonForm, danger=True,
        ),
    )
}  # fmt: skip


def _row(request: HttpRequest, ref: str) -> Match:
    row = get_object_or_404(queries.matches_for(request.user), ref=ref)
    companies.saw(row, of=row.need.company, what="need", by=request.user)
    return row


@signed_in
@require_safe
def match_detail(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, ref)


@needs("vouchers.confirm_match")
@require_POST
def match_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    row = _row(request, ref)
    back = reverse("matching:match", args=[ref])
    return perform(request, VERBS, verb, row, lambda **more: _show(request, ref, **more), back)


def _verbs(user: Any, row: Match) -> list[Verb]:
    company = user.has_perm("vouchers.confirm_match", row.need.company)
    provider = user.has_perm("vouchers.confirm_match", row.institution)
    owes = (company and row.company_confirmed_at is None) or (provider and row.provider_confirmed_at is None)
    can = {"confirm": owes, "cancel": company or provider}
    return [VERBS[name] for name, may in can.items() if may and stages.MATCH_LIFECYCLE.can(row.status, name)]


def _show(request: HttpRequest, ref: str, *, bound: Any = None, problem: str = "", status: int = 200) -> HttpResponse:
    row = _row(request, ref)
    sheet, shown = queries.sheets([queries.lines_of(row.quote)])[0], _verbs(request.user, row)
    if bound and all(verb.name != bound[0] for verb in shown):
        bound, problem = None, problem or " ".join(bound[1].non_field_errors())
    of_company = request.user.has_perm("vouchers.edit_need", row.need.company)
    context = {
        "row": row,
        "sheet": sheet,
        "quote": sheet.quote,
        "final": row.final_quote,
        "owes_final": queries.waits_for_final(row) and request.user.has_perm("vouchers.answer_quote", row.institution),
        "of_company": of_company,
        "panels": panels(shown, lambda name: reverse("matching:match_verb", args=[row.ref, name]), bound),
        "problem": problem,
        "confirm_duty": journal.open_duties(row).filter(verb="confirm_match").first(),
        "timeline": queries.timeline(row),
    }
    return page(request, "vouchers/matching/match.html", context, status=status)
