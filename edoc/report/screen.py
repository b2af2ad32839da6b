"""From lines of any length to a display: wrapped at its width, and turned where it does not turn text itself.

A finished sheet comes in as logical text: one line a statement, the depth as leading spaces, values between isolates, colours
as SGR sequences, and a tab between the columns of a row.  What goes out is what one kind of display needs; a display
without a width (a pipe, a file) gets every line whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from edoc.report.bidi import FSI, LRI, MIRRORED, PDI, RLI, Base, base_of, levels, reorder
from edoc.report.joining import joined

_SGR = re.compile(r"\x1b\[[0-9;]*m")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_RESET = "\x1b[0m"
_RLM = "\u200f"
_CONTROLS = frozenset(f"{LRI}{RLI}{FSI}{PDI}\u200e\u200f")
_HANG = 2
"""Columns by which the continuation of a line stands further in."""
_GAP = "  "
_NARROWEST = 20
"""Below this no sentence can be wrapped sensibly; the display breaks its lines as it likes."""
_ASCII = str.maketrans({
    "\u2500": "-", "\u2713": "+", "\u2717": "x", "\u2026": "...", "\u2013": "-", "\u2014": "-", "\u2018": "'", "\u2019": "'",
    "\u201c": '"', "\u201d": '"', "\u2039": "<", "\u203a": ">", "\u2022": "*", **dict.fromkeys(_CONTROLS, None),
})  # fmt: skip
_BREAK_AFTER = ",/=:;&?._-\\"


class Direction(Enum):
    """Who turns right-to-left text: the display, or we."""

    LOGICAL = "logical"
    VISUAL = "visual"


class Glyphs(Enum):
    """Which signs a display can show."""

    UNICODE = "unicode"
    ASCII = "ascii"
    """Signs of our own fall back to ASCII, and there are no isolates; letters are left as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What a text is laid out for."""

    width: int | None = None
    """Columns; null leaves lines whole."""
    direction: Direction = Direction.LOGICAL
    glyphs: Glyphs = Glyphs.UNICODE
    base: Base = Base.LTR
    """The direction of lines that say nothing of their own."""
    control_width: int = 0
    """Columns that the display spends on an isolate."""
    before: str = ""
    after: str = ""
    """What switches the display to finding the direction of each line, and back; only around right-to-left text."""


PIPE = Screen()
"""What is read by programs, kept in files or shown by something that we do not know."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """One character as it is drawn, with the marks on it and its colour."""

    text: str
    style: str = ""

    def width(self, control: int = 0) -> int:
        """Return the columns it takes."""
        return control if self.text in _CONTROLS else width_of(self.text)


def width_of(text: str) -> int:
    """Return how many columns a text takes: none for marks and controls, two for wide East Asian characters."""
    return sum(map(_char_width, _SGR.sub("", text)))


def _char_width(char: str) -> int:
    if " " <= char <= "~":
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc") or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def lay_out(text: str, screen: Screen = PIPE) -> str:
    """Return a sheet as a display shows it."""
    if screen.width is not None and screen.width < _NARROWEST:
        screen = replace(screen, width=None)
    lines: list[tuple[str, int]] = []
    for rows in _tables(text.split("\n")):
        lines.extend(_columns(rows, screen))
    shown = (out for line, hang in lines for out in _shown(line, screen, hang))
    laid = "\n".join(shown)
    if screen.glyphs is Glyphs.ASCII:
        return laid.translate(_ASCII)
    return f"{screen.before}{laid}{screen.after}" if _RTL.search(laid) else laid


def _tables(lines: Iterable[str]) -> Iterator[list[str]]:
    """Group the rows of a table; every other line is by itself."""
    rows: list[str] = []
    for line in lines:
        if rows and "\t" not in line:
            yield rows
            rows = []
        if "\t" in line:
            rows.append(line)
        else:
            yield [line]
    if rows:
        yield rows


def _columns(rows: list[str], screen: Screen) -> list[tuple[str, int]]:
    """Set the columns of a table under one another where there is room for it, else one cell after the other.

    Returns lines, each with the columns by which its continuation hangs further in.
    """
    if "\t" not in rows[0]:
        return [(row, _HANG) for row in rows]
    cells = [row.split("\t") for row in rows]
    # The last column may wrap; those before it are set under one another.
    last = max(map(len, cells)) - 1
    widths = [max(width_of(row[place]) for row in cells if place < len(row)) for place in range(last)]
    before = sum(widths) + len(_GAP) * len(widths)
    longest = max((width_of(row[last]) for row in cells if last < len(row)), default=0)
    if screen.width is None or (before > screen.width // 2 and before + longest > screen.width):
        return [(_in_a_line(row), _HANG) for row in cells]
    depth = len(rows[0]) - len(rows[0].lstrip(" "))
    return [
        (
            _GAP.join(
                part + " " * (widths[place] - width_of(part)) if place + 1 < len(row) else part
                for place, part in enumerate(row)
            ),
            before - depth,
        )
        for row in cells
    ]


def _in_a_line(row: list[str]) -> str:
    first, *rest = row
    return " ".join((first, " \u2013 ".join(part for part in rest if part)))


def _shown(line: str, screen: Screen, hang: int) -> list[str]:
    stripped = line.lstrip(" ")
    depth = len(line) - len(stripped)
    if not stripped or (screen.width is None and screen.direction is Direction.LOGICAL):
        return [line]
    base = base_of(_SGR.sub("", stripped), default=screen.base)
    if screen.direction is Direction.VISUAL:
        stripped = joined(stripped)
    pieces = _wrapped(_cells(stripped), screen, depth, hang)
    if screen.direction is Direction.VISUAL:
        return [_visual(piece, base, indent, screen.width) for indent, piece in pieces]
    return [_logical(piece, base, indent, first=not number) for number, (indent, piece) in enumerate(_closed(pieces))]


def _cells(text: str) -> list[_Cell]:
    cells: list[_Cell] = []
    style, place = "", 0
    while place < len(text):
        found = _SGR.match(text, place)
        if found is not None:
            style = "" if found[0] == _RESET else found[0]
            place = found.end()
            continue
        char = text[place]
        if cells and unicodedata.category(char) in ("Mn", "Me"):
            cells[-1] = _Cell(cells[-1].text + char, cells[-1].style)
        else:
            cells.append(_Cell(char, style))
        place += 1
    return cells


_Piece = tuple[int, list[_Cell]]


def _wrapped(cells: list[_Cell], screen: Screen, depth: int, hang: int) -> list[_Piece]:
    """Break a line at spaces, a word that is too long within it; the rest hangs further in."""
    width = screen.width
    if width is None:
        return [(depth, cells)]
    # Where they take room, a break adds a mark and closes and opens an isolate.
    width -= 3 * screen.control_width
    # On a narrow display deep lines still need room for words.
    depth = min(depth, width // 3)
    pieces: list[_Piece] = []
    rest, indent = cells, depth
    while True:
        room = width - indent
        end = _fits(rest, room, screen.control_width)
        if end == len(rest):
            pieces.append((indent, rest))
            return pieces
        cut = _cut(rest, end)
        pieces.append((indent, _stripped(rest[:cut])))
        rest, indent = rest[cut:], depth + hang
        while rest and rest[0].text == " ":
            rest = rest[1:]
        if not rest:
            return pieces


def _fits(cells: Sequence[_Cell], room: int, control: int) -> int:
    used = 0
    for place, cell in enumerate(cells):
        used += cell.width(control)
        if used > room:
            return max(place, 1)
    return len(cells)


def _cut(cells: Sequence[_Cell], end: int) -> int:
    """Return where to break before `end`: at a space, else after a sign inside a long word, else right there."""
    if cells[end].text == " ":
        return end
    for place in range(end - 1, 0, -1):
        if cells[place].text == " ":
            word = next((at for at in range(end, len(cells)) if cells[at].text == " "), len(cells)) - place - 1
            if place > end // 2 or word <= end:
                return place + 1
            break
    for place in range(end - 1, end - end // 3, -1):
        if cells[place].text in _BREAK_AFTER:
            return place + 1
    return end


def _stripped(cells: list[_Cell]) -> list[_Cell]:
    end = len(cells)
    while end and cells[end - 1].text == " ":
        end -= 1
    return cells[:end]


def _closed(pieces: list[_Piece]) -> Iterator[_Piece]:
    """Close the isolates that a break cuts through, and open them again after it."""
    opened: list[_Cell] = []
    for indent, piece in pieces:
        line = [*opened, *piece]
        for cell in piece:
            if cell.text in (LRI, RLI, FSI):
                opened.append(_Cell(cell.text, ""))
            elif cell.text == PDI and opened:
                opened.pop()
        yield indent, [*line, *[_Cell(PDI)] * len(opened)]


def _logical(piece: list[_Cell], base: Base, indent: int, *, first: bool) -> str:
    # The rest of a line may hold nothing but a value: the mark says which way it runs.
    mark = _RLM if base is Base.RTL and not first else ""
    return " " * indent + mark + _painted(piece)


def _visual(piece: list[_Cell], base: Base, indent: int, width: int | None) -> str:
    """Return the cells from left to right; a right-to-left line stands at the right edge."""
    found = levels("".join(cell.text[0] for cell in piece), base)
    ordered = [
        _Cell(MIRRORED.get(piece[place].text, piece[place].text), piece[place].style) if found[place] % 2 else piece[place]
        for place in reorder(found)
    ]
    drawn = [cell for cell in ordered if cell.text[0] not in _CONTROLS]
    if base is Base.LTR or width is None:
        return " " * indent + _painted(drawn)
    return " " * max(0, width - indent - sum(cell.width() for cell in drawn)) + _painted(drawn)


def _painted(cells: Iterable[_Cell]) -> str:
    parts, style = [], ""
    for cell in cells:
        if cell.style != style:
            parts.append((_RESET if style else "") + cell.style)
            style = cell.style
        parts.append(cell.text)
    return "".join(parts) + (_RESET if style else "")
