"""The composition root of verification: wires files, clock and material to the engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from edoc import __version__
from edoc.drivers.clock import now
from edoc.drivers.files import open_document
from edoc.drivers.material import load_validation_data
from edoc.errors import ConfigError, InputError
from edoc.facts.document import Digest, Document
from edoc.facts.signature import DocumentFacts
from edoc.formats import read_document
from edoc.formats.originals import Originals
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.pem import certificates_in
from edoc.policy.model import Judgement, Policy
from edoc.report.model import Report
from edoc.result.report import CertificateResult, Outcome
from edoc.trust.store import Purpose, TrustStore
from edoc.verify.chain import certificate_path
from edoc.verify.context import Context, ValidationData
from edoc.verify.engine import EngineIdentity, validate
from edoc.verify.memo import PathMemo

if TYPE_CHECKING:
    from edoc.drivers.network import Network
    from edoc.net.policy import FetchPolicy

Input = str | PathLike[str] | bytes | BinaryIO | Document
"""What a document may be handed over as: a path, bytes, a binary file or a `Document`."""

Original = str | PathLike[str] | Document | Digest
"""What a detached original may be handed over as."""


class Verifier:
    """Verifies documents under one configuration; immutable, thread-safe, pickles as its configuration.

    Keeps anchors, supplied material and remembered paths, so that many documents cost what the first
    one does only once.
    """

    __slots__ = ("_basis", "_config", "_data", "_identity", "_memo", "_network", "_policy", "_trust")

    def __init__(
        self,
        *,
        trust: TrustStore | None = None,
        policy: str | PathLike[str] | Policy = "default",
        validation_data: Iterable[str | PathLike[str] | bytes | Document] = (),
        validation_time: datetime | None = None,
        online: bool | FetchPolicy = False,
        expect: str = "signature",
        signature_policies: Iterable[str | PathLike[str] | bytes | Document] = (),
    ) -> None:
        """Prepare a verifier.

        `trust` is required unless the policy is `integrity`; `validation_time` must be aware
        (`ValueError` otherwise), null means now.  `online` false opens no socket; a `FetchPolicy` says
        what may be fetched, true stands for the default one.  `signature_policies` are documents with the rules
        that signatures say they follow: their digests are compared.  Raises `ConfigError` for what cannot be used.
        """
        if validation_time is not None and validation_time.tzinfo is None:
            raise ValueError("validation_time must be an aware datetime")
        if expect not in ("signature", "timestamp"):
            raise ConfigError("EXPECT_UNKNOWN", subject=str(expect))
        self._policy = _policy(policy)
        if trust is None and self._policy.judgement is Judgement.FULL:
            raise ConfigError("TRUST_REQUIRED", subject=self._policy.id)
        # Under `integrity` nothing is trusted, whatever was handed over: no name is proved.
        judged = self._policy.judgement is Judgement.FULL
        self._trust = trust if trust is not None and judged else TrustStore.empty()
        time = validation_time.astimezone(UTC) if validation_time is not None else None
        policies = tuple(bytes(open_document(item).data[:]) for item in signature_policies)
        self._data = replace(load_validation_data(tuple(validation_data)), signature_policies=policies)
        self._config = _Config(validation_time=time, expect=expect, limits=DEFAULT_LIMITS, online=online)
        self._network = _network(online)
        self._identity = EngineIdentity(
            tool_version=__version__, policy=self._policy.identity(), trust_digest=self._trust.digest()
        )
        self._basis = f"{self._identity.policy.digest} {self._identity.trust_digest}"
        self._memo = PathMemo()

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self._trust, self._policy, self._data, self._config)

    def rules(self) -> tuple[str, str]:
        """Return the digests of the policy and of the anchors, as every report of this verifier prints them."""
        return self._identity.policy.digest, self._identity.trust_digest

    def verify(self, document: Input, *, detached: Sequence[Original] = (), password: str | None = None) -> Report:
        """Return the report about a document.

        Never raises for a bad signature.  Raises `InputError` when the document cannot be read or is of
        an unsupported kind.
        """
        return self.verify_at(document, at=None, detached=detached, password=password)

    def verify_at(
        self, document: Input, *, at: datetime | None, detached: Sequence[Original] = (), password: str | None = None
    ) -> Report:
        """As `verify`, with the time that counts as now: a batch fixes it once (design section 3.1)."""
        inquiry = self._inquire(document, at=at, detached=detached, password=password)
        if self._network is not None:
            return self._network.report(inquiry, self._data)
        return Report.of(inquiry.validate(self._data).report)

    def verify_certificate(self, certificate: Certificate) -> CertificateResult:
        """Validate one certificate as a signer's (EN 319 102-1 5.2.6) at the verifier's time."""
        inquiry = _CertificateInquiry(certificate=certificate, context=self._context(now()), memo=self._memo)
        if self._network is not None:
            return self._network.certificate_result(inquiry, self._data)
        return inquiry.validate(self._data)

    def _inquire(
        self, document: Input, *, at: datetime | None, detached: Sequence[Original], password: str | None
    ) -> Inquiry:
        opened = open_document(document)
        originals = _originals(detached)
        facts = read_document(
            opened, originals=originals, password=password, records=self._data.records, limits=self._config.limits
        )
        _refuse_unreadable(facts)
        context = self._context(at or now())
        return Inquiry(facts=facts, context=context, identity=self._identity, memo=self._memo)

    def _context(self, current: datetime) -> Context:
        given = self._config.validation_time
        return Context(
            policy=self._policy,
            trust=self._trust,
            time=given if given is not None else current,
            time_source="given" if given is not None else "now",
            expect=self._config.expect,
            data=self._data,
            limits=self._config.limits,
            basis=self._basis,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One document as it was read, and everything but the data to validate it with."""

    facts: DocumentFacts
    context: Context
    identity: EngineIdentity
    memo: PathMemo

    def validate(self, data: ValidationData) -> Outcome:
        """Return what the engine says with some data at hand."""
        context = self.context if data is self.context.data else replace(self.context, data=data)
        return validate(self.facts, context=context, identity=self.identity, memo=self.memo)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CertificateInquiry:
    """As `Inquiry`, for one certificate."""

    certificate: Certificate
    context: Context
    memo: PathMemo

    def validate(self, data: ValidationData) -> CertificateResult:
        context = replace(self.context, data=data)
        material, _ = context.material(())
        name = self.certificate.subject.rfc4514()
        verdict = self.memo.validate(
            self.certificate, subject=name, purpose=Purpose.SIGNER, material=material, context=context
        )
        return CertificateResult(
            indication=verdict.conclusion.indication,
            sub_indication=verdict.conclusion.sub_indication,
            subject=name,
            sha256=self.certificate.sha256.hex(),
            path=certificate_path(verdict),
            validation_time=context.time,
            findings=(*verdict.conclusion.findings, *verdict.findings),
            wants=verdict.wants,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Config:
    validation_time: datetime | None
    expect: str
    limits: Limits
    online: bool | FetchPolicy


def _rebuild(trust: TrustStore, policy: Policy, data: ValidationData, config: _Config) -> Verifier:
    verifier = Verifier(
        trust=trust,
        policy=policy,
        validation_time=config.validation_time,
        online=config.online,
        expect=config.expect,
    )
    verifier._data = data
    return verifier


def _network(online: bool | FetchPolicy) -> Network | None:
    if online is False:
        return None
    # Loaded here: who verifies offline needs no HTTP.
    from edoc.drivers.network import Network
    from edoc.net.policy import FetchPolicy

    return Network(FetchPolicy() if online is True else online)


def verify_document(
    document: Input,
    *,
    trust: TrustStore | None = None,
    detached: Sequence[Original] = (),
    validation_data: Iterable[str | PathLike[str] | bytes | Document] = (),
    policy: str | PathLike[str] | Policy = "default",
    validation_time: datetime | None = None,
    online: bool | FetchPolicy = False,
    password: str | None = None,
    expect: str = "signature",
    signature_policies: Iterable[str | PathLike[str] | bytes | Document] = (),
) -> Report:
    """Verify one document and return the report; a bad signature is a result, never an exception.

    `trust` is required unless `policy` is `integrity`.  `validation_data` are certificates,
    revocation data and evidence records to use, never trusted by themselves.  `online` false opens no socket; a
    `FetchPolicy` (true: the default one) lets missing revocation data be fetched.  Raises `EdocError` only when the question
    could not be asked, `ValueError` for a naive `validation_time`.
    """
    verifier = Verifier(
        trust=trust,
        policy=policy,
        validation_data=validation_data,
        validation_time=validation_time,
        online=online,
        expect=expect,
        signature_policies=signature_policies,
    )
    return verifier.verify(document, detached=detached, password=password)


def verify_certificate(
    certificate: str | PathLike[str] | bytes,
    *,
    trust: TrustStore,
    validation_data: Iterable[str | PathLike[str] | bytes | Document] = (),
    policy: str | PathLike[str] | Policy = "default",
    validation_time: datetime | None = None,
) -> CertificateResult:
    """Validate a certificate (PEM or DER, path or bytes) as that of a signer.

    The result has `indication` (PASSED, FAILED, INDETERMINATE) and `sub_indication`.  Raises
    `InputError` when there is no readable certificate.
    """
    opened = open_document(certificate)
    ders = certificates_in(bytes(opened.data[:]))
    verifier = Verifier(trust=trust, policy=policy, validation_data=validation_data, validation_time=validation_time)
    try:
        return verifier.verify_certificate(Certificate.load(ders[0]))
    except (CertificateError, IndexError) as problem:
        raise InputError("CERTIFICATE_UNREADABLE", subject=opened.name) from problem


def _policy(policy: str | PathLike[str] | Policy) -> Policy:
    if isinstance(policy, Policy):
        return policy
    name = str(policy)
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise ConfigError("POLICY_UNKNOWN", subject=name, params={"known": "default, integrity"})
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise ConfigError("POLICY_MALFORMED", subject=name, params={"why": str(problem)}) from problem
        return Policy.from_toml(text, name=name)
    return Policy.named(name)


def _refuse_unreadable(facts: DocumentFacts) -> None:
    """No marks of a signature and no complete parse: the question could not be asked."""
    if facts.complete or facts.signature_marks or facts.signatures:
        return
    first = facts.findings[0] if facts.findings else None
    code = first.code if first is not None else "UNSUPPORTED_TYPE"
    raise InputError(code, subject=facts.name, params=first.params if first is not None else None)


def _originals(detached: Sequence[Original]) -> Originals:
    return Originals(item if isinstance(item, Digest) else open_document(item) for item in detached)
