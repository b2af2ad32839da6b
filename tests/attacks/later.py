"""Attacks on permissions, forms, pages and the security store, by what came after a signature."""

from __future__ import annotations

from tests.attacks.fixture import FAILED, UNDECIDED, attack, change, edit, honest, shown
from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, CONTENT, FORM, PAGE, PAGES, ROOT, SHOWN, File, form_xobject, stream


def _entries(number: int, entries: bytes, base: File | None = None) -> File:
    file = base or build.signed()
    return file.update({number: file.objects[number][:-2] + entries + b">>"})


# PDF-12: annotations. What permission 3 allows is listed with page and box; nothing else is.

_BOX = b"/Rect[60 690 260 720]"
_KINDS = {
    "FreeText": b"/Contents(Pay 999)/DA(/F1 12 Tf)/AP<</N %d 0 R>>",
    "Stamp": b"/AP<</N %d 0 R>>",
    "Redact": b"/QuadPoints[60 690 260 690 60 720 260 720]/AP<</N %d 0 R>>",
    "Square": b"/IC[1 1 1]/C[1 1 1]/AP<</N %d 0 R>>",
    "Ink": b"/InkList[[60 690 260 720]]/AP<</N %d 0 R>>",
    "Highlight": b"/QuadPoints[60 690 260 690 60 720 260 720]/AP<</N %d 0 R>>",
    "Watermark": b"/AP<</N %d 0 R>>",
    "FileAttachment": b"/AP<</N %d 0 R>>",
    "Screen": b"/AP<</N %d 0 R>>",
    "Widget": b"/AP<</N %d 0 R>>",
}


def annotated(subtype: str, permission: int | None, *, second: bool = False) -> File:
    """Return a document over whose amount an annotation draws another, alone or under a second signature."""
    file = build.signed(certify=permission)
    place = file.size + 10
    body = b"<</Type/Annot/Subtype/%s%s/P 3 0 R%s>>" % (subtype.encode(), _BOX, _KINDS[subtype] % (place + 1))
    changes = {
        PAGE: build.with_reference(file.objects[PAGE], b"/Annots[", place), place: body,
        place + 1: form_xobject(b"Pay 999"),
    }  # fmt: skip
    return file.sign("Signature2", changes=changes) if second else file.update(changes)


ANNOTATIONS = tuple(_KINDS)


# PDF-13: visible signatures.


@attack("PDF-13", code="PDF_CHANGE_FORBIDDEN")
def sneaky_signature_although_nothing_may_come() -> File:
    file = build.signed(certify=1)
    place = file.size + 2
    return file.sign("Signature2", rect=b"60 690 260 720", widget=b"/AP<</N %d 0 R>>" % place,
                     changes={place: form_xobject(b"Pay 999")})  # fmt: skip


@attack("PDF-13", code="PDF_SIGNATURE_COVERS_PAGE", verdict=UNDECIDED)
def sneaky_signature_over_half_a_page() -> File:
    file = build.signed(certify=3)
    place = file.size + 2
    return file.sign("Signature2", rect=b"0 400 595 842", widget=b"/AP<</N %d 0 R>>" % place,
                     changes={place: form_xobject(b"Pay 999")})  # fmt: skip


@honest("PDF-13", changes="permitted")
def small_seal_of_a_later_signer() -> File:
    file = build.signed(certify=2)
    place = file.size + 2
    return file.sign("Signature2", rect=b"400 50 500 90", widget=b"/AP<</N %d 0 R>>" % place,
                     changes={place: form_xobject(b"Second signer")})  # fmt: skip


# PDF-14 to PDF-16: permissions.


@attack("PDF-14", code="PDF_OBJECT_CHANGED")
def content_replaced_at_every_permission() -> File:
    return build.signed(certify=3).update({CONTENT: shown(b"Pay 999")})


