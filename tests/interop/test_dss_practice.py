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
from tests.interop.dss.oracle import Dss, Judged
from tests.sign.shapes import SHAPES

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECRET = "practice"
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
ANSWERED = ("B-B", "B-T")
"""The levels that edoc computes."""


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


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["person", "person-ec"])
def test_it_signs_and_both_pass_it(dss: Dss, name: str, level: str) -> None:
    practice = PracticePki(at=AT)
    pki = Pki(at=AT, base_url="http://practice.invalid", keys=process_keys())
    lists = practice.validation_data()
    document = dss.sign(
        SHAPES["table"](),
        **_key(pki, name),
        level=level,
        signing_time=AT,
        trust=_roots(pki),
        crls=lists,
        tsa={**_key(pki, "tsa"), "time": AT + timedelta(minutes=1)},
    )
    lasting = level in ("B-LT", "B-LTA")
    judged = _judge(dss, document, pki, lists=() if lasting else lists)
    assert judged.passed and judged.level == f"PAdES-BASELINE-{level[2:]}", judged
    report = edoc.verify_document(
        document, trust=practice.trust, validation_data=lists, validation_time=AT + timedelta(hours=1)
    )
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    if level in ANSWERED:
        assert report.signatures[0].level == f"PAdES-BASELINE-{level[2:]}"


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
    from tests.interop.dss.oracle import DssError

    with pytest.raises(DssError):
        dss.ask("no such thing")
    with pytest.raises(DssError):
        dss.validate(b"not a document", trust=(), time=AT)
    assert not dss.validate(SHAPES["table"](), trust=(), time=AT)
