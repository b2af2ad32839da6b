"""Attacks on sealed reports: what is told is what a passing signature covers, and nothing else (docs/attacks.md)."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable

import pytest

import edoc
from edoc.keys import Key
from edoc.report.text import render_text
from edoc.result.enums import Verdict
from tests.sealed.build import OTHER, RULING, catalog_of, number_of, report_json, sheet, specification, stream, updated
from tests.sealed.conftest import Seal, Verify

PASSED, FAILED = report_json(), report_json(Verdict.FAILED)
NAME = b"report.json"


def codes(report: edoc.Report) -> set[str]:
    return {item.code for item in report.findings}


def states(report: edoc.Report) -> Verdict | None:
    return report.data.reported.verdict if report.data.reported is not None else None


@pytest.mark.parametrize("verdict", Verdict)
def test_what_it_states_is_told_and_never_taken_over(seal: Seal, verify: Verify, verdict: Verdict) -> None:
    report = verify(seal(sheet({NAME: report_json(verdict)}), certify="no-changes"))
    assert report.verdict is Verdict.PASSED, "the seal"
    assert states(report) is verdict
    reported = report.data.reported
    assert reported is not None
    assert (reported.sealed_by, reported.at_hand) == (("S1",), ())
    assert reported.document.sha256 == edoc.Document.from_bytes(RULING, name="x").sha256().hex()
    assert report.to_dict()["reported"]["verdict"] == verdict.value  # type: ignore[index]


def test_the_document_at_hand_is_the_reported_one_or_unused(seal: Seal, verify: Verify) -> None:
    sealed = seal(sheet({NAME: PASSED}), certify="no-changes")
    same = verify(sealed, ruling=RULING)
    assert same.verdict is Verdict.PASSED
    assert "REPORTED_DOCUMENT_MATCHES" in codes(same)
    assert same.data.reported is not None
    assert same.data.reported.at_hand == ("ruling.pdf",)
    for beside in ({"ruling": OTHER}, {"ruling": RULING, "annex": OTHER}, {"ruling": RULING[:-1]}):
        other = verify(sealed, **beside)
        assert other.verdict is Verdict.INDETERMINATE
        assert "DETACHED_UNUSED" in codes(other)


def test_a_sealed_report_is_never_about_itself(seal: Seal, verify: Verify) -> None:
    sealed = seal(sheet({NAME: PASSED}))
    report = verify(sealed, itself=sealed)
    assert report.verdict is Verdict.INDETERMINATE
    assert "DETACHED_UNUSED" in codes(report)
    about_a_sheet = seal(sheet({NAME: report_json(about=sealed)}))
    chained = verify(about_a_sheet, itself=sealed)
    assert chained.verdict is Verdict.PASSED
    assert chained.data.reported is not None
    assert chained.data.reported.document.sha256 != chained.document.sha256, "one step, and no further"


def swapped(data: bytes) -> bytes:
    number = number_of(data, rb"<</Type/EmbeddedFile")
    return updated(data, {number: stream(PASSED, b"/Type/EmbeddedFile", deflate=True)})


def redirected(data: bytes) -> bytes:
    number = number_of(data, rb"<</Type/Filespec")
    return updated(
        data, {number: specification(NAME, b"/F 151 0 R"), 151: stream(PASSED, b"/Type/EmbeddedFile", deflate=True)}
    )


def attached_later(data: bytes) -> bytes:
    number, body = catalog_of(data)
    return updated(
        data,
        {
            number: re.sub(rb"/EmbeddedFiles\s*<<\s*/Names\s*\[\s*\]", b"/EmbeddedFiles<</Names[(x)150 0 R]", body),
            150: specification(NAME, b"/F 151 0 R"),
            151: stream(PASSED, b"/Type/EmbeddedFile", deflate=True),
        },
    )


def hung_on_the_page(data: bytes) -> bytes:
    page = number_of(data, rb"<</Type ?/Page\b")
    note = b"<</Type/Annot/Subtype/FileAttachment/Rect[10 10 30 30]/FS 150 0 R>>"
    return updated(
        data,
        {
            page: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[152 0 R]>>",
            150: specification(NAME, b"/F 151 0 R"),
            151: stream(PASSED, b"/Type/EmbeddedFile", deflate=True),
            152: note,
        },
    )


@pytest.mark.parametrize("attack", [swapped, redirected, hung_on_the_page])
@pytest.mark.parametrize("certify", ["no-changes", None])
def test_a_report_that_came_after_the_seal_is_not_told(
    seal: Seal, verify: Verify, attack: Callable[[bytes], bytes], certify: str | None
) -> None:
    sealed = seal(sheet({NAME: FAILED}), certify=certify)
    assert states(verify(sealed)) is Verdict.FAILED
    report = verify(attack(sealed), ruling=RULING)
    assert report.verdict is not Verdict.PASSED
    assert report.data.reported is None
    assert {"REPORT_NOT_SEALED", "REPORT_UNREADABLE"} & codes(report)
    assert "DETACHED_UNUSED" in codes(report)


def test_a_report_attached_to_any_signed_paper_is_not_told(seal: Seal, verify: Verify) -> None:
    report = verify(attached_later(seal(sheet({}))), ruling=RULING)
    assert report.verdict is not Verdict.PASSED
    assert report.data.reported is None
    assert "REPORT_NOT_SEALED" in codes(report)


def test_a_second_signature_does_not_make_it_the_first_ones(seal: Seal, verify: Verify, stranger: Key) -> None:
    later = attached_later(seal(sheet({})))
    report = verify(seal(later, key=stranger))
    assert report.verdict is not Verdict.PASSED
    assert report.data.reported is None


def test_nobody_sealed_it(verify: Verify) -> None:
    report = verify(sheet({NAME: PASSED}), ruling=RULING)
    assert report.verdict is not Verdict.PASSED
    assert report.data.reported is None
    assert {"REPORT_NOT_SEALED", "DETACHED_UNUSED"} <= codes(report)


def test_a_stranger_seals_a_sheet_of_his_own(seal: Seal, verify: Verify, stranger: Key) -> None:
    """Anybody can draw a sheet and sign it: it states nothing until the verifier trusts who sealed it."""
    forged = seal(sheet({NAME: PASSED}), key=stranger, certify="no-changes")
    report = verify(forged, ruling=RULING)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.data.reported is None
    assert {"REPORT_NOT_SEALED", "DETACHED_UNUSED"} <= codes(report)
    text = render_text(report.data)
    assert "This is a sealed report" not in text
    assert "Somebody Else" in text


def test_the_page_says_passed_and_the_report_says_failed(seal: Seal, verify: Verify) -> None:
    """The page cannot be read by a program that must be right: what is told is the report, in words of our own."""
    report = verify(seal(sheet({NAME: FAILED})))
    assert states(report) is Verdict.FAILED
    told = [line for line in render_text(report.data).splitlines() if "it states" in line]
    assert len(told) == 1
    assert "it states FAILED about ruling.pdf" in told[0]


TWO_STREAMS = sheet({NAME: FAILED}, extra={
    10: specification(NAME, b"/F 11 0 R/UF 150 0 R"), 150: stream(PASSED, b"/Type/EmbeddedFile"),
})  # fmt: skip
TWO_NAMES = sheet({NAME: FAILED}, extra={10: b"<</Type/Filespec/F(report.json)/UF(other.json)/EF<</F 11 0 R>>>>"})
KEY_TWICE = sheet({NAME: FAILED}, extra={
    10: b"<</Type/Filespec/F(report.json)/EF<</F 11 0 R/F 150 0 R>>>>", 150: stream(PASSED, b"/Type/EmbeddedFile"),
})  # fmt: skip
ON_THE_PAGE = sheet({NAME: FAILED}, page=b"/Annots[152 0 R]", extra={
    150: specification(NAME, b"/F 151 0 R"), 151: stream(PASSED, b"/Type/EmbeddedFile"),
    152: b"<</Type/Annot/Subtype/FileAttachment/Rect[10 10 30 30]/FS 150 0 R>>",
})  # fmt: skip
ASSOCIATED = sheet({NAME: FAILED}, page=b"/AF[150 0 R]", extra={
    150: specification(NAME, b"/F 151 0 R"), 151: stream(PASSED, b"/Type/EmbeddedFile"),
})  # fmt: skip
IN_A_DICTIONARY = sheet({NAME: FAILED}, page=b"/PieceInfo<</X<</Y[<</EF<</F 151 0 R>>>>]>>>>", extra={
    151: stream(PASSED, b"/Type/EmbeddedFile"),
})  # fmt: skip
LISTED_TWICE = sheet({NAME: FAILED}, tree=b"<</Names[(a)10 0 R(a)150 0 R]>>", extra={
    150: specification(NAME, b"/F 151 0 R"), 151: stream(PASSED, b"/Type/EmbeddedFile"),
})  # fmt: skip
TREE_IN_A_LOOP = sheet({NAME: FAILED}, tree=b"160 0 R", extra={160: b"<</Kids[160 0 R 160 0 R]>>"})


@pytest.mark.parametrize(
    "made",
    [
        sheet({NAME: FAILED, b"report-2.json": PASSED}), sheet({NAME: FAILED, b"note.txt": b"x"}), TWO_STREAMS, TWO_NAMES,
        KEY_TWICE, ON_THE_PAGE, ASSOCIATED, IN_A_DICTIONARY, LISTED_TWICE, TREE_IN_A_LOOP,
    ],
    ids=range(10),
)  # fmt: skip
def test_two_reports_that_could_contradict_each_other_state_nothing(seal: Seal, verify: Verify, made: bytes) -> None:
    report = verify(seal(made), ruling=RULING)
    assert report.data.reported is None
    assert {"REPORT_UNREADABLE", "REPORT_NOT_SEALED"} & codes(report)
    assert report.verdict is not Verdict.PASSED, "nothing uses the ruling"


TWICE = PASSED.replace(b'"verdict"', b'"verdict": "FAILED", "verdict"', 1)
HOSTILE = {
    "a key twice": TWICE,
    "two reports": json.dumps(json.loads(PASSED)).encode() + b"\n" + json.dumps(json.loads(FAILED)).encode(),
    "an unknown verdict": PASSED.replace(b'"verdict": "PASSED"', b'"verdict": "VALID"'),
    "another version": PASSED.replace(b"edoc/report/1", b"edoc/report/2"),
    "cut off": PASSED[:-20],
    "deep": b'{"schema": "edoc/report/1", "x": ' + b"[" * 50_000,
    "a huge number": b'{"schema": "edoc/report/1", "size": ' + b"9" * 9_000 + b"}",
    "not UTF-8": PASSED + b"\xff",
    "a year that is none": PASSED.replace(b"2026-11-23T10:00:00Z", b"0001-01-01T00:00:00+23:00"),
    "huge": PASSED + b" " * (8 << 20),
    "a bomb": PASSED + b" " * (17 << 20),
    "an error record": b'{"schema": "edoc/error/1", "document": {"name": "x"}, "x": "edoc/report/1", "error": {"code": "X", "text": "", "hint": "", "exit": 5}}',
}


@pytest.mark.parametrize("octets", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_report_states_nothing(seal: Seal, verify: Verify, octets: bytes) -> None:
    report = verify(seal(sheet({NAME: octets})), ruling=RULING)
    assert report.data.reported is None
    assert report.verdict is not Verdict.PASSED
    render_text(report.data, lang="fa")


def test_files_of_that_name_that_are_none_of_ours_are_left_alone(seal: Seal, verify: Verify) -> None:
    for made in (sheet({NAME: b'{"rows": 3}'}), sheet({b"data.json": PASSED}), sheet({})):
        report = verify(seal(made))
        assert report.verdict is Verdict.PASSED
        assert not {"REPORT_UNREADABLE", "REPORT_NOT_SEALED"} & codes(report)
        assert "reported" not in report.to_dict()


def container(files: dict[str, bytes], seal: Seal) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/vnd.etsi.asic-e+zip")
        for name, octets in files.items():
            archive.writestr(name, octets)
    return seal(made.getvalue(), name="sheet.asice", format="asic-e")


def with_files(sealed: bytes, files: dict[str, bytes]) -> bytes:
    """Put other files into a signed container."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sealed)) as old, zipfile.ZipFile(made, "w") as new:
        kept = {name: old.read(name) for name in old.namelist()}
        for name, octets in {**kept, **files}.items():
            new.writestr(name, octets)
    return made.getvalue()


