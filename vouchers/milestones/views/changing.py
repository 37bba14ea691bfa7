"""A change of the agreement with what it does to the deliveries: seen by its parties, decided by the operating agency, signed."""

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
from vouchers.agreements import actions as agreements
from vouchers.agreements import queries as agreed
from vouchers.agreements import rules
from vouchers.agreements.forms import ReasonForm, SignForm
from vouchers.agreements.models import Agreement, AgreementChange, AgreementVersion
from vouchers.companies import actions as companies
from vouchers.ledger import queries as ledger
from vouchers.matching.rules.stages import LineKind, TaxKind
from vouchers.milestones import actions, queries
from vouchers.milestones.views.delivering import plan_formset

Run = Callable[..., Any]
VERBS: Mapping[str, tuple[Run, bool, Any]] = {  # verb → (action, asks for a reason, what is said when it is done)
    "take_up": (agreements.take_up_change, False, gettext_lazy("The review has begun.")),
    "approve": (actions.approve_change, False, gettext_lazy("Approved. Every party that goes on was asked to sign the changed text.")),
    "note": (actions.note_change, False, gettext_lazy("Noted. The change holds from now on.")),
    "reject": (agreements.reject_change, True, gettext_lazy("Not approved. The parties were told the reason.")),
    "give_up": (agreements.give_up_change, True, gettext_lazy("Dropped. The agreement stays as it is.")),
    "withdraw": (agreements.withdraw_change, False, gettext_lazy("You took the change back.")),
}  # fmt: skip


def _change(request: HttpRequest, ref: str) -> AgreementChange:
    row = get_object_or_404(agreed.changes_for(request.user), ref=ref)
    companies.saw(row, of=row.agreement.company, what="agreement change", by=request.user)
    return row


@signed_in
@require_GET
def change(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, _change(request, ref))


def _show(request: HttpRequest, row: AgreementChange, status: int = 200, refusal: str = "", **typed: Form) -> HttpResponse:
    """typed: by verb, a reason that was refused."""
    is_open, text = row.status in rules.OPEN_CHANGES, AgreementVersion.objects.filter(change=row).first()
    context = {
        "row": row, "agreement": row.agreement, "differences": agreed.said(row), "parts": agreed.part_words(row.parts),
        "text": text, "signatures": agreed.signed_parties(text) if text and row.kind == rules.ChangeClass.MAJOR else [],
        "hindered": queries.hindered(row) if is_open else "", "apart": queries.apart(row.agreement, row.asked) if is_open else [],
        "leaving": _leaving(row) if is_open else [], "verbs": _verbs(request, row, typed), "refusal": refusal,
        "may_sign": row.status == rules.ChangeStatus.APPROVED and agreed.signs_for(row, request.user) is not None,
    }  # fmt: skip
    return page(request, "vouchers/milestones/change.html", context, status=status)


def _leaving(row: AgreementChange) -> list[str]:
    """Names of the providers with which nothing would be agreed any more."""
    staying = {party.pk for party in agreed.taking_part(row.agreement, row.asked)}
    return [str(p) for p in agreed.taking_part(row.agreement, row.held) if p.pk not in staying]


def _verbs(request: HttpRequest, row: AgreementChange, typed: Mapping[str, Form]) -> list[dict[str, Any]]:
    """Buttons for who may use them now, each with what it does."""
    can = rules.CHANGE_LIFECYCLE.can
    decides = request.user.has_perm("vouchers.decide_change")
    own = (
        ""
        if rules.may_decide(request.user.pk, row.asked_by_id)
        else _("Somebody else must decide about a change that you asked for.")
    )
    mine = (party := agreed.own_party(row.agreement, request.user)) is not None and party.pk == row.asked_for_id
    major = row.kind == rules.ChangeClass.MAJOR
    stops = own or (queries.hindered(row) if row.status == rules.ChangeStatus.UNDER_REVIEW else "")
    offered = (
        ("take_up", _("Begin the review"), "", "primary", decides, ""),
        ("approve", _("Approve the change"), _approval(row), "primary", decides and major, stops),
        ("note", _("Note the change"), _("It holds at once, and nobody signs again."), "primary", decides and not major, stops),
        ("reject", _("Do not approve"), _("The agreement stays as it is. The parties read your reason."), "tertiary", decides, own),
        ("give_up", _("Drop the approved change"), _("Signatures given so far no longer count. The agreement stays as it is."), "tertiary", decides, ""),
        ("withdraw", _("Take the change back"), _("The agreement stays as it is."), "tertiary", mine, ""),
    )  # fmt: skip
    return [
        {
            "name": verb, "label": label, "consequence": consequence, "kind": kind, "hindered": hindered, "danger": verb in {"reject", "give_up"},
            "reason": VERBS[verb][1], "url": reverse("milestones:change_verb", args=[row.ref, verb]), "fields": {"version": row.version},
            **({"typed": typed[verb]["reason"].value(), "error": typed[verb].errors["reason"][0]} if verb in typed else {}),
        }
        for verb, label, consequence, kind, allowed, hindered in offered
        if allowed and can(row.status, f"{verb}_change")
    ]  # fmt: skip


