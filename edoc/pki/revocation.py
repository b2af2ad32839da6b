"""The status of one certificate of a path at a time, from the revocation lists at hand (RFC 5280 6.3).

Lists are evidence, never trusted by themselves: each must be in scope, known at the time, and signed
by a key that the certificate's own anchor answers for.  The answer comes with the dates it rests on,
so that freshness is the policy's to judge; every list that could not be used is named with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from edoc.facts.signature import SignatureAlgorithm
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki import extensions as ext
from edoc.pki.certificate import Certificate
from edoc.pki.crl import CrlError, RevocationList, RevokedEntry
from edoc.pki.crl_scope import covered_reasons
from edoc.pki.extensions import ALL_REASONS
from edoc.pki.path import Anchor, CandidatePath, build_paths
from edoc.pki.pool import Pool
from edoc.pki.rfc5280 import check_path
from edoc.pki.violation import Violation

SKEW = timedelta(minutes=5)
"""How far the clocks of an authority and a verifier may differ."""
_DEPTH = 3
"""Authorities that sign lists for lists for lists: two levels occur."""


class Status(Enum):
    """What the evidence says about a certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    ON_HOLD = "on_hold"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The revocation data at hand, and the certificates that its signers may have."""

    crls: tuple[RevocationList, ...] = ()
    pool: Pool = field(default_factory=Pool)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStatus:
    """A status and what it rests on; dates are those of the oldest list that was needed."""

    status: Status
    revocation_time: datetime | None = None
    reason: str | None = None
    """X.509 name of the reason; null when the list gives none, which is not the same as `unspecified`."""
    invalidity_date: datetime | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None
    evidence_sha256: bytes | None = None
    evidence_issuer: Certificate | None = None
    """The certificate whose key signed the evidence; null for an anchor given without one."""
    evidence_algorithm: SignatureAlgorithm | None = None
    evidence_spki_der: bytes | None = None
    knows_expired: bool = False
    """Whether the evidence would still list the certificate after its expiry (3.1.10 of X.509: expiredCertsOnCRL)."""
    key_differs: bool = False
    """Whether the list was signed by another key than the certificate."""
    rejected: tuple[Violation, ...] = ()


def needs_status(certificate: Certificate) -> bool:
    """Tell whether a certificate's status must be known.

    End-entity certificates that say they will never be revoked, or live too short for it, need none
    (RFC 9608 3, EN 319 412-1 5.2); an authority cannot exempt itself.
    """
    exempt = certificate.has_extension(ext.NO_REV_AVAIL) or certificate.has_extension(ext.VALIDITY_ASSURED_SHORT_TERM)
    return certificate.is_ca or not exempt


def certificate_status(
    path: CandidatePath,
    index: int,
    *,
    evidence: Evidence,
    anchors: tuple[Anchor, ...],
    time: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> CertificateStatus:
    """Return the status of the certificate at an index of a path, at a time (aware UTC).

    A revocation in any usable list counts; a hold and the absence of an entry count as the newest
    lists say.  `anchors` serve to find the anchor of the same authority under another key.
    """
    work = _Work(evidence=evidence, anchors=anchors, time=time, limits=limits)
    return work.status(path, index, ())


@dataclass(frozen=True, slots=True)
class _Usable:
    crl: RevocationList
    mask: int
    signer: Certificate | None
    spki_der: bytes


class _Work:
    def __init__(self, *, evidence: Evidence, anchors: tuple[Anchor, ...], time: datetime, limits: Limits) -> None:
        self.crls = evidence.crls
        self.pool = evidence.pool
        self.anchors = anchors
        self.time = time
        self.limits = limits
        self.checks = 0

    def status(self, path: CandidatePath, index: int, guarded: tuple[bytes, ...]) -> CertificateStatus:
        certificate = path.certificates[index]
        rejected: list[Violation] = []
        usable: list[_Usable] = []
        for crl in self.crls:
            code, found = self._usable(crl, path, index, guarded)
            if found is not None:
                usable.append(found)
            elif code:
                params = {"crl": crl.issuer.rfc4514()}
                rejected.append(
                    Violation(code=code, index=index, certificate_sha256=certificate.sha256, params=params)
                )
        bases = sorted((item for item in usable if not item.crl.is_delta), key=self._preference, reverse=True)
        deltas = [item for item in usable if item.crl.is_delta]
        return _Answer(certificate, bases, deltas, rejected, self.time).status()

    def _preference(self, item: _Usable) -> tuple[bool, datetime, bytes]:
        following = item.crl.next_update
        return following is not None and following >= self.time, item.crl.this_update, item.crl.sha256

    def _usable(
        self, crl: RevocationList, path: CandidatePath, index: int, guarded: tuple[bytes, ...]
    ) -> tuple[str, _Usable | None]:
        certificate = path.certificates[index]
        own = crl.issuer.canonical == certificate.issuer.canonical
        if not own and not crl.scope.indirect:
            return "", None
        mask = covered_reasons(certificate, crl.scope, crl.issuer)
        if mask == 0:
            return "EVIDENCE_SCOPE" if own else "", None
        if crl.this_update > self.time + SKEW:
            return "EVIDENCE_FUTURE", None
        signer = self._signer(crl, path, index, guarded)
        if isinstance(signer, str):
            return signer, None
        return "", _Usable(crl, mask, signer[0], signer[1])

    def _signer(
        self, crl: RevocationList, path: CandidatePath, index: int, guarded: tuple[bytes, ...]
    ) -> tuple[Certificate | None, bytes] | str:
        """Return whose key signed a list and may do so, or the reason why nobody did."""
        code = "EVIDENCE_ISSUER"
        for certificate, spki_der in self._direct(crl, path, index):
            if self._verifies(crl, spki_der):
                if certificate is None or _may_sign_lists(certificate):
                    return certificate, spki_der
                code = "NO_CRLSIGN"
        if len(guarded) >= _DEPTH:
            return code
        for candidate in self.pool.by_subject(crl.issuer):
            if not self._verifies(crl, candidate.spki_der):
                continue
            if not _may_sign_lists(candidate):
                code = "NO_CRLSIGN"
            elif candidate.sha256 in guarded or self._authorised(candidate, path, index, guarded):
                return candidate, candidate.spki_der
        return "PATH_BUDGET" if self.checks > self.limits.path_signature_checks else code

    def _direct(
        self, crl: RevocationList, path: CandidatePath, index: int
    ) -> Iterator[tuple[Certificate | None, bytes]]:
        """Yield the keys that need no path of their own: those above on this path, and the anchor's."""
        for certificate in path.certificates[index + 1 :]:
            if certificate.subject.canonical == crl.issuer.canonical:
                yield certificate, certificate.spki_der
        for anchor in self._anchors(path):
            if anchor.name.canonical == crl.issuer.canonical:
                yield anchor.certificate, anchor.spki_der

    def _anchors(self, path: CandidatePath) -> tuple[Anchor, ...]:
        """Return the path's anchor and those of the same name: one authority under several keys (roll-over)."""
        name = path.anchor.name.canonical
        others = (item for item in self.anchors if item.name.canonical == name)
        return (path.anchor, *(item for item in others if item != path.anchor))

    def _verifies(self, crl: RevocationList, spki_der: bytes) -> bool:
        self.checks += 1
        return self.checks <= self.limits.path_signature_checks and crl.verify(spki_der)

    def _authorised(
        self, candidate: Certificate, path: CandidatePath, index: int, guarded: tuple[bytes, ...]
    ) -> bool:
        """Tell whether a list's signer has a valid path of its own to the same anchor, and is not revoked."""
        search = build_paths(
            candidate, pool=self.pool, anchors=self._anchors(path), time=self.time, limits=self.limits
        )
        self.checks += search.signature_checks
        return any(self._valid(found, index, (*guarded, candidate.sha256)) for found in search.paths)

    def _valid(self, found: CandidatePath, index: int, guarded: tuple[bytes, ...]) -> bool:
        broken = check_path(found, time=self.time, limits=self.limits)
        # The dates of the signer of the leaf's evidence are the caller's to judge (EN 319 102-1 5.2.6.4, step 8).
        if any(not (index == 0 and item.index == 0 and item.code == "EXPIRED") for item in broken):
            return False
        return all(
            found.is_anchor_itself
            or not needs_status(certificate)
            or certificate.sha256 in guarded[:-1]
            or self.status(found, level, guarded).status is Status.GOOD
            for level, certificate in enumerate(found.certificates)
        )


