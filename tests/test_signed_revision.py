"""What was signed can be taken out again: the verified octets by the report, the signed revision by `write_revision`."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import edoc
from edoc.api_show import write_revision
from edoc.facts.octets import Spans
from tests.interop.tools import pdfsig, qpdf
from tests.sign.forms import fill, form
from tests.sign.practice import AT, extend, practice, sign
from tests.sign.shapes import SHAPES


@cache
def history() -> tuple[bytes, ...]:
    """A form after each of its revisions: as made, signed, filled, signed, archived (three updates)."""
    first = sign(form(), "B-B", field="Judge")
    filled = fill(first, "Amount", "9000")
    second = sign(filled, "B-T")
    return form(), first, filled, second, extend(second, "B-LTA")


def revision(document: object, name: str, **options: object) -> bytes:
    out = io.BytesIO()
    assert write_revision(document, name, output=out, **options) is None  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize(("name", "place"), [("S1", 1), ("1", 1), (" s1 ", 1), ("S2", 3), ("2", 3), ("T2", 4), ("t2", 4)])
def test_a_revision_is_what_its_signature_signed(name: str, place: int) -> None:
    states = history()
    assert revision(states[-1], name) == states[place]


def test_a_revision_is_named_by_its_end_too() -> None:
    states = history()
    for state in states:
        assert revision(states[-1], str(len(state))) == state


@pytest.mark.parametrize("name", ["S1", "S2", "T1", "T2"])
def test_what_is_written_verifies_by_itself(name: str, oracle: Callable[[str], str], tmp_path: Path) -> None:
    place = tmp_path / "as-signed.pdf"
    assert write_revision(history()[-1], name, output=place) == place
    report = edoc.verify_document(place, policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    last = [*report.signatures, *report.timestamps][-1]
    assert last.id == name and last.intact is True
    if isinstance(last, type(report.signatures[0])):
        assert last.changes_since_signing == "none" and [item.kind.value for item in last.scope] == ["FULL"]
        answer = pdfsig(place, oracle, tmp_path)
        assert answer.accepted and answer.count == int(name[1:]), answer.words
    assert qpdf(place, oracle, tmp_path).accepted


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_back_its_first_signature(shape: str) -> None:
    first = sign(SHAPES[shape](), "B-B")
    assert revision(sign(first, "B-B"), "S1") == first


def test_a_revision_that_was_altered_is_not_handed_out_as_signed(tmp_path: Path) -> None:
    states = history()
    altered = states[-1].replace(b"Ruling 1403", b"Ruling 1404")
    for name in ("S1", "S2", "T1"):
        with pytest.raises(edoc.VerificationFailed) as refused:
            write_revision(altered, name, output=tmp_path / "out.pdf")
        assert refused.value.code == "REVISION_NOT_INTACT" and not list(tmp_path.iterdir())
    assert revision(altered, str(len(states[1]))) == altered[: len(states[1])]


def test_a_signature_over_another_gap_is_no_revision() -> None:
    first = history()[1]
    start = first.index(b"/ByteRange [0 ") + 14
    numbers = first[start : first.index(b"]", start)].split()
    numbers[2] = b"%d" % (int(numbers[2]) - 40)
    text = b" ".join(numbers)
    moved = first[:start] + text.ljust(first.index(b"]", start) - start) + first[first.index(b"]", start) :]
    with pytest.raises((edoc.ConfigError, edoc.VerificationFailed)):
        revision(moved, "S1")


@pytest.mark.parametrize("name", ["S3", "0", "", "S", "-1", "17", "T3", "99999999999999999999", "S1 S2"])
def test_an_unknown_revision_is_told_with_those_that_are(name: str, tmp_path: Path) -> None:
    with pytest.raises(edoc.ConfigError) as refused:
        write_revision(history()[-1], name, output=tmp_path / "out.pdf")
    assert refused.value.code == "REVISION_UNKNOWN" and not list(tmp_path.iterdir())
    assert "S1, S2, T1, T2" in refused.value.hint("en") and str(len(history()[0])) in refused.value.hint("fa")


def test_what_has_no_revisions_says_so() -> None:
    with pytest.raises(edoc.InputError) as refused:
        revision(history()[-1][:-400], "S1")
    assert refused.value.code == "REVISION_NONE"
    with pytest.raises(edoc.InputError):
        revision(b"Dear Sir or Madam", "S1")


def test_the_document_itself_is_never_written_over(tmp_path: Path) -> None:
    place = tmp_path / "in.pdf"
    place.write_bytes(history()[-1])
    for overwrite in (False, True):
        with pytest.raises(edoc.ConfigError) as refused:
            write_revision(place, "S1", output=place, overwrite=overwrite)
        assert refused.value.code == "OUTPUT_IS_INPUT" and place.read_bytes() == history()[-1]
    with place.open("rb") as stream, pytest.raises(edoc.ConfigError):
        write_revision(stream, "S1", output=place, overwrite=True)
    other = tmp_path / "other.pdf"
    other.write_bytes(b"old")
    with pytest.raises(edoc.ConfigError):
        write_revision(place, "S1", output=other)
    write_revision(place, "S1", output=other, overwrite=True)
    assert other.read_bytes() == history()[1] and sorted(os.listdir(tmp_path)) == ["in.pdf", "other.pdf"]


def test_the_signed_data_of_each_signature_are_its_own() -> None:
    document = history()[-1]
    for signature in edoc.verify_document(document, policy="integrity").signatures:
        state = revision(document, signature.id)
        octets = signature.signed_data(0)
        start = state.rindex(b"/Contents <") + 10
        end = state.index(b">", start) + 1
        assert octets == state[:start] + state[end:]
        for index in (1, -1):
            with pytest.raises(IndexError):
                signature.signed_data(index)


def test_what_is_not_intact_has_no_signed_data() -> None:
    report = edoc.verify_document(history()[-1].replace(b"Ruling 1403", b"Ruling 1404"), policy="integrity")
    with pytest.raises(ValueError):
        report.signatures[0].signed_data(0)


def test_a_file_that_is_written_to_after_its_verification_hands_out_nothing(tmp_path: Path) -> None:
    """A large file is mapped: what is read later may be other octets than those that were verified."""
    place = tmp_path / "large.pdf"
    large = SHAPES["table"]() + b"%" + b"x" * (2 << 20) + b"\n"
    tail = large.index(b"startxref")
    body = large[:tail] + large[large.index(b"%x") :] + SHAPES["table"]()[tail:]
    place.write_bytes(sign(body, "B-B"))
    pki = practice()
    report = edoc.verify_document(
        place, trust=pki.trust, validation_data=pki.validation_data(), validation_time=AT
    )
    signature = report.require_passed(signed_by=edoc.ANY_SIGNER)
    assert b"Ruling 1403" in signature.signed_data(0)
    data = place.read_bytes()
    with place.open("r+b") as stream:
        stream.seek(data.index(b"Ruling 1403"))
        stream.write(b"Ruling 9999")
    with pytest.raises(edoc.VerificationFailed) as refused:
        signature.signed_data(0)
    assert refused.value.code == "SIGNED_DATA_CHANGED" and refused.value.subject == "S1"


def test_spans_read_what_they_name_and_no_more() -> None:
    data = bytes(range(256)) * 2000
    spans = Spans(data, ((0, 300_000), (300_010, 300_010), (400_000, 400_001)))
    assert spans() == b"".join(spans.chunks()) == data[:300_000] + data[400_000:400_001]
    assert spans.size == len(spans()) and max(map(len, spans.chunks())) <= 1 << 17
