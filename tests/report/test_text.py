"""The sheets: what must stand on them, and that no Persian line can turn around."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edoc.errors import InputError
from edoc.facts.findings import error
from edoc.report.additions import Additions, PagePicture, RecordKind, RecordView
from edoc.report.paper import Colour
from edoc.report.screen import lay_out
from edoc.report.sheet.model import Answers, Bullets, Columns, Items
from edoc.report.sheet.runs import Text, shown
from edoc.report.sheet.view import sheet_view
from edoc.report.speech import FSI, LRI, PDI, Speech, speech, visible
from edoc.report.text import render_error, render_text
from edoc.report.words import words
from edoc.result.enums import Verdict
from edoc.result.report import DocumentId
from tests.report import makers

LANGUAGES = ("en", "fa")
ISOLATE = re.compile(f"[{LRI}{FSI}]([^{PDI}]*){PDI}")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def outside_isolates(line: str) -> str:
    return ISOLATE.sub("", line)


@pytest.mark.parametrize("name", makers.EVERY)
@pytest.mark.parametrize("colour", Colour)
def test_a_persian_line_runs_right_to_left_and_holds_no_bare_latin(name: str, colour: Colour) -> None:
    for line in render_text(makers.EVERY[name], lang="fa", colour=colour).splitlines():
        bare = outside_isolates(COLOUR.sub("", line))
        strong = [unicodedata.bidirectional(char) for char in bare if unicodedata.bidirectional(char) in ("L", "R", "AL")]
        assert not line or strong[0] in ("R", "AL"), line
        assert "L" not in strong, line
        assert not re.search("[0-9]", bare), line


@pytest.mark.parametrize("name", makers.EVERY)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_isolates_are_closed_in_their_line(name: str, lang: str) -> None:
    for line in render_text(makers.EVERY[name], lang=lang).splitlines():
        assert not set(outside_isolates(line)) & {LRI, FSI, PDI}, line


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", makers.EVERY)
def test_every_sheet_says_what_a_clerk_needs(name: str, lang: str) -> None:
    data = makers.EVERY[name]
    sheet = render_text(data, lang=lang)
    first = sheet.splitlines()[0]
    assert data.document.name in first
    assert data.verdict.value in first
    for needed in (data.document.sha256, data.policy.id, data.policy.digest[:19], "2026-11-23 10:00:00Z", data.tool_version):
        assert needed in sheet
    for item in data.signatures:
        for finding in item.findings:
            assert finding.code in sheet
        if item.signing_certificate is not None:
            assert item.signing_certificate.issuer in sheet
    for key in ("sheet_not_checked", "nc_will", "nc_content", "foot"):
        assert words(lang)[key] in sheet


@pytest.mark.parametrize("lang", LANGUAGES)
def test_claimed_and_proved_time_stand_apart(lang: str) -> None:
    label = words(lang)
    unproved = render_text(makers.data(), lang=lang)
    assert f"{label['claimed_time']}: " in unproved
    assert f"{label['proved_time']}: {label['none_proved']}" in unproved
    assert "2026-11-21 06:42:31Z" in unproved
    proved = render_text(makers.data(makers.signature(best_signature_time=makers.CHECKED)), lang=lang)
    assert label["none_proved"] not in proved


def test_under_integrity_a_signer_only_calls_itself_so() -> None:
    for lang in LANGUAGES:
        sheet = render_text(makers.intact(), lang=lang)
        assert words(lang)["calls_itself"] in sheet
        assert f"  {words(lang)['signer']}:" not in sheet
        assert words(lang)["nc_trust"].split("{")[0][:20] in sheet
        assert f"  {words(lang)['signer']}:" in render_text(makers.data(), lang=lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_calendars_in_the_readers_order(lang: str) -> None:
    told = speech(lang).moment(makers.CHECKED)
    jalali = "۱۴۰۵/۰۹/۰۲ ۱۳:۳۰" if lang == "fa" else "1405/09/02 13:30"
    assert jalali in told
    assert (told.index(jalali) < told.index("2026-11-23")) == (lang == "fa")


@pytest.mark.parametrize("name", makers.EVERY)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_colour_adds_nothing_to_the_words(name: str, lang: str) -> None:
    plain = render_text(makers.EVERY[name], lang=lang)
    coloured = render_text(makers.EVERY[name], lang=lang, colour=Colour.ANSI)
    assert "\x1b" not in plain
    assert "\x1b" in coloured
    assert COLOUR.sub("", coloured) == plain


def test_never_green_unless_passed() -> None:
    for name, data in makers.EVERY.items():
        assert ("\x1b[1;32m" in render_text(data, colour=Colour.ANSI)) == (name == "passed")


HOSTILE = "ruling\u202efdp.exe\x1b[2J\u2069\n\u200f\x9b"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_hostile_name_is_seen_as_what_it_is(lang: str) -> None:
    document = DocumentId(name=HOSTILE, media_type="application/pdf", size=1, sha256=makers.HEX)
    signer = makers.signature(
        signer=makers.person(name=HOSTILE), findings=(error("HASH_MISMATCH", "S1", name=HOSTILE),), name=HOSTILE
    )
    sheet = render_text(makers.data(signer, document=document), lang=lang)
    assert "‹U+202E›" in sheet
    assert "‹U+001B›" in sheet
    assert not set(sheet) & set("\u202e\x1b\u200f\x9b")
    for line in sheet.splitlines():
        assert not set(outside_isolates(line)) & {LRI, FSI, PDI}


@given(st.text(max_size=400))
def test_whatever_comes_in_stays_inside_its_isolate(value: str) -> None:
    for lang in LANGUAGES:
        told = Speech(lang).value(value)
        assert "\n" not in told
        assert not set(outside_isolates(told)) & {LRI, FSI, PDI}
        inner = ISOLATE.sub(r"\1", told)
        assert inner == visible(value)
        assert not any(unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs") for char in inner)
        assert not set(inner) & set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert len(visible(value)) <= 250


def test_a_joiner_stays_only_between_arabic_letters() -> None:
    assert visible("می\u200cشود") == "می\u200cشود"
    assert visible("a\u200cb") == "a‹U+200C›b"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_input_that_could_not_be_judged(lang: str) -> None:
    told = render_error(InputError("INPUT_NOT_FOUND", subject="x.pdf"), name="x.pdf", lang=lang)
    assert "INPUT_NOT_FOUND" in told
    assert "x.pdf" in told.splitlines()[0]


def test_the_languages_have_the_same_phrases_with_the_same_places() -> None:
    english, persian = words("en"), words("fa")
    assert list(english) == list(persian)
    for key in english:
        assert sorted(re.findall(r"{\w+}", english[key])) == sorted(re.findall(r"{\w+}", persian[key])), key
        assert re.search("[\u0600-\u06ff]", persian[key]), key
        assert not re.search("[يك]", persian[key]), key


def plain(text: str) -> str:
    return re.sub(f"[{LRI}{FSI}{PDI}]", "", text)


@pytest.mark.parametrize("name", makers.EVERY)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_text_says_what_the_sheet_says(name: str, lang: str) -> None:
    """Answers, findings and what was not checked come from one view, so that their wording cannot drift apart."""
    data = makers.EVERY[name]
    told = plain(lay_out(render_text(data, lang=lang)))
    wanted: list[Text] = []
    for part in sheet_view(data, lang=lang).parts:
        for section in (part.first, part.second) if isinstance(part, Columns) else (part,):
            for block in section.blocks:
                if isinstance(block, Answers):
                    wanted += [one for row in block.rows for one in (row.question, row.word, *row.details)]
                elif isinstance(block, Items):
                    wanted += [one for item in block.items for one in (item.text, item.hint, item.code)]
                elif isinstance(block, Bullets):
                    wanted += block.lines
    assert wanted
    for text in wanted:
        assert shown(text) in told
    asked = [words(lang)[f"sheet_q_{key}"] for key in ("unchanged", "signer", "time", "in_force", "issuer", "whole")]
    for question in asked:
        assert len(re.findall(f"^  [✓✗?–] {re.escape(question)} ", told, re.MULTILINE)) == (1 if data.signatures else 0)


def test_every_finding_is_told_once_and_the_gravest_first() -> None:
    told = render_text(makers.EVERY["everything"])
    places = [told.find(words("en")[f"severity_{name}"]) for name in ("warning", "info")]
    assert -1 not in places
    assert places == sorted(places)
    assert "next page" not in told


def test_records_stand_on_the_sheet_and_pictures_do_not() -> None:
    record = RecordView(
        kind=RecordKind.LOOKUP, name="inquiry.json", verdict=Verdict.PASSED, signer="Registry", signed_at=makers.CHECKED,
        concerns_document=True, facts=(("sheet_file_name", "number 7"),),
    )  # fmt: skip
    picture = PagePicture(signature="S1", page=1, signed=b"png", handed_over=None, boxes=())
    for lang in LANGUAGES:
        told = render_text(makers.data(), lang=lang, additions=Additions(records=(record,), pictures=(picture,)))
        assert "inquiry.json" in told
        assert "number 7" in told
        assert words(lang)["sheet_pictures"] not in told
