"""What allauth leaves to the house: a second factor is required of some, and a refused form answers 422."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal.accounts import rules
from portal.accounts.queries import has_second_factor, roles_of

# what somebody without the required factor may still reach: enrolment, proving who they are, leaving
_EXEMPT = ("/accounts/2fa/", "/accounts/logout/", "/accounts/reauthenticate/", "/static/", "/health/", "/api/", "/i18n/")


class second_factor:  # noqa: N801 - named like the functions that middleware usually are
    """Staff, providers and evaluators without TOTP are sent to enrolment. Demo people are not: they say so on every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._lacks_factor(request):
            if request.method == "GET" and not request.headers.get("HX-Request"):
                request.session["after_second_factor"] = request.get_full_path()
            if request.method == "GET":
                messages.info(request, _("Your role needs a second factor. Set it up once, then you can go on."))
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        self._remember_way_back(request)
        return self.get_response(request)

    def _remember_way_back(self, request: HttpRequest) -> None:
        """Enrolment ends on the recovery codes, whatever `next` said; they show the way back to what asked for the factor, with
        its query string. It is forgotten once that page is reached."""
        wanted = request.GET.get("next", "")
        if request.path.endswith("/2fa/totp/activate/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
            request.session["after_second_factor"] = wanted
        elif request.path == urlsplit(request.session.get("after_second_factor", "")).path:
            del request.session["after_second_factor"]

    def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        """allauth answers 200 to a form that it refused; the house says 422. Its fields repeat their label inside: not ours."""
        view = getattr(request.resolver_match, "func", None)
        if not getattr(view, "__module__", "").startswith("allauth."):
            return response
        if "/2fa/" in request.path and "after_second_factor" in request.session and has_second_factor(request.user):
            response.context_data = {**(response.context_data or {}), "way_back": request.session["after_second_factor"]}
        found = [value for value in (response.context_data or {}).values() if isinstance(value, BaseForm)]
        for form in found:
            for field in form.fields.values():
                field.widget.attrs.pop("placeholder", None)
        if request.method == "POST" and response.status_code == 200 and any(form.is_bound and form.errors for form in found):
            response.status_code = 422
        return response

    def _lacks_factor(self, request: HttpRequest) -> bool:
        path = request.path.removeprefix("/en") if request.path.startswith("/en/") else request.path
        if path.startswith(_EXEMPT) or not request.user.is_authenticated:
            return False
        person = request.user = getattr(request, "_cached_user", request.user)  # known now: no proxy before each attribute
        return not person.is_demo and bool(roles_of(person) & rules.SECOND_FACTOR_ROLES) and not has_second_factor(person)
