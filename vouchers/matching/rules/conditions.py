"""Checks of the conditions of use: who supplies it, for which purpose, how, for how much, by when, how sure the facts are."""

from collections.abc import Iterator
from functools import lru_cache

from providers.offers.rules import Purpose, Route, route
from vouchers.matching.rules.facts import Candidate, Words
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import WORKING_DAYS_A_MONTH, Policy
from vouchers.matching.rules.verdict import Failure, Warning, number, recalled_note


def status(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if found.status != "AVAILABLE":
        ko, en = policy.words.word("dataset_status", found.status)
        yield Failure("STATUS", f"지금은 신청할 수 없습니다: {ko}.", f"Cannot be applied for now: {en.lower()}.")
    if not found.holder.active:
        yield Failure("STATUS", "보유기관의 공급이 중단되어 있습니다.", "The holder is suspended as a provider.")


def supplier(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if policy.pays(found.holder):
        return
    ko = f"{found.holder.name_ko}: 이번 사업의 바우처 공급기관이 아니어서 바우처로 비용을 낼 수 없습니다."
    en = f"{found.holder.name_en} is no voucher supplier in this round: the voucher cannot pay its costs."
    yield Failure("SUPPLIER", ko, en) if policy.suppliers_only else Warning("NOT_A_SUPPLIER", ko, en)


def purpose(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if found.offer and found.offer.purposes and need.purpose and need.purpose not in found.offer.purposes:
        yield Failure(
            "PURPOSE",
            "이 공급 상품은 요청하신 활용 목적을 허용하지 않습니다.",
            "The offer does not allow the purpose you named.",
        )
    elif need.commercial and (allowed := found.allows(need.purpose)) is False:
        if found.offer and found.offer.commercial_ai_allowed is False and need.purpose == Purpose.PRODUCT_DEVELOPMENT:
            ko, en = "이 공급 상품은 상업적 AI 개발을 허용하지 않습니다.", "The offer does not allow commercial AI development."
            yield Failure("PURPOSE", ko, en)
            return
        yield Failure(
            "PURPOSE",
            "제품 개발·검증 등 상업적 이용이 허용되지 않는 데이터입니다.",
            "Commercial use, such as developing or validating a product, is not allowed.",
        )
    elif need.commercial and allowed is None:
        yield Warning(
            "COMMERCIAL_USE_UNKNOWN",
            "상업적 이용 가능 여부가 공개되지 않았습니다. 보유기관에 먼저 확인하십시오.",
            "Whether commercial use is allowed is not published: ask the holder first.",
        )


def access_mode(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if not need.access_modes_acceptable:
        return
    if not found.modes:
        yield Warning("ACCESS_MODE_UNKNOWN", "이용 방식이 공개되지 않았습니다.", "How the data is used is not published.")
    elif not set(found.modes) & set(need.access_modes_acceptable):
        ko, en = policy.words.join("access_mode", found.modes)
        note_ko, note_en = recalled_note(found, "access_mode")
        yield Failure("ACCESS_MODE", f"이용 방식: {ko}만 가능합니다{note_ko}.", f"Used only by: {en}{note_en}.")


def gpu(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    """Data that stays with the holder is computed on its machines."""
    if not need.gpu or not _stays(found) or found.gpus:
        return
    if found.gpus == 0:
        yield Warning("NO_GPU", "보유기관의 분석환경에 GPU가 없습니다.", "The holder's analysis environment has no GPU.")
    else:
        yield Warning(
            "GPU_UNKNOWN",
            "보유기관의 분석환경에서 이용하는 데이터이며, GPU 제공 여부가 공개되지 않았습니다.",
            "Analysed on the holder's machines: whether they have a GPU is not published.",
        )


def _stays(found: Candidate) -> bool:
    """Is the data used only where it is?"""
    return bool(found.modes) and "TRANSFER" not in found.modes


def seats(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    """Places in the holder's analysis environment, for data that stays there."""
    if not need.seats or not _stays(found) or (found.seats or 0) >= need.seats:
        return
    if found.seats is None:
        yield Warning(
            "SEATS_UNKNOWN",
            f"분석환경의 좌석 수가 공개되지 않았습니다. {need.seats}석이 가능한지 확인하십시오.",
            f"How many places the analysis environment has is not published: ask for {need.seats}.",
        )
    else:
        yield Warning(
            "SEATS_FEWER",
            f"분석환경의 좌석은 {found.seats}석으로, 필요한 {need.seats}석보다 적습니다.",
            f"The analysis environment has {found.seats} places; you need {need.seats}.",
        )


def linkage(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if not need.linkage or found.joins(need.linkage):
        return
    if found.linkage is False:
        yield Failure(
            "LINKAGE",
            "다른 데이터와 결합할 수 없고, 결합하려는 기관의 데이터가 들어 있지도 않습니다.",
            "Cannot be linked with other data, and what you want to join is not inside.",
        )
    elif found.linkage is None:
        yield Warning("LINKAGE_UNKNOWN", "결합 가능 여부가 공개되지 않았습니다.", "Whether it may be linked is not published.")


def export(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if not need.exports_wanted:
        return
    if not found.ways_out:
        yield Warning("EXPORT_UNKNOWN", "반출 가능 범위가 공개되지 않았습니다.", "What may be taken out is not published.")
        return
    missing = tuple(code for code in need.exports_wanted if code not in found.ways_out)
    if missing:
        ko, en = policy.words.join("exit_kind", missing)
        has_ko, has_en = policy.words.join("exit_kind", found.ways_out)
        note_ko, note_en = ("", "") if found.offer else (" 이용 방식에 따른 값입니다.", " This follows from the way of use.")
        yield Failure("EXPORT", f"{ko} 불가. 가능한 반출: {has_ko}.{note_ko}", f"No {en}. Allowed: {has_en}.{note_en}")


def budget(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    limit = policy.budget_of(need)
    if found.offer is None:
        yield from _no_offer(found, policy)
    elif found.offer.floor_won is None:
        yield Warning("PRICE_UNKNOWN", "가격이 공개되지 않았습니다.", "The price is not published.")
    elif limit is not None and found.offer.floor_won > limit:
        what_ko, what_en = (
            ("예산", "your budget") if need.budget_won is not None else ("과제 단가", "the task price of the track")
        )
        yield Failure(
            "BUDGET",
            f"최저 공급가액 {number(found.offer.floor_won)}원, {what_ko} {number(limit)}원을 넘습니다.",
            f"Costs at least KRW {number(found.offer.floor_won)}, more than {what_en} of KRW {number(limit)}.",
        )


def _no_offer(found: Candidate, policy: Policy) -> Iterator[Warning]:
    if found.free:
        yield Warning("NO_OFFER", "무료 데이터로, 공급 상품이 따로 없습니다.", "Free of charge; there is no offer to order.")
        return
    ko, en = "공개된 공급 상품(가격·처리기간)이 없습니다.", "No offer with price and lead time is published."
    if policy.pays(found.holder):
        yield Warning("NO_OFFER", ko, en)
        yield Warning(ASK_FOR_QUOTE, "견적을 요청하십시오.", "Ask for a quote.")
    else:
        yield Warning("NO_OFFER", f"{ko} 보유기관에 직접 신청하는 데이터입니다.", f"{en} It is applied for at the holder.")


ASK_FOR_QUOTE = "ASK_FOR_QUOTE"  # a page that knows that this holder answers none leaves it out


def lead_time(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    offer = found.offer
    window = need.months * WORKING_DAYS_A_MONTH if need.months is not None else None
    days = offer.lead_time_days if offer else None
    if offer and days is None:
        yield Warning("LEAD_TIME_UNKNOWN", "처리기간이 공개되지 않았습니다.", "The lead time is not published.")
    elif days is not None and window is not None and days > window:
        yield Failure(
            "LEAD_TIME",
            f"심의와 계약 뒤 제공까지 {days}근무일로, 과제 기간 {need.months}개월보다 깁니다.",
            f"After reviews and contract delivery takes {days} working days, longer than the project of {need.months} months.",
        )
    if window is not None and not found.public:
        yield from _schedule(need, found, window)
    if offer and offer.open_capacity == 0:
        yield Warning("NO_OPEN_CAPACITY", "이번 기간의 접수 여력이 없습니다.", "No capacity is open in this period.")


IRB_LEFT = {"APPROVED": 0, "EXEMPTION_CONFIRMED": 0, "SUBMITTED": 500}  # thousandths of the ethics review


def _schedule(need: Need, found: Candidate, window: int) -> Iterator[Warning]:
    """Reviews, contract and preparation may take more than half of the project: the time to data that the dataset's page and a
    quote show, without the days of the quote."""
    least, most = _way(found).after(IRB_LEFT.get(need.irb_state or "", 1000))
    if most * 2 > window:
        days_ko, days_en = (f"{most}", f"{most}") if least == most else (f"{least}~{most}", f"{least}–{most}")
        yield Warning(
            "SCHEDULE_TIGHT",
            f"심의·계약·가공에 {days_ko}근무일이 걸려 과제 기간({window}근무일)의 절반을 넘을 수 있습니다. 심의를 먼저 시작하십시오.",
            f"Reviews, contract and preparation take {days_en} working days, which may be more than half of the project"
            f" ({window} working days): start the reviews first.",
        )


def _way(found: Candidate) -> Route:
    offer = found.offer
    return _routed(*found.holder.service, offer.lead_time_days if offer else None, bool(offer and offer.joint_drb))


@lru_cache(maxsize=4096)
def _routed(
    promised: tuple[tuple[str, int], ...], measured: tuple[tuple[str, int, int], ...], lead: int | None, joint: bool
) -> Route:
    figures = {step: {"median": median, "n": n} for step, median, n in measured}
    return route(promised=dict(promised), measured=figures, lead_days=(lead,) if lead else (), joint=joint)


def processing(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    """Work that the company wants and that the offer does not price."""
    if found.offer is None or not found.offer.processing:
        return
    missing = [code for code in need.processing_wanted if code not in found.offer.processing]
    if missing:
        ko = ", ".join(PROCESSING_WORDS[code][0] for code in missing)
        en = ", ".join(PROCESSING_WORDS[code][1] for code in missing)
        yield Warning("PROCESSING_NOT_OFFERED", f"공급 상품의 가격표에 없는 작업: {ko}.", f"Not in the offer's price list: {en}.")


PROCESSING_WORDS: dict[str, Words] = {
    "EXTRACTION": ("추출", "extraction"), "PSEUDONYMISATION": ("가명처리", "pseudonymisation"),
    "LABELLING": ("가공·라벨링", "processing and labelling"), "STANDARDISATION": ("표준화", "standardisation"),
    "ENVIRONMENT": ("분석환경", "analysis environment"), "REVIEW_FEE": ("심의 수수료", "review fee"), "LABOUR": ("인건비", "labour"),
}  # fmt: skip


CONFIRMED_FACTS: dict[str, Words] = {
    "institution": ("신청할 기관", "the institution to apply to"),
    "modality": ("데이터 종류", "the kinds of data"),
    "access_mode": ("이용 방식", "the way of use"),
    "commercial_use_allowed": ("상업적 이용 가능 여부", "commercial use"),
    "temporal_start": ("수집 시작 연도", "the first year"),
    "temporal_end": ("수집 종료 연도", "the last year"),
}


def entry(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    """An entry that no holder published as such."""
    if found.certainty == "derived":
        yield Warning(
            "NOT_A_CATALOGUE_ENTRY",
            "보유기관이 공개한 목록이 아니라 다른 공개 자료에서 도출한 항목입니다. 제공 여부부터 확인하십시오.",
            "Not a published entry of the holder but inferred from other publications: ask first whether it is provided.",
        )


def certainty(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    """Facts that nobody read in the source, or that were inferred from it."""
    if found.certainty == "recalled":
        yield Warning(
            "FACTS_TO_CONFIRM",
            "출처를 확인하지 않은 정보입니다. 모든 내용을 보유기관에 확인하십시오.",
            "From general knowledge, not from a source: confirm everything with the holder.",
        )
        return
    named = [words for name, words in CONFIRMED_FACTS.items() if name in found.uncertain | found.derived]
    if found.offer:  # the holder says these itself
        named = [
            words for words in named if words not in (CONFIRMED_FACTS["access_mode"], CONFIRMED_FACTS["commercial_use_allowed"])
        ]
    if named:
        ko, en = ", ".join(ko for ko, _en in named), ", ".join(en for _ko, en in named)
        yield Warning(
            "FACTS_TO_CONFIRM",
            f"출처에 그대로 적혀 있지 않은 내용입니다. 보유기관에 확인하십시오: {ko}.",
            f"Not stated in so many words by the source, confirm with the holder: {en}.",
        )
