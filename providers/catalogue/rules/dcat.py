"""A catalogue entry as DCAT-AP 3.0.1 and HealthDCAT-AP Release 8 say it: facts in, nodes out. Source: domain.md §3.1, 3.2.

Both profiles come from one description, since HealthDCAT-AP only adds to DCAT-AP. What is not published is absent; what neither
profile has a word for (way of use, exits, fee …) is said with a word of the portal, so that nothing of an entry is lost.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from providers.catalogue.rules.fields import BY_NAME, FIELDS, Kind, is_empty
from providers.catalogue.rules.publication import HANGUL
from providers.catalogue.rules.rdf import Fact, Link, Node, Text, Typed
from providers.catalogue.rules.world import (
    Agent,
    Published,
    World,
    address_of,
    agent_nodes,
    coded,
    coded_address,
    coding_system,
    day_of,
    once,
    series_nodes,
    term,
    texts,
)

ONLY_HEALTH = frozenset({"csvw", "cv", "dpv", "dqv", "geodcatap", "healthdcatap", "oa", "portal"})  # prefixes beyond DCAT-AP
# field → predicate; the kind of the field says how its value is written
PREDICATES = {
    "access_rights": "dct:accessRights", "theme": "dcat:theme", "dataset_type": "dct:type", "edition": "dcat:version",
    "status": "adms:status", "language": "dct:language", "health_category": "healthdcatap:healthCategory",
    "health_theme": "healthdcatap:healthTheme", "coding_systems": "healthdcatap:hasCodingSystem", "standard": "dct:conformsTo",
    "structured": "healthdcatap:hasStructuredData", "individuals": "healthdcatap:numberOfUniqueIndividuals",
    "records": "healthdcatap:numberOfRecords", "min_age": "healthdcatap:minTypicalAge", "max_age": "healthdcatap:maxTypicalAge",
    "update_frequency": "dct:accrualPeriodicity", "spatial": "dct:spatial", "personal_data": "dpv:hasPersonalData",
    "purposes": "dpv:hasPurpose", "legal_basis": "dpv:hasLegalBasis", "applicable_legislation": "dcatap:applicableLegislation",
    "access_body": "healthdcatap:hdab", "custodian": "geodcatap:custodian", "documentation_url": "foaf:page",
    "landing_page": "dcat:landingPage", "referenced_by": "dct:isReferencedBy", "holders": "dct:contributor",
}  # fmt: skip
PAIRS = {"title": "dct:title", "description": "dct:description", "population_coverage": "healthdcatap:populationCoverage"}
APART = frozenset({
    "keywords_ko", "keywords_en", "other_identifiers", "disease_areas", "temporal_start", "temporal_end", "temporal_resolution",
    "retention_start", "retention_end", "contact_name_ko", "contact_name_en", "contact_email", "contact_page", "contact_phone",
    "provenance_ko", "provenance_en", "quality_ko", "quality_en", "quality_url", "sample_url", "analytics_url", "distributions",
    *(f"{name}_{language}" for name in PAIRS for language in ("ko", "en")),
})  # fmt: skip
OWN = tuple(one for one in FIELDS if one.name not in APART and one.name not in PREDICATES)  # said with words of the portal


# ── A dataset ────────────────────────────────────────────────────────────────────────────────────────
def dataset(one: Published, world: World) -> list[Node]:
    """The dataset and everything that its description needs, each thing once; the dataset comes first."""
    said, others = _Said(one, world), []
    for part in (_itself, _in_words, _times, _people, _files, _table, _of_the_portal):
        for fact, nodes in part(said):
            said.facts.append(fact)
            others += nodes
    return once([Node(world.dataset(one.key), ("dcat:Dataset",), tuple(said.facts)), *others])


type Part = Iterator[tuple[Fact, list[Node]]]


class _Said:
    """What the parts share: the entry, its world and the facts so far."""

    def __init__(self, one: Published, world: World) -> None:
        self.one, self.world, self.content = one, world, one.content
        self.facts: list[Fact] = []

    def at(self, name: str) -> str:
        return f"{self.world.entry(self.one.key)}#{name}"

    def pair(self, name: str) -> list[Text]:
        return texts(self.content.get(f"{name}_ko"), self.content.get(f"{name}_en"))

    @property
    def acts(self) -> list[Fact]:
        """The acts over the data hold for every form in which it is given out."""
        codes = self.content.get("applicable_legislation") or ()
        return [("dcatap:applicableLegislation", Link(self.world.code("applicable_legislation", code))) for code in codes]


def _itself(said: _Said) -> Part:
    one, world = said.one, said.world
    for name, predicate in PAIRS.items():
        yield from (((predicate, text), []) for text in said.pair(name))
    yield ("dct:identifier", Text(one.key)), []
    for place, text in enumerate(said.content.get("other_identifiers") or (), start=1):
        address = said.at(f"identifier-{place}")
        yield ("adms:identifier", Link(address)), [Node(address, ("adms:Identifier",), (("skos:notation", Text(text)),))]
    for language in ("ko", "en"):
        yield from ((("dcat:keyword", Text(word, language)), []) for word in said.content.get(f"keywords_{language}") or ())
    yield ("dct:publisher", Link(f"{world.institution(one.institution)}#institution")), agent_nodes(one.institution, world)
    if one.above:
        yield ("dct:isPartOf", Link(world.dataset(one.above))), []
    if one.series in world.series:
        yield ("dcat:inSeries", Link(world.releases(one.series))), series_nodes(world.series[one.series], world)
    if world.agents.get(one.institution, Agent("", "", "")).is_demo:
        yield ("portal:isDemo", Typed("true", "xsd:boolean")), []
        yield from ((("adms:versionNotes", text), []) for text in texts(*DEMO_WORDS))


DEMO_WORDS = ("시연을 위해 꾸며낸 자료이며 실제로 없습니다.", "Made up for the demonstration; it does not exist.")


def _in_words(said: _Said) -> Part:
    """Every field whose kind alone says how its value is written."""
    for name, predicate in PREDICATES.items():
        yield from _written(said, predicate, name)


def _of_the_portal(said: _Said) -> Part:
    for one in OWN:
        yield from _written(said, f"portal:{term(one.name)}", one.name)
    for place, area in enumerate(said.content.get("disease_areas") or (), start=1):
        system, version = area["system"], str(area.get("version") or "")
        yield from (
            (("healthdcatap:hasCodeValues", Text(f"{system}{f'-{version}' if version else ''}:{code}")), [])
            for code in area["codes"]
        )
        address = said.at(f"diseases-{place}")
        of, nodes = coding_system(area, said.world)
        facts: list[Fact] = [("portal:codingSystem", Link(of)), *(("skos:notation", Text(code)) for code in area["codes"])]
        facts += [("skos:prefLabel", text) for text in texts(area.get("label_ko"), area.get("label_en"))]
        yield ("portal:diseaseArea", Link(address)), [Node(address, ("portal:DiseaseArea",), tuple(facts)), *nodes]


def _written(said: _Said, predicate: str, name: str) -> Part:
    world, of = said.world, BY_NAME[name]
    value: Any = said.content.get(name)
    if is_empty(value):
        return
    match of.kind:
        case Kind.CODE | Kind.CODES:
            for code in value if isinstance(value, list) else [value]:
                yield (predicate, Link(coded_address(of.listed or name, code, world))), [coded(of.listed or name, code, world)]
        case Kind.SYSTEMS:
            for system in value:
                address, nodes = coding_system(system, world)
                yield (predicate, Link(address)), nodes
        case Kind.INSTITUTION:
            yield from _named(predicate, [value], world)
        case Kind.WORDS if name == "holders":
            yield from _named(predicate, value, world)
        case Kind.WORDS:
            yield from (((predicate, Text(word)), []) for word in value)
        case Kind.URL | Kind.URLS:
            kind = () if name == "referenced_by" else ("foaf:Document",)
            for text in value if isinstance(value, list) else [value]:
                if found := address_of(text):
                    yield (predicate, Link(found)), [Node(found, kind, ())] if kind else []
        case Kind.FLAG:
            yield (predicate, Typed("true" if value else "false", "xsd:boolean")), []
        case Kind.NUMBER:
            yield (predicate, Typed(str(value), "xsd:nonNegativeInteger")), []
        case Kind.FEE:
            yield (predicate, Text(json.dumps(value, ensure_ascii=False, sort_keys=True))), []
        case _ if name in ("edition", "planned_for"):
            yield (predicate, Text(value)), []
        case _:
            yield (predicate, Text(value, "ko" if HANGUL.search(value) else "en")), []


def _named(predicate: str, keys: Iterable[str], world: World) -> Part:
    for key in keys:
        if key in world.agents:
            yield (predicate, Link(f"{world.institution(key)}#institution")), agent_nodes(key, world)


def _times(said: _Said) -> Part:
    for predicate, name in (("dct:temporal", "temporal"), ("healthdcatap:retentionPeriod", "retention")):
        ends = [
            (f"dcat:{end}Date", value) for end in ("start", "end") if (value := day_of(said.content.get(f"{name}_{end}") or ""))
        ]
        if ends:
            address = said.at(name)
            yield (predicate, Link(address)), [Node(address, ("dct:PeriodOfTime",), tuple(ends))]
    if smallest := said.content.get("temporal_resolution"):
        yield ("dcat:temporalResolution", Typed(smallest, "xsd:duration")), []


def _people(said: _Said) -> Part:
    """The office that answers, the origin and the quality. An office without mail and page is no contact point."""
    mail, page = said.content.get("contact_email") or "", address_of(said.content.get("contact_page") or "")
    if mail or page:
        facts: list[Fact] = [("vcard:fn", text) for text in said.pair("contact_name")]
        facts += [("vcard:hasEmail", Link(f"mailto:{mail}"))] if mail else []
        facts += [("vcard:hasURL", Link(page))] if page else []
        if phone := re.sub(r"[^\d+-]", "", said.content.get("contact_phone") or ""):
            facts.append(("vcard:hasTelephone", Link(f"tel:{phone}")))
        at = said.at("contact")
        yield ("dcat:contactPoint", Link(at)), [Node(at, ("vcard:Kind", "vcard:Organization"), tuple(facts))]
    if origin := said.pair("provenance"):
        facts = [("rdfs:label", text) for text in origin]
        yield (
            ("dct:provenance", Link(said.at("provenance"))),
            [Node(said.at("provenance"), ("dct:ProvenanceStatement",), tuple(facts))],
        )
    facts = [("dct:description", text) for text in said.pair("quality")]
    report = address_of(said.content.get("quality_url") or "")
    if facts or report:
        facts += [("oa:hasBody", Link(report))] if report else []
        yield (
            ("dqv:hasQualityAnnotation", Link(said.at("quality"))),
            [Node(said.at("quality"), ("dqv:QualityAnnotation",), tuple(facts))],
        )


def _files(said: _Said) -> Part:
    """Distributions, and the sample and the figures about the data, which HealthDCAT-AP takes for distributions too."""
    for place, one in enumerate(said.content.get("distributions") or (), start=1):
        yield from _file(said, "dcat:distribution", f"distribution-{place}", one)
    for name, predicate in (("sample", "adms:sample"), ("analytics", "healthdcatap:analytics")):
        yield from _file(said, predicate, name, {"access_url": said.content.get(f"{name}_url")})


def _file(said: _Said, predicate: str, name: str, one: Mapping[str, Any]) -> Part:
    there, at = address_of(one.get("access_url") or ""), said.at(name)
    if not there:
        return
    facts: list[Fact] = [("dcat:accessURL", Link(there))]
    facts += [("dct:title", text) for text in texts(one.get("title_ko"), one.get("title_en"))]
    nodes = []
    for key, listed, how in (
        ("format", "file_format", "dct:format"),
        ("licence", "licence", "dct:license"),
        ("availability", "planned_availability", "dcatap:availability"),
    ):
        if code := one.get(key):
            facts.append((how, Link(said.world.code(listed, code))))
            nodes.append(coded(listed, code, said.world))
    yield (predicate, Link(at)), [Node(at, ("dcat:Distribution",), (*facts, *said.acts)), *nodes]


def _table(said: _Said) -> Part:
    """The variables as CSVW columns. A column without a label is called by its name, as CSVW does."""
    variables = said.content.get("variables") or ()
    if not variables:
        return
    group, table, titles = said.at("variables"), said.at("table"), [("dct:title", text) for text in said.pair("title")]
    columns = []
    for place, one in enumerate(variables, start=1):
        label = texts(one["label_ko"], one["label_en"]) or [Text(one["name"])]
        facts: list[Fact] = [("csvw:name", Text(one["name"])), ("csvw:datatype", Text(one["datatype"]))]
        facts += [("csvw:title", text) for text in label]
        facts += [("dct:description", text) for text in texts(one["description_ko"], one["description_en"]) or label]
        facts += [(f"portal:{name}", Text(one[name])) for name in ("unit", "values") if one[name]]
        facts.append(("csvw:required", Typed("true" if one["required"] else "false", "xsd:boolean")))
        columns.append(Node(said.at(f"column-{place}"), ("csvw:Column",), tuple(facts)))
    links = tuple(("csvw:column", Link(column.address)) for column in columns)
    whole = Node(group, ("csvw:TableGroup",), (*titles, ("csvw:table", Link(table))))
    yield ("healthdcatap:hasVariables", Link(group)), [whole, Node(table, ("csvw:Table",), (*titles, *links)), *columns]
