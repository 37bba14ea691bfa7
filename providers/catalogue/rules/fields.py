"""The fields of a catalogue entry as data: the union of HealthDCAT-AP Release 8, DCAT-AP 3.0.1 and the Korean draft profile.

One table for the form (sections, help), the page, the comparison of two versions and the profiles. Source: domain.md §3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes


class Kind(Codes):
    """What a field holds; the empty value means "not published"."""

    LINE = "LINE"  # text
    TEXT = "TEXT"  # text of several lines
    WORDS = "WORDS"  # list of text, one a line
    NUMBER = "NUMBER"  # whole number or None
    FLAG = "FLAG"  # True, False or None
    CODE = "CODE"  # one code of a list
    CODES = "CODES"  # codes of a list
    DATE = "DATE"  # YYYY, YYYY-MM or YYYY-MM-DD
    URL = "URL"  # https://… or a bare host as the source wrote it
    URLS = "URLS"  # list of addresses, one a line
    EMAIL = "EMAIL"
    DURATION = "DURATION"  # ISO 8601: P1D, P1M
    INSTITUTION = "INSTITUTION"  # key of an institution
    SYSTEMS = "SYSTEMS"  # list of {system, version}
    AREAS = "AREAS"  # list of {system, version, codes, label_ko, label_en}
    DISTRIBUTIONS = "DISTRIBUTIONS"  # list of {title_ko, title_en, access_url, format, licence, availability}
    FEE = "FEE"  # as published by a source: {as_of, items, note}


@dataclass(frozen=True)
class Field:
    """name: the column; listed: its code list; most: characters, items or the largest number; asked: False keeps it off the
    form (only reference records carry it)."""

    name: str
    label: str | Promise
    kind: Kind
    section: str
    listed: str = ""
    help: str | Promise = ""
    most: int = 200
    asked: bool = True


SECTIONS: dict[str, tuple[Any, Any]] = {
    "what": (_("What it is"), _("Title and description stand first in the catalogue, in both languages.")),
    "inside": (_("What is in it"), _("Companies search by these facts, and the matching compares them with a need.")),
    "people": (_("Whose data, and from when"), _("How many, who they are, and the years in which it was collected.")),
    "use": (_("How it may be used"), _("What is not decided yet may stay open: companies are told to ask.")),
    "who": (_("Who answers"), _("An office of the institution, never the name of a person: people change, an entry stays.")),
    "origin": (_("Where it comes from"), _("Origin, quality and what helps to judge the data before anybody applies.")),
}
K = Kind
FIELDS: tuple[Field, ...] = (
    Field("access_rights", _("Access rights"), K.CODE, "what", "access_rights",
          _("Restricted: given to whoever fulfils conditions. Non-public: a board decides about every request.")),
    Field("title_ko", _("Korean title"), K.LINE, "what"),
    Field("title_en", _("English title"), K.LINE, "what"),
    Field("description_ko", _("Korean description"), K.TEXT, "what", most=4000,
          help=_("What was collected, from whom, why, and what it is good for.")),
    Field("description_en", _("English description"), K.TEXT, "what", most=4000),
    Field("keywords_ko", _("Korean keywords"), K.WORDS, "what", most=30, help=_("One keyword a line.")),
    Field("keywords_en", _("English keywords"), K.WORDS, "what", most=30, help=_("One keyword a line.")),
    Field("theme", _("Data theme"), K.CODES, "what", "data_theme", _("“Health” for nearly every dataset here.")),
    Field("dataset_type", _("Type of dataset"), K.CODE, "what", "dataset_type"),
    Field("edition", _("Edition"), K.LINE, "what", most=40, help=_("As your institution calls this state of the data.")),
    Field("status", _("Availability"), K.CODE, "what", "dataset_status",
          _("Only what is available can be applied for; planned and earlier editions are shown as such.")),
    Field("planned_for", _("Planned for"), K.DATE, "what",
          help=_("When it will open, while it is planned: 2028, 2027-05 or 2026-H2 for the second half of 2026.")),
    Field("language", _("Language"), K.CODES, "what", help=_("In which the data itself is written.")),
    Field("other_identifiers", _("Other identifiers"), K.WORDS, "what", most=10,
          help=_("The number in your own data catalogue or a DOI, one a line. The portal gives its own identifier besides.")),
    Field("health_category", _("Health category"), K.CODES, "inside", "health_category",
          _("The kinds of electronic health data of Article 51 of the European Health Data Space.")),
    Field("health_theme", _("Health theme"), K.CODES, "inside", "health_theme"),
    Field("modality", _("Kinds of data"), K.CODES, "inside", "modality"),
    Field("disease_scope", _("Range of diseases"), K.CODE, "inside", "disease_scope"),
    Field("disease_areas", _("Diseases"), K.AREAS, "inside",
          help=_("Codes or ranges with the version of their system, for example C34, J40-J47.")),
    Field("coding_systems", _("Coding systems"), K.SYSTEMS, "inside", "coding_system",
          _("Which codes stand in the data, with the version: KCD-8 was in force until 2025, KCD-9 since 2026.")),
    Field("standard", _("Data standards"), K.CODES, "inside", "standard"),
    Field("structured", _("Structured data"), K.FLAG, "inside",
          help=_("Yes when the data has columns. Its variables are then part of the entry.")),
    Field("individuals", _("Persons"), K.NUMBER, "people", most=10**10, help=_("How many different persons.")),
    Field("records", _("Records"), K.NUMBER, "people", most=10**12),
    Field("record_unit", _("What a record is"), K.LINE, "people", most=40, help=_("person, case, image, visit …")),
    Field("population_coverage_ko", _("Population in Korean"), K.TEXT, "people", most=1000,
          help=_("Who is in it and who is not: place, time, how they were chosen.")),
    Field("population_coverage_en", _("Population in English"), K.TEXT, "people", most=1000),
    Field("population_note", _("Note on the size"), K.LINE, "people", most=500),
    Field("min_age", _("Youngest age"), K.NUMBER, "people", most=130, help=_("Years, of the typical range.")),
    Field("max_age", _("Oldest age"), K.NUMBER, "people", most=130),
    Field("temporal_start", _("Collected from"), K.DATE, "people", help=_("Year, month or day: 2014, 2014-03 or 2014-03-01.")),
    Field("temporal_end", _("Collected until"), K.DATE, "people", help=_("Empty while the collection goes on.")),
    Field("temporal_resolution", _("Smallest interval of time"), K.DURATION, "people", most=20,
          help=_("As ISO 8601 writes it: P1D for a day, P1M for a month, PT1S for a second.")),
    Field("update_frequency", _("Update frequency"), K.CODE, "people", "update_frequency"),
    Field("spatial", _("Regions"), K.CODES, "people", "spatial_coverage", _("Where the persons live or were treated.")),
    Field("annotation", _("Annotation"), K.TEXT, "inside", most=1000, help=_("Labels that are there already, and how many.")),
    Field("personal_data", _("Kinds of personal data"), K.CODES, "people", "personal_data",
          _("What it says about a person even after pseudonymisation.")),
    Field("access_mode", _("Way of use"), K.CODES, "use", "access_mode"),
    Field("exits", _("What may be taken out"), K.CODES, "use", "exit_kind"),
    Field("purposes", _("Permitted purposes"), K.CODES, "use", "permitted_purpose"),
    Field("commercial_use_allowed", _("Product development and validation"), K.FLAG, "use"),
    Field("commercial_use_note", _("Note on product development"), K.TEXT, "use", most=1000),
    Field("legal_basis", _("Legal basis"), K.CODES, "use", "legal_basis"),
    Field("applicable_legislation", _("Applicable legislation"), K.CODES, "use", "applicable_legislation",
          _("The acts under which the data was collected and is given out.")),
    Field("access_body", _("Body that decides about access"), K.INSTITUTION, "use", most=80,
          help=_("The institution whose board decides about requests; in Europe, the health data access body.")),
    Field("retention_start", _("Kept from"), K.DATE, "use", help=_("Of the period for which the data is kept.")),
    Field("retention_end", _("Kept until"), K.DATE, "use"),
    Field("linkage_possible", _("Linkage with other data"), K.FLAG, "use"),
    Field("linkage_note", _("Note on linkage"), K.TEXT, "use", most=1000),
    Field("environment_seats", _("Seats for analysis"), K.NUMBER, "use", most=100_000,
          help=_("In the closed room or as remote desktops, at the same time.")),
    Field("environment_gpus", _("GPUs for analysis"), K.NUMBER, "use", most=100_000),
    Field("environment_note", _("Note on the analysis environment"), K.TEXT, "use", most=1000),
    Field("custodian", _("Custodian"), K.INSTITUTION, "who", most=80, help=_("The institution that keeps the data.")),
    Field("contact_name_ko", _("Contact desk in Korean"), K.LINE, "who", most=120, help=_("Name of the office, not of a person.")),
    Field("contact_name_en", _("Contact desk in English"), K.LINE, "who", most=120),
    Field("contact_email", _("E-mail of the desk"), K.EMAIL, "who", help=_("A shared address of the office.")),
    Field("contact_page", _("Contact page"), K.URL, "who"),
    Field("contact_phone", _("Telephone of the desk"), K.LINE, "who", most=40),
    Field("provenance_ko", _("Origin in Korean"), K.TEXT, "origin", most=2000,
          help=_("From which systems the data comes and what was done to it.")),
    Field("provenance_en", _("Origin in English"), K.TEXT, "origin", most=2000),
    Field("quality_ko", _("Quality in Korean"), K.TEXT, "origin", most=2000,
          help=_("Completeness, known faults, how it was checked, a quality grade with its scheme.")),
    Field("quality_en", _("Quality in English"), K.TEXT, "origin", most=2000),
    Field("quality_url", _("Quality report"), K.URL, "origin"),
    Field("sample_url", _("Sample"), K.URL, "origin", help=_("An example without real patients.")),
    Field("analytics_url", _("Figures about the data"), K.URL, "origin"),
    Field("documentation_url", _("Documentation"), K.URL, "origin"),
    Field("landing_page", _("Landing page"), K.URL, "origin"),
    Field("referenced_by", _("Publications that use it"), K.URLS, "origin", most=20, help=_("One address a line.")),
    Field("distributions", _("Distributions"), K.DISTRIBUTIONS, "origin",
          help=_("Where each form of the data is had: the address may be the page on which one applies.")),
    Field("source", _("Source"), K.TEXT, "origin", most=1000, help=_("What these statements rest on.")),
    Field("notes", _("Notes"), K.TEXT, "origin", most=2000),
    Field("holders", _("Institutions whose data is inside"), K.WORDS, "origin", most=50, asked=False),
    Field("fee", _("Fee"), K.FEE, "origin", asked=False),
    Field("recalled_fields", _("From general knowledge"), K.WORDS, "origin", most=80, asked=False),
    Field("derived_fields", _("Assigned by the portal"), K.WORDS, "origin", most=120, asked=False),
    Field("certainty", _("Certainty"), K.CODE, "origin", "certainty", asked=False),
)  # fmt: skip
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
CONTENT = tuple(field.name for field in FIELDS)  # what a version keeps, beside profile, origin and variables
LISTS = frozenset({K.WORDS, K.CODES, K.URLS, K.SYSTEMS, K.AREAS, K.DISTRIBUTIONS})
NULLS = frozenset({K.NUMBER, K.FLAG, K.FEE})


ALWAYS = frozenset({"status", "disease_scope"})  # have an answer for every case: searching and matching read them
LONGEST_ITEM = 200  # characters of one word, address or identifier in a list


def is_empty(value: Any) -> bool:
    """Whether nothing is published; False and 0 are answers."""
    return value is None or value == "" or value == [] or value == {}


def nothing(kind: Kind) -> Any:
    """The empty value of a kind."""
    return [] if kind in LISTS else None if kind in NULLS else ""
