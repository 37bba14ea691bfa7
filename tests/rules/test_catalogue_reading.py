"""Somebody else's catalogue, read: what it says in our fields, what it leaves open, and what is refused before it can harm."""

import json
import socket
from typing import Any

import pytest

from providers.catalogue.rules.reading import Lookup, Read, Unreadable, ckan, differing, read_document, sentence
from providers.catalogue.rules.reading.reasons import SENTENCES, Reason
from providers.catalogue.rules.world import Agent, Coded, World

EU = "http://publications.europa.eu/resource/authority"
WORLD = World(
    base="https://portal.example",
    codes={
        "access_rights": {"PUBLIC": Coded("공개", "Public", f"{EU}/access-right/PUBLIC"), "NON_PUBLIC": Coded("비공개", "Non-public", f"{EU}/access-right/NON_PUBLIC")},
        "data_theme": {"HEAL": Coded("보건", "Health", f"{EU}/data-theme/HEAL")},
        "file_format": {"CSV": Coded("CSV", "CSV", f"{EU}/file-type/CSV"), "PARQUET": Coded("파케이", "Parquet")},
        "licence": {"CC_BY": Coded("CC BY", "CC BY", "https://creativecommons.org/licenses/by/4.0/")},
        "coding_system": {"KCD": Coded("한국표준질병사인분류", "KCD"), "ICD_O_3": Coded("", "ICD-O-3")},
        "spatial_coverage": {"SEOUL": Coded("서울", "Seoul", "", "KR-11")},
        "modality": {"CT": Coded("전산화단층촬영", "Computed tomography")},
        "update_frequency": {"ANNUAL": Coded("매년", "Annual", f"{EU}/frequency/ANNUAL")},
    },
    agents={
        "snu": Agent("snu", "가상대학교병원", "Fictional University Hospital"),
        "twin-a": Agent("twin-a", "쌍둥이병원", "Twin A"),
        "twin-b": Agent("twin-b", "쌍둥이병원", "Twin B"),
    },
)  # fmt: skip
KNOWN = Lookup(WORLD)
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix csvw: <http://www.w3.org/ns/csvw#> .
@prefix health: <http://healthdataportal.eu/ns/health#> . @prefix adms: <http://www.w3.org/ns/adms#> .
"""


def turtle(facts: str, more: str = "") -> Read:
    [read] = read_document(
        f'{PREFIXES}<https://h.example/d/1> a dcat:Dataset ; dct:title "자료"@ko ; {facts} . {more}'.encode(), WORLD
    )
    return read


def json_ld(document: Any) -> list[Read]:
    return read_document(json.dumps(document).encode(), WORLD, name="a.jsonld")


def codes(read: Read) -> list[tuple[str, str]]:
    return [(note.code, note.field) for note in read.notes]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch) -> None:
    def refuse(*args: Any, **more: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


# ── DCAT ─────────────────────────────────────────────────────────────────────────────────────────────
def test_a_plain_dcat_dataset_in_our_fields() -> None:
    read = turtle(
        f"""dct:identifier "h-1" ; dct:description "설명"@ko, "About"@en ; dcat:keyword "폐암", "lung"@en ; dct:accessRights <{EU}/access-right/PUBLIC> ;
        dcat:theme <{EU}/data-theme/HEAL> ; dct:accrualPeriodicity <{EU}/frequency/ANNUAL> ; dct:spatial [ <http://www.w3.org/2004/02/skos/core#notation> "KR-11" ] ;
        dct:temporal [ dcat:startDate "2014-03-01T00:00:00Z"^^xsd:dateTime ; dcat:endDate "2020"^^xsd:gYear ] ;
        health:minTypicalAge 20 ; health:numberOfRecords "4200"^^xsd:nonNegativeInteger ; health:hasStructuredData true ;
        health:hasCodeValues "KCD-9:C34", "KCD-9:J40-J47" ; dcat:landingPage <https://h.example/about> ;
        dcat:contactPoint [ vcard:fn "데이터실" ; vcard:hasEmail <mailto:data@h.example> ; vcard:hasTelephone [ vcard:hasValue <tel:+82-2-0000-0000> ] ] ;
        dct:publisher [ foaf:name "가상대학교병원"@ko ] ;
        dcat:distribution [ dcat:downloadURL <https://h.example/a.csv> ; dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ;
                            dct:license <https://creativecommons.org/licenses/by/4.0/> ; dct:title "파일"@ko ]"""
    )
    assert (read.identifier, read.publisher, read.refusal, read.notes) == ("h-1", "snu", None, [])
    assert read.values == {
        "title_ko": "자료", "description_ko": "설명", "description_en": "About", "keywords_ko": ["폐암"], "keywords_en": ["lung"],
        "access_rights": "PUBLIC", "theme": ["HEAL"], "update_frequency": "ANNUAL", "spatial": ["SEOUL"], "temporal_start": "2014-03-01",
        "temporal_end": "2020", "min_age": 20, "records": 4200, "structured": True, "landing_page": "https://h.example/about",
        "disease_areas": [{"system": "KCD", "version": "9", "codes": ["C34", "J40-J47"], "label_ko": "", "label_en": ""}],
        "disease_scope": "LISTED", "contact_name_ko": "데이터실", "contact_email": "data@h.example", "contact_phone": "+82-2-0000-0000",
        "distributions": [{"title_ko": "파일", "title_en": "", "access_url": "https://h.example/a.csv", "format": "CSV", "licence": "CC_BY",
                           "availability": ""}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "note", "field"),
    [
        ("dcat:theme <http://example.org/x>", "unknown_code", "theme"),
        ('health:minTypicalAge "young"', "misfit", "min_age"),
        ("health:minTypicalAge -3", "misfit", "min_age"),
        ("health:minTypicalAge 400", "misfit", "min_age"),
        ('dct:temporal [ dcat:startDate "long ago" ]', "misfit", "temporal_start"),
        ('dct:temporal [ dcat:startDate "2014-13" ]', "misfit", "temporal_start"),
        ('dcat:temporalResolution "daily"', "misfit", "temporal_resolution"),
        ('dct:description "Beschreibung"@de', "other_language", "description_ko"),
        ("dcat:landingPage <javascript:alert(1)>", "misfit", "landing_page"),
        ('health:hasCodeValues "wikidata:Q1"', "unknown_code", "disease_areas"),
        ("dcat:contactPoint [ vcard:hasEmail <mailto:nobody> ]", "misfit", "contact_email"),
        ("health:hdab <https://eu.example/body>", "unknown_agent", "access_body"),
        ('health:hasStructuredData "maybe"', "misfit", "structured"),
        ("dcat:distribution [ dcat:accessURL <ftp://h.example/a> ]", "misfit", "distributions"),
        ('health:hasVariables [ csvw:table [ csvw:column [ csvw:name "a" ; csvw:datatype "blob" ] ] ]', "misfit", "variables"),
        (f'dct:description "{"가" * 5000}"@ko', "cut", "description_ko"),
    ],
)
def test_what_does_not_fit_is_left_open_with_a_note(facts, note, field) -> None:
    read = turtle(f'dct:identifier "h-1" ; {facts}')
    assert (note, field) in codes(read) and read.refusal is None
    if note != "cut":
        assert field not in read.values
    assert all(sentence(one.kept()) for one in read.notes)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<https://h.example/d> a dcat:Dataset .", "no_title"),
        ('[] a dcat:Dataset ; dct:title "이름 없음"@ko .', "no_identifier"),
    ],
)
def test_a_record_without_title_or_name_is_refused(text, code) -> None:
    [read] = read_document((PREFIXES + text).encode(), WORLD)
    assert read.refusal is not None and read.refusal.code == code


