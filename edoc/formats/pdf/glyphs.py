"""What the codes of a simple font mean: the standard encodings and the names of glyphs (Annex D, 9.6.5)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_ACCENTS = {
    "acute": "\u0301", "grave": "\u0300", "circumflex": "\u0302", "dieresis": "\u0308", "tilde": "\u0303",
    "ring": "\u030a", "caron": "\u030c", "cedilla": "\u0327", "ogonek": "\u0328", "macron": "\u0304",
    "breve": "\u0306", "dotaccent": "\u0307", "hungarumlaut": "\u030b", "commaaccent": "\u0327",
}  # fmt: skip
_NAMED = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "space": " ", "exclam": "!", "quotedbl": '"', "numbersign": "#", "dollar": "$",
    "percent": "%", "ampersand": "&", "quotesingle": "'", "parenleft": "(", "parenright": ")", "asterisk": "*",
    "plus": "+", "comma": ",", "hyphen": "-", "minus": "-", "period": ".", "slash": "/", "colon": ":",
    "semicolon": ";", "less": "<", "equal": "=", "greater": ">", "question": "?", "at": "@", "bracketleft": "[",
    "backslash": "\\", "bracketright": "]", "asciicircum": "^", "underscore": "_", "grave": "`", "braceleft": "{",
    "bar": "|", "braceright": "}", "asciitilde": "~", "exclamdown": "\u00a1", "cent": "\u00a2", "sterling": "\u00a3",
    "currency": "\u00a4", "yen": "\u00a5", "brokenbar": "\u00a6", "section": "\u00a7", "dieresis": "\u00a8",
    "copyright": "\u00a9", "ordfeminine": "\u00aa", "guillemotleft": "\u00ab", "logicalnot": "\u00ac",
    "registered": "\u00ae", "macron": "\u00af", "degree": "\u00b0", "plusminus": "\u00b1", "acute": "\u00b4",
    "mu": "\u00b5", "paragraph": "\u00b6", "periodcentered": "\u00b7", "cedilla": "\u00b8", "ordmasculine": "\u00ba",
    "guillemotright": "\u00bb", "onequarter": "\u00bc", "onehalf": "\u00bd", "threequarters": "\u00be",
    "questiondown": "\u00bf", "AE": "\u00c6", "Eth": "\u00d0", "multiply": "\u00d7", "Oslash": "\u00d8",
    "Thorn": "\u00de", "germandbls": "\u00df", "ae": "\u00e6", "eth": "\u00f0", "divide": "\u00f7", "oslash": "\u00f8",
    "thorn": "\u00fe", "Lslash": "\u0141", "lslash": "\u0142", "OE": "\u0152", "oe": "\u0153", "dotlessi": "\u0131",
    "florin": "\u0192", "circumflex": "\u02c6", "tilde": "\u02dc", "endash": "\u2013", "emdash": "\u2014",
    "quoteleft": "\u2018", "quoteright": "\u2019", "quotesinglbase": "\u201a", "quotedblleft": "\u201c",
    "quotedblright": "\u201d", "quotedblbase": "\u201e", "dagger": "\u2020", "daggerdbl": "\u2021",
    "bullet": "\u2022", "ellipsis": "\u2026", "perthousand": "\u2030", "guilsinglleft": "\u2039",
    "guilsinglright": "\u203a", "fraction": "\u2044", "Euro": "\u20ac", "trademark": "\u2122", "fi": "fi", "fl": "fl",
    "Zcaron": "\u017d", "zcaron": "\u017e", "nbspace": " ", "sfthyphen": "-",
}  # fmt: skip
_ARABIC = ((57392, 57401, 0x660), (57409, 57434, 0x621), (57440, 57450, 0x640), (57451, 57458, 0x64B))
"""Runs of the afii names: first, last, character of the first."""
_ARABIC_NAMED = {57381: 0x66A, 57388: 0x60C, 57403: 0x61B, 57407: 0x61F, 57506: 0x67E, 57507: 0x686, 57508: 0x698,
                 57509: 0x6AF}  # fmt: skip
_HEXADECIMAL = re.compile(r"(?:uni([0-9A-F]{4})|u([0-9A-F]{4,6}))(?:\..*)?")
_STANDARD_HIGH = {
    0x27: "\u2019", 0x60: "\u2018", 0xA1: "\u00a1", 0xA2: "\u00a2", 0xA3: "\u00a3", 0xA4: "\u2044", 0xA5: "\u00a5",
    0xA6: "\u0192", 0xA7: "\u00a7", 0xA8: "\u00a4", 0xA9: "'", 0xAA: "\u201c", 0xAB: "\u00ab", 0xAC: "\u2039",
    0xAD: "\u203a", 0xAE: "fi", 0xAF: "fl", 0xB1: "\u2013", 0xB2: "\u2020", 0xB3: "\u2021", 0xB4: "\u00b7",
    0xB6: "\u00b6", 0xB7: "\u2022", 0xB8: "\u201a", 0xB9: "\u201e", 0xBA: "\u201d", 0xBB: "\u00bb", 0xBC: "\u2026",
    0xBD: "\u2030", 0xBF: "\u00bf", 0xD0: "\u2014", 0xE1: "\u00c6", 0xE3: "\u00aa", 0xE8: "\u0141", 0xE9: "\u00d8",
    0xEA: "\u0152", 0xEB: "\u00ba", 0xF1: "\u00e6", 0xF5: "\u0131", 0xF8: "\u0142", 0xF9: "\u00f8", 0xFA: "\u0153",
    0xFB: "\u00df",
}  # fmt: skip
_DOCUMENT = {
    0x18: "\u02d8", 0x19: "\u02c7", 0x1A: "\u02c6", 0x1B: "\u02d9", 0x1C: "\u02dd", 0x1D: "\u02db", 0x1E: "\u02da",
    0x1F: "\u02dc", 0x80: "\u2022", 0x81: "\u2020", 0x82: "\u2021", 0x83: "\u2026", 0x84: "\u2014", 0x85: "\u2013",
    0x86: "\u0192", 0x87: "\u2044", 0x88: "\u2039", 0x89: "\u203a", 0x8A: "\u2212", 0x8B: "\u2030", 0x8C: "\u201e",
    0x8D: "\u201c", 0x8E: "\u201d", 0x8F: "\u2018", 0x90: "\u2019", 0x91: "\u201a", 0x92: "\u2122", 0x93: "fi",
    0x94: "fl", 0x95: "\u0141", 0x96: "\u0152", 0x97: "\u0160", 0x98: "\u0178", 0x99: "\u017d", 0x9A: "\u0131",
    0x9B: "\u0142", 0x9C: "\u0153", 0x9D: "\u0161", 0x9E: "\u017e", 0xA0: "\u20ac",
}  # fmt: skip


@cache
def encoding(name: str) -> dict[int, str]:
    """Return code to text of a predefined encoding; of an unknown name, an empty table."""
    if name == "WinAnsiEncoding":
        return {code: _octet(code, "cp1252") or "\u2022" for code in range(0x20, 0x100)}
    if name == "MacRomanEncoding":
        return {code: _octet(code, "mac_roman") for code in range(0x20, 0x100)}
    if name == "StandardEncoding":
        return {**{code: chr(code) for code in range(0x20, 0x7F)}, **_STANDARD_HIGH}
    if name == "PDFDocEncoding":
        return {**{code: chr(code) for code in range(0x20, 0x100)}, **_DOCUMENT}
    return {}


def _octet(code: int, codec: str) -> str:
    return bytes((code,)).decode(codec, "ignore")


@cache
def glyph_text(name: str) -> str | None:
    """Return what a glyph name stands for, null when the name does not say."""
    plain = name.split(".")[0] if not name.startswith(".") else name
    if len(plain) == 1 and plain.isascii() and plain.isalpha():
        return plain
    if plain in _NAMED:
        return _NAMED[plain]
    spelled = _HEXADECIMAL.fullmatch(name)
    if spelled is not None:
        code = int(spelled[1] or spelled[2], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else None
    if plain.startswith("afii") and plain[4:].isascii() and plain[4:].isdigit():
        return _arabic(int(plain[4:][:6]))
    accent = _ACCENTS.get(plain[1:])
    if accent is not None and plain[0].isascii() and plain[0].isalpha():
        return unicodedata.normalize("NFC", plain[0] + accent)
    return None


def _arabic(number: int) -> str | None:
    for first, last, character in _ARABIC:
        if first <= number <= last:
            return chr(character + number - first)
    return chr(_ARABIC_NAMED[number]) if number in _ARABIC_NAMED else None


def text_string(octets: bytes) -> str:
    """Return a text string: UTF-16, UTF-8 or PDFDocEncoding by its first octets (7.9.2.2)."""
    if octets[:2] == b"\xfe\xff":
        return octets[2:].decode("utf-16-be", "replace")
    if octets[:3] == b"\xef\xbb\xbf":
        return octets[3:].decode("utf-8", "replace")
    table = encoding("PDFDocEncoding")
    return "".join(table.get(octet, chr(octet)) for octet in octets)
