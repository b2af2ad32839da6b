"""Time-stamp tokens (RFC 3161) as facts: a CMS signature of its own over an imprint and a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from edoc.facts.findings import Finding, error, warning
from edoc.facts.material import Origin
from edoc.facts.signature import (
    Reference,
    SignatureFacts,
    SignatureFormat,
    TimestampFacts,
    TimestampKind,
)
from edoc.formats.cms_signer import Beside, about, carried, signer_facts
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki import oids
from edoc.pki.algorithms import digest_name, digest_of, digest_size
from edoc.pki.cache import BoundedCache
from edoc.pki.cms import CmsError, SignedData, parse_signed_data
from edoc.pki.cms_attributes import generalized_time
from edoc.pki.der import DerError, Reader, decode_integer, decode_oid
from edoc.pki.signer_info import SignerInfo

_FIELDS = 10
_EXTENSIONS = 50
"""Extensions of one token; real ones carry at most one or two."""
_SERIAL_OCTETS = 64
"""RFC 3161 2.4.2 demands at least 160 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TstInfo:
    """What a TSTInfo says (RFC 3161 2.4.2)."""

    policy: str
    digest_algorithm: str
    """hashlib name of the message imprint, or `unknown:<oid>`."""
    imprint: bytes
    serial: int
    gen_time: datetime
    nonce: int | None
    findings: tuple[Finding, ...]


