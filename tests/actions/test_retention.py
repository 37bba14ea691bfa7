"""What the privacy notice promises to erase is erased by a sweep, and nothing else is."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from portal.accounts import actions as accounts
from portal.accounts import rules as account_rules
from portal.accounts.models import RoleGrant, User
from portal.celery import SWEEPS, app
from portal.desk.privacy import KINDS
from portal.documents import actions as documents
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.journal import rules as journal_rules
from portal.journal.models import AccessLog, Erasure, Event, Notice
from portal.kit import clock
from portal.management import verify
from tests.factories import applications as make
from tests.factories.accounts import make_member, make_organisation, make_person, make_staff
from vouchers.applications import actions as applications
from vouchers.applications import rules as application_rules
from vouchers.applications.models import Application
from vouchers.companies import actions as companies
from vouchers.companies import rules as company_rules

YEAR = timedelta(days=366)


def test_each_period_of_the_notice_names_the_sweep_that_ends_it_or_why_there_is_none() -> None:
    named = [name for kind in KINDS for name in kind.procedures]
    assert all(kind.procedures or kind.why_not for kind in KINDS)
    app.loader.import_default_modules()
    assert set(named) <= set(SWEEPS) & set(app.tasks) and len(named) == len(set(named))
    assert {name for name in SWEEPS if ".forget_" in name} <= set(named)
    with translation.override("en"):
        told = " ".join(str(kind.kept) for kind in KINDS)
    words = {"within seven days": company_rules.NAME_KEPT_DAYS == 7, "Two years": journal_rules.ACCESS_YEARS == 2}
    words |= {"for three years": account_rules.ROLE_YEARS == 3}
    words |= {f"for {account_rules.SIGN_UP_DAYS} days": True, f"Until {application_rules.DRAFT_DAYS} days": True}
    assert all(words.values()) and all(word in told for word in words)


def noted(sweep: str) -> int:
    """What the journal says the sweep erased, once."""
    row = Erasure.objects.get(kind=sweep)
    event = Event.objects.get(subject_ref=row.ref, name="erasure.carried_out")
    assert event.data["sweep"] == sweep and event.data["count"] == row.count
    return row.count


@pytest.mark.django_db
def test_accesses_are_forgotten_after_two_years_and_never_before() -> None:
    officer, now = make_staff("AUDITOR"), clock.now()
    for age in (2 * YEAR, timedelta(days=720)):
        AccessLog.objects.create(at=now - age, by=officer, subject_type="x", task="test")
    assert journal.forget_accesses(now=now) == 1 == noted("journal.forget_accesses")
    assert journal.forget_accesses(now=now + 9 * YEAR) == 0  # the database keeps to its own clock
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessLog.objects.all().delete()


@pytest.mark.django_db
def test_sign_ups_that_nobody_confirmed_and_old_records_of_roles_are_forgotten() -> None:
    now, org = clock.now(), make_organisation()
    gone, young, confirmed = (make_person(demo=False, verified=verified) for verified in (False, False, True))
    member = make_member(org, demo=False, verified=False)
    journal.post(app="account", template="t", address=gone.email, language="ko", title="주소 확인", body="글")
    old = User.objects.filter(pk__in=[gone.pk, confirmed.pk, member.pk])
    old.update(date_joined=now - timedelta(days=31))
    assert [accounts.forget_sign_ups(now=now) for _again in range(2)] == [1, 0] and noted("accounts.forget_sign_ups") == 1
    gone.refresh_from_db()
    assert (gone.email, gone.name, gone.is_active) == (f"{gone.ref}@forgotten.invalid", "", False)
    assert not gone.emailaddress_set.exists() and not gone.has_usable_password()
    (mail,) = Notice.objects.filter(title="주소 확인")
    assert mail.address == gone.email
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=mail.pk).update(address="somebody@else.example")
    for kept in (young, confirmed, member):
        assert User.objects.get(pk=kept.pk).email == kept.email and kept.emailaddress_set.exists()

    live = RoleGrant.objects.get(user=member)
    ended = [make_staff("AUDITOR") for _ in range(2)]
    for person, age in zip(ended, (4 * YEAR, 2 * YEAR), strict=True):
        RoleGrant.objects.filter(user=person).update(revoked_at=now - age)
    assert [accounts.forget_role_grants(now=now) for _again in range(2)] == [1, 0] and noted("accounts.forget_role_grants") == 1
    assert set(RoleGrant.objects.values_list("user", flat=True)) == {live.user_id, ended[1].pk}


@pytest.mark.django_db
def test_drafts_are_emptied_after_their_time_and_what_was_handed_in_stays(
    django_capture_on_commit_callbacks, monkeypatch
) -> None:
    owner, other = make.firm(), make.firm()
    draft = make.draft(owner)
    handed_in = make.submitted(other, draft.round)
    files = Document.objects.filter(pk__in=draft.application_documents.values("document"))
    (file,) = files.all()[:1]
    closes_at = draft.round.closes_at
    assert applications.forget_drafts(now=closes_at + timedelta(days=90)) == 0
    paper, newer = (make.stored(owner, "BUSINESS_REGISTRATION") for _ in range(2))
    companies.add_registration_file(company_id=owner.company.pk, document=paper, by=owner.representative)
    applications.take_company_document(application_id=draft.pk, kind="BUSINESS_REGISTRATION", by=owner.staff)
    companies.add_registration_file(company_id=owner.company.pk, document=newer, by=owner.representative)
    storage = type(file.file.storage._wrapped)
    with monkeypatch.context() as silent:
        silent.setattr(storage, "delete", lambda *_: 1 / 0)  # the storage does not answer
        with django_capture_on_commit_callbacks(execute=True):
            assert applications.forget_drafts(now=closes_at + timedelta(days=91)) == 1
    assert file.file.storage.exists(file.file.name)
    assert (
        documents.remove_erased() == Document.objects.filter(erased_at__isnull=False).count() and documents.remove_erased() == 0
    )
    paper.refresh_from_db()
    assert not paper.erased_at, "a company's registration was decided on it"
    assert not list(verify.file_faults())
    assert applications.forget_drafts(now=closes_at + timedelta(days=92)) == 0 and noted("applications.forget_drafts") == 1
    draft = Application.objects.get(pk=draft.pk)
    assert draft.title == "" and not any(draft.sections.values_list("answers", flat=True))
    assert not draft.application_documents.exists()
    file.refresh_from_db()
    assert file.erased_at and file.name == file.ref and not file.file.storage.exists(file.file.name)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=file.pk).update(erased_at=None)
    kept = Application.objects.get(pk=handed_in.pk)
    assert kept.title == handed_in.title and all(kept.sections.exclude(key="documents").values_list("answers", flat=True))
    spared = Document.objects.filter(pk__in=kept.application_documents.values("document"))
    assert spared.exists() and not spared.filter(erased_at__isnull=False).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        spared.update(name="anders.pdf")
