"""Every named attack is told with its code, and no honest document is accused."""

from __future__ import annotations

import pytest

import edoc
from tests.formats.pdf.attacks import ATTACKS, CONTROLS, Attack


def _codes(report: edoc.Report) -> set[str]:
    found = {finding.code for finding in report.findings}
    for one in report.signatures:
        found |= {finding.code for finding in one.findings} | {change.code for change in one.changes}
    return found


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_told(attack: Attack) -> None:
    report = edoc.verify_document(attack.make(), policy="integrity")
    assert (report.verdict.value, attack.code) == (attack.verdict, attack.code)
    assert attack.code in _codes(report)


@pytest.mark.parametrize("name", CONTROLS)
def test_honest_document_is_intact(name: str) -> None:
    make, changes = CONTROLS[name]
    report = edoc.verify_document(make(), policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    first = report.signatures[0]
    assert (first.intact, first.unchanged_since_signing, first.changes_since_signing) == (True, True, changes)


def test_every_attack_has_a_name_of_its_own() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
