"""Money is taken back: noticed, heard, ordered by a second person with the table's surcharge, reported, restricted, lowered."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed
from tests.actions.test_settlements_actions import decide, owed, pots
from tests.factories import halts
from tests.factories import projects as p
from tests.factories import settling as s
from tests.factories.providers import person, provider
from tests.refusals import refused
from vouchers.companies import actions as companies
from vouchers.companies import queries as company_queries
from vouchers.objections import actions as objections
from vouchers.payments import actions as payments
from vouchers.settlements import actions, queries
from vouchers.settlements.models import Clawback, Debt, Settlement

pytestmark = pytest.mark.django_db
HALF = 160_000_000


def ordered(row, by, **changes):
    given = {"amount_won": 20_000_000, "surcharge_times": 3, "reason": "다른 과제의 인건비로 씀", **changes}
    return actions.order_clawback(clawback_id=row.pk, by=by, **given)


def test_a_clawback_from_its_ground_to_the_last_won():
    at, desk, row = s.noticed()
    assert (row.status, row.noticed_won) == ("NOTICED", 30_000_000) and owed("state_opinion") == [row.ref]
    refused(ordered, "not_heard", row=row, by=desk.finance)
    with pytest.raises(NotAllowed):
        actions.state_opinion(clawback_id=row.pk, opinion="말", by=at.manager)
    refused(actions.state_opinion, "opinion_missing", clawback_id=row.pk, opinion=" ", by=at.company)
    actions.state_opinion(clawback_id=row.pk, opinion="일부는 과제에 썼습니다.", by=at.company)
    for code, wrong in (
        ("over_notice", {"amount_won": 30_000_001}), ("over_table", {"surcharge_times": 4}), ("reason_missing", {"reason": " "}),
    ):  # fmt: skip
        refused(ordered, code, row=row, by=desk.finance, **wrong)
    with pytest.raises(NotAllowed):
        ordered(row, at.operator)
    row = ordered(row, desk.finance)
    assert (row.status, row.ordered_won, row.surcharge_won, row.must_exclude) == ("ORDERED", 20_000_000, 60_000_000, False)
    with pytest.raises(IllegalStep):
        ordered(row, desk.finance)
    report = Duty.objects.get(verb="report_order", closed_at__isnull=True)
    assert report.due_at == clock.end_of_day(clock.today() + timedelta(days=10))  # the law's ten days, of the calendar
    assert row.source and Notice.objects.filter(template="clawback_ordered", user=at.company).exists()
    for debt in Debt.objects.order_by("pk"):
        s.arrived(s.report(debt, debt.principal_won, at.company), desk.finance)
    assert pots(at)[2:] == (HALF - 20_000_000, 20_000_000)  # the surcharge is no part of the voucher
    row = actions.report_order(clawback_id=row.pk, number="전담-123", reported_on=clock.today(), by=at.operator)
    refused(actions.report_order, "reported", clawback_id=row.pk, number="x", reported_on=clock.today(), by=at.operator)
    assert row.status == "CLOSED" and owed("report_order") == owed("pay_debt") == []
    call_command("verify")


def test_without_an_opinion_it_is_ordered_once_its_days_are_over():
    _at, desk, row = s.noticed()
    with clock.at(clock.end_of_day(row.opinion_until) + timedelta(hours=10)):
        refused(actions.state_opinion, "too_late", clawback_id=row.pk, opinion="늦음", by=_at.company)
        assert ordered(row, desk.finance, surcharge_times=0).surcharge_won == 0
    assert Debt.objects.count() == 1


def test_only_what_was_paid_and_is_not_owed_yet_is_taken_back():
    at, _desk, row = s.noticed()
    asked = {"agreement_id": at.agreement.pk, "ground": "BREACH", "facts": "사실", "by": at.operator}
    mine = at.firm.organisation.pk
    refused(actions.detect_clawback, "amount", **asked, organisation_id=mine, amount_won=HALF + 1)
    refused(actions.detect_clawback, "not_a_party", **asked, organisation_id=provider().organisation.pk, amount_won=1)
    refused(actions.detect_clawback, "bad_ground", **{**asked, "ground": "THEFT"}, organisation_id=mine, amount_won=1)
    refused(actions.detect_clawback, "facts_missing", **{**asked, "facts": " "}, organisation_id=mine, amount_won=1)
    of_provider = actions.detect_clawback(**asked, organisation_id=at.provider_organisation.pk, amount_won=HALF)
    assert queries.recoverable(at.agreement, at.provider_organisation.pk) == HALF
    actions.drop_clawback(clawback_id=of_provider.pk, reason="해명됨", by=_desk.finance)
    assert not Notice.objects.filter(template="clawback_dropped").exists()  # nobody was told of it before
    actions.drop_clawback(clawback_id=row.pk, reason="해명됨", by=_desk.finance)
    assert Notice.objects.filter(template="clawback_dropped", user=at.company).exists() and owed("order_clawback") == []


def test_a_false_application_keeps_the_company_out_by_its_number():
    at, desk, row = s.noticed(ground="FALSE_RECEIPT")
    actions.state_opinion(clawback_id=row.pk, opinion="의견", by=at.company)
    row = ordered(row, desk.finance, surcharge_times=5)
    assert row.must_exclude and owed("enter_restriction") == [row.ref]
    first, second = person("MINISTRY_OFFICER"), person("MINISTRY_OFFICER")
    row = actions.enter_restriction(clawback_id=row.pk, by=first)
    refused(actions.enter_restriction, "not_to_restrict", clawback_id=row.pk, by=first)
    company = row.company
    assert (row.restriction.brn, row.restriction.corporate_no) == (company.brn, company.corporate_no)  # a new name does not help
    assert not company_queries.restricted(company, clock.today())
    companies.confirm_restriction(restriction_id=row.restriction_id, by=second)
    assert company_queries.restricted(company, clock.today())
    assert queries.earlier_orders(Clawback(ground="FALSE_RECEIPT", company=company)) == 1


def test_an_objection_holds_back_both_and_lowers_the_order():
    at, desk, row = s.noticed()
    actions.state_opinion(clawback_id=row.pk, opinion="의견", by=at.company)
    row = ordered(row, desk.finance)
    objection = actions.object_to_clawback(clawback_id=row.pk, ground="CALCULATION", statement="금액이 다릅니다.", by=at.company)
    assert set(Debt.objects.values_list("status", flat=True)) == {"SUSPENDED"}
    assert set(objection.deciders) == {at.operator.pk, desk.finance.pk}
    officer = decide(objection, "uphold_partly", at)
    assert (actions.owe_lowering(), actions.owe_lowering(), owed("lower_clawback")) == (1, 0, [row.ref])
    lowered = {"clawback_id": row.pk, "amount_won": 8_000_000, "surcharge_times": 1, "reason": "재산정"}
    with pytest.raises(NotAllowed):
        actions.lower_clawback(by=desk.finance, **lowered)
    refused(actions.lower_clawback, "not_lower", by=desk.second, **{**lowered, "amount_won": 20_000_001})
    refused(actions.lower_clawback, "not_lower", by=desk.second, **{**lowered, "surcharge_times": 4})
    row = actions.lower_clawback(by=desk.second, **lowered)
    assert owed("lower_clawback") == []
    objections.record_remedy(objection_id=objection.pk, remedy="낮춤", by=officer)
    found = {debt.kind: (debt.status, debt.principal_won) for debt in Debt.objects.all()}
    assert found == {"CLAWBACK": ("OPEN", 8_000_000), "SURCHARGE": ("OPEN", 8_000_000)}
    assert Event.objects.filter(name="clawback.lowered", data__after_won=16_000_000).exists()
    refused(actions.lower_clawback, "not_upheld", by=desk.second, **lowered)


def test_an_order_that_falls_is_owed_no_more_and_leaves_no_duty_that_nobody_can_do():
    at, desk, row = s.noticed(ground="FALSE_RECEIPT")
    actions.state_opinion(clawback_id=row.pk, opinion="의견", by=at.company)
    row = ordered(row, desk.finance)
    assert row.must_exclude and owed("enter_restriction") == [row.ref]
    decide(actions.object_to_clawback(clawback_id=row.pk, ground="FACTS", statement="사실과 다름", by=at.company), "uphold", at)
    row = actions.lower_clawback(clawback_id=row.pk, amount_won=0, surcharge_times=0, reason="명령 취소", by=desk.second)
    assert (row.must_exclude, owed("enter_restriction"), owed("report_order")) == (False, [], [row.ref])
    row = actions.report_order(clawback_id=row.pk, number="전담-124", reported_on=clock.today(), by=at.operator)
    assert owed("report_order") == []
    assert row.status == "CANCELLED" and set(Debt.objects.values_list("status", flat=True)) == {"CANCELLED"}


def test_a_ruling_lowers_an_order_against_a_provider_by_two_who_took_no_part_in_it():
    at, desk, _row = s.noticed()
    row = actions.detect_clawback(
        agreement_id=at.agreement.pk, organisation_id=at.provider_organisation.pk, ground="BREACH", facts="사실", amount_won=10_000_000,
        by=at.operator,
    )  # fmt: skip
    row = actions.give_prior_notice(clawback_id=row.pk, by=at.operator)
    actions.state_opinion(clawback_id=row.pk, opinion="의견", by=at.manager)
    refused_early = {
        "clawback_id": row.pk,
        "number": "2027-행심-1",
        "ruled_on": clock.today(),
        "amount_won": 4_000_000,
        "surcharge_times": 0,
    }
    proof = p.paper(row.organisation, at.operator, "ruling")
    with pytest.raises(IllegalStep):
        actions.enter_ruling(**refused_early, document=proof, by=at.operator)
    row = ordered(row, desk.finance, amount_won=10_000_000, surcharge_times=1)
    given = {**refused_early, "document": proof, "by": at.operator}
    for code, wrong in (
        ("number_missing", {"number": " "}), ("proof_missing", {"document": None}), ("not_lower", {"amount_won": 10_000_001}),
        ("ruling_day", {"ruled_on": clock.today() + timedelta(days=1)}),
    ):  # fmt: skip
        refused(actions.enter_ruling, code, **{**given, **wrong})
    refused(actions.apply_ruling, "no_ruling", clawback_id=row.pk, by=desk.second)
    row = actions.enter_ruling(**given)
    assert (row.ordered_won, owed("apply_ruling")) == (10_000_000, [row.ref])
    _bite("UPDATE vouchers_clawback SET ", (
        ("ruling_no = '' WHERE ruling_by_id IS NOT NULL", "clawback_ruling_whole"),
        ("ruling_applied_by_id = ruling_by_id WHERE ruling_by_id IS NOT NULL", "clawback_ruling_four_eyes"),
        ("ruling_applied_by_id = ordered_by_id WHERE ruling_by_id IS NOT NULL", "clawback_ruling_four_eyes"),
    ))  # fmt: skip
    for nobody in (desk.finance, at.operator, at.manager):
        with pytest.raises(NotAllowed):
            actions.apply_ruling(clawback_id=row.pk, by=nobody)
    row = actions.apply_ruling(clawback_id=row.pk, by=desk.second)
    found = {debt.kind: (debt.status, debt.principal_won) for debt in Debt.objects.all()}
    assert found == {"CLAWBACK": ("OPEN", 4_000_000), "SURCHARGE": ("CANCELLED", 0)}
    assert owed("apply_ruling") == [] and Event.objects.filter(name="clawback.lowered", data__ruling="2027-행심-1").exists()
    refused(actions.apply_ruling, "no_ruling", clawback_id=row.pk, by=desk.second)


def test_a_settlement_does_not_claim_again_what_was_taken_back():
    at, desk, row = s.noticed()
    actions.state_opinion(clawback_id=row.pk, opinion="의견", by=at.company)
    ordered(row, desk.finance, amount_won=30_000_000, surcharge_times=0)
    settlement = Settlement.objects.get()
    s.state(at, settlement, s.used(at, settlement, grant_won=125_000_000, own_cash_won=125_000_000 // 4))
    s.judge(at, settlement)
    found = queries.balance(settlement)
    assert (found.given_won, found.paid_won, found.principal_won) == (HALF, 130_000_000, 5_000_000)
    s.arrived(s.report(Debt.objects.get(), 30_000_000, at.company), desk.finance)
    assert queries.balance(settlement).principal_won == 5_000_000 and queries.hindered(settlement) == ""
    actions.propose_amount(settlement_id=settlement.pk, by=at.operator)
    settlement = actions.confirm_amount(settlement_id=settlement.pk, by=desk.finance)
    assert (settlement.paid_won, settlement.refund_won) == (130_000_000, 5_000_000)
    later = actions.detect_clawback(
        agreement_id=at.agreement.pk, organisation_id=at.firm.organisation.pk, ground="BREACH", facts="사실", amount_won=1_000_000,
        by=at.operator,
    )  # fmt: skip
    later = actions.give_prior_notice(clawback_id=later.pk, by=at.operator)
    actions.state_opinion(clawback_id=later.pk, opinion="의견", by=at.company)
    ordered(later, desk.finance, amount_won=1_000_000, surcharge_times=0)
    assert queries.balance(settlement).principal_won == 5_000_000  # what was fixed does not fall by a later order
    call_command("verify")


def test_a_termination_takes_only_what_an_order_left_and_an_order_beside_it_carries_surcharge_and_restriction():
    """Of 160 paid 50 are ordered back of the provider, then the company's false claims end it: 110 are left, and no more is owed."""
    at, desk, rows = p.registered(parts=2)
    s.pay(1)
    of_provider = {"organisation_id": at.provider_organisation.pk, "agreement_id": at.agreement.pk, "by": at.operator}
    row = actions.detect_clawback(**of_provider, ground="BREACH", facts="사실", amount_won=50_000_000)
    row = actions.give_prior_notice(clawback_id=row.pk, by=at.operator)
    actions.state_opinion(clawback_id=row.pk, opinion="의견", by=at.manager)
    ordered(row, desk.finance, amount_won=50_000_000, surcharge_times=0)
    s.arrived(s.report(Debt.objects.get(), 50_000_000, at.manager), desk.finance)
    halt = halts.terminated(at.agreement, by=at.operator, ground="FALSE_CLAIM")
    assert [(one.party.role, one.amount_won) for one in halt.recoveries.all()] == [("COMPANY", 110_000_000)]
    _nobody_takes_back_more(halt)
    actions.sync_ended()
    settlement = Settlement.objects.get()
    s.state(at, settlement, s.used(at, settlement, grant_won=HALF, own_cash_won=HALF // 4))
    s.judge(at, settlement)
    payments.close_disbursement(disbursement_id=rows[1].pk, reason="해지", by=desk.finance)
    actions.propose_amount(settlement_id=settlement.pk, by=at.operator)
    assert actions.confirm_amount(settlement_id=settlement.pk, by=desk.finance).status == "CLOSED"
    found = queries.balance(settlement)
    assert (found.given_won, found.paid_won, found.principal_won, found.recognised_won) == (HALF, 0, 0, 0)
    row = _beside(at, desk)
    found = {debt.kind: debt.principal_won for debt in row.debts.all()}
    assert (row.status, row.must_exclude, found) == ("ORDERED", True, {"SURCHARGE": 550_000_000})
    given = {
        "number": "1",
        "ruled_on": clock.today(),
        "document": p.paper(row.organisation, at.operator, "ruling"),
        "by": at.operator,
    }
    for times, status, owed_now in ((2, "ORDERED", 220_000_000), (0, "CANCELLED", 0)):
        actions.enter_ruling(clawback_id=row.pk, amount_won=0, surcharge_times=times, **given)
        row = actions.apply_ruling(clawback_id=row.pk, by=desk.second)
        assert (row.status, row.debts.get().principal_won) == (status, owed_now)
    call_command("verify")


def _nobody_takes_back_more(halt):
    recovery = halt.recoveries.get()
    other = halt.agreement.parties.get(role="PROVIDER")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="would be owed back"), transaction.atomic():
            cursor.execute("ALTER TABLE vouchers_haltrecovery DISABLE TRIGGER agreements_recovery_guard")
            recovery.pk, recovery.ref, recovery.party, recovery.amount_won = None, "", other, 1
            recovery.save()
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _beside(at, desk):
    """Nothing is left to take back of the company: an order of 0 won rests on what the termination takes back."""
    asked = {"agreement_id": at.agreement.pk, "organisation_id": at.firm.organisation.pk, "facts": "허위 신청", "by": at.operator}
    refused(actions.detect_clawback, "amount", **asked, ground="FALSE_RECEIPT", amount_won=1)
    row = actions.detect_clawback(**asked, ground="FALSE_RECEIPT", amount_won=0)
    refused(actions.detect_clawback, "amount", **asked, ground="FALSE_RECEIPT", amount_won=0)
    _bite("UPDATE vouchers_clawback SET ", (
        (f"base_won = base_won + 1 WHERE id = {row.pk}", "rests on what the termination"), (f"base_won = 0 WHERE id = {row.pk}", "rests on|clawback_says_what"),
    ))  # fmt: skip
    with pytest.raises(DatabaseError, match="rests on what the termination"), transaction.atomic():
        Clawback.objects.create(**{name: getattr(row, name) for name in ("agreement", "company", "round", "facts", "ground", "detected_by")},
                                organisation=at.provider_organisation, noticed_won=0, base_won=5)  # fmt: skip
    row = actions.give_prior_notice(clawback_id=row.pk, by=at.operator)
    actions.state_opinion(clawback_id=row.pk, opinion="의견", by=at.company)
    refused(ordered, "over_notice", row=row, by=desk.finance, amount_won=1)
    return ordered(row, desk.finance, amount_won=0, surcharge_times=5)


def test_what_the_database_refuses_of_clawbacks():
    at, desk, row = s.noticed()
    table = "UPDATE vouchers_clawback SET "
    before = (
        ("facts = ''", "clawback_says_what|what was found"), ("noticed_won = noticed_won + 1", "what was found"), ("ordered_won = 1", "clawback_surcharge|clawback_heard"),
        ("opinion_until = opinion_until - 20", "told and heard"), ("opinion = 'x'", "clawback_opinion_whole"), ("reported_no = 'x'", "clawback_report_pair"),
        (f"status = 'ORDERED', ordered_on = current_date, ordered_by_id = {desk.finance.pk}, ordered_won = 1", "clawback_heard_before"),
        ("status = 'ORDERED'", "clawback_ordered_pair"), (f"ordered_by_id = {at.operator.pk}", "clawback_four_eyes|clawback_heard"),
    )  # fmt: skip
    _bite(table, before)
    actions.state_opinion(clawback_id=row.pk, opinion="의견", by=at.company)
    order = f"status = 'ORDERED', ordered_on = current_date, ordered_by_id = {desk.finance.pk}, "
    _bite(table, (
        (f"{order}ordered_won = 1, surcharge_times = 4, surcharge_won = 4", "clawback_within_table|at most 3 times"),
        (f"{order}ordered_won = noticed_won + 1", "clawback_within_notice"), (f"{order}ordered_won = 5, surcharge_times = 3, surcharge_won = 1", "clawback_surcharge_by_times"),
    ))  # fmt: skip
    ordered(row, desk.finance)
    _bite(table, (("ordered_won = ordered_won + 1", "order stays"), ("reason = 'x'", "order stays")))
    _bite("UPDATE vouchers_debt SET ", (("principal_won = principal_won - 1", "the order has"),))
    _bite("DELETE FROM vouchers_clawback ", (("WHERE true", "never deleted"),))
    again = Debt.objects.filter(kind="SURCHARGE").get()
    again.pk, again.ref = None, ""
    with pytest.raises(DatabaseError, match="debt_one_of_a_clawback"), transaction.atomic():
        again.save()


def _bite(start, bites):
    for sql, word in bites:
        with pytest.raises(DatabaseError, match=word), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(start + sql)
