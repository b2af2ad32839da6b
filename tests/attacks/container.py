"""Attacks on the container: forged ranges, wrapping, bytes behind the end, two readers that see two files."""

from __future__ import annotations

import io
import zipfile
import zlib

import pikepdf

from tests.attacks import people
from tests.attacks.fixture import UNDECIDED, UNSIGNED, attack, change, edit, hole, honest, shown
from tests.attacks.forgeries import STAMP
from tests.formats.pdf import build
from tests.formats.pdf.build import CONTENT, FORM, PAGE, RANGE, ROOT, File, stream

_PLAIN = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached"
_PAID = b"4 0 obj\n" + shown(b"Pay 999") + b"\nendobj\n"


def _contents(new: bytes) -> bytes:
    """Put something else in the place of the hole, its length kept."""
    data = build.signed().data
    start, end = hole(data)
    return data[:start] + new.ljust(end - start) + data[end:]


# PDF-01: universal forgery.


@attack("PDF-01", code="PDF_SIGNATURE_KEY_MISSING")
def contents_null() -> bytes:
    return _contents(b" null")


@attack("PDF-01", code="PDF_CONTENTS_MALFORMED")
def contents_a_number() -> bytes:
    return _contents(b" 0")


@attack("PDF-01", code="PDF_SIGNATURE_KEY_MISSING")
def contents_empty() -> bytes:
    return _contents(b"<>")


@attack("PDF-01", code="CMS_MALFORMED")
def contents_zero() -> bytes:
    data = build.signed().data
    start, end = hole(data)
    return data[: start + 1] + b"0" * (end - start - 2) + data[end - 1 :]


@attack("PDF-01", code="PDF_SIGNATURE_KEY_MISSING")
def contents_and_range_missing() -> bytes:
    return build.signed().data.replace(b"/ByteRange", b"/ByteRangz").replace(b"/Contents<", b"/Contentz<")


@attack("PDF-01", code="PDF_SIGNATURE_KEY_MISSING")
def value_an_empty_dictionary() -> File:
    file = build.signed()
    return file.update({10: b"<<>>"})


@attack("PDF-01", code="PDF_SUBFILTER", verdict=UNDECIDED)
def encoding_not_named() -> File:
    return build.document().sign(dictionary=b"<</Type/Sig/Filter/Adobe.PPKLite/ByteRange%R/Contents%C>>")


# PDF-02 and PDF-03: updates.


@attack("PDF-02", code="PDF_NO_STARTXREF")
def long_update_that_hides_the_end_mark() -> bytes:
    """The end mark lies so far back that readers give up, scan the file, and find the newer object."""
    return build.signed().data + _PAID + b"%" + b"x" * 5_000 + b"\ntrailer\n<</Root 1 0 R/Size 12>>\n"


@attack("PDF-02", code="PDF_XREF_RANGE")
def update_whose_section_lies_nowhere() -> bytes:
    return build.signed().data + _PAID + b"trailer\n<</Root 1 0 R/Size 12>>\nstartxref\n99999999\n%%EOF\n"


@attack("PDF-02", code="PDF_XREF_KEYWORD")
def update_whose_section_is_none() -> bytes:
    file = build.signed()
    return file.data + _PAID + b"trailer\n<</Root 1 0 R/Size 12>>\nstartxref\n%d\n%%%%EOF\n" % (len(file.data) + 3)


@attack("PDF-02", "PDF-03", code="PDF_XREF_ROW")
def update_with_rows_of_nineteen_bytes() -> bytes:
    """A reader with a laxer eye reads the row; the strict one does not."""
    file = build.signed()
    update = file.update({CONTENT: shown(b"Pay 999")}).data
    at = update.rindex(b" n \n")
    return update[:at] + b" n\n" + update[at + 4 :]


@attack("PDF-03", "PDF-30", code="PDF_SIGNATURE_REDEFINED")
def signature_copied_into_the_update() -> File:
    """The page changes, and a copy of the signature closes the update as if it had been made for it."""
    file = build.signed()
    start = file.data.index(b"10 0 obj\n") + 9
    copy = file.data[start : file.data.index(b"\nendobj", start)]
    return file.update({CONTENT: shown(b"Pay 999"), 10: copy})


@attack("PDF-03", "PDF-30", code="PDF_FIELD_CHANGED")
def signature_copied_under_a_new_number() -> File:
    file = build.signed()
    start = file.data.index(b"10 0 obj\n") + 9
    copy = file.data[start : file.data.index(b"\nendobj", start)]
    field = change(file.objects[11], b"/V 10 0 R", b"/V %d 0 R" % file.size)
    return file.update({CONTENT: shown(b"Pay 999"), 11: field, file.size: copy})


