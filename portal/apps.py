from typing import ClassVar

from django import forms
from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The roof: commands and template tags stand here; the Celery app is made current for every process."""

    name = "portal"

    def ready(self) -> None:
        import portal.celery  # noqa: F401

        for field in (forms.ChoiceField, forms.ModelChoiceField):  # one chooses an answer, and fills in a field
            field.default_error_messages = {**field.default_error_messages, "required": _("Please choose.")}


class StaticFiles(StaticFilesConfig):
    """Leaves out what of krds-uiux is not used; its component.css points to files that do not exist."""

    ignore_patterns: ClassVar[list[str]] = [
        *StaticFilesConfig.ignore_patterns,
        "css/component/component.css*",
        "css/common/*",
        "css/plugin/*",
        "js/component/*",
        "js/plugin/*",
        "scss",
    ]
