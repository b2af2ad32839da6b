"""Finds what an untouched object refers to without reading its values: a fraction of the cost of a parse.

It may find more than a parse (digits that look like a reference), never less: what it cannot skip with
certainty, such as a string with parentheses in it, it leaves to the parser.
"""

from __future__ import annotations

import re

from edoc.facts.document import Buffer
from edoc.formats.pdf.lex import END, WS
from edoc.formats.pdf.xref import ENDSTREAM, OBJECT

_REFERENCE = rb"(\d{1,10})" + WS + rb"++\d{1,5}" + WS + rb"++R" + END
# Atomic and not possessive: in early 3.11 (that of Debian 12 too) a possessive repeat of a group stays where its last,
# failing round had got to.
_PLAIN = rb"[^\d(%/es<]*+"
_BETWEEN = (
    rb"(?>" + _PLAIN + rb"(?:(?:"
    rb"/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*+"  # a name
    rb"|(?!" + _REFERENCE.replace(b"(\\d", b"(?:\\d", 1) + rb")\d++"
    rb"|<(?:[\da-fA-F]++>)?"  # a hexadecimal string in one go: that of a signature is most of its object
    rb"|(?!stream|endobj)[es]"
    rb"|\((?:[^()\\]++|\\[\s\S])*+\)"  # a string without parentheses
    rb"|%[^\r\n]*+"  # a comment
    rb")" + _PLAIN + rb")*)"
)  # fmt: skip
"""What stands between references."""
_LAST = rb"(?:(endobj)" + END + rb"|(stream(?:\r\n|\n)?))"
_NEXT = re.compile(_BETWEEN + rb"(?:" + _REFERENCE + rb"|" + _LAST + rb")")
_AT_ONCE = 4
"""References found by the first match; few objects have more."""
_WHOLE = re.compile(
    OBJECT.pattern + (_BETWEEN + rb"(?:" + _REFERENCE) * _AT_ONCE + _BETWEEN + rb")?" * _AT_ONCE + rb"(?:" + _LAST + rb")?"
)
"""An object from its head to its end or stream, or to what is left to `_NEXT`."""
_LENGTH = re.compile(rb"/Length" + WS + rb"++(\d{1,10})" + WS + rb"*+[/>]")
_USUAL = b"\nendstream\nendobj\n"
"""How nearly every writer ends a stream."""
_KEYWORD = len(b"stream")


Octets = tuple[int, int]
"""Where the octets of a stream begin and end."""
Scanned = tuple[int, int, list[int], Octets | None]
"""Number and generation of an object, the number in each of its references, and its octets if it is a stream."""


def scan_object(data: Buffer, place: int, *, end: int) -> Scanned | None:
    """Return what an object at an offset says of itself, null when only a parse can tell.

    `end` bounds the revision that lists the object.
    """
    whole = _WHOLE.match(data, place, end)
    if whole is None:
        return None
    number, generation, one, two, three, four, closed, opened = whole.groups()
    found = [int(target) for target in (one, two, three, four) if target is not None] if one is not None else []
    last = whole.end()
    while closed is None and opened is None:
        piece = _NEXT.match(data, last, end)
        if piece is None:
            return None
        target, closed, opened = piece.groups()
        if target is not None:
            found.append(int(target))
        last = piece.end()
    octets = None
    if opened is not None:
        octets = _octets(data, data[whole.end(2) : last - len(opened)], last, end) if len(opened) > _KEYWORD else None
        if octets is None:
            return None
    return int(number), int(generation), found, octets


def _octets(data: Buffer, dictionary: bytes, first: int, end: int) -> Octets | None:
    """Return where the octets of a stream lie when it surely ends where its one direct length says."""
    if dictionary.count(b"/Length") != 1 or b"#" in dictionary or b"(" in dictionary:
        return None
    length = _LENGTH.search(dictionary)
    if length is None:
        return None
    last = first + int(length[1])
    closed = data[last : last + len(_USUAL)] == _USUAL and last + len(_USUAL) <= end
    return (first, last) if closed or ENDSTREAM.match(data, last, end) is not None else None
