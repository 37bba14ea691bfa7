"""Payments split under an amount, prices far from the provider's others, a provider that lives on one company."""

from collections.abc import Sequence
from datetime import timedelta

from vouchers.rounds.rules import SignallingPolicy
from vouchers.signals.rules.facts import Evidence, Facts, Finding, Payment, Price, finding
from vouchers.signals.rules.stages import SignalKind


# ── Split payments ───────────────────────────────────────────────────────────────────────────────────
def just_below(amount_won: int, threshold_won: int, percent: int) -> bool:
    """Below the amount, and by no more than so many percent of it."""
    return amount_won < threshold_won and amount_won * 100 >= threshold_won * (100 - percent)


def split_payments(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """Two or more payments of one company to one provider, each just below an amount and together above it, in a few days."""
    pairs: dict[tuple[str, str], list[Payment]] = {}
    for one in facts.payments:
        pairs.setdefault((one.company, one.institution), []).append(one)
    found = []
    for (company, institution), payments in pairs.items():
        for threshold in policy.split_thresholds_won:
            below = [one for one in payments if just_below(one.amount_won, threshold, policy.split_percent)]
            run = longest_run(below, policy.split_days)
            if len(run) > 1 and (together := sum(one.amount_won for one in run)) >= threshold:
                points = policy.list_from + (policy.strong_from - policy.list_from) * min(len(run) - 2, 1)
                numbers = {
                    "threshold_won": threshold,
                    "payments": len(run),
                    "together_won": together,
                    "days": (run[-1].day - run[0].day).days,
                }
                seen = Evidence("SPLIT", points, (company, institution), tuple(sorted(one.ref for one in run)), numbers=numbers)
                key = f"{company}:{institution}:{threshold}"
                found.append(
                    finding(SignalKind.SPLIT_PAYMENTS, key, points, [seen], companies=[company], institutions=[institution])
                )
    return found


def longest_run(payments: Sequence[Payment], days: int) -> list[Payment]:
    """The most of them that lie within so many days, in order."""
    ordered = sorted(payments, key=lambda one: (one.day, one.ref))
    best: list[Payment] = []
    first = 0
    for last, one in enumerate(ordered):
        while one.day - ordered[first].day > timedelta(days=days):
            first += 1
        if last + 1 - first > len(best):
            best = ordered[first : last + 1]
    return best


# ── Far prices ───────────────────────────────────────────────────────────────────────────────────────
SAME_SPREAD = 1.4826  # median absolute deviation → standard deviation of a normal spread
LEAST_SPREAD = 20  # the spread is taken for one in so many of the median at least: prices of a list do not vary at all


def middle(values: Sequence[int]) -> float:
    """The median."""
    ordered, half = sorted(values), len(values) // 2
    return float(ordered[half]) if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def deviations(value: int, others: Sequence[int]) -> float:
    """How many robust deviations a value lies above the median of the others; below it negative."""
    centre = middle(others)
    spread = SAME_SPREAD * middle([round(abs(one - centre)) for one in others])
    return (value - centre) / max(spread, centre / LEAST_SPREAD, 1.0)


def far_prices(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """What an application stands on, far above what the same provider asks others for the same thing."""
    things: dict[tuple[str, str], list[Price]] = {}
    for one in facts.prices:
        things.setdefault((one.institution, one.thing), []).append(one)
    seen: dict[Price, Evidence] = {}
    for prices in things.values():
        if len(prices) <= policy.price_quotes:
            continue
        for one in prices:
            others = [other.unit_won for other in prices if other.quote != one.quote]
            if one.chosen and len(others) >= policy.price_quotes and (above := _far(one, others, policy)):
                seen[one] = above
    by_quote: dict[str, list[Price]] = {}
    for one in seen:
        by_quote.setdefault(one.quote, []).append(one)
    found = []
    for quote, far in by_quote.items():
        points = max(seen[one].points for one in far)
        evidence = [seen[one] for one in far]
        found.append(
            finding(SignalKind.FAR_PRICE, quote, points, evidence, companies=[far[0].company], institutions=[far[0].institution])
        )
    return found


def _far(one: Price, others: list[int], policy: SignallingPolicy) -> Evidence | None:
    centre, above = middle(others), deviations(one.unit_won, others)
    percent = int(100 * one.unit_won / centre) if centre else 0
    if above < policy.price_deviations or percent < policy.price_percent:
        return None
    strong = percent >= 2 * policy.price_percent - 100  # twice as far above the median as is needed
    points = policy.strong_from if strong else policy.list_from
    numbers = {
        "unit_won": one.unit_won,
        "median_won": round(centre),
        "quotes": len(others),
        "percent": percent,
        "deviations": int(above),
    }
    return Evidence("PRICE", points, (one.company, one.institution), (one.quote,), numbers=numbers)


# ── Concentration ────────────────────────────────────────────────────────────────────────────────────
def concentrations(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """A company that comes to one provider again and again, and is most of what that provider earns."""
    found = []
    for one in facts.shares:
        percent = 100 * one.won // one.all_won if one.all_won else 0
        if one.projects < policy.pair_projects or percent < policy.pair_percent:
            continue
        points = policy.strong_from if one.projects >= 2 * policy.pair_projects else policy.list_from
        numbers = {"projects": one.projects, "won": one.won, "all_won": one.all_won, "percent": percent}
        seen = Evidence("PAIR", points, (one.company, one.institution), numbers=numbers)
        key = f"{one.company}:{one.institution}"
        found.append(
            finding(SignalKind.CONCENTRATION, key, points, [seen], companies=[one.company], institutions=[one.institution])
        )
    return found
