"""Which algorithm a key signs with: a sound default by key, a choice by name, and what is refused."""

from __future__ import annotations

from functools import lru_cache

from edoc.errors import ConfigError
from edoc.facts.signature import SignatureAlgorithm
from edoc.pki.algorithms import KeyFacts, digest_size, key_facts, pss_restriction, refuse_for_signing

_CURVE_DIGEST = {
    "secp256r1": "sha256", "secp384r1": "sha384", "secp521r1": "sha512",
    "brainpoolP256r1": "sha256", "brainpoolP384r1": "sha384", "brainpoolP512r1": "sha512",
}  # fmt: skip
"""The digest as strong as the curve (ETSI TS 119 312 7.2)."""
_FIXED_DIGEST = {"ed25519": "sha512", "ed448": "shake256_512"}
"""RFC 8419 2.3 leaves no choice."""
DIGESTS = ("sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512")
"""Digests that may be asked for, by hashlib name."""


@lru_cache(maxsize=256)
def choose_algorithm(spki_der: bytes, *, digest: str | None = None, pss: bool = False) -> SignatureAlgorithm:
    """Return the algorithm to sign with for a public key (DER SubjectPublicKeyInfo).

    `digest` is a hashlib name, null for the default of the key; `pss` asks for RSASSA-PSS.  Raises
    `ConfigError` for a key that is too short or not supported, a weak digest, or a choice that does
    not fit the key.  A key under RSASSA-PSS is used with it unasked.
    """
    facts = key_facts(spki_der)
    name = _spelling(digest) if digest is not None else None
    algorithm = _algorithm(facts, name, pss, pss_restriction(spki_der) if facts.kind == "rsa" else None)
    refusal = refuse_for_signing(facts, algorithm)
    if refusal is not None:
        params = {"algorithm": algorithm.name, "digest": algorithm.digest or "", "known": ", ".join(DIGESTS)}
        params["bits"] = str(facts.bits)
        raise ConfigError(refusal, subject=_key_name(facts), params=params)
    return algorithm


def message_digest_name(algorithm: SignatureAlgorithm) -> str:
    """Return the hashlib name of the digest of the document that goes with a signature algorithm."""
    return algorithm.digest or _FIXED_DIGEST.get(algorithm.name, "sha512")


def _rsa(digest: str | None, pss: bool, restriction: SignatureAlgorithm | None) -> SignatureAlgorithm:
    # A key under RSASSA-PSS is for nothing else, and its parameters fix the digests (RFC 4055 1.2, 3.3).
    fixed = restriction.digest if restriction is not None else None
    name = digest or fixed or "sha256"
    if not pss and restriction is None:
        return SignatureAlgorithm(name="rsa", digest=name)
    least = (restriction.salt_length or 0) if restriction is not None else 0
    fits = fixed in (None, name) and (restriction is None or restriction.mgf_digest in (None, name))
    return SignatureAlgorithm(
        name="rsa-pss", digest=name, mgf_digest=name, salt_length=max(digest_size(name) or 0, least), parameters_ok=fits
    )


def _algorithm(
    facts: KeyFacts, digest: str | None, pss: bool, restriction: SignatureAlgorithm | None
) -> SignatureAlgorithm:
    if facts.kind == "rsa":
        return _rsa(digest, pss, restriction)
    if pss:
        raise ConfigError("SIGN_PSS_NOT_RSA", subject=_key_name(facts))
    if facts.kind == "ec":
        return SignatureAlgorithm(name="ecdsa", digest=digest or _CURVE_DIGEST.get(facts.curve or "", "sha256"))
    fixed = _FIXED_DIGEST.get(facts.kind)
    if digest not in (None, fixed):
        params = {"digest": str(digest), "fixed": fixed or "its own"}
        raise ConfigError("SIGN_DIGEST_FIXED", subject=_key_name(facts), params=params)
    return SignatureAlgorithm(name=facts.kind, digest=None)


def _spelling(digest: str) -> str:
    """Read `SHA-256`, `SHA3-256` and `sha256` alike."""
    name = digest.lower().replace("_", "-")
    name = name.replace("sha3-", "sha3_") if name.startswith("sha3-") else name.replace("-", "")
    if name == "shake256512":
        return "shake256_512"
    if name not in DIGESTS:
        params = {"digest": digest, "known": ", ".join(DIGESTS)}
        raise ConfigError("SIGN_DIGEST_WEAK", subject=digest, params=params)
    return name


def _key_name(facts: KeyFacts) -> str:
    return facts.curve or (f"{facts.kind} {facts.bits}" if facts.kind == "rsa" else facts.kind)
