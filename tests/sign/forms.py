"""A form with two texts and an empty signature field, and what others say about what was made of it."""

from __future__ import annotations

import io
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields as hanko

from tests.sign.shapes import PAGE, Maker

_TEXT = b"<</FT/Tx/T(%s)/V(%s)/Type/Annot/Subtype/Widget/F 4/Rect[72 %d 272 %d]/P 3 0 R/DA(/F1 12 Tf)>>"
_SIGNATURE = b"<</FT/Sig/T(Judge)/Type/Annot/Subtype/Widget/F 4/Rect[72 72 272 122]/P 3 0 R%s>>"


def form(*, judge: bytes = b"", amount: bytes = b"Amount", more: dict[int, bytes] | None = None) -> bytes:
    """Texts `Amount` (or of another name) and `Date` and an empty field `Judge`, with some entries more.

    `more` are further objects.
    """
    objects = {
        **PAGE,
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R 7 0 R 8 0 R]/DA(/F1 12 Tf)>>>>",
        3: PAGE[3][:-2] + b"/Annots[6 0 R 7 0 R 8 0 R]>>",
        6: _TEXT % (amount, b"1000", 400, 420),
        7: _TEXT % (b"Date", b"1403", 440, 460),
        8: _SIGNATURE % judge,
        **(more or {}),
    }
    return Maker().table(objects, size=max(objects) + 1).data


def seeded(seeds: hanko.SigSeedValueSpec | None = None, **spec: Any) -> bytes:
    """The form, with a field `Court` that pyHanko made with seed values."""
    writer = IncrementalPdfFileWriter(io.BytesIO(form()))
    made = hanko.SigFieldSpec("Court", on_page=0, box=(300, 72, 500, 122), seed_value_dict=seeds, **spec)
    hanko.append_signature_field(writer, made)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def fill(document: bytes, name: str, value: str) -> bytes:
    """Another value in a text field, appended as any form program does (without an appearance)."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field.get("/T") == name:
            field["/V"] = generic.pdf_string(value)
            writer.mark_update(reference.reference)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def note(document: bytes) -> bytes:
    """A plain note on the first page, appended."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    made = {"/Type": "/Annot", "/Subtype": "/Text"}
    entries: dict[Any, Any] = {generic.pdf_name(key): generic.pdf_name(value) for key, value in made.items()}
    entries[generic.pdf_name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, (10, 10, 30, 30)))
    entries[generic.pdf_name("/Contents")] = generic.pdf_string("Seen")
    reference = writer.add_object(generic.DictionaryObject(entries))
    page["/Annots"].append(reference)
    writer.update_container(page["/Annots"])
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0).reference)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
