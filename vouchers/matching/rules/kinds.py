"""Which kinds of data a need cannot do without, and whether a dataset holds them."""

import re
from collections.abc import Iterator

from vouchers.matching.rules.facts import Candidate, Words
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import Failure, Warning, recalled_note

VARIABLE_CONCEPTS: dict[str, tuple[str, frozenset[str]]] = {  # concept → (what a company writes, kinds of data that hold it)
    "LAB": (
        r"\blab|laborator|blood test|hba1c|creatinine|cholesterol|haemoglobin|hemoglobin|glucose|crp|검사\s*(결과|수치|값)"
        r"|혈액|당화혈색소|크레아티닌|콜레스테롤|혈당",
        frozenset({"LAB"}),
    ),
    "CAUSE_OF_DEATH": (r"cause of death|사망\s*원인|사인", frozenset({"MORTALITY"})),
    "PRESCRIPTION": (r"prescri|medicat|\bdrug|처방|투약|약물", frozenset({"MEDICATION"})),
    "DIAGNOSIS": (r"diagnos|진단명|진단\s*코드|상병", frozenset({"EHR", "CLAIMS"})),
    "STAY": (r"length of stay|admission|hospital days|입원\s*일수|입원|재원|요양\s*일수", frozenset({"CLAIMS", "EHR"})),
    "ECG": (r"\becg\b|\bekg\b|electrocardio|심전도", frozenset({"ECG"})),
    "VITAL": (r"blood pressure|saturation|heart rate|혈압|산소\s*포화도|맥박|심박", frozenset({"BIOSIGNAL"})),
    "PATHOLOGY": (r"patholog|병리", frozenset({"PATHOLOGY_REPORT"})),
    "READING": (r"radiology report|reading report|영상\s*판독|판독문", frozenset({"RADIOLOGY_REPORT"})),
    "OPERATION": (r"operation note|수술\s*기록", frozenset({"OPERATION_NOTE"})),
    "GENOME": (r"\bgen(e|ome|otype)|mutation|variant|유전", frozenset({"GENOMICS"})),
    "HABIT": (r"smok|alcohol|흡연|음주", frozenset({"SURVEY", "SCREENING"})),
}


CONCEPT_WORDS: dict[str, Words] = {
    "LAB": ("검사 결과값", "laboratory values"),
    "CAUSE_OF_DEATH": ("사망원인", "cause of death"),
}


WITH_A_RECORD = frozenset({"LAB", "MEDICATION"})  # an EHR has them even where its entry does not list them


def kinds_of(text: str) -> frozenset[str]:
    """Kinds of data that hold a variable as a company writes it; empty when the words are not recognised."""
    return frozenset(kind for pattern, held in VARIABLE_CONCEPTS.values() if re.search(pattern, text, re.I) for kind in held)


def variables_inside(need: Need, found: Candidate) -> list[tuple[str, tuple[str, ...]]]:
    """(variable as written, kinds of data inside that hold such a thing)."""
    told = []
    for text in need.variables:
        kinds = kinds_of(text)
        inside = tuple(code for code in found.modality if code in kinds)
        if inside:
            told.append((text, inside))
    return told


def own(need: Need, policy: Policy) -> tuple[str, ...]:
    """What a dataset has to bring itself: what was asked for without that which the institutions to be joined bring."""
    return without(need, policy.by_linkage)


def without(need: Need, brought: frozenset[str]) -> tuple[str, ...]:
    """What was asked for without that which others bring; all of it where they would bring everything."""
    return tuple(code for code in need.modality if code not in brought) or need.modality


def core(need: Need, found: Candidate, policy: Policy) -> tuple[str, ...]:
    """The kinds of which a dataset must hold one. Data that is joined already is measured against the whole need."""
    return policy.words.core(need.modality if found.joins(need.linkage) else own(need, policy))


def modality(need: Need, found: Candidate, policy: Policy) -> Iterator[Failure | Warning]:
    """Excludes what lacks the core, or a kind of the core's sort to which a variable belongs that is asked for by name."""
    if not found.modality:
        yield Warning("MODALITY_UNKNOWN", "데이터 종류가 공개되지 않았습니다.", "The kinds of data inside are not published.")
        return
    missing = tuple(code for code in need.modality if code not in found.modality)
    if not missing:
        return
    first = core(need, found, policy)  # a need of images or claims is not served by records alone
    if all(code in missing for code in first):
        ko, en = policy.words.join("modality", first)
        (has_ko, has_en), (note_ko, note_en) = _inside(found, policy)
        yield Failure("MODALITY", f"{ko} 없음. 보유 종류: {has_ko}{note_ko}.", f"Holds no {en}. Inside: {has_en}{note_en}.")
    elif called := _called_for(need, found, first, policy):
        text, codes = called
        ko, en = policy.words.join("modality", codes)
        (has_ko, has_en), (note_ko, note_en) = _inside(found, policy)
        yield Failure(
            "MODALITY",
            f"요청 변수 ‘{text}’에 필요한 {ko} 없음. 보유 종류: {has_ko}{note_ko}.",
            f"“{text}” needs {en}, which it does not hold. Inside: {has_en}{note_en}.",
        )
    else:
        yield from _partial(missing, found, policy)


def _inside(found: Candidate, policy: Policy) -> tuple[Words, Words]:
    """The kinds that a dataset holds, in words, and how sure that is."""
    return policy.words.join("modality", found.modality), recalled_note(found, "modality")


def _called_for(need: Need, found: Candidate, first: tuple[str, ...], policy: Policy) -> tuple[str, tuple[str, ...]] | None:
    """The first variable, and the kinds asked for that hold it, when none of them is inside."""
    sorts = {policy.words.kind(code) for code in first}
    asked = need.modality if found.joins(need.linkage) else own(need, policy)
    for text in need.variables:
        kinds = kinds_of(text)
        wanted = tuple(code for code in asked if code in kinds and policy.words.kind(code) in sorts)
        inside = kinds & set(found.modality) or (kinds & WITH_A_RECORD and "EHR" in found.modality)
        if wanted and not inside:
            return text, wanted
    return None


def _partial(missing: tuple[str, ...], found: Candidate, policy: Policy) -> Iterator[Warning]:
    joined = tuple(code for code in missing if code in policy.by_linkage and found.linkage is not False)
    lacking = tuple(code for code in missing if code not in joined)
    if joined:
        ko, en = policy.words.join("modality", joined)
        yield Warning(
            "BY_LINKAGE", f"결합할 기관의 데이터로 채울 종류: {ko}.", f"To come from the institutions to be joined: {en}."
        )
    if lacking:
        ko, en = policy.words.join("modality", lacking)
        yield Warning("MODALITY_PARTIAL", f"요청하신 종류 중 {ko} 없음.", f"Does not hold: {en}.")
