"""Checks of what is inside a dataset: diseases, patients, variables, labels, years, size."""

import re
from collections.abc import Iterator, Sequence

from providers.catalogue.rules import disease
from vouchers.matching.rules.facts import Candidate, Words, body_regions, scoped
from vouchers.matching.rules.kinds import CONCEPT_WORDS, VARIABLE_CONCEPTS, own
from vouchers.matching.rules.need import DiseaseNeed, Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import Failure, Warning, number


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
    elif found.disease_scope == "LISTED" and (found.diseases is not None or found.unread):
        asked = ", ".join(wanted.include.texts)
        if found.diseases is not None and wanted.include.overlaps(found.diseases):
            yield from _code_versions(wanted, found)
        elif found.unread:
            unread = ", ".join(found.unread)
            yield Warning(
                "DISEASE_NOT_COMPARED",
                f"대상 질환({found.disease_ko}) 중 KCD와 비교할 수 없는 코드가 있습니다: {unread}. {asked} 포함 여부를 확인하십시오.",
                f"Of its diseases ({found.disease_en}) some codes cannot be compared with KCD: {unread}."
                f" Ask whether {asked} is inside.",
            )
        elif found.diseases is not None:
            has = ", ".join(found.diseases.texts)
            yield Failure(
                "DISEASE",
                f"대상 질환이 다릅니다: {found.disease_ko}({has})만 포함, 요청 {asked}.",
                f"Other diseases only: {found.disease_en} ({has}); you asked for {asked}.",
            )
    elif found.disease_scope == "ALL" and not _selectable(need, found, policy):
        asked = ", ".join(wanted.include.texts)
        yield Failure(
            "DISEASE",
            f"진단 정보가 없는 데이터로, 요청하신 {asked} 환자를 추려 낼 수 없습니다.",
            f"Holds no diagnoses: patients with {asked} cannot be selected.",
        )
    elif found.disease_scope == "ALL":
        yield Warning(
            "DISEASE_COUNT_UNKNOWN",
            "전 질환 데이터입니다. 요청하신 질환의 환자 수는 보유기관의 사전 조회가 필요합니다.",
            "Covers all diseases: how many patients have yours needs a count by the holder.",
        )
    else:
        yield Warning("DISEASE_UNKNOWN", "대상 질환이 공개되지 않았습니다.", "The diseases inside are not published.")


def _code_versions(wanted: DiseaseNeed, found: Candidate) -> Iterator[Warning]:
    """The same code of another version of the system may mean something else."""
    held = sorted(version for system, version in found.code_versions if system == wanted.system)
    if wanted.version and held and held != [wanted.version]:
        system, has = wanted.system.replace("_", "-"), ", ".join(held)
        yield Warning(
            "CODE_VERSION_DIFFERS",
            f"대상 질환은 {system} {has}차 코드로, 요청은 {wanted.version}차 코드로 적혀 있습니다. 두 판에서 뜻이 같은지 확인하십시오.",
            f"Its diseases are coded by {system}-{has}, yours by {system}-{wanted.version}: check that your codes mean the same.",
        )


RECORDED_DIAGNOSES = frozenset({"EHR", "CLAIMS"})
DIAGNOSES = RECORDED_DIAGNOSES | {
    "REGISTRY", "MORTALITY", "INFECTION_REPORT", "LONG_TERM_CARE", "CLINICAL_NOTE", "PATHOLOGY_REPORT", "RADIOLOGY_REPORT",
}  # fmt: skip


def _selectable(need: Need, found: Candidate, policy: Policy) -> bool:
    """A need that asks for records or claims selects its patients by diagnosis: a collection of everybody must hold some."""
    if not RECORDED_DIAGNOSES & set(own(need, policy)) or not found.modality or set(found.modality) & DIAGNOSES:
        return True
    if found.unread:
        return True
    return found.diseases is not None and need.disease_codes is not None and need.disease_codes.include.overlaps(found.diseases)


