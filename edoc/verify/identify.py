"""Identification of the signing certificate (EN 319 102-1 5.2.3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from edoc.facts.findings import Finding, error, warning
from edoc.facts.signature import CertificateReference, SignatureFacts, SignatureFormat, SignerIdentifier
from edoc.pki.algorithms import new_hash, verify_value
from edoc.pki.certificate import Certificate
from edoc.pki.names import Name
from edoc.result.enums import SubIndication
from edoc.verify.context import PASSED, Conclusion, undecided

ADES = frozenset({SignatureFormat.PADES, SignatureFormat.CADES, SignatureFormat.XADES, SignatureFormat.JADES})
"""Formats whose baseline demands a signed reference to the signing certificate."""


_TWINS = 16
"""Certificates of one issuer and serial number whose keys are tried: no two may exist, and each costs a check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """The certificate whose key is to be used, and whether that choice is sound.

    A certificate may stand beside an undecided conclusion: then its key only serves to tell whether
    digests and value are intact, never to say who signed.
    """

    certificate: Certificate | None
    conclusion: Conclusion
    findings: tuple[Finding, ...] = ()
    value_fits: bool = False
    """True when the search has shown that the value verifies with the certificate's key: that need not be asked again."""


def identify(facts: SignatureFacts, candidates: tuple[Certificate, ...]) -> Identified:
    """Return the signing certificate that the signed reference names, never merely one whose key fits."""
    if not candidates:
        return _nobody(facts, "NO_SIGNING_CERTIFICATE")
    if facts.certificate_references:
        return _by_reference(facts, candidates)
    return _by_identifier(facts, candidates)


def _nobody(facts: SignatureFacts, code: str, certificate: Certificate | None = None) -> Identified:
    conclusion = undecided(SubIndication.NO_SIGNING_CERTIFICATE_FOUND, error(code, facts.id))
    return Identified(certificate=certificate, conclusion=conclusion)


def _by_reference(facts: SignatureFacts, candidates: tuple[Certificate, ...]) -> Identified:
    # Steps 2 and 3: the first reference is the signer's in ESS, x5t and XAdES alike.
    reference = facts.certificate_references[0]
    matching = [item for item in candidates if _digest_fits(reference, item)]
    if not matching:
        hinted = _hinted(facts.signer_identifier, candidates)
        return _nobody(facts, "CERT_REFERENCE_MISMATCH", hinted[0] if hinted else None)
    certificate = matching[0]
    others = facts.certificate_references[1:]
    if any(item.names_signer and not _digest_fits(item, certificate) for item in others):
        # Both versions of the attribute are there and name two signers.
        return _nobody(facts, "CERT_REFERENCE_MISMATCH", certificate)
    notes = []
    if not _issuer_serial_fits(reference, certificate):
        notes.append(warning("CERT_ISSUER_SERIAL_MISMATCH", facts.id))
    if facts.signer_identifier is not None and not _identifies(facts.signer_identifier, certificate):
        # RFC 5652 5.3: the SignerInfo names another certificate than the signed reference does.
        return _nobody(facts, "SIGNER_IDENTIFIER_MISMATCH", certificate)
    return Identified(certificate=certificate, conclusion=PASSED, findings=tuple(notes))


def _by_identifier(facts: SignatureFacts, candidates: tuple[Certificate, ...]) -> Identified:
    # Step 4: no signed reference.  The unsigned hint narrows, the key decides; two different
    # certificates that both fit leave the question open.
    hinted = _hinted(facts.signer_identifier, candidates) if facts.signer_identifier else list(candidates)
    if facts.signer_identifier is not None and len(hinted) > _TWINS:
        return _nobody(facts, "SIGNING_CERTIFICATE_AMBIGUOUS", hinted[0])
    fitting = [item for item in hinted if _value_fits(facts, item)]
    if len(fitting) > 1:
        return _nobody(facts, "SIGNING_CERTIFICATE_AMBIGUOUS", fitting[0])
    if not hinted:
        return _nobody(facts, "NO_SIGNING_CERTIFICATE")
    certificate = fitting[0] if fitting else hinted[0]
    if facts.format in ADES:
        missing = error("CERT_REFERENCE_MISSING", facts.id)
        conclusion = undecided(SubIndication.SIG_CONSTRAINTS_FAILURE, missing)
        return Identified(certificate=certificate, conclusion=conclusion, value_fits=bool(fitting))
    notes = (warning("CERT_REFERENCE_MISSING", facts.id),)
    return Identified(certificate=certificate, conclusion=PASSED, findings=notes, value_fits=bool(fitting))


def _digest_fits(reference: CertificateReference, certificate: Certificate) -> bool:
    if reference.digest_algorithm == "sha256":
        return certificate.sha256 == reference.digest
    try:
        state = new_hash(reference.digest_algorithm)
    except ValueError:
        return False
    state.update(certificate.der)
    return bool(state.digest() == reference.digest)


def _issuer_serial_fits(reference: CertificateReference, certificate: Certificate) -> bool:
    if reference.serial is not None and reference.serial != certificate.serial_number:
        return False
    return reference.issuer_der is None or _same_name(reference.issuer_der, certificate.issuer)


def _same_name(der: bytes, name: Name) -> bool:
    return der == name.der or Name.load(der).canonical == name.canonical


def _hinted(identifier: SignerIdentifier | None, candidates: tuple[Certificate, ...]) -> list[Certificate]:
    if identifier is None:
        return []
    return [item for item in candidates if _identifies(identifier, item)]


def _identifies(identifier: SignerIdentifier, certificate: Certificate) -> bool:
    if identifier.subject_key_identifier is not None:
        wanted = identifier.subject_key_identifier
        return wanted in (certificate.subject_key_identifier, _key_sha1(certificate))
    if identifier.serial != certificate.serial_number or identifier.issuer_der is None:
        return False
    return _same_name(identifier.issuer_der, certificate.issuer)


def _key_sha1(certificate: Certificate) -> bytes:
    # RFC 5280 4.2.1.2 (1): only selects, so SHA-1 is fine.
    return hashlib.sha1(certificate.public_key_bits, usedforsecurity=False).digest()


def _value_fits(facts: SignatureFacts, certificate: Certificate) -> bool:
    if facts.algorithm is None or facts.signed_octets is None or facts.signature_value is None:
        return False
    return verify_value(certificate.spki_der, facts.algorithm, facts.signed_octets, facts.signature_value)
