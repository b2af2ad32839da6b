"""What one validation stands on: policy, trust, time, data; and the conclusions of its blocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from edoc.facts.document import Document
from edoc.facts.findings import Finding, info, warning
from edoc.facts.material import EmbeddedObject, MaterialKind
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.ocsp import OcspError, OcspResponse
from edoc.policy.model import Policy
from edoc.result.enums import Indication, SubIndication, WantKind
from edoc.trust.store import TrustStore

CLOCK_SKEW = timedelta(minutes=5)
"""How far clocks may differ before a time counts as later (design section 3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """A want that a driver could not answer, and why: `offline`, `not_asked` or `unreachable`."""

    kind: WantKind
    subject: str
    reason: str
    finding: Finding | None = None
    """What went wrong, for the report; its subject is the address without query, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownProof:
    """An object that the caller vouches to have existed at a time, such as the keeper of an archive."""

    sha256: bytes
    """Of the certificate's, list's or response's DER, or of the signature value."""
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationData:
    """Certificates and revocation data that were supplied or fetched; never trusted by themselves."""

    certificates: tuple[Certificate, ...] = ()
    crls: tuple[RevocationList, ...] = ()
    ocsps: tuple[OcspResponse, ...] = ()
    proofs: tuple[KnownProof, ...] = ()
    """Proofs of existence that the caller brings, trusted as given (EN 319 102-1 5.6.3.3)."""
    unavailable: tuple[Unavailable, ...] = ()
    records: tuple[Document, ...] = field(default=(), repr=False)
    """Evidence records; formats hold them against a document when it is read."""
    signature_policies: tuple[bytes, ...] = field(default=(), repr=False)
    """Documents with the rules that signatures say they follow (EPES)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The answer of a building block: PASSED, FAILED or INDETERMINATE, and what it rests on."""

    indication: Indication
    sub_indication: SubIndication | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        """True for PASSED."""
        return self.indication is Indication.PASSED


PASSED = Conclusion(indication=Indication.PASSED)


def failed(sub: SubIndication, *findings: Finding) -> Conclusion:
    """Return FAILED with its reason."""
    return Conclusion(indication=Indication.FAILED, sub_indication=sub, findings=findings)


def undecided(sub: SubIndication, *findings: Finding) -> Conclusion:
    """Return INDETERMINATE with its reason."""
    return Conclusion(indication=Indication.INDETERMINATE, sub_indication=sub, findings=findings)


@dataclass(frozen=True, slots=True)
class Material:
    """Certificates, revocation lists and OCSP responses at hand for one signature: supplied first, then embedded."""

    certificates: tuple[Certificate, ...]
    crls: tuple[RevocationList, ...]
    ocsps: tuple[OcspResponse, ...]
    key: bytes
    """Digest identities of everything here, in order: what a remembered answer depends on."""


@dataclass(slots=True, eq=False)
class Work:
    """What paths have cost in one document so far, in signature checks, whether remembered or not."""

    spent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything that stays the same while one document is validated."""

    policy: Policy
    trust: TrustStore
    time: datetime
    data: ValidationData = field(default_factory=ValidationData)
    limits: Limits = DEFAULT_LIMITS
    time_source: str = "now"
    """`now` (the clock) or `given`."""
    expect: str = "signature"
    """What the caller came for: `signature` or `timestamp`."""
    basis: str = ""
    """Digest of policy, trust and limits: part of the key of every remembered answer."""
    work: Work = field(default_factory=Work, compare=False)

    loaded: dict[int, tuple[EmbeddedObject, Loaded]] = field(default_factory=dict, repr=False, compare=False)
    """Embedded objects that were read already, by identity: what a document carries for all is read once."""

    def material(self, embedded: tuple[EmbeddedObject, ...]) -> tuple[Material, tuple[Finding, ...]]:
        """Return the supplied and the embedded material together, and what could not be read."""
        return _gather(self, embedded)

    def load(self, item: EmbeddedObject) -> Loaded:
        """Return an embedded object as what it is, or the finding that says why it cannot be used."""
        known = self.loaded.get(id(item))
        if known is not None and known[0] is item:
            return known[1]
        # The object is kept with the answer, so that its identity stays its own.
        self.loaded[id(item)] = (item, found := _load(item))
        return found


Loaded = Certificate | RevocationList | OcspResponse | Finding


def _load(item: EmbeddedObject) -> Loaded:
    try:
        if item.kind is MaterialKind.CERTIFICATE:
            return Certificate.load(item.der)
        return RevocationList.load(item.der) if item.kind is MaterialKind.CRL else OcspResponse.load(item.der)
    except CertificateError:
        return info("CERTIFICATE_UNREADABLE", item.origin.value)
    except CrlError:
        return info("CRL_UNREADABLE", item.origin.value)
    except OcspError:
        return info("OCSP_UNREADABLE", item.origin.value)


def _gather(context: Context, embedded: tuple[EmbeddedObject, ...]) -> tuple[Material, tuple[Finding, ...]]:
    data, limit = context.data, context.limits.certificates
    certificates = {item.sha256: item for item in data.certificates}
    crls = {item.sha256: item for item in data.crls}
    ocsps = {item.sha256: item for item in data.ocsps}
    unreadable: list[Finding] = []
    counted = {kind: 0 for kind in MaterialKind}
    for item in embedded:
        counted[item.kind] += 1
        if item.kind is not MaterialKind.CRL and counted[item.kind] > limit:
            continue
        loaded = context.load(item)
        if isinstance(loaded, Finding):
            unreadable.append(loaded)
        elif isinstance(loaded, Certificate):
            certificates.setdefault(loaded.sha256, loaded)
        elif isinstance(loaded, RevocationList):
            crls.setdefault(loaded.sha256, loaded)
        else:
            ocsps.setdefault(loaded.sha256, loaded)
    for kind, code in ((MaterialKind.CERTIFICATE, "CERTIFICATE_LIMIT"), (MaterialKind.OCSP, "OCSP_LIMIT")):
        if counted[kind] > limit:
            unreadable.append(warning(code, "", count=counted[kind], limit=limit))
    key = b"".join((*certificates, b"|", *crls, b"|", *ocsps))
    material = Material(tuple(certificates.values()), tuple(crls.values()), tuple(ocsps.values()), key)
    return material, tuple(unreadable)
