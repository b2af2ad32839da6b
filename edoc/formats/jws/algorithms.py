"""JWA names of signature and digest algorithms (RFC 7518, RFC 8037, RFC 9864; TS 119 182-1 annex)."""

from __future__ import annotations

from edoc.facts.signature import SignatureAlgorithm

_SIZES = {"256": 32, "384": 48, "512": 64}
_CURVES = {
    "ES256": ("sha256", "secp256r1", 64),
    "ES384": ("sha384", "secp384r1", 96),
    "ES512": ("sha512", "secp521r1", 132),
}
"""Digest, curve, octets of the value (RFC 7518 3.4)."""
_DIGESTS = {
    "S224": "sha224", "S256": "sha256", "S384": "sha384", "S512": "sha512",
    "S3-224": "sha3_224", "S3-256": "sha3_256", "S3-384": "sha3_384", "S3-512": "sha3_512",
}  # fmt: skip
_NAMES = {digest: name for name, digest in _DIGESTS.items()}


def algorithm_of(alg: str, value: bytes) -> SignatureAlgorithm | None:
    """Return what an `alg` means; null for what never signs a document, such as `none` and every HMAC.

    Ed25519 and Ed448 share the name EdDSA and are told by the length of the value (RFC 8037 3.1).
    """
    kind, bits = alg[:2], alg[2:]
    digest = f"sha{bits}" if bits in _SIZES else None
    if kind == "RS" and digest is not None:
        return SignatureAlgorithm(name="rsa", digest=digest)
    if kind == "PS" and digest is not None:
        return SignatureAlgorithm(name="rsa-pss", digest=digest, mgf_digest=digest, salt_length=_SIZES[bits])
    if alg in _CURVES:
        digest, _, octets = _CURVES[alg]
        return SignatureAlgorithm(name="plain-ecdsa", digest=digest, parameters_ok=len(value) == octets)
    if alg == "Ed448" or (alg == "EdDSA" and len(value) == 114):
        return SignatureAlgorithm(name="ed448", digest=None)
    if alg in ("Ed25519", "EdDSA"):
        return SignatureAlgorithm(name="ed25519", digest=None)
    return None


def curve_of(alg: str) -> str | None:
    """Return the one curve that an `alg` stands for, null where it names none."""
    return _CURVES[alg][1] if alg in _CURVES else None


def name_of(algorithm: SignatureAlgorithm, curve: str | None) -> str | None:
    """Return the `alg` to write, null for an algorithm that JWA has no name for."""
    if algorithm.name in ("rsa", "rsa-pss") and algorithm.digest in ("sha256", "sha384", "sha512"):
        plain = algorithm.name == "rsa" or algorithm.salt_length == _SIZES[algorithm.digest[3:]]
        return ("RS" if algorithm.name == "rsa" else "PS") + algorithm.digest[3:] if plain else None
    if algorithm.name == "ecdsa":
        known = (name for name, (digest, own, _) in _CURVES.items() if (digest, own) == (algorithm.digest, curve))
        return next(known, None)
    return "EdDSA" if algorithm.name in ("ed25519", "ed448") else None


def value_octets(alg: str) -> int | None:
    """Return the octets of an ECDSA value in JWS (r || s), null for other algorithms."""
    return _CURVES[alg][2] if alg in _CURVES else None


def digest_of_name(name: object) -> str:
    """Return the hashlib name of a JAdES digest name, `unknown:<name>` when it is not known."""
    return _DIGESTS.get(name, f"unknown:{name}") if isinstance(name, str) else "unknown:-"


def digest_name_of(digest: str) -> str | None:
    """Return the JAdES name of a digest, null when it has none."""
    return _NAMES.get(digest)
