"""OpenSSL and edoc over CMS, both ways: every level and packaging that edoc writes, every form that OpenSSL writes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import edoc
from edoc.formats.writing import Packaging
from tests.formats.cades import maker
from tests.formats.cades.maker import AROUND, AT, BESIDE, DATA, LEVELS, OTHER, document, integrity, octets, pki, verify

Find = Callable[[str], str]
PLACES = [AROUND, BESIDE]
FORMS = {
    "attached": ("-nodetach",),
    "detached": (),
    "streamed": ("-nodetach", "-stream"),
    "ess": ("-nodetach", "-cades"),
    "key-identifier": ("-nodetach", "-keyid"),
    "pss": ("-nodetach", "-keyopt", "rsa_padding_mode:pss"),
    "sha512": ("-nodetach", "-md", "sha512"),
    "no-capabilities": ("-nodetach", "-nosmimecap"),
    "no-certificates": ("-nodetach", "-nocerts"),
}


def _pem(der: bytes) -> bytes:
    return maker.pem(der, "CERTIFICATE")


def accepts(find: Find, folder: Path, data: bytes, packaging: Packaging, *, content: bytes = DATA.data[:]) -> tuple[bool, bytes]:
    """Return whether OpenSSL verifies a CMS with the practice roots, and the octets that it hands out."""
    place, beside, anchors, out = (folder / name for name in ("cms", "content", "roots.pem", "out"))
    place.write_bytes(data)
    beside.write_bytes(content)
    anchors.write_bytes(_pem(pki().certificate("root-a")) + _pem(pki().certificate("root-b")))
    out.unlink(missing_ok=True)
    given = ["-content", str(beside)] if packaging is BESIDE else []
    done = subprocess.run(
        [find("openssl"), "cms", "-verify", "-binary", "-inform", "DER", "-in", str(place), "-CAfile", str(anchors),
         "-purpose", "any", "-attime", str(int(AT.timestamp())), "-cades", "-out", str(out), *given],
        capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0, out.read_bytes() if out.exists() else b""


@pytest.mark.parametrize("packaging", PLACES, ids=lambda item: item.value)
@pytest.mark.parametrize("name", ["person", "person-ec", "stamp"])
@pytest.mark.parametrize("level", LEVELS)
def test_openssl_accepts_what_edoc_writes(oracle: Find, tmp_path: Path, level: str, name: str, packaging: Packaging) -> None:
    """RSA, ECDSA and RSA-PSS: OpenSSL 3.0 knows no Ed25519 in CMS (see the table of tools)."""
    if name == "stamp" and level != "B-B":
        level = "B-LTA"
    data = octets(maker.raised(maker.editor([DATA], name, packaging=packaging), level, name="person"))
    assert accepts(oracle, tmp_path, data, packaging) == (True, DATA.data)


@pytest.mark.parametrize("packaging", PLACES, ids=lambda item: item.value)
def test_openssl_accepts_two_signers(oracle: Find, tmp_path: Path, packaging: Packaging) -> None:
    beside = [DATA] if packaging is BESIDE else []
    both = octets(maker.editor([document(maker.signed("B-LTA", packaging=packaging)), *beside], "person"))
    assert accepts(oracle, tmp_path, both, packaging) == (True, DATA.data)


@pytest.mark.parametrize("packaging", PLACES, ids=lambda item: item.value)
def test_openssl_refuses_other_data(oracle: Find, tmp_path: Path, packaging: Packaging) -> None:
    data = maker.signed(packaging=packaging)
    if packaging is AROUND:
        data = data.replace("۱۴۰۳".encode(), "۱۴۰۴".encode(), 1)
    assert not accepts(oracle, tmp_path, data, packaging, content=OTHER.data[:])[0]


def by_openssl(find: Find, folder: Path, *options: str, form: str = "DER") -> bytes:
    """Return what OpenSSL signs with the key of the practice person."""
    key, certificate, chain, content, out = (folder / name for name in ("key.pem", "cert.pem", "chain.pem", "data", "made"))
    private = pki()._pki.private_key("person")
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate.write_bytes(_pem(pki().certificate("person")))
    chain.write_bytes(b"".join(map(_pem, pki().chain("person"))))
    content.write_bytes(DATA.data)
    subprocess.run(
        [find("openssl"), "cms", "-sign", "-binary", "-in", str(content), "-signer", str(certificate), "-inkey", str(key),
         "-certfile", str(chain), "-outform", form, "-out", str(out), *options],
        capture_output=True, check=True,
    )  # fmt: skip
    return out.read_bytes()


@pytest.mark.parametrize("form", ["DER", "PEM"])
@pytest.mark.parametrize("name", FORMS)
def test_edoc_reads_what_openssl_writes(oracle: Find, tmp_path: Path, name: str, form: str) -> None:
    data = by_openssl(oracle, tmp_path, *FORMS[name], form=form)
    beside = [DATA] if name == "detached" else []
    given = [pki().certificate("person"), *pki().chain("person")] if name == "no-certificates" else []
    report = edoc.verify_document(document(data), policy="integrity", detached=beside, validation_data=given)
    (found,) = report.signatures
    assert found.intact is True, report.to_json()
    assert found.signed_data(0) == DATA.data
    assert found.level == ("CAdES-BASELINE-B" if name == "ess" else "CMS-NOT-ETSI")


def test_edoc_adds_a_signature_to_what_openssl_streamed(oracle: Find, tmp_path: Path) -> None:
    first = by_openssl(oracle, tmp_path, "-nodetach", "-stream", "-cades")
    both = octets(maker.raised(maker.editor([document(first)]), "B-T"))
    report = verify(both)
    assert [item.intact for item in report.signatures] == [True, True]
    assert accepts(oracle, tmp_path, both, AROUND) == (True, DATA.data)


def test_edoc_refuses_what_was_changed(oracle: Find, tmp_path: Path) -> None:
    data = by_openssl(oracle, tmp_path, "-nodetach").replace("۱۴۰۳".encode(), "۱۴۰۴".encode(), 1)
    assert integrity(data).verdict is edoc.Verdict.FAILED


def test_tokens_of_openssl(oracle: Find, tmp_path: Path) -> None:
    """`openssl ts -verify` over a token that stands alone."""
    content, token, anchors = tmp_path / "data", tmp_path / "token.tst", tmp_path / "roots.pem"
    content.write_bytes(DATA.data)
    token.write_bytes(pki().timestamp(DATA.sha256()))
    anchors.write_bytes(_pem(pki().certificate("root-a")) + _pem(pki().certificate("root-b")))
    done = subprocess.run(
        [oracle("openssl"), "ts", "-verify", "-data", str(content), "-in", str(token), "-token_in", "-CAfile", str(anchors),
         "-attime", str(int(AT.timestamp()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert verify(token.read_bytes(), DATA, expect="timestamp").verdict is edoc.Verdict.PASSED
