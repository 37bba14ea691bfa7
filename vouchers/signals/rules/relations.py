"""Who belongs together: a company and its provider, applicants among each other, payees with one account."""

import hashlib
from collections.abc import Iterator, Mapping
from itertools import combinations

from vouchers.rounds.rules import SignallingPolicy, Trait
from vouchers.signals.rules.facts import MOST_REFS, Evidence, Facts, Finding, Mark, finding, groups, scaled
from vouchers.signals.rules.stages import Side, SignalKind

T = Trait
EXACT = frozenset({T.PERSON, T.ACCOUNT, T.MAIL})  # one bearer more is one more, never a reason to think less of it
# who is the same person has the same address and name as well: said once
COVERS: Mapping[str, frozenset[str]] = {T.PERSON: frozenset({T.MAIL, T.NAME, T.DOMAIN}), T.MAIL: frozenset({T.DOMAIN})}
LEAST = 5  # points below which a trait is not followed any further: an address that half of the round shares
MOST_BEARERS = 60  # whose pairs are looked at one by one

type Group = dict[str, Mark]  # party → its mark
type Shared = dict[str, Evidence]  # trait → evidence


def _bearers(facts: Facts, side: str) -> dict[tuple[str, str], Group]:
    found: dict[tuple[str, str], Group] = {}
    for mark in facts.marks:
        if mark.side == side:
            found.setdefault((mark.trait, mark.value), {}).setdefault(mark.party, mark)
    return found


def _evidence(trait: str, value: str, points: int, marks: list[Mark]) -> Evidence:
    marks = sorted(marks, key=lambda one: (one.party, one.source))
    refs = tuple(sorted({one.source for one in marks[:MOST_REFS]}))
    parties = tuple(sorted({one.party for one in marks}))
    return Evidence(trait, points, parties[:MOST_REFS], refs, value, {"bearers": len(parties)})


def _weight(trait: str, bearers: int, policy: SignallingPolicy) -> int:
    points = policy.weights.get(trait, 0)
    return points if trait in EXACT else scaled(points, bearers, policy)


def _add(seen: dict[tuple[str, str], Shared], pair: tuple[str, str], one: Evidence) -> None:
    """The strongest of each trait."""
    held = seen.setdefault(pair, {})
    before = held.get(one.what)
    if before is None or (one.points, before.value) > (before.points, one.value):
        held[one.what] = one


def _counted(held: Shared) -> list[Evidence]:
    """Without what another trait says already."""
    covered = {trait for what in held for trait in COVERS.get(what, ())}
    return [one for what, one in held.items() if what not in covered]


