"""As much of the OLE compound format ([MS-CFB]) as it takes to find one stream; refuses whatever is not sound."""

import struct
from typing import BinaryIO

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END = 0xFFFFFFFE
MAX_CHAIN = 100_000


def stream_start(file: BinaryIO, name: str, length: int) -> bytes:
    """The first `length` bytes of a stream in the root; b"" when this is no compound file or has no such stream."""
    try:
        return _Compound(file).start(name, length)
    except (struct.error, IndexError, ValueError, OverflowError):
        return b""


class _Compound:
    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        file.seek(0)
        header = file.read(512)
        if header[:8] != MAGIC:
            raise ValueError
        shift, mini_shift = struct.unpack_from("<HH", header, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise ValueError
        self.sector, self.mini = 1 << shift, 1 << mini_shift
        self.first_directory: int = struct.unpack_from("<I", header, 48)[0]
        self.first_mini_fat: int = struct.unpack_from("<I", header, 60)[0]
        self.fat = self._fat(header)

    def _read(self, number: int) -> bytes:
        self.file.seek((number + 1) * self.sector)
        found = self.file.read(self.sector)
        if len(found) < self.sector:
            found = found.ljust(self.sector, b"\0") if found else found
        if not found:
            raise ValueError
        return found

    def _fat(self, header: bytes) -> list[int]:
        tables = [n for n in struct.unpack_from("<109I", header, 76) if n < END]
        more: int = struct.unpack_from("<I", header, 68)[0]
        for _ in range(MAX_CHAIN):
            if more >= END:
                break
            words = struct.unpack(f"<{self.sector // 4}I", self._read(more))
            tables += [n for n in words[:-1] if n < END]
            more = words[-1]
        fat: list[int] = []
        for number in tables[:4096]:
            fat += struct.unpack(f"<{self.sector // 4}I", self._read(number))
        return fat

    def _chain(self, first: int, table: list[int], limit: int) -> list[int]:
        numbers: list[int] = []
        while first < END and len(numbers) < limit:
            numbers.append(first)
            first = table[first]
        return numbers

    def start(self, name: str, length: int) -> bytes:
        wanted = name.encode("utf-16-le")
        directory = b"".join(self._read(n) for n in self._chain(self.first_directory, self.fat, 1000))
        root_first = 0
        for at in range(0, len(directory), 128):
            entry = directory[at : at + 128]
            size: int = struct.unpack_from("<H", entry, 64)[0]
            kind, first = entry[66], struct.unpack_from("<I", entry, 116)[0]
            if kind == 5:
                root_first = first
            elif kind == 2 and entry[: max(0, size - 2)] == wanted:
                total = struct.unpack_from("<I", entry, 120)[0]
                return self._content(first, total, root_first)[:length]
        return b""

    def _content(self, first: int, total: int, root_first: int) -> bytes:
        if total >= 4096:
            return self._read(first)
        table: list[int] = []
        for number in self._chain(self.first_mini_fat, self.fat, 1000):
            table += struct.unpack(f"<{self.sector // 4}I", self._read(number))
        home = self._chain(root_first, self.fat, MAX_CHAIN)
        offset = first * self.mini
        return self._read(home[offset // self.sector])[offset % self.sector :][: min(self.mini, total)]
