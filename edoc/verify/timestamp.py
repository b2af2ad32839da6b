"""Time-stamp validation (EN 319 102-1 5.4): a token is a basic signature with TSA anchors."""

from __future__ import annotations

from edoc.facts.findings import Finding, Severity, error, warning
from edoc.facts.signature import TimestampFacts
from edoc.policy.model import Judgement
from edoc.result.enums import Indication, SubIndication
from edoc.result.report import TimestampResult
from edoc.trust.store import Purpose
from edoc.verify.basic import BasicResult, validate_basic
from edoc.verify.chain import certificate_path
from edoc.verify.context import Context, Material
from edoc.verify.memo import PathMemo


def validate_timestamp(
    facts: TimestampFacts, *, material: Material, context: Context, memo: PathMemo
) -> TimestampResult:
    """Validate one token: imprint, its own signature, and its certificate against the TSA anchors.

    A token that proves nothing never fails the signature it serves: its findings are its own.
    """
    basic = validate_basic(facts.token, purpose=Purpose.TSA, material=material, context=context, memo=memo)
    imprint = facts.imprint.intact if facts.imprint is not None else False
    broken = any(finding.severity is Severity.ERROR for finding in facts.findings)
    intact = _intact(imprint, basic, broken)
    indication, sub = _conclusion(imprint, basic, broken)
    findings: list[Finding] = [*facts.findings, *basic.findings]
    if imprint is False:
        findings.insert(0, error("TIMESTAMP_IMPRINT_MISMATCH", facts.id))
    full = context.policy.judgement is Judgement.FULL
    return TimestampResult(
        id=facts.id,
        kind=facts.kind.value,
        time=facts.gen_time,
        intact=intact,
        indication=indication if full else None,
        sub_indication=sub if full else None,
        tsa=basic.certificate.subject.rfc4514() if basic.certificate is not None else None,
        path=certificate_path(basic.chain),
        findings=tuple(findings),
    )


def _intact(imprint: bool | None, basic: BasicResult, broken: bool) -> bool | None:
    if broken or imprint is False or basic.verified.intact is False:
        return False
    return None if imprint is None else basic.verified.intact


def _conclusion(
    imprint: bool | None, basic: BasicResult, broken: bool
) -> tuple[Indication, SubIndication | None]:
    if broken:
        return Indication.FAILED, SubIndication.FORMAT_FAILURE
    if imprint is False:
        return Indication.FAILED, SubIndication.HASH_FAILURE
    if basic.conclusion.passed and imprint is None:
        return Indication.INDETERMINATE, SubIndication.SIGNED_DATA_NOT_FOUND
    return basic.conclusion.indication, basic.conclusion.sub_indication


def timestamp_warnings(results: tuple[TimestampResult, ...], subject: str) -> tuple[Finding, ...]:
    """Return what the bearer of the tokens is told: a bad token is a warning of the signature."""
    found = []
    for result in results:
        if result.intact is False:
            found.append(warning("TIMESTAMP_INVALID", subject, name=result.id))
        elif result.indication not in (None, Indication.PASSED):
            sub = result.sub_indication.value if result.sub_indication is not None else "-"
            found.append(warning("TIMESTAMP_UNTRUSTED", subject, name=result.id, why=sub))
    return tuple(found)
