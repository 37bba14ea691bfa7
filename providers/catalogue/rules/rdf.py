"""Statements as plain values, and the two ways in which they are written down: Turtle and JSON-LD. Pure text, node by node, so
that a catalogue of any size is written without being held.

Every node has an address, none is blank: a second export of the same entry says the same of the same things.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

type Value = Link | Text | Typed
type Fact = tuple[str, Value]  # a predicate as prefix:name, and what it says

PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geodcatap": "http://data.europa.eu/930/",
    "healthdcatap": "http://healthdataportal.eu/ns/health#",
    "oa": "http://www.w3.org/ns/oa#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True)
class Link:
    """Another thing, by its whole address."""

    address: str


@dataclass(frozen=True)
class Text:
    """Words; language: `ko`, `en` or "" when it is not known."""

    words: str
    language: str = ""


@dataclass(frozen=True)
class Typed:
    """A literal with its datatype as prefix:name."""

    lexical: str
    datatype: str


@dataclass(frozen=True)
class Node:
    """One thing: its address, its classes as prefix:name, what is said of it."""

    address: str
    types: tuple[str, ...]
    facts: tuple[Fact, ...]


def kept(nodes: Iterable[Node], root: str, without: frozenset[str]) -> list[Node]:
    """The nodes that are reached from the root once all facts whose prefix stands in `without` are left out."""
    whole: dict[str, Node] = {}
    for node in nodes:
        facts = tuple(fact for fact in node.facts if fact[0].split(":")[0] not in without)
        types = tuple(one for one in node.types if one.split(":")[0] not in without)
        whole.setdefault(node.address, replace(node, facts=facts, types=types))
    reached, ahead = {root}, [root]
    while ahead:
        for _predicate, value in whole[ahead.pop()].facts:
            if isinstance(value, Link) and value.address in whole and value.address not in reached:
                reached.add(value.address)
                ahead.append(value.address)
    return [node for node in whole.values() if node.address in reached]


# ── Turtle ───────────────────────────────────────────────────────────────────────────────────────────
def turtle(nodes: Iterable[Node], own: str) -> Iterator[str]:
    """The document, piece by piece. own: the namespace of the prefix `portal`."""
    yield "".join(f"@prefix {name}: <{address}> .\n" for name, address in {**PREFIXES, "portal": own}.items())
    for node in nodes:
        yield _turtle_node(node)


def _turtle_node(node: Node) -> str:
    grouped: dict[str, list[str]] = {"a": list(node.types)} if node.types else {}
    for predicate, value in node.facts:
        said = grouped.setdefault(predicate, [])
        if (written := _turtle_value(value)) not in said:
            said.append(written)
    lines = [f"    {predicate} {', '.join(said)}" for predicate, said in grouped.items()]
    return f"\n<{iri(node.address)}>\n" + " ;\n".join(lines) + " .\n"


def _turtle_value(value: Value) -> str:
    match value:
        case Link(address):
            return f"<{iri(address)}>"
        case Text(words, language):
            return _quoted(words) + (f"@{language}" if language else "")
        case Typed(lexical, datatype):
            return f"{_quoted(lexical)}^^{datatype}"


_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNSAFE_TEXT = re.compile(r'[\x00-\x1f\x7f\\"]')
_UNSAFE_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`]')


def _quoted(text: str) -> str:
    escaped = _UNSAFE_TEXT.sub(lambda found: _ESCAPED.get(found[0], f"\\u{ord(found[0]):04X}"), text)
    return f'"{escaped}"'


def iri(address: str) -> str:
    """The address with what an IRI may not hold written as %XX; letters of every script stay."""
    return _UNSAFE_IRI.sub(lambda found: f"%{ord(found[0]):02X}", address)


# ── JSON-LD ──────────────────────────────────────────────────────────────────────────────────────────
def json_ld(nodes: Iterable[Node], own: str) -> Iterator[str]:
    """The document, piece by piece, with its context inside: nobody has to fetch one. own: as in `turtle`."""
    context = json.dumps({**PREFIXES, "portal": own}, ensure_ascii=False)
    yield f'{{"@context": {context},\n"@graph": ['
    between = "\n"
    for node in nodes:
        yield between + json.dumps(_json_node(node), ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


def _json_node(node: Node) -> dict[str, object]:
    said: dict[str, object] = {"@id": iri(node.address)}
    if node.types:
        said["@type"] = list(node.types)
    for predicate, value in node.facts:
        values = said.setdefault(predicate, [])
        assert isinstance(values, list)
        if (written := _json_value(value)) not in values:
            values.append(written)
    return said


def _json_value(value: Value) -> dict[str, str]:
    match value:
        case Link(address):
            return {"@id": iri(address)}
        case Text(words, language):
            return {"@value": words, "@language": language} if language else {"@value": words}
        case Typed(lexical, datatype):
            return {"@value": lexical, "@type": datatype}
