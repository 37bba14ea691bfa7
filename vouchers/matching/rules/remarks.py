"""What the company should know about its own need, whatever the datasets are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy

FOR_PEOPLE = ("product", "regulatory_route")  # read by providers and evaluators; no dataset differs by them


@dataclass(frozen=True)
class Remark:
    """field: of the need document."""

    field: str
    ko: str
    en: str

    def document(self) -> dict[str, Any]:
        return {"field": self.field, "reason_ko": self.ko, "reason_en": self.en}


def remarks(need: Need, policy: Policy) -> tuple[Remark, ...]:
    """In the order of the document: a company or a budget that the round does not provide for; what is not ranked."""
    return tuple(_remarks(need, policy))


def _remarks(need: Need, policy: Policy) -> Iterator[Remark]:
    if need.company_size and policy.company_sizes and need.company_size not in policy.company_sizes:
        ko, en = policy.words.word("company_size", need.company_size)
        yield Remark(
            "company_size",
            f"이번 사업은 {ko}의 신청을 받지 않습니다. 데이터는 아래와 같이 찾았습니다.",
            f"This round takes no application of a company of this size ({en.lower()}). The data was looked for all the same.",
        )
    price = policy.task_prices.get(need.track or "")
    if need.track and policy.task_prices and need.track not in policy.task_prices:
        listed = ", ".join(policy.task_prices)
        yield Remark(
            "track",
            f"이번 사업에 {need.track} 트랙이 없습니다. 있는 트랙: {listed}.",
            f"This round has no track {need.track}. It has {listed}.",
        )
    elif need.budget_won is None and price is not None:
        yield Remark(
            "budget_won",
            f"예산을 적지 않아 트랙의 과제 단가 {price:,}원을 예산으로 보았습니다.",
            f"No budget was given, so the task price of the track, KRW {price:,}, was taken for it.",
        )
    elif need.budget_won is not None and price is not None and need.budget_won > price:
        yield Remark(
            "budget_won",
            f"예산 {need.budget_won:,}원이 트랙의 과제 단가 {price:,}원보다 큽니다. 넘는 금액은 기업이 부담합니다.",
            f"The budget of KRW {need.budget_won:,} is above the task price of the track, KRW {price:,}: the rest is yours to pay.",
        )
    if any(getattr(need, name) for name in FOR_PEOPLE):
        yield Remark(
            "product",
            "제품 설명과 인허가 경로는 순위에 쓰지 않고 공급기관에 그대로 전달합니다.",
            "The product and its regulatory route do not change the ranking; providers read them as they are.",
        )
