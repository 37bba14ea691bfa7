"""Agreements as the operator, the company, its staff, the provider, a stranger and nobody see them."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from portal.accounts import second_factor
from portal.accounts.models import User
from portal.desk import event_words
from portal.journal.models import Duty
from portal.journal.queries import history
from portal.kit import clock
from portal.templatetags.portal_timeline import timeline_of
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.factories.providers import person
from vouchers.agreements.models import Agreement, Voucher
from vouchers.rounds import actions as rounds

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def days(**changes):
    return {name: day.isoformat() for name, day in ev.period(**changes).items()}


def test_operator_drafts_from_the_accepted_award():
    _at, award = ev.accepted()
    client = as_(ev.operator())
    assert award.project_no in text(client.get("/agreements/"))
    assert award.project_no in text(client.get("/agreements/?show=drafts"))
    address = f"/agreements/draft/{award.ref}/"
    assert "400,000,000" in text(client.get(address))
    bad = client.post(address, days(ends_on=clock.today().replace(year=2020)))
    assert bad.status_code == 422 and "종료일이 시작일보다 빠릅니다" in text(bad)
    assert client.post(address, {"starts_on": "soon", "ends_on": ""}).status_code == 422
    assert client.post(address, days()).status_code == 303
    assert client.post(address, days()).status_code == 422  # a second click
    row = Agreement.objects.get()
    assert row.number in text(client.get("/agreements/?status=DRAFTING"))
    assert "협약을 기다리는 선정이 없습니다" in text(client.get("/agreements/?show=drafts"))
    assert client.get("/agreements/?status=NONSENSE&page=x").status_code == 200


def test_drafting_is_the_operators_alone():
    at, award = ev.accepted()
    address = f"/agreements/draft/{award.ref}/"
    for nobody in (at.firms[0].representative, at.officer, at.evaluators[0]):
        assert as_(nobody).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_parties_see_it_once_it_is_sent_and_strangers_never():
    made = ev.drafted()
    address = f"/agreements/{made.agreement.ref}/"
    assert as_(made.company).get(address).status_code == 404
    assert as_(made.operator).post(f"{address}verb/send_for_signature/").status_code == 303
    staff = make.firm()
    for party in (*made.everybody, made.panel.firms[0].staff, person("AUDITOR")):
        page = as_(party).get(address)
        assert page.status_code == 200 and made.agreement.number in text(page)
        assert made.agreement.number in text(as_(party).get("/agreements/"))
    pdf = f"{address}v1/agreement.pdf"
    for nobody in (staff.representative, made.panel.evaluators[0]):
        assert as_(nobody).get(address).status_code == 404
        assert as_(nobody).get(pdf).status_code == 404
        assert as_(nobody).get(f"{address}sign/").status_code == 404
    assert Client().get(address).status_code == 302
    response = as_(made.provider).get(pdf)
    content = b"".join(response.streaming_content)
    assert response["Content-Type"] == "application/pdf" and "협약서" in PdfReader(BytesIO(content)).pages[0].extract_text()
    english = as_(made.provider).get(f"{address}v1/agreement-en.pdf")
    assert "Reading copy" in PdfReader(BytesIO(english.content)).pages[0].extract_text()
    assert as_(made.provider).get(f"{address}v9/agreement.pdf").status_code == 404


def test_sign_page_shows_what_is_signed_and_asks_the_code():
    made = ev.to_sign()
    address = f"/agreements/{made.agreement.ref}/sign/"
    version = made.agreement.current()
    client = as_(made.company)
    page = text(client.get(address))
    code = second_factor.demo_code(made.company)
    assert version.content_hash in page and code in page and "320,000,000" in page and "데이터 제공과 심의" in page
    given = {"content_hash": version.content_hash, "read": "on", "code": code}
    both = client.post(address, {"content_hash": version.content_hash, "code": "abcdef"})
    assert set(both.context["form"].errors) == {"read", "code"}
    assert client.post(address, {**given, "code": "12"}).status_code == 422
    unread = client.post(address, {"content_hash": version.content_hash, "code": code})
    assert unread.status_code == 422 and "확인란에 표시해 주십시오" in text(unread)
    changed = client.post(address, {**given, "content_hash": "0" * 64})
    assert changed.status_code == 422 and "내용이 바뀌었습니다" in text(changed)
    form = changed.context["form"]  # the next try is for the text that the page shows now, and asks to read it
    assert form["content_hash"].value() == version.content_hash and not form["read"].value()
    assert client.post(address, given).status_code == 303
    assert client.post(address, given).status_code == 303  # a second click leads back
    assert made.agreement.parties.filter(signed_at__isnull=False).count() == 1
    assert as_(made.panel.firms[0].staff).get(address).status_code == 404
    assert as_(made.panel.officer).post(address, given).status_code == 404


def test_everybody_signs_in_the_browser_and_the_voucher_is_there():
    made = ev.to_sign()
    address, version = f"/agreements/{made.agreement.ref}/", made.agreement.current()
    for party in made.everybody:
        given = {"content_hash": version.content_hash, "read": "on", "code": second_factor.demo_code(party)}
        assert as_(party).post(f"{address}sign/", given).status_code == 303
    record = as_(made.provider).get(f"{address}signatures.pdf")
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(record.content)).pages).replace("\n", "").replace(" ", "")
    assert "전자서명확인서" in words and version.content_hash in words and "서명전" not in words and "시연용문서" in words
    assert made.company.get_full_name().replace(" ", "") in words
    english = as_(made.company).get(f"/en{address}signatures.pdf").content
    assert "Record of electronic signatures" in PdfReader(BytesIO(english)).pages[0].extract_text()
    assert as_(make.firm().representative).get(f"{address}signatures.pdf").status_code == 404
    assert Client().get(f"{address}signatures.pdf").status_code == 302
    page = text(as_(made.company).get(address))
    assert Voucher.objects.get().number in page and "체결" in page
    assert "In force" in text(as_(made.company).get("/en" + address))


def test_verbs_are_the_operators_and_negative_ones_ask_a_reason():
    made = ev.to_sign()
    address = f"/agreements/{made.agreement.ref}/"
    operator = as_(made.operator)
    assert as_(made.company).post(f"{address}verb/terminate/", {"reason": "x"}).status_code == 403
    assert operator.post(f"{address}verb/dance/").status_code == 404
    assert operator.post(f"{address}verb/return_to_draft/", {"reason": ""}).status_code == 422
    long = operator.post(f"{address}verb/return_to_draft/", {"reason": "기간을 고칩니다. " * 120})
    assert long.status_code == 422 and "기간을 고칩니다. 기간을" in text(long) and 'href="#reason-return_to_draft"' in text(long)
    assert "1,000자" in text(long) or "1000자" in text(long)
    assert (
        operator.post(f"{address}verb/suspend/", {"reason": "x"}).status_code == 404
    )  # asked, agreed to or decided on its own page
    assert operator.post(f"{address}verb/return_to_draft/", {"reason": "기간"}).status_code == 303
    assert operator.post(f"{address}revise/", {"starts_on": "x"}).status_code == 422
    assert operator.post(f"{address}revise/", days()).status_code == 303
    assert made.agreement.versions.count() == 2


def test_admin_shows_the_same_verbs():
    made = ev.drafted()
    row = made.agreement
    change = reverse(f"{admin.site.name}:vouchers_agreement_change", args=[row.pk])
    operator, auditor = as_(made.operator), as_(person("AUDITOR"))
    assert "서명 요청하기" in text(operator.get(change)) and "서명 요청하기" not in text(auditor.get(change))
    verb = reverse(f"{admin.site.name}:vouchers_agreement_verb", args=[row.pk, "send-for-signature"])
    assert auditor.post(verb).status_code == 403
    assert operator.post(verb).status_code == 302
    row.refresh_from_db()
    assert row.status == "AWAITING_SIGNATURES"
    for name in ("agreement", "agreementhalt", "signingauthority", "voucher"):
        assert auditor.get(reverse(f"{admin.site.name}:vouchers_{name}_changelist")).status_code == 200


def test_what_follows_from_a_signature_is_the_portals_act():
    """The journal keeps whose signature set it off; pages do not call it that person's act."""
    made = ev.active()
    voucher = Voucher.objects.get(agreement=made.agreement)
    for row, name in ((made.agreement, "협약이 체결되었습니다"), (voucher, "바우처를 발급했습니다")):
        event = next(one for one in history(row) if event_words.words(one.name) == name)
        assert event.by is not None
        told = [one for one in timeline_of(row, user=event.by)["entries"] if one["title"] == name]
        assert [one["who"] for one in told] == ["포털"]
    signed = [one for one in timeline_of(made.agreement, user=event.by)["entries"] if one["title"] == "협약서에 서명했습니다"]
    assert str(event.by) in [one["who"] for one in signed]
    page = text(as_(made.panel.officer).get(f"/admin/vouchers/agreement/{made.agreement.pk}/change/"))
    assert f"포털 (계기: {event.by})" in page


