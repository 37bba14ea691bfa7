"""A dataset's public page with its offers, and the provider's own pages."""

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.kit.access import needs, public, signed_in
from portal.kit.errors import DomainError, Stale
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from portal.kit.words import pick
from providers.catalogue import queries as catalogue
from providers.catalogue import rules as catalogue_rules
from providers.catalogue.models import Dataset, Draft
from providers.catalogue.queries import holders
from providers.institutions import queries as institutions
from providers.institutions.models import Institution
from providers.offers import actions, forms, queries, rules
from providers.offers.models import Offer


@public
@require_safe
def dataset(request: HttpRequest, key: str) -> HttpResponse:
    """What is in it, may I use it for a product, how, how long, cost, offers, where the facts come from."""
    rows = Dataset.objects.visible_to(request.user).select_related("institution", "part_of", "series")
    found = get_object_or_404(rows, key=key)
    if found.publication in catalogue_rules.WORKING and catalogue.draft_of(found, request.user):  # never published yet
        return redirect(request, reverse("providers:dataset_preview", args=[key]))
    return page(request, "providers/offers/dataset.html", _context(request, found))


@public
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to three published datasets side by side, by their keys `d` in the address, which can be shared."""
    keys = catalogue.compared_keys(request.GET.getlist("d"))
    found = catalogue.compared(keys)
    context = {
        "datasets": found,
        "parts": queries.side_by_side(found),
        "lost": len(keys) - len(found),
        "back_url": f"{reverse('providers:catalogue')}?{urlencode([('d', one.key) for one in found])}",
    }
    return page(request, "providers/offers/compare.html", context)


@signed_in
@require_safe
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """The next version as the public will see it, for the institution's people and for those who check it; where none is being
    written, the published one is what the public sees."""
    draft = Draft.objects.visible_to(request.user).select_related("dataset").filter(dataset__key=key).first()
    if draft is None:
        published = get_object_or_404(Dataset.objects.published(), key=key)
        return redirect(request, reverse("providers:dataset", args=[published.key]))
    found = catalogue.drafted(draft.dataset, draft.content)
    context = _context(request, found, draft.content.get("variables") or [])
    own = catalogue.own_datasets(request.user).filter(pk=found.pk).exists()
    admin = f"/admin/providers/dataset/{found.pk}/change/"
    context |= {"preview": True, "entry_url": reverse("providers:dataset_entry", args=[key]) if own else admin}
    return page(request, "providers/offers/dataset.html", context)


def _context(request: HttpRequest, found: Dataset, drafted: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """What a dataset's page says. drafted: the variables of a preview, else those that are published."""
    labels = catalogue.words("access_mode", "exit_kind", "dataset_status")
    variables = catalogue.variables_of(found) if drafted is None else drafted
    complete = catalogue_rules.completeness(found.judged(found.content(variables)), found.profile)
    gaps = [*complete.required, *complete.recommended]
    standing = queries.of_dataset(found, request.user)
    shown = drafted is None and found.publication == catalogue_rules.Publication.PUBLISHED
    return {
        **(_for_programs(found, variables) if shown else {}),
        "dataset": found,
        "title": pick(found, "title"),
        "availability": labels["dataset_status"].get(found.status, found.status),
        "need_url": f"/matching/needs/new/?dataset={found.key}",
        "above_url": reverse("providers:dataset", args=[found.part_of.key]) if found.part_of else "",
        "above_title": pick(found.part_of, "title") if found.part_of else "",
        "series": found.series if found.series and found.series.is_up else None,
        "sheet": catalogue.fact_sheet(found),
        "fees": catalogue.fees(found),
        "route": queries.route_of(found, standing),
        "reviewed": queries.reviewed_alike(found),
        "price": queries.price_words(standing),
        "offers": [_shown(offer, labels) for offer in standing],
        "parts": list(found.parts.published().order_by("title_ko")),
        "holder": holders.holder_facts(found.institution),
        "completeness": complete,
        "gaps": gaps,
        "gaps_title": ngettext("%(n)d statement is not published", "%(n)d statements are not published", len(gaps))
        % {"n": len(gaps)},
        "variables": catalogue.shown_variables(variables[:VARIABLES_SHOWN]),
        "variable_count": len(variables),
    }


def _for_programs(found: Dataset, variables: list[dict[str, Any]]) -> dict[str, Any]:
    """What search engines read inside the page, and the addresses of the other forms."""
    said, has_croissant = catalogue.in_page(found, variables)
    documents = [
        *(
            {
                "name": f"{name} (DCAT-AP, HealthDCAT-AP)",
                "type": kind,
                "url": reverse("dataset_document", args=[found.key, ending]),
            }
            for ending, kind, name in catalogue.FORMS
        ),
        {"name": "schema.org", "type": LD, "url": reverse("providers:dataset_schema_org", args=[found.key])},
    ]
    if has_croissant:
        documents.append({"name": "Croissant", "type": LD, "url": reverse("providers:dataset_croissant", args=[found.key])})
    text = json.dumps(said, ensure_ascii=False).translate(UNSAFE_IN_A_PAGE)
    return {"documents": documents, "schema_org": mark_safe(text)}


