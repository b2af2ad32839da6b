"""What the README shows is what happens: its Python runs, its commands answer as printed."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import edoc.cli
from edoc.cli import exits
from edoc.lab.folder import write_folder
from edoc.lab.keys import process_keys
from edoc.lab.pki import Pki
from tests.house.source import ROOT

READMES = ("README.md", "README.fa.md")
AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

_ISOLATES = re.compile("[\u2066-\u2069]")
"""Marks that keep Latin words in their place on a terminal; a page does without them."""


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the README assumes it, and a clock that stands still."""
    write_folder(Pki(at=AT, base_url="http://practice.invalid", keys=process_keys()), folder=tmp_path / "practice")
    shutil.copy(ROOT / "examples" / "ruling.pdf", tmp_path / "ruling.pdf")
    (tmp_path / "annex.txt").write_text("پیوست", encoding="utf-8")
    for name in [name for name in os.environ if name.startswith("EDOC_") and name != "EDOC_CORPUS"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("EDOC_PIN", "practice")
    for module in ("edoc.api", "edoc.api_sign.settings", "edoc.bulk.verify"):
        monkeypatch.setattr(f"{module}.now", lambda: AT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _blocks(readme: str, kind: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    found = re.findall(rf"^```{kind}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    assert found, f"{readme} shows no {kind}"
    return found


def _commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (command, lines printed below it)."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command, shown


@pytest.mark.parametrize("readme", READMES)
def test_the_python_runs(readme: str, practice: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for block in _blocks(readme, "python"):
        script = practice / "readme.py"
        script.write_text(block, encoding="utf-8")
        runpy.run_path(str(script))
    assert capsys.readouterr().out.splitlines() == [
        "PAdES-BASELINE-B",
        "INTACT CAdES-BASELINE-B",
        "Navid Rad Nemouneh [Sign]",
    ]


@pytest.mark.parametrize("readme", READMES)
def test_the_commands_answer_as_shown(readme: str, practice: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for block in _blocks(readme, "console"):
        for command, shown in _commands(block):
            program, *arguments = shlex.split(command)
            assert program == "edoc"
            edoc.cli.main(arguments)
            said = _ISOLATES.sub("", capsys.readouterr().out).splitlines()
            whole = shown[-1] != "…"
            wanted = shown if whole else shown[:-1]
            assert (said if whole else said[: len(wanted)]) == wanted, command


@pytest.mark.parametrize("readme", READMES)
def test_the_exit_codes_are_the_ones_returned(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    for verdict, code in exits.BY_VERDICT.items():
        assert f"| `{verdict}` | {code} |" in text
    order = re.search(r"70[,،] 130[^.]*", text)
    assert order and [int(code) for code in re.findall(r"\d+", order[0])] == list(exits.GRAVEST_FIRST)


@pytest.mark.parametrize("page", ["README.md", "README.fa.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/adr/README.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("https://"):
            assert (ROOT / page).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("page", ["README.md", "README.fa.md", "CONTRIBUTING.md"])
def test_make_targets_exist(page: str) -> None:
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make ([a-z]+)\b", (ROOT / page).read_text(encoding="utf-8")):
        assert re.search(rf"^{target}:", rules, flags=re.MULTILINE), target


def test_make_says_what_it_can_do() -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    said = subprocess.run(["make", "-s", "-C", str(ROOT), "help"], capture_output=True, text=True, check=True).stdout
    assert [line.split()[1] for line in said.splitlines()] == ["demo", "test", "check", "bench", "plot", "soak", "clean"]


def test_every_room_stands_in_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {path.name for path in (ROOT / "edoc").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    named = {room for room in rooms if f"`{room.removesuffix('.py')}" in text or f"`{room}" in text or f"edoc/{room}" in text}
    assert rooms - named == set()
