"""A signature that is prepared but not yet signed: frozen, serialisable, and complete."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import Enum

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.facts.signature import DocumentFacts, SignatureAlgorithm
from edoc.formats.pdf.append import Appended, room_of
from edoc.pki.algorithms import digest_of, key_facts, refuse_for_signing
from edoc.pki.certificate import Certificate
from edoc.sign import wire
from edoc.sign.algorithm import message_digest_name
from edoc.sign.request import Level, SubFilter
from edoc.sign.timestamp import TOKEN_ROOM, imprint_algorithm

_MAGIC = b"edoc/draft/2\n"
_HEADER_BYTES = 8 << 20
"""The header carries certificates and attributes; real ones are below 20 KiB."""


class Need(Enum):
    """What a draft waits for."""

    SIGNATURE_VALUE = "signature_value"
    TIMESTAMP = "timestamp"
    """A token over the signature value; its imprint is what `imprint` returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything that is needed to finish a signature once its value is there.

    Sign `octets` with `algorithm` (ECDSA: DER r, s) and hand the value to `finish_signature`.
    """

    octets: bytes = field(repr=False)
    """The exact octets to sign: DER SET of the signed attributes (RFC 5652 5.4)."""
    algorithm: SignatureAlgorithm
    digest_algorithm: str
    """hashlib name of the digest over the document (`shake256_512`: SHAKE256, 64 octets)."""
    message_digest: bytes
    certificates: tuple[bytes, ...] = field(repr=False)
    """DER, the signer's first."""
    sub_filter: str
    level: str
    document_name: str
    appended: Appended = field(repr=False)
    document: Document | None = field(default=None, repr=False, compare=False)
    """The input; null when it was left out of the serialised form."""
    signature_value: bytes = field(default=b"", repr=False)
    """Empty while it is waited for."""
    before: DocumentFacts | None = field(default=None, repr=False, compare=False)
    """What the input said of its signatures; null when it has none, or when the draft was serialised."""
    source: str | None = field(default=None, repr=False, compare=False)
    """Path of the input, which no output may replace; null when it is no file, or when the draft was serialised."""

    @property
    def needs(self) -> Need:
        """What the next step takes."""
        return Need.TIMESTAMP if self.signature_value else Need.SIGNATURE_VALUE

    def imprint(self) -> tuple[str, bytes]:
        """Return (hashlib name, digest) of the signature value, to be time-stamped (EN 319 122-1 5.3)."""
        name = imprint_algorithm(self.digest_algorithm)
        digest = digest_of(name, self.signature_value)
        assert digest is not None
        return name, digest

    def to_bytes(self, *, with_document: bool = True) -> bytes:
        """Return the draft as bytes; without the document it must be handed over again when finishing."""
        included = self.document is not None and with_document
        header = {
            "octets": wire.text(self.octets),
            "algorithm": asdict(self.algorithm),
            "digest_algorithm": self.digest_algorithm,
            "message_digest": wire.text(self.message_digest),
            "certificates": [wire.text(der) for der in self.certificates],
            "sub_filter": self.sub_filter,
            "level": self.level,
            "signature_value": wire.text(self.signature_value),
            "document_name": self.document_name,
            "base_size": self.appended.base_size,
            "gap": [self.appended.gap_start, self.appended.gap_end],
            "field_name": self.appended.field_name,
            "earlier": self.appended.earlier_signatures,
            "tail_size": len(self.appended.tail),
            "document": included,
        }
        line = json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        body = bytes(self.document.data[:]) if included and self.document is not None else b""
        return b"".join((_MAGIC, line, self.appended.tail, body))

    @classmethod
    def from_bytes(cls, data: bytes) -> Draft:
        """Return the draft that `to_bytes` wrote; `InputError` DRAFT_UNREADABLE for anything else."""
        end = data.find(b"\n", len(_MAGIC), len(_MAGIC) + _HEADER_BYTES)
        if not data.startswith(_MAGIC) or end < 0:
            raise InputError("DRAFT_UNREADABLE", subject="draft")
        try:
            return _read(json.loads(data[len(_MAGIC) : end]), data[end + 1 :])
        except (ValueError, KeyError, TypeError, RecursionError) as problem:
            # Hostile JSON shows as one of these; a draft has no other way to be wrong.
            raise InputError("DRAFT_UNREADABLE", subject="draft") from problem


def _read(header: dict[str, object], body: bytes) -> Draft:
    tail_size = wire.number(header["tail_size"])
    base_size = wire.number(header["base_size"])
    start, end = (wire.number(item) for item in wire.items(header["gap"]))
    tail = body[:tail_size]
    rest = body[tail_size:]
    if not base_size <= start < end <= base_size + tail_size or len(tail) != tail_size:
        raise ValueError("gap")
    if len(rest) != (base_size if header["document"] is True else 0):
        raise ValueError("document")
    name = wire.string(header["document_name"])
    draft = Draft(
        octets=wire.octets(header["octets"]),
        algorithm=wire.algorithm(header["algorithm"]),
        digest_algorithm=wire.string(header["digest_algorithm"]),
        message_digest=wire.octets(header["message_digest"]),
        certificates=tuple(wire.octets(item) for item in wire.items(header["certificates"])),
        sub_filter=wire.string(header["sub_filter"]),
        level=wire.string(header["level"]),
        signature_value=wire.octets(header["signature_value"]),
        document_name=name,
        appended=Appended(
            tail=tail, base_size=base_size, gap_start=start, gap_end=end, field_name=wire.string(header["field_name"]),
            earlier_signatures=wire.number(header["earlier"]),
        ),
        document=Document.from_bytes(rest, name=name) if header["document"] is True else None,
    )  # fmt: skip
    _refuse_unsound(draft)
    return draft


def _refuse_unsound(draft: Draft) -> None:
    """Raise ValueError for a draft that this version would not have made, such as one with a weak digest."""
    SubFilter(draft.sub_filter)
    timed = Level(draft.level) is not Level.B_B
    if draft.signature_value and not timed or timed and room_of(draft.appended) < TOKEN_ROOM:
        raise ValueError("level")
    leaf, *_ = [Certificate.load(der) for der in draft.certificates]
    if refuse_for_signing(key_facts(leaf.spki_der), draft.algorithm) is not None:
        raise ValueError("algorithm")
    if draft.digest_algorithm != message_digest_name(draft.algorithm):
        raise ValueError("digest")
