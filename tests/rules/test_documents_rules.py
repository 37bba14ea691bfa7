"""Content against name: what is taken, what is refused and with which sentence."""

import struct
import zipfile
from io import BytesIO

import pytest
from django.utils import translation

from portal.documents import rules
from portal.documents.rules import archives
from portal.kit.errors import Refused
from tests.factories.accounts import make_zip

LIMIT = 50 * 1024 * 1024
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01"
    b"\r\n-\xb4\0\0\0\0IEND\xaeB`\x82"
)
JPG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + b"\0" * 40 + b"\xff\xd9"


def hwp(name: str = "FileHeader", content: bytes = b"HWP Document File".ljust(256, b"\0")) -> bytes:
    """A real compound file: FAT, directory, mini FAT, mini stream, with one stream of 256 bytes."""
    end, free, fat_mark = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 2, 1, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    fat = struct.pack("<128I", fat_mark, end, end, end, *[free] * 124)

    def entry(title: str, kind: int, first: int, size: int, child: int = free) -> bytes:
        raw = title.encode("utf-16-le") + b"\0\0"
        return (
            raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) if title else 0, kind, 1) + struct.pack("<III", free, free, child)
            + b"\0" * 36 + struct.pack("<IQ", first, size)
        )  # fmt: skip

    directory = entry("Root Entry", 5, 3, 512, 1) + entry(name, 2, 0, len(content)) + entry("", 0, 0, 0) * 2
    mini_fat = struct.pack("<128I", 1, 2, 3, end, *[free] * 124)
    return header + fat + directory + mini_fat + content.ljust(512, b"\0")


OFFICE = {"[Content_Types].xml": b"<Types/>"}
GOOD = {
    "plan.pdf": PDF, "a.png": PNG, "a.jpg": JPG, "a.JPEG": JPG, "계획.hwp": hwp(),
    "a.docx": make_zip({**OFFICE, "word/document.xml": b"<w/>"}),
    "a.xlsx": make_zip({**OFFICE, "xl/workbook.xml": b"<w/>"}),
    "a.pptx": make_zip({**OFFICE, "ppt/presentation.xml": b"<w/>"}),
    "a.hwpx": make_zip({"mimetype": b"application/hwp+zip", "Contents/content.hpf": b"<p/>"}),
    "a.zip": make_zip({"자료/1.csv": b"1,2\n", "b.zip": make_zip({"c.txt": b"c"})}),
}  # fmt: skip


def look(name: str, content: bytes, limit: int = LIMIT) -> str:
    return rules.inspect(BytesIO(content), name, len(content), limit, "plan")


@pytest.mark.parametrize("name", GOOD)
def test_inspect_takes_the_real_thing(name):
    assert look(name, GOOD[name]) == rules.TYPES[rules.extension(name)]


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("other", GOOD)
def test_inspect_refuses_every_other_content(name, other):
    kind, content = rules.extension(name), rules.extension(other)
    if kind == content or {kind, content} == {"jpg", "jpeg"} or (kind == "zip" and content in {"docx", "xlsx", "pptx", "hwpx"}):
        return
    with pytest.raises(Refused) as refused:
        look(name, GOOD[other])
    assert (refused.value.code, refused.value.field) == ("content", "plan")


def zipped(*entries, **flags):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in entries:
            archive.writestr(info, content)
    return out.getvalue()


def link(name="link"):
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


