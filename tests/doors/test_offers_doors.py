"""The provider's own pages, as owner, colleague, stranger, anonymous."""

from typing import Any

import pytest
from django.test import Client

from portal.accounts.rules import Role
from portal.kit.errors import IllegalStep
from providers.offers import actions
from providers.offers.models import Offer
from tests.doors import as_
from tests.factories import providers
from tests.factories.accounts import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider()


def filled(owner: providers.Provider, key: str, **changes: Any) -> dict[str, Any]:
    """What a browser posts for a complete offer."""
    return {
        "institution": owner.institution.pk,
        "kind": "DATA",
        "dataset": key,
        "title_ko": "흉부 CT 제공",
        "title_en": "Chest CT",
        "access_modes": ["CLOSED_ROOM"],
        "exits": ["RESULT_EXPORT"],
        "model_export": "false",
        "allowed_purposes": ["PRODUCT_DEVELOPMENT"],
        "commercial_ai_allowed": "",
        "lead_time_days": "30",
        "capacity": "4",
        "capacity_period": "YEAR",
        "lines-TOTAL_FORMS": "2",
        "lines-INITIAL_FORMS": "0",
        "lines-0-title_ko": "추출",
        "lines-0-kind": "EXTRACTION",
        "lines-0-unit_price_won": "30,000,000",
        "lines-0-unit": "PROJECT",
        "lines-0-minimum": "1",
        "lines-0-tax_kind": "TAXABLE",
        "lines-1-kind": "EXTRACTION",
        "lines-1-unit": "PROJECT",
        "lines-1-minimum": "1",
        "lines-1-tax_kind": "TAXABLE",
        **changes,
    }


def test_the_providers_pages_are_for_providers(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    addresses = [
        "/providers/",
        "/providers/offers/new/",
        f"/providers/offers/{offer.ref}/",
        f"/providers/offers/{offer.ref}/edit/",
    ]
    colleague = providers.person(Role.PROVIDER_MANAGER, owner.organisation)
    stranger = providers.provider().user
    for address in addresses:
        assert as_(owner.user).get(address).status_code == 200
        assert as_(owner.user).get(f"/en{address}").status_code == 200
        assert as_(colleague).get(address).status_code == 200
        assert as_(stranger).get(address).status_code == (404 if offer.ref in address else 200)
        assert as_(providers.person(Role.REPRESENTATIVE, make_organisation())).get(address).status_code == 403
        assert Client().get(address).status_code == 302


def test_an_offer_is_made_submitted_and_paused_in_the_browser(owner: providers.Provider) -> None:
    dataset = providers.dataset(owner)
    client = as_(owner.user)
    answer = client.post("/providers/offers/new/", filled(owner, dataset.key))
    assert answer.status_code == 303
    offer = Offer.objects.get()
    assert (offer.floor_won, offer.model_export, offer.commercial_ai_allowed) == (30_000_000, False, None)
    assert offer.lines.count() == 1
    assert client.post(f"/providers/offers/{offer.ref}/submit/").status_code == 303
    operator = providers.person(Role.OPERATOR_CASE)
    actions.start_check(offer_id=offer.pk, by=operator)
    actions.publish(offer_id=offer.pk, by=operator)
    assert "중단" in client.get("/providers/").content.decode()
    client.post(f"/providers/offers/{offer.ref}/pause/")
    offer.refresh_from_db()
    assert offer.status == "PAUSED"
    again = client.post(f"/providers/offers/{offer.ref}/pause/", follow=True)  # an old page, a double click
    assert str(IllegalStep("offer", "PAUSED", "pause").message) in again.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title_ko": ""}, "title_ko"),
        ({"title_ko": "가" * 121}, "title_ko"),
        ({"lead_time_days": "soon"}, "lead_time_days"),
        ({"lead_time_days": "-3"}, "lead_time_days"),
        ({"kind": "GIFT"}, "kind"),
        ({"access_modes": ["HOME"]}, "access_modes"),
        ({"dataset": "of-somebody-else"}, "dataset"),
        ({"capacity": "2", "open_capacity": "3"}, "open_capacity"),
        ({"valid_from": "2027-03-01", "valid_to": "2027-02-01"}, "valid_to"),
        ({"valid_from": "tomorrow"}, "valid_from"),
        ({"lines-0-unit_price_won": "free"}, "lines-0-unit_price_won"),
        ({"lines-0-unit_price_won": "-1"}, "lines-0-unit_price_won"),
        ({"lines-0-unit_price_won": ""}, "lines-0-unit_price_won"),
        ({"lines-0-title_ko": "", "lines-0-title_en": "x"}, "lines-0-title_ko"),
    ],
)
def test_bad_input_is_answered_beside_its_field(owner: providers.Provider, changes: dict[str, Any], field: str) -> None:
    dataset = providers.dataset(owner)
    answer = as_(owner.user).post("/providers/offers/new/", filled(owner, dataset.key, **changes))
    assert answer.status_code == 422
    assert f"id_{field}_error" in answer.content.decode()
    assert not Offer.objects.exists()


