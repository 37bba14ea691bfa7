"""What a round and the code lists bring to the engine: words, weights, who is a supplier, who may link."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vouchers.matching.rules.facts import Holder, Words
from vouchers.matching.rules.need import Need
from vouchers.rounds.rules import FULL_RANKING as FULL
from vouchers.rounds.rules import WEIGHTS as WEIGHTS

MEDICAL_DATA_HOSPITAL = "MEDICAL_DATA_HOSPITAL"
WORKING_DAYS_A_MONTH = 20  # careful: public holidays cost a day a month
PRIMARY_KINDS = frozenset({"IMAGING", "BIOSIGNAL", "OMICS", "OTHER"})
BY_DEVICES = frozenset({"LIFELOG"})  # recorded like a signal: no questionnaire replaces it
ACCOMPANYING = frozenset(  # records that come with many collections, and stand for none of them
    {"EHR", "LAB", "MEDICATION", "CLINICAL_NOTE", "PATHOLOGY_REPORT", "RADIOLOGY_REPORT", "OPERATION_NOTE"}
)
SHORT_CODES = frozenset({"CT", "MRI", "PET", "OCT", "WSI", "ECG", "EEG", "PSG", "EHR"})


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

    def codes(self, listed: str) -> tuple[str, ...]:
        """The codes of a list, in its order."""
        return tuple(code for name, code in self.labels if name == listed)

    def kind(self, modality: str) -> str:
        return self.kinds.get(modality, "STRUCTURED")

    def core(self, modalities: Sequence[str]) -> tuple[str, ...]:
        """What nothing else replaces, one of it at least is needed: images, signals, omics and lifelogs before claims,
        registries and surveys, before written reports, before the record, before what comes with a record."""
        levels = [self._level(code) for code in modalities]
        return tuple(code for code, level in zip(modalities, levels, strict=True) if level == min(levels))

    def _level(self, code: str) -> int:
        if self.kind(code) in PRIMARY_KINDS or code in BY_DEVICES:
            return 0
        if code not in ACCOMPANYING:
            return 1
        return 2 if self.kind(code) == "TEXT" else 3 if code == "EHR" else 4


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


def admits(provider_types: frozenset[str], institution_type: str, *, supplier: bool) -> bool:
    """Can a round that pays these types of provider (empty: as in 2025 and 2026) pay this one? supplier: it is a medical-data
    hospital of the programme, whatever its type."""
    types = provider_types or frozenset({MEDICAL_DATA_HOSPITAL})
    return (supplier and MEDICAL_DATA_HOSPITAL in types) or institution_type in types


@dataclass(frozen=True)
class Policy:
    """year: of today, for recency; provider_types: of the round (empty: as in 2025 and 2026); agencies: may link;
    company_sizes: that may apply (empty: not said); task_prices: track → whole won, VAT excluded, of the round;
    by_linkage: kinds of data that the institutions to be joined can bring (`match` fills it in for its need)."""

    words: Vocabulary
    year: int
    provider_types: frozenset[str] = frozenset({MEDICAL_DATA_HOSPITAL})
    suppliers_only: bool = False
    prefer_outside_capital: bool = True
    agencies: tuple[Holder, ...] = ()
    company_sizes: frozenset[str] = frozenset()
    task_prices: Mapping[str, int | None] = field(default_factory=dict, hash=False)
    weights: Mapping[str, int] = field(default_factory=lambda: WEIGHTS, hash=False)
    limit: int = 20
    by_linkage: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if set(self.weights) != set(WEIGHTS) or sum(self.weights.values()) != FULL or min(self.weights.values()) < 0:
            raise ValueError("weights must name every component and sum to 10,000")

    def budget_of(self, need: Need) -> int | None:
        """Whole won, VAT excluded: the company's own figure, else the task price of its track, else None."""
        return need.budget_won if need.budget_won is not None else self.task_prices.get(need.track or "")

    def pays(self, holder: Holder) -> bool:
        """Is this holder a voucher supplier in the round?"""
        return admits(self.provider_types, holder.institution_type, supplier=holder.supplier)
