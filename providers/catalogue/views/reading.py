"""What everybody reads: the list, a dataset's versions, its variables, its series."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.journal.memory import remembered
from portal.kit.access import public, signed_in
from portal.kit.htmx import page, redirect
from portal.kit.pages import Counted, Pages
from portal.kit.words import pick
from providers.catalogue import actions, forms, queries
from providers.catalogue.models import Dataset

PAGE_SIZE = 20


@public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Everybody finds published datasets by text and facets; the number of queries does not depend on how many."""
    wished = queries.wish(request.GET)
    labels = queries.words(*(listed for listed, _column, _many in queries.FACETS.values() if listed))
    labels["lead"] = {code: str(word) for code, word in forms.LEAD_WORDS.items()}
    whole = queries.overview(wished, labels)
    found = Counted(queries.in_order(queries.found(wished), wished), PAGE_SIZE, whole.total).get_page(request.GET.get("page"))
    context = {
        "filters": _filters(request, whole, wished),
        "page": found,
        "items": [one | _comparing(request, one["key"], wished.beside) for one in queries.cards(found.object_list, labels)],
        "beside": queries.compared(wished.beside) if wished.beside else [],
        "comparison_full": len(wished.beside) >= queries.MOST_COMPARED,
        "compare_url": f"{reverse('providers:compare')}?{urlencode([('d', key) for key in wished.beside])}",
        "narrowed": wished.narrowed,
        "meant": [] if whole.total else [(text, _instead(request, text)) for text in queries.meant(wished)],
        "query": queries.address_of(wished),
        "list_query": request.GET.urlencode(),
        "sign_in_url": f"{reverse('account_login')}?next={quote(request.get_full_path())}",
        "each": wished.each,
        "folded": whole.folded,
        "wider": whole.wider,
        "documents": [
            {"name": name, "type": kind, "url": reverse("catalogue_document", args=[ending])}
            for ending, kind, name in queries.FORMS
        ],
        "all_diseases": wished.all_diseases and wished.names_a_disease,
    }
    return page(request, "providers/catalogue/search.html", context, part="results")


def _comparing(request: HttpRequest, key: str, beside: Sequence[str]) -> dict[str, str]:
    """A card's link that takes the dataset into the comparison, or out of it; the address keeps what is compared."""
    if key not in beside and len(beside) >= queries.MOST_COMPARED:
        return {}
    address = request.GET.copy()
    address.setlist("d", [one for one in beside if one != key] if key in beside else [*beside, key])
    word = _("Take out of the comparison") if key in beside else _("Add to the comparison")
    return {"more": word, "more_url": f"{reverse('providers:catalogue')}?{address.urlencode()}#{COMPARISON}"}


COMPARISON = "comparison"


def _instead(request: HttpRequest, text: str) -> str:
    """The same list with another text."""
    address = request.GET.copy()
    address["q"] = text
    return f"{reverse('providers:catalogue')}?{address.urlencode()}"


def _filters(request: HttpRequest, whole: queries.Overview, wished: queries.Wish) -> str:
    """The search form, written out; as it first stands the same for every reader, and remembered until something happens."""

    def written() -> str:
        action = reverse("providers:catalogue")
        form = forms.SearchForm(whole.facets, wished)
        context = {"form": form, "more": form.more, "action": action, "hx_target": "#catalogue", "label": _("Search datasets")}
        if wished.narrowed:
            context["reset_url"] = action
        return render_to_string("components/filters.html", context, request)

    return written() if wished.is_particular else remembered("catalogue.filters", written)


@public
@require_safe
def history(request: HttpRequest, key: str) -> HttpResponse:
    """Every published version and what differs from the one before it."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), key=key)
    versions = queries.versions_of(dataset)
    if not versions:
        raise Http404
    context = {
        "dataset": dataset,
        "title": pick(dataset, "title"),
        "page_url": reverse("providers:dataset", args=[dataset.key]),
        "rows": queries.history(versions),
    }
    return page(request, "providers/catalogue/history.html", context)


@public
@require_safe
def variable_list(request: HttpRequest, key: str) -> HttpResponse:
    """The published variables, searched by name or label."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), key=key)
    text = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:100]
    found = Pages(queries.found_variables(dataset, text), 100).get_page(request.GET.get("page"))
    context = {
        "dataset": dataset,
        "title": pick(dataset, "title"),
        "page_url": reverse("providers:dataset", args=[dataset.key]),
        "page": found,
        "variables": queries.shown_variables(found.object_list),
        "form": forms.VariableSearchForm({"q": text}),
        "narrowed": bool(text),
    }
    return page(request, "providers/catalogue/variables.html", context, part="results")


@public
@require_safe
def series(request: HttpRequest, key: str) -> HttpResponse:
    """The releases of a series, planned ones too; who is signed in asks to be told."""
    found = get_object_or_404(queries.series_visible_to(request.user), key=key)
    context = {
        "series": found,
        "title": pick(found, "title"),
        "items": queries.cards(queries.releases_of(found)),
        "subscribed": queries.is_subscribed(found, request.user),
        "sign_in_url": f"{reverse('account_login')}?next={quote(request.path)}",
    }
    return page(request, "providers/catalogue/series.html", context)


@signed_in
@require_POST
def series_verb(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Subscribe or end it; everybody for themselves."""
    found = get_object_or_404(queries.series_visible_to(request.user), key=key)
    if verb == "subscribe":
        actions.subscribe(series=found, by=request.user)
        messages.success(request, _("You will be told when a release opens."))
    else:
        actions.unsubscribe(series=found, by=request.user)
        messages.success(request, _("You will not be told any more."))
    return redirect(request, reverse("providers:series", args=[key]))
