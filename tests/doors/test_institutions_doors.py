"""Who holds data, for everybody: the list, one institution's page, and the reference facts exactly as they are."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from providers.catalogue import rules
from providers.catalogue.queries import modality_words
from providers.institutions import actions
from tests.factories import matching, providers

pytestmark = pytest.mark.django_db
LIST = "/providers/institutions/"


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider()


def test_everybody_reads_who_holds_data(client: Client, owner: providers.Provider) -> None:
    providers.dataset(owner)
    for prefix, name in (("", owner.institution.name_ko), ("/en", owner.institution.name_en)):
        for address in (f"{prefix}{LIST}", f"{prefix}{LIST}{owner.institution.key}/"):
            page = client.get(address)
            assert page.status_code == 200 and name in page.content.decode()
    assert client.get(f"{LIST}nobody/").status_code == 404
    assert client.post(LIST).status_code == 405


def test_an_applicant_is_seen_by_its_own_people_and_the_ministry_only(owner: providers.Provider) -> None:
    record = {**matching.records("institutions")[0], "key": "newcomer", "name_ko": "새가상병원"}
    actions.apply(record=record, organisation=owner.organisation, by=None)
    seen: list[tuple[Any, int]] = [
        (owner.user, 200), (providers.person(Role.AUDITOR), 200), (providers.provider().user, 404), (None, 404),
    ]  # fmt: skip
    for user, status in seen:
        client = Client()
        if user:
            client.force_login(user)
        assert client.get(f"{LIST}newcomer/").status_code == status
        assert ("새가상병원" in client.get(LIST).content.decode()) == (status == 200)


def test_filters_narrow_and_stay_in_the_address(client: Client, owner: providers.Provider) -> None:
    away = providers.provider(region="BUSAN", voucher_supplier=False, institution_type="AGENCY", aliases=["부산별칭"])

    def keys(query: str) -> set[str]:
        text = client.get(f"{LIST}{query}").content.decode()
        return {row.institution.key for row in (owner, away) if f"{LIST}{row.institution.key}/" in text}

    both = {owner.institution.key, away.institution.key}
    assert keys("") == keys("?q=가상병원") == keys("?supplier=maybe") == keys("?page=x") == both
    assert keys("?region=BUSAN") == keys("?kind=AGENCY") == keys("?q=부산별칭") == {away.institution.key}
    assert keys("?supplier=yes") == keys("?region=GANGWON") == {owner.institution.key}
    assert keys("?region=MARS") == keys("?q=없는이름") == keys("?consortium=%00X") == set()
    empty = client.get(f"{LIST}?q=없는이름").content.decode()
    assert "조건" in empty and "없는이름" in empty
    assert 'value="BUSAN" selected' in client.get(f"{LIST}?region=BUSAN").content.decode()


def test_the_list_needs_the_same_queries_for_one_and_for_thirty(client: Client, owner: providers.Provider) -> None:
    def count(address: str) -> int:
        client.get(address)  # the words of codes are kept from here on
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    page = f"{LIST}{owner.institution.key}/"
    providers.dataset(owner)
    one = count(LIST), count(page)
    for _ in range(29):
        providers.provider()
        providers.dataset(owner)
    assert (count(LIST), count(page)) == (one[0] + 1, one[1] + 1)  # rows on a second page: now they are counted as well


# ── The reference data, every field ──────────────────────────────────────────────────────────────────
SAME = {"id": "key", "edition": "version"}  # name in the API → name in the file
OF_POPULATION = {"individuals": "individuals", "records": "records", "record_unit": "record_unit", "population_note": "note"}
OURS = {
    "review_mode",
    "contact_desk",
    "measured_rates",
    "open_capacity",
    "is_demo",
    "status",
    "target_days",
    "measured_days",
    "updated_at",
    "part_of",
    "series",
}
VERSIONED = {"profile", "origin", "published_number", "published_sha256"}


def everything(client: Client, name: str) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    address: str | None = f"/api/v1/{name}/?page_size=100"
    while address:
        body = client.get(address).json()
        rows |= {row["id"]: row for row in body["results"]}
        address = body["next"]
    return rows


def test_all_institutions_and_datasets_are_told_exactly(client: Client) -> None:
    providers.reference()
    found = everything(client, "institutions")
    assert set(found) == {record["key"] for record in matching.records("institutions")} and len(found) == 64
    for record in matching.records("institutions"):
        told = found[record["key"]]
        assert set(record) - {"key"} <= set(told)
        for name in set(told) - OURS:
            assert told[name] == record[SAME.get(name, name)], (record["key"], name)
    found = everything(client, "datasets")
    assert set(found) == {record["key"] for record in matching.records("datasets")} and len(found) == 174
    for record in matching.records("datasets"):
        told = found[record["key"]]
        assert told["status"] == record["status"]
        assert set(record) - {"key", "version", "population"} <= set(told)
        ruled = rules.derived(record, modality_words())
        for name in set(told) - OURS - VERSIONED:
            if name in OF_POPULATION:
                wanted = record["population"][OF_POPULATION[name]]
            elif name == "derived_fields":
                wanted = [*record[name], *ruled]
            else:  # no source says it and no rule gives it: not published
                wanted = ruled.get(name, record.get(SAME.get(name, name)))
            assert told[name] == wanted or (wanted is None and told[name] == []), (record["key"], name)
        assert (told["profile"], told["origin"], told["published_number"]) == ("DCAT_AP", "SOURCE", 1)
        assert not told["contact_email"] and not told["access_body"] and told["structured"] is None
    _pages(client)


def _pages(client: Client) -> None:
    """What the pages say of every entry: the facts, and "not published" where there is none."""
    for record in matching.records("datasets"):
        text = words_of(client, f"/en/catalogue/{record['key']}/")
        assert record["title_en"] in text and record["source"] in text, record["key"]
        population = record["population"]
        count = population["individuals"] if population["individuals"] is not None else population["records"]
        size = re.search(r"Size (.{0,40})", text)
        assert size, record["key"]
        assert size[1].startswith("Not published") if count is None else f"{count:,}" in size[1], (record["key"], size[1])
        years = re.search(r"Years of collection (.{0,20})", text)
        first = (record["temporal_start"] or record["temporal_end"] or "Not published")[:4]
        assert years and first in years[1], record["key"]
        allowed = {True: "Allowed", False: "Not allowed", None: "Not published: ask the holder"}
        assert f"Product development and validation {allowed[record['commercial_use_allowed']]}" in text, record["key"]
    for record in matching.records("institutions"):
        text = words_of(client, f"/en{LIST}{record['key']}/")
        assert record["name_en"] in text and record["source"] in text, record["key"]
        assert ("Voucher supplier Yes" in text) == record["voucher_supplier"], record["key"]
        if record["region"] is None:
            assert "Region Not published" in text
        if record["notes"]:
            assert record["notes"] in text


def words_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())
