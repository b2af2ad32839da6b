"""How formats other than PDF write signatures: one shape of steps for all of them.

`FormatWriter.prepare` gives the octets to sign, `finish` puts the value in and gives an `Editor`, which
adds time-stamps and validation data; `FormatWriter.open` gives the same for a document that is signed
already.  Nothing here decides, fetches, or touches a file: `edoc.api_sign` hands in what is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.facts.signature import SignatureAlgorithm


class Packaging(Enum):
    """Where the signed data stands, seen from the signature."""

    ENVELOPED = "enveloped"
    """The signature stands inside the data (XML)."""
    ENVELOPING = "enveloping"
    """The data stands inside the signature."""
    DETACHED = "detached"
    """They are two files."""
    INTERNALLY_DETACHED = "internally-detached"
    """They stand side by side in one file (XML)."""


class Placement(Enum):
    """What a new signature is to those that are there."""

    PARALLEL = "parallel"
    """One more signature over the same data (or the first one)."""
    COUNTER = "counter"
    """A signature over the value of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePolicy:
    """The rules that a signer says a signature follows (EN 319 122-1 5.2.9): an identifier and a digest of them."""

    id: str
    """OID in dotted form or URI."""
    digest_algorithm: str
    """hashlib name."""
    digest: bytes
    uri: str | None = None
    """Where it can be read, for people; it is never fetched."""
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerLocation:
    """Where the signer says the signature was made."""

    country: str | None = None
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    street: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureOrder:
    """What a signature says, and how it is put together; all claims are the signer's own."""

    signing_time: datetime
    """Aware; written with whole seconds."""
    packaging: Packaging
    placement: Placement = Placement.PARALLEL
    target: str | None = None
    """Id (`S1`) of the signature to be countersigned."""
    policy: SignaturePolicy | None = None
    commitments: tuple[str, ...] = ()
    """Dotted OIDs, such as 1.2.840.113549.1.9.16.6.1 (proof of origin); formats with URIs map them."""
    roles: tuple[str, ...] = ()
    """Claimed roles."""
    location: SignerLocation | None = None
    media_types: Mapping[str, str] = field(default_factory=dict)
    """Media type by document name."""
    content_timestamps: tuple[bytes, ...] = ()
    """Tokens (DER ContentInfo) over what `content_digest` returns."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What only one format knows, such as `serialization` (JAdES) or `canonicalization` (XAdES)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerParameters:
    """Who signs and with what algorithm."""

    certificate_der: bytes = field(repr=False)
    chain_ders: tuple[bytes, ...] = field(repr=False)
    algorithm: SignatureAlgorithm
    digest_algorithm: str
    """hashlib name of the digest over data; `shake256_512` for Ed448."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A signature that lacks nothing but its value."""

    octets: bytes = field(repr=False)
    """The exact octets to sign."""
    state: bytes = field(repr=False)
    """What the format needs to finish; its own encoding, checked when it is read back."""


class Editor(Protocol):
    """A signed document to which proof of time and validation data are added; signatures by the ids of their facts."""

    @property
    def signatures(self) -> tuple[str, ...]:
        """Ids of the top-level signatures."""

    @property
    def newest(self) -> str | None:
        """Id of the signature that was put in; null for a document that was only opened."""

    @property
    def joined(self) -> bool:
        """True when that signature stands beside those of the first document; false when that document is data like any other."""

    @property
    def archives_together(self) -> bool:
        """True when one archive time-stamp stands over all signatures at once, as in a container."""

    def signature_imprint(self, signature: str, algorithm: str) -> bytes:
        """Return the digest to be time-stamped over the value of a signature."""

    def put_signature_timestamp(self, signature: str, token: bytes) -> None:
        """Add a signature time-stamp."""

    def put_validation_data(self, signature: str, objects: Sequence[tuple[MaterialKind, bytes]]) -> None:
        """Add certificates, CRLs and OCSP responses (DER), all that a signature and its time-stamps rest on.

        What is there already is not added again; the format knows where each belongs.
        """

    def archive_imprint(self, signature: str, algorithm: str) -> bytes:
        """Return the digest to be time-stamped over a signature with everything it carries."""

    def put_archive_timestamp(self, signature: str, token: bytes) -> None:
        """Add the archive time-stamp over what `archive_imprint` digested; nothing may change in between."""

    def parts(self) -> Iterable[bytes | memoryview]:
        """Yield the octets of the document as it is now, in order; parts of the input are never copied."""


class FormatWriter(Protocol):
    """The steps of one format.  `documents` are the inputs: what is signed, or one that is signed already."""

    def content_digest(self, documents: Sequence[Document], *, order: SignatureOrder, algorithm: str) -> bytes:
        """Return the digest of what is signed, for a content time-stamp."""

    def prepare(
        self, documents: Sequence[Document], *, order: SignatureOrder, signer: SignerParameters
    ) -> Prepared:
        """Return the octets to sign; `InputError` or `ConfigError` for what the format cannot do."""

    def finish(self, documents: Sequence[Document], prepared: Prepared, signature_value: bytes) -> Editor:
        """Return the document with its signature at B-B (ECDSA value: DER r, s; the format converts)."""

    def open(self, document: Document, originals: Sequence[Document]) -> Editor:
        """Return a signed document for extension; `InputError` when it cannot be read or extended."""
