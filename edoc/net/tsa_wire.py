"""The octets of the time-stamp protocol: requests and the frame of responses (RFC 3161 2.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from edoc.pki import oids
from edoc.pki.der import DerError, Reader, decode_integer, encode_oid, integer, tlv

REQUEST_TYPE = "application/timestamp-query"
RESPONSE_TYPE = "application/timestamp-reply"

_GRANTED = (0, 1)
_STATUS = ("granted", "grantedWithMods", "rejection", "waiting", "revocationWarning", "revocationNotification")
_FAILURES = {
    0: "badAlg", 2: "badRequest", 5: "badDataFormat", 14: "timeNotAvailable", 15: "unacceptedPolicy",
    16: "unacceptedExtension", 17: "addInfoNotAvailable", 25: "systemFailure",
}  # fmt: skip
_TEXTS = 16
_TEXT_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStampResponse:
    """What a time-stamping authority answered: its status in words, its reasons, and the token if there is one."""

    status: str
    granted: bool
    failures: tuple[str, ...]
    """Names of PKIFailureInfo."""
    text: str
    """Its own words; printable, at most 200 characters."""
    token: bytes | None = field(repr=False)
    """DER ContentInfo, as received."""


def time_stamp_request(digest: bytes, *, algorithm: str, nonce: int | None, policy: str | None) -> bytes:
    """Return a TimeStampReq (DER) that wants the signer's certificate too.

    `algorithm` is a hashlib name; the parameters are NULL, which old authorities insist on and new ones accept.
    """
    identifier = tlv(0x30, encode_oid(oids.DIGEST_OIDS[algorithm]), tlv(0x05))
    imprint = tlv(0x30, identifier, tlv(0x04, digest))
    wanted = encode_oid(policy) if policy is not None else b""
    fresh = integer(nonce) if nonce is not None else b""
    return tlv(0x30, integer(1), imprint, wanted, fresh, tlv(0x01, b"\xff"))


def read_response(answer: bytes) -> TimeStampResponse:
    """Return the frame of a TimeStampResp; DerError when it is none."""
    reader = Reader(answer)
    tag, start, end, following = reader.read(0, len(answer))
    if tag != 0x30 or following != len(answer):
        raise DerError("response")
    parts = reader.children(start, end, limit=2)
    if not parts or [part[0] for part in parts] != [0x30] * len(parts):
        raise DerError("response")
    status, failures, text = _status(reader, parts[0][2], parts[0][3])
    token = answer[parts[1][1] : parts[1][4]] if len(parts) == 2 else None
    granted = status in _GRANTED
    if granted != (token is not None):
        # 2.4.2: a token is there exactly when the status says so.
        raise DerError("response")
    word = _STATUS[status] if 0 <= status < len(_STATUS) else str(status)
    return TimeStampResponse(status=word, granted=granted, failures=failures, text=text, token=token)


def _status(reader: Reader, start: int, end: int) -> tuple[int, tuple[str, ...], str]:
    parts = reader.children(start, end, limit=3)
    tags = [part[0] for part in parts]
    if tags not in ([0x02], [0x02, 0x30], [0x02, 0x03], [0x02, 0x30, 0x03]):
        raise DerError("status")
    data = reader.data
    status = decode_integer(data[parts[0][2] : parts[0][3]])
    failures: tuple[str, ...] = ()
    text = ""
    for tag, _, first, last, _ in parts[1:]:
        if tag == 0x03:
            failures = _failures(data[first:last])
        else:
            text = _text(reader, first, last)
    return status, failures, text


def _failures(content: bytes) -> tuple[str, ...]:
    if not 0 < len(content) <= 9 or content[0] > 7:
        raise DerError("failure info")
    value = int.from_bytes(content[1:], "big")
    width = 8 * (len(content) - 1)
    return tuple(_FAILURES.get(bit, f"bit {bit}") for bit in range(width) if value >> (width - 1 - bit) & 1)


def _text(reader: Reader, start: int, end: int) -> str:
    lines = [reader.data[first:last] for _, _, first, last, _ in reader.children(start, end, limit=_TEXTS)]
    text = "; ".join(line.decode("utf-8", "replace") for line in lines)
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:_TEXT_LENGTH])
