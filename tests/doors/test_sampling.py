"""Pages of samples: auditor, who answers, other staff, stranger, anonymous; what is refused keeps what was typed; looks are logged."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from portal.journal.models import AccessLog
from portal.kit import clock
from tests.doors import as_
from tests.doors.test_desk_doors import queries
from tests.factories import settling as s
from tests.factories.providers import person
from vouchers.settlements import actions
from vouchers.settlements.models import AuditFinding, AuditSample

pytestmark = pytest.mark.django_db
LIST, NEW = "/en/settlements/samples/", "/en/settlements/samples/new/"


@pytest.fixture
def scene() -> Any:
    at, desk, _row = s.ended(parts=2, done=2)
    with clock.at(clock.now() + timedelta(days=1)):
        yield at, desk, person("AUDITOR")


def drawn(at: Any, auditor: Any) -> AuditSample:
    last = clock.today() - timedelta(days=1)
    return actions.draw_sample(round_id=at.agreement.round_id, paid_from=last, paid_until=last, by=auditor)


def test_an_auditor_draws_looks_marks_and_clears_in_the_browser(scene: Any) -> None:
    at, desk, auditor = scene
    client, day = as_(auditor), str(clock.today() - timedelta(days=1))
    assert "No sample was drawn yet" in client.get(LIST).content.decode()
    wrong = client.post(NEW, {"round": at.agreement.round_id, "paid_from": day, "paid_until": str(clock.today())})
    assert wrong.status_code == 422 and day in wrong.content.decode() and "a last day that is over" in wrong.content.decode()
    page = client.post(NEW, {"round": at.agreement.round_id, "paid_from": day, "paid_until": day}, follow=True)
    row = AuditSample.objects.get()
    assert row.seed in page.content.decode() and "Drawn. The sample" in page.content.decode()
    one, two = row.items.all()
    there = f"{LIST}{row.ref}/{one.ref}/"
    shown = client.get(there).content.decode()
    assert f"/en/payments/{one.disbursement.ref}/" in shown and "Make the whole file" in shown
    looks = AccessLog.objects.filter(by=auditor)
    assert looks.filter(task="payment of an audit sample", subject_ref=one.ref, persons=[at.firm.company.ref]).exists()
    assert looks.filter(task="audit sample", subject_ref=row.ref).exists()
    facts = {
        "kind": "NO_EVIDENCE",
        "seriousness": "GRAVE",
        "amount_won": "999,999,999",
        "text": "Typed",
        "answered_as": "OPERATOR_CASE",
    }
    refused = client.post(f"{there}finding/", facts)
    assert (
        refused.status_code == 422 and "Typed" in refused.content.decode() and "More cannot be wrong" in refused.content.decode()
    )
    assert client.post(f"{there}finding/", {**facts, "amount_won": "5,000"}).status_code == 303
    assert client.post(f"{there}clear/", {"note": "n"}).status_code == 422
    assert client.post(f"{LIST}{row.ref}/{two.ref}/clear/", {"note": "compared"}).status_code == 303
    text = client.get(f"{LIST}{row.ref}/").content.decode()
    assert "2 / 2" in text and "No finding" in text and "5,000" in text
    assert as_(desk.finance).get(f"{LIST}{row.ref}/{two.ref}/").status_code == 404  # nothing was found there


def test_who_was_asked_answers_and_others_see_what_they_may(scene: Any) -> None:
    at, desk, auditor = scene
    row = drawn(at, auditor)
    item = row.items.first()
    there = f"{LIST}{row.ref}/{item.ref}/"
    assert as_(desk.finance).get(f"{LIST}{row.ref}/").status_code == 404
    finding = actions.mark_finding(
        item_id=item.pk, kind="OTHER", seriousness="MINOR", amount_won=0, text="Found", answered_as="OPERATOR_FINANCE", by=auditor
    )
    verb = f"{there}{finding.ref}/"
    assert (
        "Found" in as_(desk.finance).get(there).content.decode() and as_(desk.finance).post(f"{there}finding/").status_code == 403
    )
    for stranger in (at.company, person("MINISTRY_APPROVER"), person("EVALUATOR")):
        assert as_(stranger).get(there).status_code == 404 and as_(stranger).get(NEW).status_code == 403
    assert "/accounts/login/" in Client().get(there)["Location"] and "/accounts/login/" in Client().get(LIST)["Location"]
    empty = as_(desk.finance).post(f"{verb}answer/", {"answer": ""})
    assert empty.status_code == 422 and "error" in empty.content.decode()
    assert "Another office" in as_(at.operator).post(f"{verb}answer/", {"answer": "x"}, follow=True).content.decode()
    assert as_(desk.finance).post(f"{verb}answer/", {"answer": "Done so"}).status_code == 303
    assert as_(desk.finance).post(f"{verb}close/", follow=True).status_code in {200, 403}
    assert AuditFinding.objects.get().status == "ANSWERED"
    assert as_(auditor).post(f"{verb}reopen/", {"reason": ""}).status_code == 422
    assert as_(auditor).post(f"{verb}close/").status_code == 303 and AuditFinding.objects.get().status == "CLOSED"
    assert as_(auditor).post(f"{verb}dance/").status_code == 404
    page = as_(auditor).get(f"/en/admin/vouchers/auditfinding/{finding.pk}/change/").content.decode()
    assert "Found" in page and as_(auditor).get(f"/en/admin/vouchers/auditsample/{row.pk}/change/").status_code == 200


def test_pages_of_samples_ask_as_much_for_many_findings_as_for_one(scene: Any) -> None:
    at, _desk, auditor = scene
    row = drawn(at, auditor)
    facts = {"kind": "OTHER", "seriousness": "MINOR", "amount_won": 0, "text": "x", "answered_as": "OPERATOR_CASE", "by": auditor}
    one, two = row.items.all()
    actions.mark_finding(item_id=one.pk, **facts)
    client, pages = as_(auditor), (LIST, f"{LIST}{row.ref}/")
    few = [queries(client, address) for address in pages]
    for item in (one, two, two, two):
        actions.mark_finding(item_id=item.pk, **facts)
    drawn(at, auditor)
    assert [queries(client, address) for address in pages] == few
