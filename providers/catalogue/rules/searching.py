"""What a reader typed, understood: terms that all must hold. Pure; the vocabulary comes from the code lists.

Korean is written with and without spaces and with particles behind a word; diseases go by many names and by code. 위암, 위 암,
“gastric cancer”, “stomach” and C16 are one term here, so they find the same things. A word that no list knows is looked for as
it stands. Hangul is compared without its spaces, by pairs of syllables; everything else by words.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from providers.catalogue.rules import disease

LONGEST = 100  # characters that are read
MOST_TERMS = 8
LONGEST_PHRASE = 5  # words
# what stands behind a noun; the longest first
PARTICLES = (
    "으로부터", "에서의", "으로는", "에서는", "이라는", "에서", "으로", "까지", "부터", "에게", "이나", "라는", "에는", "에도", "의", "을", "를",
    "이", "가", "은", "는", "에", "와", "과", "로", "도", "만", "별",
)  # fmt: skip
# words that every dataset could carry: they count only where nothing else was typed
COMMON = frozenset(
    [
        "데이터",
        "자료",
        "데이터셋",
        "환자",
        "환자들",
        "영상",
        "이미지",
        "정보",
        "관련",
        "및",
        "또는",
        "질환",
        "질병",
        "병원",
        "연구",
        "의료",
        "보건의료",
        "찾기",
        "목록",
        "data",
        "dataset",
        "datasets",
        "patient",
        "patients",
        "image",
        "images",
        "imaging",
        "information",
        "of",
        "the",
        "in",
        "for",
        "with",
        "and",
        "or",
        "a",
        "an",
        "from",
        "on",
        "about",
        "disease",
        "diseases",
        "disorder",
        "disorders",
        "research",
        "medical",
        "health",
        "korea",
        "korean",
    ]
)
_TOKEN = re.compile(r"[가-힣]+|[a-z0-9]+(?:['.][a-z0-9]+)*")
_CODE = re.compile(r"\b([a-z]\d{2}(?:\.\d{1,3})?(?:\s?[-~–]\s?[a-z]?\d{2}(?:\.\d{1,3})?)?)\b")
_HANGUL = re.compile(r"[가-힣]+")


@dataclass(frozen=True)
class Concept:
    """A thing of a code list. spans: of disease codes. listed: (code list, code) of what a dataset names in a column.

    phrases: every way in which it is written, folded.
    """

    spans: tuple[disease.Interval, ...] = ()
    listed: tuple[tuple[str, str], ...] = ()
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Term:
    """One of the things that must hold. typed: as it was read. Fits: codes that meet `spans`, one of `listed`, or one of `phrases`."""

    typed: str
    spans: tuple[disease.Interval, ...] = ()
    listed: tuple[tuple[str, str], ...] = ()
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """A phrase without spaces → what it means."""

    meaning: Mapping[str, Concept] = field(default_factory=dict)

    def of(self, phrase: str) -> Concept | None:
        found = self.meaning.get(phrase)
        if found is None and phrase.isascii() and phrase.endswith("s"):
            found = self.meaning.get(phrase[:-1])
        return found


def fold(text: str) -> str:
    """Lower case, one form of every character, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().replace("’", "'").split())


def squeeze(text: str) -> str:
    """A phrase as the vocabulary keeps it: folded, letters and digits alone."""
    return "".join(_TOKEN.findall(fold(text)))


def vocabulary(lists: Iterable[Mapping[str, Any]]) -> Vocabulary:
    """lists: records of code lists. `disease_term` carries `kcd`, `body_part` only words; every list may carry `synonyms`; of
    `modality`, `standard` and `access_mode` the code itself counts too. What two things are called means both."""
    meaning: dict[str, Concept] = {}
    for entry in lists:
        for item in entry["items"]:
            names = [item["name_ko"], item["name_en"], *item.get("synonyms", ())]
            if entry["key"] not in ("disease_term", "body_part"):
                names += [item["code"].replace("_", " "), *re.split(r"[(),/·]", f"{item['name_ko']},{item['name_en']}")]
            phrases = tuple(dict.fromkeys(fold(name) for name in names if name.strip()))
            spans = disease.codes("KCD", item["kcd"]).spans if item.get("kcd") else ()
            listed = () if spans or entry["key"] == "body_part" else ((entry["key"], item["code"]),)
            for phrase in phrases:
                key = squeeze(phrase)
                if len(key) > 1 or _HANGUL.fullmatch(key):
                    meaning[key] = _both(meaning.get(key), Concept(spans, listed, phrases))
    return Vocabulary(meaning)


