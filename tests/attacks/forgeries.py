"""Forged and manipulated documents, each a named fixture: what the class lists of the formats do not hold."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf

from tests.formats.pdf.build import (
    AMOUNT,
    FORM,
    HOLE,
    PAGE,
    RANGE,
    ROOT,
    File,
    compressed,
    document,
    form_xobject,
    practice_objects,
    signed,
    stream,
)

STAMP = b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/ByteRange%R/Contents%C>>"
"""A document time-stamp whose token is none: nobody needs an authority to add one."""
_FAR = 40
"""Objects of an attack stand so far behind those of the document."""

Forgery = Callable[[], bytes]


def stamp(rect: bytes, numbers: dict[int, bytes] | None = None, *, base: File | None = None) -> bytes:
    """Return a signed document with a worthless time-stamp whose appearance says another amount."""
    file = base or signed()
    shown = file.size + _FAR
    changes = {shown: form_xobject(b"Pay 900"), **(numbers or {})}
    return file.sign("Stamp", dictionary=STAMP, rect=rect, widget=b"/AP<</N %d 0 R>>" % shown, changes=changes).data


def box_in_other_objects() -> bytes:
    """The corners of the box are references: a reader that does not follow them sees an empty box."""
    first = signed().size + _FAR + 1
    numbers = {first: b"0", first + 1: b"595", first + 2: b"842"}
    return stamp(b"%d 0 R %d 0 R %d 0 R %d 0 R" % (first, first, first + 1, first + 2), numbers)


def box_of_five_numbers() -> bytes:
    """One reader takes the first four numbers, another none."""
    return stamp(b"0 0 595 842 5")


def box_over_a_cropped_page() -> bytes:
    """The page is huge, what is shown of it small: a seal over all that is shown is a small part of the page."""
    objects = practice_objects()
    objects[PAGE] = objects[PAGE].replace(b"/MediaBox[0 0 595 842]", b"/MediaBox[0 0 9000 9000]/CropBox[0 0 595 842]")
    return stamp(b"0 0 595 842", base=document(objects).sign())


def box_held_against_another_page() -> bytes:
    """The widget says that it stands on a page that does not exist, which counts as a large one."""
    objects = practice_objects()
    objects[PAGE] = objects[PAGE].replace(b"[0 0 595 842]", b"[0 0 298 420]")
    signed_part, mark, rest = stamp(b"0 0 298 300", base=document(objects).sign()).rpartition(b"/P 3 0 R/V")
    return signed_part + mark.replace(b"3", b"0") + rest


def stamp_in_a_widget_of_its_own() -> bytes:
    """The field comes first and has no box; its widget, which shows another amount, comes second."""
    objects = practice_objects()
    objects[FORM] = objects[FORM].replace(b"/Fields[7 0 R]", b"/Fields[7 0 R 10 0 R]")
    objects[10] = b"<</FT/Sig/T(Empty)/Kids[11 0 R]>>"
    objects[11] = b"<</Type/Annot/Subtype/Widget/Parent 10 0 R/P 3 0 R/Rect[50 50 150 150]>>"
    objects[PAGE] = objects[PAGE].replace(b"9 0 R]", b"9 0 R 11 0 R]")
    base = document(objects).sign()
    value = base.size
    body = STAMP.replace(b"%R", RANGE).replace(b"%C", b"<" + b"0" * 2 * HOLE + b">")
    changes = {
        value: body,
        10: objects[10][:-2] + b"/V %d 0 R>>" % value,
        11: objects[11][:-2] + b"/AP<</N %d 0 R>>>>" % (value + 1),
        value + 1: form_xobject(b"Pay 900"),
    }
    return base.update(changes).seal(len(base.data)).data


def size_that_takes_objects_away() -> bytes:
    """Objects from /Size on are missing (ISO 32000-2 7.5.4): an update with a small one empties the page."""
    base = signed()
    updated = base.update({ROOT: base.objects[ROOT][:-2] + b"/DSS<</Certs[]>>>>"})
    at = updated.data.rindex(b"/Size ")
    end = updated.data.index(b"/", at + 1)
    return updated.data[:at] + b"/Size 2".ljust(end - at) + updated.data[end:]


def default_resources_alone() -> bytes:
    """New fonts come in for fields that are already there: nothing is signed or filled with them."""
    base = signed()
    grown = base.objects[FORM].replace(b"/F1 5 0 R>>", b"/F1 5 0 R/F2 5 0 R>>")
    return base.update({FORM: grown}).data


def default_picture_redefined_beside_a_stamp() -> bytes:
    """A picture of the default resources is redefined, and an invisible time-stamp is the pretext."""
    objects = practice_objects()
    objects[FORM] = objects[FORM].replace(b"/DR<<", b"/DR<</XObject<</Im 8 0 R>>")
    base = document(objects).sign()
    picture = base.size + _FAR
    changes = {FORM: base.objects[FORM].replace(b"/Im 8 0 R", b"/Im %d 0 R" % picture), picture: form_xobject(b"900")}
    return base.sign("Stamp", dictionary=STAMP, changes=changes).data


def _only_in_a_widget() -> dict[int, bytes]:
    value = (
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 1 2 3]/Contents<00>>>"
    )
    widget = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(x)/Rect[0 0 9 9]/P 3 0 R/V 10 0 R>>"
    return {**practice_objects(), FORM: b"<</Fields[]>>", AMOUNT: widget, 10: value}


def signature_in_an_object_stream_that_no_field_names() -> bytes:
    """Its octets are deflated, so that they carry no mark of a signature."""
    return compressed(_only_in_a_widget(), (AMOUNT, 10)).data


def encrypted_object_streams_beside_a_clear_catalog() -> bytes:
    """Without the password nobody can tell what the object streams hold, though the catalog can be read."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document().data)) as pdf:
        # The other writer sees the page as not yet used by a form, and packs everything but the catalog.
        del pdf.Root.AcroForm, pdf.pages[0].Annots
        settings = pikepdf.Encryption(user="clerk", owner="court", R=6)
        pdf.save(out, encryption=settings, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def store_added() -> bytes:
    """The honest counterpart: an empty store, and a /Size that did not shrink."""
    base = signed()
    return base.update({ROOT: base.objects[ROOT][:-2] + b"/DSS<</Certs[%d 0 R]>>>>" % base.size,
                        base.size: stream(b"x")}).data  # fmt: skip


def invisible_stamp() -> bytes:
    """The honest counterpart: a time-stamp without a box."""
    return signed().sign("Stamp", dictionary=STAMP).data


def small_visible_stamp() -> bytes:
    """The honest counterpart: a small seal, listed and no question."""
    return stamp(b"400 20 500 60")


def resources_for_a_visible_signature() -> bytes:
    """The honest counterpart: a new font for a signature that comes with it."""
    base = signed()
    shown = base.size + _FAR
    grown = base.objects[FORM].replace(b"/F1 5 0 R>>", b"/F1 5 0 R/F2 5 0 R>>")
    changes = {FORM: grown, shown: form_xobject(b"Seal")}
    return base.sign("Second", rect=b"400 20 500 60", widget=b"/AP<</N %d 0 R>>" % shown, changes=changes).data


FORGERIES: dict[Forgery, tuple[str, str]] = {
    box_in_other_objects: ("INDETERMINATE", "PDF_SIGNATURE_COVERS_PAGE"),
    box_of_five_numbers: ("INDETERMINATE", "PDF_SIGNATURE_COVERS_PAGE"),
    box_over_a_cropped_page: ("INDETERMINATE", "PDF_SIGNATURE_COVERS_PAGE"),
    box_held_against_another_page: ("INDETERMINATE", "PDF_SIGNATURE_COVERS_PAGE"),
    size_that_takes_objects_away: ("FAILED", "PDF_TRAILER_CHANGED"),
    default_resources_alone: ("INDETERMINATE", "PDF_ACROFORM_CHANGED"),
    default_picture_redefined_beside_a_stamp: ("INDETERMINATE", "PDF_ACROFORM_CHANGED"),
    signature_in_an_object_stream_that_no_field_names: ("INDETERMINATE", "PDF_ORPHAN_SIGNATURE"),
    encrypted_object_streams_beside_a_clear_catalog: ("INDETERMINATE", "PDF_ENCRYPTED"),
}
"""Each with the verdict under `integrity` and the code that must be told."""

HONEST: dict[Forgery, str] = {
    store_added: "validation_data",
    invisible_stamp: "validation_data",
    small_visible_stamp: "permitted",
    stamp_in_a_widget_of_its_own: "permitted",
    resources_for_a_visible_signature: "permitted",
}
"""What looks alike and is INTACT, with the changes that must be said of it."""
