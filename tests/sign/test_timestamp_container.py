"""`edoc timestamp` over containers: one more proof of time beside what is there, and where there is no place for one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

import edoc
from edoc.api_sign import timestamp_document
from edoc.testing import PracticePki

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
TEXT = edoc.Document.from_bytes(b"annex", name="annex.txt")


@cache
def practice() -> PracticePki:
    return PracticePki(at=AT)


def signed(format: str, inner: str) -> edoc.Document:
    pki = practice()
    return edoc.sign_document(
        TEXT, pki.key(), format=format, inner=inner, level="B-LT", tsa=pki, validation_data=pki.validation_data(),
        signing_time=AT,
    ).document  # fmt: skip


@pytest.mark.parametrize(("inner", "level"), [("xades", "XAdES-BASELINE-LT"), ("cades", "CAdES-BASELINE-LTA")])
def test_a_container_gets_its_time_stamps_inside(inner: str, level: str) -> None:
    pki = practice()
    document = signed("asic-e", inner)
    for count in (1, 2):
        document = timestamp_document(document, tsa=pki).document
        report = edoc.verify_document(
            document, trust=pki.trust, validation_data=pki.validation_data(), validation_time=AT
        )
        assert report.verdict is edoc.Verdict.PASSED, report.to_json(lang="en")
        assert [(stamp.kind, stamp.intact) for stamp in report.timestamps] == [("container", True)] * count
        assert report.signatures[0].level == level


def test_a_signed_asic_s_has_no_place_for_one() -> None:
    with pytest.raises(edoc.InputError) as error:
        timestamp_document(signed("asic-s", "cades"), tsa=practice())
    assert error.value.code == "TIMESTAMP_SIGNED_ASIC_S"


def test_a_token_stands_beside_any_other_file_and_is_verified_with_it() -> None:
    pki = practice()
    token = timestamp_document(TEXT, tsa=pki)
    assert token.is_token
    asked = {"trust": pki.trust, "validation_data": pki.validation_data(), "validation_time": AT, "expect": "timestamp"}
    right = edoc.verify_document(token.document, detached=[TEXT], **asked)  # type: ignore[arg-type]
    assert right.verdict is edoc.Verdict.PASSED and right.timestamps[0].time == AT
    other = edoc.Document.from_bytes(b"annex!", name="annex.txt")
    assert edoc.verify_document(token.document, detached=[other], **asked).verdict is edoc.Verdict.FAILED  # type: ignore[arg-type]
    assert edoc.verify_document(token.document, **asked).verdict is edoc.Verdict.INDETERMINATE  # type: ignore[arg-type]
    alone = edoc.verify_document(token.document, detached=[TEXT], policy="integrity")
    assert alone.verdict is edoc.Verdict.NO_SIGNATURE and {item.code for item in alone.findings} == {"ONLY_TIME_PROVEN"}
