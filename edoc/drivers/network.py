"""Validation with the network at hand: wires the fixpoint to the gatherer, for callers that block and for others."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from edoc.drivers.clock import now
from edoc.drivers.loop import Fixpoint, settle, settle_async
from edoc.net.fetch import Fetcher
from edoc.net.gather import Answer, Gatherer, Question
from edoc.net.policy import FetchPolicy
from edoc.net.transport import Resolver, system_resolver, wait, wait_async
from edoc.report.model import Report
from edoc.result.report import CertificateResult, Outcome
from edoc.verify.context import ValidationData


class DocumentInquiry(Protocol):
    """Something that validates one document with some data."""

    def validate(self, data: ValidationData) -> Outcome:
        """Return what the engine says."""


class CertificateInquiry(Protocol):
    """Something that validates one certificate with some data."""

    def validate(self, data: ValidationData) -> CertificateResult:
        """Return what the engine says."""


class Network:
    """Fetches what validation wants, under one policy; thread-safe, keeps answers between documents."""

    def __init__(self, policy: FetchPolicy, *, resolver: Resolver = system_resolver) -> None:
        self._policy = policy
        self._gatherer = Gatherer(Fetcher(policy, resolver=resolver), now=now)

    def report(self, inquiry: DocumentInquiry, data: ValidationData) -> Report:
        """Return the report about a document, after fetching what it wanted; blocks."""
        budget = self._gatherer.budget()

        def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
            return wait(self._gatherer.gather(questions, budget))

        outcome, state = settle(inquiry.validate, state=self._start(data), ask=ask)
        return _report(outcome, state)

    async def report_async(self, inquiry: DocumentInquiry, data: ValidationData) -> Report:
        """As `report`, without blocking the caller's loop."""
        budget = self._gatherer.budget()

        async def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
            return await wait_async(self._gatherer.gather(questions, budget))

        outcome, state = await settle_async(inquiry.validate, state=self._start(data), ask=ask)
        return _report(outcome, state)

    def certificate_result(self, inquiry: CertificateInquiry, data: ValidationData) -> CertificateResult:
        """Return the result for a certificate, after fetching what it wanted; blocks."""
        budget = self._gatherer.budget()

        def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
            return wait(self._gatherer.gather(questions, budget))

        result, state = settle(inquiry.validate, state=self._start(data), ask=ask)
        findings = (*result.findings, *state.notes)
        return replace(result, wants=state.explained(result.wants), findings=findings)

    def _start(self, data: ValidationData) -> Fixpoint:
        return Fixpoint.start(data, self._policy)


def _report(outcome: Outcome, state: Fixpoint) -> Report:
    found = outcome.report
    return Report.of(replace(found, wants=state.explained(outcome.wants), findings=(*found.findings, *state.notes)))
