"""Why an application was selected, waits or was not selected: codes, and the sentences of both languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from vouchers.rounds.rules import PassMark, Pool, TieBreak

Words = tuple[str, str]


class Ground(Codes):
    """What decided. The first two select; BELOW_MARK to OVER_CAP no slot and no money can mend; the rest may wait."""

    WITHIN = "WITHIN", _("Within slots and budget")
    BY_POOL = "BY_POOL", _("Selected for the quota of a pool")
    BELOW_MARK = "BELOW_MARK", _("Below the pass mark")
    NO_MATCH = "NO_MATCH", _("No confirmed match")
    NO_GRANT = "NO_GRANT", _("No grant applied for")
    OVER_CAP = "OVER_CAP", _("Grant above the ceiling of the track")
    SLOTS_FULL = "SLOTS_FULL", _("Slots of the track are full")
    BUDGET_SHORT = "BUDGET_SHORT", _("The budget does not suffice")
    POOL_PLACE = "POOL_PLACE", _("The quota of a pool took the place")
    FREE_PLACE = "FREE_PLACE", _("After an objection: a free place")
    NO_FREE_SLOT = "NO_FREE_SLOT", _("After an objection: no free place left")
    NO_FREE_WON = "NO_FREE_WON", _("After an objection: the budget that is left does not suffice")
    KEPT = "KEPT", _("After an objection: the earlier result stays")
    PROMOTED = "PROMOTED", _("Moved up from the reserve list")


@dataclass(frozen=True)
class Told:
    """What the sentences of one line name. Track names in both languages; slots, cap_won: None where none is published."""

    track_ko: str
    track_en: str
    slots: int | None
    cap_won: int | None
    rank: int
    score: Decimal
    total: Decimal
    pass_mark: Decimal
    mark_counts: str
    grant_won: int
    reserve_no: int | None
    reserve_length: int
    pools: Sequence[str]
    ties: Sequence[str] = ()
    leading_ko: str = ""
    leading_en: str = ""


POOL_WORDS: dict[str, Words] = {
    Pool.NON_CAPITAL: ("비수도권 기업", "companies outside the capital area"),
    Pool.YOUTH: ("청년기업", "companies led by a young founder"),
    Pool.MICRO: ("소상공인", "micro enterprises"),
}


def sentences(ground: Ground, told: Told) -> Words:
    """The reason in Korean and English; of those who may wait also what becomes of them; what decided a tie."""
    said = _GROUNDS[ground](told)
    if ground in WAITING | AFTER_OBJECTION:
        said = _and(said, _waits(told))
    return _and(said, _tied(told)) if told.ties and ground not in UNMENDABLE else said


WAITING = frozenset({Ground.SLOTS_FULL, Ground.BUDGET_SHORT, Ground.POOL_PLACE})
AFTER_OBJECTION = frozenset(
    {Ground.NO_FREE_SLOT, Ground.NO_FREE_WON, Ground.KEPT}
)  # of a run after an objection; these wait as well
UNMENDABLE = frozenset({Ground.BELOW_MARK, Ground.NO_MATCH, Ground.NO_GRANT, Ground.OVER_CAP})


def _and(first: Words, second: Words) -> Words:
    return f"{first[0]} {second[0]}", f"{first[1]} {second[1]}"


def _waits(told: Told) -> Words:
    if told.reserve_no is not None:
        return f"예비 {told.reserve_no}순위입니다.", f"Number {told.reserve_no} on the reserve list."
    if not told.reserve_length:
        return "이 회차에는 예비 명단이 없습니다.", "This round keeps no reserve list."
    length = told.reserve_length
    return f"예비 명단 {length}개도 찼습니다.", f"The {length} places on the reserve list are taken as well."


def _tied(told: Told) -> Words:
    """Among others with the same total: by what the order was found."""
    receipt = ("접수 순서", "the order of receipt")
    words = {
        TieBreak.SCORE: ("가점과 감점을 더하기 전 점수", "the score before bonus and penalty"),
        TieBreak.LEADING_CRITERION: (f"‘{told.leading_ko}’ 점수", f"the points for “{told.leading_en}”"),
        TieBreak.SMALLER_GRANT: ("신청 지원금이 적은 순서", "the smaller grant"),
        TieBreak.SUBMITTED_AT: receipt,
        TieBreak.RECEIPT_NO: receipt,
    }
    found = list(dict.fromkeys(words[TieBreak(code)] for code in told.ties))
    return (
        f"동점({told.total}점)이 있어 {', 이어 '.join(ko for ko, _en in found)}로 순위를 정했습니다.",
        f"Tied on {told.total} points: {', then '.join(en for _ko, en in found)} decided.",
    )


def _pools(told: Told) -> Words:
    words = [POOL_WORDS[pool] for pool in told.pools]
    return "·".join(ko for ko, _en in words), " and ".join(en for _ko, en in words)


def _within(told: Told) -> Words:
    if told.slots is None:
        return (
            f"{told.track_ko} {told.rank}위({told.total}점)입니다. 남은 예산 안에서 선정됩니다.",
            f"Rank {told.rank} in {told.track_en} with {told.total} points, within the budget.",
        )
    return (
        f"{told.track_ko} {told.rank}위({told.total}점)입니다. 선정 예정 {told.slots}개 과제 안에 들고 예산도 충분합니다.",
        f"Rank {told.rank} in {told.track_en} with {told.total} points, within its {told.slots} slots and the budget.",
    )


def _by_pool(told: Told) -> Words:
    ko, en = _pools(told)
    return (
        f"{told.track_ko} {told.rank}위({told.total}점)입니다. 공고한 {ko} 선정 비율에 따라 선정되었습니다.",
        f"Rank {told.rank} in {told.track_en} with {told.total} points; selected for the share that the call keeps for {en}.",
    )


def _below_mark(told: Told) -> Words:
    mark = told.pass_mark.quantize(Decimal("0.01"))
    if told.mark_counts == PassMark.TOTAL:
        return (
            f"가점과 감점을 더한 총점 {told.total}점이 선정 기준 {mark}점에 미치지 못합니다.",
            f"The total of {told.total} with bonus and penalty is below the pass mark of {mark}.",
        )
    return (
        f"평가 점수 {told.score}점이 선정 기준 {mark}점에 미치지 못합니다.",
        f"The score of {told.score} is below the pass mark of {mark}.",
    )


def _no_match(told: Told) -> Words:
    return (
        "이 회차는 선정 전에 매칭을 확정해야 하는데, 확정된 매칭이 없습니다.",
        "This round asks for a confirmed match before the selection, and there is none.",
    )


def _no_grant(told: Told) -> Words:
    return "신청한 지원금이 없습니다.", "No grant was applied for."


def _over_cap(told: Told) -> Words:
    return (
        f"신청한 지원금이 과제 한도 {told.cap_won:,}원을 넘습니다.",
        f"The grant applied for is above the track's ceiling of KRW {told.cap_won:,}.",
    )


def _slots_full(told: Told) -> Words:
    if told.pools:
        ko, en = _pools(told)
        return (
            f"{told.track_ko} 선정 {told.slots}개 과제가 순위가 높은 과제와 공고한 {ko} 선정 비율로 모두 찼습니다.",
            f"All {told.slots} slots of {told.track_en} are taken, by higher ranks and by the share that the call keeps for {en}.",
        )
    return (
        f"{told.track_ko} 선정 {told.slots}개 과제가 순위가 높은 과제로 모두 찼습니다.",
        f"All {told.slots} slots of {told.track_en} are taken by higher ranks.",
    )


def _budget_short(told: Told) -> Words:
    if told.pools:
        ko, en = _pools(told)
        return (
            f"순위가 높은 과제와 공고한 {ko} 선정 비율에 배정하고 남은 예산이 신청한 지원금 {told.grant_won:,}원에 모자랍니다.",
            f"What higher ranks and the share for {en} left of the budget does not suffice for the grant of KRW {told.grant_won:,}.",
        )
    return (
        f"순위가 높은 과제에 먼저 배정하고 남은 예산이 신청한 지원금 {told.grant_won:,}원에 모자랍니다.",
        f"What higher ranks left of the budget does not suffice for the grant of KRW {told.grant_won:,}.",
    )


def _pool_place(told: Told) -> Words:
    ko, en = _pools(told)
    return (
        f"공고한 {ko} 선정 비율을 채우기 위해 자리가 배정되었습니다. 이 비율이 없었다면 선정되었습니다.",
        f"The place went to the share that the call keeps for {en}; without that share it would have been selected.",
    )


def _free_place(told: Told) -> Words:
    return (
        f"이의신청이 인용되어 다시 산정한 결과 {told.track_ko} {told.rank}위({told.total}점)입니다. 남은 자리와 예산으로 선정됩니다.",
        f"Run again after an objection that was upheld: rank {told.rank} in {told.track_en} with {told.total} points. Selected for "
        "a place and money that were free.",
    )


def _no_free_slot(told: Told) -> Words:
    return (
        f"이의신청이 인용되어 다시 산정한 결과 {told.track_ko} {told.rank}위({told.total}점)로 선정 대상에 해당합니다. 그러나 이미 선정된 "
        "과제의 지위는 유지되며 남은 자리가 없습니다. 자리가 나면 먼저 선정됩니다.",
        f"Run again after an objection that was upheld: rank {told.rank} in {told.track_en} with {told.total} points would have been "
        "selected. Those who were selected stay selected, and no place is free. The next one that falls free is for this project.",
    )


def _no_free_won(told: Told) -> Words:
    return (
        f"이의신청이 인용되어 다시 산정한 결과 {told.track_ko} {told.rank}위({told.total}점)로 선정 대상에 해당합니다. 그러나 이미 선정된 "
        f"과제의 지위는 유지되며 남은 예산이 신청한 지원금 {told.grant_won:,}원에 모자랍니다. 예산이 나면 먼저 선정됩니다.",
        f"Run again after an objection that was upheld: rank {told.rank} in {told.track_en} with {told.total} points would have been "
        f"selected. Those who were selected stay selected, and what is left of the budget does not suffice for the grant of KRW "
        f"{told.grant_won:,}. The next money that falls free is for this project.",
    )


def _kept(told: Told) -> Words:
    return (
        f"다시 산정한 결과({told.track_ko} {told.rank}위, {told.total}점)가 앞선 결과보다 낫지 않아 앞선 결과를 유지합니다.",
        f"Run again (rank {told.rank} in {told.track_en}, {told.total} points) it is no better than before, so the earlier result stays.",
    )


def _promoted(told: Told) -> Words:
    return "예비 명단에서 선정되었습니다.", "Selected from the reserve list."


_GROUNDS = {
    Ground.WITHIN: _within, Ground.BY_POOL: _by_pool, Ground.BELOW_MARK: _below_mark, Ground.NO_MATCH: _no_match,
    Ground.NO_GRANT: _no_grant, Ground.OVER_CAP: _over_cap, Ground.SLOTS_FULL: _slots_full,
    Ground.BUDGET_SHORT: _budget_short, Ground.POOL_PLACE: _pool_place, Ground.FREE_PLACE: _free_place,
    Ground.NO_FREE_SLOT: _no_free_slot, Ground.NO_FREE_WON: _no_free_won, Ground.KEPT: _kept, Ground.PROMOTED: _promoted,
}  # fmt: skip
