"""What can change the view of a signed document without a change of octets is told, and what cannot is not (PDF-27)."""

from __future__ import annotations

import pytest

import edoc
from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, CONTENT, FONT, FORM, NOTE, PAGE, ROOT, File, stream
from tests.sign.practice import sign

SCRIPT = b"<</S/JavaScript/JS(x)>>"


def _signed(number: int, entries: bytes, more: dict[int, bytes] | None = None) -> File:
    objects = {**build.practice_objects(), **(more or {})}
    objects[number] = objects[number][:-2] + entries + b">>"
    return build.document(objects).sign()


DYNAMIC: dict[str, tuple[str, int, bytes, dict[int, bytes]]] = {
    "script on opening": ("JavaScript", ROOT, b"/OpenAction %s" % SCRIPT, {}),
    "script behind a jump": ("JavaScript", ROOT, b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[20 0 R]>>", {20: SCRIPT}),
    "name spelled with an escape": ("JavaScript", ROOT, b"/OpenAction<</S/Java#53cript/J#53(x)>>", {}),
    "script before printing": ("JavaScript", ROOT, b"/AA<</WP %s>>" % SCRIPT, {}),
    "scripts by name": ("JavaScript", ROOT, b"/Names<</JavaScript<</Names[(a)%s]>>>>" % SCRIPT, {}),
    "program started": ("Launch", ROOT, b"/OpenAction<</S/Launch/F(x)>>", {}),
    "layers": ("layers", ROOT, b"/OCProperties<</OCGs[20 0 R]/D<<>>>>", {20: b"<</Type/OCG/Name(x)>>"}),
    "forms architecture": ("XFA", FORM, b"/XFA(<xdp/>)", {}),
    "script of a field": ("JavaScript", AMOUNT, b"/AA<</C %s>>" % SCRIPT, {}),
    "script of a page": ("JavaScript", PAGE, b"/AA<</O %s>>" % SCRIPT, {}),
    "script of an annotation": ("JavaScript", NOTE, b"/A %s" % SCRIPT, {}),
    "things hidden by a click": ("Hide", NOTE, b"/A<</S/Hide/T(amount)>>", {}),
    "layer switched by a click": ("layers", NOTE, b"/A<</S/SetOCGState/State[/OFF 20 0 R]>>", {}),
    "data imported": ("ImportData", NOTE, b"/A<</S/ImportData/F(x)>>", {}),
    "film": ("media", NOTE, b"/A<</S/Rendition/OP 0>>", {}),
    "script of an outline": ("JavaScript", ROOT, b"/Outlines 20 0 R", {
        20: b"<</First 21 0 R/Last 21 0 R/Count 1>>", 21: b"<</Title(x)/Parent 20 0 R/A %s>>" % SCRIPT}),
}  # fmt: skip
STILL: dict[str, tuple[int, bytes, dict[int, bytes]]] = {
    "jump on opening": (ROOT, b"/OpenAction[3 0 R/Fit]", {}),
    "action that jumps on opening": (ROOT, b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>", {}),
    "link": (NOTE, b"/A<</S/URI/URI(https://court.example/JavaScript)>>", {}),
    "empty events": (ROOT, b"/AA<<>>", {}),
    "no layers": (ROOT, b"/OCProperties<</OCGs[]/D<<>>>>", {}),
    "words in a text": (ROOT, b"/Lang(/JavaScript /Launch)", {}),
    "order of calculation": (FORM, b"/CO[7 0 R]", {}),
    "object that nobody reaches": (ROOT, b"/Lang(fa)", {20: SCRIPT}),
    "attachment": (ROOT, b"/Names<</EmbeddedFiles<</Names[(a)20 0 R]>>>>", {
        20: b"<</Type/Filespec/F(a.txt)/EF<</F 21 0 R>>>>", 21: stream(b"x", b"/Type/EmbeddedFile")}),
    "font that is called F": (CONTENT, b"", {
        CONTENT: stream(b"BT /F 12 Tf (x) Tj ET", b"/Resources<</Font<</F 5 0 R>>>>")[:-9] + b"endstream"}),
}  # fmt: skip


def _told(file: File) -> tuple[edoc.Verdict, dict[str, str]]:
    report = edoc.verify_document(file.data, policy="integrity")
    return report.verdict, {item.code: str(dict(item.params)) for item in report.findings}


@pytest.mark.parametrize("name", DYNAMIC)
def test_it_is_told_with_its_kind_and_is_a_reservation(name: str) -> None:
    kind, number, entries, more = DYNAMIC[name]
    report = edoc.verify_document(_signed(number, entries, more).data, policy="integrity")
    told = [item.params["kinds"] for item in report.findings if item.code == "PDF_DYNAMIC_CONTENT"]
    assert told == [kind]
    assert report.verdict is edoc.Verdict.INTACT and "PDF_DYNAMIC_CONTENT" in report.reservations


@pytest.mark.parametrize("name", STILL)
def test_ordinary_documents_are_not_suspected(name: str) -> None:
    number, entries, more = STILL[name]
    objects = {**build.practice_objects(), **more}
    if entries:
        objects[number] = objects[number][:-2] + entries + b">>"
    verdict, told = _told(build.document(objects).sign())
    assert verdict is edoc.Verdict.INTACT
    assert not {"PDF_DYNAMIC_CONTENT", "PDF_EXTERNAL_CONTENT"} & told.keys()


def test_what_object_streams_hold_is_looked_at() -> None:
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/OpenAction %s>>" % SCRIPT
    file = build.compressed(objects, (ROOT, build.PAGES, FONT, FORM)).sign(changes={ROOT: objects[ROOT]})
    assert "PDF_DYNAMIC_CONTENT" in _told(file)[1]
    packed = build.compressed({**objects, NOTE: objects[NOTE][:-2] + b"/A 10 0 R>>", 10: SCRIPT}, (NOTE, 10))
    assert "JavaScript" in _told(packed.sign())[1]["PDF_DYNAMIC_CONTENT"]


def test_what_comes_behind_the_last_signature_is_judged_as_a_change() -> None:
    file = build.signed()
    verdict, told = _told(file.update({ROOT: file.objects[ROOT][:-2] + b"/OpenAction %s>>" % SCRIPT}))
    assert verdict is edoc.Verdict.FAILED
    assert "PDF_DYNAMIC_CONTENT" not in told


@pytest.mark.parametrize("size", [0, 2_000_000], ids=["small", "large"])
@pytest.mark.parametrize("entry", [b"/F(other.txt)", b"/F<</Type/Filespec/F(other.txt)>>", b"/F 21 0 R", b"/#46 (other.txt)"])
def test_content_in_another_file_leaves_the_document_undecided(entry: bytes, size: int) -> None:
    objects = {**build.practice_objects(), CONTENT: stream(b"", entry), 20: stream(b"\x00" * size), 21: b"(other.txt)"}
    verdict, told = _told(build.document(objects).sign())
    assert (verdict, told["PDF_EXTERNAL_CONTENT"]) == (edoc.Verdict.INDETERMINATE, "{'number': '4'}")


def test_large_streams_are_passed_over_and_what_stands_between_them_is_not() -> None:
    """A script behind two megabytes of a picture, whose octets look like scripts."""
    objects = {**build.practice_objects(), 20: stream(b"/JavaScript /AA " * 130_000)}
    verdict, told = _told(build.document(objects).sign())
    assert (verdict, "PDF_DYNAMIC_CONTENT" in told) == (edoc.Verdict.INTACT, False)
    objects[21] = SCRIPT
    objects[ROOT] = objects[ROOT][:-2] + b"/OpenAction 21 0 R>>"
    assert "JavaScript" in _told(build.document(objects).sign())[1]["PDF_DYNAMIC_CONTENT"]


def test_an_object_inside_of_a_large_stream_is_looked_at() -> None:
    hidden = b"20 0 obj\n%s\nendobj\n" % SCRIPT
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/OpenAction 20 0 R>>"
    objects[CONTENT] = stream(b"%" + b"x" * 5_000 + b"\n" + hidden + b"%" + b"y" * 5_000)
    data = build.document({**objects, 20: b"null"}).data
    inside, listed = data.index(hidden), data.index(b"20 0 obj\nnull")
    row = b"%010d 00000 n"
    assert data.count(row % listed) == 1
    signed = sign(data.replace(row % listed, row % inside), "B-B")
    report = edoc.verify_document(signed, policy="integrity")
    assert [str(item.params["kinds"]) for item in report.findings if item.code == "PDF_DYNAMIC_CONTENT"] == ["JavaScript"]
