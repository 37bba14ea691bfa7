"""What a check says: a contrary fact that excludes, or something to ask first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vouchers.matching.rules.facts import Candidate, Words
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy

FILTERS = (
    "STATUS", "SUPPLIER", "PURPOSE", "DATA_KIND", "MODALITY", "DISEASE", "BODY_PART", "COHORT", "AGE", "VARIABLE",
    "FOLLOW_UP", "PERIOD", "PATIENTS", "ACCESS_MODE", "EXPORT", "LINKAGE", "SITES", "BUDGET", "LEAD_TIME",
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


def number(n: int) -> str:
    return f"{n:,}"


def recalled_note(found: Candidate, field: str) -> Words:
    """A note for facts that nobody read in the source."""
    if field in found.uncertain or "*" in found.uncertain:
        return " (출처 확인 전 정보)", " (from general knowledge, to be confirmed)"
    return "", ""
