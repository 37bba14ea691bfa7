"""Assembly only: Celery finds the rooms' tasks here."""

from importlib import import_module
from importlib.util import find_spec

for _room in (
    "rounds",
    "companies",
    "matching",
    "applications",
    "evaluation",
    "objections",
    "access",
    "milestones",
    "payments",
    "settlements",
    "signals",
    "outcomes",
):
    if find_spec(f"vouchers.{_room}.tasks"):
        import_module(f"vouchers.{_room}.tasks")
