"""Shadow attacks: what was prepared before the signature is hidden, replaced or swapped after it."""

from __future__ import annotations

from tests.attacks.fixture import attack, change, edit, honest, shown
from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, CONTENT, FONT, FORM, PAGE, PAGES, ROOT, SHOWN, File, form_xobject, stream

_COVER, _LAYER, _GROUP = 20, 21, 22
_WHITE = b"1 g 60 690 200 30 re f 0 g"


def _covered() -> File:
    """The signed page shows 100; under a white cover stands 999."""
    objects = build.practice_objects()
    objects[PAGE] = change(objects[PAGE], b"/Contents 4 0 R", b"/Contents[%d 0 R %d 0 R 4 0 R]" % (_LAYER, _COVER))
    objects[_LAYER] = shown(b"Pay 999")
    objects[_COVER] = stream(_WHITE)
    objects[CONTENT] = stream(b"BT /F1 12 Tf 72 700 Td (Pay 100) Tj ET")
    return build.document(objects).sign()


# PDF-09: hide.


@attack("PDF-09", code="PDF_OBJECT_FREED")
def cover_and_text_freed() -> File:
    return _covered().update({}, free=(_COVER, CONTENT))


@attack("PDF-09", code="PDF_OBJECT_CHANGED")
def cover_and_text_emptied() -> File:
    return _covered().update({_COVER: stream(b""), CONTENT: stream(b"")})


@attack("PDF-09", code="PDF_OBJECT_CHANGED")
def cover_turned_into_another_kind_of_object() -> File:
    return _covered().update({_COVER: b"null", CONTENT: b"null"})


def _picture_over_text() -> File:
    objects = build.practice_objects()
    objects[PAGE] = change(objects[PAGE], b"<</Font<</F1 5 0 R>>>>", b"<</Font<</F1 5 0 R>>/XObject<</Im 20 0 R>>>>")
    objects[CONTENT] = stream(build.CONTENT_TEXT + b" q 200 0 0 30 60 690 cm /Im Do Q")
    picture = b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"
    objects[_COVER] = stream(b"\xff", picture)
    return build.document(objects).sign()


@attack("PDF-09", code="PDF_OBJECT_CHANGED")
def covering_picture_turned_into_metadata() -> File:
    """Readers skip what is no picture: the text under it appears."""
    return _picture_over_text().update({_COVER: stream(b"", b"/Type/Metadata/Subtype/XML")})


@attack("PDF-09", code="PDF_CATALOG_CHANGED")
def covering_picture_turned_into_the_metadata_of_the_catalog() -> File:
    """The change of metadata is a pretext: the page still uses the object."""
    file = _picture_over_text()
    return file.update({
        ROOT: file.objects[ROOT][:-2] + b"/Metadata 20 0 R>>", _COVER: stream(b"", b"/Type/Metadata/Subtype/XML"),
    })  # fmt: skip


def _with_layer(state: bytes) -> File:
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/OCProperties 23 0 R>>"
    objects[23] = b"<</OCGs[22 0 R]/D<<%s>>>>" % state
    objects[_GROUP] = b"<</Type/OCG/Name(Layer)>>"
    objects[PAGE] = change(objects[PAGE], b"<</Font<</F1 5 0 R>>>>", b"<</Font<</F1 5 0 R>>/Properties<</L 22 0 R>>>>")
    objects[CONTENT] = stream(build.CONTENT_TEXT + b" /OC /L BDC BT /F1 12 Tf 130 700 Td (000) Tj ET EMC")
    return build.document(objects).sign()


@attack("PDF-09", "PDF-27", code="PDF_OBJECT_CHANGED")
def layer_switched_on() -> File:
    file = _with_layer(b"/OFF[22 0 R]")
    return file.update({23: change(file.objects[23], b"/OFF", b"/ON")})


# PDF-10: replace.


