"""Showing a file: which program is asked, with what, and what comes of one that cannot."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from edoc.drivers.browser import private_folder, show_file

HOSTILE = "-o $(touch spoiled) 'حکم' \"%41;&.html"


def opener(folder: Path, name: str, body: str) -> dict[str, str]:
    """A desktop whose only program is a script; returns its environment."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return {"DISPLAY": ":9", "PATH": str(folder)}


def test_the_name_reaches_the_program_as_one_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environment = opener(tmp_path / "bin", "xdg-open", f'printf "%s\\n" "$#" "$1" > {tmp_path}/asked')
    assert show_file(HOSTILE, environment=environment, platform="linux")
    count, address = (tmp_path / "asked").read_text().splitlines()
    assert count == "1"
    assert address == (tmp_path / HOSTILE).as_uri()
    assert not (tmp_path / "spoiled").exists()


def test_macos_is_given_the_path(tmp_path: Path) -> None:
    environment = opener(tmp_path / "bin", "open", f'printf "%s\\n" "$@" > {tmp_path}/asked')
    assert show_file(str(tmp_path / HOSTILE), environment=environment, platform="darwin")
    assert (tmp_path / "asked").read_text() == f"{tmp_path / HOSTILE}\n"


def test_windows_starts_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(os, "startfile", started.append, raising=False)
    assert show_file("/x/sheet.html", environment={}, platform="win32")
    assert started == ["/x/sheet.html"]

    def refuse(place: str) -> None:
        raise OSError(place)

    monkeypatch.setattr(os, "startfile", refuse, raising=False)
    assert not show_file("/x/sheet.html", environment={}, platform="win32")


@pytest.mark.parametrize("missing", ["DISPLAY", "PATH"])
def test_no_screen_or_no_program_is_told(tmp_path: Path, missing: str) -> None:
    environment = opener(tmp_path / "bin", "xdg-open", f"touch {tmp_path}/asked")
    environment[missing] = ""
    assert not show_file("sheet.html", environment=environment, platform="linux")
    assert not (tmp_path / "asked").exists()


def test_a_program_that_fails_is_followed_by_the_next(tmp_path: Path) -> None:
    environment = opener(tmp_path / "bin", "xdg-open", "exit 3")
    assert not show_file("sheet.html", environment=environment, platform="linux")
    opener(tmp_path / "bin", "wslview", f": > {tmp_path}/asked")
    assert show_file("sheet.html", environment=environment, platform="linux")
    assert (tmp_path / "asked").exists()
    (tmp_path / "bin" / "xdg-open").write_text("neither a script nor a program")
    (tmp_path / "bin" / "wslview").unlink()
    assert not show_file("sheet.html", environment=environment, platform="linux")


def test_a_program_that_stays_is_showing_the_file(tmp_path: Path) -> None:
    environment = opener(tmp_path / "bin", "xdg-open", "read line < /dev/null; exec /bin/sleep 2")
    assert show_file("sheet.html", environment=environment, platform="linux", patience=0.1)


def test_a_private_folder_is_private_and_where_browsers_see_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "home").mkdir()
    environment = {"HOME": str(tmp_path / "home")}
    plain = Path(private_folder(environment, confined=("/nonexistent/firefox",)))
    assert plain.parent == tmp_path / "temporary"
    assert stat.S_IMODE(plain.stat().st_mode) == 0o700
    seen = Path(private_folder(environment, confined=("/",)))
    assert seen.parent == tmp_path / "home" and not seen.name.startswith(".")
    assert stat.S_IMODE(seen.stat().st_mode) == 0o700
    fallen = Path(private_folder({"HOME": str(tmp_path / "nowhere")}, confined=("/",)))
    assert fallen.parent == tmp_path / "temporary"
