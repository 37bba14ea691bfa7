"""Disbursements in the browser: asked for, confirmed, checked, released, and what became of each transfer."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts.forms import CodeForm
from portal.documents import actions as documents
from portal.documents import responses
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import needs, require, signed_in
from portal.kit.errors import DomainError, IllegalStep, NotAllowed
from portal.kit.forms import ReasonForm
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from portal.kit.won import won_long
from portal.kit.words import pick
from vouchers.milestones.models import Milestone
from vouchers.payments import actions, forms, gateways, queries, rules
from vouchers.payments.models import Disbursement, PaymentAttempt
from vouchers.rounds.rules import Way

PER_PAGE = 20


@signed_in
@require_GET
def disbursement_list(request: HttpRequest) -> HttpResponse:
    found = queries.listed(request.user)
    status = request.GET.get("status", "")
    if status:
        found = found.filter(status=status)
    shown = Pages(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown, "status": status, "form": forms.StateFilter(request.GET or None), "files": queries.may_see_files(request.user),
        "advances": queries.advances_for(request.user),
    }  # fmt: skip
    return page(request, "vouchers/payments/list.html", context)


def _row(request: HttpRequest, ref: str) -> Disbursement:
    row = get_object_or_404(queries.disbursements_for(request.user), ref=ref)
    persons, whose = [row.milestone.agreement.company.ref, row.payee.ref], row.organisation_ids()
    journal.saw(request.user, row, persons=persons, what="disbursement", whose=whose)
    return row


@signed_in
@require_GET
def detail(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, _row(request, ref))


def _show(request: HttpRequest, row: Disbursement, bound: ReasonForm | None = None, verb: str = "") -> HttpResponse:
    """The disbursement's page; bound: a reason for that verb that could not be accepted."""
    attempts = list(queries.attempts_of(row))
    stage, kept_back = queries.bank_stage(row, attempts), queries.kept_back(row, attempts)
    context = {
        "row": row, "own_won": _own_won(row), "attempts": attempts, "may": queries.may(request.user, row),
        "own_hand": [one.ref for one in attempts if not rules.may_resolve(request.user.pk, one.released_by)],
        "own_word": [one.ref for one in attempts if one.rests_on_a_word and one.resolved_by_id == request.user.pk],
        "contradicted": queries.contradicted(attempts), "stage": stage, "failure": queries.bank_words(attempts, stage),
        "kept_back": kept_back, "pays_no_more": rules.pays_no_more(row.milestone.agreement.status),
        "held_for_good": queries.held_for_good(row),
        "reason_form": bound if bound and verb != "unregister" else ReasonForm(), "account_stands": queries.account_stands(row),
        "side": rules.side_words(row.way), "back_form": bound if verb == "unregister" else ReasonForm(auto_id="back_%s"), "back_leads": _back_leads(row), "held": queries.held_because(row), "files": queries.may_see_files(request.user),
    }  # fmt: skip
    return page(request, "vouchers/payments/detail.html", context, status=422 if bound else 200)


def _back_leads(row: Disbursement) -> Any:
    return rules.leads_to(queries.unregistering(row)) if row.status == "REGISTERED" else ""


def _own_won(row: Disbursement) -> int:
    """The company's own share of this milestone, whole won."""
    return row.own_won


def _invoice(request: HttpRequest, form: forms.RequestForm, organisation: Any) -> dict[str, Any]:
    data = form.cleaned_data
    upload = data["file"]
    document = documents.upload(file=upload, kind="tax_invoice", organisation=organisation, by=request.user) if upload else None
    return {"invoice_no": data["invoice_no"], "invoice_on": data["invoice_on"], "invoice_document": document}


