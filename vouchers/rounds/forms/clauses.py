"""The part of a policy's form with the articles of the agreements."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from vouchers.rounds import rules

CLAUSE_NAMES = ("clauses_ko", "clauses_en")
_HINT = _("Begin each article with a line “# title”. Empty in both languages: the standard articles.")
APART = _("Both languages need the same articles in the same order, each beginning with a line “# title”.")


def clause_fields(body: Any) -> dict[str, forms.Field]:
    """`clauses` of PolicyVersion.body as two texts."""
    held = rules.parse_clauses(body)
    labels = {
        "clauses_ko": _("Articles of the agreement (Korean, binding)"),
        "clauses_en": _("Articles of the agreement (English)"),
    }
    return {
        name: forms.CharField(
            label=label, required=False, max_length=80_000, help_text=_HINT, initial=rules.written_clauses(held, name[-2:]),
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        )
        for name, label in labels.items()
    }  # fmt: skip


def clauses_of(data: dict[str, Any]) -> list[dict[str, str]] | None:
    """What was typed → `clauses` of PolicyVersion.body; None where the languages differ in their articles."""
    return rules.typed_clauses(data.get("clauses_ko") or "", data.get("clauses_en") or "")
