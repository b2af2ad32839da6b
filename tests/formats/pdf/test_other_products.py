"""Updates as other products write them after a signature: honest, and neither accused nor left in doubt."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import edoc
from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, CONTENT, FONT, FORM, PAGE, ROOT, SHOWN, File, form_xobject, stream

FAR = 40
"""Objects of an update stand so far behind those of the document."""
SIGNATURE = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange%s/Contents<%s>>>" % (
    build.RANGE, b"0" * 2 * build.HOLE,
)  # fmt: skip
"""A signature whose hole is filled when the file is sealed."""


def _with(number: int, entries: bytes) -> File:
    objects = build.practice_objects()
    objects[number] = objects[number][:-2] + entries + b">>"
    return build.document(objects).sign()


def second_signer_makes_fields_read_only() -> File:
    """Who locks fields with a signature sets their flags in the same update."""
    file = build.signed()
    locked = file.objects[AMOUNT][:-2] + b"/Ff 1/F 64>>"
    lock = b"/Reference[<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<</Action/All/V/1.2>>>>]"
    return file.sign("Signature2", entries=lock, changes={AMOUNT: locked})


def own_signature_field_made_read_only() -> File:
    file = build.signed()
    return file.update({11: file.objects[11][:-2] + b"/Ff 1>>"})


def signature_below_a_name_that_is_there() -> File:
    objects = build.practice_objects()
    objects[20] = b"<</T(court)/Kids[21 0 R]>>"
    objects[21] = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(case)/V(7)/Parent 20 0 R/Rect[0 0 0 0]/P 3 0 R>>"
    objects[FORM] = build.with_reference(objects[FORM], b"/Fields[", 20)
    file = build.document(objects).sign()
    value = file.size
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(judge)/F 132/Rect[0 0 0 0]/P 3 0 R/Parent 20 0 R/V %d 0 R>>" % value
    return file.update({
        value: SIGNATURE, value + 1: field, 20: b"<</T(court)/Kids[21 0 R %d 0 R]>>" % (value + 1),
        PAGE: build.with_reference(file.objects[PAGE], b"/Annots[", value + 1),
    }).seal(len(file.data))  # fmt: skip


def programs_note_data_of_their_own() -> File:
    file = build.signed()
    noted = b"/LastModified(D:20260101)/PieceInfo<</App<</LastModified(D:20260101)/Private 40 0 R>>>>"
    return file.update({
        PAGE: file.objects[PAGE][:-2] + noted + b">>", FAR: b"<</State(open)>>",
        ROOT: file.objects[ROOT][:-2] + b"/PieceInfo<</App<</LastModified(D:20260101)>>>>>>",
    })  # fmt: skip


def font_moved_into_an_object_of_its_own() -> File:
    objects = build.practice_objects()
    inline = b"/F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects[PAGE] = objects[PAGE].replace(b"/F1 5 0 R", inline)
    file = build.document(objects).sign()
    return file.update({PAGE: file.objects[PAGE].replace(inline, b"/F1 40 0 R"), FAR: objects[FONT]})


def sizes_written_anew() -> File:
    file = build.signed()
    return file.update({PAGE: file.objects[PAGE].replace(b"[0 0 595 842]", b"[0.0 0 595.00 842.0]")})


def resources_moved_into_an_object_of_their_own() -> File:
    file = build.signed()
    page = file.objects[PAGE]
    page = page.replace(b"/Resources<</Font<</F1 5 0 R>>>>", b"/Resources 40 0 R")
    return file.update({PAGE: page, FAR: b"<</Font 41 0 R>>", FAR + 1: b"<</F1 5 0 R>>"})


def list_of_annotations_moved_out_for_a_second_signature() -> File:
    file = build.signed()
    page = file.objects[PAGE]
    start = page.index(b"/Annots[") + 7
    end = page.index(b"]", start) + 1
    value = file.size
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Second)/F 132/Rect[0 0 0 0]/P 3 0 R/V %d 0 R>>" % value
    return file.update({
        value: SIGNATURE, value + 1: field, FORM: build.with_reference(file.objects[FORM], b"/Fields[", value + 1),
        PAGE: page[:start] + b" 40 0 R" + page[end:], FAR: page[start : end - 1] + b" %d 0 R]" % (value + 1),
    }).seal(len(file.data))  # fmt: skip


def form_moved_out_of_the_catalog() -> File:
    objects = build.practice_objects()
    form = objects.pop(FORM)
    objects[ROOT] = objects[ROOT].replace(b"/AcroForm 6 0 R", b"/AcroForm" + form)
    first = build.document(objects)
    file = first.update({
        10: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(S)/F 132/Rect[0 0 0 0]/P 3 0 R/V 12 0 R>>",
        12: SIGNATURE,
        PAGE: build.with_reference(objects[PAGE], b"/Annots[", 10),
        ROOT: objects[ROOT].replace(b"/Fields[7 0 R]", b"/Fields[7 0 R 10 0 R]"),
    }).seal(len(first.data))  # fmt: skip
    form = form.replace(b"/Fields[7 0 R]", b"/Fields[7 0 R 10 0 R]")
    return file.update({ROOT: objects[ROOT][: objects[ROOT].index(b"/AcroForm")] + b"/AcroForm 40 0 R>>", FAR: form})


def store_written_anew_with_copies() -> File:
    """Another product writes the certificates under new numbers and lists those alone."""
    file = build.signed()
    root = file.objects[ROOT]
    first = file.update({ROOT: root[:-2] + b"/DSS<</Certs[40 0 R]>>>>", FAR: stream(b"certificate")})
    return first.update({ROOT: root[:-2] + b"/DSS<</Certs[41 0 R]>>>>", FAR + 1: stream(b"certificate")})


def filled_as_a_library_fills() -> File:
    """Value, appearance, its font in the default resources and the default appearance, all in one update."""
    file = build.signed()
    grown = file.objects[FORM].replace(b"/F1 5 0 R>>", b"/F1 5 0 R/Helv 40 0 R>>")
    shown = stream(b"/Tx BMC q BT /Helv 12 Tf 0 g 2 5 Td (250) Tj ET Q EMC",
                   b"/Type/XObject/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</Helv 40 0 R>>>>", deflate=True)  # fmt: skip
    field = build.amount(b"250", FAR + 1)[:-2] + b"/DA(/Helv 12 Tf 0 g)/M(D:20260101)>>"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    return file.update({AMOUNT: field, FORM: grown, FAR: font, FAR + 1: shown})


def filled_and_signed_in_one_update() -> File:
    return build.signed().sign("Signature2", changes={AMOUNT: build.amount(b"250", FAR), FAR: form_xobject(b"250")})


def file_with_marks_of_two_programs() -> File:
    """Metadata and information rewritten at each signing, the page written again unchanged."""
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/Metadata 20 0 R>>"
    objects[20] = stream(b"<x:xmpmeta/>", b"/Type/Metadata/Subtype/XML")
    objects[21] = b"<</Producer(One)>>"
    base = build.document(objects, trailer=b"/Root 1 0 R/Info 21 0 R").sign()
    return base.sign("Signature2", changes={
        20: stream(b"<x:xmpmeta>2</x:xmpmeta>", b"/Type/Metadata/Subtype/XML"), 21: b"<</Producer(One; modified by Two)>>",
        CONTENT: base.objects[CONTENT],
    })  # fmt: skip


def information_whose_entries_stand_apart() -> File:
    """As one system's own writer makes them; the next program writes them into one dictionary."""
    objects = build.practice_objects()
    objects[20] = b"<</Title 21 0 R/ModDate 22 0 R/Keywords[]/AAPL:Keywords 23 0 R>>"
    objects.update({21: b"(Ruling)", 22: b"(D:20250101)", 23: b"[]"})
    file = build.document(objects, trailer=b"/Root 1 0 R/Info 20 0 R").sign()
    second = file.sign("Signature2", changes={22: b"(D:20260101)"})
    return second.sign("Signature3", changes={20: b"<</Title(Ruling)/ModDate(D:20260102)/AAPL:Keywords[]/Producer 40 0 R>>", 40: b"(Two)"})