@signed_in
@require_http_methods(["GET", "POST"])
def request_disbursement(request: HttpRequest, milestone_ref: str) -> HttpResponse:
    """The provider asks for the money of an accepted milestone."""
    milestone = get_object_or_404(
        Milestone.objects.visible_to(request.user).select_related("agreement", "institution__organisation"), ref=milestone_ref
    )
    organisation = milestone.institution.organisation
    if organisation is None or not request.user.has_perm("vouchers.request_disbursement", organisation):
        raise Http404
    asked = queries.of_milestone(request.user, milestone_ref)
    if asked is not None:  # an old page or a second click
        messages.info(request, _("The disbursement of this milestone was already requested. Here it is."))
        return redirect(request, reverse("payments:detail", args=[asked.ref]))
    form = forms.RequestForm(
        request.POST if request.method == "POST" else None, request.FILES or None, agreement=milestone.agreement
    )
    if request.method == "POST" and form.is_valid():
        try:
            with documents.all_or_nothing():  # a refused request leaves no stray file behind
                row = actions.request_disbursement(
                    milestone_id=milestone.pk, by=request.user, **_invoice(request, form, organisation)
                )
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The disbursement was requested. The company confirms it next."))
            return redirect(request, reverse("payments:detail", args=[row.ref]))
    netted_won = queries.netted_of(milestone)
    context = {
        "form": form, "milestone": milestone, "title": _("Request the disbursement"), "netted_won": netted_won, "left_won": milestone.grant_won - netted_won,
    }  # fmt: skip
    return page(request, "vouchers/payments/form.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def resubmit(request: HttpRequest, ref: str) -> HttpResponse:
    row = _row(request, ref)
    if not queries.requests(request.user, row):
        raise Http404
    rules.LIFECYCLE.step(row.status, "resubmit_disbursement")  # an old page is told before anything is typed
    initial = {"invoice_no": row.invoice_no, "invoice_on": row.invoice_on}
    form = forms.ResubmitForm(
        request.POST if request.method == "POST" else None, request.FILES or None, initial=initial,
        agreement=row.milestone.agreement,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            with documents.all_or_nothing():
                actions.resubmit_disbursement(
                    disbursement_id=row.pk, by=request.user, **_invoice(request, form, row.payee.organisation)
                )
        except DomainError as error:
            form_errors(form, error)
        else:
            return redirect(request, reverse("payments:detail", args=[row.ref]))
    context = {"form": form, "row": row, "title": _("Mend the disbursement request")}
    return page(request, "vouchers/payments/form.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, ref: str) -> HttpResponse:
    """The company confirms and proves its own share."""
    row = _row(request, ref)
    if not queries.confirms(request.user, row):
        raise NotAllowed(_("Only the company that received the delivery confirms this disbursement."))
    rules.LIFECYCLE.step(row.status, "confirm_disbursement")  # an old page is told before anything is typed
    documents.require_taken([row.invoice_document])
    own_won = _own_won(row)
    data = request.POST if request.method == "POST" else None
    form = forms.ConfirmForm(data, request.FILES or None, own_won=own_won, opened=queries.opened_on(row))
    if request.method == "POST" and form.is_valid():
        upload, company = form.cleaned_data.get("file"), row.milestone.agreement.company.organisation
        try:
            with documents.all_or_nothing():
                proof = documents.upload(file=upload, kind="own_share", organisation=company, by=request.user) if upload else None
                actions.confirm_disbursement(
                    disbursement_id=row.pk, own_share_document=proof, by=request.user,
                    own_share_deposited_on=form.cleaned_data.get("own_share_deposited_on"),
                )  # fmt: skip
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Confirmed. The operating agency checks the evidence next."))
            return redirect(request, reverse("payments:detail", args=[row.ref]))
    context = {"form": form, "row": row, "own_won": own_won, "title": _("Confirm the disbursement")}
    return page(request, "vouchers/payments/form.html", context, status=422 if form.errors else 200)


DONE = {
    "check": gettext_lazy("The evidence is complete. Finance approves next."),
    "approve": gettext_lazy("Approved. The payment registrar, somebody else, releases the payment next."),
    "register": gettext_lazy("Registered. The payment leaves with the next bank run, within seconds."),
    "retry": gettext_lazy("Registered again. The payment leaves with the next bank run, within seconds."),
    "return": gettext_lazy("Returned to the provider with your reason."),
    "close": gettext_lazy("Closed. Provider and company were told why nothing is paid."),
    "unregister": gettext_lazy(
        "Taken back. Provider and company were told why; nothing of it leaves until it is registered again."
    ),
}
WITH_REASON: dict[str, Any] = {
    "return": actions.return_disbursement, "close": actions.close_disbursement, "unregister": actions.unregister_disbursement,
}  # fmt: skip


@signed_in
@require_POST
def decide(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """check; return, close or unregister, with a reason."""
    row = _row(request, ref)
    if verb in WITH_REASON:
        form = ReasonForm(request.POST, auto_id="back_%s" if verb == "unregister" else "id_%s")
        if not form.is_valid() and queries.may(request.user, row)[verb]:
            return _show(request, row, form, verb)
        WITH_REASON[verb](disbursement_id=row.pk, reason=form.cleaned_data.get("reason", ""), by=request.user)
    elif verb == "check":
        actions.check_evidence(disbursement_id=row.pk, by=request.user)
    else:
        raise Http404
    messages.success(request, DONE[verb])
    return redirect(request, reverse("payments:detail", args=[row.ref]))


RELEASES: dict[str, tuple[Any, Any]] = {
    "approve": (actions.approve_disbursement, gettext_lazy("Approve")),
    "register": (actions.register_disbursement, gettext_lazy("Register for payment")),
    "retry": (actions.retry_disbursement, gettext_lazy("Retry the payment")),
}


FOR_A_FILE = gettext_lazy("Registered. The payment waits for the next payment file, which somebody else makes.")


def _release_form(request: HttpRequest, row: Disbursement, verb: str) -> CodeForm:
    """The second factor; at the first registration also the way, where the round leaves a choice."""
    data = request.POST if request.method == "POST" else None
    if verb != "register":
        return CodeForm(data, user=request.user)
    return forms.RegisterForm(data, user=request.user, ways=queries.ways_of(row), usual=row.way)


@signed_in
@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """approve, register or retry: how much goes where, what the step does, and a fresh second factor."""
    row, (action, title), (permission, _words) = _row(request, ref), RELEASES[verb], rules.RELEASES[verb]
    require(request.user, permission)
    rules.LIFECYCLE.step(row.status, f"{verb}_disbursement")  # an old page is told before anything is typed
    form = _release_form(request, row, verb)
    if request.method == "POST" and form.is_valid():
        more = {"way": form.cleaned_data["way"]} if "way" in form.fields else {}
        try:
            action(disbursement_id=row.pk, second_factor_code=form.cleaned_data["code"], by=request.user, **more)
        except DomainError as error:
            form_errors(form, error)
        else:
            row.refresh_from_db(fields=["way"])
            messages.success(request, DONE[verb] if row.way in {"", Way.GATEWAY} else FOR_A_FILE)
            return redirect(request, reverse("payments:detail", args=[row.ref]))
    context = {
        "form": form, "row": row, "title": title, "consequence": rules.consequence(verb, queries.ways_of(row)) % {"won": won_long(row.amount_won), "payee": pick(row.payee, "name")},
        "account": queries.account_to_pay(row),
    }  # fmt: skip
    return page(request, "vouchers/payments/form.html", context, status=422 if form.errors else 200)


def _attempt(request: HttpRequest, ref: str, attempt_ref: str) -> tuple[Disbursement, PaymentAttempt]:
    row = _row(request, ref)
    return row, get_object_or_404(PaymentAttempt, disbursement=row, ref=attempt_ref)


@needs("vouchers.resolve_attempt")
@require_http_methods(["GET", "POST"])
def resolve(request: HttpRequest, ref: str, attempt_ref: str) -> HttpResponse:
    """A person writes down what the bank said about a parked transfer."""
    row, attempt = _attempt(request, ref, attempt_ref)
    if attempt.state != "PARKED":
        raise IllegalStep("payment_attempt", attempt.state, "settle")
    form = forms.ResolveForm(request.POST if request.method == "POST" else None, user=request.user, way=row.way)
    if request.method == "POST" and form.is_valid():
        if _settled_meanwhile(attempt):
            messages.info(request, _("The bank's own record settled this transfer in the meantime."))
            return redirect(request, reverse("payments:detail", args=[row.ref]))
        try:
            actions.resolve_attempt(attempt_id=attempt.pk, by=request.user, **form.facts())
        except DomainError as error:
            form_errors(form, error)
        else:
            return redirect(request, reverse("payments:detail", args=[row.ref]))
    context = {
        "side": rules.side_words(row.way),
        "form": form,
        "row": row,
        "attempt": attempt,
        "title": _("Settle a parked transfer"),
    }
    return page(request, "vouchers/payments/form.html", context, status=422 if form.errors else 200)


def _settled_meanwhile(attempt: PaymentAttempt) -> bool:
    """The statement is asked once more before a person's word counts."""
    found = gateways.statement(url=gateways.address(), since=attempt.claimed_at)
    if found:
        actions.reconcile(statement=found, now=clock.now())
        attempt.refresh_from_db(fields=["state"])
    return attempt.state != "PARKED"


@needs("vouchers.resolve_attempt")
@require_http_methods(["GET", "POST"])
def explain(request: HttpRequest, ref: str, attempt_ref: str) -> HttpResponse:
    """A person writes down what the bank says about a transfer that its record shows otherwise than ours."""
    row, attempt = _attempt(request, ref, attempt_ref)
    if not queries.is_contradicted(attempt):
        raise IllegalStep("payment_attempt", attempt.state, "explain")
    form = forms.ExplainForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        reason, code = form.cleaned_data["reason"], form.cleaned_data["code"]
        try:
            actions.explain_attempt(attempt_id=attempt.pk, reason=reason, second_factor_code=code, by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            return redirect(request, reverse("payments:detail", args=[row.ref]))
    context = {
        "side": rules.side_words(row.way),
        "form": form,
        "row": row,
        "attempt": attempt,
        "contradicted": True,
        "title": _("Explain the transfer"),
    }
    return page(request, "vouchers/payments/form.html", context, status=422 if form.errors else 200)


@needs("vouchers.resolve_attempt")
@require_http_methods(["GET", "POST"])
def withdraw_return(request: HttpRequest, ref: str, attempt_ref: str) -> HttpResponse:
    """Another person takes back that a transfer came back, as long as the bank's statement does not show it."""
    row, attempt = _attempt(request, ref, attempt_ref)
    if not attempt.rests_on_a_word:
        raise IllegalStep("payment_attempt", attempt.state, "withdraw_return")
    form = forms.ExplainForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        reason, code = form.cleaned_data["reason"], form.cleaned_data["code"]
        try:
            actions.withdraw_return(attempt_id=attempt.pk, reason=reason, second_factor_code=code, by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Taken back. The transfer waits for its record or a person again."))
            return redirect(request, reverse("payments:detail", args=[row.ref]))
    context = {
        "side": rules.side_words(row.way),
        "form": form,
        "row": row,
        "attempt": attempt,
        "withdraws": True,
        "title": _("Take the return back"),
    }
    return page(request, "vouchers/payments/form.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def evidence(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """invoice or own-share."""
    row = _row(request, ref)
    found = row.invoice_document if kind == "invoice" else row.own_share_document
    if found is None:
        raise Http404
    return responses.download(found, by=request.user, case=row)
