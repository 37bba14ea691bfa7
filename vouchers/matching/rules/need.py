"""The need document: what the form, the API, tests and `manage.py match` share. Every field may be null except modality."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.errors import Refused
from providers.catalogue.rules import disease
from providers.offers.rules import Purpose
from vouchers.matching.rules.stages import LineKind

COMMERCIAL_PURPOSES = frozenset({Purpose.PRODUCT_DEVELOPMENT, Purpose.EXTERNAL_VALIDATION})
CHECKED_LISTS = {  # field → code list of seeds/reference/code_lists.json
    "company_size": "company_size",
    "region": "region",
    "modality": "modality",
    "access_modes_acceptable": "access_mode",
    "exports_wanted": "exit_kind",
}
MOST_ITEMS, LONGEST_TEXT = 50, 4000


class RegulatoryRoute(Codes):
    """How the product shall come to the market. Asked with a need and again in the application, from this one list."""

    NOT_A_DEVICE = "NOT_A_DEVICE", _("Not subject to approval (wellness, research tool)")
    MFDS_CLASS_1 = "MFDS_CLASS_1", _("Medical device class 1")
    MFDS_CLASS_2 = "MFDS_CLASS_2", _("Medical device class 2")
    MFDS_CLASS_3 = "MFDS_CLASS_3", _("Medical device class 3")
    MFDS_CLASS_4 = "MFDS_CLASS_4", _("Medical device class 4")
    MFDS_DIGITAL = "MFDS_DIGITAL", _("Digital medical product approval (MFDS)")
    INNOVATIVE_TECH = "INNOVATIVE_TECH", _("Innovative medical technology track")
    DRUG = "DRUG", _("Drug development and approval")
    UNDECIDED = "UNDECIDED", _("Not decided yet")


class IrbState(Codes):
    """How far the company's own ethics review has come when it describes the need."""

    NOT_STARTED = "NOT_STARTED", _("Not started")
    IN_PREPARATION = "IN_PREPARATION", _("In preparation")
    SUBMITTED = "SUBMITTED", _("Submitted")
    APPROVED = "APPROVED", _("Approved")
    EXEMPTION_CONFIRMED = "EXEMPTION_CONFIRMED", _("Exemption confirmed")


@dataclass(frozen=True)
class DiseaseNeed:
    """system and version as written; include: codes; exclude: text that a person must judge."""

    system: str
    version: str | None
    include: disease.Codes
    exclude: tuple[str, ...]


@dataclass(frozen=True)
class Need:
    """One parsed need document. Counts are persons, budget_won whole won, months calendar months, years inclusive."""

    modality: tuple[str, ...]
    round: str | None = None
    company_size: str | None = None
    region: str | None = None
    product: str | None = None
    purpose: str | None = None
    regulatory_route: str | None = None
    disease_codes: DiseaseNeed | None = None
    body_parts: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    follow_up_months_minimum: int | None = None
    period: tuple[int | None, int | None] | None = None
    patients_wanted: int | None = None
    patients_minimum: int | None = None
    sites_minimum: int | None = None
    labels: str | None = None
    processing_wanted: tuple[str, ...] = ()
    access_modes_acceptable: tuple[str, ...] = ()
    exports_wanted: tuple[str, ...] = ()
    linkage: tuple[str, ...] = ()
    real_patients_required: bool | None = None
    gpu: bool | None = None
    seats: int | None = None
    irb_state: str | None = None
    project_months: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    budget_won: int | None = None
    track: str | None = None

    @property
    def commercial(self) -> bool:
        return self.purpose in COMMERCIAL_PURPOSES

    @property
    def months(self) -> int | None:
        """Whole calendar months of the project: as said, else from its first to its last day."""
        if self.project_months is not None or self.starts_on is None or self.ends_on is None:
            return self.project_months
        after = self.ends_on + timedelta(days=1)
        whole = (after.year - self.starts_on.year) * 12 + after.month - self.starts_on.month
        return whole - (after.day < self.starts_on.day)