def test_whoever_has_no_second_factor_is_led_to_it_before_signing():
    made = ev.to_sign()
    User.objects.filter(pk=made.company.pk).update(is_demo=False)
    address = f"/agreements/{made.agreement.ref}/sign/"
    page = text(as_(User.objects.get(pk=made.company.pk)).get(address))
    assert f"/accounts/2fa/totp/activate/?next={address}" in page and 'name="code"' not in page
    assert 'name="code"' in text(as_(made.provider).get(address))


def test_the_plan_is_one_click_from_the_duty_and_from_the_agreement():
    made = ev.active()
    duty = Duty.objects.get(subject_ref=made.agreement.ref, verb="plan_milestones", closed_at__isnull=True)
    operator = as_(made.operator)
    assert duty.url == f"/milestones/plan/{made.agreement.ref}/" and operator.get(duty.url).status_code == 200
    address = f"/agreements/{made.agreement.ref}/"
    assert duty.url in text(operator.get(address)) and duty.url not in text(as_(made.company).get(address))


def test_a_draft_proposes_no_day_that_is_over():
    at, award = ev.accepted()
    start, client = clock.today() + timedelta(days=9), as_(ev.operator())
    facts = {"project_start_on": start, "project_end_on": start + timedelta(days=200)}
    rounds.amend(round_id=award.application.round_id, facts=facts, by=at.approver, reason_ko="일정 변경", reason_en="New dates")
    draft = f"/agreements/draft/{award.ref}/"
    assert client.get(draft).context["form"].initial["starts_on"] == start
    with time_machine.travel(clock.now() + timedelta(days=13)):
        assert client.get(draft).context["form"].initial["starts_on"] == start + timedelta(days=4)
