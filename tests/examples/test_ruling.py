"""The example ruling is a real Persian document: shaped, right to left, extractable, consistent in itself."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from edoc.lab.page_text import read_page
from edoc.lab.tamper import open_pdf
from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"
RULING = EXAMPLES / "ruling.pdf"
_LATIN = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789", "٬")

Oracle = Callable[[str], str]


@pytest.fixture(scope="module")
def pages() -> list[list[str]]:
    """The lines of every page, in reading order."""
    pdf = open_pdf(RULING.read_bytes())
    return [read_page(pdf, index).lines() for index in range(len(list(pdf.page_refs())))]


def test_the_tour_carries_the_same_ruling() -> None:
    assert (ROOT / "edoc" / "lab" / "ruling.pdf").read_bytes() == RULING.read_bytes()


def test_every_page_says_which_of_how_many_it_is(pages: list[list[str]]) -> None:
    assert len(pages) == 3
    for number, lines in zip("۱۲۳", pages, strict=True):
        assert lines[-1].endswith(f"صفحهٔ {number} از ۳")
        assert "ساختگی" in lines[-1]
        assert "دادنامهٔ شمارهٔ ۱۴۰۵/۹۹۹/۰۰۴۲" in lines[0]


def test_it_has_the_parts_of_a_ruling_in_their_order(pages: list[list[str]]) -> None:
    lines = [line for page in pages for line in page]
    parts = ["دادنامه", "اصحاب دعوا", "خواسته", "گردش کار", "نظر کارشناس", "رأی دادگاه", "مریم حسینی نمونه"]
    assert [line for line in lines if line in parts] == parts


def test_joiners_survive(pages: list[list[str]]) -> None:
    text = "\n".join(line for page in pages for line in page)
    assert "می‌کند" in text
    assert "صورت‌حساب" in text
    assert "لازم‌الاتباع" in text
    assert "\ufffd" not in text


def test_the_amounts_agree(pages: list[list[str]]) -> None:
    def amount(start: str) -> int:
        line = next(line for line in pages[1] if line.startswith(start))
        return int(line.split()[-1].translate(_LATIN))

    invoices = [amount(f"{number} صورت‌حساب") for number in "۱۲۳"]
    assert sum(invoices) == amount("جمع")
    owed = amount("جمع") - amount("کسر")
    assert owed == amount("مانده") == 4_850_000_000
    verdict = " ".join(pages[2])
    assert "۴٬۸۵۰٬۰۰۰٬۰۰۰ ریال (چهار میلیارد و هشتصد و پنجاه میلیون ریال)" in verdict
    # Court fees of three and a half per cent.
    assert int("۱۶۹٬۷۵۰٬۰۰۰".translate(_LATIN)) == owed * 35 // 1000
    assert "۱۶۹٬۷۵۰٬۰۰۰ ریال (یکصد و شصت و نه میلیون و هفتصد و پنجاه هزار ریال)" in verdict


def test_poppler_reads_it_and_finds_the_font_inside(oracle: Oracle) -> None:
    fonts = subprocess.run([oracle("pdffonts"), str(RULING)], capture_output=True, text=True, check=True).stdout
    rows = fonts.splitlines()[2:]
    assert len(rows) == 2
    for row in rows:
        assert "+Vazirmatn-" in row
        assert row.split()[-5:-2] == ["yes", "yes", "yes"]
    shown = subprocess.run([oracle("pdftotext"), str(RULING), "-"], capture_output=True, check=True).stdout.decode()
    assert "۴٬۸۵۰٬۰۰۰٬۰۰۰" in shown
    assert "دادگاه عمومی حقوقی" in shown


def test_it_declares_archive_and_accessibility() -> None:
    data = RULING.read_bytes()
    assert b"pdfaid:part" in data
    assert b"pdfuaid:part" in data
    assert b"/Lang(fa" in data


def test_source_font_and_licence_lie_beside_it() -> None:
    folder = EXAMPLES / "ruling"
    assert "۴٬۸۵۰٬۰۰۰٬۰۰۰" in (folder / "ruling.typ").read_text(encoding="utf-8")
    assert (folder / "Vazirmatn-Regular.ttf").read_bytes()[:4] == b"\x00\x01\x00\x00"
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text(encoding="utf-8")
