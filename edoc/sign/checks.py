"""The self-check: what was made is read back as a stranger's file before it is handed over."""

from __future__ import annotations

from dataclasses import dataclass

from edoc.facts.document import Document
from edoc.facts.findings import Finding, Severity, error, warning
from edoc.facts.signature import (
    ChangeLevel,
    DocumentFacts,
    SignatureFacts,
    SignatureFormat,
)
from edoc.formats.pdf.read import read_pdf
from edoc.pki.algorithms import digest_of, verify_value
from edoc.pki.certificate import Certificate
from edoc.sign.draft import Draft
from edoc.sign.request import Level, SubFilter
from edoc.verify.level import signature_level

_LEVELS = {
    (SubFilter.CADES.value, Level.B_B.value): "PAdES-BASELINE-B",
    (SubFilter.PKCS7.value, Level.B_B.value): "PKCS7-B",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What the self-check found; it judges no trust and is not a report."""

    intact: bool
    """Digest and signature value verify with the signer's certificate."""
    level: str
    """The level that was reached, as the report would name it."""
    level_reached: bool
    certificate_reference: bool
    """The signed reference names exactly the signer's certificate."""
    imprint: bool | None
    """The time-stamp's imprint matches; null when there is no time-stamp."""
    earlier_signatures_no_worse: bool
    earlier_signatures: int
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        """True when nothing is wrong with what was made."""
        return (
            self.intact
            and self.level_reached
            and self.certificate_reference
            and self.imprint is not False
            and self.earlier_signatures_no_worse
            and not any(item.severity is Severity.ERROR for item in self.findings)
        )

    def __bool__(self) -> bool:
        raise TypeError("a check is not a truth value: look at .passed")


def check_signed(output: Document, *, draft: Draft, before: Document | None) -> Check:
    """Read the signed document back and check the new signature and the earlier ones.

    `before` is the input; it is read only when it has earlier signatures.
    """
    facts = read_pdf(output, sha256=b"")
    end = draft.appended.base_size + len(draft.appended.tail)
    own = next((item for item in facts.signatures if item.covered_until == end), None)
    if not facts.complete or own is None or facts.size != end:
        return _unreadable(facts)
    certificate = Certificate.load(draft.certificates[0])
    earlier, worse = _compare(draft, before, facts)
    level = signature_level(own)
    broken = _broken_parts(own, certificate, draft)
    return Check(
        intact=not broken,
        level=level,
        level_reached=level == _LEVELS[draft.sub_filter, draft.level],
        certificate_reference=_references(own, certificate),
        imprint=None,
        earlier_signatures_no_worse=not any(item.severity is Severity.ERROR for item in worse),
        earlier_signatures=earlier,
        findings=(*_own_errors(own), *broken, *worse),
    )


def _unreadable(facts: DocumentFacts) -> Check:
    return Check(
        intact=False,
        level="",
        level_reached=False,
        certificate_reference=False,
        imprint=None,
        earlier_signatures_no_worse=False,
        earlier_signatures=0,
        findings=facts.findings or (error("SELF_CHECK_SIGNATURE_MISSING", facts.name),),
    )


def _intact(own: SignatureFacts, certificate: Certificate, draft: Draft) -> bool:
    if own.algorithm is None or own.signed_octets is None or own.signature_value is None:
        return False
    digests = all(item.intact and item.expected == draft.message_digest for item in own.references)
    return (
        bool(own.references)
        and digests
        and own.covers_whole_document
        and own.changes_since_signing is ChangeLevel.NONE
        and own.signed_octets == draft.octets
        and verify_value(certificate.spki_der, own.algorithm, own.signed_octets, own.signature_value)
    )


def _broken_parts(own: SignatureFacts, certificate: Certificate, draft: Draft) -> list[Finding]:
    """Say which part of a signature that is not intact does not fit."""
    if _intact(own, certificate, draft):
        return []
    if any(item.actual != draft.message_digest for item in own.references):
        return [error("SELF_CHECK_DIGEST_DIFFERS", draft.document_name)]
    return [error("SELF_CHECK_VALUE_WRONG", draft.document_name, certificate=certificate.subject.rfc4514())]


def _references(own: SignatureFacts, certificate: Certificate) -> bool:
    if own.format is SignatureFormat.PDF and not own.certificate_references:
        # The older form need not carry one; then the signer is named by issuer and serial number.
        return own.signer_identifier is not None and own.signer_identifier.serial == certificate.serial_number
    first = own.certificate_references[0] if own.certificate_references else None
    return first is not None and digest_of(first.digest_algorithm, certificate.der) == first.digest


def _own_errors(own: SignatureFacts) -> list[Finding]:
    return [item for item in own.findings if item.severity is not Severity.INFO]


def _compare(draft: Draft, before: Document | None, after: DocumentFacts) -> tuple[int, list[Finding]]:
    """Return how many earlier signatures there are, and what became worse or was broken already."""
    if not draft.appended.earlier_signatures or before is None:
        return 0, []
    old = draft.before or read_pdf(before, sha256=b"")
    findings: list[Finding] = []
    now = {(item.name, item.covered_until, item.signature_value): item for item in _all(after)}
    kept = {(item.name, item.signature_value) for item in _all(after)}
    for item in _all(old):
        if _broken(item) and (item.name, item.signature_value) in kept:
            # What is broken cannot be spoiled, only shown beside the new signature.
            findings.append(warning("EARLIER_SIGNATURE_BROKEN", item.name or item.id))
            continue
        same = now.get((item.name, item.covered_until, item.signature_value))
        if same is None or _rank(same) > _rank(item):
            findings.append(error("EARLIER_SIGNATURE_WORSE", item.name or item.id, why=_why(same)))
    if len(_all(old)) + 1 != len(_all(after)):
        findings.append(error("EARLIER_SIGNATURE_WORSE", after.name, why="-"))
    return len(_all(old)), findings


def _why(item: SignatureFacts | None) -> str:
    codes = [change.code for change in item.changes if change.permitted is not True] if item is not None else []
    return ", ".join(dict.fromkeys(codes)) or "-"


def _all(facts: DocumentFacts) -> list[SignatureFacts]:
    return [*facts.signatures, *(item.token for item in facts.timestamps)]


def _rank(item: SignatureFacts) -> tuple[bool, bool, int, bool]:
    """How bad a signature is at the level of structure; larger is worse."""
    errors = sum(found.severity is Severity.ERROR for found in item.findings)
    refused = item.changes_since_signing in (ChangeLevel.NOT_PERMITTED, ChangeLevel.NOT_JUDGED)
    intact = all(reference.intact is not False for reference in item.references)
    return not intact, refused, errors, not item.covers_whole_document


def _broken(item: SignatureFacts) -> bool:
    return _rank(item)[:2] != (False, False) or bool(_rank(item)[2])
