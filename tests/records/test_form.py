"""The form of a record: to print and file, in both languages, with nothing in it that the record does not state."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from edoc.api_records import draw_form
from edoc.errors import InputError
from edoc.records.model import Comparison, FileId, PaperUse, Record, Who
from edoc.report.records import CheckedRecord, record_view
from edoc.report.sheet.form import Form, form_view
from edoc.report.sheet.runs import shown
from edoc.report.words import words
from tests.records.samples import EVERY, conversion, lookup, paper_copy
from tests.report import makers


def checked(record: Record | None, problem: str | None = None) -> CheckedRecord:
    return CheckedRecord(name="r.json", report=makers.data(), record=record, problem=problem)


def form(record: Record, lang: str = "en") -> Form:
    return form_view(record, record_view(checked(record), document=None, lang=lang), sha256="12" * 32, lang=lang)


def rows(made: Form) -> dict[str, str]:
    found = {}
    for section in made.sections:
        for block in section.blocks:
            found.update({shown(label): shown(value) for label, value in getattr(block, "rows", ())})
    return found


@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize("name", EVERY)
def test_facts_and_digests_stand_on_it(name: str, lang: str) -> None:
    told = rows(form(EVERY[name], lang))
    assert told[words(lang)["form_record_digest"]] == " ".join(["12121212"] * 8)
    assert told[words(lang)["record_document_digest"]] == " ".join(["abababab"] * 8)


def test_a_print_has_a_sheet_for_each_copy(tmp_path: Path) -> None:
    marks = tuple(f"EC-{number}" for number in range(1, 4))
    record = replace(paper_copy(), marks=marks)
    assert [shown(item.mark) for item in form(record).marks] == list(marks)
    (tmp_path / "form.pdf").write_bytes(draw_form(checked(record), lang="en"))
    told = subprocess.run(["pdftotext", "-layout", str(tmp_path / "form.pdf"), "-"], capture_output=True, check=True)
    pages = told.stdout.decode("utf-8").split("\f")[:-1]
    assert [[mark for mark in marks if mark in page] for page in pages] == [[mark] for mark in marks]


def test_what_paper_needs_to_say_stands_in_both_languages() -> None:
    for use, key in ((PaperUse.BESIDE, "form_notice_beside"), (PaperUse.INSTEAD, "form_notice_instead")):
        made = form(replace(paper_copy(), use=use), "fa")
        assert [lang for lang, _ in made.notices] == ["fa", "en"]
        assert {lang: shown(text) for lang, text in made.notices} == {lang: words(lang)[key] for lang in ("fa", "en")}


def test_a_scan_compared_in_part_says_so_and_provisions_are_named() -> None:
    whole, part = form(conversion()), form(replace(conversion(), comparison=Comparison.SOME_PAGES, bears_on=()))
    assert shown(whole.notices[0][1]) == words("en")["form_notice_scan_every"]
    assert [shown(text) for _, text in part.notices] == [words("en")["form_notice_scan_some"]]
    told = "\n".join(rows(whole).values())
    assert "(IR-PDP-38-t-2)" in told, "the last of two"
    assert any("IR-ECL-8-b" in value for name, value in record_view(checked(conversion()), document=None, lang="en").facts)


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_it_is_drawn_and_the_same_again(lang: str) -> None:
    hostile = replace(
        lookup(FileId(name="a\u202efdp.exe $#x [*]", sha256="ab" * 32, size=1)),
        registry='#read("/etc/passwd") \\ $ @x <y>', asked_by=Who(person="中" * 300), answer_words="x" * 2_000,
    )  # fmt: skip
    for record in (*EVERY.values(), hostile):
        made = draw_form(checked(record), lang=lang)
        assert made.startswith(b"%PDF-1.7")
        assert draw_form(checked(record), lang=lang) == made


def test_what_states_nothing_has_no_form() -> None:
    with pytest.raises(InputError) as caught:
        draw_form(checked(None, "RECORD_NOT_INTACT"))
    assert caught.value.code == "RECORD_NOT_INTACT"
