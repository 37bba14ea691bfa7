"""The ministry's admin: sign-in through the house's own door, where the second factor is asked."""

from functools import wraps
from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite

from portal.desk import admin_home, figures
from portal.kit.access import ask_to_sign_in, typed_in


class MinistryAdmin(UnfoldAdminSite):
    index_title = _("What waits for me")
    _known: ClassVar[dict[str, dict[str, Any]]] = {}

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What is the same for everybody is worked out once a language; the menu's mark and the right to be here each time."""
        language = get_language() or settings.LANGUAGE_CODE
        known = self._known.get(language)
        if known is None:
            known = self._known[language] = {
                **super().each_context(request),
                "sidebar_navigation": None,
                "available_apps": [],
                "log_entries": [],
            }
        active = admin_home.active_link(request.path)
        return {
            **known,
            "has_permission": self.has_permission(request),
            "environment": admin_home.environment(request),
            "nav_active": active,
            "nav_open": admin_home.opened(request.user),
            "sidebar_navigation": SimpleLazyObject(lambda: admin_home.navigation(active, request.user)),
        }

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """What waits for this officer, since when and until when; what is about to break; the whole house's queues."""
        context = {**self.each_context(request), "title": self.index_title, **admin_home.home(request), **(extra_context or {})}
        request.current_app = self.name  # type: ignore[attr-defined]
        return TemplateResponse(request, "admin/home.html", context)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """unfold's Alpine needs its own content security policy, here alone.

        A form that is sent after the session ended is not thrown away by the way to the sign-in: it is shown again, as everywhere.
        """
        inside = csp_override(settings.ADMIN_CSP)(super().admin_view(view, cacheable))

        @wraps(inside)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_anonymous and typed_in(request):
                return ask_to_sign_in(request)
            return inside(request, *args, **kwargs)

        return inner

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_authenticated and request.user.is_staff)

    def get_urls(self) -> Any:
        own = [path("dashboard/", self.admin_view(self.dashboard), name="dashboard")]
        return own + super().get_urls()

    def dashboard(self, request: HttpRequest) -> HttpResponse:
        """The ministry's numbers: money by state, funnel, waiting times, each measure cut by a dimension."""
        try:
            found = figures.dashboard(request.GET.get("round", ""), request.GET.get("by", "track"))
        except KeyError as error:
            raise Http404(_("There are no such figures.")) from error
        return TemplateResponse(request, "admin/dashboard.html", {**self.each_context(request), "title": _("Dashboard"), **found})

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.user.is_authenticated and not self.has_permission(request):
            from django.core.exceptions import PermissionDenied

            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
