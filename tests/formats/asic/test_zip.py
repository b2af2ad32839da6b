"""The strict ZIP reader: every trick by which two programs read two things, each as a named fixture (attacks.md 8, 9)."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib

import pytest

from edoc.facts.document import Document
from edoc.formats.asic.errors import ZipError
from edoc.formats.asic.package import Package
from edoc.formats.asic.zip import read_directory
from edoc.limits import Limits
from tests.formats.asic.maker import Item, pack

PLAIN = [Item(name="mimetype", data=b"application/vnd.etsi.asic-e+zip"), Item(name="a.txt", data=b"some text " * 9, method=8)]
MIB = 1 << 20


def _second_end_in_comment() -> bytes:
    inner = pack([Item(name="b.txt", data=b"other")])
    return pack(PLAIN, comment=inner[-22:])


def _unicode_path(name: str, other: str) -> bytes:
    body = b"\x01" + struct.pack("<L", zlib.crc32(name.encode())) + other.encode()
    return struct.pack("<HH", 0x7075, len(body)) + body


def _overlapping() -> bytes:
    """Two entries of the directory lead to one local header."""
    return pack([PLAIN[0], Item(name="a.txt", data=b"12345678"), Item(name="a.txt", data=b"", header=len(_first()))])


def _first() -> bytes:
    data = PLAIN[0].data
    return b"x" * (30 + len(PLAIN[0].name) + len(data))


def _patched(position: int, octets: bytes) -> bytes:
    data = bytearray(pack(PLAIN))
    end = data.rfind(b"PK\x05\x06")
    data[end + position : end + position + len(octets)] = octets
    return bytes(data)


ATTACKS: dict[str, tuple[bytes, str]] = {
    "AS-04 same name twice": (pack([*PLAIN, Item(name="a.txt", data=b"other")]), "ZIP_NAME_DUPLICATE"),
    "AS-04 case twins": (pack([*PLAIN, Item(name="A.TXT", data=b"other")]), "ZIP_NAME_TWINS"),
    "AS-04 unicode twins": (
        pack([Item(name="caf\u00e9.txt", flags=0x800), Item(name="cafe\u0301.txt", flags=0x800)]), "ZIP_NAME_TWINS"
    ),
    "AS-04 a file that is a folder": (pack([*PLAIN, Item(name="a.txt/b.txt")]), "ZIP_NAME_TWINS"),
    "AS-04 local name differs": (pack([PLAIN[0], Item(name="a.txt", local_name="b.txt")]), "ZIP_HEADERS_DIFFER"),
    "AS-04 local size differs": (pack([Item(name="a.txt", data=b"1234", local_size=3)]), "ZIP_HEADERS_DIFFER"),
    "AS-04 local method differs": (pack([Item(name="a.txt", data=b"1234", local_method=8)]), "ZIP_HEADERS_DIFFER"),
    "AS-04 local flags differ": (pack([Item(name="a.txt", data=b"1234", local_flags=2)]), "ZIP_HEADERS_DIFFER"),
    "AS-04 a second name in an extra field": (
        pack([Item(name="a.txt", extra=_unicode_path("a.txt", "b.txt"), local_extra=_unicode_path("a.txt", "b.txt"))]),
        "ZIP_NAME_TWICE",
    ),
    "AS-04 a name that is no UTF-8": (
        pack([Item(name="a.txt", flags=0x800)]).replace(b"a.txt", b"\xff.txt"), "ZIP_NAME_ENCODING"
    ),
    "AS-05 data in front": (b"#!/bin/sh\n" + pack(PLAIN), "ZIP_GAP"),
    "AS-05 data in front of an entry": (pack([PLAIN[0], Item(name="a.txt", before=b"hidden")]), "ZIP_GAP"),
    "AS-05 data in front of the directory": (pack(PLAIN, gap=b"hidden"), "ZIP_GAP"),
    "AS-05 data behind": (pack(PLAIN, tail=b"hidden"), "ZIP_TRAILING_DATA"),
    "AS-05 a second package behind": (pack(PLAIN) + pack([Item(name="b.txt")]), "ZIP_GAP"),
    "AS-05 a second end record in the comment": (_second_end_in_comment(), "ZIP_GAP"),
    "AS-05 the mark of an end record in the comment": (pack(PLAIN, comment=b"PK\x05\x06" + bytes(40)), "ZIP_TRAILING_DATA"),
    "AS-05 an entry that the directory hides": (pack(PLAIN, count=1), "ZIP_GAP"),
    "AS-05 an entry that is not there": (pack(PLAIN, count=3), "ZIP_MALFORMED"),
    "AS-11 encrypted": (pack([*PLAIN, Item(name="b.txt", data=b"x" * 20, flags=1)]), "ZIP_ENCRYPTED"),
    "AS-11 strongly encrypted": (pack([*PLAIN, Item(name="b.txt", flags=0x41)]), "ZIP_ENCRYPTED"),
    "AS-11 a directory whose names are hidden": (pack([*PLAIN, Item(name="b.txt", flags=0x2000)]), "ZIP_ENCRYPTED"),
    "AS-11 split": (_patched(4, b"\x01\x00"), "ZIP_SPLIT"),
    "AS-11 an entry on another disk": (pack([Item(name="a.txt", disk=1)]), "ZIP_SPLIT"),
    "AS-11 unknown method": (pack([Item(name="a.txt", data=b"1234", method=12)]), "ZIP_METHOD"),
    "AS-11 patched data": (pack([Item(name="a.txt", flags=0x20)]), "ZIP_FLAGS"),
    "RES-07 overlapping entries": (_overlapping(), "ZIP_OVERLAP"),
    "RES-07 a size that lies": (pack([Item(name="a.txt", data=b"1234", size=5)]), "ZIP_SIZE"),
    "RES-07 ratio": (pack([Item(name="a.txt", data=bytes(16 * MIB), method=8)]), "ZIP_LIMIT"),
    "RES-07 zip64 that lies": (_patched(16, b"\xff\xff\xff\xff"), "ZIP_MALFORMED"),
    "RES-08 dot-dot": (pack([Item(name="../a.txt")]), "ZIP_NAME_UNSAFE"),
    "RES-08 dot-dot inside": (pack([Item(name="folder/../a.txt")]), "ZIP_NAME_UNSAFE"),
    "RES-08 dot": (pack([Item(name=".")]), "ZIP_NAME_UNSAFE"),
    "RES-08 absolute": (pack([Item(name="/etc/passwd")]), "ZIP_NAME_UNSAFE"),
    "RES-08 drive": (pack([Item(name="C:a.txt")]), "ZIP_NAME_UNSAFE"),
    "RES-08 backslash": (pack([Item(name="..\\a.txt")]), "ZIP_NAME_UNSAFE"),
    "RES-08 empty name": (pack([Item(name="")]), "ZIP_NAME_UNSAFE"),
    "RES-08 empty segment": (pack([Item(name="a//b.txt")]), "ZIP_NAME_UNSAFE"),
    "RES-08 NUL": (pack([Item(name="a.txt\x00.exe")]), "ZIP_NAME_UNSAFE"),
    "RES-08 link": (pack([Item(name="a.txt", data=b"/etc/passwd", made=3 << 8 | 20, attributes=0xA1FF0000)]), "ZIP_LINK"),
    "no end record": (pack(PLAIN)[:-22], "ZIP_NO_END"),
    "a folder with data": (pack([Item(name="folder/", data=b"1234")]), "ZIP_SIZE"),
    "a descriptor that lies": (pack([Item(name="a.txt", data=b"1234", flags=8, descriptor=b"PK\x07\x08" + bytes(12))]), "ZIP_HEADERS_DIFFER"),
    "an extra field that ends late": (pack([Item(name="a.txt", extra=b"\x01\x00\xff\x00\x00")]), "ZIP_MALFORMED"),
    "an extra field twice": (pack([Item(name="a.txt", extra=b"\x02\x00\x00\x00" * 2)]), "ZIP_MALFORMED"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_a_package_that_could_be_read_twice_is_refused(name: str) -> None:
    data, code = ATTACKS[name]
    with pytest.raises(ZipError) as caught:
        read_directory(data)
    assert caught.value.code == code


def test_the_same_package_without_a_trick_is_read() -> None:
    found = read_directory(pack(PLAIN))
    assert [(entry.name, entry.size, entry.method) for entry in found.entries] == [("mimetype", 31, 0), ("a.txt", 90, 8)]


def test_what_common_programs_write_is_read() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", b"x", zipfile.ZIP_STORED)
        archive.writestr("پیوست.txt", b"some text" * 100)
        archive.writestr("folder/", b"")
        archive.comment = b"made somewhere"
    package = Package.open(Document.from_bytes(target.getvalue(), name="a.zip"))
    assert [entry.name for entry in package.entries] == ["mimetype", "پیوست.txt", "folder/"]
    assert package.read(package.entries[1]) == b"some text" * 100
    assert package.comment == b"made somewhere"


class _Sink(io.RawIOBase):
    """A stream that cannot seek: zipfile writes data descriptors."""

    def __init__(self) -> None:
        self.octets = b""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        assert isinstance(data, bytes | bytearray | memoryview)
        octets = bytes(data)
        self.octets += octets
        return len(octets)


@pytest.mark.parametrize("large", [False, True])
def test_data_descriptors_and_zip64_are_read(large: bool) -> None:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive, archive.open("a.txt", "w", force_zip64=large) as entry:
        entry.write(b"some text")
    package = Package.open(Document.from_bytes(sink.octets, name="a.zip"))
    assert package.read(package.entries[0]) == b"some text"


def test_zip64_end_records_are_read() -> None:
    data = pack(PLAIN)
    at = data.rfind(b"PK\x05\x06")
    _, _, _, count, size, start, _ = struct.unpack_from("<4x4H2LH", data, at)[-7:]
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert len(read_directory(data[:at] + record + locator + end).entries) == 2
    other = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, size, start, 0)
    with pytest.raises(ZipError, match="ZIP_HEADERS_DIFFER"):
        read_directory(data[:at] + record + locator + other)


BROKEN = {
    "RES-07 inflates to more than it says": (zlib.compress(b"1234567890")[2:-4], 4, zlib.crc32(b"1234"), "ZIP_SIZE"),
    "RES-07 inflates to less than it says": (zlib.compress(b"1234")[2:-4], 10, zlib.crc32(b"1234"), "ZIP_SIZE"),
    "data behind the deflated data": (zlib.compress(b"1234")[2:-4] + b"hidden", 4, zlib.crc32(b"1234"), "ZIP_SIZE"),
    "no deflated data": (b"\xff" * 20, 4, 0, "ZIP_DATA"),
    "deflated data that ends early": (zlib.compress(b"1234" * 99)[2:-14], 396, 0, "ZIP_DATA"),
    "a wrong checksum": (zlib.compress(b"1234")[2:-4], 4, 0, "ZIP_CHECKSUM"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_member_that_does_not_hold_what_it_says_has_no_octets(name: str) -> None:
    packed, size, crc, code = BROKEN[name]
    header = struct.pack("<5H3L2H", 20, 0, 8, 0, 0x5A74, crc, len(packed), size, 5, 0)
    local = b"PK\x03\x04" + header + b"a.txt" + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + header[:-4] + struct.pack("<5H2L", 5, 0, 0, 0, 0, 0, 0) + b"a.txt"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)
    package = Package.open(Document.from_bytes(local + central + end, name="a.zip"))
    assert package.member("a.txt").data == b""
    assert package.broken["a.txt"].code == code


def test_budgets_are_findings_of_their_own() -> None:
    many = pack([Item(name=f"{number}.txt") for number in range(20)])
    for limits in (Limits(zip_entries=10), Limits(zip_name_bytes=3), Limits(zip_inflated_bytes=100)):
        with pytest.raises(ZipError, match="ZIP_LIMIT"):
            read_directory(pack(PLAIN) if limits.zip_entries != 10 else many, limits=limits)
    package = Package.open(Document.from_bytes(pack(PLAIN), name="a.zip"), limits=Limits(zip_member_bytes=50))
    with pytest.raises(ZipError, match="ZIP_LIMIT"):
        package.read_small(package.entries[1])


def test_members_are_read_in_pieces_of_any_size() -> None:
    data = bytes(range(256)) * 1024
    package = Package.open(Document.from_bytes(pack([Item(name="a", data=data), Item(name="b", data=data, method=8)]), name="z"))
    for name in ("a", "b"):
        member = package.member(name)
        assert b"".join(bytes(piece) for piece in member.pieces(1000)) == data == member.data
        assert (member.size, member.name) == (len(data), name)


def test_whatever_octets_come_the_reader_answers() -> None:
    """Seeded changes of headers and directory: an answer or a ZipError, never anything else."""
    chance = random.Random(20261125)
    data = pack([*PLAIN, Item(name="b.txt", data=b"b" * 50, flags=8, descriptor=b"PK\x07\x08" + struct.pack("<3L", zlib.crc32(b"b" * 50), 50, 50))])
    read = refused = 0
    for _ in range(3_000):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.choice((0, 1, 8, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        try:
            package = Package.open(Document.from_bytes(bytes(changed), name="a.zip"))
            for entry in package.entries:
                assert package.member(entry.name).data is not None
            read += 1
        except ZipError:
            refused += 1
    assert read > 100 and refused > 1_000
