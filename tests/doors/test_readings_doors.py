"""AccessLog: who saw whose data, from where; nothing when somebody reads their own."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from portal.accounts import queries as people
from portal.documents import actions as documents
from portal.documents.models import Document
from portal.journal.models import AccessLog
from tests.doors import as_
from tests.factories import applications as make
from tests.factories.accounts import make_member, make_organisation, make_pdf, make_person, make_staff

pytestmark = pytest.mark.django_db


def logged(**facts) -> list[tuple[str, str, str]]:
    return list(AccessLog.objects.filter(**facts).order_by("pk").values_list("subject_type", "subject_ref", "task"))


def test_an_official_who_opens_an_application_is_written_down_and_its_people_are_not():
    application = make.submitted()
    path = reverse("applications:detail", args=[application.ref])
    assert as_(application.submitted_by).get(path).status_code == 200 and logged() == []
    auditor = make_staff("AUDITOR")
    assert as_(auditor, REMOTE_ADDR="192.0.2.7").get(path).status_code == 200
    row = AccessLog.objects.get()
    assert (row.by, row.source, row.subject_ref, row.persons) == (
        auditor, "192.0.2.7", application.ref, [application.company.ref],
    )  # fmt: skip
    assert Client().get(path).status_code == 302 and as_(make_person()).get(path).status_code == 404
    assert AccessLog.objects.count() == 1, "who may not see it saw nothing"


def test_behind_our_proxy_the_address_is_the_one_that_the_proxy_wrote():
    application = make.submitted()
    path = reverse("applications:detail", args=[application.ref])
    client = as_(make_staff("AUDITOR"), REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.4")
    client.get(path)
    with override_settings(BEHIND_PROXY=True):
        client.get(path)
    assert list(AccessLog.objects.order_by("pk").values_list("source", flat=True)) == ["10.0.0.1", "198.51.100.4"]


def test_a_file_of_somebody_else_is_written_down_with_its_case():
    application = make.submitted()
    row = application.application_documents.select_related("document").first()
    path = reverse("applications:download", args=[application.ref, row.document.ref])
    assert as_(application.submitted_by).get(path).status_code == 200 and logged() == []
    officer = make_staff("MINISTRY_OFFICER")
    assert as_(officer).get(path).status_code == 403
    assert not logged(task__startswith="file"), "a file that stayed shut was not seen"
    Document.objects.filter(pk=row.document_id).update(scan_state="CLEAN")
    assert as_(officer).get(path).status_code == 200
    assert ("application", application.ref, f"file {row.document.ref}") in logged(by=officer)


def test_the_admins_pages_of_people_are_written_down():
    officer, person = make_staff("SYSADMIN"), make_person(name="시연 대표자")
    organisation = make_organisation()
    member = make_member(organisation)
    client = as_(officer)
    assert client.get(reverse("admin:accounts_user_change", args=[person.pk])).status_code == 200
    assert AccessLog.objects.get(subject_ref=person.ref).persons == [person.ref]
    assert client.get(reverse("admin:accounts_user_verb", args=[person.pk, "close"])).status_code == 200
    assert AccessLog.objects.filter(subject_ref=person.ref).count() == 2
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 200
    listed = AccessLog.objects.get(subject_ref="")
    assert (listed.subject_type, listed.task) == ("user", "admin: list user") and {person.ref, member.ref} <= set(listed.persons)
    assert client.get(reverse("admin:accounts_membership_changelist")).status_code == 200
    assert member.ref in AccessLog.objects.get(task="admin: list membership").persons
    document = documents.upload(file=make_pdf(), kind="PLAN", organisation=organisation, by=member)
    assert client.get(reverse("admin:documents_document_change", args=[document.pk])).status_code == 200
    assert organisation.ref in AccessLog.objects.get(subject_ref=document.ref).persons


def test_the_admins_pages_without_people_and_closed_pages_write_nothing():
    person = make_person()
    assert as_(make_person()).get(reverse("admin:accounts_user_change", args=[person.pk])).status_code in {302, 403}
    client = as_(make_staff("AUDITOR"))
    for model in ("vouchers_round", "journal_seal", "providers_institution"):
        assert client.get(reverse(f"admin:{model}_changelist")).status_code == 200
    assert logged() == []


@pytest.mark.parametrize("model", ["auth_group", "account_emailaddress", "mfa_authenticator", "usersessions_usersession"])
def test_nobody_opens_what_other_apps_registered(model):
    """Secrets of second factors and sessions of people: no role of the table holds Django's own permissions."""
    for role in people.rules.ADMIN_ROLES:
        assert as_(make_staff(role)).get(reverse(f"admin:{model}_changelist")).status_code == 403
