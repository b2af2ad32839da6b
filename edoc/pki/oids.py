"""Object identifiers of CMS, its attributes and its algorithms: the one table."""

from __future__ import annotations

# Content types
DATA = "1.2.840.113549.1.7.1"
SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"

# Signed attributes
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
COMMITMENT_TYPE = "1.2.840.113549.1.9.16.2.16"
CONTENT_HINTS = "1.2.840.113549.1.9.16.2.4"
CONTENT_IDENTIFIER = "1.2.840.113549.1.9.16.2.7"
CONTENT_REFERENCE = "1.2.840.113549.1.9.16.2.10"
MIME_TYPE = "0.4.0.1733.2.1"
SIGNER_LOCATION = "1.2.840.113549.1.9.16.2.17"
SIGNER_ATTRIBUTES = "1.2.840.113549.1.9.16.2.18"
SIGNER_ATTRIBUTES_V2 = "0.4.0.19122.1.1"
CLAIMED_SAML = "0.4.0.19122.1.2"
CONTENT_TIMESTAMP = "1.2.840.113549.1.9.16.2.20"
SIGNATURE_POLICY = "1.2.840.113549.1.9.16.2.15"
ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
ADBE_REVOCATION = "1.2.840.113583.1.1.8"

# Unsigned attributes
COUNTER_SIGNATURE = "1.2.840.113549.1.9.6"
SIGNATURE_POLICY_STORE = "0.4.0.19122.1.3"
SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14"
CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.23"
REVOCATION_VALUES = "1.2.840.113549.1.9.16.2.24"
CERTIFICATE_REFERENCES = "1.2.840.113549.1.9.16.2.21"
REVOCATION_REFERENCES = "1.2.840.113549.1.9.16.2.22"
ATTRIBUTE_CERTIFICATE_REFERENCES = "1.2.840.113549.1.9.16.2.44"
ATTRIBUTE_REVOCATION_REFERENCES = "1.2.840.113549.1.9.16.2.45"
ESC_TIMESTAMP = "1.2.840.113549.1.9.16.2.25"
CERT_CRL_TIMESTAMP = "1.2.840.113549.1.9.16.2.26"
ARCHIVE_TIMESTAMP = "1.2.840.113549.1.9.16.2.27"
ARCHIVE_TIMESTAMP_V2 = "1.2.840.113549.1.9.16.2.48"
ARCHIVE_TIMESTAMP_V3 = "0.4.0.1733.2.4"
LONG_TERM_VALIDATION = "0.4.0.1733.2.2"
EVIDENCE_RECORD_INTERNAL = "1.2.840.113549.1.9.16.2.49"
EVIDENCE_RECORD_EXTERNAL = "1.2.840.113549.1.9.16.2.50"
ATS_HASH_INDEX = "0.4.0.1733.2.5"
ATS_HASH_INDEX_V2 = "0.4.0.19122.1.4"
ATS_HASH_INDEX_V3 = "0.4.0.19122.1.5"

# Revocation information formats
OCSP_RESPONSE = "1.3.6.1.5.5.7.16.2"
OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1"

DIGESTS: dict[str, str] = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "1.3.36.3.2.1": "ripemd160",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.5": "sha512_224",
    "2.16.840.1.101.3.4.2.6": "sha512_256",
    "2.16.840.1.101.3.4.2.7": "sha3_224",
    "2.16.840.1.101.3.4.2.8": "sha3_256",
    "2.16.840.1.101.3.4.2.9": "sha3_384",
    "2.16.840.1.101.3.4.2.10": "sha3_512",
    "2.16.840.1.101.3.4.2.12": "shake256_512",
}
"""Digest algorithms by object identifier; the names are those of hashlib (`shake256_512`: SHAKE256, 64 octets)."""

SHAKE256_LEN = "2.16.840.1.101.3.4.2.18"
"""id-shake256-len: its parameter is the output size in bits (RFC 8419 2.3)."""

DIGEST_OIDS: dict[str, str] = {name: oid for oid, name in DIGESTS.items()}

