"""What follows from facts that a source published, by rule. Nothing here is a guess; each name it gives is marked as derived."""

from collections.abc import Iterable, Mapping
from typing import Any

from providers.catalogue.rules.fields import is_empty

# legal basis → the act it stands in; consent and anonymity are no acts
ACTS = {
    "PIPA_28_2": "PIPA", "PIPA_28_3": "PIPA", "AI_SPECIAL_PIPC": "PIPA", "CANCER_CONTROL_ACT": "CANCER_CONTROL_ACT",
    "NHI_ACT": "NHI_ACT", "IDCP_ACT": "IDCP_ACT", "BIOETHICS_ACT": "BIOETHICS_ACT", "PUBLIC_DATA_ACT": "PUBLIC_DATA_ACT",
    "STATISTICS_ACT": "STATISTICS_ACT", "HEALTH_PROMOTION_ACT": "HEALTH_PROMOTION_ACT", "EMS_ACT": "EMS_ACT",
    "PHARMACEUTICAL_ACT": "PHARMACEUTICAL_ACT",
}  # fmt: skip
# first letter of a KCD code → health theme, where the chapter and the theme mean the same
THEMES = {"C": "CANCER_DISEASE", "F": "MENTAL_HEALTH", "J": "RESPIRATORY_DISEASES", "O": "REPRODUCTIVE_HEALTH"}


def derived(record: Mapping[str, Any], modality_words: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """Field → value, for fields that the record does not carry itself. modality_words: code → (Korean, English).

    theme: everything here is about health. keywords: the names of its diseases and kinds of data. applicable_legislation: the
    acts of the legal basis. coding_systems: those of the listed disease codes, with version. health_theme: of the listed
    diseases' chapters. custodian: the institution, unless the data of several is inside. distributions: the landing page,
    where one applies for access.
    """
    areas = record.get("disease_areas") or ()
    words = [modality_words[code] for code in record.get("modality") or () if code in modality_words]
    page = record.get("landing_page") or ""
    values = {
        "theme": ["HEAL"],
        "keywords_ko": _once([*(a["label_ko"] for a in areas), *(word for word, _english in words)])[:30],
        "keywords_en": _once([*(a["label_en"] for a in areas), *(word for _korean, word in words)])[:30],
        "applicable_legislation": _once(ACTS[code] for code in record.get("legal_basis") or () if code in ACTS),
        "coding_systems": _systems(areas),
        "health_theme": _themes(record, areas),
        "custodian": "" if record.get("holders") else record.get("institution") or "",
        "distributions": [_landing(page)] if page else [],
    }
    return {name: value for name, value in values.items() if name not in record and not is_empty(value)}


def _once(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(value for value in values if value))


def _systems(areas: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    pairs = _once((area["system"], str(area.get("version") or "")) for area in areas)
    return [{"system": system, "version": version} for system, version in pairs]


def _themes(record: Mapping[str, Any], areas: Iterable[Mapping[str, Any]]) -> list[str]:
    if record.get("disease_scope") != "LISTED":
        return []
    letters = [code[:1] for area in areas if area["system"] in ("KCD", "ICD_10") for code in area["codes"]]
    return _once(THEMES.get(letter, "") for letter in letters)


def _landing(page: str) -> dict[str, str]:
    address = page if page.startswith(("http://", "https://")) else f"https://{page}"
    return {"title_ko": "안내·신청 페이지", "title_en": "Information and application page", "access_url": address,
            "format": "", "licence": "", "availability": ""}  # fmt: skip
