"""Whether a certificate may still sign: asked before anything is signed, so that nothing worthless is made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from edoc.errors import KeyAccessError
from edoc.pki.certificate import Certificate
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.crl_entry import RevokedEntry


def refuse_outside_validity(certificate: Certificate, *, time: datetime) -> None:
    """Raise `KeyAccessError` when a certificate has expired or is not valid yet at a time."""
    if time > certificate.not_after:
        params = {"date": certificate.not_after.isoformat(), "time": time.isoformat()}
        raise KeyAccessError("SIGNER_CERTIFICATE_EXPIRED", subject=certificate.subject.rfc4514(), params=params)
    if time < certificate.not_before:
        params = {"date": certificate.not_before.isoformat(), "time": time.isoformat()}
        raise KeyAccessError("SIGNER_CERTIFICATE_NOT_YET_VALID", subject=certificate.subject.rfc4514(), params=params)


def refuse_revoked(
    chain: tuple[Certificate, ...], *, crls: Iterable[RevocationList], others: Iterable[Certificate] = ()
) -> None:
    """Raise `KeyAccessError` SIGNER_CERTIFICATE_REVOKED when a CRL of its issuer lists a certificate.

    `chain` begins with the signer's certificate; each CRL must verify under a key of the issuer, taken
    from the chain or from `others`.  A CRL that does not is no evidence and is passed over: whether a
    signature is good is for the verifier, this only stops what is known to be worthless.
    """
    lists = tuple(crls)
    known = (*chain, *others)
    for certificate in chain:
        for crl in lists:
            if crl.issuer.canonical != certificate.issuer.canonical or not _signed_by_issuer(crl, known):
                continue
            entry = _entry(crl, certificate.serial_number)
            if entry is not None:
                params = {"date": entry.revocation_time.isoformat(), "crl": crl.issuer.rfc4514()}
                raise KeyAccessError("SIGNER_CERTIFICATE_REVOKED", subject=certificate.subject.rfc4514(), params=params)


def _entry(crl: RevocationList, serial: int) -> RevokedEntry | None:
    try:
        return crl.entry(serial)
    except CrlError:
        # A list whose entries cannot be read is no evidence.
        return None


def _signed_by_issuer(crl: RevocationList, known: tuple[Certificate, ...]) -> bool:
    return any(item.subject.canonical == crl.issuer.canonical and crl.verify(item.spki_der) for item in known)
