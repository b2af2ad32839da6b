"""The contract of the Python front door, used as the programs outside use it."""

from __future__ import annotations

import io
import json
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import edoc
from edoc.testing import PracticePki

AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
RULING = Path(__file__).resolve().parent.parent / "examples" / "ruling.pdf"
PERSON = "9990000018"


@pytest.fixture(scope="module")
def pki() -> PracticePki:
    return PracticePki(at=AT)


@pytest.fixture(scope="module")
def signed(pki: PracticePki) -> bytes:
    result = edoc.sign_document(RULING, pki.key("person"), signing_time=AT)
    assert result.output is None
    return bytes(result.document.data[:])


def verify(document: object, pki: PracticePki, **options: object) -> edoc.Report:
    settings = {"trust": pki.trust, "validation_data": pki.validation_data(), "validation_time": AT, **options}
    return edoc.verify_document(document, **settings)  # type: ignore[arg-type]


def test_five_lines_to_a_verdict(pki: PracticePki, signed: bytes) -> None:
    report = verify(signed, pki)
    assert report.verdict is edoc.Verdict.PASSED
    signature = report.signatures[0]
    assert signature.indication is edoc.Indication.TOTAL_PASSED
    assert signature.level == "PAdES-BASELINE-B"
    assert signature.unchanged_since_signing is True
    assert report.require_passed(signed_by=PERSON) == signature
    assert report.require_passed(signed_by="۹۹۹۰۰۰۰۰۱۸") == signature


