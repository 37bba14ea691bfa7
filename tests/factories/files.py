"""What the storage really holds."""

from pathlib import Path

from portal.documents.models import Document


def stored_files() -> set[Path]:
    """Every file under the storage's own folder."""
    folder = Path(Document._meta.get_field("file").storage.location)
    return {file for file in folder.rglob("*") if file.is_file()}
