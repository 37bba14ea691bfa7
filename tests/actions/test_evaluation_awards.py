"""Letters of results, awards and the reserve list."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from portal.journal.models import Event, Notice
from portal.kit import clock, workdays
from portal.kit.errors import IllegalStep, NotAllowed
from tests.actions.test_evaluation_actions import duties
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.refusals import refused
from vouchers.applications import actions as application_actions
from vouchers.companies import actions as companies
from vouchers.evaluation import actions, queries
from vouchers.evaluation.models import (
    Award,
    SelectionLetter,
)
from vouchers.ledger import queries as ledger

pytestmark = pytest.mark.django_db
GRANT = 320_000_000


# ── Letters ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_letter_is_served_electronically_when_its_mail_leaves():
    at = ev.scored((90, 80, 50), slots=1)
    ev.confirmed(at)
    letters = {letter.line.application_id: letter for letter in SelectionLetter.objects.all()}
    assert set(letters) == {at.applications[1].pk, at.applications[2].pk}  # who is selected gets no adverse letter
    letter = letters[at.applications[1].pk]
    mail = Notice.objects.get(template="selection_letter", subject_ref=letter.ref)
    assert (letter.how, letter.address, mail.address) == ("ELECTRONIC", at.firms[1].company.service_email, letter.address)
    assert actions.serve_letters() == 0 and letter.open_until is None
    Notice.objects.filter(pk=mail.pk).update(sent_at=datetime(2027, 1, 29, 2, tzinfo=UTC))
    assert (actions.serve_letters(), actions.serve_letters()) == (1, 0)
    letter.refresh_from_db()
    assert (letter.served_on, letter.open_until) == (date(2027, 1, 29), date(2027, 3, 2))  # 28 Feb Sunday, 1 March a holiday
    for change in ({"open_until": date(2028, 1, 1)}, {"address": "x@demo.example"}, {"content": {}}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SelectionLetter.objects.filter(pk=letter.pk).update(**change)
    refused(actions.record_service, "electronic", letter_id=letter.pk, served_on=clock.today(), by=at.officer)


def test_a_letter_whose_mail_cannot_be_delivered_goes_by_post():
    at = ev.scored((90, 80), slots=1)
    ev.confirmed(at)
    letter = SelectionLetter.objects.get()
    turn = {"letter_id": letter.pk, "reason": "없는 이메일 주소", "by": at.officer}
    refused(actions.turn_to_post, "reason_missing", **{**turn, "reason": " "})
    with pytest.raises(NotAllowed):
        actions.turn_to_post(**{**turn, "by": at.approver})
    turned = actions.turn_to_post(**turn)
    assert (turned.how, turned.address, duties(turned)) == ("POST", at.firms[1].company.address, ["post_letter"])
    refused(actions.turn_to_post, "not_undelivered", **turn)
    with pytest.raises(IntegrityError), transaction.atomic():
        SelectionLetter.objects.filter(pk=letter.pk).update(how="ELECTRONIC")
    actions.post_letter(letter_id=letter.pk, posted_on=clock.today(), tracking_no="1234567890123", by=at.officer)
    assert actions.record_service(letter_id=letter.pk, served_on=clock.today(), by=at.officer).open_until is not None


def test_a_letter_by_post_counts_from_its_delivery():
    at = ev.scored((90, 80), slots=1)
    company = at.firms[1].company
    companies.edit(company_id=company.pk, version=company.version, service_email="", by=at.firms[1].representative)
    ev.confirmed(at)
    letter = SelectionLetter.objects.get()
    today, by = clock.today(), at.officer
    assert (letter.how, letter.address, duties(letter)) == ("POST", company.address, ["post_letter"])
    serve = {"letter_id": letter.pk, "served_on": today, "by": by}
    refused(actions.record_service, "not_posted", **serve)
    post = {"letter_id": letter.pk, "posted_on": today, "tracking_no": "1234567890123", "by": by}
    refused(actions.post_letter, "no_tracking", **{**post, "tracking_no": " "})
    refused(actions.post_letter, "wrong_day", **{**post, "posted_on": today + timedelta(days=1)})
    with pytest.raises(NotAllowed):
        actions.post_letter(**{**post, "by": at.approver})
    actions.post_letter(**post)
    assert duties(letter) == ["record_service"]
    refused(actions.record_service, "wrong_day", **{**serve, "served_on": today - timedelta(days=1)})
    served = actions.record_service(**serve)
    assert served.open_until >= today + timedelta(days=30) and workdays.is_working_day(served.open_until) and duties(letter) == []
    refused(actions.record_service, "served_already", **serve)
    with pytest.raises(IntegrityError), transaction.atomic():
        SelectionLetter.objects.filter(pk=letter.pk).update(served_on=None, open_until=None)


# ── Awards ───────────────────────────────────────────────────────────────────────────────────────────
def test_accept_award_hands_over_to_the_operating_agency():
    at, (award,) = ev.awarded()
    boss = at.firms[0].representative
    with pytest.raises(NotAllowed):
        actions.accept_award(award_id=award.pk, by=at.firms[0].staff)
    with pytest.raises(NotAllowed):
        actions.accept_award(award_id=award.pk, by=make.firm().representative)
    award = actions.accept_award(award_id=award.pk, by=boss)
    assert (award.status, award.decided_by, duties(award)) == ("ACCEPTED", boss, ["draft_agreement"])
    with pytest.raises(IllegalStep):
        actions.accept_award(award_id=award.pk, by=boss)
    assert list(queries.to_draft()) == [award]


def test_accept_award_is_refused_after_the_due_day():
    at, (award,) = ev.awarded()
    with clock.at(award.due_at):
        refused(actions.accept_award, "award_late", award_id=award.pk, by=at.firms[0].representative)


def test_decline_releases_and_promotes_the_next_once():
    at, awards = ev.awarded((90, 80, 70, 65), slots=2)
    refused(actions.decline_award, "reason_missing", award_id=awards[0].pk, reason="", by=at.firms[0].representative)
    actions.decline_award(award_id=awards[0].pk, reason="인력 부족", by=at.firms[0].representative)
    for application in at.applications:
        application.refresh_from_db()
    assert [a.status for a in at.applications] == ["WITHDRAWN", "SELECTED", "SELECTED", "RESERVE"]
    assert ledger.position(at.round.pk).reserved_won == 2 * GRANT
    promoted = Award.objects.get(application=at.applications[2])
    assert promoted.status == "NOTIFIED" and promoted.project_no != awards[0].project_no
    kept = Award.objects.get(application=at.applications[1])
    assert "1순위에서 선정되었습니다" in queries.selected_because(promoted) and "2위" in queries.selected_because(kept)
    with translation.override("en"):
        assert queries.selected_because(promoted).startswith("Selected from place 1 of the reserve list")
    assert "예비 순위에서" in Notice.objects.get(user=at.firms[2].representative, template="award_notified").body
    with pytest.raises(IllegalStep):
        actions.decline_award(award_id=awards[0].pk, reason="다시", by=at.firms[0].representative)
    assert Award.objects.count() == 3


def test_decline_after_acceptance_is_possible_until_the_agreement():
    at, award = ev.accepted()
    award = actions.decline_award(award_id=award.pk, reason="사정", by=at.firms[0].representative)
    assert award.status == "DECLINED" and duties(award) == []
    assert ledger.position(at.round.pk).reserved_won == 0


def test_unanswered_awards_lapse_and_withdrawn_ones_end():
    at, awards = ev.awarded((90, 80, 70), slots=2)
    assert actions.lapse_awards(clock.now()) == 0
    application_actions.withdraw(application_id=awards[1].application_id, reason="폐업", by=None)
    assert actions.lapse_awards(clock.now()) == 1
    late = awards[0].due_at
    with clock.at(late):
        assert actions.lapse_awards(late) == 2  # the first and the one that moved up, both due on this day
        assert actions.lapse_awards(late) == 0
    states = dict(Award.objects.values_list("application_id", "status"))
    assert [states[a.pk] for a in at.applications] == ["LAPSED", "DECLINED", "LAPSED"]
    assert Notice.objects.filter(user=at.firms[0].representative, template="award_lapsed").exists()
    first = Award.objects.select_related("application").get(pk=awards[0].pk)
    assert (first.application.status, first.decided_at, first.decided_by) == ("LAPSED", None, None)  # nobody answered
    assert not Notice.objects.filter(user=at.firms[0].representative, template="application_withdrawn").exists()
    told = list(Event.objects.filter(subject_ref=first.application.ref).order_by("seq").values_list("name", flat=True))
    assert told[-1] == "application.lapsed" and "application.withdrawn" not in told
