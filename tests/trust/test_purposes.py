"""An anchor counts for its own purpose; what is found under another one is told, never used."""

from __future__ import annotations

import pytest

from edoc.policy.model import Policy
from edoc.result.enums import Indication, SubIndication
from edoc.trust import Purpose, TrustStore
from edoc.verify.certificate import CertificateVerdict
from edoc.verify.context import Context, Material
from edoc.verify.memo import PathMemo
from tests.pki.forge import TIME, authority, crl, extended_key_usage, key_usage, leaf

ROOT = authority("Root").make()
SIGNER = leaf("Root").make()
STAMPER = leaf(
    "Root",
    "Stamper",
    extensions=(key_usage("digitalSignature"), extended_key_usage("1.3.6.1.5.5.7.3.8", critical=True)),
).make()


def validate(store: TrustStore, purpose: Purpose) -> CertificateVerdict:
    certificate = STAMPER if purpose is Purpose.TSA else SIGNER
    material = Material((certificate,), (crl("Root"),), (), b"")
    context = Context(policy=Policy.named("default"), trust=store, time=TIME)
    return PathMemo().validate(certificate, subject="s", purpose=purpose, material=material, context=context)


def codes(verdict: CertificateVerdict) -> set[str]:
    return {item.code for item in (*verdict.conclusion.findings, *verdict.findings)}


@pytest.mark.parametrize(
    ("asked", "trusted"), [(Purpose.TSA, "signer"), (Purpose.SIGNER, "tsa"), (Purpose.SIGNER, "revocation")]
)
def test_an_anchor_of_another_purpose_is_told_and_not_used(asked: Purpose, trusted: str) -> None:
    found = validate(TrustStore.of([ROOT.der], purposes=[trusted]), asked)
    assert found.conclusion.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert found.path is None
    assert codes(found) >= {"ANCHOR_PURPOSE", "NO_TRUSTED_PATH"}


@pytest.mark.parametrize("asked", [Purpose.TSA, Purpose.SIGNER])
def test_an_anchor_of_the_purpose_is_used(asked: Purpose) -> None:
    found = validate(TrustStore.of([ROOT.der], purposes=[asked]), asked)
    assert found.conclusion.indication is Indication.PASSED


def test_a_certificate_that_leads_nowhere_has_no_purpose_to_tell() -> None:
    found = validate(TrustStore.of([authority("Elsewhere").der()], purposes=["signer"]), Purpose.TSA)
    assert "ANCHOR_PURPOSE" not in codes(found)
