"""Assembly only: Celery finds the rooms' tasks here."""

from providers.catalogue.tasks import ask_if_right

__all__ = ["ask_if_right"]
