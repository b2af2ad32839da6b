"""Cryptographic verification (EN 319 102-1 5.2.7) and the dated algorithm check (5.2.8.4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edoc.facts.findings import Finding, error, info
from edoc.facts.signature import ReferenceKind, SignatureAlgorithm, SignatureFacts
from edoc.pki.algorithms import key_facts, verify_value
from edoc.pki.certificate import Certificate
from edoc.policy.suite import FOREVER, CryptographicSuite
from edoc.result.enums import SubIndication
from edoc.verify.context import PASSED, Conclusion, failed, undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What digests and value say, each true, false or null, and the block's conclusion."""

    references_intact: bool | None
    signature_value_valid: bool | None
    entries_intact: bool | None = True
    """What the manifests list: no part of what is intact about the signature, but nothing passes without it."""
    conclusion: Conclusion
    findings: tuple[Finding, ...] = ()

    @property
    def intact(self) -> bool | None:
        """Digests and value together; false wins, null when something could not be computed."""
        return _together(self.references_intact, self.signature_value_valid)

    @property
    def unchanged(self) -> bool | None:
        """As `intact`, with the data that manifests list."""
        return _together(self.intact, self.entries_intact)

    @property
    def is_changed(self) -> bool:
        """True when a digest is wrong, whoever signed."""
        return False in (self.references_intact, self.entries_intact)


def _together(*answers: bool | None) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def verify_signature(facts: SignatureFacts, certificate: Certificate | None, *, value_fits: bool = False) -> Verified:
    """Check every referenced digest, then the value with the certificate's key.

    `value_fits` tells that the value was already seen to verify with that key.
    """
    references, reference_findings = _references(facts)
    entries, entry_findings = _entries(facts)
    value, value_findings = (True, ()) if value_fits else _value(facts, certificate)
    findings = (*reference_findings, *entry_findings, *value_findings)
    if False in (references, entries):
        conclusion = failed(SubIndication.HASH_FAILURE)
    elif value is False:
        conclusion = failed(SubIndication.SIG_CRYPTO_FAILURE)
    elif any(finding.code == "ALGORITHM_UNKNOWN" for finding in findings):
        # What cannot be computed was never reliable either: the nearest word of table 6.
        conclusion = undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
    elif None in (references, entries):
        conclusion = undecided(SubIndication.SIGNED_DATA_NOT_FOUND)
    elif value is None:
        conclusion = undecided(SubIndication.NO_SIGNING_CERTIFICATE_FOUND)
    else:
        conclusion = PASSED
    if value is False and references and any(item.kind is ReferenceKind.OCTETS for item in facts.references):
        # What has no digest of its own is as intact as the value that stands over it.
        references = False
    return Verified(
        references_intact=references, signature_value_valid=value, entries_intact=entries, conclusion=conclusion,
        findings=findings,
    )  # fmt: skip


def _references(facts: SignatureFacts) -> tuple[bool | None, tuple[Finding, ...]]:
    if not facts.references:
        return None, (error("SIGNED_DATA_MISSING", facts.id, name=facts.name),)
    findings: list[Finding] = []
    answers: list[bool | None] = []
    for reference in facts.references:
        if reference.kind is ReferenceKind.MANIFEST_ENTRY:
            continue
        intact = reference.intact
        answers.append(intact)
        if intact is None and reference.digest_algorithm.startswith("unknown:"):
            findings.append(error("ALGORITHM_UNKNOWN", facts.id, algorithm=reference.digest_algorithm))
        elif intact is None:
            findings.append(error("SIGNED_DATA_MISSING", facts.id, name=reference.name))
        elif not intact:
            findings.append(error("HASH_MISMATCH", facts.id, name=reference.name))
    return _together(*answers), tuple(findings)


def _entries(facts: SignatureFacts) -> tuple[bool | None, tuple[Finding, ...]]:
    """Return what became of the data that manifests list: core validation leaves it to the application (XML-DSig 3.2, 5.1)."""
    findings: list[Finding] = []
    listed = [item for item in facts.references if item.kind is ReferenceKind.MANIFEST_ENTRY]
    for item in listed:
        if item.intact is None and item.digest_algorithm.startswith("unknown:"):
            findings.append(error("ALGORITHM_UNKNOWN", facts.id, algorithm=item.digest_algorithm))
        elif item.intact is not True:
            code = "MANIFEST_ENTRY_MISSING" if item.intact is None else "MANIFEST_ENTRY_CHANGED"
            findings.append(error(code, facts.id, name=item.name))
    return _together(*(item.intact for item in listed)), tuple(findings)


def _value(facts: SignatureFacts, certificate: Certificate | None) -> tuple[bool | None, tuple[Finding, ...]]:
    if certificate is None or facts.algorithm is None:
        return None, ()
    if facts.signed_octets is None and _lacks_octets(facts):
        return None, ()
    if facts.signed_octets is None or facts.signature_value is None:
        return False, (error("SIGNATURE_VALUE_INVALID", facts.id, algorithm=describe(facts.algorithm)),)
    if facts.algorithm.name.startswith("unknown:"):
        return None, (error("ALGORITHM_UNKNOWN", facts.id, algorithm=facts.algorithm.name),)
    if verify_value(certificate.spki_der, facts.algorithm, facts.signed_octets, facts.signature_value):
        return True, ()
    if facts.alternative_octets is not None and verify_value(
        certificate.spki_der, facts.algorithm, facts.alternative_octets, facts.signature_value
    ):
        return True, (info("CMS_SIGNED_ATTRIBUTES_RESORTED", facts.id),)
    return False, (error("SIGNATURE_VALUE_INVALID", facts.id, algorithm=describe(facts.algorithm)),)


def _lacks_octets(facts: SignatureFacts) -> bool:
    """Tell whether data under the value itself is not at hand: then the value cannot be computed."""
    return any(item.kind is ReferenceKind.OCTETS and item.actual is None for item in facts.references)


def describe(algorithm: SignatureAlgorithm) -> str:
    """Return words such as `rsa with sha256`."""
    return f"{algorithm.name} with {algorithm.digest}" if algorithm.digest else algorithm.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """An algorithm that is not reliable at the time judged (or is on its way out: `ending`)."""

    algorithm: str
    until: datetime
    ending: datetime | None = None


def weaknesses(
    suite: CryptographicSuite, algorithm: SignatureAlgorithm, spki_der: bytes, time: datetime
) -> tuple[Weakness, ...]:
    """Return what is weak about a signature made with an algorithm and a key, at a time.

    Reliable at t iff t < end (EN 319 102-1 5.2.8.4.1); an algorithm that is not listed never was.
    """
    key = key_facts(spki_der)
    found = []
    row = suite.signature(algorithm.name, bits=key.bits, curve=key.curve)
    label = f"{algorithm.name} {key.curve or key.bits}"
    if time >= row.until:
        found.append(Weakness(algorithm=label, until=row.until))
    elif row.legacy is not None and row.until < FOREVER and time >= suite.updated:
        found.append(Weakness(algorithm=label, until=row.until, ending=row.legacy))
    for name in {algorithm.digest, algorithm.mgf_digest} - {None}:
        if algorithm.name not in ("ed25519", "ed448"):
            found.extend(weak_digest(suite, str(name), time))
    return tuple(found)


def weak_digest(suite: CryptographicSuite, name: str, time: datetime) -> tuple[Weakness, ...]:
    """Return what is weak about a digest algorithm at a time."""
    row = suite.digest(name)
    return (Weakness(algorithm=name, until=row.until),) if time >= row.until else ()