def related_sides(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """A company and its provider that have enough in common: the way of a payback, which returns the own share."""
    ours, theirs = _bearers(facts, Side.COMPANY), _bearers(facts, Side.INSTITUTION)
    seen: dict[tuple[str, str], Shared] = {}
    for (trait, value), institutions in theirs.items():
        companies = ours.get((trait, value))
        points = _weight(trait, len(institutions) + len(companies), policy) if companies else 0
        if not companies or points < LEAST:
            continue
        for company, mark in companies.items():
            for institution, other in institutions.items():
                if (company, institution) in facts.pairs:
                    _add(seen, (company, institution), _evidence(trait, value, points, [mark, other]))
    found = []
    for (company, institution), held in seen.items():
        counted = _counted(held)
        if (points := sum(one.points for one in counted)) >= policy.list_from:
            key = f"{company}:{institution}"
            found.append(finding(SignalKind.RELATED_SIDES, key, points, counted, companies=[company], institutions=[institution]))
    return found


def same_contacts(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """One person, or one e-mail address, behind many applicants: the way of a broker."""
    found: list[Finding] = []
    told: list[set[str]] = []
    bearers = _bearers(facts, Side.COMPANY)
    for trait in (T.PERSON, T.MAIL):
        for (one, value), companies in sorted(bearers.items()):
            if one != trait or len(companies) < policy.contacts_from or any(set(companies) <= before for before in told):
                continue
            told.append(set(companies))
            points = policy.weights.get(trait, 0) + 10 * (len(companies) - policy.contacts_from)
            if points >= policy.list_from:
                seen = _evidence(trait, value, points, list(companies.values()))
                found.append(finding(SignalKind.SAME_CONTACT, f"{trait}:{_of(value)}", points, [seen], companies=companies))
    return found


def _of(value: str) -> str:
    """A key names no address: what it stands for is told by its digest."""
    return hashlib.sha256(value.encode()).hexdigest()[:24]


def related_applicants(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """Applicants that have enough in common, two or more. A network says nothing about neighbours in one house, a provider's e-mail
    domain nothing about its spin-offs."""
    providers = {mark.value for mark in facts.marks if mark.side == Side.INSTITUTION and mark.trait == T.DOMAIN}
    seen: dict[tuple[str, str], Shared] = {}
    for trait, value, companies in _small(_bearers(facts, Side.COMPANY), providers, policy):
        points = _weight(trait, len(companies), policy)
        for a, b in combinations(sorted(companies), 2):
            _add(seen, (a, b), _evidence(trait, value, points, [companies[a], companies[b]]))
    joined = {pair: counted for pair, held in seen.items() if _points(counted := _among(held)) >= policy.list_from}
    found = []
    for members in groups(joined):
        inside = [(pair, counted) for pair, counted in joined.items() if pair[0] in members]
        points = max(_points(counted) for _pair, counted in inside)
        evidence = _merged([one for _pair, counted in inside for one in counted])
        found.append(finding(SignalKind.RELATED_APPLICANTS, min(members), points, evidence, companies=members))
    return found


def _small(
    bearers: dict[tuple[str, str], Group], providers: set[str], policy: SignallingPolicy
) -> Iterator[tuple[str, str, Group]]:
    for (trait, value), companies in bearers.items():
        if not 1 < len(companies) <= MOST_BEARERS or trait == T.ACCOUNT or (trait == T.DOMAIN and value in providers):
            continue
        if trait in EXACT and len(companies) >= policy.contacts_from:  # told by `same_contacts`
            continue
        if _weight(trait, len(companies), policy) >= LEAST:
            yield trait, value, companies


def _among(held: Shared) -> list[Evidence]:
    return [one for one in _counted(held) if one.what != T.NETWORK or T.ADDRESS not in held]


def _points(counted: list[Evidence]) -> int:
    return sum(one.points for one in counted)


def _merged(evidence: list[Evidence]) -> list[Evidence]:
    """One for each value, with all who bear it."""
    by_value: dict[tuple[str, str], list[Evidence]] = {}
    for one in evidence:
        by_value.setdefault((one.what, one.value), []).append(one)
    merged = []
    for (what, value), held in by_value.items():
        parties, refs = {p for one in held for p in one.parties}, {r for one in held for r in one.refs}
        numbers = {"bearers": len(parties)}
        merged.append(
            Evidence(what, held[0].points, tuple(sorted(parties))[:MOST_REFS], tuple(sorted(refs))[:MOST_REFS], value, numbers)
        )
    return merged


ACCOUNT_NUMBER = "number:"  # before the value of a mark that is an account's bank and number; `holder:` before its holder's name
ACCOUNT_HOLDER = "holder:"


def same_accounts(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """One account for payees that have nothing to do with each other."""
    found = []
    for (trait, value), institutions in _bearers(facts, Side.INSTITUTION).items():
        if trait != T.ACCOUNT or not value.startswith(ACCOUNT_NUMBER) or len(institutions) < 2:
            continue
        families = [facts.families.get(one, frozenset()) for one in institutions]
        if frozenset.intersection(*families):
            continue
        points = policy.weights.get(T.ACCOUNT, 0)
        if points >= policy.list_from:
            seen = _evidence(trait, value, points, list(institutions.values()))
            found.append(finding(SignalKind.SAME_ACCOUNT, f"account:{_of(value)}", points, [seen], institutions=institutions))
    return found