def test_of_two_records_of_one_name_the_first_counts() -> None:
    text = "".join(f'<https://h.example/{n}> a dcat:Dataset ; dct:identifier "one" ; dct:title "자료 {n}"@ko . ' for n in (1, 2))
    first, second = read_document((PREFIXES + text).encode(), WORLD)
    assert first.refusal is None and second.refusal is not None and second.refusal.code == "twice"


def test_a_name_that_two_institutions_share_means_neither() -> None:
    assert KNOWN.agent("쌍둥이병원") == "" and KNOWN.agent("Twin A") == "twin-a"


def test_turtle_json_ld_and_rdf_xml_say_the_same() -> None:
    from rdflib import Graph

    text = f'{PREFIXES}<https://h.example/d/1> a dcat:Dataset ; dct:identifier "h-1" ; dct:title "자료"@ko, "Data"@en ; dcat:keyword "가"@ko .'
    graph = Graph().parse(data=text, format="turtle")
    [first] = read_document(text.encode(), WORLD)
    for name, kind in (("a.jsonld", "json-ld"), ("a.rdf", "pretty-xml"), ("a.xml", "xml")):
        [other] = read_document(graph.serialize(format=kind).encode(), WORLD, name=name)
        assert (other.identifier, other.values) == (first.identifier, first.values)


