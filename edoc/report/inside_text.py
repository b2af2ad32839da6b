"""What is inside a document, as a plain-text sheet in English or Persian."""

from __future__ import annotations

from collections.abc import Iterable

from edoc.facts.material import EmbeddedObject, MaterialKind
from edoc.facts.outline import Outline, PermissionOutline
from edoc.facts.signature import (
    ChangeLevel,
    DocumentFacts,
    EvidenceFacts,
    Reference,
    ReferenceKind,
    SignatureFacts,
    SignatureFormat,
    TimestampFacts,
    TimestampKind,
)
from edoc.pki.certificate import Certificate, CertificateError
from edoc.report.dates import persian_digits
from edoc.report.details import RECORD_KINDS, change_line, finding_lines
from edoc.report.inside import algorithm_words, revisions_signed
from edoc.report.paper import Colour, Paper
from edoc.report.speech import speech

_FITS = {True: "digest_fits", False: "digest_differs", None: "digest_unknown"}


def render_inside(
    facts: DocumentFacts, outline: Outline, *, lang: str = "en", colour: Colour = Colour.NONE
) -> str:
    """Return the sheet: the file, its revisions and fields, then each signature with what it carries."""
    paper = Paper(speech(lang), colour)
    say = paper.say
    paper.line(say.say("inside", name=facts.name))
    paper.item("media_type", say.value(facts.media_type), depth=1)
    paper.item("digest", say.value(facts.sha256.hex()), depth=1)
    paper.item("complete", say.phrase("yes" if facts.complete else "no"), depth=1)
    for revision, signers in revisions_signed(facts, outline):
        told = say.say("revision_until", end=revision.end)
        if signers:
            told += say.say("revision_signed", signatures=", ".join(signers))
        paper.line(f"{say.say('revision', number=revision.number)}: {told}", depth=1)
    for field in outline.fields:
        state = say.phrase("signed_field" if field.type == "Sig" and field.filled else "empty_field")
        kind = say.value(field.type or "-")
        told = f" ({state})" if field.type == "Sig" or not field.filled else ""
        paper.item("form_field", f"{say.value(field.name)} {kind}{told}", depth=1)
    for item in facts.signatures:
        _signature(paper, item, facts.size, outline)
    for stamp in facts.timestamps:
        paper.head(say.say("timestamp", id=stamp.id))
        _timestamp(paper, stamp, depth=1)
    for record in (*(one for item in facts.signatures for one in item.evidence_records), *facts.evidence_records):
        _evidence(paper, record)
    if facts.material:
        paper.line()
        _carried(paper, facts.material, depth=0)
    finding_lines(paper, facts.findings, depth=0)
    return paper.text()


_PDF = (SignatureFormat.PADES, SignatureFormat.PDF)
"""Formats in which fields, revisions and later additions exist."""


def _signature(paper: Paper, item: SignatureFacts, size: int, outline: Outline) -> None:
    say = paper.say
    paper.head(say.say("signature", id=item.id))
    if item.name:
        paper.item("field" if item.format in _PDF else "named", say.value(item.name), depth=1)
    paper.item("kind", say.value(item.format.value), depth=1)
    paper.item("algorithm", say.value(algorithm_words(item.algorithm) or "-"), depth=1)
    claimed = item.claimed_signing_time
    paper.item("claimed_time", say.moment(claimed) if claimed else say.phrase("none_claimed"), depth=1)
    if item.covered_until is not None:
        paper.item("covered_until", say.say("covered_of", end=item.covered_until, size=size), depth=1)
    data = [reference for reference in item.references if reference.kind is not ReferenceKind.SIGNED_PROPERTIES]
    for number, reference in enumerate(data, 1):
        # As `edoc show --extract` takes it.
        mark = f"{item.id}:{number} " if len(data) > 1 else ""
        paper.item("covers", mark + _reference(paper, reference), depth=1)
    for stated in outline.permissions:
        if stated.field == item.name:
            _permission(paper, stated)
    level = item.changes_since_signing
    if item.format in _PDF:
        later = "later_open" if level is ChangeLevel.NOT_JUDGED else f"later_{level.value}"
        paper.item("later", say.phrase(later), depth=1)
    for change in item.changes:
        paper.line(change_line(paper, change), depth=2)
    if item.attributes:
        paper.item("attributes", say.value(", ".join(item.attributes)), depth=1)
    _carried(paper, item.material, depth=1)
    for stamp in item.timestamps:
        paper.line(f"{say.say('timestamp', id=stamp.id)}:", depth=1)
        _timestamp(paper, stamp, depth=2)
    finding_lines(paper, item.findings, depth=1)


