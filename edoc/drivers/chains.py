"""Chains of the certificates that a signature rests on, with the status of each member; remembered while they stay true."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from edoc.pki.certificate import Certificate
from edoc.pki.interval import Interval, dates_of, unchanged
from edoc.pki.path import Anchor, CandidatePath, build_paths, signature_verifies
from edoc.pki.pool import Pool
from edoc.pki.revocation import Evidence, StatusFinder, needs_status
from edoc.pki.status import CertificateStatus, Status
from edoc.trust.store import Purpose, TrustStore
from edoc.verify.context import ValidationData

_DEPTH = 10
_CAPACITY = 256
"""Remembered answers: a signer asks about its own chain and those of its time-stamping authorities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A certificate whose status must be known, and as of when."""

    certificate: Certificate
    purpose: Purpose
    time: datetime
    sealed: bool = False
    """Whether a document time-stamp stands over what is there about it: then old data are as good as fresh ones."""
    required: bool = True
    """Whether it is missed when nothing can be had; else what is found is taken along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known about one certificate of a chain; a null status: none is needed."""

    certificate: Certificate
    status: CertificateStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A certificate's way to an anchor, null when there is none, and the status of what stands on it."""

    subject: Subject
    path: CandidatePath | None
    known: tuple[Known, ...] = ()
    top: Certificate | None = None
    """A last certificate whose issuer is not at hand: nobody here can verify its status."""

    def open(self) -> Iterator[tuple[Certificate, bytes | None]]:
        """Yield what is still to be asked: a certificate and its issuer's key."""
        for index, item in enumerate(self.known):
            if item.status is not None and not self._good_enough(item.status):
                assert self.path is not None
                yield item.certificate, self.path.issuer_key(index)

    def _good_enough(self, status: CertificateStatus) -> bool:
        if status.status is Status.UNKNOWN:
            return False
        stale = status.next_update is not None and status.next_update < self.subject.time
        return self.subject.sealed or not stale


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """Every path of a certificate with what is known about its members; freshness is judged at each use."""

    paths: tuple[tuple[CandidatePath, tuple[Known, ...]], ...]
    top: Certificate | None
    interval: Interval


@dataclass(slots=True, eq=False)
class ChainFinder:
    """Builds chains to the anchors given; without any a chain ends where the certificates at hand do.

    Thread-safe.  An answer is remembered by the identity of everything it rests on, and used only
    between the nearest dates at which anything in it could change.
    """

    trust: TrustStore | None
    _answers: OrderedDict[tuple[bytes, Purpose, bytes], _Answer] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def best(self, subject: Subject, data: ValidationData) -> Chain:
        """Return the chain of which the least is still to be asked."""
        found = self._answer(subject, data)
        chains = (Chain(subject=subject, path=path, known=known, top=found.top) for path, known in found.paths)
        nothing = Chain(subject=subject, path=None)
        return min(chains, key=lambda chain: len(tuple(chain.open())), default=nothing)

    def _answer(self, subject: Subject, data: ValidationData) -> _Answer:
        key = (subject.certificate.sha256, subject.purpose, _identity(data))
        with self._lock:
            known = self._answers.get(key)
            if known is not None and known.interval.holds(subject.time):
                self._answers.move_to_end(key)
                return known
        found = self._look(subject, data)
        with self._lock:
            self._answers[key] = found
            if len(self._answers) > _CAPACITY:
                self._answers.popitem(last=False)
        return found

    def _look(self, subject: Subject, data: ValidationData) -> _Answer:
        pool = Pool(data.certificates)
        anchors, top = self._anchors(subject, pool)
        ends = (item.certificate for item in anchors if item.certificate is not None)
        dates = dates_of((subject.certificate, *data.certificates, *ends), data.crls, data.ocsps)
        evidence = Evidence(crls=data.crls, ocsps=data.ocsps, pool=pool)
        finder = StatusFinder(evidence=evidence, anchors=anchors, time=subject.time)
        search = build_paths(subject.certificate, pool=pool, anchors=anchors, time=subject.time)
        return _Answer(
            paths=tuple((path, tuple(_known(finder, path))) for path in search.paths),
            top=top,
            interval=unchanged(subject.time, dates),
        )

    def _anchors(self, subject: Subject, pool: Pool) -> tuple[tuple[Anchor, ...], Certificate | None]:
        """Return where a chain may end, and the last certificate of one that ends without a root."""
        if self.trust is not None:
            return self.trust.anchors(subject.purpose), None
        top = subject.certificate
        for _ in range(_DEPTH):
            issuers = [item for item in pool.by_subject(top.issuer) if signature_verifies(top, item.spki_der)]
            if top.is_self_issued or not issuers:
                break
            top = issuers[0]
        anchor = Anchor(name=top.subject, spki_der=top.spki_der, certificate=top, label=top.subject.rfc4514())
        return (anchor,), None if top.is_self_issued else top


def _identity(data: ValidationData) -> bytes:
    """Return the digests of everything at hand, in order."""
    parts = (data.certificates, data.crls, data.ocsps)
    return b"|".join(b"".join([item.sha256 for item in part]) for part in parts)


def _known(finder: StatusFinder, path: CandidatePath) -> Iterator[Known]:
    for index, certificate in enumerate(path.certificates):
        anchored = certificate == path.anchor.certificate
        exempt = anchored or not needs_status(certificate)
        yield Known(certificate=certificate, status=None if exempt else finder.status(path, index))
