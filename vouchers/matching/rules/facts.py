"""What is known about a candidate. None and an empty tuple mean "not published", never "none"."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.utils.translation import gettext, override

from providers.catalogue.rules import disease
from providers.offers.rules import Purpose

PERSON_UNITS = frozenset({"person", "person per year"})
DATED = re.compile(r"last updated \d{4}", re.I)  # then the published years are what was inside on that day
REGULAR = frozenset({"ANNUAL", "QUARTERLY", "BIENNIAL", "CONTINUOUS", "REGULAR_SYNC"})  # update_frequency

type Words = tuple[str, str]  # Korean, English


@dataclass(frozen=True)
class Holder:
    """An institution. supplier: may be paid by the voucher in 2025's and 2026's reading (medical-data hospital). target_days: step →
    working days promised; measured_days: step → {median, n}."""

    key: str
    name_ko: str
    name_en: str
    institution_type: str = ""
    region: str | None = None
    capital_area: bool | None = None
    supplier: bool = False
    roles: frozenset[str] = frozenset()
    is_demo: bool = False
    active: bool = True
    target_days: Mapping[str, int] = field(default_factory=dict, hash=False)
    measured_days: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)

    @cached_property
    def service(self) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int, int], ...]]:
        """What is promised and measured, as something that can be looked up."""
        measured = sorted((step, one["median"], one["n"]) for step, one in self.measured_days.items())
        return tuple(sorted(self.target_days.items())), tuple(measured)


@dataclass(frozen=True)
class OfferFacts:
    """A published offer. floor_won: the least that one order costs, VAT excluded; lead_time_days: working days."""

    ref: str
    title_ko: str
    title_en: str
    floor_won: int | None = None
    lead_time_days: int | None = None
    access_modes: tuple[str, ...] = ()
    exits: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    commercial_ai_allowed: bool | None = None
    processing: tuple[str, ...] = ()
    open_capacity: int | None = None
    joint_drb: bool | None = None


@dataclass(frozen=True)
class Candidate:
    """A dataset with its holder and, when there is one, an offer of it."""

    key: str
    title_ko: str
    title_en: str
    holder: Holder
    holders: tuple[str, ...]
    status: str
    modality: tuple[str, ...]
    disease_scope: str
    diseases: disease.Codes | None
    disease_ko: str
    disease_en: str
    individuals: int | None
    records: int | None
    record_unit: str | None
    min_age: int | None
    max_age: int | None
    first_year: int | None
    last_year: int | None
    access_mode: tuple[str, ...]
    exits: tuple[str, ...]
    standard: tuple[str, ...]
    commercial: bool | None
    linkage: bool | None
    certainty: str
    uncertain: frozenset[str]
    regions: frozenset[str]
    sex: str | None
    synthetic: str | None  # ALL, PART or None
    absent: frozenset[str]
    follow_up_months_max: int | None
    part_of: str | None
    offer: OfferFacts | None = None
    derived: frozenset[str] = frozenset()  # fields that were inferred from published facts
    commercial_note: Words | None = None
    size_note: Words | None = None
    annotation_words: Words | None = None
    fee: Words | None = None
    free: bool = False
    public: bool = False  # anybody may have it: no review, no contract
    grows: bool = False  # later years may have been added since: regularly updated, and no update is named that its years are of
    sites: int | None = None  # institutions whose data is inside
    pictured: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)  # kind of image → body regions
    seats: int | None = None  # of the holder's analysis environment
    gpus: int | None = None
    scoped: frozenset[str] = frozenset()  # organs of its endoscopies, as far as they are named
    unread: tuple[str, ...] = ()  # named diseases whose codes cannot be compared: nothing follows from their not being read
    code_versions: frozenset[tuple[str, str]] = frozenset()  # (coding system, version) of the named diseases

    def joins(self, targets: Iterable[str]) -> bool:
        """Is the data of all these institutions inside already, with that of others? False when none is asked for."""
        wanted = set(targets)
        return bool(wanted) and wanted < set(self.holders)

    @cached_property
    def id(self) -> str:
        return f"{self.key}:{self.offer.ref if self.offer else ''}"

    @property
    def modes(self) -> tuple[str, ...]:
        return self._narrower("access_mode", self.offer.access_modes if self.offer else (), self.access_mode)

    @property
    def ways_out(self) -> tuple[str, ...]:
        return self._narrower("exits", self.offer.exits if self.offer else (), self.exits)

    def said(self, name: str) -> bool:
        """Whether the source says this itself: neither inferred nor from general knowledge."""
        return not {name, "*"} & (self.uncertain | self.derived)

    def _narrower(self, name: str, offered: tuple[str, ...], published: tuple[str, ...]) -> tuple[str, ...]:
        """What offer and dataset both let; the dataset's where they have nothing in common; one's word where the other says nothing."""
        if not offered or not published or not self.said(name):
            return offered or published
        return tuple(code for code in offered if code in published) or published

    @property
    def forbids(self) -> bool:
        """The source of the dataset itself rules out commercial use."""
        return self.commercial is False and self.said("commercial_use_allowed")

    def allows(self, purpose: str | None) -> bool | None:
        """May it be used for this commercial purpose? No where the dataset itself says no, whatever the offer says; else the offer's own
        word wins. Whether commercial AI may be developed with it says no about the development of a product alone, yes about both
        purposes."""
        offer = self.offer
        if self.forbids:
            return False
        if offer is not None:
            if purpose == Purpose.PRODUCT_DEVELOPMENT and offer.commercial_ai_allowed is not None:
                return offer.commercial_ai_allowed
            if offer.commercial_ai_allowed or purpose in offer.purposes:
                return True
        return self.commercial


def candidate(dataset: Mapping[str, Any], institution: Mapping[str, Any], offer: Mapping[str, Any] | None = None) -> Candidate:
    """The candidate of records shaped like seeds/reference/datasets.json and institutions.json, with the key of the umbrella entry
    as part_of; offer: OfferFacts' fields."""
    population = dataset.get("population") or {}
    areas = dataset.get("disease_areas") or ()
    diseases, unread = _diseases(areas)
    whole = diseases if dataset["disease_scope"] == "LISTED" and not unread else None  # nothing else is inside
    uncertain = frozenset(dataset.get("recalled_fields") or ())
    notes = dataset.get("notes") or ""
    words = f"{dataset['title_en']} {dataset['title_ko']}"
    return Candidate(
        key=dataset["key"],
        title_ko=dataset["title_ko"],
        title_en=dataset["title_en"],
        holder=holder(institution),
        holders=tuple(dataset.get("holders") or ()),
        status=dataset["status"],
        modality=tuple(dataset.get("modality") or ()),
        disease_scope=dataset["disease_scope"],
        diseases=diseases,
        disease_ko=", ".join(area["label_ko"] for area in areas),
        disease_en=", ".join(area["label_en"] for area in areas),
        individuals=population.get("individuals"),
        records=population.get("records"),
        record_unit=population.get("record_unit"),
        min_age=dataset.get("min_age"),
        max_age=dataset.get("max_age"),
        first_year=year(dataset.get("temporal_start")),
        last_year=year(dataset.get("temporal_end")),
        access_mode=tuple(dataset.get("access_mode") or ()),
        exits=tuple(dataset.get("exits") or ()),
        standard=tuple(dataset.get("standard") or ()),
        commercial=dataset.get("commercial_use_allowed"),
        linkage=dataset.get("linkage_possible"),
        certainty=dataset.get("certainty") or "",
        uncertain=uncertain,
        regions=body_regions((words,)) or (disease.regions(whole) if whole else frozenset()),
        sex=_sex(words) or (disease.sex(whole) if whole else None),
        synthetic=_synthetic(dataset, words),
        absent=absent_variables(notes),
        follow_up_months_max=12 if YEARLY.search(f"{words} {notes} {population.get('note') or ''}") else None,
        part_of=dataset.get("part_of"),
        offer=offer_facts(offer) if offer else None,
        derived=frozenset(dataset.get("derived_fields") or ()),
        commercial_note=both(dataset.get("commercial_use_note")),
        size_note=both(population.get("note")),
        annotation_words=both(dataset.get("annotation")),
        fee=fee_words(dataset.get("fee")),
        free=_free(dataset.get("fee")),
        public=dataset.get("access_rights") == "PUBLIC",
        grows=dataset.get("update_frequency") in REGULAR and not DATED.search(notes),
        sites=_sites(dataset, institution, f"{words} {notes} {population.get('note') or ''}"),
        pictured=pictured(notes),
        seats=dataset.get("environment_seats"),
        gpus=dataset.get("environment_gpus"),
        scoped=scoped(" ".join(SCOPES.findall(f"{words} {notes}"))),
        unread=unread,
        code_versions=frozenset((area["system"], str(area["version"])) for area in areas if area.get("version")),
    )


