"""What several datasets together cost at least, and which reviews they need."""

from collections.abc import Iterable, Sequence

from vouchers.matching.rules.facts import PERSON_UNITS, Candidate, Words
from vouchers.matching.rules.verdict import number

type Price = tuple[int, int]  # datasets without a published price, whole won of the others: what is known comes first


def price(members: Iterable[Candidate]) -> Price:
    """The least that one order of each costs, VAT excluded; a free dataset costs nothing."""
    found = [_floor(one) for one in members]
    return sum(one is None for one in found), sum(one or 0 for one in found)


def _floor(found: Candidate) -> int | None:
    if found.offer is not None and found.offer.floor_won is not None:
        return found.offer.floor_won
    return 0 if found.free else None


def persons(one: Candidate) -> int | None:
    """Published persons; None where they are not counted as persons."""
    return one.individuals if one.record_unit in PERSON_UNITS else None


def price_words(members: Sequence[Candidate]) -> Words:
    unpriced, won = price(members)
    if unpriced == len(members):
        return "가격이 공개되지 않아 기관마다 견적이 필요합니다.", "No price is published: each holder must be asked for a quote."
    ko, en = f"최저 공급가액 합계 {number(won)}원", f"Costs at least KRW {number(won)} together"
    if unpriced:
        noun = "dataset" if unpriced == 1 else "datasets"
        ko, en = f"{ko}(가격 미공개 {unpriced}건 제외)", f"{en}, without {unpriced} {noun} whose price is not published"
    return f"{ko}입니다(부가가치세 별도).", f"{en} (VAT excluded)."


def review_words(members: Sequence[Candidate]) -> tuple[Words, ...]:
    """Which data reviews they need; nothing for one institution alone."""
    holders = {one.holder.key: one.holder for one in members if not one.public}
    if len(holders) < 2:
        return ()
    joint = sorted({one.holder.key for one in members if one.offer is not None and one.offer.joint_drb})
    if len(joint) < 2:
        ko = "기관마다 데이터심의를 받습니다. 공동 DRB로 함께 심의할 수 있는지는 공개되지 않았습니다."
        en = "Each institution reviews it. Whether a joint data review is possible is not published."
        return ((ko, en),)
    names_ko, names_en = (", ".join(getattr(holders[key], f"name_{lang}") for key in joint) for lang in ("ko", "en"))
    alone = len(holders) - len(joint)
    ko = f"공동 DRB 한 번으로 심의: {names_ko}." + (f" 나머지 {alone}개 기관은 따로 심의합니다." if alone else "")
    others = "The other institution reviews" if alone == 1 else f"The other {alone} institutions review"
    en = f"One joint data review for {names_en}." + (
        f" {others} by itself." if alone == 1 else f" {others} by themselves." if alone else ""
    )
    return ((ko, en),)
