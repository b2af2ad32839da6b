"""Cross-reference sections and the revisions they close: tables, streams, hybrids, linearised files (7.5.4-7.5.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from edoc.facts.document import Buffer
from edoc.facts.findings import Finding, info, warning
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.filters import decode
from edoc.formats.pdf.lex import END, SKIP, WS, Budget, parse_value
from edoc.formats.pdf.sections import Revision, Rows, Section
from edoc.formats.pdf.values import Ref, RepeatedKeys, Value, same

_TAIL = 2048
"""The last startxref is looked for in so many octets at the end."""
_STARTXREF = re.compile(rb"startxref" + WS + rb"++(\d{1,10})" + WS + rb"++%%EOF")
_SECTION_END = re.compile(SKIP + rb"startxref" + WS + rb"++(\d{1,10})" + WS + rb"++%%EOF(\r\n|\n|\r)?")
_HEADER = re.compile(rb"%PDF-\d\.\d")
_TABLE = re.compile(WS + rb"{0,2}xref" + WS + rb"++")
_SUBSECTION = re.compile(rb"(\d{1,10}) (\d{1,10})(?: ?\r\n| ?\n| ?\r)")
# Atomic and not possessive, as in `scan.py`: the end of what matched is what counts.
_ROWS = re.compile(rb"(?>(?:\d{10} \d{5} [nf](?: \r| \n|\r\n))*)")
_TRAILER = re.compile(SKIP + rb"trailer" + END)
OBJECT = re.compile(WS + rb"{0,2}(\d{1,10})" + WS + rb"++(\d{1,5})" + WS + rb"++obj" + END)
STREAM = re.compile(SKIP + rb"stream(?:\r\n|\n)")
ENDSTREAM = re.compile(rb"(?:\r\n|\n|\r)?endstream" + SKIP + rb"endobj" + END)
ENDOBJ = re.compile(SKIP + rb"endobj" + END)
_WIDTH = 8
_ROWS_IN_ALL = 2
"""Rows of all sections together, in multiples of the objects allowed."""
_LINE_END = (b"", b"\n", b"\r", b"\r\n")


@dataclass(slots=True)
class XrefReader:
    """Walks from the last startxref back to the first section."""

    data: Buffer
    budget: Budget
    notes: list[Finding] = field(default_factory=list)
    _objects: int = 0

    def read(self) -> tuple[list[Revision], int]:
        """Return the revisions, oldest first, and the number behind the last startxref."""
        if _HEADER.match(self.data) is None:
            raise PdfError("PDF_HEADER", 0)
        start, tail_end = self._tail()
        sections = self._chain(start)
        return self._revisions(sections, tail_end), start

    def _tail(self) -> tuple[int, int]:
        size = len(self.data)
        base = max(0, size - _TAIL)
        tail = self.data[base:]
        at = tail.rfind(b"startxref")
        if at < 0:
            raise PdfError("PDF_NO_STARTXREF", base)
        found = _STARTXREF.match(tail, at)
        if found is None:
            raise PdfError("PDF_NO_EOF", base + at)
        rest = tail[found.end() :]
        if rest not in _LINE_END:
            if rest.strip(b"\x00\t\n\x0c\r "):
                raise PdfError("PDF_TRAILING_BYTES", base + found.end())
            self.notes.append(warning("PDF_TRAILING_SPACE", offset=base + found.end(), count=len(rest)))
        return int(found[1]), base + found.end()

    def _chain(self, start: int) -> list[Section]:
        sections: list[Section] = []
        seen: set[int] = set()
        offset: Value = start
        while offset is not None:
            if type(offset) is not int or not 0 < offset < len(self.data):
                raise PdfError("PDF_XREF_RANGE", start, prev=offset)
            if offset in seen:
                raise PdfError("PDF_XREF_LOOP", offset)
            seen.add(offset)
            if len(seen) > self.budget.limits.pdf_sections:
                raise PdfError("PDF_LIMIT", offset, limit="pdf_sections")
            section = self._section(offset)
            sections.append(section)
            offset = section.trailer.get("Prev")
        self._hybrids(sections)
        return sections

    def _section(self, offset: int) -> Section:
        found = _TABLE.match(self.data, offset)
        section = self._table(offset, found.end()) if found is not None else self._stream(offset)
        if isinstance(section.trailer, RepeatedKeys):
            raise PdfError("PDF_DUPLICATE_KEY", offset, key=section.trailer.repeated[0])
        if self.data[offset] in b"\x00\t\n\x0c\r ":
            self.notes.append(info("PDF_XREF_OFFSET_SPACE", offset=offset))
        return section

    def _table(self, offset: int, position: int) -> Section:
        data, rows = self.data, []
        while (found := _SUBSECTION.match(data, position)) is not None:
            first, count = int(found[1]), int(found[2])
            begin, end = found.end(), found.end() + 20 * count
            if end > len(data):
                raise PdfError("PDF_XREF_RANGE", position)
            self._count(count, position)
            checked = _ROWS.match(data, begin, end)
            if checked is None or checked.end() != end:
                raise PdfError("PDF_XREF_ROW", begin if checked is None else checked.end())
            if count:
                rows.append(Rows(first, count, data[begin:end], None))
            position = end
        opened = _TRAILER.match(data, position)
        if opened is None:
            raise PdfError("PDF_XREF_ROW" if data[position : position + 1].isdigit() else "PDF_NO_TRAILER", position)
        trailer, end = parse_value(data, opened.end(), budget=self.budget)
        if not isinstance(trailer, dict):
            raise PdfError("PDF_NO_TRAILER", opened.start())
        self._check_rows(rows, trailer, offset)
        return Section(offset, end, trailer, rows, is_stream=False)

    def _stream(self, offset: int) -> Section:
        head = OBJECT.match(self.data, offset)
        if head is None:
            raise PdfError("PDF_XREF_KEYWORD", offset)
        dictionary, position = parse_value(self.data, head.end(), budget=self.budget)
        opened = STREAM.match(self.data, position)
        if not isinstance(dictionary, dict) or opened is None or dictionary.get("Type") != "XRef":
            raise PdfError("PDF_XREF_KEYWORD", offset)
        length = dictionary.get("Length")
        # Nothing can be resolved yet, and a reader that guesses the length reads another table.
        if type(length) is not int or not 0 <= length <= len(self.data) - opened.end():
            raise PdfError("PDF_STREAM_LENGTH", offset)
        closed = ENDSTREAM.match(self.data, opened.end() + length)
        if closed is None:
            raise PdfError("PDF_STREAM_LENGTH", opened.end() + length)
        raw = self.data[opened.end() : opened.end() + length]
        rows = self._stream_rows(dictionary, raw, offset)
        self._check_rows(rows, dictionary, offset)
        own = Ref(int(head[1]), int(head[2]))
        return Section(offset, closed.end(), dictionary, rows, is_stream=True, own_ref=own)

    def _stream_rows(self, dictionary: dict[str, Value], raw: bytes, offset: int) -> list[Rows]:
        widths = dictionary.get("W")
        if (
            not isinstance(widths, list)
            or len(widths) != 3
            or not all(type(width) is int and 0 <= width <= _WIDTH for width in widths)
            or widths[1] == 0
        ):
            raise PdfError("PDF_XREF_W", offset)
        index = dictionary.get("Index", [0, dictionary.get("Size")])
        if not isinstance(index, list) or len(index) % 2 or not all(type(n) is int and n >= 0 for n in index):
            raise PdfError("PDF_XREF_INDEX", offset)
        numbers = [int(n) for n in index if isinstance(n, int)]
        one, two, three = (int(width) for width in widths if isinstance(width, int))
        width, total = one + two + three, sum(numbers[1::2])
        self._count(total, offset)
        data = decode(raw, dictionary, budget=self.budget, offset=offset)
        if len(data) != width * total:
            raise PdfError("PDF_XREF_INDEX", offset)
        rows, at = [], 0
        for first, count in zip(numbers[::2], numbers[1::2], strict=True):
            if count:
                rows.append(Rows(first, count, data[at : at + width * count], (one, two, three)))
            at += width * count
        return rows

    def _count(self, count: int, offset: int) -> None:
        self._objects += count
        limit = self.budget.limits.pdf_objects
        if self._objects > _ROWS_IN_ALL * limit or count > limit:
            raise PdfError("PDF_LIMIT", offset, limit="pdf_objects")

    def _check_rows(self, rows: list[Rows], trailer: dict[str, Value], offset: int) -> None:
        size = trailer.get("Size")
        if type(size) is not int or size < 0:
            raise PdfError("PDF_XREF_RANGE", offset)
        rows.sort(key=lambda item: item.first)
        last = -1
        for part in rows:
            if part.first <= last:
                raise PdfError("PDF_XREF_DUPLICATE_ENTRY", offset, number=part.first)
            last = part.first + part.length - 1
        if last >= size:
            # 7.5.4: such objects are to be ignored, and some readers do so.
            self.notes.append(warning("PDF_XREF_SIZE", offset=offset, number=last))

    def _hybrids(self, sections: list[Section]) -> None:
        """Attach /XRefStm sections, oldest first; a stale copy of an older one is dropped (and noted)."""
        known = {section.offset for section in sections}
        for index in range(len(sections) - 1, -1, -1):
            section = sections[index]
            place = section.trailer.get("XRefStm")
            if place is None or section.is_stream:
                continue
            if type(place) is not int or not 0 < place < len(self.data):
                raise PdfError("PDF_XREF_RANGE", section.offset)
            hybrid = self._stream(place)
            older = sections[index + 1 :]
            before = place < max((item.offset for item in older), default=0)
            if place not in known and self._fits(section, hybrid, known):
                section.hybrid = hybrid
                self.notes.append(info("PDF_HYBRID_XREF", offset=place))
            elif before and _agree(hybrid, section, older):
                self.notes.append(info("PDF_HYBRID_STALE", offset=place))
            else:
                raise PdfError("PDF_HYBRID_CONFLICT", place)
            known.add(place)

    @staticmethod
    def _fits(section: Section, hybrid: Section, known: set[int]) -> bool:
        """Tell whether readers with and without /XRefStm agree where both look."""
        previous = hybrid.trailer.get("Prev")
        if hybrid.offset > section.end or (previous is not None and previous not in known):
            return False
        if "Root" in hybrid.trailer and not same(hybrid.trailer["Root"], section.trailer.get("Root")):
            return False
        for number, entry in hybrid.entries():
            own = section.find(number)
            if own is not None and own.kind == 1 and own[:2] != entry[:2]:
                return False
        return True

    def _revisions(self, sections: list[Section], tail_end: int) -> list[Revision]:
        groups: list[list[Section]] = [[section] for section in sections]
        if len(sections) >= 2 and sections[-1].offset > sections[-2].offset:
            # The linearised first part: its /Prev lies behind it (annex F).
            groups[-2:] = [[sections[-2], sections[-1]]]
            self.notes.append(info("PDF_LINEARIZED", offset=sections[-2].offset))
        revisions: list[Revision] = []
        start = 0
        for index, group in enumerate(reversed(groups)):
            if group[0].offset < start:
                raise PdfError("PDF_XREF_ORDER", group[0].offset)
            closing = group[-1]
            found = _SECTION_END.match(self.data, closing.end)
            if found is None:
                raise PdfError("PDF_REVISION_END", closing.end)
            if int(found[1]) != group[0].offset:
                raise PdfError("PDF_STARTXREF_MISMATCH", found.start(1))
            if len(group) > 1 and not same(group[1].trailer.get("Root", group[0].trailer.get("Root")),
                                           group[0].trailer.get("Root")):  # fmt: skip
                raise PdfError("PDF_ROOT", closing.offset)
            content_end = found.end() - len(found[2] or b"")
            revisions.append(
                Revision(index, start, found.end(), content_end, tuple(group))
            )
            start = found.end()
        if revisions[-1].content_end != tail_end:
            raise PdfError("PDF_TAIL_DISAGREES", tail_end)
        return revisions


def _agree(hybrid: Section, section: Section, older: list[Section]) -> bool:
    """Tell whether a reader that honours a stale /XRefStm finds the same objects as one that ignores it."""
    for number, entry in hybrid.entries():
        own = section.find(number)
        if own is not None and own.kind == 1:
            continue
        for item in older:
            found = item.find(number)
            if found is not None:
                if found != entry and (found.kind or entry.kind):
                    return False
                break
        else:
            if entry.kind:
                return False
    return True
