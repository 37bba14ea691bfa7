"""Changes of an agreement in the browser: who sees and may what, refusals that keep what was typed, the plan after a change."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from portal.accounts import second_factor
from tests.doors import as_
from tests.factories import applications as make
from tests.factories.changes import agreed
from tests.factories.providers import person
from vouchers.agreements import queries
from vouchers.agreements.models import AgreementChange, Voucher
from vouchers.milestones.models import Milestone

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def typed(at, **changes):
    """The form as it comes, with something written over."""
    row = at.row
    filled = {
        "base": row.current().content_hash, "starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat(),
        "goal": row.goal, "data_scope": row.data_scope, "contact": "", "reason": "과제 조정",
        **{f"line_{line.position}": f"{line.amount_won:,}" for line in row.lines.all()},
    }  # fmt: skip
    return {**filled, **changes}


def test_a_party_sees_what_would_differ_before_it_asks():
    at = agreed()
    address, client = f"/agreements/{at.agreement.ref}/change/", as_(at.company)
    assert "협약변경 요청" in text(client.get(f"/agreements/{at.agreement.ref}/"))
    blank = client.get(address)
    assert blank.status_code == 200 and 'value="160,000,000"' in text(blank) and "10%" in text(blank)
    shown = text(client.post(address, typed(at, line_3="60,000,000", preview="1")))
    assert "중요한 변경" in shown and "-65,000,000" in shown and not AgreementChange.objects.exists()
    assert "경미한 변경" in text(client.post(address, typed(at, line_1="140,000,000", line_2="100,000,000", preview="1")))
    english = text(client.post(f"/en{address}", typed(at, line_3="60,000,000", preview="1")))
    assert "Major change" in english and "KRW 255,000,000" in english
    nothing = client.post(address, typed(at))
    assert nothing.status_code == 422 and "달라진 것이 없습니다" in text(nothing)
    bad = client.post(address, typed(at, line_3="x", reason=""))
    assert bad.status_code == 422 and 'href="#id_line_3"' in text(bad) and 'value="x"' in text(bad)
    stale = client.post(address, typed(at, goal="다른 목표", base="0" * 64))
    assert stale.status_code == 422 and "다른 목표" in text(stale)
    asked = client.post(address, typed(at, line_3="60,000,000"))
    change = AgreementChange.objects.get()
    assert asked.status_code == 303 and asked["Location"] == f"/milestones/changes/{change.ref}/"
    assert client.get(address).status_code == 303  # one is open


def test_the_lines_of_a_provider_that_left_are_not_offered():
    at = agreed()
    address = f"/agreements/{at.agreement.ref}/change/"
    assert 'name="line_3"' in text(as_(at.company).get(address))
    at.sign(at.approve(at.ask(amounts={3: 0})), at.operator, at.company, at.first.user)
    shown = text(as_(at.company).get(address))
    assert 'name="line_3"' not in shown and 'name="line_1"' in shown
    assert as_(at.company).post(address, typed(at, goal="다른 목표", line_3="160,000,000")).status_code == 303
    assert AgreementChange.objects.latest("number").parts == ["GOAL"]


def test_who_left_reads_what_was_agreed_until_then_and_nothing_later():
    at = agreed()
    left = at.sign(at.approve(at.ask(amounts={3: 0})), at.operator, at.company, at.first.user)
    later = at.sign(at.approve(at.ask(amounts={1: 131_000_000}, goal="다른 목표")), at.operator, at.company, at.first.user)
    address, gone, here = f"/agreements/{at.agreement.ref}/", as_(at.second.user), as_(at.first.user)
    shown = text(gone.get(address))
    assert (
        "소속 기관이 이 협약에서 빠졌습니다" in shown
        and left.ref in shown
        and f"{address}v2/agreement.pdf" in shown
        and f"{address}v3/" not in shown
    )
    assert later.ref not in shown and "131,000,000" not in shown and "다른 목표" not in shown
    assert "Your organisation left this agreement" in text(gone.get(f"/en{address}"))
    listed = text(gone.get("/agreements/"))
    assert "협약변경으로 빠짐" in listed and "지원금" not in listed and "협약변경으로 빠짐" not in text(here.get("/agreements/"))
    assert gone.get(left.get_absolute_url()).status_code == 200 and gone.get(later.get_absolute_url()).status_code == 404
    for page in ("document", "reading_copy"):
        answers = [gone.get(reverse(f"agreements:{page}", args=[at.agreement.ref, number])).status_code for number in (1, 2, 3)]
        assert answers == [200, 200, 404]
        assert here.get(reverse(f"agreements:{page}", args=[at.agreement.ref, 3])).status_code == 200
    assert (
        queries.version_for(at.row, at.second.user) == left.amended
        and queries.version_for(at.row, at.first.user) == later.amended
    )
    assert gone.get(f"{address}signatures.pdf").status_code == 200 and "131,000,000" in text(here.get(address))
    assert not Voucher.objects.visible_to(at.second.user).exists() and Voucher.objects.visible_to(at.first.user).exists()


def test_who_sees_a_change_and_who_decides():
    at = agreed()
    change = at.ask(amounts={3: 0})
    address = f"/milestones/changes/{change.ref}/"
    staff = at.company.role_grants.first().organisation
    for party in (at.company, at.first.user, at.second.user, at.operator, person("AUDITOR"), person("STAFF_MEMBER", staff)):
        page = as_(party).get(address)
        assert page.status_code == 200 and "120,000,000" not in text(page) and "160,000,000원" in text(page)
        assert at.second.institution.name_ko in text(page)  # who would leave
    stranger = make.firm().representative
    verb = {"version": change.version}
    assert as_(stranger).get(address).status_code == 404 and Client().get(address).status_code == 302
    assert as_(stranger).post(f"{address}verb/take_up/", verb).status_code == 404
    assert as_(at.company).post(f"{address}verb/take_up/", verb).status_code == 403
    assert as_(at.first.user).post(f"{address}verb/withdraw/").status_code == 403
    assert as_(at.operator).post(f"{address}verb/dance/").status_code == 404
    for nobody in (stranger, make.officer()):
        assert as_(nobody).get(f"/agreements/{at.agreement.ref}/change/").status_code in {403, 404}
    staff_page = as_(person("STAFF_MEMBER", staff)).get(f"/agreements/{at.agreement.ref}/change/")
    assert staff_page.status_code == 403
    assert as_(at.operator).post(f"{address}verb/take_up/", {"version": "old"}).status_code == 409
    assert as_(at.operator).post(f"{address}verb/take_up/", verb).status_code == 303
    assert as_(at.operator).post(f"{address}verb/reject/", {"version": change.version + 1, "reason": ""}).status_code == 422
    stale = as_(at.operator).post(f"{address}verb/approve/", verb)
    assert stale.status_code == 409 and 'role="alert"' in text(stale)


def test_a_change_is_approved_signed_and_planned_again_in_the_browser():
    at = agreed()
    at.plan()
    change = at.ask(amounts={3: 60_000_000})
    address, operator = f"/milestones/changes/{change.ref}/", as_(at.operator)
    operator.post(f"{address}verb/take_up/", {"version": change.version})
    page = text(operator.get(address))
    assert "65,000,000원" in page and "다시 계획할 마일스톤" in page and "변경 승인" in page
    change.refresh_from_db()
    assert operator.post(f"{address}verb/approve/", {"version": change.version}).status_code == 303
    assert as_(at.first.user).get(f"{address}sign/").status_code == 200
    for party in (at.operator, at.company, at.first.user, at.second.user):
        client, sent = as_(party), {"content_hash": change.amended.content_hash, "read": "on"}
        assert client.post(f"{address}sign/", {**sent, "code": "abc"}).status_code == 422
        assert client.post(f"{address}sign/", {**sent, "code": second_factor.demo_code(party)}).status_code == 303
        assert client.get(f"{address}sign/").status_code == 303
    detail = text(as_(at.company).get(f"/agreements/{at.agreement.ref}/"))
    assert "255,000,000" in detail and "현재 적용" in detail and "제2판(변경협약)" in detail
    assert b"%PDF" in as_(at.company).get(f"/agreements/{at.agreement.ref}/signatures.pdf").content[:8]
    plan = f"/milestones/replan/{at.agreement.ref}/"
    form = operator.get(plan)
    assert form.status_code == 200 and 'value="160,000,000"' in text(form) and "60,000,000" in text(form)
    rows = [at.item(at.first, 120_000_000), at.item(at.first, 120_000_000, 60), at.item(at.second, 60_000_000)]
    untouched = {"form-3-institution_id": str(at.first.institution.pk)}
    sent = {"form-TOTAL_FORMS": "4", "form-INITIAL_FORMS": "0", **untouched}
    for n, row in enumerate(rows):
        sent |= {f"form-{n}-{name}": str(value) for name, value in row.items()}
    wrong = operator.post(plan, {**sent, "form-2-amount_won": "160,000,000"})
    assert wrong.status_code == 422 and "100,000,000" in text(wrong)
    assert operator.post(plan, sent).status_code == 303 and operator.get(plan).status_code == 303
    assert Milestone.objects.filter(agreement=at.agreement, status="PLANNED").count() == 3
    assert as_(at.company).get(plan).status_code == 403 and Client().get(plan).status_code == 302


def test_the_admin_reads_changes_and_a_page_costs_no_more_with_more_of_them(django_assert_max_num_queries):
    at = agreed()
    for number in range(4):
        change = at.ask(goal=f"목표 {number}")
        if number < 3:
            as_(at.company).post(f"/milestones/changes/{change.ref}/verb/withdraw/")
    auditor = as_(person("AUDITOR"))
    shown = auditor.get(reverse(f"{admin.site.name}:vouchers_agreementchange_change", args=[change.pk]))
    assert "목표 3" in text(shown)
    assert auditor.get(reverse(f"{admin.site.name}:vouchers_agreementchange_changelist")).status_code == 200
    address, client = f"/agreements/{at.agreement.ref}/", as_(at.company)
    client.get(address)
    with django_assert_max_num_queries(60) as asked:
        assert text(client.get(address)).count("차 변경") == 4
    before = len(asked)
    as_(at.company).post(f"/milestones/changes/{change.ref}/verb/withdraw/")
    at.ask(goal="목표 4")
    with django_assert_max_num_queries(before):
        client.get(address)
