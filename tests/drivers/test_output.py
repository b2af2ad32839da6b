"""Outputs appear whole or not at all, whatever goes wrong on the way, and never over their input."""

from __future__ import annotations

import io
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import edoc
from edoc.drivers import output as module
from edoc.drivers.output import open_output
from edoc.errors import ConfigError, VerificationFailed
from edoc.keys import Key
from tests.conftest import ROOT
from tests.sign.makers import SIGNING_TIME, make_pdf, open_key

DATA = b"signed " * 1000


@pytest.fixture(params=["unnamed", "hidden"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of writing: with files that have no name, and where the system has none."""
    if request.param == "hidden":
        monkeypatch.setattr(module, "_open_unnamed", lambda folder: -1)
    return str(request.param)


def _code(error: pytest.ExceptionInfo[ConfigError]) -> str:
    assert error.value.exit_code == 2 and error.value.hint("en") and error.value.hint("fa")
    return error.value.code


def test_nothing_is_seen_before_commit(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "out.pdf"
    with open_output(place) as out:
        out.write(DATA)
        out.write_at(0, b"SIGNED")
        assert not place.exists()
        assert bytes(out.content()[:]) == b"SIGNED" + DATA[6:]
        out.commit()
    assert place.read_bytes() == b"SIGNED" + DATA[6:] and os.listdir(tmp_path) == ["out.pdf"]


def test_leaving_without_commit_leaves_nothing(kind: str, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), open_output(tmp_path / "out.pdf") as out:
        out.write(DATA)
        raise RuntimeError
    assert os.listdir(tmp_path) == []


def test_an_existing_file_stays_unless_asked(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "out.pdf"
    place.write_bytes(b"old")
    with pytest.raises(ConfigError) as error:
        open_output(place)
    assert _code(error) == "OUTPUT_EXISTS"
    with open_output(place, overwrite=True) as out:
        out.write(DATA)
        assert place.read_bytes() == b"old"
        out.commit()
    assert place.read_bytes() == DATA and os.listdir(tmp_path) == ["out.pdf"]


@pytest.mark.parametrize("letter", ["a", "ر", "𝔉"])
def test_the_longest_names_are_written_and_replaced(kind: str, letter: str, tmp_path: Path) -> None:
    place = tmp_path / (letter * (250 // len(letter.encode())) + ".pdf")
    for data in (b"first", b"second"):
        with open_output(place, overwrite=True) as out:
            out.write(data)
            out.commit()
    assert place.read_bytes() == b"second" and os.listdir(tmp_path) == [place.name]


def test_a_file_that_appears_meanwhile_stays(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "out.pdf"
    with pytest.raises(ConfigError) as error, open_output(place) as out:
        out.write(DATA)
        place.write_bytes(b"of another program")
        out.commit()
    assert _code(error) == "OUTPUT_EXISTS"
    assert place.read_bytes() == b"of another program" and os.listdir(tmp_path) == ["out.pdf"]


def test_a_file_that_appears_meanwhile_is_replaced_when_asked(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "out.pdf"
    with open_output(place, overwrite=True) as out:
        out.write(DATA)
        place.write_bytes(b"of another program")
        out.commit()
    assert place.read_bytes() == DATA and os.listdir(tmp_path) == ["out.pdf"]


@pytest.mark.parametrize("how", ["same", "symbolic", "hard", "dotted"])
def test_the_input_is_never_written_over(kind: str, how: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in.pdf", tmp_path / "other.pdf"
    source.write_bytes(b"input")
    if how == "symbolic":
        target.symlink_to(source)
    elif how == "hard":
        os.link(source, target)
    else:
        target = source if how == "same" else tmp_path / "." / ".." / tmp_path.name / "in.pdf"
    with pytest.raises(ConfigError) as error:
        open_output(target, overwrite=True, source=str(source))
    assert _code(error) == "OUTPUT_IS_INPUT" and source.read_bytes() == b"input"


@pytest.mark.parametrize(
    ("place", "code"),
    [("gone/out.pdf", "OUTPUT_FOLDER_MISSING"), ("file/out.pdf", "OUTPUT_FOLDER_MISSING"), ("folder", "OUTPUT_IS_FOLDER")],
)
def test_a_place_that_cannot_be_is_named(kind: str, place: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError) as error:
        open_output(tmp_path / place)
    assert _code(error) == code and place.split("/")[-1] in str(error.value)


def test_a_read_only_folder_is_named(kind: str) -> None:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    user = os.geteuid()
    try:
        if user == 0:
            # The superuser may write everywhere.
            os.seteuid(65534)
        with pytest.raises(ConfigError) as error:
            open_output(folder / "out.pdf")
    finally:
        os.seteuid(user)
        shutil.rmtree(folder)
    assert _code(error) == "OUTPUT_UNWRITABLE"


@contextmanager
def _file_size_limit(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_nothing(kind: str, tmp_path: Path) -> None:
    with _file_size_limit(4096), pytest.raises(ConfigError) as error, open_output(tmp_path / "out.pdf") as out:
        out.write(DATA)
        out.commit()
    assert _code(error) == "OUTPUT_DISK_FULL" and os.listdir(tmp_path) == []


def test_a_full_disk_while_signing_leaves_nothing(kind: str, tmp_path: Path) -> None:
    key = open_key("p256", tmp_path)
    source = tmp_path / "in.pdf"
    source.write_bytes(make_pdf())
    before = sorted(os.listdir(tmp_path))
    for size in (0, 100, source.stat().st_size, source.stat().st_size + 2000):
        with _file_size_limit(size), pytest.raises(ConfigError) as error:
            edoc.sign_document(source, key, output=tmp_path / "out.pdf", signing_time=SIGNING_TIME)
        assert _code(error) == "OUTPUT_DISK_FULL" and sorted(os.listdir(tmp_path)) == before
    assert source.read_bytes() == make_pdf()


def test_a_full_device_says_so() -> None:
    with pytest.raises(ConfigError) as error, open_output("/dev/full", overwrite=True) as out:
        out.write(DATA)
        out.commit()
    assert _code(error) == "OUTPUT_DISK_FULL"


def test_a_pipe_takes_the_document(tmp_path: Path) -> None:
    place = tmp_path / "pipe"
    os.mkfifo(place)
    reader = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
    with open_output(place) as out:
        out.write(DATA)
        out.commit()
    assert os.read(reader, len(DATA) + 1) == DATA
    os.close(reader)


def test_a_stream_takes_everything_at_commit() -> None:
    stream = io.BytesIO()
    with open_output(stream) as out:
        out.write(DATA)
        assert stream.getvalue() == b""
        out.commit()
    assert stream.getvalue() == DATA


def test_a_stream_that_fails_is_told() -> None:
    class Broken(io.BytesIO):
        name = "socket"

        def write(self, data: object, /) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(ConfigError) as error, open_output(Broken()) as out:
        out.write(DATA)
        out.commit()
    assert _code(error) == "OUTPUT_UNWRITABLE" and "socket" in str(error.value)


def test_standard_output_takes_the_document(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with open_output("-") as out:
        out.write(DATA)
        out.commit()
    assert capfdbinary.readouterr().out == DATA


def test_what_fails_its_check_never_appears(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = open_key("p256", tmp_path)
    before = sorted(os.listdir(tmp_path))
    monkeypatch.setattr(Key, "sign", lambda self, octets, algorithm: bytes(70))
    with pytest.raises(VerificationFailed) as error:
        edoc.sign_document(make_pdf(), key, output=tmp_path / "out.pdf", signing_time=SIGNING_TIME)
    assert error.value.code == "SELF_CHECK_FAILED" and sorted(os.listdir(tmp_path)) == before


_LOOP = """
import sys, edoc
from datetime import datetime, UTC
if sys.argv[3] == "hidden":
    from edoc.drivers import output
    output._open_unnamed = lambda folder: -1
key = edoc.Key.open(f"file:{sys.argv[1]}/key.pem", certificates=[f"{sys.argv[1]}/signer.pem"])
signer = edoc.Signer(key, signing_time=datetime(2026, 6, 1, tzinfo=UTC))
while True:
    print("signing", flush=True)
    signer.sign(f"{sys.argv[2]}/in.pdf", output=f"{sys.argv[2]}/out.pdf", overwrite=True)
"""


@pytest.mark.parametrize(("kind", "sign"), [("unnamed", "INT"), ("hidden", "INT"), ("unnamed", "KILL")])
def test_a_stop_in_the_middle_leaves_no_half_document(kind: str, sign: str, tmp_path: Path) -> None:
    keys, folder = tmp_path / "keys", tmp_path / "work"
    keys.mkdir()
    folder.mkdir()
    open_key("p256", keys)
    bulk = os.urandom(24 << 20)
    (folder / "in.pdf").write_bytes(make_pdf(change=lambda pdf: pdf.Root.__setitem__("/Bulk", pdf.make_stream(bulk))))
    number = signal.Signals[f"SIG{sign}"]
    for delay in (0.005, 0.04):
        process = subprocess.Popen(
            [sys.executable, "-c", _LOOP, str(keys), str(folder), kind], cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None and process.stdout.readline() == "signing\n"
        time.sleep(delay)
        process.send_signal(number)
        _, words = process.communicate(timeout=60)
        assert process.returncode == -number and ("KeyboardInterrupt" in words or sign == "KILL")
        assert {name for name in os.listdir(folder) if not _allowed(name, sign)} == set()
        if (folder / "out.pdf").exists():
            assert edoc.verify_document(folder / "out.pdf", policy="integrity").verdict is edoc.Verdict.INTACT


def _allowed(name: str, sign: str) -> bool:
    # Where the file system knows no unnamed files, a killed process cannot remove its hidden one.
    return name in ("in.pdf", "out.pdf") or (sign == "KILL" and not hasattr(os, "O_TMPFILE"))
