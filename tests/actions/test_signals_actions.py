"""A sweep keeps what it finds and decides nothing; people decide, with a reason."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from portal.journal.models import Duty, Erasure, Event
from portal.kit import access, clock, digests
from portal.kit.errors import IllegalStep, NotAllowed
from portal.management.signals import made
from tests.committed import together
from tests.factories import applications as apps
from tests.factories import signals as make
from tests.factories.providers import person
from tests.factories.rounds import make_closed_round
from tests.refusals import refused
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.companies.models import Company, ConflictOfInterest
from vouchers.milestones.models import Inspection
from vouchers.payments.models import PayeeAccount
from vouchers.rounds.models import Round
from vouchers.signals import actions, queries
from vouchers.signals.actions import sweeping
from vouchers.signals.models import Signal, SignalParty

in_rollback = pytest.mark.django_db


def rows() -> list[tuple[str, int, str, str]]:
    return list(Signal.objects.order_by("pk").values_list("ref", "version", "status", "evidence_digest"))


def duties(verb: str = "decide_signal") -> int:
    return Duty.objects.filter(verb=verb, closed_at__isnull=True).count()


@in_rollback
def test_a_second_sweep_finds_the_same_rows_and_writes_nothing():
    round_id, before = make.small(), rows()
    events = Event.objects.count()
    with CaptureQueriesContext(connection) as asked:
        assert actions.sweep_round(round_id=round_id) == 0
    assert rows() == before and Event.objects.count() == events
    assert not [q["sql"] for q in asked if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert Event.objects.filter(name="signal.found").count() == len(before) > 12
    assert duties() == Signal.objects.filter(strength="STRONG").count() > 5


@in_rollback
def test_what_is_kept_names_no_value_and_the_journal_names_nobody():
    make.small()
    kept = json.dumps(
        [
            list(Signal.objects.values_list("key", "evidence")),
            list(Event.objects.filter(subject_type="signal").values_list("data")),
        ]
    )
    assert "@" not in kept and "example" not in kept and "99887766554433" not in kept
    company = SignalParty.objects.filter(company__isnull=False)[0].company
    assert company.ref in kept and company.ref not in json.dumps(
        list(Event.objects.filter(name="signal.found").values_list("data"))
    )
    assert not Event.objects.filter(subject_type="signal").exclude(organisations=[]).exists()
    assert not Event.objects.filter(subject_type="signal", public=True).exists()


@in_rollback
def test_facts_are_so_many_statements_whatever_there_is():
    counted = []
    for honest, frauds in ((1, False), (12, True)):
        round_ = make_closed_round()
        make.lay_out(made.made(honest, honest, frauds=frauds), round_)
        round_.policy()
        with CaptureQueriesContext(connection) as asked:
            queries.facts_of(round_)
        counted.append(len(asked))
    assert counted[0] == counted[1] < 25, counted


@in_rollback
def test_new_evidence_opens_what_was_decided_and_less_of_it_does_not():
    round_id, officer = make.small(), person(Role.MINISTRY_OFFICER)
    one = Signal.objects.get(kind="RELATED_SIDES", evidence__contains=[{"what": "MAIL"}])
    strong = duties()
    actions.dismiss_signal(signal_id=one.pk, reason="같은 회계 법인이 받습니다.", by=officer)
    assert actions.sweep_round(round_id=round_id) == 0
    company, institution = (one.parties.exclude(**{side: None})[0].whom for side in ("company", "institution"))
    _pay_to(institution, holder=company.name_ko)
    assert actions.sweep_round(round_id=round_id) == 1
    again = Signal.objects.get(pk=one.pk)
    assert (again.status, again.strength, again.decided_by, again.reason) == ("OPEN", "STRONG", None, "")
    assert {seen["what"] for seen in again.evidence} == {"MAIL", "ACCOUNT"} and duties() == strong + 1
    actions.watch_signal(signal_id=one.pk, reason="계좌를 확인합니다.", by=officer)
    _pay_to(institution, holder="아무개")
    assert actions.sweep_round(round_id=round_id) == 1
    assert Signal.objects.get(pk=one.pk).status == "WATCHED"
    _pay_to(institution, contact="else@elsewhere.example.kr")
    assert actions.sweep_round(round_id=round_id) == 0
    gone = Signal.objects.get(pk=one.pk)
    assert gone.gone_at and gone.evidence and gone.status == "WATCHED"
    told = Event.objects.filter(subject_ref=one.ref).order_by("seq").values_list("name", flat=True)
    assert list(told) == [f"signal.{word}" for word in ("found", "dismissed", "renewed", "watched", "renewed", "gone")]


def _pay_to(institution, **changes) -> None:
    """Another account takes the place of the one before."""
    held = PayeeAccount.objects.get(institution=institution, is_current=True)
    PayeeAccount.objects.filter(pk=held.pk).update(is_current=False)
    given = {name: getattr(held, name) for name in ("bank_code", "number", "holder", "contact", "entered_by")}
    PayeeAccount.objects.create(institution=institution, **{**given, **changes})


@in_rollback
def test_a_person_decides_with_a_reason_and_only_who_may():
    make.small()
    one, officer = Signal.objects.filter(strength="STRONG", parties__company__isnull=False)[0], person(Role.MINISTRY_OFFICER)
    given = {"signal_id": one.pk, "by": officer}
    refused(actions.watch_signal, "reason_missing", reason="  ", **given)
    for role in (Role.AUDITOR, Role.OPERATOR_CASE, Role.OPERATOR_FINANCE, Role.SYSADMIN):
        with pytest.raises(NotAllowed):
            actions.dismiss_signal(signal_id=one.pk, reason="이유", by=person(role))
    organisation = one.parties.filter(company__isnull=False)[0].company.organisation
    conflict = ConflictOfInterest.objects.create(user=officer, organisation=organisation, ground="친족", declared_by=officer)
    refused(actions.watch_signal, "conflict", reason="이유", **given)
    conflict.ended_on = clock.today() - timedelta(days=1)
    conflict.save()
    decided = actions.watch_signal(reason="지켜봅니다.", **given)
    assert (decided.status, decided.decided_by, decided.reason) == ("WATCHED", officer, "지켜봅니다.")
    assert not Duty.objects.filter(subject_ref=one.ref, closed_at__isnull=True).exists()
    with pytest.raises(IllegalStep):
        actions.watch_signal(reason="또", **given)
    actions.dismiss_signal(signal_id=one.pk, reason="해명되었습니다.", by=person(Role.MINISTRY_APPROVER))
    assert Application.objects.filter(round=one.round).exclude(status="SELECTED").count() == 0  # nothing was stopped by it


@in_rollback
def test_it_is_referred_to_one_inspection_or_clawback_of_its_own_parties():
    make.small()
    one, other = Signal.objects.filter(kind="FAR_PRICE")[0], Signal.objects.filter(kind="SPLIT_PAYMENTS")[0]
    officer, given = person(Role.MINISTRY_OFFICER), {"signal_id": one.pk, "reason": "현장에서 봅니다."}
    (agreement,) = {case.agreement for case in _agreements(one)}
    (others,) = {case.agreement for case in _agreements(other)}
    theirs, elsewhere = (_inspection(row, officer) for row in (agreement, others))
    refused(actions.refer_signal, "refer_to_one", by=officer, **given)
    refused(actions.refer_signal, "not_theirs", inspection=elsewhere, by=officer, **given)
    actions.refer_signal(inspection=theirs, by=officer, **given)
    found = Signal.objects.get(pk=one.pk)
    assert (found.status, found.inspection, found.clawback) == ("REFERRED", theirs, None)
    assert Inspection.objects.get(pk=theirs.pk).status == "PLANNED"
    actions.dismiss_signal(signal_id=one.pk, reason="점검에서 해명되었습니다.", by=officer)
    assert Signal.objects.get(pk=one.pk).inspection is None


def _agreements(signal: Signal):
    from vouchers.agreements.models import AgreementLine

    companies = signal.parties.filter(company__isnull=False).values("company_id")
    return AgreementLine.objects.filter(agreement__company_id__in=companies).select_related("agreement")


def _inspection(agreement, by) -> Inspection:
    return Inspection.objects.create(
        agreement=agreement, kind="INTERIM", planned_on=clock.today(), place="회의실", purpose="대가 확인", planned_by=by
    )


@in_rollback
def test_a_hand_in_keeps_the_digest_of_its_network_for_as_long_as_the_policy_says():
    token = access.source.set("203.0.113.9")
    try:
        owner = apps.firm()
        application = applications.submit(application_id=apps.draft(owner).pk, by=owner.representative)
    finally:
        access.source.reset(token)
    kept = Application.objects.get(pk=application.pk)
    assert kept.network_digest == digests.network("203.0.113.9") and "203.0.113" not in json.dumps(kept.company_snapshot)
    ends = kept.round.closes_at + timedelta(days=kept.round.policy().signalling.network_days)
    assert applications.forget_networks(now=ends - timedelta(minutes=1)) == 0
    assert applications.forget_networks(now=ends + timedelta(minutes=1)) == 1
    assert applications.forget_networks(now=ends + timedelta(minutes=2)) == 0
    assert not Application.objects.get(pk=application.pk).network_digest
    assert Erasure.objects.get(kind="applications.forget_networks").count == 1
    assert apps.submitted().network_digest == ""  # by no request: nothing to keep


@in_rollback
def test_rounds_without_applications_rehearsals_and_archived_ones_are_not_looked_at():
    make_closed_round()
    round_ = Round.objects.get(pk=make.small())
    assert list(queries.rounds_to_sweep()) == [round_]
    assert actions.sweep_signals() == 0
    Round.objects.filter(pk=round_.pk).update(status="ARCHIVED")
    assert not queries.rounds_to_sweep()


def test_two_sweeps_at_once_find_each_sign_once(committed_db):
    round_ = make_closed_round()
    make.lay_out(made.made(4, make.SEED), round_)
    found = together(
        lambda: actions.sweep_round(round_id=round_.pk), lambda: actions.sweep_round(round_id=round_.pk),
        behind=sweeping.LOCKS + round_.pk,
    )  # fmt: skip
    assert sorted(found)[0] == 0 < sorted(found)[1] == Signal.objects.count() == Event.objects.filter(name="signal.found").count()
    assert Duty.objects.filter(verb="decide_signal").count() == Signal.objects.filter(strength="STRONG").count()


@in_rollback
def test_the_database_itself_refuses():
    make.small()
    one, officer = Signal.objects.filter(parties__company__isnull=False)[0], person(Role.MINISTRY_OFFICER)
    table, its, by = "vouchers_signal", f"WHERE id = {one.pk}", f"decided_by_id = {officer.pk}, decided_at = now()"
    inspection = _inspection(_agreements(one)[0].agreement, officer)
    copied = "round_id, kind, key, points, strength, status, evidence, evidence_digest, rules_version, reason, created_at, updated_at, version"
    decided = copied.replace("status", "'WATCHED'")
    company = Company.objects.exclude(pk__in=one.parties.exclude(company=None).values("company_id"))[0]
    for sql, word in (
        (f"INSERT INTO {table} (ref, {copied}) SELECT 'sig-again', {copied} FROM {table} {its}", "signal_once"),
        (f"INSERT INTO {table} (ref, {copied}) SELECT 'sig-again', {decided} FROM {table} {its}", "found before a person decides"),
        (f"UPDATE {table} SET points = 0 {its}", "signal_has_evidence"),
        (f"UPDATE {table} SET evidence = '[]' {its}", "signal_has_evidence"),
        (f"UPDATE {table} SET evidence_digest = 'x' {its}", "signal_digest_shape"),
        (f"UPDATE {table} SET status = 'DISMISSED' {its}", "signal_decided_by_a_person"),
        (f"UPDATE {table} SET status = 'DISMISSED', {by} {its}", "signal_decided_by_a_person"),
        (f"UPDATE {table} SET reason = 'r', {by} {its}", "signal_decided_by_a_person"),
        (f"UPDATE {table} SET status = 'REFERRED', reason = 'r', {by} {its}", "signal_referred_to_one"),
        (f"UPDATE {table} SET status = 'WATCHED', reason = 'r', inspection_id = {inspection.pk}, {by} {its}", "signal_referred_to_one"),
        (f"UPDATE {table} SET status = 'WATCHED', reason = 'r', decided_by_id = {officer.pk}, decided_at = created_at - interval '1 s' {its}", "signal_decided_after_found"),
        (f"UPDATE {table} SET key = 'another' {its}", "never changes"),
        (f"DELETE FROM {table} {its}", "never deleted"),
        (f"UPDATE vouchers_signalparty SET company_id = {company.pk} WHERE signal_id = {one.pk}", "stays named"),
        (f"DELETE FROM vouchers_signalparty WHERE signal_id = {one.pk}", "stays named"),
        (f"INSERT INTO vouchers_signalparty (signal_id) VALUES ({one.pk})", "signal_party_is_one"),
        (f"INSERT INTO vouchers_signalparty (signal_id, company_id) SELECT signal_id, company_id FROM vouchers_signalparty WHERE signal_id = {one.pk} AND company_id IS NOT NULL", "signal_party_once"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        assert word in str(error.value), (sql, str(error.value))
