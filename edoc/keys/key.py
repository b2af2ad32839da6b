"""A key by its URI: opened once, checked once against its certificate, then only asked to sign."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import unquote, urlsplit

from edoc.errors import ConfigError
from edoc.facts.signature import SignatureAlgorithm
from edoc.keys.backend import Backend, Opened, Secret
from edoc.keys.chain import CertificateSource, certificate_of, load_certificates, order_chain
from edoc.keys.file import open_file
from edoc.keys.pkcs12 import open_pkcs12
from edoc.pki.certificate import Certificate
from edoc.sign.algorithm import choose_algorithm

SCHEMES: dict[str, Callable[[str, Secret], Opened]] = {"file": open_file, "pkcs12": open_pkcs12}
"""Which room opens which URI; each takes the rest of the URI and the secret."""


class Key:
    """A private key with its certificate and chain; signs, and never shows itself."""

    __slots__ = ("_backend", "certificate", "chain", "uri")

    def __init__(self, *, backend: Backend, certificate: Certificate, chain: tuple[Certificate, ...], uri: str) -> None:
        self._backend = backend
        self.certificate = certificate
        self.chain = chain
        self.uri = uri

    @classmethod
    def open(cls, uri: str, certificates: Iterable[CertificateSource] | None = None, secret: Secret = None) -> Key:
        """Open a key by its URI, such as `file:key.pem` or `pkcs12:clerk.p12`.

        `certificates` are paths, bytes or certificates in any order: the key's own and its chain.
        `secret` is a string or a function that is called with a prompt, only when needed.  Raises
        `ConfigError` for an unknown scheme and `KeyAccessError` when the key cannot be used or does not
        belong to its certificate.
        """
        scheme, place = split_uri(uri)
        opened = SCHEMES[scheme](place, secret)
        if isinstance(certificates, str | bytes | Certificate):
            certificates = (certificates,)
        given = load_certificates((*(certificates or ()), *opened.certificates))
        leaf = certificate_of(opened.backend.spki_der, given, subject=place)
        return cls(backend=opened.backend, certificate=leaf, chain=order_chain(leaf, given), uri=f"{scheme}:{place}")

    def algorithm(self, digest: str | None = None, pss: bool = False) -> SignatureAlgorithm:
        """Return the algorithm that this key signs with, by default the sound one for its kind.

        Raises `ConfigError` for a weak or unfit choice.
        """
        return choose_algorithm(self.certificate.spki_der, digest=digest, pss=pss)

    def sign(self, octets: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """Return the signature value over some octets (ECDSA: DER r, s)."""
        return self._backend.sign(octets, algorithm)

    def __repr__(self) -> str:
        return f"Key({self.uri!r}, certificate={self.certificate.sha256.hex()[:16]})"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Key does not leave its process: open it where it signs")


def split_uri(uri: str) -> tuple[str, str]:
    """Return (scheme, place) of a key URI; `ConfigError` KEY_URI_SCHEME for a scheme that is not known.

    `file:key.pem` is taken as written; `file:///srv/my%20key.pem` is a URL and decoded.
    """
    scheme, colon, place = uri.partition(":")
    if not colon or scheme not in SCHEMES:
        known = ", ".join(f"{name}:" for name in SCHEMES)
        raise ConfigError("KEY_URI_SCHEME", subject=f"{scheme}:" if colon else uri, params={"known": known})
    if place.startswith("//"):
        place = unquote(urlsplit(uri).path)
    return scheme, place
