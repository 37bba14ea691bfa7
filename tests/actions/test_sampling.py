"""An auditor draws a sample of what was paid, looks at each payment, marks what is wrong; who was asked answers, the auditor closes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories import settling as s
from tests.factories.providers import person
from vouchers.settlements import actions, queries, tasks
from vouchers.settlements.models import AuditFinding, AuditSample, SampleItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid() -> Any:
    """A project of which two tranches of 160,000,000 won were paid yesterday; then it is today."""
    at, desk, _row = s.ended(parts=2, done=2)
    with clock.at(clock.now() + timedelta(days=1)):
        yield at, desk


def drawn(at: Any, by: Any = None, **more: Any) -> AuditSample:
    days = {"paid_from": clock.today() - timedelta(days=5), "paid_until": clock.today() - timedelta(days=1), **more}
    return actions.draw_sample(round_id=at.agreement.round_id, by=by or person("AUDITOR"), **days)


def marked(item: SampleItem, auditor: Any, **more: Any) -> AuditFinding:
    given = {
        "kind": "NO_EVIDENCE",
        "seriousness": "MAJOR",
        "amount_won": 1_000,
        "text": "증빙이 없습니다.",
        "answered_as": "OPERATOR_FINANCE",
    }
    return actions.mark_finding(item_id=item.pk, by=auditor, **{**given, **more})


def test_a_sample_keeps_what_it_was_drawn_from_and_is_drawn_again_the_same(paid: Any) -> None:
    at, _desk = paid
    row = drawn(at)
    assert (row.number, row.frame_count, row.frame_won, row.threshold_won) == (1, 2, 320_000_000, 100_000_000)
    assert [item.why for item in row.items.all()] == ["THRESHOLD", "THRESHOLD"] and len(row.seed) == 32
    assert list(queries.sample_faults()) == [] and Event.objects.get(name="audit_sample.drawn").data["seed"] == row.seed
    assert Duty.objects.get(verb="examine_sample").role == "AUDITOR"
    again = drawn(at)
    assert again.number == 2 and again.frame_digest == row.frame_digest and again.seed != row.seed
    assert {one.disbursement_id for one in again.items.all()} == {one.disbursement_id for one in row.items.all()}


def test_verify_names_a_sample_that_was_changed_by_hand(paid: Any) -> None:
    at, _desk = paid
    row = drawn(at)
    changes = {
        "seed = 'x', threshold_won = 1000000000000": "not those that its seed gives", "frame_won = 1": "its sums are not",
        "frame_digest = repeat('0', 64)": "fingerprint", "paid_from = paid_from + 6, paid_until = paid_until + 6": "what the ledger says",
        "rule = 'x'": "is unknown",
    }  # fmt: skip
    for words, said in changes.items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"UPDATE vouchers_auditsample SET {words} WHERE id = %s", [row.pk])
            if "seed" in words:
                cursor.execute("UPDATE vouchers_sampleitem SET position = position + 9, why = 'LEAST'")
            found = list(queries.sample_faults())
            transaction.set_rollback(True)
        assert any(said in one for one in found), (words, found)


def test_what_is_not_over_or_not_there_is_no_frame_and_others_draw_nothing(paid: Any) -> None:
    at, desk = paid
    today = clock.today()
    for days, word in (
        ({"paid_until": today}, "이미 지난"), ({"paid_from": today, "paid_until": today - timedelta(days=1)}, "마지막 날이"),
        ({"paid_from": today - timedelta(days=90), "paid_until": today - timedelta(days=60)}, "지급한 것이 없습니다"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=word):
            drawn(at, **days)
    for somebody in (desk.finance, at.operator, at.company):
        with pytest.raises(NotAllowed):
            drawn(at, by=somebody)


def test_a_payment_is_cleared_and_the_last_look_ends_the_duty(paid: Any) -> None:
    at, desk = paid
    auditor = person("AUDITOR")
    one, two = drawn(at, auditor).items.all()
    with pytest.raises(NotAllowed):
        actions.clear_item(item_id=one.pk, note="", by=desk.finance)
    actions.clear_item(item_id=one.pk, note="대조함", by=auditor)
    with pytest.raises(Refused, match="이미 이상 없음"):
        actions.clear_item(item_id=one.pk, note="", by=auditor)
    assert Duty.objects.filter(verb="examine_sample", closed_at=None).exists()
    marked(two, auditor)
    assert not Duty.objects.filter(verb="examine_sample", closed_at=None).exists()
    with pytest.raises(Refused, match="지적사항이 있습니다"):
        actions.clear_item(item_id=two.pk, note="", by=auditor)
    marked(one, auditor, amount_won=0, kind="PROCEDURE")
    one.refresh_from_db()
    assert one.cleared_at is None  # found in order no more
    found = queries.sample_standing(one.sample)
    assert (found.looked, found.of, found.wrong_won, found.projected_won) == (2, 2, 1_000, 1_000)


def test_a_finding_is_answered_asked_again_and_closed(paid: Any) -> None:
    at, desk = paid
    auditor = person("AUDITOR")
    item = drawn(at, auditor).items.first()
    assert item is not None
    for more, word in (
        ({"amount_won": 160_000_001}, "지급액보다"),
        ({"text": " "}, "발견한 내용"),
        ({"answered_as": "AUDITOR"}, "답변할 부서"),
    ):
        with pytest.raises(Refused, match=word):
            marked(item, auditor, **more)
    with pytest.raises(NotAllowed):
        marked(item, desk.finance)
    row = marked(item, auditor)
    duty = Duty.objects.get(verb="answer_audit_finding")
    assert duty.role == "OPERATOR_FINANCE" and duty.due_at is not None
    approver = person("MINISTRY_APPROVER")
    with clock.at(duty.due_at + timedelta(days=20)):
        assert tasks.escalate() > 0 and tasks.escalate() == 0
    assert Notice.objects.filter(template="duty_escalated", subject_ref=duty.ref, user=approver).exists()
    for somebody in (auditor, at.operator):
        with pytest.raises(NotAllowed):
            actions.answer_audit_finding(finding_id=row.pk, answer="답", by=somebody)
    with pytest.raises(Refused, match="사실과 조치"):
        actions.answer_audit_finding(finding_id=row.pk, answer=" ", by=desk.finance)
    with pytest.raises(IllegalStep):
        actions.close_audit_finding(finding_id=row.pk, by=auditor)
    actions.answer_audit_finding(finding_id=row.pk, answer="증빙을 찾았습니다.", by=desk.finance)
    with pytest.raises(NotAllowed):
        actions.close_audit_finding(finding_id=row.pk, by=desk.finance)
    with pytest.raises(Refused, match="사유"):
        actions.reopen_audit_finding(finding_id=row.pk, reason="", by=auditor)
    actions.reopen_audit_finding(finding_id=row.pk, reason="원본이 필요합니다.", by=auditor)
    assert Duty.objects.filter(verb="answer_audit_finding", closed_at=None).count() == 1
    actions.answer_audit_finding(finding_id=row.pk, answer="원본을 올렸습니다.", by=desk.finance)
    ended = actions.close_audit_finding(finding_id=row.pk, by=auditor)
    assert (ended.status, ended.ended_by) == ("CLOSED", auditor) and not Duty.objects.filter(
        subject_ref=row.ref, closed_at=None
    ).exists()
    told = list(Event.objects.filter(subject_ref=row.ref).order_by("seq").values_list("name", flat=True))
    assert told == [f"audit_finding.{one}" for one in ("marked", "answered", "reopened", "answered", "closed")]


def test_a_mistaken_finding_is_withdrawn_and_stays_in_the_record(paid: Any) -> None:
    at, _desk = paid
    auditor = person("AUDITOR")
    item = drawn(at, auditor).items.first()
    assert item is not None
    row = actions.withdraw_audit_finding(finding_id=marked(item, auditor).pk, reason="제 착오입니다.", by=auditor)
    assert row.status == "WITHDRAWN" and queries.sample_standing(item.sample).wrong_won == 0
    assert actions.clear_item(item_id=item.pk, note="", by=auditor).cleared_by == auditor
    assert not Duty.objects.filter(verb="answer_audit_finding", closed_at=None).exists()


def test_the_database_refuses_what_the_actions_would_not_do(paid: Any) -> None:
    at, desk = paid
    auditor = person("AUDITOR")
    row = drawn(at, auditor)
    one, two = row.items.all()
    row_of = {"vouchers_auditsample": row.pk, "vouchers_sampleitem": one.pk}
    finding = marked(two, auditor)
    row_of["vouchers_auditfinding"] = finding.pk
    actions.clear_item(item_id=one.pk, note="", by=auditor)
    insert = "INSERT INTO {0} SELECT (jsonb_populate_record(t, %s)).* FROM {0} t WHERE id = %s"
    refused = [
        ("vouchers_auditsample", "seed = 'mine'", "stays as it was drawn"), ("vouchers_auditsample", None, "stays as it was drawn"),
        ("vouchers_sampleitem", "amount_won = 1", "stays as it was drawn"), ("vouchers_sampleitem", None, "never deleted"),
        ("vouchers_sampleitem", "cleared_by_id = NULL", "sample_item_cleared_by_somebody"),
        ("vouchers_auditfinding", "amount_won = 2", "what was found stays"), ("vouchers_auditfinding", None, "never deleted"),
        ("vouchers_auditfinding", "status = 'CLOSED'", "audit_finding_answered_whole|audit_finding_ended_whole"),
        ("vouchers_auditfinding", f"answer = 'x', answered_at = now(), answered_by_id = {auditor.pk}, status = 'ANSWERED'", "audit_finding_apart"),
    ]  # fmt: skip
    for table, words, guard in refused:
        sql = f"UPDATE {table} SET {words} WHERE id = %s" if words else f"DELETE FROM {table} WHERE id = %s"
        with pytest.raises(IntegrityError, match=guard), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [row_of[table]])
    with pytest.raises(IntegrityError, match="a finding stands"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE vouchers_sampleitem SET cleared_at = now(), cleared_by_id = %s WHERE id = %s", [auditor.pk, two.pk]
        )
    copies = [
        ("vouchers_auditsample", row.pk, '{"id": 900001, "ref": "x1"}', "audit_sample_number_once"),
        ("vouchers_auditsample", row.pk, '{"id": 900002, "ref": "x2", "number": 9, "paid_until": "2000-01-01"}', "audit_sample_period"),
        ("vouchers_auditsample", row.pk, '{"id": 900003, "ref": "x3", "number": 9, "interval_won": 0}', "audit_sample_of_something"),
        ("vouchers_sampleitem", one.pk, '{"id": 900004, "ref": "x4", "position": 9}', "sample_item_once"),
        ("vouchers_sampleitem", one.pk, '{"id": 900005, "ref": "x5", "position": 9, "amount_won": 1}', "no such payment"),
        ("vouchers_auditfinding", finding.pk, '{"id": 900006, "ref": "x6", "amount_won": 160000001}', "more cannot be wrong"),
        ("vouchers_auditfinding", finding.pk, '{"id": 900007, "ref": "x7", "text": ""}', "audit_finding_says_something"),
        ("vouchers_auditfinding", finding.pk, f'{{"id": 900008, "ref": "x8", "item_id": {one.pk}}}', "found in order"),
    ]  # fmt: skip
    for table, pk, change, guard in copies:
        with pytest.raises(IntegrityError, match=guard), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(insert.format(table), [change, pk])
    position = '{"id": 900009, "ref": "x9", "position": 1}'
    with (
        pytest.raises(IntegrityError, match=r"sample_item_(position_)?once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(insert.format("vouchers_sampleitem"), [position, two.pk])
    assert desk.finance.pk
