"""Certification and submission."""

from datetime import timedelta

import pytest

from portal.accounts.models import Consent
from portal.journal.models import Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused, Stale
from tests.actions.applications import code, events, open_verbs
from tests.factories import applications as make
from tests.factories.rounds import make_round
from vouchers.applications import actions, queries
from vouchers.companies.models import Restriction

pytestmark = pytest.mark.django_db


def test_submit_gives_a_receipt_and_writes_everything():
    owner, round_ = make.firm(), make_round()
    application = make.draft(owner, round_)
    assert queries.progress(application).complete
    shown = queries.content_hash(application)
    done = actions.submit(application_id=application.pk, declaration=shown, by=owner.representative)
    assert done.status == "SUBMITTED"
    assert done.receipt_no.startswith(f"HDV-{round_.fiscal_year}-")
    assert done.deadline_at == round_.closes_at and done.submitted_at < done.deadline_at
    assert done.company_snapshot["brn"] == owner.company.brn and done.region == "GANGWON" and done.company_size == "SMALL"
    assert done.policy_version == round_.policy_version()
    assert done.certifications.get().content_hash == shown
    assert set(Consent.objects.filter(user=owner.representative).values_list("kind", flat=True)) >= {
        "PRIVACY", "THIRD_PARTY", "ELECTRONIC_SERVICE", "NO_PROXY", "NO_DUPLICATE",
    }  # fmt: skip
    assert open_verbs(done) == ["begin_check"]
    notice = Notice.objects.filter(template="application_received", user=owner.representative).get()
    assert done.receipt_no in notice.title
    assert all(row.document.name in notice.body for row in queries.documents(done))
    assert events(done)[-2:] == ["application.certified", "application.submitted"]


def test_a_second_submit_is_an_illegal_step():
    owner = make.firm()
    done = make.submitted(owner)
    with pytest.raises(IllegalStep):
        actions.submit(application_id=done.pk, by=owner.representative)


def test_submit_is_for_representatives():
    owner = make.firm()
    application = make.draft(owner)
    with pytest.raises(NotAllowed):
        actions.submit(application_id=application.pk, by=owner.staff)
    with pytest.raises(NotAllowed):
        actions.submit(application_id=application.pk, by=make.firm().representative)


def test_submit_at_the_second_of_the_close():
    owner, round_ = make.firm(), make_round()
    application = make.draft(owner, round_)
    with clock.at(round_.closes_at), pytest.raises(Refused) as error:
        actions.submit(application_id=application.pk, by=owner.representative)
    assert code(error) == "round_closed"
    with clock.at(round_.closes_at - timedelta(microseconds=1)):
        assert actions.submit(application_id=application.pk, by=owner.representative).receipt_no


def test_submit_incomplete_or_changed_content_is_refused():
    owner, round_ = make.firm(), make_round()
    unfinished = make.start(owner, round_)
    with pytest.raises(Refused) as error:
        actions.submit(application_id=unfinished.pk, by=owner.representative)
    assert code(error) == "incomplete"
    other = make.firm()
    application = make.draft(other)
    seen = queries.content_hash(application)
    make.save(application, "project", other.staff, product="다른 내용")
    with pytest.raises(Stale):
        actions.submit(application_id=application.pk, declaration=seen, by=other.representative)
    with pytest.raises(Refused) as error:
        actions.submit(application_id=application.pk, declaration=False, by=other.representative)
    assert code(error) == "not_declared"


@pytest.mark.parametrize("fact", [{"tax_status": "CLOSED"}, {"verification": "UNVERIFIED"}])
def test_only_a_blocking_rule_stops_the_submission(fact):
    owner = make.firm()
    application = make.draft(owner)
    type(owner.company).objects.filter(pk=owner.company.pk).update(**fact)
    if "tax_status" in fact:
        with pytest.raises(Refused) as error:
            actions.submit(application_id=application.pk, by=owner.representative)
        assert code(error) == "not_eligible"
        assert "폐업" in str(error.value.message)
    else:
        assert actions.submit(application_id=application.pk, by=owner.representative).status == "SUBMITTED"


def test_a_restricted_company_is_not_received():
    owner = make.firm()
    application = make.draft(owner)
    today = clock.today()
    Restriction(
        brn=owner.company.brn,
        name="x",
        ground="y",
        starts_on=today - timedelta(days=1),
        ends_on=today + timedelta(days=1),
        status="IN_FORCE",
    ).save()
    with pytest.raises(Refused):
        actions.submit(application_id=application.pk, by=owner.representative)


def test_joint_representatives_all_certify():
    owner = make.firm(joint=True)
    application = make.draft(owner)
    with pytest.raises(Refused) as error:
        actions.submit(application_id=application.pk, by=owner.representative)
    assert code(error) == "joint_waiting"
    actions.certify(application_id=application.pk, by=owner.representative)
    assert Notice.objects.filter(template="application_certification_asked", user=owner.others[0]).exists()
    make.save(application, "project", owner.staff, product="바뀐 내용")  # asks for both certifications again
    actions.certify(application_id=application.pk, by=owner.others[0])
    with pytest.raises(NotAllowed):
        actions.certify(application_id=application.pk, by=owner.staff)
    assert actions.submit(application_id=application.pk, by=owner.representative).status == "SUBMITTED"


def test_planned_round_is_submitted_without_a_match():
    owner, round_ = make.firm(), make_round(match_timing="AFTER_SELECTION")
    application = make.start(owner, round_, "SMALL")
    actions.choose_need(application_id=application.pk, need_id=make.need(owner, round_).pk, by=owner.staff)
    for key in ("company", "project", "data_need", "declarations"):
        make.save(application, key, owner.staff)
    make.save(application, "budget", owner.staff, planned_supply_won=90_000_000, cost_reason="필요합니다")
    for kind in round_.policy().required_documents:
        actions.attach_document(application_id=application.pk, kind=kind, document=make.stored(owner, kind), by=owner.staff)
    done = actions.submit(application_id=application.pk, by=owner.representative)
    assert (done.status, done.grant_won) == ("SUBMITTED", 76_500_000)


def test_the_moment_that_is_judged_is_the_moment_that_is_written_down(monkeypatch):
    """The closing time passes while the submission is worked on: received in time, never an error of the database."""
    from vouchers.applications.actions import submitting

    owner = make.firm()
    application = make.draft(owner)
    closes, real = application.round.closes_at, submitting._refuse_incomplete
    before = closes - timedelta(milliseconds=1)

    def slow(row):
        monkeypatch.setattr(clock, "now", lambda: closes + timedelta(seconds=1))
        real(row)

    monkeypatch.setattr(submitting, "_refuse_incomplete", slow)
    monkeypatch.setattr(clock, "now", lambda: before)
    assert actions.submit(application_id=application.pk, by=owner.representative).submitted_at == before
