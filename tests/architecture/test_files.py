"""A file leaves the house only through documents.responses.download; no address leads to the folder where it lies."""

import ast
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

ROOT = Path(__file__).resolve().parents[2]
INSIDE = "portal/documents/"
SENDS_FILES = {"FileResponse", "serve", "sendfile", "X-Sendfile", "X-Accel-Redirect"}


def modules():
    for folder in ("portal", "providers", "vouchers"):
        for path in (ROOT / folder).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name and not name.startswith(INSIDE):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def test_nobody_else_sends_or_opens_stored_files():
    """No FileResponse, no static serve, no `.file.open`, `.file.url`, `.file.path`, no default_storage."""
    found = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Name | ast.alias) and getattr(node, "id", getattr(node, "name", "")) in SENDS_FILES | {
                "default_storage"
            }:
                found.append(f"{name}: {getattr(node, 'id', getattr(node, 'name', ''))}")
            inner = getattr(node, "value", None)
            if (
                isinstance(node, ast.Attribute)
                and node.attr in {"open", "url", "path", "storage"}
                and (isinstance(inner, ast.Attribute) and inner.attr == "file")
            ):
                found.append(f"{name}:{node.lineno} .file.{node.attr}")
    assert not [line for line in found if "portal/management/verify.py" not in line], "\n".join(found)


def test_download_is_called_by_doors_of_owning_rooms_only():
    callers = set()
    for name, tree in modules():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.ImportFrom)
                and (node.module or "") == "portal.documents.responses"
                and any(a.name == "download" for a in node.names)  # `link` only writes an address
            ):
                callers.add(name)
            if (
                isinstance(node, ast.ImportFrom)
                and (node.module or "") == "portal.documents"
                and any(a.name == "responses" for a in node.names)
            ):
                callers.add(name)
    wrong = [name for name in callers if not any(part in name for part in ("/views", "/admin", "/api"))]
    assert not wrong, wrong


def test_no_address_leads_to_the_uploads():
    from django.urls import get_resolver

    assert not settings.MEDIA_URL or settings.MEDIA_URL == "/"
    assert getattr(default_storage, "base_url", None) in (None, "/"), "the storage knows no address"

    def callbacks(resolver):
        for entry in resolver.url_patterns:
            if hasattr(entry, "url_patterns"):
                yield from callbacks(entry)
            else:
                yield entry.callback

    assert not [view for view in callbacks(get_resolver()) if getattr(view, "__module__", "").startswith("django.views.static")]
