"""JWS of any shape, right or wrong, signed with a practice key: what a writer with other ideas would make."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

import edoc
from edoc.facts.signature import SignatureAlgorithm
from edoc.testing import PracticePki

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ES256 = SignatureAlgorithm(name="ecdsa", digest="sha256")
CLAIM = '{"case":"1403/77","sum":1250000}'


@cache
def practice() -> PracticePki:
    return PracticePki(at=AT)


def b64(data: bytes | str) -> str:
    octets = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def header(**changes: object) -> dict[str, object]:
    """Return a JAdES header for the P-256 signer; a change of null takes a member out."""
    pki = practice()
    made: dict[str, object] = {
        "alg": "ES256",
        "x5t#S256": b64(hashlib.sha256(pki.certificate("person-ec")).digest()),
        "x5c": [base64.b64encode(der).decode() for der in (pki.certificate("person-ec"), *pki.chain("person-ec"))],
        "iat": int(AT.timestamp()),
    }
    made.update(changes)
    return {name: value for name, value in made.items() if value is not None}


def value(octets: bytes) -> bytes:
    """Return r || s over some octets."""
    r, s = decode_dss_signature(practice().key("person-ec").sign(octets, ES256))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def flattened(protected: dict[str, object] | str, payload: str = CLAIM, **members: object) -> dict[str, object]:
    """Return a flattened JWS over a payload; a text is taken as the protected header as it is."""
    text = b64(json.dumps(protected) if isinstance(protected, dict) else protected)
    signed = b64(payload)
    made: dict[str, object] = {
        "payload": signed,
        "protected": text,
        "signature": b64(value(f"{text}.{signed}".encode())),
    }
    made.update(members)
    return made


def ask(document: object, *, policy: str = "default", beside: tuple[edoc.Document, ...] = ()) -> edoc.Report:
    """Return what edoc says of a JWS given as members, text or octets."""
    data = json.dumps(document) if isinstance(document, dict) else document
    octets = data.encode() if isinstance(data, str) else data
    assert isinstance(octets, bytes)
    pki = practice()
    return edoc.verify_document(
        edoc.Document.from_bytes(octets, name="claim.json"),
        trust=pki.trust,
        policy=policy,
        validation_data=pki.validation_data(),
        validation_time=AT,
        detached=list(beside),
    )
