"""The ministry's admin: who reads what, and what a refused form answers."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from portal.kit import clock
from tests.doors import as_
from tests.factories.providers import person, provider
from tests.factories.rounds import make_round
from vouchers.companies.models import Restriction
from vouchers.payments.models import PayeeAccount

pytestmark = pytest.mark.django_db


def lists() -> list[str]:
    return [
        reverse(f"{admin.site.name}:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model, one in admin.site._registry.items()
        if getattr(one, "shows_persons", True)
    ]


@pytest.mark.parametrize("role", ["STAT_VIEWER", "OBJECTION_REVIEWER"])
def test_who_does_not_see_every_case_reads_no_persons_in_the_admin(role):
    somebody, client = person("AUDITOR"), as_(person(role))
    provider()
    seen = 0
    for path in lists():
        answer = client.get(path)
        assert answer.status_code in {200, 403}, path
        assert somebody.email not in answer.content.decode(), path
        seen += answer.status_code == 200
    for path in (
        "accounts/user", "accounts/membership", "accounts/rolegrant", "accounts/consent", "journal/event", "journal/notice",
        "journal/accesslog", "documents/document", "vouchers/payeeaccount", "vouchers/restriction", "vouchers/conflictofinterest",
        "vouchers/eligibilitycheck", "vouchers/paymentattempt",
    ):  # fmt: skip
        assert client.get(f"/admin/{path}/").status_code == 403, path
    assert client.get(f"/admin/accounts/user/{somebody.pk}/change/").status_code in {302, 403}
    assert client.get("/admin/").status_code == 200
    assert as_(person("AUDITOR")).get("/admin/accounts/user/").status_code == 200


TODAY, LATER = "2027-01-04", "2027-02-04"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"brn": "", "corporate_no": ""}, "사업자등록번호나 법인등록번호를 입력해 주십시오."),
        (
            {"brn": "", "corporate_no": "1101111234567", "starts_on": LATER, "ends_on": TODAY},
            "제한 종료일이 시작일보다 앞섭니다. 날짜를 확인해 주십시오.",
        ),
        ({"brn": "123"}, ""),
        ({"ground": ""}, ""),
    ],
)
def test_a_refused_restriction_comes_back_with_422_and_everything_typed(given, sentence):
    client, path = as_(person("MINISTRY_OFFICER")), "/admin/vouchers/restriction/add/"
    data = {
        "name": "가상의 주식회사",
        "brn": "",
        "corporate_no": "",
        "ground": "부정수급 확인",
        "starts_on": TODAY,
        "ends_on": LATER,
    }
    answer = client.post(path, {**data, **given})
    text = answer.content.decode()
    assert answer.status_code == 422 and answer.context["errors"] and sentence in text
    assert "가상의 주식회사" in text and not Restriction.objects.exists()
    good = client.post(path, {**data, "corporate_no": "1101111234567"})
    assert good.status_code == 302 and Restriction.objects.count() == 1


def test_a_refused_budget_answers_422():
    programme, client = make_round(), as_(person("MINISTRY_APPROVER"))
    answer = client.post(
        "/admin/vouchers/ledgerevent/add/", {"round": programme.pk, "amount_won": "0", "reason": "본예산", "once": "x"}
    )
    assert answer.status_code == 422 and "본예산" in answer.content.decode()


def test_a_budget_number_used_twice_says_so_in_the_form():
    programme, client = make_round(), as_(person("MINISTRY_APPROVER"))
    data = {"round": programme.pk, "amount_won": "1000", "reason": "본예산", "once": "once-1"}
    assert client.post("/admin/vouchers/ledgerevent/add/", data).status_code == 302
    other = client.post("/admin/vouchers/ledgerevent/add/", {**data, "amount_won": "2000", "reason": "추경 편성"})
    assert other.status_code == 422 and "추경 편성" in other.content.decode()


def test_a_refused_payee_account_comes_back_with_422_and_everything_typed():
    hospital, client = provider(), as_(person("PAYMENT_REGISTRAR"))
    path, data = (
        "/admin/vouchers/payeeaccount/add/",
        {"institution": hospital.institution.pk, "bank_code": "088", "holder": "가상병원", "contact": "money@hospital.example"},
    )
    for number in ("12", "abc", ""):
        answer = client.post(path, {**data, "number": number})
        assert answer.status_code == 422 and "가상병원" in answer.content.decode()
    assert not PayeeAccount.objects.exists()
    assert client.post(path, {**data, "number": "110-222-333444"}).status_code == 302
    assert PayeeAccount.objects.get().number == "110222333444"
    unknown = client.post(path, {**data, "bank_code": "999", "number": "110-222-333444"})
    assert unknown.status_code == 422 and PayeeAccount.objects.count() == 1
    assert "신한은행(088)" in client.get("/admin/vouchers/payeeaccount/").content.decode()


def test_a_refused_round_comes_back_with_422_and_everything_typed():
    client, path = as_(person("MINISTRY_OFFICER")), "/admin/vouchers/round/add/"
    shown = client.get(path).content.decode()
    fields = re.findall(r'name="([a-z_0-9-]+(?:FORMS)?)"', shown)
    hidden = dict.fromkeys(re.findall(r'name="([a-z_]+-(?:TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS)"', shown), "0")
    assert "title_ko" in fields
    answer = client.post(path, {"key": "", "title_ko": "시험 회차 제목", "fiscal_year": str(clock.today().year), **hidden})
    assert answer.status_code == 422 and "시험 회차 제목" in answer.content.decode()


def test_what_an_officer_typed_when_the_session_ended_is_shown_again():
    """A verb's reason and an entry form alike: kept on the page, sent again after a sign-in in another tab."""
    path = "/admin/vouchers/restriction/add/"
    data = {"name": "가상의 주식회사", "corporate_no": "1101111234567", "ground": "길게 쓴 <사유> 글"}
    lost = as_().post(path, data)
    page = lost.content.decode()
    assert lost.status_code == 401 and not Restriction.objects.exists()
    assert 'name="corporate_no" value="1101111234567"' in page and "길게 쓴 &lt;사유&gt; 글" in page
    assert as_().post("/admin/logout/").status_code == 302 and as_().get(path).status_code == 302
    again = as_(person("MINISTRY_OFFICER")).post(path, {**data, "starts_on": TODAY, "ends_on": LATER})
    assert again.status_code == 302 and Restriction.objects.count() == 1


def test_an_address_that_somebody_mangled_leads_to_the_list_and_says_so():
    """A NUL in a filter is no error of ours, and a filter that looks nothing up is no error of the database."""
    client = as_(person("MINISTRY_OFFICER"))
    path = "/admin/vouchers/round/"
    for asked in ("status__exact=%00&kind__exact=DEMO", "q=%00a", "e=1", "fiscal_year=abc", "status__exact=NOPE&o=zz&p=abc"):
        answer = client.get(f"{path}?{asked}", follow=True)
        assert answer.status_code == 200 and "Database error" not in answer.content.decode(), asked
        told = "조건으로 읽을 수 없는 부분" in answer.content.decode()
        assert told is ("%00" in asked or asked in {"e=1", "fiscal_year=abc"}), asked
    kept = client.get(f"{path}?status__exact=%00&kind__exact=DEMO")
    assert kept["Location"] == f"{path}?kind__exact=DEMO"
