"""An advance against a guarantee: asked for once, paid like any payment, netted from later ones, recovered on termination."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from portal.accounts import second_factor
from portal.kit import clock
from portal.kit.errors import NotAllowed
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import halts, settling
from tests.factories import projects as p
from tests.factories.providers import person
from tests.refusals import refused
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement, Voucher
from vouchers.ledger import queries as ledger
from vouchers.milestones import actions as milestones
from vouchers.payments import actions, gateways, queries
from vouchers.payments.models import Disbursement, Guarantee
from vouchers.settlements import actions as settlements
from vouchers.settlements import queries as settled
from vouchers.settlements.models import Debt, Settlement

PAID = gateways.Answer(gateways.Outcome.PAID, "BK1", "ACSC")
GRANT, ADVANCE = 320_000_000, 96_000_000
POLICY = {"paying": {"advance_rate": "0.30", "advance_guarantee": True}}

pytestmark = pytest.mark.django_db


def world(parts=2, **paying):
    at, rows = p.planned(p.project(paying=POLICY["paying"] | paying), parts=parts)
    desk = p.office()
    p.account(at, desk)
    return at, desk, rows


def cover(at, **changes):
    given = {
        "issuer": "서울보증", "number": "SG-1", "amount_won": ADVANCE, "valid_until": at.agreement.ends_on,
        "document": p.paper(at.provider_organisation, at.manager, "guarantee"), **changes,
    }  # fmt: skip
    return actions.Cover(**given)


def asked(at, guarantee="own", by=None, **changes):
    return actions.request_advance(
        agreement_id=at.agreement.pk, institution_id=at.institution.pk, invoice_no="ADV-1", invoice_on=clock.today(),
        invoice_document=changes.get("invoice", p.paper(at.provider_organisation, at.manager, "tax_invoice")),
        guarantee=cover(at, **changes.get("cover", {})) if guarantee == "own" else guarantee, by=by or at.manager,
    )  # fmt: skip


def paid(at, desk, row, *, own=True):
    if own:
        p.confirm(at, row)
    else:
        actions.confirm_disbursement(disbursement_id=row.pk, by=at.company)
    actions.check_evidence(disbursement_id=row.pk, by=at.operator)
    p.released("approve", row, desk.finance)
    p.released("register", row, desk.registrar)
    attempt = actions.claim_next()
    actions.mark_sent(attempt_id=attempt.pk)
    actions.settle(attempt_id=attempt.pk, answer=PAID)
    return Disbursement.objects.get(pk=row.pk)


def broken(rows, **values):
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**values)


def test_an_advance_is_paid_against_a_guarantee_and_netted_from_both_tranches():
    at, desk, rows = world()
    row = asked(at)
    assert (row.kind, row.amount_won, row.own_won, row.guarantee.amount_won) == ("ADVANCE", ADVANCE, 0, ADVANCE)
    refused(asked, "no_advance", at=at)
    p.accept(at, rows[0])
    refused(p.request, "advance_open", at=at, milestone=rows[0])
    broken(Guarantee.objects.all(), amount_won=1)
    assert paid(at, desk, row, own=False).status == "PAID"
    made = [p.request(at, rows[0])]
    p.accept(at, rows[1])
    made.append(p.request(at, rows[1]))
    assert [(one.amount_won, one.netted_won, one.own_won) for one in made] == [(112_000_000, 48_000_000, 40_000_000)] * 2
    broken(Disbursement.objects.filter(pk=made[0].pk), netted_won=0)
    broken(Disbursement.objects.filter(pk=made[0].pk), kind="ADVANCE")
    for one in made:
        paid(at, desk, one)
    held = ledger.voucher_balance(Voucher.objects.get().ref)
    assert (held.paid_won, held.open_won, Voucher.objects.get().status) == (GRANT, 0, "SPENT")
    agreements.complete(agreement_id=at.agreement.pk, by=at.operator)
    settlements.sync_ended()
    row = Settlement.objects.get()
    known = settled.known(row, list(settled.lines_of(row)))  # what the company finds filled in: the advance counts once
    assert (sum(grant for grant, _own, _vat in known.values()), sum(own for _grant, own, _vat in known.values())) == (
        GRANT,
        80_000_000,
    )
    exempt = {line.position for line in row.lines.all() if not line.agreement_line or line.agreement_line.tax_kind != "TAXABLE"}
    assert not any(known[position][2] for position in exempt & set(known)), "no VAT on an exempt line"
    call_command("verify")


def test_what_was_advanced_is_netted_from_milestones_that_a_change_planned_anew():
    at, desk, _rows = world()
    paid(at, desk, asked(at), own=False)
    row, line = Agreement.objects.get(pk=at.agreement.pk), at.agreement.lines.order_by("-amount_won").first()
    change = agreements.request_change(
        agreement_id=row.pk, base=row.current().content_hash, amounts={line.position: line.amount_won - 40_000_000}, reason="축소", by=at.company
    )  # fmt: skip
    change = agreements.take_up_change(change_id=change.pk, version=change.version, by=at.operator)
    change = milestones.approve_change(change_id=change.pk, version=change.version, by=at.operator)
    for who in (at.company, at.manager, at.operator):
        change = milestones.sign_change(
            change_id=change.pk, content_hash=change.amended.content_hash, second_factor_code=second_factor.demo_code(who), by=who
        )
    anew = milestones.replan(
        agreement_id=row.pk, items=[p.item(at, 180_000_000), p.item(at, 180_000_000, days=60)], by=at.operator
    )
    made = []
    for one in anew:
        p.accept(at, one)
        made.append(p.request(at, one))
    assert [(one.amount_won, one.netted_won) for one in made] == [(105_000_000, 48_000_000)] * 2  # 306,000,000 less 96,000,000


def test_what_was_not_worked_off_comes_back_when_the_agreement_is_terminated():
    at, desk, rows = world()
    paid(at, desk, asked(at), own=False)
    row = halts.terminated(at.agreement, by=at.operator)
    (recovery,) = row.recoveries.all()
    assert (recovery.party.role, recovery.amount_won, row.released_won) == ("PROVIDER", ADVANCE, GRANT - ADVANCE)
    twice = Debt(kind="REFUND", agreement=at.agreement, organisation=at.firm.organisation, principal_won=1, due_on=clock.today())
    with pytest.raises(IntegrityError, match="would be owed back"), transaction.atomic():
        twice.save()  # all that was paid is taken back by the termination already
    assert settlements.sync_recoveries() == 1
    settling.arrived(settling.report(Debt.objects.get(), ADVANCE, at.manager), desk.finance)
    assert ledger.position(at.agreement.round_id).recovered_won == ADVANCE and rows


def test_a_change_never_lowers_the_grant_below_what_was_asked_for():
    at, _desk, _rows = world()
    row = Agreement.objects.get(pk=at.agreement.pk)
    lower = {line.position: line.amount_won // 5 for line in row.lines.all()}
    given = {
        "agreement_id": row.pk,
        "reason": "예산 조정",
        "base": row.current().content_hash,
        "amounts": lower,
        "by": at.company,
    }
    change = agreements.request_change(**given)
    change = agreements.take_up_change(change_id=change.pk, version=change.version, by=at.operator)
    asked(at)  # the advance would be more than the lowered grant
    decide = {"change_id": change.pk, "version": change.version, "by": person("OPERATOR_CASE")}
    refused(milestones.approve_change, "below_asked", **decide)
    agreements.reject_change(**decide, reason="선금이 청구됨")
    assert "96,000,000" in refused(agreements.request_change, "below_asked", **given)


def test_a_guarantee_must_cover_it_and_nothing_is_advanced_where_the_round_allows_none():
    at, _desk, _rows = world(parts=1)
    short = at.agreement.ends_on - timedelta(days=1)
    for code, changes in (
        ("guarantee_small", {"cover": {"amount_won": ADVANCE - 1}}), ("guarantee_short", {"cover": {"valid_until": short}}),
        ("guarantee_missing", {"guarantee": None}), ("guarantee_missing", {"cover": {"document": None}}),
        ("guarantee_unnamed", {"cover": {"issuer": " "}}), ("invoice_file_missing", {"invoice": None}),
    ):  # fmt: skip
        refused(asked, code, at=at, **changes)
    with pytest.raises(NotAllowed):
        asked(at, by=at.company)
    assert not Disbursement.objects.exists()
    type(at.agreement).objects.get().round.policy()


def test_a_round_without_a_rate_or_without_need_of_a_guarantee():
    at, _desk, _rows = world(parts=1, advance_rate="0")
    refused(asked, "no_advance", at=at)
    assert queries.advances_for(at.manager) == []


def test_without_need_of_a_guarantee_none_is_asked():
    at, desk, _rows = world(parts=1, advance_guarantee=False)
    assert paid(at, desk, asked(at, None), own=False).status == "PAID"


def test_the_database_advances_no_more_than_the_rate_and_nothing_without_a_guarantee():
    at, _desk, rows = world(parts=1)
    row = asked(at)
    found = Disbursement.objects.filter(pk=row.pk)
    broken(found, netted_won=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Guarantee.objects.all().delete()
    again = Disbursement.objects.get(pk=row.pk)
    again.pk, again.ref, again.invoice_no, again._state.adding = None, "dsb-x", "ADV-2", True
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()  # a second one
    p.accept(at, rows[0])
    again.kind, again.netted_won, again.amount_won, again.supply_amount_won = "MILESTONE", 1_000, 100_000_000, 400_000_000
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        again.save()  # nets what nobody advanced
    assert "nets what was paid" in str(error.value)


def test_asked_for_in_the_browser_by_the_provider_alone():
    at, desk, rows = world(parts=1)
    here = f"/payments/advance/{rows[0].ref}/"
    client = as_(at.manager)
    assert here in client.get("/payments/").content.decode() and here not in as_(at.company).get("/payments/").content.decode()
    for user, status in ((at.company, 403), (make.firm().representative, 403), (at.operator, 403)):
        assert as_(user).get(here).status_code == status
    shown = client.get(f"/en{here}").content.decode()
    assert "96,000,000" in shown and "30 %" in shown
    empty = client.post(here, {"invoice_no": "ADV-1", "invoice_on": clock.today().isoformat()})
    assert (
        empty.status_code == 422 and 'href="#id_guarantee_file"' in empty.content.decode() and "ADV-1" in empty.content.decode()
    )
    row = asked(at)
    assert client.get(here).status_code == 303 and as_(at.company).get(f"/payments/{row.ref}/guarantee/").status_code in {
        200,
        403,
    }
    for user in (at.company, at.operator):
        assert "서울보증" in as_(user).get(f"/payments/{row.ref}/").content.decode()
    assert "before it delivers" in as_(at.company).get(f"/en/payments/{row.ref}/confirm/").content.decode()
    paid(at, desk, row, own=False)
    p.accept(at, rows[0])
    ask = client.get(f"/en/payments/request/{rows[0].ref}/").content.decode()
    assert "of that are netted with your advance" in ask and "96,000,000" in ask and "224,000,000" in ask