def test_one_more_line_keeps_what_was_typed(owner: providers.Provider) -> None:
    dataset = providers.dataset(owner)
    answer = as_(owner.user).post("/providers/offers/new/", filled(owner, dataset.key, more="1", title_ko="쓰던 제목"))
    text = answer.content.decode()
    assert "쓰던 제목" in text and "lines-2-title_ko" in text and "form-hint-invalid" not in text
    assert answer.status_code == 200 and 'role="alert"' not in text  # one more line is no refusal
    assert not Offer.objects.exists()


def test_editing_keeps_lines_and_notices_a_stale_page(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    client = as_(owner.user)
    page = client.get(f"/providers/offers/{offer.ref}/edit/").content.decode()
    assert "추출·가명처리" in page and 'value="30,000,000"' in page
    data = filled(owner, offer.dataset.key, version=str(offer.version), title_ko="고친 제목")
    assert client.post(f"/providers/offers/{offer.ref}/edit/", data).status_code == 303
    stale = client.post(f"/providers/offers/{offer.ref}/edit/", {**data, "title_ko": "늦은 제목"})
    assert stale.status_code == 422 and "늦은 제목" in stale.content.decode()
    offer.refresh_from_db()
    assert offer.title_ko == "고친 제목"


def test_saving_again_over_a_stale_page_keeps_the_order_that_was_taken_meanwhile(owner: providers.Provider) -> None:
    offer = providers.offer(owner, published=True, capacity=4)
    client, place = as_(owner.user), f"/providers/offers/{offer.ref}/edit/"
    page = client.get(place).content.decode()
    assert 'name="open_shown" value="4"' in page
    data = filled(owner, offer.dataset.key, version=str(offer.version), open_capacity="4", open_shown="4")
    actions.take_capacity(offer_id=offer.pk, by=None)
    stale = client.post(place, data)
    assert stale.status_code == 422
    offer.refresh_from_db()
    assert client.post(place, {**data, "version": str(offer.version)}).status_code == 303
    offer.refresh_from_db()
    assert (offer.title_en, offer.open_capacity) == ("Chest CT", 3)  # never sold a second time
    again = {**data, "version": str(offer.version), "open_capacity": "1", "open_shown": "3"}
    assert client.post(place, again).status_code == 303
    offer.refresh_from_db()
    assert offer.open_capacity == 1  # what the person decides counts


def test_another_hospitals_dataset_or_offer_cannot_be_used(owner: providers.Provider) -> None:
    other = providers.provider()
    foreign = providers.offer(other, published=True)
    client = as_(owner.user)
    answer = client.post("/providers/offers/new/", filled(owner, foreign.dataset.key))
    assert answer.status_code == 422
    answer = client.post("/providers/offers/new/", filled(other, foreign.dataset.key))
    assert answer.status_code == 422
    assert client.post(f"/providers/offers/{foreign.ref}/pause/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.status == "PUBLISHED"


def test_somebody_without_an_institution_reads_why(owner: providers.Provider) -> None:
    homeless = providers.person(Role.PROVIDER_MANAGER, make_organisation("PROVIDER"))
    client = as_(homeless)
    assert "연결되지 않았습니다" in client.get("/providers/").content.decode()
    assert client.get("/providers/offers/new/").status_code == 404


def test_the_list_needs_the_same_queries_for_one_and_for_many(
    owner: providers.Provider, django_assert_max_num_queries: Any
) -> None:
    dataset = providers.dataset(owner)
    providers.offer(owner, dataset)
    client = as_(owner.user)
    client.get("/providers/")
    with django_assert_max_num_queries(20) as few:
        client.get("/providers/")
    for _ in range(12):
        providers.offer(owner, dataset)
    with django_assert_max_num_queries(20) as many:
        client.get("/providers/")
    assert len(many) == len(few)


def test_the_admin_checks_and_publishes(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    actions.submit(offer_id=offer.pk, by=owner.user)
    client = as_(providers.person(Role.OPERATOR_CASE))
    base = f"/admin/providers/offer/{offer.pk}"
    assert client.get("/admin/providers/offer/").status_code == 200
    assert "메타데이터 점검 시작" in client.get(f"{base}/change/").content.decode()
    client.post(f"{base}/verb/start_check/")
    assert client.get(f"{base}/verb/publish/").status_code == 200
    client.post(f"{base}/verb/publish/")
    offer.refresh_from_db()
    assert offer.status == "PUBLISHED"
    for name in ("institution", "dataset", "codelist"):
        assert client.get(f"/admin/providers/{name}/").status_code == 200
    assert as_(providers.person(Role.AUDITOR)).post(f"{base}/verb/pause/").status_code == 403
    assert as_(owner.user).get("/admin/providers/offer/").status_code in (302, 403)


def test_all_that_a_published_offer_would_lack_is_said_at_once(owner: providers.Provider) -> None:
    offer = providers.offer(owner, published=True)
    client, place = as_(owner.user), f"/en/providers/offers/{offer.ref}/edit/"
    form = client.get(place).context["form"]
    typed = {name: value for name, value in form.initial.items() if value not in (None, "", [])}
    bare = {**typed, "version": offer.version, "lead_time_days": "", "lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}
    bare.pop("allowed_purposes", None)
    answer = client.post(place, bare)
    assert answer.status_code == 422
    for sentence in ("Add at least one price line.", "how many working days you need", "Choose at least one purpose"):
        assert sentence in answer.content.decode(), sentence
