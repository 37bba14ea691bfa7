"""Documents as the world sends them: cut off, garbled, huge, deep, in other clothes. Each is read or refused with a sentence; none
breaks the reader, and none takes long."""

import gzip
import io
import json
import time
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from providers.catalogue.rules import dcat, schema_org
from providers.catalogue.rules.rdf import json_ld, turtle
from providers.catalogue.rules.reading import Lookup, Read, Unreadable, changed, ckan, read_document, sentence
from providers.catalogue.rules.world import Agent, Coded, Published, World

WORLD = World(
    base="https://portal.example",
    codes={
        "access_rights": {
            "PUBLIC": Coded("공개", "Public", "http://publications.europa.eu/resource/authority/access-right/PUBLIC")
        },
        "data_theme": {"HEAL": Coded("보건", "Health", "http://publications.europa.eu/resource/authority/data-theme/HEAL")},
        "coding_system": {"KCD": Coded("한국표준질병사인분류", "KCD")},
        "file_format": {"CSV": Coded("CSV", "CSV", "http://publications.europa.eu/resource/authority/file-type/CSV")},
        "licence": {"CC_BY": Coded("CC BY", "CC BY", "https://creativecommons.org/licenses/by/4.0/")},
        "modality": {"CT": Coded("CT", "CT")},
        "dataset_status": {"AVAILABLE": Coded("이용 가능", "Available")},
        "disease_scope": {"LISTED": Coded("목록", "Listed")},
    },
    agents={"h": Agent("h", "가상병원", "Fictional Hospital", site="https://h.example")},
)
KNOWN = Lookup(WORLD)
CONTENT: dict[str, Any] = {
    "title_ko": "흉부 CT", "title_en": "Chest CT", "description_ko": "설명\n둘째 줄 \"따옴표\" \\ 끝", "description_en": "About",
    "keywords_ko": ["폐암", "CT"], "keywords_en": ["lung"], "access_rights": "PUBLIC", "theme": ["HEAL"], "modality": ["CT"],
    "disease_areas": [{"system": "KCD", "version": "9", "codes": ["C34", "J40-J47"], "label_ko": "폐암", "label_en": "Lung cancer"}],
    "coding_systems": [{"system": "KCD", "version": "9"}], "disease_scope": "LISTED", "status": "AVAILABLE", "individuals": 4200, "min_age": 20,
    "max_age": 90, "temporal_start": "2014-03", "temporal_end": "2020", "structured": True, "custodian": "h", "access_body": "h",
    "contact_name_ko": "데이터실", "contact_name_en": "Data office", "contact_email": "data@h.example", "contact_phone": "02-000-0000",
    "provenance_ko": "추출", "quality_en": "Checked", "landing_page": "https://h.example/ct", "language": ["ko"], "source": "가상",
    "distributions": [{"title_ko": "파일", "title_en": "", "access_url": "https://h.example/a.csv", "format": "CSV", "licence": "CC_BY", "availability": ""}],
    "variables": [{"name": "age", "label_ko": "나이", "label_en": "", "datatype": "integer", "unit": "year", "values": "", "description_ko": "",
                   "description_en": "", "required": True}],
}  # fmt: skip
ONE = Published("ct", "h", CONTENT, 1, "0" * 64)
TURTLE = "".join(turtle(dcat.dataset(ONE, WORLD), WORLD.own)).encode()
JSON_LD = "".join(json_ld(dcat.dataset(ONE, WORLD), WORLD.own)).encode()
SCHEMA = json.dumps(schema_org.schema_org(ONE, WORLD, "ko"), ensure_ascii=False).encode()
CROISSANT = json.dumps(schema_org.croissant(ONE, WORLD, "en"), ensure_ascii=False).encode()
CKAN = json.dumps({"success": True, "result": {"count": 1, "results": [{"id": "1", "name": "n", "title": "자료", "tags": [{"name": "가"}],
                   "resources": [{"url": "https://h.example/a", "format": "CSV"}], "extras": [{"key": "theme", "value": '["HEAL"]'}]}]}}).encode()  # fmt: skip


def _rdf_xml() -> bytes:
    from rdflib import Graph

    return Graph().parse(data=TURTLE, format="turtle").serialize(format="xml").encode()


