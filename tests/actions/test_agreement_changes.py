"""Changes of an agreement in force: asked, decided by somebody else, signed by all who go on; the money follows, once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.accounts import second_factor
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Stale
from tests.factories import applications as make
from tests.factories import halts
from tests.factories.changes import agreed
from tests.factories.projects import paper
from tests.refusals import refused
from vouchers.agreements import actions as agreements
from vouchers.agreements import queries, rules
from vouchers.agreements.models import (
    Agreement,
    AgreementChange,
    AgreementLine,
    AgreementVersion,
    SigningAuthority,
    VersionSignature,
    Voucher,
)
from vouchers.ledger import queries as ledger
from vouchers.milestones import actions as milestones
from vouchers.milestones.models import Milestone
from vouchers.payments import actions as payments

pytestmark = pytest.mark.django_db
GRANT = 320_000_000


def money(at):
    row = at.row
    return row.supply_amount_won, row.grant_won, row.own_cash_won, row.vat_won


def hand_in(at, milestone, hospital):
    files = [paper(hospital.organisation, hospital.user, "deliverable")]
    return milestones.submit_milestone(milestone_id=milestone.pk, documents=files, by=hospital.user)


# ── Major ────────────────────────────────────────────────────────────────────────────────────────────
def test_a_lower_amount_holds_once_all_signed_and_gives_the_rest_back():
    at = agreed()
    change = at.ask(amounts={3: 60_000_000})
    assert (change.kind, change.parts) == ("MAJOR", ["AMOUNT"])
    assert Duty.objects.filter(subject_ref=change.ref, verb="decide_change", role="OPERATOR_CASE", closed_at=None).exists()
    assert Notice.objects.filter(user=at.first.user, template="change_requested").exists()
    change = at.approve(change)
    text = change.amended
    assert (text.number, text.previous_hash) == (2, at.row.current().content_hash) and at.row.current().number == 1
    assert money(at) == (400_000_000, GRANT, 80_000_000, 40_000_000)  # the old one holds until everybody signed
    change = at.sign(change, at.operator, at.company, at.first.user)
    assert change.status == "APPROVED" and money(at)[1] == GRANT
    change = at.sign(change, at.second.user)
    assert change.status == "IN_FORCE" and at.row.current() == text
    assert money(at) == (300_000_000, 255_000_000, 45_000_000, 30_000_000)
    voucher = Voucher.objects.get(agreement=at.agreement)
    assert voucher.grant_won == 255_000_000 and ledger.voucher_balance(voucher.ref).open_won == 255_000_000
    position = ledger.position(at.row.round_id)
    assert (position.committed_won, position.reserved_won, position.available_won) == (255_000_000, 0, 745_000_000)
    assert queries.intact(at.row) and list(queries.faults()) == [] and ledger.voucher_balance(voucher.ref).paid_won == 0
    told = Event.objects.get(subject_ref=at.agreement.ref, name="agreement.changed")
    assert (told.data["grant_before_won"], told.data["grant_won"]) == (GRANT, 255_000_000)
    assert not Duty.objects.filter(subject_ref=change.ref, closed_at=None).exists()


def test_a_higher_amount_needs_a_round_that_lets_grants_rise_and_money_that_is_left():
    at = agreed(grant_may_rise=True)
    down = at.sign(at.approve(at.ask(amounts={3: 60_000_000})))
    up = at.sign(at.approve(at.ask(amounts={3: 150_000_000})))
    assert (down.status, up.status) == ("IN_FORCE", "IN_FORCE")
    assert money(at) == (390_000_000, GRANT, 70_000_000, 39_000_000)  # 85 % would be more than the ceiling
    assert ledger.position(at.row.round_id).committed_won == GRANT and at.row.current().number == 3
    assert list(queries.faults()) == []


def test_where_grants_may_not_rise_the_company_pays_what_is_added():
    at = agreed()
    change = at.ask(amounts={3: 260_000_000})
    assert (change.asked.grant_won, change.asked.own_cash_won) == (GRANT, 180_000_000)


def test_a_period_and_texts_change_the_voucher_but_not_the_money():
    at = agreed()
    end = at.agreement.ends_on + timedelta(days=20)
    change = at.ask(ends_on=end, goal="판독 보조 정확도 검증", data_scope="흉부 CT 3,000건")
    assert change.parts == ["PERIOD", "GOAL", "SCOPE"]
    at.sign(at.approve(change))
    row = at.row
    assert (row.ends_on, row.goal, row.data_scope) == (end, "판독 보조 정확도 검증", "흉부 CT 3,000건")
    assert Voucher.objects.get(agreement=row).expires_on == end and money(at)[1] == GRANT


def test_a_provider_that_leaves_does_not_sign_and_blocks_nobody():
    at = agreed()
    change = at.approve(at.ask(amounts={3: 0}))
    assert change.parts == ["AMOUNT", "PROVIDER"]
    assert {p["role"] for p in change.amended.body["parties"]} == {"OPERATOR", "COMPANY", "PROVIDER"}
    with pytest.raises(NotAllowed):
        at.sign(change, at.second.user)
    change = at.sign(change, at.operator, at.company, at.first.user)
    assert change.status == "IN_FORCE" and money(at)[:2] == (240_000_000, 204_000_000)
    left = at.row.parties.get(organisation=at.second.organisation)
    assert left.left_by == change and Notice.objects.filter(user=at.second.user, template="change_in_force").exists()
    assert refused(at.ask, "no_difference")
    with pytest.raises(NotAllowed):
        at.ask(by=at.second.user, goal="다른 목표")


def test_a_provider_that_left_is_never_bound_again_without_its_signature():
    at = agreed(grant_may_rise=True)
    at.sign(at.approve(at.ask(amounts={3: 0})), at.operator, at.company, at.first.user)
    said = refused(at.ask, "party_left", amounts={3: 160_000_000})
    assert str(at.second.organisation) in said
    again = at.approve(at.ask(amounts={1: 130_000_000}))  # who stays goes on
    at.sign(again, at.operator, at.company, at.first.user)
    assert money(at)[0] == 250_000_000 and list(queries.faults()) == []


def test_who_left_is_told_of_the_change_by_which_it_left_and_of_nothing_later():
    at = agreed()
    at.sign(at.approve(at.ask(amounts={3: 0})), at.operator, at.company, at.first.user)
    theirs = Notice.objects.filter(user=at.second.user)
    assert theirs.filter(template="change_in_force").count() == 1
    heard, since = theirs.count(), Event.objects.latest("pk").pk
    at.sign(at.approve(at.ask(goal="다른 목표")), at.operator, at.company, at.first.user)
    at.note(at.ask(contact=at.company.ref))
    given = {"agreement_id": at.agreement.pk, "by": at.operator}
    halts.suspended(at.row, by=at.operator)
    payments.resume(**given)
    halts.terminated(at.row, by=at.operator)
    assert theirs.count() == heard and Notice.objects.filter(user=at.first.user, template="agreement_terminated").exists()
    later = Event.objects.filter(pk__gt=since)
    assert later.exists() and not any(at.second.organisation.pk in event.organisations for event in later)
    assert at.second.organisation.pk not in at.row.organisation_ids()


def test_an_agreement_is_completed_only_once_no_change_of_it_is_open():
    at = agreed()
    change = at.approve(at.ask(goal="다른 목표"))
    given = {"agreement_id": at.agreement.pk, "by": at.operator}
    agreements.owe_completion(settled=lambda: True, **given)
    refused(agreements.complete, "change_open", **given)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Agreement.objects.filter(pk=at.agreement.pk).update(status="COMPLETED")
    assert "a change of it is open" in str(error.value)
    agreements.give_up_change(reason="서명하지 않기로 합의했습니다.", **_on(change, at.operator))
    assert agreements.complete(**given).status == "COMPLETED"


# ── Minor ────────────────────────────────────────────────────────────────────────────────────────────
def test_a_shift_within_the_rounds_share_is_noted_and_needs_no_signature():
    at = agreed()
    change = at.ask(by=at.first.user, amounts={1: 140_000_000, 2: 100_000_000})
    assert (change.kind, change.parts) == ("MINOR", ["SHIFT"])
    refused(milestones.approve_change, "minor_change", **_on(at.review(change), at.operator))
    change = AgreementChange.objects.get(pk=change.pk)
    change = milestones.note_change(**_on(change, at.operator))
    assert change.status == "NOTED" and at.row.current().number == 2
    assert [line.amount_won for line in at.row.lines.all()] == [140_000_000, 100_000_000, 160_000_000]
    assert money(at) == (400_000_000, GRANT, 80_000_000, 40_000_000) and not VersionSignature.objects.exists()
    assert list(queries.faults()) == []
    again = at.ask(amounts={1: 161_000_000, 2: 79_000_000})  # 41 of 400 since the last signature
    assert again.kind == "MAJOR"
    refused(milestones.note_change, "major_change", **_on(at.review(again), at.operator))


def _on(change, by):
    return {"change_id": change.pk, "version": change.version, "by": by}


def test_another_contact_is_noted_and_is_one_of_the_partys_own_people():
    at = agreed()
    refused(at.ask, "not_yours", contact=at.first.user.ref)
    change = at.note(at.ask(contact=at.company.ref))
    assert (change.kind, change.parts) == ("MINOR", ["CONTACT"]) and at.row.versions.count() == 1
    assert at.row.parties.get(role="COMPANY").contact == at.company
    assert [(one.was, one.would_be) for one in queries.said(change)] == [("없음", at.company.get_full_name())]


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────────────
def test_who_asks_needs_a_reason_something_that_differs_and_the_version_that_holds():
    at = agreed()
    refused(at.ask, "reason_missing", reason=" ", goal="다른 목표")
    refused(at.ask, "no_difference")
    refused(
        at.ask, "after_round" if at.row.round.project_end_on else "period_order", ends_on=at.agreement.starts_on - timedelta(1)
    )
    refused(at.ask, "begun", starts_on=clock.today() + timedelta(days=3))
    refused(at.ask, "nothing_left", amounts={1: 0, 2: 0, 3: 0})
    with pytest.raises(Stale):
        at.ask(goal="다른 목표", base="0" * 64)
    for nobody in (make.firm().representative, make.officer()):
        with pytest.raises(NotAllowed):
            at.ask(by=nobody, goal="다른 목표")


def test_one_change_at_a_time_four_eyes_and_no_stale_decision():
    at = agreed()
    change = at.ask(by=at.operator, goal="다른 목표")
    refused(at.ask, "change_open", goal="또 다른 목표")
    taken = agreements.take_up_change(change_id=change.pk, version=change.version, by=at.colleague)
    with pytest.raises(NotAllowed) as error:
        milestones.approve_change(**_on(taken, at.operator))
    assert error.value.code == "four_eyes"
    with pytest.raises(Stale):
        milestones.approve_change(**_on(change, at.colleague))  # the page showed it before it was taken up
    with pytest.raises(NotAllowed):
        milestones.approve_change(**_on(taken, at.company))
    refused(agreements.reject_change, "reason_missing", reason="", **_on(taken, at.colleague))
    change = agreements.reject_change(reason="목표가 공고와 다릅니다.", **_on(taken, at.colleague))
    assert change.status == "REJECTED" and Notice.objects.filter(user=at.company, template="change_rejected").exists()
    with pytest.raises(IllegalStep):
        agreements.reject_change(reason="다시", **_on(change, at.colleague))


def test_who_asked_takes_it_back_and_the_agency_drops_what_nobody_signs():
    at = agreed()
    change = at.ask(goal="다른 목표")
    with pytest.raises(NotAllowed):
        agreements.withdraw_change(change_id=change.pk, by=at.first.user)
    assert agreements.withdraw_change(change_id=change.pk, by=at.company).status == "WITHDRAWN"
    second = at.approve(at.ask(goal="다른 목표"))
    assert second.number == 2
    dropped = agreements.give_up_change(reason="서명하지 않기로 합의했습니다.", **_on(second, at.operator))
    assert dropped.status == "WITHDRAWN" and at.row.current().number == 1
    third = at.approve(at.ask(goal="셋째 목표"))
    assert third.amended.number == 3 and queries.intact(at.row)
    halts.terminated(at.row, by=at.operator)
    assert AgreementChange.objects.get(pk=third.pk).status == "WITHDRAWN"
    refused(at.ask, "agreement_not_active", goal="넷째 목표")


def test_sign_refuses_other_texts_wrong_codes_and_a_second_time():
    at = agreed()
    change = at.approve(at.ask(goal="다른 목표"))
    given = {"change_id": change.pk, "content_hash": change.amended.content_hash, "by": at.company}
    refused(milestones.sign_change, "wrong_code", second_factor_code="abc", **given)
    right = second_factor.demo_code(at.company)
    refused(milestones.sign_change, "text_changed", second_factor_code=right, **{**given, "content_hash": "0" * 64})
    milestones.sign_change(second_factor_code=right, **given)
    with pytest.raises(NotAllowed):
        milestones.sign_change(second_factor_code=right, **given)


# ── Deliveries ───────────────────────────────────────────────────────────────────────────────────────
def test_what_was_delivered_is_never_agreed_away_also_when_it_was_delivered_after_the_approval():
    at = agreed()
    at.plan()
    first = Milestone.objects.get(agreement=at.agreement, number=3)
    hand_in(at, first, at.second)
    taken = at.review(at.ask(amounts={3: 159_999_999}))
    said = refused(milestones.approve_change, "delivered_already", **_on(taken, at.operator))
    assert at.second.institution.name_ko in said and "160,000,000원" in said
    agreements.withdraw_change(change_id=taken.pk, by=at.company)
    change = at.approve(at.ask(amounts={1: 0}))
    at.sign(change, at.operator, at.company, at.first.user)
    for number in (1, 2):
        hand_in(at, Milestone.objects.get(agreement=at.agreement, number=number), at.first)
    code = second_factor.demo_code(at.second.user)
    refused(
        milestones.sign_change, "delivered_already", change_id=change.pk, content_hash=change.amended.content_hash,
        second_factor_code=code, by=at.second.user,
    )  # fmt: skip
    assert money(at)[0] == 400_000_000


def test_milestones_that_no_longer_add_up_are_planned_again_before_anything_is_handed_in():
    at = agreed()
    rows = at.plan()
    hand_in(at, rows[0], at.first)
    at.sign(at.approve(at.ask(amounts={2: 60_000_000})))
    duty = Duty.objects.get(subject_ref=at.agreement.ref, verb="replan_milestones", closed_at=None)
    assert duty.url == f"/milestones/replan/{at.agreement.ref}/"
    refused(hand_in, "plan_apart", at=at, milestone=rows[1], hospital=at.first)
    refused(
        hand_in, "plan_apart", at=at, milestone=rows[2], hospital=at.second
    )  # its lines stayed, its share of the grant did not
    given = {"agreement_id": at.agreement.pk, "by": at.operator}
    refused(milestones.replan, "milestone_sum", items=[at.item(at.first, 120_000_000)], **given)
    items = [at.item(at.first, 40_000_000), at.item(at.first, 20_000_000, 50), at.item(at.second, 160_000_000)]
    made = milestones.replan(items=items, **given)
    assert [row.number for row in made] == [4, 5, 6]
    assert Milestone.objects.get(pk=rows[1].pk).status == "DROPPED"
    live = Milestone.objects.filter(agreement=at.agreement).exclude(status="DROPPED")
    sums = [sum(getattr(row, name) for row in live) for name in ("amount_won", "grant_won", "vat_won")]
    assert sums == [money(at)[0], money(at)[1], money(at)[3]]
    refused(milestones.replan, "nothing_to_replan", items=[], **given)
    assert not Duty.objects.filter(verb="replan_milestones", closed_at=None).exists()
    hand_in(at, made[0], at.first)


# ── The database guards ──────────────────────────────────────────────────────────────────────────────
def test_the_database_lets_amounts_change_only_by_a_change_that_everybody_signed():
    at = agreed()
    change = at.approve(at.ask(amounts={3: 60_000_000}))
    at.sign(change, at.operator, at.company)
    row, now = Agreement.objects.filter(pk=at.agreement.pk), clock.now()
    asked = AgreementChange.objects.filter(pk=change.pk)
    sums = {"supply_amount_won": 300_000_000, "grant_won": 255_000_000, "own_cash_won": 45_000_000, "vat_won": 30_000_000}
    forged = [
        (asked, {"status": "IN_FORCE", "effective_at": now}), (asked, {"after": {}}), (asked, {"kind": "MINOR"}),
        (asked, {"decided_by": at.company}), (row, sums), (row, {"ends_on": now.date()}), (row, {"goal": "다른 목표"}),
        (AgreementLine.objects.filter(agreement=at.agreement, position=3), {"amount_won": 60_000_000}),
        (VersionSignature.objects.all(), {"signed_hash": "0" * 64}),
    ]  # fmt: skip
    for rows, values in forged:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)
    for rows in (asked, VersionSignature.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)
    with pytest.raises(IntegrityError), transaction.atomic():
        twin = AgreementChange.objects.get(pk=change.pk)
        twin.pk, twin.ref, twin.number, twin._state.adding = None, "", 2, True
        twin.status, twin.decided_by, twin.decided_at = "REQUESTED", None, None
        twin.save()
    with pytest.raises(IntegrityError), transaction.atomic():  # a signature of somebody who is no party
        signature = VersionSignature.objects.first()
        signature.pk, signature.ref, signature._state.adding = None, "", True
        signature.signed_by, signature.signed_hash = at.first.user, "1" * 64
        signature.save()
    done = at.sign(change, at.first.user, at.second.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(**{**sums, "grant_won": 255_000_001, "own_cash_won": 44_999_999})
    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementChange.objects.filter(pk=done.pk).update(status="WITHDRAWN", effective_at=None)


def forge(at, status, **changes):
    """A change as SQL would write it, through every step up to this state."""
    row = at.row
    document = queries.terms(row).document()
    given = {"kind": "MINOR", "parts": ["SHIFT"], "reason": "x", "before": document, "after": document, **changes}
    party, number = row.parties.get(role="COMPANY"), row.changes.count() + 1
    change = AgreementChange(
        agreement=row, number=number, base=row.current(), asked_for=party, asked_by=at.company, **given
    )  # fmt: skip
    change.save()
    for step in ("UNDER_REVIEW", status):
        AgreementChange.objects.filter(pk=change.pk).update(
            status=step, decided_by=at.operator, decided_at=clock.now(), effective_at=clock.now() if step == "NOTED" else None
        )  # fmt: skip
    return AgreementChange.objects.get(pk=change.pk)


def write(change, body):
    """The version of a change, with another body than the portal would write."""
    last = AgreementVersion.objects.filter(agreement=change.agreement).latest("number")
    row = AgreementVersion(
        agreement=change.agreement, number=last.number + 1, body=body, previous_hash=last.content_hash,
        content_hash=rules.content_hash(body, last.content_hash), document=last.document, change=change,
    )  # fmt: skip
    row.save()
    return row


def test_the_database_lets_a_change_begin_as_asked_and_go_no_step_further_than_its_lifecycle():
    at = agreed()
    asked = at.ask(goal="다른 목표")
    decided = {"decided_by": at.operator, "decided_at": clock.now()}
    for status in rules.ChangeStatus:
        effective = {"effective_at": clock.now() if status in rules.HELD_CHANGES else None}
        kind = {"kind": "MINOR"} if status == "NOTED" else {}
        if status not in {"REQUESTED", "UNDER_REVIEW", "WITHDRAWN"}:
            with pytest.raises(IntegrityError) as error, transaction.atomic():
                AgreementChange.objects.filter(pk=asked.pk).update(status=status, **decided, **effective)
            assert "does not follow" in str(error.value) or "everybody signs" in str(error.value)
        if status != "REQUESTED":
            with pytest.raises(IntegrityError) as error, transaction.atomic():
                twin = AgreementChange.objects.get(pk=asked.pk)
                twin.pk, twin.ref, twin.number, twin.status, twin._state.adding = None, "", 2, status, True
                for name, value in {**decided, **effective, **kind}.items():
                    setattr(twin, name, value)
                twin.save()
            assert "begins as asked" in str(error.value)


def test_the_database_lets_a_notice_move_amounts_between_lines_of_one_provider_and_nothing_else():
    at = agreed()
    change, body = forge(at, "NOTED"), at.row.current().body

    def moved(*amounts):
        return [{**line, "amount_won": won} for line, won in zip(body["lines"], amounts, strict=True)]

    forged = [
        {"money": {**body["money"], "grant_won": 400_000_000, "own_cash_won": 0}}, {"goal": "다른 목표"}, {"data_scope": "모두"},
        {"period": {**body["period"], "to": "2099-12-31"}}, {"clauses": body["clauses"][1:]},
        {"lines": moved(120_000_000, 110_000_000, 170_000_000)}, {"lines": moved(120_000_000, 120_000_000, 160_000_001)},
    ]  # fmt: skip
    for wrong in forged:
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            write(change, {**body, **wrong})
        assert "and nothing else" in str(error.value)
    write(change, {**body, "lines": moved(110_000_000, 130_000_000, 160_000_000)})


def test_the_database_asks_everybody_with_a_line_and_never_binds_who_left():
    at = agreed()
    change = forge(at, "APPROVED", kind="MAJOR", parts=["GOAL"])
    body = at.row.current().body
    text = write(change, {**body, "goal": "다른 목표", "parties": body["parties"][:3]})  # the second hospital is not named
    for person, party in zip((at.operator, at.company, at.first.user), at.row.parties.all(), strict=False):
        VersionSignature(
            agreement_version=text, party=party, signed_by=person, signed_at=clock.now(), signed_hash=text.content_hash,
            authority=SigningAuthority.objects.get(person=person),
        ).save()  # fmt: skip
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        AgreementChange.objects.filter(pk=change.pk).update(status="IN_FORCE", effective_at=clock.now())
    assert "named or not" in str(error.value)
    with pytest.raises(IntegrityError), transaction.atomic():  # nobody leaves by a change that is not in force
        at.row.parties.filter(organisation=at.second.organisation).update(left_by=change)
    AgreementChange.objects.filter(pk=change.pk).update(status="WITHDRAWN")
    at.sign(at.approve(at.ask(amounts={3: 0})), at.operator, at.company, at.first.user)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        at.row.lines.filter(position=3).update(amount_won=1)
    assert "a party that left" in str(error.value)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        at.row.parties.filter(organisation=at.second.organisation).update(left_by=None)
    assert "leaves once" in str(error.value)


def test_the_database_never_agrees_away_what_was_delivered():
    at = agreed()
    at.plan()
    change = at.approve(at.ask(amounts={3: 0}))
    milestone = Milestone.objects.get(agreement=at.agreement, number=3)
    at.sign(change, at.operator, at.company)
    hand_in(at, milestone, at.second)
    for number in (1, 2):
        hand_in(at, Milestone.objects.get(agreement=at.agreement, number=number), at.first)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        agreements.sign_change(
            change_id=change.pk, content_hash=change.amended.content_hash,
            second_factor_code=second_factor.demo_code(at.first.user), hindered=lambda _change: "", by=at.first.user,
        )  # fmt: skip
    assert "delivered already" in str(error.value)
