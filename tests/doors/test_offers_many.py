"""A provider with many datasets: its place shows some, a list of their own shows all, and an offer names one by its key."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from providers.catalogue.models import Dataset
from providers.offers.forms import OfferForm
from providers.offers.forms import offer as form_of
from providers.offers.models import Offer
from providers.offers.views.pages import DATASETS_SHOWN
from tests.doors import as_
from tests.doors.test_offers_doors import filled
from tests.factories import providers, quotes

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider()


def many(owner: providers.Provider, count: int) -> list[Dataset]:
    """Copies of one entry, at once."""
    first = providers.dataset(owner)
    rows = []
    for n in range(count):
        copy = Dataset.objects.get(pk=first.pk)
        copy.pk, copy.ref, copy.key, copy.title_ko, copy._state.adding = (
            None,
            f"dst-many{n:06d}",
            f"many-{n:03d}",
            f"자료 {n:03d}번",
            True,
        )
        copy.publication, copy.published_number, copy.published_sha256 = "DRAFT", None, None
        rows.append(copy)
    Dataset.objects.bulk_create(rows)
    return rows


def test_the_place_shows_some_and_leads_to_all(owner: providers.Provider) -> None:
    many(owner, 35)
    client = as_(owner.user)
    home = client.get("/providers/").content.decode()
    assert home.count("/providers/datasets/many-") < DATASETS_SHOWN * 4 and "데이터셋 36개 모두 보기" in home
    assert "many-034" not in home
    first, second = (client.get(f"/providers/datasets/?page={n}").content.decode() for n in (1, 2))
    assert "many-000" in first + second and "many-034" in first + second and first != second
    found = client.get("/providers/datasets/?q=034").content.decode()
    assert "many-034" in found and "many-033" not in found
    nothing = client.get("/providers/datasets/?q=없는것").content.decode()
    assert "이 말이 있는 데이터셋이 없습니다" in nothing
    other = providers.provider()
    assert "many-0" not in as_(other.user).get("/providers/datasets/").content.decode()
    assert as_(quotes.firm().user).get("/providers/datasets/").status_code == 403
    assert as_().get("/providers/datasets/").status_code == 302


def test_one_dataset_costs_as_many_queries_as_thirty(owner: providers.Provider) -> None:
    providers.dataset(owner)
    client = as_(owner.user)
    counts = {}
    for place in ("/providers/", "/providers/datasets/", "/providers/offers/new/"):
        client.get(place)
        with CaptureQueriesContext(connection) as few:
            client.get(place)
        counts[place] = len(few)
    many(owner, 28)
    for place, before in counts.items():
        with CaptureQueriesContext(connection) as more:
            client.get(place)
        assert len(more) <= before, place


def test_of_more_than_a_list_can_hold_the_key_is_typed(owner: providers.Provider, monkeypatch: Any) -> None:
    few = providers.dataset(owner)
    client = as_(owner.user)
    assert '<select name="dataset"' in client.get("/providers/offers/new/").content.decode()
    monkeypatch.setattr(form_of, "MOST_CHOICES", 1)
    many(owner, 2)
    page = client.get(f"/providers/offers/new/?dataset={few.key}").content.decode()
    assert '<select name="dataset"' not in page and f'value="{few.key}"' in page and "키를 적어 주십시오" in page
    wrong = client.post("/providers/offers/new/", filled(owner, "nobody-has-this"))
    assert wrong.status_code == 422 and "nobody-has-this" in wrong.content.decode()
    assert client.post("/providers/offers/new/", filled(owner, "many-001")).status_code == 303
    made = Offer.objects.get()
    assert made.dataset is not None and made.dataset.key == "many-001"
    assert 'value="many-001"' in client.get(f"/providers/offers/{made.ref}/edit/").content.decode()
    assert OfferForm.base_fields["dataset"].widget.__class__.__name__ == "Select"  # the form of others stays as it is
