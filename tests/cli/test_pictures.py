"""Pictures of changed pages on the sheet: there unless they are not wanted, and never a reason for another answer."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.formats.pdf import build
from tests.formats.pdf.build import CONTENT, ROOT

PAGE = re.compile("data:image/png;base64,")
PICTURES = 4
"""The page and the amount on it, each as signed and as handed over."""
CHECK = ("--policy", "integrity", "--format", "html")


@pytest.fixture
def changed(scene: Path) -> bytes:
    """A document whose amount was changed after it was signed, at its place `amount.pdf`."""
    file = build.signed()
    data = file.update({CONTENT: build.stream(b"BT /F1 12 Tf 72 700 Td (Pay 900) Tj ET")}).data
    (scene / "amount.pdf").write_bytes(data)
    return data


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_a_sheet_shows_the_page_as_signed_beside_the_page_as_handed_over(run: Run, changed: bytes, lang: str) -> None:
    ran = run("verify", "amount.pdf", *CHECK, "--lang", lang)
    assert ran.exit == 1 and len(PAGE.findall(ran.out)) == PICTURES and "<rect" in ran.out
    assert "PICTURES_" not in ran.out


def test_it_shows_none_where_none_are_wanted(run: Run, changed: bytes) -> None:
    ran = run("verify", "amount.pdf", *CHECK, "--no-pictures")
    assert ran.exit == 1 and not PAGE.search(ran.out) and "PICTURES_" not in ran.out


def test_it_shows_none_where_nothing_was_changed(run: Run, scene: Path) -> None:
    (scene / "plain.pdf").write_bytes(build.signed().data)
    ran = run("verify", "plain.pdf", *CHECK)
    assert ran.exit == 0 and not PAGE.search(ran.out) and "PICTURES_" not in ran.out


def test_standard_input_is_shown_too(run: Run, changed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(changed)))
    ran = run("verify", "-", *CHECK)
    assert ran.exit == 1 and len(PAGE.findall(ran.out)) == PICTURES


def test_several_documents_have_their_own(run: Run, changed: bytes, scene: Path) -> None:
    (scene / "plain.pdf").write_bytes(build.signed().data)
    assert run("verify", "plain.pdf", "amount.pdf", *CHECK, "-o", "sheets").exit == 1
    sheets = {place.name: len(PAGE.findall(place.read_text("utf-8"))) for place in (scene / "sheets").iterdir()}
    assert sheets == {"plain.pdf.report.html": 0, "amount.pdf.report.html": PICTURES}


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_without_what_draws_a_line_says_how_to_get_it(
    run: Run, changed: bytes, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edoc.drivers.pictures import process

    monkeypatch.setattr(process, "find_spec", lambda name: None)
    ran = run("verify", "amount.pdf", *CHECK, "--lang", lang)
    assert ran.exit == 1 and not PAGE.search(ran.out) and "PICTURES_MISSING" in ran.out
    # In one piece, so that it can be typed as it stands, whatever runs around it.
    assert "pip install &#39;edoc[pictures]&#39;" in ran.out


def test_what_looks_alike_is_said(run: Run, scene: Path) -> None:
    file = build.signed()
    script = b"/OpenAction<</S/JavaScript/JS(x)>>>>"
    (scene / "script.pdf").write_bytes(file.update({ROOT: file.objects[ROOT][:-2] + script}).data)
    ran = run("verify", "script.pdf", *CHECK)
    assert ran.exit == 1 and not PAGE.search(ran.out) and "PICTURES_ALIKE" in ran.out


def test_the_answer_is_the_same_in_every_format(run: Run, changed: bytes) -> None:
    assert {run("verify", "amount.pdf", "--policy", "integrity", "--format", kind).exit for kind in ("text", "json", "html")} == {1}
    assert not PAGE.search(run("verify", "amount.pdf", "--policy", "integrity", "--format", "json").out)
