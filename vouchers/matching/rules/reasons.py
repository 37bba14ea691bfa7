"""Why a dataset fits, in sentences of facts that its own data manager would sign. Korean and English side by side."""

from vouchers.matching.rules.conditions import PROCESSING_WORDS
from vouchers.matching.rules.content import RECORDED_DIAGNOSES, of_several, span_words
from vouchers.matching.rules.facts import Candidate, Words
from vouchers.matching.rules.kinds import variables_inside
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import number

UNIT_KO = {
    "person": "명", "person per year": "명(연간)", "case": "건", "record": "건", "image": "장", "discharge": "퇴원 건",
    "vaccination": "접종 건", "visit": "방문 건", "profile": "프로파일", "data item": "데이터 항목", "slide image": "슬라이드 장",
}  # fmt: skip


def reasons(need: Need, found: Candidate, policy: Policy) -> list[Words]:
    """Pairs of sentences, the most telling first. Only what is known; what is not known stands in the warnings."""
    told = [
        _modality(need, found, policy),
        _disease(need, found),
        _volume(need, found),
        _purpose(need, found),
        _labels(need, found),
        _offer(found),
        _holder(need, found, policy),
        _access(need, found, policy),
        _period(need, found, policy),
        _population(need, found),
        _variables(need, found, policy),
        _sites(need, found),
        _linkage(need, found),
        _fee(found),
        _standard(found, policy),
    ]
    return [pair for pair in told if pair is not None]


def _modality(need: Need, found: Candidate, policy: Policy) -> Words | None:
    shared = [code for code in need.modality if code in found.modality]
    if not shared:
        return None
    others = [code for code in found.modality if code not in shared]
    ko, en = policy.words.join("modality", shared)
    if len(shared) < len(need.modality):
        return f"요청하신 종류 중 {ko} 보유.", f"Of what you asked for, holds {en}."
    if not others:
        return f"요청하신 {ko} 데이터로 구성되어 있습니다.", f"Consists of what you asked for: {en}."
    more_ko, more_en = policy.words.join("modality", others)
    return f"요청하신 {ko} 보유. 함께 보유: {more_ko}.", f"Holds {en}, as asked; also {more_en}."


def _disease(need: Need, found: Candidate) -> Words | None:
    wanted = need.disease_codes
    if found.disease_scope == "LISTED" and found.diseases is not None:
        codes = ", ".join((*found.diseases.texts, *found.unread))
        if wanted is None or not wanted.include.spans:
            return f"대상 질환: {found.disease_ko}(KCD {codes}).", f"Diseases: {found.disease_en} (KCD {codes})."
        asked = ", ".join(wanted.include.common(found.diseases))
        if not asked:
            return None
        if not found.unread and found.diseases.share_in(wanted.include) >= 500:
            return (
                f"요청하신 {asked} 질환에 맞춘 데이터입니다: {found.disease_ko}(KCD {codes}).",
                f"Built for the disease you asked for ({asked}): {found.disease_en} (KCD {codes}).",
            )
        return (
            f"요청하신 {asked} 포함. 전체 대상: {found.disease_ko}(KCD {codes}).",
            f"Includes {asked}; the collection covers {found.disease_en} (KCD {codes}).",
        )
    if found.disease_scope == "ALL" and wanted is not None and wanted.include.texts:
        asked = ", ".join(wanted.include.texts)
        if found.diseases is not None and wanted.include.overlaps(found.diseases):
            return (
                f"질환을 제한하지 않은 데이터이며, 특화 분야({found.disease_ko})에 요청하신 {asked} 포함.",
                f"Not limited to a disease, and {asked} belongs to its special areas ({found.disease_en}).",
            )
        if set(found.modality) & RECORDED_DIAGNOSES:
            return (
                f"질환을 제한하지 않은 데이터로, 진단 코드로 {asked} 환자를 추려 낼 수 있습니다.",
                f"Not limited to a disease: patients with {asked} can be selected by their diagnosis codes.",
            )
        return (
            f"질환을 제한하지 않은 데이터로, {asked} 환자가 들어 있을 수 있습니다.",
            f"Not limited to a disease: patients with {asked} may be inside.",
        )
    return None


