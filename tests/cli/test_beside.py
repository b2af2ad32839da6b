"""`edoc verify --record` and `--seal`: what stands beside a report never touches its verdict, and a seal proves the check."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import TRUSTED, Run
from tests.cli.test_record import KEY, LOOKUP

SEAL = ("--seal", *KEY[1:])
NAMES = ("receipt.json", "foreign.json", "broken.json", "note.txt")


@pytest.fixture
def records(run: Run) -> tuple[str, ...]:
    """A receipt about the signed ruling, one about another file, a broken one, and what is none at all."""
    for name, about in (("receipt.json", "signed.pdf"), ("foreign.json", "ruling.pdf")):
        made = run(*LOOKUP, "--answer-text", "in force", "--office", "O", "--document", about, *KEY, "-o", name)
        assert made.exit == 0
    told = json.loads(Path("receipt.json").read_text(encoding="utf-8"))
    Path("broken.json").write_text(json.dumps({**told, "payload": told["payload"][:-4] + "AAAA"}), encoding="utf-8")
    return tuple(item for name in NAMES for item in ("--record", name))


@pytest.mark.parametrize("name", ["signed.pdf", "changed.pdf", "ruling.pdf", "cut.pdf"])
def test_records_change_no_verdict_and_no_exit_code(run: Run, records: tuple[str, ...], name: str) -> None:
    plain = run("verify", name, *TRUSTED, "--format", "json")
    told = run("verify", name, *TRUSTED, "--format", "json", *records)
    assert told.exit == plain.exit
    told_json, shown = told.json, told.json["records"]
    told_json.pop("records")
    assert told_json == plain.json
    assert isinstance(shown, list)
    found = [(item["name"], item["kind"], item["verdict"], item["concerns_document"], item["problem"]) for item in shown]
    about = name == "signed.pdf"
    assert found == [
        ("receipt.json", "lookup", "PASSED", about, None),
        ("foreign.json", "lookup", "PASSED", name == "ruling.pdf", None),
        ("broken.json", "unknown", "FAILED", None, "RECORD_NOT_INTACT"),
        ("note.txt", "unknown", "INDETERMINATE", None, "UNSUPPORTED_TYPE"),
    ]


@pytest.mark.parametrize("kind", ["text", "html", "jsonl"])
def test_records_stand_on_every_kind_of_answer(run: Run, records: tuple[str, ...], kind: str) -> None:
    told = run("verify", "signed.pdf", *TRUSTED, "--format", kind, *records)
    assert told.exit == 0
    for name in NAMES:
        assert name in told.out
    assert "in force" in told.out


def test_every_document_of_a_batch_has_the_records_beside_it(run: Run, records: tuple[str, ...]) -> None:
    told = run("verify", "signed.pdf", "ruling.pdf", *TRUSTED, "--format", "jsonl", *records[:2])
    assert [line["records"][0]["concerns_document"] for line in told.lines] == [True, False]  # type: ignore[index]


def test_a_record_that_is_not_there_is_a_mistake_on_the_command_line(run: Run) -> None:
    ran = run("verify", "signed.pdf", *TRUSTED, "--record", "nothing.json")
    assert (ran.exit, ran.out) == (2, "")
    assert "INPUT_NOT_FOUND" in ran.err


@pytest.mark.parametrize(("kind", "sheet"), [("pdf", "sheet.pdf"), ("html", "sheet.asice")])
def test_a_sealed_sheet_tells_what_it_reports(run: Run, records: tuple[str, ...], kind: str, sheet: str) -> None:
    made = run("verify", "changed.pdf", *TRUSTED, "--format", kind, *SEAL, *records, "-o", sheet)
    assert (made.exit, made.out, made.err) == (1, "", "")
    report = run("verify", "changed.pdf", *TRUSTED, "--format", "json").json
    told = run("verify", sheet, *TRUSTED, "--format", "json", "--detached", "changed.pdf")
    assert told.exit == 0, "the seal, not the ruling"
    reported = told.json["reported"]
    assert isinstance(reported, dict)
    assert (reported["verdict"], reported["at_hand"]) == ("FAILED", ["changed.pdf"])
    assert reported["document"].items() < report["document"].items()  # type: ignore[attr-defined]
    text = run("verify", sheet, *TRUSTED, "--detached", "ruling.pdf")
    assert text.exit == 3
    assert "it states FAILED about changed.pdf" in text.out


def test_a_sealed_container_holds_sheet_and_report(run: Run, scene: Path) -> None:
    assert run("verify", "signed.pdf", *TRUSTED, "--format", "html", *SEAL, "-o", "s.asice").exit == 0
    with zipfile.ZipFile(scene / "s.asice") as container:
        report = json.loads(container.read("report.json"))
        page = container.read("sheet.html").decode("utf-8")
    assert report["verdict"] == "PASSED"
    assert page.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((*SEAL, "--format", "json", "-o", "x.json"), "SEAL_NEEDS_SHEET"),
        ((*SEAL, "--format", "pdf"), "SEAL_NEEDS_SHEET"),
        ((*SEAL, "--format", "pdf", "-o", "-"), "SEAL_NEEDS_SHEET"),
        (("ruling.pdf", *SEAL, "--format", "pdf", "-o", "folder"), "SEAL_NEEDS_SHEET"),
        ((*SEAL, "--format", "html", "-o", "x.html"), "SEAL_IS_CONTAINER"),
        ((*KEY[2:], "--format", "pdf", "-o", "x.pdf"), "SEAL_OPTION_ALONE"),
        (("--level", "B-T"), "SEAL_OPTION_ALONE"),
        (("--tsa", "http://127.0.0.1:9/"), "SEAL_OPTION_ALONE"),
        (("--seal", "file:none.pem", "--format", "pdf", "-o", "x.pdf"), "KEY_NOT_FOUND"),
    ],
)
def test_what_cannot_be_sealed(run: Run, scene: Path, arguments: tuple[str, ...], code: str) -> None:
    before = sorted(path.name for path in scene.iterdir())
    ran = run("verify", "signed.pdf", *TRUSTED, *arguments)
    assert (ran.exit, ran.out) == (7 if code.startswith("KEY") else 2, "")
    assert code in ran.err
    assert sorted(path.name for path in scene.iterdir()) == before


def test_nothing_is_sealed_where_nothing_was_judged(run: Run, scene: Path) -> None:
    ran = run("verify", "nothing.pdf", *TRUSTED, "--format", "pdf", *SEAL, "-o", "x.pdf")
    assert ran.exit == 5
    assert "INPUT_NOT_FOUND" in ran.err
    assert not (scene / "x.pdf").exists()