def timestamp_facts(
    token: bytes,
    *,
    id: str,
    kind: TimestampKind,
    imprint_of: Callable[[str], bytes | None],
    covers: tuple[str, ...] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> TimestampFacts:
    """Return the facts of a time-stamp token (the ContentInfo); what cannot be read is a finding.

    `imprint_of` gives, for a hashlib name, the digest of what the token should cover; null when that is
    not at hand.
    """
    try:
        read = _read(token, limits)
    except CmsError as problem:
        finding = (warning if problem.code == "CMS_LIMIT" else error)(problem.code, id)
        return unread_token(id, kind, finding, covers=covers)
    return _facts(read, id=id, kind=kind, imprint_of=imprint_of, covers=covers)


def token_facts(
    signed: SignedData,
    *,
    id: str,
    kind: TimestampKind,
    imprint_of: Callable[[str], bytes | None],
    covers: tuple[str, ...] = (),
) -> TimestampFacts:
    """Return the facts of a token that is parsed already; see `timestamp_facts`."""
    return _facts(_with_info(signed), id=id, kind=kind, imprint_of=imprint_of, covers=covers)


def _facts(
    read: _Token,
    *,
    id: str,
    kind: TimestampKind,
    imprint_of: Callable[[str], bytes | None],
    covers: tuple[str, ...],
) -> TimestampFacts:
    signed, info = read.signed, read.info
    facts = _token(signed, id)
    if info is None:
        return unread_token(id, kind, error("TST_MALFORMED", id), covers=covers, token=facts)
    imprint = Reference(
        name=id,
        digest_algorithm=info.digest_algorithm,
        expected=info.imprint,
        actual=imprint_of(info.digest_algorithm) if digest_size(info.digest_algorithm) is not None else None,
    )
    return TimestampFacts(
        id=id,
        kind=kind,
        token=facts,
        gen_time=info.gen_time,
        imprint=imprint,
        policy=info.policy,
        serial=info.serial,
        nonce=info.nonce,
        covers=covers,
        findings=(*_shape(signed, id), *about(id, info.findings)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """What the octets of a token say, whatever it serves; no `info` where its content is no TSTInfo."""

    signed: SignedData
    info: TstInfo | None


_READ: BoundedCache[bytes, _Token] = BoundedCache(max_entries=64, max_weight=1 << 20)
"""The latest tokens as read: who signs reads one when it comes, and again in the document that it went into.

Found by all of its octets, and a fact about nothing else, so that nothing in it can be out of date.
"""


def _read(token: bytes, limits: Limits) -> _Token:
    kept = limits is DEFAULT_LIMITS
    known = _READ.get(token) if kept else None
    if known is not None:
        return known
    found = _with_info(parse_signed_data(token, limits=limits))
    return _READ.put(token, found, weight=len(token)) if kept else found


def _with_info(signed: SignedData) -> _Token:
    try:
        info = read_tst_info(signed.content or b"")
    except DerError:
        info = None
    return _Token(signed=signed, info=info)


def unread_token(
    id: str,
    kind: TimestampKind,
    finding: Finding,
    *,
    covers: tuple[str, ...] = (),
    token: SignatureFacts | None = None,
) -> TimestampFacts:
    """Return the facts of a token that cannot be read, with the reason."""
    token = token or SignatureFacts(id=f"{id}.token", format=SignatureFormat.CMS)
    return TimestampFacts(
        id=id, kind=kind, token=token, gen_time=None, imprint=None, covers=covers, findings=(finding,)
    )


def _shape(signed: SignedData, id: str) -> list[Finding]:
    findings = []
    if signed.content_type != oids.TST_INFO:
        findings.append(error("TST_CONTENT_TYPE", id, type=signed.content_type))
    if len(signed.signer_infos) != 1:
        # RFC 3161 2.4.2: no signature but that of the authority.
        findings.append(error("TST_SIGNER_COUNT", id, count=len(signed.signer_infos)))
    return findings


def _token(signed: SignedData, id: str) -> SignatureFacts:
    own = f"{id}.token"
    if not signed.signer_infos:
        return SignatureFacts(id=own, format=SignatureFormat.CMS, findings=about(own, signed.findings))
    signer = signed.signer_infos[0]
    material = carried(signed, signer, origin=Origin.TIMESTAMP)
    beside = Beside(references=(_content(signed, signer),), findings=signed.findings)
    facts = signer_facts(signer, id=own, format=SignatureFormat.CMS, material=material, beside=beside)
    return facts if facts.signed_octets is not None else replace(facts, signed_octets=signed.content)


def _content(signed: SignedData, signer: SignerInfo) -> Reference:
    content = signed.content
    return Reference(
        name="TSTInfo",
        digest_algorithm=signer.digest_algorithm,
        expected=signer.message_digest,
        actual=digest_of(signer.digest_algorithm, content) if content is not None else None,
        octets=(lambda: content) if content is not None else None,
    )


def read_tst_info(content: bytes) -> TstInfo:
    """Read the encapsulated octets of a token; DerError when they are no TSTInfo (RFC 3161 2.4.2)."""
    reader = Reader(content)
    tag, start, end, following = reader.read(0, len(content))
    if tag != 0x30 or following != len(content):
        raise DerError("tst info")
    parts = reader.children(start, end, limit=_FIELDS)
    if [part[0] for part in parts[:5]] != [0x02, 0x06, 0x30, 0x02, 0x18]:
        raise DerError("tst info")
    version, policy, imprint, serial, time = (content[part[2] : part[3]] for part in parts[:5])
    if version != b"\x01" or len(serial) > _SERIAL_OCTETS or not serial:
        raise DerError("tst info")
    algorithm, digest = _imprint(imprint)
    findings: list[Finding] = []
    if (digest_size(algorithm) or len(digest)) != len(digest):
        findings.append(error("TST_IMPRINT_LENGTH", digest=algorithm))
    nonce = _optional(reader, parts[5:], findings)
    return TstInfo(
        policy=decode_oid(policy),
        digest_algorithm=algorithm,
        imprint=digest,
        serial=int.from_bytes(serial, "big", signed=True),
        gen_time=generalized_time(time),
        nonce=nonce,
        findings=tuple(findings),
    )


def _imprint(content: bytes) -> tuple[str, bytes]:
    reader = Reader(content)
    parts = reader.children(0, len(content), limit=2)
    if [part[0] for part in parts] != [0x30, 0x04]:
        raise DerError("imprint")
    inner = reader.children(parts[0][2], parts[0][3], limit=2)
    if not inner or inner[0][0] != 0x06:
        raise DerError("imprint")
    parameters = content[inner[1][1] : inner[1][4]] if len(inner) == 2 else None
    name = digest_name(decode_oid(content[inner[0][2] : inner[0][3]]), parameters)
    return name, content[parts[1][2] : parts[1][3]]


def _optional(reader: Reader, parts: list[tuple[int, int, int, int, int]], findings: list[Finding]) -> int | None:
    """Read accuracy, ordering, nonce, tsa and extensions, each at most once and in this order."""
    order = (0x30, 0x01, 0x02, 0xA0, 0xA1)
    tags = [part[0] for part in parts]
    if tags != [tag for tag in order if tag in tags]:
        raise DerError("tst info")
    nonce = None
    for tag, _, first, last, _ in parts:
        if tag == 0x02:
            nonce = decode_integer(reader.data[first:last])
        elif tag == 0xA1:
            _extensions(reader, first, last, findings)
    return nonce


def _extensions(reader: Reader, start: int, end: int, findings: list[Finding]) -> None:
    # No extension is understood here: a critical one says that the token must not be relied on.
    for tag, _, first, last, _ in reader.children(start, end, limit=_EXTENSIONS):
        parts = reader.children(first, last, limit=3)
        if tag != 0x30 or len(parts) < 2 or parts[0][0] != 0x06:
            raise DerError("extension")
        critical = parts[1][0] == 0x01 and reader.data[parts[1][2] : parts[1][3]] != b"\x00"
        if critical:
            oid = decode_oid(reader.data[parts[0][2] : parts[0][3]])
            findings.append(error("TST_EXTENSION_CRITICAL", oid=oid))
