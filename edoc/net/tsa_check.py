"""What a client checks of a time-stamp before it uses it (RFC 3161 2.2 and 2.4.2).

Whether the authority is one that a verifier trusts is not judged here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from edoc.errors import FetchError
from edoc.facts.findings import Severity
from edoc.facts.material import MaterialKind
from edoc.facts.signature import TimestampFacts, TimestampKind
from edoc.formats.tst import timestamp_facts
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.purpose import tsa_violations
from edoc.verify.crypto import verify_signature
from edoc.verify.identify import identify


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a time-stamp was asked for: digest and its hashlib name, nonce and policy (null: any)."""

    digest: bytes
    algorithm: str
    nonce: int | None
    policy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamp:
    """A time-stamp that passed the client's checks."""

    token: bytes = field(repr=False)
    """DER ContentInfo, as received."""
    gen_time: datetime
    """Aware UTC."""
    policy: str
    serial: int
    certificate: Certificate = field(repr=False)
    """Of the authority's unit that signed."""
    url: str
    """Where it came from, without query."""


def check_token(token: bytes, *, asked: Asked, url: str) -> TimeStamp:
    """Return a time-stamp that is what was asked for and whose signature holds; raises `FetchError` otherwise.

    `url` names the service in errors.  Codes: TSA_TOKEN_UNUSABLE, TSA_NONCE_MISMATCH,
    TSA_IMPRINT_MISMATCH, TSA_POLICY_MISMATCH, TSA_CERTIFICATE_MISSING, TSA_SIGNATURE_INVALID,
    TSA_CERTIFICATE_UNSUITABLE, TSA_CERTIFICATE_EXPIRED.
    """
    facts = timestamp_facts(
        token,
        id="T1",
        kind=TimestampKind.SIGNATURE,
        imprint_of=lambda name: asked.digest if name == asked.algorithm else None,
    )
    for finding in (*facts.findings, *facts.token.findings):
        if finding.severity is Severity.ERROR:
            raise FetchError("TSA_TOKEN_UNUSABLE", subject=url, params={"cause": finding.code})
    if facts.imprint is None or facts.gen_time is None or facts.serial is None:
        raise FetchError("TSA_TOKEN_UNUSABLE", subject=url, params={"cause": "TST_MALFORMED"})
    if asked.nonce is not None and facts.nonce != asked.nonce:
        raise FetchError("TSA_NONCE_MISMATCH", subject=url)
    if not facts.imprint.intact:
        raise FetchError("TSA_IMPRINT_MISMATCH", subject=url)
    if asked.policy is not None and facts.policy != asked.policy:
        raise FetchError("TSA_POLICY_MISMATCH", subject=url, params={"asked": asked.policy, "given": facts.policy})
    certificate = _signer(facts, url)
    _suitable(certificate, facts.gen_time, url)
    return TimeStamp(
        token=token,
        gen_time=facts.gen_time,
        policy=facts.policy,
        serial=facts.serial,
        certificate=certificate,
        url=url,
    )


def _signer(facts: TimestampFacts, url: str) -> Certificate:
    """Return the certificate that the signed ESS reference names and whose key made the signature."""
    carried = []
    for item in facts.token.material:
        if item.kind is MaterialKind.CERTIFICATE:
            try:
                carried.append(Certificate.load(item.der))
            except CertificateError:
                continue
    found = identify(facts.token, tuple(carried))
    referenced = bool(facts.token.certificate_references)
    if found.certificate is None or not referenced or not found.conclusion.passed:
        raise FetchError("TSA_CERTIFICATE_MISSING", subject=url)
    if not verify_signature(facts.token, found.certificate).conclusion.passed:
        raise FetchError("TSA_SIGNATURE_INVALID", subject=url)
    return found.certificate


def _suitable(certificate: Certificate, gen_time: datetime, url: str) -> None:
    name = certificate.subject.rfc4514()
    violations = tsa_violations(certificate)
    if violations:
        raise FetchError("TSA_CERTIFICATE_UNSUITABLE", subject=url, params={"name": name, "cause": violations[0].code})
    if not certificate.not_before <= gen_time <= certificate.not_after:
        until = certificate.not_after.strftime("%Y-%m-%dT%H:%M:%SZ")
        raise FetchError("TSA_CERTIFICATE_EXPIRED", subject=url, params={"name": name, "time": until})
