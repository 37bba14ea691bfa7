"""Assembly only: the rooms' API addresses under /api/v1/."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

urlpatterns: list[Any] = []
for _room in ("rounds", "matching", "evaluation", "statistics"):
    if find_spec(f"vouchers.{_room}.api"):
        urlpatterns += import_module(f"vouchers.{_room}.api").urlpatterns
