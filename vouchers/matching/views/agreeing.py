"""The institution agrees to a prepared quote: its approver and the investigator signed in, or the investigator by a mailed link."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.kit.access import public, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from vouchers.companies import actions as companies
from vouchers.matching import actions, forms, queries
from vouchers.matching.models import QuoteDraft
from vouchers.matching.views.drafts import VERBS
from vouchers.matching.views.panels import perform
from vouchers.matching.views.requests import show_request


@signed_in
@require_POST
def draft_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """About the very draft that was on the page, so that a newer one is never agreed to unread."""
    drafts = QuoteDraft.objects.visible_to(request.user).select_related("request__need__company")
    draft = get_object_or_404(drafts, ref=ref)
    companies.saw(draft.request, of=draft.request.need.company, what="need", by=request.user)
    place = draft.request.ref
    return perform(
        request,
        VERBS,
        verb,
        draft,
        lambda **more: show_request(request, place, **more),
        reverse("matching:request", args=[place]),
    )


@public
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: HttpRequest, secret: str) -> HttpResponse:
    """The link that was mailed to the investigator: the quote, and a yes or a no with its reason. Used once."""
    draft = actions.find_by_link(secret=secret)
    no = "return" in request.POST
    form = forms.ReturnForm(request.POST if no else None, prefix="return", use_required_attribute=False)
    yes = forms.AgreementForm(None if no else request.POST or None, use_required_attribute=False)
    asked = form if no else yes
    if request.method == "POST" and draft is not None and asked.is_valid():
        try:
            if no:
                actions.return_by_link(secret=secret, reason=form.cleaned_data["text"])
            else:
                actions.agree_by_link(secret=secret)
            messages.success(request, _("Thank you. Your answer was recorded, and the hospital's office was told."))
            return redirect(request, reverse("matching:agreed"))
        except DomainError as error:
            form_errors(asked, error)
    context = {"draft": draft, "sheet": queries.draft_sheet(draft), "form": yes, "return_form": form}
    status = 404 if draft is None else 422 if request.method == "POST" else 200
    return page(request, "vouchers/matching/agree.html", context, status=status)


@public
@require_http_methods(["GET", "HEAD"])
def agreed(request: HttpRequest) -> HttpResponse:
    """After the answer: nothing more to do. It shows no row."""
    return page(request, "vouchers/matching/agreed.html", {})
