"""Blind review: an evaluator learns nowhere who applies, and gets no original by any address."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from portal.documents import actions as documents
from portal.journal.models import Duty, Notice
from portal.kit import clock
from portal.kit.errors import Refused
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.factories.rounds import make_round
from vouchers.applications import actions, queries, rules
from vouchers.applications.models import Application, BlindDocument
from vouchers.applications.rules.blinding import BAR
from vouchers.evaluation import actions as evaluation
from vouchers.evaluation.models import Assignment, PoolMember

pytestmark = pytest.mark.django_db


def blind_file(name: str = "가상기업 계획.pdf", mark: bytes = b"%blind") -> SimpleUploadedFile:
    body = b"%PDF-1.4\n" + mark + b"\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    return SimpleUploadedFile(name, body, content_type="application/pdf")


def blinded(owner: make.Firm, application: Application, kind: str = "PROJECT_PLAN", **facts: Any) -> BlindDocument:
    file = documents.upload(file=blind_file(**facts), kind=kind, organisation=owner.organisation, by=owner.staff)
    return actions.attach_blind_document(application_id=application.pk, kind=kind, document=file, by=owner.staff)


def drafted(**facts: Any) -> tuple[make.Firm, Application]:
    owner = make.firm()
    programme = make_round(policy={"blind_review": True}, **facts)
    title = f"{owner.company.name_ko} 폐결절 과제"
    return owner, make.draft(owner, programme, title=title)


@dataclass
class Case:
    at: ev.Panel
    owner: make.Firm
    application: Application
    blind: BlindDocument
    evaluator: Any
    row: Any

    def secrets(self) -> list[str]:
        company = self.owner.company
        brn = f"{company.brn[:3]}-{company.brn[3:5]}-{company.brn[5:]}"
        people = [self.owner.representative.name, self.owner.staff.email]
        return [company.name_ko, company.name_en, company.brn, brn, company.service_email, *people]


@pytest.fixture
def case():
    now = clock.now()
    with clock.at(now - timedelta(days=10)):
        owner, application = drafted(opens_at=now - timedelta(days=20), closes_at=now - timedelta(days=2))
        text = f"{owner.company.name_en.upper()}의 대표 {owner.representative.name}, {owner.company.brn}"
        make.save(application, "project", owner.staff, **{**make.answers("project"), "title": application.title, "summary": text})
        blind = blinded(owner, application)
        actions.submit(application_id=application.pk, by=owner.representative)
    officer = ev.person(ev.Role.MINISTRY_OFFICER)
    ev.find_eligible(application, officer)
    ev.rounds.begin_evaluation(round_id=application.round_id, by=officer)
    evaluator = ev.person(ev.Role.EVALUATOR)
    application = Application.objects.get(pk=application.pk)
    at = ev.Panel(application.round, officer, officer, [evaluator], [owner], [application])
    _asked_by_names_alone(at, application, evaluator)
    return Case(at, owner, application, blind, evaluator, ev.assigned(at, application, evaluator))


def _asked_by_names_alone(at: ev.Panel, application: Application, evaluator: Any) -> None:
    """Nobody is asked whom the list of names did not ask about this company; afterwards the evaluator was."""

    def refused() -> str:
        with pytest.raises(Refused) as error:
            ev.assigned(at, application, evaluator)
        return error.value.code

    assert refused() == "not_in_pool", "without a pool too"
    member = evaluation.add_to_pool(round_id=application.round_id, user_id=evaluator.pk, by=at.officer)
    assert refused() == "not_declared"
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(application=application, evaluator=evaluator, assigned_by=at.officer)
    with clock.at(application.submitted_at - timedelta(minutes=1)):  # the company came later, by a late entry
        PoolMember.objects.filter(pk=member.pk).update(declared_at=clock.now())
    assert refused() == "not_declared"
    evaluation.declare_names(member_id=member.pk, keys=[], ground="", by=evaluator)


def test_no_page_of_the_evaluator_names_the_applicant(case):
    client, address = as_(case.evaluator), f"/evaluation/{case.row.ref}/"
    seen = [client.get(one).content.decode() for one in (address, "/evaluation/", "/home/", "/en" + address)]
    evaluation.accept(assignment_id=case.row.pk, by=case.evaluator)
    page = client.get(address).content.decode()
    assert BAR in page and "폐결절 과제" in page and 'id="blind-note"' in page
    rows = ev.points_for(case.row, 80)
    evaluation.save_scores(assignment_id=case.row.pk, scores=rows, comment="의견", by=case.evaluator)
    evaluation.submit_scores(assignment_id=case.row.pk, by=case.evaluator)
    seen += [page, client.get(address).content.decode(), client.get("/evaluation/?show=done").content.decode()]
    told = [str(one.context) for one in Notice.objects.filter(user=case.evaluator)]
    owed = [f"{one.title_ko} {one.title_en}" for one in Duty.objects.filter(subject_ref=case.row.ref)]
    assert told and owed
    for text in [*seen, *told, *owed]:
        assert not [secret for secret in case.secrets() if secret in text]


def test_an_original_is_never_served_and_the_blind_version_under_a_neutral_name(case):
    evaluation.accept(assignment_id=case.row.pk, by=case.evaluator)
    client = as_(case.evaluator)
    for held in case.application.application_documents.select_related("document"):
        documents.settle_scan(document_id=held.document_id, clean=True)
        for address in (
            f"/evaluation/{case.row.ref}/documents/{held.document.ref}/",
            f"/applications/{case.application.ref}/files/{held.document.ref}/",
        ):
            assert client.get(address).status_code == 404, address
    documents.settle_scan(document_id=case.blind.document_id, clean=True)
    answer = client.get(f"/evaluation/{case.row.ref}/documents/{case.blind.document.ref}/")
    assert answer.status_code == 200 and b"%blind" in b"".join(answer)
    assert "가상기업" not in answer["Content-Disposition"] and "%EA%B0%80%EC%83%81" not in answer["Content-Disposition"]
    assert client.get(f"/applications/{case.application.ref}/preview/").status_code == 404


def test_the_company_previews_what_evaluators_read_and_officers_see_who_it_is(case):
    page = as_(case.owner.staff).get(f"/applications/{case.application.ref}/preview/").content.decode()
    main = page[page.index("<h1") :]
    assert BAR in main and case.owner.company.name_en.upper() not in main
    assert case.owner.company.name_ko in as_(case.at.officer).get(f"/applications/{case.application.ref}/").content.decode()


def test_a_blind_version_is_needed_before_submitting_and_falls_with_its_file():
    owner, application = drafted()
    with pytest.raises(Refused):
        actions.submit(application_id=application.pk, by=owner.representative)
    original = application.application_documents.get(kind="PROJECT_PLAN", current=True).document
    with pytest.raises(Refused) as error:
        actions.attach_blind_document(application_id=application.pk, kind="PROJECT_PLAN", document=original, by=owner.staff)
    assert error.value.code == "same_file"
    with pytest.raises(IntegrityError), transaction.atomic():
        BlindDocument.objects.create(application=application, kind="PROJECT_PLAN", document=original)
    before = queries.content_hash(application)
    blinded(owner, application)
    assert queries.content_hash(application) != before
    actions.attach_document(application_id=application.pk, kind="PROJECT_PLAN", document=make.stored(owner), by=owner.staff)
    assert not queries.blind_files(application).exists()


def test_a_call_without_blind_review_takes_no_blind_version():
    owner = make.firm()
    application = make.draft(owner)
    with pytest.raises(Refused) as error:
        blinded(owner, application)
    assert error.value.code == "not_blind"


def test_the_company_uploads_it_in_the_browser_and_a_stranger_cannot():
    owner, application = drafted()
    address = f"/applications/{application.ref}/documents/PROJECT_PLAN/blind/"
    page = as_(owner.staff).get(f"/applications/{application.ref}/documents/")
    assert as_(make.firm().staff).post(address, {"file": blind_file()}).status_code == 404
    refused = as_(owner.staff).post(address, {"file": make.pdf()})
    assert refused.status_code == 422 and "원본과 같은 파일" in refused.content.decode()
    assert as_(owner.staff).post(address, {"file": blind_file()}).status_code == 303
    assert queries.blind_files(application).count() == 1 and page is not None
    withheld = f"/applications/{application.ref}/documents/BUSINESS_REGISTRATION/blind/"  # evaluators read no version of it
    assert as_(owner.staff).post(withheld, {"file": blind_file(mark=b"%other")}).status_code == 422


def test_a_blind_version_that_was_never_handed_in_does_not_count():
    owner, application = drafted()
    attach = {"application_id": application.pk, "kind": "PROJECT_PLAN", "by": owner.staff}
    plan = blind_file(mark=b"%plan")
    file = documents.upload(file=plan, kind="PROJECT_PLAN", organisation=owner.organisation, by=owner.staff)
    original = actions.attach_document(document=file, **attach)
    first = blinded(owner, application)
    application = actions.submit(application_id=application.pk, by=owner.representative)
    officer = ev.person(ev.Role.MINISTRY_OFFICER)
    actions.begin_check(application_id=application.pk, by=officer)
    handed_in = queries.content_hash(application)
    actions.request_supplement(application_id=application.pk, request="보완", sections=["documents"], by=officer)
    actions.attach_document(document=first.document, **attach)  # the blind version becomes the original, and the other way round
    assert not queries.blind_files(application).exists()
    actions.attach_blind_document(document=original.document, **attach)
    with pytest.raises(IntegrityError), transaction.atomic():
        application.application_documents.filter(pk=original.pk).update(kind="OTHER", current=True)
    due_at = Duty.objects.get(subject_ref=application.ref, verb="supply_supplement").due_at
    with clock.at(due_at):
        actions.miss_supplements(now=clock.now())
        actions.resume_check(application_id=application.pk, by=officer)
    assert [row.document_id for row in queries.blind_files(application)] == [first.document_id]
    assert queries.content_hash(Application.objects.get(pk=application.pk)) == handed_in


# ── Files that answer a call's own questions ─────────────────────────────────────────────────────────
def _file_question(number: int, **more: Any) -> dict[str, Any]:
    said = {"label_ko": f"첨부 {number}", "label_en": f"Attachment {number}", "help_ko": "도움말", "help_en": "Help"}
    return {"key": f"q_{number}", "kind": "FILE", "section": "project", "required": True, **said, **more}


FILES = [_file_question(1), _file_question(2, confidential=True), _file_question(3, section="company")]
SECTION = "/applications/{}/sections/project/"


def attached(owner: make.Firm, application: Application, kind: str, name: str, mark: bytes) -> Any:
    file = documents.upload(file=blind_file(name, mark), kind=kind, organisation=owner.organisation, by=owner.staff)
    return actions.attach_document(application_id=application.pk, kind=kind, document=file, by=owner.staff).document


def asked_for_files(**facts: Any) -> tuple[make.Firm, Application]:
    """A draft of a blind call with its plan and three files that answer questions: evaluators read the first alone."""
    owner = make.firm()
    programme = make_round(policy={"blind_review": True, "questions": FILES}, **facts)
    application = make.draft(owner, programme, title="폐결절 과제")
    blinded(owner, application)
    for one in FILES:
        attached(owner, application, one["key"], f"가상기업 {one['key']}.pdf", one["key"].encode())
    return owner, Application.objects.get(pk=application.pk)


def lacking(application: Application) -> list[str]:
    fresh = Application.objects.get(pk=application.pk)
    return [one.field for view in queries.progress(fresh).sections for one in view.missing]


def test_an_answer_that_is_a_file_needs_its_blind_version_where_evaluators_read_it():
    owner, application = asked_for_files()
    assert lacking(application) == ["id_blind_q_1"]
    page = as_(owner.staff).get(SECTION.format(application.ref)).content.decode()
    assert 'name="blind_q_1"' in page and 'name="blind_q_2"' not in page and '"#id_blind_q_1"' in page
    assert (
        'name="blind_q_3"'
        not in as_(owner.staff).get(SECTION.format(application.ref).replace("project", "company")).content.decode()
    )
    with pytest.raises(Refused):
        actions.submit(application_id=application.pk, by=owner.representative)
    for kind in ("q_2", "q_3"):
        with pytest.raises(Refused) as error:
            blinded(owner, application, kind)
        assert error.value.code == "bad_kind"
    with pytest.raises(Refused) as error:
        blinded(owner, application, "q_1", name="그림.png", mark=b"q_1")
    sent = {"blind_q_1": blind_file(mark=b"q_1")}
    refused = as_(owner.staff).post(SECTION.format(application.ref), sent)
    assert refused.status_code == 422 and "원본과 같은 파일" in refused.content.decode() and lacking(application)
    assert as_(owner.staff).post(SECTION.format(application.ref), {"blind_q_1": blind_file()}).status_code == 303
    assert lacking(application) == []

    def both(**seen: str) -> int:
        sent = {"q_1": blind_file(mark=b"second"), "blind_q_1": blind_file(mark=b"%second blind"), **seen}
        return as_(owner.staff).post(SECTION.format(application.ref), sent).status_code

    assert both(seen_q_1="-", seen_blind_q_1="-") == 422, "a page on which neither stood"
    assert both() == 303 and lacking(application) == []
    attached(owner, application, "q_1", "새 파일.pdf", b"third")
    assert lacking(application) == ["id_blind_q_1"], "it falls with its file"


def test_a_call_without_blind_review_asks_for_no_blind_version_of_an_answer():
    owner = make.firm()
    application = make.draft(owner, make_round(policy={"questions": FILES}))
    assert "blind_q_1" not in as_(owner.staff).get(SECTION.format(application.ref)).content.decode()
    attached(owner, application, "q_1", "파일.pdf", b"q_1")
    assert "id_blind_q_1" not in lacking(application)


def test_evaluators_are_served_the_blind_version_of_an_answer_and_never_the_file():
    now = clock.now()
    with clock.at(now - timedelta(days=10)):
        owner, application = asked_for_files(opens_at=now - timedelta(days=20), closes_at=now - timedelta(days=2))
        blind = blinded(owner, application, "q_1", name="가상기업 첨부.pdf", mark=b"%blind answer")
        stray = BlindDocument.objects.create(  # however it came about: a confidential answer has no version for evaluators
            application=application, kind="q_2", document=attached_file(owner)
        )
        actions.submit(application_id=application.pk, by=owner.representative)
    officer, evaluator = ev.person(ev.Role.MINISTRY_OFFICER), ev.person(ev.Role.EVALUATOR)
    ev.find_eligible(application, officer)
    ev.rounds.begin_evaluation(round_id=application.round_id, by=officer)
    application = Application.objects.get(pk=application.pk)
    at = ev.Panel(application.round, officer, officer, [evaluator], [owner], [application])
    member = evaluation.add_to_pool(round_id=application.round_id, user_id=evaluator.pk, by=officer)
    evaluation.declare_names(member_id=member.pk, keys=[], ground="", by=evaluator)
    row = ev.assigned(at, application, evaluator)
    evaluation.accept(assignment_id=row.pk, by=evaluator)
    client, base = as_(evaluator), f"/evaluation/{row.ref}/documents/"
    originals = [one.document for one in queries.documents(application)]
    for file in [*originals, blind.document, stray.document]:
        documents.settle_scan(document_id=file.pk, clean=True)
    for file in [*originals, stray.document]:
        assert client.get(f"{base}{file.ref}/").status_code == 404, file.name
    answer = client.get(f"{base}{blind.document.ref}/")
    assert answer.status_code == 200 and b"%blind answer" in b"".join(answer)
    page = client.get(f"/evaluation/{row.ref}/").content.decode()
    assert blind.document.ref in page and "첨부 1.pdf" in page and "가상기업" not in page
    assert not [file for file in [*originals, stray.document] if file.ref in page]
    shown = as_(owner.staff).get(f"/applications/{application.ref}/preview/").content.decode()
    assert blind.document.ref in shown and not [file for file in originals if file.ref in shown]
    for reader in (owner.staff, officer):  # both versions, with their hashes
        receipt = as_(reader).get(f"/applications/{application.ref}/receipt/").content.decode()
        assert blind.document.sha256 in receipt and all(file.sha256 in receipt for file in originals)
        assert "블라인드본: 첨부 1" in receipt
        section = as_(reader).get(SECTION.format(application.ref)).content.decode()
        assert blind.document.ref in section and originals[-3].ref in section


def attached_file(owner: make.Firm) -> Any:
    return documents.upload(file=blind_file(mark=b"%stray"), kind="q_2", organisation=owner.organisation, by=owner.staff)


def test_a_colleagues_blind_version_is_never_replaced_unread():
    owner, application = asked_for_files()
    page = as_(owner.staff).get(SECTION.format(application.ref)).content.decode()
    assert 'name="seen_blind_q_1" id="seen_blind_q_1" value="-"' in page
    blinded(owner, application, "q_1")
    sent = {"blind_q_1": blind_file(mark=b"%mine"), "seen_blind_q_1": "-"}
    answer = as_(owner.representative).post(SECTION.format(application.ref), sent)
    assert answer.status_code == 422 and owner.staff.name in answer.content.decode()


def test_a_copy_takes_blind_versions_along_and_a_forgotten_draft_keeps_none():
    owner, application = asked_for_files(opens_at=clock.now() - timedelta(days=20), closes_at=clock.now() + timedelta(days=1))
    answer = blinded(owner, application, "q_1", name="답.pdf", mark=b"%answer")
    for held in [*application.application_documents.all(), *application.blind_documents.all()]:
        documents.settle_scan(document_id=held.document_id, clean=True)
    other = make_round(policy={"blind_review": True})
    copy = actions.start_as_copy(round_id=other.pk, track_id=other.tracks.first().pk, source_id=application.pk, by=owner.staff)
    assert [row.kind for row in queries.blind_files(copy)] == ["PROJECT_PLAN"], "answers to the other call's questions stay there"
    with clock.at(clock.now() + timedelta(days=1 + rules.DRAFT_DAYS, hours=1)):
        actions.forget_drafts(now=clock.now())
    assert not application.blind_documents.exists() and not application.application_documents.exists()
    answer.document.refresh_from_db()
    assert answer.document.erased_at


def test_a_blind_version_of_a_file_that_a_colleague_replaced_is_not_taken_for_the_new_ones():
    owner, application = asked_for_files()
    page = as_(owner.staff).get(SECTION.format(application.ref)).content.decode()
    (of,) = re.findall(r'name="seen_q_1" id="seen_q_1" value="([^"]*)"', page)
    attached(owner, application, "q_1", "동료의 새 파일.pdf", b"%colleague")
    seen = {"seen_q_1": of, "seen_blind_q_1": "-"}
    for own in ({}, {"q_1": blind_file(mark=b"%mine")}):  # its blind version alone, and with its file, which is refused
        answer = as_(owner.representative).post(
            SECTION.format(application.ref), {**own, "blind_q_1": blind_file(mark=b"%blind of the old one"), **seen}
        )
        assert answer.status_code == 422 and "동료의 새 파일.pdf" in answer.content.decode()
        assert not application.blind_documents.filter(kind="q_1", current=True).exists()
    assert application.application_documents.get(kind="q_1", current=True).document.name == "동료의 새 파일.pdf"
    for of, status in (("-", 422), (rules.file_mark(queries.documents(application).get(kind="PROJECT_PLAN").document.ref), 303)):
        sent = {"file": blind_file(mark=b"%plan"), "of": of}  # the same of a required document
        address = f"/applications/{application.ref}/documents/PROJECT_PLAN/blind/"
        assert as_(owner.staff).post(address, sent).status_code == status
    page = as_(owner.staff).get(SECTION.format(application.ref).replace("project", "documents")).content.decode()
    assert f'name="of" value="{of}"' in page
