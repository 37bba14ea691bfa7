"""Assembly only: importing the rooms' admin doors registers them."""

from importlib import import_module
from importlib.util import find_spec

for _room in (
    "rounds", "companies", "ledger", "matching", "applications", "evaluation", "objections", "agreements", "access", "milestones",
    "payments", "settlements", "signals", "outcomes",
):  # fmt: skip
    if find_spec(f"vouchers.{_room}.admin"):
        import_module(f"vouchers.{_room}.admin")
