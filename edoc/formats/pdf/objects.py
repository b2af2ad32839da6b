"""Indirect objects: read where the cross-reference says, checked, cached by place (7.3.10, 7.5.7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from edoc.facts.document import Buffer
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.lex import Budget, parse_value
from edoc.formats.pdf.values import Ref, Stream, Value
from edoc.formats.pdf.xref import ENDOBJ, ENDSTREAM, OBJECT, STREAM


@dataclass(slots=True, eq=False)
class Placed:
    """One object as it stands in the file."""

    value: Value
    start: int
    end: int
    """Offset behind `endobj`; of a stream, behind its keyword until its length is known."""
    is_stream: bool = False
    shifted: bool = False


def read_object(data: Buffer, offset: int, ref: Ref, *, budget: Budget) -> Placed:
    """Read `n g obj ... endobj` at an offset; raises PdfError when another object or none is there."""
    head = OBJECT.match(data, offset) if 0 <= offset < len(data) else None
    if head is None or int(head[1]) != ref.number or int(head[2]) != ref.generation:
        raise PdfError("PDF_OBJECT_NUMBER", offset, number=ref.number)
    value, position = parse_value(data, head.end(), budget=budget)
    shifted = head.start(1) != offset
    closed = ENDOBJ.match(data, position)
    if closed is not None:
        return Placed(value, head.start(1), closed.end(), shifted=shifted)
    opened = STREAM.match(data, position)
    if opened is None or not isinstance(value, dict):
        raise PdfError("PDF_ENDOBJ", position, number=ref.number)
    return Placed(value, head.start(1), opened.end(), is_stream=True, shifted=shifted)


def close_stream(data: Buffer, start: int, length: Value, ref: Ref) -> int:
    """Return the offset behind `endobj` of a stream whose octets begin at `start`; the length must be exact."""
    if type(length) is not int or not 0 <= length <= len(data) - start:
        raise PdfError("PDF_STREAM_LENGTH", start, number=ref.number)
    closed = ENDSTREAM.match(data, start + length)
    if closed is None:
        raise PdfError("PDF_STREAM_LENGTH", start + length, number=ref.number)
    return closed.end()


@dataclass(slots=True, eq=False)
class ObjectStream:
    """A decoded object stream with its index; its objects are parsed when asked for."""

    data: bytes
    first: int
    index: list[tuple[int, int]]
    _values: dict[int, Value] = field(default_factory=dict)

    def get(self, number: int, index: int, *, budget: Budget, offset: int) -> Value:
        """Return the object at an index; the index must name this very number."""
        if index >= len(self.index) or self.index[index][0] != number:
            raise PdfError("PDF_OBJSTM_INDEX", offset, number=number)
        if index not in self._values:
            start = self.first + self.index[index][1]
            value, end = parse_value(self.data, start, budget=budget, in_file=False)
            limit = self.first + self.index[index + 1][1] if index + 1 < len(self.index) else len(self.data)
            if end > limit or isinstance(value, Stream):
                raise PdfError("PDF_OBJSTM", offset, number=number)
            self._values[index] = value
        return self._values[index]


def open_object_stream(data: bytes, dictionary: dict[str, Value], *, budget: Budget, offset: int) -> ObjectStream:
    """Read the index of a decoded object stream; raises PdfError(PDF_OBJSTM, PDF_OBJSTM_DUPLICATE, PDF_LIMIT)."""
    count, first = dictionary.get("N"), dictionary.get("First")
    if (
        type(count) is not int
        or type(first) is not int
        or not 0 <= first <= len(data)
        or not 0 <= count <= (first + 3) // 2
        or dictionary.get("Type") != "ObjStm"
    ):
        raise PdfError("PDF_OBJSTM", offset)
    if count > budget.limits.pdf_objects:
        raise PdfError("PDF_LIMIT", offset, limit="pdf_objects")
    budget.spend_tokens(2 * count, offset)
    words = data[:first].split(None, 2 * count)
    if len(words) < 2 * count or not all(word.isdigit() and len(word) <= 10 for word in words[: 2 * count]):
        raise PdfError("PDF_OBJSTM", offset)
    numbers = [int(word) for word in words[: 2 * count]]
    index = list(zip(numbers[::2], numbers[1::2], strict=True))
    if len({number for number, _ in index}) != len(index):
        raise PdfError("PDF_OBJSTM_DUPLICATE", offset)
    if any(later[1] <= earlier[1] for earlier, later in pairwise(index)):
        raise PdfError("PDF_OBJSTM", offset)
    return ObjectStream(data, first, index)
