"""Statements that are planned once a connection write what the ORM would write, and read what it would read."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Consent, User
from portal.journal import actions as journal
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock, prepared
from tests.factories import applications as make
from vouchers.applications import actions, queries, rules
from vouchers.applications.models import Application
from vouchers.applications.queries import behind
from vouchers.applications.queries.once import asked_as
from vouchers.companies.models import Restriction

pytestmark = pytest.mark.django_db


def as_json(row: models.Model) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT row_to_json(x) FROM {row._meta.db_table} x WHERE id = %s", [row.pk])
        return cursor.fetchone()[0]


def test_rows_are_written_and_built_as_the_orm_does():
    owner = make.firm()
    at = clock.now()
    duty = Duty(
        subject_type="x", subject_ref="x-1", verb="wait", title_ko="‘따옴표’ \\ 백슬래시", title_en='"%s"', url="/", opened_at=at,
        due_at=at + timedelta(microseconds=1), organisation=owner.company.organisation, reminded=[7, 1],
    )  # fmt: skip
    assert prepared.insert([duty]) == 1
    stored = Duty.objects.get(pk=duty.pk)
    for column in Duty._meta.concrete_fields:
        assert getattr(stored, column.attname) == getattr(duty, column.attname), column
        assert getattr(prepared.built(Duty, as_json(duty)), column.attname) == getattr(stored, column.attname), column
    duty.verb, duty.paused_days = "go", 3
    prepared.update(duty, "verb")
    stored.refresh_from_db()
    assert (stored.verb, stored.paused_days, stored.version) == ("go", 0, 2)
    assert prepared.built(Duty, {"id": duty.pk, "verb": "go"}).title_en == '"%s"'  # the rest is read when it is asked for
    assert prepared.built(Duty, None) is None


def test_rows_are_made_as_the_models_make_them():
    at = clock.now()
    values = {
        "subject_type": "x",
        "subject_ref": "x-1",
        "verb": "wait",
        "title_ko": "가",
        "title_en": "a",
        "url": "/",
        "opened_at": at,
    }
    for model, given in ((Duty, values), (Event, {"name": "x.done", "seq": 1, "at": at}), (Notice, {"key": "k", "due_at": at})):
        with clock.at(at):
            one, same = prepared.made(model, **given), model(**given)
        for column in model._meta.concrete_fields:
            assert getattr(one, column.attname) == getattr(same, column.attname), column
        assert one._state.adding and one._state.db is None
        assert (one.pk, str(one)) == (None, str(same))
    first, second = prepared.made(Duty, **values), prepared.made(Duty, **values)
    first.reminded.append(7)
    assert second.reminded == [] and prepared.made(Duty, **values).reminded == []  # nothing is shared between rows
    with pytest.raises(AttributeError, match="organisation"):
        prepared.made(Duty, organisation=None)


@pytest.mark.parametrize("what", ["nothing", "brn", "corporate_no", "person_digest"])
def test_restrictions_are_read_at_once_where_one_person_represents(what):
    owner = make.firm()
    application, company, today = make.draft(owner), owner.company, clock.today()
    company.corporate_no = "110111-00062"
    company.save()
    by = {
        "nothing": {"brn": "0000000000"}, "brn": {"brn": company.brn}, "corporate_no": {"corporate_no": "11011100062"},
        "person_digest": {"brn": "0000000000", "person_digest": behind.companies.person_digest(owner.representative.name)},
    }[what]  # fmt: skip
    Restriction(name="x", ground="y", starts_on=today, ends_on=today, status="IN_FORCE", **by).save()
    Restriction(name="x", ground="y", starts_on=today, ends_on=today, status="ENTERED", brn=company.brn).save()
    known = queries.at_once(application.pk, owner.representative, clock.now()).known
    answer = known[asked_as(behind.restrictions, company, today)]
    assert answer == behind.restrictions(company, today) == (what in {"brn", "corporate_no"}, what == "person_digest")
    assert (
        asked_as(behind.restrictions, company, today) not in queries.at_once(application.pk, owner.staff, clock.now()).known
    )  # somebody else's name was compared


def test_together_writes_all_or_nothing():
    owner = make.firm()
    user, consent = owner.representative, {"text_version": "1", "given": True, "context": "test"}
    with transaction.atomic(), prepared.together():
        prepared.insert([Consent(user=user, kind="A", **consent)])
        journal.record_births([("thing.made", user, {})], by=None)
        prepared.insert([Consent(user=user, kind="B", **consent)])
        assert not Consent.objects.filter(kind="A").exists()
    assert Consent.objects.filter(kind__in=["A", "B"]).count() == 2 and Event.objects.filter(name="thing.made").count() == 1
    with pytest.raises(ValueError, match="no"), transaction.atomic(), prepared.together():
        prepared.insert([Consent(user=user, kind="C", **consent)])
        raise ValueError("no")
    twice = Consent.objects.get(kind="A").ref
    with pytest.raises(IntegrityError), transaction.atomic(), prepared.together():
        prepared.insert([Duty(subject_type="x", subject_ref="x-2", verb="v", title_ko="", title_en="", url="")])
        prepared.insert([Consent(ref=twice, user=user, kind="D", **consent)])
    assert not Consent.objects.filter(kind__in=["C", "D"]).exists() and not Duty.objects.filter(subject_ref="x-2").exists()


def test_what_is_read_at_once_is_what_each_question_answers():
    owner = make.firm(joint=True)
    application = make.draft(owner)
    today = clock.today()
    Restriction(
        name="x", ground="y", starts_on=today, ends_on=today, status="IN_FORCE",
        person_digest=behind.companies.person_digest(owner.others[0].name), brn="0000000000",
    ).save()  # fmt: skip
    found = queries.at_once(application.pk, owner.representative, clock.now())
    slow = Application.objects.select_related("round", "track", "company__organisation", "need").get(pk=application.pk)
    for column in Application._meta.concrete_fields:
        assert getattr(found.application, column.attname) == getattr(slow, column.attname), column
    assert found.last_event.hash == Event.objects.filter(subject_ref=slow.ref).latest("seq").hash
    assert {user.pk for user in found.people} == {user.pk for user in behind.accounts.users_of(owner.company.organisation)}
    with queries.asked_once(found.known):
        fast = queries.content_hash(found.application), queries.facts(found.application), queries.progress(found.application)
        money, people = queries.money(found.application), queries.representatives(owner.company.organisation)
    assert fast[0] == queries.content_hash(slow)
    assert fast[1] == queries.facts(slow) and fast[1].person_restricted and not fast[1].restricted
    assert [(s.key, s.state, s.missing) for s in fast[2].sections] == [
        (s.key, s.state, s.missing) for s in queries.progress(slow).sections
    ]
    assert money == queries.money(slow) and people == queries.representatives(owner.company.organisation)


def test_the_short_claim_is_a_part_of_what_is_visible():
    """Whoever gets an application by it sees it; whoever gets none is asked about in the long way."""
    owner, draft = make.firm(), make.draft(make.firm())
    done = make.submitted(owner)
    people: list[User] = [owner.representative, owner.staff, make.firm().staff, make.officer()]
    for one in (draft, done):
        for user in people:
            seen = Application.objects.visible_to(user).filter(ref=one.ref).exists()
            short = queries.claim_own(one.ref, user)
            assert short in (None, (one.pk, one.status)) and (seen or short is None)
    assert queries.claim_own(done.ref, owner.staff) == (done.pk, done.status)
    assert actions.submit_own(ref=draft.ref, by=owner.representative) is None  # another company's


def test_the_short_claim_locks_the_row():
    owner = make.firm()
    draft = make.draft(owner)
    with CaptureQueriesContext(connection) as asked:
        queries.claim_own(draft.ref, owner.representative)
    assert sum(one["sql"].count("FOR UPDATE OF a") for one in asked) == 1


def test_a_refused_submission_draws_no_number_after_the_close_and_writes_nothing():
    owner = make.firm()
    application = make.draft(owner)
    found = queries.at_once(application.pk, owner.representative, application.round.closes_at)
    assert found.number is None and found.application.status == rules.ApplicationStatus.DRAFT
    assert not Notice.objects.filter(template="application_received").exists()
