"""What a terminal is able to show, as far as it can be known without asking it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TextIO

from edoc.report.bidi import Base
from edoc.report.screen import PIPE, Direction, Glyphs, Screen

WIDEST = 200
"""Wider lines are hard to follow with the eye."""
_UNKNOWN_WIDTH = 80
_TURNS_ITSELF = {"TERM_PROGRAM": ("Apple_Terminal", "mintty"), "TERM": ("mlterm", "mlterm-256color")}
_TURNS_ITSELF_WHEN_SET = ("KONSOLE_VERSION", "MLTERM", "INSIDE_EMACS", "KITTY_WINDOW_ID")
"""Konsole, mlterm and Emacs order right-to-left text themselves, kitty the runs of it."""
_NEVER_TURNS_WHEN_SET = ("WT_SESSION", "XTERM_VERSION", "ALACRITTY_WINDOW_ID", "WEZTERM_PANE", "TMUX", "STY")
_NEVER_TURNS = ("linux", "xterm", "rxvt", "foot", "alacritty", "screen", "tmux", "st-", "vt100", "vt220", "cygwin")
_VTE_SINCE = 5800
"""The first version of VTE that orders right-to-left text (0.58)."""
_DETECT, _DETECT_NO_MORE = "\x1b[?2501h", "\x1b[?2501l"
"""VTE and mintty take every line to run from left to right unless they are told to look at its first letter."""


def direction_of(environment: Mapping[str, str], *, terminal: bool) -> Direction:
    """Return who turns right-to-left text: the display where it is known to, or where it may and nothing says otherwise.

    EDOC_DIRECTION decides with `logical` or `visual`; without a terminal text stays as it is written.
    """
    asked = environment.get("EDOC_DIRECTION", "")
    if asked in ("logical", "visual"):
        return Direction(asked)
    if not terminal:
        return Direction.LOGICAL
    name = environment.get("TERM", "")
    if any(environment.get(item) for item in _TURNS_ITSELF_WHEN_SET) or any(
        environment.get(key) in values for key, values in _TURNS_ITSELF.items()
    ):
        return Direction.LOGICAL
    if _detects(environment):
        return Direction.LOGICAL
    if any(environment.get(item) for item in _NEVER_TURNS_WHEN_SET) or name.startswith(_NEVER_TURNS):
        return Direction.VISUAL
    return Direction.LOGICAL


def _detects(environment: Mapping[str, str]) -> bool:
    version = environment.get("VTE_VERSION", "")
    vte = version.isascii() and version.isdigit() and len(version) < 9 and int(version) >= _VTE_SINCE
    multiplexed = environment.get("TMUX") or environment.get("STY")
    return (vte and not multiplexed) or environment.get("TERM_PROGRAM") == "mintty"


def width_of(stream: TextIO, environment: Mapping[str, str]) -> int | None:
    """Return the columns to wrap at: COLUMNS, else what the terminal says; null when it is no terminal."""
    if not is_terminal(stream):
        return None
    named = environment.get("COLUMNS", "")
    if named.isascii() and named.isdigit() and 0 < int(named) <= 10_000:
        return min(int(named), WIDEST)
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return _UNKNOWN_WIDTH
    return min(columns, WIDEST) if columns > 0 else _UNKNOWN_WIDTH


def screen_of(stream: TextIO, environment: Mapping[str, str], *, lang: str) -> Screen:
    """Return what to lay a text out for on a stream."""
    direction = direction_of(environment, terminal=is_terminal(stream))
    width = width_of(stream, environment)
    base = Base.RTL if lang == "fa" else Base.LTR
    if width is None and direction is Direction.LOGICAL:
        return PIPE
    if width is None:
        # Text that is turned cannot be wrapped later: the width must be known now.
        width = _UNKNOWN_WIDTH
    found = Screen(width=width, direction=direction, glyphs=glyphs_of(stream), base=base)
    if direction is Direction.VISUAL or not is_terminal(stream):
        return found
    if _detects(environment):
        return replace(found, before=_DETECT, after=_DETECT_NO_MORE)
    return replace(found, control_width=1) if environment.get("MLTERM") else found


def glyphs_of(stream: TextIO) -> Glyphs:
    """Return whether a stream's encoding holds signs beyond its own letters."""
    try:
        "\u2500\u2713\u2066".encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return Glyphs.ASCII
    return Glyphs.UNICODE


def is_terminal(stream: TextIO) -> bool:
    """Return whether a person looks at a stream; one that is closed is looked at by nobody."""
    try:
        return stream.isatty()
    except ValueError:
        return False
