"""DSS signs with the practice PKI, over HTTP and without: it reaches every level, and edoc passes what it made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

import edoc
from edoc.lab.keys import process_keys
from edoc.lab.pki import Pki
from edoc.lab.server import LabServer
from edoc.testing import PracticePki
from tests.interop.dss.oracle import Dss, DssError, Judged
from tests.sign.shapes import SHAPES

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECRET = "practice"
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
LASTING = ("B-LT", "B-LTA")
"""The levels that carry their validation data."""


def _key(pki: Pki, label: str) -> dict[str, object]:
    """A key with its certificate and the authorities above, as DSS takes it."""
    certificate, *above = (x509.load_der_x509_certificate(item) for item in (pki.certificate(label), *pki.chain(label)))
    encryption = BestAvailableEncryption(SECRET.encode())
    made = pkcs12.serialize_key_and_certificates(b"key", pki.private_key(label), certificate, above, encryption)
    return {"pkcs12": made, "password": SECRET}


def _roots(pki: Pki) -> list[bytes]:
    return [pki.certificate("root-a"), pki.certificate("root-b")]


def _judge(dss: Dss, document: bytes, pki: Pki, *, lists: tuple[bytes, ...] = ()) -> Judged:
    (judged,) = dss.validate(document, trust=_roots(pki), crls=lists, time=AT + timedelta(hours=1))
    return judged


def _pki() -> Pki:
    """The very PKI that `PracticePki` stands for, with its keys."""
    return Pki(at=AT, base_url="http://practice.invalid", keys=process_keys())


def _tsa(pki: Pki) -> dict[str, object]:
    return {**_key(pki, "tsa"), "time": AT + timedelta(minutes=1)}


def _verify(document: bytes, practice: PracticePki) -> edoc.Report:
    return edoc.verify_document(
        document,
        trust=practice.trust,
        validation_data=practice.validation_data(),
        validation_time=AT + timedelta(hours=1),
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["person", "person-ec"])
def test_it_signs_and_both_pass_it(dss: Dss, name: str, level: str) -> None:
    practice, pki = PracticePki(at=AT), _pki()
    lists = practice.validation_data()
    document = dss.sign(
        SHAPES["table"](),
        **_key(pki, name),
        level=level,
        signing_time=AT,
        trust=_roots(pki),
        crls=lists,
        tsa=_tsa(pki),
    )
    judged = _judge(dss, document, pki, lists=() if level in LASTING else lists)
    assert judged.passed and judged.level == f"PAdES-BASELINE-{level[2:]}", judged
    report = _verify(document, practice)
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    assert report.signatures[0].level == f"PAdES-BASELINE-{level[2:]}"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["person", "person-ec"])
def test_it_passes_what_edoc_signs_in_one_call(dss: Dss, name: str, level: str) -> None:
    practice, pki = PracticePki(at=AT), _pki()
    lists = practice.validation_data()
    document = _signed(practice, name, level)
    judged = _judge(dss, document, pki, lists=() if level in LASTING else lists)
    assert judged.passed and judged.level == f"PAdES-BASELINE-{level[2:]}", judged
    assert all(token.passed for token in judged.timestamps)


@pytest.mark.parametrize("level", LASTING)
def test_it_refuses_what_lost_its_evidence(dss: Dss, level: str) -> None:
    practice, pki = PracticePki(at=AT), _pki()
    document = _signed(practice, "person-ec", level)
    first = document[: document.index(b"%%EOF", document.index(b"/ByteRange")) + len(b"%%EOF\n")]
    assert first != document
    judged = _judge(dss, first, pki)
    assert judged.sub_indication == "CERTIFICATE_CHAIN_GENERAL_FAILURE" and judged.level == "PAdES-BASELINE-T", judged


def _signed(practice: PracticePki, name: str, level: str) -> bytes:
    timed = level != "B-B"
    result = edoc.sign_document(
        SHAPES["table"](), practice.key(name), level=level, tsa=practice if timed else None, signing_time=AT,
        validation_data=practice.validation_data(), trust=practice.trust if timed else None,
    )  # fmt: skip
    return bytes(result.document.data[:])


@pytest.mark.parametrize("level", LEVELS[1:])
def test_it_raises_what_edoc_signed(dss: Dss, level: str) -> None:
    practice, pki = PracticePki(at=AT), _pki()
    lists = practice.validation_data()
    signed = edoc.sign_document(SHAPES["xref-stream"](), practice.key("person-ec"), signing_time=AT)
    document = dss.extend(bytes(signed.document.data[:]), level=level, trust=_roots(pki), crls=lists, tsa=_tsa(pki))
    judged = _judge(dss, document, pki, lists=() if level in LASTING else lists)
    assert judged.passed and judged.level == f"PAdES-BASELINE-{level[2:]}", judged
    report = _verify(document, practice)
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    assert report.signatures[0].level == f"PAdES-BASELINE-{level[2:]}"


def test_both_sign_one_document(dss: Dss) -> None:
    practice, pki = PracticePki(at=AT), _pki()
    lists = practice.validation_data()
    document = SHAPES["object-stream"]()
    for turn in range(2):
        key = practice.key("person-ec" if turn else "person")
        ours = edoc.sign_document(document, key, signing_time=AT, field=f"Ours{turn}")
        document = dss.sign(
            bytes(ours.document.data[:]), **_key(pki, "stamp"), level="B-LT", signing_time=AT, field=None,
            trust=_roots(pki), crls=lists, tsa=_tsa(pki),
        )  # fmt: skip
    judged = dss.validate(document, trust=_roots(pki), crls=lists, time=AT + timedelta(hours=1))
    assert [item.passed for item in judged] == [True] * 4, judged
    report = _verify(document, practice)
    assert report.verdict is edoc.Verdict.PASSED and len(report.signatures) == 4, report.to_json()


@pytest.mark.loopback
def test_it_asks_the_services_of_the_practice_pki(dss: Dss, socket_watch: None) -> None:
    with LabServer(keys=process_keys(), at=AT) as lab:
        document = dss.sign(
            SHAPES["table"](),
            **_key(lab.pki, "person-ec"),
            level="B-LTA",
            signing_time=AT,
            trust=_roots(lab.pki),
            online=True,
            tsa={"url": lab.pki.address("tsa", "tsa")},
        )
        judged = _judge(dss, document, lab.pki)
    assert judged.passed and judged.level == "PAdES-BASELINE-LTA", judged
    assert [token.kind for token in judged.timestamps] == ["SIGNATURE_TIMESTAMP", "DOCUMENT_TIMESTAMP"]


def test_what_it_cannot_do_is_an_error_and_not_the_end(dss: Dss) -> None:
    with pytest.raises(DssError):
        dss.ask("no such thing")
    with pytest.raises(DssError):
        dss.validate(b"not a document", trust=(), time=AT)
    assert not dss.validate(SHAPES["table"](), trust=(), time=AT)
