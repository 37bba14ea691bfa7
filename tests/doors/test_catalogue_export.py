"""The catalogue for programs: every published entry, nothing else, in shape, at addresses that stay."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from providers.catalogue import actions
from providers.catalogue.models import Dataset
from providers.institutions import actions as institutions
from tests.factories import matching, providers

pytestmark = pytest.mark.django_db

BASE = "https://portal.example"
DCAT, DCT, FOAF = (
    Namespace(address) for address in ("http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://xmlns.com/foaf/0.1/")
)
SKOS, ADMS, HEALTH = (
    Namespace(address)
    for address in ("http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/ns/adms#", "http://healthdataportal.eu/ns/health#")
)
VCARD, CV, CSVW = (
    Namespace(address)
    for address in ("http://www.w3.org/2006/vcard/ns#", "http://data.europa.eu/m8g/", "http://www.w3.org/ns/csvw#")
)
DCATAP = Namespace("http://data.europa.eu/r5r/")
MANDATORY = {  # DCAT-AP 3.0.1, and what HealthDCAT-AP asks of the classes that it adds
    DCAT.Catalog: (DCT.title, DCT.description, DCT.publisher),
    DCAT.CatalogRecord: (FOAF.primaryTopic, DCT.modified),
    DCAT.Dataset: (DCT.title, DCT.description),
    DCAT.Distribution: (DCAT.accessURL,),
    DCAT.DataService: (DCT.title, DCAT.endpointURL),
    DCAT.DatasetSeries: (DCT.title, DCT.description),
    FOAF.Agent: (FOAF.name, CV.contactPoint),
    SKOS.Concept: (SKOS.prefLabel, SKOS.inScheme),
    SKOS.ConceptScheme: (DCT.title,),
    CSVW.TableGroup: (DCT.title, CSVW.table),
    CSVW.Table: (DCT.title, CSVW.column),
    CSVW.Column: (CSVW.name, CSVW.title, CSVW.datatype, DCT.description),
}
CLASSES = {  # predicate → class of what it leads to
    DCT.publisher: FOAF.Agent, DCT.accessRights: DCT.RightsStatement, DCAT.theme: SKOS.Concept, DCT.language: DCT.LinguisticSystem,
    DCAT.distribution: DCAT.Distribution, ADMS.sample: DCAT.Distribution, DCT.accrualPeriodicity: DCT.Frequency,
    DCT.spatial: DCT.Location, DCT.temporal: DCT.PeriodOfTime, DCT.provenance: DCT.ProvenanceStatement, DCAT.contactPoint: VCARD.Kind,
    DCT.conformsTo: DCT.Standard, DCAT.landingPage: FOAF.Document, FOAF.page: FOAF.Document, DCAT.inSeries: DCAT.DatasetSeries,
    DCAT.dataset: DCAT.Dataset, DCAT.record: DCAT.CatalogRecord, DCAT.service: DCAT.DataService, FOAF.homepage: FOAF.Document,
    DCAT.themeTaxonomy: SKOS.ConceptScheme, HEALTH.healthCategory: SKOS.Concept, HEALTH.hdab: FOAF.Agent,
    HEALTH.hasVariables: CSVW.TableGroup, DCT["format"]: DCT.MediaTypeOrExtent, DCT.license: DCT.LicenseDocument,
    DCATAP.applicableLegislation: URIRef("http://data.europa.eu/eli/ontology#LegalResource"),
}  # fmt: skip
ONE_AT_MOST = (
    DCT.accessRights, DCT.accrualPeriodicity, DCT.publisher, DCAT.version, DCAT.temporalResolution, HEALTH.hdab,
    HEALTH.hasStructuredData, HEALTH.numberOfUniqueIndividuals, HEALTH.minTypicalAge, DCT["format"], DCT.license, CV.contactPoint,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _address(settings) -> Iterator[None]:
    settings.BASE_URL = BASE
    yield


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider("fictional")


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def read(path: str, client: Client | None = None) -> Graph:
    kind = "json-ld" if ".jsonld" in path else "turtle"
    return Graph().parse(data=text_of((client or Client()).get(path)), format=kind)


def own_entry(owner: providers.Provider, key: str = "own", **more: Any) -> Dataset:
    more = {"access_body": owner.institution.key, "custodian": owner.institution.key, **more}
    return providers.own_dataset(owner, published=True, key=key, **more)


def misshapen(found: Graph) -> list[str]:
    """What DCAT-AP would refuse: a property missing, twice, or leading to a thing of another class; a thing without a class."""
    faults = []
    for kind, needed in MANDATORY.items():
        for node in found.subjects(RDF.type, kind):
            faults += [f"{node} lacks {name}" for name in needed if found.value(node, name, any=True) is None]
    for predicate, kind in CLASSES.items():
        faults += [
            f"{node} {predicate} {value}"
            for node, value in found.subject_objects(predicate)
            if (value, RDF.type, kind) not in found
        ]
    for node in set(found.subjects()):
        faults += [f"{node} has several {name}" for name in ONE_AT_MOST if len(list(found.objects(node, name))) > 1]
        faults += [] if found.value(node, RDF.type, any=True) else [f"{node} has no class"]
    for value in found.objects():
        if isinstance(value, Literal) and value.datatype and value.ill_typed:
            faults.append(f"{value!r} is no {value.datatype}")
    return faults


def test_the_whole_real_catalogue_is_in_shape_and_said_twice_the_same() -> None:
    providers.reference()
    whole = read("/catalogue.ttl")
    assert misshapen(whole) == []
    assert isomorphic(whole, read("/catalogue.jsonld"))
    keys = set(Dataset.objects.published().values_list("key", flat=True))
    assert len(keys) == len(matching.records("datasets")) == 174
    datasets = {URIRef(f"{BASE}/catalogue/{key}/#dataset") for key in keys}
    assert set(whole.subjects(RDF.type, DCAT.Dataset)) == datasets
    catalogue = URIRef(f"{BASE}/catalogue/#catalogue")
    assert set(whole.objects(catalogue, DCAT.dataset)) == datasets
    assert {whole.value(record, FOAF.primaryTopic) for record in whole.objects(catalogue, DCAT.record)} == datasets
    for node in datasets:
        for name in (DCT.title, DCT.description):
            assert {value.language for value in whole.objects(node, name)} == {"ko", "en"}, node
    # what nobody published is nowhere: no contact desk, no access body, no legislation beyond what follows from the legal basis
    assert not list(whole.subjects(DCAT.contactPoint))
    assert not list(whole.subjects(HEALTH.hdab))
    series = URIRef(f"{BASE}/catalogue/series/national-bio-big-data/#series")
    assert len(list(whole.subjects(DCAT.inSeries, series))) == 3
    plain = read("/catalogue.ttl?profile=dcat-ap")
    assert misshapen_plain(plain) == []
    assert set(plain.subjects(RDF.type, DCAT.Dataset)) == datasets
    assert not [name for name in plain.predicates() if "health" in name.lower() or name.startswith(BASE)]


def misshapen_plain(found: Graph) -> list[str]:
    return [fault for fault in misshapen(found) if "contactPoint" not in fault]  # DCAT-AP knows none of an agent's


def test_an_entry_with_everything_is_in_shape_and_stands_alone(owner: providers.Provider) -> None:
    dataset = own_entry(
        owner, sample_url="https://h.example/s.csv", quality_ko="품질", other_identifiers=["A-1"], spatial=["SEOUL"]
    )
    found = read(f"/catalogue/{dataset.key}.ttl")
    assert misshapen(found) == []
    assert isomorphic(found, read(f"/catalogue/{dataset.key}.jsonld"))
    assert list(found.subjects(RDF.type, DCAT.Dataset)) == [URIRef(f"{BASE}/catalogue/own/#dataset")]
    assert not list(found.subjects(RDF.type, DCAT.Catalog)) and not list(found.subjects(RDF.type, DCAT.CatalogRecord))
    node = URIRef(f"{BASE}/catalogue/own/#dataset")
    must = (
        DCT.title, DCT.description, DCT.identifier, DCT.accessRights, DCAT.theme, DCAT.distribution, DCATAP.applicableLegislation,
        HEALTH.healthCategory, HEALTH.hasStructuredData, HEALTH.hdab, DCAT.contactPoint, DCAT.keyword, DCT.provenance, DCT.type,
    )  # fmt: skip
    assert [name for name in must if found.value(node, name, any=True) is None] == []  # HealthDCAT-AP, non-public
    for distribution in found.subjects(RDF.type, DCAT.Distribution):
        assert found.value(distribution, DCATAP.applicableLegislation), distribution
    whole = read("/catalogue.ttl")
    assert set(found) <= set(whole)  # the same things at the same addresses


def test_variables_are_a_table_of_columns_in_their_order(owner: providers.Provider) -> None:
    from providers.catalogue.models import Draft
    from providers.catalogue.rules import Variable

    dataset = providers.own_dataset(owner, key="own", structured=True, access_body=owner.institution.key)
    draft = Draft.objects.get(dataset=dataset)
    columns = [Variable(name, "", "", "integer", "", "", "", "", False) for name in ("b", "a", "c")]
    actions.import_variables(dataset_id=dataset.pk, version=draft.version, variables=columns, by=owner.user)
    providers.publish_dataset(dataset, owner)
    found = read("/catalogue/own.ttl")
    assert misshapen(found) == []
    names = [str(found.value(URIRef(f"{BASE}/catalogue/own/#column-{n}"), CSVW.name)) for n in (1, 2, 3)]
    assert names == ["b", "a", "c"]


def test_what_is_not_published_is_in_no_document(owner: providers.Provider) -> None:
    shown = providers.dataset(owner, "shown")
    paused = providers.dataset(owner, "paused", title_en="Secretly paused")
    retired = providers.dataset(owner, "retired", title_en="Secretly retired")
    actions.pause(dataset_id=paused.pk, by=owner.user)
    actions.retire(dataset_id=retired.pk, reason="Over.", by=owner.user)
    draft = providers.own_dataset(owner, key="draft", title_en="Secretly drafted")
    edited = own_entry(owner, "edited")
    values = providers.entry(title_en="Secretly changed", access_body=owner.institution.key)
    actions.edit(dataset_id=edited.pk, version=0, values=values, by=owner.user)
    part = providers.dataset(owner, "part")
    Dataset.objects.filter(pk=part.pk).update(part_of=paused)
    for user in (None, owner.user):  # whoever asks: what is cached for everybody holds what everybody may see
        client = Client()
        if user:
            client.force_login(user)
        for ending in ("ttl", "jsonld"):
            text = text_of(client.get(f"/catalogue.{ending}"))
            assert f"/catalogue/{shown.key}/" in text
            assert "Secretly" not in text and "/catalogue/paused/" not in text
            assert "Secretly" not in text_of(client.get(f"/catalogue/{edited.key}.{ending}"))
            for gone in (paused, retired, draft):
                assert client.get(f"/catalogue/{gone.key}.{ending}").status_code == 404
        for gone in (paused, retired, draft):
            assert client.get(f"/catalogue/{gone.key}/schema-org.jsonld").status_code == 404
            assert client.get(f"/catalogue/{gone.key}/croissant.json").status_code == 404


def test_no_person_is_in_an_export(owner: providers.Provider) -> None:
    own_entry(owner)
    text = text_of(Client().get("/catalogue.jsonld")) + text_of(Client().get("/catalogue/own.jsonld"))
    assert owner.user.email not in text and owner.user.get_full_name() not in text
    assert set(re.findall(r"[\w.+-]+@[\w-]+\.\w[\w.]*", text)) == {"data@hospital.example", "help@operator.example"}


def test_a_demonstration_is_marked(owner: providers.Provider) -> None:
    providers.dataset(owner, "demo-set")
    providers.dataset(providers.provider("real", is_demo=False), "real-set")
    for path in ("/catalogue.ttl", "/catalogue.ttl?profile=dcat-ap", "/catalogue.jsonld"):
        found = read(path)
        marked = {node for node, _words in found.subject_objects(ADMS.versionNotes)}
        assert marked == {URIRef(f"{BASE}/catalogue/demo-set/#dataset")}
        assert {words.language for words in found.objects(None, ADMS.versionNotes)} == {"ko", "en"}


def test_the_number_of_queries_does_not_depend_on_how_many(owner: providers.Provider) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            text_of(Client().get(path))
        return len(counted)

    others = {f"h{n}": providers.provider(f"h{n}").institution.key for n in range(3)}
    providers.dataset(owner, "set-0", holders=[owner.institution.key])
    few = {path: asked(path) for path in ("/catalogue.ttl", "/catalogue.jsonld", "/catalogue/set-0.ttl", "/catalogue/set-0/")}
    for n in range(1, 30):
        providers.dataset(owner, f"set-{n}", holders=[owner.institution.key, *others.values()])
    providers.dataset(owner, "set-0", holders=[owner.institution.key, *others.values()])
    many = {path: asked(path) for path in few}
    assert many["/catalogue.ttl"] == few["/catalogue.ttl"] <= 15
    assert many["/catalogue.jsonld"] == few["/catalogue.jsonld"]
    assert many["/catalogue/set-0.ttl"] <= few["/catalogue/set-0.ttl"] + 1  # the other holders, together
    assert many["/catalogue/set-0/"] <= few["/catalogue/set-0/"] + 2


def test_an_export_is_not_sent_again_until_something_changed(owner: providers.Provider) -> None:
    dataset = providers.dataset(owner, "one")
    paths = (
        "/catalogue.ttl",
        "/catalogue.jsonld",
        "/catalogue.ttl?profile=dcat-ap",
        "/catalogue/one.ttl",
        "/catalogue/one.jsonld",
    )

    def tags() -> dict[str, str]:
        return {path: Client().get(path)["ETag"] for path in paths}

    first = tags()
    assert len(set(first.values())) == len(paths)
    for path, tag in first.items():
        again = Client().get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again["ETag"]) == (304, tag)
        since = Client().get(path, headers={"If-Modified-Since": Client().get(path)["Last-Modified"]})
        assert since.status_code == 304
        assert "public" in Client().get(path)["Cache-Control"]
        assert not Client().get(path).cookies
    assert tags() == first
    record = {"key": "fictional", "name_ko": "새 이름", "name_en": "New name", "institution_type": "HOSPITAL", "roles": []}
    institutions.register_reference(record=record, is_demo=True)
    second = tags()
    assert not set(second.values()) & set(first.values())
    other = providers.dataset(owner, "two")
    assert tags()["/catalogue.ttl"] != second["/catalogue.ttl"]
    actions.pause(dataset_id=other.pk, by=owner.user)
    paused = tags()
    actions.resume(dataset_id=other.pk, by=owner.user)
    assert tags()["/catalogue.ttl"] != paused["/catalogue.ttl"]
    assert tags()["/catalogue/one.ttl"] == second["/catalogue/one.ttl"]
    assert dataset.key == "one"


def test_the_addresses_of_our_own_words_lead_to_what_they_mean(owner: providers.Provider) -> None:
    own_entry(owner)
    found = read("/catalogue.ttl")
    ours = f"{BASE}/catalogue/codes/"
    used = {str(term) for triple in found for term in triple if str(term).startswith(ours) and "#scheme" not in str(term)}
    assert f"{ours}terms/#modality" in used and f"{ours}modality/#CT" in used and f"{ours}profile/#NON_PUBLIC" in used
    explained: dict[str, Graph] = {}
    for address in used:
        listed, _hash, code = address.removeprefix(ours).partition("/#")
        there = Client().get(f"/catalogue/codes/{listed}/")
        assert (there.status_code, there["Location"]) == (303, f"/catalogue/codes/{listed}.ttl")
        known = explained.setdefault(listed, read(there["Location"]))
        if not re.fullmatch(r"KCD-\d", code):  # a version of a system is explained where it is used
            assert {words.language for words in known.objects(URIRef(address)) if isinstance(words, Literal)} >= {"ko", "en"}, (
                address
            )
    wished = Client().get("/catalogue/codes/modality/", headers={"Accept": "application/ld+json"})
    assert wished["Location"] == "/catalogue/codes/modality.jsonld"
    assert isomorphic(read("/catalogue/codes/modality.ttl"), read("/catalogue/codes/modality.jsonld"))
    for unknown in ("region", "company_size", "nothing"):
        assert Client().get(f"/catalogue/codes/{unknown}.ttl").status_code == 404


def test_an_unknown_profile_is_refused_with_those_that_are_known(client: Client, owner: providers.Provider) -> None:
    providers.dataset(owner, "one")
    for path in ("/catalogue.ttl", "/catalogue/one.jsonld"):
        answer = client.get(f"{path}?profile=marc21", headers={"Accept-Language": "en"})
        assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert "healthdcat-ap, dcat-ap" in answer.content.decode()
    assert client.get("/catalogue.rdf").status_code == 404
    assert client.get("/catalogue/nobody.ttl").status_code == 404
    assert client.head("/catalogue.ttl").status_code == 200


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────
DATA = re.compile(r'<script type="application/ld\+json" nonce="([^"]+)">(.*?)</script>', re.S)


def test_the_page_carries_schema_org_in_the_readers_language(client: Client, owner: providers.Provider) -> None:
    nasty = "</script><script>alert(1)</script> & 'x'"
    providers.dataset(owner, "one", title_ko="한글 제목", title_en=nasty)
    for prefix, name in (("", "한글 제목"), ("/en", nasty)):
        answer = client.get(f"{prefix}/catalogue/one/")
        found = DATA.search(answer.content.decode())
        assert found is not None
        said = json.loads(found[2])
        assert said["name"] == name
        assert said == json.loads(text_of(client.get(f"{prefix}/catalogue/one/schema-org.jsonld")))
        assert f"'nonce-{found[1]}'" in answer["Content-Security-Policy"]


def test_the_page_leads_to_every_other_form(client: Client, owner: providers.Provider) -> None:
    providers.dataset(owner, "one")
    for page, count in (("/catalogue/one/", 3), ("/en/catalogue/one/", 3), ("/catalogue/", 2), ("/en/catalogue/", 2)):
        text = client.get(page).content.decode()
        ahead = re.findall(r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">', text)
        assert len(ahead) == count
        for kind, path in ahead:
            assert text.count(f'href="{path}"') == 2  # for programs and for readers
            assert client.get(path)["Content-Type"].startswith(kind)


def test_a_page_that_only_some_may_see_is_no_export(owner: providers.Provider) -> None:
    dataset = own_entry(owner)
    client = Client()
    client.force_login(owner.user)
    assert DATA.search(client.get(f"/catalogue/{dataset.key}/").content.decode())
    actions.pause(dataset_id=dataset.pk, by=owner.user)
    text = client.get(f"/catalogue/{dataset.key}/").content.decode()
    assert not DATA.search(text) and "/catalogue/own.ttl" not in text


def test_croissant_is_there_for_open_files_alone(client: Client, owner: providers.Provider) -> None:
    file = {"title_ko": "표", "title_en": "Table", "access_url": "https://h.example/t.csv", "format": "CSV", "licence": "CC_BY",
            "availability": ""}  # fmt: skip
    providers.dataset(owner, "closed", distributions=[file])
    providers.dataset(owner, "open", access_rights="PUBLIC", distributions=[file])
    answer = client.get("/catalogue/closed/croissant.json", headers={"Accept-Language": "ko"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert "Croissant 문서가 없습니다." in answer.content.decode()
    assert "There is no Croissant document" in client.get("/en/catalogue/closed/croissant.json").content.decode()
    said = json.loads(text_of(client.get("/en/catalogue/open/croissant.json")))
    assert said["distribution"][0]["contentUrl"] == "https://h.example/t.csv"
    assert said["creativeWorkStatus"] == "Demonstration"
    assert "/catalogue/open/croissant.json" in client.get("/catalogue/open/").content.decode()
    assert "croissant" not in client.get("/catalogue/closed/").content.decode().lower()
