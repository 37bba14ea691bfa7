"""DCAT, DCAT-AP and HealthDCAT-AP as fields of an entry: the way back of `rules.dcat`, and wider, since others write otherwise. Pure."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from providers.catalogue.rules.dcat import APART, PAIRS, PREDICATES
from providers.catalogue.rules.fields import FIELDS, Field, Kind
from providers.catalogue.rules.rdf import Link, Text, Value
from providers.catalogue.rules.reading import files
from providers.catalogue.rules.reading.graph import Graph, plain
from providers.catalogue.rules.reading.reasons import Reason
from providers.catalogue.rules.reading.shape import Lookup, Read, codes, day, duration, mail, number, pair, words
from providers.catalogue.rules.world import address_of, term

DATASET = "dcat:Dataset"
ALSO = {"edition": ("dcat:version", "owl:versionInfo")}
NAMES = ("foaf:name", "vcard:fn", "vcard:organization-name", "schema:name", "rdfs:label", "skos:prefLabel")


def records(graph: Graph, known: Lookup) -> Iterator[Read]:
    """Every dataset of the graph, in the order of the document."""
    profiles = _profiles(graph, known)
    for thing in graph.of_type(DATASET):
        read = record(graph, thing, known)
        if profile := profiles.get(thing):
            read.values["profile"] = profile
        yield read


def record(graph: Graph, thing: str, known: Lookup) -> Read:
    read = Read()
    _named(read, graph, thing, known)
    for name, predicate in PAIRS.items():
        pair(read, name, said(graph, thing, predicate))
    for field in FIELDS:
        if field.asked and field.name not in APART:
            predicates = ALSO.get(field.name) or (PREDICATES.get(field.name) or f"portal:{term(field.name)}",)
            _field(read, graph, thing, field, predicates, known)
    for part in (_keywords, _times, _people, _diseases):
        part(read, graph, thing, known)
    files.read_files(read, graph, thing, known)
    files.read_table(read, graph, thing)
    if not read.title:
        read.refusal = Reason("no_title")
    elif not read.identifier:
        read.refusal = Reason("no_identifier")
    return read


def said(graph: Graph, thing: str, *predicates: str) -> list[tuple[str, str]]:
    """(words, language) of each literal."""
    found = []
    for value in graph.values(thing, *predicates):
        if text := plain(value):
            found.append((text, value.language if isinstance(value, Text) else ""))
    return found


def _named(read: Read, graph: Graph, thing: str, known: Lookup) -> None:
    """Identifier, other identifiers and whose it is."""
    entry, own = known.world.entry("*").split("*")
    given = graph.plain(thing, "dct:identifier") or list(graph.links(thing, "dct:identifier"))
    if thing.startswith(entry) and thing.endswith(f"{own}#dataset"):
        read.key = unquote(thing[len(entry) : -len(f"{own}#dataset")])
    address = "" if thing.startswith("_:") else thing
    read.identifier = (read.key or next(iter(given), "") or address)[:500]
    others: list[str] = []
    for value in graph.values(thing, "adms:identifier"):
        others += graph.plain(value.address, "skos:notation") if isinstance(value, Link) else [plain(value)]
    words(read, "other_identifiers", others)
    read.names = tuple(dict.fromkeys(one[:500] for one in (read.identifier, address, *given, *others) if one))
    for value in graph.values(thing, "dct:publisher", "dct:creator", "geodcatap:custodian", "healthdcatap:hdab"):
        names = [*_names(graph, value)]
        read.publisher = known.agent(*names)
        read.publisher_name = next((one for one in names if not one.startswith("_:") and "://" not in one), names[0])[:200]
        if read.publisher:
            break


def _names(graph: Graph, value: Value) -> list[str]:
    """What an agent is called: its address and its names."""
    if not isinstance(value, Link):
        return [plain(value)]
    return [value.address, *(name for predicate in NAMES for name in graph.plain(value.address, predicate))]


def _field(read: Read, graph: Graph, thing: str, field: Field, predicates: tuple[str, ...], known: Lookup) -> None:
    """A field whose kind alone says how it is written."""
    values, name = graph.values(thing, *predicates), field.name
    if not values:
        return
    texts = [value.address if isinstance(value, Link) else plain(value) for value in values]
    match field.kind:
        case Kind.CODE | Kind.CODES:
            codes(read, name, _coded(graph, values, field, known), known)
        case Kind.SYSTEMS:
            systems = [system for one in texts if (system := _system(read, name, one, known))]
            read.say(name, systems)
        case Kind.INSTITUTION:
            if key := known.agent(*_names(graph, values[0])):
                read.say(name, key)
            else:
                read.note("unknown_agent", name, value=_names(graph, values[0])[-1][:200])
        case Kind.URL | Kind.URLS:
            every = [address for one in texts if (address := address_of(one))]
            if len(every) < len(texts):
                read.note("misfit", name, value=next(one for one in texts if not address_of(one))[:100])
            if field.kind == Kind.URLS:
                words(read, name, every)
            else:
                read.say(name, next(iter(every), ""))
        case Kind.FLAG:
            if texts[0] in ("true", "false", "1", "0"):
                read.values[name] = texts[0] in ("true", "1")
            else:
                read.note("misfit", name, value=texts[0][:100])
        case Kind.NUMBER:
            number(read, name, texts[0])
        case Kind.WORDS:
            words(read, name, texts)
        case _:
            read.say(name, texts[0])


def _coded(graph: Graph, values: list[Value], field: Field, known: Lookup) -> list[str]:
    """What names each code: its address where that is known here, else what the document says of it."""
    found = []
    for value in values:
        if isinstance(value, Link):
            listed = field.listed or field.name
            also = [value.address, *graph.plain(value.address, "skos:notation"), *graph.plain(value.address, "skos:prefLabel")]
            also += graph.plain(value.address, "rdfs:label")
            found.append(next((one for one in also if known.code(listed, one)), value.address))
        else:
            found.append(plain(value))
    return found


def _system(read: Read, name: str, address: str, known: Lookup) -> dict[str, str] | None:
    """A coding system, with its version where the portal's own address says one."""
    space = known.world.scheme("coding_system").removesuffix("scheme")
    code, version = known.code("coding_system", address), ""
    if not code:
        code, _dash, version = unquote(address.removeprefix(space)).partition("-")
        code = known.code("coding_system", code)
    if not code:
        read.note("unknown_code", name, value=address[:200])
        return None
    return {"system": code, "version": version}


