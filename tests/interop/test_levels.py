"""What is signed and extended above B-B, independent programs must read at that level: DSS, pyHanko, openssl, qpdf, pdfsig."""

from __future__ import annotations

import asyncio
import io
import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import pem, x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from edoc.lab.keys import process_keys
from edoc.lab.pki import Pki
from edoc.pki.cms import parse_signed_data
from edoc.pki.oids import SIGNATURE_TIMESTAMP
from tests.interop.dss.oracle import Dss
from tests.sign.practice import AT, LEVELS, extend, practice, signed
from tests.sign.shapes import SHAPES

NAMES = ("person", "person-ec")
TIMED = LEVELS[1:]
EXTENDED = [(low, high) for place, low in enumerate(LEVELS) for high in LEVELS[place + 1 :]]
LATER = AT + timedelta(hours=1)


def _passes(dss: Dss, document: bytes, level: str) -> None:
    (judged,) = dss.validate(
        document,
        trust=[practice().certificate("root-a"), practice().certificate("root-b")],
        crls=practice().validation_data() if level in ("B-B", "B-T") else (),
        time=LATER,
    )
    assert judged.passed and judged.level == f"PAdES-BASELINE-{level[2:]}", judged
    assert all(item.passed for item in judged.timestamps), judged
    assert bool(judged.timestamps) == (level != "B-B")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("level", LEVELS)
def test_dss_passes_every_level(dss: Dss, level: str, name: str) -> None:
    _passes(dss, signed(level, name=name), level)


@pytest.mark.parametrize("shape", SHAPES)
def test_dss_passes_every_shape(dss: Dss, shape: str) -> None:
    _passes(dss, signed("B-LTA", shape=shape), "B-LTA")


@pytest.mark.parametrize(("low", "high"), EXTENDED)
def test_dss_passes_what_was_extended(dss: Dss, low: str, high: str) -> None:
    _passes(dss, extend(signed(low, name="person"), high), high)


def test_dss_passes_what_was_archived_again(dss: Dss) -> None:
    _passes(dss, extend(signed("B-LTA"), "B-LTA"), "B-LTA")


@pytest.mark.parametrize(("low", "high"), [step for step in EXTENDED if step[0] in ("B-B", "B-T")])
def test_dss_passes_what_it_signed_and_edoc_extended(dss: Dss, low: str, high: str) -> None:
    pki = Pki(at=AT, base_url="http://practice.invalid", keys=process_keys())
    document = dss.sign(
        SHAPES["table"](), level=low, signing_time=AT, trust=[pki.certificate("root-a")], tsa={**_key(pki, "tsa"), "time": AT},
        **_key(pki, "person-ec"),
    )  # fmt: skip
    after = extend(document, high)
    assert after.startswith(document)
    _passes(dss, after, high)


def _key(pki: Pki, label: str) -> dict[str, object]:
    """A key with its certificate and the authorities above, as DSS takes it."""
    certificate, *above = (load_der_x509_certificate(item) for item in (pki.certificate(label), *pki.chain(label)))
    encryption = BestAvailableEncryption(b"practice")
    made = serialize_key_and_certificates(b"key", pki.private_key(label), certificate, above, encryption)
    return {"pkcs12": made, "password": "practice"}


@pytest.mark.parametrize("level", TIMED)
def test_dss_refuses_a_tampered_twin(dss: Dss, level: str) -> None:
    document = signed(level).replace(b"Ruling 1403", b"Ruling 1404")
    (judged,) = dss.validate(
        document, trust=[practice().certificate("root-a"), practice().certificate("root-b")],
        crls=practice().validation_data(), time=LATER,
    )  # fmt: skip
    assert judged.sub_indication == "HASH_FAILURE", judged


