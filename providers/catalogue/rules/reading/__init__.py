"""Reading somebody else's catalogue: from bytes to records in the fields of an entry, and what they would change here."""

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from providers.catalogue.rules import dcat as writing
from providers.catalogue.rules import schema_org
from providers.catalogue.rules.rdf import iri, kept
from providers.catalogue.rules.reading import ckan, dcat, schema
from providers.catalogue.rules.reading.documents import CKAN, JSON_LD, graph_of, json_of, kind_of, link_or_text
from providers.catalogue.rules.reading.graph import Graph, of_nodes
from providers.catalogue.rules.reading.reasons import SENTENCES, Reason, Unreadable, sentence
from providers.catalogue.rules.reading.shape import Lookup, Read, differing
from providers.catalogue.rules.world import Published, World

__all__ = ["CKAN", "SENTENCES", "Graph", "Lookup", "Read", "Reason", "Unreadable", "changed", "ckan", "differing", "documents_kind",
           "link_or_text", "read_document", "read_graph", "read_page", "sentence"]  # fmt: skip
documents_kind = kind_of
MOST_RECORDS = 50_000  # of one document; a CKAN gives many pages


def read_document(content: bytes, world: World, *, name: str = "", media_type: str = "", base: str = "") -> list[Read]:
    """The records of a document, in its order. base: what relative addresses begin with. Raises Unreadable."""
    kind, known = kind_of(content, name, media_type), Lookup(world)
    if kind == JSON_LD and ckan.is_answer(document := json_of(content)):
        return once(ckan.records(document, known))
    return read_graph(graph_of(content, kind, own=world.own, base=base or f"{world.base}/"), known)


def read_page(content: bytes, world: World) -> tuple[list[Read], int, int | None]:
    """One page of a CKAN search: its records, how many datasets stand on it, and how many the search found. Raises Unreadable."""
    document = json_of(content)
    found = ckan.packages(document)
    return once(ckan.records({"packages": found}, Lookup(world))), len(found), ckan.count(document)


def read_graph(graph: Graph, known: Lookup) -> list[Read]:
    """Raises Unreadable where there is no dataset."""
    found = [*dcat.records(graph, known), *schema.records(graph, known)]
    if not found:
        raise Unreadable("nothing")
    return once(found)


def once(found: Iterable[Read]) -> list[Read]:
    """The first record of an identifier counts; the others are refused. Raises Unreadable for more than can be taken over at once."""
    reads, seen = list(islice(found, MOST_RECORDS + 1)), set()
    if len(reads) > MOST_RECORDS:
        raise Unreadable("too_many", most=f"{MOST_RECORDS:,}")
    for one in reads:
        if one.refusal is None and one.identifier in seen:
            one.refusal = Reason("twice")
        seen.add(one.identifier)
    return reads


def changed(read: Read, content: Mapping[str, Any], one: Published | None, known: Lookup) -> dict[str, Any]:
    """Field → value of what the record says otherwise than the stored content. one: the entry with that content, where it is to
    be compared as the exports write it too: what an export cannot say, a document that was one cannot have changed."""
    said = [content]
    found = differing(read, said)
    for more in (_as_dcat, _as_schema):
        if found and one is not None:
            said += more(one, known)
            found = differing(read, said)
    return found


def _as_dcat(one: Published, known: Lookup) -> list[Mapping[str, Any]]:
    """What reading gives of the documents that the portal writes of the entry."""
    nodes = writing.dataset(one, known.world)
    root = nodes[0].address
    graphs = [of_nodes(kept(nodes, root, without), known.world.own) for without in (frozenset(), writing.ONLY_HEALTH)]
    return [dcat.record(graph, iri(root), known).values for graph in graphs]


def _as_schema(one: Published, known: Lookup) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for language in ("ko", "en"):
        for document in (schema_org.schema_org(one, known.world, language), schema_org.croissant(one, known.world, language)):
            if document is not None:
                text = json.dumps(document).encode()
                graph = graph_of(text, JSON_LD, own=known.world.own, base=f"{known.world.base}/")
                found.append(schema.record(graph, iri(document["@id"]), known).values)
    return found
