"""The command line, run in this process in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from edoc.cli import main
from tests.cli import scene as scenes

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    exit: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """The answer as JSON."""
        found: dict[str, object] = json.loads(self.out)
        return found

    @property
    def lines(self) -> list[dict[str, object]]:
        """The answer as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scenes.build(tmp_path_factory.mktemp("scene"))


@pytest.fixture
def scene(_built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh copy of the scene, which is the working directory; nothing of the user's set-up is seen."""
    place = tmp_path / "scene"
    shutil.copytree(_built, place)
    for name in [name for name in os.environ if name.startswith("EDOC_") and name != "EDOC_CORPUS"]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def run(scene: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `edoc` with arguments in the scene."""

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        code = main(arguments)
        said = capsys.readouterr()
        return Ran(exit=code, out=said.out, err=said.err)

    return call


@pytest.fixture
def start(scene: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Start `edoc` as a process of its own in the scene, without a terminal."""

    def call(*arguments: str, **given: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), *arguments],
            cwd=scene,
            stdin=given.get("stdin", subprocess.DEVNULL),  # type: ignore[call-overload]
            stdout=given.get("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    return call


TRUSTED = ("--trust", "anchors", "--validation-data", "lists.pem", "--at", scenes.CHECKED_AT)
"""What lets the signed ruling pass."""