PAGE = b"<!doctype html><p>PASSED</p>"


def test_a_container_states_what_its_report_states(seal: Seal, verify: Verify) -> None:
    sealed = container({"sheet.html": PAGE, "report.json": FAILED}, seal)
    report = verify(sealed, name="sheet.asice", ruling=RULING)
    assert (report.verdict, states(report)) == (Verdict.PASSED, Verdict.FAILED)
    assert "REPORTED_DOCUMENT_MATCHES" in codes(report)
    assert "DETACHED_UNUSED" in codes(verify(sealed, name="sheet.asice", ruling=OTHER))


def test_nothing_in_a_container_can_be_swapped_or_added(seal: Seal, verify: Verify) -> None:
    sealed = container({"sheet.html": PAGE, "report.json": FAILED}, seal)
    for files in ({"report.json": PASSED}, {"sheet.html": PAGE + b"!"}, {"report-2.json": PASSED}):
        report = verify(with_files(sealed, files), name="sheet.asice", ruling=RULING)
        assert report.verdict is not Verdict.PASSED
        assert report.data.reported is None


def test_a_container_of_other_things_reports_nothing(seal: Seal, verify: Verify) -> None:
    for files in ({"report.json": PASSED, "x.html": PAGE}, {"report.json": PASSED}, {"sheet.html": PAGE, "a/report.json": PASSED}):
        report = verify(container(files, seal), name="x.asice")
        assert report.verdict is Verdict.PASSED
        assert report.data.reported is None


def test_a_report_from_before_this_key_is_read(seal: Seal, verify: Verify) -> None:
    old = json.loads(PASSED)
    old.pop("reported", None)
    assert states(verify(seal(sheet({NAME: json.dumps(old).encode()})))) is Verdict.PASSED
