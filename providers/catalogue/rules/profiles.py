"""The metadata profiles as data, and what an entry still lacks under the one it chose.

Sources: domain.md §3.1 (DCAT-AP 3.0.1), §3.2 (HealthDCAT-AP Release 8, restricted and non-public), §3.3 (Korean draft).
`PORTAL` is what this catalogue asks of every entry, whatever its profile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.errors import Refused
from providers.catalogue.rules.fields import ALWAYS, BY_NAME, FIELDS, LONGEST_ITEM, Field, Kind, is_empty
from providers.catalogue.rules.publication import Origin


class Profile(Codes):
    DCAT_AP = "DCAT_AP", _("DCAT-AP 3.0.1")
    RESTRICTED = "RESTRICTED", _("HealthDCAT-AP Release 8, restricted")
    NON_PUBLIC = "NON_PUBLIC", _("HealthDCAT-AP Release 8, non-public")
    KR = "KR", _("HealthDCAT-KR (draft)")


@dataclass(frozen=True)
class Property:
    """term: as the profiles name it; fields: all of these groups must be answered, a group by any one of its fields."""

    name: str
    term: str
    label: str | Promise
    fields: tuple[tuple[str, ...], ...]


def _p(name: str, term: str, label: Any = None, *fields: tuple[str, ...]) -> Property:
    groups = fields or ((name,),)
    return Property(name, term, label or BY_NAME[groups[0][0]].label, groups)


def _both(name: str, term: str, label: Any) -> Property:
    return _p(name, term, label, (f"{name}_ko",), (f"{name}_en",))


PROPERTIES: Mapping[str, Property] = {
    one.name: one
    for one in (
        _both("title", "dct:title", _("Title in both languages")),
        _both("description", "dct:description", _("Description in both languages")),
        _p("identifier", "dct:identifier", _("Identifier"), ("key",)),
        _p("other_identifiers", "adms:identifier"),
        _p("access_rights", "dct:accessRights"),
        _p("theme", "dcat:theme"),
        _p("distribution", "dcat:distribution", _("Distribution with an address"), ("distributions",)),
        _p("applicable_legislation", "dcatap:applicableLegislation"),
        _p("health_category", "healthdcatap:healthCategory"),
        _p("structured", "healthdcatap:hasStructuredData"),
        _p("variables", "healthdcatap:hasVariables", _("Variables"), ("variables",)),
        _p("access_body", "healthdcatap:hdab"),
        _p("contact", "dcat:contactPoint", _("Contact desk with e-mail or page"),
           ("contact_name_ko",), ("contact_name_en",), ("contact_email", "contact_page")),
        _p("keyword", "dcat:keyword", _("Keywords in both languages"), ("keywords_ko",), ("keywords_en",)),
        _both("provenance", "dct:provenance", _("Origin in both languages")),
        _p("dataset_type", "dct:type"),
        _p("publisher", "dct:publisher", _("Institution"), ("institution",)),
        _p("custodian", "geodcatap:custodian"),
        _p("health_theme", "healthdcatap:healthTheme"),
        _p("coding_system", "healthdcatap:hasCodingSystem", None, ("coding_systems",)),
        _p("code_values", "healthdcatap:hasCodeValues", None, ("disease_areas",)),
        _p("records", "healthdcatap:numberOfRecords"),
        _p("individuals", "healthdcatap:numberOfUniqueIndividuals"),
        _p("ages", "healthdcatap:minTypicalAge, healthdcatap:maxTypicalAge", _("Youngest and oldest age"), ("min_age",), ("max_age",)),
        _both("population_coverage", "healthdcatap:populationCoverage", _("Population in both languages")),
        _p("personal_data", "dpv:hasPersonalData"),
        _p("legal_basis", "dpv:hasLegalBasis"),
        _p("purpose", "dpv:hasPurpose", None, ("purposes",)),
        _p("retention", "healthdcatap:retentionPeriod", _("Period of keeping"), ("retention_start", "retention_end")),
        _p("quality", "dqv:hasQualityAnnotation", _("Quality"), ("quality_ko", "quality_en", "quality_url")),
        _p("sample", "adms:sample", None, ("sample_url",)),
        _p("analytics", "healthdcatap:analytics", None, ("analytics_url",)),
        _p("temporal", "dct:temporal", _("Years of collection"), ("temporal_start",)),
        _p("temporal_resolution", "dcat:temporalResolution"),
        _p("frequency", "dct:accrualPeriodicity", None, ("update_frequency",)),
        _p("language", "dct:language"),
        _p("documentation", "foaf:page", None, ("documentation_url",)),
        _p("landing_page", "dcat:landingPage"),
        _p("source", "dct:source"),
        _p("referenced_by", "dct:isReferencedBy", None, ("referenced_by",)),
        _p("conforms_to", "dct:conformsTo", None, ("standard",)),
        _p("spatial", "dct:spatial"),
    )
}  # fmt: skip

PORTAL = ("title", "description", "access_rights", "health_category", "language", "source")
_HEALTH = ("title", "description", "identifier", "access_rights", "theme", "distribution", "applicable_legislation",
           "health_category", "structured", "variables", "access_body")  # fmt: skip
_HEALTH_WANTED = ("custodian", "publisher", "health_theme", "coding_system", "code_values", "records", "individuals", "ages",
                  "population_coverage", "personal_data", "legal_basis", "purpose", "retention", "quality", "sample",
                  "analytics")  # fmt: skip
MANDATORY: Mapping[str, tuple[str, ...]] = {
    Profile.DCAT_AP: ("title", "description"),
    Profile.RESTRICTED: _HEALTH,
    Profile.NON_PUBLIC: (*_HEALTH, "contact", "keyword", "provenance", "dataset_type"),
    Profile.KR: ("title", "description", "theme", "access_rights", "identifier", "other_identifiers", "distribution"),
}
RECOMMENDED: Mapping[str, tuple[str, ...]] = {
    Profile.DCAT_AP: ("contact", "distribution", "keyword", "publisher", "spatial", "temporal", "theme"),
    Profile.RESTRICTED: ("contact", "keyword", *_HEALTH_WANTED, "conforms_to"),
    Profile.NON_PUBLIC: (*_HEALTH_WANTED, "temporal", "frequency", "documentation", "landing_page", "referenced_by"),
    Profile.KR: ("contact", "keyword", "publisher", "spatial", "temporal", "purpose", "population_coverage", "individuals",
                 "records", "ages", "personal_data", "legal_basis", "retention", "custodian", "coding_system", "health_theme",
                 "code_values", "quality"),
}  # fmt: skip
# under which profiles an entry may stand, by its access rights; the mildest, DCAT-AP, is no way around the others
_ALLOWED: Mapping[str, tuple[Profile, ...]] = {
    "PUBLIC": (Profile.DCAT_AP, Profile.KR),
    "RESTRICTED": (Profile.RESTRICTED, Profile.KR),
    "NON_PUBLIC": (Profile.NON_PUBLIC, Profile.KR),
}


def profiles_for(access_rights: str, origin: str) -> tuple[Profile, ...]:
    """The profiles that an entry may choose. An entry taken over from a public source may also stand under DCAT-AP, since
    the portal cannot ask that source; an institution's own entry may do so only for public data."""
    own = _ALLOWED.get(access_rights, ())
    return own if origin != Origin.SOURCE or Profile.DCAT_AP in own else (Profile.DCAT_AP, *own)


