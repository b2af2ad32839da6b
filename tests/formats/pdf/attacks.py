"""Named attacks on signed PDFs, each as octets with the code that must be told; and honest controls beside them.

`FAILED` attacks break or bypass what was signed; `INDETERMINATE` ones add what nobody may call harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, CONTENT, FONT, FORM, NOTE, PAGE, PAGES, ROOT, SHOWN, File

FAILED, UNDECIDED = "FAILED", "INDETERMINATE"


@dataclass(frozen=True)
class Attack:
    """One manipulated document."""

    name: str
    make: Callable[[], bytes]
    code: str
    verdict: str = FAILED


ATTACKS: list[Attack] = []
CONTROLS: dict[str, tuple[Callable[[], bytes], str]] = {}
"""Honest documents with what changed since the first signature."""


def attack(code: str, verdict: str = FAILED) -> Callable[[Callable[[], File | bytes]], Callable[[], File | bytes]]:
    """Register an attack under the name of its function."""

    def register(make: Callable[[], File | bytes]) -> Callable[[], File | bytes]:
        ATTACKS.append(Attack(name=make.__name__, make=lambda: _octets(make()), code=code, verdict=verdict))
        return make

    return register


def control(changes: str) -> Callable[[Callable[[], File | bytes]], Callable[[], File | bytes]]:
    """Register an honest document."""

    def register(make: Callable[[], File | bytes]) -> Callable[[], File | bytes]:
        CONTROLS[make.__name__] = (lambda: _octets(make()), changes)
        return make

    return register


def _octets(made: File | bytes) -> bytes:
    return made.data if isinstance(made, File) else made


def _swap(data: bytes, old: bytes, new: bytes) -> bytes:
    """Replace the last occurrence, length kept."""
    at = data.rindex(old)
    assert len(new) <= len(old)
    return data[:at] + new.ljust(len(old)) + data[at + len(old) :]


def _change(body: bytes, old: bytes, new: bytes) -> bytes:
    assert old in body
    return body.replace(old, new, 1)


def _edit(number: int, old: bytes, new: bytes, base: File | None = None) -> File:
    file = base or build.signed()
    return file.update({number: _change(file.objects[number], old, new)})


# Controls.

@control("none")
def one_signature() -> File:
    return build.signed()


@control("none")
def one_signature_with_stream_sections() -> File:
    return build.signed(xref_stream=True)


@control("none")
def certified_at_every_permission() -> File:
    return build.signed(certify=1)


@control("none")
def signature_directly_in_its_field() -> File:
    return build.document().sign(indirect=False)


@control("none")
def signature_over_compressed_objects() -> File:
    return build.compressed(build.practice_objects(), (ROOT, PAGES, FONT, FORM)).sign()


@control("none")
def escaped_spelling_of_byte_range() -> File:
    entry = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/Byte#52ange%R/Contents%C>>"
    return build.document().sign(dictionary=entry)


@control("permitted")
def second_signature() -> File:
    return build.signed().sign("Signature2")


@control("permitted")
def signature_after_certification() -> File:
    return build.signed(certify=2).sign("Signature2")


@control("permitted")
def small_visible_second_signature() -> File:
    file = build.signed()
    shown = file.size + 2
    return file.sign("Signature2", rect=b"50 50 150 80", widget=b"/AP<</N %d 0 R>>" % shown,
                     changes={shown: build.form_xobject(b"signed")})  # fmt: skip


@control("permitted")
def filled_field() -> File:
    return _filled(build.signed())


@control("permitted")
def filled_field_after_certification() -> File:
    return _filled(build.signed(certify=2))


@control("permitted")
def filled_in_place() -> File:
    file = build.signed()
    return file.update({AMOUNT: build.amount(b"250", SHOWN), SHOWN: build.form_xobject(b"250")})


@control("permitted")
def empty_signature_field_signed() -> File:
    objects = build.practice_objects()
    objects[10] = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Judge)/F 132/Rect[0 0 0 0]/P 3 0 R>>"
    objects[FORM] = _change(objects[FORM], b"[7 0 R]", b"[7 0 R 10 0 R]")
    objects[PAGE] = _change(objects[PAGE], b"9 0 R]", b"9 0 R 10 0 R]")
    file = build.document(objects).sign()
    place = file.size
    return _signed_by_hand(file, {10: objects[10][:-2] + b"/V %d 0 R>>" % place})


def _signed_by_hand(file: File, changes: dict[int, bytes]) -> File:
    """Append an update with a signature dictionary under the next number, and seal it."""
    entry = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange%s/Contents<%s>>>" % (
        build.RANGE, b"0" * 2 * build.HOLE,
    )  # fmt: skip
    return file.update({file.size: entry, **changes}).seal(len(file.data))


@control("validation_data")
def store_added() -> File:
    return _with_store(build.signed())


@control("validation_data")
def store_added_under_the_narrowest_permission() -> File:
    return _with_store(build.signed(certify=1))


@control("permitted")
def metadata_added() -> File:
    file = build.signed()
    place = file.size
    root = file.objects[ROOT][:-2] + b"/Metadata %d 0 R>>" % place
    return file.update({ROOT: root, place: build.stream(b"<x/>", b"/Type/Metadata/Subtype/XML")})


@control("permitted")
def metadata_added_under_the_narrowest_permission() -> File:
    file = build.signed(certify=1)
    place = file.size
    root = file.objects[ROOT][:-2] + b"/Metadata %d 0 R>>" % place
    return file.update({ROOT: root, place: build.stream(b"<x/>", b"/Type/Metadata/Subtype/XML")})


@control("permitted")
def note_added_where_the_certification_permits_it() -> File:
    return _annotated(build.signed(certify=3), b"/Text/Rect[500 700 520 720]/Contents(seen)")


@control("none")
def page_rewritten_unchanged() -> File:
    file = build.signed()
    return file.update({PAGE: file.objects[PAGE]})


def _filled(file: File) -> File:
    place = file.size
    return file.update({AMOUNT: build.amount(b"250", place), place: build.form_xobject(b"250")})


def _with_store(file: File, **extra: bytes) -> File:
    place = file.size
    root = file.objects[ROOT][:-2] + b"/DSS<</Certs[%d 0 R]>>>>" % place
    return file.update({ROOT: root, place: build.stream(b"certificate")})


def _annotated(file: File, entries: bytes) -> File:
    place = file.size
    page = build.with_reference(file.objects[PAGE], b"/Annots[", place)
    return file.update({PAGE: page, place: b"<</Type/Annot/Subtype%s/P 3 0 R>>" % entries})


# Universal forgery: the signature says too little.

def _forged(old: bytes, new: bytes) -> bytes:
    return _swap(build.signed().data, old, new)


@attack("PDF_SIGNATURE_KEY_MISSING")
def contents_missing() -> bytes:
    return _forged(b"/Contents<", b"/Contentz<")


@attack("PDF_SIGNATURE_KEY_MISSING")
def byte_range_missing() -> bytes:
    return _forged(b"/ByteRange", b"/ByteRangz")


def _range(new: bytes) -> File:
    entry = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange%R/Contents%C>>"
    file = build.document().sign(dictionary=entry)
    start = file.data.rindex(b"/ByteRange") + 10
    end = file.data.index(b"]", start) + 1
    return file.patched(file.data[:start] + new.ljust(end - start) + file.data[end:])


@attack("PDF_SIGNATURE_KEY_MISSING")
def byte_range_null() -> File:
    return _range(b" null")


@attack("PDF_BYTERANGE_MALFORMED")
def byte_range_empty() -> File:
    return _range(b"[]")


@attack("PDF_BYTERANGE_MALFORMED")
def byte_range_zero() -> File:
    return _range(b"[0 0 0 0]")


@attack("PDF_BYTERANGE_MALFORMED")
def byte_range_of_two_numbers() -> File:
    return _range(b"[0 900]")


@attack("PDF_BYTERANGE_MALFORMED")
def byte_range_of_six_numbers() -> File:
    return _range(b"[0 1 2 3 4 5]")


@attack("PDF_BYTERANGE_MALFORMED")
def byte_range_negative() -> File:
    return _range(b"[0 -1 90 90]")


@attack("PDF_BYTERANGE_MALFORMED")
def byte_range_of_reals() -> File:
    return _range(b"[0 1.0 9 9]")


@attack("PDF_BYTERANGE_MALFORMED")
def byte_range_overlapping() -> File:
    return _range(b"[0 900 800 50]")


@attack("PDF_BYTERANGE_MALFORMED")
def byte_range_indirect() -> File:
    return _range(b" 5 0 R")


@attack("PDF_BYTERANGE_START")
def byte_range_not_from_the_start() -> File:
    return _range(b"[1 900 950 50]")


@attack("PDF_BYTERANGE_OUT_OF_FILE")
def byte_range_past_the_end() -> File:
    return _range(b"[0 9 99 9999999]")


@attack("PDF_CONTENTS_MALFORMED")
def contents_as_literal_string() -> bytes:
    data = build.signed().data
    at = data.rindex(b"/Contents<") + 9
    end = data.index(b">", at)
    return data[:at] + b"(" + data[at + 1 : end] + b")" + data[end + 1 :]


@attack("PDF_CONTENTS_MALFORMED")
def contents_with_white_space() -> bytes:
    data = build.signed().data
    end = data.index(b">", data.rindex(b"/Contents<") + 9)
    return data[: end - 4] + b"    " + data[end:]


@attack("PDF_CONTENTS_PADDING")
def padding_not_zero() -> bytes:
    data = build.signed().data
    end = data.index(b">", data.rindex(b"/Contents<"))
    return data[: end - 8] + b"41414141" + data[end:]


@attack("PDF_SIGNATURE_KEY_MISSING")
def value_is_a_stream() -> File:
    file = build.document()
    number = file.size
    body = b"<</Subtype/Widget/FT/Sig/T(S)/Rect[0 0 0 0]/P 3 0 R/V %d 0 R>>" % (number + 1)
    changes = {number: body, number + 1: build.stream(b"", b"/Type/Sig/ByteRange[0 1 2 3]")}
    return file.update({**changes, FORM: build.with_reference(file.objects[FORM], b"/Fields[", number)})


@attack("PDF_SIGNATURE_DUPLICATE_KEY")
def contents_twice() -> File:
    entry = b"<</Type/Sig/Filter/F/SubFilter/adbe.pkcs7.detached/ByteRange%R/Contents%C/Contents<00>>>"
    return build.document().sign(dictionary=entry)


@attack("PDF_SIGNATURE_DUPLICATE_KEY")
def byte_range_twice_in_two_spellings() -> File:
    entry = b"<</Type/Sig/Filter/F/SubFilter/adbe.pkcs7.detached/Byte#52ange[0 1 2 3]/ByteRange%R/Contents%C>>"
    return build.document().sign(dictionary=entry)


@attack("PDF_ORPHAN_SIGNATURE", UNDECIDED)
def signature_that_no_field_names() -> File:
    return build.document().update({20: b"<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>"})


# Wrapping: something else beside the hole.

@attack("PDF_GAP")
def gap_wider_than_contents() -> bytes:
    """The range leaves out an entry beside /Contents, so that it can be changed at will."""
    file = build.document().update({})
    entry = b"<</Type/Sig/Filter/F/SubFilter/adbe.pkcs7.detached/ByteRange%R/Reason(aaaaaaaaaaaaaaaa)/Contents%C>>"
    signed = file.sign(dictionary=entry)
    data = bytearray(signed.data)
    start = data.rindex(b"/Reason")
    opened = data.rindex(b"/Contents<") + 9
    closed = opened + 2 * build.HOLE + 2
    mark = data.rindex(b"/ByteRange") + 10
    covered = b"[0 %d %d %d]" % (start, closed, len(data) - closed)
    data[mark : mark + len(build.RANGE)] = covered.ljust(len(build.RANGE))
    made = build.cms(bytes(data[:start] + data[closed:])).hex().encode()
    data[opened + 1 : closed - 1] = made.ljust(2 * build.HOLE, b"0")
    return bytes(data)


@attack("PDF_XREF_KEYWORD")
def objects_wrapped_in_the_gap() -> bytes:
    """The classic wrapping: the second part is moved behind objects of the attacker."""
    data = build.signed().data
    opened = data.rindex(b"/Contents<") + 9
    closed = opened + 2 * build.HOLE + 2
    return data[:closed] + b">>endobj 4 0 obj" + build.stream(b"BT (999) Tj ET") + b"endobj\n" + data[closed:]


@attack("PDF_COVERAGE_NOT_A_REVISION")
def covers_less_than_its_revision() -> File:
    file = build.document().sign(entries=b"/Location(here)")
    return _recovered(file, -30)


def _recovered(file: File, shift: int) -> File:
    """Sign once more with a range that ends earlier."""
    data = bytearray(file.data)
    opened = data.rindex(b"/Contents<") + 9
    closed = opened + 2 * build.HOLE + 2
    end = len(data) + shift
    mark = data.rindex(b"/ByteRange") + 10
    data[mark : mark + len(build.RANGE)] = (b"[0 %d %d %d]" % (opened, closed, end - closed)).ljust(len(build.RANGE))
    made = build.cms(bytes(data[:opened] + data[closed:end])).hex().encode()
    data[opened + 1 : closed - 1] = made.ljust(2 * build.HOLE, b"0")
    return file.patched(bytes(data))


# Incremental saving: bytes behind the signed revision.

def _behind(extra: bytes) -> bytes:
    return build.signed().data + extra


_NEW_CONTENT = b"4 0 obj\n" + build.stream(b"BT (Pay 999) Tj ET") + b"\nendobj\n"


@attack("PDF_TRAILING_BYTES")
def object_behind_the_end() -> bytes:
    return _behind(_NEW_CONTENT)


@attack("PDF_TRAILING_BYTES")
def trailer_behind_the_end() -> bytes:
    return _behind(_NEW_CONTENT + b"trailer\n<</Root 1 0 R/Size 12>>\n")


@attack("PDF_NO_EOF")
def update_without_end_mark() -> bytes:
    return _behind(_NEW_CONTENT + b"trailer\n<</Root 1 0 R/Size 12>>\nstartxref\n0\n")


@attack("PDF_XREF_RANGE")
def update_without_table() -> bytes:
    return _behind(_NEW_CONTENT + b"trailer\n<</Root 1 0 R/Size 12>>\nstartxref\n0\n%%EOF\n")


@attack("PDF_TAIL_DISAGREES")
def update_that_points_at_the_old_table() -> bytes:
    file = build.signed()
    return file.data + _NEW_CONTENT + b"startxref\n%d\n%%%%EOF\n" % file.startxref


@attack("PDF_TRAILING_BYTES")
def nine_hundred_bytes_behind_the_end() -> bytes:
    return _behind(b"x" * 900)


@attack("PDF_OBJECT_CHANGED")
def content_replaced() -> File:
    return build.signed().update({CONTENT: build.stream(b"BT /F1 12 Tf 72 700 Td (Pay 999) Tj ET")})


@attack("PDF_OBJECT_CHANGED")
def font_replaced() -> File:
    return build.signed().update({FONT: b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]>>"})


@attack("PDF_UNLISTED_BYTES", UNDECIDED)
def unlisted_object_in_an_update() -> File:
    file = build.signed()
    return file.update({PAGE: file.objects[PAGE]}, junk=_NEW_CONTENT)


@attack("PDF_UNLISTED_BYTES", UNDECIDED)
def unlisted_section_in_an_update() -> File:
    file = build.signed()
    return file.update({PAGE: file.objects[PAGE]}, junk=_NEW_CONTENT + b"trailer<</Root 1 0 R>>startxref 9 %%EOF\n")


@attack("PDF_COVERAGE_NOT_A_REVISION")
def new_chain_beside_the_signed_one() -> File:
    """A complete new section without /Prev: the signed revision is no revision any more."""
    file = build.signed()
    fresh = build.File(data=file.data, objects={}, size=1, startxref=0)
    made = fresh.update(dict(file.objects))
    return made.patched(_swap(made.data, b"/Prev 0", b""))


# Shadow attacks: what was prepared before signing comes alive later.

@attack("PDF_OBJECT_ADDED")
def dangling_reference_defined_later() -> File:
    objects = build.practice_objects()
    objects[PAGE] = _change(objects[PAGE], b"/Contents 4 0 R", b"/Contents[4 0 R 90 0 R]")
    return build.document(objects).sign().update({90: build.stream(b"BT (999) Tj ET")})


@attack("PDF_OBJECT_ADDED")
def dangling_reference_defined_under_a_second_signature() -> File:
    objects = build.practice_objects()
    objects[PAGE] = _change(objects[PAGE], b"/Contents 4 0 R", b"/Contents[4 0 R 90 0 R]")
    file = build.document(objects).sign()
    return file.sign("Signature2", changes={90: build.stream(b"BT (999) Tj ET")})


@attack("PDF_OBJECT_ADDED")
def object_number_zero_comes_alive() -> File:
    objects = build.practice_objects()
    objects[PAGE] = _change(objects[PAGE], b"/Contents 4 0 R", b"/Contents[4 0 R 0 0 R]")
    return build.document(objects).sign().update({0: build.stream(b"BT (999) Tj ET")})


@attack("PDF_OBJECT_FREED")
def overlay_freed() -> File:
    return build.signed().update({}, free=(CONTENT,))


@attack("PDF_ENTRY_OUTSIDE_REVISION")
def entry_moved_to_an_older_object() -> File:
    """A second content under the same number was signed along, unlisted; the update lists it."""
    objects = build.practice_objects()
    first = build.document(objects)
    hidden = len(first.data)
    file = first.update({}, junk=_NEW_CONTENT).sign()
    return file.update({}, rows={CONTENT: (hidden, 0, "n")})


@attack("PDF_XREF_RANGE")
def entry_that_waits_behind_the_signed_end() -> bytes:
    """The signed table names a place that does not exist yet; the attacker fills it without an entry of his own."""
    objects = build.practice_objects()
    objects[PAGE] = _change(objects[PAGE], b"/Contents 4 0 R", b"/Contents[4 0 R 90 0 R]")
    place = 20_000
    file = build.document(objects).update({}, rows={90: (place, 0, "n")}).sign()
    assert len(file.data) < place
    spaces = b" " * (place - len(file.data))
    return file.update({PAGE: file.objects[PAGE]}, junk=spaces + b"90 0 obj\n" + build.stream(b"(9) Tj") + b"\nendobj\n").data


@attack("PDF_XREF_RANGE")
def stream_that_reaches_behind_the_signed_end() -> bytes:
    """A signed stream whose length runs past %%EOF: what is appended becomes its end."""
    objects = build.practice_objects()
    objects[CONTENT] = b"<</Length 30000>>\nstream\nBT (Pay 100) Tj ET\nendstream"
    file = build.document(objects).sign()
    start = file.data.index(b"stream\n", file.data.index(b"/Length 30000")) + 7
    junk = b"%" * (start + 30_000 - len(file.data)) + b"\nendstream endobj\n"
    return file.update({}, junk=junk).data


@attack("PDF_OBJSTM_OVERWRITTEN")
def object_stream_overwritten() -> File:
    file = _packed()
    container = next(number for number in range(10, file.size) if b"%d 0 obj\n<</Type/ObjStm" % number in file.data)
    index = b"1 0 2 60 5 120 6 180 "
    return file.update({container: build.stream(index + b" " * 300, b"/Type/ObjStm/N 4/First %d" % len(index))})


@attack("PDF_OBJSTM_OVERWRITTEN")
def object_stream_freed() -> File:
    file = _packed()
    container = next(number for number in range(10, file.size) if b"%d 0 obj\n<</Type/ObjStm" % number in file.data)
    return file.update({}, free=(container,))


def _packed() -> File:
    return build.compressed(build.practice_objects(), (PAGES, FONT, NOTE, SHOWN - 1)[:3]).sign()


@attack("PDF_OBJECT_CHANGED")
def length_of_a_signed_stream_shortened() -> File:
    objects = build.practice_objects()
    inner = b"BT (Pay 999) Tj ET\nendstream endobj " + b"%" * 20 + b"\nBT (Pay 100) Tj ET"
    objects[CONTENT] = b"<</Length 90 0 R>>\nstream\n%s\nendstream" % inner
    objects[90] = b"%d" % len(inner)
    return build.document(objects).sign().update({90: b"18"})


@attack("PDF_GENERATION_CHANGED")
def generation_raised() -> File:
    file = build.signed()
    at = len(file.data)
    body = b"4 1 obj\n" + build.stream(b"BT (999) Tj ET") + b"\nendobj\n"
    return file.update({}, rows={CONTENT: (at, 1, "n")}, junk=body)


# Catalog, pages and trailer.

@attack("PDF_TRAILER_CHANGED")
def root_moved_to_an_equal_object() -> File:
    file = build.signed()
    place = file.size
    return file.update({place: file.objects[ROOT]}, trailer=b"/Root %d 0 R" % place)


def _catalog(entries: bytes) -> File:
    file = build.signed()
    return file.update({ROOT: file.objects[ROOT][:-2] + entries + b">>"})


@attack("PDF_CATALOG_CHANGED")
def open_action_added() -> File:
    return _catalog(b"/OpenAction<</S/JavaScript/JS(this.pageNum=1)>>")


@attack("PDF_CATALOG_CHANGED")
def optional_content_added() -> File:
    return _catalog(b"/OCProperties<</D<<>>/OCGs[]>>")


@attack("PDF_CATALOG_CHANGED")
def names_added() -> File:
    return _catalog(b"/Names<</EmbeddedFiles<<>>>>")


@attack("PDF_PERMS_CHANGED")
def permissions_added_later() -> File:
    return _catalog(b"/Perms<</DocMDP 10 0 R>>")


@attack("PDF_DUPLICATE_KEY")
def catalog_with_two_page_trees() -> File:
    return _catalog(b"/Pages 8 0 R")


@attack("PDF_OBJECT_CHANGED")
def page_added() -> File:
    file = build.signed()
    place = file.size
    pages = b"<</Type/Pages/Kids[3 0 R %d 0 R]/Count 2>>" % place
    return file.update({PAGES: pages, place: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"})


@attack("PDF_PAGE_CHANGED")
def page_rotated() -> File:
    return _edit(PAGE, b"/MediaBox", b"/Rotate 90/MediaBox")


@attack("PDF_PAGE_CHANGED")
def page_with_two_contents() -> File:
    return _edit(PAGE, b"/Contents 4 0 R", b"/Contents 8 0 R")


@attack("PDF_ANNOTATION_REMOVED")
def annotation_removed() -> File:
    return _edit(PAGE, b" 9 0 R", b"")


@attack("PDF_DUPLICATE_KEY")
def trailer_with_two_roots() -> File:
    return build.signed().update({9: b"null"}, trailer=b"/Root 1 0 R/Root 2 0 R")


@attack("PDF_HEADER")
def junk_before_the_header() -> bytes:
    return b"x" + build.signed().data


@attack("PDF_XREF_LOOP")
def sections_in_a_circle() -> bytes:
    file = build.signed()
    at = len(file.data)
    return file.data + b"xref\n0 0\ntrailer\n<</Size 12/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (at, at)


@attack("PDF_HYBRID_CONFLICT")
def hybrid_section_with_another_content() -> File:
    file = build.signed()
    at = len(file.data)
    rows = b"\x01" + at.to_bytes(4, "big")
    section = b"30 0 obj\n" + build.stream(rows, b"/Type/XRef/W[1 4 0]/Index[4 1]/Size 31/Root 1 0 R") + b"\nendobj\n"
    junk = _NEW_CONTENT + section
    place = at + len(_NEW_CONTENT)
    return file.update({}, junk=junk, rows={CONTENT: (at + 1, 0, "n")}, trailer=b"/Root 1 0 R/XRefStm %d" % place)


@attack("PDF_OBJECT_CHANGED")
def content_replaced_through_a_hybrid_section() -> File:
    file = build.signed()
    at = len(file.data)
    rows = b"\x01" + at.to_bytes(4, "big")
    section = b"30 0 obj\n" + build.stream(rows, b"/Type/XRef/W[1 4 0]/Index[4 1]/Size 31/Root 1 0 R") + b"\nendobj\n"
    return file.update({}, junk=_NEW_CONTENT + section, trailer=b"/Root 1 0 R/XRefStm %d" % (at + len(_NEW_CONTENT)))


@attack("PDF_HYBRID_CONFLICT")
def hybrid_section_that_waits_behind_the_signed_end() -> bytes:
    place = 20_000
    file = build.document(trailer=b"/Root 1 0 R/XRefStm %d" % place).sign()
    assert len(file.data) < place
    at = place + 200
    rows = b"\x01" + at.to_bytes(4, "big")
    section = b"30 0 obj\n" + build.stream(rows, b"/Type/XRef/W[1 4 0]/Index[40 1]/Size 41/Root 1 0 R") + b"\nendobj\n"
    junk = b" " * (place - len(file.data)) + section
    return file.update({}, junk=junk, trailer=b"/Root 1 0 R").data


# The form.

@attack("PDF_APPEARANCE_ONLY")
def appearance_replaced_and_value_kept() -> File:
    file = build.signed()
    place = file.size
    return file.update({AMOUNT: build.amount(b"100", place), place: build.form_xobject(b"999")})


@attack("PDF_APPEARANCE_ONLY")
def appearance_overwritten_in_place() -> File:
    return build.signed().update({SHOWN: build.form_xobject(b"999")})


@attack("PDF_ACROFORM_CHANGED")
def need_appearances_added() -> File:
    return _edit(FORM, b"/DA", b"/NeedAppearances true/DA")


@attack("PDF_ACROFORM_CHANGED")
def forms_architecture_added() -> File:
    return _edit(FORM, b"/DA", b"/XFA(x)/DA")


@attack("PDF_ACROFORM_CHANGED", UNDECIDED)
def default_appearance_changed() -> File:
    return _edit(FORM, b"0 g", b"1 g")


@attack("PDF_ACROFORM_CHANGED", UNDECIDED)
def default_font_redirected() -> File:
    file = build.signed()
    place = file.size
    form = _change(file.objects[FORM], b"/F1 5 0 R", b"/F1 %d 0 R" % place)
    return file.update({FORM: form, place: b"<</Type/Font/Subtype/Type1/BaseFont/Symbol>>"})


@attack("PDF_FIELD_REMOVED")
def field_removed() -> File:
    return _edit(FORM, b"[7 0 R ", b"[")


@attack("PDF_FIELD_REMOVED")
def field_renamed() -> File:
    return _edit(AMOUNT, b"/T(amount)", b"/T(amounts)")


@attack("PDF_FIELD_CHANGED")
def field_moved() -> File:
    return _edit(AMOUNT, b"[100 600 200 620]", b"[100 100 200 120]")


@attack("PDF_FIELD_CHANGED")
def field_hidden() -> File:
    return _edit(AMOUNT, b"/FT/Tx", b"/F 2/FT/Tx")


@attack("PDF_FIELD_CHANGED")
def field_with_an_action() -> File:
    return _edit(AMOUNT, b"/FT/Tx", b"/AA<</C<</S/JavaScript/JS(x)>>>>/FT/Tx")


@attack("PDF_FIELD_CHANGED", UNDECIDED)
def value_borrowed_from_a_signed_object() -> File:
    return _edit(AMOUNT, b"/V(100)", b"/V 4 0 R")


@attack("PDF_FIELD_CHANGED", UNDECIDED)
def value_that_is_no_text() -> File:
    return _edit(AMOUNT, b"/V(100)", b"/V<</N 999>>")


def _new_field(entries: bytes) -> File:
    file = build.signed()
    place = file.size
    page = build.with_reference(file.objects[PAGE], b"/Annots[", place)
    form = build.with_reference(file.objects[FORM], b"/Fields[", place)
    body = b"<</Type/Annot/Subtype/Widget%s/Rect[100 600 200 620]/P 3 0 R>>" % entries
    return file.update({PAGE: page, FORM: form, place: body})


@attack("PDF_OBJECT_CHANGED")
def change_hidden_behind_many_others() -> File:
    file = _filled(build.signed())
    for value in range(60):
        place = file.size
        file = file.update({AMOUNT: build.amount(b"%d" % value, place), place: build.form_xobject(b"%d" % value)})
    return file.update({CONTENT: build.stream(b"BT (Pay 999) Tj ET")})


@attack("PDF_FIELD_ADDED")
def text_field_added() -> File:
    return _new_field(b"/FT/Tx/T(total)/V(999)")


@attack("PDF_FIELD_ADDED")
def second_field_under_the_name_of_a_signed_one() -> File:
    return _new_field(b"/FT/Tx/T(amount)/V(999)")


@attack("PDF_EMPTY_SIGNATURE_FIELD_ADDED")
def empty_signature_field_added() -> File:
    return _new_field(b"/FT/Sig/T(later)")


@attack("PDF_EMPTY_SIGNATURE_FIELD_ADDED")
def second_widget_under_the_name_of_a_new_signature() -> File:
    """A genuine signature, and beside it an unsigned field of the same name that shows something."""
    file = build.signed()
    widget, twin = file.size + 1, file.size + 2
    body = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Judge)/Rect[%s]/P 3 0 R%s>>"
    form = build.with_reference(file.objects[FORM], b"/Fields[", widget)
    page = build.with_reference(file.objects[PAGE], b"/Annots[", widget)
    changes = {
        widget: body % (b"0 0 0 0", b"/V %d 0 R" % file.size),
        twin: body % (b"70 690 170 720", b"/AP<</N 8 0 R>>"),
        FORM: build.with_reference(form, b"/Fields[", twin),
        PAGE: build.with_reference(page, b"/Annots[", twin),
    }
    return _signed_by_hand(file, changes)


@attack("PDF_FIELD_ADDED", UNDECIDED)
def signature_with_many_widgets() -> File:
    file = build.signed()
    field = file.size + 1
    kid = b"<</Type/Annot/Subtype/Widget/Rect[%d 690 %d 720]/P 3 0 R/Parent %d 0 R/AP<</N 8 0 R>>>>"
    kids = {field + 1 + place: kid % (70 + 90 * place, 150 + 90 * place, field) for place in range(3)}
    form = build.with_reference(file.objects[FORM], b"/Fields[", field)
    page = file.objects[PAGE]
    for number in kids:
        page = build.with_reference(page, b"/Annots[", number)
    named = b" ".join(b"%d 0 R" % number for number in kids)
    body = b"<</FT/Sig/T(Judge)/Kids[%s]/V %d 0 R>>" % (named, file.size)
    return _signed_by_hand(file, {field: body, **kids, FORM: form, PAGE: page})


def _with_box() -> File:
    objects = build.practice_objects()
    objects[20] = (
        b"<</Type/Annot/Subtype/Widget/FT/Btn/T(agree)/V/Off/AS/Off/Rect[50 50 60 60]/P 3 0 R"
        b"/AP<</N<</Yes 8 0 R/Off 21 0 R>>>>>>"
    )
    objects[21] = build.form_xobject(b"")
    objects[FORM] = build.with_reference(objects[FORM], b"/Fields[", 20)
    objects[PAGE] = build.with_reference(objects[PAGE], b"/Annots[", 20)
    return build.document(objects).sign()


@control("permitted")
def box_ticked() -> File:
    file = _with_box()
    return file.update({20: _change(file.objects[20], b"/V/Off/AS/Off", b"/V/Yes/AS/Yes")})


@attack("PDF_APPEARANCE_ONLY", UNDECIDED)
def box_shown_as_ticked() -> File:
    file = _with_box()
    return file.update({20: _change(file.objects[20], b"/AS/Off", b"/AS/Yes")})


@attack("PDF_FIELD_CHANGED", UNDECIDED)
def box_with_another_appearance() -> File:
    file = _with_box()
    body = _change(file.objects[20], b"/V/Off/AS/Off", b"/V/Yes/AS/Yes")
    return file.update({20: _change(body, b"/Yes 8 0 R", b"/Yes 30 0 R"), 30: build.form_xobject(b"999")})


@attack("PDF_FIELD_ADDED")
def action_above_a_new_signature() -> File:
    """A nameless parent of the second signature brings a script in."""
    file = build.signed()
    widget, parent = file.size + 1, file.size + 2
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Judge)/Rect[0 0 0 0]/P 3 0 R/Parent %d 0 R/V %d 0 R>>" % (
        parent, file.size,
    )  # fmt: skip
    changes = {
        widget: field,
        parent: b"<</T(group)/Kids[%d 0 R]/AA<</C<</S/JavaScript/JS(x)>>>>>>" % widget,
        FORM: build.with_reference(file.objects[FORM], b"/Fields[", parent),
        PAGE: build.with_reference(file.objects[PAGE], b"/Annots[", widget),
    }
    return _signed_by_hand(file, changes)


@attack("PDF_SIGNATURE_REMOVED")
def signature_removed() -> File:
    file = build.signed()
    form = _change(file.objects[FORM], b" 11 0 R]", b"]")
    return file.sign("Signature2", changes={FORM: form})


@attack("PDF_SIGNATURE_REMOVED")
def signature_removed_from_an_unsigned_end() -> File:
    return _edit(FORM, b" 11 0 R]", b"]")


@attack("PDF_SIGNATURE_REPLACED")
def signature_replaced() -> File:
    file = build.signed()
    field = _change(file.objects[11], b"/V 10 0 R", b"/V %d 0 R" % file.size)
    return file.sign("Signature2", changes={11: field})


@attack("PDF_SIGNATURE_SHARED")
def one_signature_in_two_fields() -> File:
    file = build.signed()
    made = file.sign("Signature2")
    field = _change(made.objects[made.size - 1], b"/V %d 0 R" % (made.size - 2), b"/V 10 0 R")
    return made.update({made.size - 1: field})


@attack("PDF_SIGNATURE_REDEFINED")
def signature_dictionary_rewritten() -> File:
    file = build.signed()
    start = file.data.index(b"10 0 obj\n") + 9
    body = file.data[start : file.data.index(b"\nendobj", start)]
    return file.update({10: body[:-2] + b"/Reason(other)>>"})


@attack("PDF_FIELD_CHANGED")
def appearance_of_a_signature_replaced() -> File:
    file = build.signed()
    place = file.size
    field = file.objects[11][:-2] + b"/AP<</N %d 0 R>>>>" % place
    return file.update({11: field, place: build.form_xobject(b"signed by another")})


# Annotations and visible signatures over certified content.

@attack("PDF_CHANGE_FORBIDDEN")
def free_text_over_a_certified_form() -> File:
    return _annotated(build.signed(certify=2), b"/FreeText/Rect[70 690 300 720]/Contents(Pay 999)/DA(/F1 12 Tf)")


@attack("PDF_ANNOTATION_COVERS")
def free_text_where_annotations_are_permitted() -> File:
    return _annotated(build.signed(certify=3), b"/FreeText/Rect[70 690 300 720]/Contents(Pay 999)/DA(/F1 12 Tf)")


@attack("PDF_ANNOTATION_COVERS")
def stamp_where_annotations_are_permitted() -> File:
    return _annotated(build.signed(certify=3), b"/Stamp/Rect[0 0 595 842]/AP<</N 8 0 R>>")


@attack("CHANGE_NOT_JUDGED", UNDECIDED)
def note_with_an_appearance_of_its_own() -> File:
    return _annotated(build.signed(certify=3), b"/Text/Rect[70 690 90 710]/Contents(x)/AP<</N 8 0 R>>")


@attack("CHANGE_NOT_JUDGED", UNDECIDED)
def annotation_after_an_approval_signature() -> File:
    return _annotated(build.signed(), b"/Redact/Rect[0 0 595 842]")


@attack("CHANGE_NOT_JUDGED", UNDECIDED)
def annotation_text_changed_after_an_approval_signature() -> File:
    file = build.signed()
    return file.update({NOTE: _change(file.objects[NOTE], b"draft", b"final")})


@attack("PDF_SIGNATURE_COVERS_PAGE", UNDECIDED)
def sneaky_signature_over_the_page() -> File:
    file = build.signed(certify=2)
    shown = file.size + 2
    return file.sign("Signature2", rect=b"0 0 595 842", widget=b"/AP<</N %d 0 R>>" % shown,
                     changes={shown: build.form_xobject(b"Pay 999")})  # fmt: skip


# Permissions and locks.

@attack("PDF_CHANGE_FORBIDDEN")
def filled_although_certified_against_it() -> File:
    return _filled(build.signed(certify=1))


@attack("PDF_CHANGE_FORBIDDEN")
def signed_although_certified_against_it() -> File:
    return build.signed(certify=1).sign("Signature2")


@attack("PDF_CHANGE_FORBIDDEN")
def unknown_permission_counts_as_the_narrowest() -> File:
    return _filled(build.signed(certify=9))


def _locked(action: bytes) -> File:
    parameters = b"<</Type/TransformParams/V/1.2%s>>" % action
    reference = b"/Reference[<</Type/SigRef/TransformMethod/FieldMDP/TransformParams %s>>]" % parameters
    return build.document().sign(entries=reference)


@attack("PDF_LOCKED_FIELD_CHANGED")
def locked_field_filled() -> File:
    return _filled(_locked(b"/Action/Include/Fields[(amount)]"))


@attack("PDF_LOCKED_FIELD_CHANGED")
def field_filled_although_all_are_locked() -> File:
    return _filled(_locked(b"/Action/All"))


@attack("PDF_LOCKED_FIELD_CHANGED")
def field_filled_although_not_exempt() -> File:
    return _filled(_locked(b"/Action/Exclude/Fields[(other)]"))


@attack("PDF_CHANGE_FORBIDDEN")
def field_lock_that_permits_nothing() -> File:
    return _filled(build.document().sign(widget=b"/Lock<</Type/SigFieldLock/Action/Include/Fields[]/P 1>>"))


@attack("PDF_OBJECT_CHANGED")
def permission_widened_later() -> File:
    base = build.document()
    place = base.size + 2
    reference = b"/Reference[<</TransformMethod/DocMDP/TransformParams %d 0 R>>]" % place
    root = base.objects[ROOT][:-2] + b"/Perms<</DocMDP %d 0 R>>>>" % base.size
    file = base.sign(entries=reference, changes={ROOT: root, place: b"<</P 1>>"})
    return _filled(file.update({place: b"<</P 3>>"}))


@attack("PDF_PERMS_CHANGED")
def certification_taken_away() -> File:
    file = build.signed(certify=1)
    return file.update({ROOT: build.practice_objects()[ROOT]})


@attack("PDF_PERMS_CHANGED")
def certified_after_an_approval() -> File:
    return build.certified(build.signed(), 2)


# The security store as a carrier.

@attack("PDF_DSS_OVERWRITES")
def content_overwritten_as_a_certificate() -> File:
    file = build.signed()
    root = file.objects[ROOT][:-2] + b"/DSS<</Certs[4 0 R]>>>>"
    return file.update({ROOT: root, CONTENT: build.stream(b"BT (999) Tj ET")})


@attack("PDF_DSS_OVERWRITES")
def font_overwritten_as_a_list_of_certificates() -> File:
    file = build.signed()
    root = file.objects[ROOT][:-2] + b"/DSS<</Certs 5 0 R>>>>"
    return file.update({ROOT: root, FONT: b"[]"})


@attack("PDF_DSS_MALFORMED")
def page_overwritten_as_the_store() -> File:
    file = build.signed()
    root = file.objects[ROOT][:-2] + b"/DSS 3 0 R>>"
    return file.update({ROOT: root, PAGE: b"<</Certs[]>>"})


@attack("PDF_DSS_REMOVED")
def store_removed() -> File:
    file = _with_store(build.document()).sign()
    return file.update({ROOT: build.practice_objects()[ROOT]})


@attack("PDF_CATALOG_CHANGED")
def metadata_redirected_to_the_content() -> File:
    file = build.signed()
    root = file.objects[ROOT][:-2] + b"/Metadata 4 0 R>>"
    return file.update({ROOT: root, CONTENT: build.stream(b"BT (999) Tj ET")})


@attack("PDF_OBJECT_CHANGED")
def metadata_shared_with_the_content() -> File:
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/Metadata 4 0 R>>"
    return build.document(objects).sign().update({CONTENT: build.stream(b"BT (999) Tj ET")})


@attack("PDF_OBJECT_UNUSED", UNDECIDED)
def unused_object_alone() -> File:
    file = build.signed()
    return file.update({file.size: build.stream(b"BT (999) Tj ET")})


@attack("PDF_MAC_NOT_CHECKED", UNDECIDED)
def integrity_code_that_nobody_checks() -> File:
    return build.document(trailer=b"/Root 1 0 R/AuthCode<</MACLocation/Standalone>>").sign()


@attack("PDF_TRAILER_CHANGED")
def encryption_added() -> File:
    return build.signed().update({9: b"null"}, trailer=b"/Root 1 0 R/Encrypt<</Filter/Other>>")
