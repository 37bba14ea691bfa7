"""From bytes to statements: Turtle, RDF/XML, JSON-LD. Nothing is fetched: a context comes from the table below or the document is
refused; a document type (entities, their bombs) is refused; sizes are counted while reading. Pure, and safe to run in a process
of its own with little memory.
"""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

from providers.catalogue.rules.rdf import PREFIXES, Link, Text, Typed, Value
from providers.catalogue.rules.reading.graph import SCHEMA, Graph, clean
from providers.catalogue.rules.reading.reasons import Unreadable
from providers.catalogue.rules.schema_org import CONTEXT

TURTLE, JSON_LD, RDF_XML, CKAN = "TURTLE", "JSON_LD", "RDF_XML", "CKAN"
ENDINGS = {"ttl": TURTLE, "jsonld": JSON_LD, "json": JSON_LD, "rdf": RDF_XML, "xml": RDF_XML}
MEDIA_TYPES = {"text/turtle": TURTLE, "application/ld+json": JSON_LD, "application/json": JSON_LD, "application/rdf+xml": RDF_XML}
MOST_STATEMENTS = 500_000
_SCHEMA = {"@vocab": SCHEMA}
CONTEXTS: dict[str, dict[str, Any]] = {  # what is known here without the network, by address
    "https://schema.org": _SCHEMA,
    "http://schema.org": _SCHEMA,
    "https://schema.org/docs/jsonldcontext.jsonld": _SCHEMA,
    "http://mlcommons.org/croissant/1.0": CONTEXT,
    "http://mlcommons.org/croissant/1.1": CONTEXT,
    "https://mlcommons.org/croissant/1.0": CONTEXT,
    "https://mlcommons.org/croissant/1.1": CONTEXT,
    "http://www.w3.org/ns/dcat": {**PREFIXES},
}


def kind_of(content: bytes, name: str = "", media_type: str = "") -> str:
    """What a document is, from its content first: a name or a media type may lie. Raises Unreadable for what is no text."""
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not content.strip():
        raise Unreadable("empty")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return RDF_XML if name.lower().endswith((".rdf", ".xml")) else kind_of(text_of(content).encode(), name, media_type)
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"\xd0\xcf\x11\xe0", b"BZh", b"\xfd7zXZ")) or b"\0" in head:
        raise Unreadable("no_text")
    if head.startswith((b"{", b"[")) and not _looks_like_turtle(head):
        return JSON_LD
    if head.startswith(b"<") and (b"<?xml" in head[:100] or b"<rdf:RDF" in head or b"<RDF" in head):
        return RDF_XML
    if head[:200].lower().startswith((b"<!doctype html", b"<html")):
        raise Unreadable("page")
    by_name = ENDINGS.get(name.lower().rpartition(".")[2], "")
    found = by_name or MEDIA_TYPES.get(media_type.split(";")[0].strip().lower(), "")
    return found if found == RDF_XML else TURTLE


def _looks_like_turtle(head: bytes) -> bool:
    return head.startswith(b"[") and head[1:].lstrip()[:1] not in (b"{", b"]", b"")


def text_of(content: bytes) -> str:
    """UTF-8, or UTF-16 with its mark. Raises Unreadable."""
    try:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("encoding", place=error.start) from None


def json_of(content: bytes) -> Any:
    """Raises Unreadable, also for brackets without end."""
    try:
        return json.loads(text_of(content))
    except json.JSONDecodeError as error:
        raise Unreadable("syntax", line=error.lineno, words=error.msg[:200]) from None
    except RecursionError:
        raise Unreadable("deep") from None
    except ValueError as error:  # a number of more digits than Python reads
        raise Unreadable("syntax", line=0, words=str(error)[:200]) from None


def graph_of(content: bytes, kind: str, *, own: str, base: str) -> Graph:
    """The statements of a document. own: namespace of the portal's words; base: what relative addresses begin with."""
    graph = Graph(own)
    for subject, predicate, value in statements_of(content, kind, base):
        graph.add(subject, predicate, value)
    graph.freeze()
    return graph


