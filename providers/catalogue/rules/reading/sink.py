"""Where rdflib puts what it reads: a plain list that says no when it grows too long. Pure."""

from typing import Any

from rdflib import BNode
from rdflib.store import Store

from providers.catalogue.rules.rdf import Value
from providers.catalogue.rules.reading.documents import link_or_text
from providers.catalogue.rules.reading.graph import clean
from providers.catalogue.rules.reading.reasons import Unreadable


class Sink(Store):
    """Only what a parser needs of a store."""

    context_aware = True
    graph_aware = True

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.said: list[tuple[str, str, Value]] = []
        self._names: dict[str, Any] = {}

    def add(self, triple: Any, context: Any, quoted: bool = False) -> None:
        if len(self.said) >= self.most:
            raise Unreadable("large", most=self.most)
        subject, predicate, value = triple
        self.said.append((f"_:{subject}" if isinstance(subject, BNode) else clean(subject), str(predicate), link_or_text(value)))

    def triples(self, triple: Any, context: Any = None) -> Any:
        return iter(())

    def __len__(self, context: Any = None) -> int:
        return len(self.said)

    def bind(self, prefix: str, namespace: Any, override: bool = True) -> None:
        self._names[prefix] = namespace

    def namespace(self, prefix: str) -> Any:
        return self._names.get(prefix)

    def prefix(self, namespace: Any) -> None:
        return None

    def namespaces(self) -> Any:
        return iter(self._names.items())

    def add_graph(self, graph: Any) -> None:
        return None
