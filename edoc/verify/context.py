"""What one validation stands on: policy, trust, time, data; and the conclusions of its blocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from edoc.facts.findings import Finding, info, warning
from edoc.facts.material import EmbeddedObject, MaterialKind
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.crl import CrlError, RevocationList
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationData:
    """Certificates and revocation data that were supplied or fetched; never trusted by themselves."""

    certificates: tuple[Certificate, ...] = ()
    crls: tuple[RevocationList, ...] = ()
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
    """Certificates and revocation lists at hand for one signature: supplied first, then embedded."""

    certificates: tuple[Certificate, ...]
    crls: tuple[RevocationList, ...]
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

    def material(self, embedded: tuple[EmbeddedObject, ...]) -> tuple[Material, tuple[Finding, ...]]:
        """Return the supplied and the embedded material together, and what could not be read."""
        return _gather(self.data, embedded, self.limits)


def _gather(
    data: ValidationData, embedded: tuple[EmbeddedObject, ...], limits: Limits
) -> tuple[Material, tuple[Finding, ...]]:
    certificates = {item.sha256: item for item in data.certificates}
    crls = {item.sha256: item for item in data.crls}
    unreadable: list[Finding] = []
    considered = 0
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
        except CertificateError:
            unreadable.append(info("CERTIFICATE_UNREADABLE", item.origin.value))
        except CrlError:
            unreadable.append(info("CRL_UNREADABLE", item.origin.value))
    if considered > limits.certificates:
        unreadable.append(warning("CERTIFICATE_LIMIT", "", count=considered, limit=limits.certificates))
    key = b"".join((*certificates, b"|", *crls))
    return Material(tuple(certificates.values()), tuple(crls.values()), key), tuple(unreadable)
