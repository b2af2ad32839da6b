"""Pages beside one another on the sheet, and what is said of those that are not shown."""

from __future__ import annotations

import re

import pytest

from edoc.facts.findings import info
from edoc.report.additions import Additions, CloserLook, PagePicture
from edoc.report.sheet.draw import html_sheet
from tests.report import makers

PNG = b"\x89PNG\r\n\x1a\n" + b"x"


def picture(**given: object) -> PagePicture:
    base = {"signature": "S1", "page": 2, "signed": PNG, "handed_over": PNG, "boxes": ((0.1, 0.2, 0.3, 0.4),)}
    return PagePicture(**{**base, **given})  # type: ignore[arg-type]


def sheet(lang: str, *pictures: PagePicture, **given: object) -> str:
    html = html_sheet(makers.EVERY["failed"], lang=lang, additions=Additions(pictures=pictures, **given))  # type: ignore[arg-type]
    return html[html.index("<body") :]


def captions(html: str) -> list[str]:
    return [re.sub("<[^>]*>", "", told) for told in re.findall("<figcaption>(.*?)</figcaption>", html, re.DOTALL)]


def test_a_page_that_is_elsewhere_now_has_both_numbers() -> None:
    first, second = captions(sheet("en", picture(now=3)))
    assert "2" in first and "3" not in first and "3" in second and "2" not in second


@pytest.mark.parametrize("lang", ["en", "fa"])
@pytest.mark.parametrize("side", ["signed", "handed_over"])
def test_a_page_of_one_side_has_one_picture_and_two_captions(lang: str, side: str) -> None:
    html = sheet(lang, picture(**{side: None}))
    assert html.count("<img") == 1 and len(captions(html)) == 2


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_notes_stand_there_with_pictures_and_without(lang: str) -> None:
    notes = (info("PICTURES_ALIKE", "S1"), info("PICTURES_NOT_COMPARED", "S2", compared="20", pages="10000"))
    for pictures in ((), (picture(),)):
        html = sheet(lang, *pictures, picture_notes=notes)
        assert html.count("<img") == 2 * len(pictures)
        assert "PICTURES_ALIKE" in html and "PICTURES_NOT_COMPARED" in html and "10000" in html
    assert "PICTURES_" not in sheet(lang) and 'class="pictures"' not in sheet(lang)


def test_a_hostile_name_in_a_note_is_text() -> None:
    html = sheet("en", picture_notes=(info("PICTURES_MISSING", "<img src=x onerror=alert(1)>\u202egpj.exe"),))
    assert "<img" not in html and "\u202e" not in html and "&lt;img" in html


def test_very_many_notes_are_cut_and_counted() -> None:
    html = sheet("en", picture_notes=(info("PICTURES_NOT_INTACT", "S1"),) * 500)
    assert html.count("PICTURES_NOT_INTACT") == 20 and "480" in html


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_an_enlarged_place_stands_below_its_page_with_its_own_frame(lang: str) -> None:
    look = CloserLook(part=(0.0, 0.2, 0.5, 0.6), signed=PNG, handed_over=PNG)
    html = sheet(lang, picture(closer=(look,), boxes=((0.1, 0.2, 0.3, 0.4), (0.7, 0.7, 0.8, 0.8))))
    assert html.count("<img") == 4 and len(set(captions(html))) == 4
    frames = re.findall('<rect x="([0-9.]+)" y="([0-9.]+)" width="([0-9.]+)" height="([0-9.]+)" fill="none" stroke="#8b1a1a"', html)
    assert len(frames) == 6 and frames[4] == frames[5] == ("200.0", "0.0", "400.0", "500.0")
