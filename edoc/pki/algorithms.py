"""Signature and digest algorithms: what an AlgorithmIdentifier means, and whether a value verifies.

One place decides what is understood.  What is not understood is called `unknown:<oid>` and never
verifies; what is weak is computed all the same and judged by the policy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from edoc.facts.signature import SignatureAlgorithm
from edoc.limits import DEFAULT_LIMITS
from edoc.pki import oids
from edoc.pki.der import DerError, decode_integer, decode_oid, encode_oid, strict, strict_children

_SPKI_BYTES = 1 << 13
"""A SubjectPublicKeyInfo: RSA 16384 takes 2.1 KiB, ML-DSA-87 2.6 KiB."""
_RSA_MIN_BITS = 512
"""Smaller moduli are no keys; what is weak above this the policy judges by its date."""
_RSA_EXPONENT_BITS = 256
"""Largest public exponent (FIPS 186-5 A.1.1); a larger one is only a CPU sink."""
_DSA_MAX_BITS = 4096


class Hash(Protocol):
    """What `hashlib` objects and the fixed-length SHAKE share."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Take more octets."""

    def digest(self) -> bytes:
        """Return the digest."""

    def copy(self) -> Hash:
        """Return another object that has taken the same octets."""


class _Shake256:
    """SHAKE256 with 64 octets of output (RFC 8419 2.3), in the shape of a hashlib object."""

    name = "shake256_512"
    digest_size = 64

    def __init__(self) -> None:
        self._state = hashlib.shake_256()

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        self._state.update(data)

    def digest(self) -> bytes:
        return self._state.digest(64)

    def copy(self) -> _Shake256:
        other = _Shake256()
        other._state = self._state.copy()
        return other


_SIZES = {
    "md5": 16, "sha1": 20, "ripemd160": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64,
    "sha512_224": 28, "sha512_256": 32, "sha3_224": 28, "sha3_256": 32, "sha3_384": 48, "sha3_512": 64,
    "shake256_512": 64,
}  # fmt: skip
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(), "sha1": hashes.SHA1(), "sha224": hashes.SHA224(), "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(), "sha512": hashes.SHA512(), "sha512_224": hashes.SHA512_224(),
    "sha512_256": hashes.SHA512_256(), "sha3_224": hashes.SHA3_224(), "sha3_256": hashes.SHA3_256(),
    "sha3_384": hashes.SHA3_384(), "sha3_512": hashes.SHA3_512(),
}  # fmt: skip
_PKCS1 = padding.PKCS1v15()
_CURVE_NAMES = frozenset(encode_oid(oid) for oid in oids.CURVES)
_ECDSA = {name: ec.ECDSA(algorithm) for name, algorithm in _HASHES.items()}


def new_hash(name: str) -> Hash:
    """Return a new hash object by its hashlib name (also `shake256_512`); ValueError when it is not known."""
    if name == "shake256_512":
        return _Shake256()
    if name not in _SIZES:
        raise ValueError(name)
    return hashlib.new(name, usedforsecurity=False)


def digest_size(name: str) -> int | None:
    """Return the digest size in octets, null when the digest is not known."""
    return _SIZES.get(name)


def digest_of(name: str, data: bytes) -> bytes | None:
    """Return the digest of some octets, null when the digest is not known."""
    try:
        state = new_hash(name)
    except ValueError:
        return None
    state.update(data)
    return state.digest()


def digest_name(oid: str, parameters_der: bytes | None = None) -> str:
    """Return the hashlib name for a digest AlgorithmIdentifier, `unknown:<oid>` when it is not known."""
    if oid == oids.SHAKE256_LEN:
        return "shake256_512" if parameters_der == b"\x02\x02\x02\x00" else f"unknown:{oid}"
    name = oids.DIGESTS.get(oid)
    if name is None or parameters_der not in (None, b"\x05\x00"):
        return f"unknown:{oid}"
    return name


