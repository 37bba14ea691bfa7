"""How many datasets fit a need, and how many more would if one of its conditions were given up or widened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from providers.catalogue.rules import disease
from vouchers.matching.rules.bundles import partner_kinds
from vouchers.matching.rules.engine import fold
from vouchers.matching.rules.facts import Candidate
from vouchers.matching.rules.filters import CHECKS, judge
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import Failure, Verdict

LIFTS = {  # what is given up → the filters that may then say nothing more
    "DISEASE": frozenset({"DISEASE", "COHORT"}),  # the sex that a disease implies goes with it
    "COHORT": frozenset({"COHORT"}),
    "DATA_KIND": frozenset({"DATA_KIND"}),
    "BODY_PART": frozenset({"BODY_PART"}),
    "AGE": frozenset({"AGE"}),
    "VARIABLE": frozenset({"VARIABLE", "MODALITY"}),  # a variable asked for by name calls for its kind of data
    "FOLLOW_UP": frozenset({"FOLLOW_UP", "PERIOD"}),  # the years must hold the follow-up
    "PERIOD": frozenset({"PERIOD"}),
    "PATIENTS": frozenset({"PATIENTS"}),
    "ACCESS_MODE": frozenset({"ACCESS_MODE"}),
    "EXPORT": frozenset({"EXPORT"}),
    "LINKAGE": frozenset({"LINKAGE", "MODALITY"}),
    "SITES": frozenset({"SITES"}),
    "BUDGET": frozenset({"BUDGET"}),
    "LEAD_TIME": frozenset({"LEAD_TIME"}),
}
DROPPED: dict[str, dict[str, Any]] = {  # conditions that are given up whole: the fields of the need that become empty
    "DATA_KIND": {"real_patients_required": None},
    "BODY_PART": {"body_parts": ()},
    "AGE": {"min_age": None, "max_age": None},
    "FOLLOW_UP": {"follow_up_months_minimum": None},
    "PERIOD": {"period": None},
    "PATIENTS": {"patients_minimum": None},
    "LINKAGE": {"linkage": ()},
    "SITES": {"sites_minimum": None},
    "BUDGET": {"budget_won": None},
    "LEAD_TIME": {"project_months": None, "ends_on": None},
}
_NOTHING = Verdict((), ())


@dataclass(frozen=True)
class Relaxation:
    """code: the condition; item: which way of use is accepted besides, which export or variable is done without, else ""."""

    code: str
    item: str = ""

    @property
    def value(self) -> str:
        """As a button sends it."""
        return f"{self.code}:{self.item}"


@dataclass(frozen=True)
class Leeway:
    """fits: datasets that fit, an umbrella and its parts counted once; more: (relaxation, how many it adds), most first."""

    fits: int
    more: tuple[tuple[Relaxation, int], ...]


def relaxations(need: Need, policy: Policy) -> Iterator[tuple[Relaxation, Need]]:
    """Every condition that this need could give up, with the need as it would then be."""
    for code, emptied in DROPPED.items():
        if any(getattr(need, name) for name in emptied):
            yield Relaxation(code), replace(need, **emptied)
    if need.disease_codes and need.disease_codes.include.texts:
        without = replace(need.disease_codes, include=disease.Codes(need.disease_codes.system, (), ()))
        yield Relaxation("DISEASE"), replace(need, disease_codes=without if without.exclude else None)
    if need.disease_codes and need.disease_codes.exclude:
        kept = replace(need.disease_codes, exclude=())
        yield Relaxation("COHORT"), replace(need, disease_codes=kept if kept.include.texts else None)
    for text in need.variables:
        yield Relaxation("VARIABLE", text), replace(need, variables=tuple(one for one in need.variables if one != text))
    for code in need.exports_wanted:
        yield Relaxation("EXPORT", code), replace(need, exports_wanted=tuple(one for one in need.exports_wanted if one != code))
    for mode in policy.words.codes("access_mode") if need.access_modes_acceptable else ():
        if mode not in need.access_modes_acceptable:
            yield (
                Relaxation("ACCESS_MODE", mode),
                replace(need, access_modes_acceptable=(*need.access_modes_acceptable, mode)),
            )


def leeway(need: Need, candidates: Sequence[Candidate], policy: Policy) -> Leeway:
    """What fits, and what each relaxation adds: exactly what the same count says once it is applied.

    candidates: all, or at least those that hold one of the kinds of data asked for (or say nothing about it), and those of
    the institutions to be joined. What the purpose or the kind of data excludes stays excluded: both are facts of the need.
    """
    own = with_partners(need, candidates, policy)
    judged = [(found, _against(need, found, own)) for found in candidates]
    passed = [found for found, against in judged if not against]
    near = [(found, against) for found, against in judged if against and against <= _LIFTED]
    fits = counted(need, passed)
    more = []
    for relaxation, eased in relaxations(need, policy):
        terms = with_partners(eased, candidates, policy)
        if terms.by_linkage != own.by_linkage:  # what the joined institutions bring has changed for everybody
            fitting = [found for found in candidates if _fits(eased, found, terms)]
        else:
            lifted = LIFTS[relaxation.code]
            fitting = [*passed, *(c for c, against in near if against <= lifted and _fits(eased, c, terms))]
        if (adds := counted(eased, fitting) - fits) > 0:
            more.append((relaxation, adds))
    return Leeway(fits, tuple(sorted(more, key=lambda row: (-row[1], row[0].value))))


def counted(need: Need, fitting: Sequence[Candidate]) -> int:
    """Datasets, an umbrella and its parts once."""
    kept, _inside = fold(need, [(found, _NOTHING) for found in fitting])
    return len({found.key for found, _verdict in kept})


_SETS = tuple(frozenset(lifted) for lifted in LIFTS.values())
_LIFTED = frozenset().union(*_SETS)


def _against(need: Need, found: Candidate, policy: Policy) -> frozenset[str]:
    """The filters that stand against a dataset; the reading stops where no single relaxation could help any more."""
    against: frozenset[str] = frozenset()
    for check in CHECKS:
        for said in check(need, found, policy):
            if isinstance(said, Failure) and said.filter not in against:
                against |= {said.filter}
                if not any(against <= lifted for lifted in _SETS):
                    return against
    return against


def _fits(need: Need, found: Candidate, policy: Policy) -> bool:
    return not any(isinstance(said, Failure) for check in CHECKS for said in check(need, found, policy))


def with_partners(need: Need, candidates: Sequence[Candidate], policy: Policy) -> Policy:
    """The policy with the kinds of data that the institutions to be joined bring, as `match` finds them."""
    if not need.linkage:
        return policy
    named = set(need.linkage)
    partners = [(one, judge(need, one, policy)) for one in candidates if {one.key, one.holder.key} & named]
    return replace(policy, by_linkage=partner_kinds(need, partners))
