"""A page is a template, a fragment is a partial inside that page: they cannot drift apart."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http import HttpResponseRedirect as Redirect
from django.shortcuts import render

from portal.kit.errors import GONE, DomainError


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, part: str | None = None, status: int = 200
) -> HttpResponse:
    """The whole page, or its partial `part` when htmx asked for it (and not for a boosted or restored page).

    A refusal (409, 422) never comes back without a word: when the refused form has no place on the page any more, because
    its step was taken meanwhile, the page says that.
    """
    htmx = getattr(request, "htmx", None)
    if part and htmx and not htmx.boosted and not htmx.history_restore_request:
        response = render(request, f"{template}#{part}", context, status=status)
    else:
        response = render(request, template, context, status=status)
        if status in {409, 422} and not any(mark in response.content for mark in (b'role="alert"', b'aria-invalid="true"')):
            messages.error(request, str(GONE))
            response = render(request, template, context, status=status)
    response["Vary"] = "HX-Request, Cookie"
    return response


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """See-other for a browser, HX-Redirect for htmx."""
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return Redirect(url, status=303)


def form_errors(form: BaseForm, error: DomainError) -> BaseForm:
    """Puts a refusal where the person looks: beside its field, or on top of the form."""
    for field, sentence in ((error.field, error.message), *error.also):
        form.add_error(field if field in form.fields else None, str(sentence))
    return form