def _volume(need: Need, found: Candidate) -> Words | None:
    if found.individuals is not None:
        ko, en = f"공표된 대상자 {number(found.individuals)}명", f"{number(found.individuals)} persons published"
        if found.record_unit == "person per year":
            ko, en = ko + "(연간)", en + " (per year)"
        if found.disease_scope != "LISTED" and need.disease_codes is not None:
            return ko + "(전 질환 합계).", en + ", all diseases together."
        if of_several(need, found):
            return ko + "(대상 질환 전체 합계).", en + ", all listed diseases together."
        if need.patients_minimum and found.individuals >= need.patients_minimum:
            ko += f", 최소 {number(need.patients_minimum)}명 충족"
            en += f", at least the {number(need.patients_minimum)} you need"
        return ko + ".", en + "."
    if found.records is not None:
        unit = found.record_unit or "record"
        return (
            f"공표된 규모 {number(found.records)}{UNIT_KO.get(unit, '건')}.",
            f"{number(found.records)} {unit}{'' if unit.endswith('s') else 's'} published.",
        )
    return None


def _period(need: Need, found: Candidate, policy: Policy) -> Words | None:
    """Which years are inside; of those asked for, an open end is the current year, as in the score."""
    first, last = found.first_year, found.last_year
    if first is None and last is None:
        return None
    if first is None:
        ko, en = f"{last}년까지 수집", f"Collected until {last}"
    elif last is None and found.grows:
        ko, en = f"{first}년부터 수집, 정기 갱신", f"Collected from {first}, regularly updated"
    elif last is None:
        ko, en = f"{first}년부터 수집(종료 연도 비공개)", f"Collected from {first} (last year not published)"
    elif first == last:
        ko, en = f"{first}년 수집", f"Collected in {first}"
    else:
        ko, en = f"수집 기간 {first}~{last}년", f"Collected {first}–{last}"
    if last is not None and found.grows:
        ko, en = ko + ", 정기 갱신", en + ", regularly updated"
    if need.period is None:
        return ko + ".", en + "."
    low, high = need.period
    if low is not None and last is not None and last < low:
        return ko + ". 요청 기간이 추가되었는지 확인이 필요합니다.", en + ": ask whether the years you asked for have been added."
    from_start = first is not None and (low is None or first <= low)
    to_end = last is not None and last >= (high if high is not None else policy.year)
    if from_start and to_end:
        return ko + ", 요청 기간을 모두 포함합니다.", en + ", all the years you asked for."
    if from_start and (last is None or found.grows):
        return (
            ko + ". 요청 기간의 처음부터 포함하며, 마지막 연도는 확인이 필요합니다.",
            en + ": from the first year you asked for; ask for the last one.",
        )
    if to_end and first is None:
        return (
            ko + ". 요청 기간의 끝까지 포함하며, 첫 연도는 확인이 필요합니다.",
            en + ": until the last year you asked for; ask for the first one.",
        )
    return ko + ", 요청 기간의 일부를 포함합니다.", en + ", part of the years you asked for."


def _population(need: Need, found: Candidate) -> Words | None:
    if found.min_age is None and found.max_age is None:
        return None
    ko, en = span_words(found.min_age, found.max_age)
    return f"대상 연령 {ko}.", f"Ages: {en}."


def _purpose(need: Need, found: Candidate) -> Words | None:
    """What the holder says itself, or what the source says; never more."""
    if not need.commercial or found.allows(need.purpose) is not True:
        return None
    if found.offer is not None and found.offer.commercial_ai_allowed is True:
        return "공급 상품이 상업적 AI 개발을 허용합니다.", "The offer allows commercial AI development."
    if found.offer is not None and need.purpose in found.offer.purposes:
        return "공급 상품이 요청하신 활용 목적을 허용합니다.", "The offer allows the purpose you named."
    if found.commercial_note is None:
        return "기업의 상업적 이용이 가능한 데이터로 등록되어 있습니다.", "Registered as open to commercial use by companies."
    ko, en = (text.rstrip(".") for text in found.commercial_note)
    return f"기업 이용 가능. 출처의 설명: {ko}.", f"Open to companies. The source says: {en}."


def _access(need: Need, found: Candidate, policy: Policy) -> Words | None:
    if not found.modes:
        return None
    wished = [mode for mode in found.modes if mode in need.access_modes_acceptable]
    ko, en = policy.words.join("access_mode", wished or found.modes)
    told_ko, told_en = (
        (f"받아들일 수 있는 이용 방식: {ko}.", f"A way of use that you accept: {en}.")
        if wished
        else (
            f"이용 방식: {ko}.",
            f"Used by: {en}.",
        )
    )
    if not found.ways_out:
        return told_ko, told_en
    out_ko, out_en = policy.words.join("exit_kind", found.ways_out)
    if need.exports_wanted and set(need.exports_wanted) <= set(found.ways_out):
        out_ko, out_en = policy.words.join("exit_kind", need.exports_wanted)
        return f"{told_ko} 원하시는 반출 가능: {out_ko}.", f"{told_en} May be taken out, as you want: {out_en}."
    return f"{told_ko} 가능한 반출: {out_ko}.", f"{told_en} May be taken out: {out_en}."


