"""The journal writes: chains, duties, notices, seals, and what happens when two write at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.template import TemplateDoesNotExist
from django.utils import translation

from portal.journal import actions, gateways, queries, rules, tasks, wording
from portal.journal.models import AccessLog, Duty, Event, MailboxMessage, Notice, Seal
from portal.kit import clock, workdays
from portal.templatetags.portal import kst_text
from tests.factories.accounts import make_member, make_organisation, make_person, make_staff

pytestmark = pytest.mark.django_db


def test_record_chains_events_of_a_subject():
    org = make_organisation()
    before = Event.objects.filter(subject_ref=org.ref).count()
    one = actions.record("organisation.renamed", org, by=None, data={"n": 1})
    two = actions.record("organisation.renamed", org, by=None, data={"가": ["나", 2, None]})
    assert (one.seq, two.seq) == (before + 1, before + 2)
    assert two.previous_hash == one.hash
    assert list(queries.chain_faults()) == []


@pytest.mark.parametrize("sql", [
    "UPDATE journal_event SET reason = 'x'", "DELETE FROM journal_event", "TRUNCATE journal_event CASCADE",
    "UPDATE journal_accesslog SET task = 'x'", "DELETE FROM journal_accesslog",
    "UPDATE accounts_consent SET given = false", "DELETE FROM accounts_consent", "TRUNCATE accounts_consent",
])  # fmt: skip
def test_journal_refuses_change(sql):
    from portal.accounts.actions import give_consent

    person = make_person()
    give_consent(user=person, kind="NEWS", text_version="1", given=True, context="test")
    actions.saw(person, person, persons=[person.ref], what="test")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_chain_faults_names_a_forged_event():
    org = make_organisation()
    event = Event.objects.filter(subject_ref=org.ref).first()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE journal_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE journal_event SET reason = 'forged' WHERE id = %s", [event.pk])
        cursor.execute("ALTER TABLE journal_event ENABLE TRIGGER USER")
    faults = list(queries.chain_faults())
    assert len(faults) == 1 and org.ref in faults[0] and str(event.pk) in faults[0]


def test_tell_writes_in_the_readers_language_and_restores_it():
    org = make_organisation(name_ko="가나 병원", name_en="Gana Hospital")
    korean, english = make_person(language="ko"), make_person(language="en", name="Ann & Co <x>")
    translation.activate("en")
    actions.tell("membership_ended", app="accounts", subject=org, to=[korean, english], url="/home/",
                 context={"reason": "A & B", "organisation_ko": "가나 병원", "organisation_en": "Gana Hospital"})  # fmt: skip
    assert translation.get_language() == "en"
    by_user = {n.user_id: n for n in Notice.objects.all()}
    assert by_user[korean.pk].title == "구성원 자격이 끝났습니다: 가나 병원"
    assert "/en/home/" in by_user[english.pk].body and "/en/" not in by_user[korean.pk].body
    assert "A & B" in by_user[english.pk].body and "Ann & Co <x>" in by_user[english.pk].body, "a mail is no HTML"


def test_tell_missing_template_is_loud():
    with pytest.raises(TemplateDoesNotExist):
        actions.tell("no_such_notice", app="accounts", subject=make_organisation(), to=[make_person()])


def test_tell_once_and_choice():
    org, person = make_organisation(), make_person()
    actions.choose_mail(template="membership_ended", by_mail=False, by=person)
    for _ in range(2):
        actions.tell("membership_ended", app="accounts", subject=org, to=[person], once="same", context={"reason": "x"})
    assert [n.state for n in Notice.objects.all()] == [rules.NoticeState.SKIPPED]
    assert tasks.deliver_notices() == 0
    assert queries.unread(person) == 1
    actions.read_notices(by=person, before=clock.now())
    assert queries.unread(person) == 0


def _notice(**facts):
    return actions.post(app="account", template="t", address="a@test.example", language="ko", title="제목", body="비밀", **facts)


@pytest.fixture
def mailbox(settings):
    settings.EMAIL_BACKEND = "portal.journal.mailbox.MailboxBackend"


def test_deliver_sends_once_and_forgets_secrets(mailbox):
    notice = _notice()
    assert tasks.deliver_notices() == 1
    assert tasks.deliver_notices() == 0
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.body) == ("SENT", 1, "")
    mail = MailboxMessage.objects.get()
    assert mail.body == "비밀" and mail.message_id == gateways.message_id(notice.ref)
    gateways.send(ref=notice.ref, to=notice.address, subject="제목", body="비밀")
    assert MailboxMessage.objects.count() == 1, "the same Message-ID is the same mail"


def test_deliver_retries_with_growing_pauses_then_fails(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens
    notice, now = _notice(), clock.now()
    for attempt in range(1, rules.MAX_ATTEMPTS + 1):
        with clock.at(now):
            assert tasks.deliver_notices() == 0
            assert tasks.deliver_notices() == 0, "not again before its time"
        notice.refresh_from_db()
        assert notice.attempts == attempt
        now = notice.due_at
    assert notice.state == rules.NoticeState.FAILED and "ConnectionRefused" in notice.last_error


def test_lost_claim_is_asked_at_the_mailbox_else_parked(mailbox, settings):
    sent, unsent = _notice(), _notice()
    assert {actions.claim_notice().pk, actions.claim_notice().pk} == {sent.pk, unsent.pk}
    gateways.send(ref=sent.ref, to=sent.address, subject="s", body="b")  # and then the worker is killed
    with clock.at(clock.now() + timedelta(minutes=rules.CLAIM_MINUTES + 1)):
        tasks.deliver_notices()
    sent.refresh_from_db(), unsent.refresh_from_db()
    assert sent.state == "SENT" and sent.attempts == 1
    assert unsent.state == "WAITING" and unsent.due_at > clock.now()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with clock.at(clock.now() + timedelta(hours=1)):
        claimed = actions.claim_notice()
    settings.EMAIL_PORT = 1
    with clock.at(clock.now() + timedelta(hours=2)):
        tasks.deliver_notices()
        claimed.refresh_from_db()
        assert claimed.state == "UNCLEAR"
        tasks.deliver_notices()
        claimed.refresh_from_db()
        assert claimed.state == "UNCLEAR", "never sent again by itself"


def test_resend_needs_permission_and_a_parked_mail():
    from portal.kit.errors import IllegalStep, NotAllowed

    notice = _notice()
    admin = make_staff("SYSADMIN")
    with pytest.raises(IllegalStep):
        actions.resend(notice.pk, by=admin)
    actions.claim_notice()
    actions.settle_notice(notice_id=notice.pk, outcome="UNKNOWN", error="broken pipe")
    with pytest.raises(NotAllowed):
        actions.resend(notice.pk, by=make_person())
    assert actions.resend(notice.pk, by=admin).state == "WAITING"
    assert Event.objects.filter(subject_ref=notice.ref, name="notice.resent", by=admin).exists()


def _duty(org, days, opened_days_ago=20, **facts):
    now = clock.now()
    opened = now - timedelta(days=opened_days_ago)
    with clock.at(opened):
        return actions.open_duty(org, "do_it", title_ko="할 일", title_en="A task", url="/home/", by=None,
                                 due_at=workdays.due_at(now, days), **facts)  # fmt: skip


def test_remind_tells_each_threshold_once_to_who_owes_it():
    org = make_organisation()
    member = make_member(org)
    make_member(make_organisation())
    _duty(org, 7, organisation=org)
    assert tasks.remind() == 1
    assert tasks.remind() == 0
    notice = Notice.objects.get()
    assert notice.user == member and notice.title == "마감 안내: 할 일" and "7근무일" in notice.body
    due_at = Duty.objects.get().due_at
    assert f"마감일: {kst_text(due_at)}\n" in notice.body
    with clock.at(due_at - timedelta(hours=30)):
        assert tasks.remind() == 1
        assert tasks.remind() == 0
    assert Notice.objects.count() == 2


def test_a_notice_on_the_page_goes_without_the_mails_line_of_its_address():
    org = make_organisation()
    make_member(org)
    _duty(org, 7, organisation=org)
    tasks.remind()
    sent = Notice.objects.get()
    assert sent.body.endswith("/home/")
    for language in ("ko", "en"):
        shown = queries.worded(Notice.objects.select_related("user"), language)[0]
        assert "http" not in shown.body and shown.body and shown.language == language


def test_an_older_notice_keeps_its_due_day_and_korean_times_in_the_other_language():
    """Before instants were kept, the due day stood in words and times as Korean wall time."""
    told = {"due_ko": "2026. 11. 23.", "due_en": "23 November 2026"}
    for language, day in (("en", "23 Nov 2026"), ("ko", "2026. 11. 23.")):
        assert day in wording.render("vouchers", "evaluation_invited", language, told)[1]
    opened = {"opens_at": "2026-11-23 09:00", "closes_at": "2026-12-01 18:00"}
    with_zone = {"opens_at": "2026-11-23T09:00+09:00", "closes_at": "2026-12-01T09:00Z"}
    assert wording.render("vouchers", "round_announced", "en", opened) == wording.render(
        "vouchers", "round_announced", "en", with_zone
    )


def test_remind_is_silent_when_just_opened_paused_late_or_closed():
    org = make_organisation()
    make_member(org)
    _duty(org, 5, opened_days_ago=0, organisation=org)
    assert tasks.remind() == 0
    assert Duty.objects.get().reminded == [7]
    other = make_organisation()
    make_member(other)
    _duty(other, 6, organisation=other)
    actions.pause_duty(other, "do_it", by=None)
    assert tasks.remind() == 0
    actions.resume_duty(other, "do_it", by=None)
    actions.close_duty(other, "do_it", by=None)
    assert tasks.remind() == 0
    assert Notice.objects.count() == 0


def test_seal_day_covers_everything_up_to_yesterday_once():
    with clock.at(clock.now() - timedelta(days=1)):
        org = make_organisation()
    make_organisation()  # today's is not sealed yet
    seal = actions.seal_day()
    assert seal is not None and actions.seal_day() is None
    assert seal.last_event_id == Event.objects.get(subject_ref=org.ref).pk
    with clock.at(clock.now() + timedelta(days=1)):
        second = actions.seal_day()
    assert second.previous_head == seal.head and second.events == Event.objects.count() - seal.events
    assert list(queries.seal_faults()) == []
    assert Seal.objects.count() == 2


def test_verify_names_a_removed_event(capsys):
    from django.core.management import call_command

    with clock.at(clock.now() - timedelta(days=1)):
        org = make_organisation()
    actions.seal_day()
    call_command("verify")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE journal_event DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM journal_event WHERE subject_ref = %s", [org.ref])
        cursor.execute("ALTER TABLE journal_event ENABLE TRIGGER USER")
    with pytest.raises(SystemExit) as stop:
        call_command("verify")
    assert stop.value.code == 1
    assert "seal of" in capsys.readouterr().err


def test_saw_is_searchable_by_person():
    officer, person = make_staff("AUDITOR"), make_person()
    actions.saw(officer, person, persons=[person.ref], what="test")
    assert AccessLog.objects.filter(persons__contains=[person.ref]).get().by == officer


def test_who_does_what_was_owed_has_read_what_was_told_about_it():
    org = make_organisation()
    doer, other = make_member(org), make_member(org)
    case, elsewhere = make_organisation(), make_organisation()
    for subject in (case, elsewhere):
        actions.tell("duty_reminder", app="journal", subject=subject, organisation=org, url="/home/", once=f"1{subject.ref}")
    actions.open_duty(case, "answer", title_ko="답", title_en="Answer", url="/home/", organisation=org, by=None)
    actions.close_duty(case, "something_else", by=doer)
    assert queries.unread(doer) == 2  # nothing was done yet
    actions.close_duty(case, "answer", by=doer)
    assert Notice.objects.get(user=doer, read_at__isnull=True).subject_ref == elsewhere.ref
    assert queries.unread(other) == 2
    actions.tell("duty_reminder", app="journal", subject=case, to=[doer], url="/home/", once="2")
    assert queries.unread(doer) == 2  # what is told afterwards is new
    actions.open_duty(elsewhere, "answer", title_ko="답", title_en="Answer", url="/home/", organisation=org, by=None)
    actions.close_duties(elsewhere, by=None)  # by nobody: nobody has read anything
    assert queries.unread(other) == 2
