"""A practice PKI for the tests of programs that use edoc: no socket, no file, frozen at a time of your choice.

    from edoc.testing import PracticePki

    pki = PracticePki()
    signed = edoc.sign_document(pdf, pki.key("person")).document
    report = edoc.verify_document(signed, trust=pki.trust, validation_data=pki.validation_data(),
                                  validation_time=pki.at)
    report.require_passed(signed_by=pki.PERSON)

It gives time-stamps too: `sign_document(pdf, key, level="B-LTA", tsa=pki, trust=pki.trust,
validation_data=pki.validation_data(), signing_time=pki.at)`.

Everything in it is invented.  Needs `pip install edoc[lab]`; keys are made once a process.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from edoc.drivers.clock import now
from edoc.errors import ConfigError
from edoc.keys import Key
from edoc.keys.local import LocalKey
from edoc.lab.keys import process_keys
from edoc.lab.members import AUTHORITIES, MEMBERS, PERSON_CODE, SIGNERS
from edoc.pki.certificate import Certificate
from edoc.trust import TrustStore

try:
    from edoc.lab.pki import Pki
except ModuleNotFoundError as problem:
    raise ConfigError("LAB_NOT_INSTALLED", subject=problem.name or "certomancer") from problem

__all__ = ["PracticePki"]


class PracticePki:
    """Two roots, their authorities, and signers of every fate, as of one time.

    Signers: `person` (RSA, Persian name, national code), `person-ec` (P-256), `person-ed` (Ed25519), `stamp`
    (an organisation's seal), `revoked`, `on-hold`, `expired`, and `impostor`, who bears the person's name
    under a root that nobody trusts.  Authorities: `root-a`, `root-b`, `issuing` and `issuing-old` (one key,
    two certificates), `issuing-b`, `stranger`.  Time-stamping: `tsa`, `tsa-expired`.
    """

    SIGNERS: ClassVar[tuple[str, ...]] = SIGNERS
    """The names that `key` takes."""
    AUTHORITIES: ClassVar[tuple[str, ...]] = AUTHORITIES
    """The names that `crl` takes."""
    PERSON: ClassVar[str] = PERSON_CODE
    """The national code of `person`, for `require_passed(signed_by=...)`; no such person exists."""

    def __init__(self, *, at: datetime | None = None, base_url: str = "http://practice.invalid") -> None:
        """Freeze the PKI at `at` (aware; default: now, to the second).

        `base_url` goes into the addresses of lists and services in the certificates; nothing answers there.
        Raises `ValueError` for a naive time.
        """
        if at is not None and at.tzinfo is None:
            raise ValueError("at must be an aware datetime")
        self.at = (at or now()).astimezone(UTC).replace(microsecond=0)
        self._pki = Pki(at=self.at, base_url=base_url, keys=process_keys())
        self._keys: dict[str, Key] = {}

    @property
    def trust(self) -> TrustStore:
        """Both roots, trusted for all purposes; the stranger is not among them."""
        return TrustStore.of([self.certificate(member.label) for member in MEMBERS if member.trusted])

    def key(self, name: str = "person") -> Key:
        """Return the key of a signer, with its certificate and chain, ready for `edoc.sign_document`.

        The keys of `expired` and, once the lists are handed over, `revoked` and `on-hold` sign only with
        `allow_invalid_certificate=True`.  Raises `ConfigError` LAB_NO_SUCH_NAME.
        """
        if name not in self._keys:
            chain = tuple(Certificate.load(der) for der in self.chain(name)[:-1])
            leaf = Certificate.load(self.certificate(name))
            backend = LocalKey(self._pki.private_key(name))
            self._keys[name] = Key(backend=backend, certificate=leaf, chain=chain, uri=f"practice:{name}")
        return self._keys[name]

    def certificate(self, name: str) -> bytes:
        """Return a certificate (DER); `ConfigError` LAB_NO_SUCH_NAME for an unknown name."""
        return self._pki.certificate(name)

    def chain(self, name: str) -> tuple[bytes, ...]:
        """Return the issuers of a certificate (DER), nearest first, the root last."""
        return self._pki.chain(name)

    def crl(self, authority: str = "issuing", *, at: datetime | None = None) -> bytes:
        """Return the revocation list (DER) of an authority as of `at` (default: the PKI's time).

        thisUpdate is the midnight (UTC) before, nextUpdate seven days later.
        """
        return self._pki.revocation_list(authority, at=at)

    def validation_data(self, *, at: datetime | None = None) -> tuple[bytes, ...]:
        """Return what an offline verification needs: the revocation lists of all authorities (DER)."""
        return tuple(self.crl(name, at=at) for name in AUTHORITIES)

    def ocsp(self, name: str = "person", *, at: datetime | None = None) -> bytes:
        """Return the OCSP response (DER) about a certificate.

        Raises `ConfigError` LAB_NO_RESPONDER for a certificate of a root: those have lists only.
        """
        return self._pki.ocsp_response(name, at=at)

    def timestamp(
        self, digest: bytes, *, algorithm: str = "sha256", authority: str = "tsa", at: datetime | None = None
    ) -> bytes:
        """Return a time-stamp token (DER, RFC 3161) over a digest; `algorithm` is a hashlib name.

        Raises `ValueError` when the digest does not have the length of its algorithm.
        """
        return self._pki.time_stamp(digest, algorithm=algorithm, authority=authority, at=at)