def _evidence(paper: Paper, item: EvidenceFacts) -> None:
    say = paper.say
    paper.head(say.say("evidence", id=item.id))
    if item.name:
        paper.item("record_file", say.value(item.name), depth=1)
    paper.item("kind", say.value(RECORD_KINDS.get(item.kind, item.kind)), depth=1)
    for reference in item.references:
        paper.item("record_covers" if reference.intact else "record_compared", _reference(paper, reference), depth=1)
    if item.others:
        paper.item("record_others", _count(paper, item.others), depth=1)
    finding_lines(paper, item.findings, depth=1)
    for stamp in item.timestamps:
        paper.line(f"{say.say('timestamp', id=stamp.id)}:", depth=1)
        _timestamp(paper, stamp, depth=2)


def _permission(paper: Paper, stated: PermissionOutline) -> None:
    say = paper.say
    if stated.level is not None:
        paper.item("certifies" if stated.certifies else "permits", say.phrase(f"permits_{stated.level}"), depth=1)
    for lock in stated.locks:
        names = (", " if say.lang == "en" else "، ").join(map(say.value, lock.fields)) or say.value("-")
        if lock.action == "Include" and lock.fields:
            paper.item("locks", names, depth=1)
        elif lock.action == "Exclude":
            paper.item("locks", say.phrase("locks_others", names=names), depth=1)
        elif lock.action != "Include":
            paper.item("locks", say.phrase("locks_all"), depth=1)


def _timestamp(paper: Paper, item: TimestampFacts, *, depth: int) -> None:
    say = paper.say
    paper.item("kind", say.value(item.kind.value), depth=depth)
    paper.item("time", say.moment(item.gen_time) if item.gen_time else say.phrase("unknown"), depth=depth)
    if item.imprint is not None and item.kind is TimestampKind.EVIDENCE:
        paper.item("record_tree", _digest(paper, item.imprint), depth=depth)
    elif item.imprint is not None:
        paper.item("covers", _reference(paper, item.imprint), depth=depth)
    _carried(paper, item.token.material, depth=depth)
    finding_lines(paper, (*item.findings, *item.token.findings), depth=depth)


def _reference(paper: Paper, reference: Reference) -> str:
    name = paper.say.say(f"scope_{reference.scope.value}", name=reference.name)
    return f"{name} ({_digest(paper, reference)})"


def _digest(paper: Paper, reference: Reference) -> str:
    return f"{paper.say.value(reference.digest_algorithm)}: {paper.say.phrase(_FITS[reference.intact])}"


def _carried(paper: Paper, material: Iterable[EmbeddedObject], *, depth: int) -> None:
    items = tuple(material)
    for item in items:
        if item.kind is MaterialKind.CERTIFICATE:
            paper.item("carried", _certificate(paper, item), depth=depth)
    for kind, label in ((MaterialKind.CRL, "carried_crl"), (MaterialKind.OCSP, "carried_ocsp")):
        count = sum(item.kind is kind for item in items)
        if count:
            paper.item(label, _count(paper, count), depth=depth)


def _count(paper: Paper, number: int) -> str:
    return persian_digits(str(number)) if paper.say.lang == "fa" else str(number)


def _certificate(paper: Paper, item: EmbeddedObject) -> str:
    say = paper.say
    try:
        found = Certificate.load(item.der)
    except CertificateError:
        return say.phrase("unreadable")
    validity = say.phrase("carried_validity", start=say.moment(found.not_before), end=say.moment(found.not_after))
    issuer = f"{say.phrase('issuer_claimed')}: {say.value(found.issuer.rfc4514())}"
    return ("؛ " if say.lang == "fa" else "; ").join([say.value(found.subject.rfc4514()), issuer, validity])
