"""Sections, revisions, objects and streams: one strict reading, and a code for every other."""

from __future__ import annotations

import zlib

import pytest

import edoc
from edoc.facts.document import Document
from edoc.facts.signature import ChangeLevel, ScopeKind
from edoc.formats import read_document
from edoc.formats.pdf.coverage import find_signatures
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.filters import decode
from edoc.formats.pdf.lex import Budget
from edoc.formats.pdf.values import Name, Ref, Stream, Value
from edoc.limits import Limits
from tests.formats.pdf import build
from tests.formats.pdf.build import CONTENT, FORM, PAGE, ROOT, File


def opened(data: bytes, limits: Limits | None = None) -> Pdf:
    return Pdf.open(Document.from_bytes(data, name="x"), limits=limits or Limits())


def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(PdfError) as caught:
        pdf = opened(data, limits)
        for number in range(1, 40):
            pdf.get(Ref(number, 0))
        tuple(pdf.fields())
    return caught.value.code


def test_revisions_are_told_by_their_ends() -> None:
    file = build.signed().sign("Signature2")
    pdf = opened(file.data)
    assert tuple(revision.end for revision in pdf.revisions) == file.ends
    assert [pdf.get(Ref(PAGE, 0), revision) is pdf.get(Ref(PAGE, 0)) for revision in pdf.revisions] == [False, False, True]


@pytest.mark.parametrize("xref_stream", [False, True])
def test_an_object_is_read_as_of_a_revision(xref_stream: bool) -> None:
    file = build.document(xref_stream=xref_stream).update({CONTENT: build.stream(b"new")})
    pdf = opened(file.data)
    old, new = (pdf.get(Ref(CONTENT, 0), revision) for revision in pdf.revisions)
    assert isinstance(old, Stream) and isinstance(new, Stream)
    assert (pdf.stream_data(old), pdf.stream_data(new)) == (build.CONTENT_TEXT, b"new")
    assert pdf.get(Ref(CONTENT, 1)) is None
    assert pdf.get(Ref(999, 0)) is None


def test_many_revisions_are_looked_up_in_one_index() -> None:
    file = build.document()
    for number in range(12):
        file = file.update({20: b"%d" % number})
    pdf = opened(file.data)
    assert [pdf.get(Ref(20, 0), revision) for revision in pdf.revisions] == [None, *range(12)]
    assert isinstance(pdf.get(Ref(PAGE, 0)), dict)


def _table(rows: bytes, trailer: bytes = b"<</Size 9/Root 1 0 R>>") -> bytes:
    head = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    return head + b"xref\n" + rows + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % len(head)


_GOOD = b"0 2\n0000000000 65535 f \n0000000009 00000 n \n"


def test_a_small_table_is_read() -> None:
    assert opened(_table(_GOOD)).catalog() == {"Type": Name("Catalog")}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_table(_GOOD.replace(b"f \n", b"f\n")), "PDF_XREF_ROW"),
        (_table(b"0 9\n" + _GOOD[4:]), "PDF_XREF_RANGE"),
        (_table(_GOOD + b"1 1\n0000000009 00000 n \n"), "PDF_XREF_DUPLICATE_ENTRY"),
        (_table(_GOOD, b"<</Root 1 0 R>>"), "PDF_XREF_RANGE"),
        (_table(_GOOD, b"<</Size 9/Root 1 0 R/Prev 9.0>>"), "PDF_XREF_RANGE"),
        (_table(_GOOD, b"<</Size 9/Root 1 0 R/Prev 999999>>"), "PDF_XREF_RANGE"),
        (_table(_GOOD, b"<</Size 9/Root 1 0 R/Prev 9>>"), "PDF_XREF_KEYWORD"),
        (_table(_GOOD, b"<</Size 9/Root 1 0 R/Size 8>>"), "PDF_DUPLICATE_KEY"),
        (_table(_GOOD, b"<</Size 9/Root 5 0 R>>"), "PDF_ROOT"),
        (_table(_GOOD, b"<</Size 9/Root<<>>>>"), "PDF_ROOT"),
        (_table(_GOOD, b"[]"), "PDF_NO_TRAILER"),
        (_table(_GOOD).replace(b"trailer", b"trailed"), "PDF_NO_TRAILER"),
        (_table(b"0 900000\n" + _GOOD[4:]), "PDF_XREF_RANGE"),
        (_table(_GOOD).replace(b"0000000009", b"0000000010"), "PDF_OBJECT_NUMBER"),
        (_table(_GOOD).replace(b"1 0 obj", b"1 1 obj"), "PDF_OBJECT_NUMBER"),
        (_table(_GOOD).replace(b"endobj", b"enddob"), "PDF_ENDOBJ"),
        (_table(_GOOD)[:-6], "PDF_NO_EOF"),
        (_table(_GOOD).replace(b"startxref", b"startxrxf"), "PDF_NO_STARTXREF"),
        (_table(_GOOD) + b"\n\nx", "PDF_TRAILING_BYTES"),
        (_table(_GOOD).replace(b"%PDF-1.4", b"%PDF-x.4"), "PDF_HEADER"),
        (_table(_GOOD).replace(b"startxref", b"1 startxref"), "PDF_REVISION_END"),
    ],
)  # fmt: skip
def test_a_table_that_is_not_strict_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def _section(entries: bytes, rows: bytes, *, kind: bytes = b"/Type/XRef") -> bytes:
    head = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    body = build.stream(rows, kind + b"/Root 1 0 R" + entries)
    return head + b"2 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (body, len(head))


