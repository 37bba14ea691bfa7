"""What an export says of an entry, without a database: nothing lost, nothing invented, the same in both ways of writing."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

from providers.catalogue import rules
from providers.catalogue.rules import collection, dcat, rdf, schema_org, world

BASE = "https://portal.example"
WORLD = world.World(
    base=BASE,
    codes={
        "access_rights": {
            "PUBLIC": world.Coded("공개", "Public", "http://publications.europa.eu/resource/authority/access-right/PUBLIC")
        },
        "licence": {
            "CC_BY": world.Coded("CC BY 4.0", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
            "AGREEMENT": world.Coded("기관 별도 협약", "By agreement"),
        },
        "modality": {"CT": world.Coded("전산화단층촬영", "Computed tomography")},
    },
    agents={"h": world.Agent("h", "가상병원", "Fictional Hospital", "HOSPITAL", "hospital.example")},
)
VARIABLE = {"name": "age", "label_ko": "나이", "label_en": "Age", "datatype": "integer", "unit": "year", "values": "", "description_ko": "",
            "description_en": "", "required": True}  # fmt: skip
FILLED: dict[rules.Kind, Any] = {
    rules.Kind.LINE: "a line", rules.Kind.TEXT: "a text", rules.Kind.WORDS: ["h"], rules.Kind.NUMBER: 7, rules.Kind.FLAG: False,
    rules.Kind.CODE: "A", rules.Kind.CODES: ["A", "B"], rules.Kind.DATE: "2024-05", rules.Kind.URL: "there.example/page",
    rules.Kind.URLS: ["https://there.example/paper"], rules.Kind.EMAIL: "desk@hospital.example", rules.Kind.DURATION: "P1D",
    rules.Kind.INSTITUTION: "h", rules.Kind.SYSTEMS: [{"system": "KCD", "version": "9"}],
    rules.Kind.AREAS: [{"system": "KCD", "version": "9", "codes": ["C34"], "label_ko": "폐암", "label_en": "Lung cancer"}],
    rules.Kind.DISTRIBUTIONS: [{"title_ko": "파일", "title_en": "File", "access_url": "https://there.example/data.csv", "format": "CSV",
                                "licence": "CC_BY", "availability": "STABLE"}],
    rules.Kind.FEE: {"currency": "KRW", "items": [{"amount_won": 10, "unit": "day"}]},
}  # fmt: skip


def empty() -> dict[str, Any]:
    return {one.name: rules.nothing(one.kind) for one in rules.FIELDS} | {
        "title_ko": "제목",
        "title_en": "Title",
        "variables": [],
    }


def full() -> dict[str, Any]:
    return {one.name: FILLED[one.kind] for one in rules.FIELDS} | {"variables": [VARIABLE], "contact_phone": "02-123-4567"}


def entry(content: dict[str, Any], **more: Any) -> world.Published:
    return world.Published("set-1", "h", content, 1, "0" * 64, datetime(2027, 1, 31, 15, tzinfo=UTC), **more)


def graph(content: dict[str, Any]) -> Graph:
    return Graph().parse(data="".join(rdf.turtle(dcat.dataset(entry(content), WORLD), WORLD.own)), format="turtle")


def test_every_field_of_an_entry_is_said_somewhere() -> None:
    whole = set(graph(full()))
    for one in rules.FIELDS:
        without = set(graph(full() | {one.name: rules.nothing(one.kind)}))
        assert without != whole, one.name
        other = {rules.Kind.NUMBER: 8, rules.Kind.FLAG: True, rules.Kind.CODE: "C"}.get(one.kind)
        if other is not None:
            assert set(graph(full() | {one.name: other})) != whole, one.name


def test_what_is_not_published_is_absent() -> None:
    said = {
        str(predicate)
        for _subject, predicate, _object in graph(empty()).triples((URIRef(f"{BASE}/catalogue/set-1/#dataset"), None, None))
    }
    assert {name.rsplit("/", 1)[-1].rsplit("#", 1)[-1] for name in said} == {"type", "title", "identifier", "publisher"}


def test_both_ways_of_writing_say_the_same_whatever_was_typed() -> None:
    nasty = 'quote " backslash \\ newline \n tab \t bell \x07 </script> <http://x> \u2028 한글 🩻'
    content = full() | {
        "title_ko": nasty,
        "notes": nasty,
        "keywords_en": [nasty],
        "landing_page": 'https://there.example/a<b>"c|d',
    }
    nodes = dcat.dataset(entry(content), WORLD)
    turtle = Graph().parse(data="".join(rdf.turtle(nodes, WORLD.own)), format="turtle")
    json_ld = Graph().parse(data="".join(rdf.json_ld(nodes, WORLD.own)), format="json-ld")
    assert len(turtle) > 100
    assert isomorphic(turtle, json_ld)
    assert nasty in {str(value) for value in turtle.objects()}
    assert not any(isinstance(term, URIRef) and set('<>"|') & set(term) for triple in turtle for term in triple)


def test_a_code_has_its_official_address_or_one_of_ours_with_both_words() -> None:
    found = graph(full() | {"access_rights": "PUBLIC", "modality": ["CT"]})
    rights = found.value(URIRef(f"{BASE}/catalogue/set-1/#dataset"), URIRef(rdf.PREFIXES["dct"] + "accessRights"))
    assert str(rights) == "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
    own = URIRef(f"{BASE}/catalogue/codes/modality/#CT")
    labels = {(str(label), label.language) for label in found.objects(own, URIRef(rdf.PREFIXES["skos"] + "prefLabel"))}
    assert labels == {("전산화단층촬영", "ko"), ("Computed tomography", "en")}
    assert str(found.value(own, URIRef(rdf.PREFIXES["skos"] + "inScheme"))) == f"{BASE}/catalogue/codes/modality/#scheme"


def test_the_plain_profile_leaves_out_what_dcat_ap_has_no_word_for() -> None:
    nodes = dcat.dataset(entry(full()), WORLD)
    plain = rdf.kept(nodes, nodes[0].address, dcat.ONLY_HEALTH)
    used = {name.split(":")[0] for node in plain for name in (*node.types, *(fact[0] for fact in node.facts))}
    assert used == {"adms", "dcat", "dcatap", "dct", "eli", "foaf", "rdfs", "skos", "vcard"}
    assert not [node for node in plain if "#column" in node.address or "#quality" in node.address or "#analytics" in node.address]
    assert {node.address for node in nodes} == {node.address for node in rdf.kept(nodes, nodes[0].address, frozenset())}


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("2024", "xsd:gYear"),
        ("2024-05", "xsd:gYearMonth"),
        ("2024-05-01", "xsd:date"),
        ("2026-H2", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_day_has_the_datatype_of_how_much_is_known(text: str, datatype: str | None) -> None:
    found = world.day_of(text)
    assert found == (rdf.Typed(text, datatype) if datatype else None)


def test_a_source_may_write_a_bare_host_and_nothing_else_becomes_an_address() -> None:
    assert world.address_of("k-cure.mohw.go.kr") == "https://k-cure.mohw.go.kr"
    assert [world.address_of(text) for text in ("", "ask the desk", "javascript:alert(1)", "https://user:pass@x.example")] == [
        ""
    ] * 4


def test_an_office_without_mail_and_page_is_no_contact_point() -> None:
    contact = URIRef(rdf.PREFIXES["dcat"] + "contactPoint")
    assert not list(graph(full() | {"contact_email": "", "contact_page": ""}).objects(None, contact))
    assert list(graph(full() | {"contact_email": ""}).objects(None, contact))


def test_a_column_without_a_label_is_called_by_its_name() -> None:
    found = graph(full() | {"variables": [VARIABLE | {"label_ko": "", "label_en": ""}]})
    column = URIRef(f"{BASE}/catalogue/set-1/#column-1")
    for name in (rdf.PREFIXES["csvw"] + "title", rdf.PREFIXES["dct"] + "description"):
        assert [str(value) for value in found.objects(column, URIRef(name))] == ["age"]


def test_a_demonstration_says_so_in_words_that_every_reader_knows() -> None:
    demo = world.World(BASE, {}, agents={"h": world.Agent("h", "가상병원", "Fictional", is_demo=True)})
    found = dict(dcat.dataset(entry(full()), demo)[0].facts)
    assert found["portal:isDemo"] == rdf.Typed("true", "xsd:boolean")
    assert found["adms:versionNotes"] == rdf.Text("Made up for the demonstration; it does not exist.", "en")
    assert "portal:isDemo" not in dict(dcat.dataset(entry(full()), WORLD)[0].facts)
    assert schema_org.schema_org(entry(full()), demo, "en")["creativeWorkStatus"] == "Demonstration"


def test_the_portals_own_words_are_all_explained() -> None:
    said = {name for node in dcat.dataset(entry(full()), WORLD) for name in (*node.types, *(fact[0] for fact in node.facts))}
    said |= {
        fact[0] for node in collection.record(entry(full() | {"profile": "KR", "origin": "HOLDER"}), WORLD) for fact in node.facts
    }
    labels = {one.name: ("말", "word") for one in rules.FIELDS}
    explained = {node.address.removeprefix(WORLD.own) for node in collection.terms(WORLD, labels)}
    assert {name.removeprefix("portal:") for name in said if name.startswith("portal:")} <= explained


# ── schema.org and Croissant ─────────────────────────────────────────────────────────────────────────
def test_schema_org_speaks_the_readers_language() -> None:
    content = full() | {"title_ko": "제목", "title_en": "Title", "temporal_start": "2014", "temporal_end": "", "modality": ["CT"]}
    korean, english = (schema_org.schema_org(entry(content), WORLD, language) for language in ("ko", "en"))
    assert (korean["name"], korean["alternateName"]) == ("제목", ["Title"])
    assert (english["name"], english["alternateName"]) == ("Title", ["제목"])
    assert english["measurementTechnique"] == ["Computed tomography"]
    assert english["temporalCoverage"] == "2014/.."
    assert english["isAccessibleForFree"] is False
    assert "isAccessibleForFree" not in schema_org.schema_org(entry(empty()), WORLD, "en")


def public(**more: Any) -> dict[str, Any]:
    return full() | {"access_rights": "PUBLIC", "sample_url": "", **more}


def file(**more: Any) -> dict[str, Any]:
    return FILLED[rules.Kind.DISTRIBUTIONS][0] | more


def test_croissant_describes_a_file_that_anybody_may_download() -> None:
    said = schema_org.croissant(entry(public()), WORLD, "en")
    assert said is not None
    required = {"@context", "@type", "@id", "name", "description", "license", "url", "creator", "datePublished", "conformsTo"}
    assert required <= set(said)
    assert said["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert said["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert said["datePublished"] == "2027-02-01"  # the day in Korea
    assert [(one["contentUrl"], one["encodingFormat"]) for one in said["distribution"]] == [
        ("https://there.example/data.csv", "text/csv")
    ]
    assert said["isLiveDataset"] is True and "sha256" not in str(said)
    assert said["recordSet"][0]["field"][0]["source"] == {"fileObject": {"@id": "distribution-1"}, "extract": {"column": "age"}}


@pytest.mark.parametrize(
    "content",
    [
        public(access_rights="RESTRICTED"),
        public(access_rights="NON_PUBLIC"),
        public(access_rights=""),
        public(distributions=[file(licence="AGREEMENT")]),
        public(distributions=[file(licence="")]),
        public(distributions=[file(format="HTML")]),
        public(distributions=[file(format="")]),
        public(distributions=[], sample_url="https://there.example/sample.csv"),  # under no licence
    ],
)
def test_there_is_no_croissant_without_an_open_file(content: dict[str, Any]) -> None:
    assert schema_org.croissant(entry(content), WORLD, "en") is None


def test_a_sample_counts_when_its_address_says_what_it_is() -> None:
    page = file(format="HTML")
    assert (
        schema_org.croissant(entry(public(distributions=[page], sample_url="https://there.example/sample")), WORLD, "ko") is None
    )
    said = schema_org.croissant(entry(public(distributions=[page], sample_url="https://there.example/sample.CSV")), WORLD, "ko")
    assert said is not None
    assert [one["@id"] for one in said["distribution"]] == ["sample"]
    assert "recordSet" not in said  # nobody says that a sample has all columns


def test_a_node_is_said_once() -> None:
    addresses = sorted(node.address for node in dcat.dataset(entry(full()), WORLD))
    assert not [one for one, next_one in pairwise(addresses) if one == next_one]
