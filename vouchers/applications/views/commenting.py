"""Colleagues comment on a section and mark comments as resolved."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.kit.access import signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from vouchers.applications import actions, queries
from vouchers.applications.forms import CommentForm
from vouchers.applications.views.fetch import application_or_404, section_key
from vouchers.applications.views.shape import section_context


@signed_in
@require_POST
def comment(request: HttpRequest, ref: str, key: str) -> HttpResponse:
    """Says something about a section to one's colleagues."""
    application, which = application_or_404(request, ref), section_key(key)
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            actions.write_comment(application_id=application.pk, key=which, text=form.cleaned_data["text"], by=request.user)
            messages.success(request, _("Your colleagues were told about the comment."))
            return redirect(request, _comments(ref, which))
        except DomainError as error:
            form_errors(form, error)
    context = section_context(request, application, which, comment_form=form)
    return page(request, "vouchers/applications/section.html", context, status=422)


@signed_in
@require_POST
def resolve_comment(request: HttpRequest, ref: str, comment_ref: str) -> HttpResponse:
    """A comment is dealt with, or open again."""
    application = application_or_404(request, ref)
    found = queries.comment_of(application, request.user, comment_ref)
    if found is None:
        raise Http404
    try:
        actions.resolve_comment(comment_id=found.pk, resolved="reopen" not in request.POST, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    return redirect(request, _comments(ref, found.section))


def _comments(ref: str, key: str) -> str:
    return reverse("applications:section", args=[ref, key]) + "#comments"
