"""What a font's codes mean and how far each moves on: enough to tell what an appearance says (9.6, 9.7, 9.10)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from unicodedata import normalize

from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.glyphs import encoding, glyph_text
from edoc.formats.pdf.sections import Revision
from edoc.formats.pdf.values import Name, Stream, Value

_CMAP_BYTES = 1 << 18
"""Octets of one /ToUnicode; that of a whole Arabic font has some 20,000."""
_MAPPED = 1 << 16
"""Codes of one font."""
_BLOCK = re.compile(rb"begin(bfchar|bfrange)\b(.*?)end\1\b", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*+)>|(\[)|(\])")
_UNICODE_CMAP = re.compile(r"Uni[A-Za-z0-9]+-(?:UCS2|UTF16)-H")
_PLAIN_FONTS = ("Helvetica", "Arial", "Times", "Courier", "Helv")
"""Fonts whose own encoding is the standard one when they bring no program."""
_NARROW, _WIDE = frozenset("iljtfIr.,:;'|!()[] \u0627"), frozenset("mwMW@%")


@dataclass(slots=True, kw_only=True)
class Font:
    """One font: `texts` by code; `wide` codes have two octets."""

    texts: dict[int, str] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    """In units of the font size; what is missing is `default`."""
    default: float | None = None
    wide: bool = False
    utf16: bool = False
    """True when a code is its own character."""

    def show(self, octets: bytes) -> list[tuple[str | None, float, bool]]:
        """Return each code as its text (null: unknown), its width and whether word spacing applies."""
        step = 2 if self.wide else 1
        shown: list[tuple[str | None, float, bool]] = []
        for at in range(0, len(octets) - step + 1, step):
            code = int.from_bytes(octets[at : at + step], "big")
            text = chr(code) if self.utf16 and not 0xD800 <= code < 0xE000 else self.texts.get(code)
            width = self.widths.get(code, self.default)
            shown.append((text, _guess(text) if width is None else width, step == 1 and code == 32))
        if len(octets) % step:
            shown.append((None, 1.0, False))
        return shown


def _guess(text: str | None) -> float:
    """Return a width of the standard fonts, rather too small: they bring no widths."""
    if text is None:
        return 1.0
    return 0.2 if text in _NARROW else 0.7 if text in _WIDE else 0.5


def read_font(pdf: Pdf, place: Value, revision: Revision) -> Font | None:
    """Return a font, null when its codes or glyphs are its own affair (Type 3, an unknown encoding)."""
    try:
        entries = pdf.resolve(place, revision)
        if not isinstance(entries, dict):
            return None
        kind = entries.get("Subtype")
        if kind == "Type0":
            return _composite(pdf, entries, revision)
        if kind in ("Type1", "TrueType", "MMType1"):
            return _simple(pdf, entries, revision)
    except PdfError as problem:
        if problem.code == "PDF_LIMIT":
            raise
    return None


def _composite(pdf: Pdf, entries: dict[str, Value], revision: Revision) -> Font | None:
    name = pdf.resolve(entries.get("Encoding"), revision)
    if not isinstance(name, Name):
        return None
    listed = pdf.resolve(entries.get("DescendantFonts"), revision)
    below = pdf.resolve(listed[0], revision) if isinstance(listed, list) and listed else None
    widths, default = _wide_widths(pdf, below if isinstance(below, dict) else {}, revision)
    if _UNICODE_CMAP.fullmatch(name) is not None:
        return Font(wide=True, utf16=True)
    if name != "Identity-H":
        return None
    texts = _to_unicode(pdf, entries.get("ToUnicode"), revision)
    return Font(texts=texts, widths=widths, default=default, wide=True)


def _wide_widths(pdf: Pdf, below: dict[str, Value], revision: Revision) -> tuple[dict[int, float], float]:
    default = pdf.resolve(below.get("DW"), revision)
    widths: dict[int, float] = {}
    listed = pdf.resolve(below.get("W"), revision)
    items = [pdf.resolve(item, revision) for item in listed] if isinstance(listed, list) else []
    at = 0
    while at + 1 < len(items) and len(widths) < _MAPPED:
        first, second = items[at], items[at + 1]
        if type(first) is not int:
            break
        if isinstance(second, list):
            widths.update({first + step: float(item) / 1000 for step, item in enumerate(second) if isinstance(item, int | float)})
            at += 2
            continue
        third = items[at + 2] if at + 2 < len(items) else None
        if type(second) is not int or not isinstance(third, int | float) or second - first >= _MAPPED:
            break
        pdf.budget.spend_tokens(max(0, second - first), revision.xref_offset)
        widths.update(dict.fromkeys(range(first, second + 1), float(third) / 1000))
        at += 3
    return widths, float(default) / 1000 if isinstance(default, int | float) else 1.0


def _simple(pdf: Pdf, entries: dict[str, Value], revision: Revision) -> Font | None:
    base, own = _encoded(pdf, entries, revision)
    said = _to_unicode(pdf, entries.get("ToUnicode"), revision)
    if not base and not said:
        return None
    texts = dict(base)
    for code, text in own.items():
        if text is None:
            texts.pop(code, None)
        else:
            texts[code] = text
    for code, text in said.items():
        known = texts.setdefault(code, text)
        if normalize("NFKC", known) != normalize("NFKC", text):
            # What the glyph is called and what is said for copying disagree: nobody knows which is shown.
            del texts[code]
    return Font(texts=texts, widths=_simple_widths(pdf, entries, revision))


def _encoded(
    pdf: Pdf, entries: dict[str, Value], revision: Revision
) -> tuple[dict[int, str], dict[int, str | None]]:
    """Return the base encoding and what /Differences say, null for a name that says nothing."""
    value = pdf.resolve(entries.get("Encoding"), revision)
    named = str(entries.get("BaseFont", "")).startswith(_PLAIN_FONTS)
    if isinstance(value, Name):
        return encoding(value), {}
    plain = encoding("StandardEncoding") if named else {}
    if not isinstance(value, dict):
        return plain, {}
    stated = pdf.resolve(value.get("BaseEncoding"), revision)
    base = encoding(stated) if isinstance(stated, Name) else plain
    own: dict[int, str | None] = {}
    listed, code = pdf.resolve(value.get("Differences"), revision), 0
    for item in listed if isinstance(listed, list) else []:
        if type(item) is int:
            code = item
        elif isinstance(item, Name):
            own[code] = glyph_text(item)
            code += 1
    return base, own


def _simple_widths(pdf: Pdf, entries: dict[str, Value], revision: Revision) -> dict[int, float]:
    first, listed = pdf.resolve(entries.get("FirstChar"), revision), pdf.resolve(entries.get("Widths"), revision)
    if type(first) is not int or not isinstance(listed, list):
        return {}
    values = [pdf.resolve(item, revision) for item in listed[:256]]
    return {first + step: float(item) / 1000 for step, item in enumerate(values) if isinstance(item, int | float) and item}


def _to_unicode(pdf: Pdf, place: Value, revision: Revision) -> dict[int, str]:
    """Return code to text of a /ToUnicode CMap (9.10.3)."""
    stream = pdf.resolve(place, revision)
    if not isinstance(stream, Stream):
        return {}
    data = pdf.stream_data(stream, revision)
    found: dict[int, str] = {}
    if len(data) > _CMAP_BYTES:
        return found
    for block in _BLOCK.finditer(data):
        tokens = [(_digits(item[1]), item[2], item[3]) for item in _HEX.finditer(block[2])]
        pdf.budget.spend_tokens(len(tokens), stream.raw_start)
        (_characters if block[1] == b"bfchar" else _ranges)(tokens, found)
        if len(found) > _MAPPED:
            return {}
    return found


_Token = tuple[bytes | None, bytes | None, bytes | None]


def _digits(text: bytes | None) -> bytes | None:
    if text is None:
        return None
    digits = b"".join(text.split())
    return bytes.fromhex((digits + b"0" if len(digits) & 1 else digits).decode())


def _characters(tokens: list[_Token], found: dict[int, str]) -> None:
    values = [token[0] for token in tokens]
    for code, text in zip(values[::2], values[1::2], strict=False):
        if code is not None and text is not None:
            found[int.from_bytes(code, "big")] = text.decode("utf-16-be", "replace")


def _ranges(tokens: list[_Token], found: dict[int, str]) -> None:
    at = 0
    while at + 2 < len(tokens):
        low, high, target = tokens[at][0], tokens[at + 1][0], tokens[at + 2]
        if low is None or high is None:
            return
        first, last = int.from_bytes(low, "big"), int.from_bytes(high, "big")
        at += 3
        if target[0] is not None:
            text = target[0].decode("utf-16-be", "replace")
            for step in range(min(last - first + 1, 1 << 16) if text else 0):
                if ord(text[-1]) + step >= 0x110000 or len(found) > _MAPPED:
                    return
                found[first + step] = text[:-1] + chr(ord(text[-1]) + step)
            continue
        while at <= len(tokens) and tokens[at - 1][2] is None:
            if at == len(tokens):
                return
            item = tokens[at][0]
            if item is not None:
                found[first] = item.decode("utf-16-be", "replace")
                first += 1
            at += 1
