"""Writes PDF values and the incremental update that carries them (ISO 32000-2 7.3, 7.5.6)."""

from __future__ import annotations

import hashlib
import re
from binascii import hexlify
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.sections import Section
from edoc.formats.pdf.values import Name, PdfString, Ref, RepeatedKeys, Value

_PLAIN_NAME = re.compile(r"[!\"$&-'*-.0-;=?-Z\\^-z|~]*\Z")
"""Names without delimiters, white space and `#` (ISO 32000-2 7.3.5)."""
_TEXT = re.compile(rb"[ -~\r\n]*+\Z")
"""Strings that are written as they read."""
_SPECIAL = re.compile(rb"[\\()\r\n]")
_ESCAPED = {b"\\": b"\\\\", b"(": b"\\(", b")": b"\\)", b"\r": b"\\r", b"\n": b"\\n"}


def is_text(text: str) -> bool:
    """Tell whether a string holds nothing but characters; half surrogates come from undecodable octets."""
    try:
        text.encode("utf-16-be")
    except UnicodeEncodeError:
        return False
    return True


def text_string(text: str) -> bytes:
    """Return the octets of a text string: ASCII as it is, everything else as UTF-16BE with a byte order mark."""
    if text.isascii() and text.isprintable():
        return text.encode("ascii")
    return b"\xfe\xff" + text.encode("utf-16-be")


def date_string(time: datetime) -> bytes:
    """Return the octets of a date in UTC, whole seconds (ISO 32000-2 7.9.4)."""
    return time.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ").encode()


def write_value(value: Value) -> bytes:
    """Return the PDF syntax of a value; the reader bounds its depth.  Streams are no values: TypeError."""
    return _WRITERS[type(value)](value)


def write_dictionary(entries: Mapping[str, Value]) -> bytes:
    """Return the PDF syntax of a dictionary, entries in their order."""
    pieces = [_name(key) + b" " + _WRITERS[type(value)](value) for key, value in entries.items()]
    return b"<<" + b"".join(pieces) + b">>"


def _refuse(value: RepeatedKeys) -> bytes:
    # Writing it again would choose one of two values, for every reader, in the signer's name.
    raise PdfError("PDF_DUPLICATE_KEY", key=value.repeated[0])


def _list(value: list[Value]) -> bytes:
    return b"[" + b" ".join([_WRITERS[type(item)](item) for item in value]) + b"]"


def _ref(value: Ref) -> bytes:
    return b"%d %d R" % value


def _string(value: bytes) -> bytes:
    return _literal(value) if _TEXT.match(value) else b"<" + hexlify(value) + b">"


def _float(value: float) -> bytes:
    # No exponent in PDF numbers (7.3.3); six digits are below what any reader draws.
    return f"{value:.6f}".rstrip("0").rstrip(".").encode() or b"0"


@lru_cache(maxsize=4096)
def _name(text: str) -> bytes:
    if _PLAIN_NAME.match(text):
        return b"/" + text.encode("ascii")
    return b"/" + b"".join(_name_octet(octet) for octet in text.encode("latin-1"))


def _name_octet(octet: int) -> bytes:
    character = chr(octet)
    return character.encode() if octet < 0x7F and _PLAIN_NAME.match(character) else b"#%02X" % octet


def _literal(data: bytes) -> bytes:
    return b"(" + _SPECIAL.sub(lambda found: _ESCAPED[found.group()], data) + b")"


class _Writers(dict[type, Callable[[Any], bytes]]):
    def __missing__(self, kind: type) -> Callable[[Any], bytes]:
        raise TypeError(kind.__name__)


_WRITERS = _Writers(
    {
        Name: _name,
        Ref: _ref,
        bytes: _string,
        PdfString: _string,
        dict: write_dictionary,
        RepeatedKeys: _refuse,
        list: _list,
        int: lambda value: b"%d" % value,
        float: _float,
        bool: lambda value: b"true" if value else b"false",
        type(None): lambda value: b"null",
    }
)
"""By the exact type: true is an int, and a name is a str, to `isinstance`."""


