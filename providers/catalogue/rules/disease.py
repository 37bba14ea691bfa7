"""Disease codes as intervals: KCD and ICD-10 share letters, categories and order, so overlap is plain arithmetic.

Accepted spellings: a category (`C34`), a dotted or undotted subcategory (`C34.1`, `C341`), a prefix (`C3`, `C`), a range
(`C18-C20`, `S00-T98`) whose end may leave out what it shares with its beginning (`C18-20`, `C34.1-9`; what could be read in two
ways is refused), a chapter by its Roman number (`II`, `XIX`; the letters I, V and X alone are prefixes, so write `CHAPTER I`).
Dagger, asterisk and trailing `.x` or `.-` are ignored.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

COMPARABLE = frozenset({"KCD", "ICD_10"})
WIDTH = 1000  # positions inside one three-character category
CHAPTERS = {
    "I": "A00-B99",
    "II": "C00-D48",
    "III": "D50-D89",
    "IV": "E00-E90",
    "V": "F00-F99",
    "VI": "G00-G99",
    "VII": "H00-H59",
    "VIII": "H60-H95",
    "IX": "I00-I99",
    "X": "J00-J99",
    "XI": "K00-K93",
    "XII": "L00-L99",
    "XIII": "M00-M99",
    "XIV": "N00-N99",
    "XV": "O00-O99",
    "XVI": "P00-P96",
    "XVII": "Q00-Q99",
    "XVIII": "R00-R99",
    "XIX": "S00-T98",
    "XX": "V01-Y98",
    "XXI": "Z00-Z99",
    "XXII": "U00-U99",
}  # KCD-8 and KCD-9 alike
_CODE = re.compile(r"^([A-Z])(\d{0,2})(?:\.?(\d{1,3}))?$")

type Interval = tuple[int, int]  # [low, high)


class BadCode(ValueError):
    """The text is no disease code that this portal understands."""


@dataclass(frozen=True)
class Codes:
    """texts: as written; spans: merged, sorted intervals."""

    system: str
    texts: tuple[str, ...]
    spans: tuple[Interval, ...]

    def overlaps(self, other: "Codes") -> bool:
        return any(a < d and c < b for a, b in self.spans for c, d in other.spans)

    def covered_by(self, other: "Codes") -> int:
        """Thousandths of this set's codes that lie in `other`; each text counts alike."""
        parts = [_covered(interval(text), other.spans) for text in self.texts]
        return sum(parts) // len(parts) if parts else 0

    def share_in(self, other: "Codes") -> int:
        """Thousandths of this set's whole width that lie in `other`: how much of a collection is about a disease."""
        width = sum(b - a for a, b in self.spans)
        inside = sum(max(0, min(b, d) - max(a, c)) for a, b in self.spans for c, d in other.spans)
        return inside * 1000 // width if width else 0

    def common(self, other: "Codes") -> tuple[str, ...]:
        """This set's texts that touch `other`."""
        return tuple(t for t in self.texts if any(_touch(interval(t), span) for span in other.spans))


def codes(system: str, texts: Iterable[str]) -> Codes:
    """The code set. Raises BadCode naming the first text that cannot be read."""
    listed = tuple(texts)
    return Codes(system, listed, _merge([interval(text) for text in listed]))


@lru_cache(maxsize=8192)
def readable(system: str, code: str) -> bool:
    """Can this code be compared with others? Entries hold codes of other systems, and imported ones may hold anything."""
    try:
        return system in COMPARABLE and bool(interval(code))
    except BadCode:
        return False


def interval(text: str) -> Interval:
    """[low, high) of one code, prefix, range or chapter. Raises BadCode."""
    clean = re.sub(r"[†*\s]", "", text.upper()).replace("–", "-").replace("~", "-")
    clean = re.sub(r"\.(X+|-)$", "", clean)
    chapter = re.sub(r"^CHAPTER:?", "", clean)
    if chapter in CHAPTERS and (chapter != clean or len(clean) > 1):
        return interval(CHAPTERS[chapter])
    first, dash, last = clean.partition("-")
    if not dash:
        return _single(first)
    if last[:1].isdigit():
        last = _completed(first, last, text)
    low, high = _single(first)[0], _single(last)[1]
    if low >= high:
        raise BadCode(text)
    return low, high