def statements_of(content: bytes, kind: str, base: str) -> Iterator[tuple[str, str, Value]]:
    """Each (subject, whole predicate, value), in the order of the document; blank things are called `_:…`. Raises Unreadable."""
    yield from _parsed(json_of(content), kind, base) if kind == JSON_LD else _parsed(content, kind, base)


def _parsed(document: Any, kind: str, base: str) -> list[tuple[str, str, Value]]:
    import rdflib  # half a second of imports that no page needs
    from rdflib.plugins.parsers.notation3 import BadSyntax

    from providers.catalogue.rules.reading.sink import Sink

    logging.getLogger("rdflib").setLevel(logging.ERROR)  # it complains of every odd literal
    sink = Sink(MOST_STATEMENTS)
    try:
        if kind == JSON_LD:
            from rdflib.plugins.parsers.jsonld import to_rdf

            to_rdf(_local(document), rdflib.ConjunctiveGraph(store=sink), base, None, 1.1, False)
        else:
            if kind == RDF_XML:
                _without_entities(document)
            source = document if kind == RDF_XML else text_of(document)
            rdflib.Graph(store=sink).parse(data=source, format="xml" if kind == RDF_XML else "turtle", publicID=base)
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable("deep") from None
    except MemoryError:
        raise Unreadable("heavy") from None
    except IndexError:  # what rdflib says of Turtle that is cut off
        raise Unreadable("ends") from None
    except BadSyntax as error:
        at_the_end = not error._str[error._i :].strip()
        raise (
            Unreadable("ends")
            if at_the_end
            else Unreadable("syntax", line=error.lines + 1, words=_there(document, error.lines + 1))
        ) from None
    except Exception as error:  # a parser fails in as many ways as a document can be broken
        line = _line(error)
        raise Unreadable("syntax", line=line, words=_there(document, line) if line else _words(error)) from None
    return sink.said


def _line(error: Exception) -> int:
    return int(getattr(error, "getLineNumber", lambda: 0)() or 0)


def _there(document: Any, line: int) -> str:
    """What stands in that line: a parser's own words are no help to whoever wrote it."""
    found = text_of(document).splitlines()[line - 1 : line] if isinstance(document, bytes) else []
    return " ".join(found[0].split())[:80] if found else "…"


def _words(error: Exception) -> str:
    reason = getattr(error, "_why", "") or (error.getMessage() if hasattr(error, "getMessage") else str(error))
    return " ".join(str(reason).split())[:200]


def _without_entities(content: bytes) -> None:
    """No document type at all: an entity could read files or grow without end. Raises Unreadable."""
    from xml.sax import SAXException
    from xml.sax.handler import ContentHandler

    from defusedxml.common import DefusedXmlException
    from defusedxml.sax import make_parser

    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(ContentHandler())
    try:
        parser.parse(io.BytesIO(content))
    except DefusedXmlException:
        raise Unreadable("doctype") from None
    except SAXException as error:
        line = _line(error)
        raise Unreadable("syntax", line=line, words=_there(content, line) if line else _words(error)) from None


def _local(document: Any) -> Any:
    """The document with every context inside: the known ones filled in, others refused. Raises Unreadable."""
    if isinstance(document, list):
        return [_local(one) for one in document]
    if not isinstance(document, dict):
        return document
    if "@import" in document:
        raise Unreadable("context", address=str(document["@import"])[:200])
    return {name: _context(value) if name == "@context" else _local(value) for name, value in document.items()}


def _context(value: Any) -> Any:
    if isinstance(value, list):
        return [_context(one) for one in value]
    if isinstance(value, str):
        known = CONTEXTS.get(value.rstrip("/#"))
        if known is None:
            raise Unreadable("context", address=value[:200])
        return known
    return _local(value)


def link_or_text(term: Any) -> Value:
    """A term of rdflib as a value of ours."""
    import rdflib

    if isinstance(term, rdflib.Literal):
        if term.language:
            return Text(clean(term), term.language.lower().split("-")[0])
        datatype = str(term.datatype or "")
        return (
            Typed(clean(term), datatype) if datatype and not datatype.endswith(("#string", "#langString")) else Text(clean(term))
        )
    return Link(f"_:{term}" if isinstance(term, rdflib.BNode) else clean(term))
