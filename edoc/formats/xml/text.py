"""An XML document as octets: where its elements stand, and how text is put in without touching the rest.

Signatures cover octets after canonicalisation, and other signatures may cover what stands beside; so nothing
that was there is ever written again.  The parser tells what the elements are, this module where they are.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from edoc.errors import InputError

_TOKEN = re.compile(
    rb"<(?:!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>|(?P<close>/[^>]*)>"
    rb"|(?P<open>[^!?/>\"'][^>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^>\"']*)*)>)",
    re.DOTALL,
)
_DECLARATION = re.compile(rb"<\?xml[ \t\r\n][^>]*?encoding[ \t\r\n]*=[ \t\r\n]*[\"']([A-Za-z0-9._-]+)[\"']")
_ANY_DECLARATION = re.compile(r"\A\ufeff?<\?xml[ \t\r\n].*?\?>", re.DOTALL)
_OCTETS = re.compile(r"utf-?8|us-ascii|ascii|iso-?8859-\d{1,2}|windows-125\d|koi8-[ru]", re.IGNORECASE)
"""Encodings in which every octet below 128 is that ASCII character: markup is found, and put in, as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where an element stands: its start tag, and its end tag (both the same for an empty-element tag)."""

    start: int
    open_end: int
    close: int
    end: int
    name: bytes

    @property
    def empty(self) -> bool:
        """True for an element that is one tag (`<a/>`)."""
        return self.close == self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlText:
    """The octets of one document in a form in which markup is ASCII, and how to write them back."""

    octets: bytes
    encoding: str | None = None
    """Set when the document is UTF-16: then `octets` is UTF-8 and is encoded when it is written."""

    @classmethod
    def of(cls, data: bytes, *, name: str) -> XmlText:
        """Return the text of a document; `InputError` XADES_ENCODING for one that cannot be edited."""
        wide = _wide(data)
        if wide is not None:
            try:
                text = data.decode(wide)
                again = text.encode(wide)
            except (UnicodeDecodeError, UnicodeEncodeError) as problem:
                raise InputError("XADES_ENCODING", subject=name, params={"encoding": wide}) from problem
            if again != data:
                raise InputError("XADES_ENCODING", subject=name, params={"encoding": wide})
            return cls(octets=text.encode("utf-8"), encoding=wide)
        match = _DECLARATION.match(data.removeprefix(b"\xef\xbb\xbf")[:1024])
        encoding = match.group(1).decode("ascii") if match is not None else "utf-8"
        if _OCTETS.fullmatch(encoding) is None:
            raise InputError("XADES_ENCODING", subject=name, params={"encoding": encoding})
        return cls(octets=data)

    def written(self, octets: bytes) -> bytes:
        """Return edited octets in the encoding of the document."""
        return octets if self.encoding is None else octets.decode("utf-8").encode(self.encoding)

    def span(self, number: int, *, start: int = 0) -> Span:
        """Return where an element stands, by its number (from 0) among those from an offset on, in document order."""
        return find_span(self.octets, number, start=start)

    def start_of(self, name: str, number: int) -> int | None:
        """Return the offset of the start tag of the element of some number (from 0) among those of one written name.

        Null where text may look like a tag: then the document has to be gone through.
        """
        body = self.octets.find(b"?>") + 2 if self.octets.removeprefix(b"\xef\xbb\xbf").startswith(b"<?xml") else 0
        if any(self.octets.find(mark, body) >= 0 for mark in (b"<!--", b"<![CDATA[", b"<?")):
            return None
        tags = re.finditer(rb"<" + re.escape(name.encode()) + rb"(?=[ \t\r\n/>])", self.octets)
        found = next(itertools.islice(tags, number, None), None)
        return found.start() if found is not None else None

    def root_end(self) -> Span | None:
        """Return where the root ends, null unless its end tag is the last thing there is but white space."""
        tail = self.octets.rstrip(b" \t\r\n")
        place = tail.rfind(b"</")
        if place < 0 or not tail.endswith(b">") or b">" in tail[place:-1] or b"-" in tail[-3:-1]:
            return None
        return Span(start=-1, open_end=-1, close=place, end=len(tail), name=tail[place + 2 : -1].strip())


def _wide(data: bytes) -> str | None:
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be")):
        if data.startswith(mark):
            return codec
    return None


def find_span(octets: bytes, wanted: int, *, start: int = 0) -> Span:
    """Return the span of an element by its number; the octets have been parsed before and are well-formed."""
    number = depth = -1
    opened: tuple[int, int, int] | None = None
    for token in _TOKEN.finditer(octets, start):
        tag = token.group("open")
        if tag is not None:
            number += 1
            if number == wanted:
                opened = (depth, token.start(), token.end())
                if tag[-1:] == b"/":
                    return _span(octets, opened, token.start(), token.end())
            if tag[-1:] != b"/":
                depth += 1
        elif token.group("close") is not None:
            depth -= 1
            if opened is not None and opened[0] == depth:
                return _span(octets, opened, token.start(), token.end())
    raise ValueError("no such element")


def _span(octets: bytes, opened: tuple[int, int, int], close: int, end: int) -> Span:
    _, start, open_end = opened
    name = re.split(rb"[ \t\r\n/>]", octets[start + 1 : open_end], maxsplit=1)[0]
    return Span(start=start, open_end=open_end, close=close, end=end, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """An edit: what stands between two offsets is replaced; nothing but an empty-element tag ever is."""

    start: int
    end: int
    before: bytes = b""
    after: bytes = b""

    def apply(self, octets: bytes, inserted: bytes) -> bytes:
        """Return the octets with the text put in."""
        return b"".join((octets[: self.start], self.before, inserted, self.after, octets[self.end :]))


def inside_end(span: Span, octets: bytes) -> Splice:
    """Return the edit that puts text in as the last child of an element."""
    if not span.empty:
        return Splice(start=span.close, end=span.close)
    tag = octets[span.start : span.end]
    opened = tag[:-2].rstrip() if tag.endswith(b"/>") else tag[:-1]
    return Splice(start=span.start, end=span.end, before=opened + b">", after=b"</" + span.name + b">")


def escaped(text: str) -> str:
    """Return text as it stands in an element or attribute, in ASCII whatever the encoding of the document.

    Curly brackets are escaped too: they mark what is filled in later.  Raises `ValueError` for a character
    that XML cannot hold.
    """
    return "".join(_character(char) for char in text)


def _character(char: str) -> str:
    code = ord(char)
    if code < 0x20 and char not in "\t\n\r" or 0xD800 <= code < 0xE000 or code in (0xFFFE, 0xFFFF):
        raise ValueError(f"U+{code:04X}")
    return char if char.isascii() and char not in "<>&\"'{}\t\n\r" and code < 0x7F else f"&#{code};"


def without_declaration(data: bytes, *, name: str) -> str:
    """Return the characters of an XML document without its declaration, to stand inside another one."""
    text = XmlText.of(data, name=name)
    if text.encoding is not None:
        chars = text.octets.decode("utf-8")
    else:
        match = _DECLARATION.match(data.removeprefix(b"\xef\xbb\xbf")[:1024])
        chars = data.decode(match.group(1).decode("ascii") if match is not None else "utf-8")
    return _ANY_DECLARATION.sub("", chars.removeprefix("\ufeff"), count=1)
