"""Pages as signed beside pages as handed over: what differs is shown and boxed, what cannot be shown is said."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

import edoc
from edoc import api_pictures
from edoc.api_pictures import PagePictures, page_pictures
from edoc.api_sign import timestamp_document
from edoc.drivers.pictures.limits import DEFAULT_PICTURE_LIMITS, PictureLimits
from edoc.report.additions import PagePicture
from tests.attacks import fixture, later, shadow, table
from tests.attacks.fixture import shown
from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, CONTENT, PAGE, PAGES, ROOT, File, form_xobject, stream
from tests.sign.forms import fill, form, note
from tests.sign.makers import SIGNING_TIME, open_key
from tests.sign.practice import extend, practice, sign
from tests.sign.test_encrypted import encrypted

assert later and shadow and table  # they fill the table of fixtures
A4 = (595.0, 842.0)
Rect = tuple[float, float, float, float]
"""In default user space of a page of A4."""


def pictures(data: bytes | File, *, limits: PictureLimits = DEFAULT_PICTURE_LIMITS, password: str | None = None) -> PagePictures:
    octets = data.data if isinstance(data, File) else data
    report = edoc.verify_document(octets, policy="integrity", password=password)
    return page_pictures(octets, report, limits=limits, password=password)


def codes(found: PagePictures) -> list[str]:
    return [item.code for item in found.notes]


def numbers(found: PagePictures) -> list[tuple[str, int, int | None, bool, bool]]:
    return [(one.signature, one.page, one.now, one.signed is not None, one.handed_over is not None) for one in found.pictures]


def only(found: PagePictures) -> PagePicture:
    assert len(found.pictures) == 1, (numbers(found), codes(found))
    return found.pictures[0]


def opened(octets: bytes | None) -> Image.Image:
    assert octets is not None
    return Image.open(io.BytesIO(octets)).convert("RGB")


def holds(picture: PagePicture, place: Rect, *, near: float = 0.0) -> bool:
    """Whether a box of the picture holds a place of an unturned page of A4."""
    width, height = A4
    left, top, right, bottom = place[0] / width, 1 - place[3] / height, place[2] / width, 1 - place[1] / height
    return any(
        box[0] <= left + near and box[1] <= top + near and box[2] >= right - near and box[3] >= bottom - near
        for box in picture.boxes
    )


def sized(picture: PagePicture) -> float:
    return sum((right - left) * (bottom - top) for left, top, right, bottom in picture.boxes)


@cache
def pages(*texts: bytes, extra: bytes = b"") -> File:
    """A signed document with a page for each text."""
    objects = build.practice_objects()
    objects[PAGE] = objects[PAGE][:-2] + extra + b">>"
    objects[CONTENT] = shown(texts[0])
    kids = [PAGE, *range(20, 20 + 2 * (len(texts) - 1), 2)]
    for place, text in zip(kids[1:], texts[1:], strict=True):
        objects[place] = page_body(place + 1, extra)
        objects[place + 1] = shown(text)
    objects[PAGES] = tree(kids)
    return build.document(objects).sign()


def page_body(content: int, extra: bytes = b"") -> bytes:
    return (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents %d 0 R%s>>"
        % (content, extra)
    )


def tree(kids: list[int]) -> bytes:
    return b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))


THREE = (b"First page", b"Second page with an amount of 100", b"Third and last page")


# What differs.


def test_a_changed_amount_is_shown_and_boxed() -> None:
    picture = only(pictures(build.signed().update({CONTENT: shown(b"Pay 900")})))
    assert (picture.signature, picture.page, picture.now) == ("S1", 1, None)
    assert holds(picture, (94, 700, 102, 708), near=0.005) and sized(picture) < 0.01
    before, after = opened(picture.signed), opened(picture.handed_over)
    assert before.size == after.size and before.tobytes() != after.tobytes()


@pytest.mark.parametrize("extra", [b"", b"/Rotate 90", b"/CropBox[50 400 595 842]/Rotate 180"])
def test_the_changed_amount_is_enlarged(extra: bytes) -> None:
    picture = only(pictures(pages(b"Pay 100", extra=extra).update({CONTENT: shown(b"Pay 900")})))
    (look,) = picture.closer
    (box,) = picture.boxes
    assert look.part[0] <= box[0] and look.part[1] <= box[1] and look.part[2] >= box[2] and look.part[3] >= box[3]
    before, after = opened(look.signed), opened(look.handed_over)
    assert before.size == after.size and before.width > 600
    wide, high = look.part[2] - look.part[0], look.part[3] - look.part[1]
    within = ((box[0] - look.part[0]) / wide, (box[1] - look.part[1]) / high, (box[2] - look.part[0]) / wide, (box[3] - look.part[1]) / high)
    place = tuple(int(part * side) for part, side in zip(within, (before.width, before.height) * 2, strict=True))
    assert before.crop(place).tobytes() != after.crop(place).tobytes()  # type: ignore[arg-type]
    for side in (before, after):
        side.paste("white", (place[0] - 2, place[1] - 2, place[2] + 3, place[3] + 3))
    assert before.tobytes() == after.tobytes(), "something differs outside the box"


def test_only_the_page_that_was_changed_is_shown() -> None:
    found = pictures(pages(*THREE).update({21: shown(b"Second page with an amount of 900")}))
    assert numbers(found) == [("S1", 2, None, True, True)] and codes(found) == []


def test_an_added_page_stands_alone_and_the_others_do_not_differ() -> None:
    file = pages(*THREE)
    found = pictures(file.update({PAGES: tree([PAGE, 40, 20, 22]), 40: page_body(41), 41: shown(b"Slipped in")}))
    assert numbers(found) == [("S1", 2, None, False, True)]
    assert only(found).boxes == ((0.0, 0.0, 1.0, 1.0),)


def test_a_removed_page_stands_alone() -> None:
    assert numbers(pictures(pages(*THREE).update({PAGES: tree([PAGE, 22])}))) == [("S1", 2, None, True, False)]


def test_a_changed_page_behind_an_added_one_has_two_numbers() -> None:
    update = {PAGES: tree([40, PAGE, 20, 22]), 40: page_body(41), 41: shown(b"New"), 21: shown(b"Second page with an amount of 900")}
    found = pictures(pages(*THREE).update(update))
    assert numbers(found) == [("S1", 1, None, False, True), ("S1", 2, 3, True, True)]


def test_a_moved_page_is_told_and_not_shown() -> None:
    found = pictures(pages(*THREE).update({PAGES: tree([20, 22, PAGE])}))
    assert found.pictures == ()
    assert [(item.code, item.params["page"], item.params["now"]) for item in found.notes] == [("PICTURES_PAGE_MOVED", "1", "3")]


@pytest.mark.parametrize(
    ("extra", "place"),
    [
        (b"/Rotate 90", (0.83, 0.15, 0.85, 0.175)),
        (b"/Rotate 180", (0.82, 0.83, 0.85, 0.846)),
        (b"/Rotate 270", (0.155, 0.82, 0.17, 0.845)),
        (b"/CropBox[50 600 350 800]", (0.14, 0.455, 0.18, 0.505)),
        (b"/CropBox[50 600 350 800]/Rotate 90", (0.5, 0.14, 0.54, 0.18)),
    ],
)  # fmt: skip
def test_boxes_are_of_the_page_as_it_is_shown(extra: bytes, place: Rect) -> None:
    file = pages(b"Pay 100", extra=extra)
    picture = only(pictures(file.update({CONTENT: shown(b"Pay 900")})))
    (box,) = picture.boxes
    assert sized(picture) < 0.02
    middle = ((place[0] + place[2]) / 2, (place[1] + place[3]) / 2)
    assert box[0] - 0.02 <= middle[0] <= box[2] + 0.02 and box[1] - 0.02 <= middle[1] <= box[3] + 0.02, box
    before, after = opened(picture.signed), opened(picture.handed_over)
    width, height = before.size
    pixels = (int(box[0] * width), int(box[1] * height), round(box[2] * width), round(box[3] * height))
    for side in (before, after):
        side.paste("white", pixels)
    assert before.tobytes() == after.tobytes(), "something differs outside the box"


@pytest.mark.parametrize("turned", [b"", b"/Rotate 90", b"/CropBox[50 300 550 800]/Rotate 270"])
def test_the_box_of_a_change_in_the_report_is_boxed_whole(turned: bytes) -> None:
    file = pages(b"Pay 100", extra=turned)
    place = file.size
    filled = file.update({AMOUNT: build.amount(b"250", place), place: form_xobject(b"250")})
    report = edoc.verify_document(filled.data, policy="integrity")
    assert any(change.box == (100, 600, 200, 620) for change in report.signatures[0].changes)
    (box,) = only(page_pictures(filled.data, report)).boxes
    wide, high = sorted((100.0, 20.0), reverse=b"Rotate" not in turned)
    page_wide, page_high = (500.0, 500.0) if b"Crop" in turned else (A4[1], A4[0]) if turned else A4
    # The first glyph reaches over the edge of the field by a pixel, and its frame with it.
    assert wide / page_wide - 0.001 <= box[2] - box[0] <= wide / page_wide + 0.008
    assert high / page_high - 0.001 <= box[3] - box[1] <= high / page_high + 0.008


def test_a_field_that_was_filled_in_by_a_program_without_an_appearance_is_drawn_as_a_viewer_draws_it() -> None:
    filled = fill(sign(form(), "B-B", field="Judge"), "Amount", "9000")
    picture = only(pictures(filled))
    assert holds(picture, (72, 400, 272, 420), near=0.005)


def test_an_annotation_is_drawn() -> None:
    picture = only(pictures(note(sign(form(), "B-B", field="Judge"))))
    assert holds(picture, (12, 12, 28, 28), near=0.005)


@pytest.mark.parametrize("subtype", ["FreeText", "Stamp", "Square", "Highlight"])
def test_an_annotation_over_an_amount_is_boxed(subtype: str) -> None:
    assert holds(only(pictures(later.annotated(subtype, 3))), (100, 695, 120, 705), near=0.01)


SHADOWS = {
    "cover_and_text_emptied", "cover_turned_into_another_kind_of_object", "covering_picture_turned_into_metadata",
    "layer_switched_on", "font_whose_digits_are_others", "font_of_the_form_alone_replaced",
    "value_and_appearance_say_different_amounts", "catalog_switched_to_one_that_waited",
    "page_tree_switched_to_one_that_waited", "content_switched_to_one_that_waited",
    "entry_pointed_at_one_that_waited", "sneaky_signature_although_nothing_may_come", "page_cropped_to_hide_a_line",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SHADOWS))
def test_a_shadow_attack_is_shown(name: str) -> None:
    found = pictures(fixture.FIXTURES[name].make())
    assert found.pictures and found.pictures[0].boxes


HIDDEN: dict[str, Callable[[], bytes]] = {
    **{name: fixture.FIXTURES[name].make for name in ("named_destinations_added", "scripts_of_the_document_added", "link_redirected")},
    # PDFium draws the widgets of the form only; other viewers draw it, so that the sentence names who drew.
    "widget-of-no-field": lambda: later.annotated("Widget", 3).data,
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_not_seen_is_said_and_not_shown(name: str) -> None:
    found = pictures(HIDDEN[name]())
    assert found.pictures == () and codes(found) == ["PICTURES_ALIKE"]


def test_a_page_for_which_changes_are_told_and_that_looks_alike_is_named() -> None:
    file = pages(*THREE)
    body = page_body(23, b"/Annots[%d 0 R]" % file.size)
    hidden = b"<</Type/Annot/Subtype/Text/F 2/Rect[500 700 520 720]/Contents(x)/P 22 0 R>>"
    found = pictures(file.update({22: body, file.size: hidden, CONTENT: shown(b"Other")}))
    assert numbers(found) == [("S1", 1, None, True, True)]
    assert [(item.code, item.params["pages"]) for item in found.notes] == [("PICTURES_PAGES_ALIKE", "3")]


# Which signatures.


def test_nothing_is_drawn_of_what_was_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("nothing is to be drawn")

    monkeypatch.setattr(api_pictures, "draw", refuse)
    archived = extend(sign(form(), "B-T", field="Judge"), "B-LTA")
    for data in (build.signed().data, build.document().data, archived):
        assert pictures(data) == PagePictures()
    assert page_pictures(b"{}", edoc.verify_document(build.signed().data, policy="integrity")) == PagePictures()


def several() -> File:
    """Three signers, each with a seal, and a change that nobody signed."""
    file = build.signed()
    for number in (2, 3):
        place = file.size + 2
        file = file.sign(
            f"Signature{number}", rect=b"%d 50 %d 90" % (100 * number, 100 * number + 80),
            widget=b"/AP<</N %d 0 R>>" % place, changes={place: form_xobject(b"Seal %d" % number)},
        )  # fmt: skip
    return file.update({CONTENT: shown(b"Pay 900")})


def test_several_signatures_are_shown_each_the_latest_first() -> None:
    found = pictures(several())
    assert [one.signature for one in found.pictures] == ["S3", "S2", "S1"]
    assert [len(one.boxes) for one in found.pictures] == [1, 2, 3]


def test_signatures_beyond_the_bound_are_named() -> None:
    found = pictures(several(), limits=replace(DEFAULT_PICTURE_LIMITS, signatures=1))
    assert [one.signature for one in found.pictures] == ["S3"]
    assert [item.params["signatures"] for item in found.notes if item.code == "PICTURES_SIGNATURES_LEFT_OUT"] == ["S2, S1"]


def test_signatures_that_saw_the_same_are_shown_once() -> None:
    file = build.signed().sign("Signature2").update({CONTENT: shown(b"Pay 900")})
    found = pictures(file)
    assert [one.signature for one in found.pictures] == ["S2"]
    assert [(item.code, item.subject, item.params["other"]) for item in found.notes] == [("PICTURES_SAME", "S1", "S2")]


def test_what_is_no_longer_there_as_it_was_signed_is_not_shown() -> None:
    altered = several().data.replace(b"Pay 100", b"Pay 700")
    found = pictures(altered)
    assert found.pictures == () and codes(found) == ["PICTURES_NOT_INTACT"] * 3


def test_a_document_that_only_time_proves_is_shown_as_of_its_last_time_stamp() -> None:
    made = timestamp_document(form(), tsa=practice())
    found = pictures(fill(bytes(made.document.data[:]), "Amount", "9000"))
    assert [one.signature for one in found.pictures] == ["T1"]


# What is hostile, and what is missing.


def test_the_same_document_gives_the_same_octets() -> None:
    data = several()
    assert pictures(data) == pictures(data)


def test_a_file_that_is_another_by_now_is_not_drawn(tmp_path: Path) -> None:
    place = tmp_path / "a.pdf"
    file = build.signed().update({CONTENT: shown(b"Pay 900")})
    place.write_bytes(file.data)
    report = edoc.verify_document(place, policy="integrity")
    place.write_bytes(file.data.replace(b"Pay 900", b"Pay 100"))
    found = page_pictures(place, report)
    assert found.pictures == () and codes(found) == ["PICTURES_OTHER_DOCUMENT"]


def test_without_the_extra_a_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from edoc.drivers.pictures import process

    monkeypatch.setattr(process, "find_spec", lambda name: None)
    found = pictures(build.signed().update({CONTENT: shown(b"Pay 900")}))
    assert found.pictures == () and codes(found) == ["PICTURES_MISSING"]


def test_a_document_that_is_too_large_is_not_drawn() -> None:
    file = build.signed().update({CONTENT: shown(b"Pay 900")})
    assert codes(pictures(file, limits=replace(DEFAULT_PICTURE_LIMITS, document_bytes=1000))) == ["PICTURES_TOO_LARGE"]


def many(count: int) -> File:
    objects = build.practice_objects()
    kids = [PAGE, *range(20, 20 + count - 1)]
    for place in kids[1:]:
        objects[place] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 10 0 R>>"
    objects[10] = stream(b"0 0 10 10 re f")
    objects[PAGES] = tree(kids)
    return build.document(objects).sign()


def test_of_very_many_pages_those_that_the_report_names_are_shown() -> None:
    file = many(10_000)
    last = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 11 0 R>>"
    limits = replace(DEFAULT_PICTURE_LIMITS, compared=20)
    found = pictures(file.update({9_000: last, 11: stream(b"50 50 10 10 re f")}), limits=limits)
    assert [(one.page, len(one.boxes)) for one in found.pictures] == [(8_982, 2)]
    (told,) = found.notes
    assert (told.code, told.params["compared"], told.params["pages"]) == ("PICTURES_NOT_COMPARED", "20", "10000")


def test_pages_beyond_the_bound_are_named() -> None:
    file = many(8)
    update = file.update({10: stream(b"50 50 10 10 re f")})
    found = pictures(update, limits=replace(DEFAULT_PICTURE_LIMITS, shown=2))
    assert [one.page for one in found.pictures] == [2, 3]
    assert [(item.code, item.params["pages"]) for item in found.notes] == [("PICTURES_LEFT_OUT", "4-8")]


def resized(box: bytes) -> PagePictures:
    objects = build.practice_objects()
    objects[PAGE] = fixture.change(objects[PAGE], b"0 0 595 842", box)
    return pictures(build.document(objects).sign().update({CONTENT: shown(b"Pay 900")}))


@pytest.mark.parametrize(
    "box", [b"0 0 14400 14400", b"0 0 100000 100000", b"0 0 1000000000 1000000000", b"0 0 1 14400", b"0 0 14400 0.01", b"0 0 0 0"]
)
def test_strange_sizes_of_pages_cost_no_more_than_others(box: bytes) -> None:
    found = resized(box)
    for one in found.pictures:
        for side in (one.signed, one.handed_over):
            width, height = opened(side).size
            assert width * height <= 2 * DEFAULT_PICTURE_LIMITS.pixels
    told = set(codes(found))
    assert found.pictures or told & {"PICTURES_ALIKE", "PICTURES_PAGE_FAILED"}


def test_of_a_page_so_large_that_small_changes_are_not_seen_that_is_said() -> None:
    assert codes(resized(b"0 0 100000 100000")) == ["PICTURES_COARSE", "PICTURES_ALIKE"]
    assert codes(resized(b"0 0 2384 3370")) == [], "A0 is large enough to see a digit"


@pytest.mark.parametrize("box", [b"0 0 -9 1e38", b"0 0 1e9 1e9"])
def test_what_is_no_number_of_a_pdf_is_not_drawn_whatever_pdfium_makes_of_it(box: bytes) -> None:
    found = resized(box)
    assert found.pictures == () and codes(found) == ["PICTURES_NOT_INTACT"]


@pytest.mark.parametrize("times", [1, 2])
def test_of_what_cannot_be_read_something_is_said(times: int) -> None:
    file = build.signed()
    for _ in range(times - 1):
        file = file.sign("Signature2")
    report = edoc.verify_document(broken := file.data + b"1 0 obj <</A 1e9>> endobj", policy="integrity")
    assert report.verdict is not edoc.Verdict.INTACT
    found = page_pictures(broken, report)
    assert found.pictures == () and set(codes(found)) == {"PICTURES_NOT_INTACT"}


def test_a_document_that_has_no_pages_any_more_is_told() -> None:
    found = pictures(pages(*THREE).update({PAGES: tree([])}))
    assert found.pictures == () and codes(found) == ["PICTURES_UNREADABLE"]


def test_a_time_stamp_that_is_not_intact_shows_nothing() -> None:
    made = bytes(timestamp_document(form(), tsa=practice()).document.data[:])
    assert pictures(made) == PagePictures()
    found = pictures(fill(made, "Amount", "9000").replace(b"/MediaBox", b"/mediaBox"))
    assert found.pictures == () and codes(found) == ["PICTURES_NOT_INTACT"]


def _nested(depth: int, times: int) -> dict[int, bytes]:
    """Forms that each draw the next one many times."""
    objects = {}
    for level in range(depth):
        following = b"/Resources<</XObject<</X %d 0 R>>>>" % (41 + level)
        body = b" /X Do" * times if level < depth - 1 else b"0 0 1 1 re f"
        objects[40 + level] = stream(body, b"/Type/XObject/Subtype/Form/BBox[0 0 500 500]" + following)
    return objects


def _bomb() -> bytes:
    """One gigabyte of black, deflated twice."""
    packer = zlib.compressobj(9)
    packed = bytearray(packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH))
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    twice = zlib.compress(bytes(packed) + block * 1_023)
    entries = b"/Type/XObject/Subtype/Image/Width 32768/Height 32768/BitsPerComponent 8/ColorSpace/DeviceGray/Filter[/FlateDecode/FlateDecode]"
    return stream(twice, entries)


def _drawing(more: dict[int, bytes]) -> File:
    """A signed document, and an update in which the page draws an object 40."""
    file = build.signed()
    page = fixture.change(file.objects[PAGE], b"<</Font<</F1 5 0 R>>>>", b"<</Font<</F1 5 0 R>>/XObject<</X 40 0 R>>>>")
    return file.update({PAGE: page, CONTENT: stream(b"q 300 0 0 300 0 0 cm /X Do Q"), **more})


@pytest.mark.parametrize(
    "make", [lambda: _nested(12, 60), lambda: {40: _bomb()}, lambda: {40: stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X 40 0 R>>>>")}],
    ids=["forms-in-forms", "bomb", "itself"],
)  # fmt: skip
def test_what_would_take_all_time_or_memory_is_stopped(make: Callable[[], dict[int, bytes]]) -> None:
    found = pictures(_drawing(make()), limits=replace(DEFAULT_PICTURE_LIMITS, seconds=2.0))
    assert found.pictures or set(codes(found)) & {"PICTURES_TIME", "PICTURES_CRASHED", "PICTURES_PAGE_FAILED"}


def test_an_encrypted_document_is_drawn_with_its_password(tmp_path: Path) -> None:
    key = open_key("p256", tmp_path)

    def signed(data: bytes, **options: object) -> bytes:
        result = edoc.sign_document(data, key, password="letmein", signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]
        return bytes(result.document.data[:])

    data = signed(encrypted("aes-256", user="letmein"))
    data = signed(data, field="Clerk", page=1, box=(300, 200, 400, 250))
    report = edoc.verify_document(data, policy="integrity", password="letmein")
    assert [one.signature for one in page_pictures(data, report, password="letmein").pictures] == ["S1"]
    for wrong in (None, "another"):
        found = page_pictures(data, report, password=wrong)
        assert found.pictures == () and codes(found) == ["PICTURES_PASSWORD"]


def test_scripts_do_not_run() -> None:
    script = b"/OpenAction<</S/JavaScript/JS(this.getField\\('amount'\\).value='999')>>"
    file = build.signed()
    found = pictures(file.update({ROOT: file.objects[ROOT][:-2] + script + b">>"}))
    assert found.pictures == () and codes(found) == ["PICTURES_ALIKE"]


def test_a_picture_never_changes_a_verdict() -> None:
    data = several().data
    before = edoc.verify_document(data, policy="integrity")
    told = before.to_json()
    page_pictures(data, before)
    assert before.to_json() == told


def test_a_scan_is_shown_with_fewer_colours() -> None:
    chance = random.Random(7).randbytes(300 * 400 * 3)
    image = stream(chance, b"/Type/XObject/Subtype/Image/Width 300/Height 400/BitsPerComponent 8/ColorSpace/DeviceRGB")
    picture = only(pictures(_drawing({40: image}), limits=replace(DEFAULT_PICTURE_LIMITS, page_bytes=60_000)))
    assert picture.handed_over is not None and len(picture.handed_over) <= 60_000
