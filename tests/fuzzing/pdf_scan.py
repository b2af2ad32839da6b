"""Where the parts of a PDF stand, found by looking for them; shares nothing with the library's reader."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from functools import lru_cache

_OBJECT = re.compile(rb"(?:^|[\r\n\s])(\d{1,7}) (\d{1,5}) obj\b(.*?)\bendobj\b", re.DOTALL)
_STREAM = re.compile(rb"\bstream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_STARTXREF = re.compile(rb"startxref\s+(\d+)")
_RANGE = re.compile(rb"/ByteRange\s*\[\s*\d+\s+\d+\s+\d+\s+\d+\s*\]")
_REPEATED = re.compile(rb"/(Info(?=\s+\d)|Encrypt(?=\s+\d)|ID(?=\s*\[))\s*(?:\d+ \d+ R|\[[^\]]*\])")
_CONTENTS = re.compile(rb"/Contents\s*<([0-9A-Fa-f\s]{200,})>")


@dataclass(frozen=True)
class Scan:
    """The parts of one file."""

    bodies: dict[int, bytes]
    """The newest body of every object by number, compressed ones included."""
    previous: int
    size: int
    root: int
    trailer: bytes
    """What every further trailer has to repeat: /Root, /ID, /Encrypt, /Info."""
    ranges: list[tuple[int, int]]
    contents: list[tuple[int, int]]
    """Where the hexadecimal digits of signatures stand."""
    pages: list[int]
    forms: list[int]
    signatures: list[int]
    fields: list[int]
    packed: list[int]
    """Numbers of object streams."""
    section_streams: list[int] = field(default_factory=list)


@lru_cache(maxsize=64)
def scan(data: bytes) -> Scan:
    """Return where the parts of a file stand; a file that has none comes back with empty lists."""
    bodies: dict[int, bytes] = {}
    packed, sections = [], []
    for found in _OBJECT.finditer(data):
        number, body = int(found[1]), found[3].strip()
        bodies[number] = body
        head = body[:400]
        if b"/ObjStm" in head:
            packed.append(number)
            bodies.update({inner: text for inner, text in _packed(body).items() if inner not in bodies})
        elif b"/XRef" in head and b"stream" in body:
            sections.append(number)
    places = _STARTXREF.findall(data)
    previous = int(places[-1]) if places else 0
    tail = data[previous : previous + 4_000] + b" " + data[data.rfind(b"trailer") :][:2_000]
    root = re.findall(rb"/Root\s+(\d+) (\d+) R", tail)
    number = int(root[0][0]) if root else 1
    kept = [b"/Root %d 0 R" % number]
    kept += {found[1]: found[0] for found in _REPEATED.finditer(tail)}.values()
    sizes = [int(size) for size in re.findall(rb"/Size\s+(\d+)", data)]
    return Scan(
        bodies=bodies, previous=previous, size=max([*sizes, *(item + 1 for item in bodies), 2]), root=number,
        trailer=b"".join(kept), ranges=[found.span() for found in _RANGE.finditer(data)],
        contents=[found.span(1) for found in _CONTENTS.finditer(data)],
        pages=_like(bodies, rb"/Type\s*/Page\b(?!s)"), forms=_like(bodies, rb"/Fields\s*[\[\d]"),
        signatures=_like(bodies, rb"/ByteRange\b"), fields=_like(bodies, rb"/FT\s*/|/Subtype\s*/Widget"),
        packed=packed, section_streams=sections,
    )  # fmt: skip


def _like(bodies: dict[int, bytes], pattern: bytes) -> list[int]:
    wanted = re.compile(pattern)
    return [number for number, body in sorted(bodies.items()) if wanted.search(body[:8_000])]


def _packed(body: bytes) -> dict[int, bytes]:
    raw = inflated(body)
    first, count = re.search(rb"/First\s+(\d+)", body), re.search(rb"/N\s+(\d+)", body)
    if raw is None or first is None or count is None:
        return {}
    try:
        numbers = [int(word) for word in raw[: int(first[1])].split()][: 2 * int(count[1])]
    except ValueError:
        return {}
    places = [*numbers[1::2], len(raw) - int(first[1])]
    start = int(first[1])
    return {
        number: raw[start + places[index] : start + places[index + 1]].strip()
        for index, number in enumerate(numbers[::2])
        if index + 1 < len(places)
    }


def inflated(body: bytes) -> bytes | None:
    """Return what a stream holds, null when it is none that can be read here."""
    found = _STREAM.search(body)
    if found is None:
        return None
    if b"/FlateDecode" not in body[: found.start()]:
        return found[1]
    try:
        return zlib.decompressobj().decompress(found[1], 1 << 22)
    except zlib.error:
        return None


@dataclass(frozen=True)
class Update:
    """A section to be appended: objects, rows of other kinds, and what its trailer says."""

    objects: dict[int, bytes]
    rows: dict[int, tuple[int, int, bytes]] = field(default_factory=dict)
    trailer: bytes | None = None
    more: bytes = b""
    """Further entries of the trailer."""
    junk: bytes = b""
    packed: tuple[int, ...] = ()
    """Objects that go into an object stream (only with a section that is one)."""

    def append(self, data: bytes, *, as_stream: bool = False, previous: int | None = None) -> bytes:
        """Return the file with the section behind it."""
        known = scan(data)
        out = bytearray(data)
        if not data.endswith(b"\n"):
            out += b"\n"
        rows: dict[int, tuple[int, int, bytes]] = {}
        for number, body in self.objects.items():
            if number not in self.packed or not as_stream:
                rows[number] = (len(out), 0, b"n")
                out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        out += self.junk
        rows.update(self.rows)
        size = max([known.size, *(number + 1 for number in (*rows, *self.objects))])
        said = (known.trailer if self.trailer is None else self.trailer) + self.more
        said += b"/Prev %d" % (known.previous if previous is None else previous)
        if as_stream:
            return self._stream(out, rows, size, said)
        at = len(out)
        out += b"xref\n"
        for number in sorted(rows):
            out += b"%d 1\n%010d %05d %s \n" % (number, *rows[number])
        if not rows:
            out += b"0 0\n"
        out += b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, said, at)
        return bytes(out)

    def _stream(self, out: bytearray, rows: dict[int, tuple[int, int, bytes]], size: int, said: bytes) -> bytes:
        entries = {
            number: (b"\x01" if kind == b"n" else b"\0") + (place & 0xFFFFFFFF).to_bytes(4, "big") + generation.to_bytes(2, "big")
            for number, (place, generation, kind) in rows.items()
        }
        inner = [number for number in self.packed if number in self.objects]
        if inner:
            index, body = b"", b""
            for number in inner:
                index += b"%d %d " % (number, len(body))
                body += self.objects[number] + b" "
            raw = zlib.compress(index + body)
            entries[size] = b"\x01" + len(out).to_bytes(4, "big") + b"\0\0"
            out += b"%d 0 obj\n<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
                size, len(inner), len(index), len(raw), raw,
            )  # fmt: skip
            for place, number in enumerate(inner):
                entries[number] = b"\x02" + size.to_bytes(4, "big") + place.to_bytes(2, "big")
            size += 1
        at = len(out)
        entries[size] = b"\x01" + at.to_bytes(4, "big") + b"\0\0"
        raw = zlib.compress(b"".join(entries[number] for number in sorted(entries)))
        index = b" ".join(b"%d 1" % number for number in sorted(entries))
        out += b"%d 0 obj\n<</Type/XRef/W[1 4 2]/Index[%s]/Size %d%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
            size, index, size + 1, said, len(raw), raw,
        )  # fmt: skip
        return bytes(out + b"startxref\n%d\n%%%%EOF\n" % at)
