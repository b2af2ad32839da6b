"""Spoils signed documents the way forgers do; each function returns a document that opens like any other."""

from __future__ import annotations

import zlib
from datetime import datetime

from edoc.facts.document import Document
from edoc.formats.pdf.append import SignatureEntries, append_signature
from edoc.formats.pdf.append_write import IncrementalUpdate, write_dictionary
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.values import Name, Stream
from edoc.lab.page_text import Page, Run, codes_of, read_page, write_codes


def open_pdf(data: bytes) -> Pdf:
    """Return the read document."""
    return Pdf.open(Document.from_bytes(data, name="document.pdf"))


def flip_byte(data: bytes, *, page: int) -> bytes:
    """Flip one bit in the middle of a page's content stream (pages count from 0)."""
    pdf = open_pdf(data)
    stream = pdf.get(read_page(pdf, page).ref)
    assert isinstance(stream, Stream)  # read_page has read it
    place = stream.raw_start + stream.raw_length // 2
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def change_amount(data: bytes, *, page: int, old: str, new: str) -> bytes:
    """Append a revision in which a page shows another amount: what was signed stays in the file, unseen.

    `old` is the text of a whole run of glyphs, `new` another of the same letters and digits.  Raises
    `ValueError` when the page does not show it or its font lacks a character.
    """
    pdf = open_pdf(data)
    shown = read_page(pdf, page)
    content = shown.content
    targets = [run for run in shown.runs if run.text == old]
    if not targets:
        raise ValueError(f"page {page + 1} does not show {old}")
    for run in reversed(targets):
        content = content[: run.start] + write_codes(_codes(shown, run, new)) + content[run.end :]
    packed = zlib.compress(content)
    update = IncrementalUpdate(pdf)
    head = write_dictionary({"Length": len(packed), "Filter": Name("FlateDecode")})
    update.put(shown.ref, head, b"\nstream\n", packed, b"\nendstream")
    return data + update.write()[0]


def _codes(page: Page, run: Run, text: str) -> list[int]:
    letters = page.fonts[run.font]
    # A letter may have several shapes, and codes, in one font: the ones already on the page come first.
    present = {letters[code]: code for code in codes_of(page.content[run.start : run.end])}
    known = {letter: code for code, letter in reversed(letters.items())} | present
    missing = [letter for letter in text if letter not in known]
    if missing:
        raise ValueError(f"the font has no {missing[0]}")
    return [known[letter] for letter in text]


def move_signature(signed: bytes, *, other: bytes, signing_time: datetime) -> bytes:
    """Put the signature of one document into another, with a fitting /ByteRange.

    `signing_time` is what the forged dictionary says; the signature itself is copied octet by octet.
    """
    contents, sub_filter = _signature(open_pdf(signed))
    entries = SignatureEntries(sub_filter=sub_filter, signing_time=signing_time)
    appended = append_signature(open_pdf(other), entries=entries, contents_size=len(contents))
    hole = b"<" + contents.hex().encode() + b">"
    return b"".join((other, appended.before_gap, hole, appended.after_gap))


def _signature(pdf: Pdf) -> tuple[bytes, str]:
    for field in pdf.fields():
        value = pdf.resolve(field.value)
        if field.type == "Sig" and isinstance(value, dict):
            contents, sub_filter = value.get("Contents"), value.get("SubFilter")
            if isinstance(contents, bytes) and isinstance(sub_filter, Name):
                return bytes(contents), str(sub_filter)
    raise ValueError("the document has no signature to take")
