"""The worker fails, hangs, lies or is handed another document: its parent goes on and says what happened."""

from __future__ import annotations

import hashlib
import os
import sys
import time

import pytest

from edoc.drivers.pictures import process
from edoc.drivers.pictures.limits import PictureLimits
from edoc.drivers.pictures.order import END, Answer, Note, Order, Revision, note_record
from edoc.drivers.pictures.process import Ending, draw
from edoc.facts.document import Document

OCTETS = b"%PDF-1.7\n" + bytes(300_000)
DIGEST = hashlib.sha256(OCTETS).hexdigest()
NOTE = note_record(Note(code="PICTURES_ALIKE", signature="S1"))


def run(code: str, monkeypatch: pytest.MonkeyPatch, *, seconds: float = 20, digest: str = DIGEST) -> tuple[Answer, Ending]:
    """Draw with a worker that does something else."""
    monkeypatch.setattr(process, "_START", "import sys, time, os, json; " + code)
    order = Order(
        size=len(OCTETS), revisions=(Revision(signature="S1", end=200),), limits=PictureLimits(seconds=seconds),
        password="secret",
    )  # fmt: skip
    return draw(Document.from_bytes(OCTETS, name="a.pdf"), order, digest=digest)


READ = "data = sys.stdin.buffer.read(); "


def test_the_order_and_the_octets_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    check = (
        "import hashlib; line, _, octets = data.partition(b'\\n'); "
        f"assert json.loads(line)['password'] == 'secret' and hashlib.sha256(octets).hexdigest() == '{DIGEST}'; "
    )
    answer, ending = run(READ + check + f"sys.stdout.buffer.write({NOTE + END!r})", monkeypatch)
    assert ending is Ending.DONE and [note.code for note in answer.notes] == ["PICTURES_ALIKE"]


@pytest.mark.parametrize(
    "code",
    [
        "os._exit(0)", "os._exit(3)", "os.abort()", READ + "os._exit(0)", "sys.stdin.close(); time.sleep(0.2)",
        READ + f"sys.stdout.buffer.write({NOTE!r} + b'{{')", READ + "sys.stdout.buffer.write(os.urandom(1000))",
        READ + "raise SystemExit", READ + f"sys.stdout.buffer.write({END + END!r})",
    ],
)  # fmt: skip
def test_a_worker_that_breaks_off_is_told(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(code, monkeypatch)[1] is Ending.CRASHED


def test_what_was_answered_before_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, ending = run(READ + f"sys.stdout.buffer.write({NOTE!r}); sys.stdout.flush(); os.abort()", monkeypatch)
    assert ending is Ending.CRASHED and len(answer.notes) == 1


@pytest.mark.parametrize(
    "code",
    ["time.sleep(60)", READ + "time.sleep(60)", READ + "sys.stdout.close(); time.sleep(60)", "sys.stdin.close(); time.sleep(60)"],
)
def test_a_worker_that_hangs_is_killed(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    start = time.monotonic()
    assert run(code, monkeypatch, seconds=0.5)[1] is Ending.TIME
    assert time.monotonic() - start < 20


def test_a_worker_that_never_stops_talking_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    code = READ + "block = b' ' * (1 << 20)\nwhile True: sys.stdout.buffer.write(block)"
    start = time.monotonic()
    assert run(code, monkeypatch, seconds=30)[1] is Ending.CRASHED
    assert time.monotonic() - start < 20


def test_another_document_is_never_seen_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    seen = os.path.join(str(tmp_path), "seen")
    code = READ + f"open({seen!r}, 'w').write(str(len(data.partition(b'\\n')[2])))"
    answer, ending = run(code, monkeypatch, digest="00" * 32)
    assert ending is Ending.OTHER_DOCUMENT and answer == Answer()
    if os.path.exists(seen):
        with open(seen) as file:
            assert int(file.read() or 0) < len(OCTETS)


def test_no_secret_of_the_environment_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EDOC_PIN", "EDOC_PASSWORD", "HOME", "PYTHONPATH", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, "secret")
    # An interpreter may set LC_CTYPE for itself.
    allowed = {*process._KEPT, "LC_CTYPE"}
    tell = f"assert set(os.environ) <= {allowed!r}, os.environ; sys.stdout.buffer.write({END!r})"
    assert run(READ + tell, monkeypatch)[1] is Ending.DONE


def test_nothing_is_left_running(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    real = process.subprocess.Popen

    def remembered(*given: object, **named: object) -> object:
        made.append(real(*given, **named))  # type: ignore[call-overload]
        return made[-1]

    monkeypatch.setattr(process.subprocess, "Popen", remembered)
    for code in (READ, "time.sleep(60)", "os.abort()"):
        run(code, monkeypatch, seconds=0.5)
    assert len(made) == 3 and all(worker.returncode is not None for worker in made)
    assert all(pipe.closed for worker in made for pipe in (worker.stdin, worker.stdout))


@pytest.mark.parametrize("interpreter", ["", "/there/is/no/such/interpreter"])
def test_without_an_interpreter_nothing_is_drawn(interpreter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", interpreter)
    assert run(READ, monkeypatch) == (Answer(), Ending.CRASHED)


def test_where_modules_are_looked_for_is_handed_over() -> None:
    places = process._places()
    assert all(os.path.isabs(item) for item in places)
    assert {os.path.abspath(item) for item in sys.path} <= set(places)
    assert os.path.isdir(os.path.join(places[0], "edoc", "drivers"))
