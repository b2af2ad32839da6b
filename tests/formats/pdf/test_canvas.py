"""What a content paints: places of text and boxes, and no crash whatever the octets are."""

from __future__ import annotations

import random

import pytest

from edoc.facts.document import Document
from edoc.formats.pdf.canvas import Canvas
from edoc.formats.pdf.canvas_state import Mark, Paint
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.fonts import read_font
from edoc.formats.pdf.values import Ref, Stream
from tests.formats.pdf import build

FORM, FONT, PICTURE, INNER, COMPOSITE = 30, 31, 32, 33, 34
HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/FirstChar 48/Widths[500 500 500 500]>>"
CMAP = (
    b"1 begincodespacerange <0000> <ffff> endcodespacerange\n2 beginbfrange <0001> <0003> <0661> <0010> <0012> [<0041> <0042> <0043>]"
    b" endbfrange\n1 beginbfchar <0020> <06440627> endbfchar"
)


def opened(content: bytes, **more: bytes) -> Pdf:
    """Return a document with a form of this content, two fonts, a picture and a form in the form."""
    objects = build.practice_objects()
    resources = b"/Resources<</Font<</F1 31 0 R/F2 34 0 R>>/XObject<</Im 32 0 R/Fm 33 0 R>>/ExtGState<</G<</LW 9>>>>"
    objects[FORM] = build.stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 200 100]" + resources + b">>")
    objects[FONT] = HELVETICA
    objects[PICTURE] = build.stream(b"x", b"/Type/XObject/Subtype/Image/Width 1/Height 1")
    objects[INNER] = build.stream(b"0 0 10 10 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 5 5]/Matrix[1 0 0 1 50 50]")
    objects[COMPOSITE] = (
        b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/ToUnicode 35 0 R/DescendantFonts"
        b"[<</Type/Font/Subtype/CIDFontType2/DW 400/W[1[300 400]16 18 600]>>]>>"
    )
    objects[35] = build.stream(more.get("cmap", CMAP))
    return Pdf.open(Document.from_bytes(build.document(objects).data, name="canvas.pdf"))


def painted(content: bytes) -> Canvas:
    pdf = opened(content)
    canvas = Canvas(pdf, pdf.last)
    form = pdf.get(Ref(FORM, 0))
    assert isinstance(form, Stream)
    canvas.form(form)
    return canvas


def _box(mark: Mark) -> tuple[float, ...]:
    return tuple(round(side, 2) for side in mark.box)


def test_text_stands_where_its_matrices_put_it() -> None:
    canvas = painted(b"q 2 0 0 2 10 20 cm BT /F1 10 Tf 3 4 Td (01) Tj (2) Tj ET Q BT /F1 10 Tf 1 0 0 1 5 6 Tm (3) Tj ET")
    assert canvas.unclear == ""
    assert [(mark.text, round(mark.box[0], 2), mark.base, mark.size) for mark in canvas.marks] == [
        ("01", 16.0, 28.0, 20.0), ("2", 36.0, 28.0, 20.0), ("3", 5.0, 6.0, 10.0)
    ]  # fmt: skip


def test_lines_spacing_and_scale_move_text() -> None:
    canvas = painted(b"BT /F1 10 Tf 12 TL 1 Tc 50 Tz 5 50 Td (01) Tj T* (0) Tj 2 3 (1) \" ET")
    assert [(mark.text, mark.base) for mark in canvas.marks[:2]] == [("01", 50.0), ("0", 38.0)]
    assert round(canvas.marks[0].box[2] - canvas.marks[0].box[0], 2) == 6.0


def test_codes_of_two_octets_are_told_by_the_map_for_copying() -> None:
    canvas = painted(b"BT /F2 10 Tf 5 50 Td <000100020010001200200003> Tj <0004> Tj ET")
    assert [mark.text for mark in canvas.marks] == ["\u0661\u0662AC\u0644\u0627\u0663", None]
    assert round(canvas.marks[0].box[2] - canvas.marks[0].box[0], 2) == 27.0


