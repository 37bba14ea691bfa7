"""The ministry's admin: sign-in through the house's own door, where the second factor is asked."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite


class MinistryAdmin(UnfoldAdminSite):
    index_template = "admin/home.html"
    index_title = _("What waits for me")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """unfold's Alpine needs its own content security policy, here alone."""
        return csp_override(settings.ADMIN_CSP)(super().admin_view(view, cacheable))

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_authenticated and request.user.is_staff)

    def get_urls(self) -> Any:
        own = [path("dashboard/", self.admin_view(self.dashboard), name="dashboard")]
        return own + super().get_urls()

    def dashboard(self, request: HttpRequest) -> HttpResponse:
        """The ministry's numbers: money by state, funnel, waiting times, each measure cut by a dimension."""
        from portal.desk import queries

        chosen, by = request.GET.get("round", ""), request.GET.get("by", "track")
        context = {**self.each_context(request), "title": _("Dashboard"), **queries.dashboard(chosen, by)}
        return TemplateResponse(request, "admin/dashboard.html", context)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.user.is_authenticated and not self.has_permission(request):
            from django.core.exceptions import PermissionDenied

            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
