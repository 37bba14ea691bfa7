"""What descriptions refer to: addresses that stay, codes in words, institutions, series. Pure.

A code is named by its official address where its list knows one, else by an address of the portal's own with both words.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from providers.catalogue.rules.profiles import is_address
from providers.catalogue.rules.rdf import Fact, Link, Node, Text, Typed, Value

LANGUAGES = {
    "ko": ("http://publications.europa.eu/resource/authority/language/KOR", "한국어", "Korean"),
    "en": ("http://publications.europa.eu/resource/authority/language/ENG", "영어", "English"),
}
# list → the class that DCAT-AP expects of its codes, beside skos:Concept
CLASSES = {
    "access_rights": "dct:RightsStatement",
    "update_frequency": "dct:Frequency",
    "spatial_coverage": "dct:Location",
    "file_format": "dct:MediaTypeOrExtent",
    "licence": "dct:LicenseDocument",
    "standard": "dct:Standard",
    "profile": "dct:Standard",
    "permitted_purpose": "dpv:Purpose",
    "legal_basis": "dpv:LegalBasis",
    "personal_data": "dpv:PersonalData",
}


@dataclass(frozen=True)
class Coded:
    """A code in words. uri: its official address, "" when it has none; notation: what else names it (KR-11)."""

    name_ko: str
    name_en: str
    uri: str = ""
    notation: str = ""


@dataclass(frozen=True)
class Agent:
    """An institution as it is named in public; kind: a code of institution_type; site: its website, "" when unknown."""

    key: str
    name_ko: str
    name_en: str
    kind: str = ""
    site: str = ""
    is_demo: bool = False


@dataclass(frozen=True)
class Series:
    """A series of releases; legislation: codes of all its published releases."""

    key: str
    institution: str
    title_ko: str
    title_en: str
    description_ko: str
    description_en: str
    legislation: tuple[str, ...] = ()


@dataclass(frozen=True)
class Published:
    """One published version. content: as a version keeps it, variables included; above: key of the entry that it is part of.
    issued, modified: when the entry was first published here, and when this version was; None where nobody asks."""

    key: str
    institution: str
    content: Mapping[str, Any]
    number: int
    sha256: str
    issued: datetime | None = None
    modified: datetime | None = None
    above: str = ""
    series: str = ""


@dataclass(frozen=True)
class World:
    """What descriptions refer to. base: the portal's address, without a slash at its end; codes: list → code → words;
    titles: list → (Korean, English); agents: institution key → it; series: by key."""

    base: str
    codes: Mapping[str, Mapping[str, Coded]]
    titles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    agents: Mapping[str, Agent] = field(default_factory=dict)
    series: Mapping[str, Series] = field(default_factory=dict)

    @property
    def catalogue(self) -> str:
        return f"{self.base}/catalogue/#catalogue"

    @property
    def own(self) -> str:
        return f"{self.base}/catalogue/codes/terms/#"

    def entry(self, key: str) -> str:
        return f"{self.base}/catalogue/{key}/"

    def dataset(self, key: str) -> str:
        return f"{self.entry(key)}#dataset"

    def releases(self, key: str) -> str:
        return f"{self.base}/catalogue/series/{key}/#series"

    def institution(self, key: str) -> str:
        return f"{self.base}/providers/institutions/{key}/"

    def scheme(self, listed: str) -> str:
        return f"{self.base}/catalogue/codes/{listed}/#scheme"

    def code(self, listed: str, code: str) -> str:
        known = self.codes.get(listed, {}).get(code)
        return known.uri if known and known.uri else f"{self.base}/catalogue/codes/{listed}/#{quote(code, safe='')}"


# ── What they refer to ───────────────────────────────────────────────────────────────────────────────
def once(nodes: Iterable[Node]) -> list[Node]:
    return list({node.address: node for node in nodes}.values())


def coded_address(listed: str, code: str, world: World) -> str:
    return LANGUAGES[code][0] if listed == "language" and code in LANGUAGES else world.code(listed, code)


def coded(listed: str, code: str, world: World) -> Node:
    """A code with its words in both languages, in the scheme that it belongs to."""
    if listed == "language":
        address, korean, english = LANGUAGES.get(code, (world.code(listed, code), "", code))
        return _concept(address, texts(korean, english), "dct:LinguisticSystem", address.rpartition("/")[0])
    known, address = world.codes.get(listed, {}).get(code, Coded("", code)), world.code(listed, code)
    names = texts(known.name_ko, known.name_en)
    if listed == "applicable_legislation":
        return Node(address, ("eli:LegalResource",), tuple(("dct:title", text) for text in names))
    scheme = re.split(r"[/#](?=[^/#]*$)", known.uri)[0] if known.uri else world.scheme(listed)
    return _concept(address, names, CLASSES.get(listed, ""), scheme, known.notation)


def _concept(address: str, names: list[Text], also: str, scheme: str, notation: str = "") -> Node:
    facts: list[Fact] = [("skos:prefLabel", text) for text in names]
    facts += [("skos:notation", Text(notation))] if notation else []
    return Node(address, ("skos:Concept", also) if also else ("skos:Concept",), (*facts, ("skos:inScheme", Link(scheme))))


def coding_system(one: Mapping[str, Any], world: World) -> tuple[str, list[Node]]:
    """A coding system; one of its versions is a concept of its own (KCD-8)."""
    plain, version = coded("coding_system", one["system"], world), str(one.get("version") or "")
    if not version:
        return plain.address, [plain]
    known = world.codes.get("coding_system", {}).get(one["system"], Coded("", one["system"]))
    address = f"{world.scheme('coding_system').removesuffix('scheme')}{quote(one['system'], safe='')}-{quote(version, safe='')}"
    names = texts(known.name_ko and f"{known.name_ko} {version}", f"{known.name_en} {version}")
    found = _concept(address, names, "", world.scheme("coding_system"), f"{one['system']}-{version}")
    return address, [Node(found.address, found.types, (*found.facts, ("skos:broader", Link(plain.address)))), plain]


def agent_nodes(key: str, world: World) -> list[Node]:
    """An institution and where it is reached: its website, else its page in the portal."""
    one, page = world.agents.get(key) or Agent(key, "", key), world.institution(key)
    facts: list[Fact] = [("foaf:name", text) for text in texts(one.name_ko, one.name_en)]
    facts.append(("cv:contactPoint", Link(f"{page}#contact")))
    nodes = [Node(f"{page}#contact", ("cv:ContactPoint",), (("cv:contactPage", Link(address_of(one.site) or page)),))]
    if one.kind:
        facts.append(("portal:institutionType", Link(world.code("institution_type", one.kind))))
        nodes.append(coded("institution_type", one.kind, world))
    return [Node(f"{page}#institution", ("foaf:Agent",), tuple(facts)), *nodes]


def series_nodes(one: Series, world: World) -> list[Node]:
    facts: list[Fact] = [("dct:title", text) for text in texts(one.title_ko, one.title_en)]
    facts += [("dct:description", text) for text in texts(one.description_ko, one.description_en)]
    facts.append(("dct:publisher", Link(f"{world.institution(one.institution)}#institution")))
    facts += [("dcatap:applicableLegislation", Link(world.code("applicable_legislation", code))) for code in one.legislation]
    laws = [coded("applicable_legislation", code, world) for code in one.legislation]
    return [Node(world.releases(one.key), ("dcat:DatasetSeries",), tuple(facts)), *agent_nodes(one.institution, world), *laws]


# ── Values ───────────────────────────────────────────────────────────────────────────────────────────
def texts(korean: str | None, english: str | None) -> list[Text]:
    return [Text(words, language) for words, language in ((korean, "ko"), (english, "en")) if words]


def term(name: str) -> str:
    """linkage_possible → linkagePossible"""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


_DATES = ((r"\d{4}", "xsd:gYear"), (r"\d{4}-\d\d", "xsd:gYearMonth"), (r"\d{4}-\d\d-\d\d", "xsd:date"))


def day_of(text: str) -> Value | None:
    """A year, month or day with its datatype; None for anything else."""
    return next((Typed(text, datatype) for pattern, datatype in _DATES if re.fullmatch(pattern, text)), None)


_BARE = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?(/\S*)?")


def address_of(text: str) -> str:
    """A whole address; sources write bare hosts too. "" when it is none."""
    text = text.strip()
    whole = f"https://{text}" if _BARE.fullmatch(text) else text
    return whole if is_address(whole) else ""
