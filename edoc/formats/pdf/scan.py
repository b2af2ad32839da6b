"""Finds what an untouched object refers to without reading its values: a quarter of the cost of a parse.

It may find more than a parse (digits that look like a reference), never less: what it cannot skip with
certainty, such as a string with parentheses in it, it leaves to the parser.
"""

from __future__ import annotations

import re

from edoc.facts.document import Buffer
from edoc.formats.pdf.lex import END, WS, Budget
from edoc.formats.pdf.values import Ref
from edoc.formats.pdf.xref import ENDSTREAM, OBJECT, STREAM

_REFERENCE = rb"(\d{1,10})" + WS + rb"++\d{1,5}" + WS + rb"++R" + END
# Atomic and not possessive: in early 3.11 (that of Debian 12 too) a possessive repeat of a group stays where its last,
# failing round had got to.
_NEXT = re.compile(
    rb"(?>(?:"
    rb"[^\d(%/es<]++"
    rb"|<[\da-fA-F]++>"  # a hexadecimal string in one go: that of a signature is most of its object
    rb"|<"
    rb"|/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*+"  # a name
    rb"|\((?:[^()\\]++|\\[\s\S])*+\)"  # a string without parentheses
    rb"|%[^\r\n]*+"  # a comment
    rb"|(?!" + _REFERENCE.replace(b"(\\d", b"(?:\\d", 1) + rb")\d++"
    rb"|(?!stream|endobj)[es]"
    rb")*)"
    rb"(?:" + _REFERENCE + rb"|(endobj)" + END + rb"|(stream))"
)  # fmt: skip
_LENGTH = re.compile(rb"/Length" + WS + rb"++(\d{1,10})" + WS + rb"*+[/>]")


def scan_references(data: Buffer, place: int, ref: Ref, *, end: int, budget: Budget) -> frozenset[int] | None:
    """Return the numbers that the object at an offset refers to, null when only a parse can tell.

    `end` bounds the revision that lists the object. Raises PdfError(PDF_LIMIT).
    """
    head = OBJECT.match(data, place)
    if head is None or int(head[1]) != ref.number or int(head[2]) != ref.generation:
        return None
    found: set[int] = set()
    position = head.end()
    while (piece := _NEXT.match(data, position, end)) is not None:
        if piece[1] is None:
            whole = piece[2] is not None or _octets(data, head.end(), piece.start(3), end) is not None
            return frozenset(found) if whole else None
        budget.spend_tokens(1, place)
        found.add(int(piece[1]))
        position = piece.end()
    return None


def stream_octets(data: Buffer, place: int, *, end: int) -> tuple[int, int] | None:
    """Return where the octets of the stream at an offset surely lie, null for what is none or needs a parse."""
    head = OBJECT.match(data, place)
    position = head.end() if head is not None else end
    while (piece := _NEXT.match(data, position, end)) is not None:
        if piece[1] is None:
            return _octets(data, head.end(), piece.start(3), end) if head is not None and piece[3] is not None else None
        position = piece.end()
    return None


def _octets(data: Buffer, start: int, stop: int, end: int) -> tuple[int, int] | None:
    """Return where the octets of a stream lie when it surely ends where its one direct length says."""
    dictionary = data[start:stop]
    if dictionary.count(b"/Length") != 1 or b"#" in dictionary or b"(" in dictionary:
        return None
    length, opened = _LENGTH.search(dictionary), STREAM.match(data, stop)
    if length is None or opened is None:
        return None
    first, last = opened.end(), opened.end() + int(length[1])
    return (first, last) if ENDSTREAM.match(data, last, end) is not None else None
