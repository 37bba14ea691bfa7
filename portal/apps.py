from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The roof: commands and template tags stand here; the Celery app is made current for every process."""

    name = "portal"

    def ready(self) -> None:
        import portal.celery  # noqa: F401
