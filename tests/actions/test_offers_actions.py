"""Offers are drafted, checked, published, changed and paused; every step leaves its event."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.accounts.rules import Role
from portal.celery import SWEEPS
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.clock import KST
from portal.kit.errors import IllegalStep, NotAllowed, Refused, Stale
from providers.institutions import actions as institutions
from providers.offers import actions, queries, rules, tasks
from providers.offers.models import Offer
from tests.factories import providers

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider()


def test_create_keeps_lines_and_computes_the_floor(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    assert offer.status == "DRAFT"
    assert [line.position for line in offer.lines.all()] == [1, 2]
    assert offer.floor_won == 30_000_000 + 500 * 20_000
    assert offer.open_capacity == 5
    event = Event.objects.get(subject_ref=offer.ref)
    assert event.name == "offer.created" and event.data["lines"][0]["unit_price_won"] == 30_000_000
    assert event.organisations == [owner.organisation.pk]


def test_create_is_for_the_institutions_own_people(owner: providers.Provider) -> None:
    other = providers.provider()
    for stranger in (other.user, providers.person(Role.MINISTRY_OFFICER), providers.person(Role.EVALUATOR)):
        with pytest.raises(NotAllowed):
            actions.create_offer(institution=owner.institution, values=providers.values(), lines=providers.lines(), by=stranger)
    assert not Offer.objects.exists()


def test_create_refuses_a_dataset_of_another_institution(owner: providers.Provider) -> None:
    foreign = providers.dataset(providers.provider())
    with pytest.raises(Refused):
        actions.create_offer(institution=owner.institution, values=providers.values(), lines=[], by=owner.user, dataset=foreign)


def test_publish_goes_through_the_operators_check(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    actions.submit(offer_id=offer.pk, by=owner.user)
    with pytest.raises(NotAllowed):
        actions.start_check(offer_id=offer.pk, by=owner.user)
    operator = providers.person(Role.OPERATOR_CASE)
    providers.person(Role.PROVIDER_DRB_SECRETARY, owner.organisation)  # cannot open offers, so is told nothing of them
    actions.start_check(offer_id=offer.pk, by=operator)
    published = actions.publish(offer_id=offer.pk, by=operator)
    assert published.status == "PUBLISHED" and published.published_at
    assert set(Notice.objects.values_list("template", flat=True)) >= {"offer_published"}
    assert set(Notice.objects.filter(template="offer_published").values_list("user", flat=True)) == {owner.user.pk}
    names = list(Event.objects.filter(subject_ref=offer.ref).order_by("seq").values_list("name", flat=True))
    assert names == ["offer.created", "offer.submitted", "offer.check_started", "offer.published"]


@pytest.mark.parametrize(
    "changes",
    [{"access_modes": []}, {"exits": []}, {"lead_time_days": None}, {"allowed_purposes": []}],
)
def test_an_incomplete_offer_is_not_submitted(owner: providers.Provider, changes: dict[str, object]) -> None:
    offer = providers.offer(owner, **changes)
    with pytest.raises(Refused) as refused:
        actions.submit(offer_id=offer.pk, by=owner.user)
    assert refused.value.field == next(iter(changes))
    assert actions.lacks(offer)
    offer.refresh_from_db()
    assert offer.status == "DRAFT"


@pytest.mark.parametrize(
    ("facts", "changes", "field"),
    [
        ({}, {"access_modes": ["CLOSED_ROOM", "TRANSFER"]}, "access_modes"),
        ({}, {"exits": ["RESULT_EXPORT", "DATA_EXPORT"]}, "exits"),
        ({"purposes": ["SCIENTIFIC_RESEARCH"]}, {}, "allowed_purposes"),
        ({"commercial_use_allowed": False}, {}, "commercial_ai_allowed"),
        ({}, {"model_export": True}, "exits"),
        ({"exits": ["MODEL_EXPORT"]}, {"exits": ["MODEL_EXPORT"], "model_export": False}, "model_export"),
    ],
)
def test_an_offer_promises_no_more_than_its_dataset_not_even_once_it_was_checked(
    owner: providers.Provider, facts: dict[str, object], changes: dict[str, object], field: str
) -> None:
    data = providers.dataset(owner, **facts)
    within = {"allowed_purposes": ["SCIENTIFIC_RESEARCH"], "commercial_ai_allowed": False, "exits": data.exits}
    draft = providers.offer(owner, data, **changes)
    with pytest.raises(Refused) as refused:
        actions.submit(offer_id=draft.pk, by=owner.user)
    assert refused.value.field == field and actions.lacks(draft)
    checked = providers.offer(owner, data, published=True, **within)
    actions.pause(offer_id=checked.pk, by=owner.user)
    checked.refresh_from_db()
    with pytest.raises(Refused) as refused:
        actions.edit(
            offer_id=checked.pk, version=checked.version, values={**providers.values(), **changes}, lines=providers.lines(),
            by=owner.user, dataset=data,
        )  # fmt: skip
    assert refused.value.field == field


def test_an_offer_can_be_sent_back_with_a_reason(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    actions.submit(offer_id=offer.pk, by=owner.user)
    operator = providers.person(Role.OPERATOR_CASE)
    actions.start_check(offer_id=offer.pk, by=operator)
    with pytest.raises(Refused):
        actions.return_offer(offer_id=offer.pk, reason=" ", by=operator)
    returned = actions.return_offer(offer_id=offer.pk, reason="단가를 확인해 주십시오.", by=operator)
    assert returned.status == "DRAFT"
    assert "단가를 확인해 주십시오." in Notice.objects.get(template="offer_returned", user=owner.user).body


def test_a_submitted_offer_stands_in_the_operators_queue_until_it_is_answered(owner: providers.Provider) -> None:
    operator = providers.person(Role.OPERATOR_CASE)
    offer = providers.offer(owner)
    actions.submit(offer_id=offer.pk, by=owner.user)
    record = f"/admin/providers/offer/{offer.pk}/change/"
    owed = Duty.objects.get(subject_ref=offer.ref, closed_at=None)
    assert (owed.verb, owed.role, owed.url) == ("check_offer", Role.OPERATOR_CASE, record) and owed.due_at
    assert Notice.objects.get(template="offer_submitted", user=operator).url == record
    actions.start_check(offer_id=offer.pk, by=operator)
    assert Duty.objects.filter(subject_ref=offer.ref, closed_at=None).exists()
    actions.return_offer(offer_id=offer.pk, reason="단가를 확인해 주십시오.", by=operator)
    assert not Duty.objects.filter(subject_ref=offer.ref, closed_at=None).exists()
    actions.submit(offer_id=offer.pk, by=owner.user)
    actions.start_check(offer_id=offer.pk, by=operator)
    assert Duty.objects.filter(subject_ref=offer.ref, closed_at=None).count() == 1
    actions.publish(offer_id=offer.pk, by=operator)
    assert not Duty.objects.filter(subject_ref=offer.ref, closed_at=None).exists()


def test_an_offer_that_was_handed_in_before_there_was_a_queue_is_put_there(owner: providers.Provider) -> None:
    waits, other, draft = (providers.offer(owner) for _ in range(3))
    for one in (waits, other):
        actions.submit(offer_id=one.pk, by=owner.user)
    actions.start_check(offer_id=other.pk, by=providers.person(Role.OPERATOR_CASE))
    Duty.objects.filter(subject_ref__in=[waits.ref, other.ref]).update(closed_at=clock.now())
    assert tasks.sync_checks() == 2 and tasks.sync_checks() == 0
    found = Duty.objects.filter(verb="check_offer", closed_at=None)
    assert {duty.subject_ref for duty in found} == {waits.ref, other.ref} and all(duty.due_at for duty in found)
    assert draft.ref not in {duty.subject_ref for duty in found} and "offers.sync_checks" in SWEEPS


def test_edit_of_a_published_offer_is_a_new_version_at_once(owner: providers.Provider) -> None:
    offer = providers.offer(owner, published=True)
    offer.refresh_from_db()
    lines = [rules.Line("EXTRACTION", "추출", "", "PROJECT", 50_000_000, "EXEMPT", 1)]
    edited = actions.edit(
        offer_id=offer.pk,
        version=offer.version,
        values=providers.values(lead_time_days=20),
        lines=lines,
        by=owner.user,
        dataset=offer.dataset,
    )
    assert edited.status == "PUBLISHED" and edited.floor_won == 50_000_000 and edited.version == offer.version + 1
    assert [line.tax_kind for line in edited.lines.all()] == ["EXEMPT"]
    history = Event.objects.filter(subject_ref=offer.ref, name="offer.edited").get()
    assert history.data["lead_time_days"] == 20
    with pytest.raises(Refused):
        actions.edit(
            offer_id=offer.pk,
            version=edited.version,
            values=providers.values(exits=[]),
            lines=lines,
            by=owner.user,
            dataset=offer.dataset,
        )


def test_edit_of_what_somebody_else_saved_is_stale(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    arguments = {"values": providers.values(), "lines": providers.lines(), "by": owner.user, "dataset": offer.dataset}
    actions.edit(offer_id=offer.pk, version=offer.version, **arguments)
    with pytest.raises(Stale):
        actions.edit(offer_id=offer.pk, version=offer.version, **arguments)


def test_a_submitted_offer_cannot_be_edited(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    submitted = actions.submit(offer_id=offer.pk, by=owner.user)
    with pytest.raises(IllegalStep):
        actions.edit(
            offer_id=offer.pk,
            version=submitted.version,
            values=providers.values(),
            lines=providers.lines(),
            by=owner.user,
            dataset=offer.dataset,
        )


def test_pause_and_resume(owner: providers.Provider) -> None:
    offer = providers.offer(owner, published=True)
    assert offer in Offer.objects.offered(clock.now())
    actions.pause(offer_id=offer.pk, by=owner.user)
    assert not Offer.objects.offered(clock.now()).exists()
    with pytest.raises(IllegalStep):
        actions.pause(offer_id=offer.pk, by=owner.user)
    actions.resume(offer_id=offer.pk, by=owner.user)
    assert offer in Offer.objects.offered(clock.now())
    actions.retire(offer_id=offer.pk, by=owner.user)
    with pytest.raises(IllegalStep):
        actions.resume(offer_id=offer.pk, by=owner.user)


def test_offered_knows_validity_and_the_institutions_state(owner: providers.Provider) -> None:
    today = clock.today()
    offer = providers.offer(owner, published=True, valid_to=today)
    assert Offer.objects.offered(clock.now()).count() == 1
    assert not Offer.objects.offered(clock.now() + timedelta(days=2)).exists()
    institutions.suspend(institution_id=owner.institution.pk, reason="점검", by=providers.person(Role.MINISTRY_OFFICER))
    assert not Offer.objects.offered(clock.now()).exists()
    assert rules.offered("PUBLISHED", None, today, today) and not rules.offered("PUBLISHED", None, date(2020, 1, 1), today)
    assert offer.pk


def test_demo_offers_are_not_seen_by_real_rounds(owner: providers.Provider) -> None:
    providers.offer(owner, published=True)
    assert not queries.offered(demo=False).exists()
    assert queries.offered(demo=True).count() == 1
    assert not list(queries.match_facts(demo=False))
    found = list(queries.match_facts(demo=True))
    assert len(found) == 1 and found[0][2]["floor_won"] == 40_000_000


def test_capacity_is_taken_and_given_back(owner: providers.Provider) -> None:
    offer = providers.offer(owner, published=True, capacity=1)
    assert actions.take_capacity(offer_id=offer.pk, by=None).open_capacity == 0
    with pytest.raises(Refused):
        actions.take_capacity(offer_id=offer.pk, by=None)
    assert actions.give_back_capacity(offer_id=offer.pk, by=None).open_capacity == 1
    assert actions.give_back_capacity(offer_id=offer.pk, by=None).open_capacity == 1


@pytest.mark.parametrize(
    ("period", "last", "first"),
    [
        ("MONTH", datetime(2027, 1, 31, 23, 59, tzinfo=KST), datetime(2027, 2, 1, tzinfo=KST)),
        ("QUARTER", datetime(2027, 3, 31, 23, 59, tzinfo=KST), datetime(2027, 4, 1, tzinfo=KST)),
        ("YEAR", datetime(2027, 12, 31, 23, 59, tzinfo=KST), datetime(2028, 1, 1, tzinfo=KST)),
    ],
)
def test_capacity_is_renewed_when_its_period_turns(
    owner: providers.Provider, monkeypatch: pytest.MonkeyPatch, period: str, last: datetime, first: datetime
) -> None:
    monkeypatch.setattr(clock, "now", lambda: last)
    offer = providers.offer(owner, capacity=2, capacity_period=period)
    free = providers.offer(owner, capacity=None, capacity_period=period)
    actions.take_capacity(offer_id=offer.pk, by=None)
    assert actions.renew_capacities() == 0
    monkeypatch.setattr(clock, "now", lambda: first)
    assert actions.renew_capacities() == 1 and actions.renew_capacities() == 0
    offer.refresh_from_db()
    assert (offer.open_capacity, offer.capacity_since) == (2, first.date())
    event = Event.objects.get(name="offer.capacity_renewed")
    assert event.subject_ref == offer.ref and event.data["before"] == 1
    actions.take_capacity(offer_id=offer.pk, by=None)
    assert actions.give_back_capacity(offer_id=offer.pk, by=None, taken_at=last).open_capacity == 1  # of the period before
    assert actions.give_back_capacity(offer_id=offer.pk, by=None, taken_at=first).open_capacity == 2
    assert actions.take_capacity(offer_id=free.pk, by=None).capacity_since is None


@pytest.mark.parametrize(
    ("typed", "shown", "now", "most", "kept"),
    [(5, 5, 4, 5, 4), (3, 5, 4, 5, 2), (5, 4, 5, 5, 5), (0, 5, 4, 5, 0), (1, 5, 2, 5, 0), (None, 5, 4, 5, None), (4, None, None, 5, 4),
     (6, 5, 4, 5, 6), (8, 5, 4, 8, 7)],
)  # fmt: skip
def test_merged_open_keeps_what_the_portal_moved(
    typed: int | None, shown: int | None, now: int | None, most: int, kept: int | None
) -> None:
    assert rules.merged_open(typed, shown=shown, now=now, most=most) == kept


def test_an_order_in_a_new_period_does_not_wait_for_the_sweep(owner: providers.Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 1, 31, tzinfo=KST))
    offer = providers.offer(owner, capacity=1, capacity_period="MONTH")
    actions.take_capacity(offer_id=offer.pk, by=None)
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 2, 1, tzinfo=KST))
    assert actions.take_capacity(offer_id=offer.pk, by=None).open_capacity == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_from": date(2027, 2, 1), "valid_to": date(2027, 1, 1)},
        {"capacity": 2, "open_capacity": 3},
        {"title_ko": ""},
    ],
)
def test_what_cannot_be_is_refused(owner: providers.Provider, changes: dict[str, object]) -> None:
    with pytest.raises(Refused):
        providers.offer(owner, **changes)


def test_the_database_guards_what_the_code_promises(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    for broken in (
        {"valid_from": date(2027, 2, 1), "valid_to": date(2027, 1, 1)},
        {"capacity": 2, "open_capacity": 3},
        {"capacity_since": None},
        {"floor_won": -1},
        {"status": "PUBLISHED", "published_at": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Offer.objects.filter(pk=offer.pk).update(**broken)


def test_visible_to(owner: providers.Provider) -> None:
    draft, public = providers.offer(owner), providers.offer(owner, published=True)
    stranger = providers.provider().user
    assert set(Offer.objects.visible_to(owner.user)) == {draft, public}
    assert set(Offer.objects.visible_to(stranger)) == {public}
    assert set(Offer.objects.visible_to(providers.person(Role.AUDITOR))) == {draft, public}


# ── A dataset that says less ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("less", "field"),
    [
        ({"access_mode": ["REMOTE_VDI"]}, "access_modes"), ({"exits": ["DATA_EXPORT"]}, "exits"),
        ({"purposes": ["SCIENTIFIC_RESEARCH"]}, "allowed_purposes"), ({"commercial_use_allowed": False}, "commercial_ai_allowed"),
    ],
)  # fmt: skip
def test_an_offer_that_its_dataset_no_longer_carries_is_paused_and_its_institution_told(
    owner: providers.Provider, less: dict[str, object], field: str
) -> None:
    offer, other = providers.offer(owner, published=True), providers.offer(owner, published=True)
    assert tasks.sync_wider() == 0
    type(offer.dataset).objects.filter(pk=offer.dataset_id).update(**less)
    assert tasks.sync_wider() == 1 and tasks.sync_wider() == 0
    offer.refresh_from_db()
    other.refresh_from_db()
    assert (offer.status, other.status) == ("PAUSED", "PUBLISHED")
    assert Event.objects.get(name="offer.outgrown").data["wider"] == [field]
    told = Notice.objects.get(template="offer_outgrown", user=owner.user, language="ko")
    assert str(rules.WIDER[field]) in told.body and offer.ref in told.body
    with pytest.raises(Refused) as refused:
        actions.resume(offer_id=offer.pk, by=owner.user)
    assert refused.value.code == "wider_than_dataset"


def test_a_new_version_that_says_less_pauses_the_offer_in_the_night_shift(owner: providers.Provider) -> None:
    assert "offers.sync_wider" in SWEEPS
    data = providers.dataset(owner, exits=["RESULT_EXPORT", "MODEL_EXPORT"])
    offer = providers.offer(owner, data, published=True, exits=["RESULT_EXPORT"], model_export=True)
    providers.dataset(owner, data.key, exits=["RESULT_EXPORT"])
    assert tasks.sync_wider() == 1
    offer.refresh_from_db()
    assert offer.status == "PAUSED"