def _labels(need: Need, found: Candidate) -> Words | None:
    if found.annotation_words is None:
        return None
    ko, en = found.annotation_words
    return f"주석 포함: {ko}.", f"Annotated: {en}."


def _variables(need: Need, found: Candidate, policy: Policy) -> Words | None:
    """Which of the wanted variables belong to a kind of data that is inside."""
    inside = variables_inside(need, found)
    if not inside:
        return None
    ko = "; ".join(f"‘{text}’ – {policy.words.join('modality', kinds)[0]}" for text, kinds in inside)
    en = "; ".join(f"“{text}” – {policy.words.join('modality', kinds)[1]}" for text, kinds in inside)
    return f"요청 변수에 해당하는 종류 보유: {ko}.", f"Holds the kinds of data that such variables belong to: {en}."


def _sites(need: Need, found: Candidate) -> Words | None:
    n = len(found.holders)
    if n < 2:
        return None
    if need.sites_minimum and n >= need.sites_minimum:
        return f"{n}개 기관의 데이터가 들어 있어 {need.sites_minimum}곳 이상 조건 충족.", (
            f"Holds data of {n} institutions, at least the {need.sites_minimum} you need."
        )
    return f"{n}개 기관의 데이터가 들어 있습니다.", f"Holds data of {n} institutions."


def _linkage(need: Need, found: Candidate) -> Words | None:
    if found.joins(need.linkage):
        return "결합하려는 기관의 데이터가 이미 들어 있습니다.", "The data that you want to join is inside already."
    if need.linkage and found.linkage is True:
        return "다른 데이터와 결합할 수 있다고 공개되어 있습니다.", "Published as open to linkage with other data."
    return None


def _fee(found: Candidate) -> Words | None:
    if found.fee is None or found.offer is not None:
        return None
    return f"공개된 이용료: {found.fee[0]}.", f"Published fee: {found.fee[1]}."


def _standard(found: Candidate, policy: Policy) -> Words | None:
    if not found.standard:
        return None
    ko, en = policy.words.join("standard", found.standard)
    return f"데이터 표준: {ko}.", f"Standard: {en}."


def _offer(found: Candidate) -> Words | None:
    offer = found.offer
    if offer is None:
        return None
    ko, en = [f"공급 상품: {offer.title_ko}"], [f"Offer: {offer.title_en or offer.title_ko}"]
    if offer.floor_won is not None:
        ko.append(f"최저 {number(offer.floor_won)}원(부가세 별도)")
        en.append(f"from KRW {number(offer.floor_won)} (VAT excluded)")
    if offer.lead_time_days is not None:
        ko.append(f"심의·계약 뒤 제공까지 {offer.lead_time_days}근무일")
        en.append(f"delivered {offer.lead_time_days} working days after reviews and contract")
    if offer.processing:
        ko.append(
            "가격표의 작업: " + "·".join(PROCESSING_WORDS[code][0] for code in offer.processing if code in PROCESSING_WORDS)
        )
        en.append("priced work: " + ", ".join(PROCESSING_WORDS[code][1] for code in offer.processing if code in PROCESSING_WORDS))
    if offer.joint_drb:
        ko.append("공동 DRB 참여")
        en.append("takes part in the joint data review")
    return ", ".join(ko) + ".", ", ".join(en) + "."


def _holder(need: Need, found: Candidate, policy: Policy) -> Words | None:
    if not policy.pays(found.holder):
        return None
    ko, en = [f"{found.holder.name_ko}: 바우처 공급기관"], [f"{found.holder.name_en} is a voucher supplier"]
    if policy.prefer_outside_capital and found.holder.capital_area is False:
        ko.append("비수도권")
        en.append("outside the capital area")
    if need.region and need.region == found.holder.region:
        region_ko, region_en = policy.words.word("region", need.region)
        ko.append(f"귀사와 같은 지역({region_ko})")
        en.append(f"in your own region ({region_en})")
    return ", ".join(ko) + ".", ", ".join(en) + "."
