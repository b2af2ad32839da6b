"""The fixpoint: validate, fetch what is wanted and new, validate again; offline it is one call.

The step is pure: which wants become questions, and what answers make of the data.  Two loops of a few
lines, one that blocks and one that does not, are all that differs between the two interfaces.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from edoc.facts.findings import Finding
from edoc.limits import DEFAULT_LIMITS
from edoc.net.gather import KINDS, Answer, Question
from edoc.net.policy import FetchKind, FetchPolicy
from edoc.pki.certificate import Certificate, CertificateError
from edoc.result.enums import WantKind
from edoc.result.report import Want
from edoc.verify.context import Unavailable, ValidationData

_HOPS = 4
"""Issuers climbed to for one certificate: real chains are shorter."""
_STATUS = (WantKind.OCSP, WantKind.CRL)
"""Two ways to one answer."""


class Result(Protocol):
    """What a validation returns: at least what would help."""

    @property
    def wants(self) -> tuple[Want, ...]:
        """What would help to decide."""


R = TypeVar("R", bound=Result)
_Key = tuple[WantKind, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixpoint:
    """How far the loop is: the data so far, what was asked, and what could not be had."""

    data: ValidationData
    order: tuple[FetchKind, ...]
    """Kinds in the order in which they are asked for; those that are missing come last, and are not asked."""
    rounds_left: int = DEFAULT_LIMITS.fetch_rounds
    asked: frozenset[_Key] = frozenset()
    kept: frozenset[_Key] = frozenset()
    """Questions that were answered from what was kept: asked afresh when that did not help."""
    fetched: tuple[Certificate, ...] = ()
    unavailable: tuple[tuple[_Key, Unavailable], ...] = field(default=())
    notes: tuple[Finding, ...] = ()
    """What the report should tell about how things were found."""

    @classmethod
    def start(cls, data: ValidationData, policy: FetchPolicy) -> Fixpoint:
        """Return the beginning of a loop."""
        order = tuple(kind for kind in policy.kinds if isinstance(kind, FetchKind))
        return cls(data=data, order=order)

    def questions(self, wants: Iterable[Want]) -> tuple[Question, ...]:
        """Return what is to be asked next: new wants, one way for each certificate at a time; empty at the end."""
        if not self.rounds_left:
            return ()
        chosen: dict[bytes, Question] = {}
        found: list[Question] = []
        for want in sorted((item for item in wants if item.kind in KINDS), key=self._rank):
            question = self._question(want)
            if question is None:
                continue
            certificate = question.want.certificate or b""
            if want.kind in _STATUS:
                chosen.setdefault(certificate, question)
            elif all(_key(question.want) != _key(item.want) for item in found):
                found.append(question)
        return (*chosen.values(), *found)

    def answered(self, answers: Iterable[Answer]) -> Fixpoint:
        """Return the state after some answers."""
        answers = tuple(answers)
        keys = {_key(item.question.want) for item in answers}
        kept = {_key(item.question.want) for item in answers if item.kept and not item.young}
        missing = dict(self.unavailable)
        for item in answers:
            missing.pop(_key(item.question.want), None)
            if item.unavailable is not None:
                missing[_key(item.question.want)] = item.unavailable
        certificates = tuple(certificate for item in answers for certificate in item.certificates)
        return replace(
            self,
            data=_merged(self.data, answers, tuple(missing.values())),
            rounds_left=self.rounds_left - 1,
            asked=self.asked | keys,
            kept=(self.kept - keys) | kept,
            fetched=(*self.fetched, *certificates),
            unavailable=tuple(missing.items()),
            notes=(*self.notes, *(note for item in answers for note in item.notes if note not in self.notes)),
        )

    def explained(self, wants: tuple[Want, ...]) -> tuple[Want, ...]:
        """Return wants that say why they could not be fetched."""
        reasons = {key: item.reason for key, item in self.unavailable}
        return tuple(replace(item, unavailable=reasons.get(_key(item))) for item in wants)

    def _rank(self, want: Want) -> int:
        kind = KINDS[want.kind]
        return self.order.index(kind) if kind in self.order else len(self.order)

    def _question(self, want: Want) -> Question | None:
        key = _key(want)
        if key not in self.asked:
            return Question(want=want)
        if key in self.kept:
            return Question(want=want, fresh=True)
        return self._climb(want) if want.kind is WantKind.ISSUER else None

    def _climb(self, want: Want) -> Question | None:
        """Ask for the issuer of the issuer that was fetched, when that did not reach an anchor yet."""
        try:
            current = Certificate.load(want.certificate or b"")
        except CertificateError:
            return None
        for _ in range(_HOPS - 1):
            issuers = [item for item in self.fetched if item.subject.canonical == current.issuer.canonical]
            if not issuers or issuers[0] == current or issuers[0].is_self_issued:
                return None
            current = issuers[0]
            higher = replace(want, certificate=current.der, uris=current.ca_issuer_uris)
            if _key(higher) not in self.asked:
                return Question(want=higher)
        return None


def settle(
    validate: Callable[[ValidationData], R],
    *,
    state: Fixpoint,
    ask: Callable[[tuple[Question, ...]], tuple[Answer, ...]],
) -> tuple[R, Fixpoint]:
    """Validate and fetch until nothing new is wanted, at most eight times; blocks."""
    while True:
        result = validate(state.data)
        questions = state.questions(result.wants)
        if not questions:
            return result, state
        state = state.answered(ask(questions))


async def settle_async(
    validate: Callable[[ValidationData], R],
    *,
    state: Fixpoint,
    ask: Callable[[tuple[Question, ...]], Awaitable[tuple[Answer, ...]]],
) -> tuple[R, Fixpoint]:
    """As `settle`; validation goes to a thread, and nothing here blocks."""
    while True:
        result = await asyncio.to_thread(validate, state.data)
        questions = state.questions(result.wants)
        if not questions:
            return result, state
        state = state.answered(await ask(questions))


def _key(want: Want) -> _Key:
    return want.kind, want.certificate or want.subject.encode()


def _merged(data: ValidationData, answers: Iterable[Answer], missing: tuple[Unavailable, ...]) -> ValidationData:
    certificates = dict.fromkeys(data.certificates)
    crls = dict.fromkeys(data.crls)
    ocsps = dict.fromkeys(data.ocsps)
    for item in answers:
        certificates.update(dict.fromkeys(item.certificates))
        crls.update(dict.fromkeys(item.crls))
        ocsps.update(dict.fromkeys(item.ocsps))
    return replace(
        data, certificates=tuple(certificates), crls=tuple(crls), ocsps=tuple(ocsps), unavailable=missing
    )
