"""`--open`: sheets that are shown as soon as they are written."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from edoc.cli.options import SHEETS
from edoc.cli.talk import complain, language, present
from edoc.drivers.browser import private_folder, show_file
from edoc.errors import ConfigError
from edoc.report.speech import speech

_MOST = 10
"""Sheets that are shown at once: more windows help nobody."""


def sheet_kind(kind: str, *, output: str | None) -> str:
    """Return the format to write where sheets are to be shown: HTML unless a sheet was named.

    Raises `ConfigError` OPEN_NEEDS_SHEET for a format that is no sheet, and for standard output.
    """
    if kind not in ("text", *SHEETS):
        raise ConfigError("OPEN_NEEDS_SHEET", subject=f"--format {kind}")
    if output == "-":
        raise ConfigError("OPEN_NEEDS_SHEET", subject="-o -")
    return "html" if kind == "text" else kind


def place_for(output: str | None) -> str:
    """Return where sheets to be shown go: where they were asked for, else a folder that only this user can see."""
    return output if output is not None else private_folder(os.environ)


def show(places: Sequence[str]) -> None:
    """Show sheets, and say on standard error where they are; what cannot be shown is told and changes nothing."""
    say = speech(language())
    for place in places:
        present(say.say("sheet_is_at", path=os.path.abspath(place)) + "\n", sys.stderr)
    for place in places[:_MOST]:
        if not show_file(place, environment=os.environ):
            complain(ConfigError("SHEET_NOT_SHOWN", subject=place))
            return
    if len(places) > _MOST:
        present(say.say("sheets_not_shown", shown=_MOST, count=len(places)) + "\n", sys.stderr)
