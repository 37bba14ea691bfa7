"""Does the content fit the name? Says no in sentences; never trusts a name, a declared size or a browser's type."""

from collections.abc import Mapping
from typing import BinaryIO

import puremagic
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.documents.rules import archives, ole
from portal.documents.rules.names import extension
from portal.documents.rules.states import CATALOGUES, TYPES
from portal.kit.errors import Refused

HEAD = 4096


def inspect(file: BinaryIO, name: str, size: int, max_bytes: int, field: str = "file", types: Mapping[str, str] = TYPES) -> str:
    """Returns the media type. types: extension → media type, of those that are taken. Raises: Refused(field) with a sentence for each thing that can be wrong."""
    kind = extension(name)
    if kind not in types:
        taken = {"types": accepted(types)}
        raise Refused(_("Files of this type are not accepted. Upload one of: %(types)s.") % taken, "type", field)
    if size == 0:
        raise Refused(_("The file is empty. Choose the file again."), "empty", field)
    if size > max_bytes:
        raise Refused(
            _("The file is larger than %(limit)s MB. Make it smaller or split it, then upload it again.")
            % {"limit": max_bytes // (1024 * 1024)},
            "too_large",
            field,
        )
    file.seek(0)
    head = file.read(HEAD)
    try:
        good = _fits(kind, file, head)
    except archives.Bad as bad:
        raise Refused(bad.message, bad.code, field) from None
    if not good:
        raise Refused(_sentence(kind, head), "content", field)
    file.seek(0)
    return types[kind]


def accepted(types: Mapping[str, str] = TYPES) -> str:
    """`PDF, HWP, …` for sentences."""
    return ", ".join(dict.fromkeys(kind.upper() for kind in types if kind != "jpeg"))


def _fits(kind: str, file: BinaryIO, head: bytes) -> bool:
    match kind:
        case "pdf":
            return b"%PDF-" in head[:1024] and _tail(file, b"%%EOF")
        case "png":
            return head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR" and _recognised(head, "png")
        case "jpg" | "jpeg":
            return head.startswith(b"\xff\xd8\xff") and _recognised(head, "jpg", "jpeg", "jfif", "jpe")
        case "hwp":
            return ole.stream_start(file, "FileHeader", 32).startswith(b"HWP Document File")
        case _ if kind in CATALOGUES:
            return b"\0" not in head[4:] or head[:2] in (b"\xff\xfe", b"\xfe\xff")
        case _:
            return archives.is_kind(file, kind)


def _tail(file: BinaryIO, mark: bytes) -> bool:
    end = file.seek(0, 2)
    file.seek(max(0, end - 4096))
    return mark in file.read()


def _recognised(head: bytes, *kinds: str) -> bool:
    try:
        return bool({match.extension.lstrip(".") for match in puremagic.magic_string(head)} & set(kinds))
    except (puremagic.PureError, ValueError):
        return False


def _sentence(kind: str, head: bytes) -> str | Promise:
    """What the content looks like instead, where that can be told."""
    if kind == "hwp" and head.startswith(b"HWP Document File"):
        return _("This is a Hangul file of version 3 or older. Save it as HWP 5, HWPX or PDF and upload it again.")
    try:
        guess = puremagic.magic_string(head)[0].extension.lstrip(".").upper()
    except (puremagic.PureError, ValueError, IndexError):
        guess = ""
    if guess and guess.lower() != kind and guess.isalnum() and len(guess) <= 5:
        return _("The file is named .%(kind)s, but its content looks like %(guess)s. Upload the original file.") % {
            "kind": kind, "guess": guess,
        }  # fmt: skip
    return _("The content is not a readable %(kind)s file. It may be damaged: open it, save it again and upload it.") % {
        "kind": kind.upper()
    }