def _approval(row: AgreementChange) -> str:
    before, after = row.held, row.asked
    facts = {"was": won(before.grant_won), "then": won(after.grant_won)}
    said = _("The next version is written and every party that goes on is asked to sign it; until then the old one holds.")
    if after.grant_won < before.grant_won:
        facts["rest"] = won(before.grant_won - after.grant_won)
        return (
            f"{said} "
            + (
                _(
                    "With the last signature the grant falls from %(was)s to %(then)s, and %(rest)s lapse, since their fiscal year is closed."
                )
                if ledger.year_closed(row.agreement.round.fiscal_year)
                else _("With the last signature the grant falls from %(was)s to %(then)s, and %(rest)s go back to the call.")
            )
            % facts
        )
    if after.grant_won > before.grant_won:
        facts["more"] = won(after.grant_won - before.grant_won)
        return (
            f"{said} "
            + _(
                "With the last signature the grant rises from %(was)s to %(then)s; %(more)s are taken from what the call has left."
            )
            % facts
        )
    return f"{said} " + _("The grant stays %(was)s.") % facts


@signed_in
@require_POST
def change_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """One verb about a change; the action asks who may."""
    if verb not in VERBS:
        raise Http404
    row, (run, reasoned, done) = _change(request, ref), VERBS[verb]
    sent = request.POST.get("version", "")
    data: dict[str, Any] = {} if verb == "withdraw" else {"version": int(sent) if sent.isascii() and sent.isdigit() else -1}
    if reasoned:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return _show(request, row, 422, **{verb: form})
        data |= form.cleaned_data
    try:
        run(change_id=row.pk, by=request.user, **data)
    except DomainError as error:
        if error.status == 403:
            raise
        return _show(request, _change(request, ref), 409 if error.code == "stale" else 422, refusal=str(error.message))
    messages.success(request, str(done))
    return redirect(request, reverse("milestones:change", args=[ref]))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sign_change(request: HttpRequest, ref: str) -> HttpResponse:
    """Exactly what is signed, what it changes, its hash, and the second factor."""
    row = _change(request, ref)
    if row.status != rules.ChangeStatus.APPROVED or (party := agreed.signs_for(row, request.user)) is None:
        return redirect(request, reverse("milestones:change", args=[ref]))
    text = row.amended
    form = SignForm(request.POST or None, initial={"content_hash": text.content_hash})
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.sign_change(
                change_id=row.pk, content_hash=form.cleaned_data["content_hash"],
                second_factor_code=form.cleaned_data["code"], by=request.user,
            )  # fmt: skip
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("You signed the changed agreement."))
            if done.status == rules.ChangeStatus.IN_FORCE:
                messages.success(request, _("Everybody has signed: the changed agreement is in force."))
            return redirect(request, reverse("milestones:change", args=[ref]))
    lines = [
        {"line": line, "kind": LineKind.word(line["kind"]), "tax": TaxKind.word(line["tax_kind"])} for line in text.body["lines"]
    ]
    context = {
        "row": row, "agreement": row.agreement, "party": party, "text": text, "body": text.body, "form": form,
        "lines": [one for one in lines if one["line"]["amount_won"]], "differences": agreed.said(row),
        "formula": agreements.formula(text.body["money"]), "demo_code": second_factor.demo_code(request.user),
        "last": len(agreed.unsigned(row)) == 1, "factor_missing": not second_factor.is_ready(request.user),
        "no_authority": agreed.no_authority(party.organisation, request.user),
    }  # fmt: skip
    return page(request, "vouchers/milestones/sign_change.html", context, status=422 if form.errors else 200)


@needs("vouchers.plan_milestones")
@require_http_methods(["GET", "HEAD", "POST"])
def replan(request: HttpRequest, agreement_ref: str) -> HttpResponse:
    """The operator plans again what is still to be delivered after a change."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).select_related("company"), ref=agreement_ref)
    apart, sums = queries.apart(agreement), queries.to_plan(agreement)
    if not apart:
        return redirect(request, f"{reverse('milestones:list')}?agreement={agreement.ref}")
    names = ("institution_id", "title", "description", "due_on", "amount_won", "uses_data")
    held = [{name: getattr(row, name) for name in names} for row in queries.open_milestones(agreement)]
    formset, error = plan_formset(request, [payee for payee, _won in sums], initial=held), ""
    sent = request.method == "POST" and "add" not in request.POST
    if sent and formset.is_valid():
        items = [form.cleaned_data for form in formset if form.cleaned_data.get("title")]
        try:
            actions.replan(agreement_id=agreement.pk, items=items, by=request.user)
        except DomainError as refused:
            error = str(refused.message)
        else:
            messages.success(request, _("The milestones were planned again."))
            return redirect(request, f"{reverse('milestones:list')}?agreement={agreement.ref}")
    wrong = bool(error) or (sent and formset.total_error_count() > 0)
    context = {"agreement": agreement, "formset": formset, "sums": sums, "error": error, "wrong": wrong, "apart": apart}
    return page(request, "vouchers/milestones/plan.html", context, status=422 if wrong else 200)
