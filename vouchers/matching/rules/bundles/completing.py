"""Kinds of data as something that a set reaches: which datasets complete one another, and which institutions hold what."""

from collections.abc import Iterator, Sequence

from vouchers.matching.rules.bundles.linking import Partners, silent_on_exports, unsure
from vouchers.matching.rules.bundles.searching import Wish, completing
from vouchers.matching.rules.facts import Candidate, Words
from vouchers.matching.rules.kinds import WITH_A_RECORD, own
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import Verdict


class Kinds:
    """Kinds of data as bits. A dataset that does not say what is inside counts as if it held them: it is asked first."""

    def __init__(self, asked: Sequence[str]) -> None:
        self.asked = tuple(dict.fromkeys(asked))
        self.bits = {code: 1 << place for place, code in enumerate(self.asked)}
        self.whole = (1 << len(self.asked)) - 1

    def held(self, one: Candidate) -> int:
        return self.known(one) if one.modality else self.whole

    def known(self, one: Candidate) -> int:
        """An EHR has what comes with a record even where its entry does not list it."""
        inside = {*one.modality, *(WITH_A_RECORD if "EHR" in one.modality else ())}
        return sum(bit for code, bit in self.bits.items() if code in inside)


def lacks_kinds_alone(verdict: Verdict) -> bool:
    """Does nothing stand against it but that its kinds of data are not those asked for?"""
    return all(failure.filter == "MODALITY" for failure in verdict.failures)


def complete(need: Need, one: Candidate, kinds: Kinds) -> bool:
    """Does it hold all that is asked for, or all that the institutions to be joined do not bring?"""
    if one.joins(need.linkage):
        return set(need.modality) <= set(one.modality)
    return kinds.held(one) == kinds.whole


def completed(
    need: Need, judged: Sequence[tuple[Candidate, Verdict]], partners: Partners | None, policy: Policy
) -> list[Candidate]:
    """The cheapest set of datasets that may be linked, that each hold a kind asked for and together all of them, with what is to be
    joined; empty where one dataset holds them all, where there is none, or where only one kind is asked for."""
    kinds = Kinds(own(need, policy))
    if len(kinds.asked) < 2:
        return []
    if any(verdict.passed and complete(need, found, kinds) for found, verdict in judged):
        return []
    named, asked = set(need.linkage), set(need.modality)
    usable = {
        found.id: found
        for found, verdict in judged
        if found.linkage is not False
        and asked.intersection(found.modality)
        and lacks_kinds_alone(verdict)
        and not {found.key, found.holder.key} & named
    }  # fmt: skip
    served = {name: kinds.known(found) for name, found in usable.items()}
    whole = kinds.whole
    for group in (partners.groups(()) or []) if partners is not None else []:
        bit = whole + 1
        whole += bit
        for found in group:
            usable[found.id], served[found.id] = found, served.get(found.id, 0) | bit
    wish = Wish(
        limit=policy.budget_of(need),
        worse=lambda one: not policy.pays(one.holder) or unsure(one) or silent_on_exports(need, one),
        kinds=lambda one: served[one.id],
        whole=whole,
    )
    return completing(wish, (usable[name] for name in sorted(usable)))


def held_by(need: Need, members: Sequence[Candidate], policy: Policy) -> tuple[Words, ...]:
    """Which dataset brings which of the kinds asked for."""
    rows = [(one, [code for code in need.modality if Kinds((code,)).known(one)]) for one in members]
    told = [(one, policy.words.join("modality", codes)) for one, codes in rows if codes]
    ko = "; ".join(f"{one.title_ko} – {words[0]}" for one, words in told)
    en = "; ".join(f"{one.title_en} – {words[1]}" for one, words in told)
    return (
        (
            f"요청하신 종류를 모두 가진 데이터가 없어, 함께 채웁니다: {ko}.",
            f"No dataset holds all that you asked for; together they do: {en}.",
        ),
    )


def sites_with(need: Need, members: Sequence[Candidate], policy: Policy) -> Iterator[Words]:
    """Of each kind asked for that not every institution holds, how many do."""
    holders = list(dict.fromkeys(one.holder.key for one in members))
    some_ko, some_en = [], []
    for code in own(need, policy) if (need.sites_minimum or 0) > 1 else ():
        there = {one.holder.key for one in members if Kinds((code,)).known(one)}
        if len(there) < len(holders):
            ko, en = policy.words.join("modality", [code])
            some_ko.append(f"{ko} {len(there)}곳")
            some_en.append(f"{en} at {len(there)}")
    if some_ko:
        yield (
            f"{len(holders)}개 기관 중 일부만 가진 종류: {', '.join(some_ko)}.",
            f"Held by some of the {len(holders)} institutions only: {', '.join(some_en)}.",
        )
