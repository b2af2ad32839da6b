"""A strict ZIP directory: one reading, every octet of the file accounted for (APPNOTE 6.3.10).

Central and local headers must agree, entries stand one behind the other from the first octet to the
directory, and nothing stands before, between or behind.  Where programs would read two things the
package is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from edoc.facts.document import Buffer
from edoc.formats.asic.errors import LIMIT, ZipError
from edoc.formats.asic.names import check_names, decode_name
from edoc.limits import DEFAULT_LIMITS, Limits

STORED, DEFLATED = 0, 8
_END = struct.Struct("<4x4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_END_64 = struct.Struct("<4xQ2H2L4Q")
_LOCATOR = struct.Struct("<4xLQL")
_CENTRAL = struct.Struct("<4x6H3L5H2L")
_LOCAL = struct.Struct("<4x5H3L2H")
_LARGE, _MANY = 0xFFFFFFFF, 0xFFFF
_ZIP64 = 0x0001
_ENCRYPTED = 0x2041
"""Bits 0, 6 and 13: traditional and strong encryption, hidden headers."""
_DESCRIPTOR = 0x0008
_KNOWN_FLAGS = 0x0806 | _DESCRIPTOR
"""Bits 1 and 2 tell how hard deflate tried, bit 11 that the name is UTF-8."""
_NONE: dict[int, bytes] = {}
_LINK = 0xA000
_UNIX = 3


class Entry(NamedTuple):
    """One entry as its headers state it; `start` to `end` is its data as stored in the package."""

    name: str
    place: int
    """Number in stored order, from 0."""
    method: int
    flags: int
    crc: int
    size: int
    """Octets after inflating."""
    header: int
    """Offset of its local header."""
    start: int
    end: int
    following: int
    """Where the next entry starts, behind a data descriptor if there is one."""
    time: int
    """Date and time as MS-DOS writes them: date above, time below (APPNOTE 4.4.6)."""
    local_extra: bool
    raw: bytes
    """The central header as found."""

    @property
    def is_folder(self) -> bool:
        """True for an entry that only names a folder."""
        return self.name.endswith("/")


class _Central(NamedTuple):
    """A central header, before its local one is looked at."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    header: int
    extras: dict[int, bytes]
    time: int
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Everything that a package says of its entries, in stored order."""

    entries: tuple[Entry, ...]
    comment: bytes


def read_directory(data: Buffer, *, limits: Limits = DEFAULT_LIMITS) -> Directory:
    """Read the directory of a package; raises `ZipError` and nothing else."""
    try:
        return _directory(data, limits)
    except struct.error as problem:
        raise ZipError("ZIP_MALFORMED") from problem


def _directory(data: Buffer, limits: Limits) -> Directory:
    end, count, start, comment = _end_record(data)
    if count > limits.zip_entries:
        raise ZipError(LIMIT, what="entries", limit=limits.zip_entries)
    found = list(_central_headers(data, start, end, count))
    found.sort(key=lambda item: item.header)
    entries, at = [], 0
    names = []
    for place, central in enumerate(found):
        entry, following = _entry(data, central, place, at)
        if len(central.raw_name) > limits.zip_name_bytes:
            raise ZipError(LIMIT, what="name", limit=limits.zip_name_bytes)
        entries.append(entry)
        names.append(entry.name)
        at = following
    if at != start:
        raise ZipError("ZIP_OVERLAP" if at > start else "ZIP_GAP", offset=min(at, start))
    check_names(names)
    _within_budget(entries, limits)
    return Directory(entries=tuple(entries), comment=comment)


def _end_record(data: Buffer) -> tuple[int, int, int, bytes]:
    """Return where the directory ends, how many entries it has, where it starts, and the comment (APPNOTE 4.3.16)."""
    size = len(data)
    at = data.rfind(_END_SIGNATURE, max(0, size - _END.size - _MANY))
    if at < 0:
        raise ZipError("ZIP_NO_END")
    disk, first_disk, here, count, length, start, comment = _END.unpack_from(data, at)
    if at + _END.size + comment != size:
        # What looks like an end record, but does not end the file: data behind it, or one hidden in the comment.
        raise ZipError("ZIP_TRAILING_DATA", offset=at)
    end = at
    large = (here == _MANY or count == _MANY or length == _LARGE or start == _LARGE
             or disk == _MANY or first_disk == _MANY)  # fmt: skip
    if large or data[max(0, at - _LOCATOR.size) : at].startswith(b"PK\x06\x07"):
        end, values = _end_record_64(data, at)
        told = (disk, first_disk, here, count, length, start)
        caps = (_MANY, _MANY, _MANY, _MANY, _LARGE, _LARGE)
        if any(old not in (new, cap) for old, new, cap in zip(told, values, caps, strict=True)):
            raise ZipError("ZIP_HEADERS_DIFFER", name="end of central directory")
        disk, first_disk, here, count, length, start = values
    if disk or first_disk or here != count:
        raise ZipError("ZIP_SPLIT")
    if start + length != end:
        raise ZipError("ZIP_GAP" if start + length < end else "ZIP_OVERLAP", offset=min(start + length, end))
    return end, count, start, data[at + _END.size : size]


def _end_record_64(data: Buffer, at: int) -> tuple[int, tuple[int, int, int, int, int, int]]:
    """Return where the ZIP64 record starts, and its values in the order of the short record (APPNOTE 4.3.14, 4.3.15)."""
    locator = at - _LOCATOR.size
    if locator < 0 or data[locator : locator + 4] != b"PK\x06\x07":
        raise ZipError("ZIP_MALFORMED")
    disk, place, disks = _LOCATOR.unpack_from(data, locator)
    if disk or disks > 1:
        raise ZipError("ZIP_SPLIT")
    if place + _END_64.size > locator or data[place : place + 4] != b"PK\x06\x06":
        raise ZipError("ZIP_MALFORMED")
    length, _, _, disk, first_disk, here, count, size, start = _END_64.unpack_from(data, place)
    if place + 12 + length != locator:
        raise ZipError("ZIP_GAP", offset=place)
    return place, (disk, first_disk, here, count, size, start)


def _central_headers(data: Buffer, start: int, end: int, count: int) -> Iterator[_Central]:
    at = start
    for _ in range(count):
        if at + _CENTRAL.size > end or data[at : at + 4] != b"PK\x01\x02":
            raise ZipError("ZIP_MALFORMED")
        (made, _, flags, method, time, date, crc, packed, size, name_length, extra_length, comment_length, disk, _,
         attributes, header) = _CENTRAL.unpack_from(data, at)  # fmt: skip
        name_end = at + _CENTRAL.size + name_length
        following = name_end + extra_length + comment_length
        if following > end:
            raise ZipError("ZIP_MALFORMED")
        raw_name = data[at + _CENTRAL.size : name_end]
        extras = _extras(data[name_end : name_end + extra_length]) if extra_length else _NONE
        if _ZIP64 in extras:
            size, packed, header, disk = _widen(extras[_ZIP64], (size, packed, header, disk))
        _permitted(raw_name, flags, method, disk)
        if made >> 8 == _UNIX and attributes >> 16 & 0xF000 == _LINK:
            raise ZipError("ZIP_LINK", name=_shown(raw_name))
        yield _Central(raw_name=raw_name, flags=flags, method=method, crc=crc, packed=packed, size=size,
                       header=header, extras=extras, time=date << 16 | time, raw=data[at:following])  # fmt: skip
        at = following
    if at != end:
        raise ZipError("ZIP_GAP", offset=at)


def _permitted(raw_name: bytes, flags: int, method: int, disk: int) -> None:
    if flags & _ENCRYPTED:
        raise ZipError("ZIP_ENCRYPTED", name=_shown(raw_name))
    if disk:
        raise ZipError("ZIP_SPLIT")
    if method not in (STORED, DEFLATED):
        raise ZipError("ZIP_METHOD", name=_shown(raw_name), method=method)
    if flags & ~_KNOWN_FLAGS:
        raise ZipError("ZIP_FLAGS", name=_shown(raw_name), flags=f"{flags:#06x}")


def _extras(octets: bytes) -> dict[int, bytes]:
    """Return the extra fields by number; one that stands twice could be read twice (APPNOTE 4.5)."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(octets):
        number = int.from_bytes(octets[at : at + 2], "little")
        following = at + 4 + int.from_bytes(octets[at + 2 : at + 4], "little")
        if following > len(octets) or number in found:
            raise ZipError("ZIP_MALFORMED")
        found[number] = octets[at + 4 : following]
        at = following
    if any(octets[at:]):
        raise ZipError("ZIP_MALFORMED")
    return found


