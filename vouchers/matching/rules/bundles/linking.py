"""What is to be joined with a dataset: the partners that may serve, who links them, and that in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vouchers.matching.rules.bundles.costs import price
from vouchers.matching.rules.bundles.searching import Wish, cheapest
from vouchers.matching.rules.facts import Candidate, Holder, Words
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import Verdict

HARD_FOR_PARTNER = frozenset(  # what is made of joined data leaves only where everyone's terms let it
    {"STATUS", "PURPOSE", "DATA_KIND", "DISEASE", "COHORT", "AGE", "EXPORT"}
)


@dataclass(frozen=True)
class LinkageUnmet:
    """A wished-for linkage partner that cannot serve."""

    target: str
    reason: Words

    def document(self) -> dict[str, Any]:
        return {"target": self.target, "reason_ko": self.reason[0], "reason_en": self.reason[1]}


TOO_DEAR: Words = (
    "결합할 데이터의 최저 공급가액을 더하면 예산을 넘습니다.",
    "Together with what is to be joined it costs more than your budget.",
)


class Partners:
    """The datasets that may serve for each institution or dataset to be joined. without: targets for which there is none."""

    def __init__(self, need: Need, judged: Sequence[tuple[Candidate, Verdict]]) -> None:
        self.need, self.targets = need, need.linkage
        self.usable: dict[str, list[Candidate]] = {}
        self.without: list[LinkageUnmet] = []
        for target in self.targets:
            self.usable[target], reason = _usable(target, judged)
            if not self.usable[target]:
                self.without.append(LinkageUnmet(target, reason))
        self._made: dict[tuple[Any, ...], list[Candidate]] = {}

    def groups(self, main: Sequence[Candidate]) -> list[list[Candidate]] | None:
        """For each target that is not inside already those that may serve; None where one is left without. An institution whose
        dataset is asked for by name comes with it."""
        own = {name for one in main for name in _inside(one)} if len(main) == 1 else set()
        asked = [target for target in self.targets if target not in own] or list(self.targets)
        named = {one.holder.key for target in asked for one in self.usable[target] if one.key == target}
        found = []
        for target in asked:
            if target not in named:
                found.append([one for one in self.usable[target] if not any(_same(one, other) for other in main)])
        return found if all(found) else None

    def cheapest(self, main: Candidate, limit: int | None) -> list[Candidate] | None:
        """One for each target, together as cheap as may be; None where some target is left without, empty where none is affordable
        beside this one. limit: whole won, for all."""
        groups = self.groups([main])
        if groups is None:
            return None
        left = None if limit is None else limit - price([main])[1]
        if left is not None and left < 0:
            return []
        place = (left, *(tuple(one.id for one in group) for group in groups))
        if place not in self._made:
            self._made[place] = cheapest(
                Wish(limit=left, worse=lambda one: unsure(one) or silent_on_exports(self.need, one)), (), groups
            )
        return self._made[place]


def unsure(one: Candidate) -> bool:
    """Whether it may be linked is not known."""
    return one.linkage is None


def silent_on_exports(need: Need, one: Candidate) -> bool:
    """Something is to be taken out, and what may be is not published."""
    return bool(need.exports_wanted) and not one.ways_out


def _usable(target: str, judged: Sequence[tuple[Candidate, Verdict]]) -> tuple[list[Candidate], Words]:
    """Datasets that the target (an institution or a dataset) names and that nothing hard stands against; else why it cannot serve."""
    named = [(c, v) for c, v in judged if target in (c.key, c.holder.key)]
    usable: list[Candidate] = []
    reason: Words = ("결합할 수 있는 데이터가 없습니다.", "None of its datasets may be linked.")
    if not named:
        reason = ("그런 데이터나 기관이 목록에 없습니다.", "No such dataset or institution is in the catalogue.")
    for partner, verdict in named:
        against = [failure for failure in verdict.failures if failure.filter in HARD_FOR_PARTNER]
        if partner.linkage is False:
            continue
        if against:
            reason = (against[0].ko, against[0].en)
        else:
            usable.append(partner)
    name_ko, name_en = _name(target, named[0][0]) if named else (target, target)
    return usable, (f"{name_ko}, 결합 불가: {reason[0]}", f"{name_en} cannot be joined: {reason[1]}")


def _name(target: str, one: Candidate) -> Words:
    return (one.title_ko, one.title_en) if one.key == target else (one.holder.name_ko, one.holder.name_en)


def _inside(one: Candidate) -> set[str]:
    """What a dataset is, or holds beside other data: nothing of that need be joined to it."""
    return {one.key, one.holder.key, *(one.holders if len(set(one.holders)) > 1 else ())}


def _same(one: Candidate, other: Candidate) -> bool:
    return one.key == other.key or one.part_of == other.key or other.part_of == one.key


def agency(members: Sequence[Candidate], policy: Policy) -> Holder | None:
    """The holder of what is joined when it is a designated agency, else the main one's, else the first of the list.

    None for data of one and the same institution: the law asks for an agency between different controllers.
    """
    if len({one.holder.key for one in members}) == 1:
        return None
    main, *partners = members
    for one in (*partners, main):
        if "LINKAGE_AGENCY" in one.holder.roles:
            return one.holder
    return min(policy.agencies, key=lambda h: h.key) if policy.agencies else None


def words(members: Sequence[Candidate], through: Holder | None) -> Iterator[Words]:
    """The main one first."""
    main, *partners = members
    yield (
        f"결합할 데이터: {' + '.join(one.title_ko for one in members)}.",
        f"Links {main.title_en} with {_and([one.title_en for one in partners])}.",
    )
    if through:
        yield (
            f"서로 다른 기관의 가명정보이므로 개인정보 보호법 제28조의3에 따라 결합전문기관(예: {through.name_ko})에서 결합합니다.",
            "Pseudonymised data of different institutions is linked by a designated agency"
            f" (for example {through.name_en}) under PIPA Art. 28-3.",
        )
    elif len({one.holder.key for one in members}) == 1:
        all_ = "Both" if len(members) == 2 else "All"
        yield "같은 기관의 데이터입니다.", f"{all_} are held by the same institution."
    if any(unsure(one) for one in members):
        yield (
            "결합 가능 여부가 공개되지 않은 데이터가 있어 확인이 필요합니다.",
            "Whether all of it may be linked is not published: ask the holders.",
        )


def _and(titles: Sequence[str]) -> str:
    *first, last = titles
    return f"{', '.join(first)} and {last}" if first else last
