"""Rows that must not change: refused to the running role by its rights, to the owner by triggers. Each guard is tried."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts import actions as accounts
from portal.documents import actions as documents
from portal.documents.models import Document
from portal.journal import actions
from portal.journal.models import AccessLog, Event, Notice, Seal
from portal.kit import clock
from tests import services
from tests.factories.accounts import make_organisation, make_pdf, make_person

UNCHANGING = ("journal_event", "journal_seal", "journal_accesslog", "accounts_consent", "vouchers_entry", "vouchers_ledgerevent")
KEPT = ("journal_notice", "documents_document")  # may move on, but never go


def furnish() -> None:
    """A row in each table of the cellar."""
    person = make_person()
    actions.saw(person, person, persons=[person.ref], what="test")
    Seal.objects.create(day=clock.today(), last_event_id=1, events=1, previous_head="0" * 64, head="1" * 64)
    accounts.give_consent(user=person, kind="NEWS", text_version="1", given=True, context="signup")
    actions.post(app="account", template="t", address="a@demo.example", language="ko", title="제목", body="글")
    documents.upload(file=make_pdf(), kind="PLAN", organisation=make_organisation(), by=person)
    assert Event.objects.exists() and AccessLog.objects.exists()


@pytest.mark.parametrize("table", [*UNCHANGING, *KEPT])
def test_the_running_role_has_no_right_to_take_rows_away(table, own_database):
    furnish()
    with services.running_role(own_database) as there:
        there.execute(f"SELECT count(*) FROM {table}")
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                there.execute(statement)


@pytest.mark.parametrize("table", UNCHANGING)
def test_the_running_role_has_no_right_to_change_rows(table, own_database):
    furnish()
    with services.running_role(own_database) as there, pytest.raises(psycopg.errors.InsufficientPrivilege):
        there.execute(f"UPDATE {table} SET id = id")


def test_the_running_role_may_do_what_it_needs_and_owns_nothing(own_database):
    furnish()
    with services.running_role(own_database) as there:
        there.execute("UPDATE journal_notice SET state = 'SENDING', attempts = 1")
        there.execute("UPDATE documents_document SET scan_state = 'CLEAN'")
        there.execute("UPDATE journal_duty SET paused_days = 0")
        assert there.execute("SELECT count(*) FROM pg_class WHERE relowner = 'portal_app'::regrole").fetchone() == (0,)
        for table in ("journal_event", "journal_notice", "documents_document"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                there.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def test_the_running_role_borrows_no_right_of_the_owner_by_a_table_of_its_own(own_database):
    """What erases old accesses runs as the owner: a temporary table of the same name, with a trigger, must not be what it finds."""
    furnish()
    with services.running_role(own_database) as there:
        for statement in (
            "CREATE TEMP TABLE journal_accesslog (at timestamptz)",
            "INSERT INTO pg_temp.journal_accesslog VALUES ('2001-01-01')",
            "CREATE FUNCTION pg_temp.taken() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN EXECUTE 'ALTER TABLE public.journal_event DISABLE TRIGGER USER'; RETURN OLD; END $$",
            "CREATE TRIGGER taken BEFORE DELETE ON pg_temp.journal_accesslog FOR EACH ROW EXECUTE FUNCTION pg_temp.taken()",
            "GRANT ALL ON pg_temp.journal_accesslog TO portal_owner",
        ):
            there.execute(statement)
        assert there.execute("SELECT public.journal_forget_accesses(now())").fetchone() == (0,)
        assert there.execute("SELECT count(*) FROM pg_temp.journal_accesslog").fetchone() == (1,)
        found = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'public.journal_event'::regclass AND tgenabled = 'D'"
        assert there.execute(found).fetchone() == (0,)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["journal_event", "journal_seal", "journal_accesslog", "accounts_consent", *KEPT])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_owner_is_refused_by_triggers(table, statement):
    furnish()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with waiting checks refuses TRUNCATE for another reason
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(statement.format(table))


@pytest.mark.django_db
@pytest.mark.parametrize("change", [
    {"title": "anders"}, {"address": "b@demo.example"}, {"template": "x"}, {"key": "x"}, {"subject_ref": "x"}, {"user_id": 0},
])  # fmt: skip
def test_what_a_notice_told_to_whom_stays(change):
    furnish()
    if "user_id" in change:
        change = {"user_id": make_person().pk}
    with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
        Notice.objects.update(**change)


@pytest.mark.django_db
def test_a_delivered_notice_is_never_sent_again_not_even_by_sql():
    furnish()
    sent = actions.settle_notice(notice_id=actions.claim_notice().pk, outcome="SENT")
    for change in ({"state": "WAITING"}, {"sent_at": None}, {"attempts": 0}):
        with pytest.raises(IntegrityError, match="stays delivered"), transaction.atomic():
            Notice.objects.filter(pk=sent.pk).update(**change)
    Notice.objects.filter(pk=sent.pk).update(read_at=clock.now())


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"size": 1}, {"file": "x"}, {"name": "x.pdf"}, {"organisation": None}])
def test_which_file_it_is_never_changes(change):
    furnish()
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Document.objects.update(**change)


@pytest.mark.django_db
@pytest.mark.parametrize("clean", [True, False])
def test_a_verdict_stays(clean):
    furnish()
    document = documents.settle_scan(document_id=Document.objects.get().pk, clean=clean)
    for other in {"CLEAN", "INFECTED", "UNSCANNED", "QUARANTINED"} - {document.scan_state}:
        with pytest.raises(IntegrityError, match="verdict stays"), transaction.atomic():
            Document.objects.update(scan_state=other)
