"""The PDF sheet: the same words as the HTML sheet, for archives and for people who do not see it."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont

import edoc
from edoc.errors import ConfigError, InputError
from edoc.report.sheet.draw import pdf_error_sheet, pdf_sheet
from edoc.report.sheet.pdf import drawable
from edoc.report.sheet.view import Unread
from tests.report import makers
from tests.report.sheet import cases

FONTS = Path(edoc.__file__).parent / "report" / "sheet" / "fonts"
LANGUAGES = ("en", "fa")


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", makers.EVERY)
def test_it_says_that_it_is_for_archives_and_for_everybody(name: str, lang: str) -> None:
    with opened(pdf_sheet(makers.EVERY[name], lang=lang)) as pdf:
        about = pdf.Root.Metadata.read_bytes().decode()
        assert "<pdfaid:part>3</pdfaid:part>" in about and "<pdfaid:conformance>A</pdfaid:conformance>" in about
        assert "<pdfuaid:part>1</pdfuaid:part>" in about
        assert str(pdf.Root.Lang) == lang
        assert pdf.Root.MarkInfo.Marked is True or bool(pdf.Root.MarkInfo.Marked)
        assert "JavaScript" not in str(pdf.Root.get("/Names", ""))


def test_the_report_is_attached_to_the_byte() -> None:
    report = cases.report("passed-lasting")
    with opened(report.to_pdf(lang="fa")) as pdf:
        attached = pdf.attachments["report.json"].get_file()
        assert attached.mime_type == "application/json"
        assert attached.read_bytes().decode() == report.to_json(lang="fa") + "\n"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_report_gives_the_same_bytes(lang: str) -> None:
    data = makers.everything()
    first = pdf_sheet(data, lang=lang)
    assert pdf_sheet(data, lang=lang) == first
    other = (
        "import sys; from tests.report import makers; from edoc.report.sheet.draw import pdf_sheet;"
        f"sys.stdout.buffer.write(pdf_sheet(makers.everything(), lang={lang!r}))"
    )
    ran = subprocess.run([sys.executable, "-c", other], capture_output=True, check=True, env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"})
    assert ran.stdout == first


def test_no_time_but_that_of_the_check_is_in_it() -> None:
    data = pdf_sheet(makers.data(), lang="en")
    with opened(data) as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261123100000")


def test_an_input_that_could_not_be_judged_has_a_sheet_with_its_record() -> None:
    unread = Unread(
        error=InputError("INPUT_NOT_FOUND", subject="x.pdf"), name="x.pdf", at=makers.CHECKED, tool_version="0.1.0"
    )
    for lang in LANGUAGES:
        with opened(pdf_error_sheet(unread, lang=lang)) as pdf:
            record = json.loads(pdf.attachments["report.json"].get_file().read_bytes())
            assert record["schema"] == "edoc/error/1" and record["error"]["exit"] == 5


def test_without_typst_the_cure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ConfigError) as caught:
        edoc.Report.of(makers.data()).to_pdf()
    assert caught.value.code == "PDF_NOT_INSTALLED" and "edoc[pdf]" in caught.value.hint()


def test_what_the_fonts_draw_is_what_is_written_down() -> None:
    found = {file.stem: set(TTFont(file).getBestCmap()) for file in FONTS.glob("*.ttf")}
    drawn = found["Vazirmatn-Regular"] & found["Vazirmatn-Bold"] | found["DejaVuSansMono"]
    ranges = json.loads((FONTS / "characters.json").read_text())
    assert {number for first, last in ranges for number in range(first, last + 1)} == drawn
    assert {file.stem for file in FONTS.glob("*.woff2")} == set(found)
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text() and "Bitstream" in (FONTS / "DEJAVU.txt").read_text()


def test_a_character_outside_the_fonts_is_written_as_its_code_point() -> None:
    assert drawable("مریم Rad 12") == "مریم Rad 12"
    assert drawable("a中b") == "a‹U+4E2D›b"
    assert drawable("中文") == "‹U+4E2D U+6587›"
    assert len(drawable("中" * 10_000)) < 500
    assert not re.search("[\U00010000-\U0010ffff]", drawable("\U0001f600"))