@pytest.mark.parametrize("level", TIMED)
@pytest.mark.parametrize("name", NAMES)
def test_structure_and_signature_are_accepted(
    level: str, name: str, oracle: Callable[[str], str], tmp_path: Path
) -> None:
    place = tmp_path / "signed.pdf"
    place.write_bytes(signed(level, name=name))
    checked = subprocess.run([oracle("qpdf"), "--check", place], capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and "WARNING" not in checked.stdout + checked.stderr
    told = subprocess.run([oracle("pdfsig"), "-nocert", place], capture_output=True, text=True, check=False)
    said = re.findall(r"Signature Validation: (.*)", told.stdout)
    # This program judges no document time-stamps, and says so.
    assert said == ["Signature is Valid."] + ["Signature has not yet been verified."] * (level == "B-LTA")


def _stamps(document: bytes) -> list[tuple[bytes, bytes]]:
    """Return token and stamped octets of every time-stamp."""
    found = []
    for start, end, length in re.findall(rb"/ByteRange ?\[0 (\d+) (\d+) (\d+) *\]", document):
        first, stop, behind = int(start), int(end), int(end) + int(length)
        padded = bytes.fromhex(document[first + 1 : stop - 1].decode())
        cms = padded[: parse_signed_data(padded).encoded_length]
        (signer,) = parse_signed_data(cms).signer_infos
        tokens = signer.unsigned(SIGNATURE_TIMESTAMP)
        if tokens:
            found.append((tokens[0], signer.signature_value))
        elif parse_signed_data(cms).content is not None:
            found.append((cms, document[:first] + document[stop:behind]))
    return found


def test_openssl_verifies_every_token(oracle: Callable[[str], str], tmp_path: Path) -> None:
    anchors, chain = tmp_path / "anchors.pem", tmp_path / "chain.pem"
    pki = practice()
    for place, label in ((anchors, "root-a"), (chain, "issuing")):
        place.write_text(_pem(pki.certificate(label)), encoding="ascii")
    stamps = _stamps(signed("B-LTA", name="person"))
    assert len(stamps) == 2
    for number, (token, octets) in enumerate(stamps):
        data, place = tmp_path / f"{number}.data", tmp_path / f"{number}.tst"
        data.write_bytes(octets)
        place.write_bytes(token)
        command = [oracle("openssl"), "ts", "-verify", "-data", data, "-in", place, "-token_in", "-CAfile", anchors,
                   "-untrusted", chain, "-attime", str(int(LATER.timestamp()))]  # fmt: skip
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert told.returncode == 0 and "Verification: OK" in told.stdout, told.stdout + told.stderr
        data.write_bytes(octets + b"x")
        assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def _pem(der: bytes) -> str:
    return bytes(pem.armor("CERTIFICATE", der)).decode()


def _roots() -> list[x509.Certificate]:
    return [x509.Certificate.load(practice().certificate(label)) for label in ("root-a", "root-b")]


# asn1crypto refuses the Persian name of `person` as malformed bidirectional text: here the other one signs.


def test_pyhanko_reads_a_time_stamped_signature() -> None:
    (own,) = PdfFileReader(io.BytesIO(signed("B-T"))).embedded_regular_signatures
    context = ValidationContext(trust_roots=_roots(), moment=LATER, allow_fetching=False, revocation_mode="soft-fail")
    status = validate_pdf_signature(own, context, context)
    assert status.bottom_line and status.timestamp_validity is not None and status.timestamp_validity.timestamp == AT


@pytest.mark.parametrize("again", [False, True])
def test_pyhanko_reads_an_archived_signature(again: bool) -> None:
    document = extend(signed("B-LTA"), "B-LTA") if again else signed("B-LTA")
    (own,) = PdfFileReader(io.BytesIO(document)).embedded_regular_signatures
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(_roots()), revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO)
    )
    offline = RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY)
    spec = PdfSignatureValidationSpec(
        signature_validation_spec=SignatureValidationSpec(
            cert_validation_policy=policy, revinfo_gathering_policy=offline
        )
    )
    timing = ValidationTimingInfo(validation_time=LATER, best_signature_time=LATER, point_in_time_validation=True)
    result = asyncio.run(ades_lta_validation(own, spec, timing_info=timing))
    assert result.ades_subindic == AdESPassed.OK
    assert result.best_signature_time == AT and result.oldest_evidence_record_timestamp == AT