FIELDS = tuple(Need.__dataclass_fields__)
FIELD_WORDS = {
    "round": _("Call"), "company_size": _("Company size"), "region": _("Region"), "product": _("Product or service"),
    "purpose": _("Purpose"), "regulatory_route": _("Regulatory route"), "disease_codes": _("Disease codes"),
    "modality": _("Kinds of data"), "body_parts": _("Body parts"), "variables": _("Variables"), "period": _("Years of collection"),
    "min_age": _("Youngest age"), "max_age": _("Oldest age"), "follow_up_months_minimum": _("Follow-up in months, at least"),
    "patients_wanted": _("Patients wanted"), "patients_minimum": _("Patients at least"), "sites_minimum": _("Institutions at least"),
    "labels": _("Labels"), "processing_wanted": _("Work wanted from the provider"), "access_modes_acceptable": _("Ways of use accepted"),
    "exports_wanted": _("What is to be taken out"), "linkage": _("Linkage with"), "gpu": _("GPU needed"),
    "real_patients_required": _("Real patients' data only"), "seats": _("Seats in the analysis environment"), "irb_state": _("IRB"),
    "project_months": _("Project in months"), "starts_on": _("First day of the project"), "ends_on": _("Last day of the project"),
    "budget_won": _("Budget (won)"), "track": _("Track"),
}  # fmt: skip
_TEXTS = ("round", "company_size", "region", "product", "regulatory_route", "labels", "irb_state", "track")
_LISTS = ("body_parts", "variables", "processing_wanted", "access_modes_acceptable", "exports_wanted", "linkage")
_COUNTS = (
    "min_age", "max_age", "follow_up_months_minimum", "patients_wanted", "patients_minimum", "sites_minimum",
    "project_months", "budget_won", "seats",
)  # fmt: skip
_LARGEST = {
    "min_age": 150,
    "max_age": 150,
    "follow_up_months_minimum": 1200,
    "project_months": 120,
    "sites_minimum": 1000,
    "seats": 1000,
}


def parse_need(document: Any, known: Mapping[str, Iterable[str]] | None = None) -> Need:
    """The need of a document (a dict as in contract.md). known: code list key → its codes, to refuse unknown codes.

    Raises Refused with `field` set to the name of the field that is wrong.
    """
    if not isinstance(document, Mapping):
        raise Refused(_("The need document must be a JSON object with named fields."), "bad_need")
    for name in document:
        if name not in FIELDS:
            raise _bad(str(name)[:60], _("“%(field)s” is not a field of the need document. Remove it or correct its name."))
    values: dict[str, Any] = {name: _text(document, name) for name in _TEXTS}
    values |= {name: _texts(document, name) for name in ("modality", *_LISTS)}
    values |= {name: _count(document, name) for name in _COUNTS}
    values |= {name: _flag(document, name) for name in ("real_patients_required", "gpu")}
    values["purpose"] = _one_of(document, "purpose", tuple(Purpose))
    values["period"] = _period(document)
    values |= {name: _day(document, name) for name in ("starts_on", "ends_on")}
    values["disease_codes"] = _disease(document)
    _whole(values, known or {})
    return Need(**values)


def _whole(values: dict[str, Any], known: Mapping[str, Iterable[str]]) -> None:
    """What no single field can say: something is asked for, codes exist, minima do not exceed maxima."""
    if not values["modality"]:
        raise _bad("modality", _("Name at least one kind of data, for example CT."))
    for name, listed in CHECKED_LISTS.items():
        if listed in known:
            given = values[name]
            for code in given if isinstance(given, tuple) else (given,) if given else ():
                if code not in set(known[listed]):
                    raise _unknown(name, code)
    wanted = values["disease_codes"]
    if wanted is not None and "coding_system" in known and wanted.system not in set(known["coding_system"]):
        raise _unknown("disease_codes", wanted.system)
    for code in values["processing_wanted"]:
        if code not in set(LineKind):
            raise _unknown("processing_wanted", code)
    for low, high in (("min_age", "max_age"), ("patients_minimum", "patients_wanted")):
        if values[low] is not None and values[high] is not None and values[low] > values[high]:
            raise _bad(low, _("“%(field)s” is larger than the upper figure. Correct one of the two."))
    if values["starts_on"] and values["ends_on"] and values["starts_on"] > values["ends_on"]:
        raise _bad("starts_on", _("“%(field)s” lies after the last day of the project."))