@attack("PDF-10", code="PDF_OBJECT_CHANGED")
def font_whose_digits_are_others() -> File:
    """The same octets, drawn by a font in which 1 looks like 9."""
    differences = b"<</Type/Encoding/Differences[49/nine/eight]>>"
    return build.signed().update({FONT: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding %s>>" % differences})


@attack("PDF-10", code="PDF_OBJECT_CHANGED")
def font_of_the_form_alone_replaced() -> File:
    """The form's default font is another object than the page's; only what fields show changes."""
    objects = build.practice_objects()
    objects[20] = objects[FONT]
    objects[FORM] = change(objects[FORM], b"/F1 5 0 R", b"/F1 20 0 R")
    objects[SHOWN] = change(objects[SHOWN], b"/F1 5 0 R", b"/F1 20 0 R")
    return build.document(objects).sign().update({20: objects[FONT][:-2] + b"/Encoding<</Differences[49/nine]>>>>"})


@attack("PDF-10", code="PDF_APPEARANCE_DIFFERS")
def value_and_appearance_say_different_amounts() -> File:
    """A machine reads the value, a person what is shown."""
    file = build.signed()
    place = file.size
    return file.update({AMOUNT: build.amount(b"250", place), place: form_xobject(b"999")})


@attack("PDF-10", code="PDF_FIELD_CHANGED")
def field_whose_font_program_is_a_script() -> File:
    return edit(AMOUNT, b"/FT/Tx", b"/FT/Tx/A<</S/JavaScript/JS(this.pageNum=0)>>")


# PDF-11: hide and replace.


def _two_documents() -> File:
    """Under the same catalog wait a second page tree and a second content; nothing refers to them."""
    objects = build.practice_objects()
    objects[30] = b"<</Type/Catalog/Pages 31 0 R/AcroForm 6 0 R>>"
    objects[31] = b"<</Type/Pages/Kids[32 0 R]/Count 1>>"
    objects[32] = objects[PAGE].replace(b"/Parent 2", b"/Parent 31").replace(b"/Contents 4", b"/Contents 33")
    objects[33] = shown(b"Pay 999")
    return build.document(objects).sign()


@attack("PDF-11", code="PDF_TRAILER_CHANGED")
def catalog_switched_to_one_that_waited() -> File:
    return _two_documents().update({}, trailer=b"/Root 30 0 R")


@attack("PDF-11", code="PDF_CATALOG_CHANGED")
def page_tree_switched_to_one_that_waited() -> File:
    file = _two_documents()
    return file.update({ROOT: change(file.objects[ROOT], b"/Pages 2 0 R", b"/Pages 31 0 R")})


@attack("PDF-11", code="PDF_PAGE_CHANGED")
def content_switched_to_one_that_waited() -> File:
    file = _two_documents()
    return file.update({PAGE: change(file.objects[PAGE], b"/Contents 4 0 R", b"/Contents 33 0 R")})


@attack("PDF-11", code="PDF_OBJECT_CHANGED")
def page_of_the_tree_switched_to_one_that_waited() -> File:
    return _two_documents().update({PAGES: b"<</Type/Pages/Kids[32 0 R]/Count 1>>"})


@attack("PDF-11", code="PDF_ENTRY_OUTSIDE_REVISION")
def entry_pointed_at_one_that_waited() -> bytes:
    """The second content bears the number of the first and no section lists it; the update does."""
    objects = build.practice_objects()
    paid = b"4 0 obj\n" + shown(b"Pay 999") + b"\nendobj\n"
    first = build.document(objects)
    file = first.update({}, junk=paid).sign()
    return file.sign("Signature2").update({}, rows={CONTENT: (len(first.data), 0, "n")}).data


@attack("PDF-11", "PDF-20", code="PDF_ENTRY_OUTSIDE_REVISION")
def stream_that_waited_as_a_hybrid_section() -> File:
    """A section that lists the second content waits among the signed octets; an update that adds a store leads to it."""
    first = build.document()
    paid = b"4 0 obj\n" + shown(b"Pay 999") + b"\nendobj\n"
    row = b"\x01" + len(first.data).to_bytes(4, "big")
    section = stream(row, b"/Type/XRef/W[1 4 0]/Index[4 1]/Size 31/Root 1 0 R")
    file = first.update({}, junk=paid + b"30 0 obj\n" + section + b"\nendobj\n").sign()
    root = file.objects[ROOT][:-2] + b"/DSS<</Certs[%d 0 R]>>>>" % file.size
    trailer = b"/Root 1 0 R/XRefStm %d" % (len(first.data) + len(paid))
    return file.update({ROOT: root, file.size: stream(b"x")}, trailer=trailer)


@attack("PDF-11", code="PDF_TRAILER_CHANGED")
def catalog_switched_under_a_second_signature() -> File:
    file = _two_documents()
    objects = {**file.objects, ROOT: file.objects[30]}
    switched = build.File(
        data=file.data, objects=objects, size=file.size, startxref=file.startxref, ends=file.ends, trailer=b"/Root 30 0 R"
    )
    return switched.sign("Signature2")


@honest("PDF-11", changes="none")
def document_in_which_a_second_one_waits() -> File:
    """Nothing shows it: what it could become is told when it becomes it."""
    return _two_documents()


@honest("PDF-09", changes="none")
def document_with_a_cover() -> File:
    return _covered()
