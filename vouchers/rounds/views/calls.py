"""Public pages of the calls."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.accounts import queries as accounts
from portal.kit import clock
from portal.kit.access import public, signed_in
from portal.kit.errors import DomainError, NotAllowed
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from portal.kit.words import korean, pick
from vouchers.rounds import actions, queries, rules
from vouchers.rounds.forms import AskForm, RoundFilter
from vouchers.rounds.models import Round

PER_PAGE = 20


@public
@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """Every call, the newest first; filters in the address."""
    years = queries.years()
    form = RoundFilter(request.GET or None, years=years)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = queries.public_rounds(year=chosen.get("year"), phase=chosen.get("phase") or "", now=clock.now())
    rows = Pages(found, PER_PAGE).get_page(request.GET.get("page"))
    filtered = bool(chosen.get("year") or chosen.get("phase"))
    context = {"form": form, "page": rows, "total": rows.paginator.count, "filtered": filtered}
    return page(request, "vouchers/rounds/rounds.html", context, part="list")


@public
@require_GET
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One call: facts, money in words, criteria, calendar, questions, and the way in while it is open."""
    return page(request, "vouchers/rounds/detail.html", call_context(request, call_or_404(key), AskForm()))


@signed_in
@require_POST
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """A question about the call; what is wrong with it stands in the form on the call's page."""
    found = call_or_404(key)
    form = AskForm(request.POST)
    if form.is_valid():
        try:
            actions.ask(round_id=found.pk, text=form.cleaned_data["text"], by=request.user)
        except NotAllowed:
            raise
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Your question is sent. The answer appears here for everybody, and you are told."))
            return redirect(request, reverse("rounds:detail", args=[key]) + "#inquiries")
    return page(request, "vouchers/rounds/detail.html", call_context(request, found, form), status=422)


def call_or_404(key: str) -> Round:
    found = queries.get_public(key)
    if found is None:
        raise Http404
    return found


def call_context(request: HttpRequest, found: Round, form: AskForm) -> dict[str, Any]:
    tracks = list(found.tracks.all())
    policy = queries.current_policy(found)
    return {
        "round": found,
        "phase": found.phase,
        "tracks": tracks,
        "priced": found.is_reference or any(track.task_price_won for track in tracks),
        "criteria": list(found.criteria.all()),
        "staged": queries.stage_words(found.criteria.all(), policy) if policy else "",
        "policy": policy,
        "unpublished": _("Not published") if found.is_reference else _("None set"),
        "company": accounts.organisation_of(request.user, "COMPANY"),
        "may_register": not accounts.roles_of(request.user),
        **(_rules_of(found, tracks, policy) if policy else {}),
        **(_reference_of(found) if found.is_reference else _inquiries_of(request, found, form)),
    }


def _inquiries_of(request: HttpRequest, found: Round, form: AskForm) -> dict[str, Any]:
    return {
        "amendments": queries.amendment_rows(found),
        "inquiries": queries.answered(found),
        "waiting": queries.own_waiting(found, request.user) if request.user.is_authenticated else [],
        "may_ask": queries.may_ask(found, request.user),
        "takes_inquiries": rules.takes_inquiries(found.phase),
        "ask_form": form,
    }


def _rules_of(found: Round, tracks: list[Any], policy: rules.Policy) -> dict[str, Any]:
    return {
        "examples": [(track, list(queries.examples(track, policy))) for track in tracks],
        "sizes": [rules.CompanySize.word(size) for size in policy.eligible_company_sizes],
        "providers": [rules.ProviderType.word(kind) for kind in policy.eligible_provider_types],
        "documents": [rules.DocumentKind.word(kind) for kind in policy.required_documents],
        "targets": [(word, policy.days(step)) for step, word in rules.STEP_WORDS.items()],
        "calendar": _calendar(found),
        "selection": queries.selection_rows(policy),
        "rates": queries.rate_rows(policy),
        "conflicts": queries.conflict_rows(policy),
    }


def _calendar(found: Round) -> list[dict[str, Any]]:
    """The call's days in order; the present one is the last that has come, while the round lives."""
    today, phase = clock.today(), found.phase
    days: list[tuple[str, Any, bool]] = [
        (_("Announced"), found.announced_on, bool(found.announced_on and found.announced_on <= today)),
        (_("Applications open"), found.opens_at, phase not in {"ANNOUNCED"}),
        (_("Applications close"), found.closes_at, phase not in {"ANNOUNCED", "OPEN"}),
        (_("Projects start"), found.project_start_on, bool(found.project_start_on and found.project_start_on <= today)),
        (_("Projects end"), found.project_end_on, bool(found.project_end_on and found.project_end_on <= today)),
    ]
    rows: list[dict[str, Any]] = [
        {"title": title, "when": when, "begins": when is found.opens_at, "state": "past" if past else "future"}
        for title, when, past in days
        if when
    ]
    come = [row for row in rows if row["state"] == "past"]
    if come and phase not in {"ARCHIVED", "CANCELLED"}:
        come[-1]["state"] = "present"
    return rows


def _reference_of(found: Round) -> dict[str, Any]:
    """The published facts of a past round, in words; None where nobody published one."""
    record = found.reference
    own = record.get("own_contribution") or {}
    return {
        "record": record,
        "slots_wording": pick(record, "slots_wording"),
        "covered": pick(record, "covered_costs"),
        "order": pick(record, "payment_order"),
        "budget_note": pick(record, "budget_note"),
        "sizes": [rules.CompanySize.word(size) for size in record.get("eligible_company_sizes") or []],
        "providers": [rules.ProviderType.word(kind) for kind in record.get("eligible_provider_types") or []],
        "eligibility": record.get("eligibility_notes_ko" if korean() else "eligibility_notes_en") or [],
        "emphasis": [pick(item, "name") for item in record.get("emphasis") or []],
        "data_kinds": [pick(item, "name") for item in record.get("data_kinds") or []],
        "own_rate": own.get("overall_rate"),
        "own_by_size": [(rules.CompanySize.word(size), rate) for size, rate in (own.get("rates_by_company_size") or {}).items()],
    }
