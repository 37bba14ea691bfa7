"""What a round and the code lists bring to the engine: words, weights, who is a supplier, who may link."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vouchers.matching.rules.facts import Holder

MEDICAL_DATA_HOSPITAL = "MEDICAL_DATA_HOSPITAL"
WORKING_DAYS_A_MONTH = 20  # careful: public holidays cost a day a month
FULL = 10_000
WEIGHTS: Mapping[str, int] = {
    "modality": 2100,
    "disease": 1900,
    "volume": 900,
    "purpose": 800,
    "access": 800,
    "supplier": 700,
    "terms": 600,
    "labels": 500,
    "period": 500,
    "standard": 400,
    "population": 300,
    "certainty": 300,
    "region": 200,
}
PRIMARY_KINDS = frozenset({"IMAGING", "BIOSIGNAL", "OMICS", "OTHER"})
SHORT_CODES = frozenset({"CT", "MRI", "PET", "OCT", "WSI", "ECG", "EEG", "PSG", "EHR"})

type Words = tuple[str, str]  # Korean, English


@dataclass(frozen=True)
class Vocabulary:
    """labels: (list, code) → words; kinds: modality → data kind."""

    labels: Mapping[tuple[str, str], Words] = field(default_factory=dict, hash=False)
    kinds: Mapping[str, str] = field(default_factory=dict, hash=False)

    def word(self, listed: str, code: str) -> Words:
        ko, en = self.labels.get((listed, code), (code, code))
        if listed == "modality" and code in SHORT_CODES:
            return f"{ko}({code})", f"{en} ({code})"
        return ko, en

    def join(self, listed: str, codes: Iterable[str]) -> Words:
        """Inside a sentence: `computed tomography (CT), EHR`."""
        pairs = [self.word(listed, code) for code in codes]
        return ", ".join(ko for ko, _en in pairs), ", ".join(_inside(en) for _ko, en in pairs)

    def kind(self, modality: str) -> str:
        return self.kinds.get(modality, "STRUCTURED")


def _inside(word: str) -> str:
    return word[0].lower() + word[1:] if word[1:2].islower() else word


def vocabulary(code_lists: Iterable[Mapping[str, Any]]) -> Vocabulary:
    """From records shaped like seeds/reference/code_lists.json."""
    labels: dict[tuple[str, str], Words] = {}
    kinds: dict[str, str] = {}
    for code_list in code_lists:
        for item in code_list["items"]:
            labels[(code_list["key"], item["code"])] = (item["name_ko"], item["name_en"])
            if code_list["key"] == "modality" and item.get("data_kind"):
                kinds[item["code"]] = item["data_kind"]
    return Vocabulary(labels, kinds)


@dataclass(frozen=True)
class Policy:
    """year: of today, for recency; provider_types: of the round (empty: as in 2025 and 2026); agencies: may link."""

    words: Vocabulary
    year: int
    provider_types: frozenset[str] = frozenset({MEDICAL_DATA_HOSPITAL})
    suppliers_only: bool = False
    prefer_outside_capital: bool = True
    agencies: tuple[Holder, ...] = ()
    weights: Mapping[str, int] = field(default_factory=lambda: WEIGHTS, hash=False)
    limit: int = 20

    def __post_init__(self) -> None:
        if set(self.weights) != set(WEIGHTS) or sum(self.weights.values()) != FULL or min(self.weights.values()) < 0:
            raise ValueError("weights must name every component and sum to 10,000")

    def pays(self, holder: Holder) -> bool:
        """Is this holder a voucher supplier in the round?"""
        types = self.provider_types or frozenset({MEDICAL_DATA_HOSPITAL})
        return (holder.supplier and MEDICAL_DATA_HOSPITAL in types) or holder.institution_type in types