HONEST: dict[Callable[[], File], str] = {
    second_signer_makes_fields_read_only: "permitted",
    own_signature_field_made_read_only: "permitted",
    signature_below_a_name_that_is_there: "permitted",
    programs_note_data_of_their_own: "permitted",
    sizes_written_anew: "none",
    list_of_annotations_moved_out_for_a_second_signature: "permitted",
    form_moved_out_of_the_catalog: "none",
    store_written_anew_with_copies: "validation_data",
    filled_as_a_library_fills: "permitted",
    filled_and_signed_in_one_update: "permitted",
    file_with_marks_of_two_programs: "permitted",
    information_whose_entries_stand_apart: "permitted",
}
"""Each with what must be said to have changed since the first signature."""


def data_of_a_forms_architecture_filled() -> File:
    objects = build.practice_objects()
    objects[FORM] = objects[FORM][:-2] + b"/XFA[(template)20 0 R(datasets)21 0 R]>>"
    objects[20], objects[21] = stream(b"<template/>"), stream(b"<data>100</data>")
    file = build.document(objects).sign()
    return file.update({
        21: stream(b"<data>250</data>"), AMOUNT: build.amount(b"250", SHOWN), SHOWN: form_xobject(b"250"),
    })  # fmt: skip


def forms_architecture_taken_out() -> File:
    file = _with(FORM, b"/XFA(<xdp/>)")
    return file.update({FORM: file.objects[FORM].replace(b"/XFA(<xdp/>)", b"")})


def form_no_longer_drawn_by_the_reader() -> File:
    file = _with(FORM, b"/NeedAppearances true")
    return file.update({FORM: file.objects[FORM].replace(b"/NeedAppearances true", b"")})