@attack("PDF-14", code="PDF_OBJECT_CHANGED")
def page_added_to_a_certified_document() -> File:
    file = build.signed(certify=3)
    pages = b"<</Type/Pages/Kids[3 0 R %d 0 R]/Count 2>>" % file.size
    return file.update({PAGES: pages, file.size: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"})


@attack("PDF-14", code="PDF_CHANGE_FORBIDDEN")
def note_added_where_only_filling_is_permitted() -> File:
    file = build.signed(certify=2)
    page = build.with_reference(file.objects[PAGE], b"/Annots[", file.size)
    return file.update({PAGE: page, file.size: b"<</Type/Annot/Subtype/Text/Rect[500 700 520 720]/Contents(x)/P 3 0 R>>"})


def _locked_parent() -> File:
    """A locked field whose parts stand in objects of their own."""
    objects = build.practice_objects()
    objects[20] = b"<</FT/Tx/T(claim)/Kids[21 0 R]>>"
    objects[21] = b"<</T(sum)/Parent 20 0 R/Kids[22 0 R]/V(100)>>"
    objects[22] = b"<</Type/Annot/Subtype/Widget/Parent 21 0 R/Rect[100 500 200 520]/P 3 0 R/AP<</N 23 0 R>>>>"
    objects[23] = form_xobject(b"100")
    objects[FORM] = build.with_reference(objects[FORM], b"/Fields[", 20)
    objects[PAGE] = build.with_reference(objects[PAGE], b"/Annots[", 22)
    lock = b"/Reference[<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<</Action/Include/Fields[(claim)]/V/1.2>>>>]"
    return build.document(objects).sign(entries=lock)


@attack("PDF-15", code="PDF_LOCKED_FIELD_CHANGED")
def value_of_a_field_below_a_locked_one() -> File:
    file = _locked_parent()
    return file.update({
        21: change(file.objects[21], b"/V(100)", b"/V(999)"), 22: change(file.objects[22], b"/N 23", b"/N 40"),
        40: form_xobject(b"999"),
    })  # fmt: skip


@attack("PDF-15", code="PDF_APPEARANCE_ONLY")
def appearance_of_a_locked_field() -> File:
    return _locked_parent().update({23: form_xobject(b"999")})


@attack("PDF-15", code="PDF_FIELD_REMOVED")
def kid_of_a_locked_field_taken_away() -> File:
    file = _locked_parent()
    return file.update({20: b"<</FT/Tx/T(claim)/Kids[]>>"})


@attack("PDF-15", code="PDF_FIELD_REMOVED")
def locked_field_renamed_then_filled() -> File:
    file = _locked_parent()
    renamed = file.update({20: change(file.objects[20], b"/T(claim)", b"/T(other)")})
    return renamed.update({21: change(file.objects[21], b"/V(100)", b"/V(999)"), 23: form_xobject(b"999")})


@attack("PDF-15", code="PDF_LOCKED_FIELD_CHANGED")
def locked_field_filled_under_a_second_signature() -> File:
    file = _locked_parent()
    changes = {21: change(file.objects[21], b"/V(100)", b"/V(999)"), 23: form_xobject(b"999")}
    return file.sign("Signature2", changes=changes)


def _docmdp(permission: int) -> bytes:
    return (
        b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P %d>>>>]" % permission
    )


@attack("PDF-16", code="PDF_CERTIFICATION_NOT_FIRST", verdict=UNDECIDED)
def second_certification_without_an_entry() -> File:
    return build.signed(certify=2).sign("Signature2", entries=_docmdp(3))


@attack("PDF-16", code="PDF_PERMS_CHANGED")
def permissions_redirected_to_a_second_certification() -> File:
    file = build.signed(certify=1)
    root = change(file.objects[ROOT], b"/DocMDP 10 0 R", b"/DocMDP %d 0 R" % file.size)
    return file.sign("Signature2", entries=_docmdp(3), changes={ROOT: root})


@attack("PDF-16", code="PDF_CERTIFICATION_NOT_FIRST", verdict=UNDECIDED)
def certification_after_an_approval_without_an_entry() -> File:
    return build.signed().sign("Signature2", entries=_docmdp(2))


@attack("PDF-16", code="PDF_CHANGE_FORBIDDEN")
def filled_under_a_wider_second_certification() -> File:
    file = build.signed(certify=1).sign("Signature2", entries=_docmdp(3))
    return file.update({AMOUNT: build.amount(b"250", SHOWN), SHOWN: form_xobject(b"250")})


# PDF-17: pages and what leads through them.


@attack("PDF-17", code="PDF_OBJECT_CHANGED")
def page_removed() -> File:
    return _two_pages().update({PAGES: b"<</Type/Pages/Kids[3 0 R]/Count 1>>"})


@attack("PDF-17", code="PDF_OBJECT_CHANGED")
def pages_reordered() -> File:
    return _two_pages().update({PAGES: b"<</Type/Pages/Kids[20 0 R 3 0 R]/Count 2>>"})


def _two_pages() -> File:
    objects = build.practice_objects()
    objects[PAGES] = b"<</Type/Pages/Kids[3 0 R 20 0 R]/Count 2>>"
    objects[20] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 21 0 R>>"
    objects[21] = shown(b"Second page: this does not count")
    return build.document(objects).sign()


@attack("PDF-17", code="PDF_PAGE_CHANGED")
def page_cropped_to_hide_a_line() -> File:
    return edit(PAGE, b"/MediaBox[0 0 595 842]", b"/MediaBox[0 0 595 842]/CropBox[0 0 595 690]")


@attack("PDF-17", code="PDF_OBJECT_CHANGED")
def inherited_page_size_changed() -> File:
    objects = build.practice_objects()
    objects[PAGE] = change(objects[PAGE], b"/MediaBox[0 0 595 842]", b"")
    objects[PAGES] = objects[PAGES][:-2] + b"/MediaBox[0 0 595 842]>>"
    return build.document(objects).sign().update({PAGES: objects[PAGES].replace(b"842", b"690")})


@attack("PDF-17", code="PDF_PAGE_CHANGED", verdict=UNDECIDED)
def order_of_tabs_changed() -> File:
    objects = build.practice_objects()
    objects[PAGE] = objects[PAGE][:-2] + b"/Tabs/R>>"
    file = build.document(objects).sign()
    return file.update({PAGE: change(file.objects[PAGE], b"/Tabs/R", b"/Tabs/C")})


@attack("PDF-17", code="PDF_CATALOG_CHANGED")
def outlines_added() -> File:
    file = build.signed()
    item = b"<</Title(Pay 999)/Parent 40 0 R/Dest[3 0 R/Fit]>>"
    return file.update({
        ROOT: file.objects[ROOT][:-2] + b"/Outlines 40 0 R/PageMode/UseOutlines>>",
        40: b"<</Type/Outlines/First 41 0 R/Last 41 0 R/Count 1>>", 41: item,
    })  # fmt: skip


@attack("PDF-17", code="PDF_OBJECT_CHANGED")
def outlines_changed() -> File:
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/Outlines 20 0 R>>"
    objects[20] = b"<</Type/Outlines/First 21 0 R/Last 21 0 R/Count 1>>"
    objects[21] = b"<</Title(Pay 100)/Parent 20 0 R/Dest[3 0 R/Fit]>>"
    return build.document(objects).sign().update({21: objects[21].replace(b"100", b"999")})


@attack("PDF-17", code="PDF_CATALOG_CHANGED")
def page_labels_added() -> File:
    return _entries(ROOT, b"/PageLabels<</Nums[0<</P(Annex )>>]>>")


@attack("PDF-17", code="PDF_CATALOG_CHANGED")
def named_destinations_added() -> File:
    return _entries(ROOT, b"/Dests<</a[3 0 R/Fit]>>")


@attack("PDF-17", code="PDF_CATALOG_CHANGED")
def direction_of_reading_changed() -> File:
    return _entries(ROOT, b"/ViewerPreferences<</Direction/R2L/DisplayDocTitle true>>")


@attack("PDF-17", code="PDF_CATALOG_CHANGED")
def structure_tree_added() -> File:
    file = build.signed()
    element = b"<</S/P/P 40 0 R/ActualText(Pay 999)/Pg 3 0 R/K 0>>"
    return file.update({
        ROOT: file.objects[ROOT][:-2] + b"/StructTreeRoot 40 0 R/MarkInfo<</Marked true>>>>",
        40: b"<</Type/StructTreeRoot/K 41 0 R>>", 41: element,
    })  # fmt: skip


@attack("PDF-17", code="PDF_STRUCTURE_CHANGED", verdict=UNDECIDED)
def text_for_readers_aloud_changed() -> File:
    """Who has the document read aloud hears 999 where the page shows 100."""
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/StructTreeRoot 20 0 R/MarkInfo<</Marked true>>>>"
    objects[20] = b"<</Type/StructTreeRoot/K 21 0 R>>"
    objects[21] = b"<</S/P/P 20 0 R/ActualText(Pay 100)/Pg 3 0 R/K 0>>"
    return build.document(objects).sign().update({21: objects[21].replace(b"100", b"999")})


@attack("PDF-17", code="PDF_OBJECT_CHANGED")
def attachment_replaced() -> File:
    objects = build.practice_objects()
    objects[20] = stream(b"Pay 100", b"/Type/EmbeddedFile")
    objects[21] = b"<</Type/Filespec/F(annex.txt)/UF(annex.txt)/EF<</F 20 0 R>>>>"
    objects[ROOT] = objects[ROOT][:-2] + b"/Names<</EmbeddedFiles<</Names[(annex.txt)21 0 R]>>>>>>"
    return build.document(objects).sign().update({20: stream(b"Pay 999", b"/Type/EmbeddedFile")})


@attack("PDF-17", code="PDF_ANNOTATION_CHANGED", verdict=UNDECIDED)
def link_redirected() -> File:
    objects = build.practice_objects()
    objects[build.NOTE] = b"<</Type/Annot/Subtype/Link/Rect[60 690 260 720]/P 3 0 R/A<</S/URI/URI(https://court.example)>>>>"
    file = build.document(objects).sign()
    return file.update({build.NOTE: objects[build.NOTE].replace(b"court.example", b"other.example")})


@attack("PDF-17", code="PDF_OBJECT_FREED")
def annotation_freed() -> File:
    return build.signed().update({}, free=(build.NOTE,))


# PDF-18 and PDF-19: the store, and what is taken away.


def _store(entries: bytes, changes: dict[int, bytes]) -> File:
    file = build.signed()
    return file.update({ROOT: file.objects[ROOT][:-2] + b"/DSS<<%s>>>>" % entries, **changes})


@attack("PDF-18", code="PDF_DSS_OVERWRITES")
def content_overwritten_as_a_response() -> File:
    return _store(b"/OCSPs[4 0 R]", {CONTENT: shown(b"Pay 999")})


@attack("PDF-18", code="PDF_DSS_OVERWRITES")
def content_overwritten_in_an_entry_of_the_store() -> File:
    return _store(b"/VRI<</00112233445566778899AABBCCDDEEFF00112233<</CRL[4 0 R]>>>>", {CONTENT: shown(b"Pay 999")})


@attack("PDF-18", code="PDF_OBJECT_CHANGED")
def content_overwritten_as_the_time_of_an_entry() -> File:
    return _store(b"/VRI<</00112233445566778899AABBCCDDEEFF00112233<</TU 4 0 R>>>>", {CONTENT: shown(b"Pay 999")})


@attack("PDF-18", code="PDF_OBJECT_ADDED")
def dormant_content_defined_as_a_certificate() -> File:
    """The signed page refers to an object that does not exist; the store brings it."""
    objects = build.practice_objects()
    objects[PAGE] = change(objects[PAGE], b"/Contents 4 0 R", b"/Contents[4 0 R 90 0 R]")
    file = build.document(objects).sign()
    root = file.objects[ROOT][:-2] + b"/DSS<</Certs[90 0 R]>>>>"
    return file.update({ROOT: root, 90: stream(b" BT /F1 12 Tf 130 700 Td (000) Tj ET")})


@attack("PDF-18", code="PDF_DSS_MALFORMED", verdict=UNDECIDED)
def store_that_brings_a_page_along() -> File:
    return _store(b"/Certs[40 0 R]", {40: stream(b"x", b"/Page 41 0 R"), 41: b"<</Type/Page/Contents 4 0 R>>"})


@attack("PDF-18", code="PDF_DSS_MALFORMED")
def form_as_the_store() -> File:
    file = build.signed()
    return file.update({
        ROOT: file.objects[ROOT][:-2] + b"/DSS 6 0 R>>", FORM: file.objects[FORM][:-2] + b"/NeedAppearances true>>",
    })  # fmt: skip


@attack("PDF-19", code="PDF_SIGNATURE_REMOVED")
def signature_field_renamed() -> File:
    file = build.signed()
    return file.update({11: change(file.objects[11], b"/T(Signature1)", b"/T(Signature9)")})


@attack("PDF-19", code="PDF_SIGNATURE_REMOVED")
def value_of_a_signature_taken_away() -> File:
    file = build.signed()
    return file.sign("Signature2").update({11: change(file.objects[11], b"/V 10 0 R", b"")})


@attack("PDF-19", code="PDF_SIGNATURE_REMOVED")
def form_without_its_fields() -> File:
    return edit(FORM, b"/Fields[7 0 R 11 0 R]", b"/Fields[]")


@attack("PDF-19", code="PDF_SIGNATURE_REMOVED")
def catalog_without_its_form() -> File:
    return build.signed().update({ROOT: b"<</Type/Catalog/Pages 2 0 R>>"})


# PDF-27: what changes the view without a change of octets, added later.


@attack("PDF-27", code="PDF_PAGE_CHANGED")
def script_of_a_page_added() -> File:
    return _entries(PAGE, b"/AA<</O<</S/JavaScript/JS(x)>>>>")


@attack("PDF-27", code="PDF_CATALOG_CHANGED")
def scripts_of_the_document_added() -> File:
    return _entries(ROOT, b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>")


@attack("PDF-27", code="PDF_ACROFORM_CHANGED")
def order_of_calculation_added() -> File:
    return _entries(FORM, b"/CO[7 0 R]")


@attack("PDF-27", code="PDF_CATALOG_CHANGED")
def portfolio_made_of_a_document() -> File:
    return _entries(ROOT, b"/Collection<</Type/Collection/View/T/D(annex.txt)>>")


@attack("PDF-27", code="PDF_OBJECT_CHANGED", verdict=FAILED)
def content_moved_into_another_file() -> File:
    return build.signed().update({CONTENT: b"<</F(other.txt)/Length 0>>\nstream\n\nendstream"})
