"""What several usable revocation lists say together about one certificate (RFC 5280 6.3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edoc.pki.certificate import Certificate
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.crl_entry import RevokedEntry
from edoc.pki.extension_values import ALL_REASONS
from edoc.pki.status import CertificateStatus, SignatureUse, Status
from edoc.pki.violation import Violation

_HOLD = "certificateHold"
_REMOVE = "removeFromCRL"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableList:
    """A list in scope, known at the time and signed by somebody who may; `mask` tells the reasons it covers."""

    crl: RevocationList
    mask: int
    signer: Certificate | None
    spki_der: bytes
    key_differs: bool
    signatures: tuple[SignatureUse, ...]

    def fresh(self, time: datetime) -> bool:
        """Tell whether the next list is not due yet."""
        return self.crl.next_update is not None and self.crl.next_update >= time


@dataclass(frozen=True, slots=True)
class _Said:
    """What one base list says, its delta laid over it: the entry, and the list that decided."""

    mask: int
    entry: RevokedEntry | None
    source: UsableList


def conclude(
    certificate: Certificate, usable: list[UsableList], *, rejected: list[Violation], time: datetime
) -> CertificateStatus:
    """Return the status that usable lists give a certificate; what turns out unusable joins `rejected`.

    A revocation in any list counts, as it is for ever; a hold, and the absence of an entry, count as
    the newest lists say, until every reason is covered.
    """
    merge = _Merge(certificate, rejected, time)
    bases = sorted(
        (item for item in usable if not item.crl.is_delta),
        # EN 319 102-1 5.2.6.4: the latest that is known to hold the status of this certificate.
        key=lambda item: (_knows_expired(item.crl, certificate), item.fresh(time), item.crl.this_update, item.crl.sha256),
        reverse=True,
    )
    deltas = [item for item in usable if item.crl.is_delta]
    said = [found for base in bases if (found := merge.read(base, deltas)) is not None]
    return merge.answer(said)


class _Merge:
    def __init__(self, certificate: Certificate, rejected: list[Violation], time: datetime) -> None:
        self.certificate = certificate
        self.rejected = rejected
        self.time = time

    def read(self, base: UsableList, deltas: list[UsableList]) -> _Said | None:
        try:
            entry = self._entry(base)
            if entry is not None and entry.reason == _REMOVE:
                # RFC 5280 5.3.1: only delta lists take back.
                raise CrlError(_REMOVE)
            delta = self._newest_delta(base, deltas)
            if delta is None:
                return _Said(base.mask, entry, base)
            entry = _changed(entry, self._entry(delta))
        except CrlError:
            self.reject("EVIDENCE_MALFORMED", base)
            return None
        source = base if base.fresh(self.time) and not delta.fresh(self.time) else delta
        return _Said(base.mask, entry, source)

    def _entry(self, item: UsableList) -> RevokedEntry | None:
        return item.crl.entry(self.certificate.serial_number, self.certificate.issuer)

    def _newest_delta(self, base: UsableList, deltas: list[UsableList]) -> UsableList | None:
        # 6.3.3 (c)(3) and 5.2.4: the same key signs both, so that neither can be slipped under the other.
        fitting = [item for item in deltas if item.spki_der == base.spki_der and delta_fits(item.crl, base.crl)]
        return max(fitting, key=lambda item: (item.crl.crl_number or 0, item.crl.sha256), default=None)

    def answer(self, said: list[_Said]) -> CertificateStatus:
        final = [item for item in said if item.entry is not None and item.entry.reason != _HOLD]
        if final:
            newest = max(final, key=lambda item: item.source.crl.this_update)
            return self._status(Status.REVOKED, newest.entry, [newest.source])
        covered = 0
        used: list[UsableList] = []
        for item in said:
            if item.entry is not None:
                return self._status(Status.ON_HOLD, item.entry, [item.source])
            if item.mask & ~covered:
                covered |= item.mask
                used.append(item.source)
            if covered == ALL_REASONS:
                return self._status(Status.GOOD, None, used)
        if used:
            self.reject("EVIDENCE_REASONS", used[0])
        return CertificateStatus(status=Status.UNKNOWN, rejected=tuple(self.rejected))

    def reject(self, code: str, item: UsableList) -> None:
        params = {"crl": item.crl.issuer.rfc4514()}
        self.rejected.append(Violation(code=code, index=0, certificate_sha256=self.certificate.sha256, params=params))

    def _status(self, status: Status, entry: RevokedEntry | None, used: list[UsableList]) -> CertificateStatus:
        oldest = min(used, key=lambda item: item.crl.this_update)
        due = [item.crl.next_update for item in used if item.crl.next_update is not None]
        next_update = min(due) if len(due) == len(used) else None
        knows = all(_knows_expired(item.crl, self.certificate) for item in used)
        return CertificateStatus(
            status=status,
            revocation_time=entry.revocation_time if entry is not None else None,
            reason=entry.reason if entry is not None else None,
            invalidity_date=entry.invalidity_date if entry is not None else None,
            this_update=oldest.crl.this_update,
            next_update=next_update,
            windows=((oldest.crl.this_update, next_update),),
            evidence_sha256=oldest.crl.sha256,
            evidence_kind="crl",
            evidence_issuer=oldest.signer,
            evidence_signatures=tuple(dict.fromkeys(use for item in used for use in item.signatures)),
            knows_expired=knows,
            kept_after_expiry=knows and all(item.crl.this_update > self.certificate.not_after for item in used),
            key_differs=any(item.key_differs for item in used),
            rejected=tuple(self.rejected),
        )


def _changed(entry: RevokedEntry | None, change: RevokedEntry | None) -> RevokedEntry | None:
    if change is None:
        return entry
    if change.reason != _REMOVE:
        return change
    # A release takes back a hold and nothing else.
    return entry if entry is not None and entry.reason != _HOLD else None


def _knows_expired(crl: RevocationList, certificate: Certificate) -> bool:
    since = crl.expired_certificates_since
    return crl.this_update <= certificate.not_after or (since is not None and since <= certificate.not_after)


def delta_fits(delta: RevocationList, base: RevocationList) -> bool:
    """Tell whether a delta list may be laid over a base list (RFC 5280 5.2.4 and 6.3.3 c)."""
    if delta.crl_number is None or base.crl_number is None or delta.base_crl_number is None:
        return False
    return (
        delta.base_crl_number <= base.crl_number < delta.crl_number
        and delta.issuer.canonical == base.issuer.canonical
        and delta.scope_der == base.scope_der
        and delta.authority_key_identifier_der == base.authority_key_identifier_der
    )