@lru_cache(maxsize=1024)
def signature_algorithm(oid: str, parameters_der: bytes | None, digest: str | None) -> SignatureAlgorithm:
    """Return what a signature AlgorithmIdentifier means.

    `parameters_der` is the whole parameters element or null when absent; `digest` (hashlib name) is
    the digest that the surrounding structure names, used where the identifier fixes none.
    """
    name, fixed = oids.SIGNATURES.get(oid, (f"unknown:{oid}", None))
    if name == "rsa-pss":
        return _pss(parameters_der)
    if name in ("ed25519", "ed448") or name.startswith("ml-dsa"):
        return SignatureAlgorithm(name=name, digest=None, parameters_ok=parameters_der is None)
    if name.startswith("unknown:"):
        return SignatureAlgorithm(name=name, digest=digest, parameters_ok=False)
    if oid == oids.ECDSA_SPECIFIED:
        fixed = _specified_digest(parameters_der)
        return SignatureAlgorithm(name=name, digest=fixed, parameters_ok=fixed is not None)
    # RFC 4055 5 demands that NULL and absent are both read for RSA; NULL, and the curve's name, are met
    # for ECDSA too.  A key's own identifier may stand here with the key's parameters.
    plain = parameters_der in (None, b"\x05\x00") or oid in (oids.EC_PUBLIC_KEY, oids.DSA)
    if not plain and name in ("ecdsa", "plain-ecdsa"):
        plain = parameters_der in _CURVE_NAMES
    return SignatureAlgorithm(name=name, digest=fixed or digest, parameters_ok=plain)


def _specified_digest(parameters_der: bytes | None) -> str | None:
    try:
        return _algorithm_digest(parameters_der or b"")
    except DerError:
        return None


def _algorithm_digest(der: bytes) -> str:
    oid, parameters = algorithm_identifier(der)
    name = digest_name(oid, parameters)
    if name not in _HASHES:
        raise DerError("digest")
    return name


def algorithm_identifier(der: bytes) -> tuple[str, bytes | None]:
    """Return (oid, parameters element or null) of a DER AlgorithmIdentifier; DerError otherwise."""
    tag, start, end, following = strict(der, 0, len(der))
    if tag != 0x30 or following != len(der):
        raise DerError("algorithm")
    tag, first, last, pos = strict(der, start, end)
    if tag != 0x06:
        raise DerError("algorithm")
    oid = decode_oid(der[first:last])
    if pos == end:
        return oid, None
    _, _, _, following = strict(der, pos, end)
    if following != end:
        raise DerError("algorithm")
    return oid, der[pos:end]


def _pss(parameters_der: bytes | None) -> SignatureAlgorithm:
    # RFC 4055 3.1: absent parameters are for keys only; in a signature they must be there.
    values: dict[int, bytes] = {}
    ok = parameters_der is not None
    digest, mgf_digest, salt = "sha1", "sha1", 20
    try:
        der = parameters_der or b""
        tag, start, end, following = strict(der, 0, len(der))
        if tag != 0x30 or following != len(der):
            raise DerError("pss")
        previous = 0x9F
        for tag, _, first, last in strict_children(der, start, end):
            if not previous < tag <= 0xA3:
                raise DerError("pss")
            previous = tag
            values[tag] = der[first:last]
        if 0xA0 in values:
            digest = _algorithm_digest(values[0xA0])
        if 0xA1 in values:
            oid, parameters = algorithm_identifier(values[0xA1])
            if oid != oids.MGF1 or parameters is None:
                raise DerError("mgf")
            mgf_digest = _algorithm_digest(parameters)
        if 0xA2 in values:
            salt = _small_integer(values[0xA2])
        ok = ok and 0 <= salt <= 1024 and (0xA3 not in values or _small_integer(values[0xA3]) == 1)
    except DerError:
        ok = False
    # RFC 8017 8.1 recommends one hash for both; CMS and PAdES profiles demand it.
    ok = ok and digest == mgf_digest
    return SignatureAlgorithm(name="rsa-pss", digest=digest, mgf_digest=mgf_digest, salt_length=salt, parameters_ok=ok)


def _small_integer(der: bytes) -> int:
    tag, first, last, following = strict(der, 0, len(der))
    if tag != 0x02 or following != len(der) or last - first > 3:
        raise DerError("integer")
    return decode_integer(der[first:last])