@attack("PDF-03", "PDF-20", code="PDF_OBJECT_CHANGED")
def page_replaced_inside_an_object_stream() -> bytes:
    """The new content array stands in an object stream of the update, where a scan for objects does not look."""
    file = build.compressed(build.practice_objects(), (ROOT, PAGE, FORM)).sign()
    place, own = file.size, file.size + 1
    packed = stream(b"2 0 <</Type/Pages/Kids[%d 0 R]/Count 1>>" % (own + 1), b"/Type/ObjStm/N 1/First 4", deflate=True)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents %d 0 R>>" % (own + 2)
    out = bytearray(file.data)
    rows: dict[int, bytes] = {2: b"\x02" + place.to_bytes(4, "big") + b"\0\0"}
    for number, body in {place: packed, own + 1: page, own + 2: shown(b"Pay 999")}.items():
        rows[number] = b"\x01" + len(out).to_bytes(4, "big") + b"\0\0"
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows[own] = b"\x01" + len(out).to_bytes(4, "big") + b"\0\0"
    index = b" ".join(b"%d 1" % number for number in sorted(rows))
    entries = b"/Type/XRef/W[1 4 2]/Index[%s]/Size %d/Root 1 0 R/Prev %d" % (index, own + 3, file.startxref)
    at = len(out)
    out += b"%d 0 obj\n%s\nendobj\n" % (own, stream(b"".join(rows[number] for number in sorted(rows)), entries))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % at)


# PDF-04 and PDF-05: wrapping.


def _wrapped(after: bytes) -> bytes:
    """The second signed part moves to the end; before it stand the attacker's objects and his section.

    The signed end still names the place of the old section: there the attacker's stands now.
    """
    file = build.signed()
    data = file.data
    start, end = hole(data)
    size = len(data) - end
    value = bytes.fromhex(data[start + 1 : end - 1].decode()).rstrip(b"\0").hex().encode()
    head = data[:start] + b"<%s>" % value
    moved = file.startxref + 3_000
    head += after.replace(b"%R", b"[0 %d %d %d]" % (start, moved, size))
    offsets = {number: data.index(b"\n%d 0 obj\n" % number) + 1 for number in (1, 2, 5, 7, 8, 9, 10)}
    for number, body in {CONTENT: shown(b"Pay 999"), **{item: file.objects[item] for item in (PAGE, FORM, 11)}}.items():
        offsets[number] = len(head)
        head += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    assert len(head) < file.startxref < moved
    section = bytearray(b"xref\n0 1\n0000000000 65535 f \n")
    for number in sorted(offsets):
        section += b"%d 1\n%010d 00000 n \n" % (number, offsets[number])
    section += b"trailer\n<</Size 12/Root 1 0 R>>\n"
    out = head.ljust(file.startxref) + bytes(section)
    return out.ljust(moved) + data[end:]


@attack("PDF-04", "PDF-07", code="PDF_REVISION_END", before=lambda: build.signed())
def second_part_moved_behind_other_objects() -> bytes:
    """Signature wrapping: the last /ByteRange counts for some readers, and both parts are the signed octets."""
    return _wrapped(b"/ByteRange%R>>\nendobj\n")


@attack("PDF-05", code="PDF_CONTENTS_PADDING")
def cms_followed_by_other_octets() -> bytes:
    data = build.signed().data
    start, end = hole(data)
    value = bytes.fromhex(data[start + 1 : end - 1].decode())
    room = b"(Pay 999) Tj".hex().encode()
    assert value.endswith(bytes(40))
    return data[: end - 1 - len(room)] + room + data[end - 1 :]


@attack("PDF-05", code="PDF_GAP")
def short_contents_with_room_behind_it() -> bytes:
    """The hole holds a short string, and what is left of it is the attacker's."""
    data = build.signed().data
    start, end = hole(data)
    value = data[start : data.index(b"0" * 1_000, start)]
    value += b"0" if len(value) % 2 == 0 else b""
    entries = b">/Location(Pay 999)/Name(Somebody Else)"
    return data[:start] + (value + entries).ljust(end - start) + data[end:]


@attack("PDF-05", code="PDF_CONTENTS_MALFORMED")
def contents_with_an_odd_digit() -> bytes:
    data = build.signed().data
    _, end = hole(data)
    return data[: end - 2] + b" >" + data[end:]


# PDF-06 and PDF-07.


