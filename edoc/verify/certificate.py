"""What is known about a certificate at a time, and what a proof of an earlier time could still change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from edoc.facts.copies import changed
from edoc.facts.findings import Finding
from edoc.pki.path import CandidatePath
from edoc.pki.status import CertificateStatus
from edoc.result.enums import SubIndication
from edoc.result.report import Want
from edoc.verify.context import PASSED, Conclusion

OUT_OF_BOUNDS = frozenset({SubIndication.OUT_OF_BOUNDS_NO_POE, SubIndication.OUT_OF_BOUNDS_NOT_REVOKED})


class Cause(Enum):
    """Why a verdict is not final: what a proof of an earlier time may clear."""

    REVOKED = "revoked"
    COMPROMISED = "compromised"
    """An authority's key was in other hands: what it signed about others counts only if it is proved to be older."""
    HOLD = "hold"
    FRESHNESS = "freshness"
    SUNSET = "sunset"
    """The trust in the anchor has ended."""
    DATES = "dates"
    """An authority of the path is outside its own dates, and nothing else is wrong with the path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakObject:
    """A certificate, list or response (SHA-256 of its DER) with an algorithm that ended."""

    sha256: bytes
    algorithm: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateVerdict:
    """What is known about a certificate at a time: conclusion, the path it rests on, and its limits."""

    conclusion: Conclusion
    path: CandidatePath | None = None
    statuses: tuple[CertificateStatus | None, ...] = ()
    """One per certificate of the path; null where no status was needed."""
    findings: tuple[Finding, ...] = ()
    wants: tuple[Want, ...] = ()
    cause: Cause | None = None
    moment: datetime | None = None
    """The earliest revocation or suspension on the path."""
    statuses_known: bool = True
    """Whether nothing speaks against the path and every status is known: then freshness is the next question."""
    beyond: Conclusion = PASSED
    """What the later steps of 5.2.6.4 say once a revocation, a hold or stale data is set aside."""
    unreliable: Conclusion = PASSED
    """Whether an algorithm of the path or of the data is no longer reliable now (5.5.4, step 10)."""
    weak: tuple[WeakObject, ...] = ()

    def about(self, subject: str) -> CertificateVerdict:
        """Return the same verdict with its findings about another signature."""
        told = (*self.findings, *self.conclusion.findings, *self.beyond.findings, *self.unreliable.findings)
        if all(finding.subject == subject for finding in told):
            return self
        return changed(
            self,
            conclusion=_about(self.conclusion, subject),
            findings=_readdressed(self.findings, subject),
            beyond=_about(self.beyond, subject),
            unreliable=_about(self.unreliable, subject),
        )


def _about(conclusion: Conclusion, subject: str) -> Conclusion:
    return changed(conclusion, findings=_readdressed(conclusion.findings, subject)) if conclusion.findings else conclusion


def _readdressed(findings: tuple[Finding, ...], subject: str) -> tuple[Finding, ...]:
    return tuple(changed(finding, subject=subject) for finding in findings)
