"""The HTML sheet: one file that needs nothing, runs nothing and says the answer first."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from edoc.errors import InputError
from edoc.report.sheet.draw import html_error_sheet, html_sheet
from edoc.report.sheet.view import Unread
from tests.report import makers

LANGUAGES = ("en", "fa")
CASES = [(name, lang) for name in makers.EVERY for lang in LANGUAGES]
VOID = {"meta", "col", "img", "br"}


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text without style."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def sheet(name: str, lang: str) -> str:
    return html_sheet(makers.EVERY[name], lang=lang)


@pytest.mark.parametrize(("name", "lang"), CASES)
def test_it_is_one_small_file_that_runs_and_fetches_nothing(name: str, lang: str) -> None:
    html = sheet(name, lang)
    assert len(html.encode()) < 120_000
    page = Page(html)
    assert page.open == []
    assert not {"script", "a", "link", "iframe", "object", "form", "base"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert not [key for key in attributes if key.startswith("on") or key in ("style", "href", "srcset")]
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r"url\((.{5})", html)) == {"data:"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_policy_allows_this_style_and_nothing_else(lang: str) -> None:
    html = sheet("passed", lang)
    [style] = re.findall("<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    [policy] = re.findall('http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert digest in policy
    assert html.index("Content-Security-Policy") < html.index("<style>")


@pytest.mark.parametrize(("name", "lang"), CASES)
def test_the_root_says_language_and_direction(name: str, lang: str) -> None:
    _, attributes = next(item for item in Page(sheet(name, lang)).tags if item[0] == "html")
    assert (attributes["lang"], attributes["dir"]) == (lang, "rtl" if lang == "fa" else "ltr")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_and_labels_hang_together(lang: str) -> None:
    for name in makers.EVERY:
        page = Page(sheet(name, lang))
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        named = {word for _, attributes in page.tags for word in (attributes.get("aria-labelledby") or "").split()}
        assert named <= set(ids)
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1 and set(levels[1:]) <= {2}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_times_are_machine_readable_and_utc(lang: str) -> None:
    page = Page(sheet("everything", lang))
    stamps = [attributes["datetime"] for tag, attributes in page.tags if tag == "time"]
    assert stamps
    assert all(datetime.fromisoformat(str(stamp)).tzinfo == UTC and str(stamp).endswith("Z") for stamp in stamps)


def test_an_input_that_could_not_be_judged_has_a_sheet_that_is_not_green() -> None:
    error = InputError("INPUT_NOT_FOUND", subject="x.pdf")
    for lang in LANGUAGES:
        html = html_error_sheet(Unread(error=error, name="x.pdf", at=makers.CHECKED, tool_version="0.1.0"), lang=lang)
        page = Page(html)
        assert 'class="v-unsigned"' in html
        assert "INPUT_NOT_FOUND" in page.text and "x.pdf" in page.text


@pytest.mark.parametrize(("name", "look"), [
    ("passed", "passed"), ("failed", "failed"), ("undecided", "undecided"), ("unsigned", "unsigned"), ("intact", "intact"),
])  # fmt: skip
def test_only_a_pass_looks_like_one(name: str, look: str) -> None:
    for lang in LANGUAGES:
        html = sheet(name, lang)
        body = html[html.index("<body") :]
        assert f'<body class="v-{look}">' in body
        assert ("#14532d" in body) is (name == "passed")
