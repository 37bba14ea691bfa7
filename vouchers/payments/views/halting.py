"""Suspension and termination in the browser: what one would do to the money, then asked, agreed to, heard, decided."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import second_factor
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.won import won
from vouchers.agreements import queries as agreed
from vouchers.agreements import rules as agreement_rules
from vouchers.agreements.models import Agreement, AgreementHalt, AgreementParty
from vouchers.companies import actions as companies
from vouchers.ledger import queries as ledger
from vouchers.payments import actions, forms, queries, rules

H, P, W = agreement_rules.HaltStatus, agreement_rules.PartyRole, agreement_rules.HaltWay


def _agreement(request: HttpRequest, ref: str) -> Agreement:
    rows = Agreement.objects.visible_to(request.user).select_related("company__organisation", "round", "award__application")
    row = get_object_or_404(rows, ref=ref)
    companies.saw(row, of=row.company, what="agreement", by=request.user)
    return row


def _halt(request: HttpRequest, ref: str) -> AgreementHalt:
    row = get_object_or_404(queries.halts_for(request.user), ref=ref)
    companies.saw(row, of=row.agreement.company, what="suspension or termination", by=request.user)
    return row


def _figures(agreement: Agreement, figures: rules.Consequences) -> dict[str, Any]:
    """The one table of consequences, wherever it is shown."""
    named = queries.names(agreement)
    return {
        "figures": figures, "recoveries": queries.said_recoveries(figures, named),
        "open_payments": queries.said_payments(figures, named), "ends": figures.kind == agreement_rules.HaltKind.TERMINATION,
    }  # fmt: skip


@needs("vouchers.request_halt")
@require_http_methods(["GET", "HEAD", "POST"])
def new_halt(request: HttpRequest, agreement_ref: str) -> HttpResponse:
    """First shown with what it does to the money, then asked."""
    agreement = _agreement(request, agreement_ref)
    party = agreed.own_party(agreement, request.user, "vouchers.request_halt")
    if party is None:
        raise Http404
    if agreement.status not in agreement_rules.CHANGEABLE or queries.open_halt(agreement):
        return redirect(request, agreement.get_absolute_url())
    form = forms.HaltForm(request.POST or None, agreement=agreement, notices=party.role == P.OPERATOR)
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        if "propose" in request.POST and (made := _propose(request, agreement, form)):
            return redirect(request, made.get_absolute_url())
        shown = _preview(agreement, form)
    context = {"agreement": agreement, "party": party, "form": form, **shown}
    return page(request, "vouchers/payments/halt_new.html", context, status=422 if form.errors else 200)


def _propose(request: HttpRequest, agreement: Agreement, form: forms.HaltForm) -> AgreementHalt | None:
    try:
        made = actions.propose_halt(
            agreement_id=agreement.pk, shown=request.POST.get("shown", ""), by=request.user, **form.cleaned_data
        )
    except DomainError as error:
        form_errors(form, error)
        return None
    messages.success(request, _("Every party was told, with these figures."))
    return made


def _preview(agreement: Agreement, form: forms.HaltForm) -> dict[str, Any]:
    found, hashed = queries.preview_halt(agreement, **form.cleaned_data)
    return {"shown": hashed, **_figures(agreement, found)}


@signed_in
@require_GET
def halt(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, _halt(request, ref))


def _show(request: HttpRequest, row: AgreementHalt, status: int = 200, refusal: str = "", **typed: Form) -> HttpResponse:
    """typed: by verb, a form that was refused."""
    moved = queries.moved(row)
    context = {
        "row": row, "agreement": row.agreement, **_figures(row.agreement, rules.consequences_of(row.figures)),
        "consents": queries.consents(row) if row.way == W.CONSENT else [],
        "opinions": queries.opinions(row) if row.way == W.FAULT else [], "moved": moved, "refusal": refusal,
        "waits": queries.decision_waits(row), "verbs": _verbs(request, row, typed, moved),
        "may_consent": not moved and queries.consents_for(row, request.user) is not None,
        "owed": list(queries.recoveries_of(row)),
    }  # fmt: skip
    return page(request, "vouchers/payments/halt.html", context, status=status)


Run = Callable[..., Any]
VERBS: Mapping[str, tuple[Run, str, dict[str, Any], Any]] = {  # verb → (action, what it asks for, what else it is given, what is said)
    "opinion": (actions.give_halt_opinion, "text", {}, gettext_lazy("Your opinion was recorded.")),
    "uphold": (actions.decide_halt, "reason", {"uphold": True}, gettext_lazy("Carried out, exactly as it was shown.")),
    "dismiss": (actions.decide_halt, "reason", {"uphold": False}, gettext_lazy("Not carried out. The parties were told the reason.")),
    "renew": (actions.renew_halt, "", {}, gettext_lazy("The figures were computed again. Every party was told.")),
    "withdraw": (actions.withdraw_halt, "reason", {}, gettext_lazy("Ended. The agreement stays as it is.")),
}  # fmt: skip


def _verbs(request: HttpRequest, row: AgreementHalt, typed: Mapping[str, Form], moved: bool) -> list[dict[str, Any]]:
    """Buttons for who may use them now, each with what it does."""
    can, user = agreement_rules.HALT_LIFECYCLE.can, request.user
    own = agreed.own_party(row.agreement, user, "vouchers.request_halt")
    decides = row.way == W.FAULT and user.has_perm("vouchers.decide_halt")
    stops = "" if row.asked_by_id != user.pk else _("Somebody else decides: you gave the notice or an opinion on it.")
    figures = rules.consequences_of(row.figures)
    offered = (
        ("opinion", "give_halt_opinion", _("Give your opinion"), "", queries.heard_for(row, user) is not None, ""),
        ("renew", "renew_halt", _("Compute the figures again"), _("Every party is told the new figures. Consents given so far no longer count."), own is not None and moved, ""),
        ("uphold", "execute_halt", _("Carry it out"), consequence(figures, row.agreement.round.fiscal_year), decides, stops or (_("The figures must be computed again first.") if moved else queries.decision_waits(row))),
        ("dismiss", "dismiss_halt", _("Do not carry it out"), _("The agreement stays as it is. The parties read your reason."), decides, stops),
        ("withdraw", "withdraw_halt", _("End it without effect"), _("The agreement stays as it is. The parties read your reason."), own is not None and (row.way == W.CONSENT or own.role == P.OPERATOR), ""),
    )  # fmt: skip
    return [
        {
            "name": name, "label": label, "consequence": words, "hindered": hindered, "danger": name == "uphold",
            "kind": "tertiary" if name in {"dismiss", "withdraw"} else "primary", "reason": VERBS[name][1],
            "reason_name": VERBS[name][1], "reason_label": _("Opinion") if name == "opinion" else _("Reason"),
            "url": reverse("payments:halt_verb", args=[row.ref, name]), "fields": {"content_hash": row.content_hash},
            **_typed(typed.get(name), VERBS[name][1]),
        }
        for name, verb, label, words, allowed, hindered in offered
        if allowed and can(row.status, verb)
    ]  # fmt: skip


def _typed(form: Form | None, field: str) -> dict[str, Any]:
    return {"typed": form[field].value(), "error": form.errors[field][0]} if form is not None else {}


def consequence(figures: rules.Consequences, fiscal_year: int) -> str:
    """What carrying it out does, in a sentence. fiscal_year: of the money."""
    if figures.kind == agreement_rules.HaltKind.SUSPENSION:
        return _("Nothing is delivered, accepted or paid until the agreement goes on. No money moves.")
    facts = {"released": won(figures.released_won), "kept": won(figures.kept_won), "back": won(figures.recovered_won)}
    if ledger.year_closed(fiscal_year):
        return _("The agreement ends. %(released)s lapse, since their fiscal year is closed, %(kept)s stay for the settlement, %(back)s are to be paid back. This cannot be undone.") % facts  # fmt: skip
    return _("The agreement ends. %(released)s go back to the call, %(kept)s stay for the settlement, %(back)s are to be paid back. This cannot be undone.") % facts  # fmt: skip


@signed_in
@require_POST
def halt_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """One verb about a suspension or termination; the action asks who may."""
    if verb not in VERBS:
        raise Http404
    row, (run, field, given, done) = _halt(request, ref), VERBS[verb]
    data = dict(given)
    if field:
        form = forms.OpinionForm(request.POST) if field == "text" else forms.HaltReasonForm(request.POST)
        if not form.is_valid():
            return _show(request, row, 422, **{verb: form})
        data |= form.cleaned_data
    if verb in {"uphold", "dismiss"}:
        data["content_hash"] = request.POST.get("content_hash", "")
    try:
        run(halt_id=row.pk, by=request.user, **data)
    except DomainError as error:
        if error.status == 403:
            raise
        return _show(request, _halt(request, ref), 422, refusal=str(error.message))
    messages.success(request, str(done))
    return redirect(request, reverse("payments:halt", args=[ref]))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def consent_halt(request: HttpRequest, ref: str) -> HttpResponse:
    """Exactly what is agreed to, its figures, its hash, and the second factor."""
    row = _halt(request, ref)
    party = queries.consents_for(row, request.user)
    if party is None or queries.moved(row):
        return redirect(request, reverse("payments:halt", args=[ref]))
    form = forms.ConsentForm(request.POST or None, initial={"content_hash": row.content_hash})
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.consent_halt(
                halt_id=row.pk, content_hash=form.cleaned_data["content_hash"], second_factor_code=form.cleaned_data["code"],
                by=request.user,
            )  # fmt: skip
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("You agreed."))
            if done.status == H.EXECUTED:
                messages.success(request, _("Everybody has agreed: it was carried out, exactly as it was shown."))
            return redirect(request, reverse("payments:halt", args=[ref]))
    return page(
        request, "vouchers/payments/halt_consent.html", _consent(request, row, party, form), status=422 if form.errors else 200
    )


def _consent(request: HttpRequest, row: AgreementHalt, party: AgreementParty, form: Form) -> dict[str, Any]:
    figures = rules.consequences_of(row.figures)
    return {
        "row": row, "agreement": row.agreement, "party": party, "form": form, **_figures(row.agreement, figures),
        "consequence": consequence(figures, row.agreement.round.fiscal_year), "demo_code": second_factor.demo_code(request.user),
        "last": sum(given is None for _party, given in queries.consents(row)) == 1,
        "factor_missing": not second_factor.is_ready(request.user),
        "no_authority": agreed.no_authority(party.organisation, request.user),
    }  # fmt: skip


@needs("vouchers.draft_agreement")
@require_POST
def resume(request: HttpRequest, agreement_ref: str) -> HttpResponse:
    """The operating agency lets a suspended agreement go on."""
    agreement = _agreement(request, agreement_ref)
    try:
        actions.resume(agreement_id=agreement.pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The agreement is in force again. Clocks and payments go on."))
    return redirect(request, agreement.get_absolute_url())