def _range(new: bytes) -> bytes:
    file = build.document().sign(dictionary=_PLAIN + b"/ByteRange%R/Contents%C>>")
    start = file.data.rindex(b"/ByteRange") + 10
    assert len(new) <= len(RANGE)
    return file.data[:start] + new.ljust(len(RANGE)) + file.data[start + len(RANGE) :]


@attack("PDF-06", code="PDF_BYTERANGE_MALFORMED")
def byte_range_of_three_numbers() -> bytes:
    return _range(b"[0 900 901]")


@attack("PDF-06", code="PDF_BYTERANGE_OUT_OF_FILE")
def byte_range_beyond_all_numbers() -> bytes:
    return _range(b"[0 9 10 99999999999999999]")


@attack("PDF-06", code="PDF_BYTERANGE_MALFORMED")
def byte_range_of_names() -> bytes:
    return _range(b"[0/a/b/c]")


@attack("PDF-06", code="PDF_BYTERANGE_MALFORMED")
def byte_range_of_references() -> bytes:
    return _range(b"[0 5 0 R 5 0 R 5 0 R]")


@attack("PDF-06", code="PDF_GAP")
def byte_range_over_the_start_alone() -> bytes:
    """The first part is short, the hole swallows the document."""
    return _range(b"[0 9 5000 20]")


@attack("PDF-07", code="PDF_SIGNATURE_DUPLICATE_KEY")
def contents_twice_the_first_worthless() -> File:
    return build.document().sign(dictionary=_PLAIN + b"/Content#73<00>/ByteRange%R/Contents%C>>")


@attack("PDF-07", code="PDF_ORPHAN_SIGNATURE", verdict=UNDECIDED)
def field_with_two_values() -> File:
    return build.document().sign(widget=b"/V null")


# PDF-08: what looks like a signature and is none.

_FAKE = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 10 20 30]/Contents<3000>>>"


@honest("PDF-08", changes="none")
def fake_signature_in_a_comment_of_a_signed_document() -> File:
    objects = build.practice_objects()
    objects[build.FONT] += b"\n% 90 0 obj " + _FAKE
    return build.document(objects).sign()


@honest("PDF-08", changes="none")
def fake_signature_in_a_string_of_a_signed_document() -> File:
    return build.document({**build.practice_objects(), 20: b"(" + _FAKE + b")"}).sign()


@honest("PDF-08", changes="none")
def fake_signature_in_an_attachment_of_a_signed_document() -> File:
    objects = build.practice_objects()
    objects[20] = stream(b"21 0 obj " + _FAKE + b" endobj", b"/Type/EmbeddedFile")
    objects[21] = b"<</Type/Filespec/F(a.txt)/UF(a.txt)/EF<</F 20 0 R>>>>"
    objects[ROOT] = objects[ROOT][:-2] + b"/Names<</EmbeddedFiles<</Names[(a.txt)21 0 R]>>>>>>"
    return build.document(objects).sign()


@attack("PDF-08", code="PDF_ORPHAN_SIGNATURE", verdict=UNDECIDED)
def fake_signature_in_a_comment() -> File:
    objects = build.practice_objects()
    objects[build.FONT] += b"\n% 90 0 obj " + _FAKE
    return build.document(objects)


@attack("PDF-08", code="PDF_ORPHAN_SIGNATURE", verdict=UNDECIDED)
def fake_signature_in_the_content_of_a_page() -> File:
    return build.document({**build.practice_objects(), CONTENT: stream(b"%" + _FAKE + b"\n" + build.CONTENT_TEXT)})


@attack("PDF-08", "PDF-26", code="PDF_SIGNATURE_KEY_MISSING")
def fake_signature_in_a_field() -> File:
    file = build.document()
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(S)/Rect[50 50 200 90]/P 3 0 R/V<</Type/Sig/Name(A Judge)>>>>"
    return file.update({20: field, FORM: build.with_reference(file.objects[FORM], b"/Fields[", 20)})


@attack("PDF-08", "PDF-19", code="PDF_ORPHAN_SIGNATURE", verdict=UNDECIDED)
def signature_hidden_by_its_generation_beside_a_time_stamp() -> bytes:
    """A row says another generation, so that the field's value is nothing; the broken time-stamp alone is left."""
    file = build.signed().sign("Stamp", dictionary=STAMP)
    row = b"%010d 00000 n" % (file.data.index(b"\n10 0 obj") + 1)
    return file.data.replace(row, row.replace(b" 00000 ", b" 65535 "))


# PDF-20 and PDF-21: two readers, two documents.


