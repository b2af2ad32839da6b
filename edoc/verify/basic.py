"""The validation process for basic signatures (EN 319 102-1 5.3.4), format-neutral."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from edoc.facts.findings import Finding, Severity
from edoc.facts.signature import ChangeLevel, SignatureFacts
from edoc.pki.certificate import Certificate
from edoc.policy.model import Judgement
from edoc.result.enums import Indication, SubIndication
from edoc.result.report import Want
from edoc.trust.store import Purpose
from edoc.verify.acceptance import accept
from edoc.verify.certificate import CertificateVerdict
from edoc.verify.context import PASSED, Conclusion, Context, Material, failed, undecided
from edoc.verify.crypto import Verified, verify_signature
from edoc.verify.identify import identify
from edoc.verify.memo import PathMemo


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicResult:
    """What the basic process found about one signature or one token, block by block."""

    before: Conclusion
    """Format, signing certificate and cryptographic verification: no proof of time changes it."""
    accepted: Conclusion = PASSED
    """The algorithms of the signature at the time judged."""
    reader: Conclusion = PASSED
    """What the reader left open."""
    certificate: Certificate | None
    verified: Verified
    chain: CertificateVerdict | None
    notes: tuple[Finding, ...]
    """Findings that no proof of time takes back."""
    refutation: Conclusion | None = None
    """Why content time-stamps show that it was made too late (5.3.4, steps 4 and 6)."""

    @property
    def conclusion(self) -> Conclusion:
        """The answer, in the order of 5.3.4."""
        chain = self.chain.conclusion if self.chain is not None else PASSED
        return first_not_passed(self.before, self.refutation or PASSED, chain, self.accepted, self.reader)

    @property
    def refuted(self) -> bool:
        """True when content time-stamps settle the matter."""
        return self.refutation is not None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found, errors first."""
        chain = self.chain.conclusion.findings if self.chain is not None else ()
        refuted = self.refutation.findings if self.refutation is not None else ()
        return unique_findings((*self.notes, *refuted, *chain, *self.accepted.findings))

    @property
    def wants(self) -> tuple[Want, ...]:
        """What would help."""
        return self.chain.wants if self.chain is not None else ()


def validate_basic(
    facts: SignatureFacts,
    *,
    purpose: Purpose,
    material: Material,
    context: Context,
    memo: PathMemo,
    fresh_at: datetime | None = None,
) -> BasicResult:
    """Run the basic process on a signature or on the signature of a time-stamp token.

    The order of the answers is that of 5.3.4: format, signing certificate, cryptographic
    verification, X.509 validation, acceptance; every block is run as far as it can be, so that the
    report tells everything and not only the first cause.  `fresh_at` is when revocation data must be
    fresh, null for the time judged.
    """
    if facts.algorithm is None and not _format(facts).passed:
        # Nothing of the signature could be read: the reader's reasons are the whole answer.
        nothing = Verified(references_intact=None, signature_value_valid=None, conclusion=PASSED)
        return BasicResult(before=_format(facts), certificate=None, verified=nothing, chain=None, notes=facts.findings)
    identified = identify(facts, material.certificates)
    verified = verify_signature(facts, identified.certificate, value_fits=identified.value_fits)
    findings = [*facts.findings, *identified.conclusion.findings, *identified.findings, *verified.findings]
    chain: CertificateVerdict | None = None
    accepted: Conclusion | None = None
    if identified.certificate is not None:
        accepted, notes = accept(facts, identified.certificate, policy=context.policy, time=context.time)
        findings.extend(notes)
        if context.policy.judgement is Judgement.FULL:
            chain = memo.validate(
                identified.certificate,
                subject=facts.id,
                purpose=purpose,
                material=material,
                context=context,
                fresh_at=fresh_at,
            )
            findings.extend(chain.findings)
    if accepted is not None and context.policy.judgement is Judgement.INTEGRITY:
        # Blind to algorithm strength: what is weak is told and decides nothing (design 3.1).
        findings.extend(replace(item, severity=Severity.WARNING) for item in accepted.findings)
        accepted = None
    before = first_not_passed(
        _format(facts),
        # 5.1.3: a digest that is wrong is wrong whoever signed, so it is told before the signer is sought.
        verified.conclusion if verified.is_changed else PASSED,
        identified.conclusion,
        verified.conclusion,
    )
    return BasicResult(
        before=before,
        accepted=accepted or PASSED,
        reader=_undecided_by_reader(facts, context),
        certificate=identified.certificate,
        verified=verified,
        chain=chain,
        notes=tuple(findings),
    )


def first_not_passed(*conclusions: Conclusion) -> Conclusion:
    """Return the first conclusion that is not PASSED, PASSED if there is none."""
    return next((item for item in conclusions if not item.passed), PASSED)


def _format(facts: SignatureFacts) -> Conclusion:
    """Format checking (5.2.2), and what came later against the signature's own permission."""
    errors = [finding for finding in facts.findings if finding.severity is Severity.ERROR]
    if errors or facts.changes_since_signing is ChangeLevel.NOT_PERMITTED:
        return failed(SubIndication.FORMAT_FAILURE)
    return PASSED


def _undecided_by_reader(facts: SignatureFacts, context: Context) -> Conclusion:
    """A reader's warning that is no reservation leaves the signature undecided, never passed."""
    open_questions = [
        finding
        for finding in facts.findings
        if finding.severity is Severity.WARNING and finding.code not in context.policy.reservations
    ]
    if open_questions or facts.changes_since_signing is ChangeLevel.NOT_JUDGED:
        return undecided(SubIndication.CUSTOM)
    return PASSED


def unique_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings once each, errors first, then warnings."""
    told = tuple(findings)
    if len(told) < 2:
        return told
    seen: dict[tuple[str, str, tuple[tuple[str, str], ...]], Finding] = {}
    for finding in told:
        seen.setdefault((finding.code, finding.subject, tuple(sorted(finding.params.items()))), finding)
    return tuple(sorted(seen.values(), key=lambda item: _ORDER[item.severity]))


_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def signature_indication(conclusion: Conclusion) -> Indication:
    """Return the main indication of a signature for the conclusion of its process (5.1.3)."""
    return {
        Indication.PASSED: Indication.TOTAL_PASSED,
        Indication.FAILED: Indication.TOTAL_FAILED,
    }.get(conclusion.indication, Indication.INDETERMINATE)