def _bad(field: str, sentence: Any, **more: Any) -> Refused:
    named = f"{FIELD_WORDS[field]} ({field})" if field in FIELD_WORDS else field  # people read the word, programs write the name
    return Refused(sentence % {"field": named, **more}, "bad_need", field)


def _unknown(field: str, code: str) -> Refused:
    return _bad(field, _("“%(code)s” in “%(field)s” is not a known code. Choose one from the code list."), code=code[:60])


def _text(document: Mapping[str, Any], name: str) -> str | None:
    value = document.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _bad(name, _("“%(field)s” must be a text."))
    if len(value) > LONGEST_TEXT:
        raise _bad(name, _("“%(field)s” is too long: at most 4,000 characters."))
    return value.strip() or None


def _texts(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = document.get(name)
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item.strip() for item in value):
        raise _bad(name, _("“%(field)s” must be a list of texts."))
    if len(value) > MOST_ITEMS or any(len(item) > LONGEST_TEXT for item in value):
        raise _bad(name, _("“%(field)s” holds too much: at most 50 entries."))
    return tuple(dict.fromkeys(item.strip() for item in value))


def _count(document: Mapping[str, Any], name: str) -> int | None:
    value = document.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0 or value > _LARGEST.get(name, 10**15):
        raise _bad(name, _("“%(field)s” must be a whole number, zero or more."))
    return value


def _flag(document: Mapping[str, Any], name: str) -> bool | None:
    value = document.get(name)
    if value is not None and not isinstance(value, bool):
        raise _bad(name, _("“%(field)s” must be true or false."))
    return value


def _day(document: Mapping[str, Any], name: str) -> date | None:
    value = _text(document, name)
    try:
        found = date.fromisoformat(value) if value else None
    except ValueError:
        found = date.min
    if found is not None and not 2000 <= found.year <= 2200:
        raise _bad(name, _("“%(field)s” must be a day, for example 2027-03-01."))
    return found


def _one_of(document: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str | None:
    value = _text(document, name)
    if value is not None and value not in allowed:
        raise _unknown(name, value)
    return value


def _period(document: Mapping[str, Any]) -> tuple[int | None, int | None] | None:
    value = document.get("period")
    if value is None:
        return None
    fault = _bad("period", _("“%(field)s” must hold the first and the last year, for example [2015, 2023]."))
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise fault
    for year in value:
        if year is not None and (isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2200):
            raise fault
    first, last = value
    if first is not None and last is not None and first > last:
        raise fault
    return None if first is None and last is None else (first, last)


def _disease(document: Mapping[str, Any]) -> DiseaseNeed | None:
    value = document.get("disease_codes")
    if value is None:
        return None
    if not isinstance(value, Mapping) or set(value) - {"system", "version", "include", "exclude"}:
        raise _bad("disease_codes", _("“%(field)s” must hold system, version, include and exclude."))
    system = _text(value, "system") or "KCD"
    version = value.get("version")
    if isinstance(version, int) and not isinstance(version, bool):
        version = str(version)
    include, exclude = _texts(value, "include"), _texts(value, "exclude")
    if not include and not exclude:
        return None
    try:
        read = disease.codes(system, include) if system in disease.COMPARABLE else disease.Codes(system, include, ())
    except disease.BadCode as error:
        raise _bad(
            "disease_codes",
            _("“%(code)s” in “%(field)s” is not a disease code. Write for example C34, C34.1 or C18-C20."),
            code=str(error)[:60],
        ) from None
    return DiseaseNeed(system, _text({"version": version}, "version"), read, exclude)
