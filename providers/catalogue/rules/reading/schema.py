"""schema.org Dataset and Croissant as fields of an entry. Their words carry no language of their own: Hangul tells Korean. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from providers.catalogue.rules.rdf import Link, Text, Value
from providers.catalogue.rules.reading.files import MOST_FILES, datatype, file_code, titled
from providers.catalogue.rules.reading.graph import Graph, plain
from providers.catalogue.rules.reading.reasons import Reason
from providers.catalogue.rules.reading.shape import Lookup, Read, codes, day, pair, script, words
from providers.catalogue.rules.variables import COLUMNS, MOST_CHARACTERS, MOST_VARIABLES
from providers.catalogue.rules.world import address_of

DATASET = "schema:Dataset"


def records(graph: Graph, known: Lookup) -> Iterator[Read]:
    """Every dataset that says more of itself than that another one is part of it."""
    for thing in graph.of_type(DATASET):
        if graph.values(thing, "schema:name") or graph.values(thing, "schema:description"):
            yield record(graph, thing, known)


def record(graph: Graph, thing: str, known: Lookup) -> Read:
    read = Read()
    _named(read, graph, thing, known)
    pair(read, "title", [*_said(graph, thing, "schema:name"), *_said(graph, thing, "schema:alternateName")])
    pair(read, "description", _said(graph, thing, "schema:description"))
    _keywords(read, graph, thing)
    codes(read, "language", _names(graph, graph.values(thing, "schema:inLanguage")), known)
    codes(read, "spatial", _names(graph, graph.values(thing, "schema:spatialCoverage")), known)
    codes(read, "modality", graph.plain(thing, "schema:measurementTechnique"), known)
    read.say("edition", graph.first(thing, "schema:version"))
    if rights := graph.first(thing, "schema:conditionsOfAccess"):
        codes(read, "access_rights", [rights], known)
    first, _slash, last = graph.first(thing, "schema:temporalCoverage").partition("/")
    day(read, "temporal_start", first)
    day(read, "temporal_end", "" if last == ".." else last)
    _address(read, graph, thing)
    read.say("distributions", _files(read, graph, thing, known))
    _variables(read, graph, thing)
    if not read.title:
        read.refusal = Reason("no_title")
    elif not read.identifier:
        read.refusal = Reason("no_identifier")
    return read


def _said(graph: Graph, thing: str, predicate: str) -> list[tuple[str, str]]:
    """(words, language), the language by the script where Hangul says it: `@language` of a context covers both languages."""
    found = []
    for value in graph.values(thing, predicate):
        if text := plain(value):
            language = value.language if isinstance(value, Text) else ""
            found.append((text, language if language not in ("", "ko", "en") else script(text)))
    return found


def _names(graph: Graph, values: Iterable[Value]) -> list[str]:
    """What places, languages and organisations are called, whether as words or as things."""
    found = []
    for value in values:
        if isinstance(value, Link):
            found.append(graph.first(value.address, "schema:name", "schema:alternateName") or value.address)
        elif text := plain(value):
            found.append(text)
    return found


def _named(read: Read, graph: Graph, thing: str, known: Lookup) -> None:
    entry, own = known.world.entry("*").split("*")
    given = []
    for value in graph.values(thing, "schema:identifier"):
        text = graph.first(value.address, "schema:value") or value.address if isinstance(value, Link) else plain(value)
        given += [text] if text and not text.startswith("_:") else []
    address = "" if thing.startswith("_:") else thing
    page = next(iter([*graph.links(thing, "schema:url"), *graph.plain(thing, "schema:url")]), "")
    if thing.startswith(entry) and thing.endswith(f"{own}#dataset"):
        read.key = thing[len(entry) : -len(f"{own}#dataset")]
    read.identifier = (read.key or next(iter(given), "") or address or page)[:500]
    words(read, "other_identifiers", [one for one in given if one != read.key])
    read.names = tuple(dict.fromkeys(one[:500] for one in (read.identifier, address, page, *given) if one))
    for value in (*graph.values(thing, "schema:publisher"), *graph.values(thing, "schema:creator")):
        names = _agent_names(graph, value)
        read.publisher, read.publisher_name = known.agent(*names), names[-1][:200]
        if read.publisher:
            return


def _agent_names(graph: Graph, value: Value) -> list[str]:
    if not isinstance(value, Link):
        return [plain(value)]
    return [value.address, *graph.plain(value.address, "schema:alternateName"), *graph.plain(value.address, "schema:name")]


def _keywords(read: Read, graph: Graph, thing: str) -> None:
    found: dict[str, list[str]] = {"ko": [], "en": []}
    for text in _names(graph, graph.values(thing, "schema:keywords")):
        for one in text.split(","):
            found[script(one)].append(one)
    for language, every in found.items():
        words(read, f"keywords_{language}", every)


def _address(read: Read, graph: Graph, thing: str) -> None:
    page = next(iter([*graph.links(thing, "schema:url"), *graph.plain(thing, "schema:url")]), "")
    if not read.key and (address := address_of(page)):
        read.say("landing_page", address)


def _files(read: Read, graph: Graph, thing: str, known: Lookup) -> list[dict[str, Any]]:
    licences = [value.address if isinstance(value, Link) else plain(value) for value in graph.values(thing, "schema:license")]
    licence = next((code for one in licences if (code := file_code("licence", one, known))), "")
    if licences and not licence:
        read.notes.append(Reason("unknown_code", {"value": licences[0][:200]}, "distributions"))
    found = []
    for at in graph.links(thing, "schema:distribution"):
        addresses = [*graph.links(at, "schema:contentUrl"), *graph.plain(at, "schema:contentUrl")]
        if not (address := address_of(addresses[0]) if addresses else ""):
            continue  # a Croissant file inside of an archive
        titles = titled(_said(graph, at, "schema:description") or _said(graph, at, "schema:name"))
        form = file_code("file_format", graph.first(at, "schema:encodingFormat", "schema:fileFormat"), known)
        found.append({**titles, "access_url": address, "format": form, "licence": licence, "availability": ""})
    return found[:MOST_FILES]


def _variables(read: Read, graph: Graph, thing: str) -> None:
    """Croissant says the data types of its fields; schema.org's variableMeasured does not, so it gives no table."""
    found: list[dict[str, Any]] = []
    for records_of in graph.links(thing, "cr:recordSet"):
        for at in graph.links(records_of, "cr:field"):
            types = [value.address if isinstance(value, Link) else plain(value) for value in graph.values(at, "cr:dataType")]
            name = re.split(r"[/#]", graph.first(at, "schema:name", "cr:name") or at)[-1]
            kind = next((known for text in types if (known := datatype(text))), "")
            if (
                not kind
                or not name
                or len(name) > 100
                or len(found) >= MOST_VARIABLES
                or any(other["name"] == name for other in found)
            ):
                read.note("misfit", "variables", value=name[:100])
                return
            one: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {"name": name, "datatype": kind, "required": False}
            for text, language in _said(graph, at, "schema:description"):
                if text != name and language in ("ko", "en"):
                    one[f"description_{language}"] = text[:MOST_CHARACTERS]
            found.append(one)
    if found:
        read.values["variables"] = found
