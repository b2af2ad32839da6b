"""What the worker is asked for and what it answers: one line of JSON each, followed by octets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

from edoc.drivers.pictures.limits import PictureLimits

Box = tuple[float, float, float, float]

PARAMETERS = frozenset({"pages", "page", "now", "compared"})
"""What a note may tell besides its code: numbers of pages."""
_PNG = b"\x89PNG\r\n\x1a\n"
_MOST = 100
"""Places of one page."""
_NUMBERS = re.compile(r"[0-9 ,.-]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One signed revision: whose, how many octets of the document it has, and what the report says was changed."""

    signature: str
    end: int
    changes: Mapping[int, tuple[Box, ...]] = field(default_factory=dict)
    """Pages (from 1) with the boxes of their changes, in units of default user space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Everything the worker is told; the octets of the document follow it."""

    size: int
    revisions: tuple[Revision, ...]
    limits: PictureLimits
    password: str | None = field(default=None, repr=False)

    def line(self) -> bytes:
        """Return the order as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Order:
        """Return the order that a line states."""
        told = json.loads(line)
        revisions = tuple(
            Revision(
                signature=item["signature"],
                end=item["end"],
                changes={int(page): tuple(map(tuple, boxes)) for page, boxes in item["changes"].items()},
            )
            for item in told["revisions"]
        )
        limits = PictureLimits(**told["limits"])
        return cls(size=told["size"], revisions=revisions, limits=limits, password=told["password"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Closer:
    """A part of a page, enlarged; its place in fractions of the page."""

    part: Box
    signed: bytes
    handed_over: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One page, drawn; null for a side that has no such page."""

    signature: str
    page: int
    """From 1, in the signed revision; of an added page in the document as it was handed over."""
    now: int | None
    """Number of the same page in the document as it was handed over; null when it is gone."""
    signed: bytes | None
    handed_over: bytes | None
    boxes: tuple[Box, ...]
    closer: tuple[Closer, ...] = ()

    def octets(self) -> list[bytes]:
        """Return all pictures, empty ones for a side that has no such page."""
        parts = [side for item in self.closer for side in (item.signed, item.handed_over)]
        return [self.signed or b"", self.handed_over or b"", *parts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that the worker has to say."""

    code: str
    signature: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that was answered; not `complete` when the worker did not come to its end."""

    pages: tuple[Drawn, ...] = ()
    notes: tuple[Note, ...] = ()
    complete: bool = False


END = b'{"end": true}\n'


def drawn_record(drawn: Drawn) -> bytes:
    """Return a drawn page as a record."""
    pictures = drawn.octets()
    head = {
        "signature": drawn.signature, "page": drawn.page, "now": drawn.now, "boxes": drawn.boxes,
        "parts": [item.part for item in drawn.closer], "sizes": [len(item) for item in pictures],
    }  # fmt: skip
    return json.dumps(head).encode() + b"\n" + b"".join(pictures)


def note_record(note: Note) -> bytes:
    """Return a note as a record."""
    return json.dumps({"note": note.code, "signature": note.signature, "params": dict(note.params)}).encode() + b"\n"


def read_answer(data: bytes, order: Order, *, codes: frozenset[str]) -> Answer:
    """Return what an answer states; whatever is not as it must be ends it there.

    The worker has read a hostile document: it may say only what it was asked for, with the codes it may use.
    """
    pages: list[Drawn] = []
    notes: list[Note] = []
    complete = False
    try:
        for record in _records(data, order, codes):
            if record is None:
                complete = True
            elif isinstance(record, Drawn):
                pages.append(record)
            else:
                notes.append(record)
    except (ValueError, KeyError, TypeError, RecursionError):
        complete = False
    return Answer(pages=tuple(pages), notes=tuple(notes), complete=complete)


def _records(data: bytes, order: Order, codes: frozenset[str]) -> Iterator[Drawn | Note | None]:
    """Yield every record, null for the end; raises ValueError, KeyError or TypeError for what is none."""
    place = 0
    known = {item.signature for item in order.revisions}
    while place < len(data):
        end = data.index(b"\n", place) + 1
        head = json.loads(data[place:end])
        place = end
        if "end" in head:
            if place != len(data):
                raise ValueError("something follows the end")
            yield None
            return
        if head["signature"] not in known:
            raise ValueError("another signature")
        if "note" in head:
            yield _note(head, codes)
            continue
        pictures = []
        for size in head["sizes"]:
            pictures.append(data[place : place + _count(size)])
            place += size
        if place > len(data):
            raise ValueError("cut off")
        yield _drawn(head, pictures)


def _note(head: dict[str, object], codes: frozenset[str]) -> Note:
    params = head["params"]
    if head["note"] not in codes or not isinstance(params, dict):
        raise ValueError("an unknown code")
    words = {str(name): str(value) for name, value in params.items()}
    if not PARAMETERS.issuperset(words) or not all(_NUMBERS.fullmatch(value) for value in words.values()):
        raise ValueError("more than numbers of pages")
    return Note(code=str(head["note"]), signature=str(head["signature"]), params=words)


def _drawn(head: dict[str, object], pictures: list[bytes]) -> Drawn:
    boxes, parts, now = head["boxes"], head["parts"], head["now"]
    if not isinstance(boxes, list) or not isinstance(parts, list) or max(len(boxes), len(parts)) > _MOST:
        raise ValueError("no places")
    signed, handed_over, *enlarged = pictures
    if any(not item.startswith(_PNG) for item in (signed or handed_over, handed_over or signed, *enlarged)):
        raise ValueError("no PNG")
    sides = zip(parts, enlarged[::2], enlarged[1::2], strict=True)
    return Drawn(
        signature=str(head["signature"]),
        page=_count(head["page"]),
        now=None if now is None else _count(now),
        signed=signed or None,
        handed_over=handed_over or None,
        boxes=tuple(_box(item) for item in boxes),
        closer=tuple(Closer(part=_box(part), signed=one, handed_over=other) for part, one, other in sides),
    )


def _box(told: object) -> Box:
    if not isinstance(told, list):
        raise TypeError("no box")
    left, top, right, bottom = (float(item) for item in told)
    if not (0 <= left <= right <= 1 and 0 <= top <= bottom <= 1):
        raise ValueError("off the page")
    return (left, top, right, bottom)


def _count(told: object) -> int:
    if type(told) is not int or not 0 <= told <= 1 << 31:
        raise ValueError("no count")
    return told
