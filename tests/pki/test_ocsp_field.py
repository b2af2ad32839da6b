"""OCSP responses as responders in the field write them."""

from __future__ import annotations

from datetime import UTC, datetime

from asn1crypto import ocsp as asn1_ocsp

from edoc.pki.ocsp import OcspResponse
from edoc.testing import PracticePki


def test_an_empty_list_of_extensions_says_nothing() -> None:
    loaded = asn1_ocsp.OCSPResponse.load(PracticePki(at=datetime(2026, 6, 1, tzinfo=UTC)).ocsp("person"))
    basic = loaded["response_bytes"]["response"].parsed
    basic["tbs_response_data"]["response_extensions"] = []
    loaded["response_bytes"]["response"] = asn1_ocsp.BasicOCSPResponse.load(basic.dump(force=True))
    der = loaded.dump(force=True)
    assert b"\xa1\x02\x30\x00" in der
    assert len(OcspResponse.load(der).answers) == 1
