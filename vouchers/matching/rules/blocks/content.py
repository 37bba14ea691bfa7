"""Faces of what is inside a dataset: kinds of data, diseases, patients left out, body parts. As `kinds`, `content` and `score`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from providers.catalogue.rules import disease
from vouchers.matching.rules.blocks.faces import (
    FULL,
    OUT,
    Array,
    Classes,
    Face,
    Stock,
    classes,
    common,
    marks,
    places,
    points,
    wider,
)
from vouchers.matching.rules.content import DIAGNOSES, RECORDED_DIAGNOSES, codes_in, parts_asked
from vouchers.matching.rules.facts import Candidate, body_regions
from vouchers.matching.rules.kinds import WITH_A_RECORD, kinds_of, without
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy

type Brought = Sequence[frozenset[str]]  # of each need: kinds of data that the institutions to be joined bring


# ── Kinds of data ────────────────────────────────────────────────────────────────────────────────────
def kinds(needs: Sequence[Need], stock: Stock, policy: Policy, brought: Brought) -> Face:
    """`kinds.modality` and the component modality. Data that is joined already is measured against the whole need."""
    targets = {target for need in needs for target in need.linkage}
    asked = _asked(needs, policy, brought)
    name = None if targets else "kinds"
    held = stock.classes(name, lambda one: (frozenset(one.modality), one.linkage is not False, *holders_among(one, targets)))
    at_first, kinds_inside, may_link = _inside(held) if name is None else stock.kept("inside", lambda: _inside(held))
    place, inside = wider(at_first, kinds_inside, (key[0] for key in asked.keys))
    sets = places(key[which] for key in asked.keys for which in (3, 4))
    lacks = common(marks([*sets], place), inside) == 0
    nothing = np.array([not key[0] for key in held.keys], dtype=bool)

    def table(used: Array) -> Array:
        rows = [asked.keys[number] for number in used]
        every, by = marks([row[0] for row in rows], place), marks([row[5] for row in rows], place)

        def measured(core: Array, called: Array) -> tuple[Array, Array]:
            weight = every + 2 * core
            got = common(weight, inside) + common(weight * by, 1 - inside) * may_link
            out = (common(core, inside) == 0) | (common(called, lacks.T.astype(np.float32)) > 0)
            return got.astype(np.int64) * FULL // weight.sum(axis=1, dtype=np.int64)[:, None], out

        part, out = measured(*(marks([row[which] for row in rows], at) for which, at in ((1, place), (3, sets))))
        joined = joins([row[6] for row in rows], [key[2:] for key in held.keys])
        if joined.any():
            whole = measured(*(marks([row[which] for row in rows], at) for which, at in ((2, place), (4, sets))))
            part, out = np.where(joined, whole[0], part), np.where(joined, whole[1], out)
        part, out = np.where(nothing, 300, part), out & ~nothing
        return np.where(out, OUT, points(part, policy.weights["modality"]))

    return Face(asked, held, table)


def _inside(held: Classes) -> tuple[dict[Any, int], Array, Array]:
    """(columns, marks of the kinds inside each; which may be linked)."""
    rows = [key[0] for key in held.keys]
    place = places(rows)
    return place, marks(rows, place), np.array([key[1] for key in held.keys], dtype=bool)


def _asked(needs: Sequence[Need], policy: Policy, brought: Brought) -> Classes:
    """(kinds asked for, core, core of what is joined already, variables' kinds of both, kinds brought, institutions to join)."""
    said: dict[str, frozenset[str]] = {}

    def called(need: Need, core: Sequence[str], asked: Sequence[str]) -> frozenset[frozenset[str]]:
        sorts = {policy.words.kind(code) for code in core}
        found = set()
        for text in need.variables:
            held = said.setdefault(text, kinds_of(text))
            if any(code in held and policy.words.kind(code) in sorts for code in asked):
                found.add(held | {"EHR"} if held & WITH_A_RECORD else held)
        return frozenset(found)

    def key(need: Need, by: frozenset[str]) -> tuple[Any, ...]:
        mine = without(need, by)
        core, whole = policy.words.core(mine), policy.words.core(need.modality)
        sets = called(need, core, mine), called(need, whole, need.modality)
        return frozenset(need.modality), frozenset(core), frozenset(whole), *sets, by, frozenset(need.linkage)

    return classes(key(need, by) for need, by in zip(needs, brought, strict=True))


def holders_among(found: Candidate, targets: set[str]) -> tuple[frozenset[str], int]:
    """The institutions to be joined whose data is inside, and how many hold it; nothing where it is about none of them."""
    named = targets.intersection(found.holders)
    return (frozenset(named), len(set(found.holders))) if named else (frozenset(), 0)


def joins(wanted: Sequence[frozenset[str]], held: Sequence[Any]) -> Array:
    """As `Candidate.joins`, of each pair. held: as `holders_among` says it."""
    place = places(wanted)
    count = np.array([len(row) for row in wanted])[:, None]
    inside = common(marks(wanted, place), marks([row[0] for row in held], place))
    return (count > 0) & (inside == count) & (np.array([row[1] for row in held]) > count)


# ── Diseases ─────────────────────────────────────────────────────────────────────────────────────────
class _Spans:
    """The disease codes of the candidates' classes. What lies in them is a difference of what lies below its two ends."""

    def __init__(self, sets: Sequence[disease.Codes | None]) -> None:
        spans = [one.spans if one is not None and one.spans else ((0, 0),) for one in sets]
        self.low, self.high = np.array([span for row in spans for span in row], dtype=np.int64).T
        self.start = np.cumsum([0, *(len(row) for row in spans[:-1])])
        self.width = np.add.reduceat(self.high - self.low, self.start)

    def inside(self, rows: Sequence[Sequence[disease.Interval]]) -> tuple[Array, Array]:
        """(of each interval, one after the other: how much of it lies in each set; of each row: where its intervals begin)."""
        flat = [span for row in rows for span in row]
        ends, back = np.unique(np.array(flat, dtype=np.int64).reshape(-1), return_inverse=True)
        below = np.add.reduceat(np.clip(ends[:, None] - self.low, 0, self.high - self.low), self.start, axis=1)
        return below[back[1::2]] - below[back[::2]], np.cumsum([0, *(len(row) for row in rows[:-1])])


def diseases(needs: Sequence[Need], stock: Stock, policy: Policy, brought: Brought) -> Face:
    """`content.disease_codes` and the component disease. A collection of everybody is never filtered by disease, unless a
    need that asks for records cannot select its patients in it."""
    asked = classes(_wanted(need, by) for need, by in zip(needs, brought, strict=True))
    held = stock.classes(
        "diseases",
        lambda one: (
            one.disease_scope, one.diseases, not one.modality or bool(DIAGNOSES.intersection(one.modality)), bool(one.unread)
        ),
    )  # fmt: skip
    spans = stock.kept("spans of diseases", lambda: _Spans([key[1] for key in held.keys]))
    listed, everybody = (np.array([key[0] == scope for key in held.keys]) for scope in ("LISTED", "ALL"))
    named, diagnoses, unread = (
        np.array([key[1] is not None for key in held.keys]), *(np.array([key[which] for key in held.keys]) for which in (2, 3))
    )  # fmt: skip

    def compared(rows: Sequence[Any]) -> Array:
        """Of rows whose codes can be compared."""
        texts = [[disease.interval(text) for text in include.texts] for include, _records in rows]
        inside, start = spans.inside(texts)
        width = np.array([high - low for row in texts for low, high in row], dtype=np.int64)[:, None]
        count = np.array([len(row) for row in texts])[:, None]
        covered = np.add.reduceat(inside * FULL // width, start, axis=0) // count
        touched = np.add.reduceat(*spans.inside([include.spans for include, _records in rows]), axis=0)
        focus = touched * FULL // np.maximum(spans.width, 1)
        part = np.where(listed, covered * (700 + np.minimum(FULL, focus * 2) * 300 // FULL) // FULL, 400 + covered * 200 // FULL)
        reached = named & (touched > 0)
        part = np.where(named & ~(listed & unread & ~reached), part, np.where(everybody, 400, 300))
        records = np.array([records for _include, records in rows])[:, None]
        out = ~reached & ~unread & ((listed & named) | (everybody & records & ~diagnoses))
        return np.where(out, OUT, points(part, policy.weights["disease"]))

    def table(used: Array) -> Array:
        made = np.zeros((len(used), len(held.keys)), dtype=np.int32)
        rows = [asked.keys[number] for number in used]
        for number, row in enumerate(rows):
            made[number] = policy.weights["disease"] * (FULL if row is None else 400) // FULL
        sure = [number for number, row in enumerate(rows) if row is not None and row[0] is not None]
        if sure:
            made[sure] = compared([rows[number] for number in sure])
        return made

    return Face(asked, held, table)


def _wanted(need: Need, by: frozenset[str]) -> tuple[disease.Codes | None, bool] | None:
    """(codes or None where they cannot be compared, whether records are asked for); None where no disease is."""
    if need.disease_codes is None or not need.disease_codes.include.texts:
        return None
    include = need.disease_codes.include
    return (include, bool(RECORDED_DIAGNOSES.intersection(without(need, by)))) if include.spans else (None, False)


def cohort(needs: Sequence[Need], stock: Stock) -> Face:
    """`content.cohort`: the other sex, or only patients that the need leaves out."""
    asked = classes(_left_out(need) for need in needs)
    held = stock.classes(
        "cohort", lambda one: (one.sex, one.diseases if one.disease_scope == "LISTED" and not one.unread else None)
    )
    spans = stock.kept("spans of cohorts", lambda: _Spans([key[1] for key in held.keys]))
    sexes = [key[0] for key in held.keys]

    def table(used: Array) -> Array:
        rows = [asked.keys[number] for number in used]
        out = np.array([[bool(sex and other and sex != other) for other in sexes] for sex, _codes in rows])
        some = [number for number, (_sex, codes) in enumerate(rows) if codes is not None]
        if some:
            inside = np.add.reduceat(*spans.inside([rows[number][1].spans for number in some]), axis=0)
            out[some] |= (spans.width > 0) & (inside >= spans.width)
        return np.where(out, OUT, 0).astype(np.int32)

    return Face(asked, held, table)


def _left_out(need: Need) -> tuple[str | None, disease.Codes | None]:
    wanted = need.disease_codes
    if wanted is None:
        return None, None
    return disease.sex(wanted.include) if wanted.include.spans else None, codes_in(wanted.exclude)


# ── Body parts ───────────────────────────────────────────────────────────────────────────────────────
def body(needs: Sequence[Need], stock: Stock, policy: Policy) -> Face:
    """`content.body_part`: what the title or the diseases name, else what every kind of image inside is known to show."""
    said: dict[str, frozenset[str]] = {}

    def wanted(need: Need) -> tuple[frozenset[str], frozenset[str]]:
        each = [said.setdefault(part, body_regions((part,))) for part in parts_asked(need, policy)]
        if not each or not all(each):
            return frozenset(), frozenset()
        images = frozenset(code for code in need.modality if policy.words.kind(code) == "IMAGING")
        return frozenset().union(*each), images

    asked = classes(map(wanted, needs))
    held = stock.classes("body", lambda one: (one.regions, frozenset(one.modality), frozenset(one.pictured.items())))
    if not any(key[0] for key in asked.keys):
        return Face(asked, held, lambda used: np.zeros((len(used), len(held.keys)), dtype=np.int32))
    regions = places(key[0] for key in [*asked.keys, *held.keys])
    shown = [{code: seen for code, seen in key[2] if code in key[1]} for key in held.keys]
    images = places([*(key[1] for key in asked.keys), *(row for row in shown)])
    pairs = places([(code, region) for code, seen in row.items() for region in seen] for row in shown)
    named = marks([key[0] for key in held.keys], regions)
    unsure = marks([key[1] - {*row} for key, row in zip(held.keys, shown, strict=True)], images)
    sure = marks([[code for code, seen in row.items() if seen] for row in shown], images)
    pictures = marks([[(code, region) for code, seen in row.items() for region in seen] for row in shown], pairs)
    titled = named.any(axis=1)

    def table(used: Array) -> Array:
        rows = [asked.keys[number] for number in used]
        parts, kinds_ = marks([row[0] for row in rows], regions), marks([row[1] for row in rows], images)
        cross = marks([[(code, region) for code in row[1] for region in row[0]] for row in rows], pairs)
        by_picture = (common(kinds_, unsure) == 0) & (common(kinds_, sure) > 0) & (common(cross, pictures) == 0)
        out = np.where(titled, common(parts, named) == 0, by_picture) & parts.any(axis=1)[:, None]
        return np.where(out, OUT, 0).astype(np.int32)

    return Face(asked, held, table)
