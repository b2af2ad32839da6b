"""What the signed header of a JWS says: algorithm, certificate, critical members, claims (TS 119 182-1 5.1, 5.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from edoc.facts.findings import Finding, error, info
from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.facts.signature import CertificateReference, Claims, PolicyReference, SignatureAlgorithm
from edoc.formats.jws.algorithms import algorithm_of, curve_of, digest_of_name
from edoc.formats.jws.parts import Jws
from edoc.formats.jws.strict_json import Json, base64_standard, base64url
from edoc.pki.algorithms import key_facts
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.signature_policy import policy_digest_input

_UNDERSTOOD = frozenset({
    "sigT", "x5t#o", "sigX5ts", "srCms", "sigPl", "srAts", "adoTst", "sigPId", "sigD", "iat", "exp", "b64", "etsiU",
})  # fmt: skip
"""Members that may be called critical; whoever wrote any other relies on rules that are not known here."""
_DEMANDED = ("b64", "sigD")
"""Members that change what is signed: they must be critical where they occur (RFC 7797 6, TS 119 182-1 5.1.9)."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_CHAIN = 100
"""Certificates of one x5c; real ones carry 2 to 5."""
_LIST = 100


def algorithm(jws: Jws, material: Sequence[EmbeddedObject], findings: list[Finding]) -> SignatureAlgorithm | None:
    """Return the algorithm of a signature; only the protected header may name it (RFC 8725 3.1)."""
    alg = jws.protected.get("alg")
    if not isinstance(alg, str):
        findings.append(error("JWS_ALG_UNPROTECTED" if "alg" in jws.unprotected else "JWS_ALG_MISSING"))
        return None
    found = algorithm_of(alg, jws.signature)
    if found is None:
        if alg.lower() == "none" or alg.upper().startswith("HS"):
            findings.append(error("JWS_ALG_REFUSED", algorithm=alg))
            return None
        return SignatureAlgorithm(name=f"unknown:{alg}", digest=None)
    curve = curve_of(alg)
    first = material[0].der if material else b""
    try:
        key = key_facts(Certificate.load(first).spki_der) if first else None
    except CertificateError:
        key = None
    if curve is not None and key is not None and key.kind == "ec" and key.curve != curve:
        # RFC 7518 3.4: each name stands for one curve.
        findings.append(error("JWS_ALG_CURVE", algorithm=alg, curve=key.curve))
    return found


def certificates(jws: Jws, findings: list[Finding]) -> tuple[EmbeddedObject, ...]:
    """Return the certificates of x5c; `jwk`, `jku`, `x5u` and `kid` are never a source of keys (RFC 8725 3.10)."""
    value = jws.protected.get("x5c", jws.unprotected.get("x5c", ()))
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > _CHAIN:
        findings.append(error("JWS_X5C_MALFORMED"))
        return ()
    found = []
    for item in value:
        try:
            der = base64_standard(item) if isinstance(item, str) else b""
            Certificate.load(der)
        except (ValueError, CertificateError):
            findings.append(error("JWS_X5C_MALFORMED"))
            continue
        found.append(EmbeddedObject(kind=MaterialKind.CERTIFICATE, der=der, origin=Origin.SIGNATURE))
    return tuple(found)


def certificate_references(jws: Jws, findings: list[Finding]) -> tuple[CertificateReference, ...]:
    """Return the signed thumbprints of the signing certificate (TS 119 182-1 5.1.7, 5.2.2)."""
    found: list[CertificateReference | None] = []
    if "x5t#S256" in jws.protected:
        found.append(_thumbprint("sha256", jws.protected["x5t#S256"], names_signer=True))
    if "x5t" in jws.protected:
        found.append(_thumbprint("sha1", jws.protected["x5t"], names_signer=True))
    if "x5t#o" in jws.protected:
        found.append(_other_thumbprint(jws.protected["x5t#o"], names_signer=True))
    if "sigX5ts" in jws.protected:
        several = jws.protected["sigX5ts"]
        if not isinstance(several, Sequence) or isinstance(several, str) or not 0 < len(several) <= _LIST:
            several = (None,)
        found += [_other_thumbprint(item, names_signer=place == 0) for place, item in enumerate(several)]
    if None in found:
        findings.append(error("JWS_CERT_REFERENCE_MALFORMED"))
    return tuple(item for item in found if item is not None)


