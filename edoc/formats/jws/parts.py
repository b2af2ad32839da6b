"""The parts of one JWS as they stand in the document, in every serialisation (RFC 7515 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from edoc.facts.findings import Finding, error
from edoc.formats.jws.strict_json import Json, JsonError, base64url, parse_json

_COMPACT = re.compile(rb"([A-Za-z0-9_-]+)\.([\x20-\x2d\x2f-\x7e]*)\.([A-Za-z0-9_-]*)[ \t\r\n]*")
_EMPTY: Mapping[str, Json] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Jws:
    """One signature: its texts as received, and its headers as read."""

    protected_text: str = field(repr=False)
    protected: Mapping[str, Json] = field(repr=False)
    unprotected: Mapping[str, Json] = field(default_factory=dict, repr=False)
    signature_text: str = field(repr=False)
    signature: bytes = field(repr=False)
    payload_text: str | None = field(default=None, repr=False)
    """As it stands in the document; null when the payload is elsewhere."""
    compact: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def encoded(self) -> bool:
        """Whether the payload is signed as base64url text (RFC 7797 3)."""
        return self.protected.get("b64", True) is not False


def split_compact(data: bytes) -> dict[str, Json] | None:
    """Return the members of a compact JWS as a flattened one would have them; null when it is none (RFC 7515 7.1)."""
    found = _COMPACT.fullmatch(data)
    if found is None:
        return None
    protected, payload, signature = (part.decode("ascii") for part in found.groups())
    members: dict[str, Json] = {"protected": protected, "signature": signature}
    return {**members, "payload": payload} if payload else members


def read_parts(members: Mapping[str, Json], payload: Json, *, compact: bool, limit: int) -> Jws:
    """Return one signature out of its members; what is wrong with it is among its findings."""
    findings: list[Finding] = []
    protected_text = _text(members.get("protected"), findings, "JWS_PROTECTED_MALFORMED")
    protected = _protected(protected_text, findings, limit)
    unprotected = members.get("header", _EMPTY)
    if not isinstance(unprotected, Mapping):
        findings.append(error("JWS_HEADER_MALFORMED"))
        unprotected = _EMPTY
    for name in sorted(set(protected) & set(unprotected)):
        # RFC 7515 7.2.1: no parameter may be in both.
        findings.append(error("JWS_PARAMETER_TWICE", name=name))
    if "b64" in unprotected or not isinstance(protected.get("b64", True), bool):
        # RFC 7797 3: a boolean, and only where it is signed; what else two readers make of it differs.
        findings.append(error("JWS_B64_MALFORMED"))
    signature_text = _text(members.get("signature"), findings, "JWS_SIGNATURE_MALFORMED")
    return Jws(
        protected_text=protected_text,
        protected=protected,
        unprotected=unprotected,
        signature_text=signature_text,
        signature=_octets(signature_text, findings),
        payload_text=None if payload is None else _text(payload, findings, "JWS_PAYLOAD_MALFORMED"),
        compact=compact,
        findings=tuple(findings),
    )


def _protected(text: str, findings: list[Finding], limit: int) -> Mapping[str, Json]:
    if len(text) > limit:
        findings.append(error("JWS_PROTECTED_MALFORMED"))
        return _EMPTY
    try:
        value = parse_json(base64url(text))
    except JsonError as problem:
        findings.append(error(problem.code, **problem.params))
        return _EMPTY
    except ValueError:
        findings.append(error("JWS_PROTECTED_MALFORMED"))
        return _EMPTY
    if not isinstance(value, Mapping):
        findings.append(error("JWS_PROTECTED_MALFORMED"))
        return _EMPTY
    return value


def _octets(text: str, findings: list[Finding]) -> bytes:
    try:
        return base64url(text)
    except ValueError:
        findings.append(error("JWS_SIGNATURE_MALFORMED"))
        return b""


def _text(value: Json, findings: list[Finding], code: str) -> str:
    if isinstance(value, str):
        return value
    findings.append(error(code))
    return ""
