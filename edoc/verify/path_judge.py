"""Steps 4 to 9 of X.509 certificate validation for one path (EN 319 102-1 5.2.6.4); freshness is judged apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from edoc.facts.findings import Finding, error, info, warning
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.pki.ocsp import OcspResponse
from edoc.pki.ocsp_status import NEVER_ISSUED
from edoc.pki.path import Anchor, CandidatePath
from edoc.pki.purpose import signer_violations, tsa_violations
from edoc.pki.revocation import CertificateStatus, Evidence, Status, StatusFinder, needs_status
from edoc.pki.rfc5280 import Violation, check_path
from edoc.policy.model import RevocationRule
from edoc.policy.suite import NEVER
from edoc.result.enums import SubIndication, WantKind
from edoc.result.report import Want
from edoc.trust.store import Purpose
from edoc.verify.acceptance import conclude
from edoc.verify.certificate import Cause, CertificateVerdict, WeakObject
from edoc.verify.context import PASSED, Conclusion, Context, Material, undecided
from edoc.verify.crypto import Weakness, weaknesses
from edoc.verify.freshness import fresh

_TIME_CODES = frozenset({"EXPIRED", "NOT_YET_VALID"})
_PURPOSE_WARNINGS = frozenset({"SIGNER_IS_CA", "KEY_USAGE_ABSENT"})
_COMPROMISED = frozenset({"keyCompromise", "cACompromise", "aACompromise"})
_LATER = 32
"""Times of later lists that are asked about: a document carries a handful."""

Statuses = tuple[CertificateStatus | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trouble:
    """What revocation data say against a path: the first cause, and the earliest moment of any."""

    conclusion: Conclusion
    cause: Cause
    moment: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PathJudge:
    """Judges the paths of one certificate."""

    subject: str
    purpose: Purpose
    material: Material
    context: Context
    anchors: tuple[Anchor, ...]
    evidence: Evidence
    finder: StatusFinder

    def judge(self, path: CandidatePath) -> CertificateVerdict:
        """Return what is known about a path, freshness of its data not judged."""
        sunset = self._sunset(path)
        if path.is_anchor_itself:
            # Step 1: the certificate is itself an anchor; the policy lets it return at once.
            cause = None if sunset.passed else Cause.SUNSET
            return CertificateVerdict(
                conclusion=sunset, path=path, statuses=(None,), cause=cause, statuses_known=sunset.passed
            )
        statuses, wants = self._statuses(path)
        broken, dates_only = self._path(path)
        trouble = self._trouble(path, statuses)
        missing = self._missing(path, statuses)
        weak = self._weak(path, statuses)
        unreliable, notes = conclude([item for _, item in weak], self.subject)
        beyond = _first(
            missing,
            self._constraints(path),
            unreliable or PASSED,
            self._bounds(path, statuses),
            self._evidence_bounds(path, statuses),
        )
        cause = trouble.cause if trouble is not None and broken.passed else Cause.DATES if dates_only else None
        revoked = trouble.conclusion if trouble is not None else PASSED
        return CertificateVerdict(
            conclusion=_first(sunset, broken, revoked, beyond),
            path=path,
            statuses=statuses,
            findings=(*self._purpose_warnings(path), *notes, *self._oddities(path, statuses)),
            wants=wants,
            cause=cause if sunset.passed else Cause.SUNSET,
            moment=trouble.moment if trouble is not None else None,
            statuses_known=sunset.passed and broken.passed and trouble is None and missing.passed,
            beyond=beyond,
            unreliable=unreliable or PASSED,
            weak=tuple(
                WeakObject(sha256=sha256, algorithm=item.algorithm, until=item.until)
                for sha256, item in weak
                if item.ending is None
            ),
        )

    def _sunset(self, path: CandidatePath) -> Conclusion:
        # Step 3: the trust in the anchor may have an end.
        until = path.anchor.until
        if until is None or self.context.time < until:
            return PASSED
        finding = error("ANCHOR_ENDED", self.subject, name=path.anchor.name.rfc4514(), time=moment_text(until))
        return undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE, finding)

    def _statuses(self, path: CandidatePath) -> tuple[Statuses, tuple[Want, ...]]:
        if self.context.policy.revocation is not RevocationRule.REQUIRED:
            return tuple(None for _ in path.certificates), ()
        found: list[CertificateStatus | None] = []
        wants: list[Want] = []
        for index, certificate in enumerate(path.certificates):
            if not self._needed(path, certificate):
                found.append(None)
                continue
            status = self.finder.status(path, index)
            found.append(status)
            if status.status is Status.UNKNOWN:
                wants.extend(status_wants(path, index, "REVOCATION_DATA_MISSING"))
            elif status.status is Status.GOOD and not self._current(status):
                wants.extend(status_wants(path, index, "REVOCATION_DATA_STALE"))
        return tuple(found), tuple(wants)

    def _current(self, status: CertificateStatus) -> bool:
        policy = self.context.policy
        return any(
            fresh(this_update=first, next_update=last, time=self.context.time, max_age=policy.max_status_age)
            for first, last in status.windows
        )

    def _needed(self, path: CandidatePath, certificate: Certificate) -> bool:
        return certificate.sha256 != anchor_digest(path.anchor) and needs_status(certificate)

    def _path(self, path: CandidatePath) -> tuple[Conclusion, bool]:
        # Step 4: RFC 5280 6.1 at T, the signing certificate's own dates left to step 7.
        violations = [
            item
            for item in check_path(path, time=self.context.time, limits=self.context.limits)
            if not (item.index == 0 and item.code in _TIME_CODES)
        ]
        if not violations:
            return PASSED, False
        findings = tuple(violation_finding(item, self.subject, path) for item in violations)
        dates_only = all(item.code in _TIME_CODES for item in violations)
        return undecided(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, *findings), dates_only

    def _trouble(self, path: CandidatePath, statuses: Statuses) -> _Trouble | None:
        against = [
            (index, status)
            for index, status in enumerate(statuses)
            if status is not None and status.status in (Status.REVOKED, Status.ON_HOLD)
        ]
        later = self._revoked_later(path)
        if not against:
            return later
        moments = [_moment(status) for _, status in against] + ([later.moment] if later is not None else [])
        index, status = against[0]
        conclusion = self._revoked_conclusion(index, path.certificates[index], status)
        causes = {_cause(*item) for item in against} | ({later.cause} if later is not None else set())
        cause = Cause.COMPROMISED if Cause.COMPROMISED in causes else _cause(index, status)
        return _Trouble(conclusion=conclusion, cause=cause, moment=min(moments))

    def _revoked_conclusion(self, index: int, certificate: Certificate, status: CertificateStatus) -> Conclusion:
        params = {
            "name": certificate.subject.rfc4514(),
            "time": moment_text(status.revocation_time),
            "reason": status.reason or "unspecified",
        }
        if status.status is Status.ON_HOLD:
            params["retry"] = moment_text(status.next_update)
            return undecided(SubIndication.TRY_LATER, error("CERTIFICATE_ON_HOLD", self.subject, **params))
        code = "NEVER_ISSUED" if status.reason == NEVER_ISSUED else "CERTIFICATE_REVOKED" if index == 0 else "CA_REVOKED"
        sub = SubIndication.REVOKED_NO_POE if index == 0 else SubIndication.REVOKED_CA_NO_POE
        return undecided(sub, error(code, self.subject, **params), *self._unsafe_before(certificate, status))

    def _unsafe_before(self, certificate: Certificate, status: CertificateStatus) -> tuple[Finding, ...]:
        moment = _moment(status)
        if status.revocation_time is None or moment >= status.revocation_time:
            return ()
        name = certificate.subject.rfc4514()
        return (info("KEY_UNSAFE_SINCE", self.subject, name=name, time=moment_text(moment)),)

    def _revoked_later(self, path: CandidatePath) -> _Trouble | None:
        """A revocation known only after the validation time bars PASSED all the same (design 3.1)."""
        if self.context.policy.revocation is not RevocationRule.REQUIRED:
            return None
        supplied = self._later(self.context.data.crls, self.context.data.ocsps)
        # Each at its own time: a list with a far date must not make the signer of another look expired.
        # What the caller supplied comes first: what is in the document must not crowd it out.
        for time in dict.fromkeys((*supplied, *self._later(self.material.crls, self.material.ocsps))):
            found = self._revoked_at(path, self._finder(time))
            if found is not None:
                return found
        return None

    def _later(self, crls: tuple[RevocationList, ...], ocsps: tuple[OcspResponse, ...]) -> list[datetime]:
        times = {crl.this_update for crl in crls}
        times.update(answer.this_update for one in ocsps for answer in one.answers)
        times.update(one.produced_at for one in ocsps)
        return sorted((item for item in times if item > self.context.time), reverse=True)[:_LATER]

    def _revoked_at(self, path: CandidatePath, finder: StatusFinder) -> _Trouble | None:
        for index, certificate in enumerate(path.certificates):
            if not self._needed(path, certificate):
                continue
            status = finder.status(path, index)
            if status.status is Status.REVOKED:
                sub = SubIndication.REVOKED_NO_POE if index == 0 else SubIndication.REVOKED_CA_NO_POE
                time, name = moment_text(status.revocation_time), certificate.subject.rfc4514()
                later = error("REVOCATION_LATER", self.subject, name=name, time=time)
                conclusion = undecided(sub, later, *self._unsafe_before(certificate, status))
                return _Trouble(conclusion=conclusion, cause=_cause(index, status), moment=_moment(status))
        return None

    def _finder(self, time: datetime) -> StatusFinder:
        return StatusFinder(evidence=self.evidence, anchors=self.anchors, time=time, limits=self.context.limits)

    def _missing(self, path: CandidatePath, statuses: Statuses) -> Conclusion:
        missing = [
            finding
            for certificate, status in zip(path.certificates, statuses, strict=True)
            if status is not None and status.status is Status.UNKNOWN
            for finding in self._missing_findings(certificate, status)
        ]
        if not missing:
            return PASSED
        expired = self._expired_finding(path.certificates[0])
        return undecided(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, *expired, *missing)

    def _missing_findings(self, certificate: Certificate, status: CertificateStatus) -> tuple[Finding, ...]:
        name = certificate.subject.rfc4514()
        why = ", ".join(sorted({item.code for item in status.rejected}))
        unusable = {item.code: item for item in status.rejected}
        told = [info(code, self.subject, **{"name": name, **item.params}) for code, item in sorted(unusable.items())]
        return error("REVOCATION_DATA_MISSING", self.subject, name=name, why=why or "-"), *told

    def _constraints(self, path: CandidatePath) -> Conclusion:
        # Step 5: the X.509 constraints of the purpose.
        broken = [item for item in self._purpose_violations(path) if item.code not in _PURPOSE_WARNINGS]
        if not broken:
            return PASSED
        findings = tuple(violation_finding(item, self.subject, path) for item in broken)
        return undecided(SubIndication.CHAIN_CONSTRAINTS_FAILURE, *findings)

    def _purpose_violations(self, path: CandidatePath) -> tuple[Violation, ...]:
        check = tsa_violations if self.purpose is Purpose.TSA else signer_violations
        return check(path.certificates[0])

    def _purpose_warnings(self, path: CandidatePath) -> tuple[Finding, ...]:
        return tuple(
            warning(item.code, self.subject, name=path.certificates[0].subject.rfc4514(), **dict(item.params))
            for item in self._purpose_violations(path)
            if item.code in _PURPOSE_WARNINGS
        )

    def _oddities(self, path: CandidatePath, statuses: Statuses) -> tuple[Finding, ...]:
        odd = [replace(item, subject=self.subject) for leaf in path.certificates for item in leaf.findings]
        for certificate, status in zip(path.certificates, statuses, strict=True):
            if status is not None and status.key_differs:
                odd.append(info("CRL_KEY_DIFFERS", self.subject, name=certificate.subject.rfc4514()))
            if self.evidence.pool.twins(certificate):
                odd.append(info("DUPLICATE_SERIAL", self.subject, name=certificate.subject.rfc4514()))
        return tuple(odd)

    def _weak(self, path: CandidatePath, statuses: Statuses) -> list[tuple[bytes, Weakness]]:
        # Step 6: each certificate's signature with its issuer's key, and the data that was used.
        found: list[tuple[bytes, Weakness]] = []
        suite, time = self.context.policy.suite, self.context.time
        for index, (certificate, status) in enumerate(zip(path.certificates, statuses, strict=True)):
            used = weaknesses(suite, certificate.signature_algorithm, path.issuer_key(index), time)
            found.extend((certificate.sha256, item) for item in used)
            for algorithm, key in status.evidence_signatures if status is not None else ():
                data = status.evidence_sha256 or b"" if status is not None else b""
                found.extend((data, item) for item in weaknesses(suite, algorithm, key, time))
        return found

    def _bounds(self, path: CandidatePath, statuses: Statuses) -> Conclusion:
        # Step 7: the signing certificate's own validity, bounds inclusive.
        leaf = path.certificates[0]
        finding = self._expired_finding(leaf)
        if not finding:
            return PASSED
        status = statuses[0]
        if status is None:
            # The authority assures the status, such as for a certificate that lives too short to be revoked.
            known = self.context.policy.revocation is RevocationRule.REQUIRED
        else:
            known = status.knows_expired if self.context.time < leaf.not_before else status.kept_after_expiry
        sub = SubIndication.OUT_OF_BOUNDS_NOT_REVOKED if known else SubIndication.OUT_OF_BOUNDS_NO_POE
        return undecided(sub, *finding)

    def _expired_finding(self, leaf: Certificate) -> tuple[Finding, ...]:
        time, name = self.context.time, leaf.subject.rfc4514()
        if time < leaf.not_before:
            return (error("CERTIFICATE_NOT_YET_VALID", self.subject, name=name, time=moment_text(leaf.not_before)),)
        if time > leaf.not_after:
            return (error("CERTIFICATE_EXPIRED", self.subject, name=name, time=moment_text(leaf.not_after)),)
        return ()

    def _evidence_bounds(self, path: CandidatePath, statuses: Statuses) -> Conclusion:
        # Step 8: the issuer certificate of the signing certificate's revocation data.
        status = statuses[0]
        issuer = status.evidence_issuer if status is not None else None
        if issuer is None or issuer.sha256 == anchor_digest(path.anchor):
            return PASSED
        if issuer.not_before <= self.context.time <= issuer.not_after:
            return PASSED
        finding = error("REVOCATION_ISSUER_OUT_OF_BOUNDS", self.subject, name=issuer.subject.rfc4514())
        return undecided(SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE, finding)


def _first(*conclusions: Conclusion) -> Conclusion:
    return next((item for item in conclusions if not item.passed), PASSED)


def _cause(index: int, status: CertificateStatus) -> Cause:
    if status.status is Status.ON_HOLD:
        return Cause.HOLD
    return Cause.COMPROMISED if index > 0 and status.reason in _COMPROMISED else Cause.REVOKED


def _moment(status: CertificateStatus) -> datetime:
    """Return since when a revoked certificate's signatures are not to be believed.

    The process compares the revocation time; where the key was in other hands before that and the list says
    since when (invalidityDate, RFC 5280 5.3.2), a proof of time from between the two would prove the thief's work.
    """
    revoked = status.revocation_time or NEVER
    if status.invalidity_date is None or status.reason not in _COMPROMISED:
        return revoked
    return min(revoked, status.invalidity_date)


def anchor_digest(anchor: Anchor) -> bytes | None:
    """Return the SHA-256 of an anchor's certificate, null for one given without."""
    return anchor.certificate.sha256 if anchor.certificate is not None else None


def violation_finding(item: Violation, subject: str, path: CandidatePath) -> Finding:
    """Return a broken rule of a path as an error finding."""
    name = path.certificates[item.index].subject.rfc4514() if item.index < len(path.certificates) else ""
    return replace(error(item.code, subject, **{"name": name, **item.params}), clause=item.clause)


def status_wants(path: CandidatePath, index: int, why: str) -> tuple[Want, ...]:
    """Return what would tell the status of a certificate: an OCSP response, or else a list."""
    certificate = path.certificates[index]
    kinds = [(WantKind.OCSP, certificate.ocsp_uris)] if certificate.ocsp_uris else []
    if certificate.crl_uris or not kinds:
        kinds.append((WantKind.CRL, certificate.crl_uris))
    return tuple(
        Want(
            kind=kind,
            subject=certificate.subject.rfc4514(),
            why=why,
            uris=uris,
            certificate=certificate.der,
            issuer_spki=path.issuer_key(index),
        )
        for kind, uris in kinds
    )


def moment_text(time: datetime | None) -> str:
    """Return a time as RFC 3339 UTC, `-` for none."""
    return "-" if time is None else time.strftime("%Y-%m-%dT%H:%M:%SZ")
