"""Collects what a signature needs for the long term: certificates and their status, given or fetched.

What is found is material for verifiers and trusted by nobody here: whether a chain ends where a reader
wants it is the reader's to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from edoc.drivers.chains import Chain, ChainFinder, Known, Subject
from edoc.drivers.clock import now
from edoc.drivers.loop import Fixpoint, settle
from edoc.facts.material import MaterialKind
from edoc.net.fetch import Fetcher
from edoc.net.gather import Answer, Gatherer, Question
from edoc.net.policy import FetchPolicy
from edoc.net.transport import wait
from edoc.pki import extensions as ext
from edoc.pki.certificate import Certificate
from edoc.pki.status import Status
from edoc.result.enums import WantKind
from edoc.result.report import Want
from edoc.trust.store import Purpose, TrustStore
from edoc.verify.context import Unavailable, ValidationData

_WHY = "REVOCATION_DATA_MISSING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A certificate whose status could not be had; `why` is a code, or empty where nobody was asked."""

    certificate: Certificate
    why: str = ""
    untrusted: bool = False
    """The chain ends in none of the anchors that were given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What goes into the store, what is missing, and who is revoked."""

    objects: tuple[tuple[MaterialKind, bytes], ...]
    missing: tuple[Missing, ...]
    revoked: tuple[Known, ...]


class Collector:
    """Finds the status of certificates in given data, and fetches it where that is allowed; thread-safe.

    Without `trust` a chain ends where the certificates at hand do.
    """

    def __init__(self, data: ValidationData, *, trust: TrustStore | None, online: bool | FetchPolicy) -> None:
        self._data = data
        self._chains = ChainFinder(trust)
        self._policy = FetchPolicy() if online is True else online or None
        self._gatherer = Gatherer(Fetcher(self._policy), now=now) if self._policy is not None else None

    @property
    def online(self) -> bool:
        """Whether anything is fetched."""
        return self._policy is not None

    def collect(
        self,
        subjects: Iterable[Subject],
        *,
        carried: Iterable[Certificate] = (),
        stored: ValidationData | None = None,
    ) -> Collected:
        """Return everything about some certificates; `carried` are in the document and are not stored again.

        `stored` is what the document's own store holds.
        """
        carried = tuple(carried)
        data = _joined(self._data, carried, stored or ValidationData())
        asked = tuple({(item.certificate.sha256, item.purpose): item for item in subjects}.values())
        unavailable: tuple[Unavailable, ...] = ()
        if self._gatherer is None or self._policy is None:
            round_ = self._look(asked, data)
        else:
            gatherer, budget = self._gatherer, self._gatherer.budget()

            def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
                return wait(gatherer.gather(questions, budget))

            state = Fixpoint.start(data, self._policy)
            round_, state = settle(lambda latest: self._look(asked, latest), state=state, ask=ask)
            data, unavailable = state.data, state.data.unavailable
        return _concluded(round_, data, unavailable, {item.sha256 for item in carried})

    def _look(self, subjects: tuple[Subject, ...], data: ValidationData) -> _Round:
        chains = [self._chains.best(item, data) for item in subjects]
        # Responders that may themselves be revoked are certificates like any other.
        waiting = [
            Subject(certificate=item, purpose=Purpose.REVOCATION, time=subjects[0].time)
            for item in _responders(chains, data)
        ]
        return _Round(chains=tuple(chains), others=tuple(self._chains.best(item, data) for item in waiting))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    chains: tuple[Chain, ...]
    others: tuple[Chain, ...]

    @property
    def wants(self) -> tuple[Want, ...]:
        """What would help: the status of each certificate, both ways."""
        found = []
        for chain in (*self.chains, *self.others):
            asked = [*chain.open(), *([(chain.top, None)] if chain.top is not None else [])]
            for certificate, key in asked:
                name = certificate.subject.rfc4514()
                common = Want(kind=WantKind.CRL, subject=name, why=_WHY, certificate=certificate.der, issuer_spki=key)
                if key is not None and certificate.ocsp_uris:
                    found.append(replace(common, kind=WantKind.OCSP, uris=certificate.ocsp_uris))
                found.append(replace(common, uris=certificate.crl_uris))
        return tuple(found)