DOCUMENTS = {"a.ttl": TURTLE, "b.jsonld": JSON_LD, "c.rdf": _rdf_xml(), "d.json": SCHEMA, "e.json": CROISSANT, "f.json": CKAN}
named = st.sampled_from(sorted(DOCUMENTS))
house = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
SECONDS = 20.0  # on a machine that six share; a document of this size takes milliseconds


def read(content: bytes, name: str) -> list[Read]:
    """Read or refused, with a sentence in either case, what can be kept as JSON, and soon."""
    begin = time.monotonic()
    try:
        found = read_document(content, WORLD, name=name)
    except Unreadable as unreadable:
        said = sentence(unreadable.reason.kept())
        assert said and ("%(" not in said or b"%(" in content)
        found = []
    assert time.monotonic() - begin < SECONDS
    for one in found:
        kept = json.dumps({"values": one.values, "notes": [note.kept() for note in one.notes]}, ensure_ascii=False)
        assert "\x00" not in kept and kept.encode()  # what PostgreSQL would take
        assert one.refusal is not None or (one.identifier and one.title)
        changed(one, CONTENT, ONE, KNOWN)
    return found


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_whole_documents_are_read_and_the_own_ones_change_nothing(name) -> None:
    [one] = read(DOCUMENTS[name], name)
    assert one.refusal is None and not one.notes
    if name != "f.json":
        assert changed(one, CONTENT, ONE, KNOWN) == {}


@house
@given(named, st.integers(0, 100_000))
def test_a_document_that_is_cut_off(name, where) -> None:
    content = DOCUMENTS[name]
    read(content[: where % len(content)], name)


@house
@given(named, st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), min_size=1, max_size=12))
def test_a_document_with_garbled_bytes(name, changes) -> None:
    content = bytearray(DOCUMENTS[name])
    for where, byte in changes:
        content[where % len(content)] = byte
    read(bytes(content), name)


@house
@given(named, st.integers(0, 100_000), st.integers(0, 100_000), st.integers(1, 400))
def test_a_document_with_a_piece_in_another_place(name, source, target, length) -> None:
    content = DOCUMENTS[name]
    source, target = source % len(content), target % len(content)
    read(content[:target] + content[source : source + length] + content[target:], name)


@house
@given(named, st.sampled_from(sorted(DOCUMENTS)), st.binary(max_size=40))
def test_a_document_in_another_one_s_clothes(name, other, head) -> None:
    read(DOCUMENTS[name], other)
    read(head + DOCUMENTS[name], other)


@house
@given(st.binary(max_size=400), st.sampled_from(("a.ttl", "b.jsonld", "c.rdf", "d.json", "e.xml", "f", "")))
@example(b"\xff\xfe\x00", "a.ttl")
@example(b"\xff\xfe<", "c.rdf")
@example(b"[]", "b.jsonld")
@example(b"null", "b.jsonld")
@example(b'{"@graph": [[[{"@type": "http://www.w3.org/ns/dcat#Dataset"}]]]}', "b.jsonld")
def test_bytes_that_are_no_document(content, name) -> None:
    read(content, name)


words = st.text(max_size=30) | st.sampled_from(
    ["https://h.example/", "ko", "2014", "CSV", "\u0000", "\ud800", "%s", "%(x)s", "<b>", "=1+1", "@context"]
)
plain = st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats() | words
anything = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4), max_leaves=20
)
FIELDS = ("id", "name", "title", "title_translated", "notes", "tags", "resources", "extras", "organization", "license_id", "state", "private", "url",
          "contact", "temporal_coverage", "theme", "language", "number_of_records", "identifier", "version")  # fmt: skip


@house
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), anything, max_size=8), max_size=3))
@example([{"title_translated": {"\x00": 0}}])
def test_packages_of_a_ckan_with_anything_in_them(packages) -> None:
    for one in ckan.records({"result": packages}, KNOWN):
        kept = json.dumps({"values": one.values, "notes": [note.kept() for note in one.notes]}, ensure_ascii=False)
        assert kept.encode() and "\\u0000" not in kept
        assert one.refusal is not None or (one.identifier and one.title)