@dataclass(frozen=True)
class Gap:
    """A property that is not answered: its name in words, and the field to go to."""

    name: str
    label: str | Promise
    field: str
    term: str


@dataclass(frozen=True)
class Completeness:
    """required: what the profile refuses to do without; recommended: what it wants besides; percent: of both, rounded down."""

    profile: str
    required: tuple[Gap, ...]
    recommended: tuple[Gap, ...]
    answered: int
    asked: int

    @property
    def percent(self) -> int:
        return self.answered * 100 // self.asked if self.asked else 100


def completeness(content: Mapping[str, Any], profile: str) -> Completeness:
    """content: field → value, with key, institution and variables. Pure: the same answer for form, page and publication."""
    must = dict.fromkeys((*PORTAL, *MANDATORY.get(profile, ())))
    wanted = [name for name in RECOMMENDED.get(profile, ()) if name not in must]
    if content.get("structured") is not True:
        must.pop("variables", None)
    required = [gap for gap in (_gap(content, name) for name in must) if gap]
    recommended = [gap for gap in (_gap(content, name) for name in wanted) if gap]
    asked = len(must) + len(wanted)
    return Completeness(profile, tuple(required), tuple(recommended), asked - len(required) - len(recommended), asked)


def _gap(content: Mapping[str, Any], name: str) -> Gap | None:
    one = PROPERTIES[name]
    for group in one.fields:
        if all(is_empty(content.get(field)) for field in group):
            return Gap(name, one.label, group[0], one.term)
    return None


