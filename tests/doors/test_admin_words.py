"""Officers read words, not codes and not column names, in the admin of institutions, datasets, offers, needs and quotes."""

import html
import re

import pytest
from django.contrib import admin
from django.contrib.admin import helpers
from django.core.cache import cache
from django.test import Client
from django.utils.translation import override
from unfold.forms import BaseAdminForm, BaseFieldline

from portal.accounts.actions import give_consent
from portal.accounts.rules import Role
from portal.desk import admin_words
from portal.desk.admin_words import column_words
from portal.journal.admin import EventAdmin
from portal.journal.models import Event
from portal.kit.admin import KeptReasonForm, PublicReasonForm, ReasonForm
from portal.kit.columns import COLUMNS
from portal.kit.showing import shortly
from providers.catalogue.models import Code, CodeList
from tests.factories import providers, quotes
from vouchers.agreements.admin import VersionInline
from vouchers.agreements.models import AgreementVersion
from vouchers.agreements.rules import GENESIS
from vouchers.payments.rules import bank_words

pytestmark = pytest.mark.django_db


def words_of(browser: Client, address: str) -> str:
    page = browser.get(address)
    assert page.status_code == 200, address
    main = page.content.decode().split("<main", 1)[-1]
    return " ".join(html.unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", main, flags=re.S)).split())


def test_lists_and_pages_tell_codes_and_columns_in_korean() -> None:
    at = quotes.stage()
    match = quotes.accepted(at)
    browser = Client()
    browser.force_login(providers.person(Role.OPERATOR_CASE))
    dataset, institution = at.offer.dataset, at.hospital.institution
    addresses = [
        "/admin/providers/dataset/", f"/admin/providers/dataset/{dataset.pk}/change/", "/admin/providers/institution/",
        f"/admin/providers/institution/{institution.pk}/change/", "/admin/providers/offer/",
        f"/admin/providers/offer/{at.offer.pk}/change/", "/admin/vouchers/need/", f"/admin/vouchers/need/{at.need.pk}/change/",
        f"/admin/vouchers/quoterequest/{match.quote.request_id}/change/", f"/admin/vouchers/match/{match.pk}/change/",
    ]  # fmt: skip
    raw = re.compile(
        r"\b(AVAILABLE|HOSPITAL|GANGWON|LISTED|CLOSED_ROOM|REMOTE_VDI|RESULT_EXPORT|PRODUCT_DEVELOPMENT|PUBLISHED)\b"
    )
    english = re.compile(r"\b(Posted at|Created by|Part of|Due at|Description ko|Capacity period|Company confirmed at)\b", re.I)
    for address in addresses:
        text = words_of(browser, address)
        assert not raw.findall(text) and not english.findall(text), (address, raw.findall(text), english.findall(text))
        assert "\\u" not in text and '{"' not in text
    assert "전산화단층촬영" in words_of(browser, addresses[1]) and "의료기관" in words_of(browser, addresses[2])


def test_a_lists_words_cost_no_further_query() -> None:
    owner = quotes.stage().hospital
    browser = Client()
    browser.force_login(providers.person(Role.OPERATOR_CASE))

    def count() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        browser.get("/admin/providers/institution/")
        with CaptureQueriesContext(connection) as found:
            assert browser.get("/admin/providers/dataset/").status_code == 200
            assert browser.get("/admin/providers/institution/").status_code == 200
        return len(found)

    before = count()
    for _ in range(20):
        providers.dataset(owner)
        providers.provider()
    assert count() == before


def test_columns_keep_the_names_that_their_models_gave() -> None:
    from vouchers.matching.models import Need

    assert str(Need._meta.get_field("title").verbose_name) != str(COLUMNS["title"])
    assert Need._meta.get_field("posted_at").verbose_name is COLUMNS["posted_at"]
    assert Need._meta.get_field("posted_at").deconstruct()[3].get("verbose_name") is None  # no migration


def test_the_journals_lists_tell_columns_and_codes_in_korean() -> None:
    quotes.accepted(quotes.stage())
    browser = Client()
    browser.force_login(providers.person(Role.SYSADMIN))
    english = re.compile(
        r"\b(At|By|Frm|Subject type|Subject ref|Verb|Opened at|Closed at|Is active|Is demo|Date joined|Scan state)\b"
    )
    raw = re.compile(r"\b(confirm_match|quote\.sent|quote_request|PROVIDER_MANAGER|admin: )")
    rooms = ("journal/event", "journal/duty", "journal/accesslog", "accounts/user", "accounts/rolegrant", "documents/document")
    for room in rooms:
        text = words_of(browser, f"/admin/{room}/")
        assert not english.findall(text) and not raw.findall(text), (room, english.findall(text), raw.findall(text))


def test_a_records_page_is_called_what_it_is_and_says_its_state() -> None:
    match = quotes.accepted(quotes.stage())
    need = match.quote.request.need
    browser = Client()
    browser.force_login(providers.person(Role.OPERATOR_CASE))
    page = browser.get(f"/admin/vouchers/need/{need.pk}/change/").content.decode()
    assert f"<h1>{need}</h1>" in page
    assert need.get_status_display() in page.split('class="case-head"', 1)[1].split("</div>", 1)[0]
    assert "<title>" in page and str(need) in page.split("<title>", 1)[1].split("</title>", 1)[0]


def test_a_reviews_event_tells_the_reviews_state_though_it_stands_on_the_request() -> None:
    event = Event(name="data_review.approved", subject_type="accessrequest", frm="UNDER_REVIEW", to="APPROVED")
    words = column_words(Event, "to")
    assert words is not None
    with override("ko"):
        assert words(event) == "승인"
        event.name = "ethics_review.exemption_confirmed"
        assert "_" not in admin_words.event_state(event, "EXEMPTION_CONFIRMED")
        assert "_" not in admin_words.event_state(event, "NOT_STARTED")
        event.name = "access_request.allowed"
        assert words(event) == "양쪽 심의 허용"


def test_consents_and_code_lists_are_told_in_words() -> None:
    reader, giver = providers.person(Role.SYSADMIN), providers.person(Role.AUDITOR)
    given = give_consent(user=giver, kind="ELECTRONIC_SERVICE", text_version="2026-11", given=True, context="company_page")
    kept = CodeList.objects.create(key="certainty", title_ko="확실성", title_en="Certainty", certainty="derived")
    Code.objects.create(code_list=kept, code="derived", name_ko="도출", name_en="Computed", position=1)
    cache.clear()
    browser = Client()
    browser.force_login(reader)
    for address in ("/admin/accounts/consent/", f"/admin/accounts/consent/{given.pk}/change/"):
        assert "결정서의 전자송달" in words_of(browser, address) and "ELECTRONIC_SERVICE" not in words_of(browser, address)
    assert "기업 정보 화면" in words_of(browser, f"/admin/accounts/consent/{given.pk}/change/")
    listed = words_of(browser, "/admin/providers/codelist/")
    assert "도출" in listed and "derived" not in listed
    page = browser.get(f"/admin/providers/codelist/{kept.pk}/change/").content.decode()
    assert "<h1>확실성</h1>" in page


def test_a_lists_moment_breaks_between_day_and_hour_alone() -> None:
    quotes.accepted(quotes.stage())
    browser = Client()
    browser.force_login(providers.person(Role.OPERATOR_CASE))
    for address, line in (
        ("/admin/vouchers/match/", r'<span class="nowrap">\d{4}\. \d+\. \d+\.\(.\)</span> <span class="nowrap">\d\d:\d\d</span></time>'),
        ("/en/admin/vouchers/match/", r'<span class="nowrap">\d+ \w{3} \d{4},</span> <span class="nowrap">\d\d:\d\d \(KST\)</span></time>'),
    ):  # fmt: skip
        assert re.search(line, browser.get(address).content.decode()), address


def test_a_records_parts_say_their_columns_on_narrow_screens_and_nothing_floats_over_what_nobody_changes() -> None:
    request = quotes.accepted(quotes.stage()).quote.request
    browser = Client()
    browser.force_login(providers.person(Role.MINISTRY_OFFICER))
    page = browser.get(f"/admin/vouchers/quoterequest/{request.pk}/change/").content.decode()
    assert '<span class="cell-label">공급가액</span>' in page
    page = browser.get(f"/admin/vouchers/round/{request.need.round_id}/change/").content.decode()
    assert 'id="submit-row"' not in page and 'material-symbols-outlined">add<' not in page


def test_a_form_is_dressed_alike_though_it_is_the_first_page_of_a_process() -> None:
    """unfold puts its labels in place when its own view is asked for; a fresh worker's first page may be a form."""
    plain = helpers.AdminForm, helpers.Fieldline = (BaseAdminForm, BaseFieldline)  # type: ignore[misc]
    browser = Client()
    browser.force_login(providers.person(Role.MINISTRY_OFFICER))
    page = browser.get("/admin/vouchers/round/add/").content.decode()
    assert plain != (helpers.AdminForm, helpers.Fieldline)
    assert re.search(r'<label class="[^"]*font-semibold[^"]*"[^>]*for="id_title_en"', page)


def test_a_row_that_is_not_there_is_told_in_a_sentence() -> None:
    browser = Client()
    browser.force_login(providers.person(Role.MINISTRY_OFFICER))
    answer = browser.get("/admin/vouchers/round/999999/change/", follow=True)
    assert answer.redirect_chain == [("/admin/", 302)]
    assert (
        "해당 기록이 없거나 열람하실 수 없는 기록입니다." in answer.content.decode() and "999999" not in answer.content.decode()
    )


def test_an_event_tells_the_states_of_what_it_is_about() -> None:
    judged = Event(name="application.rule_judged", subject_type="application", frm="MET", to="NOT_MET")
    begun = Event(name="round.evaluation_begun", subject_type="round", frm="ANNOUNCED", to="EVALUATING")
    assert [admin_words.event_state(judged, code) for code in ("MET", "NOT_MET")] == ["충족", "미충족"]
    assert admin_words.event_state(begun, "ANNOUNCED") == "접수 마감"


def test_a_first_version_and_a_first_event_say_that_nothing_stands_before() -> None:
    before = VersionInline(AgreementVersion, admin.site).before
    with override("ko"):
        assert before(AgreementVersion(previous_hash=GENESIS)) == "없음(첫 버전)"
    assert before(AgreementVersion(previous_hash="ab" * 32)) == "ab" * 32
    first = EventAdmin(Event, admin.site)
    with override("en"):
        assert first.before(Event(previous_hash=GENESIS)) == "none: the first event of the record"


def test_a_call_has_a_short_name_and_a_bank_its_code() -> None:
    assert shortly("2027년 봄 공모") == "2027년 봄 공모"
    assert "[시연] 2027년 … 데이터 바우처 공모 A</abbr>" in shortly("[시연] 2027년 가상 의료 AI 데이터 바우처 공모 A")
    assert "2026 Medical … Programme</abbr>" in shortly("2026 Medical AI Data Voucher Programme")
    assert bank_words("088", korean=True) == "신한은행(088)" and bank_words("088", korean=False) == "Shinhan Bank (088)"


def test_under_a_reason_stands_who_reads_it() -> None:
    with override("ko"):
        said = [str(form().fields["reason"].help_text) for form in (ReasonForm, PublicReasonForm, KeptReasonForm)]
    assert said == ["당사자에게 전달됩니다.", "사유는 모두에게 공개됩니다.", "진행 기록에 남으며, 따로 알리지 않습니다."]