def _both(one: Concept | None, other: Concept) -> Concept:
    if one is None or one == other:
        return other
    phrases = tuple(dict.fromkeys((*one.phrases, *other.phrases)))
    return Concept(tuple(sorted({*one.spans, *other.spans})), tuple(dict.fromkeys((*one.listed, *other.listed))), phrases)


def understand(text: str, known: Vocabulary) -> tuple[Term, ...]:
    """What was typed as terms, at most MOST_TERMS; () when nothing can be looked for."""
    folded = fold(text)[:LONGEST]
    terms: list[Term] = []
    pieces: list[str] = []
    place = 0
    for found in _CODE.finditer(folded):
        try:
            spans = disease.codes("KCD", [found[1].upper()]).spans
        except disease.BadCode:
            continue
        pieces += [*_TOKEN.findall(folded[place : found.start()]), ""]
        terms.append(Term(found[1].upper(), spans=spans))
        place = found.end()
    pieces += _TOKEN.findall(folded[place:])
    terms += _read(pieces, known)
    return tuple(dict.fromkeys(terms))[:MOST_TERMS]


def _read(words: Sequence[str], known: Vocabulary) -> list[Term]:
    """Longest phrases first; "" stands where a code stood. Common words only where nothing else was typed."""
    found: list[Term] = []
    common: list[Term] = []
    at = 0
    while at < len(words):
        length, terms = _longest(words, at, known)
        if not length:
            word = words[at]
            length, terms = 1, _segments(word, known) or ([_free(word)] if word else [])
            if word in COMMON or _bare(word) in COMMON:
                common, terms = [*common, *terms], []
        found += terms
        at += length
    return found or common


def _longest(words: Sequence[str], at: int, known: Vocabulary) -> tuple[int, list[Term]]:
    """(how many words, the term that they are); (0, []) when no list knows them."""
    for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
        part = words[at : at + length]
        if not all(part):
            continue
        whole = "".join(part)
        for phrase in dict.fromkeys((whole, *_stripped(whole))):
            concept = known.of(phrase)
            if concept is not None and not (length == 1 and whole in COMMON):
                return length, [_term(" ".join(part), concept)]
    return 0, []


def _term(typed: str, concept: Concept) -> Term:
    """The syllable “암” would be found inside other words: single syllables count by what they mean alone."""
    return Term(typed, concept.spans, concept.listed, tuple(p for p in concept.phrases if len(squeeze(p)) > 1))


def _segments(word: str, known: Vocabulary) -> list[Term]:
    """위암내시경 → 위암, 내시경: a Korean word that consists of known ones and common ones; [] for any other."""
    if not _HANGUL.fullmatch(word) or len(word) < 4:
        return []
    best: dict[int, list[str]] = {0: []}
    for start in range(len(word)):
        if start not in best:
            continue
        for end in range(start + 2, len(word) + 1):
            part = word[start:end]
            ends = end == len(word)
            fits = known.of(part) or part in COMMON or (ends and any(known.of(bare) for bare in _stripped(part)))
            if fits and (end not in best or len(best[end]) > len(best[start]) + 1):
                best[end] = [*best[start], part]
    parts = best.get(len(word), [])
    terms = []
    for part in parts:
        concept = known.of(part) or next((c for bare in _stripped(part) if (c := known.of(bare))), None)
        if part not in COMMON and concept is not None:
            terms.append(_term(part, concept))
    return terms if len(parts) > 1 else []


