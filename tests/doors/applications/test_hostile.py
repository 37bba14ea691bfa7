"""What somebody sends who means no good, or who has no idea. Every hostile case and its place: tests/architecture/test_hostile_cases.py."""

import io
import os
import tempfile
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.documents.models import Document
from tests.doors import as_
from tests.doors.applications import form, url
from tests.factories import applications as make
from vouchers.applications import queries, rules

pytestmark = pytest.mark.django_db


def test_a_changed_hidden_field_changes_nothing(owner):
    """Another hash of the content certifies nothing; fields that the form does not have are not read."""
    application = make.draft(owner)
    other = make.draft()
    browser = as_(owner.representative)
    for content in (queries.content_hash(other), "0" * 64):
        answer = browser.post(url("submit", application.ref), {"content": content, "declaration": "on"})
        assert answer.status_code == 409
    assert browser.post(url("submit", application.ref), {"content": "x" * 65, "declaration": "on"}).status_code == 422
    smuggled = {
        "status": "SELECTED", "grant_won": "320000000", "company": other.company_id, "application": other.pk,
        "submitted_at": "2020-01-01T00:00:00Z", "receipt_no": "HDV-1", "arrived_at": "2020-01-01T00:00:00Z",
    }  # fmt: skip
    content = queries.content_hash(application)
    assert browser.post(url("submit", application.ref), {"content": content, "declaration": "on", **smuggled}).status_code == 303
    before = application
    application = type(before).objects.get(pk=before.pk)
    assert (application.status, application.grant_won) == ("SUBMITTED", before.grant_won)
    assert (
        application.company_id == owner.company.pk and application.submitted_at.year > 2020 and application.receipt_no != "HDV-1"
    )
    other.refresh_from_db()
    assert other.status == "DRAFT"


def test_five_thousand_words_are_refused_and_kept_on_the_page(application, owner):
    """The sentence names the limit, the text stands in the page to be shortened, what was stored before stays."""
    field = next(f for f in rules.FIELDS[rules.SectionKey.PROJECT] if f.name == "summary")
    words = " ".join(f"낱말{number}" for number in range(5_000))
    browser, address = as_(owner.staff), url("section", application.ref, "project")
    answer = browser.post(address, form(application, "project", summary=words))
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and f"{field.limit:,}" in page
    assert "summary" not in application.sections.get(key="project").answers
    whole = dict.fromkeys(("summary", "product"), "가" * 50000)
    assert browser.post(address, form(application, "project", **whole)).status_code == 422


@pytest.mark.parametrize("language", ["", "/en"])
def test_300_mb_are_refused_by_their_length(application, owner, language, settings):
    """Nothing of it is parsed or put on the disk: the answer comes from the stated length."""
    settings.MAX_BODY_BYTES = 1 << 20  # the same road with less to carry
    before = set(os.listdir(tempfile.gettempdir()))
    big = SimpleUploadedFile("plan.pdf", b"%PDF-1.4" + b"\0" * (3 << 20), content_type="application/pdf")
    browser = as_(owner.staff)
    answer = browser.post(language + url("document", application.ref, "PROJECT_PLAN"), {"file": big})
    page = answer.content.decode()
    assert answer.status_code == 413 and "50 MB" in page
    assert not [n for n in set(os.listdir(tempfile.gettempdir())) - before if "upload" in n]
    assert not Document.objects.exists() and not hasattr(answer.wsgi_request, "_files")
    big.seek(0)
    assert as_().post("/api/v1/quotes/", {"file": big}).status_code == 413


def test_the_limit_of_the_house_lies_below_300_mb(settings):
    assert settings.MAX_UPLOAD_BYTES < settings.MAX_BODY_BYTES < 300_000_000


def bomb() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("plan.txt", b"\0" * 30_000_000)
    return body.getvalue()


def test_a_renamed_executable_and_a_zip_bomb_are_not_stored(application, owner):
    """Looked at, not believed: refused with a sentence beside the field, and no file stays."""
    browser, address = as_(owner.staff), url("document", application.ref, "PROJECT_PLAN")
    for name, content in (("plan.pdf", b"MZ\x90\0" + b"\0" * 200), ("plan.pdf.exe", b"MZ"), ("plan.zip", bomb())):
        answer = browser.post(address, {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422 and "form-hint-invalid" in answer.content.decode(), name
    assert not Document.objects.exists() and not application.application_documents.exists()
