"""The catalogue as a whole in DCAT-AP: the catalogue, the record of each entry, and the words that entries use. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from providers.catalogue.rules.dcat import OWN
from providers.catalogue.rules.rdf import Fact, Link, Node, Text, Typed
from providers.catalogue.rules.world import Published, World, coded, coded_address, once, term, texts

TITLE = ("보건의료 데이터 바우처 데이터 목록", "Catalogue of the healthcare data voucher")
DESCRIPTION = (
    "바우처로 찾고 신청할 수 있는 보건의료 데이터셋과, 공개된 출처에서 옮겨 온 데이터셋의 목록입니다.",
    "Healthcare datasets that can be found and applied for here, and entries taken over from public sources.",
)
SERVICES = {  # path → title
    "datasets": ("데이터셋 목록 API", "API of the datasets"),
    "offers": ("공급 상품 API", "API of the offers"),
}
# what the portal says besides the fields of an entry: name → (Korean, English)
MORE_TERMS = {
    "isDemo": ("시연용 자료", "Made up for the demonstration"),
    "diseaseArea": ("질환", "Diseases"),
    "codingSystem": ("코드 체계", "Coding system"),
    "institutionType": ("기관 유형", "Institution type"),
    "unit": ("단위", "Unit"),
    "values": ("값 또는 코드 목록", "Code list or values"),
    "entryVersion": ("게시한 판의 번호", "Number of the published version"),
    "entrySha256": ("게시한 판의 해시값", "Hash of the published version"),
    "origin": ("작성 주체", "Entered by"),
}


@dataclass(frozen=True)
class Keeper:
    """Who answers for the catalogue. mail: "" when none is published."""

    name_ko: str
    name_en: str
    mail: str = ""


def catalogue(world: World, keys: Sequence[str], acts: Sequence[str], keeper: Keeper, changed: datetime) -> list[Node]:
    """The catalogue, its keeper and its services. keys: the entries in it; acts: codes of all acts that its data is under."""
    base = world.base
    facts: list[Fact] = [("dct:title", text) for text in texts(*TITLE)]
    facts += [("dct:description", text) for text in texts(*DESCRIPTION)]
    facts += [
        ("dct:publisher", Link(f"{base}/#operator")),
        ("dct:modified", moment(changed)),
        ("foaf:homepage", Link(f"{base}/catalogue/")),
        ("dcat:themeTaxonomy", Link(THEMES)),
        *(("dct:language", Link(coded_address("language", code, world))) for code in ("ko", "en")),
        *(("dcatap:applicableLegislation", Link(world.code("applicable_legislation", code))) for code in acts),
        *(("dcat:service", Link(f"{base}/api/v1/{name}/#service")) for name in SERVICES),
        *(("dcat:dataset", Link(world.dataset(key))) for key in keys),
        *(("dcat:record", Link(f"{world.entry(key)}#record")) for key in keys),
    ]
    return once(
        [
            Node(world.catalogue, ("dcat:Catalog",), tuple(facts)),
            Node(f"{base}/catalogue/", ("foaf:Document",), ()),
            *_keeper(base, keeper),
            *(_service(base, name, words) for name, words in SERVICES.items()),
            Node(THEMES, ("skos:ConceptScheme",), tuple(("dct:title", text) for text in _titles("data_theme", world))),
            *(coded("language", code, world) for code in ("ko", "en")),
            *(coded("applicable_legislation", code, world) for code in acts),
        ]
    )


THEMES = "http://publications.europa.eu/resource/authority/data-theme"


def _keeper(base: str, keeper: Keeper) -> list[Node]:
    reached: Fact = ("cv:email", Text(keeper.mail)) if keeper.mail else ("cv:contactPage", Link(f"{base}/"))
    facts: list[Fact] = [("foaf:name", text) for text in texts(keeper.name_ko or TITLE[0], keeper.name_en or TITLE[1])]
    facts.append(("cv:contactPoint", Link(f"{base}/#contact")))
    return [Node(f"{base}/#operator", ("foaf:Agent",), tuple(facts)), Node(f"{base}/#contact", ("cv:ContactPoint",), (reached,))]


def _service(base: str, name: str, words: tuple[str, str]) -> Node:
    there = f"{base}/api/v1/{name}/"
    facts: list[Fact] = [("dct:title", text) for text in texts(*words)]
    facts += [("dcat:endpointURL", Link(there)), ("dcat:endpointDescription", Link(f"{base}/api/schema/"))]
    return Node(f"{there}#service", ("dcat:DataService",), (*facts, ("dct:publisher", Link(f"{base}/#operator"))))


def record(one: Published, world: World) -> list[Node]:
    """When the entry was published and changed here, and under which profile it stands."""
    profile, origin = str(one.content.get("profile") or ""), str(one.content.get("origin") or "")
    facts: list[Fact] = [
        ("foaf:primaryTopic", Link(world.dataset(one.key))),
        *((name, moment(when)) for name, when in (("dct:issued", one.issued), ("dct:modified", one.modified)) if when),
        ("portal:entryVersion", Typed(str(one.number), "xsd:nonNegativeInteger")),
        ("portal:entrySha256", Text(one.sha256)),
    ]
    nodes = []
    for predicate, listed, code in (("dct:conformsTo", "profile", profile), ("portal:origin", "origin", origin)):
        if code:
            facts.append((predicate, Link(world.code(listed, code))))
            nodes.append(coded(listed, code, world))
    return [Node(f"{world.entry(one.key)}#record", ("dcat:CatalogRecord",), tuple(facts)), *nodes]


def moment(when: datetime) -> Typed:
    return Typed(when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"), "xsd:dateTime")


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────
def code_list(listed: str, world: World) -> list[Node]:
    """A code list as a scheme with its concepts; those with an official address stand under that."""
    scheme, titles = world.scheme(listed), _titles(listed, world)
    facts = [(predicate, text) for predicate in ("dct:title", "skos:prefLabel") for text in titles]
    return once(
        [
            Node(scheme, ("skos:ConceptScheme",), tuple(facts)),
            *(coded(listed, code, world) for code in world.codes[listed]),
        ]
    )


def _titles(listed: str, world: World) -> list[Text]:
    return texts(*world.titles.get(listed, ("", listed)))


def terms(world: World, labels: Mapping[str, tuple[str, str]]) -> list[Node]:
    """The properties of the portal's own. labels: field → (Korean, English)."""
    words = {term(one.name): labels[one.name] for one in OWN} | MORE_TERMS
    return [
        *(
            Node(f"{world.own}{name}", ("rdf:Property",), tuple(("rdfs:label", text) for text in texts(*said)))
            for name, said in words.items()
        ),
        Node(f"{world.own}DiseaseArea", ("rdfs:Class",), tuple(("rdfs:label", text) for text in texts("질환", "Diseases"))),
    ]
