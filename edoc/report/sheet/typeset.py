"""Hands words to typst as data and takes a PDF back: PDF/A-3a and PDF/UA-1, for sheets and forms.

All words are handed over as data and never become part of a template, so that nothing in them is evaluated.
Same words, same bytes: the only time in the file is the one that is given.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from edoc.errors import ConfigError
from edoc.report.sheet.runs import Kind, Run, Text

if TYPE_CHECKING:
    import typst

Data = dict[str, object]

_LONG = re.compile(r"[^\s\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufeff]{40,}")
"""A word that a line may have to break anywhere; Arabic letters are joined and stay together."""
_BREAK = "\u200b"
_EVERY = 8
_ESCAPED = 400
"""Characters of a value after its unknown characters were written as code points."""


def compile_pdf(template: str, *, inputs: dict[str, str], at: datetime) -> bytes:
    """Return what a template of this room makes of its inputs; raises `ConfigError` PDF_NOT_INSTALLED."""
    made = _compiler().compile(
        _own(template),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(at.timestamp()),
    )
    assert isinstance(made, bytes)
    return made


def text_data(text: Text) -> list[Data]:
    """Return a text as a template reads it: its runs, with what the fonts do not draw written as code points."""
    return [_run(run) for run in text]


def date_data(at: datetime) -> Data:
    """Return a time (UTC) as a template reads it."""
    moment = at.astimezone(UTC)
    return {name: getattr(moment, name) for name in ("year", "month", "day", "hour", "minute", "second")}


def _compiler() -> typst.Compiler:
    try:
        import typst
    except ModuleNotFoundError as problem:
        raise ConfigError("PDF_NOT_INSTALLED", subject=problem.name or "typst") from problem
    return typst.Compiler(root=str(_folder()), font_paths=_fonts(), ignore_system_fonts=True)


@cache
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_folder().joinpath("fonts"))]
    )


def _run(run: Run) -> Data:
    written = run.text if run.kind is Kind.OWN else _LONG.sub(_breakable, drawable(run.text))
    return {"t": written, "k": run.kind.value, "rtl": run.rtl, "l": run.lang, "whole": run.whole}


def _breakable(found: re.Match[str]) -> str:
    word = found[0]
    return _BREAK.join(word[at : at + _EVERY] for at in range(0, len(word), _EVERY))


def drawable(text: str) -> str:
    """Return a text in which every character that the fonts do not draw is written as its code point."""
    if _known().issuperset(text):
        return text
    told = "".join(char if char in _known() else f"‹U+{ord(char):04X}›" for char in text).replace("›‹", " ")
    if len(told) > _ESCAPED:
        return f"{told[: _ESCAPED // 2]} … {told[-_ESCAPED // 2 :]}"
    return told


@cache
def _known() -> frozenset[str]:
    ranges = json.loads(_own("fonts/characters.json"))
    return frozenset(chr(number) for first, last in ranges for number in range(first, last + 1))


def _folder() -> resources.abc.Traversable:
    return resources.files(__package__)


def _own(name: str) -> bytes:
    return _folder().joinpath(name).read_bytes()