def _diseases(areas: Iterable[Mapping[str, Any]]) -> tuple[disease.Codes | None, tuple[str, ...]]:
    """(the named diseases whose codes can be compared, those whose codes cannot)."""
    named = [(area["system"], code) for area in areas for code in area["codes"]]
    read = [code for system, code in named if disease.readable(system, code)]
    unread = tuple(f"{system.replace('_', '-')} {code}" for system, code in named if not disease.readable(system, code))
    return disease.codes("KCD", read) if read else None, unread


_WOMEN = re.compile(
    r"\bwomen\b(?!['’]?s?\s+(?:hospital|medical|clinic|univ|cent))|여성(?!\s*(?:전문)?\s*(?:병원|의원|의료원|센터))", re.I
)
_MEN = re.compile(r"\b(?:men|male)\b|남성|남녀|남·여|남자", re.I)


def _sex(words: str) -> str | None:
    """FEMALE where the title is about women and says nothing of men; a hospital for women says nothing about its data."""
    return "FEMALE" if _WOMEN.search(words) and not _MEN.search(words) else None


@lru_cache(maxsize=4096)
def both(text: str | None) -> Words | None:
    """A note of the source: its Korean (locale/ko/providers.notes.po) and its English as published. None when there is none."""
    if not text:
        return None
    with override("ko"):
        return gettext(text), text


