"""Objects that play two parts, fonts that fields wait for, drawings that pose as text: what fresh eyes found."""

from __future__ import annotations

from tests.attacks.fixture import INTACT, UNDECIDED, attack, change, honest, shown
from tests.attacks.forgeries import STAMP
from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, CONTENT, FORM, PAGE, PAGES, ROOT, SHOWN, File, form_xobject, stream

_NINES = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/Differences[49/nine]>>>>"
"""A font in which 1 looks like 9."""
_MORE = b"BT /F1 12 Tf 130 700 Td (000) Tj ET"
"""Makes `Pay 100` to `Pay 100000`."""


@attack("PDF-18", "PDF-11", code="PDF_DSS_OVERWRITES")
def store_that_is_the_page() -> File:
    """The page is the security store, and its contents are the certificates: one array, two names."""
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/DSS 3 0 R>>"
    objects[PAGE] = change(objects[PAGE], b"/Contents 4 0 R", b"/Contents 31 0 R/Certs 31 0 R")
    objects[31] = b"[4 0 R]"
    file = build.document(objects).sign()
    return file.update({31: b"[4 0 R %d 0 R]" % file.size, file.size: stream(b" " + _MORE)})


@attack("PDF-10", "PDF-11", code="PDF_OBJECT_SHARED", verdict=UNDECIDED)
def field_that_is_the_pictures_of_the_page() -> File:
    """The dictionary of a field is that of the page's pictures: its value is drawn by the page."""
    objects = build.practice_objects()
    objects[PAGE] = change(objects[PAGE], b"<</Font<</F1 5 0 R>>>>", b"<</Font<</F1 5 0 R>>/XObject 7 0 R>>")
    objects[CONTENT] = stream(build.CONTENT_TEXT + b" /V Do")
    file = build.document(objects).sign()
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>"
    field = change(file.objects[AMOUNT], b"/V(100)", b"/V %d 0 R" % file.size).replace(b"/AP<</N 8 0 R>>", b"")
    return file.update({AMOUNT: field, file.size: stream(_MORE, entries)})


@attack("PDF-10", "PDF-11", code="PDF_OBJECT_SHARED", verdict=UNDECIDED)
def field_that_is_the_fonts_of_the_page() -> File:
    """The appearances of a field are a font of the page, under the name /AP."""
    objects = build.practice_objects()
    objects[PAGE] = change(objects[PAGE], b"<</Font<</F1 5 0 R>>>>", b"<</Font 7 0 R>>")
    font = b"/AP<</N 8 0 R/Type/Font/Subtype/Type1/BaseFont/Helvetica>>/F1 5 0 R"
    objects[AMOUNT] = change(objects[AMOUNT], b"/AP<</N 8 0 R>>", font)
    objects[CONTENT] = stream(b"BT /AP 12 Tf 72 700 Td (Pay 100) Tj ET")
    file = build.document(objects).sign()
    field = change(file.objects[AMOUNT], b"/V(100)", b"/V(250)")
    field = change(field, b"/AP<</N 8 0 R", b"/AP<</N %d 0 R/Encoding<</Differences[49/nine]>>" % file.size)
    return file.update({AMOUNT: field, file.size: form_xobject(b"250")})


@attack("PDF-12", "PDF-11", code="PDF_OBJECT_SHARED", verdict=UNDECIDED)
def note_that_is_a_graphics_state() -> File:
    """What a note says of its opacity is that of text which the page draws without any."""
    objects = build.practice_objects()
    objects[20] = b"<</Type/ExtGState/Subtype/Text/Rect[500 800 520 820]/CA 0>>"
    resources = b"/Resources<</Font<</F1 5 0 R>>/ExtGState<</G 20 0 R>>>>"
    objects[PAGE] = change(objects[PAGE], b"/Resources<</Font<</F1 5 0 R>>>>", resources)
    objects[CONTENT] = stream(build.CONTENT_TEXT + b" q /G gs BT 1 Tr /F1 12 Tf 130 700 Td (000) Tj ET Q")
    return build.certified(build.document(objects), 3).update({20: change(objects[20], b"/CA 0", b"/CA 1")})


@attack("PDF-12", "PDF-11", code="PDF_OBJECT_SHARED", verdict=UNDECIDED)
def note_that_is_a_page() -> File:
    objects = build.practice_objects()
    objects[PAGES] = b"<</Type/Pages/Kids 30 0 R/Count 2>>"
    objects[30] = b"[3 0 R 31 0 R]"
    objects[31] = b"<</Subtype/Text/Rect[500 800 520 820]/Contents 32 0 R>>"
    objects[32] = shown(b"Pay 100")
    file = build.certified(build.document(objects), 3)
    return file.update({31: change(objects[31], b"32 0 R", b"%d 0 R" % file.size), file.size: shown(b"Pay 999")})


