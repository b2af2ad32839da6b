"""What is said of bent records, of their shuffled twins, and of documents that a bad record was hung on."""

from __future__ import annotations

import time

import pytest

from edoc.result.report import EvidenceResult
from tests.formats.evidence.attack_table import PLACE, lines
from tests.formats.evidence.attacks import ATTACKS, honest
from tests.formats.evidence.maker import judged

CASES = [(name, kind) for name, attack in ATTACKS.items() for kind in attack.kinds]
SLOW = 4.0
"""Seconds for any of them."""


def answer(item: EvidenceResult) -> str:
    words = [word.value for word in (item.indication, item.sub_indication) if word is not None]
    return " ".join(words)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_an_attack_is_told(name: str, kind: str) -> None:
    attack = ATTACKS[name]
    record, data = attack.make(kind)
    begin = time.process_time()
    report = judged(record, *data)
    assert time.process_time() - begin < SLOW
    (found,) = report.evidence_records
    codes = {item.code for item in found.findings}
    assert (answer(found), attack.code in codes) == (attack.answer, True), (answer(found), sorted(codes))
    assert report.verdict.value != "PASSED"


@pytest.mark.parametrize("kind", ["asn1", "xml"])
def test_the_honest_one_passes(kind: str) -> None:
    record, data = honest(kind)
    report = judged(record, *data)
    assert (report.verdict.value, answer(report.evidence_records[0])) == ("PASSED", "PASSED")


def test_the_table_is_as_written() -> None:
    assert PLACE.read_text(encoding="utf-8") == "\n".join(lines()) + "\n"