def _completed(first: str, last: str, text: str) -> str:
    """The end of a range as if it were written in full: C18-20 → C20, C3-5 → C5, C34.1-9 → C34.9. Raises BadCode where the
    digits say neither clearly: C18-2, S72.00-05."""
    begun = _CODE.match(first)
    if begun is None:
        raise BadCode(text)
    letter, category, sub = begun.groups()
    digits = len(last.partition(".")[0])
    if sub and len(sub) == 1 and digits == 1:
        return f"{letter}{category}.{last}"
    if digits != len(category) or (sub and len(sub) > 1):
        raise BadCode(text)
    return letter + last


def chapters(texts: Iterable[str]) -> tuple[str, ...]:
    """The chapters that these codes touch, in order; what cannot be read says nothing."""
    found: set[str] = set()
    for text in texts:
        try:
            span = interval(text)
        except BadCode:
            continue
        found |= {chapter for chapter, codes in CHAPTERS.items() if _touch(span, interval(codes))}
    return tuple(chapter for chapter in CHAPTERS if chapter in found)


def _single(text: str) -> Interval:
    found = _CODE.match(text)
    if found is None:
        raise BadCode(text)
    letter, category, sub = found.groups()
    base = ord(letter) * 100 * WIDTH
    if len(category) < 2:
        if sub:
            raise BadCode(text)
        width = 100 * WIDTH // 10 ** len(category)
        start = base + (int(category) * width if category else 0)
        return start, start + width
    start = base + int(category) * WIDTH
    if not sub:
        return start, start + WIDTH
    width = WIDTH // 10 ** len(sub)
    start += int(sub) * width
    return start, start + width


def _merge(spans: list[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def _touch(a: Interval, b: Interval) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _covered(span: Interval, spans: tuple[Interval, ...]) -> int:
    low, high = span
    return sum(max(0, min(high, b) - max(low, a)) for a, b in spans) * 1000 // (high - low)


# ── What a code says about body and sex ──────────────────────────────────────────────────────────────
_REGIONS: tuple[tuple[str, str], ...] = (
    ("HEAD", "C69-C72"), ("HEAD", "F00-F99"), ("HEAD", "G00-G47"), ("HEAD", "I60-I69"), ("HEAD", "J01-J01"),
    ("HEAD", "J32-J32"), ("HEAD", "S00-S09"), ("EYE", "H00-H59"), ("EYE", "C69"), ("HEAD", "H60-H95"),
    ("NECK", "C00-C14"), ("NECK", "C32"), ("NECK", "C73"), ("NECK", "E00-E07"), ("NECK", "S10-S19"),
    ("CHEST", "C15"), ("CHEST", "C33-C39"), ("CHEST", "C50"), ("CHEST", "C78.0-C78.3"), ("CHEST", "I00-I52"),
    ("CHEST", "I71"), ("CHEST", "J00-J99"), ("CHEST", "A15-A19"), ("CHEST", "U07"), ("CHEST", "R91"),
    ("CHEST", "S20-S29"), ("ABDOMEN", "C15-C26"), ("ABDOMEN", "C64-C66"), ("ABDOMEN", "C74"), ("ABDOMEN", "K20-K93"),
    ("ABDOMEN", "B15-B19"), ("ABDOMEN", "N00-N29"), ("ABDOMEN", "S30-S39"), ("PELVIS", "C18-C21"),
    ("PELVIS", "C51-C63"), ("PELVIS", "C66-C68"), ("PELVIS", "N30-N99"), ("PELVIS", "O00-O99"), ("LIMBS", "I70-I99"),
    ("LIMBS", "M00-M99"), ("LIMBS", "C40-C41"), ("LIMBS", "S40-S99"), ("SKIN", "C43-C44"), ("SKIN", "L00-L99"),
)  # fmt: skip
_REGION_SPANS = tuple((name, interval(text)) for name, text in _REGIONS)
_MALE = _merge([interval(t) for t in ("C60-C63", "D29", "D40", "N40-N51")])
_FEMALE = _merge([interval(t) for t in ("C51-C58", "D25-D28", "D39", "N70-N98", "O00-O99")])


def regions(found: Codes) -> frozenset[str]:
    """Body regions that the codes can touch; empty when a code says nothing about a region."""
    every: set[str] = set()
    for text in found.texts:
        here = {name for name, span in _REGION_SPANS if _touch(interval(text), span)}
        if not here:
            return frozenset()
        every |= here
    return frozenset(every)


def sex(found: Codes) -> str | None:
    """MALE or FEMALE when every code belongs to one sex, else None."""
    for name, spans in (("MALE", _MALE), ("FEMALE", _FEMALE)):
        if found.spans and all(_covered(span, spans) == 1000 for span in found.spans):
            return name
    return None