LD = "application/ld+json"
UNSAFE_IN_A_PAGE = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}  # so that no text can end the script that holds it
VARIABLES_SHOWN = 10
DATASETS_SHOWN = 20


def _shown(offer: Offer, labels: dict[str, dict[str, str]]) -> Offer:
    offer.sheet = queries.sheet(offer, labels)  # type: ignore[attr-defined]
    offer.line_rows = list(offer.lines.all())  # type: ignore[attr-defined]
    return offer


@public
@require_safe
def institution_list(request: HttpRequest) -> HttpResponse:
    """Everybody finds who holds data; filters stay in the address. The number of queries does not depend on how many."""
    wish = forms.institution_wish(request.GET)
    counted = {}
    for name in institutions.FILTERS:
        others = {**wish, "chosen": {**wish["chosen"], name: ""}}
        counted[name] = institutions.counts(institutions.listed(request.user, **others), name)
    found = Pages(institutions.listed(request.user, **wish), 20).get_page(request.GET.get("page"))
    data = {"q": wish["text"], **wish["chosen"], "supplier": "yes" if wish["suppliers"] else ""}
    context = {
        "form": forms.InstitutionSearchForm(data, counted),
        "page": found,
        "items": holders.institution_cards(found.object_list),
        "narrowed": any(data.values()),
    }
    return page(request, "providers/offers/institutions.html", context, part="results")


@public
@require_safe
def institution(request: HttpRequest, key: str) -> HttpResponse:
    """Who it is, what it publishes, how long it takes, where the facts come from."""
    found = get_object_or_404(Institution.objects.visible_to(request.user), key=key)
    rows = Pages(catalogue.published_of(found), 20).get_page(request.GET.get("page"))
    work = queries.processing_of(found, request.user)
    labels = catalogue.words("access_mode", "exit_kind") if work else {}
    context = {
        "work": [_shown(offer, labels) for offer in work],
        "institution": found,
        "title": pick(found, "name"),
        "facts": holders.institution_facts(found),
        "service": queries.service_facts(found),
        "days": queries.days_of(found),
        "page": rows,
        "items": catalogue.cards(rows.object_list),
    }
    return page(request, "providers/offers/institution.html", context)


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The provider's own offers and datasets; pausing is one click. To whom it does not belong it says whose it is."""
    if not request.user.has_perm("providers.edit_offer"):
        return page(request, "providers/offers/whose.html", queries.way_in(request.user), status=403)
    found = Pages(queries.own(request.user), 30).get_page(request.GET.get("page"))
    for offer in found.object_list:
        verbs = [verb for verb in _verbs(offer) if verb["name"] in ("pause", "resume", "submit")]
        offer.quick = verbs[0] if verbs else None  # type: ignore[attr-defined]
    mine = queries.own_datasets(request.user)
    context = {
        "institutions": institutions.of_user(request.user),
        "applied": institutions.applied_by(request.user),
        "offers": found,
        "datasets": queries.in_words(mine[:DATASETS_SHOWN]),
        "dataset_count": mine.count(),
        "series": list(catalogue.own_series(request.user)),
    }
    return page(request, "providers/offers/home.html", context)


@needs("providers.edit_offer")
@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """All datasets of the provider's institutions, page by page; `q` looks in keys and titles."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = Pages(queries.own_datasets(request.user, text), 30).get_page(request.GET.get("page"))
    context = {"page": found, "datasets": queries.in_words(found.object_list), "q": text}
    return page(request, "providers/offers/datasets.html", context)


def _own(request: HttpRequest, ref: str) -> Offer:
    """An offer of the person's own institution, or 404."""
    return get_object_or_404(queries.own(request.user), ref=ref)


@needs("providers.edit_offer")
@require_safe
def detail(request: HttpRequest, ref: str) -> HttpResponse:
    """The offer as companies see it, what it still lacks, its verbs and its history."""
    offer = _own(request, ref)
    history = queries.timeline(offer)
    sent_back = offer.status == rules.OfferStatus.DRAFT and history and history[0]["text"]
    context = {
        "offer": _shown(offer, catalogue.words("access_mode", "exit_kind")),
        "title": pick(offer, "title"),
        "verbs": _verbs(offer),
        "editable": offer.status in rules.EDITABLE,
        "returned": sent_back or "",
        "missing": actions.lacks(offer) if offer.status == rules.OfferStatus.DRAFT else [],
        "history": history,
    }
    return page(request, "providers/offers/detail.html", context)


