"""The demo's own bank: its book, its moods, and the files that it takes and answers. Only in a demonstration."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.kit.access import signed_in
from portal.kit.htmx import page, redirect
from vouchers.payments import forms, gateways


def _show(request: HttpRequest, form: forms.MoodForm, hand_in: forms.HandInForm) -> HttpResponse:
    url = gateways.address()
    context = {
        "form": form, "hand_in": hand_in, "moods": forms.MOODS, "book": gateways.demo_book(url=url), "now": gateways.demo_mood_now(url=url),
        "files": gateways.demo_files(url=url),
    }  # fmt: skip
    return page(request, "vouchers/payments/bank.html", context, status=422 if form.errors or hand_in.errors else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def demo_bank(request: HttpRequest) -> HttpResponse:
    """The local bank's book and its moods."""
    if not settings.DEMO:
        raise Http404
    form = forms.MoodForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if gateways.demo_mood(url=gateways.address(), name=form.cleaned_data["mood"]):
            messages.success(request, _("The bank changed its mood."))
        else:
            messages.error(request, _("The bank did not answer."))
        return redirect(request, reverse("demo_bank:book"))
    return _show(request, form, forms.HandInForm())


@signed_in
@require_POST
def demo_hand_in(request: HttpRequest) -> HttpResponse:
    """A payment file is carried to the bank, or to the subsidy network, which decides about it at once."""
    if not settings.DEMO:
        raise Http404
    form = forms.HandInForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        fault = gateways.demo_hand_in(url=gateways.address(), content=data["file"].read(), how=data["how"])
        if not fault:
            messages.success(request, _("It took the file. Its answers are below."))
            return redirect(request, reverse("demo_bank:book"))
        form.add_error("file", forms.HAND_IN_FAULTS.get(fault, forms.HAND_IN_FAULTS["silent"]))
    return _show(request, forms.MoodForm(), form)


@signed_in
@require_GET
def demo_answer(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """report, statement or result: as the other side gives it."""
    found = gateways.demo_answer(url=gateways.address(), number=number, kind=kind) if settings.DEMO else None
    if found is None:
        raise Http404
    content, name, media_type = found
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
