"""Columns that Django does not have: disease codes as a multirange, and a stored column that is checked without a database."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from psycopg.types.multirange import Multirange
from psycopg.types.range import Int4Range

type Spans = tuple[tuple[int, int], ...]


class SpansField(models.Field):
    """Sorted half-open intervals of int4, as `rules.disease` makes them; () for none."""

    def db_type(self, connection: Any) -> str:
        return "int4multirange"

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Multirange) else as_multirange(value)

    def as_text(self, value: Any) -> str:
        """As PostgreSQL reads it, for rows that are written as JSON."""
        return "{" + ",".join(f"[{low},{high})" for low, high in value) + "}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else tuple((one.lower, one.upper) for one in value)

    def to_python(self, value: Any) -> Any:
        return tuple(tuple(one) for one in value) if isinstance(value, Sequence) else value


def as_multirange(spans: Iterable[tuple[int, int]]) -> "Multirange[int]":
    return Multirange([Int4Range(low, high) for low, high in spans])


class StoredField(models.GeneratedField):
    """A generated column that is stored. Every PostgreSQL of the portal has them; Django would open a connection to ask, and some
    commands (`words`) run without one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "db_persist": True})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["db_persist"]
        return name, path, args, kwargs

    def _check_supported(self, databases: Any) -> list[Any]:
        return []

    def _check_persistence(self, databases: Any) -> list[Any]:
        return []


@SpansField.register_lookup
class Meets(models.Lookup):
    """`column__meets=spans`: at least one code in common."""

    lookup_name = "meets"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} && {right}::int4multirange", (*left_params, *right_params)
