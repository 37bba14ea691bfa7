"""A record's page in the admin says in words what the row holds, and leads to what it is about."""

import html
import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.journal import actions as journal
from portal.journal.models import AccessLog, Duty, Event, Notice
from portal.kit import clock
from tests.doors import as_
from tests.factories import evaluation as selection
from tests.factories import projects as p
from tests.factories import quotes
from tests.factories.applications import firm, stored, submitted
from tests.factories.companies import make_company
from tests.factories.providers import person
from tests.factories.rounds import make_round
from vouchers.ledger.models import Account, LedgerEvent
from vouchers.payments import actions as payments

pytestmark = pytest.mark.django_db


def page(row: Any, by: Any, language: str = "ko") -> str:
    path = reverse(f"{admin.site.name}:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    answer = as_(by).get(f"/en{path}" if language == "en" and not path.startswith("/en/") else path)
    assert answer.status_code == 200, path
    return str(answer.content.decode().split('id="content-main"', 1)[1])


def said(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", text, flags=re.S)).split())


def link_to(row: Any) -> str:
    path = reverse(f"{admin.site.name}:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return f'href="{path}"'


# ── Duties, events, notices, the access log ──────────────────────────────────────────────────────────
def test_the_journals_pages_say_words_and_link_what_they_are_about() -> None:
    match = quotes.accepted(quotes.stage())
    reader = person("SYSADMIN")
    duty = Duty.objects.get(verb="confirm_match")
    event = Event.objects.get(name="match.proposed")
    notice = Notice.objects.filter(template="quote_accepted").first()
    assert notice is not None
    text = page(duty, reader)
    assert link_to(match) in text and "매칭 확인" in said(text) and "공급기관" in said(text)
    assert not re.search(r"confirm_match|PROVIDER_MANAGER|match\b.*\bmat-", said(text))
    text = page(event, reader)
    assert link_to(match) in text and link_to(match.quote.request.need.company) not in text
    assert not re.search(r"match\.proposed|REPRESENTATIVE|PROPOSED|\{", said(text))
    assert "매칭을 제안했습니다" in as_(reader).get(f"/admin/journal/event/{event.pk}/change/").context["title"]
    text = page(notice, reader)
    assert link_to(notice.user) in text and "견적 수락" in said(text)
    assert not re.search(r"quote_accepted|\bvouchers\b|\bko\b", said(text))


def test_the_access_logs_page_names_the_people_whose_data_were_seen() -> None:
    company, reader = make_company(), person("AUDITOR")
    as_(reader).get(f"/admin/vouchers/company/{company.pk}/change/")
    row = AccessLog.objects.get(task="admin: company")
    text = page(row, reader)
    assert text.count(link_to(company)) == 2  # what was opened, and whose data it shows
    assert "admin: company" not in said(text)
    journal.saw(reader, company, persons=[], what="file doc-0000000000")
    other = AccessLog.objects.latest("pk")
    assert "파일 doc-0000000000" in said(page(other, reader))


def test_what_an_event_carries_is_told_in_words() -> None:
    at = submitted()
    event = Event.objects.get(name="application.submitted")
    text = said(page(event, person("AUDITOR"), "en"))
    assert at.receipt_no in text and "Grant (won)" in text and "grant_won" not in text and '"' not in text
    section = Event.objects.filter(name="section.saved").first()
    assert section is not None
    assert link_to(at) in page(section, person("AUDITOR"))  # a section has no page: its application


def test_an_offers_lines_are_told_in_words() -> None:
    made = quotes.stage().offer
    event = Event.objects.filter(name="offer.created", subject_ref=made.ref).get()
    text = said(page(event, person("AUDITOR")))
    assert not re.search(r"\b(EXTRACTION|TAXABLE|EXEMPT|CASE|RESULT_EXPORT|PRODUCT_DEVELOPMENT)\b", text)


def test_a_section_without_a_reader_stays_a_reference() -> None:
    """Whoever may read the ledger but not the cases sees references, no names."""
    made = selection.active()
    account, reader = Account.objects.get(kind="COMMITTED"), person("STAT_VIEWER")
    text = as_(reader).get("/admin/vouchers/account/").content.decode()
    assert account.owner_ref in text and str(made.agreement.company) not in text
    assert str(made.agreement.company) in as_(person("AUDITOR")).get("/admin/vouchers/account/").content.decode()


# ── Inlines ──────────────────────────────────────────────────────────────────────────────────────────
def test_an_inline_without_rows_says_so() -> None:
    need, reader = quotes.stage().need, person("OPERATOR_CASE")
    assert "아직 없습니다." in said(page(need, reader)) and "None yet." in said(page(need, reader, "en"))
    asked = quotes.asked(quotes.stage())
    text = page(asked.need, reader)
    assert 'class="inline-none' not in text and link_to(asked) in text


# ── The ledger ───────────────────────────────────────────────────────────────────────────────────────
def test_the_ledgers_lists_tell_what_the_money_is_about_without_a_query_a_row() -> None:
    made = selection.active()
    application, voucher = made.award.application, made.agreement.voucher
    client = as_(person("OPERATOR_FINANCE"))
    for name in ("account", "ledgerevent"):
        text = client.get(f"/admin/vouchers/{name}/").content.decode()
        assert link_to(application) in text and application.title in text
        assert link_to(voucher) in text and f"{voucher.number} · {made.agreement.company}" in html.unescape(text)
        assert not re.search(r">(app|vch|rnd)-\w{10}<", text), name

    def count() -> int:
        client.get("/admin/vouchers/account/")  # what is remembered until something happens is read now
        with CaptureQueriesContext(connection) as found:
            assert client.get("/admin/vouchers/account/").status_code == 200
        return len(found)

    before = count()
    selection.active()
    assert count() == before


def test_reasons_by_the_portal_stand_in_the_readers_language_and_typed_ones_as_typed() -> None:
    made = selection.active()
    reader = person("OPERATOR_FINANCE")
    committed = LedgerEvent.objects.get(kind="COMMITTED")
    assert f"협약 {made.agreement.number}" in said(page(committed, reader))
    english = said(page(committed, reader, "en"))
    assert f"Agreement {made.agreement.number}" in english and "협약" not in english
    reserved = LedgerEvent.objects.get(kind="RESERVED")
    assert "Rank 1 in" in said(page(reserved, reader, "en"))
    told = Event.objects.get(name="money.committed")
    assert f"Agreement {made.agreement.number}" in said(page(told, person("AUDITOR"), "en"))
    given = LedgerEvent.objects.get(kind="APPROPRIATED")
    assert given.reason and given.reason in said(page(given, reader, "en"))
    assert "Rank 1 in" in said(page(made.award.application, person("MINISTRY_OFFICER"), "en"))


# ── Documents, payees, lists ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("kind", "word"),
    [("irb_decision", "IRB 결과서"), ("tax_invoice", "세금계산서"), ("PROJECT_PLAN", "계획서"), ("own_share", "자부담"),
     ("business_registration", "사업자등록증"), ("deliverable", "산출물"), ("agreement", "협약")],
)  # fmt: skip
def test_a_files_kind_is_a_word(kind: str, word: str) -> None:
    row = stored(firm(), kind)
    reader = person("AUDITOR")
    listed = as_(reader).get("/admin/documents/document/").content.decode().split('id="content-main"', 1)[1]
    listed = said(listed).replace(row.name, "")
    shown = said(page(row, reader)).replace(row.name, "")
    assert listed.count(word) == 2 and kind not in listed  # the filter says it too
    assert word in shown and kind not in shown


def test_a_payees_page_shows_the_end_of_the_account_number_alone() -> None:
    at = p.project()
    desk = p.office()
    row = payments.enter_payee(
        institution_id=at.institution.pk, bank_code="088", number="110222333444", holder="가상병원", by=desk.registrar
    )
    for reader in (desk.registrar, person("OPERATOR_FINANCE"), person("AUDITOR")):
        text = as_(reader).get(f"/admin/vouchers/payeeaccount/{row.pk}/change/").content.decode()
        assert "···3444" in text and "110222333444" not in text and "110-222" not in text
        listed = as_(reader).get("/admin/vouchers/payeeaccount/").content.decode()
        assert "···3444" in listed and "110222333444" not in listed
    second = as_(person("OPERATOR_FINANCE"))
    assert "110222333444" in second.get(f"/admin/vouchers/payeeaccount/{row.pk}/verb/verify/").content.decode(), "to be compared"
    assert as_(person("STAT_VIEWER")).get(f"/admin/vouchers/payeeaccount/{row.pk}/change/").status_code in {302, 403}


def test_the_list_of_applications_names_the_round_without_a_query_more() -> None:
    at = submitted(round_=make_round(key="spring-2027", title_ko="2027년 봄 공모"))
    client = as_(person("MINISTRY_OFFICER"))

    def shown() -> tuple[str, int]:
        client.get("/admin/vouchers/application/")  # what is remembered until something happens is read now
        with CaptureQueriesContext(connection) as found:
            text = client.get("/admin/vouchers/application/").content.decode()
        return text, len(found)

    text, before = shown()
    row = text.split('class="result-row"', 1)[1].split("</tr>", 1)[0]
    assert "2027년 봄 공모" in row and "spring-2027" not in row and at.receipt_no in row
    submitted(round_=make_round(key="autumn-2027", title_ko="2027년 가을 공모"))
    text, after = shown()
    assert "2027년 가을 공모" in text and after == before


def test_the_duty_list_says_who_owes_in_one_column() -> None:
    at = quotes.asked(quotes.stage())
    Duty.objects.exclude(verb="quote").delete()
    text = as_(person("AUDITOR")).get("/admin/journal/duty/").content.decode()
    row = text.split('class="result-row"', 1)[1].split("</tr>", 1)[0]
    assert row.count("<td") == 4 and str(at.institution.organisation) in html.unescape(row)
    Duty.objects.update(organisation=None, role="OPERATOR_CASE", due_at=clock.now())
    assert "전담기관 담당자" in said(as_(person("AUDITOR")).get("/admin/journal/duty/").content.decode())


@pytest.mark.parametrize("path", ["/admin/", "/admin/journal/duty/", "/admin/dashboard/"])
def test_every_page_has_one_main_part(path: str) -> None:
    text = as_(person("AUDITOR")).get(path).content.decode()
    assert text.count("<main ") == text.count("</main>") == 1 and 'href="#content"' in text
