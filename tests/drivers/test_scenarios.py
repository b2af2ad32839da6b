"""The scenario table of the engine through both loops: what it lacks is fetched, and the bytes are the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from edoc.drivers.loop import Fixpoint, settle, settle_async
from edoc.net.gather import Answer, Question
from edoc.net.policy import FetchPolicy
from edoc.pki.crl import RevocationList
from edoc.pki.ocsp import OcspResponse
from edoc.report.model import Report
from edoc.result.report import Outcome
from edoc.verify.context import ValidationData
from tests.verify.history import Case
from tests.verify.test_scenarios import FRESH, ROWS


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_the_same_waited_for_or_not(row: str) -> None:
    case = ROWS[row][0]
    # The document without its data: the loops have to ask for it.
    facts = replace(case, data=()).document()
    asked: list[list[str]] = [[], []]

    def validate(data: ValidationData) -> Outcome:
        return case.judge(data=data, facts=facts)

    async def ask_async(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
        await asyncio.sleep(0)
        return _answers(case, questions, asked[1])

    start = Fixpoint.start(ValidationData(), FetchPolicy())
    sync, _ = settle(validate, state=start, ask=lambda questions: _answers(case, questions, asked[0]))
    awaited, _ = asyncio.run(settle_async(validate, state=start, ask=ask_async))
    assert Report.of(sync.report).to_json() == Report.of(awaited.report).to_json()
    assert asked[0] == asked[1]


def test_what_was_fetched_decides() -> None:
    case, facts = Case(data=FRESH), Case().document()
    start = Fixpoint.start(ValidationData(), FetchPolicy())

    def settled(asked: Case) -> tuple[str, bool]:
        found, state = settle(
            lambda data: case.judge(data=data, facts=facts), state=start, ask=lambda wanted: _answers(asked, wanted, [])
        )
        return found.report.verdict.value, bool(state.asked)

    assert settled(case) == ("PASSED", True)
    assert settled(Case()) == ("INDETERMINATE", True)


def _answers(case: Case, questions: tuple[Question, ...], asked: list[str]) -> tuple[Answer, ...]:
    """Answer every question with all that the case's document would have carried."""
    asked.extend(f"{question.want.kind.value} {question.want.subject}" for question in questions)
    crls = tuple(item for item in case.data if isinstance(item, RevocationList))
    ocsps = tuple(item for item in case.data if isinstance(item, OcspResponse))
    return tuple(Answer(question=question, crls=crls, ocsps=ocsps) for question in questions)
