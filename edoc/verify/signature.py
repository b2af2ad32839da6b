"""One signature from facts to its entry in the report."""

from __future__ import annotations

from dataclasses import dataclass

from edoc.facts.findings import Finding, info, warning
from edoc.facts.material import EmbeddedObject
from edoc.facts.signature import ChangeLevel, Reference, SignatureFacts, TimestampFacts
from edoc.pki.certificate import Certificate
from edoc.policy.model import Judgement
from edoc.result.report import (
    CertificateId,
    Scope,
    SignatureResult,
    Signer,
    TimestampResult,
    Want,
)
from edoc.trust.store import Purpose
from edoc.verify.basic import BasicResult, signature_indication, validate_basic
from edoc.verify.chain import certificate_path
from edoc.verify.context import Conclusion, Context
from edoc.verify.crypto import describe
from edoc.verify.level import signature_level
from edoc.verify.memo import PathMemo
from edoc.verify.timestamp import timestamp_warnings, validate_timestamp

_CHANGES = {
    ChangeLevel.NONE: "none",
    ChangeLevel.VALIDATION_DATA: "validation_data",
    ChangeLevel.PERMITTED: "permitted",
    ChangeLevel.NOT_PERMITTED: "not_permitted",
    ChangeLevel.NOT_JUDGED: None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One signature's entry, the conclusion behind it and what would help."""

    facts: SignatureFacts
    entry: SignatureResult
    conclusion: Conclusion
    wants: tuple[Want, ...]


def judge_signature(
    facts: SignatureFacts, *, shared: tuple[EmbeddedObject, ...], context: Context, memo: PathMemo
) -> Judged:
    """Validate one signature with its time-stamps and counter-signatures.

    `shared` is what the document carries for all of its signatures.
    """
    material, notes = context.material((*facts.material, *shared))
    basic = validate_basic(facts, purpose=Purpose.SIGNER, material=material, context=context, memo=memo)
    carried = (*facts.material, *shared)
    tokens = tuple(judge_token(item, shared=carried, context=context, memo=memo) for item in facts.timestamps)
    counter = tuple(
        judge_signature(item, shared=carried, context=context, memo=memo).entry for item in facts.counter_signatures
    )
    findings = (*basic.findings, *notes, *_own_findings(facts, tokens, counter, context))
    entry = _entry(facts, basic, (tokens, counter), findings, context)
    return Judged(facts=facts, entry=entry, conclusion=basic.conclusion, wants=basic.wants)


def judge_token(
    facts: TimestampFacts, *, shared: tuple[EmbeddedObject, ...], context: Context, memo: PathMemo
) -> TimestampResult:
    """Validate one time-stamp token with what it and its bearer carry."""
    material, _ = context.material((*facts.token.material, *shared))
    return validate_timestamp(facts, material=material, context=context, memo=memo)


def _own_findings(
    facts: SignatureFacts,
    tokens: tuple[TimestampResult, ...],
    counter: tuple[SignatureResult, ...],
    context: Context,
) -> tuple[Finding, ...]:
    found: list[Finding] = list(timestamp_warnings(tokens, facts.id))
    if not facts.covers_whole_document:
        found.append(warning("PARTIAL_COVERAGE", facts.id, name=facts.name))
    for item in counter:
        if item.intact is not True:
            found.append(info("COUNTER_SIGNATURE_BROKEN", facts.id, name=item.id))
    if context.policy.judgement is Judgement.FULL:
        found.append(info("TIME_NOT_PROVEN", facts.id))
    return tuple(found)


def _entry(
    facts: SignatureFacts,
    basic: BasicResult,
    borne: tuple[tuple[TimestampResult, ...], tuple[SignatureResult, ...]],
    findings: tuple[Finding, ...],
    context: Context,
) -> SignatureResult:
    full = context.policy.judgement is Judgement.FULL
    intact = basic.verified.intact
    return SignatureResult(
        id=facts.id,
        name=facts.name,
        format=facts.format.value,
        container=facts.container,
        level=signature_level(facts),
        indication=signature_indication(basic.conclusion) if full else None,
        sub_indication=basic.conclusion.sub_indication if full else None,
        intact=intact,
        references_intact=basic.verified.references_intact,
        signature_value_valid=basic.verified.signature_value_valid,
        unchanged_since_signing=_unchanged(intact, facts.changes_since_signing),
        changes_since_signing=_CHANGES[facts.changes_since_signing],
        changes=facts.changes,
        scope=tuple(_scope(item) for item in facts.references),
        signer=_signer(basic.certificate),
        signing_certificate=_certificate_id(basic.certificate),
        path=certificate_path(basic.chain),
        algorithm=describe(facts.algorithm) if facts.algorithm is not None else None,
        claimed_signing_time=facts.claimed_signing_time,
        best_signature_time=None,
        timestamps=borne[0],
        counter_signatures=borne[1],
        findings=findings,
        signed_octets=tuple(item.octets if intact and item.intact else None for item in facts.references),
    )


def _unchanged(intact: bool | None, changes: ChangeLevel) -> bool | None:
    if intact is False or changes is ChangeLevel.NOT_PERMITTED:
        return False
    return None if changes is ChangeLevel.NOT_JUDGED else intact


def _scope(reference: Reference) -> Scope:
    digest = reference.actual or reference.expected
    shown = {reference.digest_algorithm: digest.hex()} if digest is not None else {}
    return Scope(name=reference.name, kind=reference.scope, digest=shown)


def _signer(certificate: Certificate | None) -> Signer | None:
    if certificate is None:
        return None
    subject = certificate.subject
    return Signer(
        subject=subject.rfc4514(),
        common_name=subject.get("2.5.4.3"),
        serial_number=subject.get("2.5.4.5"),
        organization=subject.get("2.5.4.10"),
    )


def _certificate_id(certificate: Certificate | None) -> CertificateId | None:
    if certificate is None:
        return None
    return CertificateId(
        sha256=certificate.sha256.hex(),
        issuer=certificate.issuer.rfc4514(),
        serial=format(certificate.serial_number, "x"),
    )