def _free(word: str) -> Term:
    return Term(word, phrases=(_bare(word),))


def _bare(word: str) -> str:
    """A Korean word without the particle behind it, where two syllables stay."""
    return next((bare for bare in _stripped(word) if len(bare) > 1), word)


def _stripped(word: str) -> tuple[str, ...]:
    if not _HANGUL.fullmatch(word[-1:] or "-"):
        return ()
    return tuple(word.removesuffix(one) for one in PARTICLES if word.endswith(one) and len(word) > len(one))


def near(text: str, known: Vocabulary, most: int = 3) -> tuple[str, ...]:
    """What may have been meant where nothing was found: known phrases, written as a list writes them, that differ by a letter or two
    from a word that no list knows. Each replaces that word alone."""
    words = _TOKEN.findall(fold(text)[:LONGEST])
    found: list[str] = []
    for at, word in enumerate(words):
        if known.of(word) or word in COMMON or len(word) < 3:
            continue
        for close in get_close_matches(word, known.meaning, n=most, cutoff=0.7):
            phrase = next((one for one in known.meaning[close].phrases if squeeze(one) == close), close)
            found.append(" ".join([*words[:at], phrase, *words[at + 1 :]]))
    return tuple(dict.fromkeys(found))[:most]


# ── What is looked at ────────────────────────────────────────────────────────────────────────────────
def grams(texts: Iterable[str]) -> str:
    """The pairs of syllables of each text's Hangul, spaces left out, in order: what is compared for Korean."""
    found: list[str] = []
    for text in texts:
        for run in re.findall(r"[가-힣]+", re.sub(r"(?<=[가-힣])\s+(?=[가-힣])", "", fold(text))):
            found += pairs(run)
    return " ".join(found)


def looked_at(texts: Iterable[str]) -> str:
    """Texts as the full text reads them: folded words, then the pairs of syllables."""
    kept = list(dict.fromkeys(text for text in texts if text))
    words = " ".join(part for text in kept for part in re.findall(r"[가-힣]+|[a-z0-9]+", fold(text)))
    return f"{words} {grams(kept)}".strip()


def pairs(run: str) -> list[str]:
    """간암환자 → 간암 암환 환자; a single syllable stays one."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


@dataclass(frozen=True)
class Question:
    """A phrase as the full text reads it. words: of the Latin part, in order; grams: pairs of the Hangul part, in order;
    starts: one syllable alone, with which a pair may begin."""

    words: tuple[str, ...] = ()
    grams: tuple[str, ...] = ()
    starts: str = ""


def question(phrase: str) -> Question:
    """A phrase of both scripts asks for both parts."""
    tokens = _TOKEN.findall(fold(phrase))
    hangul = "".join(one for one in tokens if _HANGUL.fullmatch(one))
    latin = tuple(part for one in tokens if not _HANGUL.fullmatch(one) for part in re.split(r"['.]", one) if part)
    if len(hangul) == 1:
        return Question(latin, starts=hangul)
    return Question(latin, tuple(pairs(hangul)) if hangul else ())


def chapters(areas: Iterable[Mapping[str, Any]]) -> list[str]:
    """The KCD chapters that a dataset's named diseases touch, in order."""
    return list(disease.chapters(code for area in areas for code in area["codes"]))


def spans(areas: Iterable[Mapping[str, Any]]) -> tuple[disease.Interval, ...]:
    """The named diseases as intervals; what cannot be read says nothing."""
    readable = []
    for area in areas:
        for code in area["codes"]:
            try:
                disease.interval(code)
            except disease.BadCode:
                continue
            readable.append(code)
    return disease.codes("KCD", readable).spans


def comparable(areas: Iterable[Mapping[str, Any]]) -> bool:
    """Are all named diseases in codes that can be compared, and is at least one named?"""
    named = [(area["system"], code) for area in areas for code in area["codes"]]
    return bool(named) and all(disease.readable(system, code) for system, code in named)
