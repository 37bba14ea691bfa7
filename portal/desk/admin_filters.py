"""Filters of the admin's lists whose choices are read from the rows themselves."""

from typing import Any

from django.contrib import admin
from django.db import models

from portal.journal.memory import remembered


class RememberedValues(admin.AllValuesFieldListFilter):
    """The values that occur, looked up again only when something has happened: a scan of a large table a click is too much."""

    def __init__(self, field: Any, request: Any, params: Any, model: Any, model_admin: Any, field_path: str) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        found = self.lookup_choices
        self.lookup_choices = remembered(f"values:{model._meta.label}:{field_path}", lambda: [value for value in found if value != ""])


def register() -> None:
    """For every text column without choices of its own."""
    admin.FieldListFilter.register(
        lambda field: isinstance(field, models.CharField) and not field.choices, RememberedValues, take_priority=True
    )
