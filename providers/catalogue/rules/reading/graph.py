"""Statements as they are looked up while reading: thing → predicate → values, in the order of the document. Pure."""

from collections.abc import Iterable
from typing import Any

from providers.catalogue.rules.rdf import PREFIXES, Link, Node, Text, Typed, Value, iri

SCHEMA = "https://schema.org/"
CROISSANT = "http://mlcommons.org/croissant/"
_ALSO = {"schema": SCHEMA, "cr": CROISSANT, "owl": "http://www.w3.org/2002/07/owl#"}
_SPACES = sorted({**PREFIXES, **_ALSO}.items(), key=lambda pair: -len(pair[1]))
_OLD_SCHEMA = "http://schema.org/"
NOTHING: tuple[Value, ...] = ()


class Graph:
    """own: the namespace of the portal's own words, which are called `portal:`."""

    def __init__(self, own: str = "") -> None:
        self.own = own
        self.things: dict[str, dict[str, list[Value]]] = {}
        self._short: dict[str, str] = {}

    def add(self, subject: str, predicate: str, value: Value) -> None:
        """predicate: the whole address."""
        values = self.things.setdefault(subject, {}).setdefault(self.short(predicate), [])
        if value not in values:
            values.append(value)

    def short(self, address: str) -> str:
        """prefix:name where the prefix is known, else the address."""
        found = self._short.get(address)
        if found is None:
            found = self._short[address] = self._shortened(address)
        return found

    def _shortened(self, address: str) -> str:
        if self.own and address.startswith(self.own):
            return f"portal:{address[len(self.own) :]}"
        if address.startswith(_OLD_SCHEMA):
            return f"schema:{address[len(_OLD_SCHEMA) :]}"
        return next((f"{name}:{address[len(space) :]}" for name, space in _SPACES if address.startswith(space)), address)

    def of_type(self, *kinds: str) -> list[str]:
        """Things of one of these classes, in the order of the document."""
        wanted = set(kinds)
        return [thing for thing, facts in self.things.items() if wanted & set(facts.get("a", NOTHING))]  # type: ignore[arg-type]

    def values(self, thing: str, *predicates: str) -> list[Value]:
        """Of the first predicate that says something."""
        facts = self.things.get(thing) or {}
        return next((found for name in predicates if (found := facts.get(name))), [])

    def links(self, thing: str, *predicates: str) -> list[str]:
        return [value.address for value in self.values(thing, *predicates) if isinstance(value, Link)]

    def plain(self, thing: str, *predicates: str) -> list[str]:
        """The words of literals, whatever their language or datatype."""
        return [words for value in self.values(thing, *predicates) if (words := plain(value))]

    def first(self, thing: str, *predicates: str) -> str:
        return next(iter(self.plain(thing, *predicates)), "")

    def freeze(self) -> None:
        """After reading: classes become plain names, so that `of_type` finds them."""
        for facts in self.things.values():
            kinds: Any = [self.short(value.address) for value in facts.pop("rdf:type", ()) if isinstance(value, Link)]
            if kinds:
                facts["a"] = kinds


_CONTROL = {code: None for code in (*range(32), 127) if chr(code) not in "\n\r\t"}


def clean(text: str) -> str:
    """Without what no database keeps and nobody reads: control characters and halves of characters."""
    text = text.translate(_CONTROL)
    return text if text.isascii() else text.encode("utf-8", "ignore").decode()


def plain(value: Value) -> str:
    match value:
        case Text(words, _):
            return words.strip()
        case Typed(lexical, _):
            return lexical.strip()
        case _:
            return ""


def of_nodes(nodes: Iterable[Node], own: str) -> Graph:
    """What a document of these nodes says, without writing and parsing it."""
    graph = Graph(own)
    for node in nodes:
        facts: dict[str, Any] = graph.things.setdefault(iri(node.address), {})
        if node.types:
            facts["a"] = list(node.types)
        for predicate, value in node.facts:
            values = facts.setdefault(predicate, [])
            said = Link(iri(value.address)) if isinstance(value, Link) else value
            if said not in values:
                values.append(said)
    return graph
