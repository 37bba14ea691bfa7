"""Filters of the admin's lists whose choices are read from the rows themselves."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.desk import admin_words
from portal.journal.memory import remembered
from portal.kit.words import pick


class RememberedValues(admin.AllValuesFieldListFilter):
    """The values that occur, looked up again only when something has happened: a scan of a large table a click is too much.

    Codes are shown as words where a list of words stands for the column.
    """

    def __init__(self, field: Any, request: Any, params: Any, model: Any, model_admin: Any, field_path: str) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        self.model, found = model, self.lookup_choices
        self.lookup_choices = remembered(
            f"values:{model._meta.label}:{field_path}", lambda: [value for value in found if value != ""]
        )
        self.title = _TITLES.get(field_path, self.title)

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        words = admin_words.code_words(self.model, self.field_path) or str
        for n, choice in enumerate(super().choices(changelist)):  # the first is “all”, which is no code
            yield {**choice, "display": words(str(choice["display"])) if n else choice["display"]}


class BilingualChoices(admin.RelatedFieldListFilter):
    """Rows with a Korean and an English name: their two names are read and nothing else, again when something has happened."""

    def field_choices(self, field: Any, request: Any, model_admin: Any) -> list[tuple[Any, str]]:
        model = field.remote_field.model
        name, rows = _named(model), model._default_manager.all()
        ordering = self.field_admin_ordering(field, request, model_admin)
        rows = rows.order_by(*ordering) if ordering else rows  # without one the model's own
        named = rows.values("pk", f"{name}_ko", f"{name}_en")
        found = remembered(f"named:{model._meta.label}:{','.join(ordering)}", lambda: list(named))
        return [(row["pk"], pick(row, name)) for row in found]


def _named(model: Any) -> str:
    """`title` or `name`, where the model is called by such a pair of columns; else ""."""
    columns = {field.name for field in model._meta.concrete_fields}
    return next((name for name in ("title", "name") if {f"{name}_ko", f"{name}_en"} <= columns), "")


_TITLES = {"verb": _("Kind")}


def register() -> None:
    """For every text column without choices of its own, and for what points to rows named in two languages."""
    admin.FieldListFilter.register(
        lambda field: isinstance(field, models.ForeignKey) and bool(_named(field.remote_field.model)),
        BilingualChoices,
        take_priority=True,
    )
    admin.FieldListFilter.register(
        lambda field: isinstance(field, models.CharField) and not field.choices, RememberedValues, take_priority=True
    )
