"""Settlements in the browser: each side, colleagues, strangers, nobody; what was typed is kept; a second row costs no query."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.kit import clock
from tests.actions.test_settlements_actions import decide
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import projects
from tests.factories import settling as s
from tests.factories.files import pdf
from tests.factories.providers import person, provider
from vouchers.agreements.models import CarryOver
from vouchers.settlements import actions
from vouchers.settlements.models import Clawback, Debt, Receipt, Settlement, YearClosing

pytestmark = pytest.mark.django_db


def statuses(path, *people):
    return [as_(user).get(path).status_code for user in people]


def test_a_settlement_is_seen_by_its_company_and_the_offices():
    at, desk, row = s.fixed()
    path, debt = f"/settlements/{row.ref}/", Debt.objects.get()
    assert statuses(path, at.company, at.firm.staff, at.operator, desk.finance, person("AUDITOR")) == [200] * 5
    assert statuses(path, at.manager, make.firm().staff, provider().user, person("EVALUATOR")) == [404] * 4
    assert statuses(f"/settlements/debts/{debt.ref}/", at.firm.staff, desk.finance, at.manager) == [200, 200, 404]
    assert statuses(f"{path}state/", at.manager, desk.finance) == [404, 404]
    assert statuses(f"{path}lower/", at.company, desk.finance) == [403, 404]
    assert Client().get(path).status_code == 302
    (line,) = row.lines.filter(disallowed_won__gt=0)
    assert statuses(f"{path}files/line-{line.position}/", at.firm.staff) == [200]
    assert statuses(f"{path}files/line-99/", at.firm.staff) == statuses(f"{path}files/interest/", at.firm.staff) == [404]
    words = as_(at.company).get(path).content.decode()
    assert "8,000,000" in words and "증빙 부족" in words and "이의신청" in words
    assert "No sufficient evidence" in as_(at.company).get(f"/en{path}").content.decode()


def test_the_company_states_in_the_browser_and_nothing_typed_is_lost():
    at, _desk, row = s.ended()
    (line, *_rest) = row.lines.all()
    client, path = as_(at.company), f"/settlements/{row.ref}/state/"
    words = client.get(path).content.decode()
    assert 'value="320,000,000"' in words and 'value="80,000,000"' in words  # as it was paid, so that nobody types it again
    typed = {f"grant_{line.position}": "320,000,001", f"own_cash_{line.position}": "80,000,000", "note": "메모 한 줄"}
    files = {f"proof_{line.position}": pdf("a.pdf"), "verification": pdf("b.pdf")}
    for wrong in ({}, {f"grant_{line.position}": "삼억"}, {f"grant_{line.position}": "-5"}):
        answer = client.post(path, {**typed, **wrong, **{name: pdf(f"{name}.pdf") for name in files}})
        words = answer.content.decode()
        assert answer.status_code == 422 and "메모 한 줄" in words and 'role="alert"' in words
    assert not Settlement.objects.get().submitted_at
    bare = client.post(
        path, {**typed, "interest_won": "5"}
    ).content.decode()  # all that is missing at once: each refusal loses the files
    assert all(
        f'href="#id_{name}"' in bare
        for name in (f"grant_{line.position}", f"proof_{line.position}", "interest_proof", "verification")
    )
    answer = client.post(path, {**typed, f"grant_{line.position}": "320,000,000", **files})
    assert answer.status_code == 303 and Settlement.objects.get().status == "SUBMITTED"
    assert client.get(path).status_code == 409  # an old page is told so before anything is typed


def test_a_refund_is_reported_and_checked_in_the_browser():
    at, desk, _row = s.fixed()
    debt = Debt.objects.get()
    assert "입금 계좌" in as_(at.company).get(f"/settlements/debts/{debt.ref}/").content.decode()
    path, typed = f"/settlements/debts/{debt.ref}/", {"amount_won": "8,000,001", "received_on": clock.today().isoformat()}
    early = as_(at.company).post(f"{path}report/", {**typed, "received_on": "2020-01-01"}).content.decode()
    assert all(f'href="#id_{name}"' in early for name in ("received_on", "file")), "all at once: each refusal loses the file"
    assert as_(at.company).post(f"{path}report/", {**typed, "file": pdf("c.pdf")}).status_code == 422
    assert as_(at.company).post(f"{path}report/", {**typed, "amount_won": "8,000,000"}).status_code == 422  # without a proof
    assert as_(at.company).post(f"{path}report/", {**typed, "amount_won": "8,000,000", "file": pdf("c.pdf")}).status_code == 303
    receipt = Receipt.objects.get()
    check = f"{path}receipts/{receipt.ref}/"
    assert as_(at.company).post(f"{check}confirm/").status_code == 403
    assert as_(desk.finance).post(f"{check}reject/", {"reason": ""}).status_code == 422
    assert as_(desk.finance).post(f"{check}swallow/").status_code == 404
    wrong = as_(desk.finance).post(f"{check}confirm/", {"bank_ref": " "})
    assert wrong.status_code == 422 and 'aria-invalid="true"' in wrong.content.decode()
    assert as_(desk.finance).post(f"{check}confirm/", {"bank_ref": "BK1"}).status_code == 303
    debt.refresh_from_db()
    assert debt.status == "PAID" and as_(at.company).get(f"{path}report/").status_code == 404
    assert as_(at.company).get(f"{path}proof/{receipt.ref}/").status_code == 200


def test_the_operator_judges_and_finance_fixes_in_the_admin():
    at, desk, row = s.ended()
    s.state(at, row, s.used(at, row, grant_won=320_000_000, own_cash_won=80_000_000))
    operator, settlement = as_(at.operator), reverse("admin:vouchers_settlement_change", args=[row.pk])
    assert operator.get(f"{settlement.replace('/change/', '')}/verb/propose/").status_code == 302  # lines are not judged
    for line in row.lines.all():
        page = reverse("admin:vouchers_settlementline_change", args=[line.pk])
        assert operator.get(page).status_code == 200
        verb = page.replace("/change/", "/verb/")
        if line.cost_won:
            given = {"disallowed_won": "10,000,000", "ground": "TWICE", "owed_by": "COMPANY", "note": "중복"}
            assert operator.post(f"{verb}disallow/", {**given, "disallowed_won": "900,000,000"}).status_code == 422
            assert operator.post(f"{verb}disallow/", given).status_code == 302
        else:
            assert operator.post(f"{verb}recognise/").status_code == 302
    verb = settlement.replace("/change/", "/verb/")
    assert operator.post(f"{verb}propose/").status_code == 302
    assert operator.post(f"{verb}confirm/").status_code == 403
    words = as_(desk.finance).get(f"{verb}confirm/").content.decode()
    assert "8,000,000" in words
    assert as_(desk.finance).post(f"{verb}confirm/").status_code == 302
    assert Settlement.objects.get().status == "REFUND_DUE"
    assert as_(desk.finance).get(reverse("admin:vouchers_debt_change", args=[Debt.objects.get().pk])).status_code == 200


def test_an_objection_is_filed_from_the_settlement():
    at, _desk, row = s.fixed()
    path = f"/settlements/{row.ref}/object/"
    assert statuses(path, at.firm.staff, at.operator) == [404, 404]  # the representative alone
    assert as_(at.company).post(path, {"ground": "", "statement": "말"}).status_code == 422
    answer = as_(at.company).post(path, {"ground": "FACTS", "statement": "영수증이 있습니다."})
    assert answer.status_code == 303 and "/objections/" in answer["Location"]
    assert as_(at.company).get(path)["Location"] == answer["Location"]
    assert as_(at.company).get(answer["Location"]).status_code == 200
    debt = as_(at.company).get(f"/settlements/debts/{Debt.objects.get().ref}/").content.decode()
    assert "이의신청 중에는 납부하지 않아도" in debt


def test_a_list_costs_the_same_for_one_debt_and_many():
    _at, desk, row = s.fixed()
    client, debt, counts = as_(desk.finance), Debt.objects.get(), []
    for some in (0, 3):
        for _turn in range(some):
            given = {"kind": "REFUND", "settlement": row, "agreement": debt.agreement, "principal_won": 1, "due_on": debt.due_on}
            Debt(organisation=provider().organisation, **given).save()
        client.get("/settlements/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/settlements/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


# ── Clawbacks ────────────────────────────────────────────────────────────────────────────────────────
def test_a_clawback_is_seen_by_whom_it_concerns_once_told():
    at, desk, row = s.noticed()
    path = f"/settlements/clawbacks/{row.ref}/"
    assert statuses(path, at.company, at.firm.staff, at.operator, desk.finance, person("AUDITOR")) == [200] * 5
    assert statuses(path, at.manager, make.firm().staff, person("EVALUATOR")) == [404] * 3
    assert statuses(f"{path}opinion/", at.firm.staff, desk.finance) == [404, 404]  # the representative speaks for the company
    assert statuses(f"{path}object/", at.company) == statuses(f"{path}opinion/file/", at.company) == [404]
    assert Client().get(path).status_code == 302
    words = as_(at.company).get(path).content.decode()
    assert "30,000,000" in words and "다른 용도에 사용" in words and "의견 내기" in words
    assert as_(at.company).post(f"{path}opinion/", {"opinion": ""}).status_code == 422
    assert as_(at.company).post(f"{path}opinion/", {"opinion": "억울합니다.", "file": pdf("o.pdf")}).status_code == 303
    assert as_(at.company).get(f"{path}opinion/").status_code == 409
    assert as_(at.company).get(f"{path}opinion/file/").status_code == 200


def test_a_clawback_is_entered_ordered_and_reported_in_the_admin():
    at, desk, row = s.noticed()
    operator, finance = as_(at.operator), as_(desk.finance)
    add, typed = (
        "/admin/vouchers/clawback/add/",
        {"agreement": at.agreement.pk, "organisation": at.provider_organisation.pk, "ground": "BREACH"},
    )
    assert operator.get(add).status_code == 200 and finance.get(add).status_code == 403
    answer = operator.post(add, {**typed, "facts": "사실 한 줄", "noticed_won": "160,000,001"})
    assert answer.status_code == 422 and "사실 한 줄" in answer.content.decode()
    assert operator.post(add, {**typed, "facts": "사실 한 줄", "noticed_won": "1,000,000"}).status_code == 302
    hidden = Clawback.objects.get(ground="BREACH")
    assert statuses(f"/settlements/clawbacks/{hidden.ref}/", at.manager, at.operator) == [404, 200]
    verb = reverse("admin:vouchers_clawback_change", args=[row.pk]).replace("/change/", "/verb/")
    assert finance.get(f"{verb}order/").status_code == 302  # not heard yet
    as_(at.company).post(f"/settlements/clawbacks/{row.ref}/opinion/", {"opinion": "의견"})
    order = {"amount_won": "20,000,000", "surcharge_times": "3", "reason": "목적 외 사용"}
    assert "최대" in finance.get(f"{verb}order/").content.decode()
    assert finance.post(f"{verb}order/", {**order, "surcharge_times": "9"}).status_code == 422
    assert operator.post(f"{verb}order/", order).status_code == 403
    assert finance.post(f"{verb}order/", order).status_code == 302
    assert operator.post(f"{verb}report/", {"number": "문서-1", "reported_on": "2001-01-01"}).status_code == 422
    assert operator.post(f"{verb}report/", {"number": "문서-1", "reported_on": clock.today().isoformat()}).status_code == 302
    officer = as_(person("MINISTRY_OFFICER"))
    assert officer.get(f"{verb}restrict/").status_code == 200 and officer.post(f"{verb}restrict/").status_code == 302
    words = as_(at.company).get(f"/en/settlements/clawbacks/{row.ref}/").content.decode()
    assert "KRW 20,000,000 × 3 = KRW 60,000,000" in words and "Object to the order" in words
    assert (
        as_(at.company)
        .post(f"/settlements/clawbacks/{row.ref}/object/", {"ground": "FACTS", "statement": "사실이 아님"})
        .status_code
        == 303
    )
    assert statuses(f"/settlements/clawbacks/{row.ref}/lower/", at.company, desk.finance) == [403, 404]


# ── The year's end ───────────────────────────────────────────────────────────────────────────────────
def test_a_carry_over_and_the_close_of_a_year_in_the_admin():
    at, _rows = projects.planned()
    operator, finance, approver = as_(at.operator), as_(person("OPERATOR_FINANCE")), as_(person("MINISTRY_APPROVER"))
    add = "/admin/vouchers/carryover/add/"
    here = f"{add}?agreement={at.agreement.pk}&amp;amount_won=320000000"
    assert here in operator.get(at.agreement.get_absolute_url()).content.decode(), "asked for where the money is seen"
    assert here not in as_(at.company).get(at.agreement.get_absolute_url()).content.decode()
    assert [client.get(add).status_code for client in (operator, approver)] == [200, 403]
    typed = {"agreement": at.agreement.pk, "amount_won": "400,000,000", "reason": "심의 지연"}
    answer = operator.post(add, typed)
    assert answer.status_code == 422 and "심의 지연" in answer.content.decode()
    assert operator.post(add, {**typed, "amount_won": "100,000,000"}).status_code == 302
    assert "100,000,000" in as_(at.company).get(at.agreement.get_absolute_url()).content.decode()
    verb = reverse("admin:vouchers_carryover_change", args=[CarryOver.objects.get().pk]).replace("/change/", "/verb/")
    assert operator.post(f"{verb}approve/").status_code == 403 and approver.get(f"{verb}approve/").status_code == 200
    assert approver.post(f"{verb}approve/").status_code == 302
    year, add = at.agreement.round.fiscal_year, "/admin/vouchers/yearclosing/add/"
    assert [client.get(add).status_code for client in (finance, operator)] == [200, 403]
    assert finance.post(add, {"fiscal_year": "2021"}).status_code == 422
    assert finance.post(add, {"fiscal_year": str(year)}).status_code == 302
    page = reverse("admin:vouchers_yearclosing_change", args=[YearClosing.objects.get().pk])
    words = approver.get(page).content.decode()
    assert "100,000,000" in words and "220,000,000" in words and "0 / " in words
    verb = page.replace("/change/", "/verb/")
    assert finance.post(f"{verb}close/").status_code == 403
    assert approver.get(f"{verb}close/").status_code == 302  # the year is not over
    with clock.at(clock.kst(year + 1, 1, 5, 10)):
        assert approver.get(f"{verb}close/").status_code == 200 and approver.post(f"{verb}close/").status_code == 302
    assert YearClosing.objects.get().status == "CLOSING"


def test_an_upheld_objection_is_acted_on_in_the_browser():
    at, desk, row = s.fixed()
    decide(actions.object_to_settlement(settlement_id=row.pk, ground="FACTS", statement="영수증", by=at.company), "uphold", at)
    path, client = f"/settlements/{row.ref}/lower/", as_(desk.second)
    (line,) = row.lines.filter(disallowed_won__gt=0)
    typed = {f"line_{line.position}": "10,000,001", "reason": "확인함"}
    assert client.get(path).status_code == 200 and "불인정 금액 낮추기" in client.get(f"/settlements/{row.ref}/").content.decode()
    for wrong in (typed, {**typed, f"line_{line.position}": "10,000,000"}, {**typed, f"line_{line.position}": "0", "reason": ""}):
        answer = client.post(path, wrong)
        assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert as_(desk.finance).post(path, {**typed, f"line_{line.position}": "0"}).status_code == 422  # who fixed the amount
    assert client.post(path, {**typed, f"line_{line.position}": "0"}).status_code == 303
    assert Settlement.objects.get().status == "CLOSED" and Debt.objects.get().status == "CANCELLED"
    assert client.get(path).status_code == 404


def test_an_order_is_lowered_in_the_browser():
    at, desk, row = s.noticed()
    actions.state_opinion(clawback_id=row.pk, opinion="의견", by=at.company)
    actions.order_clawback(clawback_id=row.pk, amount_won=20_000_000, surcharge_times=2, reason="목적 외", by=desk.finance)
    decide(actions.object_to_clawback(clawback_id=row.pk, ground="FACTS", statement="아님", by=at.company), "uphold_partly", at)
    path, client = f"/settlements/clawbacks/{row.ref}/lower/", as_(desk.second)
    typed = {"amount_won": "5,000,000", "surcharge_times": "1", "reason": "재산정"}
    assert client.get(path).status_code == 200
    assert client.post(path, {**typed, "surcharge_times": "3"}).status_code == 422
    assert client.post(path, typed).status_code == 303
    words = as_(at.company).get(f"/settlements/clawbacks/{row.ref}/").content.decode()
    assert "5,000,000원 × 1 = 5,000,000원" in words


def test_a_ruling_is_entered_by_one_and_put_in_force_by_another_in_the_browser():
    at, desk, row = s.noticed()
    path = f"/settlements/clawbacks/{row.ref}/"
    assert statuses(f"{path}ruling/", at.operator) == [404]  # nothing is ordered yet
    actions.state_opinion(clawback_id=row.pk, opinion="의견", by=at.company)
    actions.order_clawback(clawback_id=row.pk, amount_won=20_000_000, surcharge_times=2, reason="목적 외", by=desk.finance)
    assert statuses(f"{path}ruling/", at.operator, at.company, at.firm.staff, at.manager) == [200, 403, 403, 403]
    assert Client().get(f"{path}ruling/").status_code == 302 and statuses(f"{path}ruling/file/", at.company) == [404]
    typed = {"number": "2027-행심-1", "ruled_on": clock.today().isoformat(), "amount_won": "5,000,000", "surcharge_times": "0"}
    for wrong in ({"number": ""}, {"amount_won": "20,000,001"}, {"ruled_on": "2999-01-01"}):
        answer = as_(at.operator).post(f"{path}ruling/", {**typed, **wrong, "file": pdf("r.pdf")})
        assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert as_(at.operator).post(f"{path}ruling/", {**typed, "file": pdf("r.pdf")}).status_code == 303
    words = as_(desk.second).get(f"/en{path}").content.decode()
    assert "Put the ruling in force" in words and "not in force yet" in words
    assert "Put the ruling in force" not in as_(desk.finance).get(f"/en{path}").content.decode()  # who ordered it
    assert as_(at.company).post(f"{path}ruling/apply/").status_code == 403
    assert as_(desk.second).post(f"{path}ruling/apply/").status_code == 303
    assert Clawback.objects.get().ordered_won == 5_000_000
    assert statuses(f"{path}ruling/file/", at.company, at.manager) == [200, 404]
