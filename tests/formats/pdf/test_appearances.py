"""What a filled field shows against its value: honest ways to show it, and tricks that are no plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

import edoc
from edoc.formats.pdf.glyphs import glyph_text, text_string
from edoc.formats.pdf.spelling import Agreement, agree
from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, FORM, SHOWN, File, stream

NEW = 40
"""The new appearance; what it needs comes behind it."""
HELVETICA = b"/Resources<</Font<</F1 5 0 R>>>>"


def shown(content: bytes, *, resources: bytes = HELVETICA, box: bytes = b"0 0 100 20", entries: bytes = b"",
          deflate: bool = True) -> bytes:  # fmt: skip
    """Return an appearance with a content of its own."""
    return stream(content, b"/Type/XObject/Subtype/Form/BBox[%s]%s%s" % (box, resources, entries), deflate=deflate)


def text(said: bytes, at: bytes = b"2 6") -> bytes:
    """Return a content as form fillers write it."""
    return b"/Tx BMC q 1 1 98 18 re W n BT /F1 10 Tf 0 g %s Td (%s) Tj ET Q EMC" % (at, said)


def filled(value: bytes, appearance: bytes, more: Mapping[int, bytes] | None = None, *, entries: bytes = b"",
           base: File | None = None) -> File:  # fmt: skip
    """Return the signed practice form with another value and appearance; `value` is written as it is."""
    file = base or signed(entries)
    body = (
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(amount)/V%s/Rect[100 600 200 620]/P 3 0 R/AP<</N %d 0 R>>%s>>"
        % (value, NEW, entries)
    )
    return file.update({AMOUNT: body, NEW: appearance, **(more or {})})


def signed(entries: bytes = b"", form: bytes = b"") -> File:
    """Return the signed practice form whose field has further entries."""
    objects = build.practice_objects()
    objects[AMOUNT] = objects[AMOUNT][:-2] + entries + b">>"
    objects[FORM] = objects[FORM][:-2] + form + b">>"
    return build.document(objects).sign()


def _persian(order: Callable[[str], str], *, forms: bool) -> tuple[bytes, bytes, dict[int, bytes]]:
    """Return value, appearance and objects of a Persian text in a composite font with /ToUnicode.

    `forms` maps glyphs to presentation forms, as a shaping writer may, instead of the letters.
    """
    said = "\u0645\u0628\u0644\u063a \u06f1\u06f5\u06f0 \u0631\u06cc\u0627\u0644"
    shapes = {"\u0645": "\ufee3", "\u0628": "\ufe92", "\u0644": "\ufee0", "\u063a": "\ufece"} if forms else {}
    glyphs = order(said)
    codes = {letter: number for number, letter in enumerate(sorted(set(glyphs)), 1)}
    lines = b"".join(
        b"<%04x><%s>\n" % (code, shapes.get(letter, letter).encode("utf-16-be").hex().encode()) for letter, code in codes.items()
    )
    cmap = b"1 begincodespacerange<0000><ffff>endcodespacerange\n%d beginbfchar\n%sendbfchar" % (len(codes), lines)
    octets = b"".join(b"%04x" % codes[letter] for letter in glyphs)
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/AAAAAA+Vazir/Encoding/Identity-H/ToUnicode 43 0 R/DescendantFonts[42 0 R]>>"
    )
    below = b"<</Type/Font/Subtype/CIDFontType2/BaseFont/AAAAAA+Vazir/DW 400/W[1[300 400 500]6 9 450]>>"
    content = b"/Tx BMC BT /F2 10 Tf 0 g 2 6 Td <%s> Tj ET EMC" % octets
    value = b"<feff%s>" % said.encode("utf-16-be").hex().encode()
    appearance = shown(content, resources=b"/Resources<</Font<</F2 41 0 R>>>>")
    return value, appearance, {41: font, 42: below, 43: stream(cmap, deflate=True)}


def _visual(said: str) -> str:
    words = [word if word.isdigit() else word[::-1] for word in said.split(" ")]
    return " ".join(reversed(words))


def _radio(state: bytes) -> File:
    objects = build.practice_objects()
    objects[20] = b"<</FT/Btn/Ff 32768/T(choice)/V/Off/Kids[21 0 R 22 0 R]>>"
    for number, name in ((21, b"yes"), (22, b"no")):
        objects[number] = (
            b"<</Type/Annot/Subtype/Widget/Parent 20 0 R/Rect[%d 500 %d 510]/P 3 0 R/AS/Off/AP<</N<</%s 8 0 R/Off 8 0 R>>>>>>"
            % (number * 10, number * 10 + 9, name)
        )
    objects[FORM] = build.with_reference(objects[FORM], b"/Fields[", 20)
    objects[build.PAGE] = build.with_reference(build.with_reference(objects[build.PAGE], b"/Annots[", 21), b"/Annots[", 22)
    file = build.document(objects).sign()
    return file.update({
        20: objects[20].replace(b"/V/Off", b"/V/yes"),
        **{number: objects[number].replace(b"/AS/Off", b"/AS/" + name)
           for number, name in ((21, b"yes"), (22, b"no")) if name == state},
    })  # fmt: skip


def _combo(said: bytes) -> File:
    objects = build.practice_objects()
    options = b"/FT/Ch/Ff 131072/Opt[[(a)(First)][(b)(Second)]]"
    objects[AMOUNT] = objects[AMOUNT].replace(b"/FT/Tx", options).replace(b"/V(100)", b"/V(a)")
    file = build.document(objects).sign()
    return file.update({AMOUNT: objects[AMOUNT].replace(b"/V(a)", b"/V(b)").replace(b"8 0 R", b"40 0 R"), NEW: shown(text(said))})


def _list(value: bytes, marked: int, lines: tuple[bytes, ...] = (b"One", b"Two", b"Three")) -> File:
    """Return a list of three options, of which the one with this number stands on a ground of its own."""
    objects = build.practice_objects()
    options = b"/FT/Ch/Opt[(One)(Two)[(3)(Three)]]"
    objects[AMOUNT] = objects[AMOUNT].replace(b"/FT/Tx", options).replace(b"/V(100)", b"/V(One)")
    objects[AMOUNT] = objects[AMOUNT].replace(b"/Rect[100 600 200 620]", b"/Rect[100 600 200 660]")
    file = build.document(objects).sign()
    drawn = b"".join(b"BT /F1 11 Tf 0 g 2 %d Td (%s) Tj ET " % (50 - 12 * place, line) for place, line in enumerate(lines))
    ground = b"0.6 0.75 0.84 rg 1 %d 98 12 re f " % (47 - 12 * marked) if marked < 3 else b""
    look = shown(b"/Tx BMC q 1 1 98 58 re W n %s%sQ EMC" % (ground, drawn), box=b"0 0 100 60")
    return file.update({AMOUNT: objects[AMOUNT].replace(b"/V(One)", b"/V" + value).replace(b"8 0 R", b"40 0 R"), NEW: look})


_FORMAT = b"/AA<</F<</S/JavaScript/JS(AFNumber_Format\\(2,0,0,0,\"\",true\\))>>>>"
_DIFFERENCES = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[49/one/two 97/nine]>>>>"
_ACCENTS = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def _later_signed() -> File:
    return filled(b"(250)", shown(text(b"250"))).sign("Signature2")


EQUAL: dict[str, Callable[[], File]] = {
    "plain text": lambda: filled(b"(250)", shown(text(b"250"))),
    "not deflated": lambda: filled(b"(250)", shown(text(b"250"), deflate=False)),
    "value in UTF-16": lambda: filled(b"<feff003200350030>", shown(text(b"250"))),
    "words in pieces": lambda: filled(b"(pay now)", shown(b"BT /F1 10 Tf 2 6 Td [(pa) 20 (y) -250 (no)] TJ (w) Tj ET")),
    "several lines": lambda: filled(
        b"(pay\\rnow)", shown(b"BT /F1 8 Tf 9 TL 2 11 Td (pay) Tj T* (now) Tj ET")
    ),
    "a character a box": lambda: filled(
        b"(250)", shown(b"BT /F1 10 Tf 4 6 Td (2) Tj 20 0 Td (5) Tj 20 0 Td (0) Tj ET"), entries=b"/Ff 16777216/MaxLen 5"
    ),
    "pieces drawn from right to left": lambda: filled(
        b"(250)", shown(b"BT /F1 10 Tf 44 6 Td (0) Tj -20 0 Td (5) Tj -20 0 Td (2) Tj ET")
    ),
    "background and border first": lambda: filled(
        b"(250)", shown(b"q 0.8 0.9 1 rg 0 0 100 20 re f 0 G 1 w 0.5 0.5 99 19 re s Q " + text(b"250"))
    ),
    "white on black": lambda: filled(
        b"(250)", shown(b"0 g 0 0 100 20 re f BT 1 g /F1 10 Tf 2 6 Td (250) Tj ET")
    ),
    "turned field": lambda: filled(
        b"(250)", shown(text(b"250"), box=b"0 0 100 20", entries=b"/Matrix[0 1 -1 0 20 0]")
    ),
    "form in the appearance": lambda: filled(
        b"(250)", shown(b"q /Fm Do Q", resources=b"/Resources<</XObject<</Fm 41 0 R>>>>"), {41: shown(text(b"250"))}
    ),
    "names of glyphs": lambda: filled(
        b"(129)", shown(b"BT /F2 10 Tf 2 6 Td (12a) Tj ET", resources=b"/Resources<</Font<</F2 41 0 R>>>>"), {41: _DIFFERENCES}
    ),
    "accents": lambda: filled(
        b"(\\351t\\351)", shown(b"BT /F2 10 Tf 2 6 Td (\xe9t\xe9) Tj ET", resources=b"/Resources<</Font<</F2 41 0 R>>>>"),
        {41: _ACCENTS},
    ),
    "Persian as written": lambda: filled(*_persian(str, forms=False)),
    "Persian as shown": lambda: filled(*_persian(_visual, forms=False)),
    "Persian in presentation forms": lambda: filled(*_persian(_visual, forms=True)),
    "formatted by a signed script": lambda: filled(b"(1250)", shown(text(b"1,250.00")), entries=_FORMAT),
    "password": lambda: filled(b"(secret)", shown(text(b"******")), entries=b"/Ff 8192"),
    "emptied": lambda: filled(b"()", shown(b"/Tx BMC EMC")),
    "no appearance": lambda: signed().update(
        {AMOUNT: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(amount)/V(250)/Rect[100 600 200 620]/P 3 0 R>>"}
    ),
    "button of the value pressed": lambda: _radio(b"yes"),
    "text of the chosen option": lambda: _combo(b"Second"),
    "value of the chosen option": lambda: _combo(b"b"),
    "walls of a comb in one path": lambda: filled(
        b"(250)", shown(b"1 1 0.8 rg 0 0 100 20 re f 0 0.5 0 RG 0.5 0.5 99 19 re s 20 19 m 20 0.5 l 40 19 m 40 0.5 l 60 19 m 60 0.5 l"
                        b" 80 19 m 80 0.5 l s q 1 1 98 18 re W n BT /F1 10 Tf 0 g 7 6 Td (2) Tj 20 0 Td (5) Tj 20 0 Td (0) Tj ET Q"),
        entries=b"/Ff 16777216/MaxLen 5"),
    "line of a list marked": lambda: _list(b"(Two)", 1),
    "line of a list with another value marked": lambda: _list(b"(3)", 2),
    "under a second signature": _later_signed,
}  # fmt: skip
DIFFERENT: dict[str, Callable[[], File]] = {
    "another amount": lambda: filled(b"(250)", shown(text(b"999"))),
    "another amount in place": lambda: signed().update({AMOUNT: build.amount(b"250", SHOWN), SHOWN: shown(text(b"999"))}),
    "a digit more": lambda: filled(b"(250)", shown(text(b"2500"))),
    "a point moved": lambda: filled(b"(25.00)", shown(text(b"2500"))),
    "a sign lost": lambda: filled(b"(-250)", shown(text(b"250"))),
    "digits in another order": lambda: filled(
        b"(250)", shown(b"BT /F1 10 Tf 44 6 Td (2) Tj -20 0 Td (5) Tj -20 0 Td (0) Tj ET")
    ),
    "glyphs under other codes": lambda: filled(
        b"(250)", shown(b"BT /F2 10 Tf 2 6 Td (250) Tj ET", resources=b"/Resources<</Font<</F2 41 0 R>>>>"),
        {41: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[50/nine]>>>>"},
    ),
    "another Persian amount": lambda: filled(b"(999)", *_persian(_visual, forms=False)[1:]),
    "another button pressed": lambda: _radio(b"no"),
    "no button pressed": lambda: _radio(b""),
    "text of another option": lambda: _combo(b"First"),
    "another line of a list marked": lambda: _list(b"(Two)", 2),
    "no line of a list marked": lambda: _list(b"(Two)", 3),
    "value emptied and text shown": lambda: filled(b"()", shown(text(b"999"))),
}  # fmt: skip
UNREADABLE: dict[str, tuple[str, Callable[[], File]]] = {
    "invisible text beside lines": ("Tr", lambda: filled(
        b"(250)", shown(b"BT 3 Tr /F1 10 Tf 2 6 Td (250) Tj ET 40 5 m 60 15 l S"))),
    "text in white": ("colour", lambda: filled(b"(250)", shown(b"BT 1 g /F1 10 Tf 2 6 Td (250) Tj ET"))),
    "text in the colour of its ground": ("colour", lambda: filled(
        b"(250)", shown(b"0.2 g 0 0 100 20 re f BT 0.3 g /F1 10 Tf 2 6 Td (250) Tj ET"))),
    "painted over": ("painted over", lambda: filled(b"(250)", shown(text(b"250") + b" 1 g 0 0 100 20 re f"))),
    "a broad line under it": ("broad line", lambda: filled(
        b"(250)", shown(b"0.1 G 18 w 0 10 m 100 10 l S " + text(b"250")))),
    "picture": ("image", lambda: filled(
        b"(250)", shown(text(b"250") + b" q 90 0 0 18 0 0 cm /Im Do Q",
                        resources=b"/Resources<</Font<</F1 5 0 R>>/XObject<</Im 41 0 R>>>>"),
        {41: stream(b"\xff", b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray")})),
    "inline picture": ("BI", lambda: filled(
        b"(250)", shown(text(b"250") + b" BI /W 1 /H 1 /BPC 8 /CS /G ID x EI"))),
    "cut off by the clip": ("cut off", lambda: filled(b"(2500)", shown(b"0 0 19 20 re W n BT /F1 10 Tf 2 6 Td (2500) Tj ET"))),
    "cut off by the box": ("cut off", lambda: filled(b"(2500)", shown(b"BT /F1 10 Tf 2 6 Td (2500) Tj ET", box=b"0 0 19 20"))),
    "outside of the box": ("cut off", lambda: filled(b"(250)", shown(text(b"250", at=b"2 60")))),
    "clip that is no rectangle": ("W", lambda: filled(
        b"(250)", shown(b"0 0 m 9 0 l 9 20 l h W n " + text(b"250")))),
    "tiny": ("small", lambda: filled(b"(250)", shown(b"BT /F1 0.5 Tf 2 6 Td (250) Tj ET"))),
    "tiny by its box": ("small", lambda: filled(
        b"(250)", shown(b"BT /F1 10 Tf 2 6 Td (250) Tj ET", box=b"0 0 4000 800"))),
    "glyphs piled up": ("Tc", lambda: filled(b"(250)", shown(b"BT -5.5 Tc /F1 10 Tf 2 6 Td (250) Tj ET"))),
    "pieces over each other": ("pieces over each other", lambda: filled(
        b"(250)", shown(b"BT /F1 10 Tf 2 6 Td (250) Tj ET BT /F1 10 Tf 3 6 Td (250) Tj ET"))),
    "mirrored": ("cut off", lambda: filled(b"(250)", shown(b"BT /F1 10 Tf -1 0 0 1 60 6 Tm (250) Tj ET"))),
    "transparent": ("gs", lambda: filled(
        b"(250)", shown(b"/G gs " + text(b"250"), resources=b"/Resources<</Font<</F1 5 0 R>>/ExtGState<</G<</ca 0>>>>>>"))),
    "a layer": ("BDC", lambda: filled(b"(250)", shown(b"/OC /L BDC " + text(b"250") + b" EMC"))),
    "font of pictures": ("font", lambda: filled(
        b"(250)", shown(b"BT /F2 10 Tf 2 6 Td (250) Tj ET", resources=b"/Resources<</Font<</F2 41 0 R>>>>"),
        {41: b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/CharProcs<<>>/Encoding<<>>>>"})),
    "codes that nobody explains": ("font", lambda: filled(
        b"(250)", shown(b"BT /F2 10 Tf 2 6 Td <000100020003> Tj ET", resources=b"/Resources<</Font<</F2 41 0 R>>>>"),
        {41: b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[42 0 R]>>",
         42: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/A>>"})),
    "name of the glyph and text for copying disagree": ("font", lambda: filled(
        b"(250)", shown(b"BT /F2 10 Tf 2 6 Td (250) Tj ET", resources=b"/Resources<</Font<</F2 41 0 R>>>>"),
        {41: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[50/nine]>>/ToUnicode 42 0 R>>",
         42: stream(b"1 beginbfchar <32><0032> endbfchar")})),
    "list with a line of its own": ("list", lambda: _list(b"(Two)", 1, (b"One", b"Two", b"Pay 999"))),
    "chosen line scrolled away": ("list", lambda: _list(b"(3)", 0, (b"One", b"Two"))),
    "value in a stream that is not read": ("PDF_FILTER", lambda: filled(
        b" 42 0 R", shown(text(b"250")), {42: stream(b"abc", b"/Filter/LZWDecode")})),
    "no text at all": ("spelling", lambda: filled(b"(250)", shown(b"10 5 m 20 15 l S"))),
    "old text kept": ("not drawn anew", lambda: signed().update({AMOUNT: build.amount(b"250", SHOWN)})),
    "other text when pressed": ("other appearances", lambda: signed().update({
        AMOUNT: build.amount(b"250", NEW).replace(b"/AP<<", b"/AP<</D 41 0 R"), NEW: shown(text(b"250")), 41: shown(text(b"9"))})),
    "rich text of its own": ("rich text", lambda: filled(
        b"(250)", shown(text(b"250")), entries=b"/Ff 33554432/RV(<body><p>999</p></body>)")),
    "formatted into another number": ("spelling", lambda: filled(b"(1250)", shown(text(b"9,250.00")), entries=_FORMAT)),
    "filter that is not read": ("filter", lambda: filled(b"(250)", stream(
        b"abc", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Filter/LZWDecode"))),
    "a form that paints itself": ("form", lambda: filled(
        b"(250)", shown(b"/Fm Do " + text(b"250"), resources=b"/Resources<</Font<</F1 5 0 R>>/XObject<</Fm 40 0 R>>>>"))),
}  # fmt: skip


def _verify(file: File) -> edoc.Report:
    return edoc.verify_document(file.data, policy="integrity")


@pytest.mark.parametrize("name", EQUAL)
def test_what_says_the_value_is_permitted(name: str) -> None:
    report = _verify(EQUAL[name]())
    first = report.signatures[0]
    assert (report.verdict, first.changes_since_signing) == (edoc.Verdict.INTACT, "permitted")
    told = [item for item in first.changes if item.code == "PDF_FIELD_FILLED"]
    assert told and all(item.permitted and item.page == 1 for item in told)
    assert not {"PDF_APPEARANCE_UNREADABLE", "PDF_APPEARANCE_DIFFERS"} & {item.code for item in first.findings}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_says_something_else_fails(name: str) -> None:
    report = _verify(DIFFERENT[name]())
    assert report.verdict is edoc.Verdict.FAILED
    told = [item for item in report.signatures[0].changes if item.code == "PDF_APPEARANCE_DIFFERS"]
    assert told and all(item.permitted is False and item.page == 1 and item.box is not None for item in told)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_plain_text_stays_undecided(name: str) -> None:
    why, make = UNREADABLE[name]
    report = _verify(make())
    assert report.verdict is edoc.Verdict.INDETERMINATE
    told = [item for item in report.signatures[0].findings if item.code == "PDF_APPEARANCE_UNREADABLE"]
    assert [item.params["why"] for item in told] == [why]
    assert any(item.code == "PDF_FIELD_FILLED" and item.page == 1 for item in report.signatures[0].changes)


def test_a_form_that_asks_readers_to_draw_is_not_held_against_old_drawings() -> None:
    file = signed(form=b"/NeedAppearances true")
    report = _verify(file.update({AMOUNT: build.amount(b"250", NEW), NEW: shown(text(b"999"))}))
    assert report.verdict is edoc.Verdict.INDETERMINATE


@pytest.mark.parametrize(
    ("value", "lines", "formatted", "answer"),
    [
        ("250", ["250"], False, Agreement.EQUAL),
        ("2 50", ["250"], False, Agreement.EQUAL),
        ("\u06f2\u06f5\u06f0", ["250"], False, Agreement.EQUAL),
        ("a\u200cb", ["ab"], False, Agreement.EQUAL),
        ("\u0643\u064a", ["\u06a9\u06cc"], False, Agreement.EQUAL),
        ("12.50", ["1250"], False, Agreement.DIFFERENT),
        ("1250", ["1.250,00"], True, Agreement.EQUAL),
        ("1250", ["1'250.00"], True, Agreement.EQUAL),
        ("0612345678", ["(06) 1234-5678"], True, Agreement.EQUAL),
        ("1250", ["1.25"], True, Agreement.UNSURE),
        ("-1250", ["1,250.00"], True, Agreement.UNSURE),
        ("\u0141\u00f3d\u017a 7", ["\u00f3d 7"], False, Agreement.UNSURE),
        ("\u0141\u00f3d\u017a 7", ["\u00f3d 8"], False, Agreement.DIFFERENT),
        ("a text that is far too long for its field", ["far too long"], False, Agreement.UNSURE),
        ("\u0633\u0644\u0627\u0645 (12/5)", ["(12/5) \u0645\u0627\u0644\u0633"], False, Agreement.EQUAL),
        ("\u0633\u0644\u0627\u0645 12", ["21 \u0645\u0627\u0644\u0633"], False, Agreement.DIFFERENT),
        ("Pay \u0633\u0644\u0627\u0645 12", ["Pay 12 \u0645\u0627\u0644\u0633"], False, Agreement.EQUAL),
        ("Pay \u0633\u0644\u0627\u0645 12", ["Pay \u0645\u0627\u0644\u0633 12"], False, Agreement.UNSURE),
        ("Pay \u0633\u0644\u0627\u0645 12", ["Pay \u0645\u0627\u0644\u0633 13"], False, Agreement.DIFFERENT),
    ],
)
def test_spellings(value: str, lines: list[str], formatted: bool, answer: Agreement) -> None:
    assert agree(value, lines, formatted=formatted, secret=False) is answer


@pytest.mark.parametrize(
    ("name", "said"),
    [("nine", "9"), ("eacute", "\u00e9"), ("uni06F1", "\u06f1"), ("u1F600", "\U0001f600"), ("afii57415", "\u0627"),
     ("afii57506", "\u067e"), ("afii57393", "\u0661"), ("g17", None), ("uniD800", None), (".notdef", None), ("A.small", "A")],
)  # fmt: skip
def test_names_of_glyphs(name: str, said: str | None) -> None:
    assert glyph_text(name) == said


def test_text_strings_of_each_kind() -> None:
    assert text_string(b"\xfe\xff\x06\xf1") == "\u06f1"
    assert text_string(b"\xef\xbb\xbf\xdb\xb1") == "\u06f1"
    assert text_string(b"\xa0\x8a") == "\u20ac\u2212"
