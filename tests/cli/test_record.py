"""`edoc record`, and `edoc show` of what it makes."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

from edoc.records.reading import read_record
from tests.cli.conftest import TRUSTED, Run
from tests.cli.scene import NATIONAL_CODE

KEY = ("--key", "file:key.pem", "--certificates", "chain.pem")
LOOKUP = ("record", "lookup", "--registry", "Licences", "--identifier", NATIONAL_CODE, "--kind", "national-code")
SCAN = ("record", "scan", "ruling.pdf", "--pages", "1", "--paper", "A letter", "--resolution", "300")
PRINT = ("record", "print", "signed.pdf", "--copies", "2", "--mark", "EC-7")


def payload(path: str) -> dict[str, object]:
    text = json.loads(Path(path).read_text(encoding="utf-8"))["payload"]
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    read_record(octets, name=path)
    found: dict[str, object] = json.loads(octets)
    return found


def sha256(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_a_receipt_of_an_inquiry(run: Run) -> None:
    made = run(*LOOKUP, "--url", "https://registry.example/", "--answer", "note.txt", "--answer-text", "in force",
               "--asked-by", "A. Clerk", "--office", "Office", "--asked-at", "2026-06-01T10:00:00Z",
               "--document", "signed.pdf", *KEY, "-o", "receipt.json")  # fmt: skip
    assert (made.exit, made.out, made.err) == (0, "receipt.json\n", "")
    told = payload("receipt.json")
    assert told == {
        "schema": "edoc/lookup/1",
        "registry": {"name": "Licences", "url": "https://registry.example/"},
        "identifier": {"value": NATIONAL_CODE, "kind": "national_code"},
        "asked_at": "2026-06-01T10:00:00Z",
        "asked_by": {"person": "A. Clerk", "office": "Office"},
        "means": "web_page",
        "answer": {"file": {"name": "note.txt", "size": 12, "digest": {"sha256": sha256("note.txt")}}, "words": "in force"},
        "document": {
            "name": "signed.pdf", "size": Path("signed.pdf").stat().st_size, "digest": {"sha256": sha256("signed.pdf")},
        },
    }  # fmt: skip
    assert run("verify", "receipt.json", *TRUSTED[:4], "--policy", "integrity").exit == 0


def test_an_identifier_can_be_masked(run: Run) -> None:
    assert run(*LOOKUP, "--mask", "--answer-text", "yes", "--office", "O", *KEY, "-o", "r.json").exit == 0
    assert payload("r.json")["identifier"] == {"value": "999••••018", "kind": "national_code"}
    assert NATIONAL_CODE not in Path("r.json").read_text(encoding="utf-8")


def test_a_scan_and_a_print(run: Run) -> None:
    made = run(*SCAN, "--scanned-by", "A", "--compared-by", "B", "--difference", "stamp paler", "--difference", "grey",
               "--bears-on", "IR-ECL-8-b", "--kept-at", "box 7", *KEY, "-o", "scan.json")  # fmt: skip
    assert made.exit == 0
    told = payload("scan.json")
    assert told["differences"] == ["stamp paler", "grey"]
    assert told["bears_on"] == ["IR-ECL-8-b"]
    assert told["document"]["digest"] == {"sha256": sha256("ruling.pdf")}  # type: ignore[index]
    Path("report.json").write_text(run("verify", "signed.pdf", *TRUSTED, "--format", "json").out, encoding="utf-8")
    assert run(*PRINT, "--printed-by", "A", "--report", "report.json", *KEY, "-o", "print.json").exit == 0
    told = payload("print.json")
    assert (told["marks"], told["use"]) == (["EC-7-1", "EC-7-2"], "beside")
    assert told["checked"]["verdict"] == "PASSED"  # type: ignore[index]
    assert told["checked"]["report"] == {"digest": {"sha256": sha256("report.json")}}  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        ((*LOOKUP, "--asked-by", "A"), "RECORD_ANSWER_MISSING", 2),
        ((*LOOKUP, "--answer-text", "yes"), "RECORD_WHO_MISSING", 2),
        ((*LOOKUP, "--answer-text", "yes\nno", "--asked-by", "A"), "RECORD_MALFORMED", 5),
        ((*LOOKUP, "--answer", "missing.txt", "--asked-by", "A"), "INPUT_NOT_FOUND", 5),
        ((*LOOKUP, "--answer-text", "yes", "--asked-by", "A", "--asked-at", "yesterday"), "AT_TIME_UNREADABLE", 2),
        ((*PRINT, "--printed-by", "A", "--report", "note.txt"), "RECORD_NOT_OURS", 5),
        ((*SCAN, "--office", "O", "--compared-at", "2020-01-01T00:00:00Z"), "RECORD_MALFORMED", 5),
    ],
)
def test_what_is_refused(run: Run, arguments: tuple[str, ...], code: str, exit_code: int) -> None:
    ran = run(*arguments, *KEY, "-o", "out.json")
    assert (ran.exit, ran.out) == (exit_code, "")
    assert code in ran.err
    assert not Path("out.json").exists()


def test_a_report_about_another_file_is_refused(run: Run) -> None:
    Path("report.json").write_text(run("verify", "changed.pdf", *TRUSTED, "--format", "json").out, encoding="utf-8")
    ran = run(*PRINT, "--printed-by", "A", "--report", "report.json", *KEY, "-o", "out.json")
    assert ran.exit == 2
    assert "RECORD_REPORT_OTHER" in ran.err


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_a_record_is_shown_readably(run: Run, lang: str) -> None:
    assert run(*LOOKUP, "--answer-text", "in force", "--office", "O", *KEY, "-o", "r.json").exit == 0
    shown = run("show", "r.json", "--lang", lang)
    assert (shown.exit, shown.err) == (0, "")
    for value in ("Licences", NATIONAL_CODE, "in force"):
        assert value in shown.out
    told = run("show", "r.json", "--format", "json").json
    assert told["record"] == payload("r.json")


def test_a_form_is_drawn_of_what_is_unchanged_only(run: Run, scene: Path) -> None:
    assert run(*PRINT, "--office", "O", *KEY, "-o", "print.json").exit == 0
    for more in ((), ("--trust", "anchors", "--validation-data", "lists.pem", "--at", "2026-06-02T12:00:00Z")):
        made = run("record", "form", "print.json", *more, "--lang", "fa", "-o", "form.pdf", "--overwrite")
        assert (made.exit, made.out, made.err) == (0, "", "")
        assert (scene / "form.pdf").read_bytes().startswith(b"%PDF-1.7")
    told = json.loads(Path("print.json").read_text(encoding="utf-8"))
    Path("broken.json").write_text(json.dumps({**told, "payload": told["payload"][:-4] + "AAAA"}), encoding="utf-8")
    for name, code in (("broken.json", "RECORD_NOT_INTACT"), ("signed.pdf", "RECORD_FOREIGN"), ("note.txt", "UNSUPPORTED_TYPE")):
        ran = run("record", "form", name, "-o", "none.pdf")
        assert ran.exit == 5
        assert code in ran.err
        assert not (scene / "none.pdf").exists()
    assert run("record", "form", "print.json", "-o", "print.json", "--overwrite").exit == 2


@pytest.mark.parametrize("name", ["lookup", "scan", "print", "form"])
def test_help_has_an_example(run: Run, name: str) -> None:
    told = run("record", name, "--help")
    assert told.exit == 0
    assert f"Example: edoc record {name}" in " ".join(told.out.split())
