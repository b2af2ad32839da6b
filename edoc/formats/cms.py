"""A signer of a CMS as facts: what it signed, with what, its time-stamps and counter-signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from edoc.facts.findings import Finding, info, warning
from edoc.facts.material import EmbeddedObject
from edoc.facts.signature import (
    Reference,
    SignatureFacts,
    SignatureFormat,
    TimestampFacts,
    TimestampKind,
)
from edoc.formats.cms_signer import Beside, about, carried, carried_by, signer_facts
from edoc.formats.tst import timestamp_facts
from edoc.pki import oids
from edoc.pki.algorithms import digest_of
from edoc.pki.cms import CmsError, SignedData, parse_signer_info
from edoc.pki.signer_info import SignerInfo

_TOKENS = 100
"""Time-stamps of one signature; decades of renewals stay below 20."""
_COUNTER_SIGNATURES = 50
"""Counter-signatures of one signature, those of counter-signatures among them."""
_COUNTER_TOKENS = 10
"""Time-stamps of one counter-signature."""
_COUNTER_DEPTH = 3
"""A counter-signature of a counter-signature is rare, deeper ones are not met."""

UNSIGNED_TOKENS = {
    oids.SIGNATURE_TIMESTAMP: TimestampKind.SIGNATURE,
    oids.ESC_TIMESTAMP: TimestampKind.SIG_AND_REFS,
    oids.CERT_CRL_TIMESTAMP: TimestampKind.REFS_ONLY,
    oids.ARCHIVE_TIMESTAMP: TimestampKind.ARCHIVE,
    oids.ARCHIVE_TIMESTAMP_V2: TimestampKind.ARCHIVE,
    oids.ARCHIVE_TIMESTAMP_V3: TimestampKind.ARCHIVE,
}
"""Where tokens stand; here only the imprint of the first is computed: others stay undecided."""

ContentDigest = Callable[[str], bytes | None]
"""The digest of what is signed, by hashlib name."""
Shape = Callable[[SignerInfo, tuple[TimestampFacts, ...]], Mapping[str, bool]]
"""The level predicates of a counter-signature with its time-stamps."""


def signature_facts(
    signed: SignedData,
    *,
    id: str,
    name: str = "",
    format: SignatureFormat = SignatureFormat.CMS,
    references: tuple[Reference, ...] = (),
    content_digest: ContentDigest | None = None,
) -> SignatureFacts:
    """Return the facts of the first signer of a CMS, as other formats embed it.

    `references` says what was signed and was compared by the caller; `content_digest` gives digests of
    the same octets for content time-stamps, by default from the first reference.
    """
    if not signed.signer_infos:
        findings = about(id, signed.findings)
        return SignatureFacts(id=id, name=name, format=format, findings=findings, references=references)
    signer = signed.signer_infos[0]
    material = carried(signed, signer)
    notes: list[Finding] = []
    stamps = _timestamps(signer, id, content_digest or _digest_of(references), notes)
    counters = counter_signatures(signer, id, material=material, notes=notes)
    beside = Beside(name, references, stamps, counters, (*signed.findings, *notes))
    return signer_facts(signer, id=id, format=format, material=material, beside=beside)


def _digest_of(references: tuple[Reference, ...]) -> ContentDigest:
    first = references[0] if references else None
    known = {first.digest_algorithm: first.actual} if first is not None else {}

    def digest(name: str) -> bytes | None:
        if name not in known and first is not None and first.octets is not None:
            known[name] = digest_of(name, first.octets())
        return known.get(name)

    return digest


def _timestamps(
    signer: SignerInfo, id: str, content_digest: ContentDigest, notes: list[Finding], *, limit: int = _TOKENS
) -> tuple[TimestampFacts, ...]:
    found: list[TimestampFacts] = []
    for number, (kind, token) in enumerate(_tokens(signer), 1):
        if number > limit:
            notes.append(warning("CMS_TIMESTAMPS_LIMIT", id, limit=limit))
            break
        found.append(
            timestamp_facts(
                token,
                id=f"{id}.T{number}",
                kind=kind,
                covers=() if kind is TimestampKind.CONTENT else (id,),
                imprint_of=_imprint_of(kind, signer, content_digest),
            )
        )
    return tuple(found)


def _tokens(signer: SignerInfo) -> Iterator[tuple[TimestampKind, bytes]]:
    for oid, values in signer.signed_attributes:
        if oid == oids.CONTENT_TIMESTAMP:
            for value in values:
                yield TimestampKind.CONTENT, value
    for oid, values in signer.unsigned_attributes:
        kind = UNSIGNED_TOKENS.get(oid)
        if kind is not None:
            for value in values:
                yield kind, value


def _imprint_of(kind: TimestampKind, signer: SignerInfo, content_digest: ContentDigest) -> ContentDigest:
    if kind is TimestampKind.CONTENT:
        return content_digest
    if kind is TimestampKind.SIGNATURE:
        # EN 319 122-1 5.3: the content octets of SignerInfo.signature, without tag and length.
        return lambda name: digest_of(name, signer.signature_value)
    return lambda name: None


def counter_signatures(
    signer: SignerInfo,
    id: str,
    *,
    material: tuple[EmbeddedObject, ...],
    notes: list[Finding],
    place: tuple[int, int] = (1, _COUNTER_SIGNATURES),
    shape: Shape | None = None,
) -> tuple[SignatureFacts, ...]:
    """Return the counter-signatures of a signer, those above others inside them.

    `place` is the depth and how many there may be in all; what is left out is told in `notes`.  `shape` gives
    their level predicates, where the format has levels for them.
    """
    values = signer.unsigned(oids.COUNTER_SIGNATURE) if signer.unsigned_attributes else ()
    depth, left = place
    found: list[SignatureFacts] = []
    for number, der in enumerate(values, 1):
        own = f"{id}.C{number}"
        if not left or depth > _COUNTER_DEPTH:
            notes.append(info("CMS_COUNTER_SIGNATURES_LIMIT", id, limit=_COUNTER_SIGNATURES))
            break
        left -= 1
        try:
            counter = parse_signer_info(der, counter_signature=True)
        except CmsError:
            notes.append(info("CMS_COUNTER_SIGNATURE_MALFORMED", id, name=own))
            continue
        found.append(_counter(counter, signer, own, material=material, place=(depth, left), shape=shape))
        left -= count_counter_signatures(found[-1])
    return tuple(found)


def count_counter_signatures(facts: SignatureFacts) -> int:
    """Return how many counter-signatures a signature has, those above others among them."""
    return sum(1 + count_counter_signatures(item) for item in facts.counter_signatures)


def _counter(
    counter: SignerInfo,
    signer: SignerInfo,
    id: str,
    *,
    material: tuple[EmbeddedObject, ...],
    place: tuple[int, int],
    shape: Shape | None,
) -> SignatureFacts:
    # RFC 5652 11.4: the message digest is over the signature value that is countersigned.
    value = signer.signature_value
    actual = digest_of(counter.digest_algorithm, value)
    reference = Reference(
        name="signature value",
        digest_algorithm=counter.digest_algorithm,
        expected=counter.message_digest if counter.signed_octets is not None else actual,
        actual=actual,
        octets=lambda: value,
    )
    notes: list[Finding] = []
    stamps = _timestamps(counter, id, lambda name: digest_of(name, value), notes, limit=_COUNTER_TOKENS)
    higher = (place[0] + 1, place[1])
    above = counter_signatures(counter, id, material=material, notes=notes, place=higher, shape=shape)
    beside = Beside(references=(reference,), timestamps=stamps, counter_signatures=above, findings=tuple(notes))
    material += carried_by(counter)
    facts = signer_facts(counter, id=id, format=SignatureFormat.CMS, material=material, beside=beside)
    if shape is not None and facts.certificate_references:
        facts = replace(facts, format=SignatureFormat.CADES, predicates=shape(counter, stamps))
    return facts if facts.signed_octets is not None else replace(facts, signed_octets=value)
