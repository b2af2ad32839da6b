"""Writes packages: every new entry is stored, deterministic, and of one shape; entries that are there keep their octets.

Nothing is compressed: what an agency signs is mostly compressed already, a stored entry is read without
inflating it, and the octets do not depend on the version of a compressor.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from edoc.errors import InputError
from edoc.facts.document import Document, pieces_of
from edoc.formats.asic.package import Package
from edoc.formats.asic.zip import Entry

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_UTF8 = 0x0800
_PIECE = 1 << 20
_LARGEST = 0xFFFFFFFE
_HEADER_OFFSET = 42


def dos_time(time: datetime) -> int:
    """Return an aware time as MS-DOS writes it, in UTC and whole two seconds; before 1980 is 1980 (APPNOTE 4.4.6)."""
    time = time.astimezone(UTC)
    if not 1980 <= time.year <= 2107:
        return 1 << 21 | 1 << 16
    date = (time.year - 1980) << 9 | time.month << 5 | time.day
    return date << 16 | time.hour << 11 | time.minute << 5 | time.second // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One entry to be: new data under a name, or an entry of another package, octet for octet."""

    name: str
    data: Document = field(repr=False)
    time: int
    copied: tuple[Package, Entry] | None = field(default=None, repr=False)

    def renamed(self, name: str) -> Part:
        """Return the same data under another name."""
        return replace(self, name=name, copied=None)

    def with_data(self, octets: bytes) -> Part:
        """Return other data under the same name and date."""
        return replace(self, data=Document(data=octets, name=self.name), copied=None)


def part(name: str, octets: bytes, time: int) -> Part:
    """Return a new entry from octets."""
    return Part(name=name, data=Document(data=octets, name=name), time=time)


def copied(package: Package, entry: Entry) -> Part:
    """Return an entry as it stands in a package."""
    return Part(name=entry.name, data=package.member(entry.name), time=entry.time, copied=(package, entry))


def write_package(parts: Iterable[Part], *, name: str, comment: bytes = b"") -> Iterator[bytes | memoryview]:
    """Yield the octets of a package; raises `InputError` ASIC_TOO_LARGE for one that needs ZIP64."""
    central: list[bytes] = []
    at = 0
    for item in parts:
        if at > _LARGEST or item.data.size > _LARGEST:
            raise InputError("ASIC_TOO_LARGE", subject=name)
        if item.copied is not None:
            package, entry = item.copied
            central.append(_moved(entry, at, name))
            yield from pieces_of(package.document.data, entry.header, entry.following, size=_PIECE)
            at += entry.following - entry.header
            continue
        local, header = _headers(item, at)
        central.append(header)
        yield local
        yield from item.data.pieces(_PIECE)
        at += len(local) + item.data.size
    directory = b"".join(central)
    if at + len(directory) > _LARGEST or len(central) >= 0xFFFF:
        raise InputError("ASIC_TOO_LARGE", subject=name)
    yield directory
    yield _END.pack(b"PK\x05\x06", 0, 0, len(central), len(central), len(directory), at, len(comment)) + comment


def _moved(entry: Entry, at: int, name: str) -> bytes:
    """Return the central header of an entry that is copied to an offset."""
    raw = entry.raw
    if raw[_HEADER_OFFSET : _HEADER_OFFSET + 4] == b"\xff\xff\xff\xff":
        raise InputError("ASIC_TOO_LARGE", subject=name)
    return raw[:_HEADER_OFFSET] + at.to_bytes(4, "little") + raw[_HEADER_OFFSET + 4 :]


def _headers(item: Part, at: int) -> tuple[bytes, bytes]:
    """Return the local and the central header of a new entry at an offset; its octets are read once for that."""
    crc = 0
    for piece in item.data.pieces(_PIECE):
        crc = zlib.crc32(piece, crc)
    encoded, size = item.name.encode("utf-8"), item.data.size
    needed = 20 if "/" in item.name else 10
    flags = 0 if encoded.isascii() else _UTF8
    facts = (flags, 0, item.time & 0xFFFF, item.time >> 16, crc, size, size, len(encoded), 0)
    local = _LOCAL.pack(b"PK\x03\x04", needed, *facts) + encoded
    return local, _CENTRAL.pack(b"PK\x01\x02", 20, needed, *facts, 0, 0, 0, 0, at) + encoded
