"""Korean at /…, English at /en/…; what programs read stands outside the languages."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from portal.desk import views
from portal.kit.access import public
from providers.urls import documents

urlpatterns = [
    path("favicon.ico", views.favicon, name="favicon"),
    path("health/live", views.live, name="health_live"),
    path("health/ready", views.ready, name="health_ready"),
    path("metrics", views.metrics, name="metrics"),
    path("api/", include("portal.desk.api_urls")),
    path("", include(documents)),
    path("i18n/language/", public(set_language), name="set_language"),  # the admin's language form
    *i18n_patterns(
        path("", include("vouchers.urls")),  # first: what thousands hand in at one moment is asked for here
        path("", include("portal.desk.urls")),
        path("", include("portal.accounts.urls")),
        path("accounts/", include("allauth.urls")),
        path("home/notices/", include("portal.journal.urls")),
        path("", include("providers.urls")),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]
if settings.DEMO or settings.DEBUG:
    from portal.desk import demo_urls

    urlpatterns += i18n_patterns(*demo_urls.urlpatterns, prefix_default_language=False)
