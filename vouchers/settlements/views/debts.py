"""What is owed back, in the browser: by who owes it, and by finance that finds the money on the account."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.documents import actions as documents
from portal.documents import responses
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError, Refused
from portal.kit.forms import ReasonForm
from portal.kit.htmx import form_errors, page, redirect
from vouchers.payments import queries as payments
from vouchers.settlements import actions, forms, queries, rules
from vouchers.settlements.models import Debt, Receipt


def _debt(request: HttpRequest, ref: str) -> Debt:
    debt = get_object_or_404(queries.debts_for(request.user), ref=ref)
    journal.saw(request.user, debt, persons=[debt.organisation.ref], what="debt", whose=debt.organisation_ids())
    return debt


@signed_in
@require_GET
def debt_detail(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, _debt(request, ref))


def _show(request: HttpRequest, debt: Debt, bound: ReasonForm | None = None, about: str = "", **refused: str) -> HttpResponse:
    """The debt's page; bound: a reason that could not be accepted, about: of which receipt; refused: why a payment does not count,
    of which receipt and what was typed."""
    context = {
        "debt": debt, "standing": queries.standing(debt, clock.today()), "receipts": list(queries.receipts_of(debt)),
        "may": queries.may_with_debt(request.user, debt), "over_won": queries.over_won(debt), "unchecked": queries.unchecked(debt), "reason_form": ReasonForm(), "bound": bound,
        "about": about, **refused, "late": debt.status == rules.DebtStatus.OPEN and debt.due_on < clock.today(),
        "lines": queries.behind(debt), "account": payments.programme_account(debt.agreement.round),
    }  # fmt: skip
    return page(request, "vouchers/settlements/debt.html", context, status=422 if bound or refused else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """Who owes it says what was paid and shows the proof."""
    debt = _debt(request, ref)
    if not queries.may_with_debt(request.user, debt)["report"]:
        raise Http404
    now = queries.standing(debt, clock.today())
    form = forms.ReceiptForm(
        request.POST if request.method == "POST" else None, request.FILES or None,
        debt=debt, initial={"amount_won": now.open_won + now.late_now_won, "received_on": clock.today()},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            with documents.all_or_nothing():
                data, by = form.cleaned_data, request.user
                proof = documents.upload(file=data["file"], kind="receipt", organisation=debt.organisation, by=by)
                actions.report_receipt(
                    debt_id=debt.pk, amount_won=data["amount_won"], received_on=data["received_on"], proof=proof, by=by
                )
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Reported. Finance looks for it on the account."))
            return redirect(request, debt.get_absolute_url())
    context = {"debt": debt, "form": form, "standing": now, "title": _("Report a payment")}
    return page(request, "vouchers/settlements/form.html", context, status=422 if form.errors else 200)


@needs("vouchers.confirm_receipt")
@require_POST
def check(request: HttpRequest, ref: str, receipt_ref: str, verb: str) -> HttpResponse:
    """confirm, or reject with a reason."""
    debt = _debt(request, ref)
    receipt = get_object_or_404(Receipt, debt=debt, ref=receipt_ref)
    if verb == "confirm":
        typed = request.POST.get("bank_ref", "")
        try:
            actions.confirm_receipt(receipt_id=receipt.pk, bank_ref=typed, by=request.user)
        except Refused as error:
            return _show(request, debt, arrived=receipt.ref, typed=typed, refusal=str(error.message))
        messages.success(request, _("The payment counts as arrived."))
    elif verb == "reject":
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return _show(request, debt, form, receipt.ref)
        actions.reject_receipt(receipt_id=receipt.pk, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Rejected. Who owes it was told why."))
    else:
        raise Http404
    return redirect(request, debt.get_absolute_url())


@needs("vouchers.confirm_receipt")
@require_POST
def enforce(request: HttpRequest, ref: str) -> HttpResponse:
    debt = _debt(request, ref)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, debt, form, "enforce")
    actions.enforce_debt(debt_id=debt.pk, reason=form.cleaned_data["reason"], by=request.user)
    messages.success(request, _("Handed over to be collected. Who owes it was told."))
    return redirect(request, debt.get_absolute_url())


@needs("vouchers.confirm_receipt")
@require_http_methods(["GET", "POST"])
def repay(request: HttpRequest, ref: str) -> HttpResponse:
    """What came beyond what is owed went back; somebody else checks it."""
    debt = _debt(request, ref)
    if not queries.over_won(debt) or queries.unchecked(debt):
        raise Http404
    form = forms.RepaymentForm(
        request.POST if request.method == "POST" else None, request.FILES or None, initial={"received_on": clock.today()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            with documents.all_or_nothing():
                data, by = form.cleaned_data, request.user
                proof = documents.upload(file=data["file"], kind="receipt", organisation=debt.organisation, by=by)
                actions.repay(debt_id=debt.pk, paid_on=data["received_on"], proof=proof, by=by)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Entered. Somebody else of finance checks that it went out."))
            return redirect(request, debt.get_absolute_url())
    context = {"debt": debt, "form": form, "over_won": queries.over_won(debt), "title": _("Pay back what came too much")}
    return page(request, "vouchers/settlements/form.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def proof(request: HttpRequest, ref: str, receipt_ref: str) -> HttpResponseBase:
    debt = _debt(request, ref)
    receipt = get_object_or_404(Receipt.objects.select_related("proof"), debt=debt, ref=receipt_ref)
    return responses.download(receipt.proof, by=request.user, case=debt)
