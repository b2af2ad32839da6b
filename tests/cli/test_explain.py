"""`edoc explain` with reports: what `verify` wrote is explained, anything else is a clear error."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.conftest import TRUSTED, Run


def test_a_report_and_a_log_are_explained(run: Run, scene: Path) -> None:
    run("verify", "changed.pdf", *TRUSTED, "--format", "json", "-o", "report.json")
    told = run("explain", "report.json")
    assert told.exit == 0
    assert "HASH_MISMATCH" in told.out
    assert "changed.pdf" in told.out
    run("verify", "signed.pdf", "none.pdf", *TRUSTED, "--format", "jsonl", "--legal", "ir-ecl", "-o", "log.jsonl")
    told = run("explain", "log.jsonl", "--lang", "fa")
    assert told.exit == 0
    assert "INPUT_NOT_FOUND" in told.out
    assert "PASSED" in told.out


def test_standard_input_is_explained(run: Run, scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    octets = run("verify", "ruling.pdf", *TRUSTED, "--format", "json").out.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(octets)))
    assert "NO_SIGNATURE" in run("explain", "-").out


@pytest.mark.parametrize(
    ("what", "code", "exit_code"),
    [
        ("signed.pdf", "RECORD_NOT_OURS", 5),
        ("none.json", "RECORD_UNREADABLE", 5),
        (".", "RECORD_UNREADABLE", 5),
        ("a\x00b.json", "RECORD_UNREADABLE", 5),
        ("HASH_MISMACH", "CODE_UNKNOWN", 2),
    ],
)
def test_anything_else_is_a_clear_error(run: Run, what: str, code: str, exit_code: int) -> None:
    ran = run("explain", what)
    assert (ran.exit, ran.out) == (exit_code, "")
    assert code in ran.err
