"""Filters of the admin's lists whose choices are read from the rows themselves."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.desk import admin_words, duty_words
from portal.journal.memory import remembered


class RememberedValues(admin.AllValuesFieldListFilter):
    """The values that occur, looked up again only when something has happened: a scan of a large table a click is too much.

    Codes are shown as words where a list of words stands for the column.
    """

    def __init__(self, field: Any, request: Any, params: Any, model: Any, model_admin: Any, field_path: str) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        found = self.lookup_choices
        self.lookup_choices = remembered(
            f"values:{model._meta.label}:{field_path}", lambda: [value for value in found if value != ""]
        )
        self.title = _TITLES.get(field_path, self.title)

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        for choice in super().choices(changelist):
            yield {**choice, "display": _WORDS.get(self.field_path, str)(str(choice["display"]))}


_TITLES = {"verb": _("Kind")}
_WORDS = {"verb": duty_words.words, "subject_type": admin_words.record, "task": admin_words.task, "role": admin_words.role}


def register() -> None:
    """For every text column without choices of its own."""
    admin.FieldListFilter.register(
        lambda field: isinstance(field, models.CharField) and not field.choices, RememberedValues, take_priority=True
    )