# ── schema.org, Croissant ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "context", ["https://schema.org/", "http://schema.org", {"@vocab": "https://schema.org/"}, ["https://schema.org/"]]
)
def test_a_schema_org_dataset_in_our_fields(context) -> None:
    [read] = json_ld({
        "@context": context, "@type": "Dataset", "@id": "https://h.example/d/1", "name": "심전도", "alternateName": "ECG",
        "description": "심전도 모음", "keywords": ["심장", "heart, ecg"], "inLanguage": "ko", "spatialCoverage": {"@type": "Place", "name": "서울"},
        "temporalCoverage": "2015-01/..", "publisher": {"@type": "Organization", "name": "가상대학교병원"}, "identifier": "h-9",
        "license": "https://creativecommons.org/licenses/by/4.0/", "url": "https://h.example/ecg",
        "distribution": {"@type": "DataDownload", "contentUrl": "https://h.example/ecg.csv", "encodingFormat": "text/csv", "name": "ECG table"},
    })  # fmt: skip
    assert (read.identifier, read.publisher, read.notes) == ("h-9", "snu", [])
    assert read.values["title_ko"] == "심전도" and read.values["title_en"] == "ECG" and read.values["language"] == ["ko"]
    assert (
        read.values["keywords_en"] == ["heart", "ecg"]
        and read.values["spatial"] == ["SEOUL"]
        and read.values["temporal_start"] == "2015-01"
    )
    assert read.values["distributions"][0] | {"title_ko": ""} == {
        "title_ko": "", "title_en": "ECG table", "access_url": "https://h.example/ecg.csv", "format": "CSV", "licence": "CC_BY", "availability": "",
    }  # fmt: skip


def test_croissant_brings_its_fields_as_variables() -> None:
    [read] = json_ld({
        "@context": "http://mlcommons.org/croissant/1.0", "@type": "sc:Dataset", "@id": "https://h.example/c", "name": "Sample",
        "recordSet": [{"@type": "cr:RecordSet", "field": [
            {"@type": "cr:Field", "@id": "records/age", "name": "age", "dataType": "sc:Integer", "description": "Years"},
            {"@type": "cr:Field", "@id": "records/note", "name": "note", "dataType": "sc:Text"}]}],
    })  # fmt: skip
    assert [(one["name"], one["datatype"], one["description_en"]) for one in read.values["variables"]] == [
        ("age", "integer", "Years"), ("note", "string", ""),
    ]  # fmt: skip