@attack("PDF-10", "PDF-18", code="PDF_ACROFORM_CHANGED", verdict=UNDECIDED)
def font_that_a_field_waits_for_beside_a_stamp() -> File:
    """A field names a font that is not there; a worthless time-stamp is the pretext to bring one in."""
    return _awaited().sign("Stamp", dictionary=STAMP, changes=_brought(_NINES))


@attack("PDF-10", code="PDF_ACROFORM_CHANGED", verdict=UNDECIDED)
def font_that_a_field_waits_for_beside_a_signature() -> File:
    return _awaited().sign("Second", changes=_brought(_NINES))


@honest("PDF-10", changes="permitted")
def plain_font_that_a_field_waits_for() -> File:
    """What a writer of visible signatures does: it brings the plain font that the fields name."""
    return _awaited().sign("Second", changes=_brought(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"))


def _awaited() -> File:
    objects = build.practice_objects()
    objects[FORM] = change(objects[FORM], b"/DA(/F1 0 Tf 0 g)", b"/DA(/F#39 12 Tf 0 g)")
    objects[AMOUNT] = change(objects[AMOUNT], b"/AP<</N 8 0 R>>", b"/DA(/F9 12 Tf 0 g)")
    return build.document(objects).sign()


def _brought(font: bytes) -> dict[int, bytes]:
    file = _awaited()
    return {FORM: change(file.objects[FORM], b"/F1 5 0 R>>", b"/F1 5 0 R/F9 60 0 R>>"), 60: font}


@attack("PDF-10", "PDF-11", code="PDF_ACROFORM_CHANGED")
def catalog_that_is_a_node_of_the_pages() -> File:
    """The catalog stands above the page, so that the pages inherit the form's resources, and a signature changes them."""
    objects = build.practice_objects()
    del objects[FORM]
    objects[20] = b"<</Font<</F1 5 0 R>>/XObject<</Im 8 0 R>>>>"
    objects[ROOT] = (
        b"<</Type/Catalog/Pages 2 0 R/Kids[2 0 R]/Count 1/Resources 20 0 R"
        b"/AcroForm<</Fields[7 0 R]/DA(/F1 0 Tf 0 g)/DR 20 0 R>>>>"
    )
    objects[PAGES] = b"<</Type/Pages/Parent 1 0 R/Kids[3 0 R]/Count 1>>"
    objects[PAGE] = change(objects[PAGE], b"/Resources<</Font<</F1 5 0 R>>>>", b"")
    objects[CONTENT] = stream(build.CONTENT_TEXT + b" q 1 0 0 1 130 700 cm /Im Do Q")
    file = _signed_in_the_catalog(build.document(objects), b"S1", {})
    changes = {20: change(objects[20], b"/Im 8 0 R", b"/Im 60 0 R"), 60: form_xobject(b"999")}
    return _signed_in_the_catalog(file, b"S2", changes)


def _signed_in_the_catalog(file: File, name: bytes, changes: dict[int, bytes]) -> File:
    number, place = file.size, file.size + 1
    body = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange%s/Contents<%s>>>" % (
        build.RANGE, b"0" * 2 * build.HOLE,
    )  # fmt: skip
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(%s)/F 132/Rect[0 0 0 0]/P 3 0 R/V %d 0 R>>" % (name, number)
    root = change(file.objects[ROOT], b"/Fields[", b"/Fields[%d 0 R " % place)
    page = build.with_reference(file.objects[PAGE], b"/Annots[", place)
    return file.update({number: body, place: field, ROOT: root, PAGE: page, **changes}).seal(len(file.data))


def _drawn(content: bytes) -> File:
    """Fill in 250; the appearance is given."""
    file = build.signed()
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</F1 5 0 R>>>>"
    return file.update({AMOUNT: build.amount(b"250", file.size), file.size: stream(content, entries)})


@attack("PDF-10", code="PDF_APPEARANCE_UNREADABLE", verdict=UNDECIDED)
def digits_drawn_as_boxes_beside_tiny_text() -> File:
    return _drawn(b"0 g 5 2 4 16 re 20 2 4 16 re 35 2 4 16 re f BT /F1 2.1 Tf 95 1 Td (250) Tj ET")


@attack("PDF-10", code="PDF_APPEARANCE_UNREADABLE", verdict=UNDECIDED)
def digits_drawn_as_lines_beside_tiny_text() -> File:
    return _drawn(b"2 w 15 2 m 15 18 l 5 18 l 5 10 l 15 10 l S BT /F1 2.1 Tf 90 1 Td (250) Tj ET")


@honest("PDF-10", changes="permitted")
def text_on_a_ground_with_a_border() -> File:
    return _drawn(
        b"0.9 g 0 0 100 20 re f 1 G 0.5 0.5 99 19 re s 1 g 1 1 m 1 19 l 99 19 l 98 18 l 2 18 l 2 2 l f"
        b" 0 G 0 0.5 m 100 0.5 l S 0 g BT /F1 10 Tf 3 6 Td (250) Tj ET"
    )


def _shape(kind: bytes, entries: bytes) -> File:
    file = build.signed(certify=3)
    note = b"<</Type/Annot/Subtype/%s/Rect[400 50 440 90]/P 3 0 R/C[0 0 0]/BS<</W 4>>%s>>" % (kind, entries)
    return file.update({PAGE: build.with_reference(file.objects[PAGE], b"/Annots[", file.size), file.size: note})


@attack("PDF-12", code="CHANGE_NOT_JUDGED", verdict=UNDECIDED)
def line_that_leaves_its_rectangle() -> File:
    """It strikes the amount out where a reader does not cut at the rectangle."""
    return _shape(b"Line", b"/L[60 704 200 704]")


@attack("PDF-12", code="CHANGE_NOT_JUDGED", verdict=UNDECIDED)
def ink_that_leaves_its_rectangle() -> File:
    return _shape(b"Ink", b"/InkList[[410 60 420 70][60 704 200 704]]")


@honest("PDF-12", changes="permitted")
def line_inside_its_rectangle() -> File:
    return _shape(b"Line", b"/L[402 52 438 88]")


@attack("PDF-17", "PDF-13", code="PDF_STRUCTURE_ADDED", verdict=INTACT)
def words_read_aloud_beside_a_stamp() -> File:
    """An invisible time-stamp brings a structure element whose words nobody sees, and who has it read aloud hears.

    Told as shown, so that a policy with trust does not pass it before somebody signs it.
    """
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/StructTreeRoot 20 0 R/MarkInfo<</Marked true>>>>"
    objects[20] = b"<</Type/StructTreeRoot/K[21 0 R]/ParentTree 22 0 R/ParentTreeNextKey 1>>"
    objects[21] = b"<</Type/StructElem/S/P/P 20 0 R/Pg 3 0 R/K 0/ActualText(Pay 100)>>"
    objects[22] = b"<</Nums[0[21 0 R]]>>"
    file = build.document(objects).sign()
    element = b"<</Type/StructElem/S/Form/P 20 0 R/Pg 3 0 R/K<</Type/OBJR/Obj %d 0 R>>/Alt(Pay 999)>>" % (file.size + 1)
    tree = change(objects[20], b"/K[21 0 R]", b"/K[21 0 R 60 0 R]")
    return file.sign("Stamp", dictionary=STAMP, changes={20: tree, 60: element})


@honest("PDF-10", changes="permitted")
def appearance_of_a_filled_field_in_place() -> File:
    file = build.signed()
    return file.update({AMOUNT: build.amount(b"250", SHOWN), SHOWN: form_xobject(b"250")})


def _left_to_the_reader(appearance: bytes, changes: dict[int, bytes] | None = None) -> File:
    """Fill in 110 without a drawing: readers make one from the default appearance that comes along."""
    file = build.signed()
    field = change(file.objects[AMOUNT], b"/V(100)", b"/V(110)")
    field = change(field, b"/AP<</N 8 0 R>>", b"/DA(%s)" % appearance)
    return file.update({AMOUNT: field, **(changes or {})})


@attack("PDF-10", code="PDF_APPEARANCE_UNREADABLE", verdict=UNDECIDED)
def value_drawn_in_a_font_that_came_along() -> File:
    form = change(build.signed().objects[FORM], b"/F1 5 0 R>>", b"/F1 5 0 R/F9 60 0 R>>")
    return _left_to_the_reader(b"/F9 12 Tf 0 g", {FORM: form, 60: _NINES})


@attack("PDF-10", code="PDF_APPEARANCE_UNREADABLE", verdict=UNDECIDED)
def value_drawn_in_white() -> File:
    return _left_to_the_reader(b"/F1 12 Tf 1 g")


@attack("PDF-10", code="PDF_APPEARANCE_UNREADABLE", verdict=UNDECIDED)
def default_appearance_that_paints() -> File:
    return _left_to_the_reader(b"/F1 12 Tf ET 0 0 50 20 re f BT")


@honest("PDF-10", changes="permitted")
def value_drawn_by_the_reader_in_another_size() -> File:
    return _left_to_the_reader(b"/F1 9 Tf 0 g")


def _link(rectangle: bytes, width: int) -> File:
    file = build.signed(certify=3)
    note = b"<</Type/Annot/Subtype/Link/Rect[%s]/P 3 0 R/C[0 0 0]/BS<</W %d>>/A<</S/URI/URI(https://court.example)>>>>" % (
        rectangle, width,
    )  # fmt: skip
    return file.update({PAGE: build.with_reference(file.objects[PAGE], b"/Annots[", file.size), file.size: note})


@attack("PDF-12", code="CHANGE_NOT_JUDGED", verdict=UNDECIDED)
def link_whose_border_is_a_bar() -> File:
    return _link(b"90 701 130 709", 4)


@attack("PDF-12", code="CHANGE_NOT_JUDGED", verdict=UNDECIDED)
def link_so_low_that_its_border_is_a_bar() -> File:
    return _link(b"70 702 140 705", 1)


@honest("PDF-12", changes="permitted")
def link_around_some_words() -> File:
    return _link(b"70 698 140 714", 1)
