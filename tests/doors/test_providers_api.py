"""/api/v1/institutions/, /datasets/, /offers/: public lists that other programs rely on."""

import pytest
from django.test import Client

from tests.factories import providers

pytestmark = pytest.mark.django_db
LISTS = ("institutions", "datasets", "offers")


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    owner = providers.provider()
    providers.offer(owner, published=True)
    return owner


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_public_and_paginated(client: Client, owner: providers.Provider, name: str) -> None:
    answer = client.get(f"/api/v1/{name}/")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"next", "previous", "results"} and len(body["results"]) == 1
    assert body["results"][0]["is_demo"] is True
    assert "max-age" in answer["Cache-Control"] and answer["ETag"]


@pytest.mark.parametrize("name", LISTS)
def test_what_the_reader_has_is_not_sent_again(client: Client, owner: providers.Provider, name: str) -> None:
    etag = client.get(f"/api/v1/{name}/")["ETag"]
    again = client.get(f"/api/v1/{name}/", headers={"If-None-Match": etag})
    assert again.status_code == 304 and again.content == b"" and again["ETag"] == etag


@pytest.mark.parametrize("name", LISTS)
def test_unknown_parameters_are_named(client: Client, owner: providers.Provider, name: str) -> None:
    answer = client.get(f"/api/v1/{name}/?colour=red&page=2")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["parameters"] == ["colour", "page"] and body["status"] == 400
    assert "cursor" in body["allowed"]


@pytest.mark.parametrize(
    "query",
    [
        "page_size=0",
        "page_size=x",
        "page_size=%C2%B2",
        "page_size=" + "9" * 5000,
        "ordering=colour",
        "language=fr",
        "cursor=garbage",
        "region=%00",
        "voucher_supplier=maybe",
    ],
)
def test_bad_values_are_refused_with_a_sentence(client: Client, owner: providers.Provider, query: str) -> None:
    answer = client.get(f"/api/v1/institutions/?{query}")
    assert answer.status_code in (400, 404)
    assert answer["Content-Type"] == "application/problem+json" and answer.json()["detail"]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("institutions/?region=MARS", "region"), ("institutions/?role=KING", "role"),
        ("institutions/?institution_type=SHOP,HOSPITAL", "institution_type"), ("institutions/?consortium=X", "consortium"),
        ("datasets/?modality=XX", "modality"), ("datasets/?access_mode=HOME", "access_mode"),
        ("datasets/?availability=SOON", "availability"), ("offers/?access_mode=HOME", "access_mode"),
        ("offers/?kind=GIFT", "kind"), ("offers/?purpose=FUN", "purpose"), ("datasets/?cursor=abc", "cursor"),
    ],
)  # fmt: skip
def test_a_code_that_is_in_no_list_is_named(client: Client, owner: providers.Provider, address: str, name: str) -> None:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["parameters"] == [name] and name in answer.json()["detail"]
    if name != "cursor":
        assert answer.json()["allowed"]


def test_the_language_is_the_readers(client: Client, owner: providers.Provider) -> None:
    korean = client.get("/api/v1/offers/?x=1").json()
    english = client.get("/api/v1/offers/?x=1", headers={"Accept-Language": "en"})
    assert "알 수 없는" in korean["detail"]
    assert english.json()["detail"].startswith("Unknown parameters")
    assert english["Content-Language"] == "en" and "Accept-Language" in english["Vary"]


def test_cursor_pages_meet_every_row_once(client: Client, owner: providers.Provider) -> None:
    for _ in range(4):
        providers.dataset(owner)
    seen, address = [], "/api/v1/datasets/?page_size=2"
    while address:
        body = client.get(address).json()
        seen += [row["id"] for row in body["results"]]
        address = body["next"]
    assert len(seen) == 5 == len(set(seen))


def test_filters_and_order(client: Client, owner: providers.Provider) -> None:
    ecg = providers.dataset(owner, modality=["ECG"], population={"individuals": 10})

    def ids(query: str) -> list[str]:
        return [row["id"] for row in client.get(f"/api/v1/datasets/?{query}").json()["results"]]

    assert ids("modality=ECG") == [ecg.key]
    assert len(ids("modality=ECG,CT")) == 2
    assert ids("ordering=individuals")[0] == ecg.key
    assert ids("ordering=-individuals")[-1] == ecg.key
    assert len(ids("commercial_use_allowed=true")) == 2
    assert ids("region=BUSAN") == []


def test_only_published_rows_are_public(client: Client, owner: providers.Provider) -> None:
    providers.offer(owner, title_ko="비공개 초안")
    text = client.get("/api/v1/offers/").content.decode()
    assert "비공개 초안" not in text and text.count('"id"') == 1


def test_the_offers_list_needs_constant_queries(client: Client, owner: providers.Provider, django_assert_max_num_queries) -> None:
    for _ in range(5):
        providers.offer(owner, published=True)
    with django_assert_max_num_queries(4):
        client.get("/api/v1/offers/")


def test_nothing_is_written_through_a_list(client: Client, owner: providers.Provider) -> None:
    assert client.post("/api/v1/offers/", {}).status_code == 405


def test_an_address_that_does_not_exist_is_a_problem_too(client: Client) -> None:
    for address in ("/api/v1/", "/api/v1/nothing/", "/api/v1/datasets/nothing/"):
        answer = client.get(address, headers={"Accept-Language": "en"})
        assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"] == "There is nothing at this address."
    assert client.get("/api/v1/datasets").status_code == 301  # the slash is still added


def test_the_schema_tells_what_a_list_takes_and_how_it_answers(client: Client) -> None:
    told = client.get("/api/schema/?format=json").json()
    asked = told["paths"]["/api/v1/datasets/"]["get"]
    names = {one["name"] for one in asked["parameters"]}
    assert {"modality", "q", "cursor", "page_size", "ordering", "language"} <= names
    envelope = asked["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    assert set(told["components"]["schemas"][envelope]["properties"]) == {"next", "previous", "results"}
    assert "as_view" not in str(told) and "COMMON_PARAMETERS" not in str(told)


@pytest.mark.parametrize(
    ("ask", "status", "title"),
    [
        (lambda client: client.delete("/api/v1/offers/", headers={"accept-language": "en"}), 405, "Method not allowed"),
        (lambda client: client.get("/api/v1/offers/", headers={"accept": "text/html", "accept-language": "en"}), 406, "Format not on offer"),
        (lambda client: client.delete("/api/v1/offers/"), 405, "허용되지 않는 메서드"),
    ],
)  # fmt: skip
def test_every_problem_has_a_title_of_its_own(client, ask, status, title) -> None:
    """RFC 9457: the title of about:blank is the status in words."""
    answer = ask(client)
    assert answer.status_code == status and answer.json()["title"] == title