@attack("PDF-21", code="PDF_TRAILING_BYTES")
def archive_behind_the_end() -> bytes:
    """A file that is a PDF from the front and a ZIP from the back."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.etsi.asic-e+zip")
    return build.signed().data + buffer.getvalue()


@attack("PDF-21", code="PDF_HEADER")
def header_behind_a_kilobyte() -> bytes:
    return b"%" + b" " * 900 + b"\n" + build.signed().data


@attack("PDF-21", code="PDF_TAIL_DISAGREES")
def two_end_marks() -> bytes:
    file = build.signed()
    return file.data + b"startxref\n%d\n%%%%EOF\n" % file.startxref


@attack("PDF-21", code="PDF_REVISION_END")
def section_before_its_end_mark_moved() -> bytes:
    """Between a section and its end mark stands an object: a reader that scans takes it for the newest."""
    data = build.signed().data
    at = data.rindex(b"startxref")
    return data[:at] + _PAID + data[at:]


@attack("PDF-20", code="PDF_XREF_DUPLICATE_ENTRY")
def two_rows_for_one_object() -> bytes:
    file = build.signed()
    at = len(file.data)
    out = file.data + _PAID
    old = file.data.index(b"\n4 0 obj") + 1
    section = b"xref\n4 1\n%010d 00000 n \n4 1\n%010d 00000 n \n" % (old, at)
    section += b"trailer\n<</Size 12/Root 1 0 R/Prev %d>>\n" % file.startxref
    return out + section + b"startxref\n%d\n%%%%EOF\n" % len(out)


@attack("PDF-20", code="PDF_OBJECT_NUMBER")
def row_that_names_another_object() -> File:
    file = build.signed()
    return file.update({}, rows={CONTENT: (len(file.data), 0, "n")}, junk=_PAID.replace(b"4 0 obj", b"40 0 obj"))


@attack("PDF-20", code="PDF_OBJECT_CHANGED")
def free_row_and_hybrid_stream() -> File:
    """The table says free, the stream beside it says where: newer readers follow the stream."""
    file = build.signed()
    at = len(file.data)
    rows = b"\x01" + at.to_bytes(4, "big")
    section = b"30 0 obj\n" + stream(rows, b"/Type/XRef/W[1 4 0]/Index[4 1]/Size 31/Root 1 0 R") + b"\nendobj\n"
    trailer = b"/Root 1 0 R/XRefStm %d" % (at + len(_PAID))
    return file.update({}, junk=_PAID + section, rows={CONTENT: (0, 1, "f")}, trailer=trailer)


@attack("PDF-20", code="PDF_STREAM_LENGTH")
def length_that_ends_too_early() -> bytes:
    objects = build.practice_objects()
    body = b"BT /F1 12 Tf 72 700 Td (Pay 100) Tj ET\nBT /F1 12 Tf 72 650 Td (and 900 more) Tj ET"
    objects[CONTENT] = b"<</Length 38>>\nstream\n%s\nendstream" % body
    file = build.document(objects).sign()
    return file.update({CONTENT: objects[CONTENT]}).data


@attack("PDF-20", code="PDF_EXTERNAL_STREAM")
def object_stream_in_another_file() -> bytes:
    """What an object says would be read from a file that nobody signed."""
    index = b"1 0 2 60 5 120 6 180 "
    packed = stream(index, b"/Type/ObjStm/F(other.pdf)/N 4/First %d" % len(index))
    bodies = {**build.practice_objects(), 12: packed}
    for number in (ROOT, 2, 5, FORM):
        del bodies[number]
    out = bytearray(b"%PDF-1.7\n")
    rows: dict[int, bytes] = {0: b"\0" + bytes(4) + b"\xff\xff"}
    for number, body in bodies.items():
        rows[number] = b"\x01" + len(out).to_bytes(4, "big") + b"\0\0"
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    out += b"20 0 obj\n" + _FAKE + b"\nendobj\n"
    for place, number in enumerate((ROOT, 2, 5, FORM)):
        rows[number] = b"\x02" + (12).to_bytes(4, "big") + place.to_bytes(2, "big")
    rows[13] = b"\x01" + len(out).to_bytes(4, "big") + b"\0\0"
    index = b" ".join(b"%d 1" % number for number in sorted(rows))
    at = len(out)
    body = stream(b"".join(rows[number] for number in sorted(rows)),
                  b"/Type/XRef/W[1 4 2]/Index[%s]/Size 14/Root 1 0 R" % index)  # fmt: skip
    out += b"13 0 obj\n%s\nendobj\n" % body
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % at)


@honest("PDF-21", changes="none")
def comments_between_all_tokens() -> File:
    objects = build.practice_objects()
    objects[PAGE] = objects[PAGE].replace(b"/Contents 4 0 R", b"/Contents%4 9 R\n4%5 0 R\n0%\nR%(\n")
    return build.document(objects).sign()


@honest("PDF-21", changes="none")
def linearised_then_signed() -> bytes:
    """Its first part lies in front of the second: two sections, one revision."""
    return _signed_elsewhere(linearize=True)


@honest("PDF-20", changes="none")
def object_streams_then_signed() -> bytes:
    return _signed_elsewhere(object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _signed_elsewhere(**options: object) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(build.document().data)) as pdf:
        pdf.save(buffer, deterministic_id=True, **options)  # type: ignore[arg-type]
    return people.signed(buffer.getvalue())


# PDF-28 to PDF-30, and what costs time.


@attack("PDF-28", code="PDF_TRAILER_CHANGED")
def encryption_that_shows_other_strings() -> File:
    """An update claims that the strings are encrypted, so that a reader that knows the password sees others."""
    entries = b"<</Filter/Standard/V 1/R 2/Length 40/P -4/O<%s>/U<%s>>>" % (b"00" * 32, b"00" * 32)
    return build.signed().update({20: entries}, trailer=b"/Root 1 0 R/Encrypt 20 0 R/ID[<00><00>]")


@attack("PDF-29", code="PDF_MAC_NOT_CHECKED", verdict=UNDECIDED)
def integrity_code_in_the_signature() -> File:
    return build.document(trailer=b"/Root 1 0 R/AuthCode<</MACLocation/AttachedToSig/SigObjRef 10 0 R>>").sign()


@attack("PDF-30", "PDF-19", code="PDF_SIGNATURE_REPLACED")
def older_signature_in_the_place_of_a_newer() -> File:
    """A field of two signatures now holds the value of the other: both are genuine."""
    file = build.signed().sign("Signature2")
    first, second = file.objects[11], file.objects[13]
    return file.update({11: change(first, b"/V 10 0 R", b"/V 12 0 R"), 13: change(second, b"/V 12 0 R", b"/V 10 0 R")})


@attack("PDF-30", code="PDF_SIGNATURE_OTHER_REVISION")
def older_signature_as_the_value_of_a_new_field() -> File:
    file = build.signed()
    field = file.objects[11].replace(b"/T(Signature1)", b"/T(Signature2)")
    changed = file.update({CONTENT: shown(b"Pay 999")})
    form = build.with_reference(changed.objects[FORM], b"/Fields[", changed.size)
    return changed.update({changed.size: field, FORM: form.replace(b" 11 0 R", b"")})


@attack("RES-06", code="PDF_XREF_INDEX")
def index_that_promises_more_rows() -> bytes:
    rows = zlib.compress(b"\x01\0\0\0\0\0\0" * 3)
    head = b"%PDF-1.7\n1 0 obj\n" + _FAKE + b"\nendobj\n"
    body = b"<</Type/XRef/Root 1 0 R/W[1 4 2]/Index[0 900]/Size 900/Filter/FlateDecode/Length %d>>" % len(rows)
    return head + b"2 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (body, rows, len(head))


@attack("RES-05", code="PDF_XREF_LOOP")
def section_that_is_its_own_predecessor_through_a_stream() -> bytes:
    file = build.signed(xref_stream=True)
    at = len(file.data)
    entries = b"/Type/XRef/W[1 4 2]/Index[12 1]/Size 13/Root 1 0 R/Prev %d" % at
    body = stream(b"\x01" + at.to_bytes(4, "big") + b"\0\0", entries)
    return file.data + b"12 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (body, at)


@attack("RES-05", code="PDF_FIELD_LOOP")
def fields_in_a_circle() -> File:
    return edit(FORM, b"[7 0 R 11 0 R]", b"[7 0 R 11 0 R 7 0 R]")


@attack("PDF-26", code="", verdict=UNSIGNED)
def stamp_without_a_signature() -> File:
    """It looks like a signature's appearance, and nothing is signed."""
    file = build.document()
    note = b"<</Type/Annot/Subtype/Stamp/Rect[50 50 250 100]/P 3 0 R/AP<</N 21 0 R>>>>"
    page = build.with_reference(file.objects[PAGE], b"/Annots[", 20)
    return file.update({PAGE: page, 20: note, 21: build.form_xobject(b"Signed: A Judge")})


