"""What stands on a sheet, in the order of reading: sections of a few kinds of blocks, words as runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from edoc.report.sheet.runs import Text


class Mark(Enum):
    """The shape that stands beside a word; the word carries the meaning."""

    YES = "yes"
    NO = "no"
    OPEN = "open"
    NONE = "none"
    NOTE = "note"


class Look(Enum):
    """How the verdict's box looks: its mark, its border and, where there is colour, its colour."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    UNSIGNED = "unsigned"
    """Nothing was signed, or nothing could be read."""
    INTACT = "intact"
    """Unchanged, and nobody identified: never the colour of PASSED."""


class Shape(Enum):
    """The shape of an event on the time line."""

    EDGE = "edge"
    """A certificate begins or ends."""
    CLAIMED = "claimed"
    PROVED = "proved"
    STATUS = "status"
    """Revocation data was made, or a certificate was revoked."""
    CHECK = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The box at the top: the answer in one sentence and a paragraph, and what to do next."""

    look: Look
    headline: Text
    answer: tuple[Text, ...]
    """Sentences; the first says what was found."""
    next_step: Text | None
    reservations: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the six questions."""

    question: Text
    mark: Mark
    word: Text
    details: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The table of questions; `head` has three cells."""

    head: tuple[Text, ...]
    rows: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, in its order."""

    shape: Shape
    at: datetime
    number: Text
    label: Text
    short: Text
    """Below its shape on the time line."""
    cells: tuple[Text, ...]
    """Of the table: the reader's calendar, the other calendar, how it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLine:
    """Events from the earliest to the latest, as a picture and as a table; `head` has five cells."""

    name: Text
    """What the picture is, for those who do not see it."""
    description: Text
    head: tuple[Text, ...]
    events: tuple[Event, ...]
    spans: tuple[int, int] | None
    """Places of the events between which the signing certificate holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One finding or change: what, the cure, the code."""

    mark: Mark
    word: Text
    """What the mark means, for those who do not see it."""
    text: Text
    hint: Text
    code: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list of findings or changes."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A plain list."""

    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Labels and what stands behind them."""

    rows: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; the first cell of each row names it."""

    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraphs:
    """Sentences, one below the other."""

    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One page, with the places that differ; `image` is PNG, null where the page does not exist."""

    caption: Text
    alternative: Text
    image: bytes | None
    boxes: tuple[tuple[float, float, float, float], ...]
    """Left, top, right, bottom in fractions of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Pages side by side: each pair is the page as signed and as handed over."""

    pairs: tuple[tuple[Picture, Picture], ...]


Block = Answers | TimeLine | Items | Bullets | Rows | Table | Paragraphs | Pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands below it; `name` is its stable name within the sheet."""

    name: str
    heading: Text
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Two sections side by side."""

    first: Section
    second: Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole sheet.  `title` is plain text, for the window and the PDF's own data."""

    lang: str
    title: str
    brand: Text
    checked: Text
    verdict: Verdict
    parts: tuple[Section | Columns, ...]
    """The first page."""
    appendix: tuple[Section | Columns, ...]
    """What follows on further pages."""
    closing: tuple[Text, ...]
    """The fixed sentence, and how to repeat the check: at the foot of the first page."""
    at: datetime
    """The time of the check."""
