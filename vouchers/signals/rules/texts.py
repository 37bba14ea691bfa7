"""Texts that are the same in all but a few words: shingles of characters, MinHash to find who may be alike, Jaccard to say so.

A house of about eighty lines instead of a library: numpy is there already, Korean needs characters and no words, and what half of
the round copies from the call's own template must be left out first.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from vouchers.rounds.rules import SignallingPolicy
from vouchers.signals.rules.facts import Evidence, Facts, Finding, finding, groups
from vouchers.signals.rules.stages import SignalKind

WIDTH = 9  # characters of a shingle
BANDS, ROWS = 20, 3  # two texts of likeness 0.6 meet in a band 99 times of 100
LEAST_SHINGLES = 80  # of its own; a shorter text is alike by chance
ALL_PAIRS = 20  # of one band; of a larger one each is compared with the first
EVERYBODY = 20  # what one in so many texts says is the call's template, not theirs

_BASE, _MIX = np.uint64(1099511628211), np.uint64(0x9E3779B97F4A7C15)
_chance = np.random.default_rng(20261128)
_FACTORS = _chance.integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
_TERMS = _chance.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64)

type Shingles = "np.ndarray[Any, np.dtype[np.uint64]]"


def shingles(words: str) -> Shingles:
    """The text's shingles as sorted numbers, each once; blanks, signs and case make no difference."""
    plain = re.sub(r"[\W_]+", "", words.lower())
    codes = np.frombuffer(plain.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(codes) < WIDTH:
        return np.empty(0, dtype=np.uint64)
    many = len(codes) - WIDTH + 1
    hashed = np.zeros(many, dtype=np.uint64)
    for place in range(WIDTH):
        hashed = hashed * _BASE + codes[place : place + many]
    hashed = (hashed ^ (hashed >> np.uint64(31))) * _MIX
    return np.unique(hashed ^ (hashed >> np.uint64(29)))


def likeness(a: Shingles, b: Shingles) -> float:
    """Jaccard: what both say of all that either says; 0 for nothing said."""
    both = len(np.intersect1d(a, b, assume_unique=True))
    said = len(a) + len(b) - both
    return both / said if said else 0.0


def own_words(found: Sequence[Shingles], most: int) -> list[Shingles]:
    """Without what more than `most` of the texts say."""
    if not found:
        return []
    values, counts = np.unique(np.concatenate(found), return_counts=True)
    common = values[counts > most]
    return [one[~np.isin(one, common, assume_unique=True)] for one in found] if len(common) else list(found)


def _signature(one: Shingles) -> "np.ndarray[Any, np.dtype[np.uint64]]":
    few = one[one % np.uint64(4) == 0]
    few = few if len(few) >= LEAST_SHINGLES // 8 else one
    return (few[:, None] * _FACTORS + _TERMS).min(axis=0)  # type: ignore[no-any-return]


def _candidates(texts: Sequence[Shingles]) -> Iterator[tuple[int, int]]:
    buckets: dict[tuple[int, bytes], list[int]] = {}
    for number, one in enumerate(texts):
        if len(one) < LEAST_SHINGLES:
            continue
        signature = _signature(one)
        for band in range(BANDS):
            buckets.setdefault((band, signature[band * ROWS : band * ROWS + ROWS].tobytes()), []).append(number)
    met: set[tuple[int, int]] = set()
    for members in buckets.values():
        few = len(members) <= ALL_PAIRS
        met |= set(combinations(members, 2)) if few else {(members[0], other) for other in members[1:]}
    yield from sorted(met)


def same_texts(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """Applications of different companies that say the same: written by one hand, or copied."""
    texts = facts.texts
    most = max(2 * policy.shared_most, len(texts) // EVERYBODY)
    own = own_words([shingles(one.words) for one in texts], most)
    alike: dict[tuple[str, str], int] = {}
    companies = {one.application: one.company for one in texts}
    for a, b in _candidates(own):
        if texts[a].company != texts[b].company and (percent := int(100 * likeness(own[a], own[b]))) >= policy.text_percent:
            first, second = sorted((texts[a].application, texts[b].application))
            alike[first, second] = percent
    found = []
    for members in groups(alike):
        inside = {pair: percent for pair, percent in alike.items() if pair[0] in members}
        points = [Evidence(
            "TEXT", _points(percent, policy), tuple(sorted({companies[one] for one in pair})), pair, numbers={"percent": percent}
        ) for pair, percent in inside.items()]  # fmt: skip
        whom = Counter(companies[one] for one in members)
        found.append(finding(SignalKind.SAME_TEXT, min(members), max(one.points for one in points), points, companies=whom))
    return found


def _points(percent: int, policy: SignallingPolicy) -> int:
    """From just enough to be listed up to strong, which it is half way to the same text."""
    middle = (policy.text_percent + 100) // 2
    if percent >= middle:
        return policy.strong_from
    return policy.list_from + (policy.strong_from - policy.list_from) * (percent - policy.text_percent) // max(
        1, middle - policy.text_percent
    )
