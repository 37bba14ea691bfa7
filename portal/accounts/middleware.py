"""A second factor is required of staff, providers and evaluators; allauth does not force one, this does."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from portal.accounts import rules
from portal.accounts.queries import roles_of

_EXEMPT = ("/accounts/2fa/", "/accounts/logout/", "/accounts/reauthenticate/", "/static/", "/health/", "/i18n/", "/api/")


class second_factor:  # noqa: N801 - named like the functions that middleware usually are
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._lacks_factor(request):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return self.get_response(request)

    def _lacks_factor(self, request: HttpRequest) -> bool:
        path = request.path.removeprefix("/en")
        user: SimpleLazyObject = request.user  # type: ignore[assignment]
        if path.startswith(_EXEMPT) or not request.user.is_authenticated or request.user.is_demo:
            return False
        if not roles_of(user) & rules.SECOND_FACTOR_ROLES:
            return False
        if request.session.get("second_factor"):
            return False
        from allauth.mfa.models import Authenticator

        has = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()
        request.session["second_factor"] = has
        return not has
