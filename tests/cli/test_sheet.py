"""`edoc verify --format html` and `--format pdf`: where the sheets go, and that every input gets one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import TRUSTED, Run

HTML = ("--format", "html")
PDF = ("--format", "pdf")


def test_the_sheet_goes_to_standard_output(run: Run) -> None:
    ran = run("verify", "signed.pdf", *TRUSTED, *HTML, "--lang", "fa")
    assert (ran.exit, ran.err) == (0, "")
    assert ran.out.startswith("<!DOCTYPE html>") and '<html lang="fa" dir="rtl">' in ran.out


@pytest.mark.parametrize(("name", "code", "look"), [
    ("signed.pdf", 0, "passed"), ("changed.pdf", 1, "failed"), ("ruling.pdf", 4, "unsigned"), ("nothing.pdf", 5, "unsigned"),
])  # fmt: skip
def test_every_input_gets_its_sheet_and_its_exit_code(run: Run, scene: Path, name: str, code: int, look: str) -> None:
    ran = run("verify", name, *TRUSTED, *HTML, "-o", "sheet.html")
    assert (ran.exit, ran.out) == (code, "")
    assert f'<body class="v-{look}">' in (scene / "sheet.html").read_text(encoding="utf-8")
    ran = run("verify", name, *TRUSTED, *PDF, "-o", "sheet.pdf")
    assert (ran.exit, ran.out) == (code, "")
    assert (scene / "sheet.pdf").read_bytes().startswith(b"%PDF-1.7")
    record = json.loads((scene / "sheet.pdf.json").read_text(encoding="utf-8"))
    assert record["schema"] == ("edoc/error/1" if code == 5 else "edoc/report/1")


def test_several_documents_need_a_folder_and_get_a_sheet_each(run: Run, scene: Path) -> None:
    (scene / "sheets").mkdir()
    refused = run("verify", "signed.pdf", "changed.pdf", *TRUSTED, *HTML)
    assert refused.exit == 2 and "FORMAT_ONE_FILE" in refused.err
    ran = run("verify", "signed.pdf", "changed.pdf", "nothing.pdf", *TRUSTED, *PDF, "-o", "sheets")
    assert ran.exit == 1
    made = sorted(path.name for path in (scene / "sheets").iterdir())
    names = ("changed.pdf.report.pdf", "nothing.pdf.report.pdf", "signed.pdf.report.pdf")
    assert made == sorted([*names, *(f"{name}.json" for name in names)])


def test_what_is_there_stays(run: Run, scene: Path) -> None:
    (scene / "sheet.pdf.json").write_text("mine")
    ran = run("verify", "signed.pdf", *TRUSTED, *PDF, "-o", "sheet.pdf")
    assert ran.exit == 2 and "OUTPUT_EXISTS" in ran.err
    assert (scene / "sheet.pdf.json").read_text() == "mine" and not (scene / "sheet.pdf").exists()
    ran = run("verify", "signed.pdf", *TRUSTED, *PDF, "-o", "signed.pdf")
    assert ran.exit == 2 and "OUTPUT_IS_INPUT" in ran.err


def test_the_law_stands_on_the_sheet(run: Run) -> None:
    plain, told = (run("verify", "signed.pdf", *TRUSTED, *HTML, *more).out for more in ((), ("--legal", "ir-ecl")))
    assert "IR-ECL-10-a" in told and "IR-ECL" not in plain
    assert "It is not a legal opinion and not a ruling" in told


def test_a_terminal_is_not_handed_a_pdf(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edoc.cli.answers.is_terminal", lambda stream: True)
    ran = run("verify", "signed.pdf", *TRUSTED, *PDF)
    assert ran.exit == 2 and "PDF_TO_TERMINAL" in ran.err
