"""DSS and edoc over CAdES beyond one new signature: several signers, counter-signatures, claims, renewals, each other's work."""

from __future__ import annotations

import base64
import hashlib

import pytest

import edoc
from edoc.formats.cades.write import WRITER
from edoc.formats.writing import Packaging, Placement, SignaturePolicy, SignerLocation
from tests.formats.cades import maker
from tests.formats.cades.maker import AROUND, AT, BESIDE, DATA, document, octets, pki, verify
from tests.interop.dss.oracle import Dss, Judged
from tests.interop.dss.practice import PASSWORD, pkcs12

BOTH = pytest.mark.parametrize("packaging", [AROUND, BESIDE], ids=lambda item: item.value)
TSA = {"password": PASSWORD, "time": AT}


def roots() -> list[bytes]:
    return [pki().certificate("root-a"), pki().certificate("root-b")]


def beside(packaging: Packaging) -> list[edoc.Document]:
    return [DATA] if packaging is BESIDE else []


def judged(dss: Dss, data: bytes, packaging: Packaging = AROUND) -> tuple[Judged, ...]:
    return dss.validate(
        data, trust=roots(), crls=pki().validation_data(), time=AT, name="ruling.p7m",
        detached=[{"name": item.name, "data": item.data[:]} for item in beside(packaging)],
    )  # fmt: skip


def by_dss(dss: Dss, level: str, packaging: Packaging) -> bytes:
    return dss.sign_format(
        "cades", (DATA.name, DATA.data[:]), pkcs12=pkcs12(pki(), "person"), password=PASSWORD, level=level,
        signing_time=AT, tsa={"pkcs12": pkcs12(pki(), "tsa"), **TSA}, trust=roots(), crls=pki().validation_data(),
        packaging=packaging.name,
    )  # fmt: skip


@BOTH
def test_two_signers(dss: Dss, packaging: Packaging) -> None:
    first = maker.signed("B-LTA", packaging=packaging)
    both = octets(maker.raised(maker.editor([document(first), *beside(packaging)], "person"), "B-LT", name="person"))
    found = judged(dss, both, packaging)
    assert [item.level for item in found] == ["CAdES-BASELINE-LTA", "CAdES-BASELINE-LT"]
    assert all(item.passed for item in found), found


@BOTH
def test_a_counter_signature(dss: Dss, packaging: Packaging) -> None:
    first = document(maker.signed("B-T", packaging=packaging))
    work = maker.editor([first, *beside(packaging)], "person", placement=Placement.COUNTER, target="S1")
    found = judged(dss, octets(work), packaging)
    assert len(found) == 2 and all(item.passed for item in found), found


@BOTH
def test_claims(dss: Dss, packaging: Packaging) -> None:
    rules = b"the rules of the court"
    work = maker.editor(
        [DATA], packaging=packaging, roles=("Judge",), location=SignerLocation(country="IR", locality="Tehran"),
        policy=SignaturePolicy(id="1.2.3.4", digest_algorithm="sha256", digest=hashlib.sha256(rules).digest()),
        commitments=("1.2.840.113549.1.9.16.6.5",), media_types={DATA.name: "text/plain"},
        content_timestamps=(pki().timestamp(DATA.sha256()),),
    )  # fmt: skip
    answer = dss.ask(
        "validate", document=octets(work), trust=roots(), crls=pki().validation_data(), time=AT, name="ruling.p7m",
        detached=[{"name": item.name, "data": item.data[:]} for item in beside(packaging)],
    )  # fmt: skip
    signatures: list[dict[str, object]] = answer["signatures"]  # type: ignore[assignment]
    (found,) = signatures
    assert found["intact"] and found["level"] == "CAdES-BASELINE-B"
    # It has no document of the policy at hand, and says so.
    assert found.get("sub_indication") in (None, "SIGNATURE_POLICY_NOT_AVAILABLE"), found


@BOTH
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_renewed_archive(dss: Dss, packaging: Packaging, algorithm: str) -> None:
    work = WRITER.open(document(maker.signed("B-LTA", packaging=packaging)), beside(packaging))
    work.put_validation_data("S1", maker.everything())
    maker.archive(work, "S1", algorithm=algorithm)
    (found,) = judged(dss, octets(work), packaging)
    assert found.passed and found.level == "CAdES-BASELINE-LTA", found
    assert len(found.timestamps) == 3 and all(token.passed for token in found.timestamps)


@BOTH
@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT", "B-LTA"])
def test_edoc_raises_what_dss_signed(dss: Dss, packaging: Packaging, level: str) -> None:
    work = WRITER.open(document(by_dss(dss, level, packaging)), beside(packaging))
    if level == "B-B":
        maker.stamp(work, "S1")
    work.put_validation_data("S1", maker.everything("person"))
    maker.archive(work, "S1")
    made = octets(work)
    (found,) = judged(dss, made, packaging)
    assert found.passed and found.level == "CAdES-BASELINE-LTA", found
    assert all(token.passed for token in found.timestamps)
    assert verify(made, *beside(packaging)).verdict is edoc.Verdict.PASSED


@BOTH
@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT", "B-LTA"])
def test_dss_raises_what_edoc_signed(dss: Dss, packaging: Packaging, level: str) -> None:
    answer = dss.ask(
        "extend", format="cades", document=maker.signed(level, packaging=packaging), name="ruling.p7m",
        level="B-LTA", tsa={"pkcs12": pkcs12(pki(), "tsa"), **TSA}, trust=roots(), crls=pki().validation_data(),
        ocsps=[pki().ocsp("person-ec")], packaging=packaging.name,
        detached=[{"name": item.name, "data": item.data[:]} for item in beside(packaging)],
    )  # fmt: skip
    made = base64.b64decode(str(answer["document"]))
    report = verify(made, *beside(packaging))
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    assert report.signatures[0].level == "CAdES-BASELINE-LTA"
    assert all(token.intact and not token.findings for token in report.signatures[0].timestamps)
