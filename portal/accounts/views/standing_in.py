"""Pages about being away, and about handing a duty to a colleague."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import actions, forms
from portal.accounts.queries import standing_in
from portal.journal import actions as journal
from portal.journal.models import Duty
from portal.kit import clock
from portal.kit.access import signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect


@signed_in
@require_http_methods(["GET", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    """When I am away and who stands in; for whom I stand in."""
    form = forms.AbsenceForm(request.POST or None, offered=standing_in.colleagues(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_absence(user=request.user, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Your absence is entered."))
            return redirect(request, reverse("people:absences"))
    context = {
        "form": form, "absences": standing_in.absences_of(request.user)[:20], "others": standing_in.stands_in(request.user),
        "today": clock.today(),
    }  # fmt: skip
    return page(request, "accounts/absences.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def end_absence(request: HttpRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(standing_in.absences_of(request.user), ref=ref)
    try:
        actions.end_absence(absence_id=found.pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The absence ended. Everything comes to you again."))
    return redirect(request, reverse("people:absences"))


@signed_in
@require_http_methods(["GET", "POST"])
def duty(request: HttpRequest, ref: str) -> HttpResponse:
    """One duty: who owes it, who looks after it, and to whom it can be handed."""
    found = _duty(request, ref)
    offered = standing_in.who_may(found, journal.barred(found))
    form = forms.HandForm(request.POST or None, offered=[one for one in offered if one.pk != found.holder_id], user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_duty(duty_id=found.pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("%(name)s looks after it now.") % {"name": form.cleaned_data["to"].get_full_name()})
            return redirect(request, reverse("people:duty", args=[ref]))
    context: dict[str, Any] = {"duty": found, "form": form, "offered": offered, "events": standing_in.handed(found)}
    return page(request, "accounts/duty.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def give_back(request: HttpRequest, ref: str) -> HttpResponse:
    found = _duty(request, ref)
    try:
        actions.give_back_duty(duty_id=found.pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Everybody who owes it looks after it again."))
    return redirect(request, reverse("people:duty", args=[ref]))


def _duty(request: HttpRequest, ref: str) -> Duty:
    found = standing_in.duty_of(request.user, ref)
    if found is None:
        raise Http404
    return found
