"""`/check/`: six answers of somebody without an account, and what goes on with them."""

from typing import Any

import pytest
from django.test import Client

from tests.factories.providers import code_lists
from vouchers.matching.models import Need

pytestmark = pytest.mark.django_db
ASKED = {"size": "SMALL", "region": "BUSAN", "standing": "NONE", "modality": "CT", "area": "LUNG_CANCER", "budget": "400,000,000"}


@pytest.fixture(autouse=True)
def lists() -> None:
    code_lists()


def page(client: Client, **changes: str) -> Any:
    return client.get("/check/", {**ASKED, **changes})


def test_questions_without_an_account_and_answers_from_the_call(client: Client, round_: Any) -> None:
    assert client.get("/check/").status_code == 200
    answer = page(client)
    text = answer.content.decode()
    assert answer.status_code == 200 and "신청할 수 있습니다." in text
    assert "320,000,000" in text and "120,000,000" in text  # grant; own cash 80 M and VAT 40 M
    assert f"/applications/start/{round_.key}/?track=LARGE" in text and "diseases=C34" in text
    english = client.get("/en/check/", ASKED).content.decode()
    assert "Your company may apply." in english


def test_who_may_not_is_told_why_and_not_led_on(client: Client, round_: Any) -> None:
    text = page(client, size="LARGE", standing="SOME").content.decode()
    assert "이 답변으로는 신청할 수 없습니다." in text and "대기업" in text and "/applications/start/" not in text
    assert "먼저 확인할 것이 있습니다" in page(client, standing="UNSURE").content.decode()


def test_wrong_answers_are_named_and_kept(client: Client, round_: Any) -> None:
    answer = page(client, size="", region="nowhere", budget="많이", modality="X" * 400)
    text = answer.content.decode()
    assert answer.status_code == 422 and 'value="많이"' in text and "원 단위 숫자" in text
    assert "#answer" in text and "신청할 수 있습니다." not in text


def test_without_any_call_it_says_so(client: Client) -> None:
    text = page(client).content.decode()
    assert "아직 공고가 없습니다" in text and "/applications/start/" not in text


def test_the_number_of_queries_does_not_depend_on_the_datasets(
    client: Client, round_: Any, django_assert_max_num_queries: Any
) -> None:
    page(client)  # words of codes are remembered
    with django_assert_max_num_queries(12):
        page(client)


def test_the_answers_go_on_into_a_need_and_an_application(owner: Any, round_: Any) -> None:
    client = Client()
    client.force_login(owner.representative)
    way = f"/matching/needs/new/?modality=CT&budget=400000000&diseases=C34&round={round_.key}&track=LARGE"
    assert "앞에서 답한 내용" in client.get(way).content.decode()
    client.post(way, {"company": owner.company.pk, "title": "폐결절", "round": round_.pk})
    document = Need.objects.get().document
    assert document["modality"] == ["CT"] and document["budget_won"] == 400_000_000 and document["track"] == "LARGE"
    assert document["disease_codes"]["include"] == ["C34"] and document["company_size"] == owner.company.size
    started = client.get(f"/applications/start/{round_.key}/?track=MEDIUM").content.decode()
    assert f'value="{round_.tracks.get(key="MEDIUM").pk}" checked' in started


def test_what_was_handed_over_wrongly_is_left_out(owner: Any, round_: Any) -> None:
    client = Client()
    client.force_login(owner.representative)
    way = "/matching/needs/new/?modality=NOPE&budget=x&diseases=%3Cscript%3E&round=no&track=LARGE"
    client.post(way, {"company": owner.company.pk, "title": "수요", "round": ""})
    assert not {"modality", "budget_won", "track", "disease_codes"} & Need.objects.get().document.keys()
