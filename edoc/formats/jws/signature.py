"""One JWS as facts: what it signed, with what, its time-stamps and counter-signatures (TS 119 182-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from edoc.facts.findings import Finding, Severity, error, info
from edoc.facts.material import EmbeddedObject
from edoc.facts.signature import (
    Reference,
    ReferenceKind,
    SignatureFacts,
    SignatureFormat,
    TimestampFacts,
    TimestampKind,
)
from edoc.formats.cms_signer import about
from edoc.formats.jws import headers
from edoc.formats.jws.parts import Jws, read_parts, split_compact
from edoc.formats.jws.payload import Payload, payload_of
from edoc.formats.jws.strict_json import Json, base64_standard
from edoc.formats.jws.unsigned import (
    Around,
    Element,
    Unsigned,
    counted,
    material_of,
    read_unsigned,
    timestamps_of,
    tokens_of,
)
from edoc.formats.originals import Originals
from edoc.formats.tst import timestamp_facts
from edoc.pki.algorithms import digest_of

_COUNTER_DEPTH = 3
_COUNTERS = 50
_SIGT_UNTIL = datetime(2025, 7, 15, tzinfo=UTC)
"""From this day on a baseline signature states its time as `iat` (TS 119 182-1 6.3)."""
_LEGACY = ("xRefs", "rRefs", "axRefs", "arRefs", "sigRTst", "rfsTst")


def jws_facts(jws: Jws, *, id: str, originals: Originals, depth: int = 1) -> SignatureFacts:
    """Return the facts of one signature; what is wrong with it is among its findings."""
    return _facts(jws, payload_of(jws, originals), id, depth)


def _facts(jws: Jws, payload: Payload, id: str, depth: int) -> SignatureFacts:
    findings: list[Finding] = [*jws.findings, *payload.findings, *headers.critical(jws)]
    chain = headers.certificates(jws, findings)
    unsigned = read_unsigned(jws)
    findings += [*unsigned.findings, *counted(unsigned)]
    references = headers.certificate_references(jws, findings)
    algorithm = headers.algorithm(jws, chain, findings)
    time = headers.signing_time(jws, findings)
    content = _content_timestamps(jws, payload, id)
    around = Around(id=id, jws=jws, data=payload.data, carried=chain)
    later, notes = timestamps_of(unsigned, around, first=len(content) + 1)
    findings += notes
    signed = _signing_input(jws, payload)
    facts = SignatureFacts(
        id=id,
        format=SignatureFormat.JADES if references else SignatureFormat.JWS,
        references=payload.references,
        signed_octets=signed,
        signature_value=jws.signature or None,
        algorithm=algorithm,
        certificate_references=references,
        claimed_signing_time=time,
        material=(*chain, *material_of(unsigned)),
        timestamps=(*content, *later),
        counter_signatures=_counter_signatures(unsigned, jws, id, depth, findings),
        claims=headers.claims(jws, _policy_document(unsigned)),
        attributes=tuple(jws.protected),
        findings=about(id, tuple(findings)),
    )
    return replace(facts, predicates=_predicates(jws, unsigned, facts, chain))


def _signing_input(jws: Jws, payload: Payload) -> bytes | None:
    """RFC 7515 5.1, RFC 7797 3: the protected header as received, a dot, and what is signed."""
    if payload.signed is None or not jws.protected_text.isascii():
        return None
    return jws.protected_text.encode("ascii") + b"." + payload.signed


def _content_timestamps(jws: Jws, payload: Payload, id: str) -> tuple[TimestampFacts, ...]:
    if "adoTst" not in jws.protected:
        return ()
    return tuple(
        timestamp_facts(
            token,
            id=f"{id}.T{number}",
            kind=TimestampKind.CONTENT,
            imprint_of=lambda name: digest_of(name, payload.data) if payload.data is not None else None,
        )
        for number, token in enumerate(tokens_of(jws.protected["adoTst"]), 1)
    )


def _policy_document(unsigned: Unsigned) -> bytes | None:
    for element in unsigned.named("sigPSt"):
        text = element.value.get("sigPolDoc") if isinstance(element.value, Mapping) else None
        if isinstance(text, str):
            try:
                return base64_standard(text)
            except ValueError:
                return None
    return None


def _counter_signatures(
    unsigned: Unsigned, jws: Jws, id: str, depth: int, findings: list[Finding]
) -> tuple[SignatureFacts, ...]:
    elements = unsigned.named("cSig")
    if elements and (depth > _COUNTER_DEPTH or len(elements) > _COUNTERS):
        findings.append(info("JWS_COUNTER_SIGNATURES_LIMIT", limit=_COUNTERS))
        return ()
    return tuple(
        _counter(element, jws, f"{id}.C{number}", depth, findings) for number, element in enumerate(elements, 1)
    )


def _counter(element: Element, parent: Jws, id: str, depth: int, findings: list[Finding]) -> SignatureFacts:
    """TS 119 182-1 5.3.2: a JWS whose payload is the signature value of the one it countersigns."""
    members: Json = element.value
    if isinstance(members, str):
        members = split_compact(members.encode("ascii", "replace"))
    if not isinstance(members, Mapping):
        findings.append(info("JWS_COUNTER_SIGNATURE_MALFORMED", name=id))
        broken = error("JWS_COUNTER_SIGNATURE_MALFORMED", id, name=id)
        return SignatureFacts(id=id, format=SignatureFormat.JWS, findings=(broken,))
    jws = read_parts(members, members.get("payload"), compact=isinstance(element.value, str), limit=1 << 20)
    text = parent.signature_text
    given = jws.payload_text if jws.payload_text is not None else text
    reference = Reference(
        name="signature value",
        kind=ReferenceKind.CONTENT,
        digest_algorithm="sha256",
        expected=digest_of("sha256", given.encode()),
        actual=digest_of("sha256", text.encode()),
        octets=lambda: parent.signature,
    )
    signed = given.encode() if jws.encoded else parent.signature
    return _facts(jws, Payload(signed=signed, data=signed, references=(reference,)), id, depth + 1)


def _predicates(
    jws: Jws, unsigned: Unsigned, facts: SignatureFacts, chain: tuple[EmbeddedObject, ...]
) -> dict[str, bool]:
    """Return the level predicates (ades.md 4.1 and 4.5)."""
    has = jws.protected.keys()
    named = sum(name in has for name in ("x5t#S256", "x5t#o", "sigX5ts"))
    other = jws.protected.get("x5t#o")
    well_named = named == 1 and not (isinstance(other, Mapping) and other.get("digAlg") == "S256")
    broken = any(item.severity is Severity.ERROR for item in facts.findings)
    time = facts.claimed_signing_time
    timed = time is not None and ("iat" in has or time < _SIGT_UNTIL)
    typed = "cty" not in has or "sigD" not in has
    shape = not broken and facts.format is SignatureFormat.JADES
    stamps = [len(tokens_of(item.value)) for item in unsigned.named("sigTst")]
    names = {item.name for item in unsigned.elements}
    return {
        "bes": shape,
        "b": shape and well_named and timed and typed and bool(chain),
        "epes": facts.claims.policy is not None,
        "t": bool(stamps) and all(count == 1 for count in stamps),
        "c": False,
        "x": bool(names & {"sigRTst", "rfsTst"}),
        "lt_shape": not names & set(_LEGACY),
        "lt_container": bool(names & {"xVals", "axVals", "tstVD", "anyValData"}),
        "a": "arcTst" in names,
        "lta": "arcTst" in names,
        "ers": False,
    }
