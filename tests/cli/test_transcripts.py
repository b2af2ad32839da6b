"""Whole runs as files, and golden reports: what people and programs see changes only when we say so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from edoc.result.schema import error_schema, report_schema
from tests.cli.conftest import Run
from tests.cli.play import AT, GOLDEN, REPORTS, TRANSCRIPTS, commands, golden, play


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_run_says_what_is_written_down(scene: Path, transcript: Path) -> None:
    assert commands(transcript)
    assert play(commands(transcript)) == transcript.read_text(encoding="utf-8"), "see tests/cli/play.py"


def test_nothing_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(REPORTS)
    assert len(TRANSCRIPTS) >= 8


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_the_golden_one(scene: Path, name: str) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert golden(name) == expected, "see tests/cli/play.py"


@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_fits_the_schema(run: Run, name: str, lang: str) -> None:
    told = run("verify", *REPORTS[name].split(), *AT.split(), "--lang", lang).json
    schema = error_schema() if told["schema"] == "edoc/error/1" else report_schema()
    Draft202012Validator(schema).validate(told)
