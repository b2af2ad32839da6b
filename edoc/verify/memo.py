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
from datetime import datetime

from edoc.pki.certificate import Certificate
from edoc.pki.interval import Interval, dates_of, unchanged
from edoc.policy.suite import FOREVER, NEVER
from edoc.trust.store import Purpose
from edoc.verify.certificate import CertificateVerdict
from edoc.verify.context import Context, Material
from edoc.verify.x509 import Examination, choose_verdict, examine_certificate, path_budget_spent

_CAPACITY = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    examination: Examination
    interval: Interval


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
            if known is not None and known.interval.holds(context.time):
                self._answers.move_to_end(key)
                return known.examination
        found = examine_certificate(leaf, subject=subject, purpose=purpose, material=material, context=context)
        interval = unchanged(context.time, _dates(leaf, material, context))
        with self._lock:
            self._answers[key] = _Answer(examination=found, interval=interval)
            if len(self._answers) > _CAPACITY:
                self._answers.popitem(last=False)
        return found


def _dates(leaf: Certificate, material: Material, context: Context) -> Iterator[datetime]:
    yield from (entry.until for entry in context.trust.entries if entry.until is not None)
    certificates = (leaf, *material.certificates, *context.trust.certificates())
    yield from dates_of(certificates, material.crls, material.ocsps, max_age=context.policy.max_status_age)
    yield from (date for date in context.policy.suite.dates() if NEVER < date < FOREVER)