OPEN = (
    font_moved_into_an_object_of_its_own, resources_moved_into_an_object_of_their_own,
    data_of_a_forms_architecture_filled, forms_architecture_taken_out, form_no_longer_drawn_by_the_reader,
)  # fmt: skip
"""Honest products do this; what a reader then sees is not judged."""


def template_of_a_forms_architecture_changed() -> File:
    objects = build.practice_objects()
    objects[FORM] = objects[FORM][:-2] + b"/XFA[(template)20 0 R(datasets)21 0 R]>>"
    objects[20], objects[21] = stream(b"<template/>"), stream(b"<data>100</data>")
    return build.document(objects).sign().update({20: stream(b"<template>999</template>")})


def field_made_writable() -> File:
    file = _with(AMOUNT, b"/Ff 1")
    return file.update({AMOUNT: file.objects[AMOUNT].replace(b"/Ff 1", b"/Ff 0")})


def field_hidden() -> File:
    file = _with(AMOUNT, b"/F 4")
    return file.update({AMOUNT: file.objects[AMOUNT].replace(b"/F 4", b"/F 66")})


def font_moved_and_changed() -> File:
    objects = build.practice_objects()
    inline = b"/F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects[PAGE] = objects[PAGE].replace(b"/F1 5 0 R", inline)
    file = build.document(objects).sign()
    other = objects[FONT][:-2] + b"/Encoding<</Differences[49/nine]>>>>"
    return file.update({PAGE: file.objects[PAGE].replace(inline, b"/F1 40 0 R"), FAR: other})


def resources_moved_onto_an_object_that_waits() -> File:
    """The new place is one that the signed revision already refers to."""
    objects = build.practice_objects()
    objects[CONTENT] = stream(build.CONTENT_TEXT, b"/Waiting 40 0 R")
    file = build.document(objects).sign()
    page = file.objects[PAGE].replace(b"/Resources<</Font<</F1 5 0 R>>>>", b"/Resources 40 0 R")
    return file.update({PAGE: page, FAR: b"<</Font<</F1 5 0 R>>>>"})


def field_that_is_none_below_a_name() -> File:
    objects = build.practice_objects()
    objects[20] = b"<</T(court)/Kids[21 0 R]>>"
    objects[21] = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(case)/V(7)/Parent 20 0 R/Rect[0 0 0 0]/P 3 0 R>>"
    objects[FORM] = build.with_reference(objects[FORM], b"/Fields[", 20)
    file = build.document(objects).sign()
    body = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(sum)/V(999)/Parent 20 0 R/Rect[60 690 260 720]/P 3 0 R>>"
    return file.update({20: b"<</T(court)/Kids[21 0 R 40 0 R]>>", FAR: body})


def information_that_takes_the_content_along() -> File:
    """The content of the page is called the title, and changed as such."""
    objects = build.practice_objects()
    objects[20] = b"<</Title 4 0 R>>"
    file = build.document(objects, trailer=b"/Root 1 0 R/Info 20 0 R").sign()
    return file.update({CONTENT: b"(Pay 999)"})


def information_led_to_signed_objects() -> File:
    objects = build.practice_objects()
    objects[20] = b"<</Title(x)>>"
    file = build.document(objects, trailer=b"/Root 1 0 R/Info 20 0 R").sign()
    return file.update({20: b"<</Title 4 0 R>>"})


LOOK_ALIKE = (
    information_that_takes_the_content_along, information_led_to_signed_objects,
    template_of_a_forms_architecture_changed, field_hidden, font_moved_and_changed, resources_moved_onto_an_object_that_waits,
    field_that_is_none_below_a_name,
)  # fmt: skip
"""Dishonest counterparts."""


def _verify(make: Callable[[], File]) -> edoc.Report:
    return edoc.verify_document(make().data, policy="integrity")


@pytest.mark.parametrize("make", HONEST, ids=lambda make: make.__name__)
def test_honest_update_is_intact(make: Callable[[], File]) -> None:
    report = _verify(make)
    first = report.signatures[0]
    assert (report.verdict, first.changes_since_signing) == (edoc.Verdict.INTACT, HONEST[make])
    assert all(item.permitted is True for item in first.changes)


@pytest.mark.parametrize("make", OPEN, ids=lambda make: make.__name__)
def test_what_is_not_judged_is_not_accused(make: Callable[[], File]) -> None:
    report = _verify(make)
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert report.signatures[0].unchanged_since_signing is None


@pytest.mark.parametrize("make", LOOK_ALIKE, ids=lambda make: make.__name__)
def test_dishonest_counterpart_fails(make: Callable[[], File]) -> None:
    assert _verify(make).verdict is edoc.Verdict.FAILED


def test_a_field_is_not_made_writable_again() -> None:
    assert _verify(field_made_writable).verdict is not edoc.Verdict.INTACT


def test_a_store_that_shrank_is_a_reservation() -> None:
    assert "PDF_DSS_SHRUNK" in _verify(store_written_anew_with_copies).reservations
