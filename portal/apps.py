from typing import ClassVar

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class PortalConfig(AppConfig):
    """The roof: commands and template tags stand here; the Celery app is made current for every process."""

    name = "portal"

    def ready(self) -> None:
        import portal.celery  # noqa: F401


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
