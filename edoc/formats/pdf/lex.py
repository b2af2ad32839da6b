"""Tokens and direct values: one compiled possessive regex, no recursion, every budget spent in the loop."""

from __future__ import annotations

import re
from binascii import unhexlify
from collections import Counter
from dataclasses import dataclass, field

from edoc.facts.document import Buffer
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.values import Name, PdfString, Ref, RepeatedKeys, Value
from edoc.limits import DEFAULT_LIMITS, Limits

WS = rb"[\x00\t\n\x0c\r ]"
SKIP = rb"[\x00\t\n\x0c\r ]*+(?:%[^\r\n]*+[\x00\t\n\x0c\r ]*+)*+"
END = rb"(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)"
"""What may follow a regular token (7.2.3)."""

# Every repetition is possessive: a flood of comments or digits costs one pass. The last alternative takes
# anything, so that the search never moves past an octet that is no token.
_TOKEN = re.compile(
    SKIP
    + rb"(?:"
    + rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]*+)"  # 1 name
    + rb"|(\d{1,10})" + WS + rb"++(\d{1,5})" + WS + rb"++R" + END  # 2, 3 reference
    + rb"|([+-]?\d++)" + END  # 4 integer
    + rb"|(<<)|(>>)|(\[)|(\])"  # 5 6 7 8
    + rb"|<([^>]*+)>"  # 9 hexadecimal string, or none
    + rb"|\(((?:[^()\\]++|\\[\s\S])*+)\)"  # 10 literal string without parentheses
    + rb"|([+-]?(?:\d++\.\d*+|\.\d++))" + END  # 11 real
    + rb"|([A-Za-z*'\"0-9.+-]++)" + END  # 12 keyword
    + rb"|(\()"  # 13 other literal string
    + rb"|([\s\S]|\Z)"  # 14 nothing known
    + rb")"
)  # fmt: skip
_LITERAL_PIECE = re.compile(rb"[^()\\]*+(?:\\[\s\S][^()\\]*+)*+")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])|\r\n|\r")
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\r": b"", b"\n": b"", b"\r\n": b""}
_KEYWORDS: dict[bytes, Value] = {b"true": True, b"false": False, b"null": None}
_DIGITS = 20
"""Digits of one number; larger ones are no offsets and cost time."""
_REAL = 300
"""Digits of a real number: every number of so many is finite."""
_NAMES = 1 << 16
"""Names remembered of one document; real ones use some hundreds."""
_COMMON = {
    name.encode(): Name(name)
    for name in (
        "AcroForm", "Annot", "Annots", "ByteRange", "Catalog", "Contents", "Count", "ETSI.CAdES.detached", "F", "FT",
        "Fields", "Filter", "Font", "ID", "Info", "Kids", "Length", "M", "MediaBox", "Name", "P", "Page", "Pages",
        "Parent", "Prev", "Reason", "Rect", "Resources", "Root", "Sig", "SigFlags", "Size", "SubFilter", "Subtype",
        "T", "Type", "V", "Widget", "XRef",
    )
}  # fmt: skip
"""Names of every signed document."""
_PLAIN = 1 << 10
"""Octets of a string that is surely within every limit."""
_TOLD = 8
"""Repeated keys told of one dictionary."""


@dataclass(slots=True)
class Budget:
    """What one document may still cost, spent everywhere."""

    limits: Limits = DEFAULT_LIMITS
    tokens: int = 0
    streams: int = 0
    inflated: int = 0
    unpredicted: int = 0
    fields: int = 0
    names: dict[bytes, Name] = field(default_factory=_COMMON.copy)
    """Each name once: a flood of equal names costs no memory."""

    def spend_tokens(self, count: int, offset: int) -> None:
        """Count tokens; raises PdfError(PDF_LIMIT)."""
        self.tokens += count
        if self.tokens > self.limits.pdf_tokens:
            raise PdfError("PDF_LIMIT", offset, limit="pdf_tokens")


