"""Closed lists of codes with words, for rules that must not know the database."""

from enum import StrEnum
from typing import Any, Self

from django.utils.functional import Promise


class Codes(StrEnum):
    """`DRAFT = "DRAFT", _("Draft")`: a string that knows its word in the reader's language."""

    _label: Any

    def __new__(cls, value: str, label: str | Promise = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member._label = label or value.replace("_", " ").capitalize()
        return member

    @property
    def label(self) -> str | Promise:
        """The word shown to people, translated when it is rendered."""
        label: str | Promise = self._label
        return label

    @classmethod
    def choices(cls) -> list[tuple[str, str | Promise]]:
        """(code, word) pairs for a model field or a form field."""
        return [(member.value, member.label) for member in cls]

    @classmethod
    def word(cls, code: str) -> str | Promise:
        """The word of a stored code; the code itself when it is not in the list."""
        return cls(code).label if code in cls._value2member_map_ else code
