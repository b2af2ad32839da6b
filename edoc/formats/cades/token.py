"""A time-stamp token that stands alone, bare or in the answer of an authority (RFC 3161 2.4.2)."""

from __future__ import annotations

from dataclasses import replace

from edoc.facts.document import Buffer, Document
from edoc.facts.findings import error
from edoc.facts.signature import DocumentFacts, ScopeKind, TimestampFacts, TimestampKind
from edoc.formats.originals import Found, Originals, Request
from edoc.formats.tst import read_tst_info, token_facts, unread_token
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki.algorithms import digest_size
from edoc.pki.cms import CmsError, SignedData, parse_signed_data
from edoc.pki.der import DerError, Reader

TOKEN_TYPE = "application/vnd.etsi.timestamp-token"
RESPONSE_TYPE = "application/timestamp-reply"
_RESPONSE_BYTES = 8 << 20
_GRANTED = (0, 1)
"""granted, grantedWithMods."""


def read_token(document: Document, signed: SignedData, originals: Originals) -> DocumentFacts:
    """Return the facts of a token; its data is found among the originals by its imprint."""
    return _facts(document, token_stamp(signed, originals), TOKEN_TYPE)


def token_stamp(
    signed: SignedData, originals: Originals, *, id: str = "T1", kind: TimestampKind = TimestampKind.DOCUMENT
) -> TimestampFacts:
    """Return the facts of a token over one original; its imprint is null while that is not at hand."""
    found = _found(signed, originals)
    facts = token_facts(signed, id=id, kind=kind, imprint_of=lambda name: found.actual if found is not None else None)
    if facts.imprint is None or found is None:
        return facts
    document = found.document
    imprint = replace(
        facts.imprint,
        name=found.name,
        scope=ScopeKind.FULL if document is not None else ScopeKind.DIGEST,
        octets=(lambda: document.data[:]) if document is not None else None,
    )
    return replace(facts, imprint=imprint)


def _found(signed: SignedData, originals: Originals) -> Found | None:
    try:
        info = read_tst_info(signed.content or b"")
    except DerError:
        return None
    if digest_size(info.digest_algorithm) is None or not len(originals):
        return None
    return originals.resolve([Request(algorithm=info.digest_algorithm, expected=info.imprint)])[0]


def read_response(
    document: Document, data: Buffer, originals: Originals, *, limits: Limits = DEFAULT_LIMITS
) -> DocumentFacts | None:
    """Return the facts of an authority's answer with a token in it; null when the octets are none."""
    if len(data) > _RESPONSE_BYTES:
        return None
    octets = bytes(data[:])
    try:
        status, token = _response(octets)
    except DerError:
        return None
    refused = () if status in _GRANTED else (error("TST_NOT_GRANTED", "T1", status=status),)
    try:
        signed = parse_signed_data(token, limits=limits)
    except CmsError as problem:
        stamp = unread_token("T1", TimestampKind.DOCUMENT, error(problem.code, "T1"))
    else:
        stamp = token_stamp(signed, originals)
    return _facts(document, replace(stamp, findings=(*stamp.findings, *refused)), RESPONSE_TYPE)


def _response(data: bytes) -> tuple[int, bytes]:
    """Return the status and the token of a TimeStampResp; DerError when it is none or has no token."""
    reader = Reader(data)
    tag, start, end, following = reader.read(0, len(data))
    parts = reader.children(start, end, limit=2)
    if tag != 0x30 or following != len(data) or [part[0] for part in parts] != [0x30, 0x30]:
        raise DerError("response")
    status = reader.children(parts[0][2], parts[0][3], limit=3)
    if not status or status[0][0] != 0x02 or status[0][3] - status[0][2] != 1:
        raise DerError("status")
    token = data[parts[1][1] : parts[1][4]]
    if reader.read(parts[1][2], parts[1][3])[0] != 0x06:
        raise DerError("token")
    return data[status[0][2]], token


def _facts(document: Document, stamp: TimestampFacts, media_type: str) -> DocumentFacts:
    return DocumentFacts(
        name=document.name,
        media_type=media_type,
        size=document.size,
        sha256=document.sha256(),
        signature_marks=True,
        timestamps=(stamp,),
    )