_ROWS = b"\x00\x00\x00\x01\x09\x00"


@pytest.mark.parametrize(
    ("entries", "rows", "code"),
    [
        (b"/W[1 1 1]/Size 3", _ROWS, "PDF_XREF_INDEX"),
        (b"/W[0 0 0]/Size 2", b"", "PDF_XREF_W"),
        (b"/W[1 0 1]/Size 3", _ROWS, "PDF_XREF_W"),
        (b"/W[1 9 1]/Size 2", _ROWS, "PDF_XREF_W"),
        (b"/W[1 1.0 1]/Size 2", _ROWS, "PDF_XREF_W"),
        (b"/W 5 0 R/Size 2", _ROWS, "PDF_XREF_W"),
        (b"/W[1 1 1]/Size 2/Index[0]", _ROWS, "PDF_XREF_INDEX"),
        (b"/W[1 1 1]/Size 2/Index[0 -2]", _ROWS, "PDF_XREF_INDEX"),
        (b"/W[1 1 1]/Size 2/Index[0 8000000]", _ROWS, "PDF_LIMIT"),
        (b"/W[1 1 1]/Size 2/Index[0 1 0 1]", _ROWS, "PDF_XREF_DUPLICATE_ENTRY"),
        (b"/W[1 1 1]/Size 2/Filter/ASCIIHexDecode", _ROWS, "PDF_FILTER"),
        (b"/W[1 1 1]/Size 2/Filter/FlateDecode", _ROWS, "PDF_FLATE"),
        (b"/W[1 1 1]/Size 2/F(other)", _ROWS, "PDF_EXTERNAL_STREAM"),
        (b"/W[1 1 1]/Size 2/Index[1 2]", b"\x05\x09\x00\x00\x00\x00", "PDF_XREF_ROW"),
    ],
)  # fmt: skip
def test_a_section_stream_that_is_not_strict_is_refused(entries: bytes, rows: bytes, code: str) -> None:
    assert refusal(_section(entries, rows)) == code


def test_an_object_stream_is_no_section() -> None:
    assert refusal(_section(b"/W[1 1 1]/Size 2", _ROWS, kind=b"/Type/ObjStm")) == "PDF_XREF_KEYWORD"


def _packed(index: bytes, bodies: bytes, *, count: int, first: int | None = None) -> str:
    file = build.compressed(build.practice_objects(), (2, 5))
    container = max(build.practice_objects()) + 1
    entries = b"/Type/ObjStm/N %d/First %d" % (count, len(index) if first is None else first)
    return refusal(file.update({container: build.stream(index + bodies, entries)}).data)


