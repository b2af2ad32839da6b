"""What a signer states beside the data, and whether its signature policy is the one at hand (EN 319 102-1 5.2.4)."""

from __future__ import annotations

from collections.abc import Sequence

from edoc.facts.findings import Finding, error, info
from edoc.facts.signature import PolicyReference, SignatureFacts
from edoc.pki.algorithms import digest_of
from edoc.policy.model import Demand
from edoc.result.enums import SubIndication
from edoc.result.report import Claims, SignaturePolicy
from edoc.verify.context import PASSED, Conclusion, undecided


def judge_claims(
    facts: SignatureFacts, together: Sequence[SignatureFacts], given: tuple[bytes, ...], *, text: Demand
) -> tuple[Claims, Conclusion]:
    """Return what is stated, and the conclusion about the signature policy, with its findings.

    `together` are the signatures of the document, `given` the policy documents that the caller brought.  A policy
    that is not at hand is told and decides nothing, unless `text` demands it; one at hand that no signature follows is not the one that
    was signed under, and leaves the signature undecided.
    """
    stated = facts.claims
    policy = stated.policy
    conclusion, matches = (PASSED, None) if policy is None else _policy(policy, facts.id, together, given)
    if policy is not None and matches is None and text is Demand.REQUIRED:
        finding = error("SIGNATURE_POLICY_NOT_AVAILABLE", facts.id, id=policy.id or "-")
        conclusion = undecided(SubIndication.SIGNATURE_POLICY_NOT_AVAILABLE, finding)
    claims = Claims(
        signature_policy=None if policy is None else _result(policy, matches),
        commitments=stated.commitments,
        roles=stated.roles,
        location=stated.location,
    )
    return claims, conclusion


def _policy(
    policy: PolicyReference, subject: str, together: Sequence[SignatureFacts], given: tuple[bytes, ...]
) -> tuple[Conclusion, bool | None]:
    if not policy.id:
        return _told(info("SIGNATURE_POLICY_IMPLIED", subject)), None
    if not policy.digest or not any(policy.digest) or policy.digest_algorithm is None:
        # A zero digest states the name of the rules and nothing about their text (ades.md 0.10).
        return _told(info("SIGNATURE_POLICY_WITHOUT_DIGEST", subject, id=policy.id)), None
    carried = (policy.document,) if policy.document is not None else ()
    if any(_is(policy, document) for document in (*given, *carried)):
        return _told(info("SIGNATURE_POLICY_MATCHES", subject, id=policy.id)), True
    others = [item.claims.policy for item in together if item.claims.policy is not None]
    if any(not any(_is(other, document) for other in others) for document in given):
        finding = error("SIGNATURE_POLICY_MISMATCH", subject, id=policy.id)
        return undecided(SubIndication.POLICY_PROCESSING_ERROR, finding), False
    return _told(info("SIGNATURE_POLICY_NOT_CHECKED", subject, id=policy.id)), None


def _told(finding: Finding) -> Conclusion:
    return Conclusion(indication=PASSED.indication, findings=(finding,))


def _is(policy: PolicyReference, document: bytes) -> bool:
    algorithm = policy.digest_algorithm
    if algorithm is None or not policy.digest:
        return False
    if digest_of(algorithm, document) == policy.digest:
        return True
    octets = policy.transformed(document) if policy.transformed is not None else None
    return octets is not None and digest_of(algorithm, octets) == policy.digest


def _result(policy: PolicyReference, matches: bool | None) -> SignaturePolicy:
    digest = {policy.digest_algorithm: policy.digest.hex()} if policy.digest_algorithm and policy.digest else {}
    return SignaturePolicy(id=policy.id, uri=policy.uri, digest=digest, matches=matches)
