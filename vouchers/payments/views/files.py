"""Payment files in the browser: what is due, one file made of it, its answers read, and what is still open."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.documents import actions as documents
from portal.documents import responses
from portal.documents.rules import ANSWERS
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.forms import ReasonForm
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from vouchers.payments import actions, forms, queries, rules
from vouchers.payments.models import PaymentFile
from vouchers.rounds.models import Round

PER_PAGE = 20


@signed_in
@require_GET
def file_list(request: HttpRequest) -> HttpResponse:
    """What waits for a file, by round and way, and the files that were made."""
    if not queries.may_see_files(request.user):
        raise Http404
    shown = Pages(queries.files_for(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "waiting": queries.waiting(), "may_send": request.user.has_perm("vouchers.send_payments")}
    return page(request, "vouchers/payments/files.html", context)


@needs("vouchers.send_payments")
@require_http_methods(["GET", "POST"])
def new_file(request: HttpRequest, round_key: str, way: str) -> HttpResponse:
    """Chooses of what is due, and makes the file."""
    round_, code = get_object_or_404(Round, key=round_key), way.upper().replace("-", "_")
    if code not in rules.FILE_WAYS:
        raise Http404
    due = list(queries.due(round_, code))
    mine = [row for row in due if rules.may_pay(request.user.pk, {row.approved_by_id, row.registered_by_id})]
    form = forms.FileForm(
        request.POST if request.method == "POST" else None, user=request.user, due=mine, held=queries.unproved(mine)
    )
    if request.method == "POST" and form.is_valid():
        try:
            file = actions.make_payment_file(
                round_id=round_.pk, way=code, disbursement_ids=form.cleaned_data["payments"],
                second_factor_code=form.cleaned_data["code"], by=request.user,
            )  # fmt: skip
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The file is made. Download it and hand it over; it is the same however often you do."))
            return redirect(request, reverse("payments:file", args=[file.ref]))
    context = {
        "form": form, "round": round_, "way": rules.way_words(code), "theirs": len(due) - len(mine), "due": mine,
        "total_won": sum(row.amount_won for row in mine),
    }  # fmt: skip
    return page(request, "vouchers/payments/file_new.html", context, status=422 if form.errors else 200)


def _file(request: HttpRequest, ref: str) -> PaymentFile:
    file = get_object_or_404(queries.files_for(request.user), ref=ref)
    payees = sorted({line.disbursement.payee.ref for line in queries.lines_of(file)})
    journal.saw(request.user, file, persons=payees, what="payment file")
    return file


@signed_in
@require_GET
def file_detail(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, _file(request, ref))


def _show(
    request: HttpRequest, file: PaymentFile, bound: forms.AnswerForm | None = None, reason: ReasonForm | None = None
) -> HttpResponse:
    """A file's page; bound, reason: what could not be accepted."""
    lines = list(queries.lines_of(file))
    own_hand = [line for line in lines if not rules.may_resolve(request.user.pk, line.released_by)]
    context = {
        "file": file, "lines": lines, "answers": queries.answers_of(file), "booked_won": queries.booked_won(file),
        "may_send": request.user.has_perm("vouchers.send_payments"), "own_hand": own_hand, "overdue": queries.is_overdue(file, clock.now()),
        "form": bound or forms.AnswerForm(way=file.way, user=request.user), "reason_form": reason or ReasonForm(),
    }  # fmt: skip
    return page(request, "vouchers/payments/file.html", context, status=422 if bound or reason else 200)


@needs("vouchers.send_payments")
@require_GET
def file_download(request: HttpRequest, ref: str) -> HttpResponse:
    """The very bytes that were made; whole account numbers stand in them, so they are for those who hand them over."""
    file = _file(request, ref)
    return responses.download(file.document, by=request.user, case=file)


@needs("vouchers.send_payments")
@require_POST
def read_answer(request: HttpRequest, ref: str) -> HttpResponse:
    """A report, a statement or a result list is read, whole or not at all."""
    file = _file(request, ref)
    form = forms.AnswerForm(request.POST, request.FILES, way=file.way, user=request.user)
    if form.is_valid():
        try:
            with documents.all_or_nothing():  # an answer that is refused leaves nothing behind
                upload = form.cleaned_data["file"]
                document = documents.upload(file=upload, kind="payment_answer", by=request.user, types=ANSWERS)
                code = form.cleaned_data["code"]
                answer = actions.read_payment_answer(file_id=file.pk, document=document, second_factor_code=code, by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, forms.settled_words(answer.settled))
            return redirect(request, reverse("payments:file", args=[file.ref]))
    return _show(request, file, bound=form)


@needs("vouchers.send_payments")
@require_GET
def answer_download(request: HttpRequest, ref: str, answer_ref: str) -> HttpResponse:
    """An answer as it was uploaded."""
    file = _file(request, ref)
    answer = get_object_or_404(queries.answers_of(file), ref=answer_ref)
    return responses.download(answer.document, by=request.user, case=file)


@needs("vouchers.send_payments")
@require_POST
def stop_waiting(request: HttpRequest, ref: str) -> HttpResponse:
    """No answer came: what is open waits for a person from now on."""
    file, form = _file(request, ref), ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, file, reason=form)
    actions.stop_waiting(file_id=file.pk, reason=form.cleaned_data["reason"], by=request.user)
    messages.success(request, _("Each open payment waits for a person now. An answer that comes later is still read."))
    return redirect(request, reverse("payments:file", args=[file.ref]))
