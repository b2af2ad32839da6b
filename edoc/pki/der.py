"""A small reader and writer of tag-length-value octets (X.690), bounded and without recursion.

`Reader` walks BER as CMS in the wild needs it (indefinite lengths, segmented strings); `strict`
reads DER only.  Both answer with positions, so that nothing is copied before it is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from edoc.facts.document import Buffer, give_back

_DEPTH = 32
"""Nested indefinite lengths; BouncyCastle and OpenSSL streams reach 6."""
_FEW, _SMALL = 20_000, 256
"""Elements inside indefinite lengths: some thousands, or one for so many octets; streams write 1000 octets a segment."""

Element = tuple[int, int, int, int]
"""(tag, start of the content, end of the content, start of the next element)"""


class DerError(ValueError):
    """Octets are not what X.690 allows at this place."""


class Reader:
    """Reads elements of one octet string; definite lengths cost one call, indefinite ones one linear scan."""

    __slots__ = ("_ends", "_left", "data")

    def __init__(self, data: Buffer) -> None:
        self.data = data
        self._ends: dict[int, int] = {}
        self._left = _FEW + len(data) // _SMALL

    def read(self, pos: int, end: int) -> Element:
        """Return the element at a position; `DerError` when it does not end before `end`."""
        data = self.data
        if pos + 2 > end:
            raise DerError("short")
        tag = data[pos]
        length = data[pos + 1]
        start = pos + 2
        if tag & 0x1F == 0x1F:
            raise DerError("high tag")
        if length >= 0x80:
            if length == 0x80:
                return self._indefinite(tag, start, end)
            count = length & 0x7F
            if count > 5:
                raise DerError("length")
            length = int.from_bytes(data[start : start + count], "big")
            start += count
        stop = start + length
        if stop > end:
            raise DerError("length")
        return tag, start, stop, stop

    def children(self, start: int, end: int, *, limit: int) -> list[tuple[int, int, int, int, int]]:
        """Return (tag, position, content start, content end, next) of the elements between two positions."""
        found = []
        pos = start
        while pos < end:
            tag, first, last, following = self.read(pos, end)
            found.append((tag, pos, first, last, following))
            if len(found) > limit:
                raise DerError("limit")
            pos = following
        return found

    def octets(self, element: Element) -> bytes:
        """Return the octets of a primitive or segmented OCTET STRING."""
        if not element[0] & 0x20:
            return self.data[element[1] : element[2]]
        return b"".join([self.data[first:last] for first, last in self.segments(element)])

    def segments(self, element: Element) -> Iterator[tuple[int, int]]:
        """Yield where the octets of a primitive or segmented OCTET STRING lie, as (start, end), in order."""
        tag, start, end, _ = element
        if not tag & 0x20:
            yield start, end
            return
        stack = [(start, end)]
        left = _FEW + (end - start) // _SMALL
        kept = start
        while stack:
            pos, stop = stack.pop()
            while pos < stop:
                inner, first, last, pos = self.read(pos, stop)
                left -= 1
                if left < 0:
                    raise DerError("limit")
                if not left & 0xFFF:
                    kept = give_back(self.data, kept, first)
                if inner == 0x04:
                    yield first, last
                elif inner == 0x24 and len(stack) < _DEPTH:
                    stack.append((pos, stop))
                    pos, stop = first, last
                else:
                    raise DerError("segment")

    def _indefinite(self, tag: int, start: int, end: int) -> Element:
        if not tag & 0x20:
            raise DerError("primitive indefinite")
        if start not in self._ends:
            self._scan(start, end)
        last = self._ends[start]
        if last + 2 > end:
            raise DerError("end of contents")
        return tag, start, last, last + 2

    def _scan(self, start: int, end: int) -> None:
        # One pass over the chain of indefinite elements that opens here; definite ones are skipped
        # as a whole, so that every octet is looked at once however the lengths are nested.
        data = self.data
        stack = [start]
        pos = kept = start
        while stack:
            if pos + 2 > end:
                raise DerError("end of contents")
            self._left -= 1
            if self._left < 0:
                raise DerError("limit")
            if not self._left & 0xFFF:
                kept = give_back(data, kept, pos)
            if data[pos] == 0 and data[pos + 1] == 0:
                self._ends[stack.pop()] = pos
                pos += 2
                continue
            head = pos + 1
            if data[pos] & 0x1F == 0x1F:
                while head < end and data[head] & 0x80:
                    head += 1
                head += 1
                if head >= end or head - pos > 6:
                    raise DerError("tag")
            length = data[head]
            if length == 0x80:
                if len(stack) >= _DEPTH or not data[pos] & 0x20:
                    raise DerError("depth")
                pos = head + 1
                stack.append(pos)
                continue
            pos = _skip(data, head, end)


def _skip(data: Buffer, head: int, end: int) -> int:
    length = data[head]
    head += 1
    if length > 0x80:
        count = length & 0x7F
        if count > 5 or head + count > end:
            raise DerError("length")
        length = int.from_bytes(data[head : head + count], "big")
        head += count
    if head + length > end:
        raise DerError("length")
    return head + length


def strict(data: Buffer, pos: int, end: int) -> Element:
    """Return the element at a position, DER only: single tag octet, minimal definite length."""
    if pos + 2 > end:
        raise DerError("short")
    tag = data[pos]
    length = data[pos + 1]
    start = pos + 2
    if tag & 0x1F == 0x1F:
        raise DerError("high tag")
    if length >= 0x80:
        count = length & 0x7F
        if not 0 < count <= 5 or start + count > end:
            raise DerError("length")
        length = int.from_bytes(data[start : start + count], "big")
        if length < 0x80 or length >> (8 * (count - 1)) == 0:
            raise DerError("length not minimal")
        start += count
    stop = start + length
    if stop > end:
        raise DerError("length")
    return tag, start, stop, stop


def strict_children(data: Buffer, start: int, end: int, *, limit: int = 1000) -> list[tuple[int, int, int, int]]:
    """Return (tag, position, content start, content end) of the DER elements between two positions."""
    found = []
    pos = start
    while pos < end:
        tag, first, last, following = strict(data, pos, end)
        found.append((tag, pos, first, last))
        if len(found) > limit:
            raise DerError("limit")
        pos = following
    return found


@lru_cache(maxsize=2048)
def decode_oid(content: bytes) -> str:
    """Return the dotted form of the content octets of an OBJECT IDENTIFIER."""
    if not content or len(content) > 64 or content[-1] & 0x80:
        raise DerError("oid")
    arcs = []
    value = 0
    fresh = True
    for octet in content:
        if fresh and octet == 0x80:
            raise DerError("oid")
        value = value << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


@lru_cache(maxsize=512)
def encode_oid(dotted: str) -> bytes:
    """Return the whole OBJECT IDENTIFIER element for a dotted form."""
    arcs = [int(arc) for arc in dotted.split(".")]
    content = bytearray()
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return tlv(0x06, bytes(content))


def decode_integer(content: bytes) -> int:
    """Return the value of the content octets of an INTEGER; a padded one is refused (DER)."""
    if (
        not content
        or len(content) > 1
        and (content[0] == 0 and content[1] < 0x80 or content[0] == 0xFF and content[1] > 0x7F)
    ):
        raise DerError("integer")
    return int.from_bytes(content, "big", signed=True)


def length_octets(length: int) -> bytes:
    """Return the minimal length octets."""
    if length < 0x80:
        return bytes((length,))
    size = (length.bit_length() + 7) // 8
    return bytes((0x80 | size,)) + length.to_bytes(size, "big")


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return one DER element with a single tag octet around the joined parts."""
    content = b"".join(parts)
    return bytes((tag,)) + length_octets(len(content)) + content


def integer(value: int) -> bytes:
    """Return a DER INTEGER."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def as_der(data: bytes, *, depth: int = _DEPTH) -> bytes:
    """Return an element with definite lengths and strings in one piece; sets keep their order.

    DerError when the octets are not one element, or nest too deeply.
    """
    reader = Reader(data)
    tag, start, end, following = reader.read(0, len(data))
    if following != len(data) or depth == 0:
        raise DerError("element")
    if not tag & 0x20:
        return tlv(tag, data[start:end])
    if tag == 0x24:
        return tlv(0x04, reader.octets((tag, start, end, following)))
    parts = reader.children(start, end, limit=_FEW)
    return tlv(tag, *(as_der(data[pos:stop], depth=depth - 1) for _, pos, _, _, stop in parts))
