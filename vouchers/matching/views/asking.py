"""The company asks: one provider or several, with one message; then a page says to whom it went."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.kit import clock
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from providers.catalogue.models import Dataset
from providers.offers.models import Offer
from vouchers.matching import actions, forms, queries
from vouchers.matching.models import Need
from vouchers.matching.rules import asking
from vouchers.matching.views.needs import need_or_404

Chosen = list[tuple[Dataset | None, Offer | None]]
PAGE_SIZE = 20


@needs("vouchers.request_quote")
@require_safe
def choose_need(request: HttpRequest) -> HttpResponse:
    """For which of the company's needs to ask; `for` as in ask, which it hands over."""
    chosen = _chosen(request)
    found = Pages(queries.asking_needs(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    handed = urlencode([("for", value) for value in request.GET.getlist("for")])
    return page(request, "vouchers/matching/choose_need.html", {"page": found, "chosen": chosen, "handed": handed})


@needs("vouchers.request_quote")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Asks the holders of the chosen results for quotes. `for`, once or more: dataset key and offer ref with a colon between; the
    key is empty for processing work alone."""
    need = need_or_404(request, ref)
    chosen = _chosen(request)
    if not chosen:
        messages.warning(request, _("Tick at least one result, then ask for quotes."))
        return redirect(request, reverse("matching:need", args=[ref]))
    form = forms.AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _sent(request, need, chosen, form.cleaned_data["message"])
        except DomainError as error:
            form_errors(form, error)
    barred = queries.barred(need, chosen) if request.method != "POST" else ""  # what was typed stays on the page
    answer = {"problem": str(barred)} if barred else _answer_by(need)
    context = {"need": need, "chosen": chosen, "against": queries.stands_against(need, chosen), "form": form, **answer}
    return page(request, "vouchers/matching/ask.html", context, status=422 if form.errors else 200)


def _sent(request: HttpRequest, need: Need, chosen: Chosen, message: str) -> HttpResponse:
    if len(chosen) == 1:
        dataset, offer = chosen[0]
        made = actions.request_quote(
            need_id=need.pk, institution_id=_holder(dataset, offer), dataset_id=dataset and dataset.pk,
            offer_id=offer and offer.pk, message=message, by=request.user,
        )  # fmt: skip
        messages.success(request, _("Your request was sent. You get a notice when the answer arrives."))
        return redirect(request, reverse("matching:quote", args=[made.ref]))
    wanted = [(dataset and dataset.pk, offer and offer.pk) for dataset, offer in chosen]
    event = actions.request_quotes(need_id=need.pk, wanted=wanted, message=message, by=request.user)
    return redirect(request, reverse("matching:asked", args=[need.ref, event.seq]))


@signed_in
@require_safe
def asked(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """To whom one message went, and why it did not go to the others."""
    need = need_or_404(request, ref)
    found = queries.asked_at_once(need, number)
    if found is None:
        raise Http404
    return page(request, "vouchers/matching/asked.html", {"need": need, "asked": found})


def _chosen(request: HttpRequest) -> Chosen:
    """404 for anything that nobody could have seen. What was taken out since is refused by name when it is asked for, so that
    the others are asked and the message stays."""
    values = [value.replace("\x00", "") for value in request.GET.getlist("for")]
    if not values and "many" not in request.GET:
        raise Http404
    return [_result(request, value) for value in dict.fromkeys(values[: asking.MOST_AT_ONCE])]


def _holder(dataset: Dataset | None, offer: Offer | None) -> int:
    found = dataset or offer
    assert found is not None
    return found.institution_id


def _result(request: HttpRequest, value: str) -> tuple[Dataset | None, Offer | None]:
    key, _colon, offer_ref = value.partition(":")
    offers = queries.once_offered(request.user)
    if not key:
        return None, get_object_or_404(offers, ref=offer_ref, dataset__isnull=True)
    dataset = get_object_or_404(queries.once_published(request.user), key=key)
    return dataset, get_object_or_404(offers, ref=offer_ref, dataset=dataset) if offer_ref else None


def _answer_by(need: Need) -> dict[str, Any]:
    """Until when the institution would answer; or why it is too late to ask."""
    try:
        times = queries.quote_times(need.round)
        due_at = times.due(clock.now())
        return {"due_at": due_at, "award_on": times.award_on, "whence": queries.asking_words(times, due_at)}
    except DomainError as error:
        return {"problem": str(error.message)}
