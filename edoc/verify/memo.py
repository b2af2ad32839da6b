"""Remembered certificate verdicts: the same question, asked again within the time it stays true.

A remembered answer is found by the identity of everything it depends on: the certificate, its
purpose, every certificate and revocation list at hand, and the digest of policy, trust and limits.
It is used for the very time at which it was found, and for times between the nearest dates at
which anything in it could change (trust.md 1.7), so a validity or a revocation cannot be missed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edoc.facts.findings import Finding
from edoc.pki.certificate import Certificate
from edoc.policy.suite import FOREVER, NEVER
from edoc.trust.store import Purpose
from edoc.verify.context import CLOCK_SKEW, Conclusion, Context, Material
from edoc.verify.x509 import CertificateVerdict, path_budget_spent, validate_certificate

_CAPACITY = 4096
_MAX_WIDTH = timedelta(hours=1)
"""A bound for what the dates below cannot know: a revocation that a list announces for later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    verdict: CertificateVerdict
    asked: datetime
    after: datetime
    before: datetime

    def holds(self, time: datetime) -> bool:
        # A change on the very date bounds the interval to nothing; the same question has the same answer all the same.
        return time == self.asked or self.after < time < self.before


class PathMemo:
    """A bounded memory of certificate verdicts; safe to share between threads."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[object, ...], _Answer] = OrderedDict()
        self._lock = threading.Lock()

    def validate(
        self, leaf: Certificate, *, subject: str, purpose: Purpose, material: Material, context: Context
    ) -> CertificateVerdict:
        """Return what `validate_certificate` returns, remembered where that is sound."""
        if context.work.spent > context.limits.document_signature_checks:
            return path_budget_spent(leaf, subject)
        verdict = self._remembered(leaf, subject=subject, purpose=purpose, material=material, context=context)
        # Remembered answers count too: the same document gets the same answer whatever was asked before.
        context.work.spent += verdict.cost
        return verdict

    def _remembered(
        self, leaf: Certificate, *, subject: str, purpose: Purpose, material: Material, context: Context
    ) -> CertificateVerdict:
        key = (leaf.sha256, purpose, material.key, context.basis)
        with self._lock:
            known = self._answers.get(key)
            if known is not None and known.holds(context.time):
                self._answers.move_to_end(key)
                return _about(known.verdict, subject)
        verdict = validate_certificate(leaf, subject=subject, purpose=purpose, material=material, context=context)
        after, before = _interval(leaf, material, context)
        answer = _Answer(verdict=verdict, asked=context.time, after=after, before=before)
        with self._lock:
            self._answers[key] = answer
            if len(self._answers) > _CAPACITY:
                self._answers.popitem(last=False)
        return verdict


def _about(verdict: CertificateVerdict, subject: str) -> CertificateVerdict:
    """Return a remembered verdict with its findings about another signature."""
    findings = verdict.findings + verdict.conclusion.findings
    if all(finding.subject == subject for finding in findings):
        return verdict
    conclusion = Conclusion(
        indication=verdict.conclusion.indication,
        sub_indication=verdict.conclusion.sub_indication,
        findings=_readdressed(verdict.conclusion.findings, subject),
    )
    return replace(verdict, conclusion=conclusion, findings=_readdressed(verdict.findings, subject))


def _readdressed(findings: tuple[Finding, ...], subject: str) -> tuple[Finding, ...]:
    return tuple(replace(finding, subject=subject) for finding in findings)


def _interval(leaf: Certificate, material: Material, context: Context) -> tuple[datetime, datetime]:
    low, high = context.time - _MAX_WIDTH, context.time + _MAX_WIDTH
    for date in _dates(leaf, material, context):
        if date <= context.time:
            low = max(low, date)
        if date >= context.time:
            high = min(high, date)
    return low, high


def _dates(leaf: Certificate, material: Material, context: Context) -> Iterator[datetime]:
    anchors = context.trust.certificates()
    for certificate in (leaf, *material.certificates, *anchors):
        yield certificate.not_before
        yield certificate.not_after
    for crl in material.crls:
        yield crl.this_update
        yield crl.this_update - CLOCK_SKEW
        if crl.next_update is not None:
            yield crl.next_update
        if context.policy.max_status_age is not None:
            yield crl.this_update + context.policy.max_status_age
    yield from (date for date in context.policy.suite.dates() if NEVER < date < FOREVER)
