"""The public catalogue's list, and the holder's own buttons on a dataset."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.kit.access import needs, public
from portal.kit.errors import DomainError
from portal.kit.htmx import page, redirect
from portal.kit.pages import Counted
from providers.catalogue import actions, forms, queries
from providers.catalogue.models import Dataset

PAGE_SIZE = 20


@public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Everybody finds published datasets by text and facets; the number of queries does not depend on how many."""
    wished = forms.wish(request.GET)
    labels = queries.words("modality", "region", "access_mode", "dataset_status")
    whole = queries.overview(wished, labels)
    found = Counted(queries.in_order(queries.found(wished)), PAGE_SIZE, whole.total).get_page(request.GET.get("page"))
    context = {
        "form": forms.SearchForm(whole.facets, wished),
        "page": found,
        "items": queries.cards(found.object_list, labels),
        "narrowed": bool(wished.text or any(wished.chosen.values())),
        "each": wished.each,
        "folded": whole.folded,
    }
    return page(request, "providers/catalogue/search.html", context, part="results")


VERBS = {"pause": actions.pause, "resume": actions.resume}


@needs("providers.pause_dataset")
@require_POST
def verb(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Pause or resume an entry of the own institution."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), key=key)
    try:
        VERBS[verb](dataset_id=dataset.pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Paused.") if verb == "pause" else _("Published again."))
    return redirect(request, reverse("providers:home"))
