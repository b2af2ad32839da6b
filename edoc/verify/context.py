"""What one validation stands on: policy, trust, time, data; and the conclusions of its blocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

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

    def material(self, embedded: tuple[EmbeddedObject, ...]) -> tuple[Material, tuple[Finding, ...]]:
        """Return the supplied and the embedded material together, and what could not be read."""
        return _gather(self.data, embedded, self.limits)


def _gather(
    data: ValidationData, embedded: tuple[EmbeddedObject, ...], limits: Limits
) -> tuple[Material, tuple[Finding, ...]]:
    certificates = {item.sha256: item for item in data.certificates}
    crls = {item.sha256: item for item in data.crls}
    ocsps = {item.sha256: item for item in data.ocsps}
    unreadable: list[Finding] = []
    considered = dropped = 0
    for item in embedded:
        try:
            if item.kind is MaterialKind.CERTIFICATE:
                considered += 1
                if considered > limits.certificates:
                    continue
                certificate = Certificate.load(item.der)
                certificates.setdefault(certificate.sha256, certificate)
            elif item.kind is MaterialKind.CRL:
                crl = RevocationList.load(item.der)
                crls.setdefault(crl.sha256, crl)
            else:
                if len(ocsps) >= limits.certificates:
                    dropped += 1
                    continue
                response = OcspResponse.load(item.der)
                ocsps.setdefault(response.sha256, response)
        except CertificateError:
            unreadable.append(info("CERTIFICATE_UNREADABLE", item.origin.value))
        except CrlError:
            unreadable.append(info("CRL_UNREADABLE", item.origin.value))
        except OcspError:
            unreadable.append(info("OCSP_UNREADABLE", item.origin.value))
    if considered > limits.certificates:
        unreadable.append(warning("CERTIFICATE_LIMIT", "", count=considered, limit=limits.certificates))
    if dropped:
        unreadable.append(warning("OCSP_LIMIT", "", count=dropped + limits.certificates, limit=limits.certificates))
    key = b"".join((*certificates, b"|", *crls, b"|", *ocsps))
    material = Material(tuple(certificates.values()), tuple(crls.values()), tuple(ocsps.values()), key)
    return material, tuple(unreadable)
