"""The yardstick of `make bench`: what Django itself does for a plain page, asked through the same kind of call.

A new project's middleware and context processors, its own urlconf, one query, fifty rows. The portal's pages are asked
through the same test client, so that the ratio compares page with page and nothing else.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.backends.django import DjangoTemplates
from django.test import Client, override_settings
from django.test.client import ClientHandler
from django.urls import path

from portal.kit.access import public

# what `django-admin startproject` writes
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
_ENGINE = DjangoTemplates(
    {"NAME": "yardstick", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"context_processors": CONTEXT_PROCESSORS}}
)
_PAGE = _ENGINE.from_string(
    "<!DOCTYPE html><html><head><title>Applications</title></head><body><table>"
    "<tr><th>Ref</th><th>Title</th><th>Status</th><th>Submitted</th></tr>"
    "{% for row in rows %}<tr><td>{{ row.ref }}</td><td>{{ row.title }}</td><td>{{ row.status }}</td>"
    "<td>{{ row.submitted_at }}</td></tr>{% endfor %}</table></body></html>"
)


@public
def bare(request: HttpRequest) -> HttpResponse:
    """Fifty rows of one query in a plain table, or as many as `rows` says."""
    from vouchers.applications.models import Application

    wanted = int(request.GET.get("rows", 50))
    rows = Application.objects.order_by("-id").values("ref", "title", "status", "submitted_at")[:wanted]
    return HttpResponse(_PAGE.render({"rows": rows}, request))


urlpatterns = [path("bare/", bare)]


class _Handler(ClientHandler):
    """Serves this module's addresses behind a new project's middleware."""

    def load_middleware(self, is_async: bool = False) -> None:
        with override_settings(MIDDLEWARE=MIDDLEWARE):
            super().load_middleware(is_async)

    def get_response(self, request: Any) -> Any:
        request.urlconf = __name__
        return super().get_response(request)


def client() -> Client:
    """A client whose `get("/bare/")` is the bare view."""
    found = Client()
    found.handler = _Handler(enforce_csrf_checks=False)
    return found
