"""Containers made for tests: signed with the practice PKI in memory, at any level, and packed in any way."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Protocol

from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.facts.signature import SignatureAlgorithm
from edoc.formats.asic.write import ASIC_E, ASIC_S
from edoc.formats.writing import Editor, FormatWriter, Packaging, Placement, SignatureOrder, SignerParameters
from edoc.testing import PracticePki

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CONTAINERS = {"asic-s": ASIC_S, "asic-e": ASIC_E}
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
FILES = (("ruling.txt", b"The claim is dismissed.\n"), ("annex.xml", b"<annex><a>1</a></annex>"))


@cache
def pki() -> PracticePki:
    """Return the practice PKI of all tests of the room."""
    return PracticePki(at=AT)


def documents(files: Sequence[tuple[str, bytes]] = FILES) -> list[Document]:
    """Return documents from names and octets."""
    return [Document.from_bytes(data, name=name) for name, data in files]


def signer_parameters(name: str = "person") -> SignerParameters:
    """Return a signer of the practice PKI."""
    key = "ecdsa" if name.endswith("-ec") else "rsa"
    return SignerParameters(
        certificate_der=pki().certificate(name),
        chain_ders=pki().chain(name)[:-1],
        algorithm=SignatureAlgorithm(name=key, digest="sha256"),
        digest_algorithm="sha256",
    )


def order(form: str = "xades", *, target: str | None = None, tokens: tuple[bytes, ...] = ()) -> SignatureOrder:
    """Return an order for a container."""
    return SignatureOrder(
        signing_time=AT,
        packaging=Packaging.DETACHED,
        placement=Placement.COUNTER if target else Placement.PARALLEL,
        target=target,
        content_timestamps=tokens,
        options={"signature": form},
    )


def sign(
    inputs: Sequence[Document], *, container: str = "asic-e", form: str = "xades", level: str = "B-B",
    signer: str = "person", target: str | None = None
) -> Document:  # fmt: skip
    """Return a container with a new signature at a level."""
    writer: FormatWriter = CONTAINERS[container]
    prepared = writer.prepare(inputs, order=order(form, target=target), signer=signer_parameters(signer))
    key = pki().key(signer)
    value = key.sign(prepared.octets, signer_parameters(signer).algorithm)
    editor = writer.finish(inputs, prepared, value)
    assert editor.newest is not None
    return octets_of(raised(editor, [editor.newest], level=level))


def extend(document: Document, *, level: str, container: str = "asic-e") -> Document:
    """Return a container whose signatures are raised to a level."""
    editor = CONTAINERS[container].open(document, ())
    return octets_of(raised(editor, editor.signatures, level=level))


def raised(editor: Editor, signatures: Sequence[str], *, level: str) -> Editor:
    """Add what a level asks for, as the library's signer does."""
    if level == "B-B":
        return editor
    for signature in signatures:
        editor.put_signature_timestamp(signature, token(editor.signature_imprint(signature, "sha256")))
    if level == "B-T":
        return editor
    for signature in signatures:
        editor.put_validation_data(signature, material())
    if level == "B-LTA":
        archived(editor, signatures)
    return editor


def archived(editor: Editor, signatures: Sequence[str]) -> Editor:
    """Add archive time-stamps."""
    for signature in signatures[:1] if editor.archives_together else signatures:
        editor.put_archive_timestamp(signature, token(editor.archive_imprint(signature, "sha256")))
    return editor


def token(digest: bytes) -> bytes:
    """Return a time-stamp token over a SHA-256 digest."""
    return pki().timestamp(digest)


@cache
def material() -> tuple[tuple[MaterialKind, bytes], ...]:
    """Return all that the chains of signer and time-stamps rest on."""
    certificates = dict.fromkeys(
        der for name in ("person", "person-ec", "tsa") for der in (pki().certificate(name), *pki().chain(name))
    )
    return (
        *((MaterialKind.CERTIFICATE, der) for der in certificates),
        *((MaterialKind.CRL, der) for der in pki().validation_data()),
    )


class Writable(Protocol):
    """Whatever gives the octets of a document."""

    def parts(self) -> Iterable[bytes | memoryview]:
        """Yield the octets."""


def octets_of(editor: Writable, name: str = "bundle.asice") -> Document:
    """Return what an editor holds as a document."""
    return Document.from_bytes(b"".join(bytes(piece) for piece in editor.parts()), name=name)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry of a hand-made package; whatever is not given is as it should be."""

    name: str
    data: bytes = b""
    method: int = 0
    flags: int = 0
    local_name: str | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_size: int | None = None
    size: int | None = None
    crc: int | None = None
    made: int = 20
    attributes: int = 0
    extra: bytes = b""
    local_extra: bytes = b""
    comment: bytes = b""
    disk: int = 0
    descriptor: bytes | None = None
    before: bytes = b""
    """Octets in front of the local header."""
    header: int | None = None


def pack(items: Sequence[Item], *, comment: bytes = b"", gap: bytes = b"", tail: bytes = b"", count: int | None = None) -> bytes:
    """Return a package written by hand."""
    out, central = b"", b""
    for item in items:
        out += item.before
        at = len(out)
        machine = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = machine.compress(item.data) + machine.flush() if item.method == 8 else item.data
        crc = zlib.crc32(item.data) if item.crc is None else item.crc
        size = len(item.data) if item.size is None else item.size
        name = item.name.encode()
        local = name if item.local_name is None else item.local_name.encode()
        local_size = size if item.local_size is None else item.local_size
        later = item.descriptor is not None
        out += struct.pack(
            "<4s5H3L2H", b"PK\x03\x04", 20, item.flags if item.local_flags is None else item.local_flags,
            item.method if item.local_method is None else item.local_method, 0, 0x5A74,
            0 if later else crc, 0 if later else len(packed), 0 if later else local_size, len(local), len(item.local_extra),
        ) + local + item.local_extra + packed + (item.descriptor or b"")  # fmt: skip
        central += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", item.made, 20, item.flags, item.method, 0, 0x5A74, crc, len(packed), size,
            len(name), len(item.extra), len(item.comment), item.disk, 0, item.attributes, at if item.header is None else item.header,
        ) + name + item.extra + item.comment  # fmt: skip
    out += gap
    number = len(items) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, len(central), len(out), len(comment))
    return out + central + end + comment + tail


def items_of(document: Document) -> list[Item]:
    """Return the entries of a package, to be changed and packed again."""
    from edoc.formats.asic.package import Package

    package = Package.open(document)
    return [Item(name=entry.name, data=package.read(entry)) for entry in package.entries]


def repacked(document: Document, change: dict[str, bytes | None], *, add: Sequence[Item] = ()) -> Document:
    """Return a package with entries replaced (`None`: left out) or added."""
    kept = [
        Item(name=item.name, data=found if (found := change.get(item.name, item.data)) is not None else b"")
        for item in items_of(document)
        if change.get(item.name, b"") is not None
    ]
    return Document.from_bytes(pack([*kept, *add]), name=document.name)
