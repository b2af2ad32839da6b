"""Time-stamp validation (EN 319 102-1 5.4): a token is a basic signature with TSA anchors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edoc.facts.findings import Finding, Severity, error, info, warning
from edoc.facts.signature import SignatureFacts, TimestampFacts
from edoc.policy.model import Judgement
from edoc.result.enums import Indication, SubIndication
from edoc.result.report import TimestampResult, Want
from edoc.trust.store import Purpose
from edoc.verify.basic import BasicResult, validate_basic
from edoc.verify.chain import certificate_path
from edoc.verify.context import CLOCK_SKEW, PASSED, Conclusion, Context, Material, failed, undecided
from edoc.verify.memo import PathMemo


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedToken:
    """One token, what is said of it, and the blocks behind that."""

    facts: TimestampFacts
    bearer: SignatureFacts | None
    """The signature that carries it; null for a time-stamp of the document."""
    material: Material
    basic: BasicResult
    conclusion: Conclusion
    findings: tuple[Finding, ...]
    intact: bool | None
    in_time: bool = True
    """False for a token from after the time of the check: it is ignored (design 3.1)."""
    past: bool = False
    """True when only proofs of existence make it count (5.6.2.4)."""

    @property
    def usable(self) -> bool:
        """True when its time may be relied on now."""
        return self.conclusion.passed and self.in_time and self.facts.gen_time is not None

    @property
    def wants(self) -> tuple[Want, ...]:
        """What would help to rely on it."""
        return () if self.conclusion.passed or not self.in_time else self.basic.wants

    def result(self, context: Context) -> TimestampResult:
        """Return its entry in the report."""
        full = context.policy.judgement is Judgement.FULL
        certificate = self.basic.certificate
        return TimestampResult(
            id=self.facts.id,
            kind=self.facts.kind.value,
            time=self.facts.gen_time,
            intact=self.intact,
            indication=self.conclusion.indication if full else None,
            sub_indication=self.conclusion.sub_indication if full else None,
            tsa=certificate.subject.rfc4514() if certificate is not None else None,
            path=certificate_path(self.basic.chain),
            findings=self.findings,
        )


def check_timestamp(
    facts: TimestampFacts,
    *,
    bearer: SignatureFacts | None = None,
    material: Material,
    context: Context,
    memo: PathMemo,
) -> JudgedToken:
    """Validate one token: imprint, its own signature, and its certificate against the TSA anchors.

    The status of the authority must have been fresh at the token's own time: data from after that time
    is better, and where it says revoked the token falls.  A token that proves nothing never fails the
    signature it serves: its findings are its own.
    """
    basic = validate_basic(
        facts.token, purpose=Purpose.TSA, material=material, context=context, memo=memo, fresh_at=_at_most(facts, context)
    )
    imprint = facts.imprint.intact if facts.imprint is not None else False
    broken = any(finding.severity is Severity.ERROR for finding in facts.findings)
    findings: list[Finding] = [*facts.findings, *basic.findings]
    if imprint is False:
        findings.insert(0, error("TIMESTAMP_IMPRINT_MISMATCH", facts.id))
    in_time = facts.gen_time is None or facts.gen_time <= context.time + CLOCK_SKEW
    if not in_time:
        findings.append(info("TIMESTAMP_LATER", facts.id, name=facts.id))
    return JudgedToken(
        facts=facts,
        bearer=bearer,
        material=material,
        basic=basic,
        conclusion=_conclusion(imprint, basic, broken),
        findings=tuple(findings),
        intact=_intact(imprint, basic, broken),
        in_time=in_time,
    )


def imprint_reliable(token: JudgedToken, *, context: Context) -> bool:
    """Tell whether nobody can make other data for the token's imprint by now; else it proves nothing (5.6.2.3)."""
    imprint = token.facts.imprint
    return imprint is not None and context.policy.suite.digest(imprint.digest_algorithm).until > context.time


def _at_most(facts: TimestampFacts, context: Context) -> datetime | None:
    return min(facts.gen_time, context.time) if facts.gen_time is not None else None


def _intact(imprint: bool | None, basic: BasicResult, broken: bool) -> bool | None:
    if broken or imprint is False or basic.verified.intact is False:
        return False
    return None if imprint is None else basic.verified.intact


def _conclusion(imprint: bool | None, basic: BasicResult, broken: bool) -> Conclusion:
    if broken:
        return failed(SubIndication.FORMAT_FAILURE)
    if imprint is False:
        return failed(SubIndication.HASH_FAILURE)
    if basic.conclusion.passed and imprint is None:
        return undecided(SubIndication.SIGNED_DATA_NOT_FOUND)
    return basic.conclusion if not basic.conclusion.passed else PASSED


def timestamp_warnings(tokens: tuple[JudgedToken, ...], subject: str) -> tuple[Finding, ...]:
    """Return what the bearer of the tokens is told: a bad token is a warning of the signature."""
    found: list[Finding] = []
    for token in tokens:
        if token.intact is False:
            found.append(warning("TIMESTAMP_INVALID", subject, name=token.facts.id))
        elif not token.in_time:
            found.append(info("TIMESTAMP_LATER", subject, name=token.facts.id))
        elif token.conclusion.indication is not Indication.PASSED and token.basic.chain is not None:
            sub = token.conclusion.sub_indication
            why = sub.value if sub is not None else "-"
            found.append(warning("TIMESTAMP_UNTRUSTED", subject, name=token.facts.id, why=why))
    return tuple(found)
