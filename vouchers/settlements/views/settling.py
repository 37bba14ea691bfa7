"""The company's settlement in the browser: what is to be stated, what was recognised, an objection."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portal.documents import actions as documents
from portal.documents import responses
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from vouchers.ledger import queries as ledger
from vouchers.objections import queries as objections
from vouchers.objections.forms import ObjectionForm
from vouchers.objections.rules import in_time
from vouchers.settlements import actions, forms, queries, rules
from vouchers.settlements.models import Settlement

PER_PAGE = 20


@signed_in
@require_GET
def settlement_list(request: HttpRequest) -> HttpResponse:
    """Settlements of my company and what my organisation owes; for the offices all."""
    shown = Pages(queries.listed(request.user), PER_PAGE).get_page(request.GET.get("page"))
    debts = list(queries.debts_for(request.user).filter(status__in=[*rules.LIVE, "OVERPAID"])[:PER_PAGE])
    claws = list(queries.clawbacks_for(request.user)[:PER_PAGE])
    return page(request, "vouchers/settlements/list.html", {"page": shown, "debts": debts, "claws": claws})


def _row(request: HttpRequest, ref: str) -> Settlement:
    row = get_object_or_404(queries.settlements_for(request.user), ref=ref)
    journal.saw(request.user, row, persons=[row.company.ref], what="settlement", whose=row.organisation_ids())
    return row


@signed_in
@require_GET
def detail(request: HttpRequest, ref: str) -> HttpResponse:
    row = _row(request, ref)
    lines = list(queries.lines_of(row))
    decision, debts = queries.decision(row), list(queries.debts_of(row, request.user))
    context = {
        "row": row, "lines": lines, "others_won": max(0, row.refund_won - sum(one.owed_won - one.charged_won for one in debts)), "sums": _sums(lines), "balance": queries.balance(row, lines), "may": queries.may(request.user, row),
        "debts": debts, "year_closed": ledger.year_closed(row.round.fiscal_year), "decision": decision, "left_won": queries.left_won(row.agreement),
        "objection": objections.filed_against(decision.event) if decision else None, "fixed": row.status in rules.FIXED,
        "late": decision is not None and not in_time(decision.open_until, clock.now()),
        "lowers": queries.may_lower(row, request.user, "vouchers.confirm_settlement"),
    }  # fmt: skip
    return page(request, "vouchers/settlements/detail.html", context)


def _sums(lines: list[Any]) -> dict[str, int]:
    names = ("agreed_won", "grant_won", "own_cash_won", "vat_won", "in_kind_won", "disallowed_won")
    return {name: sum(getattr(line, name) for line in lines) for name in names}


@signed_in
@require_http_methods(["GET", "POST"])
def state(request: HttpRequest, ref: str) -> HttpResponse:
    """The company states line by line what was used."""
    row = _row(request, ref)
    if not request.user.has_perm("vouchers.state_settlement", row.company.organisation):
        raise Http404
    rules.LIFECYCLE.step(row.status, "submit_statement")  # an old page is told before anything is typed
    lines = list(queries.lines_of(row))
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.StatementForm(data, files, row=row, lines=lines, paid=queries.paid_by_payee(row.agreement))
    if request.method == "POST" and form.is_valid():
        try:
            with documents.all_or_nothing():  # a refused statement leaves no stray file behind
                _submit(request, row, form)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Stated. The operating agency reviews it next."))
            return redirect(request, row.get_absolute_url())
    context = {"row": row, "form": form, "title": _("State what was used")}
    return page(request, "vouchers/settlements/form.html", context, status=422 if form.errors else 200)


def _submit(request: HttpRequest, row: Settlement, form: forms.StatementForm) -> None:
    organisation, data = row.company.organisation, form.cleaned_data

    def kept(name: str) -> Document | None:
        file = data.get(name)
        return (
            documents.upload(file=file, kind="settlement", organisation=organisation, by=request.user, field=name)
            if file
            else None
        )

    said = {line.position: actions.Stated(**form.amounts(line), proof=kept(f"proof_{line.position}")) for line in form.lines}
    actions.submit_statement(
        settlement_id=row.pk, lines=said, interest_won=data["interest_won"] or 0, interest_proof=kept("interest_proof"),
        verification=kept("verification"), note=data["note"], by=request.user,
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, ref: str) -> HttpResponse:
    """An objection against the fixed amount; one that was filed is shown instead."""
    row = _row(request, ref)
    decision = queries.decision(row)
    if decision is None or not queries.may(request.user, row)["object"]:
        raise Http404
    filed = objections.filed_against(decision.event)
    if filed is not None:
        return redirect(request, reverse("objections:detail", args=[filed.ref]))
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            with documents.all_or_nothing():
                given, by, organisation = form.cleaned_data, request.user, row.company.organisation
                files = [documents.upload(file=one, kind="objection", organisation=organisation, by=by) for one in form.uploads()]
                filed = actions.object_to_settlement(
                    settlement_id=row.pk, ground=given["ground"], statement=given["statement"], documents=files, by=by
                )
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Your objection is filed. You hear the decision by the due day."))
            return redirect(request, reverse("objections:detail", args=[filed.ref]))
    context = {"row": row, "form": form, "decision": decision, "title": _("Object to the settled amount")}
    return page(request, "vouchers/settlements/form.html", context, status=422 if form.errors else 200)


@needs("vouchers.confirm_settlement")
@require_http_methods(["GET", "POST"])
def lower(request: HttpRequest, ref: str) -> HttpResponse:
    """After an upheld objection: which lines are recognised further."""
    row = _row(request, ref)
    if queries.upheld(row) is None:
        raise Http404
    form = forms.LowerForm(request.POST if request.method == "POST" else None, lines=list(queries.lines_of(row)))
    if request.method == "POST" and form.is_valid():
        try:
            actions.lower_disallowance(
                settlement_id=row.pk, disallowed=form.disallowed(), reason=form.cleaned_data["reason"], by=request.user
            )
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Lowered. The company was told; the ministry records that it was acted on."))
            return redirect(request, row.get_absolute_url())
    context = {"row": row, "form": form, "title": _("Lower what was disallowed")}
    return page(request, "vouchers/settlements/form.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def file(request: HttpRequest, ref: str, kind: str) -> HttpResponseBase:
    """verification, interest, or line-<n>."""
    row = _row(request, ref)
    if kind.startswith("line-") and kind[5:].isdecimal():
        line = get_object_or_404(queries.lines_of(row), position=int(kind[5:8]))
        found = line.proof
    else:
        found = {"verification": row.verification, "interest": row.interest_proof}.get(kind)
    if found is None:
        raise Http404
    return responses.download(found, by=request.user, case=row)
