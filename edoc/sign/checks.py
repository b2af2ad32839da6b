"""The self-check: what was made is read back as a stranger's file before it is handed over."""

from __future__ import annotations

from dataclasses import dataclass

from edoc.facts.document import Document
from edoc.facts.findings import Finding, Severity, error, warning
from edoc.facts.material import MaterialKind
from edoc.facts.signature import (
    ChangeLevel,
    DocumentFacts,
    SignatureFacts,
    SignatureFormat,
    TimestampFacts,
)
from edoc.formats.pdf.read import read_pdf
from edoc.pki.algorithms import digest_of, verify_value
from edoc.pki.certificate import Certificate, CertificateError
from edoc.sign.draft import Draft
from edoc.sign.request import Level
from edoc.verify.crypto import verify_signature
from edoc.verify.identify import identify
from edoc.verify.level import signature_level


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What should be there beside the signature: its level, and what was put into the store."""

    level: Level
    objects: tuple[tuple[MaterialKind, bytes], ...] = ()
    added: int = 1
    """Signatures and document time-stamps that the input did not have."""


def check_signed(output: Document, *, draft: Draft, before: Document | None, expected: Expected) -> Check:
    """Read the signed document back and check the new signature, its time-stamps and the earlier ones.

    `before` is the input; it is read only when it has earlier signatures.
    """
    # Nobody asks for the digest of the whole here.
    facts = read_pdf(output, sha256=b"")
    end = draft.appended.base_size + len(draft.appended.tail)
    own = next((item for item in facts.signatures if item.covered_until == end), None)
    if not facts.complete or own is None:
        return _unreadable(facts)
    certificate = Certificate.load(draft.certificates[0])
    old = None
    if draft.appended.earlier_signatures and before is not None:
        old = draft.before or read_pdf(before, sha256=b"")
    earlier, worse = _compare(old, facts, expected.added)
    broken = _broken_parts(own, certificate, draft)
    stamps = (*own.timestamps, *(item for item in facts.timestamps if own.id in item.covers))
    level = reached(own, facts, expected)
    return Check(
        intact=not broken,
        level=level,
        level_reached=_rank_of(level) >= list(Level).index(expected.level) and level.startswith(_BASELINE),
        certificate_reference=_references(own, certificate),
        imprint=all(token_intact(item) for item in stamps) if stamps else None,
        earlier_signatures_no_worse=not any(item.severity is Severity.ERROR for item in worse),
        earlier_signatures=earlier,
        findings=(*_own_errors(own), *broken, *worse),
    )


def check_extended(output: Document, *, before: Document, expected: Expected) -> Check:
    """Read an extended document back and check what was added, and that nothing of it became worse."""
    facts = read_pdf(output, sha256=b"")
    if not facts.complete:
        return _unreadable(facts)
    earlier, worse = _compare(read_pdf(before, sha256=b""), facts, expected.added)
    levels = [reached(item, facts, expected) for item in facts.signatures]
    # A signature of another profile has no baseline level to reach: it is protected all the same.
    ranked = [name for name in levels if name.startswith(_BASELINE)]
    low = min(ranked or levels, key=_rank_of, default="")
    new = [item for item in facts.timestamps if item.token.covered_until == facts.size]
    return Check(
        intact=_all_intact(facts),
        level=low,
        level_reached=not ranked or _rank_of(low) >= list(Level).index(expected.level),
        certificate_reference=all(map(_names_somebody, facts.signatures)),
        imprint=all(map(token_intact, new)) if new else None,
        earlier_signatures_no_worse=not any(item.severity is Severity.ERROR for item in worse),
        earlier_signatures=earlier,
        findings=tuple(worse),
    )


def check_stamped(output: Document, *, before: Document) -> Check:
    """Read a document back that got nothing but a time-stamp, and check that as `check_extended` does."""
    facts = read_pdf(output, sha256=b"")
    new = [item for item in facts.timestamps if item.token.covered_until == facts.size]
    if not facts.complete or not new:
        return _unreadable(facts)
    earlier, worse = _compare(read_pdf(before, sha256=b""), facts, 1)
    return Check(
        intact=all(map(token_intact, new)),
        level="",
        level_reached=True,
        certificate_reference=True,
        imprint=all(map(token_intact, new)),
        earlier_signatures_no_worse=not any(item.severity is Severity.ERROR for item in worse),
        earlier_signatures=earlier,
        findings=tuple(worse),
    )


def _names_somebody(item: SignatureFacts) -> bool:
    # Older forms carry no signed reference; what others made is not refused for that.
    return bool(item.certificate_references) or item.signer_identifier is not None


def _all_intact(facts: DocumentFacts) -> bool:
    return all(reference.intact is True for item in facts.signatures for reference in item.references)


def _rank_of(name: str) -> int:
    """Return the place of a level in their order; a name that is none counts as the lowest."""
    found = f"B-{name.rpartition('-')[2]}"
    return next((place for place, level in enumerate(Level) if level.value == found), 0)


def reached(own: SignatureFacts, facts: DocumentFacts, expected: Expected) -> str:
    """Return the level that a signature has in its document, as far as its structure tells (ades.md 2.4).

    Whether the data convince anybody is for a verifier with its own anchors.
    """
    name = signature_level(own)
    if not name.startswith(_BASELINE):
        return name
    stem = name.rpartition("-")[0]
    later = [item for item in facts.timestamps if own.id in item.covers]
    if not own.timestamps and not later:
        return f"{stem}-B"
    stored = {(item.kind, item.der) for item in facts.material}
    archive = expected.level in (Level.B_LT, Level.B_LTA)
    # Where no data were collected, nobody asked whether those that are there suffice.
    if not archive or not stored or not stored.issuperset(expected.objects):
        return f"{stem}-T"
    # The store counts as archived when the newest time-stamp is the last thing in the file.
    archived = any(item.token.covered_until == facts.size for item in later)
    return f"{stem}-LTA" if archived and (own.timestamps or len(later) > 1) else f"{stem}-LT"


_BASELINE = ("PAdES-BASELINE-", "PKCS7-")


def token_intact(stamp: TimestampFacts) -> bool:
    """Tell whether a token is over what it should cover, and signed by the certificate that it names."""
    if stamp.imprint is None or stamp.imprint.intact is not True:
        return False
    if any(item.severity is Severity.ERROR for item in stamp.findings):
        return False
    found = identify(stamp.token, signers_of(stamp.token))
    return found.certificate is not None and verify_signature(stamp.token, found.certificate).conclusion.passed


def signers_of(facts: SignatureFacts) -> tuple[Certificate, ...]:
    """Return the certificates that a signature or token carries, as far as they can be read."""
    found = []
    for item in facts.material:
        if item.kind is MaterialKind.CERTIFICATE:
            try:
                found.append(Certificate.load(item.der))
            except CertificateError:
                continue
    return tuple(found)


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
        and own.changes_since_signing in (ChangeLevel.NONE, ChangeLevel.VALIDATION_DATA)
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


def _compare(old: DocumentFacts | None, after: DocumentFacts, added: int) -> tuple[int, list[Finding]]:
    """Return how many earlier signatures there are, and what became worse or was broken already."""
    if old is None:
        return 0, []
    findings: list[Finding] = []
    now = {(item.name, item.covered_until, item.signature_value): item for item in _all(after)}
    kept = {(item.name, item.signature_value) for item in _all(after)}
    for item in _all(old):
        if _broken(item) and (item.name, item.signature_value) in kept:
            # What is broken cannot be spoiled, only shown beside what is new.
            findings.append(warning("EARLIER_SIGNATURE_BROKEN", item.name or item.id))
            continue
        same = now.get((item.name, item.covered_until, item.signature_value))
        if same is None or _rank(same) > _rank(item):
            findings.append(error("EARLIER_SIGNATURE_WORSE", item.name or item.id, why=_why(same)))
    if len(_all(old)) + added != len(_all(after)):
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
