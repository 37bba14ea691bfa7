"""PDFs from typst sources: Korean text, archivable (PDF/A-2a) and readable by screen readers (PDF/UA-1).

A source reads its data as `data` (JSON), never by text replacement: what people typed cannot become markup.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language

from portal.kit import clock

STANDARDS = ["a-2a", "ua-1"]
FAMILIES = ("Pretendard GOV", "Pretendard", "Noto Sans CJK KR", "Noto Sans KR", "NanumGothic")
SYSTEM_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts")
REHEARSAL_WORDS = {
    "ko": "모의 회차의 문서입니다. 실제 효력이 없습니다.",
    "en": "Document of a rehearsal, without legal effect.",
}
DEMO_WORDS = {
    "ko": "시연용 문서입니다. 실제 효력이 없습니다.",
    "en": "Demonstration document, without legal effect.",
}
PRELUDE = """
#let data = json(bytes(sys.inputs.data))
#let house = json(bytes(sys.inputs.house))
#set document(title: house.title, date: auto)
#set text(font: house.fonts, lang: house.lang, region: if house.lang == "ko" { "KR" } else { "GB" }, size: 10pt)
#set par(leading: 0.85em, spacing: 1.1em, justify: false)
#set page(
  paper: "a4",
  margin: (x: 22mm, top: 24mm, bottom: 24mm),
  header: if house.demo { align(center, box(
    stroke: 0.8pt + rgb("#b51d1d"), inset: (x: 8pt, y: 4pt), radius: 2pt,
    text(size: 9pt, weight: "bold", fill: rgb("#b51d1d"), house.demo_words))) },
  footer: context align(center, text(size: 8.5pt, fill: rgb("#464c53"),
    house.title + "  ·  " + counter(page).display("1 / 1", both: true))),
)
#set table(stroke: 0.5pt + rgb("#8a949e"), inset: 6pt)
#show table.cell.where(y: 0): set text(weight: "bold")
// Korean lines break between words, not inside them (typst breaks between any two syllables); very long ones still may.
#show regex("[^\\s·]{0,14}\\p{Hangul}[^\\s·]{0,14}·?"): it => box(it)
#show heading.where(level: 1): it => align(center, text(size: 18pt, it.body))
#show heading.where(level: 2): it => block(above: 1.6em, below: 0.8em, text(size: 12pt, it.body))
"""


def render(
    source_typst: str, inputs: Mapping[str, Any], title: str, demo: bool, lang: str | None = None, rehearsal: bool = False
) -> bytes:
    """A PDF of a typst body; `data` holds inputs, `house` title and fonts.

    inputs: JSON-able. demo, rehearsal: says on every page that it is one. lang: ko or en (default: the reader's).
    """
    language = (lang or get_language() or "ko")[:2]
    house = {
        "title": title,
        "lang": language,
        "demo": demo or rehearsal,
        "demo_words": (REHEARSAL_WORDS if rehearsal else DEMO_WORDS)[language],
        "fonts": families(),
    }
    made: bytes = typst.compile(  # type: ignore[call-overload]
        (PRELUDE + source_typst).encode(),
        sys_inputs={"data": json.dumps(inputs, default=str), "house": json.dumps(house)},
        font_paths=[str(folder) for folder in font_folders()],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=int(clock.now().timestamp()),
    )
    return made


@cache
def font_folders() -> tuple[Path, ...]:
    """Where a font with all Hangul stands: the portal's own set-up first, then this machine's."""
    if find_spec("portal.kit.stamps"):
        found = getattr(import_module("portal.kit.stamps"), "pdf_fonts", None)
        own = found() if found else None
        if own:
            paths = [Path(p) for p in ([own] if isinstance(own, str | Path) else own)]
            folders = tuple(dict.fromkeys(p if p.is_dir() else p.parent for p in paths if p.exists()))
            if folders:
                return folders
    for folder in map(Path, SYSTEM_FOLDERS):
        for pattern in ("*CJK*", "*Pretendard*", "Nanum*", "AppleSDGothic*"):
            hits = sorted(folder.rglob(pattern)) if folder.is_dir() else []
            hit = next((p for p in hits if p.suffix in {".ttc", ".ttf", ".otf"}), None)
            if hit:
                return (hit.parent,)
    raise RuntimeError("No Korean font for PDFs was found. Run `make setup`, which installs one.")


@cache
def families() -> list[str]:
    """The known Korean families that are really there, best first (typst warns about others)."""
    there = set(typst.Fonts(include_system_fonts=False, font_paths=[str(f) for f in font_folders()]).families())
    return [name for name in FAMILIES if name in there] or sorted(there)
