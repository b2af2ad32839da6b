"""PDFs of every shape that producers write, made octet by octet so that each shape is exactly what its name says."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Mapping

import pikepdf

from tests.sign.makers import make_pdf

Objects = Mapping[int, bytes]

PAGE: dict[int, bytes] = {
    1: b"<</Type/Catalog/Pages 2 0 R>>",
    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
    4: b"<</Length 42>>\nstream\nBT /F1 24 Tf 72 700 Td (Ruling 1403) Tj ET\nendstream",
    5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
}
ID = b"/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]"


class Maker:
    """A file under construction: sections are added one after the other."""

    def __init__(self, *, end: bytes = b"\n", version: bytes = b"1.7") -> None:
        self.data = b"%PDF-" + version + end + b"%\xe2\xe3\xcf\xd3" + end
        self.end = end
        self.previous: int | None = None

    def put(self, objects: Objects) -> dict[int, int]:
        places = {}
        for number, body in objects.items():
            places[number] = len(self.data)
            self.data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
        return places

    def table(self, objects: Objects, *, size: int, extra: bytes = ID, free: bool = True) -> Maker:
        places = self.put(objects)
        start = len(self.data)
        rows = b"xref\n" + (b"0 1\n0000000000 65535 f \n" if free else b"")
        for number, place in sorted(places.items()):
            rows += b"%d 1\n%010d 00000 n \n" % (number, place)
        trailer = b"/Size %d/Root 1 0 R" % size + extra
        return self._close(start, rows + b"trailer\n<<" + trailer + self._prev() + b">>\n")

    def stream(self, objects: Objects, *, size: int, packed: Objects | None = None, hidden: bool = False) -> Maker:
        """Add a cross-reference stream; `packed` objects go into an object stream (number size - 2)."""
        places = self.put(objects)
        rows = {number: b"\x01" + place.to_bytes(4, "big") + b"\0\0" for number, place in places.items()}
        rows[0] = b"\0" + bytes(4) + b"\xff\xff"
        if packed:
            rows.update(self._pack(packed, size - 2))
        start = len(self.data)
        rows[size - 1] = b"\x01" + start.to_bytes(4, "big") + b"\0\0"
        body = zlib.compress(b"".join(rows[number] for number in sorted(rows)))
        index = b" ".join(b"%d 1" % number for number in sorted(rows))
        head = b"<</Type/XRef/W[1 4 2]/Index[" + index + b"]/Size %d/Root 1 0 R/Filter/FlateDecode" % size + ID
        head += self._prev() + b"/Length %d>>" % len(body)
        self.data += b"%d 0 obj\n" % (size - 1) + head + b"\nstream\n" + body + b"\nendstream\nendobj\n"
        if hidden:
            self.hidden = start
            return self
        return self._close(start, b"")

    def _pack(self, packed: Objects, container: int) -> dict[int, bytes]:
        head, body, rows = b"", b"", {}
        for position, (number, text) in enumerate(packed.items()):
            head += b"%d %d " % (number, len(body))
            body += text + b"\n"
            rows[number] = b"\x02" + container.to_bytes(4, "big") + position.to_bytes(2, "big")
        data = zlib.compress(head + body)
        place = len(self.data)
        entries = b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>" % (len(packed), len(head), len(data))
        self.data += b"%d 0 obj\n" % container + entries + b"\nstream\n" + data + b"\nendstream\nendobj\n"
        rows[container] = b"\x01" + place.to_bytes(4, "big") + b"\0\0"
        return rows

    def _prev(self) -> bytes:
        return b"/Prev %d" % self.previous if self.previous is not None else b""

    def _close(self, start: int, section: bytes) -> Maker:
        self.data += section + b"startxref\n%d\n%%%%EOF" % start + self.end
        self.previous = start
        return self


def _form(entries: bytes, *, page: bytes = b"") -> dict[int, bytes]:
    return {
        **PAGE,
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm " + entries + b">>",
        3: PAGE[3][:-2] + page + b">>",
    }


_FIELD = b"<</FT/Sig/T(Judge)/Type/Annot/Subtype/Widget/F 4/Rect[72 72 272 122]/P 3 0 R%s>>"


def table() -> bytes:
    return Maker().table(PAGE, size=6).data


def carriage_returns() -> bytes:
    return Maker(end=b"\r\n").table(PAGE, size=6).data


def no_id() -> bytes:
    return Maker().table(PAGE, size=6, extra=b"").data


def xref_stream() -> bytes:
    return Maker(version=b"1.5").stream(PAGE, size=7).data


def object_stream() -> bytes:
    packed = {number: PAGE[number] for number in (1, 2, 3, 5)}
    return Maker(version=b"1.5").stream({4: PAGE[4]}, size=8, packed=packed).data


def hybrid() -> bytes:
    """A table whose trailer names a stream that lists further, packed objects (7.5.8.4)."""
    maker = Maker(version=b"1.5")
    maker.stream({}, size=10, packed={5: PAGE[5]}, hidden=True)
    shown = {number: body for number, body in PAGE.items() if number != 5}
    return maker.table(shown, size=10, extra=ID + b"/XRefStm %d" % maker.hidden).data


def revised() -> bytes:
    """A table, then three updates: the page twice, the catalog once."""
    maker = Maker().table(PAGE, size=6)
    for turn in (1, 2):
        maker.table({3: PAGE[3][:-2] + b"/Rotate %d>>" % (90 * turn)}, size=6, free=False)
    return maker.table({1: b"<</Type/Catalog/Pages 2 0 R/Lang(fa-IR)>>"}, size=6, free=False).data


def mixed_chain() -> bytes:
    """A stream, then an update with a table."""
    maker = Maker(version=b"1.5").stream(PAGE, size=7)
    return maker.table({3: PAGE[3][:-2] + b"/Rotate 180>>"}, size=7, free=False).data


def linearised() -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf(pages=3))) as pdf:
        pdf.save(buffer, linearize=True, deterministic_id=True)
    return buffer.getvalue()


def nested_pages() -> bytes:
    pages = {2: b"<</Type/Pages/Kids[6 0 R]/Count 1>>", 6: b"<</Type/Pages/Parent 2 0 R/Kids[3 0 R]/Count 1>>"}
    return Maker().table({**PAGE, **pages, 3: PAGE[3].replace(b"/Parent 2", b"/Parent 6")}, size=7).data


def annotations_elsewhere() -> bytes:
    """The page's annotations and the form's fields are arrays of their own."""
    objects = _form(b"<</Fields 6 0 R/DA(/Helv 0 Tf)>>", page=b"/Annots 7 0 R")
    return Maker().table({**objects, 6: b"[]", 7: b"[]"}, size=8).data


def form_elsewhere() -> bytes:
    objects = _form(b"6 0 R")
    return Maker().table({**objects, 6: b"<</Fields[]/SigFlags 0/DR<</Font<<>>>>>>"}, size=7).data


def empty_field() -> bytes:
    objects = _form(b"<</Fields[6 0 R]>>", page=b"/Annots[6 0 R]")
    return Maker().table({**objects, 6: _FIELD % b""}, size=7).data


def locking_field() -> bytes:
    lock = b"/Lock<</Type/SigFieldLock/Action/Include/Fields[(Amount)]>>"
    objects = _form(b"<</Fields[6 0 R 7 0 R]>>", page=b"/Annots[6 0 R 7 0 R]")
    text = b"<</FT/Tx/T(Amount)/V(100)/Type/Annot/Subtype/Widget/F 4/Rect[72 200 272 220]/P 3 0 R>>"
    return Maker().table({**objects, 6: _FIELD % lock, 7: text}, size=8).data


def odd_names() -> bytes:
    """Names with `#`, strings with every kind of octet, real numbers and nulls in what must be rewritten."""
    page = b"/A#20B/C#23D/S<00ff28295c0d0a>/T(a\\(b\\)\\\\\\r)/R -.5/N null/L[1.25 true/X]"
    objects = {**PAGE, 3: PAGE[3][:-2] + page + b">>"}
    return Maker().table(objects, size=6).data


SHAPES: dict[str, Callable[[], bytes]] = {
    "table": table,
    "carriage-returns": carriage_returns,
    "no-id": no_id,
    "xref-stream": xref_stream,
    "object-stream": object_stream,
    "hybrid": hybrid,
    "revised": revised,
    "mixed-chain": mixed_chain,
    "linearised": linearised,
    "nested-pages": nested_pages,
    "annotations-elsewhere": annotations_elsewhere,
    "form-elsewhere": form_elsewhere,
    "empty-field": empty_field,
    "locking-field": locking_field,
    "odd-names": odd_names,
}