def test_object_streams_must_be_exact() -> None:
    assert _packed(b"2 0 5 3 ", b"[] []", count=3) == "PDF_OBJSTM"
    assert _packed(b"2 0 2 3 ", b"[] []", count=2) == "PDF_OBJSTM_DUPLICATE"
    assert _packed(b"5 0 2 3 ", b"[] []", count=2) == "PDF_OBJSTM_INDEX"
    assert _packed(b"2 0 5 1 ", b"[] []", count=2) == "PDF_OBJSTM"
    assert _packed(b"2 3 5 0 ", b"[] []", count=2) == "PDF_OBJSTM"
    assert _packed(b"2 0 5 3 ", b"[] []", count=2, first=99) == "PDF_OBJSTM"
    assert _packed(b"2 0 5 x ", b"[] []", count=2) == "PDF_OBJSTM"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<</Length 3>>\nstream\nabcd\nendstream", "PDF_STREAM_LENGTH"),
        (b"<</Length 6>>\nstream\nabcd\nendstream", "PDF_STREAM_LENGTH"),
        (b"<</Length -1>>\nstream\nabcd\nendstream", "PDF_STREAM_LENGTH"),
        (b"<</Length 4.0>>\nstream\nabcd\nendstream", "PDF_STREAM_LENGTH"),
        (b"<</Length 4>>\nstream\rabcd\nendstream", "PDF_ENDOBJ"),
        (b"<</Length 4 0 R>>\nstream\nabcd\nendstream", "PDF_REF_LOOP"),
        (b"5\nstream\nabcd\nendstream", "PDF_ENDOBJ"),
    ],
)  # fmt: skip
def test_streams_must_be_exact(body: bytes, code: str) -> None:
    objects = build.practice_objects()
    objects[CONTENT] = body
    assert refusal(build.document(objects).data) == code


def test_chains_of_references_end() -> None:
    objects = build.practice_objects()
    objects.update({number: b"%d 0 R" % (number + 1) for number in range(20, 35)})
    assert refusal(build.document(objects).data) == "PDF_REF_LOOP"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(pdf_sections=1), "PDF_LIMIT"), (Limits(pdf_objects=3), "PDF_LIMIT"), (Limits(pdf_tokens=20), "PDF_LIMIT"),
        (Limits(pdf_depth=1), "PDF_LIMIT"), (Limits(pdf_fields=1), "PDF_LIMIT"), (Limits(document_bytes=10), "PDF_LIMIT"),
    ],
)  # fmt: skip
def test_a_budget_that_is_spent_is_told(limits: Limits, code: str) -> None:
    data = build.signed().sign("Signature2").data
    assert refusal(data, limits) == code
    facts = read_document(Document.from_bytes(data, name="x"), limits=limits)
    assert (facts.complete, facts.signature_marks) == (False, True)
    assert [item.severity.value for item in facts.findings] == ["warning"]


def _decoded(data: bytes, parameters: dict[str, Value], limits: Limits | None = None) -> bytes:
    entries: dict[str, Value] = {"Filter": Name("FlateDecode"), "DecodeParms": parameters}
    return decode(zlib.compress(data), entries, budget=Budget(limits or Limits()), offset=0)


def test_predictors() -> None:
    rows = b"\x02\x01\x02\x02\x01\x01"
    assert _decoded(rows, {"Predictor": 12, "Columns": 2}) == b"\x01\x02\x02\x03"
    mixed = b"\x00\x01\x02" + b"\x01\x01\x02" + b"\x02\x01\x02" + b"\x03\x01\x02" + b"\x04\x01\x02"
    assert _decoded(mixed, {"Predictor": 15, "Columns": 2}) == bytes([1, 2, 1, 3, 2, 5, 2, 5, 3, 7])
    assert _decoded(b"\x01\x01\x01", {"Predictor": 2, "Columns": 3}) == b"\x01\x02\x03"
    assert _decoded(b"plain", {"Predictor": 1}) == b"plain"


@pytest.mark.parametrize(
    "parameters",
    [{"Predictor": 3}, {"Predictor": 12, "Columns": 5_000}, {"Predictor": 12, "Columns": 0}, {"Predictor": True},
     {"Predictor": 12, "Columns": 4}, {"Predictor": 12, "Columns": 2, "BitsPerComponent": 4}],
)  # fmt: skip
def test_unfit_predictors_are_refused(parameters: dict[str, Value]) -> None:
    with pytest.raises(PdfError, match="PDF_PREDICTOR"):
        _decoded(b"\x02\x01\x02", parameters)


def test_garbage_behind_compressed_data_is_refused() -> None:
    entries: dict[str, Value] = {"Filter": Name("FlateDecode")}
    with pytest.raises(PdfError, match="PDF_FLATE"):
        decode(zlib.compress(b"a") + b"hidden", entries, budget=Budget(), offset=0)
    assert decode(zlib.compress(b"a") + b"\r\n", entries, budget=Budget(), offset=0) == b"a"


def test_a_linearised_file_is_one_revision() -> None:
    pikepdf = pytest.importorskip("pikepdf")
    import io

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(build.document().data)) as pdf:
        pdf.save(out, linearize=True)
    read = opened(out.getvalue())
    assert len(read.revisions) == 1
    assert [note.code for note in read.notes] == ["PDF_LINEARIZED"]
    assert len(tuple(read.fields())) == 1


