"""Encrypted documents: where the password comes from, and what happens without one."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from tests.cli.conftest import Run


@pytest.fixture
def locked(scene: Path) -> Path:
    with pikepdf.open(scene / "ruling.pdf") as pdf:
        # Objects inside encrypted streams: what is not opened could be anything.
        pdf.save(
            scene / "locked.pdf",
            encryption=pikepdf.Encryption(owner="owner", user="رمز", R=6),
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return scene / "locked.pdf"


@pytest.mark.parametrize("command", [["verify", "--policy", "integrity"], ["show"]])
def test_the_password(run: Run, locked: Path, scene: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    opened = 4 if command[0] == "verify" else 0
    call = [*command, "locked.pdf"]
    assert run(*call).exit in (opened, 3)
    monkeypatch.setenv("EDOC_PASSWORD", "رمز")
    assert run(*call).exit == opened
    monkeypatch.setenv("EDOC_PASSWORD", "wrong")
    ran = run(*call)
    assert (ran.exit, ran.out) == (5, "")
    assert "PDF_PASSWORD_WRONG" in ran.err
    (scene / "word.txt").write_text("رمز\nsecond line\n", encoding="utf-8")
    assert run(*call, "--password-file", "word.txt").exit == opened
    monkeypatch.delenv("EDOC_PASSWORD")
    monkeypatch.setattr("edoc.drivers.secrets._at_terminal", lambda: True)
    monkeypatch.setattr("edoc.drivers.secrets.getpass", lambda prompt, stream: "رمز")
    assert run(*call, "--password").exit == opened
    monkeypatch.setattr("edoc.drivers.secrets._at_terminal", lambda: False)
    refused = run(*call, "--password")
    assert (refused.exit, refused.out) == (7, "")
    assert "SECRET_NOT_GIVEN" in refused.err
