"""Distributions, samples and the table of variables, as DCAT and CSVW say them. Pure."""

import re
from collections.abc import Iterable
from typing import Any

from providers.catalogue.rules.rdf import Link, Text, Value
from providers.catalogue.rules.reading.graph import Graph, plain
from providers.catalogue.rules.reading.shape import Lookup, Read, script
from providers.catalogue.rules.schema_org import MEDIA_TYPES
from providers.catalogue.rules.variables import COLUMNS, DATATYPES, MOST_CHARACTERS, MOST_VARIABLES
from providers.catalogue.rules.world import address_of

MOST_FILES = 100
BY_MEDIA_TYPE = {media: code for code, media in MEDIA_TYPES.items()}
LONGEST_TITLE = 200


def read_files(read: Read, graph: Graph, thing: str, known: Lookup) -> None:
    found = [one for at in graph.links(thing, "dcat:distribution") if (one := _file(read, graph, at, known))]
    if len(found) > MOST_FILES:
        read.note("misfit", "distributions", value=str(found[MOST_FILES]["access_url"])[:100])
    read.say("distributions", found[:MOST_FILES])
    for name, predicate in (("sample_url", "adms:sample"), ("analytics_url", "healthdcatap:analytics")):
        for at in graph.links(thing, predicate)[:1]:
            read.say(name, _address(graph, at) or address_of(at))


def _address(graph: Graph, at: str) -> str:
    for value in graph.values(at, "dcat:accessURL", "dcat:downloadURL"):
        if address := address_of(value.address if isinstance(value, Link) else plain(value)):
            return address
    return ""


def _file(read: Read, graph: Graph, at: str, known: Lookup) -> dict[str, Any] | None:
    address = _address(graph, at)
    if not address:
        read.note("misfit", "distributions", value=at[:100])
        return None
    titles = titled((value.words, value.language) for value in graph.values(at, "dct:title") if isinstance(value, Text))
    return {
        **titles,
        "access_url": address,
        "format": _code(read, graph.values(at, "dct:format", "dcat:mediaType"), "file_format", known),
        "licence": _code(read, graph.values(at, "dct:license", "dct:rights"), "licence", known),
        "availability": _code(read, graph.values(at, "dcatap:availability"), "planned_availability", known),
    }


def titled(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The title of a file in both languages, "" where there is none."""
    titles = {"title_ko": "", "title_en": ""}
    for words, language in said:
        name = f"title_{language or script(words)}"
        if titles.get(name) == "":
            titles[name] = words.strip()[:LONGEST_TITLE]
    return titles


def _code(read: Read, values: list[Value], listed: str, known: Lookup) -> str:
    for value in values:
        text = value.address if isinstance(value, Link) else plain(value)
        if code := file_code(listed, text, known):
            return code
        read.notes.append(_unknown(text))
    return ""


def file_code(listed: str, text: str, known: Lookup) -> str:
    """The code of a format, licence or availability by its address, code, word or media type."""
    media = re.sub(r"^https?://www\.iana\.org/assignments/media-types/", "", text)
    of_type = BY_MEDIA_TYPE.get(media, "") if listed == "file_format" else ""
    return known.code(listed, text) or of_type


def _unknown(text: str) -> Any:
    from providers.catalogue.rules.reading.reasons import Reason

    return Reason("unknown_code", {"value": text[:200]}, "distributions")


# ── Variables ────────────────────────────────────────────────────────────────────────────────────────
def read_table(read: Read, graph: Graph, thing: str) -> None:
    """CSVW columns: all of them, or none with a note. A label that only repeats the name, and a description that only repeats
    the label, are none: whoever writes CSVW has to fill both."""
    tables = [table for group in graph.links(thing, "healthdcatap:hasVariables", "csvw:table") for table in _tables(graph, group)]
    columns = [column for table in tables for column in graph.links(table, "csvw:column") or _of_schema(graph, table)]
    found: list[dict[str, Any]] = []
    for column in columns:
        one = _column(graph, column)
        if one is None or len(found) >= MOST_VARIABLES:
            read.note("misfit", "variables", value=(graph.first(column, "csvw:name", "csvw:title") or column)[:100])
            return
        found.append(one)
    names = [one["name"] for one in found]
    if len(set(names)) < len(names):
        read.note("misfit", "variables", value=next(name for name in names if names.count(name) > 1))
    elif found:
        read.values["variables"] = found


def _tables(graph: Graph, group: str) -> list[str]:
    return graph.links(group, "csvw:table") or [group]


def _of_schema(graph: Graph, table: str) -> list[str]:
    return [column for schema in graph.links(table, "csvw:tableSchema") for column in graph.links(schema, "csvw:column")]


def _column(graph: Graph, at: str) -> dict[str, Any] | None:
    name = graph.first(at, "csvw:name", "csvw:title", "csvw:titles")
    values = graph.values(at, "csvw:datatype")
    kind = datatype(values[0].address if values and isinstance(values[0], Link) else plain(values[0]) if values else "")
    if not name or len(name) > 100 or not kind:
        return None
    said = dict.fromkeys(COLUMNS, "") | {"name": name, "datatype": kind, "required": False}
    titles = _texts(graph, at, "csvw:title", "csvw:titles")
    for language, words in titles.items():
        if words != name:
            said[f"label_{language}"] = words
    for language, words in _texts(graph, at, "dct:description", "rdfs:comment").items():
        if words != titles.get(language) and words != name:
            said[f"description_{language}"] = words
    said |= {field: graph.first(at, f"portal:{field}")[:MOST_CHARACTERS] for field in ("unit", "values")}
    said["required"] = graph.first(at, "csvw:required") in ("true", "1")
    return said


def _texts(graph: Graph, at: str, *predicates: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in graph.values(at, *predicates):
        language = (value.language if isinstance(value, Text) else "") or script(plain(value))
        if language in ("ko", "en"):
            found.setdefault(language, plain(value)[:MOST_CHARACTERS])
    return found


def datatype(text: str) -> str:
    """The data type of a variable by its name in XML Schema, CSVW, schema.org or Croissant; "" when it is none of ours."""
    name = re.split(r"[#/:]", text)[-1]
    known = {one.casefold(): one for one in DATATYPES}
    return known.get(name.casefold()) or OTHER_TYPES.get(name.casefold(), "")


OTHER_TYPES = {
    "text": "string", "url": "string", "int": "integer", "long": "integer", "int64": "integer", "int32": "integer",
    "float": "decimal", "double": "decimal", "number": "decimal", "float64": "decimal", "float32": "decimal",
    "bool": "boolean", "datetimestamp": "datetime",
}  # fmt: skip
