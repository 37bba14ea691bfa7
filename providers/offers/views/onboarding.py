"""An institution becomes a provider: applies or asks to act for one of the list, sees where it stands, publishes its service."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.queries import roles_of
from portal.accounts.rules import PROVIDER_ROLES
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError, Stale
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.words import pick
from providers.catalogue.queries import holders
from providers.institutions import actions, rules
from providers.institutions import forms as institution_forms
from providers.institutions import queries as institutions
from providers.institutions.models import Institution
from providers.offers import forms, queries

STEPS = tuple(rules.InstitutionStatus)[:3]  # applied, being verified, active


@signed_in
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Two ways in: an institution of the list, or a new one. Who has one already is led to where it stands."""
    found = institutions.applied_by(request.user)
    if found is not None and found.status != rules.InstitutionStatus.RETIRED:
        return redirect(request, reverse("providers:application"))
    claimed = "claim" in request.POST
    claim = forms.ClaimForm(request.POST if claimed else None, user=request.user)
    facts = forms.FactsForm(request.POST if request.method == "POST" and not claimed else None)
    form: Any = claim if claimed else facts
    if request.method == "POST" and form.is_valid():
        try:
            if claimed:
                actions.claim(institution_id=claim.cleaned_data["institution"].pk, by=request.user)
            else:
                actions.apply_as_new(facts=facts.facts(), by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Your application was received."))
            return redirect(request, reverse("providers:application"))
    other_role = bool(roles_of(request.user) - PROVIDER_ROLES)
    context = {"claim": claim, "facts": facts, "claimed": claimed, "other_role": other_role, "refused": found}
    return page(request, "providers/offers/apply.html", context, status=422 if form.errors else 200)


def _applied(request: HttpRequest) -> Institution:
    found = institutions.applied_by(request.user)
    if found is None:
        raise Http404
    return found


@signed_in
@require_safe
def application(request: HttpRequest) -> HttpResponse:
    """Where the application stands, who has the ball, what happened."""
    found = _applied(request)
    history = queries.story(found)
    claiming = found.organisation_id is None
    last = history[-1]["text"] if history else ""
    context = {
        "institution": found,
        "title": pick(found, "name"),
        "claiming": claiming,
        "steps": [{"label": str(step.label)} for step in STEPS],
        "current": 1 if claiming or found.status not in STEPS else STEPS.index(rules.InstitutionStatus(found.status)) + 1,
        "reason": last,
        "facts": holders.institution_facts(found)["who"] if claiming or found.status in rules.SEEN else holders.stated(found),
        "history": history,
        "may_edit": not claiming and found.status == rules.InstitutionStatus.APPLIED,
        "verbs": _verbs(found, claiming),
        "waits": ngettext(
            "It begins to verify your institution within %(n)d working day. Until then you can change the facts.",
            "It begins to verify your institution within %(n)d working days. Until then you can change the facts.",
            actions.VERIFY_DAYS,
        )
        % {"n": actions.VERIFY_DAYS},
    }
    return page(request, "providers/offers/application.html", context)


def _verbs(found: Institution, claiming: bool) -> list[dict[str, Any]]:
    if claiming or not rules.LIFECYCLE.can(found.status, "withdraw"):
        return []
    url = reverse("providers:application_withdraw")
    consequence = _("The application ends. You can apply again later.")
    return [{"name": "withdraw", "label": _("Withdraw the application"), "url": url, "consequence": consequence, "danger": True}]


@needs("providers.apply_institution")
@require_http_methods(["GET", "POST"])
def edit_application(request: HttpRequest) -> HttpResponse:
    """The facts, corrected or completed before the verification begins."""
    found = _applied(request)
    form = forms.FactsForm(request.POST or None, initial=forms.facts_of(found))
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.revise(
                institution_id=found.pk, version=-1 if version is None else version, facts=form.facts(), by=request.user
            )
        except DomainError as error:
            form_errors(form, error)
            if isinstance(error, Stale):  # the next save is a decision to overwrite
                form.data = {**request.POST.dict(), "version": str(found.version)}
        else:
            messages.success(request, _("Saved."))
            return redirect(request, reverse("providers:application"))
    context = {"form": form, "cancel_url": reverse("providers:application")}
    return page(request, "providers/offers/application_edit.html", context, status=422 if form.errors else 200)


@needs("providers.apply_institution")
@require_POST
def withdraw_application(request: HttpRequest) -> HttpResponse:
    try:
        actions.withdraw(institution_id=_applied(request).pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The application was withdrawn."))
    return redirect(request, reverse("providers:application"))


@needs("providers.set_target_days")
@require_http_methods(["GET", "POST"])
def service(request: HttpRequest, key: str = "") -> HttpResponse:
    """What the institution publishes about its service; each of one's own institutions has its page."""
    mine = [one for one in institutions.of_user(request.user) if request.user.has_perm("providers.set_target_days", one)]
    found = next((one for one in mine if not key or one.key == key), None)
    if found is None:
        raise Http404
    initial = institution_forms.service_of(found)
    form = institution_forms.ServiceForm(request.POST or None, initial=initial, steps=queries.STEP_WORDS)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_service(
                institution_id=found.pk, version=form.cleaned_data["version"], values=form.values(),
                target_days=form.target_days(), by=request.user,
            )  # fmt: skip
        except DomainError as error:
            form_errors(form, error)
            if isinstance(error, Stale):
                form.data = {**request.POST.dict(), "version": str(found.version)}
        else:
            messages.success(request, _("Published."))
            return redirect(request, reverse("providers:institution", args=[found.key]))
    context = {"form": form, "institution": found, "title": pick(found, "name"), "others": [one for one in mine if one != found],
               "public_url": reverse("providers:institution", args=[found.key]), "published": found.status in rules.SEEN}  # fmt: skip
    return page(request, "providers/offers/service.html", context, status=422 if form.errors else 200)
