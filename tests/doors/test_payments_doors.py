"""Milestones and disbursements in the browser: each side, colleagues, strangers, nobody; bad input; every page's words."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from portal.accounts import second_factor
from portal.documents.models import Document
from portal.journal.models import Duty
from portal.kit import clock
from portal.kit.words import day
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import halts
from tests.factories import projects as p
from tests.factories.providers import person, provider
from vouchers.milestones.models import Milestone
from vouchers.payments import actions, gateways
from vouchers.payments.models import Disbursement

pytestmark = pytest.mark.django_db


def statuses(path: str, *people: Any) -> list[int]:
    return [as_(user).get(path).status_code for user in people]


def shows_a_code(words: str) -> bool:
    """The page shows a demo person what their phone would (the code of now: it changes every half minute)."""
    return bool(re.search(r"시연: 지금 휴대전화에 보일 인증번호는 \d{6}입니다", words))


def plan(at: p.Project, *items: dict[str, Any], total: int | str = 4) -> dict[str, Any]:
    """What a browser posts: the given blocks, the others untouched."""
    posted: dict[str, Any] = {"form-TOTAL_FORMS": total, "form-INITIAL_FORMS": 0}
    for n in range(4):
        given = {"institution_id": at.institution.pk, "title": "", "description": "", "due_on": "", "amount_won": ""}
        posted |= {f"form-{n}-{k}": v for k, v in {**given, **(items[n] if n < len(items) else {})}.items()}
    return posted


# ── Milestones ───────────────────────────────────────────────────────────────────────────────────────
def test_plan_in_the_browser() -> None:
    at = p.project()
    path, client = f"/milestones/plan/{at.agreement.ref}/", as_(at.operator)
    due = p.item(at)["due_on"].isoformat()
    whole = {"title": "설계서", "due_on": due, "amount_won": "400,000,000"}
    assert client.get(path).status_code == 200
    assert at.agreement.ref in client.get("/milestones/").content.decode()
    for bad in (
        plan(at), plan(at, {**whole, "amount_won": "399,999,999"}), plan(at, {**whole, "due_on": "내일"}),
        plan(at, {**whole, "amount_won": "-5"}), plan(at, {**whole, "title": "가" * 151}), plan(at, {**whole, "title": ""}),
        plan(at, {**whole, "institution_id": provider().institution.pk}), plan(at, {**whole, "due_on": "2001-01-01"}),
        plan(at, whole | {"amount_won": ""}), {},
    ):  # fmt: skip
        assert client.post(path, bad).status_code == 422, bad
    kept = client.post(path, plan(at, {**whole, "amount_won": "1"})).content.decode()
    assert "설계서" in kept and due in kept
    assert client.post(path, plan(at, whole, total="many")).status_code == 303
    assert Milestone.objects.get().title == "설계서"
    assert client.post(path, plan(at, whole)).status_code == 422  # planned already


def test_plan_one_more_block_keeps_what_was_typed() -> None:
    at = p.project()
    client = as_(at.operator)
    typed = plan(at, {"title": "설계서", "due_on": "2001-01-01"})
    answer = client.post(f"/milestones/plan/{at.agreement.ref}/", {**typed, "add": "1"})
    assert answer.status_code == 200 and "설계서" in answer.content.decode() and "form-4-title" in answer.content.decode()
    assert client.post(f"/milestones/plan/{at.agreement.ref}/", {"form-TOTAL_FORMS": "999999999"}).status_code == 422


def test_plan_is_the_operators() -> None:
    at = p.project()
    path = f"/milestones/plan/{at.agreement.ref}/"
    assert statuses(path, at.company, at.manager, person("OPERATOR_FINANCE"), make.firm().staff) == [403] * 4
    assert Client().get(path).status_code == 302


def test_milestone_pages_by_who_one_is() -> None:
    at, (row,) = p.planned()
    path = f"/milestones/{row.ref}/"
    assert statuses(path, at.company, at.firm.staff, at.manager, at.operator, person("AUDITOR")) == [200] * 5
    assert statuses(path, make.firm().staff, provider().user, person("EVALUATOR")) == [404] * 3
    assert Client().get(path).status_code == 302
    assert statuses(f"{path}submit/", at.company, at.operator, provider().user) == [404] * 3
    assert row.ref in as_(at.manager).get("/en/milestones/").content.decode()
    assert row.ref not in as_(make.firm().staff).get("/milestones/").content.decode()


def test_hand_in_accept_return_confirm_in_the_browser() -> None:
    at, (row,) = p.planned()
    path, manager, company, operator = f"/milestones/{row.ref}/", as_(at.manager), as_(at.company), as_(at.operator)
    files = Document.objects.count()
    assert manager.post(f"{path}submit/", {"note": "표"}).status_code == 422
    assert "표 하나" in manager.post(f"{path}submit/", {"note": "표 하나"}).content.decode()
    for bad in ("x.exe", "x.pdf"):
        from django.core.files.uploadedfile import SimpleUploadedFile

        wrong = SimpleUploadedFile(bad, b"MZ\x90\x00 not a pdf", content_type="application/pdf")
        assert manager.post(f"{path}submit/", {"file": wrong}).status_code == 422
    assert Document.objects.count() == files
    assert manager.post(f"{path}submit/", {"file": make.pdf(), "note": "보고서"}).status_code == 303
    again = manager.post(f"{path}submit/", {"file": make.pdf()})
    assert again.status_code in {409, 422} and Document.objects.count() == files + 1
    for client in (manager, operator):
        assert client.post(f"{path}accept/").status_code == 403
    assert as_(make.firm().staff).post(f"{path}accept/").status_code == 404
    assert company.get(f"{path}accept/").status_code == 302  # leads to the page that the verb belongs to
    assert company.post(f"{path}return/", {"reason": " "}).status_code == 422
    assert company.post(f"{path}return/", {"reason": "표 2 보완"}).status_code == 303
    assert "표 2 보완" in manager.get(path).content.decode()
    assert manager.post(f"{path}submit/", {"file": make.pdf()}).status_code == 303
    assert company.post(f"{path}accept/").status_code == 303
    assert company.post(f"{path}accept/").status_code == 409
    assert company.post(f"{path}confirm/").status_code == 403
    assert operator.post(f"{path}confirm/").status_code == 303
    assert operator.post(f"{path}nonsense/").status_code == 404
    words = manager.get(f"/en{path}").content.decode()
    assert "Acceptance confirmed" in words and "Request the disbursement" in words
    found = row.deliverables.first()
    assert manager.get(f"{path}files/{found.ref}/").status_code == 200
    assert as_(make.firm().staff).get(f"{path}files/{found.ref}/").status_code == 404


def test_a_milestone_that_uses_data_says_what_it_waits_for() -> None:
    at, (row,) = p.planned(uses_data=True)
    client = as_(at.manager)
    words = client.get(f"/en/milestones/{row.ref}/").content.decode()
    assert "Waiting for the reviews" in words and "Yes" in words and "Yes,No" not in words
    answer = client.post(f"/milestones/{row.ref}/submit/", {"file": make.pdf(), "note": "메모"})
    assert answer.status_code == 422 and "IRB" in answer.content.decode() and "메모" in answer.content.decode()


# ── Disbursements ────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def ready() -> tuple[p.Project, Milestone]:
    at, (row,) = p.planned()
    p.accept(at, row)
    return at, row


def test_from_request_to_registration_in_the_browser(ready: tuple[p.Project, Milestone]) -> None:
    at, milestone = ready
    desk = p.office()
    p.account(at, desk)
    manager, company, operator = as_(at.manager), as_(at.company), as_(at.operator)
    path, today = f"/payments/request/{milestone.ref}/", clock.today().isoformat()
    given = {"invoice_no": "T-1", "invoice_on": today}
    assert statuses(path, at.company, at.operator, make.firm().staff, provider().user) == [404] * 4
    assert manager.get(path).status_code == 200
    both = manager.post(path, {"invoice_no": "T-1", "invoice_on": "2999-01-01"})
    assert set(both.context["form"].errors) == {"invoice_on", "file"}
    for bad in (
        {}, given, {**given, "invoice_on": "2999-01-01", "file": make.pdf()}, {**given, "invoice_no": "9" * 41, "file": make.pdf()},
        {**given, "invoice_on": "x", "file": make.pdf()},
    ):  # fmt: skip
        answer = manager.post(path, bad)
        assert answer.status_code == 422
    assert "T-1" in manager.post(path, given).content.decode()
    assert manager.post(path, {**given, "file": make.pdf()}).status_code == 303
    again = manager.post(path, {**given, "invoice_no": "T-2", "file": make.pdf()})  # a second click finds what is there
    row = Disbursement.objects.get()
    page = f"/payments/{row.ref}/"
    assert again.status_code == 303 and again["Location"].endswith(page) and manager.get(path)["Location"].endswith(page)
    assert statuses(page, at.manager, at.company, at.firm.staff, at.operator, desk.finance) == [200] * 5
    assert statuses(page, make.firm().staff, provider().user, person("EVALUATOR")) == [404] * 3
    assert Client().get(page).status_code == 302
    assert statuses(f"{page}confirm/", at.manager, at.operator) == [403] * 2
    refusal = as_(at.manager).get(f"{page}confirm/").content.decode()  # who reads the payment is told why not
    assert "납품을 받은 기업만" in refusal and '<p class="error-code">403</p>' in refusal
    assert company.post(f"{page}confirm/", {}).status_code == 422
    assert company.post(f"{page}confirm/", {"own_share_deposited_on": "2999-01-01", "file": make.pdf()}).status_code == 422
    assert company.post(f"{page}confirm/", {"own_share_deposited_on": today, "file": make.pdf()}).status_code == 303
    assert company.post(f"{page}confirm/", {"own_share_deposited_on": today, "file": make.pdf()}).status_code == 409
    assert company.get(f"{page}confirm/").status_code == 409
    for verb, right, wrong in (
        ("check", at.operator, desk.finance), ("approve", desk.finance, desk.registrar), ("register", desk.registrar, desk.finance),
    ):  # fmt: skip
        given = {"code": second_factor.demo_code(right), **({"way": "GATEWAY"} if verb == "register" else {})}
        assert as_(wrong).post(f"{page}{verb}/", given).status_code == 403, verb
        assert as_(at.manager).post(f"{page}{verb}/", given).status_code == 403, verb
        assert as_(make.firm().staff).post(f"{page}{verb}/", given).status_code == 404, verb
        if verb != "check":
            assert as_(wrong).get(f"{page}{verb}/").status_code == 403, verb
            assert shows_a_code(as_(right).get(f"{page}{verb}/").content.decode()), verb
            for bad in ({}, {"code": "123456x"}):
                assert as_(right).post(f"{page}{verb}/", bad).status_code == 422, verb
        assert as_(right).post(f"{page}{verb}/", given).status_code == 303, verb
        assert as_(right).post(f"{page}{verb}/", given).status_code == 409, verb
    assert operator.post(f"{page}nonsense/").status_code == 404
    assert Disbursement.objects.get().status == "REGISTERED"
    attempt = actions.claim_next()
    assert attempt is not None
    actions.mark_sent(attempt_id=attempt.pk)
    actions.settle(attempt_id=attempt.pk, answer=gateways.Answer(gateways.Outcome.PAID, "BK000000007", "ACSC"))
    for user in (at.manager, at.company):
        words = as_(user).get(f"/en{page}").content.decode()
        assert "Paid" in words and "BK000000007" in words and "320,000,000" in words
    assert row.ref in as_(at.company).get("/payments/?status=PAID").content.decode()
    assert row.ref not in as_(make.firm().staff).get("/payments/").content.decode()


def test_returned_and_mended_in_the_browser(ready: tuple[p.Project, Milestone]) -> None:
    at, milestone = ready
    row = p.request(at, milestone)
    page = f"/payments/{row.ref}/"
    empty = as_(at.company).post(f"{page}return/", {"reason": ""})
    assert empty.status_code == 422 and 'href="#id_reason"' in empty.content.decode()
    long = as_(at.company).post(f"{page}return/", {"reason": "가" * 2001})
    assert long.status_code == 422 and "가" * 2001 in long.content.decode()
    assert as_(at.manager).post(f"{page}return/", {"reason": ""}).status_code == 403
    assert as_(at.manager).post(f"{page}return/", {"reason": "x"}).status_code == 403
    assert as_(at.company).post(f"{page}return/", {"reason": "번호 오류"}).status_code == 303
    manager = as_(at.manager)
    assert "번호 오류" in manager.get(page).content.decode()
    assert statuses(f"{page}mend/", at.company, at.operator) == [404] * 2
    assert manager.post(f"{page}mend/", {"invoice_no": "", "invoice_on": ""}).status_code == 422
    assert manager.post(f"{page}mend/", {"invoice_no": "N-2", "invoice_on": clock.today().isoformat()}).status_code == 303
    assert manager.get(f"{page}mend/").status_code == 409
    assert manager.get(f"{page}evidence/invoice/").status_code == 200
    assert manager.get(f"{page}evidence/own-share/").status_code == 404
    assert as_(make.firm().staff).get(f"{page}evidence/invoice/").status_code == 404


def test_a_parked_transfer_is_settled_by_finance_only(settings: Any) -> None:
    at, desk, (row,) = p.registered()
    settings.BANK_GATEWAY_URL = "http://127.0.0.1:9"  # nobody listens: the person's word counts
    attempt = actions.claim_next()
    assert attempt is not None
    actions.mark_sent(attempt_id=attempt.pk)
    actions.settle(attempt_id=attempt.pk, answer=gateways.Answer(gateways.Outcome.UNKNOWN))
    actions.park(attempt_id=attempt.pk)
    path = f"/payments/{row.ref}/attempts/{attempt.ref}/"
    assert statuses(path, at.company, at.manager, at.operator) == [403] * 3
    client = as_(desk.second)
    assert client.get(path).status_code == 200
    assert path in client.get(f"/payments/{row.ref}/").content.decode()
    given = {"outcome": "PAID", "bank_ref": "BK1", "reason": "창구 확인", "code": second_factor.demo_code(desk.second)}
    for bad in ({}, {**given, "reason": ""}, {**given, "bank_ref": ""}, {**given, "outcome": "maybe"}, {**given, "code": "0"}):
        assert client.post(path, bad).status_code == 422, bad
    for released_it in (desk.registrar, desk.finance):  # who registered it, who approved it
        own = {**given, "code": second_factor.demo_code(released_it)}
        assert as_(released_it).post(path, own).status_code == 422
        page = as_(released_it).get(f"/en/payments/{row.ref}/").content.decode()
        assert path not in page and "somebody else settles it" in page
    assert client.post(path, given).status_code == 303
    assert client.post(path, given).status_code == 409
    assert Disbursement.objects.get().status == "PAID"


def test_a_transfer_in_the_admin_writes_its_amount_with_separators() -> None:
    _at, desk, (row,) = p.registered()
    attempt = actions.claim_next()
    assert attempt is not None
    for path in (f"/admin/vouchers/disbursement/{row.pk}/change/", "/admin/vouchers/paymentattempt/"):
        page = as_(desk.finance).get(path).content.decode()
        assert attempt.ref in page and f"{attempt.amount_won:,}" in page and f">{attempt.amount_won}<" not in page


def test_money_is_released_in_the_admin_only_with_a_fresh_code(ready: tuple[p.Project, Milestone]) -> None:
    at, milestone = ready
    desk = p.office()
    p.account(at, desk)
    row = p.request(at, milestone)
    p.confirm(at, row)
    actions.check_evidence(disbursement_id=row.pk, by=at.operator)
    for verb, who, state in (("approve", desk.finance, "APPROVED"), ("register", desk.registrar, "REGISTERED")):
        path, client, code = f"/admin/vouchers/disbursement/{row.pk}/verb/{verb}/", as_(who), second_factor.demo_code(who)
        assert shows_a_code(client.get(path).content.decode())
        way = {"way": "GATEWAY"} if verb == "register" else {}
        for bad in ({}, {"code": "12345x", **way}):
            answer = client.post(path, bad)
            assert answer.status_code == 422 and 'href="#id_code"' in answer.content.decode()
        assert Disbursement.objects.get().status != state
        assert client.post(path, {"code": code, **way}).status_code == 302
        assert Disbursement.objects.get().status == state


def test_money_that_came_back_is_seen_by_everybody_whom_it_concerns() -> None:
    at, desk, (row,) = p.registered()
    attempt = actions.claim_next()
    assert attempt is not None
    actions.mark_sent(attempt_id=attempt.pk)
    paid, back = gateways.Answer(gateways.Outcome.PAID, "BK1"), gateways.Answer(gateways.Outcome.SENT_BACK, "BK1R", "계좌 해지")
    for answer in (paid, back):
        actions.settle(attempt_id=attempt.pk, answer=answer)
    page = f"/en/payments/{row.ref}/"
    for user in (at.company, at.manager, desk.finance):
        words = as_(user).get(page).content.decode()
        assert "The bank sent the money back" in words and "계좌 해지" in words and "Money came back" in words
        assert (f"{page}approve/" in words) is (user == desk.finance)
    assert row.ref in as_(at.company).get("/payments/?status=SENT_BACK").content.decode()
    admin = as_(desk.finance).get(f"/en/admin/vouchers/disbursement/{row.pk}/change/").content.decode()
    assert "Money came back" in admin and "verb/approve/" in admin
    assert "verb/approve/" not in as_(desk.registrar).get(f"/en/admin/vouchers/disbursement/{row.pk}/change/").content.decode()

    halts.terminated(at.agreement, by=at.operator)
    finance, close = as_(desk.finance), f"{page}close/"
    words = finance.get(page).content.decode()
    assert close in words and f"{page}approve/" not in words
    for other in (at.company, at.manager, desk.registrar):
        assert close not in as_(other).get(page).content.decode()
        assert as_(other).post(close, {"reason": "폐업"}).status_code == 403
    assert finance.post(close, {}).status_code == 422
    assert finance.post(close, {"reason": "폐업으로 종결"}).status_code in {302, 303}
    assert "폐업으로 종결" in as_(at.manager).get(page).content.decode()


def test_a_transfer_that_the_bank_records_otherwise_is_explained() -> None:
    at, desk, (row,) = p.registered()
    attempt = actions.claim_next()
    assert attempt is not None
    actions.mark_sent(attempt_id=attempt.pk)
    actions.settle(attempt_id=attempt.pk, answer=gateways.Answer(gateways.Outcome.PAID, "BK1"))
    path, client = f"/payments/{row.ref}/attempts/{attempt.ref}/explain/", as_(desk.second)
    assert client.get(path).status_code == 409
    part = gateways.Answer(gateways.Outcome.SENT_BACK, "BK1R", "", 5)
    actions.reconcile(statement={attempt.key: part}, now=clock.now())
    assert statuses(path, at.company, at.manager, at.operator) == [403] * 3
    assert client.get(path).status_code == 200 and path in client.get(f"/payments/{row.ref}/").content.decode()
    assert "record differs" in as_(at.manager).get(f"/en/payments/{row.ref}/").content.decode()
    given = {"reason": "수수료", "code": second_factor.demo_code(desk.second)}
    for bad in ({}, {**given, "reason": ""}, {**given, "code": "x"}):
        assert client.post(path, bad).status_code == 422
    own = {**given, "code": second_factor.demo_code(desk.finance)}
    assert as_(desk.finance).post(path, own).status_code == 422  # who approved it
    assert client.post(path, given).status_code == 303
    assert client.post(path, given).status_code == 409


def test_the_demo_bank_page_is_only_there_in_a_demonstration(settings: Any) -> None:
    user = person("OPERATOR_FINANCE")
    settings.BANK_GATEWAY_URL = "http://127.0.0.1:9"
    settings.DEMO = True
    assert as_(user).get("/demo/bank/").status_code == 200
    assert as_(user).post("/demo/bank/", {"mood": "slow"}).status_code == 303
    client = as_(user)
    wrong = client.post("/demo/bank/", {"mood": "greedy"})
    assert wrong.status_code == 422 and 'href="#id_mood"' in wrong.content.decode()
    settings.DEMO = False
    assert client.get("/demo/bank/").status_code in {302, 404}


def test_an_invoice_outside_the_period_is_told_the_period_and_to_choose_the_file_again(
    ready: tuple[p.Project, Milestone],
) -> None:
    at, milestone = ready
    duty = Duty.objects.get(subject_ref=milestone.ref, verb="request_disbursement", closed_at__isnull=True)
    path, manager = f"/en{duty.url}", as_(at.manager)
    assert manager.get(path).status_code == 200  # the duty leads to the form itself
    early = (at.agreement.starts_on - timedelta(days=1)).isoformat()
    words = manager.post(path, {"invoice_no": "T-9", "invoice_on": early, "file": make.pdf()}).content.decode()
    first, last = at.agreement.starts_on, at.agreement.ends_on
    with override("en"):
        assert f"from {day(first)} to {day(last)}" in html.unescape(words)
    assert "Please choose the file again" in words
    assert "Please choose the file again" not in manager.post(path, {"invoice_no": "", "invoice_on": early}).content.decode()


def test_who_decides_reads_the_amount_and_the_payee_beside_the_button(ready: tuple[p.Project, Milestone]) -> None:
    at, milestone = ready
    desk = p.office()
    p.account(at, desk)
    row = p.request(at, milestone)
    amount, payee = "320,000,000", at.institution.name_en
    page = f"/en/payments/{row.ref}/"
    for reader, path in ((at.company, f"{page}confirm/"), (at.operator, page), (desk.finance, f"{page}approve/")):
        if reader == at.operator:
            p.confirm(at, row)
        if reader == desk.finance:
            actions.check_evidence(disbursement_id=row.pk, by=at.operator)
        lead = as_(reader).get(path).content.decode().split("What happened")[0]
        assert re.search(rf"{amount}[^<]*{payee}|{payee}[^<]*{amount}", lead), path
    assert "···6789" in as_(desk.finance).get(f"{page}approve/").content.decode()


def test_the_pages_of_a_project_lead_on_to_each_other() -> None:
    at, (milestone,) = p.planned()
    access = p.allow_access(at)
    p.accept(at, milestone)
    paid = p.request(at, milestone)
    site = access.sites[0].request
    pages = {
        f"/agreements/{at.agreement.ref}/", f"/access/requests/{site.ref}/", f"/milestones/{milestone.ref}/", f"/payments/{paid.ref}/",
    }  # fmt: skip
    for path in pages:
        for user in (at.company, at.manager, at.operator):
            shown = as_(user).get(path).content.decode()
            for other in pages - {path} if "access" not in path else {f"/agreements/{at.agreement.ref}/"}:
                assert f'href="{other}"' in shown, (path, other, user)
    assert f'href="/agreements/{at.agreement.ref}/"' in as_(at.company).get(f"/access/cases/{access.case.ref}/").content.decode()


def test_while_a_file_is_scanned_the_button_waits_beside_the_reason() -> None:
    at, (milestone,) = p.planned(parts=1)
    p.accept(at, milestone)
    row = p.request(at, milestone)
    company = as_(at.company)
    Document.objects.filter(pk=row.invoice_document_id).update(scan_state="QUARANTINED")
    waits = company.get(f"/payments/{row.ref}/").content.decode()
    assert 'disabled aria-describedby="held"' in waits and 'id="held"' in waits
    Document.objects.filter(pk=row.invoice_document_id).update(scan_state="CLEAN")
    assert "disabled aria-describedby" not in company.get(f"/payments/{row.ref}/").content.decode()
