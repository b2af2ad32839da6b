"""What a signer states beside the data: in every format it is written, read back the same, and held against the policy."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache

import pytest

import edoc
from edoc.formats.writing import SignaturePolicy
from edoc.testing import PracticePki
from tests.sign.makers import make_pdf

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
RULES = b"The rules that this court signs by."
POLICY = SignaturePolicy(id="1.2.3.4.5", digest_algorithm="sha256", digest=hashlib.sha256(RULES).digest())
DOCUMENTS = {
    "pades": ("ruling.pdf", make_pdf),
    "cades": ("annex.txt", lambda: "پیوست رأی".encode()),
    "xades": ("invoice.xml", lambda: b"<Invoice xmlns='urn:example:invoice'><ID>7</ID></Invoice>"),
    "jades": ("claim.json", lambda: b'{"case":"1403/77"}'),
    "asic-s": ("annex.txt", lambda: "پیوست رأی".encode()),
    "asic-e": ("annex.txt", lambda: "پیوست رأی".encode()),
}


@cache
def practice() -> PracticePki:
    return PracticePki(at=AT)


def document(format: str) -> edoc.Document:
    name, make = DOCUMENTS[format]
    return edoc.Document.from_bytes(make(), name=name)


@cache
def signed(format: str) -> edoc.Document:
    result = edoc.sign_document(
        document(format), practice().key(), format=format, level="B-T", tsa=practice(), signing_time=AT,
        signature_policy=POLICY, commitments=["proof-of-approval"], roles=["قاضی دادگاه"], content_timestamp=True,
    )  # fmt: skip
    return result.document


def verify(format: str, *rules: bytes) -> edoc.Report:
    return edoc.verify_document(
        signed(format), trust=practice().trust, validation_data=practice().validation_data(), validation_time=AT,
        detached=[document(format)] if format == "cades" else [], signature_policies=rules,
    )  # fmt: skip


@pytest.mark.parametrize("format", DOCUMENTS)
def test_what_is_stated_is_read_back(format: str) -> None:
    report = verify(format)
    assert report.verdict is edoc.Verdict.PASSED, report.to_json(lang="en")
    (signature,) = report.signatures
    claims = signature.claims
    assert claims.roles == ("قاضی دادگاه",)
    assert claims.commitments in (("1.2.840.113549.1.9.16.6.5",), ("http://uri.etsi.org/01903/v1.2.2#ProofOfApproval",))
    assert claims.signature_policy is not None and claims.signature_policy.id == POLICY.id
    assert claims.signature_policy.digest == {"sha256": POLICY.digest.hex()} and claims.signature_policy.matches is None
    assert [stamp.kind for stamp in signature.timestamps] == ["content", "signature"]
    assert all(stamp.intact for stamp in signature.timestamps)


@pytest.mark.parametrize("format", DOCUMENTS)
def test_the_text_of_the_policy_is_compared(format: str) -> None:
    """CMS-19: a policy that is another is never passed over."""
    (right,), wrong = verify(format, RULES).signatures, verify(format, b"Other rules.")
    assert right.claims.signature_policy is not None and right.claims.signature_policy.matches is True
    assert wrong.signatures[0].claims.signature_policy is not None
    assert wrong.signatures[0].claims.signature_policy.matches is False
    assert wrong.verdict is edoc.Verdict.INDETERMINATE
    assert wrong.signatures[0].sub_indication is edoc.SubIndication.POLICY_PROCESSING_ERROR


def test_a_policy_that_belongs_to_another_signature_accuses_nobody() -> None:
    pki = practice()
    other = SignaturePolicy(id="1.2.3.4.6", digest_algorithm="sha256", digest=hashlib.sha256(b"Second.").digest())
    text = edoc.Document.from_bytes(b"text", name="annex.txt")
    first = edoc.sign_document(text, pki.key(), format="cades", signing_time=AT, signature_policy=POLICY)
    both = edoc.sign_document([first.document, text], pki.key("stamp"), signing_time=AT, signature_policy=other)
    report = edoc.verify_document(
        both.document, trust=pki.trust, validation_data=pki.validation_data(), validation_time=AT, detached=[text],
        signature_policies=[RULES],
    )  # fmt: skip
    assert report.verdict is edoc.Verdict.PASSED
    found = [item.claims.signature_policy.matches for item in report.signatures if item.claims.signature_policy]
    assert sorted(found, key=str) == [None, True]


def test_a_pdf_states_a_reason_or_a_commitment() -> None:
    with pytest.raises(edoc.ConfigError) as error:
        edoc.sign_document(
            document("pades"), practice().key(), signing_time=AT, reason="Issued", commitments=["proof-of-approval"]
        )
    assert error.value.code == "SIGN_REASON_AND_COMMITMENT"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"commitments": ["proof-of-nothing"]}, "SIGN_COMMITMENT_UNKNOWN"),
        ({"content_timestamp": True}, "SIGN_TSA_NEEDED"),
        ({"format": "odf"}, "SIGN_FORMAT_UNKNOWN"),
        ({"packaging": "wrapped"}, "SIGN_PACKAGING"),
        ({"level": "B-T", "tsa": practice, "countersign": "S1"}, "SIGN_COUNTER_LEVEL"),
    ],
)
def test_what_cannot_be_stated_is_said_before_the_key_is_used(options: dict[str, object], code: str) -> None:
    given = {name: practice() if value is practice else value for name, value in options.items()}
    with pytest.raises(edoc.ConfigError) as error:
        edoc.sign_document(document("xades"), practice().key(), signing_time=AT, **given)  # type: ignore[arg-type]
    assert error.value.code == code
