"""`edoc show` and `edoc explain`."""

from __future__ import annotations

import pytest

from edoc.catalogue import entries
from tests.cli.conftest import Run
from tests.cli.scene import NATIONAL_CODE


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