# ── CKAN ─────────────────────────────────────────────────────────────────────────────────────────────
PACKAGE = {
    "id": "0f-1", "name": "ecg", "title": "심전도", "title_translated": {"ko": "심전도", "en": "ECG"}, "notes": "2015년부터", "state": "active",
    "tags": [{"name": "심장"}, {"display_name": "heart"}], "organization": {"name": "fuh", "title": "Fictional University Hospital"},
    "license_id": "CC_BY", "url": "https://h.example/ecg", "resources": [{"name": "표", "url": "https://h.example/a.csv", "format": "csv"}],
    "extras": [{"key": "access_rights", "value": f"{EU}/access-right/NON_PUBLIC"}, {"key": "theme", "value": f'["{EU}/data-theme/HEAL"]'},
               {"key": "temporal_start", "value": "2015-01-01T00:00:00"}, {"key": "number_of_records", "value": "4,200"}],
}  # fmt: skip


@pytest.mark.parametrize("answer", [
    {"success": True, "result": {"count": 1, "results": [PACKAGE]}}, {"success": True, "result": PACKAGE}, {"result": [PACKAGE]},
])  # fmt: skip
def test_a_ckan_package_in_our_fields(answer) -> None:
    [read] = json_ld(answer)
    assert (read.identifier, read.publisher, read.notes) == ("0f-1", "snu", [])
    assert read.values["title_en"] == "ECG" and read.values["theme"] == ["HEAL"] and read.values["records"] == 4200
    assert (
        read.values["access_rights"] == "NON_PUBLIC"
        and read.values["keywords_ko"] == ["심장"]
        and read.values["temporal_start"] == "2015-01-01"
    )
    assert read.values["distributions"][0]["format"] == "CSV" and read.values["distributions"][0]["licence"] == "CC_BY"


@pytest.mark.parametrize(
    "answer", [{"success": False, "result": []}, {"result": "no"}, {"result": {"error": 1}}, {"packages": 3}]
)
def test_a_ckan_answer_without_results_is_unreadable(answer) -> None:
    with pytest.raises(Unreadable) as unreadable:
        ckan.packages(answer)
    assert unreadable.value.code == "not_ckan"


@pytest.mark.parametrize("junk", [
    {"id": 3, "title": ["x"], "tags": "a", "resources": "b", "extras": {"key": 1}, "organization": []},
    {"id": "a", "title": "자료", "extras": [{"key": "theme", "value": "[" * 5000}], "resources": [None, 3, {"url": 4}]},
    {"id": "a", "title": "\u0000\ud800자료", "notes": {"a": 1}, "temporal_start": {"x": 2}, "min_typical_age": [[1]]},
])  # fmt: skip
def test_odd_packages_are_read_or_refused_but_never_break(junk) -> None:
    [read] = ckan.records({"result": [junk]}, KNOWN)
    assert read.refusal is not None or read.title == "자료"
    json.dumps(read.values).encode()


# ── What is never done ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("context", [
    "https://evil.example/context.jsonld", ["https://schema.org/", "https://evil.example/c"], {"@import": "https://evil.example/c"},
    {"a": {"@id": "https://a.example/", "@context": "https://evil.example/c"}},
])  # fmt: skip
def test_a_context_is_never_fetched(context) -> None:
    with pytest.raises(Unreadable) as unreadable:
        json_ld({"@context": context, "@type": "Dataset", "name": "x"})
    assert unreadable.value.code == "context"


def test_a_context_inside_of_a_node_is_not_fetched_either() -> None:
    with pytest.raises(Unreadable) as unreadable:
        json_ld(
            {
                "@context": "https://schema.org/",
                "@type": "Dataset",
                "publisher": {"@context": "https://evil.example/c", "name": "x"},
            }
        )
    assert unreadable.value.about == {"address": "https://evil.example/c"}


XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/"><dcat:Dataset rdf:about="https://h.example/1"><dct:title>{}</dct:title></dcat:Dataset></rdf:RDF>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{"&" + a + ";" * 1}{("&" + a + ";") * 9}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@pytest.mark.parametrize("head", [
    LAUGHS, '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY i SYSTEM "file:///etc/passwd">]>',
    '<?xml version="1.0"?><!DOCTYPE r SYSTEM "https://evil.example/x.dtd">',
])  # fmt: skip
def test_entities_are_refused(head) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_document((head + XML.format("&i;")).encode(), WORLD, name="a.rdf")
    assert unreadable.value.code == "doctype"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.ttl", "empty"),
        (b" \n ", "a.ttl", "empty"),
        (b"PK\x03\x04....", "a.ttl", "no_text"),
        (b"\x1f\x8b\x08.....", "a.jsonld", "no_text"),
        (b"%PDF-1.7", "a.rdf", "no_text"),
        (b"abc\x00def", "a.ttl", "no_text"),
        (b"<!doctype html><html><body>404</body></html>", "a.ttl", "page"),
        ("@prefix a: <b> . # 한글".encode("cp949"), "a.ttl", "encoding"),
        (b'{"a": ', "a.jsonld", "syntax"),
        (b"[" * 100_000, "a.jsonld", "deep"),
        (b'{"a":' * 100_000, "a.jsonld", "deep"),
        (b"9" * 10_000, "a.jsonld", "syntax"),
        (b'{"@context": {"@vocab": "https://schema.org/"}, "name": "x"}', "a.jsonld", "nothing"),
        (b"<https://a.example/> <https://b.example/> 1 .", "a.ttl", "nothing"),
        (b"<https://a.example/> <https://b.example/> ", "a.ttl", "ends"),
        (b"<https://a.example/> is what ; .", "a.ttl", "syntax"),
        (XML.format("x").encode()[:-20], "a.rdf", "syntax"),
    ],
)
def test_a_broken_document_is_said_to_be_broken(content, name, code) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_document(content, WORLD, name=name)
    assert unreadable.value.code == code
    assert "%(" not in sentence(unreadable.value.reason.kept())


def test_brackets_without_end_in_turtle_are_refused() -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_document((PREFIXES + "<https://a.example/> dct:title " + "[ dct:title " * 20_000).encode(), WORLD)
    assert unreadable.value.code in ("deep", "syntax")


def test_a_document_that_says_too_much_is_refused(monkeypatch) -> None:
    monkeypatch.setattr("providers.catalogue.rules.reading.documents.MOST_STATEMENTS", 100)
    text = PREFIXES + "".join(f'<https://h.example/{n}> a dcat:Dataset ; dct:title "자료"@ko . ' for n in range(60))
    with pytest.raises(Unreadable) as unreadable:
        read_document(text.encode(), WORLD)
    assert unreadable.value.code == "large"


def test_utf_16_with_its_mark_is_read() -> None:
    text = f'{PREFIXES}<https://h.example/1> a dcat:Dataset ; dct:title "한글"@ko .'
    [read] = read_document(text.encode("utf-16"), WORLD, name="a.ttl")
    assert read.title == "한글"


# ── What would change ────────────────────────────────────────────────────────────────────────────────
def test_what_a_record_does_not_say_it_does_not_change() -> None:
    stored = {"title_ko": "자료", "keywords_ko": ["나", "가"], "records": 3, "description_ko": "설명\n둘"}
    assert differing(Read(values={"keywords_ko": ["가", "나"], "description_ko": "설명\r\n둘 "}), [stored]) == {}
    assert differing(Read(values={"records": 4, "title_ko": "자료"}), [stored]) == {"records": 4}
    assert differing(Read(values={"keywords_ko": ["가"]}, partial={"keywords_ko"}), [stored]) == {}


def test_every_reason_has_a_sentence_that_names_what_it_is_given() -> None:
    about = dict.fromkeys(
        ("place", "line", "words", "address", "seconds", "most", "n", "name", "value", "times", "status", "kind", "megabytes"),
        "1",
    )
    for code in SENTENCES:
        assert "%(" not in sentence(Reason(code, about).kept())
