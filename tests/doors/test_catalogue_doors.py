"""The public catalogue: anybody reads it, in both languages, with a constant number of queries."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from portal.accounts.rules import Role
from providers.catalogue import actions, queries
from providers.offers import actions as offers
from tests.factories import providers
from tests.factories.accounts import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider()


def test_everybody_reads_the_catalogue(client: Client, owner: providers.Provider) -> None:
    dataset = providers.dataset(owner)
    for prefix, title in (("", dataset.title_ko), ("/en", dataset.title_en)):
        for address in (f"{prefix}/catalogue/", f"{prefix}/catalogue/{dataset.key}/"):
            page = client.get(address)
            assert page.status_code == 200
            assert title in page.content.decode()


def test_a_paused_entry_is_seen_by_its_own_people_and_the_ministry(owner: providers.Provider) -> None:
    dataset = providers.dataset(owner)
    actions.pause(dataset_id=dataset.pk, by=owner.user)
    colleague = providers.person(Role.PROVIDER_MANAGER, owner.organisation)
    stranger = providers.provider().user
    seen: list[tuple[Any, int]] = [
        (owner.user, 200),
        (colleague, 200),
        (stranger, 404),
        (None, 404),
        (providers.person(Role.AUDITOR), 200),
    ]
    for user, status in seen:
        client = Client()
        if user:
            client.force_login(user)
        assert client.get(f"/catalogue/{dataset.key}/").status_code == status
        assert dataset.title_ko not in client.get("/catalogue/").content.decode()


def test_words_and_facets_narrow_the_list(client: Client, owner: providers.Provider) -> None:
    ct = providers.dataset(owner)
    ecg = providers.dataset(
        owner,
        modality=["ECG"],
        title_ko="심전도 자료",
        title_en="ECG records",
        description_ko="파형",
        description_en="Waveforms",
        disease_areas=[],
        access_mode=["TRANSFER"],
    )
    away = providers.dataset(providers.provider(region="BUSAN"), status="PLANNED")

    def titles(query: str) -> set[str]:
        text = client.get(f"/catalogue/{query}").content.decode()
        return {row.key for row in (ct, ecg, away) if f"/catalogue/{row.key}/" in text}

    assert titles("") == {ct.key, ecg.key, away.key}
    assert titles("?q=폐암") == {ct.key, away.key}
    assert titles("?q=심전도") == {ecg.key}
    assert titles("?modality=ECG") == {ecg.key}
    assert titles("?region=BUSAN") == {away.key}
    assert titles("?access_mode=TRANSFER") == {ecg.key}
    assert titles("?availability=PLANNED") == {away.key}
    assert titles("?modality=NONSENSE&page=99&region=%00") == set()
    text = client.get("/catalogue/?q=zzz").content.decode()
    assert "검색어와 조건에 맞는 데이터셋이 없습니다." in text
    assert "전산화단층촬영 (2)" in client.get("/catalogue/").content.decode()


def test_a_library_stands_for_its_hospitals_until_they_are_asked_for(client: Client, owner: providers.Provider) -> None:
    library = providers.dataset(owner, title_ko="폐암 라이브러리")
    part = providers.dataset(owner, title_ko="홀로병원 폐암")
    part.part_of = library
    part.save()
    assert f"/catalogue/{part.key}/" not in client.get("/catalogue/").content.decode()
    searched = client.get("/catalogue/?q=폐암").content.decode()
    assert f"/catalogue/{library.key}/" in searched and f"/catalogue/{part.key}/" not in searched
    named = client.get("/catalogue/?q=홀로병원 폐암").content.decode()  # the library's own text does not name the hospital
    assert f"/catalogue/{part.key}/" in named and f"/catalogue/{library.key}/" not in named
    assert part.title_ko in client.get(f"/catalogue/{library.key}/").content.decode()
    folded = client.get("/catalogue/").content.decode()
    assert "병원별 데이터 1건" in folded and "?show=each" in folded
    for place, state in enumerate(("PAUSED", "RETIRED", "DRAFT")):  # what nobody else sees is not counted on a card either
        hidden = providers.dataset(owner, key=f"hidden-{place}")
        hidden.part_of, hidden.publication = library, state
        hidden.save()
    assert [row.inside for row in queries.in_order(queries.found(queries.wish(QueryDict(""))))] == [1]
    single = client.get("/catalogue/?show=each&modality=CT").content.decode()
    assert f"/catalogue/{part.key}/" in single and f"/catalogue/{library.key}/" not in single
    assert 'name="show" value="each"' in single and "?modality=CT" in single  # kept by the filters; the way back keeps them


def test_what_nobody_published_is_said(client: Client, owner: providers.Provider) -> None:
    dataset = providers.dataset(
        owner, population={}, temporal_start=None, temporal_end=None, access_mode=[], commercial_use_allowed=None
    )
    assert client.get(f"/catalogue/{dataset.key}/").content.decode().count("공개되지 않음") >= 5
    assert "Not published: ask the holder" in client.get(f"/en/catalogue/{dataset.key}/").content.decode()


def test_offers_and_days_stand_on_the_page(client: Client, owner: providers.Provider) -> None:
    dataset = providers.dataset(owner)
    providers.offer(owner, dataset, published=True)
    providers.offer(owner, dataset, title_ko="숨은 초안")
    text = client.get(f"/catalogue/{dataset.key}/").content.decode()
    assert "40,000,000원" in text and "40근무일" in text and "숨은 초안" not in text


def test_the_list_needs_the_same_queries_for_one_and_for_thirty(
    client: Client, owner: providers.Provider, django_assert_max_num_queries: Any
) -> None:
    providers.dataset(owner)

    def counts() -> tuple[int, ...]:
        """Queries of the list as it first stands, anew and remembered, and of a search."""
        found = []
        for address in ("/catalogue/", "/catalogue/", "/catalogue/?modality=CT&q=폐암"):
            with django_assert_max_num_queries(12) as asked:
                assert client.get(address).status_code == 200
            found.append(len(asked))
        return tuple(found)

    client.get("/catalogue/?q=폐암")  # the words of codes are kept from here on
    few = counts()
    for _ in range(29):
        providers.dataset(owner)
    assert counts() == few


def test_no_address_writes_by_reading(client: Client, owner: providers.Provider) -> None:
    dataset = providers.dataset(owner)
    assert client.post("/catalogue/").status_code == 405
    assert client.get("/catalogue/no-such-thing/").status_code == 404
    assert client.get(f"/providers/datasets/{dataset.key}/pause/").status_code == 302


def test_pausing_a_dataset_as_owner_colleague_stranger_anonymous(owner: providers.Provider) -> None:
    dataset = providers.dataset(owner)
    address = f"/providers/datasets/{dataset.key}/pause/"
    assert Client().post(address).status_code == 302
    stranger = Client()
    stranger.force_login(providers.provider().user)
    stranger.post(address)
    dataset.refresh_from_db()
    assert dataset.publication == "PUBLISHED"
    company = Client()
    company.force_login(providers.person(Role.REPRESENTATIVE, make_organisation()))
    assert company.post(address).status_code == 403
    colleague = Client()
    colleague.force_login(providers.person(Role.PROVIDER_MANAGER, owner.organisation))
    assert colleague.post(address).status_code == 303
    dataset.refresh_from_db()
    assert dataset.publication == "PAUSED"


def test_a_card_says_price_and_days_of_its_offers_and_the_filter_what_the_card_says_about_products(
    client: Client, owner: providers.Provider
) -> None:
    providers.code_lists()
    priced, silent = providers.dataset(owner, commercial_use_allowed=True), providers.dataset(owner, commercial_use_allowed=None)
    offer = providers.offer(owner, priced, published=True)
    assert offers.sync_offered() == 1 and offers.sync_offered() == 0
    page = client.get("/en/catalogue/?purpose=PRODUCT_DEVELOPMENT").content.decode()
    assert (
        "Product development (1)" in page and "External validation (1)" in page and priced.key in page and silent.key not in page
    )
    assert f"KRW {offer.floor_won:,}" in page and f"{offer.lead_time_days} working days" in page
    offers.pause(offer_id=offer.pk, by=owner.user)
    assert offers.sync_offered() == 1
    priced.refresh_from_db()
    assert (priced.from_won, priced.lead_days) == (None, None)
    assert f"KRW {offer.floor_won:,}" not in client.get("/en/catalogue/?q=" + priced.key).content.decode()


def test_a_search_that_cannot_be_kept_comes_back_as_it_was(owner: providers.Provider) -> None:
    client = Client()
    client.force_login(owner.user)
    shown = "q=%ED%9D%89%EB%B6%80+CT&modality=CT&sort=newest&d=some-key"
    assert f'name="list" value="{shown.replace("&", "&amp;")}"' in client.get(f"/catalogue/?{shown}").content.decode()
    answer = client.post("/catalogue/searches/", {"query": "", "list": shown})
    assert answer.status_code == 303 and answer["Location"].endswith(f"/catalogue/?{shown}")
