"""Faces of figures and conditions: ages, years, size, ways of use, price and time. As `content`, `conditions` and `score`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vouchers.matching.rules.blocks.content import holders_among, joins
from vouchers.matching.rules.blocks.faces import (
    FULL,
    OUT,
    Array,
    Classes,
    Face,
    Stock,
    classes,
    common,
    known,
    marks,
    numbers,
    places,
    points,
    wider,
)
from vouchers.matching.rules.facts import Candidate
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import WORKING_DAYS_A_MONTH, Policy
from vouchers.matching.rules.score import UNKNOWN_YEARS

FAR = 10**9  # beyond every year
ENDLESS = 2**62  # beyond every count and price


def _columns(rows: Sequence[Sequence[int | None]], instead: int = 0) -> list[tuple[Array, Array]]:
    """(values, known) of each place of the rows."""
    return [(numbers(column, instead), known(column)) for column in zip(*rows, strict=True)]


def _down(pair: tuple[Array, Array]) -> tuple[Array, Array]:
    """As columns beside the candidates."""
    return pair[0][:, None], pair[1][:, None]


def people(needs: Sequence[Need], stock: Stock, policy: Policy) -> Face:
    """`content.age` and the component population."""
    asked = classes((one.min_age, one.max_age, bool(one.follow_up_months_minimum), one.sites_minimum or 0) for one in needs)
    held = stock.classes(
        "people", lambda one: (one.min_age, one.max_age, one.sites or 0, one.first_year is None or one.last_year is None)
    )
    (young, young_known), (old, old_known), (sites, _), (dateless, _) = stock.kept("ages", lambda: _columns(held.keys))
    youngest, oldest = np.where(young_known, young, 0), np.where(old_known, old, 150)
    nothing = ~young_known & ~old_known

    def table(used: Array) -> Array:
        (low, low_known), (high, high_known), (follow, _), (least, _) = map(_down, _columns([asked.keys[n] for n in used]))
        first, last = low, np.maximum(np.where(high_known, high, 100), low)
        inside = np.minimum(last, oldest) - np.maximum(first, youngest) + 1
        covered = np.clip(inside * FULL // (last - first + 1), 0, FULL)
        covered = np.where(nothing, 667, covered)
        covered = np.where(low_known | high_known, covered, FULL)
        part = FULL - (FULL - covered) * 600 // FULL
        part = part - 300 * ((follow > 0) & (dateless > 0)) - 300 * ((least > 1) & (sites < least))
        out = (high_known & young_known & (young > high)) | (low_known & old_known & (old < low))
        return np.where(out, OUT, points(np.maximum(part, 0), policy.weights["population"]))

    return Face(asked, held, table)


def years(needs: Sequence[Need], stock: Stock, policy: Policy) -> Face:
    """`content.follow_up`, `content.period` and the component period."""
    asked = classes((one.follow_up_months_minimum or 0, one.period is None, *(one.period or (None, None))) for one in needs)
    held = stock.classes("years", lambda one: (one.first_year, one.last_year, one.follow_up_months_max, one.grows))
    columns = stock.kept("dates", lambda: _columns(held.keys))
    (first, first_known), (last, last_known), (longest, longest_known), (grows, _) = columns
    dated, dateless = first_known & last_known, ~first_known & ~last_known
    since, until = np.where(first_known, first, 0), np.where(last_known & (last != 0), last, policy.year)
    grows = last_known & (grows > 0)
    longest = np.where(longest_known, longest, (np.where(grows, np.maximum(last, policy.year), last) - first + 1) * 12)
    longest_known = longest_known | dated
    recent = np.maximum(200, FULL - 100 * np.maximum(0, policy.year - until))

    def table(used: Array) -> Array:
        (months, _), (free, _), (low, low_known), (high, high_known) = map(_down, _columns([asked.keys[n] for n in used]))
        begin = np.where(low_known, low, np.maximum(since, 1990))
        end = np.where(high_known, high, policy.year)
        shared = np.minimum(end, until) - np.maximum(begin, since) + 1
        part = np.maximum(0, shared) * FULL // np.maximum(1, end - begin + 1)
        part = np.maximum(part, np.where(grows & (end > until), UNKNOWN_YEARS, 0))
        part = np.where(dateless, UNKNOWN_YEARS, np.where(free > 0, recent, part))
        out = (months > 0) & longest_known & (longest < months)
        out |= (low_known & last_known & ~grows & (last < low)) | (high_known & first_known & (first > high))
        top = np.where(high_known, high, FAR)
        top = np.where(grows, top, np.minimum(last, top))
        overlap = top - np.maximum(first, np.where(low_known, low, -FAR)) + 1
        out |= (free == 0) & dated & (np.maximum(0, overlap) * 12 < months)
        return np.where(out, OUT, points(part, policy.weights["period"]))

    return Face(asked, held, table)


def size(needs: Sequence[Need], stock: Stock, policy: Policy) -> Face:
    """`content.patients` and the component volume."""
    asked = classes(
        (
            one.patients_wanted or one.patients_minimum or 10_000,
            one.patients_minimum or (1 if one.patients_wanted else 0),
            one.disease_codes is not None,
        )
        for one in needs
    )
    held = stock.classes(
        "size",
        lambda one: (
            one.individuals if one.individuals is not None else one.records, one.individuals is None, one.disease_scope != "LISTED"
        ),
    )  # fmt: skip
    count, kind, mixed = stock.kept("counts", lambda: _counts(held))
    share = np.arange(FULL + 1)
    rows = [share, share * 700 // FULL, np.full(FULL + 1, 300)]  # persons, records, not known
    worth = points(np.concatenate([*rows, *(row * 400 // FULL for row in rows[:2]), rows[2]]), policy.weights["volume"])
    plain, unsure = kind * (FULL + 1), (kind + 3 * mixed) * (FULL + 1)

    def table(used: Array) -> Array:
        (wanted, _), (least, _), (named, _) = map(_down, _columns([asked.keys[n] for n in used]))
        made: Array = worth.take(_share(count, wanted) + np.where(named > 0, unsure, plain))
        made[count < least] = OUT
        return made

    return Face(asked, held, table)


def _counts(held: Classes) -> tuple[Array, Array, Array]:
    """(count, whether of persons, records or not known, whether of all diseases); what is not known is never too small."""
    kind = np.array([2 if key[0] is None else int(key[1]) for key in held.keys], dtype=np.int32)
    return numbers((key[0] for key in held.keys), ENDLESS), kind, np.array([key[2] for key in held.keys], dtype=np.int32)


def _share(count: Array, wanted: Array) -> Array:
    """Thousandths of the wanted that are there, at most all. A quotient of floats is exact below 2**52."""
    there = np.minimum(count, wanted)
    if int(wanted.max()) * FULL < 2**52:
        return (there * float(FULL) / wanted).astype(np.int32)
    return (there * FULL // wanted).astype(np.int32)


def access(needs: Sequence[Need], stock: Stock, policy: Policy) -> Face:
    """`conditions.access_mode`, `.export`, `.linkage` and the component access."""
    targets = {target for need in needs for target in need.linkage}
    asked = classes(
        (frozenset(one.access_modes_acceptable), frozenset(one.exports_wanted), frozenset(one.linkage)) for one in needs
    )
    name = None if targets else "access"
    held = stock.classes(
        name, lambda one: (frozenset(one.modes), frozenset(one.ways_out), one.linkage, *holders_among(one, targets))
    )
    modes_and_exits, closed, linking = _ways(held) if name is None else stock.kept("ways", lambda: _ways(held))
    (mode_at, modes), (exit_at, exits) = (
        wider(*found, (key[which] for key in asked.keys)) for which, found in enumerate(modes_and_exits)
    )
    has_mode, has_exit = modes.any(axis=1), exits.any(axis=1)

    def table(used: Array) -> Array:
        rows = [asked.keys[number] for number in used]
        wanted, exports = marks([row[0] for row in rows], mode_at), marks([row[1] for row in rows], exit_at)
        any_mode, any_exit = wanted.any(axis=1)[:, None], exports.any(axis=1)[:, None]
        suits = common(wanted, modes) > 0
        whole = common(exports, exits) == exports.sum(axis=1)[:, None]
        mode = np.where(any_mode, np.where(has_mode, FULL * suits, 400), np.where(has_mode, FULL, 500))
        exit_ = np.where(any_exit, np.where(has_exit, FULL * whole, 400), np.where(has_exit, FULL, 500))
        link, inside = (
            np.array([bool(row[2]) for row in rows])[:, None],
            joins([row[2] for row in rows], [key[3:] for key in held.keys]),
        )
        joined = np.where(inside, FULL, linking)
        part = np.where(link, (mode + exit_ + joined) // 3, (mode + exit_) // 2)
        out = (any_mode & has_mode & ~suits) | (any_exit & has_exit & ~whole) | (link & closed & ~inside)
        return np.where(out, OUT, points(part, policy.weights["access"]))

    return Face(asked, held, table)


def _ways(held: Classes) -> tuple[list[tuple[dict[Any, int], Array]], Array, Array]:
    """(columns and marks of the modes, and of the exits; which may not be linked; thousandths of linking)."""
    each = [[key[which] for key in held.keys] for which in (0, 1)]
    closed = np.array([key[2] is False for key in held.keys], dtype=bool)
    linking = np.array([{True: FULL, None: 400, False: 0}[key[2]] for key in held.keys], dtype=np.int64)
    return [(at := places(rows), marks(rows, at)) for rows in each], closed, linking


def price(needs: Sequence[Need], stock: Stock, policy: Policy) -> Face:
    """`conditions.budget`, `.lead_time` and the component terms. Whatever price passes the filter has room in the budget."""
    asked = classes((policy.budget_of(one), one.months, frozenset(one.processing_wanted)) for one in needs)
    held = stock.classes("price", lambda one: (one.offer.floor_won if one.offer else None, *_offer(one)))
    plans = classes(key[1:] for key in asked.keys)
    floor, kinds, columns, at, work = stock.kept("offers", lambda: _offers(held))
    (offer, _), (priced, _), (days, days_known), (joint, _), (full, _) = columns

    def in_time(used: Array) -> Array:
        rows = [plans.keys[number] for number in used]
        ((months, timed),) = map(_down, _columns([row[:1] for row in rows]))
        does = common(marks([row[1] for row in rows], at), work) == np.array([len(row[1]) for row in rows])[:, None]
        window = months * WORKING_DAYS_A_MONTH
        room = np.where(window > 0, window, 120)
        part = 400 + 200 * priced + days_known * (200 * np.maximum(0, room - days) // room)
        part = part + 100 * joint + 100 * (does & (full == 0))
        return np.where(days_known & timed & (days > window), OUT, points(np.where(offer > 0, part, 0), policy.weights["terms"]))

    def table(used: Array) -> Array:
        ((limit, limited),) = map(_down, _columns([asked.keys[n][:1] for n in used]))
        of, local = np.unique(plans.of[used], return_inverse=True)
        made: Array = in_time(of).take(kinds.of, axis=1)[local]
        made[floor > np.where(limited, limit, ENDLESS)] = OUT
        return made

    return Face(asked, held, table)


def _offers(held: Classes) -> tuple[Array, Classes, list[tuple[Array, Array]], dict[Any, int], Array]:
    """(floor, kinds of offers as `_offer` tells them apart, their columns, place of each work, which work each prices)."""
    kinds = classes(key[1:] for key in held.keys)
    at = places(key[5] for key in kinds.keys)
    work = marks([key[5] for key in kinds.keys], at)
    return numbers((key[0] for key in held.keys), -1), kinds, _columns([key[:5] for key in kinds.keys]), at, work


def _offer(one: Candidate) -> tuple[bool, bool, int | None, bool, bool, frozenset[str]]:
    """(is there an offer, is its price known, lead time, joint review, no capacity is open, work that it prices)."""
    offer = one.offer
    if offer is None:
        return False, False, None, False, False, frozenset()
    open_, work = offer.open_capacity == 0, frozenset(offer.processing)
    return True, offer.floor_won is not None, offer.lead_time_days, bool(offer.joint_drb), open_, work
