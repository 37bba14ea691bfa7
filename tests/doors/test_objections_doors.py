"""Objections as the company, a colleague, a stranger, the reviewer, officers and nobody see them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.rules import Role
from portal.journal.models import AccessLog
from tests.actions.test_objections_actions import file, ineligible
from tests.doors import as_
from tests.factories import applications as make
from tests.factories.providers import person
from vouchers.objections import rules
from vouchers.objections.models import Objection

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def test_the_representative_files_from_the_page_of_the_decision():
    owner, application, _officer = ineligible()
    address, client = f"/objections/new/?of={application.ref}", as_(owner.representative)
    assert address in text(client.get(f"/applications/{application.ref}/why/"))
    assert "이의신청 제출" in text(client.get(address))
    wrong = client.post(address, {"ground": "", "statement": ""})
    assert wrong.status_code == 422 and not Objection.objects.exists()
    evidence = SimpleUploadedFile("proof.pdf", make.pdf().read(), content_type="application/pdf")
    answer = client.post(address, {"ground": "FACTS", "statement": "사실과 다릅니다.", "file": evidence})
    row = Objection.objects.get()
    assert answer.status_code == 303 and answer["Location"] == f"/objections/{row.ref}/"
    assert client.get(address)["Location"] == f"/objections/{row.ref}/", "what is filed is shown, not filed again"
    shown = text(client.get(f"/objections/{row.ref}/"))
    assert "사실과 다릅니다." in shown and "proof.pdf" in shown and "Filed" not in shown
    assert client.get(f"/objections/{row.ref}/files/{row.documents.get().ref}/").status_code == 200
    assert row.about in text(client.get("/objections/"))
    assert client.post(f"/objections/{row.ref}/withdraw/").status_code == 303
    assert Objection.objects.get().status == "WITHDRAWN"


def test_a_colleague_reads_a_stranger_finds_nothing_and_nobody_signs_in():
    owner, application, _officer = ineligible()
    new = f"/objections/new/?of={application.ref}"
    assert "대표자에게" in text(as_(owner.staff).get(new))
    assert as_(owner.staff).post(new, {"ground": "FACTS", "statement": "x"}).status_code == 422
    row = file(application, owner.representative)
    stranger = as_(make.firm().representative)
    for address in (f"/objections/{row.ref}/", new, "/objections/new/"):
        assert stranger.get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert stranger.post(f"/objections/{row.ref}/withdraw/").status_code == 404
    assert row.about not in text(stranger.get("/objections/"))
    assert as_(owner.staff).get(f"/objections/{row.ref}/").status_code == 200
    assert as_(owner.staff).post(f"/objections/{row.ref}/withdraw/").status_code in {403, 409}
    assert Objection.objects.get().status == "FILED"


def test_reviewer_and_officer_work_in_the_admin():
    owner, application, officer = ineligible()
    row, reviewer = file(application, owner.representative), person(Role.OBJECTION_REVIEWER)
    change = reverse("admin:vouchers_objection_change", args=[row.pk])
    desk, office = as_(reviewer), as_(officer)

    def verb(client, name, **data):
        return client.post(reverse("admin:vouchers_objection_verb", args=[row.pk, name]), data).status_code

    assert row.about in text(desk.get(reverse("admin:vouchers_objection_changelist")))
    assert "take_up" in text(desk.get(change)) and "take_up" not in text(office.get(change))
    assert AccessLog.objects.filter(by=reviewer, persons=[owner.company.ref]).exists()
    assert verb(office, "take_up") == 403
    assert [verb(desk, "take_up"), verb(desk, "find_admissible"), verb(desk, "give_opinion", opinion="의견")] == [302, 302, 403]
    assert verb(desk, "uphold", reason="이유") == 422, "the opinion is awaited"
    assert str(rules.OPINION_AWAITED) in text(desk.get(change))
    assert verb(office, "give_opinion", opinion="지침에 따랐습니다.") == 302
    assert verb(desk, "uphold", reason="사실을 잘못 보았습니다.") == 302
    assert Objection.objects.get().status == "UPHELD"
    assert "record_remedy" in text(office.get(change))
    shown = text(as_(owner.representative).get(f"/en/objections/{row.ref}/"))
    assert "Upheld" in shown and "사실을 잘못 보았습니다." in shown and "지침에 따랐습니다." in shown
    assert as_(person(Role.STAT_VIEWER)).get(change).status_code in {302, 403}


def test_the_list_asks_as_much_for_many_as_for_one():
    client = as_(person(Role.OBJECTION_REVIEWER))

    def count() -> int:
        client.get("/objections/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/objections/")
        return len(seen)

    owner, application, _officer = ineligible()
    file(application, owner.representative)
    one = count()
    owner, application, _officer = ineligible()
    file(application, owner.representative)
    assert count() == one