def _free(fee: Mapping[str, Any] | None) -> bool:
    return fee is not None and not fee["items"] and str(fee.get("note") or "").startswith("Free of charge")


FEE_UNITS: Mapping[str, Words] = {"day": ("1일", "a day"), "GB": ("1GB", "a GB")}


def fee_words(fee: Mapping[str, Any] | None) -> Words | None:
    """The fee as published by the source: `이용료 1일 50,000원(2016년 기준)`. None when no figure is published."""
    if not fee or not (fee["items"] or _free(fee)):
        return None
    when = str(fee.get("as_of") or "")[:4]
    told_ko, told_en = ["무료"] if _free(fee) else [], ["free of charge"] if _free(fee) else []
    for item in fee["items"]:
        ko, en = FEE_UNITS.get(item["unit"], (item["unit"], item["unit"]))
        told_ko.append(f"{item['name_ko']} {ko} {item['amount_won']:,}원")
        told_en.append(f"{item['name_en']} KRW {item['amount_won']:,}" + ("" if "per " in item["name_en"] else f" {en}"))
    return ", ".join(told_ko) + (f"({when}년 기준)" if when else ""), ", ".join(told_en) + (f" (as of {when})" if when else "")


def holder(record: Mapping[str, Any]) -> Holder:
    return Holder(
        key=record["key"],
        name_ko=record["name_ko"],
        name_en=record["name_en"],
        institution_type=record.get("institution_type") or "",
        region=record.get("region"),
        capital_area=record.get("capital_area"),
        supplier=bool(record.get("voucher_supplier")),
        roles=frozenset(record.get("roles") or ()),
        is_demo=bool(record.get("is_demo")),
        active=record.get("status", "ACTIVE") == "ACTIVE",
        target_days=record.get("target_days") or {},
        measured_days=record.get("measured_days") or {},
    )


def year(text: Any) -> int | None:
    """2003-10 → 2003."""
    found = re.match(r"\d{4}", str(text or ""))
    return int(found.group()) if found else None


SEVERAL = re.compile(r"다기관|여러 병원|전국|multi-?cent|nationwide|consorti|\bhospitals\b", re.I)


def _sites(dataset: Mapping[str, Any], institution: Mapping[str, Any], words: str) -> int | None:
    """The institutions named; one for a hospital's own entry; None where nobody says it.

    A hospital that names no other one describes its own data, unless the entry speaks of several. Bodies of the national
    platform that are no voucher suppliers hold what others report to them: nothing follows from their being a hospital.
    """
    if dataset.get("holders"):
        return len(dataset["holders"])
    reported = "HBDP_PROVIDER" in (institution.get("roles") or ()) and not institution.get("voucher_supplier")
    own = institution.get("institution_type") == "HOSPITAL" and not reported
    return 1 if own and not SEVERAL.search(words) else None


# other people in every year: nobody is followed from one into the next
YEARLY = re.compile(
    r"no follow-up across years|(?:people|patients|participants|examinees)[^.;]* of each year|per data year", re.I
)


def absent_variables(notes: str) -> frozenset[str]:
    """Concepts that the source says are not inside (README, notes of the insurance samples)."""
    text = notes.lower()
    found = {"LAB"} if "no laboratory values" in text else set()
    return frozenset(found | ({"CAUSE_OF_DEATH"} if "not cause unless linked" in text else set()))


