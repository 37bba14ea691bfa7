"""Searches that somebody keeps."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.kit.access import signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import page, redirect
from portal.kit.words import pick
from providers.catalogue import actions, forms, queries


@signed_in
@require_http_methods(["GET", "POST"])
def saved(request: HttpRequest) -> HttpResponse:
    """One's own kept searches; POST keeps the search of `query`, as it stands in the list's address."""
    if request.method == "POST":
        wished = queries.wish(QueryDict(request.POST.get("query", "")[:2000]))
        try:
            actions.save_search(wish=wished, by=request.user)
        except DomainError as error:
            messages.error(request, str(error.message))
            shown = QueryDict(
                request.POST.get("list", "") or request.POST.get("query", "")
            ).urlencode()  # with order and comparison
            return redirect(request, f"{reverse('providers:catalogue')}?{shown}")
        messages.success(request, _("The search is kept. You get a notice when something new fits it."))
        return redirect(request, reverse("providers:saved_searches"))
    rows = list(queries.saved_searches(request.user))
    wishes = [queries.wish(QueryDict(row.query)) for row in rows]
    labels = queries.words(*(listed for listed, _column, _many in queries.FACETS.values() if listed))
    labels["lead"] = {code: str(word) for code, word in forms.LEAD_WORDS.items()}
    named = queries.institutions_named({key for one in wishes for key in one.chosen.get("institution", ())})
    labels["institution"] = {key: pick(row, "name") for key, row in named.items()}
    context = {"rows": [(row, queries.asked_words(one, labels)) for row, one in zip(rows, wishes, strict=True)]}
    return page(request, "providers/catalogue/saved.html", context)


@signed_in
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps it no longer."""
    actions.forget_search(search_id=pk, by=request.user)
    messages.success(request, _("The search was removed. You will not be told any more."))
    return redirect(request, reverse("providers:saved_searches"))
