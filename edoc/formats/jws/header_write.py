"""Writes the signed header of a JAdES signature (TS 119 182-1 5.1, 5.2)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence

from edoc.errors import ConfigError
from edoc.facts.document import Document
from edoc.formats.jws.algorithms import digest_name_of, name_of
from edoc.formats.jws.strict_json import Json, to_base64url
from edoc.formats.originals import document_digest
from edoc.formats.writing import Packaging, Placement, SignatureOrder, SignaturePolicy, SignerParameters
from edoc.pki.algorithms import digest_of, key_facts
from edoc.pki.certificate import Certificate

_BY_HASH = "http://uri.etsi.org/19182/ObjectIdByURIHash"
_ALGORITHM = "sha256"
"""The digest over detached files; every reader of JAdES knows it."""
Header = dict[str, Json]


def protected_header(order: SignatureOrder, signer: SignerParameters, documents: Sequence[Document]) -> Header:
    """Return the protected header; `ConfigError` JWS_ALGORITHM_NAMELESS for a key that JWA has no name for."""
    curve = key_facts(Certificate.load(signer.certificate_der).spki_der).curve
    alg = name_of(signer.algorithm, curve)
    if alg is None:
        params = {"algorithm": f"{signer.algorithm.name} {curve or signer.algorithm.digest or ''}".strip()}
        raise ConfigError("JWS_ALGORITHM_NAMELESS", subject=order.packaging.value, params=params)
    header: Header = {
        "alg": alg,
        "typ": "jose+json",
        "x5t#S256": to_base64url(hashlib.sha256(signer.certificate_der).digest()),
        "x5c": [_standard(der) for der in (signer.certificate_der, *signer.chain_ders)],
        "iat": int(order.signing_time.timestamp()),
    }
    header.update(_claims(order))
    critical: list[Json] = []
    if order.placement is not Placement.COUNTER:
        if order.packaging is Packaging.DETACHED:
            header["sigD"] = _detached(documents, order)
            critical.append("sigD")
        elif documents and order.media_types.get(documents[0].name):
            header["cty"] = order.media_types[documents[0].name]
        if order.options.get("payload_encoding") == "none":
            header["b64"] = False
            critical.append("b64")
    if critical:
        header["crit"] = critical
    return header


def _claims(order: SignatureOrder) -> Header:
    found: Header = {}
    if order.commitments:
        found["srCms"] = [{"commId": {"id": f"urn:oid:{oid}"}} for oid in order.commitments]
    if order.roles:
        found["srAts"] = {"claimed": [{"mediaType": "text/plain", "encoding": "UTF-8", "qVals": list(order.roles)}]}
    if order.location is not None:
        place = order.location
        members = {
            "addressCountry": place.country,
            "addressLocality": place.locality,
            "addressRegion": place.region,
            "postalCode": place.postal_code,
            "streetAddress": place.street,
        }
        found["sigPl"] = {name: text for name, text in members.items() if text is not None}
    if order.policy is not None:
        found["sigPId"] = _policy(order.policy)
    if order.content_timestamps:
        found["adoTst"] = container(*order.content_timestamps)
    return found


def _policy(policy: SignaturePolicy) -> Header:
    digest = digest_name_of(policy.digest_algorithm)
    if digest is None:
        raise ConfigError("JWS_DIGEST_NAMELESS", subject=policy.id, params={"digest": policy.digest_algorithm})
    oid = all(part.isdigit() for part in policy.id.split("."))
    identifier: Header = {"id": f"urn:oid:{policy.id}" if oid else policy.id}
    if policy.description is not None:
        identifier["desc"] = policy.description
    found: Header = {"id": identifier, "digAlg": digest, "digVal": to_base64url(policy.digest)}
    if policy.uri is not None:
        found["sigPQuals"] = [{"spURI": policy.uri}]
    return found


def _detached(documents: Sequence[Document], order: SignatureOrder) -> Header:
    """TS 119 182-1 5.2.8.4: the digests of the encoded data, file by file."""
    raw = order.options.get("payload_encoding") == "none"
    digests = [document_digest(item, _ALGORITHM) if raw else _encoded_digest(item) for item in documents]
    found: Header = {
        "mId": _BY_HASH,
        "pars": [item.name for item in documents],
        "hashM": digest_name_of(_ALGORITHM),
        "hashV": [to_base64url(digest) for digest in digests],
    }
    if order.media_types:
        found["ctys"] = [order.media_types.get(item.name, "application/octet-stream") for item in documents]
    return found


def _encoded_digest(document: Document) -> bytes:
    digest = digest_of(_ALGORITHM, base64.urlsafe_b64encode(bytes(document.data[:])).rstrip(b"="))
    assert digest is not None
    return digest


def container(*tokens: bytes) -> Mapping[str, Json]:
    """Return the tstContainer of some tokens (TS 119 182-1 5.4.3.3)."""
    return {"tstTokens": [{"val": _standard(token)} for token in tokens]}


def _standard(der: bytes) -> str:
    return base64.b64encode(der).decode("ascii")
