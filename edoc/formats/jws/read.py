"""Reads JWS and JAdES documents into facts: compact, flattened and general serialisation (RFC 7515 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from edoc.facts.document import Document
from edoc.facts.findings import Finding, error, warning
from edoc.facts.signature import DocumentFacts, SignatureFacts, SignatureFormat
from edoc.formats.jws.parts import Jws, read_parts, split_compact
from edoc.formats.jws.signature import jws_facts
from edoc.formats.jws.strict_json import Json, JsonError, parse_json
from edoc.formats.originals import Originals
from edoc.limits import Limits

COMPACT_TYPE = "application/jose"
JSON_TYPE = "application/jose+json"
_PLAIN_TYPE = "application/json"
_MARKS = re.compile(rb'"(?:protected|signatures?)"\s*:')


def read_jws(document: Document, *, originals: Originals, limits: Limits) -> DocumentFacts:
    """Return everything that a JWS, or any JSON document, says about its signatures.

    JSON that is no JWS is read to its end and has no signature.  What cannot be read comes back
    incomplete, with the code as an error (a limit exceeded: a warning).
    """
    if document.size > limits.json_bytes:
        return _refused(document, warning("JSON_LIMIT", document.name, limit=limits.json_bytes))
    data = bytes(document.data[:]).removeprefix(b"\xef\xbb\xbf")
    members = split_compact(data.strip(b" \t\r\n"))
    if members is not None:
        jws = read_parts(members, members.get("payload"), compact=True, limit=limits.jws_header_bytes)
        return _facts(document, COMPACT_TYPE, [jws], originals)
    if not data.lstrip(b" \t\r\n").startswith(b"{"):
        # No JSON either: it begins as a compact JWS does, else nobody had asked here.
        return replace(_refused(document, error("JWS_COMPACT_MALFORMED", document.name)), signature_marks=True)
    try:
        value = parse_json(data)
        found = signatures_in(value, limits)
    except JsonError as problem:
        make = warning if problem.code == "JSON_VALUES" else error
        return _refused(document, make(problem.code, document.name, **problem.params))
    media_type = JSON_TYPE if found or _looks_like_jws(value) else _PLAIN_TYPE
    return _facts(document, media_type, found, originals)


def signatures_in(value: Json, limits: Limits) -> list[Jws]:
    """Return the signatures of a JSON serialisation, in order; none for any other JSON.

    Raises JsonError: JWS_MIXED, JWS_SIGNATURES_MALFORMED, JWS_SIGNATURES_LIMIT.
    """
    if not isinstance(value, Mapping) or not _looks_like_jws(value):
        return []
    if "signatures" not in value:
        return [read_parts(value, value.get("payload"), compact=False, limit=limits.jws_header_bytes)]
    if "signature" in value or "protected" in value:
        # RFC 7515 7.2.2: a flattened JWS has no member `signatures`; two readers could take either.
        raise JsonError("JWS_MIXED")
    several = value["signatures"]
    if not isinstance(several, Sequence) or isinstance(several, str):
        raise JsonError("JWS_SIGNATURES_MALFORMED")
    if len(several) > limits.signatures:
        raise JsonError("JWS_SIGNATURES_LIMIT", limit=limits.signatures)
    if not all(isinstance(item, Mapping) for item in several):
        raise JsonError("JWS_SIGNATURES_MALFORMED")
    payload = value.get("payload")
    return [
        read_parts(item, payload, compact=False, limit=limits.jws_header_bytes)
        for item in several
        if isinstance(item, Mapping)
    ]


def _looks_like_jws(value: Json) -> bool:
    if not isinstance(value, Mapping):
        return False
    return "signatures" in value and ("payload" in value or _signed(value["signatures"])) or (
        isinstance(value.get("signature"), str) and ("protected" in value or "header" in value or "payload" in value)
    )


def _signed(value: Json) -> bool:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return False
    return any(isinstance(item, Mapping) and "signature" in item for item in value)


def _facts(document: Document, media_type: str, found: list[Jws], originals: Originals) -> DocumentFacts:
    signatures: tuple[SignatureFacts, ...] = tuple(
        jws_facts(jws, id=f"S{number}", originals=originals) for number, jws in enumerate(found, 1)
    )
    # RFC 7797 3: all signatures of a document take its payload for the same octets.
    mixed = len({jws.encoded for jws in found}) > 1
    return DocumentFacts(
        name=document.name,
        media_type=media_type,
        size=document.size,
        sha256=document.sha256(),
        signature_marks=bool(found),
        signatures=signatures,
        findings=(error("JWS_B64_MIXED", document.name),) if mixed else (),
    )


def _refused(document: Document, finding: Finding) -> DocumentFacts:
    return DocumentFacts(
        name=document.name,
        media_type=_PLAIN_TYPE,
        size=document.size,
        sha256=document.sha256(),
        complete=False,
        signature_marks=_MARKS.search(document.data) is not None,
        marks_format=SignatureFormat.JWS,
        findings=(finding,),
    )
