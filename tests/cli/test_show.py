"""`edoc show` and `edoc explain`."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from edoc.catalogue import entries
from tests.cli.conftest import Run
from tests.cli.scene import NATIONAL_CODE
from tests.sign.forms import form


def test_what_is_inside(run: Run) -> None:
    told = run("show", "signed.pdf", "--format", "json")
    assert told.exit == 0
    inside = told.json
    assert inside["schema"] == "edoc/inside/1"
    assert len(inside["revisions"]) == 2  # type: ignore[arg-type]
    assert inside["fields"] == [{"name": "Signature1", "type": "Sig", "filled": True}]
    signature = inside["signatures"][0]  # type: ignore[index]
    assert signature["covers_whole_document"] is True
    assert signature["references"][0]["intact"] is True
    assert signature["covered_until"] == inside["document"]["size"]  # type: ignore[index]
    subjects = [item["subject"] for item in signature["carried"]["certificates"]]
    assert any(NATIONAL_CODE in subject for subject in subjects)
    assert "verdict" not in inside
    assert "indication" not in signature


def test_nothing_is_judged(run: Run) -> None:
    changed = run("show", "changed.pdf", "--format", "json")
    assert changed.exit == 0
    assert changed.json["signatures"][0]["references"][0]["intact"] is False  # type: ignore[index]
    assert run("show", "ruling.pdf", "--format", "json").json["signatures"] == []
    cut = run("show", "cut.pdf", "--format", "json")
    assert (cut.exit, cut.json["complete"], cut.json["revisions"]) == (0, False, [])


@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize("name", ["signed.pdf", "changed.pdf", "ruling.pdf", "cut.pdf"])
def test_the_sheet(run: Run, name: str, lang: str) -> None:
    ran = run("show", name, "--lang", lang)
    assert (ran.exit, ran.err) == (0, "")
    assert name in ran.out.splitlines()[0]
    assert run("show", name, "--lang", lang, "-o", "out").exit == 0
    assert run("show", name, "--lang", lang, "-o", "out").exit == 2


@pytest.mark.parametrize(("name", "exit_code"), [("missing.pdf", 5), ("empty.pdf", 5), ("note.txt", 5)])
def test_what_cannot_be_shown(run: Run, name: str, exit_code: int) -> None:
    ran = run("show", name)
    assert (ran.exit, ran.out) == (exit_code, "")
    assert ran.err


@pytest.mark.parametrize("code", sorted(entries()))
def test_every_code_is_explained_in_both_languages(run: Run, code: str) -> None:
    ran = run("explain", code.lower())
    assert (ran.exit, ran.err) == (0, "")
    english, persian = (run("explain", code, "--lang", lang).out for lang in ("en", "fa"))
    assert ran.out == f"{english}\n{persian}"
    assert code in english
    assert code in persian
    assert "Next step: " in english
    assert "گام بعدی: " in persian
    assert "{" not in ran.out


def test_an_unknown_code_is_told_with_those_like_it(run: Run) -> None:
    ran = run("explain", "HASH_MISMACH")
    assert (ran.exit, ran.out) == (2, "")
    assert "HASH_MISMATCH" in ran.err
    assert "CODE_UNKNOWN" in ran.err
    assert run("explain", "ZZZZ").exit == 2


def test_revisions_are_listed_with_who_signed_them(run: Run, scene: Path) -> None:
    inside = run("show", "signed.pdf", "--format", "json").json
    size = (scene / "signed.pdf").stat().st_size
    first, second = inside["revisions"]  # type: ignore[misc]
    assert (first["signed_by"], second["signed_by"], second["end"]) == ([], ["S1"], size)
    assert "S1" in run("show", "signed.pdf").out.split("ends at byte")[2].splitlines()[0]
    assert "S1" in run("show", "signed.pdf", "--lang", "fa").out.split("تا بایت")[2].splitlines()[0]


def test_the_signed_revision_is_written(run: Run, scene: Path) -> None:
    plain = ("--key", "file:key.pem", "--certificates", "chain.pem")
    assert run("sign", "signed.pdf", *plain, "-o", "twice.pdf").exit == 0
    ran = run("show", "twice.pdf", "--revision", "S1", "-o", "first.pdf")
    assert (ran.exit, ran.out, ran.err) == (0, "", "")
    assert (scene / "first.pdf").read_bytes() == (scene / "signed.pdf").read_bytes()
    assert run("verify", "first.pdf", "--policy", "integrity", "--format", "json").json["verdict"] == "INTACT"
    end = str((scene / "ruling.pdf").stat().st_size)
    assert run("show", "twice.pdf", "--revision", end, "-o", "plain.pdf").exit == 0
    assert (scene / "plain.pdf").read_bytes() == (scene / "ruling.pdf").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (["signed.pdf", "--revision", "S1"], 2, "REVISION_NO_OUTPUT"),
        (["signed.pdf", "--revision", "7", "-o", "out.pdf"], 2, "REVISION_UNKNOWN"),
        (["signed.pdf", "--revision", "1", "-o", "note.txt"], 2, "OUTPUT_EXISTS"),
        (["signed.pdf", "--revision", "1", "-o", "signed.pdf", "--overwrite"], 2, "OUTPUT_IS_INPUT"),
        (["changed.pdf", "--revision", "1", "-o", "out.pdf"], 1, "REVISION_NOT_INTACT"),
        (["cut.pdf", "--revision", "1", "-o", "out.pdf"], 5, "REVISION_NONE"),
        (["note.txt", "--revision", "1", "-o", "out.pdf"], 5, "UNSUPPORTED_TYPE"),
    ],
)
def test_a_revision_that_cannot_be_had(run: Run, scene: Path, arguments: list[str], exit_code: int, code: str) -> None:
    before = {path: path.read_bytes() for path in scene.iterdir() if path.is_file()}
    ran = run("show", *arguments)
    assert (ran.exit, ran.out) == (exit_code, "")
    assert code in ran.err
    assert {path: path.read_bytes() for path in scene.iterdir() if path.is_file()} == before


def test_a_revision_goes_to_standard_output(start: Callable[..., subprocess.Popen[bytes]], scene: Path) -> None:
    out, err = start("show", "signed.pdf", "--revision", "1", "-o", "-").communicate(timeout=60)
    assert (out, err) == ((scene / "signed.pdf").read_bytes(), b"")


def test_what_a_signature_permits_is_shown(run: Run, scene: Path) -> None:
    (scene / "form.pdf").write_bytes(form())
    plain = ("sign", "form.pdf", "--key", "file:key.pem", "--certificates", "chain.pem")
    locks = ("--lock", "exclude", "--lock-field", "Amount")
    assert run(*plain, "--certify", "fill-forms", *locks, "-o", "certified.pdf").exit == 0
    lock = {"action": "Exclude", "fields": ["Amount"]}
    permissions = run("show", "certified.pdf", "--format", "json").json["permissions"]
    assert permissions == [{"field": "Signature1", "certifies": True, "level": 2, "locks": [lock]}]
    english = run("show", "certified.pdf").out
    assert "Certifies the document, and permits afterwards: form filling and further signatures" in english
    assert "Locks the form fields: all but Amount" in english
    persian = run("show", "certified.pdf", "--lang", "fa").out
    assert "سند را گواهی می‌کند" in persian and "همه جز" in persian
    assert run(*plain, "--lock-permission", "no-changes", "-o", "locked.pdf").exit == 0
    assert "Permits afterwards: no change" in run("show", "locked.pdf").out
    assert run("show", "signed.pdf", "--format", "json").json["permissions"] == []