def offer_facts(record: Mapping[str, Any]) -> OfferFacts:
    """From a record shaped like OfferFacts, lists where tuples stand."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
    return OfferFacts(**values)


def _synthetic(dataset: Mapping[str, Any], words: str) -> str | None:
    if "SYNTHETIC" in (dataset.get("standard") or ()):
        return "ALL"
    return "PART" if re.search(r"synthetic|합성", words, re.I) else None


BODY_WORDS: Mapping[str, tuple[str, ...]] = {
    "HEAD": ("head", "brain", "cerebral", "skull", "intracranial", "dementia", "두부", "두경부", "머리", "뇌", "치매"),
    "EYE": ("eye", "retina", "fundus", "ocular", "ophthalm", "눈", "안과", "안저", "망막"),
    "NECK": ("neck", "thyroid", "larynx", "경부", "갑상선", "후두"),
    "CHEST": (
        "chest", "thorax", "thoracic", "lung", "pulmonary", "heart", "cardiac", "cardio", "coronary", "breast",
        "oesophag", "esophag", "흉부", "가슴", "폐", "심장", "심혈관", "관상동맥", "유방", "식도",
    ),
    "ABDOMEN": (
        "abdomen", "abdominal", "liver", "hepatic", "stomach", "gastric", "gastro", "pancrea", "kidney", "renal", "colon",
        "colorectal", "복부", "간암", "=간", "위암", "=위", "췌장", "신장", "콩팥", "대장",
    ),
    "PELVIS": ("pelvi", "prostate", "uter", "ovar", "cervi", "bladder", "rect", "골반", "전립선", "자궁", "난소", "방광", "직장"),
    "LIMBS": ("knee", "hip", "hand", "foot", "spine", "limb", "bone", "wrist", "musculoskeletal", "무릎", "척추", "사지", "근골격", "=손", "손목", "왼손", "발목", "고관절"),
    "SKIN": ("skin", "dermat", "피부"),
}  # fmt: skip


def body_regions(texts: Iterable[str]) -> frozenset[str]:
    """Body regions that the words name; empty when none is recognised."""
    return _named(" ".join(texts).lower())


@lru_cache(maxsize=8192)
def _named(text: str) -> frozenset[str]:
    return frozenset(region for region, words in BODY_WORDS.items() if any(_has(text, word) for word in words))


IMAGE_WORDS: Mapping[str, str] = {  # kind of image → how it is written behind the body part
    "XRAY": r"x-?ray|radiograph|x선|엑스레이", "CT": r"(?<![a-z])ct(?![a-z])", "MRI": r"(?<![a-z])mri(?![a-z])",
    "PET": r"(?<![a-z])pet(?![a-z])", "ULTRASOUND": r"ultrasound|초음파", "ENDOSCOPY": r"endoscopy|oscopy|내시경",
    "ANGIO": r"angiogra|혈관조영",
}  # fmt: skip


@lru_cache(maxsize=4096)
def pictured(notes: str) -> Mapping[str, frozenset[str]]:
    """What images show, where a note puts the body part before them: `chest X-ray`, `coronary CT`."""
    found: dict[str, frozenset[str]] = {}
    for kind, pattern in IMAGE_WORDS.items():
        if regions := body_regions(re.findall(rf"([^\s,.;:()·]+)[\s-]*(?:{pattern})", notes.lower())):
            found[kind] = regions
    return found


SCOPED: Mapping[str, tuple[str, ...]] = {  # organs that an endoscope shows: one of them says nothing about another
    "STOMACH": ("gastroscop", "stomach", "gastric", "위내시경", "상부위장관", "=위"),
    "COLON": ("colon", "대장"),
    "SMALL_BOWEL": ("small bowel", "small intest", "capsule endosc", "소장", "캡슐내시경"),
    "AIRWAY": ("bronch", "기관지"),
}  # fmt: skip


SCOPES = re.compile(r"(?:capsule )?[^\s,.;:()·]*(?:endoscopy|oscopy|내시경)", re.I)


@lru_cache(maxsize=4096)
def scoped(text: str) -> frozenset[str]:
    """Organs of an endoscopy that these words name; empty when none is recognised."""
    lowered = text.lower()
    return frozenset(organ for organ, words in SCOPED.items() if any(_has(lowered, word) for word in words))


def _has(text: str, word: str) -> bool:
    if word.startswith("="):  # a whole word: one syllable stands inside many others
        return re.search(rf"(?<![가-힣]){word[1:]}(?![가-힣])", text) is not None
    return re.search(rf"(?<![a-z]){re.escape(word)}", text) is not None if word.isascii() else word in text
