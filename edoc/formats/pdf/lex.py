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

_NAME = rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]*+)"
_NUMBER = rb"(\d{1,10})(?:" + WS + rb"++(\d{1,5})" + WS + rb"++R" + END + rb"|" + END + rb")"
"""An integer, or with the second group a reference."""
# Every repetition is possessive: a flood of comments or digits costs one pass. The last alternative takes anything, so
# that the search never moves past an octet that is no token. What begins with a literal octet is refused at once.
_TOKEN = re.compile(
    WS + rb"*+(?:"
    # 1 name; what nearly always follows one in a dictionary is read with it: 2 name, 3 integer, 4 reference
    + _NAME + rb"(?:" + WS + rb"*+(?:" + _NAME + rb"|" + _NUMBER + rb"))?"
    + rb"|<<()|>>()|\[()|\]()"  # 5 6 7 8
    + rb"|" + _NUMBER  # 9 integer, 10 reference
    + rb"|<([^>]*+)>"  # 11 hexadecimal string, or none
    + rb"|\(((?:[^()\\]++|\\[\s\S])*+)\)"  # 12 literal string without parentheses
    + rb"|([+-]?\d++)" + END  # 13 integer with a sign, or a long one
    + rb"|([+-]?(?:\d++\.\d*+|\.\d++))" + END  # 14 real
    + rb"|([A-Za-z*'\"0-9.+-]++)" + END  # 15 keyword
    + rb"|%[^\r\n]*+(?:" + WS + rb"++%[^\r\n]*+)*+()"  # 16 comments
    + rb"|\(()"  # 17 other literal string
    + rb"|([\s\S]|\Z)"  # 18 nothing known
    + rb")"
)  # fmt: skip
_PAIR, _HEXADECIMAL = 4, 11
"""Groups up to the first begin with a name; the second is a hexadecimal string."""
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
_reference = tuple.__new__
"""Makes a reference of its two numbers, without the detour of a call by names."""
_ONLY_NAMES = frozenset((Name,))
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
    depth, room = budget.limits.pdf_depth, budget.limits.pdf_tokens - budget.tokens
    longest, names = budget.limits.pdf_string_bytes, budget.names
    position, count = start, 0
    value: Value
    while True:
        for token in _TOKEN.finditer(data, position):
            count += 1
            kind = token.lastindex or 0
            if kind <= _PAIR:
                value = names.get(token[1]) or _learn(token[1], names)
                if kind > 1 and open_containers:
                    items.append(value)
                    count += 1
                    if kind == 2:
                        value = names.get(token[2]) or _learn(token[2], names)
                    else:
                        value = int(token[3]) if kind == 3 else _reference(Ref, (int(token[3]), int(token[4])))
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
            elif kind == 10:
                value = _reference(Ref, (int(token[9]), int(token[10])))
            elif kind == 9 or (kind == 13 and len(token[13]) <= _DIGITS):
                value = int(token[kind])
            elif kind == 12 and len(token[12]) <= _PLAIN and items and items[-1] != "Contents":
                value = _literal(token[12])
            elif kind == 11 or kind == 12:
                contents = in_dictionary and len(items) & 1 == 1 and items[-1] == "Contents"
                value = _string(token, kind, longest, contents=contents, in_file=in_file)
            elif kind == 16:
                continue
            elif kind == 15 and token[15] in _KEYWORDS:
                value = _KEYWORDS[token[15]]
            elif kind == 14:
                value = _real(token[14], token.start())
            elif kind == 17:
                value, position = _nested_literal(data, token.end() - 1, longest)
            else:
                raise PdfError("PDF_KEYWORD" if kind == 15 else "PDF_TOKEN", token.start(kind))
            if not open_containers:
                budget.spend_tokens(count, start)
                return value, position if kind == 17 else token.end(1) if kind <= _PAIR else token.end()
            items.append(value)
            if count > room:
                raise PdfError("PDF_LIMIT", start, limit="pdf_tokens")
            if kind == 17:
                break
        else:
            raise PdfError("PDF_TOKEN", start)


def _learn(text: bytes, names: dict[bytes, Name]) -> Name:
    value = _name(text)
    if len(names) < _NAMES:
        names[text] = value
    return value


def _name(text: bytes) -> Name:
    if b"#" in text:
        text = _NAME_ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), text)
    return Name(text.decode("latin-1"))


def _dictionary(items: list[Value], offset: int) -> dict[str, Value]:
    keys = items[::2]
    if len(items) & 1 or not _ONLY_NAMES.issuperset(map(type, keys)):
        raise PdfError("PDF_KEY_NOT_NAME", offset)
    found: dict[str, Value] = dict(zip(keys, items[1::2], strict=True))  # type: ignore[arg-type]
    if len(found) == len(keys):
        return found
    repeated = RepeatedKeys(found)
    repeated.repeated = tuple(sorted(str(key) for key, count in Counter(keys).items() if count > 1)[:_TOLD])
    return repeated


def _string(token: re.Match[bytes], kind: int, longest: int, *, contents: bool, in_file: bool) -> PdfString:
    text = token[kind]
    if len(text) > 2 * longest and not contents:
        raise PdfError("PDF_LIMIT", token.start(kind), limit="pdf_string_bytes")
    if kind == _HEXADECIMAL:
        value = PdfString(_hexadecimal(text, token.start(kind) - 1))
    else:
        value = _literal(text)
    if contents:
        # Only of /Contents does anyone ask how and where it is written.
        value.is_hex = kind == _HEXADECIMAL
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


def _literal(text: bytes) -> PdfString:
    return PdfString(_unescape(text) if b"\\" in text or b"\r" in text else text)


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
