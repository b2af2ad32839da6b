"""A SignedData taken apart for editing: what is not touched is written as it was found, octet for octet.

Archive time-stamps stand over the very octets of certificates, lists and attributes: only the headers on the
way to what is added are written anew (RFC 5652 5.1, 5.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from edoc.facts.document import Buffer, Document
from edoc.formats.cades.content import pieces
from edoc.formats.cades.parts import SignerParts
from edoc.pki import oids
from edoc.pki.cms import Layout, SignedData
from edoc.pki.der import Reader, decode_integer, encode_oid, integer, length_octets, tlv

_ITEMS = 5_000
_SIGNED_DATA = encode_oid(oids.SIGNED_DATA)


@dataclass(slots=True, kw_only=True)
class Encapsulated:
    """The encapContentInfo: octets in front of the data, and the data itself, which is never copied."""

    content_type: str
    head: bytes = field(repr=False)
    size: int
    """Octets of the whole element."""
    source: tuple[Buffer, int, int] | Document | None = field(default=None, repr=False)
    """What follows the head: a part of some octets, or a document."""

    @classmethod
    def detached(cls, content_type: str = oids.DATA) -> Encapsulated:
        """Return the one without data."""
        head = tlv(0x30, encode_oid(content_type))
        return cls(content_type=content_type, head=head, size=len(head))

    @classmethod
    def around(cls, document: Document) -> Encapsulated:
        """Return the one around a document, with definite lengths."""
        octets = b"\x04" + length_octets(document.size)
        explicit = b"\xa0" + length_octets(len(octets) + document.size)
        kind = encode_oid(oids.DATA)
        inner = kind + explicit + octets
        head = b"\x30" + length_octets(len(inner) + document.size) + inner
        return cls(content_type=oids.DATA, head=head, size=len(head) + document.size, source=document)

    def parts(self) -> Iterator[bytes | memoryview]:
        """Yield the octets in order; each piece is good until the next one."""
        if self.head:
            yield self.head
        if isinstance(self.source, Document):
            yield from self.source.pieces(1 << 20)
        elif self.source is not None:
            data, start, end = self.source
            yield from pieces(data, ((start, end),))


@dataclass(slots=True)
class Bag:
    """Certificates or revocation data; `raw` is the set as it was found, null once it was changed."""

    tag: int
    items: list[bytes] = field(repr=False)
    raw: bytes | None = field(default=None, repr=False)

    def add(self, item: bytes) -> bool:
        """Add an object at the end; false when it is there already."""
        if item in self.items:
            return False
        self.items.append(item)
        self.raw = None
        return True

    def encode(self) -> bytes:
        """Return the set, or nothing when it is empty and was not there."""
        if self.raw is not None:
            return self.raw
        return tlv(self.tag, *self.items) if self.items else b""


class Signer:
    """A SignerInfo; it is taken apart when somebody looks inside, and written anew once something was added."""

    __slots__ = ("_parts", "_raw")

    def __init__(self, der: bytes) -> None:
        self._raw: bytes | None = der
        self._parts: SignerParts | None = None

    @property
    def parts(self) -> SignerParts:
        """Its parts as they were found; DerError when it is no SignerInfo."""
        if self._parts is None:
            assert self._raw is not None
            self._parts = SignerParts.of(self._raw)
        return self._parts

    @property
    def version(self) -> bytes:
        """The whole element of its version."""
        if self._raw is not None:
            reader = Reader(self._raw)
            _, start, end, _ = reader.read(0, len(self._raw))
            return self._raw[start : reader.read(start, end)[3]]
        return self.parts.version

    def add(self, attribute: bytes) -> None:
        """Add an unsigned attribute at the end."""
        self.replace((*self.parts.unsigned, attribute))

    def replace(self, unsigned: tuple[bytes, ...]) -> None:
        """Put other unsigned attributes in the place of those that are there."""
        self._parts = self.parts._replace(unsigned=unsigned)
        self._raw = None

    def encode(self) -> bytes:
        """Return the element."""
        if self._raw is not None:
            return self._raw
        unsigned = tlv(0xA1, *self.parts.unsigned) if self.parts.unsigned else b""
        return tlv(0x30, self.parts.signed_parts, unsigned)


@dataclass(slots=True, kw_only=True)
class Model:
    """A whole ContentInfo with SignedData."""

    version: int
    digests: list[bytes]
    """AlgorithmIdentifiers."""
    encapsulated: Encapsulated
    certificates: Bag
    revocation: Bag
    signers: list[Signer]

    @classmethod
    def of(cls, signed: SignedData) -> Model:
        """Take a parsed SignedData apart; its octets must stay as they are. DerError for what cannot be."""
        layout = signed.layout
        data, reader = layout.reader.data, layout.reader
        _, _, first, last, _ = layout.version
        _, start, _, _, following = layout.encapsulated
        signers = reader.children(layout.signers[2], layout.signers[3], limit=_ITEMS)
        digests = reader.children(layout.digest_algorithms[2], layout.digest_algorithms[3], limit=_ITEMS)
        return cls(
            version=decode_integer(data[first:last]),
            digests=[data[pos:stop] for _, pos, _, _, stop in digests],
            encapsulated=Encapsulated(
                content_type=signed.content_type, head=b"", size=following - start, source=(data, start, following)
            ),
            certificates=_bag(layout, 0xA0),
            revocation=_bag(layout, 0xA1),
            signers=[Signer(data[pos:stop]) for _, pos, _, _, stop in signers],
        )

    def add_digest(self, identifier: bytes) -> None:
        """List a digest algorithm, unless it is listed."""
        if identifier not in self.digests:
            self.digests.append(identifier)

    def parts(self) -> Iterator[bytes | memoryview]:
        """Yield the octets of the ContentInfo in order."""
        before = integer(self._version()) + tlv(0x31, *self.digests)
        after = self.certificates.encode() + self.revocation.encode()
        after += tlv(0x31, *(signer.encode() for signer in self.signers))
        size = len(before) + self.encapsulated.size + len(after)
        sequence = b"\x30" + length_octets(size)
        explicit = b"\xa0" + length_octets(len(sequence) + size)
        inner = len(_SIGNED_DATA) + len(explicit) + len(sequence) + size
        yield b"".join((b"\x30", length_octets(inner), _SIGNED_DATA, explicit, sequence, before))
        yield from self.encapsulated.parts()
        yield after

    def encode(self) -> bytes:
        """Return the ContentInfo as octets, for one that is small."""
        return b"".join(self.parts())

    def _version(self) -> int:
        """RFC 5652 5.1: what is in the bags, the signers' versions and the content type decide; never a lower one."""
        needed = 1
        plain = self.encapsulated.content_type == oids.DATA and all(signer.version == b"\x02\x01\x01" for signer in self.signers)
        if not plain:
            needed = 3
        if any(item[:1] == b"\xa2" for item in self.certificates.items):
            needed = 4
        if any(item[:1] == b"\xa3" for item in self.certificates.items) or any(item[:1] == b"\xa1" for item in self.revocation.items):
            needed = 5
        return max(self.version, needed)


def _bag(layout: Layout, tag: int) -> Bag:
    part = layout.certificates if tag == 0xA0 else layout.revocation
    if part is None:
        return Bag(tag, [])
    data = layout.reader.data
    items = layout.reader.children(part[2], part[3], limit=_ITEMS)
    return Bag(tag, [data[pos:stop] for _, pos, _, _, stop in items], data[part[1] : part[4]])
