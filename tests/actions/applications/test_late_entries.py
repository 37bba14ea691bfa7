"""Late entry by exception: an officer and an approver, a personal code, one company, one end; and what the database itself refuses."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.accounts import actions as accounts
from portal.accounts.models import RoleGrant, User
from portal.accounts.rules import Role
from portal.desk.queries import desk
from portal.journal import actions as journal
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.actions.applications import events, open_verbs
from tests.factories import applications as make
from tests.factories.providers import person
from tests.factories.rounds import make_round
from vouchers.applications import actions, queries
from vouchers.applications.models import Application, LateEntry
from vouchers.companies import actions as companies
from vouchers.companies.models import SizeCertificate
from vouchers.rounds import actions as rounds

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def closed():
    """A draft whose call has closed an hour ago, its firm, an officer and an approver; the clock stands then."""
    owner, round_ = make.firm(), make_round()
    draft = make.draft(owner, round_)
    with clock.at(round_.closes_at + timedelta(hours=1)):
        yield draft, owner, round_, make.officer(), person(Role.MINISTRY_APPROVER)


def propose(draft, owner, by, **given):
    facts = {"until": draft.round.closes_at + DAY, "reason": "포털 장애로 마감 전에 제출하지 못함", **given}
    return actions.propose_late_entry(
        round_id=draft.round_id, track_id=draft.track_id, company_id=owner.company.pk, person_id=owner.representative.pk, by=by, **facts
    )  # fmt: skip


def sent_code(owner) -> str:
    body = Notice.objects.filter(template="late_entry_code", address=owner.representative.email).latest("pk").body
    return re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", body).group()


def enter(draft, owner, typed):
    return actions.enter_late_code(round_id=draft.round_id, code=typed, by=owner.representative)


def test_the_whole_way_from_the_proposal_to_the_record(closed):
    draft, owner, round_, first, second = closed
    rival = make.firm()
    actions.sync_deadlines(now=clock.now())
    assert not queries.may_write(draft, "project") and open_verbs(draft) == []
    row = propose(draft, owner, first)
    assert (
        open_verbs(row) == ["confirm_late_entry"]
        and not Notice.objects.filter(user__in=[owner.staff, owner.representative], template__startswith="late").exists()
    )
    assert [one.subject_ref for one in desk(second).duties] == [row.ref]  # it waits for the approver, not for who proposed
    assert row.ref not in [one.subject_ref for one in desk(first).duties]
    assert code(NotAllowed, lambda: actions.confirm_late_entry(late_entry_id=row.pk, by=first)) == "not_allowed"
    assert code(NotAllowed, lambda: propose(draft, owner, second)) == "not_allowed"
    actions.confirm_late_entry(late_entry_id=row.pk, by=second)
    typed, row = sent_code(owner), fresh(row)
    assert typed not in str(vars(row)) and row.code_digest and open_verbs(row) == ["use_late_entry"]
    while (mail := journal.claim_notice()) and mail.template != "late_entry_code":
        pass
    journal.settle_notice(notice_id=mail.pk, outcome="SENT")
    assert not Notice.objects.filter(body__contains=typed).exists()  # the mail left, its words are forgotten
    assert Notice.objects.filter(template="late_entry_confirmed", user=owner.staff).exists()
    # a colleague, another company and a wrong code
    assert code(NotAllowed, lambda: actions.enter_late_code(round_id=round_.pk, code=typed, by=owner.staff)) == "not_allowed"
    assert code(Refused, lambda: enter(draft, rival, typed)) == "wrong_code"
    assert code(Refused, lambda: enter(draft, owner, "AAAA-BBBB-CCCC")) == "wrong_code" and fresh(row).wrong_tries == 1
    # the evaluation waits
    assert code(Refused, lambda: rounds.begin_evaluation(round_id=round_.pk, by=first)) == "late_entry_open"
    enter(draft, owner, typed.lower().replace("-", " "))
    assert fresh(row).status == "ENTERED" and open_verbs(draft) == ["submit_application"] and open_verbs(row) == []
    assert Duty.objects.get(subject_ref=draft.ref, closed_at=None).due_at == row.until
    # that company alone writes and hands in
    actions.sync_deadlines(now=clock.now())
    assert open_verbs(draft) == ["submit_application"]
    make.save(draft, "project", owner.staff, title="늦게 고친 제목")
    with pytest.raises(Refused):
        make.start(rival, round_)
    with pytest.raises(Refused):
        make.start(owner, round_, "SMALL")
    done = actions.submit(application_id=draft.pk, by=owner.representative)
    assert (done.late_entry_id, done.deadline_at, fresh(row).status) == (row.pk, row.until, "USED")
    assert queries.closing_day(done) == clock.to_kst(row.until).date()
    assert events(row) == [
        "late_entry.proposed", "late_entry.confirmed", "late_entry.code_refused", "late_entry.entered", "late_entry.used",
    ]  # fmt: skip
    told = Event.objects.filter(subject_ref=row.ref)
    assert all(event.organisations == [owner.organisation.pk] and not event.public for event in told)
    rounds.begin_evaluation(round_id=round_.pk, by=first)
    assert code(Refused, lambda: propose(draft, rival, first)) == "evaluation_began"


def test_too_many_wrong_codes_then_a_new_one(closed):
    draft, owner, _round, first, second = closed
    row = actions.confirm_late_entry(late_entry_id=propose(draft, owner, first).pk, by=second)
    typed = sent_code(owner)
    said = [code(Refused, lambda: enter(draft, owner, "0000-0000-0000")) for _n in range(6)]
    assert said == ["wrong_code"] * 4 + ["too_many_tries"] * 2
    assert code(Refused, lambda: enter(draft, owner, typed)) == "too_many_tries"
    actions.send_late_code(late_entry_id=row.pk, by=first)
    assert code(Refused, lambda: enter(draft, owner, typed)) == "wrong_code"
    assert enter(draft, owner, sent_code(owner)).status == "ENTERED"


def test_revoked_expired_and_cut_short(closed):
    draft, owner, round_, first, second = closed
    row = actions.confirm_late_entry(late_entry_id=propose(draft, owner, first).pk, by=second)
    enter(draft, owner, sent_code(owner))
    actions.revoke_late_entry(late_entry_id=row.pk, reason="사유가 사실이 아님", by=first)
    assert Notice.objects.filter(template="late_entry_revoked", user=owner.staff, body__contains="사유가 사실이 아님").exists()
    assert code(Refused, lambda: actions.submit(application_id=draft.pk, by=owner.representative)) == "round_closed"
    again = actions.confirm_late_entry(late_entry_id=propose(draft, owner, first).pk, by=second)
    typed = sent_code(owner)
    with clock.at(again.until):
        assert code(Refused, lambda: enter(draft, owner, typed)) == "expired"
        assert actions.expire_late_entries(now=clock.now()) == 0  # what arrived in time may still be under way
        assert (
            actions.expire_late_entries(now=clock.now() + DAY) == 1 and fresh(again).status == "EXPIRED" and not open_verbs(again)
        )
        rounds.begin_evaluation(round_id=round_.pk, by=first)
    with pytest.raises(IllegalStep):
        actions.revoke_late_entry(late_entry_id=again.pk, reason="-", by=first)


def test_the_last_microsecond_of_a_late_entry(closed):
    draft, owner, _round, first, second = closed
    row = actions.confirm_late_entry(late_entry_id=propose(draft, owner, first).pk, by=second)
    enter(draft, owner, sent_code(owner))
    with pytest.raises(Refused), transaction.atomic():
        actions.submit(application_id=draft.pk, by=owner.representative, arrived_at=row.until)
    moment = row.until - timedelta(microseconds=1)
    assert actions.submit(application_id=draft.pk, by=owner.representative, arrived_at=moment).submitted_at == moment


def test_papers_hold_on_the_last_day_of_the_late_entry(closed):
    """A submission reads all at once: what it reads is what the long way says, also where the day is another one."""
    draft, owner, round_, first, second = closed
    last = clock.to_kst(round_.closes_at).date()
    owner.company.certificates.update(valid_to=last)
    newer = SizeCertificate(
        company=owner.company, size="SMALL", number="0010-NEW", valid_from=last + DAY, valid_to=last + 300 * DAY
    )
    newer.save()
    row = actions.confirm_late_entry(late_entry_id=propose(draft, owner, first).pk, by=second)
    enter(draft, owner, sent_code(owner))
    long = queries.facts(Application.objects.select_related("round", "company__organisation").get(pk=draft.pk))
    found = queries.at_once(draft.pk, owner.representative, clock.now())
    with queries.asked_once(found.known):
        assert queries.facts(found.application) == long and long.certificate_valid_to == newer.valid_to
    done = actions.submit(application_id=draft.pk, by=owner.representative, arrived_at=row.until - timedelta(microseconds=1))
    assert done.company_snapshot["certificate_no"] == "0010-NEW"


def test_a_late_entry_judged_after_its_end_counts_by_the_moment_of_its_arrival(closed):
    draft, owner, _round, first, second = closed
    row = actions.confirm_late_entry(late_entry_id=propose(draft, owner, first).pk, by=second)
    enter(draft, owner, sent_code(owner))
    with clock.at(row.until + timedelta(seconds=5)):  # it waited for its turn
        found = queries.at_once(draft.pk, owner.representative, row.until - timedelta(seconds=1))
        assert queries.closing_day(found.application) == clock.to_kst(row.until).date()
        assert code(Refused, lambda: rounds.begin_evaluation(round_id=draft.round_id, by=first)) == "late_entry_open"


def test_who_is_not_let_in_is_told_why_on_the_record(closed):
    draft, owner, _round, first, second = closed
    row = propose(draft, owner, first)
    assert code(Refused, lambda: actions.reject_late_entry(late_entry_id=row.pk, reason=" ", by=second)) == "reason_missing"
    assert actions.reject_late_entry(late_entry_id=row.pk, reason="장애가 없었음", by=second).status == "REJECTED"


def test_who_proposed_decides_in_no_other_office_either(closed):
    draft, owner, _round, first, _second = closed
    row = propose(draft, owner, first)
    RoleGrant.objects.filter(user=first).update(revoked_at=clock.now())
    accounts.grant_role(user=first, role=Role.MINISTRY_APPROVER, by=None)
    moved = User.objects.get(pk=first.pk)
    for verb, given in ((actions.confirm_late_entry, {}), (actions.reject_late_entry, {"reason": "장애가 없었음"})):
        assert code(NotAllowed, lambda verb=verb, given=given: verb(late_entry_id=row.pk, by=moved, **given)) == "four_eyes"
    assert fresh(row).status == "PROPOSED"


def test_what_is_not_proposed(closed):
    draft, owner, round_, first, _second = closed
    assert code(Refused, lambda: propose(draft, owner, first, until=round_.closes_at)) == "not_later"
    assert code(Refused, lambda: propose(draft, owner, first, reason=" ")) == "reason_missing"
    with pytest.raises(NotAllowed):
        propose(draft, owner, owner.representative)
    propose(draft, owner, first)
    assert code(Refused, lambda: propose(draft, owner, first)) == "late_pending"
    companies.declare_conflict(user=first, organisation=owner.organisation, ground="가족", by=None)
    assert code(NotAllowed, lambda: propose(draft, owner, first)) == "conflict"


def test_the_database_lets_nobody_in_without_an_entered_code(closed):
    draft, owner, round_, first, second = closed
    row = actions.confirm_late_entry(late_entry_id=propose(draft, owner, first).pk, by=second)
    given = {
        "status": "SUBMITTED", "receipt_no": "HDV-L", "submitted_by": owner.representative, "submitted_at": clock.now(),
        "deadline_at": row.until, "late_entry": row,
    }  # fmt: skip
    mine, late = Application.objects.filter(pk=draft.pk), LateEntry.objects.filter(pk=row.pk)
    assert "outside the window" in refused(lambda: mine.update(**given))  # not entered yet
    enter(draft, owner, sent_code(owner))
    other = make.firm()
    with clock.at(round_.closes_at - DAY):
        theirs = Application.objects.filter(pk=make.start(other, round_).pk)
    assert "outside the window" in refused(lambda: theirs.update(**given))
    assert "deadline_at must be" in refused(lambda: mine.update(**{**given, "deadline_at": row.until + DAY}))
    assert "outside the window" in refused(lambda: mine.update(**{**given, "submitted_at": row.until}))
    for change in ({"until": row.until + DAY}, {"person": other.representative}, {"decided_by": first}):
        assert "a late entry keeps" in refused(lambda change=change: late.update(**change))
    refused(late.delete)
    mine.update(**given)


def code(kind, run) -> str:
    with pytest.raises(kind) as error:
        run()
    return error.value.code


def fresh(row):
    return LateEntry.objects.get(pk=row.pk)


def refused(run) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        run()
    return str(error.value)