def test_a_hybrid_file_is_read_once() -> None:
    file = _hybrid()
    pdf = opened(file.data)
    assert [note.code for note in pdf.notes] == ["PDF_HYBRID_XREF"]
    assert pdf.get(Ref(30, 0)) == [1]
    assert edoc.verify_document(file.sign().data, policy="integrity").verdict is edoc.Verdict.INTACT


def _hybrid() -> File:
    """What an office program writes: a table, and a stream for what old readers may miss."""
    file = build.document()
    at = len(file.data)
    hidden = b"30 0 obj\n[1]\nendobj\n"
    rows = b"\x01" + at.to_bytes(4, "big")
    section = b"31 0 obj\n" + build.stream(rows, b"/Type/XRef/W[1 4 0]/Index[30 1]/Size 32/Root 1 0 R") + b"\nendobj\n"
    place = at + len(hidden)
    made = file.update({}, rows={30: (0, 65535, "f")}, junk=hidden + section, trailer=b"/Root 1 0 R/XRefStm %d" % place)
    return build.replace(made, trailer=b"/Root 1 0 R")


def test_white_space_behind_the_end_is_told() -> None:
    report = edoc.verify_document(build.signed().data + b"\n\n", policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    assert "PDF_TRAILING_SPACE" in report.reservations


def test_objects_beyond_the_stated_size_leave_the_question_open() -> None:
    file = build.signed()
    made = file.update({50: b"null"})
    data = made.data[: len(file.data)] + made.data[len(file.data) :].replace(b"/Size 51", b"/Size 12")
    report = edoc.verify_document(data, policy="integrity")
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert "PDF_XREF_SIZE" in {item.code for item in report.findings}


def test_coverage_names_gap_end_and_revision() -> None:
    file = build.signed().sign("Signature2")
    pdf = opened(file.data)
    first, second = find_signatures(pdf)
    assert [one.field.name for one in (first, second)] == ["Signature1", "Signature2"]
    assert [one.end for one in (first, second)] == list(file.ends[1:])
    assert all(file.data[one.gap[0]] == 0x3C and file.data[one.gap[1] - 1] == 0x3E for one in (first, second) if one.gap)
    assert not first.findings and not second.findings


def test_facts_say_what_is_covered_and_what_came_later() -> None:
    file = build.signed().sign("Signature2")
    facts = read_document(Document.from_bytes(file.data, name="ruling.pdf"))
    first, second = facts.signatures
    assert [item.references[0].scope for item in (first, second)] == [ScopeKind.PARTIAL, ScopeKind.FULL]
    assert [item.changes_since_signing for item in (first, second)] == [ChangeLevel.PERMITTED, ChangeLevel.NONE]
    assert [item.covered_until for item in (first, second)] == list(file.ends[1:])
    octets = first.references[0].octets
    assert octets is not None and len(octets()) == file.ends[1] - 2 * build.HOLE - 2
    assert facts.complete and facts.changes_after_last is ChangeLevel.NONE


@pytest.mark.parametrize("data", [b"", b"no document"])
def test_what_is_no_pdf_is_a_clear_error(data: bytes) -> None:
    with pytest.raises(edoc.InputError) as caught:
        edoc.verify_document(data, policy="integrity")
    assert caught.value.code == ("UNSUPPORTED_TYPE" if data else "EMPTY_DOCUMENT")


def test_an_unsigned_document_says_so() -> None:
    report = edoc.verify_document(build.document().data, policy="integrity")
    assert report.verdict is edoc.Verdict.NO_SIGNATURE


def test_a_truncated_document_keeps_its_marks() -> None:
    data = build.signed().data
    for size in range(len(data) - 1, 400, -517):
        try:
            report = edoc.verify_document(data[:size], policy="integrity")
        except edoc.EdocError:
            assert b"/ByteRange" not in data[:size]
            continue
        # A cut at the end of the first revision leaves an honest unsigned document.
        assert report.verdict is edoc.Verdict.FAILED or b"/ByteRange" not in data[:size]


def test_form_and_catalog_may_not_repeat_keys() -> None:
    for number in (ROOT, FORM, PAGE):
        objects = build.practice_objects()
        objects[number] = objects[number][:-2] + b"/Type/A/Type/B>>"
        file = build.document(objects).sign()
        verdict = edoc.verify_document(file.data, policy="integrity").verdict
        # What a page repeats stands under the signature; it is refused when an update touches it.
        assert (verdict is edoc.Verdict.INTACT) == (number == PAGE)
