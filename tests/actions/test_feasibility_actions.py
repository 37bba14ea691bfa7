"""A count asked for before any review: who may ask and answer, what is kept, and what the database refuses."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock, workdays
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories import providers, quotes
from tests.factories.rounds import make_round
from vouchers.matching import actions
from vouchers.matching.models import FeasibilityQuery

pytestmark = pytest.mark.django_db


def asked(at: quotes.Stage, **more: Any) -> FeasibilityQuery:
    return actions.ask_feasibility(**{"need_id": at.need.pk, "dataset_id": at.offer.dataset_id, "by": at.firm.user, **more})


def answered(at: quotes.Stage, query: FeasibilityQuery, **more: Any) -> FeasibilityQuery:
    return actions.answer_feasibility(**{"query_id": query.pk, "count": 1234, "basis": "COUNTED", "by": at.hospital.user, **more})


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def events(query: FeasibilityQuery) -> list[str]:
    return [event.name for event in Event.objects.filter(subject_ref=query.ref).order_by("seq")]


def test_ask_feasibility_opens_a_duty_by_the_days_of_the_round(at: quotes.Stage) -> None:
    query = asked(at, message="흡연력도 볼 수 있습니까?")
    assert query.status == "ASKED" and query.bounds == [10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000]
    assert query.criteria == {
        "disease_codes": {"system": "KCD", "version": "9", "include": ["C34"], "exclude": []}, "modality": ["CT"],
        "patients_minimum": 500, "patients_wanted": 2000,
    }  # fmt: skip
    duty = Duty.objects.get(subject_ref=query.ref)
    assert (duty.verb, duty.organisation_id, duty.closed_at) == ("answer_feasibility", at.hospital.organisation.pk, None)
    assert duty.due_at == workdays.due_at(clock.now(), at.round.days("feasibility")) == query.due_at
    assert Notice.objects.get(subject_ref=query.ref).user == at.hospital.user
    assert events(query) == ["feasibility_query.asked"]


def test_the_bands_are_those_of_the_rounds_policy() -> None:
    at = quotes.stage()
    own = make_round(policy={"feasibility_threshold": 20, "feasibility_bands": [30, 50, 200], "target_days": {"feasibility": 3}})
    at.need = quotes.need(at.firm, own)
    query = asked(at)
    assert query.bounds == [20, 50, 200]  # 20 to 30 would be narrower than the smallest count
    assert query.due_at == workdays.due_at(clock.now(), 3)
    assert (answered(at, query, count=19).band_low, FeasibilityQuery.objects.get().band_high) == (0, 20)


@pytest.mark.parametrize(
    ("count", "band"), [(0, (0, 10)), (9, (0, 10)), (10, (10, 30)), (1234, (1000, 3000)), (10**8, (100000, None))]
)
def test_answer_feasibility_keeps_the_band_and_nowhere_the_number(
    at: quotes.Stage, count: int, band: tuple[int, int | None]
) -> None:
    query = answered(at, asked(at), count=count)
    query.refresh_from_db()
    assert (query.status, query.band_low, query.band_high, query.answered_by) == ("ANSWERED", *band, at.hospital.user)
    told = Event.objects.get(name="feasibility_query.answered")
    assert told.data == {"low": band[0], "high": band[1], "basis": "COUNTED"}
    assert not Duty.objects.filter(subject_ref=query.ref, closed_at__isnull=True).exists()
    if count == 1234:
        kept = [str(vars(row)) for model in (FeasibilityQuery, Event, Duty, Notice) for row in model.objects.all()]
        assert not [row for row in kept if "1234" in row.replace(query.ref, "") and "1,234" not in row and "'count'" in row]
        assert all("'1234'" not in row and ": 1234" not in row for row in kept)


def test_a_band_is_chosen_instead_of_a_number(at: quotes.Stage) -> None:
    query = answered(at, asked(at), count=None, band_low=100, basis="ESTIMATED")
    assert (query.band_low, query.band_high, query.basis) == (100, 300, "ESTIMATED")


@pytest.mark.parametrize(("given", "field"), [
    ({"count": None}, "band"), ({"count": 5, "band_low": 10}, "band"), ({"count": -1}, "count"), ({"count": None, "band_low": 37}, "band"),
    ({"basis": "GUESS"}, "basis"), ({"basis": ""}, "basis"),
])  # fmt: skip
def test_answer_feasibility_refuses_what_is_no_band(at: quotes.Stage, given: dict[str, Any], field: str) -> None:
    query = asked(at)
    with pytest.raises(Refused) as refused:
        answered(at, query, **given)
    assert refused.value.field == field
    query.refresh_from_db()
    assert query.status == "ASKED" and query.band_low is None


def test_refuse_feasibility_says_why_and_names_no_number(at: quotes.Stage) -> None:
    query = asked(at)
    for reason, text in (("", ""), ("OTHER", ""), ("OTHER", "환자 수는 7"), ("CANNOT_SEARCH", "일곱 명뿐입니다")):
        with pytest.raises(Refused):
            actions.refuse_feasibility(query_id=query.pk, reason=reason, text=text, by=at.hospital.user)
    refused = actions.refuse_feasibility(
        query_id=query.pk, reason="CANNOT_SEARCH", text="판독문만 찾습니다.", by=at.hospital.user
    )
    assert refused.status == "REFUSED" and refused.answered_by == at.hospital.user
    told = Notice.objects.get(template="feasibility_refused", user=at.firm.user, language="ko")
    assert "이 데이터에서는 해당 조건을 검색할 수 없습니다. 판독문만 찾습니다." in told.body
    with pytest.raises(IllegalStep):
        answered(at, query)


def test_ask_feasibility_refuses(at: quotes.Stage) -> None:
    draft = quotes.need(at.firm, at.round, posted=False)
    for need, dataset, code in (
        (draft.pk, at.offer.dataset_id, "not_posted"), (at.need.pk, 0, "not_published"),
        (quotes.need(at.firm).pk, at.offer.dataset_id, "demo_dataset"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            asked(at, need_id=need, dataset_id=dataset)
        assert refused.value.code == code
    asked(at)
    with pytest.raises(Refused) as refused:
        asked(at)
    assert refused.value.code == "asked_already"
    type(at.hospital.institution).objects.filter(pk=at.hospital.institution.pk).update(status="SUSPENDED")
    with pytest.raises(Refused) as refused:
        asked(at)
    assert refused.value.code == "not_in_portal"


def test_once_answered_it_may_be_asked_again(at: quotes.Stage) -> None:
    answered(at, asked(at))
    assert asked(at).status == "ASKED"


def test_who_may_ask_answer_and_withdraw(at: quotes.Stage) -> None:
    rival, other = quotes.firm(), providers.provider()
    for by in (rival.user, at.hospital.user, providers.person(Role.OPERATOR_CASE), providers.person(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            asked(at, by=by)
    query = asked(at, by=at.firm.colleague)
    for by in (other.user, at.firm.user, rival.user, providers.person(Role.MINISTRY_OFFICER)):
        with pytest.raises(NotAllowed):
            answered(at, query, by=by)
        with pytest.raises(NotAllowed):
            actions.refuse_feasibility(query_id=query.pk, reason="NO_STAFF", by=by)
    for by in (other.user, at.hospital.user, rival.user):
        with pytest.raises(NotAllowed):
            actions.withdraw_feasibility(query_id=query.pk, by=by)
    assert actions.withdraw_feasibility(query_id=query.pk, by=at.firm.user).status == "WITHDRAWN"


def test_questions_expire_after_twice_the_days(at: quotes.Stage) -> None:
    query = asked(at)
    assert actions.expire_feasibility(query.due_at + timedelta(days=1)) == 0
    assert actions.expire_feasibility(query.due_at + timedelta(days=60)) == 1
    assert actions.expire_feasibility(query.due_at + timedelta(days=60)) == 0
    query.refresh_from_db()
    assert query.status == "EXPIRED" and Notice.objects.filter(template="feasibility_expired").count() >= 2


def test_a_need_is_not_closed_while_somebody_counts(at: quotes.Stage) -> None:
    query = asked(at)
    with pytest.raises(Refused) as refused:
        actions.close_need(need_id=at.need.pk, by=at.firm.user)
    assert refused.value.code == "counts_open"
    actions.withdraw_feasibility(query_id=query.pk, by=at.firm.user)
    assert actions.close_need(need_id=at.need.pk, by=at.firm.user).status == "CLOSED"


def test_a_question_keeps_what_was_asked_when_the_need_changes(at: quotes.Stage) -> None:
    query = asked(at)
    actions.save_need(
        need_id=at.need.pk, company_id=at.firm.company.pk, round_id=at.round.pk, title=at.need.title,
        document=quotes.document(min_age=70), by=at.firm.user,
    )  # fmt: skip
    query.refresh_from_db()
    assert "min_age" not in query.criteria


# ── What commits and the database show ───────────────────────────────────────────────────────────────
def broken(sql: str, *values: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_the_database_keeps_out_a_number_that_is_no_band(at: quotes.Stage) -> None:
    query = asked(at)
    answer = (
        "UPDATE vouchers_feasibilityquery SET status = 'ANSWERED', basis = 'COUNTED', answered_at = now(), answered_by_id = %s,"
    )
    for low, high in ((37, 38), (37, 100), (10, 100), (10, None), (0, 30), (100000, 200000)):
        broken(f"{answer} band_low = %s, band_high = %s WHERE id = %s", at.hospital.user.pk, low, high, query.pk)
    broken("UPDATE vouchers_feasibilityquery SET band_low = 0, band_high = 10 WHERE id = %s", query.pk)  # no answer, no band
    broken("UPDATE vouchers_feasibilityquery SET status = 'ANSWERED' WHERE id = %s", query.pk)
    broken(
        "UPDATE vouchers_feasibilityquery SET status = 'REFUSED', answered_at = now(), answered_by_id = created_by_id WHERE id = %s",
        query.pk,
    )
    broken("UPDATE vouchers_feasibilityquery SET answered_at = now() WHERE id = %s", query.pk)


def test_the_database_keeps_question_and_answer_as_they_are(at: quotes.Stage) -> None:
    query = asked(at)
    broken("UPDATE vouchers_feasibilityquery SET bounds = '{1,2,3}' WHERE id = %s", query.pk)
    broken("UPDATE vouchers_feasibilityquery SET criteria = '{}' WHERE id = %s", query.pk)
    broken("DELETE FROM vouchers_feasibilityquery WHERE id = %s", query.pk)
    answered(at, query)
    broken("UPDATE vouchers_feasibilityquery SET band_low = 0, band_high = 10 WHERE id = %s", query.pk)
    broken(
        "UPDATE vouchers_feasibilityquery SET status = 'ASKED', band_low = NULL, band_high = NULL, basis = '' WHERE id = %s",
        query.pk,
    )


@pytest.mark.parametrize("bounds", ["{}", "{0}", "{10,15}", "{10,9}", "{10,30,35}"])
def test_the_database_wants_bands_that_hide_enough(at: quotes.Stage, bounds: str) -> None:
    query = asked(at)
    actions.withdraw_feasibility(query_id=query.pk, by=at.firm.user)
    columns = "need_id, institution_id, dataset_id, criteria, message, basis, reason, due_at, created_by_id, created_at, updated_at, version"
    broken(
        f"INSERT INTO vouchers_feasibilityquery (ref, status, bounds, {columns}) SELECT 'fsq-x', 'ASKED', %s, {columns} "
        "FROM vouchers_feasibilityquery WHERE id = %s", bounds, query.pk,
    )  # fmt: skip


def test_the_database_wants_a_reason_of_the_list_and_no_digit_beside_it(at: quotes.Stage) -> None:
    query = asked(at)
    refused = "UPDATE vouchers_feasibilityquery SET status = 'REFUSED', answered_at = now(), answered_by_id = created_by_id"
    broken(f"{refused}, reason = '조회할 수 없습니다' WHERE id = %s", query.pk)
    broken(f"{refused}, reason_code = 'OTHER', reason = '총 7' WHERE id = %s", query.pk)
    broken("UPDATE vouchers_feasibilityquery SET reason = 'n=7' WHERE id = %s", query.pk)