def _joined(data: ValidationData, carried: tuple[Certificate, ...], stored: ValidationData) -> ValidationData:
    return ValidationData(
        certificates=tuple(dict.fromkeys((*data.certificates, *carried, *stored.certificates))),
        crls=tuple(dict.fromkeys((*data.crls, *stored.crls))),
        ocsps=tuple(dict.fromkeys((*data.ocsps, *stored.ocsps))),
    )


def _responders(chains: list[Chain], data: ValidationData) -> list[Certificate]:
    serials = {item.certificate.serial_number for chain in chains for item in chain.known}
    found = {
        item.sha256: item
        for response in data.ocsps
        if any(answer.certificate_id.serial in serials for answer in response.answers)
        for item in response.certificates
        if not item.has_extension(ext.OCSP_NO_CHECK) and not item.is_ca
    }
    return list(found.values())


def _concluded(
    round_: _Round, data: ValidationData, unavailable: tuple[Unavailable, ...], carried: set[bytes]
) -> Collected:
    objects: dict[tuple[MaterialKind, bytes], None] = {}
    missing: list[Missing] = []
    revoked: list[Known] = []
    reasons = {item.subject: item.finding.code for item in unavailable if item.finding is not None}
    for chain in round_.chains:
        if not chain.subject.required:
            continue
        if chain.path is None:
            missing.append(Missing(certificate=chain.subject.certificate, untrusted=True))
            continue
        for certificate, _ in chain.open():
            missing.append(Missing(certificate=certificate, why=reasons.get(certificate.subject.rfc4514(), "")))
        revoked += [item for item in chain.known if item.status is not None and item.status.status in _BAD]
    for chain in (*round_.chains, *round_.others):
        objects.update(dict.fromkeys(_objects(chain, data)))
        if chain.top is not None and chain.subject.required and not _lists(chain.top, data):
            missing.append(Missing(certificate=chain.top, why=reasons.get(chain.top.subject.rfc4514(), "")))
    inside = carried | {item.sha256 for der in _of(objects, MaterialKind.OCSP) for item in _carried_by(der, data)}
    if all(kind is MaterialKind.CERTIFICATE for kind, _ in objects):
        # Nobody's status is needed: the store says so by listing the chain (self-signed certificates).
        inside = set()
    kept = tuple(
        item for item in objects
        if item[0] is not MaterialKind.CERTIFICATE or Certificate.load(item[1]).sha256 not in inside
    )  # fmt: skip
    return Collected(objects=kept, missing=tuple(missing), revoked=tuple(revoked))


_BAD = (Status.REVOKED, Status.ON_HOLD)


def _objects(chain: Chain, data: ValidationData) -> Iterator[tuple[MaterialKind, bytes]]:
    """Yield the certificates of a chain, and the evidence that its statuses rest on."""
    if chain.path is None:
        return
    anchor = chain.path.anchor.certificate
    for certificate in (*chain.path.certificates, *([anchor] if anchor is not None else [])):
        yield MaterialKind.CERTIFICATE, certificate.der
    for item in chain.known:
        if item.status is None:
            continue
        response = next((one for one in data.ocsps if one.sha256 == item.status.evidence_sha256), None)
        if response is not None:
            yield MaterialKind.OCSP, response.der
        else:
            yield from ((MaterialKind.CRL, der) for der in _lists(item.certificate, data))
        if item.status.evidence_issuer is not None:
            yield MaterialKind.CERTIFICATE, item.status.evidence_issuer.der
    if chain.top is not None:
        yield from ((MaterialKind.CRL, der) for der in _lists(chain.top, data))


def _lists(certificate: Certificate, data: ValidationData) -> list[bytes]:
    """Return the newest list of a certificate's issuer for each part that it is cut into."""
    newest: dict[tuple[bytes | None, bool], tuple[datetime, bytes]] = {}
    for crl in data.crls:
        if crl.issuer.canonical != certificate.issuer.canonical:
            continue
        part = crl.scope_der, crl.is_delta
        if part not in newest or crl.this_update > newest[part][0]:
            newest[part] = crl.this_update, crl.der
    return [der for _, der in newest.values()]


def _of(objects: Iterable[tuple[MaterialKind, bytes]], kind: MaterialKind) -> list[bytes]:
    return [der for what, der in objects if what is kind]


def _carried_by(der: bytes, data: ValidationData) -> tuple[Certificate, ...]:
    return next((item.certificates for item in data.ocsps if item.der == der), ())
