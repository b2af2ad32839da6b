"""Remembered certificate verdicts: the same question, asked again within the time it stays true.

A remembered answer is found by the identity of everything it depends on: the certificate, its
purpose, every certificate and revocation list at hand, and the digest of policy, trust and limits.
It is used for the very time at which it was found, and for times between the nearest dates at which
anything in it could change
(trust.md 1.7), so a validity or a revocation cannot be missed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from edoc.pki.certificate import Certificate
from edoc.pki.ocsp import OcspResponse
from edoc.policy.suite import FOREVER, NEVER
from edoc.trust.store import Purpose
from edoc.verify.certificate import CertificateVerdict
from edoc.verify.context import CLOCK_SKEW, Context, Material
from edoc.verify.x509 import Examination, choose_verdict, examine_certificate, path_budget_spent

_CAPACITY = 4096
_MAX_WIDTH = timedelta(hours=1)
"""A bound for what the dates below cannot know: a revocation that a list announces for later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    examination: Examination
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
        self,
        leaf: Certificate,
        *,
        subject: str,
        purpose: Purpose,
        material: Material,
        context: Context,
        fresh_at: datetime | None = None,
    ) -> CertificateVerdict:
        """Return the verdict about a certificate, its paths remembered where that is sound.

        `fresh_at` is the time at which its data must be fresh; null means the context's time.
        """
        if context.work.spent > context.limits.document_signature_checks:
            return path_budget_spent(leaf, subject)
        examination = self._examine(leaf, subject=subject, purpose=purpose, material=material, context=context)
        # Remembered answers count too: the same document gets the same answer whatever was asked before.
        context.work.spent += examination.cost
        verdict = choose_verdict(examination, subject=subject, context=context, fresh_at=fresh_at)
        return verdict.about(subject)

    def _examine(
        self, leaf: Certificate, *, subject: str, purpose: Purpose, material: Material, context: Context
    ) -> Examination:
        # What the caller supplied is asked before what a document brings: where the one ends is part of the question.
        supplied = len(context.data.crls), len(context.data.ocsps)
        key = (leaf.sha256, purpose, material.key, supplied, context.basis)
        with self._lock:
            known = self._answers.get(key)
            if known is not None and known.holds(context.time):
                self._answers.move_to_end(key)
                return known.examination
        found = examine_certificate(leaf, subject=subject, purpose=purpose, material=material, context=context)
        after, before = _interval(leaf, material, context)
        with self._lock:
            self._answers[key] = _Answer(examination=found, asked=context.time, after=after, before=before)
            if len(self._answers) > _CAPACITY:
                self._answers.popitem(last=False)
        return found


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
    yield from (entry.until for entry in context.trust.entries if entry.until is not None)
    for certificate in (leaf, *material.certificates, *anchors):
        yield certificate.not_before
        yield certificate.not_after
    for one in material.ocsps:
        yield from _ocsp_dates(one, context)
    for crl in material.crls:
        yield crl.this_update
        yield crl.this_update - CLOCK_SKEW
        if crl.next_update is not None:
            yield crl.next_update
        if context.policy.max_status_age is not None:
            yield crl.this_update + context.policy.max_status_age
    yield from (date for date in context.policy.suite.dates() if NEVER < date < FOREVER)


def _ocsp_dates(response: OcspResponse, context: Context) -> Iterator[datetime]:
    yield response.produced_at
    yield response.produced_at - CLOCK_SKEW
    for certificate in response.certificates:
        yield certificate.not_before
        yield certificate.not_after
    for answer in response.answers:
        yield answer.this_update
        yield answer.this_update - CLOCK_SKEW
        if answer.next_update is not None:
            yield answer.next_update
        if context.policy.max_status_age is not None:
            yield answer.this_update + context.policy.max_status_age