def what_misfits(content: Mapping[str, Any], known: Mapping[str, Iterable[str]]) -> list[tuple[str, Any]]:
    """(field, sentence) of values that contradict each other or their code list. known: code list → its codes; a list that is not
    loaded yet is not asked."""
    found: list[tuple[str, Any]] = []
    for name in sorted(ALWAYS):
        if name in content and is_empty(content[name]):
            found.append((name, _("Choose one of the list.")))
    for field in FIELDS:
        value: Any = content.get(field.name)
        if is_empty(value):
            continue
        if content.get("origin") != Origin.SOURCE and too_long(field, value):
            found.append((field.name, _("This is too long, or has too many entries.")))
        elif field.listed and field.kind in (Kind.CODE, Kind.CODES):
            codes = value if isinstance(value, list) else [value]
            if field.listed in known and not set(codes) <= set(known[field.listed]):
                found.append((field.name, _("Choose codes of the list.")))
        elif (field.kind == Kind.URL and content.get("origin") != Origin.SOURCE and not is_address(value)) or (
            field.kind == Kind.URLS and not all(is_address(one) for one in value)
        ):
            found.append((field.name, _("Enter an address that begins with https:// or http://.")))
    for low, high in (("min_age", "max_age"), ("temporal_start", "temporal_end"), ("retention_start", "retention_end")):
        first, last = content.get(low), content.get(high)
        if not is_empty(first) and not is_empty(last) and _later(first, last):
            found.append((high, _("The end must not lie before the beginning.")))
    for one in content.get("distributions") or ():
        if not is_address(one.get("access_url") or ""):
            found.append(("distributions", _("Enter an address that begins with https:// or http://.")))
    return found


def too_long(field: Field, value: Any) -> bool:
    """Longer than the field takes: characters of a text, entries of a list and characters of each, size of a number."""
    if isinstance(value, str):
        return len(value) > field.most
    if isinstance(value, int):
        return not 0 <= value <= field.most
    if field.kind in (Kind.WORDS, Kind.URLS):
        return len(value) > field.most or any(len(one) > LONGEST_ITEM for one in value)
    return isinstance(value, list) and len(value) > 100


def _later(first: Any, last: Any) -> bool:
    if isinstance(first, str):  # years, months and days compare as text as far as both go
        length = min(len(first), len(last))
        return first[:length] > last[:length]
    return bool(first > last)


def is_address(text: str) -> bool:
    """http or https with a host; no name and password inside."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and " " not in text
    except ValueError:
        return False


def check_publishable(content: Mapping[str, Any], profile: str, origin: str, known: Mapping[str, Iterable[str]]) -> None:
    """Nothing is published that its profile refuses. Raises Refused naming the first field and all that is missing."""
    allowed = profiles_for(content.get("access_rights") or "", origin)
    if content.get("access_rights") and profile not in allowed:
        raise Refused(_("Choose a profile that fits the access rights."), "profile", "profile")
    lacking = completeness(content, profile).required
    if lacking:
        words = ", ".join(str(gap.label) for gap in lacking)
        raise Refused(_("The entry lacks what its profile needs: %(fields)s.") % {"fields": words}, "metadata", lacking[0].field)
    for field, sentence in what_misfits(content, known):
        label = BY_NAME[field].label
        raise Refused(_("%(field)s: %(sentence)s") % {"field": label, "sentence": sentence}, "misfit", field)