RSA = "1.2.840.113549.1.1.1"
RSA_PSS = "1.2.840.113549.1.1.10"
MGF1 = "1.2.840.113549.1.1.8"
EC_PUBLIC_KEY = "1.2.840.10045.2.1"
ECDSA_SPECIFIED = "1.2.840.10045.4.3"
DSA = "1.2.840.10040.4.1"
ED25519 = "1.3.101.112"
ED448 = "1.3.101.113"
_PLAIN = "0.4.0.127.0.7.1.1.4.1"
_NIST = "2.16.840.1.101.3.4.3"

SIGNATURES: dict[str, tuple[str, str | None]] = {
    RSA: ("rsa", None),
    "1.2.840.113549.1.1.4": ("rsa", "md5"),
    "1.2.840.113549.1.1.5": ("rsa", "sha1"),
    "1.3.14.3.2.29": ("rsa", "sha1"),
    "1.3.36.3.3.1.2": ("rsa", "ripemd160"),
    "1.2.840.113549.1.1.14": ("rsa", "sha224"),
    "1.2.840.113549.1.1.11": ("rsa", "sha256"),
    "1.2.840.113549.1.1.12": ("rsa", "sha384"),
    "1.2.840.113549.1.1.13": ("rsa", "sha512"),
    "1.2.840.113549.1.1.15": ("rsa", "sha512_224"),
    "1.2.840.113549.1.1.16": ("rsa", "sha512_256"),
    f"{_NIST}.13": ("rsa", "sha3_224"),
    f"{_NIST}.14": ("rsa", "sha3_256"),
    f"{_NIST}.15": ("rsa", "sha3_384"),
    f"{_NIST}.16": ("rsa", "sha3_512"),
    RSA_PSS: ("rsa-pss", None),
    EC_PUBLIC_KEY: ("ecdsa", None),
    ECDSA_SPECIFIED: ("ecdsa", None),
    "1.2.840.10045.4.1": ("ecdsa", "sha1"),
    "1.2.840.10045.4.3.1": ("ecdsa", "sha224"),
    "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
    f"{_NIST}.9": ("ecdsa", "sha3_224"),
    f"{_NIST}.10": ("ecdsa", "sha3_256"),
    f"{_NIST}.11": ("ecdsa", "sha3_384"),
    f"{_NIST}.12": ("ecdsa", "sha3_512"),
    f"{_PLAIN}.1": ("plain-ecdsa", "sha1"),
    f"{_PLAIN}.2": ("plain-ecdsa", "sha224"),
    f"{_PLAIN}.3": ("plain-ecdsa", "sha256"),
    f"{_PLAIN}.4": ("plain-ecdsa", "sha384"),
    f"{_PLAIN}.5": ("plain-ecdsa", "sha512"),
    f"{_PLAIN}.6": ("plain-ecdsa", "ripemd160"),
    f"{_PLAIN}.8": ("plain-ecdsa", "sha3_224"),
    f"{_PLAIN}.9": ("plain-ecdsa", "sha3_256"),
    f"{_PLAIN}.10": ("plain-ecdsa", "sha3_384"),
    f"{_PLAIN}.11": ("plain-ecdsa", "sha3_512"),
    DSA: ("dsa", None),
    "1.2.840.10040.4.3": ("dsa", "sha1"),
    f"{_NIST}.1": ("dsa", "sha224"),
    f"{_NIST}.2": ("dsa", "sha256"),
    f"{_NIST}.3": ("dsa", "sha384"),
    f"{_NIST}.4": ("dsa", "sha512"),
    f"{_NIST}.5": ("dsa", "sha3_224"),
    f"{_NIST}.6": ("dsa", "sha3_256"),
    f"{_NIST}.7": ("dsa", "sha3_384"),
    f"{_NIST}.8": ("dsa", "sha3_512"),
    ED25519: ("ed25519", None),
    ED448: ("ed448", None),
    f"{_NIST}.17": ("ml-dsa-44", None),
    f"{_NIST}.18": ("ml-dsa-65", None),
    f"{_NIST}.19": ("ml-dsa-87", None),
}
"""Signature algorithms by object identifier: our name and the digest that the identifier fixes."""

CURVES: dict[str, str] = {
    "1.2.840.10045.3.1.7": "secp256r1",
    "1.3.132.0.34": "secp384r1",
    "1.3.132.0.35": "secp521r1",
    "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
    "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
}
"""Named curves that are accepted; every other curve and all explicit parameters are refused (RFC 5480 2.1.1)."""
