"""The format-neutral facts of a signature, a time-stamp and a document.

Digests, octets and values are read and computed by the formats; whether the value verifies, who
signed and what follows from it is decided by `edoc.verify`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from edoc.facts.findings import Finding
from edoc.facts.material import EmbeddedObject
from edoc.facts.reported import CarriedReport


class SignatureFormat(Enum):
    """The family a signature belongs to, in the words of the report."""

    PADES = "PAdES"
    PDF = "PDF"
    CADES = "CAdES"
    CMS = "CMS"
    XADES = "XAdES"
    XMLDSIG = "XMLDSig"
    JADES = "JAdES"
    JWS = "JWS"


class ReferenceKind(Enum):
    """What a signed digest is a digest of."""

    CONTENT = "content"
    """The document's octets, such as the ByteRange of a PDF or the eContent of a CMS."""
    SIGNED_PROPERTIES = "signed_properties"
    MANIFEST_ENTRY = "manifest_entry"
    """Data outside the document that a ds:Manifest lists: the signature is over the list, and holds whatever became
    of the data (XML-DSig 5.1).  What a manifest lists of its own document is content of that document."""
    CONTAINER_ENTRY = "container_entry"
    """A file that the manifest of a container lists: its signature is over these files (EN 319 162-1 4.4.3.2)."""
    OCTETS = "octets"
    """Data under the signature value itself, with no digest of its own: as intact as the value (JWS)."""


