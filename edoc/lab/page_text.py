"""What a page of the example ruling says, read from its own content stream and character maps.

It understands what the ruling's typesetter writes and no other page; it is there to show a reader of
the demonstration what changed, never to judge a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.lex import Budget, parse_value
from edoc.formats.pdf.values import PdfString, Ref, Stream, Value

_CODE = 2
"""Octets of a character code under Identity-H."""
_STRING = rb"\((?:[^()\\]|\\[\s\S])*\)|<[0-9A-Fa-f]*>"
_OPERATIONS = re.compile(
    rb"1 0 0 -1 (?P<left>\S+) (?P<up>\S+) cm"
    rb"|(?P<reversed>/ReversedChars BMC)"
    rb"|/ActualText<FEFF(?P<meant>[0-9A-Fa-f]*)>"
    rb"|/(?P<font>\w+) \S+ Tf"
    rb"|1 0 0 -1 (?P<x>\S+) \S+ Tm"
    rb"|(?P<show>\[(?:" + _STRING + rb"|[^\[\]()<>])*\]|" + _STRING + rb")T[jJ]"
)
_MAPPING = re.compile(rb"<([0-9A-Fa-f]{4})> <((?:[0-9A-Fa-f]{4})+)>")

_OPENING = " («"
_CLOSING = " ،؛.:)»"

CharacterMap = dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Some glyphs shown in one go: what they say in reading order, and where they stand in the content."""

    text: str
    x: float
    y: float
    block: int
    """Which text block of the typesetter it belongs to: a table cell, a number, the words between."""
    start: int
    end: int
    font: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page's content stream, decoded, with what it shows."""

    ref: Ref
    """The content stream object."""
    content: bytes = field(repr=False)
    fonts: dict[str, CharacterMap] = field(repr=False)
    runs: tuple[Run, ...] = field(repr=False)

    def lines(self) -> list[str]:
        """Return the page's lines from top to bottom, each in reading order (right to left)."""
        found = []
        by_height = sorted(self.runs, key=lambda run: (-round(run.y), -run.x))
        for _, line in groupby(by_height, key=lambda run: round(run.y)):
            text = ""
            for _, block in groupby(line, key=lambda run: run.block):
                words = "".join(run.text for run in block)
                apart = text and text[-1] not in _OPENING and words[:1] not in _CLOSING
                text += f" {words}" if apart else words
            found.append(text.strip())
        return found


def read_page(pdf: Pdf, index: int) -> Page:
    """Return a page (counted from 0) of the ruling; raises `ValueError` for a page of another making."""
    page = pdf.get(list(pdf.page_refs())[index])
    reference = page.get("Contents") if isinstance(page, dict) else None
    resources = pdf.resolve(page.get("Resources")) if isinstance(page, dict) else None
    stream = pdf.get(reference) if isinstance(reference, Ref) else None
    if not (isinstance(reference, Ref) and isinstance(stream, Stream) and isinstance(resources, dict)):
        raise ValueError("the page was not made like the ruling")  # noqa: TRY004 - a document, not an argument
    fonts = _fonts(pdf, pdf.resolve(resources.get("Font")))
    content = pdf.stream_data(stream)
    return Page(ref=reference, content=content, fonts=fonts, runs=tuple(_runs(content, fonts)))


def _fonts(pdf: Pdf, listed: Value) -> dict[str, CharacterMap]:
    found = {}
    for name, reference in listed.items() if isinstance(listed, dict) else ():
        font = pdf.resolve(reference)
        mapping = pdf.resolve(font.get("ToUnicode")) if isinstance(font, dict) else None
        if isinstance(mapping, Stream):
            pairs = _MAPPING.findall(pdf.stream_data(mapping))
            found[name] = {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}
    return found


def _runs(content: bytes, fonts: dict[str, CharacterMap]) -> Iterator[Run]:
    left = up = x = 0.0
    font, backwards, meant, block = "", False, "", 0
    for found in _OPERATIONS.finditer(content):
        if found["left"]:
            left, up, x = float(found["left"]), float(found["up"]), 0.0
            block += 1
        elif found["reversed"]:
            backwards = True
        elif found["meant"]:
            meant = bytes.fromhex(found["meant"].decode()).decode("utf-16-be")
        elif found["font"]:
            font = found["font"].decode()
        elif found["x"]:
            x = float(found["x"])
        else:
            codes = codes_of(found["show"])
            letters = [fonts.get(font, {}).get(code, "\ufffd") for code in codes]
            text = meant or "".join(reversed(letters) if backwards else letters)
            backwards, meant = False, ""
            yield Run(text=text, x=left + x, y=up, block=block, start=found.start(), end=found.end(), font=font)


def codes_of(shown: bytes) -> list[int]:
    """Return the character codes of what a TJ or Tj operation shows, in the order of the page."""
    value, _ = parse_value(shown, 0, budget=Budget(), in_file=False)
    items = value if isinstance(value, list) else [value]
    octets = b"".join(bytes(item) for item in items if isinstance(item, PdfString | bytes))
    return [int.from_bytes(octets[at : at + _CODE], "big") for at in range(0, len(octets), _CODE)]


def write_codes(codes: list[int]) -> bytes:
    """Return a TJ operation that shows some character codes."""
    return b"[<" + b"".join(code.to_bytes(_CODE, "big") for code in codes).hex().upper().encode() + b">]TJ"