def parse_value(data: Buffer, start: int, *, budget: Budget, in_file: bool = True) -> tuple[Value, int]:
    """Read one direct value and return it with the offset behind it.

    `in_file` tells that offsets are file offsets (false inside object streams). Raises PdfError:
    PDF_TOKEN, PDF_KEYWORD, PDF_NESTING, PDF_KEY_NOT_NAME, PDF_LIMIT.
    """
    open_containers: list[tuple[list[Value], bool]] = []
    items: list[Value] = []
    in_dictionary = False
    depth = budget.limits.pdf_depth
    room = budget.limits.pdf_tokens - budget.tokens
    longest, names = budget.limits.pdf_string_bytes, budget.names
    position, count = start, 0
    value: Value
    while True:
        for token in _TOKEN.finditer(data, position):
            count += 1
            kind = token.lastindex
            if kind == 1:
                text = token[1]
                value = names.get(text)
                if value is None:
                    value = _name(text)
                    if len(names) < _NAMES:
                        names[text] = value
            elif kind == 3:
                number, generation = token.group(2, 3)
                value = Ref(int(number), int(generation))
            elif kind == 4 and len(text := token[4]) <= _DIGITS:
                value = int(text)
            elif kind == 5 or kind == 7:
                if len(open_containers) >= depth:
                    raise PdfError("PDF_LIMIT", token.start(), limit="pdf_depth")
                open_containers.append((items, in_dictionary))
                items, in_dictionary = [], kind == 5
                continue
            elif kind == 6 or kind == 8:
                if not open_containers or in_dictionary != (kind == 6):
                    raise PdfError("PDF_NESTING", token.start())
                value = _dictionary(items, token.start()) if in_dictionary else items
                items, in_dictionary = open_containers.pop()
            elif kind == 9 or kind == 10:
                contents = in_dictionary and len(items) & 1 == 1 and items[-1] == "Contents"
                if contents or kind == 9 or len(token[10]) > _PLAIN:
                    value = _string(token, kind, longest, contents=contents, in_file=in_file)
                else:
                    text = token[10]
                    value = PdfString(_unescape(text) if b"\\" in text or b"\r" in text else text)
            elif kind == 12 and token[12] in _KEYWORDS:
                value = _KEYWORDS[token[12]]
            elif kind == 11:
                value = _real(token[11], token.start())
            elif kind == 13:
                value, position = _nested_literal(data, token.start(13), longest)
            else:
                raise PdfError("PDF_KEYWORD" if kind == 12 else "PDF_TOKEN", token.start(kind or 0))
            if not open_containers:
                budget.spend_tokens(count, start)
                return value, position if kind == 13 else token.end()
            items.append(value)
            if count > room:
                raise PdfError("PDF_LIMIT", start, limit="pdf_tokens")
            if kind == 13:
                break
        else:
            raise PdfError("PDF_TOKEN", start)


def _name(text: bytes) -> Name:
    if b"#" in text:
        text = _NAME_ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), text)
    return Name(text.decode("latin-1"))


def _dictionary(items: list[Value], offset: int) -> dict[str, Value]:
    keys, values = items[::2], items[1::2]
    if len(keys) != len(values):
        raise PdfError("PDF_KEY_NOT_NAME", offset)
    found: dict[str, Value] = {}
    for key, value in zip(keys, values, strict=True):
        if not isinstance(key, Name):
            raise PdfError("PDF_KEY_NOT_NAME", offset)
        found[key] = value
    if len(found) == len(keys):
        return found
    repeated = RepeatedKeys(found)
    repeated.repeated = tuple(sorted(str(key) for key, count in Counter(keys).items() if count > 1)[:_TOLD])
    return repeated


def _string(token: re.Match[bytes], kind: int, longest: int, *, contents: bool, in_file: bool) -> PdfString:
    text = token[kind]
    if len(text) > 2 * longest and not contents:
        raise PdfError("PDF_LIMIT", token.start(kind), limit="pdf_string_bytes")
    if kind == 9:
        value = PdfString(_hexadecimal(text, token.start(9) - 1))
    else:
        value = PdfString(_unescape(text) if b"\\" in text or b"\r" in text else text)
    if contents:
        # Only of /Contents does anyone ask how and where it is written.
        value.is_hex = kind == 9
        value.span = (token.start(kind) - 1, token.end()) if in_file else None
    return value


def _hexadecimal(text: bytes, offset: int) -> bytes:
    try:
        return unhexlify(text)
    except ValueError:
        digits = text.translate(None, b"\x00\t\n\x0c\r ")
    try:
        return unhexlify(digits + b"0" if len(digits) & 1 else digits)
    except ValueError as problem:
        raise PdfError("PDF_TOKEN", offset) from problem


def _unescape(text: bytes) -> bytes:
    return _ESCAPE.sub(_unescaped, text)


def _unescaped(found: re.Match[bytes]) -> bytes:
    escaped = found[1]
    if escaped is None:
        return b"\n"
    if escaped[:1].isdigit() and escaped[0] < 0x38:
        return bytes((int(escaped, 8) & 0xFF,))
    return _ESCAPES.get(escaped, escaped)


def _nested_literal(data: Buffer, start: int, longest: int) -> tuple[PdfString, int]:
    """Read a literal string with balanced parentheses in it; `start` is at its `(`."""
    position, depth, size = start + 1, 1, len(data)
    while True:
        piece = _LITERAL_PIECE.match(data, position)
        position = piece.end() if piece is not None else position
        if position >= size or position - start > longest:
            code = "PDF_TOKEN" if position >= size else "PDF_LIMIT"
            raise PdfError(code, start, limit="pdf_string_bytes")
        byte = data[position : position + 1]
        if byte == b"\\":
            raise PdfError("PDF_TOKEN", position)
        depth += 1 if byte == b"(" else -1
        position += 1
        if depth == 0:
            break
    return PdfString(_unescape(data[start + 1 : position - 1])), position


def _real(text: bytes, offset: int) -> float:
    if len(text) > _REAL:
        raise PdfError("PDF_TOKEN", offset)
    return float(text)