class ScopeKind(Enum):
    """How much of the named thing a reference covers."""

    FULL = "FULL"
    PARTIAL = "PARTIAL"
    ATTACHMENT = "ATTACHMENT"
    MANIFEST_ENTRY = "MANIFEST_ENTRY"
    DIGEST = "DIGEST"
    ARCHIVED = "ARCHIVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One thing that a signature covers, with the digest it claims and the digest that was found.

    `actual` is null when the data is not at hand; `octets` returns the very bytes that `actual` is
    the digest of.
    """

    name: str
    kind: ReferenceKind = ReferenceKind.CONTENT
    scope: ScopeKind = ScopeKind.FULL
    digest_algorithm: str
    """Lower case hashlib name, such as `sha256` or `sha3_384`; `unknown:<oid>` when not known."""
    expected: bytes | None
    actual: bytes | None
    octets: Callable[[], bytes] | None = field(default=None, repr=False, compare=False)
    digested: Callable[[bytes], bytes] | None = field(default=None, repr=False, compare=False)
    """What is digested of the octets, where that is not they themselves (JAdES: their base64url text)."""

    @property
    def intact(self) -> bool | None:
        """True or false when both digests are known, null when the data is missing."""
        if self.kind is ReferenceKind.OCTETS:
            return None if self.actual is None else True
        if self.expected is None:
            return False
        return None if self.actual is None else self.actual == self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureAlgorithm:
    """A signature algorithm with everything that its verification needs.

    `name` is one of `rsa` (PKCS #1 v1.5), `rsa-pss`, `ecdsa` (DER r, s), `plain-ecdsa` (r || s),
    `dsa`, `ed25519`, `ed448`, `ml-dsa-44/65/87`, or `unknown:<oid>`.
    """

    name: str
    digest: str | None
    """hashlib name; null for algorithms that hash by themselves."""
    mgf_digest: str | None = None
    salt_length: int | None = None
    parameters_ok: bool = True
    """False when the AlgorithmIdentifier's parameters are malformed or contradict each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateReference:
    """A signed reference to the signing certificate (ESS signing-certificate(-v2), x5t, XAdES)."""

    digest_algorithm: str
    digest: bytes
    issuer_der: bytes | None = None
    """DER Name of the issuer, when the reference states one."""
    serial: int | None = None
    names_signer: bool = False
    """True for the first reference of an attribute: that of the signer; others name issuers (RFC 5035 3, 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReference:
    """The signature policy that a signature says it follows (EPES): an identifier and, unless implied, a digest."""

    id: str
    """OID in dotted form or URI; empty: the policy is implied by the circumstances."""
    digest_algorithm: str | None = None
    digest: bytes | None = None
    uri: str | None = None
    """Where it says the policy can be read; never fetched."""
    document: bytes | None = field(default=None, repr=False)
    """The policy as it was carried along (policy store); null when it was not."""
    transformed: Callable[[bytes], bytes | None] | None = field(default=None, repr=False, compare=False)
    """What is digested of a policy document, when that is not its own octets (XML transforms, ASN.1 policies)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the signer says beside the data; signed, but proved by nobody."""

    policy: PolicyReference | None = None
    commitments: tuple[str, ...] = ()
    """Dotted OIDs or URIs, as found."""
    roles: tuple[str, ...] = ()
    location: tuple[str, ...] = ()
    """Country, region, locality, postal code, street, as far as given, in this order."""
    media_types: Mapping[str, str] = field(default_factory=dict)
    """Media type said of a reference, by the reference's name."""


NO_CLAIMS = Claims()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerIdentifier:
    """The unsigned hint of which certificate signed (CMS SignerIdentifier)."""

    issuer_der: bytes | None = None
    serial: int | None = None
    subject_key_identifier: bytes | None = None


class ChangeLevel(Enum):
    """What was added to a document after a signature; also the rank of the gravest change."""

    NONE = "none"
    VALIDATION_DATA = "validation_data"
    PERMITTED = "permitted"
    NOT_JUDGED = "not_judged"
    """Something was added that is not judged yet: undecided, never passed."""
    NOT_PERMITTED = "not_permitted"

    # Members are equal to themselves alone: the hash of their identity is enough, and costs nothing.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One later change: where, what, and whether the signature permits it (null: not judged)."""

    code: str
    permitted: bool | None
    page: int | None = None
    """Page number from 1."""
    box: tuple[float, float, float, float] | None = None
    """Rectangle in default user space units of the page."""
    subject: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    shown: bool = False
    """True when the change alters what a reader sees."""


class TimestampKind(Enum):
    """Where a time-stamp sits (one word for all formats)."""

    CONTENT = "content"
    SIGNATURE = "signature"
    REFS_ONLY = "refs_only"
    SIG_AND_REFS = "sig_and_refs"
    VRI = "vri"
    ARCHIVE = "archive"
    DOCUMENT = "document"
    CONTAINER = "container"
    EVIDENCE = "evidence"
    """In an evidence record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts:
    """Everything read about one signature; a time-stamp's own signature has the same shape."""

    id: str
    """Stable within the document: `S1`, `S2`, ... in document order (`T1` for tokens)."""
    name: str = ""
    """What the document calls it, such as a form field's full name."""
    format: SignatureFormat
    container: str | None = None
    findings: tuple[Finding, ...] = ()
    """What the reader noticed about this signature; an error is a format failure (EN 319 102-1 5.2.2)
    unless `formats` mark it otherwise."""
    references: tuple[Reference, ...] = ()
    signed_octets: bytes | None = field(default=None, repr=False)
    """The exact octets under the signature value (CMS: DER SET of the signed attributes)."""
    alternative_octets: bytes | None = field(default=None, repr=False)
    """A second reading that the standard allows (signed attributes re-sorted as DER)."""
    signature_value: bytes | None = field(default=None, repr=False)
    algorithm: SignatureAlgorithm | None = None
    signer_identifier: SignerIdentifier | None = None
    certificate_references: tuple[CertificateReference, ...] = ()
    """Signed references; the first is the signer's where the format says so."""
    claimed_signing_time: datetime | None = None
    material: tuple[EmbeddedObject, ...] = ()
    timestamps: tuple[TimestampFacts, ...] = ()
    counter_signatures: tuple[SignatureFacts, ...] = ()
    claims: Claims = NO_CLAIMS
    attributes: tuple[str, ...] = ()
    """Object identifiers or names of the signed attributes, for the report."""
    predicates: Mapping[str, bool] = field(default_factory=dict)
    """Level predicates of the format (`bes`, `b`, `epes`, `dss`, ...), weighed by `verify/level.py`."""
    covers_whole_document: bool = True
    """False when bytes of its own revision or data object stay outside the digest."""
    changes_since_signing: ChangeLevel = ChangeLevel.NONE
    changes: tuple[Change, ...] = ()
    covered_until: int | None = None
    """PDF: end offset of the signed revision."""
    evidence_records: tuple[EvidenceFacts, ...] = ()
    """Those that stand in the signature itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampFacts:
    """A time-stamp token: its own signature, and the imprint over the thing it covers."""

    id: str
    kind: TimestampKind
    token: SignatureFacts
    gen_time: datetime | None
    imprint: Reference | None
    """`expected` is the token's messageImprint, `actual` the digest of what it should cover."""
    policy: str = ""
    serial: int | None = None
    nonce: int | None = None
    covers: tuple[str, ...] = ()
    """Ids of the signatures and time-stamps that it covers."""
    protects: frozenset[bytes] = frozenset()
    """SHA-256 of every certificate, CRL and OCSP response (DER) that it covers beside those of the signatures and
    tokens in `covers`; a PDF tells the same by offsets."""
    findings: tuple[Finding, ...] = ()


class EvidenceReach(Enum):
    """How far that goes which an evidence record proves to have existed."""

    NOTHING = "nothing"
    """It covers none of the signatures."""
    DOCUMENT = "document"
    """Every octet of the document."""
    FILES = "files"
    """The signatures and time-stamps in `covers`, with all that they carry."""
    PARTS = "parts"
    """The values of those in `covers`, and the objects in `protects`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceChain:
    """The archive time-stamps of one chain, oldest first, and the hash algorithm of its trees (hashlib name).

    The imprint of a time-stamp has as `actual` what its hash tree comes to with everything that it has to cover.
    """

    digest_algorithm: str
    timestamps: tuple[TimestampFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFacts:
    """An evidence record (RFC 4998, RFC 6283): its archive time-stamps, and the data that it covers.

    A reference is one archived data object: `expected` is its digest as the first hash list has it, `actual` that of
    the data at hand.  None at all: no data was found that the record is about.
    """

    id: str
    kind: str
    """`RFC4998` or `RFC6283`."""
    name: str = ""
    """What the record is called: its file, or where it stands."""
    chains: tuple[EvidenceChain, ...] = ()
    """In their order, oldest first."""
    references: tuple[Reference, ...] = ()
    others: int = 0
    """Digests of the first hash list that belong to data which is not at hand."""
    reach: EvidenceReach = EvidenceReach.NOTHING
    covers: tuple[str, ...] = ()
    protects: frozenset[bytes] = frozenset()
    """SHA-256 of certificates, CRLs and OCSP responses (DER) that it covers beside those of FILES and DOCUMENT."""
    material: tuple[EmbeddedObject, ...] = field(default=(), repr=False)
    """What it carries to judge its time-stamps with."""
    findings: tuple[Finding, ...] = ()

    @property
    def timestamps(self) -> tuple[TimestampFacts, ...]:
        """Every archive time-stamp, oldest first."""
        return tuple(item for chain in self.chains for item in chain.timestamps)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """Everything read from one document.

    `complete` is false when the strict parse did not reach the end: then absence of signatures
    proves nothing.  `signature_marks` is true when the bytes carry the marks of a signature.
    """

    name: str
    media_type: str
    size: int
    sha256: bytes
    pages: int | None = None
    """As the document itself counts them; null for what has no pages."""
    complete: bool = True
    signature_marks: bool = False
    marks_format: SignatureFormat = SignatureFormat.PDF
    """The family of a signature whose marks are seen but that cannot be read."""
    signatures: tuple[SignatureFacts, ...] = ()
    timestamps: tuple[TimestampFacts, ...] = ()
    """Time-stamps of the document itself (PDF DocTimeStamp), each listed once."""
    evidence_records: tuple[EvidenceFacts, ...] = ()
    """Those beside the signatures: supplied, or files of the container."""
    material: tuple[EmbeddedObject, ...] = ()
    """What the document carries for all its signatures (PDF document security store)."""
    findings: tuple[Finding, ...] = ()
    changes_after_last: ChangeLevel = ChangeLevel.NONE
    unused_originals: tuple[str, ...] = ()
    """Names of supplied originals that no reference uses."""
    reported: CarriedReport | None = None
    """The verification report that it carries."""