def _keywords(read: Read, graph: Graph, thing: str, known: Lookup) -> None:
    found: dict[str, list[str]] = {"ko": [], "en": []}
    for text, language in said(graph, thing, "dcat:keyword"):
        kind = language or ("ko" if re.search("[가-힣]", text) else "en")
        if kind in found:
            found[kind].append(text)
    for language, every in found.items():
        words(read, f"keywords_{language}", every)


def _times(read: Read, graph: Graph, thing: str, known: Lookup) -> None:
    for predicate, name in (("dct:temporal", "temporal"), ("healthdcatap:retentionPeriod", "retention")):
        for period in graph.links(thing, predicate)[:1]:
            for end in ("start", "end"):
                day(read, f"{name}_{end}", graph.first(period, f"dcat:{end}Date", f"schema:{end}Date"))
    duration(read, "temporal_resolution", graph.first(thing, "dcat:temporalResolution"))


def _people(read: Read, graph: Graph, thing: str, known: Lookup) -> None:
    for at in graph.links(thing, "dcat:contactPoint")[:1]:
        pair(read, "contact_name", said(graph, at, "vcard:fn", "vcard:organization-name", "foaf:name"))
        mail(read, next(iter(_reached(graph, at, "vcard:hasEmail")), ""))
        read.say("contact_phone", next(iter(_reached(graph, at, "vcard:hasTelephone")), "").removeprefix("tel:"))
        pages = graph.links(at, "vcard:hasURL", "foaf:page") or graph.plain(at, "vcard:hasURL")
        read.say("contact_page", address_of(pages[0]) if pages else "")
    for value in graph.values(thing, "dct:provenance")[:1]:
        where = value.address if isinstance(value, Link) else ""
        pair(read, "provenance", said(graph, where, "rdfs:label", "dct:description") if where else [(plain(value), "")])
    for at in graph.links(thing, "dqv:hasQualityAnnotation")[:1]:
        pair(read, "quality", said(graph, at, "dct:description", "rdfs:label"))
        report = graph.links(at, "oa:hasBody")
        read.say("quality_url", address_of(report[0]) if report else "")


