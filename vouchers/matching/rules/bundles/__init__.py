"""Several datasets for one need: linked through a designated agency, or side by side from several sites; the cheapest that do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vouchers.matching.rules.bundles.costs import affordable, cheapest, price, price_words, review_words
from vouchers.matching.rules.facts import PERSON_UNITS, Candidate, Holder, Words
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import Verdict, number

MOST_BUNDLES, MOST_PARTNERS = 5, 2
HARD_FOR_PARTNER = frozenset({"STATUS", "PURPOSE", "DATA_KIND", "DISEASE", "COHORT", "AGE"})


@dataclass(frozen=True)
class Bundle:
    """datasets: keys, the main one first; linkage_agency: institution key, or None when nothing is linked; price: datasets
    without a published price, and the least that the others cost, whole won, VAT excluded."""

    datasets: tuple[str, ...]
    linkage_agency: str | None
    reasons: tuple[Words, ...]
    price: tuple[int, int] = (0, 0)

    def document(self) -> dict[str, Any]:
        return {
            "datasets": list(self.datasets),
            "linkage_agency": self.linkage_agency,
            "unpriced": self.price[0],
            "floor_won": self.price[1],
            "reasons_ko": [ko for ko, _en in self.reasons],
            "reasons_en": [en for _ko, en in self.reasons],
        }


@dataclass(frozen=True)
class LinkageUnmet:
    """A wished-for linkage partner that cannot serve."""

    target: str
    reason: Words

    def document(self) -> dict[str, Any]:
        return {"target": self.target, "reason_ko": self.reason[0], "reason_en": self.reason[1]}


def bundles(
    need: Need,
    ranked: Sequence[Candidate],
    single: Sequence[Candidate],
    judged: Sequence[tuple[Candidate, Verdict]],
    policy: Policy,
) -> tuple[tuple[Bundle, ...], tuple[LinkageUnmet, ...]]:
    """ranked: fitting candidates, best first; single: those that lack nothing but further sites, best first; judged: all."""
    linked, without = _linked(need, ranked, judged, policy)
    return (*linked[:MOST_BUNDLES], *_sites(need, single, policy), *_together(need, judged, policy)), without


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


def _linked(
    need: Need, ranked: Sequence[Candidate], judged: Sequence[tuple[Candidate, Verdict]], policy: Policy
) -> tuple[list[Bundle], tuple[LinkageUnmet, ...]]:
    found: list[Bundle] = []
    without: list[LinkageUnmet] = []
    mains = [main for main in ranked if main.linkage is not False and not main.joins(need.linkage)]
    for target in need.linkage:
        partners, reason = _partners(target, judged)
        if not partners:
            without.append(LinkageUnmet(target, reason))
        dear = False
        for partner in partners:  # the cheapest partner for each, before a second one for any
            for main in mains:
                if partner.key == main.key or partner.part_of == main.key or main.part_of == partner.key:
                    continue
                if not affordable(need, (main, partner), policy):
                    dear = True
                    continue
                bundle = _link(main, partner, policy)
                if all(set(bundle.datasets) != set(other.datasets) for other in found):
                    found.append(bundle)
        if dear and not any(partner.key in bundle.datasets for bundle in found for partner in partners):
            without.append(LinkageUnmet(target, TOO_DEAR))
    return found, tuple(without)


TOO_DEAR: Words = (
    "결합할 데이터의 최저 공급가액을 더하면 예산을 넘습니다.",
    "Together with what is to be joined it costs more than your budget.",
)


def _partners(target: str, judged: Sequence[tuple[Candidate, Verdict]]) -> tuple[list[Candidate], Words]:
    """Datasets that the target (an institution or a dataset) names and that nothing hard stands against."""
    named = [(c, v) for c, v in judged if target in (c.key, c.holder.key)]
    if not named:
        return [], ("그런 데이터나 기관이 목록에 없습니다.", "No such dataset or institution is in the catalogue.")
    usable: dict[str, Candidate] = {}
    reason: Words = ("결합할 수 있는 데이터가 없습니다.", "None of its datasets may be linked.")
    for partner, verdict in named:
        against = [failure for failure in verdict.failures if failure.filter in HARD_FOR_PARTNER]
        if partner.linkage is False:
            continue
        if against:
            reason = (against[0].ko, against[0].en)
        else:
            usable.setdefault(partner.key, partner)
    order = sorted(usable.values(), key=lambda c: (c.linkage is not True, price([c]), c.key))
    return order[:MOST_PARTNERS], reason


def _link(main: Candidate, partner: Candidate, policy: Policy) -> Bundle:
    agency = _agency(main, partner, policy)
    words: list[Words] = [
        (
            f"결합할 데이터: {main.title_ko} + {partner.title_ko}.",
            f"Links {main.title_en} with {partner.title_en}.",
        )
    ]
    if agency:
        words.append(
            (
                f"서로 다른 기관의 가명정보이므로 개인정보 보호법 제28조의3에 따라 결합전문기관(예: {agency.name_ko})에서 결합합니다.",
                "Pseudonymised data of different institutions is linked by a designated agency"
                f" (for example {agency.name_en}) under PIPA Art. 28-3.",
            )
        )
    else:
        words.append(("같은 기관의 데이터입니다.", "Both are held by the same institution."))
    if main.linkage is None or partner.linkage is None:
        words.append(
            (
                "한쪽의 결합 가능 여부가 공개되지 않아 확인이 필요합니다.",
                "Whether both may be linked is not published: ask the holders.",
            )
        )
    members = (main, partner)
    words += [price_words(members), *review_words(members)]
    return Bundle((main.key, partner.key), agency.key if agency else None, tuple(words), price(members))


def _agency(main: Candidate, partner: Candidate, policy: Policy) -> Holder | None:
    """The partner's own holder when it is a designated agency, else the main one's, else the first of the list.

    None for data of one and the same institution: the law asks for an agency between different controllers.
    """
    if main.holder.key == partner.holder.key:
        return None
    for holder in (partner.holder, main.holder):
        if "LINKAGE_AGENCY" in holder.roles:
            return holder
    return min(policy.agencies, key=lambda h: h.key) if policy.agencies else None


def _sites(need: Need, single: Sequence[Candidate], policy: Policy) -> list[Bundle]:
    """One collection of each of the wished-for number of institutions: voucher suppliers first, then those that cost least; of
    one institution the cheapest, of several that cost the same the best."""
    wanted = need.sites_minimum or 0
    if wanted < 2:
        return []
    chosen: dict[str, Candidate] = {}
    for found in sorted(single, key=lambda c: (not policy.pays(c.holder), price([c]))):  # stable: the best first
        chosen.setdefault(found.holder.key, found)
    picked = list(chosen.values())[:wanted]
    if len(picked) < wanted or not affordable(need, picked, policy):
        return []
    names_ko, names_en = ", ".join(c.holder.name_ko for c in picked), ", ".join(c.holder.name_en for c in picked)
    words = (f"서로 다른 {wanted}개 기관: {names_ko}.", f"{wanted} different institutions: {names_en}.")
    return [_side_by_side(picked, words)]


def _side_by_side(picked: Sequence[Candidate], words: Words) -> Bundle:
    reasons = (words, price_words(picked), *review_words(picked))
    return Bundle(tuple(c.key for c in picked), None, reasons, price(picked))


def _together(need: Need, judged: Sequence[tuple[Candidate, Verdict]], policy: Policy) -> list[Bundle]:
    """Collections that fail for their size alone and reach the minimum together, as cheaply as any set of them does."""
    least, sites = need.patients_minimum or 0, max(2, need.sites_minimum or 0)
    groups: dict[str, list[Candidate]] = {}
    for found, verdict in judged:
        only_small = {failure.filter for failure in verdict.failures} - {"SITES"} == {"PATIENTS"}
        if only_small and found.individuals and found.record_unit in PERSON_UNITS:
            groups.setdefault(found.holder.key, []).append(found)
    chosen = cheapest([groups[key] for key in sorted(groups)], least, sites)
    if not chosen or not affordable(need, chosen, policy):
        return []
    total = sum(one.individuals or 0 for one in chosen)
    words = (
        f"{len(chosen)}개 기관을 합하면 공표된 대상자 {number(total)}명으로 최소 {number(least)}명을 채웁니다(중복 가능).",
        f"{len(chosen)} institutions together publish {number(total)} persons, above the {number(least)} needed (may repeat).",
    )
    return [_side_by_side(chosen, words)]