def _other_thumbprint(value: Json, *, names_signer: bool) -> CertificateReference | None:
    if not isinstance(value, Mapping):
        return None
    return _thumbprint(digest_of_name(value.get("digAlg")), value.get("digVal"), names_signer=names_signer)


def _thumbprint(digest: str, value: Json, *, names_signer: bool) -> CertificateReference | None:
    try:
        octets = base64url(value) if isinstance(value, str) else b""
    except ValueError:
        return None
    return CertificateReference(digest_algorithm=digest, digest=octets, names_signer=names_signer) if octets else None


def critical(jws: Jws) -> list[Finding]:
    """Return what is wrong with `crit` (RFC 7515 4.1.11, RFC 7797 6)."""
    missing = [name for name in _DEMANDED if name in jws.protected]
    if "crit" not in jws.protected:
        found = [error("JWS_CRIT_UNPROTECTED")] if "crit" in jws.unprotected else []
        return [*found, *(error("JWS_CRIT_MISSING", name=name) for name in missing)]
    value = jws.protected["crit"]
    if (
        not isinstance(value, Sequence)
        or isinstance(value, str)
        or not value
        or len(value) > _LIST
        or not all(isinstance(name, str) for name in value)
        or len(set(map(str, value))) != len(value)
    ):
        return [error("JWS_CRIT_MALFORMED")]
    names = [str(name) for name in value]
    found = [error("JWS_CRIT_UNKNOWN", name=name) for name in names if name not in _UNDERSTOOD]
    found += [error("JWS_CRIT_ABSENT", name=name) for name in names
              if name not in jws.protected and name not in jws.unprotected]  # fmt: skip
    return [*found, *(error("JWS_CRIT_MISSING", name=name) for name in missing if name not in names)]


def signing_time(jws: Jws, findings: list[Finding]) -> datetime | None:
    """Return the claimed time: `iat` or `sigT`; null when there is none, or both (TS 119 182-1 5.1.11, 5.2.1)."""
    issued, text = jws.protected.get("iat"), jws.protected.get("sigT")
    if issued is not None and text is not None:
        findings.append(info("JWS_TIME_TWICE"))
        return None
    if isinstance(issued, int) and not isinstance(issued, bool) and 0 <= issued < 1 << 38:
        return datetime.fromtimestamp(issued, UTC)
    if isinstance(text, str) and _TIME.fullmatch(text) is not None:
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    if issued is not None or text is not None:
        findings.append(info("JWS_TIME_MALFORMED"))
    return None


def claims(jws: Jws, carried_policy: bytes | None) -> Claims:
    """Return what the signer states; what cannot be read of it is left out (it proves nothing)."""
    place = _object(jws.protected.get("sigPl"))
    named = ("addressCountry", "addressRegion", "addressLocality", "postalCode", "streetAddress")
    return Claims(
        policy=_policy(_object(jws.protected.get("sigPId")), carried_policy),
        commitments=tuple(
            identifier
            for item in _items(jws.protected.get("srCms"))
            if (identifier := _identifier(_object(item).get("commId"))) is not None
        ),
        roles=_roles(_object(jws.protected.get("srAts"))),
        location=tuple(text for name in named if isinstance(text := place.get(name), str)),
        media_types={"payload": str(jws.protected["cty"])} if "cty" in jws.protected else {},
    )


def _policy(value: Mapping[str, Json], carried: bytes | None) -> PolicyReference | None:
    identifier = _identifier(value.get("id"))
    if identifier is None:
        return None
    try:
        digest = base64url(str(value.get("digVal", "")))
    except ValueError:
        digest = b""
    uris = [text for item in _items(value.get("sigPQuals")) if isinstance(text := _object(item).get("spURI"), str)]
    return PolicyReference(
        id=identifier,
        digest_algorithm=digest_of_name(value.get("digAlg")),
        digest=digest,
        uri=uris[0] if uris else None,
        document=carried,
        transformed=policy_digest_input if value.get("digPSp") is True else None,
    )


def _identifier(value: Json) -> str | None:
    found = _object(value).get("id") if isinstance(value, Mapping) else value
    return found.removeprefix("urn:oid:") if isinstance(found, str) else None


def _roles(value: Mapping[str, Json]) -> tuple[str, ...]:
    found = []
    for claimed in _items(value.get("claimed")):
        entries = _object(claimed).get("qVals", ())
        found += [item for item in _items(entries) if isinstance(item, str)]
    return tuple(found)


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Json) -> Sequence[Json]:
    return value[:_LIST] if isinstance(value, Sequence) and not isinstance(value, str) else ()