def _reached(graph: Graph, at: str, predicate: str) -> list[str]:
    """Addresses of a contact, whether as links, as words or behind a vcard:hasValue."""
    texts = [*graph.links(at, predicate), *graph.plain(at, predicate)]
    return [one for text in texts for one in (graph.links(text, "vcard:hasValue") or [text])]


def _diseases(read: Read, graph: Graph, thing: str, known: Lookup) -> None:
    """Areas with their words where the document is the portal's own, else the bare code values, by system and version."""
    areas: list[dict[str, Any]] = []
    for at in graph.links(thing, "portal:diseaseArea"):
        system = next(
            (found for one in graph.links(at, "portal:codingSystem") if (found := _system(read, "disease_areas", one, known))),
            None,
        )
        if system:
            labels = {language: text for text, language in said(graph, at, "skos:prefLabel")}
            named = {f"label_{language}": labels.get(language, "")[:LONGEST_LABEL] for language in ("ko", "en")}
            areas.append({**system, "codes": graph.plain(at, "skos:notation"), **named})
    areas = areas or _values(read, graph, thing, known)
    wrong = [code for area in areas for code in area["codes"] if area["system"] != "ICD_O_3" and not _CODE.fullmatch(code)]
    if wrong or len(areas) > MOST_AREAS:
        read.note("misfit", "disease_areas", value=(wrong or [str(len(areas))])[0][:100])
        areas = []
    read.say("disease_areas", areas)
    if areas and "disease_scope" not in read.values and not graph.values(thing, "portal:diseaseScope"):
        read.values["disease_scope"] = "LISTED"


MOST_AREAS, LONGEST_LABEL = 100, 120
_CODE = re.compile(r"[A-Z]\d[0-9A-Z](\.?\d{1,3})?(-[A-Z]\d[0-9A-Z](\.?\d{1,3})?)?")
_CODE_VALUE = re.compile(r"(?P<system>[A-Za-z_0-9]+?)(?:-(?P<version>[\w.]+))?:(?P<code>[A-Z][\w.]*(?:-[A-Z][\w.]*)?)")


def _values(read: Read, graph: Graph, thing: str, known: Lookup) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for value in graph.values(thing, "healthdcatap:hasCodeValues"):
        text = value.address if isinstance(value, Link) else plain(value)
        match = _CODE_VALUE.fullmatch(text)
        system = known.code("coding_system", match["system"]) if match else ""
        if not match or not system:
            read.note("unknown_code", "disease_areas", value=text[:200])
            continue
        version = match["version"] or ""
        empty: dict[str, Any] = {"system": system, "version": version, "codes": [], "label_ko": "", "label_en": ""}
        found.setdefault((system, version), empty)["codes"].append(match["code"])
    return list(found.values())


def _profiles(graph: Graph, known: Lookup) -> dict[str, str]:
    """Dataset → the profile under which its own catalogue record says that it stands."""
    found: dict[str, str] = {}
    for at in graph.of_type("dcat:CatalogRecord"):
        profile = next((code for one in graph.links(at, "dct:conformsTo") if (code := known.code("profile", one))), "")
        found |= {topic: profile for topic in graph.links(at, "foaf:primaryTopic") if profile}
    return found
