"""Assembly only: Celery finds the rooms' tasks here."""

from providers.catalogue.tasks import ask_if_right, go_on_imports, start_harvests, tell_searches
from providers.offers.tasks import renew_capacities, sync_offered

__all__ = ["ask_if_right", "go_on_imports", "renew_capacities", "start_harvests", "sync_offered", "tell_searches"]
