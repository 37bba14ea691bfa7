"""What the database refuses even to SQL, and twenty submissions at once."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction

from portal.journal.models import Event
from portal.kit import clock
from portal.kit.errors import DomainError
from tests.factories import applications as make
from tests.factories.rounds import make_round
from vouchers.applications import actions
from vouchers.applications.models import Application, ApplicationSection, Certification

database = pytest.mark.django_db


def refused(run) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        run()
    return str(error.value)


def rows(application):
    return Application.objects.filter(pk=application.pk)


@database
def test_submission_outside_the_window_is_refused_by_the_database():
    round_ = make_round()
    application = make.draft(round_=round_)
    given = {
        "status": "SUBMITTED", "receipt_no": "HDV-1", "submitted_by": application.created_by, "deadline_at": round_.closes_at,
    }  # fmt: skip
    for at in (round_.closes_at, round_.closes_at + timedelta(days=1), round_.opens_at - timedelta(seconds=1)):
        refused(lambda at=at: rows(application).update(submitted_at=at, **given))
    later = {**given, "deadline_at": round_.closes_at + timedelta(days=9)}
    refused(lambda: rows(application).update(submitted_at=clock.now(), **later))
    rows(application).update(submitted_at=round_.closes_at - timedelta(microseconds=1), **given)


@database
def test_money_identity_and_ceiling():
    application = make.draft()
    refused(lambda: rows(application).update(own_cash_won=1))
    refused(lambda: rows(application).update(grant_won=320_000_001, own_cash_won=79_999_999))


@database
def test_what_was_handed_in_is_frozen():
    application = make.submitted()
    for change in (
        {"own_in_kind_won": 1}, {"title": "x"}, {"receipt_no": "HDV-2"}, {"company_snapshot": {}}, {"region": "SEOUL"},
        {"submitted_at": clock.now() - timedelta(hours=1)}, {"policy_version": None}, {"company": make.firm().company},
    ):  # fmt: skip
        refused(lambda change=change: rows(application).update(**change))
    refused(lambda: ApplicationSection.objects.filter(application=application, key="project").update(answers={}))
    refused(lambda: application.application_documents.update(current=False))
    refused(lambda: Certification.objects.filter(application=application).update(content_hash="0" * 64))
    refused(lambda: rows(application).delete())
    assert ApplicationSection.objects.filter(application=application).update(state="COMPLETE") == 6


@database
def test_one_live_application_is_refused_by_the_database():
    application = make.draft()
    twin = Application(
        round=application.round, track=application.track, company=application.company, created_by=application.created_by
    )
    refused(twin.save)


@database
def test_submitted_needs_a_receipt():
    application = make.draft()
    refused(lambda: rows(application).update(status="ELIGIBLE"))


@database
def test_receipts_come_from_a_sequence():
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('vouchers_application_receipt'), nextval('vouchers_application_receipt')")
        one, two = cursor.fetchone()
    assert two == one + 1


def test_twenty_submits_at_once_give_one_receipt(committed_db):
    owner = make.firm()
    application = make.draft(owner)
    results, barrier = [], threading.Barrier(20)

    def press() -> None:
        barrier.wait()
        try:
            results.append(actions.submit(application_id=application.pk, by=owner.representative).receipt_no)
        except DomainError as error:
            results.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    receipts = [r for r in results if r.startswith("HDV-")]
    assert len(receipts) == 1 and sorted(set(results) - set(receipts)) == ["illegal_step"]
    application.refresh_from_db()
    assert application.receipt_no == receipts[0]
    assert Event.objects.filter(subject_ref=application.ref, name="application.submitted").count() == 1


def test_two_starts_at_once_give_one_draft(committed_db):
    owner, round_ = make.firm(), make_round()
    track, results, barrier = round_.tracks.first(), [], threading.Barrier(6)

    def press() -> None:
        barrier.wait()
        try:
            results.append(actions.start(round_id=round_.pk, track_id=track.pk, by=owner.staff).ref)
        except DomainError as error:
            results.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("one_live_application") == 5
    assert Application.objects.filter(company=owner.company).count() == 1