class IncrementalUpdate:
    """Collects the changed and new objects of one update, and writes them behind the document.

    The update has a cross-reference section of the kind that the document's last one has, and never an
    /XRefStm; it keeps /Root, /Info, /Encrypt and the first half of /ID.
    """

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        # A /Size that is too small must not let a new object take the number of an old one (7.5.5).
        self._next = max(pdf.size_entry, *(_end(section) for one in pdf.revisions for section in one.sections))
        self._objects: dict[Ref, tuple[bytes, ...]] = {}
        self._decryptor = pdf.decryptor

    def new_ref(self) -> Ref:
        """Return the reference of an object yet to be added."""
        ref = Ref(self._next, 0)
        self._next += 1
        return ref

    def put(self, ref: Ref, *body: bytes) -> None:
        """Set the body of a new or changed object."""
        self._objects[ref] = body

    def put_value(self, ref: Ref, value: Value) -> None:
        """Set a new or changed object to a value; in an encrypted document its strings are encrypted."""
        self.put(ref, self.syntax(ref, value))

    def put_stream(self, ref: Ref, entries: dict[str, Value], content: bytes) -> None:
        """Set a new object to a stream; /Length is added, and in an encrypted document it is encrypted."""
        if self._decryptor is not None:
            content = self._decryptor.encrypt(content, ref, self._decryptor.settings.stream_method)
        head = self.syntax(ref, {**entries, "Length": len(content)})
        self.put(ref, head, b"\nstream\n", content, b"\nendstream")

    def syntax(self, ref: Ref, value: Value) -> bytes:
        """Return the PDF syntax of a value as it stands in an object."""
        if self._decryptor is not None:
            value = self._decryptor.sealed(value, ref)
        return write_value(value)

    def write(self, *, mark: bytes | None = None) -> tuple[bytes, int]:
        """Return the bytes to append and the position of the first octet of `mark` in them (-1: none).

        `mark` is one of the bodies given to `put`, found by identity.
        """
        data = self._pdf.document.data
        base = len(data)
        pieces = [b"" if data[base - 1] in b"\r\n" else b"\n"]
        position = base + len(pieces[0])
        offsets: dict[Ref, int] = {}
        found = -1
        for ref in sorted(self._objects, key=lambda item: item.number):
            offsets[ref] = position
            for piece in (b"%d %d obj\n" % (ref.number, ref.generation), *self._objects[ref], b"\nendobj\n"):
                if piece is mark:
                    found = position - base
                pieces.append(piece)
                position += len(piece)
        pieces.append(self._stream(offsets, position) if self._pdf.xref_is_stream else self._table(offsets))
        pieces.append(b"startxref\n%d\n%%%%EOF\n" % position)
        return b"".join(pieces), found

    def _trailer(self, size: int) -> dict[str, Value]:
        old = self._pdf.trailer
        entries: dict[str, Value] = {"Size": size, "Root": old["Root"]}
        for key in ("Info", "Encrypt"):
            if key in old:
                entries[key] = old[key]
        identifier = self._identifier(old.get("ID"))
        if identifier is not None:
            entries["ID"] = identifier
        entries["Prev"] = self._pdf.last_startxref
        return entries

    def _identifier(self, old: Value) -> Value | None:
        pair = self._pdf.resolve(old)
        if not isinstance(pair, list) or len(pair) != 2:
            return None
        first, second = pair
        if not isinstance(first, bytes) or not isinstance(second, bytes):
            return None
        # The second half names this version (14.4): derived, so that equal inputs give equal bytes.
        state = hashlib.sha256(second)
        for body in self._objects.values():
            for piece in body:
                state.update(piece)
        return [first, state.digest()[:16]]

    def _table(self, offsets: dict[Ref, int]) -> bytes:
        rows = [b"xref\n"]
        for first, refs in _runs(list(offsets)):
            rows.append(b"%d %d\n" % (first, len(refs)))
            rows.extend(b"%010d %05d n \n" % (offsets[ref], ref.generation) for ref in refs)
        return b"".join((*rows, b"trailer\n", write_dictionary(self._trailer(self._next)), b"\n"))

    def _stream(self, offsets: dict[Ref, int], position: int) -> bytes:
        own = Ref(self._next, 0)
        offsets = {**offsets, own: position}
        width = max(4, (position.bit_length() + 7) // 8)
        index: list[Value] = []
        rows = bytearray()
        for first, refs in _runs(list(offsets)):
            index += [first, len(refs)]
            for ref in refs:
                rows += b"\x01" + offsets[ref].to_bytes(width, "big") + ref.generation.to_bytes(2, "big")
        entries: dict[str, Value] = {"Type": Name("XRef"), "W": [1, width, 2], "Index": index}
        entries.update(self._trailer(own.number + 1))
        entries["Length"] = len(rows)
        head = b"%d 0 obj\n" % own.number + write_dictionary(entries)
        return head + b"\nstream\n" + bytes(rows) + b"\nendstream\nendobj\n"


def _end(section: Section) -> int:
    """Return the first number behind all that a section lists."""
    own = max((part.first + part.length for part in section.rows), default=0)
    return max(own, _end(section.hybrid)) if section.hybrid is not None else own


def _runs(refs: list[Ref]) -> list[tuple[int, list[Ref]]]:
    """Group sorted references into subsections of consecutive numbers."""
    found = []
    for _, group in groupby(enumerate(refs), key=lambda item: item[1].number - item[0]):
        run = [ref for _, ref in group]
        found.append((run[0].number, run))
    return found
