"""What a JWS signs: its payload, or the data that `sigD` names (TS 119 182-1 5.2.8)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from edoc.facts.document import Document
from edoc.facts.findings import Finding, error, warning
from edoc.facts.signature import Reference, ReferenceKind
from edoc.formats.jws.algorithms import digest_of_name
from edoc.formats.jws.parts import Jws
from edoc.formats.jws.strict_json import Json, base64url
from edoc.formats.originals import Originals, Request
from edoc.pki.algorithms import digest_of

_MECHANISM = "http://uri.etsi.org/19182/"
_OBJECTS = 1_000
"""Objects of one signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What stands behind the dot of the signing input, what a time-stamp digests of the data, and the references."""

    signed: bytes | None
    """Null when data is missing."""
    data: bytes | None
    """The common start of all imprints over the data (ades.md 4.4)."""
    references: tuple[Reference, ...]
    findings: tuple[Finding, ...] = ()


def payload_of(jws: Jws, originals: Originals) -> Payload:
    """Return what a signature signs, with the data from the document or from beside it."""
    detail = jws.protected.get("sigD")
    if jws.payload_text is not None:
        payload = _attached(jws)
        if detail is not None:
            # TS 119 182-1 5.2.8: sigD is for data that is not inside.
            return Payload(
                signed=payload.signed,
                data=payload.data,
                references=payload.references,
                findings=(*payload.findings, error("JWS_SIGD_WITH_PAYLOAD")),
            )
        return payload
    if detail is None:
        return _beside(jws, originals)
    if not isinstance(detail, Mapping) or not _names(detail.get("pars")):
        return _malformed()
    mechanism = str(detail.get("mId", "")).removeprefix(_MECHANISM)
    names = _names(detail["pars"])
    if mechanism == "ObjectIdByURIHash":
        return _by_hash(jws, detail, names, originals)
    if mechanism == "ObjectIdByURI":
        return _by_name(jws, names, originals)
    if mechanism == "HttpHeaders":
        return _http(jws, names, originals)
    missing = _octets_reference("sigD", None)
    return Payload(signed=None, data=None, references=(missing,), findings=(warning("JWS_SIGD_UNKNOWN", name=mechanism),))


def _attached(jws: Jws) -> Payload:
    text = jws.payload_text or ""
    if not jws.encoded:
        raw = text.encode("utf-8")
        return Payload(signed=raw, data=raw, references=(_octets_reference("payload", raw),))
    try:
        octets = base64url(text)
    except ValueError:
        reference = _octets_reference("payload", None)
        return Payload(signed=None, data=None, references=(reference,), findings=(error("JWS_PAYLOAD_MALFORMED"),))
    signed = text.encode("ascii")
    return Payload(signed=signed, data=signed, references=(_octets_reference("payload", octets),))


def _beside(jws: Jws, originals: Originals) -> Payload:
    document = originals.take()
    if document is None:
        return Payload(signed=None, data=None, references=(_octets_reference("payload", None),))
    octets = bytes(document.data[:])
    signed = _part(jws, octets)
    return Payload(signed=signed, data=signed, references=(_octets_reference(document.name, octets),))


def _by_name(jws: Jws, names: Sequence[str], originals: Originals) -> Payload:
    found = [originals.take(name, alone=len(names) == 1) for name in names]
    references = tuple(
        _octets_reference(name, bytes(item.data[:]) if item is not None else None)
        for name, item in zip(names, found, strict=True)
    )
    if None in found:
        return Payload(signed=None, data=None, references=references)
    signed = b"".join(_part(jws, bytes(item.data[:])) for item in found if item is not None)
    # One behind the other, with nothing between: what ends one object may as well begin the next one.
    findings = (warning("JWS_SIGD_BOUNDARIES", count=len(names)),) if len(names) > 1 else ()
    return Payload(signed=signed, data=signed, references=references, findings=findings)


def _by_hash(jws: Jws, detail: Mapping[str, Json], names: Sequence[str], originals: Originals) -> Payload:
    algorithm = digest_of_name(detail.get("hashM"))
    values = _names(detail.get("hashV"))
    try:
        digests = [base64url(item) for item in values]
    except ValueError:
        digests = []
    if len(digests) != len(names):
        return _malformed()
    if algorithm.startswith("unknown:"):
        unknown = tuple(
            Reference(name=name, digest_algorithm=algorithm, expected=digest, actual=None)
            for name, digest in zip(names, digests, strict=True)
        )
        return Payload(signed=b"", data=None, references=unknown)

    def read(document: Document) -> bytes:
        return _part(jws, bytes(document.data[:]))

    requests = [
        Request(algorithm=algorithm, expected=digest, name=name, read=read)
        for name, digest in zip(names, digests, strict=True)
    ]
    found = originals.resolve(requests)
    references, parts = [], []
    for request, item in zip(requests, found, strict=True):
        document = item.document if item is not None else None
        parts.append(read(document) if document is not None else None)
        references.append(
            Reference(
                name=request.name or "",
                digest_algorithm=algorithm,
                expected=request.expected,
                actual=item.actual if item is not None else None,
                octets=_lazily(document) if document is not None else None,
                digested=_encoded if jws.encoded else None,
            )
        )
    known = [part for part in parts if part is not None]
    data = b"".join(known) if len(known) == len(parts) else None
    return Payload(signed=b"", data=data, references=tuple(references))


def _http(jws: Jws, names: Sequence[str], originals: Originals) -> Payload:
    """Return the lines of HTTP headers; each is handed over as an original that bears its name."""
    lines: list[bytes | None] = []
    references = []
    for name in names:
        lower = name.lower()
        several = originals.take_all(lower)
        value = b", ".join(bytes(item.data[:]).strip() for item in several) if several else None
        references.append(_octets_reference(lower, value))
        lines.append(lower.encode() + b": " + value if value is not None else None)
    known = [line for line in lines if line is not None]
    signed = b"\n".join(known) if len(known) == len(lines) else None
    findings = () if not jws.encoded else (error("JWS_HTTP_ENCODED"),)
    return Payload(signed=signed, data=signed, references=tuple(references), findings=findings)


def _malformed() -> Payload:
    missing = _octets_reference("sigD", None)
    return Payload(signed=None, data=None, references=(missing,), findings=(error("JWS_SIGD_MALFORMED"),))


def _part(jws: Jws, octets: bytes) -> bytes:
    return _encoded(octets) if jws.encoded else octets


def _encoded(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def _names(value: Json) -> list[str]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > _OBJECTS:
        return []
    found = [item for item in value if isinstance(item, str)]
    return found if len(found) == len(value) else []


def _octets_reference(name: str, octets: bytes | None) -> Reference:
    digest = digest_of("sha256", octets) if octets is not None else None
    return Reference(
        name=name,
        kind=ReferenceKind.OCTETS,
        digest_algorithm="sha256",
        expected=digest,
        actual=digest,
        octets=(lambda: octets) if octets is not None else None,
    )


def _lazily(document: Document) -> Callable[[], bytes]:
    return lambda: bytes(document.data[:])
