"""`--resume`: a log that was cut anywhere ends up as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import TRUSTED, Run

NAMES = ["signed.pdf", "changed.pdf", "missing.pdf", "ruling.pdf", "signed.pdf"]


def batch(run: Run, *more: str, log: str = "log.jsonl", names: list[str] | None = None) -> int:
    return run("verify", *(names or NAMES), *TRUSTED, "--format", "jsonl", "-o", log, *more).exit


@pytest.fixture
def whole(run: Run, scene: Path) -> bytes:
    assert batch(run, log="whole.jsonl") == 1
    return (scene / "whole.jsonl").read_bytes()


def test_cut_anywhere(run: Run, scene: Path, whole: bytes) -> None:
    ends = [index + 1 for index, octet in enumerate(whole) if octet == 10]
    log = scene / "log.jsonl"
    for size in [0, 1, ends[0] - 1, ends[0], ends[0] + 7, ends[2] - 1, ends[3], len(whole) - 1, len(whole)]:
        log.write_bytes(whole[:size])
        assert batch(run, "--resume") == 1, size
        assert log.read_bytes() == whole, size


def test_a_log_that_does_not_exist_yet_is_begun(run: Run, scene: Path, whole: bytes) -> None:
    assert batch(run, "--resume") == 1
    assert (scene / "log.jsonl").read_bytes() == whole


def test_a_tail_of_zeros_after_a_power_cut(run: Run, scene: Path, whole: bytes) -> None:
    end = whole.index(b"\n") + 1
    (scene / "log.jsonl").write_bytes(whole[:end] + b"\0" * 900)
    assert batch(run, "--resume") == 1
    assert (scene / "log.jsonl").read_bytes() == whole


def test_the_exit_code_counts_what_was_done_before(run: Run, scene: Path, whole: bytes) -> None:
    (scene / "log.jsonl").write_bytes(whole)
    assert batch(run, "--resume") == 1
    assert (scene / "log.jsonl").read_bytes() == whole


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda log: log.replace(b"changed.pdf", b"another.pdf", 1), "LOG_OTHER_INPUTS"),
        (lambda log: b"garbage\n" + log, "LOG_NOT_OURS"),
        (lambda log: b'{"schema": "edoc/report/1"}\n' + log, "LOG_NOT_OURS"),
        (lambda log: log.replace(b'"digest": "sha256:', b'"digest": "sha256:0', 1), "LOG_OTHER_RULES"),
        (lambda log: log + log, "LOG_OTHER_INPUTS"),
    ],
)
def test_another_log_is_refused_and_left_alone(run: Run, scene: Path, whole: bytes, change, code: str) -> None:  # type: ignore[no-untyped-def]
    log = scene / "log.jsonl"
    log.write_bytes(change(whole))
    before = log.read_bytes()
    ran = run("verify", *NAMES, *TRUSTED, "--format", "jsonl", "-o", "log.jsonl", "--resume")
    assert (ran.exit, ran.out) == (2, "")
    assert code in ran.err
    assert log.read_bytes() == before


def test_other_rules_are_refused(run: Run, scene: Path, whole: bytes) -> None:
    (scene / "log.jsonl").write_bytes(whole)
    arguments = ["verify", *NAMES, "--policy", "integrity", "--format", "jsonl", "-o", "log.jsonl", "--resume"]
    ran = run(*arguments)
    assert ran.exit == 2
    assert "LOG_OTHER_RULES" in ran.err


def test_a_folder_is_no_log(run: Run, scene: Path) -> None:
    ran = run("verify", *NAMES, *TRUSTED, "--format", "jsonl", "-o", "anchors", "--resume")
    assert ran.exit == 2
    assert "LOG_UNREADABLE" in ran.err