def test_every_kind_of_input_gives_the_same_answer(pki: PracticePki, signed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(signed)
    inputs = [path, str(path), signed, io.BytesIO(signed), edoc.Document.from_bytes(signed, name="document")]
    answers = {verify(item, pki).to_json() for item in inputs}
    assert len(answers) == 1


def test_the_octets_that_were_verified_are_handed_out(pki: PracticePki, signed: bytes) -> None:
    octets = verify(signed, pki).signatures[0].signed_data(0)
    start = signed.index(b"/Contents <") if b"/Contents <" in signed else signed.index(b"/Contents<")
    assert octets.startswith(signed[: start + 9])
    assert signed.endswith(octets[-100:])
    assert len(octets) < len(signed)


def test_trust_is_asked_for_aloud(signed: bytes, pki: PracticePki) -> None:
    with pytest.raises(edoc.ConfigError) as refused:
        edoc.verify_document(signed)
    assert refused.value.code == "TRUST_REQUIRED"
    nobody = verify(signed, pki, trust=edoc.TrustStore.empty())
    assert nobody.verdict is edoc.Verdict.INDETERMINATE
    assert nobody.signatures[0].sub_indication is edoc.SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_integrity_needs_no_trust_and_proves_no_name(signed: bytes) -> None:
    report = edoc.verify_document(signed, policy="integrity")
    assert report.verdict is edoc.Verdict.INTACT
    assert report.signatures[0].indication is None
    with pytest.raises(edoc.VerificationFailed) as refused:
        report.require_passed(signed_by=edoc.ANY_SIGNER)
    assert refused.value.code == "TRUST_NOT_JUDGED"


@pytest.mark.parametrize("name", ["verdict", "report", "indication"])
def test_nothing_that_was_answered_is_a_truth_value(name: str, pki: PracticePki, signed: bytes) -> None:
    report = verify(signed, pki)
    answers = {"verdict": report.verdict, "report": report, "indication": report.signatures[0].indication}
    with pytest.raises(TypeError):
        bool(answers[name])


def test_a_naive_time_is_a_mistake_of_the_caller(pki: PracticePki, signed: bytes) -> None:
    with pytest.raises(ValueError):
        verify(signed, pki, validation_time=datetime(2026, 6, 1))


def test_the_answer_of_another_day(pki: PracticePki, signed: bytes) -> None:
    later = verify(signed, pki, validation_time=AT + timedelta(days=3650))
    assert later.verdict is edoc.Verdict.INDETERMINATE
    assert later.validation_time_source == "given"


def test_originals_that_nothing_uses_are_told(pki: PracticePki, signed: bytes) -> None:
    report = verify(signed, pki, detached=[edoc.Digest("sha256", b"\0" * 32)])
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert [item.code for item in report.findings if item.code == "DETACHED_UNUSED"] == ["DETACHED_UNUSED"]


def test_an_unsigned_document_is_an_answer_and_a_text_file_is_none(pki: PracticePki) -> None:
    assert verify(RULING, pki).verdict is edoc.Verdict.NO_SIGNATURE
    with pytest.raises(edoc.InputError):
        verify(b"Dear Sir or Madam", pki)
    with pytest.raises(edoc.InputError):
        verify(b"", pki)


def test_verifiers_travel_and_signers_do_not(pki: PracticePki, signed: bytes) -> None:
    verifier = edoc.Verifier(trust=pki.trust, validation_data=pki.validation_data(), validation_time=AT)
    again = pickle.loads(pickle.dumps(verifier))
    assert again.verify(signed).to_json() == verifier.verify(signed).to_json()
    with pytest.raises(TypeError, match="private key"):
        pickle.dumps(edoc.Signer(pki.key("person"), signing_time=AT))


def test_signing_elsewhere(pki: PracticePki) -> None:
    chain = [pki.certificate("person"), *pki.chain("person")]
    draft = edoc.prepare_signature(RULING, certificates=chain, signing_time=AT)
    value = pki.key("person").sign(draft.octets, draft.algorithm)
    result = edoc.finish_signature(draft, value)
    assert verify(result.document, pki).verdict is edoc.Verdict.PASSED
    with pytest.raises(edoc.VerificationFailed):
        edoc.finish_signature(draft, value[:-1] + bytes([value[-1] ^ 1]))


def test_many_documents_in_order_and_one_bad_one_stops_nothing(pki: PracticePki, signed: bytes, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    good.write_bytes(signed)
    bad.write_bytes(b"nothing")
    verifier = edoc.Verifier(trust=pki.trust, validation_data=pki.validation_data(), validation_time=AT)
    results = list(edoc.verify_many([str(good), str(bad), str(tmp_path / "none.pdf"), str(good)], verifier=verifier))
    assert [item.report.verdict if item.report is not None else None for item in results] == [
        edoc.Verdict.PASSED, None, None, edoc.Verdict.PASSED,
    ]  # fmt: skip
    assert [item.error.code if item.error is not None else None for item in results][1:3] == [
        "UNSUPPORTED_TYPE", "INPUT_NOT_FOUND",
    ]  # fmt: skip


def test_a_certificate_alone(pki: PracticePki) -> None:
    asked = {"trust": pki.trust, "validation_time": AT}
    data = (*pki.validation_data(), *pki.chain("person"))
    good = edoc.verify_certificate(pki.certificate("person"), validation_data=data, **asked)
    assert good.indication is edoc.Indication.PASSED
    revoked = edoc.verify_certificate(
        pki.certificate("revoked"), validation_data=(*data, *pki.chain("revoked")), **asked
    )
    assert revoked.sub_indication is edoc.SubIndication.REVOKED_NO_POE


def test_the_report_is_the_contract(pki: PracticePki, signed: bytes) -> None:
    data = json.loads(verify(signed, pki).to_json())
    assert data["schema"] == "edoc/report/1"
    assert list(data)[:9] == [
        "schema", "tool", "policy", "trust", "process", "validation_time", "validation_time_source", "document",
        "verdict",
    ]  # fmt: skip
    assert data["validation_time"] == "2026-06-01T09:30:00Z"
    assert data["signatures"][0]["signer"]["serial_number"] == PERSON
    assert data["signatures"][0]["claimed_signing_time"] == "2026-06-01T09:30:00Z"
    assert data["signatures"][0]["best_signature_time"] is None


@pytest.mark.parametrize("name", edoc.__all__)
def test_every_public_name_works(name: str) -> None:
    assert getattr(edoc, name) is not None
    assert len(edoc.__all__) <= 30
