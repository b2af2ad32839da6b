"""The frame of the command line: the front page, and every way in which a run can end."""

from __future__ import annotations

import os
import resource
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from edoc import __version__
from edoc.cli import exits
from edoc.cli.front import COMMANDS
from tests.cli.conftest import ROOT, TRUSTED, Run

Start = Callable[..., "subprocess.Popen[bytes]"]


def test_the_front_page_names_every_command_and_no_other(run: Run) -> None:
    ran = run("--help")
    assert (ran.exit, ran.err) == (0, "")
    for name, told in COMMANDS.items():
        assert f"  {name} " in ran.out
        assert told in ran.out
        assert import_module(f"edoc.cli.{name}").command.callback is not None
    assert run("-h").out == ran.out
    nothing = run()
    assert (nothing.exit, nothing.out, nothing.err) == (2, "", ran.out)


def test_every_command_has_a_help_page_with_an_example(run: Run) -> None:
    for name in COMMANDS:
        ran = run(name, "--help")
        assert (ran.exit, ran.err) == (0, "")
        assert f"Example: edoc {name} " in ran.out
        assert run(name, "-h").out == ran.out


def test_the_version(run: Run) -> None:
    assert run("--version").out == f"{__version__}\n"


def test_the_front_page_is_cheap() -> None:
    """At most 80 ms of processor time; it imports neither a command line library nor a format."""
    code = "import sys; from edoc.cli import main; main(['--help']); print(*sorted(sys.modules), file=sys.stderr)"
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    loaded = set(done.stderr.decode().split())
    assert not {name.split(".")[0] for name in loaded} & {"click", "cryptography", "asn1crypto", "rich", "lxml", "pyhanko"}
    assert {name for name in loaded if name.startswith("edoc.")} <= {
        "edoc.cli", "edoc.cli.run", "edoc.cli.exits", "edoc.cli.front",
    }  # fmt: skip
    assert min(spent) < 0.08, "the least of three: what else runs on the machine is not counted"


def test_the_gravest_is_chosen_by_a_fixed_order() -> None:
    assert exits.GRAVEST_FIRST == (70, 130, 7, 2, 1, 5, 4, 3, 6, 0)
    for place, code in enumerate(exits.GRAVEST_FIRST):
        assert exits.gravest(reversed(exits.GRAVEST_FIRST[place:])) == code
    assert exits.gravest([]) == 0
    assert exits.gravest([0, 99]) == 70
    assert exits.BY_VERDICT == {"PASSED": 0, "INTACT": 0, "FAILED": 1, "INDETERMINATE": 3, "NO_SIGNATURE": 4}


def test_a_bug_is_told_in_a_line_and_not_in_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **given: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("edoc.api.Verifier.verify_at", broken)
    ran = run("verify", "signed.pdf", *TRUSTED)
    assert (ran.exit, ran.out) == (70, "")
    assert "INTERNAL" in ran.err
    assert "Traceback" not in ran.err
    monkeypatch.setattr("edoc.bulk.verify.verify_many", broken)
    ran = run("verify", "signed.pdf", *TRUSTED)
    assert (ran.exit, ran.out) == (70, "")
    assert "Traceback" not in ran.err
    monkeypatch.setenv("EDOC_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run("verify", "signed.pdf", *TRUSTED)


def test_a_reader_that_goes_away_hears_nothing(start: Start) -> None:
    read, write = os.pipe()
    os.close(read)
    process = start("verify", *["signed.pdf"] * 3, *TRUSTED, stdout=write)
    os.close(write)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("kind", ["text", "jsonl"])
def test_no_room_for_the_answer(start: Start, kind: str) -> None:
    with open("/dev/full", "wb") as full:
        process = start("verify", "signed.pdf", *TRUSTED, "--format", kind, stdout=full)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.decode().splitlines()[-1].endswith("OUTPUT_DISK_FULL")
    assert len(err.splitlines()) == 3
    process = start("verify", "signed.pdf", *TRUSTED, "--format", "jsonl", "-o", "/dev/full", "--overwrite")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.decode().splitlines()[-1].endswith("OUTPUT_DISK_FULL")


def test_without_standard_streams_the_exit_code_answers(scene: Path) -> None:
    line = f"{shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'cli.py'))} verify changed.pdf {' '.join(TRUSTED)} >&- 2>&- <&-"
    assert subprocess.run(["sh", "-c", line], cwd=scene, check=False, timeout=60).returncode == 1


def test_ctrl_c_leaves_nothing_half_written(start: Start, scene: Path) -> None:
    os.mkfifo(scene / "slow.pdf")
    process = start("verify", "signed.pdf", "slow.pdf", *TRUSTED, "-o", "out.txt")
    writer = _writer_of(scene / "slow.pdf")
    process.send_signal(signal.SIGINT)
    os.close(writer)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert not [path.name for path in scene.iterdir() if "out" in path.name]


def test_ctrl_c_keeps_the_lines_of_a_log(start: Start, run: Run, scene: Path) -> None:
    os.mkfifo(scene / "slow.pdf")
    process = start("verify", "signed.pdf", "slow.pdf", *TRUSTED, "--format", "jsonl", "-o", "log")
    _wait_for(lambda: (scene / "log").exists() and (scene / "log").read_bytes().endswith(b"\n"))
    writer = _writer_of(scene / "slow.pdf")
    os.killpg(process.pid, signal.SIGINT)
    os.close(writer)
    process.communicate(timeout=60)
    assert process.returncode == 130
    (scene / "slow.pdf").unlink()
    ran = run("verify", "signed.pdf", "slow.pdf", *TRUSTED, "--format", "jsonl", "-o", "log", "--resume")
    assert ran.exit == 5
    assert (scene / "log").read_bytes().count(b"\n") == 2


def test_ctrl_c_does_not_wait_for_a_worker(start: Start, scene: Path) -> None:
    os.mkfifo(scene / "slow.pdf")
    process = start("verify", *["signed.pdf"] * 40, "slow.pdf", *TRUSTED, "--format", "jsonl", "--jobs", "2")
    writer = _writer_of(scene / "slow.pdf")
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    os.close(writer)
    assert (process.returncode, err) == (130, b"")


@pytest.mark.parametrize("kind", ["json", "text"])
def test_the_same_bytes_whatever_the_hash_seed(scene: Path, kind: str) -> None:
    command = [sys.executable, str(ROOT / "cli.py"), "verify", "signed.pdf", *TRUSTED, "--format", kind]
    answers = {
        subprocess.run(
            command, cwd=scene, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True, timeout=60
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(answers) == 1


def test_several_processes_give_the_same_lines(start: Start, run: Run) -> None:
    names = ["signed.pdf", "changed.pdf", "missing.pdf", "ruling.pdf"] * 10
    alone = run("verify", *names, *TRUSTED, "--format", "jsonl")
    process = start("verify", *names, *TRUSTED, "--format", "jsonl", "--jobs", "2")
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (1, b"")
    assert out.decode() == alone.out


def _writer_of(pipe: Path) -> int:
    """Open a pipe for writing as soon as somebody waits at its other end."""
    found: list[int] = []

    def reader_is_there() -> bool:
        try:
            found.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    _wait_for(reader_is_there)
    return found[0]


def _wait_for(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.02)
