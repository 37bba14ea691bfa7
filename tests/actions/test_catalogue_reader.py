"""The process that parses foreign documents: little memory, little time, no network, and its death harms nobody."""

import json
from pathlib import Path

import pytest

from providers.catalogue.gateways import reading
from providers.catalogue.rules.reading import Unreadable, read_document
from providers.catalogue.rules.world import Agent, World

WORLD = World(base="https://portal.example", codes={}, agents={"h": Agent("h", "가상병원", "Fictional")})
HEAD = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
ONE = (
    HEAD
    + '<https://h.example/1> a dcat:Dataset ; dct:title "자료"@ko ; dcat:theme <http://x.example/y> ; dct:publisher [ <http://xmlns.com/foaf/0.1/name> "가상병원" ] .'
)
NAMELESS = '\n[] a dcat:Dataset ; dct:title "이름 없음"@ko .'


def test_it_reads_as_the_rules_do() -> None:
    content = (ONE + NAMELESS).encode()
    there, here = reading.read(content, WORLD, name="a.ttl"), read_document(content, WORLD, name="a.ttl")
    assert there == here and there[0].publisher == "h" and there[0].notes and there[1].refusal is not None


def test_what_the_rules_refuse_it_refuses_with_the_same_reason() -> None:
    with pytest.raises(Unreadable) as unreadable:
        reading.read(json.dumps({"@context": "https://evil.example/c", "@type": "Dataset"}).encode(), WORLD)
    assert (unreadable.value.code, unreadable.value.about) == ("context", {"address": "https://evil.example/c"})


def test_a_document_that_takes_too_long_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.05)
    with pytest.raises(Unreadable) as unreadable:
        reading.read(ONE.encode(), WORLD)
    assert unreadable.value.code == "slow"


def test_a_document_that_takes_too_much_memory_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(reading, "MEGABYTES", 150)
    many = HEAD + "".join(f'<https://h.example/{n}> a dcat:Dataset ; dct:title "{"가" * 500}{n}"@ko .\n' for n in range(40_000))
    with pytest.raises(Unreadable) as unreadable:
        reading.read(many.encode(), WORLD)
    assert unreadable.value.code == "heavy"


def test_it_asks_no_network_and_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.ttl"
    secret.write_text(ONE)
    for text in (f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{secret}"/></rdf:RDF>',
                 f"@base <file://{secret}> . <> <http://www.w3.org/2002/07/owl#imports> <{secret}> ."):  # fmt: skip
        with pytest.raises(Unreadable) as unreadable:
            reading.read(text.encode(), WORLD, name="a.rdf" if text.startswith("<rdf") else "a.ttl")
        assert unreadable.value.code == "nothing"
