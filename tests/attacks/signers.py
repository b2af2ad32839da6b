"""Attacks on who signed and when: what a dictionary or an appearance says is a claim."""

from __future__ import annotations

from tests.attacks.fixture import attack, honest
from tests.formats.pdf import build
from tests.formats.pdf.build import FORM, PAGE, File, form_xobject

CLAIMED = b"/Name(A Judge)/Reason(Ruling)/Location(Court)/ContactInfo(judge@court.example)/M(D:19990101000000Z)"


@honest("PDF-25", changes="none")
def dictionary_that_calls_itself_a_judge() -> File:
    """The octets are intact; who signed is said by the certificate alone, and the time is a claim."""
    return build.document().sign(entries=CLAIMED)


@attack("PDF-25", code="PDF_SIGNATURE_REDEFINED")
def reason_changed_later() -> File:
    file = build.document().sign(entries=CLAIMED)
    start = file.data.index(b"10 0 obj\n") + 9
    body = file.data[start : file.data.index(b"\nendobj", start)]
    return file.update({10: body.replace(b"(A Judge)", b"(A Thief)")})


@honest("PDF-26", changes="none")
def appearance_that_names_somebody_else() -> File:
    """A seal may draw whatever its signer likes: it is signed along, and it is no evidence."""
    place = build.document().size + 2
    return build.document().sign(rect=b"50 50 250 90", widget=b"/AP<</N %d 0 R>>" % place,
                                 changes={place: form_xobject(b"Signed: A Judge")})  # fmt: skip


@attack("PDF-26", code="PDF_APPEARANCE_ONLY")
def appearance_of_a_signature_overwritten_in_place() -> File:
    file = appearance_that_names_somebody_else()
    assert isinstance(file, File)
    return file.update({12: form_xobject(b"Signed: A Minister")})


@attack("PDF-26", code="PDF_EMPTY_SIGNATURE_FIELD_ADDED")
def empty_field_that_looks_signed() -> File:
    file = build.signed()
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Judge)/Rect[50 50 250 90]/P 3 0 R/AP<</N 41 0 R>>>>"
    return file.update({
        40: field, 41: form_xobject(b"Signed: A Judge"), PAGE: build.with_reference(file.objects[PAGE], b"/Annots[", 40),
        FORM: build.with_reference(file.objects[FORM], b"/Fields[", 40),
    })  # fmt: skip
