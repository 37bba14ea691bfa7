"""Assembly only: Celery finds the rooms' tasks here."""

from providers.catalogue.tasks import ask_if_right, go_on_imports, start_harvests, tell_searches
from providers.offers.tasks import renew_capacities, sync_lead_days

__all__ = ["ask_if_right", "go_on_imports", "renew_capacities", "start_harvests", "sync_lead_days", "tell_searches"]
