"""Every document of the table passes, and its twin, in which one fact is different, is refused by the code that names it.

The table is held to account by DSS, which says the same of it, but for what its default policy does not look at.
"""

from __future__ import annotations

import pytest

import edoc
from tests.interop.dss.cases import TWINS, Bench, Case, Question
from tests.interop.dss.oracle import Dss, Judged
from tests.interop.dss.table import CASES


@pytest.mark.parametrize("name", CASES)
def test_it_passes_and_its_twin_does_not(bench: Bench, dss: Dss, name: str) -> None:
    case = CASES[name]
    good, bad = bench.question(case), bench.question(case, twin=True)
    # DSS vouches for the table; then edoc is asked.
    _assert_dss_agrees(case, _judge(dss, good), _judge(dss, bad))
    _assert_answered(case, _verify(good), _verify(bad))


def test_the_table_is_large_enough() -> None:
    assert len(CASES) >= 150
    assert {case.maker for case in CASES.values()} == {"dss", "pyhanko", "edoc"}


def _assert_dss_agrees(case: Case, good: Judged, bad: Judged) -> None:
    twin = TWINS[case.twin]
    assert good.passed is case.dss_passes, good
    if case.dss_passes:
        assert good.level == f"PAdES-BASELINE-{case.level[2:]}"
        assert ("passes" if bad.passed else bad.sub_indication) == (twin.dss or twin.sub_indication), bad
    else:
        assert not bad.passed


def _assert_answered(case: Case, good: edoc.Report, bad: edoc.Report) -> None:
    twin = TWINS[case.twin]
    assert good.verdict is edoc.Verdict.PASSED, good.to_json()
    assert good.signatures[0].level == f"PAdES-BASELINE-{case.level[2:]}"
    assert bad.verdict is not edoc.Verdict.PASSED
    sub_indication = bad.signatures[0].sub_indication
    assert sub_indication is not None and sub_indication.value in (twin.sub_indication, twin.also), bad.to_json()
    assert twin.code in _codes(bad), bad.to_json()


def _verify(question: Question) -> edoc.Report:
    return edoc.verify_document(
        question.document,
        trust=edoc.TrustStore.of(question.trust),
        validation_data=(*question.material.crls, *question.material.ocsps, *question.material.certificates),
        validation_time=question.time,
    )


def _judge(dss: Dss, question: Question) -> Judged:
    (judged,) = dss.validate(
        question.document,
        trust=question.trust,
        crls=question.material.crls,
        ocsps=question.material.ocsps,
        certificates=question.material.certificates,
        time=question.time,
    )
    return judged


def _codes(report: edoc.Report) -> set[str]:
    signature = report.signatures[0]
    tokens = [finding for token in signature.timestamps for finding in token.findings]
    return {finding.code for finding in (*signature.findings, *tokens)}
