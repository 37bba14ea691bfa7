"""Why a dataset fits, in sentences of facts that its own data manager would sign. Korean and English side by side."""

from vouchers.matching.rules.facts import Candidate
from vouchers.matching.rules.filters import number, span_words
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy, Words

UNIT_KO = {
    "person": "명", "person per year": "명(연간)", "case": "건", "record": "건", "image": "장", "discharge": "퇴원 건",
    "vaccination": "접종 건", "visit": "방문 건", "profile": "프로파일", "data item": "데이터 항목", "slide image": "슬라이드 장",
}  # fmt: skip


def reasons(need: Need, found: Candidate, policy: Policy) -> list[Words]:
    """At most eight pairs, the most telling first."""
    told = [
        _modality(need, found, policy),
        _disease(need, found),
        _volume(need, found),
        _period(need, found),
        _population(need, found),
        _purpose(need, found),
        _access(found, policy),
        _labels(need, found),
        _standard(found, policy),
        _offer(found),
        _holder(found, policy),
    ]
    return [pair for pair in told if pair is not None]


def _modality(need: Need, found: Candidate, policy: Policy) -> Words | None:
    shared = [code for code in need.modality if code in found.modality]
    if not shared:
        return None
    others = [code for code in found.modality if code not in shared]
    ko, en = policy.words.join("modality", shared)
    if not others:
        return f"요청하신 {ko} 데이터로만 구성되어 있습니다.", f"Consists of what you asked for: {en}."
    more_ko, more_en = policy.words.join("modality", others)
    return f"요청하신 {ko} 보유. 함께 보유: {more_ko}.", f"Holds {en}, as asked; also {more_en}."


def _disease(need: Need, found: Candidate) -> Words | None:
    wanted = need.disease_codes
    if found.disease_scope == "LISTED" and found.diseases is not None:
        codes = ", ".join(found.diseases.texts)
        if wanted is None or not wanted.include.spans:
            return f"대상 질환: {found.disease_ko}(KCD {codes}).", f"Diseases: {found.disease_en} (KCD {codes})."
        asked = ", ".join(wanted.include.common(found.diseases))
        if found.diseases.share_in(wanted.include) >= 500:
            return (
                f"요청하신 {asked}에 맞춘 데이터입니다: {found.disease_ko}(KCD {codes}).",
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
                f"전 질환 데이터이며 요청하신 {asked}이(가) 특화 분야({found.disease_ko})에 듭니다.",
                f"Covers all diseases, and {asked} belongs to its special areas ({found.disease_en}).",
            )
        return (
            f"전 질환 데이터로 {asked} 환자를 추려 낼 수 있습니다.",
            f"Covers all diseases, so patients with {asked} can be selected.",
        )
    return None


def _volume(need: Need, found: Candidate) -> Words | None:
    if found.individuals is not None:
        ko, en = f"공표된 대상자 {number(found.individuals)}명", f"{number(found.individuals)} persons published"
        if found.record_unit == "person per year":
            ko, en = ko + "(연간)", en + " (per year)"
        if found.disease_scope != "LISTED" and need.disease_codes is not None:
            return ko + "(전 질환 합계).", en + ", all diseases together."
        if need.patients_minimum and found.individuals >= need.patients_minimum:
            ko += f", 최소 {number(need.patients_minimum)}명 충족"
            en += f", above the {number(need.patients_minimum)} you need"
        return ko + ".", en + "."
    if found.records is not None:
        unit = found.record_unit or "record"
        return (
            f"공표된 규모 {number(found.records)}{UNIT_KO.get(unit, '건')}.",
            f"{number(found.records)} {unit}{'' if unit.endswith('s') else 's'} published.",
        )
    return None


def _period(need: Need, found: Candidate) -> Words | None:
    first, last = found.first_year, found.last_year
    if first is None and last is None:
        return None
    if first is None:
        ko, en = f"{last}년까지 수집", f"Collected until {last}"
    elif last is None:
        ko, en = f"{first}년부터 수집(종료 연도 비공개)", f"Collected from {first} (last year not published)"
    else:
        ko, en = f"수집 기간 {first}~{last}년", f"Collected {first}–{last}"
    if need.period is not None:
        low, high = need.period
        whole = (low is None or (first is not None and first <= low)) and (high is None or (last is not None and last >= high))
        if whole:
            return ko + ", 요청 기간을 모두 포함합니다.", en + ", all the years you asked for."
        return ko + ", 요청 기간의 일부를 포함합니다.", en + ", part of the years you asked for."
    return ko + ".", en + "."


def _population(need: Need, found: Candidate) -> Words | None:
    if found.min_age is None and found.max_age is None:
        return None
    ko, en = span_words(found.min_age, found.max_age)
    return f"대상 연령 {ko}.", f"Ages: {en}."


def _purpose(need: Need, found: Candidate) -> Words | None:
    if need.commercial and found.commercial_use is True:
        return (
            "기업의 제품 개발에 이용할 수 있다고 공개되어 있습니다.",
            "Published as open to companies for product development.",
        )
    return None


def _access(found: Candidate, policy: Policy) -> Words | None:
    if not found.modes:
        return None
    ko, en = policy.words.join("access_mode", found.modes)
    if not found.ways_out:
        return f"이용 방식: {ko}.", f"Used by: {en}."
    out_ko, out_en = policy.words.join("exit_kind", found.ways_out)
    return f"이용 방식: {ko}. 가능한 반출: {out_ko}.", f"Used by: {en}. May be taken out: {out_en}."


ANNOTATION_KO = {
    "Expert annotation": "전문가 주석",
    "Region annotation (tumour, normal) by pathologists": "병리 전문의의 영역 주석(종양·정상)",
    "Reading labels used for an automatic reading model": "자동 판독 모형에 쓴 판독 라벨",
    "Nodule annotation for detection": "검출용 폐결절 주석",
    "Lesion annotation": "병변 주석",
    "Disease labels": "질환 라벨",
    "Symptoms, diagnosis, treatment labels": "증상·진단·치료 라벨",
}


def _labels(need: Need, found: Candidate) -> Words | None:
    if not found.annotation:
        return None
    ko = ANNOTATION_KO.get(found.annotation)
    return (f"주석 포함: {ko}." if ko else "주석이 포함되어 있습니다."), f"Annotated: {found.annotation}."


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
        ko.append(f"제공까지 {offer.lead_time_days}근무일")
        en.append(f"delivered within {offer.lead_time_days} working days")
    if offer.joint_drb:
        ko.append("공동 DRB 참여")
        en.append("takes part in the joint data review")
    return ", ".join(ko) + ".", ", ".join(en) + "."


def _holder(found: Candidate, policy: Policy) -> Words | None:
    if not policy.pays(found.holder):
        return None
    if policy.prefer_outside_capital and found.holder.capital_area is False:
        return (
            f"{found.holder.name_ko}: 바우처 공급기관이며 비수도권 기관입니다.",
            f"{found.holder.name_en} is a voucher supplier outside the capital area.",
        )
    return f"{found.holder.name_ko}: 바우처 공급기관입니다.", f"{found.holder.name_en} is a voucher supplier."