def _widen(extra: bytes, values: tuple[int, int, int, int]) -> list[int]:
    """Return size, packed size, offset and disk, those that did not fit taken from the ZIP64 field (APPNOTE 4.5.3)."""
    widened, at = [], 0
    for value, width in zip(values, (8, 8, 8, 4), strict=True):
        if value == (_LARGE if width == 8 else _MANY):
            if at + width > len(extra):
                raise ZipError("ZIP_MALFORMED")
            value = int.from_bytes(extra[at : at + width], "little")
            at += width
        widened.append(value)
    return widened


def _entry(data: Buffer, central: _Central, place: int, expected: int) -> tuple[Entry, int]:
    """Return an entry and where the next one must start; its local header has to say the same (APPNOTE 4.3.7)."""
    at = central.header
    if at != expected:
        raise ZipError("ZIP_OVERLAP" if at < expected else "ZIP_GAP", offset=min(at, expected))
    if data[at : at + 4] != b"PK\x03\x04":
        raise ZipError("ZIP_MALFORMED")
    _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(data, at)
    name_start = at + _LOCAL.size
    extra_start = name_start + name_length
    start = extra_start + extra_length
    raw_name = data[name_start:extra_start]
    extras = _extras(data[extra_start:start]) if extra_length else _NONE
    name = decode_name(central.raw_name, central.flags, central.extras)
    # The second name of an extra field counts as well: it may stand in one of the headers only.
    same = raw_name == central.raw_name and not (
        (extras or central.extras) and decode_name(raw_name, flags, extras) != name
    )
    if not same:
        raise ZipError("ZIP_HEADERS_DIFFER", name=name)
    if _ZIP64 in extras:
        size, packed, _, _ = _widen(extras[_ZIP64], (size, packed, 0, 0))
    told, meant = (crc, packed, size), (central.crc, central.packed, central.size)
    later = bool(flags & _DESCRIPTOR)
    agree = told == meant or (
        later and all(one == other or not one for one, other in zip(told, meant, strict=True))
    )
    if (flags, method) != (central.flags, central.method) or not agree:
        raise ZipError("ZIP_HEADERS_DIFFER", name=name)
    end = start + central.packed
    if end > len(data):
        raise ZipError("ZIP_MALFORMED")
    if central.method == STORED and central.packed != central.size:
        raise ZipError("ZIP_SIZE", name=name)
    following = _after_descriptor(data, end, central, name, wide=_ZIP64 in extras) if later else end
    entry = Entry(name=name, place=place, method=method, flags=flags, crc=central.crc, size=central.size, header=at,
                  start=start, end=end, following=following, time=central.time, local_extra=extra_length > 0,
                  raw=central.raw)  # fmt: skip
    if entry.is_folder and entry.size:
        raise ZipError("ZIP_SIZE", name=name)
    return entry, following


def _after_descriptor(data: Buffer, end: int, central: _Central, name: str, *, wide: bool) -> int:
    """Return where a data descriptor ends; its mark is optional, its sizes have 4 octets or 8 (APPNOTE 4.3.9)."""
    sizes = "<LQQ" if wide else "<LLL"
    plain = struct.pack(sizes, central.crc, central.packed, central.size)
    for form in (b"PK\x07\x08" + plain, plain):
        if data[end : end + len(form)] == form:
            return end + len(form)
    raise ZipError("ZIP_HEADERS_DIFFER", name=name)


def _within_budget(entries: list[Entry], limits: Limits) -> None:
    total = 0
    for entry in entries:
        packed = entry.end - entry.start
        if entry.size > _SMALL and entry.size > packed * limits.zip_inflate_ratio:
            raise ZipError(LIMIT, what=entry.name, limit=limits.zip_inflate_ratio)
        total += entry.size
    if total > limits.zip_inflated_bytes:
        raise ZipError(LIMIT, what="size", limit=limits.zip_inflated_bytes)


_SMALL = 8 << 20
"""What inflates to less costs too little to be called a bomb."""


def _shown(raw_name: bytes) -> str:
    return raw_name.decode("utf-8", "backslashreplace")