def encrypted():
    raw = bytearray(make_zip({"a.txt": b"secret"}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def deep(n):
    content = b"x"
    for _ in range(n):
        content = make_zip({"a.zip": content})
    return content


@pytest.mark.parametrize(("name", "content", "code"), [
    ("a.exe", b"MZ", "type"), ("noextension", PDF, "type"), (".pdf", PDF, "type"), ("a.pdf.exe", PDF, "type"),
    ("a.pdf", b"", "empty"), ("a.pdf", b"%PDF-1.7 cut off", "content"), ("a.pdf", b"MZ" + b"\0" * 100, "content"),
    ("a.hwp", b"HWP Document File V3.00 \x1a", "content"), ("a.hwp", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "content"),
    ("a.hwp", hwp("Workbook"), "content"), ("a.hwp", hwp(content=b"something else".ljust(256)), "content"),
    ("a.png", b"\x89PNG\r\n\x1a\n", "content"), ("a.jpg", PNG, "content"),
    ("a.zip", b"PK\x03\x04 broken", "damaged"), ("a.zip", zipped(), "empty_archive"),
    ("a.zip", make_zip({"../../etc/passwd": b"x"}), "traversal"), ("a.zip", make_zip({"/etc/passwd": b"x"}), "traversal"),
    ("a.zip", make_zip({"C:\\x": b"x"}), "traversal"), ("a.zip", make_zip({"a\\..\\..\\x": b"x"}), "traversal"),
    ("a.zip", zipped((link(), b"/etc/passwd")), "traversal"), ("a.zip", encrypted(), "encrypted"),
    ("a.zip", make_zip({"a.txt": b"\0" * 30_000_000}), "bomb"), ("a.zip", deep(5), "nested"),
    ("a.docx", make_zip({**OFFICE, "word/document.xml": b"\0" * 30_000_000}), "bomb"),
    ("a.docx", make_zip({"word/document.xml": b"x"}), "content"), 
    ("a.hwpx", make_zip({"mimetype": b"text/plain", "Contents/content.hpf": b""}), "content"),
])  # fmt: skip
def test_inspect_refuses(name, content, code):
    with pytest.raises(Refused) as refused:
        look(name, content)
    assert refused.value.code == code
    for language in ("ko", "en"):
        with translation.override(language):
            assert str(refused.value.message).endswith((".", "X, ZIP.")) or ":" in str(refused.value.message)


def test_inspect_refuses_too_large_and_too_many():
    with pytest.raises(Refused) as refused:
        look("a.pdf", PDF, limit=10)
    assert refused.value.code == "too_large"
    many = {f"{n}.txt": b"" for n in range(archives.MAX_ENTRIES + 1)}
    with pytest.raises(Refused) as refused:
        look("a.zip", make_zip(many))
    assert refused.value.code == "entries"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_inspect_refuses_two_of_a_name():
    with pytest.raises(Refused) as refused:
        look("a.zip", zipped(("a.txt", b"1"), ("a.txt", b"2")))
    assert refused.value.code == "duplicate"


def test_inspect_refuses_a_lying_size():
    """The central directory says 5 bytes, the data are 20 million."""
    raw = bytearray(make_zip({"a.txt": b"\0" * 20_000_000}))
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = raw.index(mark) + at
        raw[start : start + 4] = struct.pack("<I", 5)
    with pytest.raises(Refused) as refused:
        look("a.zip", bytes(raw))
    assert refused.value.code in {"damaged", "bomb"}


@pytest.mark.parametrize(("raw", "clean"), [
    ("C:\\Users\\x\\사업계획서.pdf", "사업계획서.pdf"), ("../../etc/passwd.pdf", "passwd.pdf"), ("a\u0000\u202eb.pdf", "ab.pdf"),
    ("\u1112\u1161\u11ab.pdf", "한.pdf"), ("  a   b .pdf", "a b .pdf"), ("가" * 300 + ".hwpx", "가" * 115 + ".hwpx"), ("...", ""),
    ('a<b>"c|d?.pdf', "abcd.pdf"),
])  # fmt: skip
def test_clean_name(raw, clean):
    assert rules.clean_name(raw) == clean


def test_may_open():
    states = rules.ScanState
    assert [s for s in states if rules.may_open(s, True)] == [states.CLEAN, states.UNSCANNED]
    assert [s for s in states if rules.may_open(s, False)] == [states.CLEAN]


@pytest.mark.parametrize(
    ("state", "scanner", "taken"),
    [
        ("CLEAN", True, True), ("UNSCANNED", False, True), ("UNSCANNED", True, False), ("QUARANTINED", True, False),
        ("INFECTED", True, False), ("INFECTED", False, False),
    ],
)  # fmt: skip
def test_only_files_that_no_scan_holds_count_as_evidence(state: str, scanner: bool, taken: bool) -> None:
    assert bool(rules.not_taken_because(state, scanner)) is not taken