def _may_sign_lists(certificate: Certificate) -> bool:
    return certificate.key_usage is None or "cRLSign" in certificate.key_usage


class _Answer:
    """What the usable lists say together."""

    def __init__(
        self,
        certificate: Certificate,
        bases: list[_Usable],
        deltas: list[_Usable],
        rejected: list[Violation],
        time: datetime,
    ) -> None:
        self.certificate = certificate
        self.bases = bases
        self.deltas = deltas
        self.rejected = rejected
        self.time = time

    def status(self) -> CertificateStatus:
        merged = [self._merged(base) for base in self.bases]
        readable = [item for item in merged if item is not None]
        final = [item for item in readable if item[1] is not None and item[1].reason != "certificateHold"]
        if final:
            newest = max(final, key=lambda item: item[0].crl.this_update)
            return self._answer(Status.REVOKED, newest[2], newest[1], [newest[2]])
        covered = 0
        used: list[_Usable] = []
        for base, entry, source in readable:
            if entry is not None:
                return self._answer(Status.ON_HOLD, source, entry, [source])
            if base.mask & ~covered:
                covered |= base.mask
                used.append(source)
            if covered == ALL_REASONS:
                oldest = min(used, key=lambda item: item.crl.this_update)
                return self._answer(Status.GOOD, oldest, None, used)
        if used:
            self._reject("EVIDENCE_REASONS", used[0].crl)
        return CertificateStatus(status=Status.UNKNOWN, rejected=tuple(self.rejected))

    def _merged(self, base: _Usable) -> tuple[_Usable, RevokedEntry | None, _Usable] | None:
        """Return (base, entry, the list that decided), a delta laid over its base (6.3.3 c, i, j)."""
        entry = self._entry(base.crl)
        if isinstance(entry, str):
            return None
        if entry is not None and entry.reason == "removeFromCRL":
            self._reject("EVIDENCE_MALFORMED", base.crl)
            return None
        source = base
        fitting = [item for item in self.deltas if _delta_fits(item.crl, base.crl) and item.spki_der == base.spki_der]
        for delta in sorted(fitting, key=lambda item: (item.crl.this_update, item.crl.sha256), reverse=True)[:1]:
            change = self._entry(delta.crl)
            if isinstance(change, str):
                return None
            if change is not None:
                released = change.reason == "removeFromCRL"
                lifted = released and (entry is None or entry.reason == "certificateHold")
                entry = None if lifted else entry if released else change
            source = delta
        return base, entry, source

    def _entry(self, crl: RevocationList) -> RevokedEntry | str | None:
        try:
            return crl.entry(self.certificate.serial_number, self.certificate.issuer)
        except CrlError:
            self._reject("EVIDENCE_MALFORMED", crl)
            return "EVIDENCE_MALFORMED"

    def _reject(self, code: str, crl: RevocationList) -> None:
        self.rejected.append(
            Violation(
                code=code, index=0, certificate_sha256=self.certificate.sha256, params={"crl": crl.issuer.rfc4514()}
            )
        )

    def _answer(
        self, status: Status, source: _Usable, entry: RevokedEntry | None, used: list[_Usable]
    ) -> CertificateStatus:
        limits = [item.crl.next_update for item in used]
        known = [date for date in limits if date is not None]
        since = source.crl.expired_certificates_since
        expiry = self.certificate.not_after
        return CertificateStatus(
            status=status,
            revocation_time=entry.revocation_time if entry is not None else None,
            reason=entry.reason if entry is not None else None,
            invalidity_date=entry.invalidity_date if entry is not None else None,
            this_update=source.crl.this_update,
            next_update=min(known) if len(known) == len(limits) else None,
            evidence_sha256=source.crl.sha256,
            evidence_issuer=source.signer,
            evidence_algorithm=source.crl.signature_algorithm,
            evidence_spki_der=source.spki_der,
            knows_expired=source.crl.this_update <= expiry or (since is not None and since <= expiry),
            rejected=tuple(self.rejected),
        )


def _delta_fits(delta: RevocationList, base: RevocationList) -> bool:
    """Tell whether a delta list may be laid over a base list (RFC 5280 5.2.4 and 6.3.3 c)."""
    if delta.crl_number is None or base.crl_number is None or delta.base_crl_number is None:
        return False
    return (
        delta.base_crl_number <= base.crl_number < delta.crl_number
        and delta.issuer.canonical == base.issuer.canonical
        and delta.scope_der == base.scope_der
        and delta.authority_key_identifier_der == base.authority_key_identifier_der
    )
