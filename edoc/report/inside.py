"""What is inside a document, as plain data: read, not trusted and not judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from edoc.facts.material import EmbeddedObject, MaterialKind
from edoc.facts.outline import Outline, PermissionOutline, RevisionOutline
from edoc.facts.signature import (
    DocumentFacts,
    EvidenceFacts,
    Reference,
    SignatureAlgorithm,
    SignatureFacts,
    TimestampFacts,
)
from edoc.pki.certificate import Certificate, CertificateError
from edoc.report.json import Json, plain, rfc3339

INSIDE_SCHEMA = "edoc/inside/1"


def inside_dict(facts: DocumentFacts, outline: Outline, *, lang: str = "en") -> Json:
    """Return what a document holds: revisions, fields, signatures, time-stamps, certificates."""
    return {
        "schema": INSIDE_SCHEMA,
        "document": {
            "name": facts.name,
            "media_type": facts.media_type,
            "size": facts.size,
            "digest": {"sha256": facts.sha256.hex()},
        },
        "complete": facts.complete,
        "revisions": [
            {**asdict(item), "signed_by": list(signers)} for item, signers in revisions_signed(facts, outline)
        ],
        "fields": [asdict(item) for item in outline.fields],
        "permissions": [_permission(item) for item in outline.permissions],
        "signatures": [signature_dict(item, lang) for item in facts.signatures],
        "timestamps": [timestamp_dict(item, lang) for item in facts.timestamps],
        "evidence_records": [evidence_dict(item, lang) for item in facts.evidence_records],
        "carried": carried_dict(facts.material),
        "findings": plain(facts.findings, lang),
    }


def _permission(item: PermissionOutline) -> Json:
    locks = [{"action": lock.action, "fields": list(lock.fields)} for lock in item.locks]
    return {"field": item.field, "certifies": item.certifies, "level": item.level, "locks": locks}


def revisions_signed(facts: DocumentFacts, outline: Outline) -> list[tuple[RevisionOutline, tuple[str, ...]]]:
    """Return the revisions, oldest first, each with the ids of the signatures and time-stamps that close it."""
    ends = [(item.id, item.covered_until) for item in facts.signatures]
    ends += [(item.id, item.token.covered_until) for item in facts.timestamps]
    found, start = [], 0
    for revision in outline.revisions:
        # A signature may leave out the line end behind its revision.
        closing = tuple(name for name, end in ends if end is not None and start < end <= revision.end)
        found.append((revision, closing))
        start = revision.end
    return found


def signature_dict(facts: SignatureFacts, lang: str) -> Json:
    """Return what one signature says of itself, and what it covers."""
    return {
        "id": facts.id,
        "name": facts.name,
        "format": facts.format.value,
        "algorithm": algorithm_words(facts.algorithm),
        "claimed_signing_time": rfc3339(facts.claimed_signing_time) if facts.claimed_signing_time else None,
        "attributes": list(facts.attributes),
        "references": [_reference(item) for item in facts.references],
        "covers_whole_document": facts.covers_whole_document,
        "covered_until": facts.covered_until,
        "changes_since_signing": facts.changes_since_signing.value,
        "changes": plain(facts.changes, lang),
        "timestamps": [timestamp_dict(item, lang) for item in facts.timestamps],
        "counter_signatures": [signature_dict(item, lang) for item in facts.counter_signatures],
        "evidence_records": [evidence_dict(item, lang) for item in facts.evidence_records],
        "carried": carried_dict(facts.material),
        "findings": plain(facts.findings, lang),
    }


def timestamp_dict(facts: TimestampFacts, lang: str) -> Json:
    """Return what one time-stamp token says."""
    return {
        "id": facts.id,
        "kind": facts.kind.value,
        "time": rfc3339(facts.gen_time) if facts.gen_time else None,
        "imprint": _reference(facts.imprint) if facts.imprint is not None else None,
        "policy": facts.policy,
        "algorithm": algorithm_words(facts.token.algorithm),
        "carried": carried_dict(facts.token.material),
        "findings": plain((*facts.findings, *facts.token.findings), lang),
    }


def evidence_dict(facts: EvidenceFacts, lang: str) -> Json:
    """Return what one evidence record says: its chains, each with its hash algorithm and time-stamps."""
    return {
        "id": facts.id,
        "kind": facts.kind,
        "name": facts.name,
        "chains": [
            {"digest_algorithm": chain.digest_algorithm, "timestamps": [timestamp_dict(item, lang) for item in chain.timestamps]}
            for chain in facts.chains
        ],
        "references": [_reference(item) for item in facts.references],
        "others": facts.others,
        "findings": plain(facts.findings, lang),
    }


def carried_dict(material: Iterable[EmbeddedObject]) -> Json:
    """Return the certificates that are carried along, and how much revocation data."""
    items = tuple(material)
    return {
        "certificates": [_certificate(item) for item in items if item.kind is MaterialKind.CERTIFICATE],
        "crls": sum(item.kind is MaterialKind.CRL for item in items),
        "ocsp_responses": sum(item.kind is MaterialKind.OCSP for item in items),
    }


def algorithm_words(algorithm: SignatureAlgorithm | None) -> str | None:
    """Return words such as `rsa with sha256`."""
    if algorithm is None:
        return None
    return f"{algorithm.name} with {algorithm.digest}" if algorithm.digest else algorithm.name


def _reference(reference: Reference) -> Json:
    return {
        "name": reference.name,
        "kind": reference.scope.value,
        "digest_algorithm": reference.digest_algorithm,
        "expected": reference.expected.hex() if reference.expected is not None else None,
        "actual": reference.actual.hex() if reference.actual is not None else None,
        "intact": reference.intact,
    }


def _certificate(item: EmbeddedObject) -> Json:
    try:
        found = Certificate.load(item.der)
    except CertificateError:
        return {"origin": item.origin.value, "subject": None}
    return {
        "origin": item.origin.value,
        "subject": found.subject.rfc4514(),
        "issuer": found.issuer.rfc4514(),
        "serial": format(found.serial_number, "x"),
        "not_before": rfc3339(found.not_before),
        "not_after": rfc3339(found.not_after),
        "sha256": found.sha256.hex(),
    }
