"""Marks of a signature in bytes that the strict reader refused: absence must not be claimed then."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edoc.facts.document import Buffer

_KEY = "ByteRange"


def _spelling(text: str) -> bytes:
    """Return a pattern for a name in every `#xx` spelling (7.3.5)."""
    return b"".join(
        b"(?:%s|#%s)" % (letter.encode(), b"".join(b"[%s]" % _either(digit) for digit in f"{ord(letter):02x}"))
        for letter in text
    )


def _either(digit: str) -> bytes:
    return (digit + digit.upper()).encode() if digit.isalpha() else digit.encode()


_END = rb"(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)"
_MARKS = re.compile(
    b"/" + _spelling(_KEY) + _END
    + b"|/" + _spelling("Type") + rb"[\x00\t\n\x0c\r ]*+/(?:" + _spelling("Sig") + b"|" + _spelling("DocTimeStamp") + b")" + _END
    + b"|/" + _spelling("SubFilter") + rb"[\x00\t\n\x0c\r ]*+/(?:adbe|ETSI)\."
)  # fmt: skip


def has_signature_marks(data: Buffer, known: Sequence[tuple[int, int]] = ()) -> bool:
    """Tell whether a document's bytes carry the marks of a signature, in any spelling of its names.

    Marks inside the stretches `known`, each from its first octet to before its end, do not count.
    """
    left = sorted(known, reverse=True)
    for mark in _MARKS.finditer(data):
        while left and left[-1][1] <= mark.start():
            left.pop()
        if not left or mark.start() < left[-1][0]:
            return True
    return False
