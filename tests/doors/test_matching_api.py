"""A hospital's program prepares a quote: once, within its scope, with the agreement of the hospital's people before it leaves."""

from datetime import timedelta
from typing import Any

import pytest

from portal.kit import clock
from tests.factories import keys, providers, quotes
from tests.factories.keys import Program
from vouchers.matching import actions
from vouchers.matching.models import Quote, QuoteDraft

pytestmark = pytest.mark.django_db
QUOTES = "/api/v1/quotes/"


@pytest.fixture
def stage() -> quotes.Stage:
    return quotes.stage()


def body(request: Any, **changes: Any) -> dict[str, Any]:
    return {
        "request": request.ref, "lines": quotes.lines(), "valid_until": (clock.today() + timedelta(days=quotes.VALID_DAYS)).isoformat(),
        "access_mode": "CLOSED_ROOM", "lead_time_days": 40, **quotes.INVESTIGATOR, **changes,
    }  # fmt: skip


def program(stage: quotes.Stage, *scopes: str) -> Program:
    return Program(keys.key(stage.hospital, *(scopes or ("quotes:write",)))[1])


def test_a_quote_is_prepared_and_leaves_with_the_agreement_of_people(stage: quotes.Stage) -> None:
    request, speaker = quotes.asked(stage), program(stage)
    nobody = speaker.post(QUOTES, body(request), Idempotency_Key="q0")
    assert nobody.status_code == 409 and nobody.json()["code"] == "no_approver" and not QuoteDraft.objects.exists()
    quotes.approver(stage.hospital.organisation)
    answer = speaker.post(QUOTES, body(request), Idempotency_Key="q1")
    assert answer.status_code == 201, answer.content
    said, draft = answer.json(), QuoteDraft.objects.get()
    assert said == {
        "id": draft.ref, "request": request.ref, "state": "PREPARED", "supply_amount_won": 100_000_000, "vat_won": 7_000_000,
        "waits_for": ["approver", "investigator"],
    }  # fmt: skip
    assert draft.prepared_by == stage.hospital.user and not Quote.objects.exists()
    again = speaker.post(QUOTES, body(request), Idempotency_Key="q1")
    assert again.status_code == 201 and again.json() == said and QuoteDraft.objects.count() == 1
    actions.approve_quote(draft_id=draft.pk, by=quotes.approver(stage.hospital.organisation))
    assert not Quote.objects.exists()
    other = speaker.post(QUOTES, body(request, lead_time_days=50), Idempotency_Key="q2")
    assert other.status_code == 201 and QuoteDraft.objects.count() == 2  # replaced, as on the page
    draft.refresh_from_db()
    assert draft.status == "REPLACED"


def test_an_idempotency_key_is_needed(stage: quotes.Stage) -> None:
    answer = program(stage).post(QUOTES, body(quotes.asked(stage)))
    assert answer.status_code == 400 and answer.json()["fields"] == ["Idempotency-Key"] and not QuoteDraft.objects.exists()


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"colour": "red"}, 400, "colour"), ({"request": "qrq-0000000000"}, 400, "request"), ({"valid_until": "soon"}, 400, "valid_until"),
        ({"lines": []}, 409, "lines"), ({"lines": [{"kind": "EXTRACTION"}]}, 400, "lines"), ({"lines": "free"}, 400, "lines"),
        ({"lines": quotes.lines(unit_price_won=-1)}, 400, "lines"), ({"lines": quotes.lines(quantity="1.234")}, 400, "lines"),
        ({"lines": quotes.lines(payee="nobody")}, 400, "lines"), ({"valid_until": "2020-01-01"}, 409, "valid_until"),
        ({"access_mode": "HOME"}, 409, "access_mode"), ({"investigator_email": "x"}, 400, "investigator_email"),
        ({"investigator_name": ""}, 409, "investigator_name"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(stage: quotes.Stage, change: dict[str, Any], status: int, named: str) -> None:
    answer = program(stage).post(QUOTES, body(quotes.asked(stage)) | change, Idempotency_Key="x")
    told = answer.json()
    assert answer.status_code == status, answer.content
    assert named in told.get("fields", []) or told.get("field") == named
    assert not QuoteDraft.objects.exists()


def test_only_the_asked_hospitals_key_with_the_scope_quotes(stage: quotes.Stage) -> None:
    request = quotes.asked(stage)
    other = Program(keys.key(providers.provider(), "quotes:write")[1])
    assert other.post(QUOTES, body(request), Idempotency_Key="x").json()["fields"] == ["request"]
    assert program(stage, "offers:write").post(QUOTES, body(request), Idempotency_Key="x").status_code == 403
    assert Program().post(QUOTES, body(request), Idempotency_Key="x").status_code == 401
    assert Program().get(QUOTES).status_code == 405
    assert not QuoteDraft.objects.exists()


def test_a_request_that_ended_is_quoted_no_more(stage: quotes.Stage) -> None:
    request = quotes.asked(stage)
    actions.decline_request(request_id=request.pk, reason="여력이 없습니다", by=stage.hospital.user)
    answer = program(stage).post(QUOTES, body(request), Idempotency_Key="x")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_step")
