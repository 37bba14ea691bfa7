"""Who belongs together: a company and its provider, applicants among each other, payees with one account."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from itertools import combinations, product

from vouchers.rounds.rules import SignallingPolicy, Trait
from vouchers.signals.rules.facts import MOST_REFS, Evidence, Facts, Finding, Mark, finding, groups, scaled
from vouchers.signals.rules.stages import SignalKind

T = Trait
EXACT = frozenset({T.PERSON, T.ACCOUNT, T.MAIL})  # one bearer more is one more, never a reason to think less of it
# who is the same person has the same address and name as well: said once
COVERS: Mapping[str, frozenset[str]] = {T.PERSON: frozenset({T.MAIL, T.NAME, T.DOMAIN}), T.MAIL: frozenset({T.DOMAIN})}
LEAST = 5  # points below which a trait is not followed any further: an address that half of the round shares
MOST_BEARERS = 60  # whose pairs are looked at one by one

type Common = dict[str, tuple[int, str]]  # trait → points and value of the strongest that two parties have in common


def _evidence(trait: str, value: str, points: int, marks: list[Mark]) -> Evidence:
    marks = sorted(marks, key=lambda one: (one.party, one.source))
    refs = tuple(sorted({one.source for one in marks[:MOST_REFS]}))
    parties = tuple(sorted({one.party for one in marks}))
    return Evidence(trait, points, parties[:MOST_REFS], refs, value, {"bearers": len(parties)})


def _weight(trait: str, bearers: int, policy: SignallingPolicy) -> int:
    points = policy.weights.get(trait, 0)
    return points if trait in EXACT else scaled(points, bearers, policy)


def _add(seen: dict[tuple[str, str], Common], pair: tuple[str, str], trait: str, points: int, value: str) -> None:
    held = seen.setdefault(pair, {})
    if trait not in held or (points, value) > held[trait]:
        held[trait] = points, value


def _counted(held: Common) -> Common:
    """Without what another trait says already."""
    if len(held) == 1:
        return held
    covered = {trait for what in held for trait in COVERS.get(what, ())}
    return {what: one for what, one in held.items() if what not in covered}


def _points(counted: Common) -> int:
    return sum(points for points, _value in counted.values())


def related_sides(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """A company and its provider that have enough in common: the way of a payback, which returns the own share."""
    ours, theirs = facts.of_companies, facts.of_institutions
    seen: dict[tuple[str, str], Common] = {}
    for (trait, value), institutions in theirs.items():
        companies = ours.get((trait, value))
        points = _weight(trait, len(institutions) + len(companies), policy) if companies else 0
        if not companies or points < LEAST:
            continue
        for pair in product(companies, institutions):
            if pair in facts.pairs:
                _add(seen, pair, trait, points, value)
    found = []
    for (company, institution), held in seen.items():
        counted = _counted(held)
        if _points(counted) >= policy.list_from:
            evidence = [
                _evidence(trait, value, points, [ours[trait, value][company], theirs[trait, value][institution]])
                for trait, (points, value) in counted.items()
            ]
            key, whom = f"{company}:{institution}", {"companies": [company], "institutions": [institution]}
            found.append(finding(SignalKind.RELATED_SIDES, key, _points(counted), evidence, **whom))
    return found


def same_contacts(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """One person, or one e-mail address, behind many applicants: the way of a broker."""
    found: list[Finding] = []
    told: list[set[str]] = []
    for trait in (T.PERSON, T.MAIL):
        many = [
            (value, companies) for (one, value), companies in facts.of_companies.items()
            if one == trait and len(companies) >= policy.contacts_from
        ]  # fmt: skip
        for value, companies in sorted(many, key=lambda one: one[0]):
            if any(set(companies) <= before for before in told):
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
    seen: dict[tuple[str, str], Common] = {}
    for trait, value, companies, points in _small(facts, policy):
        for pair in combinations(sorted(companies), 2):
            _add(seen, pair, trait, points, value)
    joined = {pair: counted for pair, held in seen.items() if _points(counted := _among(held)) >= policy.list_from}
    found = []
    for members in groups(joined):
        inside = [(pair, counted) for pair, counted in joined.items() if pair[0] in members]
        points = max(_points(counted) for _pair, counted in inside)
        evidence = _merged(inside, facts)
        found.append(finding(SignalKind.RELATED_APPLICANTS, min(members), points, evidence, companies=members))
    return found


def _small(facts: Facts, policy: SignallingPolicy) -> Iterator[tuple[str, str, Collection[str], int]]:
    """(trait, value, who bears it, points) of what few enough applicants have in common."""
    for (trait, value), companies in facts.of_companies.items():
        if not 1 < len(companies) <= MOST_BEARERS or trait == T.ACCOUNT:
            continue
        if trait == T.DOMAIN and (trait, value) in facts.of_institutions:
            continue
        if trait in EXACT and len(companies) >= policy.contacts_from:  # told by `same_contacts`
            continue
        if (points := _weight(trait, len(companies), policy)) >= LEAST:
            yield trait, value, companies, points


def _among(held: Common) -> Common:
    counted = _counted(held)
    return {what: one for what, one in counted.items() if what != T.NETWORK} if T.ADDRESS in held else counted


def _merged(inside: list[tuple[tuple[str, str], Common]], facts: Facts) -> list[Evidence]:
    """One for each value, with all of the group who bear it."""
    bearing: dict[tuple[str, str, int], set[str]] = {}
    for pair, counted in inside:
        for trait, (points, value) in counted.items():
            bearing.setdefault((trait, value, points), set())
            bearing[trait, value, points] |= {*pair}
    return [
        _evidence(trait, value, points, [facts.of_companies[trait, value][one] for one in whom])
        for (trait, value, points), whom in bearing.items()
    ]


ACCOUNT_NUMBER = "number:"  # before the value of a mark that is an account's bank and number; `holder:` before its holder's name
ACCOUNT_HOLDER = "holder:"


def same_accounts(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """One account for payees that have nothing to do with each other."""
    found = []
    for (trait, value), institutions in facts.of_institutions.items():
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
