"""From a dictionary to facts: digests in one pass, dates, stores, and encodings that sign something else."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

import edoc
from edoc.facts.document import Document
from edoc.facts.material import MaterialKind, Origin
from edoc.facts.signature import DocumentFacts
from edoc.formats import read_document
from edoc.formats.pdf import digest
from edoc.formats.pdf.digest import Digester
from edoc.formats.pdf.signatures import pdf_date
from tests.formats.pdf import build
from tests.formats.pdf.build import ROOT, File


def facts(file: File) -> DocumentFacts:
    return read_document(Document.from_bytes(file.data, name="ruling.pdf"))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("D:20260102030405Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("D:20260102030405+03'30'", datetime(2026, 1, 1, 23, 34, 5, tzinfo=UTC)),
        ("D:20260102030405-0100", datetime(2026, 1, 2, 4, 4, 5, tzinfo=UTC)),
        ("D:2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("D:20261302", None), ("2026-01-02", None), ("", None), ("D:99991231235959-99'59'", None),
    ],
)  # fmt: skip
def test_dates(written: str, moment: datetime | None) -> None:
    assert pdf_date(written) == moment


@pytest.mark.parametrize("algorithm", ["sha256", "sha512", "sha3_384"])
def test_many_ranges_are_digested_as_if_alone(algorithm: str) -> None:
    data = bytes(range(256)) * 40
    ranges = [(10, 20, 100), (10, 20, 5_000), (300, 900, 9_000), (300, 301, 10_240), (1, 2, 3)]
    digester = Digester(data)
    for covered in ranges:
        digester.want(covered, [algorithm])
    for start, stop, end in ranges:
        expected = hashlib.new(algorithm, data[:start] + data[stop:end]).digest()
        assert digester.digest((start, stop, end), algorithm) == expected
    assert digester.digest(ranges[0], "unknown:1.2.3") is None


def test_digests_have_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "_FREE", 0)
    digester = Digester(bytes(1_000))
    found = [digester.digest((place, place + 1, 1_000), "sha256") for place in range(1, 9)]
    assert found[0] is not None and found[-1] is None
    assert digester.exhausted


def test_stores_of_all_revisions_are_read() -> None:
    file = build.signed()
    first = file.update({
        ROOT: file.objects[ROOT][:-2] + b"/DSS<</Certs[20 0 R]/CRLs[21 0 R]>>>>",
        20: build.stream(b"one", deflate=True), 21: build.stream(b"list"),
    })  # fmt: skip
    second = first.update({
        ROOT: file.objects[ROOT][:-2] + b"/DSS<</Certs[22 0 R]/VRI<</AB<</OCSP[23 0 R]>>>>>>>>",
        22: build.stream(b"two"), 23: build.stream(b"answer"),
    })  # fmt: skip
    found = {(item.kind, item.der, item.origin) for item in facts(second).material}
    assert found == {
        (MaterialKind.CERTIFICATE, b"one", Origin.DSS), (MaterialKind.CRL, b"list", Origin.DSS),
        (MaterialKind.CERTIFICATE, b"two", Origin.DSS), (MaterialKind.OCSP, b"answer", Origin.VRI),
    }  # fmt: skip


def test_what_cannot_be_read_of_a_store_is_told() -> None:
    file = build.signed()
    made = file.update({
        ROOT: file.objects[ROOT][:-2] + b"/DSS<</Certs[20 0 R 4 0 R]>>>>",
        20: b"<</Filter/FlateDecode/Length 3>>\nstream\nabc\nendstream",
    })  # fmt: skip
    read = facts(made)
    assert "PDF_DSS_MALFORMED" in {item.code for item in read.findings}
    assert [item.der for item in read.material] == [build.CONTENT_TEXT]


def _codes(entry: bytes, octets: bytes | None = None) -> tuple[str, set[str]]:
    file = build.document().sign(dictionary=entry)
    if octets is not None:
        opened = file.data.rindex(b"/Contents<") + 10
        hole = octets.hex().encode().ljust(2 * build.HOLE, b"0")
        file = file.patched(file.data[:opened] + hole + file.data[opened + 2 * build.HOLE :])
    report = edoc.verify_document(file.data, policy="integrity")
    return report.verdict.value, {item.code for item in report.signatures[0].findings}


def _entry(sub_filter: bytes) -> bytes:
    return b"<</Type/Sig/Filter/F/SubFilter/%s/ByteRange%%R/Contents%%C>>" % sub_filter


def test_a_content_inside_the_cms_is_not_the_document() -> None:
    key, certificate = build.signer()
    builder = PKCS7SignatureBuilder().set_data(b"other").add_signer(certificate, key, hashes.SHA256())
    octets = builder.sign(Encoding.DER, [PKCS7Options.Binary, PKCS7Options.NoCapabilities])
    verdict, codes = _codes(_entry(b"adbe.pkcs7.detached"), octets)
    assert verdict == "FAILED"
    assert "PDF_CONTENT_ENCAPSULATED" in codes


@pytest.mark.parametrize(("sub_filter", "verdict"), [(b"adbe.x509.rsa_sha1", "FAILED"), (b"other.encoding", "INDETERMINATE")])
def test_other_encodings_are_told(sub_filter: bytes, verdict: str) -> None:
    said, codes = _codes(_entry(sub_filter))
    assert (said, "PDF_SUBFILTER" in codes) == (verdict, True)


@pytest.mark.parametrize("octets", [b"", b"\x30", b"garbage", b"\x30\x80\x00\x00", b"\x30\x84\xff\xff\xff\xff\x00"])
def test_a_value_that_is_no_cms_is_a_failure(octets: bytes) -> None:
    verdict, _ = _codes(_entry(b"adbe.pkcs7.detached"), octets)
    assert verdict == "FAILED"


def test_a_time_stamp_that_is_none_is_told_and_spoils_nothing() -> None:
    file = build.signed().sign("Stamp", dictionary=_entry(b"ETSI.RFC3161"))
    report = edoc.verify_document(file.data, policy="integrity")
    assert [stamp.intact for stamp in report.timestamps] != [True]
    assert [one.name for one in report.signatures] == ["Signature1"]
