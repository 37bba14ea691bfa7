from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django's admin with the ministry's own site."""

    default_site = "portal.desk.admin_site.MinistryAdmin"


class DeskConfig(AppConfig):
    name = "portal.desk"
    label = "desk"

    def ready(self) -> None:
        from portal.desk import admin_filters

        admin_filters.register()