KEYS = ("@id", "@type", "@value", "@language", "@list", "@graph", "@reverse", "name", "description", "identifier", "distribution", "keywords",
        "publisher", "url", "http://www.w3.org/ns/dcat#distribution", "http://purl.org/dc/terms/title")  # fmt: skip
TYPES = st.sampled_from(["Dataset", "http://www.w3.org/ns/dcat#Dataset", "https://schema.org/Dataset", ["Dataset", "x"], 3, None])
inside = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4), max_leaves=15
)


@house
@given(TYPES, st.dictionaries(st.sampled_from(KEYS), inside, max_size=8))
def test_json_ld_with_anything_in_it(kind, body) -> None:
    document = {"@context": "https://schema.org/", "@type": kind, **body}
    try:
        text = json.dumps(document).encode()
    except (ValueError, UnicodeError):
        return
    read(text, "a.jsonld")


# ── Big ones ─────────────────────────────────────────────────────────────────────────────────────────
def _zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("catalogue.ttl", b"\0" * (8 << 20))
    return packed.getvalue()


def _workbook() -> bytes:
    from openpyxl import Workbook

    kept = io.BytesIO()
    Workbook().save(kept)
    return kept.getvalue()


HEAD = b"@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [' + b"".join(
    b'<!ENTITY %c "%s">' % (65 + n, b"&%c;" % (64 + n) * 10 if n else b"ha") for n in range(12)
) + b"]><l>&L;</l>"  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_zip_bomb(), "no_text"),
        (gzip.compress(TURTLE), "no_text"),
        (_workbook(), "no_text"),
        (LAUGHS, "doctype"),
        (b"[" * 1_000_000, "deep"),
        (b'{"a":' * 300_000 + b"1" + b"}" * 300_000, "deep"),
        (HEAD + b"<a:b> dct:title " + b"[ dct:title " * 50_000 + b"1" + b" ]" * 50_000 + b" .", "deep"),
        (HEAD + b"<a:b> dct:title " + b"( " * 50_000 + b") " * 50_000 + b".", "deep"),
        (b"<?xml version='1.0'?>" + b"<a>" * 50_000, "syntax"),
        (HEAD + b'<a:b> dct:title "' + b"a" * 5_000_000, "syntax"),
        (HEAD + b"<a:" + b"b" * 5_000_000, "syntax"),
        (b"a" * 5_000_000, "syntax"),
    ],
)  # fmt: skip
def test_bombs_of_every_kind_are_refused_soon(content, code) -> None:
    begin = time.monotonic()
    with pytest.raises(Unreadable) as unreadable:
        read_document(content, WORLD, name="catalogue.ttl")
    assert unreadable.value.code in (code, "ends") and time.monotonic() - begin < 3 * SECONDS


def test_a_record_with_very_much_in_it_is_cut_to_what_a_field_takes() -> None:
    many = ", ".join(f'"낱말{n}"@ko' for n in range(3000))
    files = " ; ".join(f"dcat:distribution [ dcat:accessURL <https://h.example/{n}> ]" for n in range(500))
    text = (
        HEAD + f'<https://h.example/1> a dcat:Dataset ; dct:title "{"가" * 9000}"@ko ; dcat:keyword {many} ; {files} .'.encode()
    )
    [one] = read(text, "a.ttl")
    assert len(one.values["title_ko"]) == 200 and len(one.values["keywords_ko"]) == 30 and len(one.values["distributions"]) == 100
    assert {note.field for note in one.notes} == {"title_ko", "keywords_ko", "distributions"}


def test_more_records_than_are_taken_over_at_once_are_refused(monkeypatch) -> None:
    monkeypatch.setattr("providers.catalogue.rules.reading.MOST_RECORDS", 3)
    text = json.dumps({"result": [{"id": str(n), "title": "자료"} for n in range(4)]}).encode()
    with pytest.raises(Unreadable) as unreadable:
        read_document(text, WORLD)
    assert unreadable.value.code == "too_many"
    assert len(read_document(text.replace(b', {"id": "3"', b', {"state": "deleted", "id": "3"'), WORLD)) == 3