def body_part(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    parts = parts_asked(need, policy)
    if not parts:
        return
    each = [body_regions((part,)) for part in parts]
    wanted = frozenset().union(*each) if all(each) else frozenset()  # a part that is not recognised may be anywhere
    asked = ", ".join(need.body_parts)
    held = found.regions or _pictured(need, found, policy)
    if not wanted or not held:
        if any(policy.words.kind(code) == "IMAGING" for code in need.modality):
            yield Warning(
                "BODY_PART_UNKNOWN",
                f"촬영 부위({asked})별 건수가 공개되지 않았습니다.",
                f"How much of it shows the body part ({asked}) is not published.",
            )
    elif not wanted & held:
        ko, en = _regions(held)
        yield Failure(
            "BODY_PART",
            f"다른 부위의 데이터입니다: {ko}, 요청 {asked}.",
            f"Another body part: {en}; you asked for {asked}.",
        )


RECORDED = ("IMAGING", "BIOSIGNAL", "OTHER")  # of a part of the body; records and claims are of a whole patient


def parts_asked(need: Need, policy: Policy) -> Sequence[str]:
    """Body parts that what is asked for can lack; none where only records, claims or registries are asked for."""
    recorded = any(policy.words.kind(code) in RECORDED for code in need.modality)
    return need.body_parts if recorded else ()


def scope(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    """An endoscopy of one organ shows no other."""
    asked = organs_asked(need, policy)
    if asked and found.scoped and not asked & found.scoped:
        part = ", ".join(need.body_parts)
        yield Failure(
            "BODY_PART", f"다른 장기의 내시경 데이터입니다. 요청 {part}.", f"Endoscopies of another organ; you asked for {part}."
        )


def organs_asked(need: Need, policy: Policy) -> frozenset[str]:
    images = [code for code in need.modality if policy.words.kind(code) == "IMAGING"]
    return scoped(" ".join(need.body_parts)) if images == ["ENDOSCOPY"] else frozenset()


def _pictured(need: Need, found: Candidate, policy: Policy) -> frozenset[str]:
    """What the images asked for show; empty unless it is known of every kind of image that is inside."""
    asked = [code for code in need.modality if policy.words.kind(code) == "IMAGING" and code in found.modality]
    known = [found.pictured[code] for code in asked if code in found.pictured]
    return frozenset().union(*known) if len(known) == len(asked) else frozenset()


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
    left_out = codes_in(wanted.exclude)
    if left_out and only_these(left_out, found):
        yield Failure(
            "COHORT",
            "제외하려는 질환의 환자만 포함한 데이터입니다.",
            "Holds only patients with the diseases that you leave out.",
        )
    elif wanted.exclude:
        ko = "제외 조건(" + "; ".join(wanted.exclude) + ")은 보유기관과 함께 확인해야 합니다."
        yield Warning("EXCLUSION_TO_CHECK", ko, f"The holder has to check what you leave out: {'; '.join(wanted.exclude)}.")


def only_these(codes: disease.Codes, found: Candidate) -> bool:
    """Is it known that nobody with another disease is inside?"""
    listed = found.disease_scope == "LISTED" and found.diseases is not None and not found.unread
    return listed and found.diseases is not None and found.diseases.share_in(codes) == 1000


def codes_in(texts: tuple[str, ...]) -> disease.Codes | None:
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


def variable(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if not need.variables:
        return
    for text in need.variables:
        for concept in sorted(found.absent):
            if re.search(VARIABLE_CONCEPTS[concept][0], text, re.I):
                ko, en = CONCEPT_WORDS[concept]
                yield Failure("VARIABLE", f"요청 변수 ‘{text}’ 없음: {ko} 미포함.", f"Asked for “{text}”, but it holds no {en}.")
                return
    asked = ", ".join(need.variables)
    yield Warning(
        "VARIABLES_TO_CHECK",
        f"변수 이름까지는 공개되지 않았습니다. 요청 변수({asked})는 보유기관에 확인하십시오.",
        f"The names of variables are not published: ask the holder about {asked}.",
    )


def labels(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    if need.labels and found.annotation_words is None:
        yield Warning(
            "LABELS_UNKNOWN",
            f"라벨 포함 여부가 공개되지 않았습니다. 요청하신 라벨({need.labels})은 가공이 필요할 수 있습니다.",
            f"Whether labels are inside is not published: what you asked for ({need.labels}) may have to be made.",
        )
    elif need.labels and found.annotation_words is not None:
        ko, en = found.annotation_words
        yield Warning(
            "LABELS_TO_CHECK",
            f"포함된 주석({ko})이 요청하신 라벨({need.labels})과 같은지 확인하십시오.",
            f"Check that the annotation inside ({en}) is what you asked for ({need.labels}).",
        )


def follow_up(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    wanted = need.follow_up_months_minimum
    if not wanted:
        return
    longest = found.follow_up_months_max
    if longest is None and found.first_year is not None and found.last_year is not None:
        last = max(found.last_year, policy.year) if found.grows else found.last_year
        longest = (last - found.first_year + 1) * 12
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
    early = first is not None and found.last_year is not None and found.last_year < first
    before = early and not found.grows
    after = last is not None and found.first_year is not None and found.first_year > last
    if before or after:
        has = f"{found.first_year or ''}~{found.last_year or ''}"
        yield Failure("PERIOD", f"수집 기간이 겹치지 않습니다: {has}년.", f"Collected in other years: {has.replace('~', '–')}.")
    elif (months := _common_months(need.period, found)) is not None and months < (need.follow_up_months_minimum or 0):
        yield Failure(
            "PERIOD",
            f"요청 기간과 겹치는 기간이 {months}개월로, 필요한 추적 {need.follow_up_months_minimum}개월보다 짧습니다.",
            f"Shares {months} months with the years you asked for; you need {need.follow_up_months_minimum} of follow-up.",
        )
    elif early:
        yield Warning(
            "PERIOD_TO_CONFIRM",
            f"{found.last_year}년까지 공개되어 있고 정기적으로 추가됩니다. 요청하신 연도가 추가되었는지 확인하십시오.",
            f"Described until {found.last_year} and regularly updated: ask whether the years you need have been added.",
        )
    elif found.first_year is None and found.last_year is None:
        yield Warning("PERIOD_UNKNOWN", "수집 기간이 공개되지 않았습니다.", "The years of collection are not published.")


def _common_months(period: tuple[int | None, int | None], found: Candidate) -> int | None:
    """Months that a collection of known years has in common with those asked for; of one that grows, the most that it may."""
    first, last = period
    if found.first_year is None or found.last_year is None or (found.grows and last is None):
        return None
    low = max(found.first_year, first if first is not None else found.first_year)
    high = last if last is not None else found.last_year
    return max(0, (high if found.grows else min(found.last_year, high)) - low + 1) * 12


def sites(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    least = need.sites_minimum or 0
    if least < 2:
        return
    if found.sites is None:
        yield Warning(
            "SITES_UNKNOWN",
            f"몇 개 기관의 데이터인지 공개되지 않았습니다. {least}곳 이상인지 확인하십시오.",
            f"Of how many institutions the data is, is not published: ask whether there are {least} or more.",
        )
    elif found.sites < least:
        yield Failure(
            "SITES",
            f"{found.sites}개 기관의 데이터로, 필요한 {least}곳에 못 미칩니다. 다른 기관의 데이터와 함께 신청할 수 있습니다.",
            f"Data of {found.sites} {'institution' if found.sites == 1 else 'institutions'}; you need {least} or more."
            " It can be applied for together with data of others.",
        )


def patients(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    least = need.patients_minimum or (1 if need.patients_wanted else 0)
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
        note_ko, note_en = (
            (f" 출처의 설명: {found.size_note[0].rstrip('.')}.", f" The source says: {found.size_note[1].rstrip('.')}.")
            if (found.size_note)
            else ("", "")
        )
        yield Warning(
            "PATIENTS_UNKNOWN",
            f"환자 수가 공개되지 않았습니다.{note_ko}",
            f"The number of patients is not published.{note_en}",
        )
    elif need.patients_wanted and found.individuals < need.patients_wanted:
        yield Warning(
            "PATIENTS_BELOW_WISH",
            f"공표된 대상자 {number(found.individuals)}명으로, 희망하신 {number(need.patients_wanted)}명보다 적습니다.",
            f"{number(found.individuals)} persons published, fewer than the {number(need.patients_wanted)} you wish for.",
        )
    if found.individuals is not None and found.individuals >= least and of_several(need, found):
        yield Warning(
            "DISEASE_COUNT_UNKNOWN",
            "공표된 대상자 수는 대상 질환 전체의 합계입니다. 요청하신 질환의 환자 수는 보유기관의 사전 조회가 필요합니다.",
            "The published number counts all listed diseases together: how many patients have yours needs a count by the holder.",
        )


def of_several(need: Need, found: Candidate) -> bool:
    """Does a published number of persons count others than those with the diseases asked for, too?"""
    wanted = need.disease_codes
    if wanted is None or not wanted.include.texts or found.disease_scope != "LISTED":
        return False
    return not only_these(wanted.include, found)