def _verbs(offer: Offer) -> list[dict[str, Any]]:
    """The provider's buttons now, the main one first."""
    labels = {
        "submit": (_("Submit for checking"), "primary"),
        "pause": (_("Pause"), "secondary"),
        "resume": (_("Publish again"), "primary"),
        "retire": (_("Retire"), "tertiary"),
    }
    found = []
    for name in (name for name in rules.LIFECYCLE.verbs(offer.status) if name in labels):
        label, kind = labels[name]
        verb: dict[str, Any] = {
            "name": name,
            "label": label,
            "kind": kind,
            "url": reverse("providers:offer_verb", args=[offer.ref, name]),
        }
        if name == "retire":
            verb |= {"danger": True, "consequence": _("A retired offer cannot be published again.")}
        found.append(verb)
    return found


VERBS = {"submit": actions.submit, "pause": actions.pause, "resume": actions.resume, "retire": actions.retire}


@needs("providers.edit_offer")
@require_POST
def verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """Submit, pause, resume or retire."""
    offer = _own(request, ref)
    try:
        done = VERBS[verb](offer_id=offer.pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Saved. The offer is now: %(state)s.") % {"state": done.get_status_display()})
    return redirect(request, reverse("providers:offer", args=[offer.ref]))


@needs("providers.edit_offer")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new draft."""
    mine = institutions.of_user(request.user)
    if not mine:
        raise Http404
    form = forms.OfferForm(request.POST or None, institutions=mine, initial={"dataset": request.GET.get("dataset")})
    return _edit(request, form, None)


@needs("providers.edit_offer")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Changes a draft, or a published or paused offer at once."""
    offer = _own(request, ref)
    form = forms.OfferForm(request.POST or None, institutions=[offer.institution], fixed=True, initial=forms.initial(offer))
    return _edit(request, form, offer)


def _edit(request: HttpRequest, form: forms.OfferForm, offer: Offer | None) -> HttpResponse:
    """One form for new and old: show, add a line, or save."""
    before = forms.initial_lines(offer) if offer else []
    if request.method == "GET":
        return _form_page(request, form, forms.LineFormSet(initial=before, prefix="lines"), offer)
    if "more" in request.POST:
        return _form_page(request, _untouched(form), forms.LineFormSet(_one_more(request.POST), prefix="lines"), offer)
    lines = forms.LineFormSet(request.POST, prefix="lines")
    if all([form.is_valid(), lines.is_valid()]):
        try:
            saved = _save(request, form, lines, offer)
        except DomainError as error:
            form_errors(form, error)
            if isinstance(error, Stale) and offer is not None:  # the next save is a decision to overwrite
                data = request.POST.copy()
                data["version"] = str(offer.version)
                form.data = data
        else:
            messages.success(request, _("Saved."))
            return redirect(request, reverse("providers:offer", args=[saved.ref]))
    return _form_page(request, form, lines, offer, 422)


def _save(request: HttpRequest, form: forms.OfferForm, lines: Any, offer: Offer | None) -> Offer:
    data = form.cleaned_data
    more = {"values": form.values(), "lines": lines.lines(), "dataset": data["dataset"], "by": request.user}
    if offer is None:
        return actions.create_offer(institution=data["institution"], **more)
    version = data["version"] if data["version"] is not None else -1
    return actions.edit(offer_id=offer.pk, version=version, open_shown=data["open_shown"], **more)


def _one_more(posted: Any) -> Any:
    """What was typed, and one more line as it stands in a new form."""
    data = posted.copy()
    text = data.get("lines-TOTAL_FORMS", "")
    count = min(int(text), rules.MOST_LINES) if text.isdecimal() and len(text) < 4 else 0
    if count < rules.MOST_LINES:
        for name, field in forms.LineForm.base_fields.items():
            data[f"lines-{count}-{name}"] = str(field.initial if field.initial is not None else "")
        count += 1
    data["lines-TOTAL_FORMS"] = str(count)
    return data


def _untouched(form: forms.OfferForm) -> forms.OfferForm:
    """What was typed, without complaints: the person only asked for one more line."""
    form._errors = {}  # type: ignore[attr-defined]
    form.cleaned_data = {}
    return form


def _form_page(request: HttpRequest, form: Any, lines: Any, offer: Offer | None, status: int = 200) -> HttpResponse:
    own_url = reverse("providers:offer", args=[offer.ref]) if offer else reverse("providers:home")
    context = {
        "form": form,
        "lines": lines,
        "offer": offer,
        "offer_title": pick(offer, "title") if offer else "",
        "offer_url": own_url,
        "heading": _("Edit the offer") if offer else _("New offer"),
        "cancel_url": own_url,
    }
    return page(request, "providers/offers/edit.html", context, status=status)
