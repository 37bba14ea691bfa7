"""The articles of a call's agreements, as policy data: written in both languages, frozen with the policy. Source: domain.md §6.6, 7."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

MOST_CLAUSES, CLAUSE_TITLE, CLAUSE_TEXT = 40, 100, 4000


@dataclass(frozen=True)
class ClauseText:
    """One article, in both languages; the Korean text is the one that binds."""

    title_ko: str
    title_en: str
    text_ko: str
    text_en: str

    def document(self) -> dict[str, str]:
        return asdict(self)


def parse_clauses(body: Sequence[Mapping[str, str]]) -> tuple[ClauseText, ...]:
    """`clauses` of PolicyVersion.body; none: agreements take the standard articles.

    Raises TypeError or AttributeError for a body that `clause_faults` would refuse.
    """
    return tuple(ClauseText(**one) for one in body)


def clause_faults(body: Any) -> list[str]:
    """What is wrong with `clauses` of a policy, as codes."""
    if not isinstance(body, list | tuple):
        return ["clauses_shape"]
    try:
        found = parse_clauses(body)
        texts = [one.document() for one in found]
        empty = any(not text.strip() for one in texts for text in one.values())
        long = len(found) > MOST_CLAUSES or any(
            len(one[f"{part}_{lang}"]) > limit
            for one in texts
            for part, limit in (("title", CLAUSE_TITLE), ("text", CLAUSE_TEXT))
            for lang in ("ko", "en")
        )
    except (TypeError, AttributeError):
        return ["clauses_shape"]
    return [code for code, wrong in (("clauses_empty", empty), ("clauses_long", long)) if wrong]


def written_clauses(clauses: Sequence[ClauseText], lang: str) -> str:
    """All articles in one language as one text: `# title`, then the article. lang: ko or en."""
    return "\n\n".join(f"# {getattr(one, f'title_{lang}')}\n{getattr(one, f'text_{lang}')}" for one in clauses)


def typed_clauses(ko: str, en: str) -> list[dict[str, str]] | None:
    """Two such texts → `clauses` of PolicyVersion.body; None where they do not hold the same number of articles."""
    both = [_read(text) for text in (ko, en)]
    if None in both or len(both[0] or ()) != len(both[1] or ()):
        return None
    return [
        ClauseText(title_ko=one[0], title_en=other[0], text_ko=one[1], text_en=other[1]).document()
        for one, other in zip(both[0] or (), both[1] or (), strict=True)
    ]


def _read(text: str) -> list[tuple[str, str]] | None:
    """(title, article) each; None for words before the first title."""
    if not text.strip():
        return []
    before, *parts = re.split(r"^#[ \t]*", text.replace("\r\n", "\n"), flags=re.MULTILINE)
    if before.strip():
        return None
    return [(title.strip(), article.strip()) for title, _line, article in (part.partition("\n") for part in parts)]


_FAULTS = {
    "clauses_shape": _("The articles of the agreement cannot be read."),
    "clauses_empty": _("Every article of the agreement needs a title and a text in both languages."),
    "clauses_long": _("There are too many articles of the agreement, or one of them is too long."),
}


def clause_fault_words(code: str) -> str:
    """The sentence of a fault of `clause_faults`, in the reader's language."""
    return str(_FAULTS[code])
