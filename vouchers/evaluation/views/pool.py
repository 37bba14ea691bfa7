"""Doors of the pool's members (affiliations, the list of names) and of companies that challenge one of them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.kit import clock
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from vouchers.applications.models import Application
from vouchers.evaluation import actions
from vouchers.evaluation.forms import AffiliationForm, ChallengeForm, EndForm, NamesForm
from vouchers.evaluation.queries import challenges as challenge_queries
from vouchers.evaluation.queries import pool


@needs("vouchers.score_application")
@require_http_methods(["GET", "HEAD", "POST"])
def affiliations(request: HttpRequest) -> HttpResponse:
    """Where I work and worked, whom I advise: kept by the evaluator."""
    form = AffiliationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_affiliation(user_id=request.user.pk, entered=form.read(form.cleaned_data), by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Noted. Applications that this concerns are not given to you."))
            return redirect(request, reverse("evaluation:affiliations"))
    return _show_affiliations(request, form, 422 if request.method == "POST" else 200)


def _show_affiliations(request: HttpRequest, form: Any, status: int) -> HttpResponse:
    context = {"rows": pool.affiliations_of(request.user), "form": form, "today": clock.today()}
    return page(request, "vouchers/evaluation/affiliations.html", context, status=status)


@needs("vouchers.score_application")
@require_POST
def end_affiliation(request: HttpRequest, ref: str) -> HttpResponse:
    """It ended on a day; it still counts for the years of the policy."""
    row, form = get_object_or_404(pool.affiliations_of(request.user), ref=ref), EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter the day on which it ended."))
        return _show_affiliations(request, AffiliationForm(), 422)
    try:
        actions.end_affiliation(affiliation_id=row.pk, ends_on=form.cleaned_data["ends_on"], by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
        return _show_affiliations(request, AffiliationForm(), 422)
    messages.success(request, _("The end is noted."))
    return redirect(request, reverse("evaluation:affiliations"))


@needs("vouchers.score_application")
@require_http_methods(["GET", "HEAD", "POST"])
def names(request: HttpRequest, ref: str) -> HttpResponse:
    """The companies and providers of a round in the order of their letters: which of them must I avoid?"""
    member = get_object_or_404(pool.memberships_of(request.user), ref=ref)
    listed = pool.names_for(member)
    form = NamesForm(request.POST if request.method == "POST" else None, names=listed)
    if request.method == "POST" and form.is_valid():
        keys, ground = form.cleaned_data["names"], form.cleaned_data["ground"]
        try:
            actions.declare_names(member_id=member.pk, keys=keys, ground=ground, by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            none = _("Thank you. It is on record that you went through the list and have no conflict with any of the names.")
            some = _("Thank you. You are asked about none of the names that you marked.")
            messages.success(request, some if keys else none)
            return redirect(request, reverse("evaluation:list"))
    context = {"member": member, "ready": pool.names_ready(member.round), "form": form}
    return page(request, "vouchers/evaluation/names.html", context, status=422 if request.method == "POST" else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def challenges(request: HttpRequest, ref: str) -> HttpResponse:
    """기피: the members of the published pool, and what became of the company's challenges."""
    application = get_object_or_404(Application.objects.visible_to(request.user).select_related("round", "company"), ref=ref)
    due_at = challenge_queries.challenge_due(application)
    if due_at is None or not request.user.has_perm("vouchers.edit_application", application):
        raise Http404
    members = challenge_queries.published_pool(application)
    form = ChallengeForm(request.POST or None, members=members)
    if request.method == "POST" and form.is_valid():
        try:
            member, statement = form.cleaned_data["member"], form.cleaned_data["statement"]
            actions.file_challenge(application_id=application.pk, member_id=member.pk, statement=statement, by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Your challenge is filed. An officer decides and tells you."))
            return redirect(request, reverse("evaluation:challenges", args=[ref]))
    context = {
        "application": application, "members": members, "form": form, "due_at": due_at,
        "open": challenge_queries.may_challenge(application, clock.now()),
        "may": request.user.has_perm("vouchers.submit_application", application),
        "filed": challenge_queries.challenges_of(application),
    }  # fmt: skip
    return page(request, "vouchers/evaluation/challenges.html", context, status=422 if request.method == "POST" else 200)
