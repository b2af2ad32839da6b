"""Forged documents are told, and their honest look-alikes are not accused."""

from __future__ import annotations

import pytest

import edoc
from tests.attacks.forgeries import FORGERIES, HONEST, Forgery, stamp_in_a_widget_of_its_own


def _codes(report: edoc.Report) -> set[str]:
    found = {item.code for item in report.findings}
    for entry in report.signatures:
        found |= {item.code for item in entry.findings} | {item.code for item in entry.changes}
    return found


@pytest.mark.parametrize("make", FORGERIES, ids=lambda make: make.__name__)
def test_forgery_is_told(make: Forgery) -> None:
    verdict, code = FORGERIES[make]
    report = edoc.verify_document(make(), policy="integrity")
    assert report.verdict.value == verdict
    assert code in _codes(report)


@pytest.mark.parametrize("make", HONEST, ids=lambda make: make.__name__)
def test_honest_look_alike_is_intact(make: Forgery) -> None:
    report = edoc.verify_document(make(), policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    assert report.signatures[0].changes_since_signing == HONEST[make]


def test_what_a_stamp_shows_is_never_mere_validation_data() -> None:
    changes = edoc.verify_document(stamp_in_a_widget_of_its_own(), policy="integrity").signatures[0].changes
    assert [(item.code, item.shown, item.box) for item in changes] == [
        ("PDF_TIMESTAMP_ADDED", True, (50.0, 50.0, 150.0, 150.0))
    ]
