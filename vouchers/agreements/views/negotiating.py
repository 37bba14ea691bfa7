"""The articles while they are negotiated: parties comment, the operating agency answers."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from vouchers.agreements import actions, queries, rules
from vouchers.agreements.forms import AnswerForm, CommentForm
from vouchers.agreements.models import Agreement, ClauseComment
from vouchers.companies import actions as companies


def _agreement(request: HttpRequest, ref: str) -> Agreement:
    row = get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related("company", "round", "award__application__track"), ref=ref
    )
    companies.saw(row, of=row.company, what="agreement", by=request.user)
    return row


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def negotiation(request: HttpRequest, ref: str) -> HttpResponse:
    """Every article with what was said of it; a party adds a comment."""
    row = _agreement(request, ref)
    version = row.current()
    initial = {"content_hash": version.content_hash}
    form = CommentForm(request.POST or None, initial=initial, clauses=version.body["clauses"])
    if request.method == "POST" and form.is_valid():
        try:
            actions.comment_clause(agreement_id=row.pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            if error.status == 403:
                raise
            _refused(form, error, row)
        else:
            messages.success(request, _("Your comment was sent to the operating agency."))
            return redirect(request, reverse("agreements:negotiation", args=[ref]))
    return _show(request, row, form, 422 if form.errors else 200)


def _show(request: HttpRequest, row: Agreement, form: Form | None, status: int = 200) -> HttpResponse:
    version, comments = queries.version_for(row, request.user), list(queries.comments_of(row))
    negotiates = rules.LIFECYCLE.can(row.status, "comment_clause")
    articles = [
        {"number": number, "clause": clause, "comments": [one for one in comments if one.clause == number]}
        for number, clause in enumerate(version.body["clauses"], 1)
    ]
    context: dict[str, Any] = {
        "row": row, "version": version, "articles": articles, "form": form, "differences": queries.worded_differently(version),
        "may_comment": negotiates and queries.comments_for(row, request.user) is not None,
        "may_answer": negotiates and request.user.has_perm("vouchers.draft_agreement"), "waiting": queries.open_comments(row),
    }  # fmt: skip
    return page(request, "vouchers/agreements/negotiation.html", context, status=status)


@needs("vouchers.draft_agreement")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, ref: str, comment: str) -> HttpResponse:
    """One comment, the article that it is about, and the answer."""
    row = _agreement(request, ref)
    found = get_object_or_404(queries.comments_of(row), ref=comment)
    if found.status != rules.CommentStatus.OPEN or not rules.LIFECYCLE.can(row.status, "answer_comment"):
        return redirect(request, reverse("agreements:negotiation", args=[ref]))
    version = row.current()
    clause = version.body["clauses"][found.clause - 1]
    initial = {"content_hash": version.content_hash, "text_ko": clause["text_ko"], "text_en": clause["text_en"]}
    form = AnswerForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _answered(request, found, form):
        messages.success(request, _("The party was told your answer."))
        return redirect(request, reverse("agreements:negotiation", args=[ref]))
    context = {"row": row, "comment": found, "clause": clause, "form": form}
    return page(request, "vouchers/agreements/answer.html", context, status=422 if form.errors else 200)


def _answered(request: HttpRequest, comment: ClauseComment, form: AnswerForm) -> bool:
    try:
        actions.answer_comment(comment_id=comment.pk, by=request.user, **form.cleaned_data)
    except DomainError as error:
        _refused(form, error, comment.agreement)
        return False
    return True


def _refused(form: Form, error: DomainError, row: Agreement) -> None:
    """The refusal beside what was typed. When another version stands by now, the page shows it and the next try is for it."""
    form_errors(form, error)
    if error.code == "stale":
        form.data = form.data.copy()
        form.data["content_hash"] = row.current().content_hash
