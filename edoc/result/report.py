"""The one report: immutable, complete, and the only thing that renderers see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from edoc.facts.findings import Finding
from edoc.facts.signature import Change, ScopeKind
from edoc.result.enums import Indication, SubIndication, Verdict, WantKind

REPORT_SCHEMA = "edoc/report/1"
ERROR_SCHEMA = "edoc/error/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One covered thing: its name, how much of it, and its digests (algorithm to hex)."""

    name: str
    kind: ScopeKind
    digest: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who the signing certificate names; under policy `integrity` only who it calls itself."""

    subject: str
    """RFC 4514 string."""
    common_name: str | None
    serial_number: str | None
    """The subject's serialNumber attribute as written, such as a national code."""
    organization: str | None
    title: str | None = None
    """The subject's title attribute, such as an office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateId:
    """Which certificate: SHA-256 of its DER (hex), issuer (RFC 4514), serial number (hex)."""

    sha256: str
    issuer: str
    serial: str
    not_before: datetime | None = None
    not_after: datetime | None = None
    kind: str | None = None
    """`person` (for electronic signatures) or `seal` (of an organisation) where the certificate itself says so
    (EN 319 412-5 4.2.3, EN 319 411-2 5.3), null where it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathCertificate:
    """One certificate of the path that was used, from the signer to the anchor, and its status."""

    subject: str
    sha256: str
    status: str
    """`good`, `revoked`, `on_hold`, `unknown`, `not_needed` or `anchor`."""
    evidence: str | None = None
    """SHA-256 (hex) of the revocation data that the status stands on."""
    not_before: datetime | None = None
    not_after: datetime | None = None
    evidence_kind: str | None = None
    """`crl` or `ocsp`."""
    evidence_time: datetime | None = None
    """When that data was made (thisUpdate)."""
    revoked_at: datetime | None = None
    """Since when the certificate is revoked or suspended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampResult:
    """The result for one time-stamp."""

    id: str
    kind: str
    time: datetime | None
    intact: bool | None
    indication: Indication | None
    sub_indication: SubIndication | None
    tsa: str | None = None
    """Subject of the time-stamping certificate (RFC 4514)."""
    path: tuple[PathCertificate, ...] = ()
    """From the time-stamping certificate to a TSA anchor; empty when none was reached."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceResult:
    """The result for one evidence record (RFC 4998, RFC 6283; EN 319 102-1 5.6.3.4, step 1).

    `intact`: the data at hand and every time-stamp match; null when data is missing.  `time` is that of the first
    time-stamp: the data existed then, if the record is PASSED.
    """

    id: str
    kind: str
    intact: bool | None
    time: datetime | None
    indication: Indication | None
    sub_indication: SubIndication | None = None
    name: str = ""
    """Its file, or where it stands."""
    scope: tuple[Scope, ...] = ()
    """The data at hand that it is about, each as it was found."""
    timestamps: tuple[TimestampResult, ...] = ()
    """Its archive time-stamps, oldest first."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePolicy:
    """The rules that a signer says a signature follows; `matches` tells whether a document at hand has their digest."""

    id: str
    """OID or URI; empty when it is implied."""
    uri: str | None
    digest: Mapping[str, str]
    """Hex by hashlib name."""
    matches: bool | None
    """Null when no document was at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the signer states beside the data: signed, and proved by nobody."""

    signature_policy: SignaturePolicy | None = None
    commitments: tuple[str, ...] = ()
    """OIDs or URIs."""
    roles: tuple[str, ...] = ()
    location: tuple[str, ...] = ()
    """Country, region, locality, postal code, street, as far as given."""


NO_CLAIMS = Claims()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureResult:
    """The result for one signature, in the words of EN 319 102-1."""

    id: str
    name: str
    format: str
    container: str | None
    level: str
    indication: Indication | None
    sub_indication: SubIndication | None
    intact: bool | None
    references_intact: bool | None
    signature_value_valid: bool | None
    unchanged_since_signing: bool | None
    changes_since_signing: str | None
    """`none`, `validation_data`, `permitted`, `not_permitted`; null while undecided."""
    changes: tuple[Change, ...]
    scope: tuple[Scope, ...]
    signer: Signer | None
    signing_certificate: CertificateId | None
    path: tuple[PathCertificate, ...]
    algorithm: str | None
    """Such as `rsa with sha256`."""
    claimed_signing_time: datetime | None
    best_signature_time: datetime | None
    timestamps: tuple[TimestampResult, ...]
    counter_signatures: tuple[SignatureResult, ...]
    findings: tuple[Finding, ...]
    claims: Claims = NO_CLAIMS
    signed_octets: tuple[Callable[[], bytes] | None, ...] = field(default=(), repr=False, compare=False)

    def signed_data(self, index: int = 0) -> bytes:
        """Return the very octets that were verified for entry `index` of `scope`: parse these, never the file again.

        Of a PDF they are the parts that /ByteRange names, without the hole between them; `edoc show
        --revision` writes the file as it was signed.  They are read when asked for, and checked once more:
        raises `VerificationFailed` SIGNED_DATA_CHANGED when the file was written to since, `ValueError` when
        the reference was not intact or its data was not at hand, `IndexError` when there is no such reference.
        """
        if index < 0:
            raise IndexError(index)
        supplier = self.signed_octets[index]
        if supplier is None:
            raise ValueError(f"reference {index} of signature {self.id} was not verified")
        return supplier()


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Something that would help to decide, and why."""

    kind: WantKind
    subject: str
    why: str
    """A finding code."""
    uris: tuple[str, ...] = ()
    certificate: bytes | None = field(default=None, repr=False)
    """DER of the certificate it is about."""
    issuer_spki: bytes | None = field(default=None, repr=False)
    """DER SubjectPublicKeyInfo of that certificate's issuer on the path: an OCSP request names it (RFC 6960 4.1.1)."""
    unavailable: str | None = None
    """Why a driver could not get it: `not_asked` or `unreachable`; null when nobody went to fetch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentId:
    """Which document: name as given, media type, size in bytes, SHA-256 (hex)."""

    name: str
    media_type: str
    size: int
    sha256: str
    pages: int | None = None
    """As the page tree of the last revision counts them; null for what has no pages, or where it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyId:
    """Which rules: id, SHA-256 of their canonical form, and the checks that they switch off."""

    id: str
    digest: str
    disabled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a sealed report states about another document; that document itself was not checked again."""

    name: str
    """What the sealed document calls the report."""
    sha256: str
    """Of the report (hex)."""
    sealed_by: tuple[str, ...]
    """Ids of the passing signatures that cover it."""
    document: DocumentId
    """The document that was checked, as the report states."""
    verdict: Verdict
    """The verdict that the report states."""
    validation_time: datetime
    policy: PolicyId
    trust_digest: str
    trust_judged: bool
    tool_version: str
    signers: tuple[str, ...]
    """Signers of that document, as the report names them."""
    at_hand: tuple[str, ...] = ()
    """Names of the documents handed over beside it whose digest is the one that the report states."""
    others_at_hand: tuple[str, ...] = ()
    """Names of those whose digest is another, and that no signature covers either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateResult:
    """The result for one certificate (EN 319 102-1 5.2.6)."""

    indication: Indication
    """PASSED, FAILED or INDETERMINATE."""
    sub_indication: SubIndication | None
    subject: str
    sha256: str
    path: tuple[PathCertificate, ...]
    validation_time: datetime
    findings: tuple[Finding, ...]
    wants: tuple[Want, ...]

    def __bool__(self) -> bool:
        raise TypeError("a result is not a truth value: look at .indication")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the engine answers: a report, and what would help."""

    report: ReportData
    wants: tuple[Want, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    """The report as data; `edoc.Report` is this with doors and renderers."""

    tool_version: str
    policy: PolicyId
    trust_digest: str
    trust_judged: bool
    process: str
    """`basic`, `time` or `archival`."""
    validation_time: datetime
    validation_time_source: str
    """`now` or `given`."""
    document: DocumentId
    verdict: Verdict
    reservations: tuple[str, ...]
    signatures: tuple[SignatureResult, ...]
    timestamps: tuple[TimestampResult, ...]
    evidence_records: tuple[EvidenceResult, ...]
    wants: tuple[Want, ...]
    findings: tuple[Finding, ...]
    trust_anchors: int | None = None
    """How many anchors were trusted; null where the caller of the engine does not say."""
    reported: Reported | None = None
    """What a sealed report inside the document states; null for all other documents."""

    def __bool__(self) -> bool:
        raise TypeError("a report is not a truth value: look at .verdict or call .require_passed(signed_by=…)")
