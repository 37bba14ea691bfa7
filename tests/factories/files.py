"""What the storage really holds."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from portal.documents.models import Document


def stored_files() -> set[Path]:
    """Every file under the storage's own folder."""
    folder = Path(Document._meta.get_field("file").storage.location)
    return {file for file in folder.rglob("*") if file.is_file()}


def pdf(name: str) -> SimpleUploadedFile:
    """A small PDF, as a browser sends it."""
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    return SimpleUploadedFile(name, body, content_type="application/pdf")
