"""The practice PKI as of a time: its certificates, revocation lists, OCSP responses and time-stamps as DER."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from asn1crypto import core, ocsp, tsp
from certomancer.registry import CertLabel, ServiceLabel
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPRequestBuilder

from edoc.errors import ConfigError
from edoc.lab.architecture import ARCHITECTURE, build_architecture, serial_number
from edoc.lab.keys import KeyRing, PrivateKey
from edoc.lab.members import AUTHORITIES, BY_LABEL, MEMBERS, RESPONDERS, TIME_STAMPERS, Fate, Member, day
from edoc.lab.signing import practice_signing
from edoc.lab.stamping import Stamper

CRL_LIFE = timedelta(days=7)
"""From thisUpdate, the midnight before, to nextUpdate."""
_FIRST_LIST = datetime(2000, 1, 1, tzinfo=UTC)
_REASONS = {Fate.REVOKED: x509.ReasonFlags.key_compromise, Fate.ON_HOLD: x509.ReasonFlags.certificate_hold}


class Pki:
    """Issues what the practice PKI holds; thread-safe, each thing made when it is first asked for."""

    def __init__(self, *, at: datetime, base_url: str, keys: KeyRing) -> None:
        """Take the year of `at` (aware) for the validity of everything, `base_url` for its addresses."""
        self.at = at.astimezone(UTC).replace(microsecond=0)
        self.base_url = base_url
        self.keys = keys
        self._architecture = build_architecture(at=self.at, base_url=base_url, keys=keys)
        self._revocation_list = lru_cache(maxsize=64)(self._build_list)
        self._stamper = lru_cache(maxsize=4)(self._make_stamper)

    def certificate(self, label: str) -> bytes:
        """Return a certificate (DER); `ConfigError` LAB_NO_SUCH_NAME for an unknown label."""
        known(label, BY_LABEL)
        with practice_signing():
            return bytes(self._architecture.get_cert(CertLabel(label)).dump())

    def chain(self, label: str) -> tuple[bytes, ...]:
        """Return the issuers of a certificate (DER), nearest first, the root last."""
        known(label, BY_LABEL)
        return tuple(self.certificate(member.label) for member in _issuers(BY_LABEL[label]))

    def private_key(self, label: str) -> PrivateKey:
        """Return the private key of a certificate."""
        known(label, BY_LABEL)
        return self.keys.get(BY_LABEL[label].key_label)

    def revocation_list(self, authority: str, *, at: datetime | None = None) -> bytes:
        """Return the revocation list (DER) of an authority as of a time, by default the PKI's own.

        A list appears at midnight UTC and is good for seven days.
        """
        known(authority, AUTHORITIES)
        time = (at or self.at).astimezone(UTC)
        return self._revocation_list(authority, time.replace(hour=0, minute=0, second=0, microsecond=0))

    def _build_list(self, authority: str, this_update: datetime) -> bytes:
        # Built here and not by certomancer: RFC 5280 5.1.2.4 wants UTCTime before 2050 and 5.1.2.6 no empty list.
        issuer = x509.load_der_x509_certificate(self.certificate(authority))
        builder = x509.CertificateRevocationListBuilder(
            issuer_name=issuer.subject, last_update=this_update, next_update=this_update + CRL_LIFE
        )
        for member in MEMBERS:
            since = day(self.at, member.fate_day)
            if member.fate is None or BY_LABEL[member.issuer].entity_label != authority or since > this_update:
                continue
            entry = x509.RevokedCertificateBuilder(serial_number(member, self.at), since)
            entry = entry.add_extension(x509.CRLReason(_REASONS[member.fate]), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        key_identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_identifier)
        builder = builder.add_extension(identifier, critical=False)
        builder = builder.add_extension(x509.CRLNumber((this_update - _FIRST_LIST).days), critical=False)
        key = self.private_key(authority)
        deterministic = True if isinstance(key, ec.EllipticCurvePrivateKey) else None
        signed = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=deterministic)
        return signed.public_bytes(Encoding.DER)

    def ocsp_response(self, label: str, *, at: datetime | None = None) -> bytes:
        """Return the OCSP response (DER) about a certificate; `ConfigError` LAB_NO_RESPONDER for one of a root's."""
        known(label, BY_LABEL)
        member = BY_LABEL[label]
        authority = BY_LABEL[member.issuer].entity_label
        if authority not in RESPONDERS:
            raise ConfigError("LAB_NO_RESPONDER", subject=label, params={"authority": authority})
        subject, issuer = (x509.load_der_x509_certificate(self.certificate(item)) for item in (label, authority))
        builder = OCSPRequestBuilder().add_certificate(subject, issuer, hashes.SHA256())
        request = builder.build().public_bytes(Encoding.DER)
        return self.answer_ocsp(authority, request, at=at)

    def answer_ocsp(self, authority: str, request: bytes, *, at: datetime | None = None) -> bytes:
        """Return the answer (DER) of an authority's responder to an OCSP request (DER).

        Raises `ValueError` when the request cannot be read.
        """
        known(authority, RESPONDERS)
        asked = ocsp.OCSPRequest.load(_whole(request, ocsp.OCSPRequest))
        time = (at or self.at).astimezone(UTC).replace(microsecond=0)
        with practice_signing():
            responder = self._architecture.service_registry.summon_responder(ServiceLabel(authority), time)
            return bytes(responder.build_ocsp_response(asked).dump())

    def time_stamp(self, digest: bytes, *, algorithm: str, authority: str, at: datetime | None = None) -> bytes:
        """Return a time-stamp token (DER ContentInfo) over a digest; `algorithm` is a hashlib name."""
        if len(digest) != hashlib.new(algorithm).digest_size:
            raise ValueError(f"a {algorithm} digest has another length than {len(digest)} octets")
        imprint = tsp.MessageImprint({"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest})
        request = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "cert_req": True})
        answer = tsp.TimeStampResp.load(self.answer_time_stamp(authority, request.dump(), at=at))
        return bytes(answer["time_stamp_token"].dump())

    def answer_time_stamp(self, authority: str, request: bytes, *, at: datetime | None = None) -> bytes:
        """Return the answer (DER TimeStampResp) of a time-stamping authority to a request (DER).

        Raises `ValueError` when the request cannot be read.
        """
        known(authority, TIME_STAMPERS)
        asked = tsp.TimeStampReq.load(_whole(request, tsp.TimeStampReq))
        time = (at or self.at).astimezone(UTC).replace(microsecond=0)
        return self._stamper(authority).answer(asked, time=time)

    def _make_stamper(self, authority: str) -> Stamper:
        return Stamper((self.certificate(authority), *self.chain(authority)[:-1]), self.private_key(authority))

    def address(self, service: str, label: str) -> str:
        """Return the address of a service: `crls`, `ocsp`, `tsa` or `certs` of a label."""
        tail = {"crls": "/latest.crl", "certs": "/ca.crt"}.get(service, "")
        return f"{self.base_url}/{ARCHITECTURE}/{service}/{label}{tail}"


def known(label: str, among: Iterable[str]) -> None:
    """Raise `ConfigError` LAB_NO_SUCH_NAME unless a label is among the known ones."""
    names = tuple(among)
    if label not in names:
        raise ConfigError("LAB_NO_SUCH_NAME", subject=label, params={"known": ", ".join(names)})


def _whole(der: bytes, kind: type[core.Sequence]) -> bytes:
    """Return a request that can be read to its last field; asn1crypto else finds out in the middle of an answer."""
    try:
        kind.load(der, strict=True).native  # noqa: B018 - reading it is the check
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as problem:
        raise ValueError("the request cannot be read") from problem
    return der


def _issuers(member: Member) -> Iterator[Member]:
    while member.issuer != member.label:
        member = BY_LABEL[member.issuer]
        yield member
