"""A report about a real document: what was verified can be taken out, and the door works end to end."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

import edoc
from tests.cli import scene as scenes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scenes.build(tmp_path_factory.mktemp("real"))


def verify(folder: Path, name: str, **given: object) -> edoc.Report:
    return edoc.verify_document(
        folder / name,
        trust=edoc.TrustStore.load(folder / "anchors"),
        validation_data=[folder / "lists.pem"],
        validation_time=datetime(2026, 6, 2, 12, tzinfo=UTC),
        **given,  # type: ignore[arg-type]
    )


def test_the_very_octets_that_were_verified(folder: Path) -> None:
    report = verify(folder, "signed.pdf")
    entry = report.require_passed(signed_by=scenes.NATIONAL_CODE)
    octets = entry.signed_data(0)
    (algorithm, digest), = entry.scope[0].digest.items()
    assert hashlib.new(algorithm, octets).hexdigest() == digest
    assert octets.startswith(scenes.plain_pdf())
    with pytest.raises(IndexError):
        entry.signed_data(7)


def test_what_is_not_intact_gives_no_octets(folder: Path) -> None:
    entry = verify(folder, "changed.pdf").signatures[0]
    with pytest.raises(ValueError, match="not verified"):
        entry.signed_data(0)


def test_the_same_question_has_the_same_answer_to_the_byte(folder: Path) -> None:
    assert verify(folder, "signed.pdf").to_json() == verify(folder, "signed.pdf").to_json()


def test_integrity_proves_no_name_even_with_anchors(folder: Path) -> None:
    report = verify(folder, "signed.pdf", policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    with pytest.raises(edoc.VerificationFailed) as caught:
        report.require_passed(signed_by=edoc.ANY_SIGNER)
    assert caught.value.code == "TRUST_NOT_JUDGED"


@pytest.mark.parametrize(("name", "code"), [("changed.pdf", "VERDICT_FAILED"), ("ruling.pdf", "VERDICT_NO_SIGNATURE")])
def test_the_door_stays_shut(folder: Path, name: str, code: str) -> None:
    with pytest.raises(edoc.VerificationFailed) as caught:
        verify(folder, name).require_passed(signed_by=scenes.NATIONAL_CODE)
    assert caught.value.code == code
