"""All rules over the facts of a round, and how what they find is known again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from vouchers.rounds.rules import SignallingPolicy
from vouchers.signals.rules import files, money, relations, texts
from vouchers.signals.rules.facts import Facts, Finding
from vouchers.signals.rules.stages import Side, SignalKind

RULES: tuple[Callable[[Facts, SignallingPolicy], list[Finding]], ...] = (
    relations.related_sides, relations.related_applicants, relations.same_contacts, relations.same_accounts, texts.same_texts,
    files.same_files, money.split_payments, money.far_prices, money.concentrations,
)  # fmt: skip
GROWING = frozenset({SignalKind.RELATED_APPLICANTS, SignalKind.SAME_TEXT, SignalKind.SAME_FILE})  # groups that others may join


def found_in(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """What is to be listed, in one order; nothing below the policy's points."""
    every = [one for rule in RULES for one in rule(facts, policy) if one.points >= policy.list_from]
    return sorted(every, key=lambda one: (one.kind, one.key))


def known_again(found: Iterable[Finding], known: Mapping[tuple[str, str], frozenset[str]]) -> list[Finding]:
    """A group that somebody joined or left keeps the key by which it is known: that of the known one with which it shares most, two
    parties at least. known: (kind, key) → references of its parties."""
    taken = {(one.kind, one.key) for one in found if (one.kind, one.key) in known}
    named = []
    for one in found:
        parties = {ref for side, ref in one.parties if side == Side.COMPANY}
        if one.kind in GROWING and (one.kind, one.key) not in known:
            shared = {
                (len(parties & held), key) for (kind, key), held in known.items() if kind == one.kind and (kind, key) not in taken
            }
            most, key = max(shared, default=(0, ""))
            if most > 1:
                taken.add((one.kind, key))
                one = replace(one, key=key)
        named.append(one)
    return named
