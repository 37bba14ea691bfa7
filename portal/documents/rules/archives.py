"""Looks into zip files without unpacking them anywhere: bombs, traversal, encryption, nesting, and what kind they are."""

import stat
import zipfile
import zlib
from io import BytesIO
from typing import BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAX_ENTRIES = 5000
MAX_UNPACKED = 500 * 1024 * 1024
MAX_RATIO = 300  # honest office files stay below 100 for the whole archive
RATIO_FROM = 10 * 1024 * 1024  # small archives may compress as well as they like
MAX_DEPTH = 2
MAX_NESTED = 50 * 1024 * 1024
_NESTED = (".zip", ".hwpx", ".docx", ".xlsx", ".pptx", ".jar")

# what must stand inside, by extension
_PARTS = {
    "docx": ("[Content_Types].xml", "word/document.xml"),
    "xlsx": ("[Content_Types].xml", "xl/workbook.xml"),
    "pptx": ("[Content_Types].xml", "ppt/presentation.xml"),
    "hwpx": ("mimetype", "Contents/content.hpf"),
}


class Bad(Exception):
    """message: a whole sentence, translated late."""

    def __init__(self, message: str | Promise, code: str) -> None:
        super().__init__(code)
        self.message, self.code = message, code


def is_kind(file: BinaryIO, kind: str) -> bool:
    """True when the content is an archive of that kind and harmless. Raises: Bad when it is harmful or damaged."""
    file.seek(0)
    if file.read(4) not in (b"PK\x03\x04", b"PK\x05\x06"):
        return False
    budget = [MAX_UNPACKED]
    with _opened(file) as archive:
        names = _look(archive, budget, 1)
        if not names:
            raise Bad(_("The archive is empty. Put the files into it again."), "empty_archive")
        if kind == "zip":
            return True
        if not set(_PARTS[kind]) <= names:
            return False
        return kind != "hwpx" or archive.read("mimetype")[:64].strip() == b"application/hwp+zip"


def is_safe(name: str) -> bool:
    """False for a name that would leave the folder into which an archive is unpacked."""
    name = name.replace("\\", "/")
    return not (name.startswith("/") or "\0" in name or name[1:2] == ":" or ".." in name.split("/"))


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    file.seek(0)
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, OverflowError, RuntimeError):
        raise Bad(_("The archive is damaged and cannot be opened. Make it again and upload it."), "damaged") from None


def _look(archive: zipfile.ZipFile, budget: list[int], depth: int) -> set[str]:
    """The names inside. budget: bytes that everything together may still unpack to, counted while really unpacking."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Bad(
            _("The archive holds more than %(limit)s files. Split it and upload the parts.") % {"limit": MAX_ENTRIES}, "entries"
        )
    packed = unpacked = 0
    seen: set[str] = set()
    for entry in entries:
        _check_entry(entry, seen)
        seen.add(entry.filename)
        if not entry.is_dir():
            packed, unpacked = packed + entry.compress_size, unpacked + _unpack(archive, entry, budget, depth)
    if unpacked > RATIO_FROM and unpacked > packed * MAX_RATIO:
        raise _bomb()
    return seen


def _check_entry(entry: zipfile.ZipInfo, seen: set[str]) -> None:
    if not is_safe(entry.orig_filename) or stat.S_ISLNK(entry.external_attr >> 16):
        raise Bad(
            _("The archive holds a path that leads out of its folder. Make the archive again with ordinary files."), "traversal"
        )
    if entry.flag_bits & 0x1:
        raise Bad(_("The archive is protected by a password, so it cannot be checked. Remove the password."), "encrypted")
    if entry.filename in seen:
        raise Bad(_("The archive holds two files of the same name. Make it again with different names."), "duplicate")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: list[int], depth: int) -> int:
    """Reads one member piece by piece, so that a false declared size does not help; looks into nested archives."""
    nested = BytesIO() if entry.filename.lower().endswith(_NESTED) else None
    if nested is not None and depth >= MAX_DEPTH + 1:
        raise Bad(_("The archive holds archives inside archives. Unpack them and upload the files."), "nested")
    total = 0
    try:
        with archive.open(entry) as member:
            while piece := member.read(1 << 20):
                total += len(piece)
                budget[0] -= len(piece)
                if budget[0] < 0:
                    raise _bomb()
                if nested is not None:
                    if total > MAX_NESTED:
                        raise Bad(_("An archive inside the archive is too large. Upload it separately."), "nested_size")
                    nested.write(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        raise Bad(_("The archive is damaged and cannot be opened. Make it again and upload it."), "damaged") from None
    if nested is not None and nested.getvalue()[:2] == b"PK":
        with _opened(nested) as inner:
            _look(inner, budget, depth + 1)
    return total


def _bomb() -> Bad:
    return Bad(_("The archive unpacks to far more than it should. Upload the files without compression."), "bomb")