def test_boxes_are_cut_at_the_clip_and_moved_by_the_matrix_of_a_form() -> None:
    canvas = painted(b"/Fm Do 0 0 20 20 re W n 10 10 500 500 re f 1 0 0 1 0 0 cm 10 0 0 10 3 3 cm /Im Do")
    assert [(mark.paint, _box(mark)) for mark in canvas.marks] == [
        (Paint.FILL, (50.0, 50.0, 55.0, 55.0)), (Paint.FILL, (9.5, 9.5, 20.0, 20.0)), (Paint.IMAGE, (3.0, 3.0, 13.0, 13.0))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("colour", "light"),
    [(b"0.5 g", 0.5), (b"1 1 1 rg", 1.0), (b"0 0 0 1 k", 0.0), (b"/DeviceRGB cs 1 1 1 sc", 1.0), (b"/DeviceGray cs", 0.0),
     (b"/Pattern cs /P scn", None), (b"/DeviceRGB cs 1 sc", None)],
)  # fmt: skip
def test_colours_are_light_or_dark(colour: bytes, light: float | None) -> None:
    assert painted(colour + b" 0 0 9 9 re f").marks[0].light == (light if light is None else pytest.approx(light))


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"/S sh", "sh"), (b"BI /W 1 ID x EI", "BI"), (b"3 Tr BT /F1 9 Tf (0) Tj ET", "Tr"), (b"q " * 70, "q"), (b"Q", "Q"),
     (b"/X gs", "gs"), (b"/X Do", "Do"), (b"1 2 re", "re"), (b"(", "syntax"), (b"\xff", "syntax"), (b"/OC /L BDC EMC", "BDC"),
     (b"0 0 9 9 re 0 0 9 9 re W n", "W"), (b"BT /F1 9 Tf -9 Tc (00) Tj ET", "Tc"), (b"(a) (b) Tj", "Tj"), (b"1 TJ", "TJ")],
)  # fmt: skip
def test_what_is_not_understood_is_named(content: bytes, word: str) -> None:
    assert painted(content).unclear == word


def test_forms_in_forms_end() -> None:
    assert painted(b"/Fm Do " * 50).unclear == ""
    objects = build.practice_objects()
    objects[FORM] = build.stream(b"/Fm Do /Fm Do", b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</Fm 30 0 R>>>>")
    pdf = Pdf.open(Document.from_bytes(build.document(objects).data, name="loop.pdf"))
    canvas, form = Canvas(pdf, pdf.last), pdf.get(Ref(FORM, 0))
    assert isinstance(form, Stream)
    canvas.form(form)
    assert canvas.unclear == "form"


SEEDS = (
    (b"q 0.8 0.9 1 rg 0 0 100 20 re f 0 G 0.5 0.5 99 19 re s Q /Tx BMC q 2 1 96 18 re W n BT /F1 8 Tf 0 g 2 5.2 Td (Bureau ) Tj"
    b" 28 0 Td [(d) -250 (ef)] TJ T* (0) ' ET Q EMC"),
    b"/G gs 1 0 0 1 5 5 cm /Fm Do /Im Do BT /F2 10 Tf 1 0 0 1 9 9 Tm <00010002> Tj ET 3 4 m 5 6 l 7 8 9 1 2 3 c h B*",
)


def _mutant(source: bytes, chance: random.Random) -> bytes:
    data = bytearray(source)
    for _ in range(chance.randint(1, 6)):
        place, kind = chance.randrange(len(data)), chance.randrange(4)
        if kind == 0:
            data[place] = chance.randrange(256)
        elif kind == 1:
            del data[place : place + chance.randint(1, 5)]
        elif kind == 2:
            data[place:place] = chance.choice([b" q ", b" 1e9 ", b" 99999999999 ", b"<", b"(", b"[", b" Do ", b" -0.0 ", b"/F1 0 Tf "])
        else:
            other = chance.randrange(len(data))
            data[place:place] = data[other : other + chance.randint(1, 20)]
    return bytes(data or b" ")


@pytest.mark.parametrize("seed", range(2))
def test_mutants_of_contents_never_crash(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(250):
        try:
            canvas = painted(_mutant(SEEDS[seed], chance))
        except PdfError as problem:
            assert problem.code in ("PDF_LIMIT", "PDF_TOKEN", "PDF_STREAM_LENGTH", "PDF_ENDOBJ")
        else:
            assert all(len(mark.box) == 4 for mark in canvas.marks)


def test_mutants_of_maps_never_crash() -> None:
    chance = random.Random(7)
    for _ in range(250):
        pdf = opened(b"", cmap=_mutant(CMAP, chance))
        font = read_font(pdf, Ref(COMPOSITE, 0), pdf.last)
        if font is not None:
            font.show(bytes(range(64)) + b"x")
