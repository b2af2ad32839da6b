"""A prepared signature in a format other than PDF: frozen, serialisable, and complete."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.facts.signature import SignatureAlgorithm
from edoc.formats.writing import Packaging, Prepared
from edoc.pki.algorithms import key_facts, refuse_for_signing
from edoc.pki.certificate import Certificate
from edoc.sign import wire
from edoc.sign.algorithm import message_digest_name
from edoc.sign.formats import Format
from edoc.sign.request import Level

MAGIC = b"edoc/format-draft/1\n"
_HEADER_BYTES = 64 << 20
"""The header carries certificates and what the format needs, such as an XML document that is signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatDraft:
    """Everything that is needed to finish a signature once its value is there.

    Sign `octets` with `algorithm` (ECDSA: DER r, s) and hand the value to `finish_signature`.
    """

    octets: bytes = field(repr=False)
    """The exact octets to sign."""
    algorithm: SignatureAlgorithm
    digest_algorithm: str
    certificates: tuple[bytes, ...] = field(repr=False)
    """DER, the signer's first."""
    format: Format
    packaging: Packaging
    level: Level
    document_names: tuple[str, ...]
    state: bytes = field(repr=False)
    documents: tuple[Document, ...] = field(default=(), repr=False, compare=False)
    """The inputs; empty when they were left out of the serialised form."""
    source: str | None = field(default=None, repr=False, compare=False)
    """Path of the first input, which no output may replace; null when it is no file."""

    @property
    def document_name(self) -> str:
        """The name of the first input."""
        return self.document_names[0]

    def prepared(self) -> Prepared:
        """Return what the format's writer goes on with."""
        return Prepared(octets=self.octets, state=self.state)

    def to_bytes(self, *, with_document: bool = True) -> bytes:
        """Return the draft as bytes; without the documents they must be handed over again when finishing."""
        kept = self.documents if with_document else ()
        header = {
            "octets": wire.text(self.octets),
            "algorithm": asdict(self.algorithm),
            "digest_algorithm": self.digest_algorithm,
            "certificates": [wire.text(der) for der in self.certificates],
            "format": self.format.value,
            "packaging": self.packaging.value,
            "level": self.level.value,
            "document_names": list(self.document_names),
            "state": wire.text(self.state),
            "sizes": [item.size for item in kept],
        }
        line = json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        return b"".join((MAGIC, line, *(bytes(item.data[:]) for item in kept)))

    @classmethod
    def from_bytes(cls, data: bytes) -> FormatDraft:
        """Return the draft that `to_bytes` wrote; `InputError` DRAFT_UNREADABLE for anything else."""
        end = data.find(b"\n", len(MAGIC), len(MAGIC) + _HEADER_BYTES)
        try:
            if not data.startswith(MAGIC) or end < 0:
                raise ValueError("magic")
            return _read(json.loads(data[len(MAGIC) : end]), data[end + 1 :])
        except (ValueError, KeyError, TypeError, RecursionError) as problem:
            # Hostile JSON shows as one of these; a draft has no other way to be wrong.
            raise InputError("DRAFT_UNREADABLE", subject="draft") from problem


def _read(header: dict[str, object], body: bytes) -> FormatDraft:
    names = tuple(wire.string(item) for item in wire.items(header["document_names"]))
    sizes = [wire.number(item) for item in wire.items(header["sizes"])]
    if not names or (sizes and len(sizes) != len(names)) or sum(sizes) != len(body):
        raise ValueError("documents")
    documents, place = [], 0
    for name, size in zip(names, sizes, strict=False):
        documents.append(Document.from_bytes(body[place : place + size], name=name))
        place += size
    draft = FormatDraft(
        octets=wire.octets(header["octets"]),
        algorithm=wire.algorithm(header["algorithm"]),
        digest_algorithm=wire.string(header["digest_algorithm"]),
        certificates=tuple(wire.octets(item) for item in wire.items(header["certificates"])),
        format=Format(header["format"]),
        packaging=Packaging(header["packaging"]),
        level=Level(header["level"]),
        document_names=names,
        state=wire.octets(header["state"]),
        documents=tuple(documents),
    )
    leaf, *_ = [Certificate.load(der) for der in draft.certificates]
    if refuse_for_signing(key_facts(leaf.spki_der), draft.algorithm) is not None:
        raise ValueError("algorithm")
    if draft.digest_algorithm != message_digest_name(draft.algorithm):
        raise ValueError("digest")
    return draft
