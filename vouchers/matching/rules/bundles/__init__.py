"""Where no dataset alone does what a need asks for: the cheapest affordable set that does, linked with all that is to be joined, or
completed by the kinds of data that it lacks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vouchers.matching.rules.bundles.completing import Kinds, complete, completed, held_by, sites_with
from vouchers.matching.rules.bundles.costs import persons, price, price_words, review_words
from vouchers.matching.rules.bundles.linking import (
    HARD_FOR_PARTNER,
    TOO_DEAR,
    LinkageUnmet,
    Partners,
    agency,
    silent_on_exports,
    unsure,
    words,
)
from vouchers.matching.rules.bundles.searching import Wish, cheapest
from vouchers.matching.rules.facts import Candidate, Words
from vouchers.matching.rules.kinds import own
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import Verdict, number

__all__ = ["HARD_FOR_PARTNER", "Bundle", "Kinds", "LinkageUnmet", "bundles", "complete", "partner_kinds"]
MOST_BUNDLES = 5  # linked sets that are told


@dataclass(frozen=True)
class Bundle:
    """datasets: keys, the main ones first; offers: of each its offer's ref, or None; linkage_agency: institution key, or None when
    nothing is linked; price: datasets without a published price, and the least that the others cost, whole won, VAT excluded."""

    datasets: tuple[str, ...]
    linkage_agency: str | None
    reasons: tuple[Words, ...]
    price: tuple[int, int] = (0, 0)
    offers: tuple[str | None, ...] = ()

    def document(self) -> dict[str, Any]:
        return {
            "datasets": list(self.datasets),
            "offers": list(self.offers),
            "linkage_agency": self.linkage_agency,
            "unpriced": self.price[0],
            "floor_won": self.price[1],
            "reasons_ko": [ko for ko, _en in self.reasons],
            "reasons_en": [en for _ko, en in self.reasons],
        }


def bundles(
    need: Need,
    ranked: Sequence[Candidate],
    single: Sequence[Candidate],
    judged: Sequence[tuple[Candidate, Verdict]],
    policy: Policy,
) -> tuple[tuple[Bundle, ...], tuple[LinkageUnmet, ...]]:
    """ranked: fitting candidates, best first; single: those that lack nothing but further sites, best first; judged: all.

    Where something is to be joined, every set holds a partner for each institution and dataset that is named; where one of these
    cannot serve there is no set, and it is said why.
    """
    partners = Partners(need, judged) if need.linkage else None
    if partners is not None and partners.without:
        return (), tuple(partners.without)
    together = list(_together(need, single, judged, partners, policy))
    members = completed(need, judged, partners, policy)
    whole = [_bundle(need, members, held_by(need, members, policy), policy, linked=True)] if members else []
    if partners is None:
        return (*whole, *together), ()
    linked, dear = _linked(need, ranked, partners, policy)
    without = (LinkageUnmet(need.linkage[0], TOO_DEAR),) if dear and not linked and not together else ()
    return (*whole, *linked, *together), without


def partner_kinds(need: Need, judged: Sequence[tuple[Candidate, Verdict]]) -> frozenset[str]:
    """Kinds of data that the institutions and datasets to be joined hold and that nothing hard stands against."""
    return frozenset(
        code
        for found, verdict in judged
        if found.linkage is not False
        and {found.key, found.holder.key} & set(need.linkage)
        and not any(failure.filter in HARD_FOR_PARTNER for failure in verdict.failures)
        for code in found.modality
    )


def _linked(need: Need, ranked: Sequence[Candidate], partners: Partners, policy: Policy) -> tuple[list[Bundle], bool]:
    """(each fitting dataset with the cheapest partners that are affordable beside it, the cheapest set first and of equal ones the
    best dataset's; whether the budget is too small for some)."""
    limit, dear = policy.budget_of(need), False
    sets: dict[frozenset[str], tuple[Candidate, ...]] = {}
    for main in ranked:
        if main.linkage is False or main.joins(need.linkage):
            continue
        beside = partners.cheapest(main, limit)
        if beside:
            members = (main, *beside)
            keys = frozenset(one.key for one in members)
            if keys not in sets or price(members) < price(sets[keys]):
                sets[keys] = members
        dear = dear or beside == []
    first = sorted(sets.values(), key=price)[:MOST_BUNDLES]  # stable: the best first
    return [_bundle(need, members, (), policy, linked=True) for members in first], dear


def _together(
    need: Need,
    single: Sequence[Candidate],
    judged: Sequence[tuple[Candidate, Verdict]],
    partners: Partners | None,
    policy: Policy,
) -> Iterator[Bundle]:
    """Collections of several institutions that lack nothing but sites and patients and reach both together, the cheapest set that is
    affordable: voucher suppliers that say what may be taken out first, then those whose price is known, then won; of several that cost the same the best. An institution counts where it holds all the kinds that nothing else replaces, in one dataset or in several of
    its own."""
    least, sites = need.patients_minimum or 0, max(2, need.sites_minimum or 0)
    few = [found for found, verdict in judged if _small(verdict) and persons(found)]
    named = set(need.linkage)
    usable = [one for one in (*single, *few) if not {one.key, one.holder.key} & named]
    if not usable:
        return
    kinds = Kinds(policy.words.core(own(need, policy)))
    wish = Wish(
        least, sites, policy.budget_of(need), lambda one: not policy.pays(one.holder) or bool(named and unsure(one)) or silent_on_exports(need, one),
        {one.id: place for place, one in enumerate(single)}, least, kinds=kinds.held, whole=kinds.whole,
    )  # fmt: skip
    found = [(mine, beside) for mine, beside in _sets(wish, usable, partners, need) if mine]
    if found:
        mine, beside = min(found, key=lambda row: (sum(map(wish.worse, (*row[0], *row[1]))), price((*row[0], *row[1]))))
        mine.sort(key=lambda one: (price([one]), wish.order.get(one.id, 0), one.id))
        reached = (*_reached(need, mine), *sites_with(need, mine, policy))
        yield _bundle(need, (*mine, *beside), reached, policy, linked=bool(beside))


def _small(verdict: Verdict) -> bool:
    return {failure.filter for failure in verdict.failures} - {"SITES"} == {"PATIENTS"}


type _Set = tuple[list[Candidate], list[Candidate]]  # collections, what is joined with them


def _sets(wish: Wish, usable: Sequence[Candidate], partners: Partners | None, need: Need) -> Iterator[_Set]:
    """Data that is joined already needs no partners."""
    if partners is None:
        yield cheapest(wish, _by_institution(usable)), []
        return
    yield cheapest(wish, _by_institution([one for one in usable if one.joins(need.linkage)])), []
    must = partners.groups(()) or []
    found = cheapest(wish, _by_institution([one for one in usable if one.linkage is not False]), must)
    yield found[len(must) :], found[: len(must)]


def _by_institution(found: Sequence[Candidate]) -> list[list[Candidate]]:
    groups: dict[str, list[Candidate]] = {}
    for one in found:
        groups.setdefault(one.holder.key, []).append(one)
    return list(groups.values())


def _reached(need: Need, members: Sequence[Candidate]) -> Iterator[Words]:
    """What they reach together: institutions, then persons."""
    by_site = {one.holder.key: one.holder for one in members}
    count, least = len(by_site), need.patients_minimum or 0
    if (need.sites_minimum or 0) > 1:
        names_ko, names_en = (
            ", ".join(one.name_ko for one in by_site.values()),
            ", ".join(one.name_en for one in by_site.values()),
        )
        yield f"서로 다른 {count}개 기관: {names_ko}.", f"{count} different institutions: {names_en}."
    there = [persons(one) for one in members]
    total = sum(
        min(persons(one) or 0 for one in members if one.holder.key == key) for key in by_site
    )  # who is in all of its sets
    if least and None in there:
        yield (
            "대상자 수를 공개하지 않은 기관이 있어 확인이 필요합니다.",
            "Not every institution publishes how many persons it has: ask.",
        )
    elif least:
        yield (
            f"{count}개 기관을 합하면 공표된 대상자 {number(total)}명으로 최소 {number(least)}명을 채웁니다(중복 가능).",
            f"{count} institutions together publish {number(total)} persons, at least the {number(least)} needed (may repeat).",
        )


def _exports(need: Need, members: Sequence[Candidate], policy: Policy) -> Iterator[Words]:
    """Who does not say whether what the need wants may be taken out; who says no is in no set."""
    silent = [one for one in members if silent_on_exports(need, one)]
    if silent:
        ko, en = policy.words.join("exit_kind", need.exports_wanted)
        titles_ko, titles_en = ", ".join(one.title_ko for one in silent), ", ".join(one.title_en for one in silent)
        yield (
            f"{ko} 가능 여부를 공개하지 않은 데이터가 있습니다. 먼저 확인하십시오: {titles_ko}.",
            f"Ask first whether this may be taken out ({en}); it is not published of: {titles_en}.",
        )


def _bundle(need: Need, members: Sequence[Candidate], reached: tuple[Words, ...], policy: Policy, *, linked: bool) -> Bundle:
    through = agency(members, policy) if linked else None
    linkage = words(members, through) if linked else ()
    reasons = (*reached, *linkage, *_exports(need, members, policy), price_words(members), *review_words(members))
    offers = tuple(one.offer.ref if one.offer else None for one in members)
    return Bundle(tuple(one.key for one in members), through.key if through else None, reasons, price(members), offers)
