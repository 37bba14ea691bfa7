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
        Verb(
            "accept_final", _("Accept the final quote"),
            lambda row, by: actions.accept_final_quote(match_id=row.pk, quote_id=row.read_quote, by=by),
            _("Accepted. The agreement is drafted from this quote."), kind="primary",
            consequence=_("The final quote with its changed terms stands for the letter of intent. The agreement is drafted from it."),
        ),
        Verb(
            "decline_final", _("Decline the final quote"),
            lambda row, by, text: actions.decline_final_quote(match_id=row.pk, quote_id=row.read_quote, reason=text, by=by),
            _("Declined. The provider was told, and owes another final quote."), forms.ReasonForm, danger=True,
        ),
    )
}  # fmt: skip


STEP = {"accept_final": "accept_final_quote", "decline_final": "decline_final_quote"}


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
    named = request.POST.get("quote", "")  # the final quote that was on the page, so that a newer one is never taken unread
    offered = row.offered_quote
    row.read_quote = offered.pk if offered and named in ("", offered.ref) else 0  # type: ignore[attr-defined]
    back = reverse("matching:match", args=[ref])
    return perform(request, VERBS, verb, row, lambda **more: _show(request, ref, **more), back)


def _verbs(user: Any, row: Match) -> list[Verb]:
    company = user.has_perm("vouchers.confirm_match", row.need.company)
    provider = user.has_perm("vouchers.confirm_match", row.institution)
    owes = (company and row.company_confirmed_at is None) or (provider and row.provider_confirmed_at is None)
    decides = company and row.offered_quote_id is not None
    can = {"confirm": owes, "accept_final": decides, "decline_final": decides, "cancel": company or provider}
    return [VERBS[name] for name, may in can.items() if may and stages.MATCH_LIFECYCLE.can(row.status, STEP.get(name, name))]


def _read(row: Match) -> dict[str, str]:
    """What the page shows and its forms send along."""
    return {"quote": row.offered_quote.ref} if row.offered_quote else {}


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
        "offered": queries.sheets([queries.lines_of(row.offered_quote)])[0] if row.offered_quote else None,
        "changed": queries.changed_words(row),
        "decides": any(verb.name == "accept_final" for verb in shown),
        "owes_final": queries.waits_for_final(row) and request.user.has_perm("vouchers.answer_quote", row.institution),
        "of_company": of_company,
        "panels": panels(shown, lambda name: reverse("matching:match_verb", args=[row.ref, name]), bound, _read(row)),
        "problem": problem,
        "duty": journal.open_duties(row).filter(verb__in=["confirm_match", "decide_final_quote"]).first(),
        "timeline": queries.timeline(row),
    }
    return page(request, "vouchers/matching/match.html", context, status=status)
