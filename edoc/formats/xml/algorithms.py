"""Algorithm identifiers of XML signatures (XML-DSig 1.1 section 6, RFC 9231): what each URI means.

MACs are not in any table: whoever verifies with a public key must never be led to use it as a secret.
"""

from __future__ import annotations

from edoc.facts.signature import SignatureAlgorithm

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_MORE_2001 = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
_MORE_2021 = "http://www.w3.org/2021/04/xmldsig-more#"
_ENC = "http://www.w3.org/2001/04/xmlenc#"
_DSIG_11 = "http://www.w3.org/2009/xmldsig11#"

C14N_10 = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
C14N_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"

_DIGESTS = {
    f"{_MORE_2001}md5": "md5",
    f"{_DSIG}sha1": "sha1",
    f"{_ENC}ripemd160": "ripemd160",
    f"{_MORE_2001}sha224": "sha224",
    f"{_ENC}sha256": "sha256",
    f"{_MORE_2001}sha384": "sha384",
    f"{_ENC}sha512": "sha512",
    f"{_MORE_2007}sha3-224": "sha3_224",
    f"{_MORE_2007}sha3-256": "sha3_256",
    f"{_MORE_2007}sha3-384": "sha3_384",
    f"{_MORE_2007}sha3-512": "sha3_512",
}
_DIGEST_URIS = {name: uri for uri, name in _DIGESTS.items()}

_SHORT = {
    "md5": "md5", "sha1": "sha1", "ripemd160": "ripemd160", "sha224": "sha224", "sha256": "sha256", "sha384": "sha384",
    "sha512": "sha512", "sha3-224": "sha3_224", "sha3-256": "sha3_256", "sha3-384": "sha3_384", "sha3-512": "sha3_512",
}  # fmt: skip
PSS_WITH_PARAMETERS = f"{_MORE_2007}rsa-pss"
MASK_MGF1 = f"{_MORE_2007}MGF1"


def _plain() -> dict[str, SignatureAlgorithm]:
    found = {f"{_DSIG}rsa-sha1": SignatureAlgorithm(name="rsa", digest="sha1")}
    for short in ("md5", "ripemd160", "sha224", "sha256", "sha384", "sha512"):
        found[f"{_MORE_2001}rsa-{short}"] = SignatureAlgorithm(name="rsa", digest=_SHORT[short])
    for short in ("sha1", "sha224", "sha256", "sha384", "sha512"):
        found[f"{_MORE_2001}ecdsa-{short}"] = SignatureAlgorithm(name="plain-ecdsa", digest=short)
    found[f"{_MORE_2007}ecdsa-ripemd160"] = SignatureAlgorithm(name="plain-ecdsa", digest="ripemd160")
    for short in ("sha3-224", "sha3-256", "sha3-384", "sha3-512"):
        found[f"{_MORE_2021}ecdsa-{short}"] = SignatureAlgorithm(name="plain-ecdsa", digest=_SHORT[short])
    # RFC 9231 2.3.10: the salt is as long as the digest, the mask uses the same digest.
    for short, size in _SALTS.items():
        digest = _SHORT[short]
        found[f"{_MORE_2007}{short}-rsa-MGF1"] = SignatureAlgorithm(
            name="rsa-pss", digest=digest, mgf_digest=digest, salt_length=size
        )
    for short in ("ed25519", "ed448"):
        found[f"{_MORE_2021}eddsa-{short}"] = SignatureAlgorithm(name=short, digest=None)
    return found


_SALTS = {
    "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64,
    "sha3-224": 28, "sha3-256": 32, "sha3-384": 48, "sha3-512": 64,
}  # fmt: skip
_SIGNATURES = _plain()
_SIGNATURE_URIS = {(item.name, item.digest): uri for uri, item in _SIGNATURES.items()}
_DSA = {f"{_DSIG}dsa-sha1": "sha1", f"{_DSIG_11}dsa-sha256": "sha256"}
"""r || s of DSA: told by name, and no key of it is accepted for this form."""


def digest_of_uri(uri: str) -> str:
    """Return the hashlib name of a DigestMethod, `unknown:<uri>` when it is not known."""
    return _DIGESTS.get(uri, f"unknown:{uri}")


def digest_uri(name: str) -> str:
    """Return the DigestMethod of a hashlib name; KeyError when it has none."""
    return _DIGEST_URIS[name]


def signature_of_uri(uri: str) -> SignatureAlgorithm:
    """Return what a SignatureMethod means; `unknown:<uri>` when it is not known, is a MAC or needs parameters."""
    return _SIGNATURES.get(uri) or SignatureAlgorithm(name=f"unknown:{uri}", digest=None, parameters_ok=False)


def is_mac(uri: str) -> bool:
    """Tell whether a SignatureMethod is a keyed digest, which no certificate can serve."""
    return "hmac" in uri.lower()


def signature_uri(algorithm: SignatureAlgorithm) -> str:
    """Return the SignatureMethod of an algorithm; KeyError when XML signatures have none for it.

    ECDSA is r || s here whatever the key calls it (XML-DSig 1.1 6.4.3).
    """
    name = "plain-ecdsa" if algorithm.name == "ecdsa" else algorithm.name
    return _SIGNATURE_URIS[name, algorithm.digest]
