"""Cross-reference sections and the revisions they close, as they were read (7.5.4, 7.5.6, 7.5.8)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from edoc.formats.pdf.values import Ref, Value

FREE, IN_FILE, IN_STREAM = 0, 1, 2
"""Kinds of entries (table 18)."""


class Entry(NamedTuple):
    """Where an object is: FREE, IN_FILE at `place` with generation `extra`, IN_STREAM `place` at index `extra`."""

    kind: int
    place: int
    extra: int


_entry = tuple.__new__
"""Makes an entry of its three numbers, without the detour of a call by names."""
_FIRST = b"00000"
"""The generation of nearly every object."""


class Rows(NamedTuple):
    """One subsection: entries of `length` consecutive numbers from `first` on."""

    first: int
    length: int
    data: bytes
    widths: tuple[int, int, int] | None
    """Null: the rows of a table, 20 octets each."""

    def entry(self, index: int) -> Entry:
        """Return the entry at an index; a missing type field means IN_FILE (7.5.8.2)."""
        data = self.data
        if self.widths is None:
            at = index * 20
            kind = 1 if data[at + 17] == 0x6E else 0
            return _entry(Entry, (kind, int(data[at : at + 10]), int(data[at + 11 : at + 16])))
        one, two, three = self.widths
        at = index * (one + two + three)
        kind = int.from_bytes(data[at : at + one], "big") if one else IN_FILE
        place = int.from_bytes(data[at + one : at + one + two], "big")
        extra = int.from_bytes(data[at + one + two : at + one + two + three], "big")
        return Entry(kind, place, extra)

    def entries(self) -> list[Entry]:
        """Return all entries, in a fraction of the time that one by one takes."""
        if self.widths is not None:
            return [self.entry(index) for index in range(self.length)]
        words = self.data.split()
        rows = zip(words[::3], words[1::3], words[2::3], strict=True)
        return [
            _entry(Entry, (IN_FILE if kind == b"n" else FREE, int(place), 0 if extra == _FIRST else int(extra)))
            for place, extra, kind in rows
        ]

    def places(self) -> list[int]:
        """Return the offsets of what is in the file by itself."""
        data = self.data
        if self.widths is None:
            words = data.split()
            return [int(place) for place, kind in zip(words[::3], words[2::3], strict=True) if kind == b"n"]
        return [entry.place for entry in map(self.entry, range(self.length)) if entry.kind == IN_FILE]


@dataclass(slots=True, eq=False)
class Section:
    """One cross-reference section; `end` lies behind its trailer or its stream object."""

    offset: int
    end: int
    trailer: dict[str, Value]
    rows: list[Rows]
    """Sorted by number; subsections do not overlap."""
    is_stream: bool
    hybrid: Section | None = None
    """The section that /XRefStm names (7.5.8.4)."""
    own_ref: Ref | None = None
    _firsts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._firsts = [part.first for part in self.rows]

    def find(self, number: int) -> Entry | None:
        """Return the entry of an object, null when this section does not list it."""
        found: Entry | None = None
        at = bisect_right(self._firsts, number) - 1
        if at >= 0:
            part = self.rows[at]
            index = number - part.first
            if index < part.length:
                found = part.entry(index)
        if self.hybrid is not None and (found is None or found.kind == FREE):
            return self.hybrid.find(number) or found
        return found

    def numbers(self) -> Iterator[int]:
        """Yield every number that this section or its hybrid part lists, those of both twice."""
        for part in self.rows:
            yield from range(part.first, part.first + part.length)
        if self.hybrid is not None:
            yield from self.hybrid.numbers()

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """Yield every number that this section itself lists, without its hybrid part."""
        for part in self.rows:
            yield from enumerate(part.entries(), part.first)


@dataclass(frozen=True, eq=False)
class Revision:
    """One state of the file: everything up to `end` (octets; the line end behind %%EOF belongs to it)."""

    index: int
    start: int
    end: int
    content_end: int
    """Like `end`, without the last line end."""
    sections: tuple[Section, ...]
    """Newest first: one section, or the two parts of a linearised file."""

    @cached_property
    def plain(self) -> bool:
        """True when there is one section and no hybrid part: what lists a number is then beyond doubt."""
        return len(self.sections) == 1 and self.sections[0].hybrid is None

    @property
    def xref_offset(self) -> int:
        """Offset of the section that opens this revision."""
        return self.sections[0].offset

    @property
    def trailer(self) -> dict[str, Value]:
        """The trailer dictionary."""
        return self.sections[0].trailer

    @cached_property
    def entries(self) -> dict[int, Entry]:
        """Every entry that this revision lists, by object number."""
        found: dict[int, Entry] = {}
        for section in reversed(self.sections):
            if section.hybrid is not None:
                found.update(section.hybrid.entries())
            for number, entry in section.entries():
                if entry.kind or number not in found:
                    found[number] = entry
        return found

    def places(self) -> Iterator[int]:
        """Yield the offsets of the objects that this revision lists, some perhaps twice."""
        known = self.__dict__.get("entries") if self.plain else None
        if known is not None:
            yield from [entry.place for entry in known.values() if entry.kind == IN_FILE]
            return
        for section in self.sections:
            for own in (section, section.hybrid):
                for part in own.rows if own is not None else ():
                    yield from part.places()

    def numbers(self) -> set[int]:
        """Return every number that this revision lists."""
        return {number for section in self.sections for number in section.numbers()}

    def find(self, number: int) -> Entry | None:
        """Return the entry that this revision lists for an object, null when it lists none."""
        for section in self.sections:
            found = section.find(number)
            if found is not None:
                return found
        return None
