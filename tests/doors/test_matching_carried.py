"""A need that begins on a dataset's page takes over what that page says."""

import pytest

from tests.doors import as_
from tests.factories import quotes
from vouchers.matching.models import Need

pytestmark = pytest.mark.django_db


def test_the_dataset_that_somebody_came_from_is_taken_over() -> None:
    at = quotes.stage()
    dataset, browser = at.offer.dataset, as_(at.firm.user)
    place = f"/matching/needs/new/?dataset={dataset.key}"
    shown = browser.get(place).content.decode()
    assert f"이 데이터셋에서 시작합니다: {dataset.title_ko}" in shown and f'value="{dataset.title_ko}"' in shown
    sent = browser.post(place, {"company": at.firm.company.pk, "title": "내 수요", "round": at.round.pk})
    assert sent.status_code == 303
    need = Need.objects.get(title="내 수요")
    assert need.document["modality"] == dataset.modality and need.document["disease_codes"]["include"] == ["C34"]


@pytest.mark.parametrize("key", ["nothing", "", "%00", "x" * 300])
def test_a_key_of_nothing_is_left_out(key: str) -> None:
    at = quotes.stage()
    shown = as_(at.firm.user).get(f"/matching/needs/new/?dataset={key}")
    assert shown.status_code == 200 and "이 데이터셋에서 시작합니다" not in shown.content.decode()


def test_what_was_answered_before_goes_before_the_dataset_and_all_diseases_name_none() -> None:
    at = quotes.stage()
    dataset = at.offer.dataset
    type(dataset).objects.filter(pk=dataset.pk).update(disease_scope="ALL")
    place = f"/matching/needs/new/?dataset={dataset.key}&modality=MRI"
    as_(at.firm.user).post(place, {"company": at.firm.company.pk, "title": "내 수요"})
    document = Need.objects.get(title="내 수요").document
    assert document["modality"] == ["MRI"] and "disease_codes" not in document
    hidden = f"/matching/needs/new/?dataset={dataset.key}"
    type(dataset).objects.filter(pk=dataset.pk).update(publication="PAUSED")
    assert dataset.title_ko not in as_(at.firm.user).get(hidden).content.decode()
