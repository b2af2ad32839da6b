"""`edoc verify --open`: the sheet is shown, where it is is told, and the exit code is the verdict's."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.cli.conftest import TRUSTED, Run


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What the system was asked to show; it takes everything."""
    asked: list[str] = []

    def show_file(place: str, *, environment: object) -> bool:
        asked.append(place)
        return True

    monkeypatch.setattr("edoc.cli.opening.show_file", show_file)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return asked


@pytest.mark.parametrize(("name", "code"), [("signed.pdf", 0), ("changed.pdf", 1), ("ruling.pdf", 4), ("nothing.pdf", 5)])
def test_the_sheet_is_kept_privately_and_shown(run: Run, shown: list[str], tmp_path: Path, name: str, code: int) -> None:
    ran = run("verify", name, *TRUSTED, "--open", "--lang", "fa")
    assert (ran.exit, ran.out) == (code, "")
    (place,) = shown
    assert Path(place).name == f"{name}.report.html" and Path(place).parent.parent == tmp_path
    assert '<html lang="fa" dir="rtl">' in Path(place).read_text(encoding="utf-8")
    assert place in ran.err


def test_it_is_shown_where_it_was_asked_for(run: Run, scene: Path, shown: list[str]) -> None:
    ran = run("verify", "signed.pdf", *TRUSTED, "--open", "--format", "html", "-o", "sheet.html")
    assert (ran.exit, shown) == (0, ["sheet.html"])
    assert str(scene / "sheet.html") in ran.err
    refused = run("verify", "signed.pdf", *TRUSTED, "--open", "-o", "sheet.html")
    assert refused.exit == 2 and "OUTPUT_EXISTS" in refused.err
    assert shown == ["sheet.html"]


def test_the_pdf_is_shown_and_not_the_report_beside_it(run: Run, shown: list[str]) -> None:
    assert run("verify", "signed.pdf", *TRUSTED, "--open", "--format", "pdf").exit == 0
    (place,) = shown
    assert Path(place).read_bytes().startswith(b"%PDF")
    assert Path(f"{place}.json").exists()


def test_several_documents_are_shown_but_not_without_end(run: Run, scene: Path, shown: list[str]) -> None:
    names = []
    for number in range(12):
        names.append(f"copy {number}.pdf")
        (scene / names[-1]).write_bytes((scene / "ruling.pdf").read_bytes())
    ran = run("verify", *names, *TRUSTED, "--open")
    assert (ran.exit, ran.out) == (4, "")
    assert [Path(place).name for place in shown] == [f"{name}.report.html" for name in names[:10]]
    assert all(f"{name}.report.html" in ran.err for name in names)


def test_what_cannot_be_shown_is_told_and_changes_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edoc.cli.opening.show_file", lambda place, *, environment: False)
    for name, code in (("signed.pdf", 0), ("changed.pdf", 1)):
        ran = run("verify", name, *TRUSTED, "--open", "-o", f"{name}.html")
        assert (ran.exit, ran.out) == (code, "")
        assert "SHEET_NOT_SHOWN" in ran.err and f"{name}.html" in ran.err


@pytest.mark.parametrize("given", [("--format", "json"), ("--format", "jsonl"), ("-o", "-")])
def test_only_a_sheet_in_a_file_can_be_shown(run: Run, shown: list[str], given: tuple[str, str]) -> None:
    ran = run("verify", "signed.pdf", *TRUSTED, "--open", *given)
    assert (ran.exit, ran.out) == (2, "") and "OPEN_NEEDS_SHEET" in ran.err
    assert shown == []


def test_a_wrong_order_leaves_no_folder_behind(run: Run, shown: list[str], tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    assert run("verify", "signed.pdf", "--trust", "nowhere", "--open").exit == 2
    assert sorted(tmp_path.iterdir()) == before
