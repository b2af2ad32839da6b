"""The self-check of formats other than PDF: what was made is read back as a stranger's file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edoc.facts.document import Document
from edoc.facts.findings import Finding, Severity, error
from edoc.facts.signature import DocumentFacts, SignatureFacts, TimestampFacts, TimestampKind
from edoc.formats import read_document
from edoc.formats.originals import Originals
from edoc.pki.algorithms import digest_of, verify_value
from edoc.pki.certificate import Certificate
from edoc.sign.checks import Check, Expected, signers_of, token_intact
from edoc.sign.format_draft import FormatDraft
from edoc.sign.request import Level
from edoc.verify.crypto import verify_signature
from edoc.verify.identify import identify
from edoc.verify.level import signature_level

_ARCHIVES = (TimestampKind.ARCHIVE, TimestampKind.CONTAINER)


def check_format(
    output: Document, *, originals: Sequence[Document], draft: FormatDraft, before: DocumentFacts | None, expected: Expected
) -> Check:
    """Read a signed document back and check the new signature, its time-stamps and the earlier ones.

    `before` is what the input said of its own signatures; null when it had none.
    """
    facts = read_document(output, originals=Originals(originals))
    own = next((item for item in _every(facts) if item.signed_octets == draft.octets), None)
    if not facts.complete or own is None:
        return unreadable(facts)
    certificate = Certificate.load(draft.certificates[0])
    broken = [] if _intact(own, certificate) else [_why(own, draft)]
    worse = worse_than(before, facts)
    stamps = over(own, facts)
    level = _level(own, facts, certificate, expected)
    return Check(
        intact=not broken,
        level=level,
        level_reached=_rank(level) >= list(Level).index(expected.level),
        certificate_reference=_references(own, certificate),
        imprint=all(token_intact(item) for item in stamps) if stamps else None,
        earlier_signatures_no_worse=not worse,
        earlier_signatures=len(before.signatures) if before is not None else 0,
        findings=(*(item for item in own.findings if item.severity is not Severity.INFO), *broken, *worse),
    )


def check_format_extended(
    output: Document, *, originals: Sequence[Document], before: DocumentFacts, expected: Expected
) -> Check:
    """Read an extended document back and check what was added, and that nothing of it became worse."""
    facts = read_document(output, originals=Originals(originals))
    if not facts.complete or not facts.signatures:
        return unreadable(facts)
    signers = {item.id: identify(item, signers_of(item)).certificate for item in facts.signatures}
    levels = [_level(item, facts, signers[item.id], expected) for item in facts.signatures]
    # A signature of another profile has no baseline level to reach: it is protected all the same.
    ranked = [name for name in levels if "-BASELINE-" in name]
    low = min(ranked or levels, key=_rank, default="")
    stamps = [stamp for item in facts.signatures for stamp in over(item, facts)]
    worse = worse_than(before, facts)
    return Check(
        intact=all(reference.intact is True for item in facts.signatures for reference in item.references),
        level=low,
        level_reached=not ranked or _rank(low) >= list(Level).index(expected.level),
        certificate_reference=all(signers.values()),
        imprint=all(map(token_intact, stamps)) if stamps else None,
        earlier_signatures_no_worse=not worse,
        earlier_signatures=len(before.signatures),
        findings=tuple(worse),
    )


def unreadable(facts: DocumentFacts) -> Check:
    """Return the check of a document that cannot be read back."""
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


def over(own: SignatureFacts, facts: DocumentFacts) -> tuple[TimestampFacts, ...]:
    """Return the time-stamps of a signature, and those of its document that stand over it."""
    return (*own.timestamps, *(item for item in facts.timestamps if own.id in item.covers))


def worse_than(before: DocumentFacts | None, after: DocumentFacts) -> list[Finding]:
    """Return a finding for each signature and time-stamp of the input that is gone, or is worse than it was."""
    if before is None:
        return []
    now = {(item.format, item.signature_value): item for item in _every(after)}
    findings = []
    for item in _every(before):
        same = now.get((item.format, item.signature_value))
        if same is None or _badness(same) > _badness(item):
            findings.append(error("EARLIER_SIGNATURE_WORSE", item.name or item.id, why="-"))
    tokens = {item.token.signature_value: item for item in _stamps(after)}
    for stamp in _stamps(before):
        kept = tokens.get(stamp.token.signature_value)
        if kept is None or (token_intact(stamp) and not token_intact(kept)):
            findings.append(error("EARLIER_SIGNATURE_WORSE", stamp.id, why="-"))
    return findings


def _every(facts: DocumentFacts) -> Iterator[SignatureFacts]:
    open_ = list(facts.signatures)
    while open_:
        item = open_.pop(0)
        yield item
        open_.extend(item.counter_signatures)


def _stamps(facts: DocumentFacts) -> Iterator[TimestampFacts]:
    for item in _every(facts):
        yield from item.timestamps
    yield from facts.timestamps


def _badness(item: SignatureFacts) -> tuple[bool, int, bool]:
    intact = all(reference.intact is not False for reference in item.references)
    errors = sum(found.severity is Severity.ERROR for found in item.findings)
    return not intact, errors, not item.covers_whole_document


def _intact(own: SignatureFacts, certificate: Certificate) -> bool:
    if own.algorithm is None or own.signed_octets is None or own.signature_value is None or not own.references:
        return False
    digests = all(item.intact is True for item in own.references)
    return digests and verify_value(certificate.spki_der, own.algorithm, own.signed_octets, own.signature_value)


def _why(own: SignatureFacts, draft: FormatDraft) -> Finding:
    if any(item.intact is not True for item in own.references):
        return error("SELF_CHECK_DIGEST_DIFFERS", draft.document_name)
    name = Certificate.load(draft.certificates[0]).subject.rfc4514()
    return error("SELF_CHECK_VALUE_WRONG", draft.document_name, certificate=name)


def _references(own: SignatureFacts, certificate: Certificate) -> bool:
    first = own.certificate_references[0] if own.certificate_references else None
    return first is not None and digest_of(first.digest_algorithm, certificate.der) == first.digest


def _level(own: SignatureFacts, facts: DocumentFacts, signer: Certificate | None, expected: Expected) -> str:
    """Return the level as far as structure tells; whether the data convince is for a verifier with its own anchors."""
    found = [(own.id, signer), *((item.token.id, _signer(item.token)) for item in over(own, facts))]
    name = signature_level(own, document=facts, certificates={id: one for id, one in found if one is not None})
    stem, dash, suffix = name.rpartition("-")
    if "-BASELINE" not in stem or suffix == "B":
        return name
    carried = [*own.material, *facts.material]
    carried += [one for item in over(own, facts) for one in item.token.material]
    there = {(one.kind, one.der) for one in carried}
    shaped = own.predicates.get("lt_shape", False) and bool(expected.objects) and there.issuperset(expected.objects)
    if not shaped:
        return f"{stem}{dash}T"
    sealed = any(item.kind in _ARCHIVES and own.id in item.covers for item in over(own, facts))
    return f"{stem}{dash}LTA" if sealed else f"{stem}{dash}LT"


def _signer(token: SignatureFacts) -> Certificate | None:
    found = identify(token, signers_of(token)).certificate
    return found if found is not None and verify_signature(token, found).conclusion.passed else None


def _rank(name: str) -> int:
    found = f"B-{name.rpartition('-')[2]}"
    return next((place for place, level in enumerate(Level) if level.value == found), 0)
