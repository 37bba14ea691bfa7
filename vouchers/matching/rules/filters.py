"""Hard filters: each excludes only on a known contrary fact; what is not known passes with a warning."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vouchers.matching.rules import disease
from vouchers.matching.rules.facts import Candidate, body_regions
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import PRIMARY_KINDS, WORKING_DAYS_A_MONTH, Policy, Words

FILTERS = (
    "STATUS", "SUPPLIER", "PURPOSE", "DATA_KIND", "MODALITY", "DISEASE", "BODY_PART", "COHORT", "AGE", "VARIABLE",
    "FOLLOW_UP", "PERIOD", "PATIENTS", "ACCESS_MODE", "EXPORT", "BUDGET", "LEAD_TIME",
)  # fmt: skip


@dataclass(frozen=True)
class Failure:
    """A known fact that stands against the need."""

    filter: str
    ko: str
    en: str


@dataclass(frozen=True)
class Warning:
    """Something that the company should ask before it relies on the dataset."""

    code: str
    ko: str
    en: str


@dataclass(frozen=True)
class Verdict:
    failures: tuple[Failure, ...]
    warnings: tuple[Warning, ...]

    @property
    def passed(self) -> bool:
        return not self.failures


type Check = Callable[[Need, Candidate, Policy], Iterator[Failure | Warning]]


def judge(need: Need, found: Candidate, policy: Policy) -> Verdict:
    """All contrary facts in the order of FILTERS, and all warnings."""
    said = [item for check in CHECKS for item in check(need, found, policy)]
    return Verdict(
        tuple(item for item in said if isinstance(item, Failure)),
        tuple(item for item in said if isinstance(item, Warning)),
    )


def number(n: int) -> str:
    return f"{n:,}"


def _recalled(found: Candidate, field: str) -> Words:
    """A note for facts that nobody read in the source."""
    if field in found.uncertain or "*" in found.uncertain:
        return " (출처 확인 전 정보)", " (from general knowledge, to be confirmed)"
    return "", ""


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
    elif need.commercial and found.commercial_use is False:
        yield Failure(
            "PURPOSE",
            "제품 개발·검증 등 상업적 이용이 허용되지 않는 데이터입니다.",
            "Commercial use, such as developing or validating a product, is not allowed.",
        )
    elif need.commercial and found.commercial_use is None:
        yield Warning(
            "COMMERCIAL_USE_UNKNOWN",
            "상업적 이용 가능 여부가 공개되지 않았습니다. 보유기관에 먼저 확인하십시오.",
            "Whether commercial use is allowed is not published: ask the holder first.",
        )


def data_kind(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if not need.real_patients_required:
        return
    if found.synthetic == "ALL":
        yield Failure("DATA_KIND", "합성 데이터입니다. 실제 환자 데이터가 아닙니다.", "Synthetic data, not real patients.")
    elif found.synthetic == "PART":
        yield Warning(
            "PARTLY_SYNTHETIC",
            "실제 데이터와 합성 데이터가 함께 들어 있습니다. 실제 환자 수를 확인하십시오.",
            "Real and synthetic data together: ask how many patients are real.",
        )


def modality(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    missing = tuple(code for code in need.modality if code not in found.modality)
    if not found.modality:
        yield Warning("MODALITY_UNKNOWN", "데이터 종류가 공개되지 않았습니다.", "The kinds of data inside are not published.")
        return
    if not missing:
        return
    primary = tuple(code for code in need.modality if policy.words.kind(code) in PRIMARY_KINDS)
    core = primary or need.modality  # an imaging or biosignal need is not served by records alone
    has_ko, has_en = policy.words.join("modality", found.modality)
    if all(code in missing for code in core):
        ko, en = policy.words.join("modality", core)
        yield Failure("MODALITY", f"{ko} 없음. 보유 종류: {has_ko}.", f"Holds no {en}. Inside: {has_en}.")
    else:
        ko, en = policy.words.join("modality", missing)
        yield Warning("MODALITY_PARTIAL", f"요청하신 종류 중 {ko} 없음.", f"Does not hold: {en}.")


def disease_codes(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    wanted = need.disease_codes
    if wanted is None or not wanted.include.texts:
        return
    if not wanted.include.spans:
        yield Warning(
            "DISEASE_NOT_COMPARED",
            f"{wanted.system} 코드는 KCD와 자동으로 비교할 수 없습니다. 보유기관에 확인하십시오.",
            f"{wanted.system} codes cannot be compared with KCD automatically: ask the holder.",
        )
    elif found.disease_scope == "LISTED" and found.diseases is not None:
        if not wanted.include.overlaps(found.diseases):
            asked = ", ".join(wanted.include.texts)
            has = ", ".join(found.diseases.texts)
            yield Failure(
                "DISEASE",
                f"대상 질환이 다릅니다: {found.disease_ko}({has})만 포함, 요청 {asked}.",
                f"Other diseases only: {found.disease_en} ({has}); you asked for {asked}.",
            )
    elif found.disease_scope == "ALL":
        yield Warning(
            "DISEASE_COUNT_UNKNOWN",
            "전 질환 데이터입니다. 요청하신 질환의 환자 수는 보유기관의 사전 조회가 필요합니다.",
            "Covers all diseases: how many patients have yours needs a count by the holder.",
        )
    else:
        yield Warning("DISEASE_UNKNOWN", "대상 질환이 공개되지 않았습니다.", "The diseases inside are not published.")


def body_part(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if not need.body_parts:
        return
    wanted = body_regions(need.body_parts)
    asked = ", ".join(need.body_parts)
    if not wanted or not found.regions:
        if any(policy.words.kind(code) == "IMAGING" for code in need.modality):
            yield Warning(
                "BODY_PART_UNKNOWN",
                f"촬영 부위({asked})별 건수가 공개되지 않았습니다.",
                f"How much of it shows the body part ({asked}) is not published.",
            )
    elif not wanted & found.regions:
        ko, en = _regions(found.regions)
        yield Failure(
            "BODY_PART",
            f"다른 부위의 데이터입니다: {ko}, 요청 {asked}.",
            f"Another body part: {en}; you asked for {asked}.",
        )


REGION_WORDS: dict[str, Words] = {
    "HEAD": ("머리", "head"), "EYE": ("눈", "eye"), "NECK": ("목", "neck"), "CHEST": ("흉부", "chest"),
    "ABDOMEN": ("복부", "abdomen"), "PELVIS": ("골반", "pelvis"), "LIMBS": ("사지·근골격", "limbs"), "SKIN": ("피부", "skin"),
}  # fmt: skip


def _regions(found: frozenset[str]) -> Words:
    return ", ".join(REGION_WORDS[r][0] for r in sorted(found)), ", ".join(REGION_WORDS[r][1] for r in sorted(found))


def cohort(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    """Whom the collection is about: sex, and patients that the need leaves out."""
    wanted = need.disease_codes
    if wanted is None:
        return
    asked = disease.sex(wanted.include) if wanted.include.spans else None
    if asked and found.sex and asked != found.sex:
        ko, en = {"MALE": ("남성", "men"), "FEMALE": ("여성", "women")}[found.sex]
        yield Failure("COHORT", f"{ko}만 포함한 데이터입니다.", f"Holds {en} only.")
    left_out = _codes_in(wanted.exclude)
    if left_out and found.disease_scope == "LISTED" and found.diseases and found.diseases.share_in(left_out) == 1000:
        yield Failure(
            "COHORT",
            "제외하려는 질환의 환자만 포함한 데이터입니다.",
            "Holds only patients with the diseases that you leave out.",
        )
    elif wanted.exclude:
        ko = "제외 조건(" + "; ".join(wanted.exclude) + ")은 보유기관과 함께 확인해야 합니다."
        yield Warning("EXCLUSION_TO_CHECK", ko, f"The holder has to check what you leave out: {'; '.join(wanted.exclude)}.")


def _codes_in(texts: tuple[str, ...]) -> disease.Codes | None:
    """Exclusions that are plain codes; sentences are for people."""
    plain = tuple(text for text in texts if re.fullmatch(r"[A-Za-z]\d{2}[\d.\-A-Za-z]*", text.strip()))
    try:
        return disease.codes("KCD", plain) if plain else None
    except disease.BadCode:
        return None


def age(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if need.min_age is None and need.max_age is None:
        return
    low, high = found.min_age, found.max_age
    too_old = need.max_age is not None and low is not None and low > need.max_age
    too_young = need.min_age is not None and high is not None and high < need.min_age
    if too_old or too_young:
        ko, en = span_words(low, high)
        yield Failure("AGE", f"대상 연령이 맞지 않습니다: {ko}.", f"Other ages: {en}.")
    elif low is None and high is None:
        yield Warning("AGE_UNKNOWN", "대상 연령이 공개되지 않았습니다.", "The ages inside are not published.")
    elif (low or 0) > (need.min_age or 0) or (high is not None and (need.max_age is None or high < need.max_age)):
        ko, en = span_words(low, high)
        yield Warning("AGE_PARTIAL", f"요청 연령의 일부만 포함합니다: {ko}.", f"Covers part of the ages you asked for: {en}.")


def span_words(low: int | None, high: int | None) -> Words:
    if low is None:
        return f"{high}세 이하", f"up to {high} years"
    return (f"{low}세 이상", f"{low} years and older") if high is None else (f"{low}~{high}세", f"{low} to {high} years")


VARIABLE_CONCEPTS: dict[str, str] = {
    "LAB": r"\blab|laborator|blood test|hba1c|creatinine|cholesterol|haemoglobin|hemoglobin|glucose|crp|검사\s*(결과|수치|값)"
    r"|혈액|당화혈색소|크레아티닌|콜레스테롤|혈당",
    "CAUSE_OF_DEATH": r"cause of death|사망\s*원인|사인",
}
CONCEPT_WORDS: dict[str, Words] = {
    "LAB": ("검사 결과값", "laboratory values"),
    "CAUSE_OF_DEATH": ("사망원인", "cause of death"),
}


def variable(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if not need.variables:
        return
    for text in need.variables:
        for concept in sorted(found.absent):
            if re.search(VARIABLE_CONCEPTS[concept], text, re.I):
                ko, en = CONCEPT_WORDS[concept]
                yield Failure("VARIABLE", f"요청 변수 ‘{text}’ 없음: {ko} 미포함.", f"Asked for “{text}”, but it holds no {en}.")
                return
    asked = ", ".join(need.variables)
    yield Warning(
        "VARIABLES_TO_CHECK",
        f"변수 목록이 공개되지 않았습니다. 요청 변수({asked})는 보유기관의 확인이 필요합니다.",
        f"The list of variables is not published: ask the holder about {asked}.",
    )


def follow_up(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    wanted = need.follow_up_months_minimum
    if not wanted:
        return
    longest = found.follow_up_months_max
    if longest is None and found.first_year is not None and found.last_year is not None:
        longest = (found.last_year - found.first_year + 1) * 12
    if longest is not None and longest < wanted:
        yield Failure(
            "FOLLOW_UP",
            f"추적 기간이 최대 {longest}개월로, 요청하신 {wanted}개월보다 짧습니다.",
            f"Follow-up of at most {longest} months; you need {wanted}.",
        )
    else:
        yield Warning(
            "FOLLOW_UP_UNKNOWN",
            f"개인별 추적 기간({wanted}개월 이상)은 보유기관의 확인이 필요합니다.",
            f"Follow-up per person ({wanted} months or more) has to be confirmed by the holder.",
        )


def period(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if need.period is None:
        return
    first, last = need.period
    before = first is not None and found.last_year is not None and found.last_year < first
    after = last is not None and found.first_year is not None and found.first_year > last
    if before or after:
        has = f"{found.first_year or ''}~{found.last_year or ''}"
        yield Failure("PERIOD", f"수집 기간이 겹치지 않습니다: {has}년.", f"Collected in other years: {has.replace('~', '–')}.")
    elif found.first_year is None and found.last_year is None:
        yield Warning("PERIOD_UNKNOWN", "수집 기간이 공개되지 않았습니다.", "The years of collection are not published.")


def patients(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if need.sites_minimum and need.sites_minimum > 1 and len(found.holders) < need.sites_minimum:
        yield Warning(
            "SITES_TO_COMBINE",
            f"기관 {need.sites_minimum}곳 이상이 필요합니다. 다른 기관의 데이터와 함께 신청하십시오.",
            f"You need {need.sites_minimum} sites or more: apply together with data of other institutions.",
        )
    least = need.patients_minimum
    if not least:
        return
    most = found.individuals if found.individuals is not None else found.records  # a record belongs to one person
    if most is not None and most < least:
        unit_ko, unit_en = ("명", "persons") if found.individuals is not None else ("건", f"records ({found.record_unit})")
        yield Failure(
            "PATIENTS",
            f"공표된 규모 {number(most)}{unit_ko}, 최소 {number(least)}명에 못 미칩니다.",
            f"{number(most)} {unit_en} published, fewer than the {number(least)} patients you need.",
        )
    elif found.individuals is None:
        yield Warning("PATIENTS_UNKNOWN", "환자 수가 공개되지 않았습니다.", "The number of patients is not published.")


def access_mode(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if not need.access_modes_acceptable:
        return
    if not found.modes:
        yield Warning("ACCESS_MODE_UNKNOWN", "이용 방식이 공개되지 않았습니다.", "How the data is used is not published.")
    elif not set(found.modes) & set(need.access_modes_acceptable):
        ko, en = policy.words.join("access_mode", found.modes)
        note_ko, note_en = _recalled(found, "access_mode")
        yield Failure("ACCESS_MODE", f"이용 방식: {ko}만 가능합니다{note_ko}.", f"Used only by: {en}{note_en}.")


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
    if found.offer is None:
        yield Warning(
            "NO_OFFER",
            "공개된 공급 상품(가격·처리기간)이 없습니다. 견적을 요청하십시오.",
            "No offer with price and lead time is published: ask for a quote.",
        )
    elif found.offer.floor_won is None:
        yield Warning("PRICE_UNKNOWN", "가격이 공개되지 않았습니다.", "The price is not published.")
    elif need.budget_won is not None and found.offer.floor_won > need.budget_won:
        yield Failure(
            "BUDGET",
            f"최저 공급가액 {number(found.offer.floor_won)}원, 예산 {number(need.budget_won)}원을 넘습니다.",
            f"Costs at least KRW {number(found.offer.floor_won)}, more than your budget of KRW {number(need.budget_won)}.",
        )


def lead_time(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if found.offer is None:
        return
    days = found.offer.lead_time_days
    if days is None:
        yield Warning("LEAD_TIME_UNKNOWN", "처리기간이 공개되지 않았습니다.", "The lead time is not published.")
    elif need.project_months is not None and days > need.project_months * WORKING_DAYS_A_MONTH:
        yield Failure(
            "LEAD_TIME",
            f"제공까지 {days}근무일로, 과제 기간 {need.project_months}개월보다 깁니다.",
            f"Delivery takes {days} working days, longer than the project of {need.project_months} months.",
        )
    if found.offer.open_capacity == 0:
        yield Warning("NO_OPEN_CAPACITY", "이번 기간의 접수 여력이 없습니다.", "No capacity is open in this period.")


CHECKS: tuple[Check, ...] = (
    status, supplier, purpose, data_kind, modality, disease_codes, body_part, cohort, age, variable, follow_up, period,
    patients, access_mode, export, budget, lead_time,
)  # fmt: skip