class _SelfHashing(Protocol):
    def verify(self, signature: bytes, data: bytes, /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """What a public key is: its kind, its size in bits and its named curve.

    `kind` is `rsa`, `ec`, `ed25519`, `ed448`, `dsa`, `ml-dsa-44/65/87` or `unknown`.
    """

    kind: str
    bits: int
    curve: str | None = None


_UNKNOWN_KEY = KeyFacts(kind="unknown", bits=0)

_Verifier = Callable[[SignatureAlgorithm, bytes, bytes], None]
"""Raises when the value does not verify; `_refuse` for what does not fit the key."""


@lru_cache(maxsize=2048)
def _load(spki_der: bytes) -> tuple[KeyFacts, _Verifier | None]:
    # The cache is keyed by the octets themselves: equal to keying by their digest, and cheaper.
    try:
        key = load_der_public_key(spki_der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return _UNKNOWN_KEY, None
    if isinstance(key, rsa.RSAPublicKey):
        return _rsa(key, restriction=pss_restriction(spki_der))
    if isinstance(key, ec.EllipticCurvePublicKey):
        facts = KeyFacts(kind="ec", bits=key.curve.key_size, curve=key.curve.name)
        return facts, _ec(key) if facts.curve in oids.CURVES.values() else None
    if isinstance(key, dsa.DSAPublicKey):
        return KeyFacts(kind="dsa", bits=key.key_size), _dsa(key) if key.key_size <= _DSA_MAX_BITS else None
    for kind, bits, klass in _SELF_HASHING:
        if isinstance(key, klass):
            return KeyFacts(kind=kind, bits=bits), _self_hashing(key, kind)
    return _UNKNOWN_KEY, None


_SELF_HASHING: tuple[tuple[str, int, type[_SelfHashing]], ...] = (
    ("ed25519", 256, ed25519.Ed25519PublicKey),
    ("ed448", 456, ed448.Ed448PublicKey),
    ("ml-dsa-44", 10496, mldsa.MLDSA44PublicKey),
    ("ml-dsa-65", 15616, mldsa.MLDSA65PublicKey),
    ("ml-dsa-87", 20736, mldsa.MLDSA87PublicKey),
)


_ANY_PSS = SignatureAlgorithm(name="rsa-pss", digest=None)


def pss_restriction(spki_der: bytes) -> SignatureAlgorithm | None:
    """Return what a key under RSASSA-PSS may be used with, null for a plain RSA key (RFC 4055 1.2, 3.1).

    A null digest means any; otherwise both digests are fixed and the salt has a least length.
    """
    try:
        _, start, end, _ = strict(spki_der, 0, len(spki_der))
        _, _, _, following = strict(spki_der, start, end)
        oid, parameters = algorithm_identifier(spki_der[start:following])
    except DerError:
        # The library read it all the same: nothing but what such a key is for may be done with it.
        return _ANY_PSS if encode_oid(oids.RSA_PSS) in spki_der[:24] else None
    if oid != oids.RSA_PSS:
        return None
    return _ANY_PSS if parameters is None else _pss(parameters)


def _permits(restriction: SignatureAlgorithm, algorithm: SignatureAlgorithm) -> bool:
    # Parameters in the key fix both digests and the least salt length (RFC 4055 3.3).
    return restriction is _ANY_PSS or (
        restriction.digest == algorithm.digest
        and restriction.mgf_digest == algorithm.mgf_digest
        and (restriction.salt_length or 0) <= (algorithm.salt_length or 0)
    )


def _rsa(key: rsa.RSAPublicKey, *, restriction: SignatureAlgorithm | None) -> tuple[KeyFacts, _Verifier | None]:
    facts = KeyFacts(kind="rsa", bits=key.key_size)
    if not _RSA_MIN_BITS <= key.key_size <= DEFAULT_LIMITS.rsa_bits:
        return facts, None
    numbers = key.public_numbers()
    if numbers.e < 3 or not numbers.e & 1 or not numbers.n & 1 or numbers.e.bit_length() > _RSA_EXPONENT_BITS:
        return facts, None

    def verify(algorithm: SignatureAlgorithm, octets: bytes, value: bytes) -> None:
        if algorithm.name == "rsa" and restriction is None:
            key.verify(value, octets, _PKCS1, _HASHES[algorithm.digest or ""])
        elif algorithm.name == "rsa-pss" and (restriction is None or _permits(restriction, algorithm)):
            pss = _pss_padding(algorithm.mgf_digest or "", algorithm.salt_length or 0)
            key.verify(value, octets, pss, _HASHES[algorithm.digest or ""])
        else:
            raise ValueError(algorithm.name)

    return facts, verify


@lru_cache(maxsize=64)
def _pss_padding(mgf_digest: str, salt_length: int) -> padding.PSS:
    return padding.PSS(mgf=padding.MGF1(_HASHES[mgf_digest]), salt_length=salt_length)


def _ec(key: ec.EllipticCurvePublicKey) -> _Verifier:
    size = (key.curve.key_size + 7) // 8

    def verify(algorithm: SignatureAlgorithm, octets: bytes, value: bytes) -> None:
        if algorithm.name == "plain-ecdsa":
            value = _plain_to_der(value, size)
        elif algorithm.name != "ecdsa":
            raise ValueError(algorithm.name)
        key.verify(value, octets, _ECDSA[algorithm.digest or ""])

    return verify


def _dsa(key: dsa.DSAPublicKey) -> _Verifier:
    def verify(algorithm: SignatureAlgorithm, octets: bytes, value: bytes) -> None:
        if algorithm.name != "dsa":
            raise ValueError(algorithm.name)
        key.verify(value, octets, _HASHES[algorithm.digest or ""])

    return verify


def _self_hashing(key: _SelfHashing, kind: str) -> _Verifier:
    def verify(algorithm: SignatureAlgorithm, octets: bytes, value: bytes) -> None:
        if algorithm.name != kind:
            raise ValueError(algorithm.name)
        key.verify(value, octets)

    return verify


def key_facts(spki_der: bytes) -> KeyFacts:
    """Return the kind, size and curve of a public key (DER SubjectPublicKeyInfo); never raises."""
    return _load(spki_der)[0] if len(spki_der) <= _SPKI_BYTES else _UNKNOWN_KEY


def verify_value(spki_der: bytes, algorithm: SignatureAlgorithm, octets: bytes, value: bytes) -> bool:
    """Tell whether a signature value verifies over some octets; false for anything wrong, never raises."""
    if not algorithm.parameters_ok or len(spki_der) > _SPKI_BYTES:
        return False
    verify = _load(spki_der)[1]
    if verify is None:
        return False
    try:
        verify(algorithm, octets, value)
    except (InvalidSignature, ValueError, TypeError, KeyError, UnsupportedAlgorithm):
        # KeyError: a digest that is not in the table; the others are how `cryptography` says no.
        return False
    return True


def _plain_to_der(value: bytes, size: int) -> bytes:
    # BSI TR-03111 5.2.1: r and s have the length of the group order, no more and no less.
    if len(value) != 2 * size:
        raise ValueError("length")
    return encode_dss_signature(int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big"))


def refuse_for_signing(key: KeyFacts, algorithm: SignatureAlgorithm) -> str | None:
    """Return the code of the reason why nothing new may be signed with this, null when nothing is against it."""
    if key.kind == "unknown" or (key.kind == "ec" and key.curve not in oids.CURVES.values()):
        return "SIGN_KEY_UNSUPPORTED"
    if key.kind == "dsa" or algorithm.name not in _FITTING.get(key.kind, (key.kind,)):
        return "SIGN_ALGORITHM_UNFIT"
    if key.kind == "rsa" and key.bits < 2048:
        return "SIGN_KEY_TOO_SHORT"
    if key.kind in _FITTING and algorithm.digest not in _STRONG:
        return "SIGN_DIGEST_WEAK"
    return None if algorithm.parameters_ok else "SIGN_ALGORITHM_UNFIT"


_FITTING = {"rsa": ("rsa", "rsa-pss"), "ec": ("ecdsa", "plain-ecdsa")}
_STRONG = ("sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512")
