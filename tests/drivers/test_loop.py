"""The fixpoint: what is asked next, what answers change, and that it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from edoc.drivers.loop import Fixpoint, settle, settle_async
from edoc.lab.keys import process_keys
from edoc.lab.pki import Pki
from edoc.net.gather import Answer, Question
from edoc.net.policy import FetchPolicy
from edoc.pki.certificate import Certificate
from edoc.pki.crl import RevocationList
from edoc.result.enums import WantKind
from edoc.result.report import Want
from edoc.verify.context import Unavailable, ValidationData
from tests.net.conftest import AT

NOTHING = ValidationData()


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki(at=AT, base_url="http://practice.invalid", keys=process_keys())


def want(pki: Pki, kind: WantKind, label: str = "person") -> Want:
    certificate = pki.certificate(label)
    return Want(kind=kind, subject=label, why="REVOCATION_DATA_MISSING", uris=("http://ca.example/",), certificate=certificate)


def nothing(question: Question, reason: str = "unreachable") -> Answer:
    asked = question.want
    return Answer(question=question, unavailable=Unavailable(kind=asked.kind, subject=asked.subject, reason=reason))


@dataclass(frozen=True)
class Result:
    """What a pretended validation says."""

    wants: tuple[Want, ...]
    data: ValidationData


Validate = Callable[[ValidationData], Result]
Ask = Callable[[tuple[Question, ...]], tuple[Answer, ...]]


def run(validate: Validate, ask: Ask, *, policy: FetchPolicy | None = None, blocking: bool = True) -> tuple[Result, Fixpoint]:
    state = Fixpoint.start(NOTHING, policy or FetchPolicy())
    if blocking:
        return settle(validate, state=state, ask=ask)

    async def ask_async(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
        await asyncio.sleep(0)
        return ask(questions)

    return asyncio.run(settle_async(validate, state=state, ask=ask_async))


both = pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "waiting"])


@both
def test_without_wants_nothing_is_asked(blocking: bool) -> None:
    def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
        raise AssertionError("nothing is wanted")

    result, _ = run(lambda data: Result((), data), ask, blocking=blocking)
    assert result.data is NOTHING


@both
def test_an_answer_enters_the_data_and_validation_runs_again(pki: Pki, blocking: bool) -> None:
    crl = RevocationList.load(pki.revocation_list("issuing"))
    seen: list[ValidationData] = []

    def validate(data: ValidationData) -> Result:
        seen.append(data)
        return Result(() if data.crls else (want(pki, WantKind.CRL),), data)

    result, state = run(validate, lambda questions: (Answer(question=questions[0], crls=(crl,)),), blocking=blocking)
    assert [item.crls for item in seen] == [(), (crl,)]
    assert result.wants == () and state.unavailable == ()


@both
def test_what_cannot_be_had_is_asked_once_and_told(pki: Pki, blocking: bool) -> None:
    asked: list[str] = []

    def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
        asked.extend(f"{item.want.kind.value} {item.want.subject}" for item in questions)
        return tuple(nothing(item, "not_asked" if item.want.subject == "stamp" else "unreachable") for item in questions)

    wants = (want(pki, WantKind.CRL), want(pki, WantKind.CRL, "stamp"), want(pki, WantKind.TIMESTAMP), want(pki, WantKind.ORIGINAL))
    result, state = run(lambda data: Result(wants, data), ask, blocking=blocking)
    assert asked == ["crl person", "crl stamp"]
    assert [item.reason for item in result.data.unavailable] == ["unreachable", "not_asked"]
    assert [item.unavailable for item in state.explained(result.wants)] == ["unreachable", "not_asked", None, None]


@pytest.mark.parametrize(
    ("kinds", "order"),
    [(("ocsp", "crl"), ["ocsp", "crl"]), (("crl", "ocsp"), ["crl", "ocsp"]), (("crl",), ["crl", "ocsp"])],
)
def test_two_ways_to_one_answer_are_tried_in_the_order_of_the_policy(pki: Pki, kinds: tuple[str, ...], order: list[str]) -> None:
    rounds: list[list[str]] = []

    def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
        rounds.append([item.want.kind.value for item in questions])
        return tuple(nothing(item) for item in questions)

    wants = (want(pki, WantKind.CRL), want(pki, WantKind.OCSP))
    run(lambda data: Result(wants, data), ask, policy=FetchPolicy(kinds=kinds))
    assert rounds == [[kind] for kind in order]


def test_what_was_kept_and_did_not_help_is_asked_for_afresh_once(pki: Pki) -> None:
    crl = RevocationList.load(pki.revocation_list("issuing"))
    fresh: list[bool] = []

    def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
        fresh.append(questions[0].fresh)
        return (Answer(question=questions[0], crls=(crl,), kept=not questions[0].fresh),)

    run(lambda data: Result((want(pki, WantKind.CRL),), data), ask)
    assert fresh == [False, True]


def test_what_came_a_moment_ago_is_not_asked_for_afresh(pki: Pki) -> None:
    """A batch of documents that a list does not help must not fetch it for each of them."""
    crl = RevocationList.load(pki.revocation_list("issuing"))
    asked = 0

    def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
        nonlocal asked
        asked += 1
        return (Answer(question=questions[0], crls=(crl,), kept=True, young=True),)

    run(lambda data: Result((want(pki, WantKind.CRL),), data), ask)
    assert asked == 1


def test_a_later_success_takes_the_failure_back(pki: Pki) -> None:
    crl = RevocationList.load(pki.revocation_list("issuing"))
    state = Fixpoint.start(NOTHING, FetchPolicy())
    (question,) = state.questions((want(pki, WantKind.CRL),))
    failed = state.answered((nothing(question),))
    assert len(failed.data.unavailable) == 1
    assert failed.answered((Answer(question=question, crls=(crl,)),)).data.unavailable == ()


def test_the_issuer_of_a_fetched_issuer_is_asked_for_next(pki: Pki) -> None:
    asked: list[str] = []
    issuers = {label: Certificate.load(pki.certificate(label)) for label in ("issuing", "root-a")}

    def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
        (question,) = questions
        child = Certificate.load(question.want.certificate or b"")
        asked.append(child.subject.rfc4514().split(",")[0])
        assert question.want.uris
        found = [item for item in issuers.values() if item.subject.canonical == child.issuer.canonical]
        return (Answer(question=question, certificates=tuple(found)),)

    leaf = Certificate.load(pki.certificate("person"))
    issuer = Want(kind=WantKind.ISSUER, subject="x", why="NO_TRUSTED_PATH", uris=("http://a.example/",), certificate=leaf.der)
    result, _ = run(lambda data: Result((issuer,), data), ask, policy=FetchPolicy(kinds=("issuer",)))
    assert len(asked) == 2, "the person's issuer, then that one's; a root has none"
    assert set(result.data.certificates) == set(issuers.values())


def test_certificates_that_name_one_another_end(pki: Pki) -> None:
    """Whatever is fetched, at most eight rounds and four certificates upwards."""
    count = 0

    def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
        nonlocal count
        count += 1
        certificate = Certificate.load(pki.certificate("issuing"))
        return tuple(Answer(question=item, certificates=(certificate,)) for item in questions)

    run(lambda data: Result((want(pki, WantKind.ISSUER),), data), ask, policy=FetchPolicy(kinds=("issuer",)))
    assert count <= 4


def test_wants_without_end_end_after_eight_rounds(pki: Pki) -> None:
    rounds = 0

    def validate(data: ValidationData) -> Result:
        number = str(rounds).encode()
        return Result((Want(kind=WantKind.CRL, subject=str(rounds), why="X", uris=("http://a.example/",), certificate=number),), data)

    def ask(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
        nonlocal rounds
        rounds += 1
        return tuple(nothing(item) for item in questions)

    run(validate, ask)
    assert rounds == 8
