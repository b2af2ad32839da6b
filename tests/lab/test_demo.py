"""The tour runs end to end, twice, in both languages, and says so when something is not found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edoc.errors import ConfigError
from edoc.lab import tamper
from edoc.lab.command import demo
from edoc.lab.demo import NEW_AMOUNT, OLD_AMOUNT
from edoc.lab.members import PERSON_CODE

pytestmark = pytest.mark.loopback

EXPECTED = {
    "signed": "PASSED",
    "aged": "PASSED",
    "tampered-byte": "FAILED",
    "tampered-amount": "FAILED",
    "tampered-moved": "FAILED",
    "impostor": "INDETERMINATE",
    "unsigned": "NO_SIGNATURE",
}


def _reports(folder: Path) -> dict[str, dict[str, object]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}


def test_the_tour_finds_what_it_should_and_can_be_taken_again(tmp_path: Path) -> None:
    folder = tmp_path / "with space" / "demo"
    said: dict[str, list[str]] = {"en": [], "fa": []}
    for lang, lines in said.items():
        assert demo(folder=folder, lang=lang, talk=lines.append) == 0, "\n".join(lines)
        reports = _reports(folder)
        assert {name: report["verdict"] for name, report in reports.items()} == EXPECTED
        assert all((folder / f"{name}.pdf").is_file() for name in EXPECTED)
        _have_reason_and_cure(reports)
    assert len(said["en"]) == len(said["fa"])
    assert any("گواهی" in line for line in said["fa"])
    assert not any("گواهی" in line for line in said["en"])
    signer = _reports(folder)["signed"]["signatures"][0]["signer"]  # type: ignore[index]
    assert signer["serial_number"] == PERSON_CODE
    assert _reports(folder)["impostor"]["signatures"][0]["intact"] is True  # type: ignore[index]
    for name in ("signed", "aged"):
        (signature,) = _reports(folder)[name]["signatures"]  # type: ignore[misc]
        assert signature["level"] == "PAdES-BASELINE-LTA" and signature["best_signature_time"], name


def _have_reason_and_cure(reports: dict[str, dict[str, object]]) -> None:
    for name, report in reports.items():
        if name in ("signed", "aged"):
            continue
        findings = list(report["findings"])  # type: ignore[call-overload]
        for signature in report["signatures"]:  # type: ignore[attr-defined]
            findings.extend(signature["findings"])
        told = [item for item in findings if item["severity"] != "info" or name == "unsigned"]
        assert told, name
        assert all(item["text"] and item["hint"] and item["text"] != item["code"] for item in told), name


def test_page_texts_show_what_was_changed(tmp_path: Path) -> None:
    assert demo(folder=tmp_path, lang="en", talk=lambda line: None) == 0
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "pages").iterdir()}
    assert set(texts) == set(EXPECTED) - {"tampered-byte"}
    assert NEW_AMOUNT not in texts["signed"]
    assert texts["signed"].count(OLD_AMOUNT) == texts["tampered-amount"].count(OLD_AMOUNT) + 1
    assert texts["tampered-amount"].count(NEW_AMOUNT) == 1
    assert texts["signed"] == texts["unsigned"]


@pytest.mark.parametrize("spoiled", ["flip_byte", "move_signature"])
def test_a_forgery_that_is_not_noticed_makes_the_tour_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiled: str
) -> None:
    untouched: Callable[..., bytes] = lambda data, **given: data
    monkeypatch.setattr(tamper, spoiled, untouched)
    lines: list[str] = []
    assert demo(folder=tmp_path, lang="en", talk=lines.append) == 1
    assert any("was expected" in line for line in lines)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigError) as caught:
        demo(folder=tmp_path / "file" / "demo", lang="en", talk=lambda line: None)
    assert caught.value.code == "LAB_FOLDER_UNUSABLE"
