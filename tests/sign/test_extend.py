"""Extending documents that are there already: from every level to every higher one, again, and together."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest

import edoc
from edoc.api_sign import timestamp_document
from edoc.errors import ConfigError, EdocError, FetchError, InputError
from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.facts.signature import ChangeLevel, TimestampKind
from edoc.formats.pdf.append import open_for_signing
from edoc.formats.pdf.read import read_pdf
from edoc.formats.tst import timestamp_facts
from edoc.sign.archive import add_validation_data
from tests.sign.makers import make_pdf, open_key
from tests.sign.practice import AT, BAD_SOURCES, LEVELS, extend, practice, sign, signed
from tests.sign.shapes import SHAPES

STEPS = [(low, high) for place, low in enumerate(LEVELS) for high in LEVELS[place + 1 :]]


def _levels(document: bytes) -> list[str]:
    report = edoc.verify_document(document, policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    return [item.id for item in report.signatures]


@pytest.mark.parametrize(("low", "high"), STEPS)
def test_every_level_to_every_higher_one(low: str, high: str) -> None:
    before = signed(low)
    after = extend(before, high)
    assert after.startswith(before) and _levels(after) == ["S1"]
    facts = read_pdf(Document.from_bytes(after, name="a.pdf"))
    assert facts.signatures[0].changes_since_signing is ChangeLevel.VALIDATION_DATA
    stamps = {"B-T": 1, "B-LT": 1, "B-LTA": 2}[high] if low == "B-B" else int(high == "B-LTA")
    assert len(facts.timestamps) == stamps and bool(facts.material) == (high != "B-T")


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_extended(shape: str) -> None:
    before = signed("B-B", shape=shape)
    after = extend(before, "B-LTA")
    assert after.startswith(before) and _levels(after) == ["S1"]


def test_archiving_again_adds_and_repeats_nothing() -> None:
    first = signed("B-LTA")
    pki = practice(2027)
    again = extend(
        first, "B-LTA", tsa=pki, validation_time=AT.replace(year=2027), trust=pki.trust,
        validation_data=[*pki.validation_data(), *practice().validation_data(at=AT.replace(year=2027))],
    )  # fmt: skip
    assert again.startswith(first)
    facts = read_pdf(Document.from_bytes(again, name="a.pdf"))
    assert [item.covers for item in facts.timestamps] == [("S1",), ("S1", "T1")]
    with pikepdf.open(io.BytesIO(again)) as pdf:
        found = [bytes(item.read_bytes()) for key in ("/Certs", "/CRLs", "/OCSPs") for item in pdf.Root.DSS.get(key, ())]
    with pikepdf.open(io.BytesIO(first)) as pdf:
        kept = [bytes(item.read_bytes()) for key in ("/Certs", "/CRLs", "/OCSPs") for item in pdf.Root.DSS.get(key, ())]
    assert len(found) == len(set(found)) and set(kept) < set(found)


def test_several_signatures_are_raised_together() -> None:
    document = SHAPES["table"]()
    for name, level in (("person", "B-B"), ("person-ec", "B-T"), ("stamp", "B-B")):
        document = sign(document, level, name=name)
    after = extend(document, "B-LTA")
    facts = read_pdf(Document.from_bytes(after, name="a.pdf"))
    assert [item.covers for item in facts.timestamps] == [("S1", "S2", "S3"), ("S1", "S2", "S3", "T1")]
    assert all(item.changes_since_signing is not ChangeLevel.NOT_PERMITTED for item in facts.signatures)


def test_signing_what_is_archived_harms_nothing() -> None:
    document = sign(signed("B-LTA"), "B-LTA", name="person")
    facts = read_pdf(Document.from_bytes(document, name="a.pdf"))
    assert len(facts.signatures) == 2 and len(facts.timestamps) == 2
    with pikepdf.open(io.BytesIO(document)) as pdf:
        found = [bytes(item.read_bytes()) for key in ("/Certs", "/CRLs", "/OCSPs") for item in pdf.Root.DSS.get(key, ())]
    assert len(found) == len(set(found))


def _broken(document: bytes) -> bytes:
    return document.replace(b"Ruling 1403", b"Ruling 1404")


REFUSED: dict[str, tuple[bytes, str, dict[str, object], type[EdocError], str]] = {
    "nothing to add": (signed("B-T"), "B-T", {}, ConfigError, "EXTEND_ALREADY"),
    "nothing to store": (signed("B-LT"), "B-LT", {}, ConfigError, "EXTEND_ALREADY"),
    "downwards": (signed("B-LTA"), "B-B", {}, ConfigError, "EXTEND_ALREADY"),
    "not a level": (signed("B-B"), "LTA", {}, ConfigError, "SIGN_LEVEL_UNKNOWN"),
    "no authority": (signed("B-LT"), "B-LTA", {"tsa": None}, ConfigError, "SIGN_TSA_NEEDED"),
    "no authority for T": (signed("B-B"), "B-LT", {"tsa": None}, ConfigError, "SIGN_TSA_NEEDED"),
    "no data": (signed("B-T"), "B-LT", {"validation_data": ()}, ConfigError, "SIGN_STATUS_MISSING"),
    "untrusted": (signed("B-T"), "B-LT", {"trust": edoc.TrustStore.empty()}, ConfigError, "SIGN_CHAIN_UNTRUSTED"),
    "unsigned": (make_pdf(), "B-LTA", {}, InputError, "EXTEND_NO_SIGNATURE"),
    "broken": (_broken(signed("B-B")), "B-T", {}, InputError, "EXTEND_SIGNATURE_BROKEN"),
    "broken in a crowd": (_broken(signed("B-LTA")), "B-LTA", {}, InputError, "EXTEND_SIGNATURE_BROKEN"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_leaves_nothing_behind(case: str, tmp_path: Path) -> None:
    document, level, changed, kind, code = REFUSED[case]
    with pytest.raises(kind) as error:
        extend(document, level, output=tmp_path / "out.pdf", **changed)
    assert error.value.code == code and not list(tmp_path.iterdir())
    assert error.value.hint("en") and error.value.text("fa") != error.value.text("en")


@pytest.mark.parametrize("case", BAD_SOURCES)
def test_a_bad_authority_leaves_nothing_behind(case: str, tmp_path: Path) -> None:
    source, code = BAD_SOURCES[case]
    with pytest.raises(FetchError) as error:
        extend(signed("B-LT"), "B-LTA", tsa=source, output=tmp_path / "out.pdf")
    assert error.value.code == code and not list(tmp_path.iterdir())


def test_stale_lists_are_no_data() -> None:
    with pytest.raises(ConfigError) as error:
        extend(signed("B-T"), "B-LT", validation_time=AT + timedelta(days=30))
    assert error.value.code == "SIGN_STATUS_MISSING"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        extend(signed("B-T"), "B-LT", validation_time=AT.replace(tzinfo=None))


def _store(change: str) -> bytes:
    """A signed document whose store is written as others write it."""
    pki = practice()

    def add(pdf: pikepdf.Pdf) -> None:
        stream = pdf.make_stream(pki.crl("issuing"))
        crls = pikepdf.Array([stream])
        dss = pikepdf.Dictionary()
        if change == "indirect array":
            dss.CRLs = pdf.make_indirect(crls)
        elif change == "entry only":
            dss.VRI = pikepdf.Dictionary({f"/{'AB' * 20}": pikepdf.Dictionary(CRL=crls)})
        else:
            dss.CRLs = crls
        pdf.Root.DSS = dss if change == "direct" else pdf.make_indirect(dss)

    return sign(make_pdf(change=add), "B-T", name="person")


@pytest.mark.parametrize("change", ["direct", "indirect", "indirect array", "entry only"])
def test_a_store_of_others_is_kept(change: str) -> None:
    before = _store(change)
    after = extend(before, "B-LTA")
    with pikepdf.open(io.BytesIO(after)) as pdf:
        lists = [bytes(item.read_bytes()) for item in pdf.Root.DSS.CRLs]
        numbers = [item.objgen for item in pdf.Root.DSS.CRLs]
        vri = pdf.Root.DSS.get("/VRI")
    assert lists.count(practice().crl("issuing")) == 1 and len(set(numbers)) == len(numbers)
    assert (vri is not None) == (change == "entry only")
    assert edoc.verify_document(after, policy="integrity").verdict is edoc.Verdict.INTACT


def _damaged(text: bytes) -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.Root.DSS = pikepdf.Object.parse(text)

    return make_pdf(change=add)


@pytest.mark.parametrize("text", [b"[1 2]", b"(text)", b"<</Certs 7>>", b"<</CRLs (text)>>"])
def test_a_store_that_is_none_is_not_written_over(text: bytes) -> None:
    with pytest.raises(InputError) as error:
        add_validation_data(Document.from_bytes(_damaged(text), name="a.pdf"), [(MaterialKind.CRL, b"\x30\x00")])
    assert error.value.code == "PDF_SIGNING_UNREADABLE"


def test_nothing_new_writes_nothing() -> None:
    document = Document.from_bytes(signed("B-LT"), name="a.pdf")
    there = [(item.kind, item.der) for item in read_pdf(document).material]
    assert there and add_validation_data(document, there) == b""
    assert open_for_signing(document).document is document


def test_a_document_is_stamped_whatever_its_signatures_are_worth(tmp_path: Path) -> None:
    pki = practice()
    for number, document in enumerate((make_pdf(), signed("B-B"), _broken(signed("B-B")))):
        place = tmp_path / f"{number}.pdf"
        result = timestamp_document(document, tsa=pki, output=place)
        assert not result.is_token and place.read_bytes().startswith(document)
        (stamp,) = read_pdf(Document.from_bytes(place.read_bytes(), name="a.pdf")).timestamps
        assert stamp.imprint is not None and stamp.imprint.intact and stamp.gen_time == AT


def test_anything_else_gets_a_token() -> None:
    pki = practice()
    result = timestamp_document(b"an annex", tsa=pki)
    facts = timestamp_facts(
        bytes(result.document.data[:]), id="T1", kind=TimestampKind.DOCUMENT,
        imprint_of=lambda name: hashlib.new(name, b"an annex").digest(),
    )  # fmt: skip
    assert result.is_token and facts.imprint is not None and facts.imprint.intact and facts.gen_time == AT


@pytest.mark.parametrize("case", BAD_SOURCES)
def test_a_bad_authority_stamps_nothing(case: str, tmp_path: Path) -> None:
    source, code = BAD_SOURCES[case]
    for document in (make_pdf(), b"an annex"):
        with pytest.raises(FetchError) as error:
            timestamp_document(document, tsa=source, output=tmp_path / "out")
        assert error.value.code == code and not list(tmp_path.iterdir())


def test_who_signed_before_is_not_answered_for(tmp_path: Path) -> None:
    stranger = open_key("p256", tmp_path)
    before = bytes(edoc.sign_document(make_pdf(), stranger, signing_time=AT).document.data[:])
    after = sign(before, "B-LTA", name="person")
    assert after.startswith(before) and len(read_pdf(Document.from_bytes(after, name="a.pdf")).signatures) == 2
    with pytest.raises(ConfigError) as error:
        extend(before, "B-LT")
    assert error.value.code == "SIGN_CHAIN_UNTRUSTED"


def test_who_signed_before_is_taken_along_where_that_can_be_had() -> None:
    after = sign(signed("B-B", name="person"), "B-LT", name="person-ec")
    lists = {item.der for item in read_pdf(Document.from_bytes(after, name="a.pdf")).material if item.kind is MaterialKind.CRL}
    pki = practice()
    assert lists == {pki.crl(name) for name in ("issuing", "root-a", "issuing-b", "root-b")}
