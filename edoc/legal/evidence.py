"""The evidence that a report can give, each kind as a question about one signature.

A question answers SUPPORTS only for what the report states positively; whatever is unknown is MISSING.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edoc.facts.signature import ScopeKind
from edoc.legal.model import Outcome, PkiClass
from edoc.result.enums import Indication, SubIndication
from edoc.result.report import ReportData, SignatureResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One signature with the report it stands in, and the class of its PKI."""

    data: ReportData
    signature: SignatureResult
    pki: PkiClass

    @property
    def codes(self) -> frozenset[str]:
        """The codes of its findings and of the document's."""
        return frozenset(item.code for item in (*self.signature.findings, *self.data.findings))

    @property
    def anchored(self) -> bool:
        """True when trust was judged and the path ends in an anchor."""
        path = self.signature.path
        return self.data.trust_judged and bool(path) and path[-1].status == "anchor"


Question = Callable[[Seen], Outcome]
_BY_ANSWER = {True: Outcome.SUPPORTS, False: Outcome.CONTRADICTS, None: Outcome.MISSING}
_WEAK = frozenset({"ALGORITHM_WEAK", "SIGNED_WITH_WEAK_ALGORITHM"})
_WEAK_RESULTS = (SubIndication.CRYPTO_CONSTRAINTS_FAILURE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
_OUTSIDE_VALIDITY = frozenset({"SIGNED_AFTER_EXPIRY", "SIGNED_BEFORE_VALIDITY", "CERTIFICATE_NOT_YET_VALID"})
_REVOKED = frozenset({"CERTIFICATE_REVOKED", "CA_REVOKED", "KEY_UNSAFE_SINCE", "SIGNED_AFTER_REVOCATION"})
_PROVED_EARLIER = frozenset({"REVOKED_AFTER_PROOF", "SUSPENDED_AFTER_PROOF"})
_ACTIVE = frozenset({"PDF_DYNAMIC_CONTENT", "PDF_EXTERNAL_CONTENT", "PDF_ENCRYPTED"})
_OWN_WORDS = ("none", "validation_data")
_REFERRED = (ScopeKind.ATTACHMENT, ScopeKind.MANIFEST_ENTRY, ScopeKind.DIGEST)


def _if(found: bool) -> Outcome:
    return Outcome.SUPPORTS if found else Outcome.MISSING


def _signature_present(seen: Seen) -> Outcome:
    return _if(bool(seen.signature.id))


def _digests_match(seen: Seen) -> Outcome:
    return _BY_ANSWER[_covered_intact(seen)]


def _covered_intact(seen: Seen) -> bool | None:
    """Tell whether all that a signature covers is as signed, what it covers through a list of digests too."""
    intact = seen.signature.references_intact
    if intact is False or "MANIFEST_ENTRY_CHANGED" in seen.codes:
        return False
    return None if "MANIFEST_ENTRY_MISSING" in seen.codes else intact


def _value_matches(seen: Seen) -> Outcome:
    return _BY_ANSWER[seen.signature.signature_value_valid]


def _unchanged(seen: Seen) -> Outcome:
    return _BY_ANSWER[seen.signature.unchanged_since_signing]


def _covers_document(seen: Seen) -> Outcome:
    item = seen.signature
    if "PARTIAL_COVERAGE" in seen.codes or item.changes_since_signing in ("permitted", "not_permitted"):
        return Outcome.CONTRADICTS
    return _if(bool(item.scope) and item.changes_since_signing in _OWN_WORDS and _covered_intact(seen) is True)


def _algorithm_strong(seen: Seen) -> Outcome:
    if seen.codes & _WEAK or seen.signature.sub_indication in _WEAK_RESULTS:
        return Outcome.CONTRADICTS
    return _if(seen.signature.algorithm is not None and "ALGORITHM_UNKNOWN" not in seen.codes)


def _signer_named(seen: Seen) -> Outcome:
    signer = seen.signature.signer
    return _if(seen.anchored and signer is not None and bool(signer.common_name or signer.serial_number))


def _identifier_present(seen: Seen) -> Outcome:
    return _if(seen.signature.signer is not None and bool(seen.signature.signer.serial_number))


def _organization_named(seen: Seen) -> Outcome:
    return _if(seen.signature.signer is not None and bool(seen.signature.signer.organization))


def _certificate_known(seen: Seen) -> Outcome:
    return _if(seen.signature.signing_certificate is not None)


def _certificate_bound(seen: Seen) -> Outcome:
    if seen.codes & {"CERT_REFERENCE_MISMATCH", "SIGNER_IDENTIFIER_MISMATCH"}:
        return Outcome.CONTRADICTS
    absent = seen.codes & {"CERT_REFERENCE_MISSING", "CERT_REFERENCE_WEAK", "NO_SIGNING_CERTIFICATE"}
    return _if(seen.signature.signing_certificate is not None and not absent)


def _trusted_path(seen: Seen) -> Outcome:
    return _if(seen.anchored)


def _licensed_anchor(seen: Seen) -> Outcome:
    if seen.pki in (PkiClass.CLOSED, PkiClass.FOREIGN):
        return Outcome.CONTRADICTS
    return _if(seen.pki is PkiClass.LICENSED)


def _not_revoked(seen: Seen) -> Outcome:
    path = seen.signature.path
    bad = any(link.status in ("revoked", "on_hold") for link in path)
    if seen.codes & _REVOKED or (bad and not seen.codes & _PROVED_EARLIER):
        return Outcome.CONTRADICTS
    if not seen.anchored or "revocation" in seen.data.policy.disabled:
        return Outcome.MISSING
    return _if(bad or all(link.status != "unknown" for link in path))


def _in_force(seen: Seen) -> Outcome:
    result = seen.signature.sub_indication
    if seen.codes & _OUTSIDE_VALIDITY or result in (SubIndication.EXPIRED, SubIndication.NOT_YET_VALID):
        return Outcome.CONTRADICTS
    return _if(seen.anchored and "CERTIFICATE_EXPIRED" not in seen.codes)


def _purpose_fits(seen: Seen) -> Outcome:
    if seen.codes & {"KEY_USAGE", "EKU"}:
        return Outcome.CONTRADICTS
    return _if(seen.anchored and "KEY_USAGE_ABSENT" not in seen.codes)


def _time_claimed(seen: Seen) -> Outcome:
    return _if(seen.signature.claimed_signing_time is not None)


def _time_proved(seen: Seen) -> Outcome:
    return _if(seen.signature.best_signature_time is not None)


def _independent_time(seen: Seen) -> Outcome:
    stamps = (*seen.signature.timestamps, *seen.data.timestamps)
    return _if(any(item.indication is Indication.PASSED for item in stamps))


def _kept_for_later(seen: Seen) -> Outcome:
    records = any(item.indication is Indication.PASSED for item in seen.data.evidence_records)
    return _if(records or seen.signature.level.endswith("-LTA"))


def _carries_data(seen: Seen) -> Outcome:
    return _if(seen.signature.level.endswith(("-LT", "-LTA")))


def _no_active_content(seen: Seen) -> Outcome:
    if seen.codes & _ACTIVE:
        return Outcome.CONTRADICTS
    # Scripts and outside content are looked for in PDF files only, and in those that can be read to the end.
    readable = seen.signature.sub_indication is not SubIndication.FORMAT_FAILURE
    return _if(readable and seen.data.document.media_type == "application/pdf")


def _digest_recorded(seen: Seen) -> Outcome:
    return _if(bool(seen.data.document.sha256))


def _policy_named(seen: Seen) -> Outcome:
    policy = seen.signature.claims.signature_policy
    return Outcome.MISSING if policy is None else _BY_ANSWER[policy.matches]


def _references_covered(seen: Seen) -> Outcome:
    referred = any(scope.kind in _REFERRED for scope in seen.signature.scope)
    return _BY_ANSWER[_covered_intact(seen)] if referred else Outcome.MISSING


def _checks_passed(seen: Seen) -> Outcome:
    result = seen.signature.indication
    if result is Indication.TOTAL_FAILED:
        return Outcome.CONTRADICTS
    return _if(result is Indication.TOTAL_PASSED)


QUESTIONS: dict[str, Question] = {
    "signature_present": _signature_present,
    "digests_match": _digests_match,
    "value_matches": _value_matches,
    "unchanged": _unchanged,
    "covers_document": _covers_document,
    "algorithm_strong": _algorithm_strong,
    "signer_named": _signer_named,
    "identifier_present": _identifier_present,
    "organization_named": _organization_named,
    "certificate_known": _certificate_known,
    "certificate_bound": _certificate_bound,
    "trusted_path": _trusted_path,
    "licensed_anchor": _licensed_anchor,
    "not_revoked": _not_revoked,
    "in_force": _in_force,
    "purpose_fits": _purpose_fits,
    "time_claimed": _time_claimed,
    "time_proved": _time_proved,
    "independent_time": _independent_time,
    "kept_for_later": _kept_for_later,
    "carries_data": _carries_data,
    "no_active_content": _no_active_content,
    "digest_recorded": _digest_recorded,
    "policy_named": _policy_named,
    "references_covered": _references_covered,
    "checks_passed": _checks_passed,
}
"""Every question by the name that profiles use; its sentences stand in `data/evidence.toml`."""
