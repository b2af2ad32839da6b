"""xmlsec1 and DSS over what edoc writes in XAdES beyond one signature over one file; and DSS's XAdES in edoc."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

import edoc
from edoc.facts.document import Document
from edoc.formats.writing import Packaging, Placement, SignatureOrder, SignaturePolicy, SignerLocation
from edoc.formats.xml.write import WRITER
from tests.formats.xml.test_dsig import HELLO, listing
from tests.formats.xml.xades_maker import (
    AT,
    DS,
    RULING,
    TEXT,
    XML,
    archive,
    octets,
    order,
    practice,
    raise_to,
    sign,
    tree,
)
from tests.interop.dss.oracle import Dss, Judged
from tests.sign.makers import identity

_IDS = (
    "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", "http://www.w3.org/2000/09/xmldsig#:Object",
    "http://www.w3.org/2000/09/xmldsig#:SignatureValue", "urn:edoc:documents:Document",
)  # fmt: skip

SHAPES: dict[str, tuple[SignatureOrder, list[Document]]] = {
    "enveloped": (order(), [XML]),
    "ruling-in-latin-1": (order(), [Document.from_bytes(RULING.format(encoding="iso-8859-1").encode("iso-8859-1"), name="ruling.xml")]),
    "ruling-in-utf-16": (order(), [Document.from_bytes(RULING.format(encoding="utf-16").encode("utf-16"), name="ruling.xml")]),
    "invoice-in-its-place": (order(options={"parent": "UBLExtensions/UBLExtension/ExtensionContent"}), [XML]),
    "enveloping": (order(Packaging.ENVELOPING), [TEXT]),
    "enveloping-xml": (order(Packaging.ENVELOPING, options={"object": "xml"}), [XML]),
    "detached-several": (order(Packaging.DETACHED), [TEXT, XML]),
    "internally-detached": (order(Packaging.INTERNALLY_DETACHED), [TEXT, XML]),
    "says-all": (
        order(
            policy=SignaturePolicy(id="1.2.3.4", digest_algorithm="sha256", digest=b"\x07" * 32, uri="http://policy.example/"),
            commitments=("1.2.840.113549.1.9.16.6.1",),
            roles=("قاضی",),
            location=SignerLocation(country="IR", locality="Tehran", postal_code="1", street="x", region="y"),
            content_timestamps=(practice().timestamp(WRITER.content_digest([XML], order=order(), algorithm="sha256")),),
        ),
        [XML],
    ),
}
ALGORITHMS = {
    "rsa-sha512": ("person", {"digest": "sha512"}),
    "p256": ("person-ec", {}),
    "p256-sha384": ("person-ec", {"digest": "sha384"}),
}


def _xmlsec1(oracle: Callable[[str], str], place: Path, data: bytes, key: str) -> bool:
    (place / "signer.pem").write_bytes(ssl.DER_cert_to_PEM_cert(practice().certificate(key)).encode())
    (place / "signed.xml").write_bytes(data)
    for item in (TEXT, XML):
        (place / item.name).write_bytes(item.data[:])
    ids = [part for name in _IDS for part in ("--id-attr:Id", name)]
    command = [oracle("xmlsec1"), "--verify", "--pubkey-cert-pem", "signer.pem", *ids, "signed.xml"]
    return subprocess.run(command, cwd=place, capture_output=True, check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("name", SHAPES)
def test_xmlsec1_verifies(oracle: Callable[[str], str], tmp_path: Path, name: str) -> None:
    asked, documents = SHAPES[name]
    data = sign(documents, asked, level="B-LTA")
    assert _xmlsec1(oracle, tmp_path, data, "person")
    assert not _xmlsec1(oracle, tmp_path, data.replace(b"2026-06-01T", b"2026-06-02T", 1) if b"2026-06-01T" in data else _wide(data), "person")


def _wide(data: bytes) -> bytes:
    return data.replace("2026-06-01T".encode("utf-16-le"), "2026-06-02T".encode("utf-16-le"), 1)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_xmlsec1_knows_the_algorithms(oracle: Callable[[str], str], tmp_path: Path, name: str) -> None:
    key, choice = ALGORITHMS[name]
    assert _xmlsec1(oracle, tmp_path, sign([XML], order(), key=key, **choice), key)


def _judge(dss: Dss, data: bytes, *beside: Document) -> tuple[Judged, ...]:
    pki = practice()
    return dss.validate(
        data,
        trust=[pki.certificate("root-a"), pki.certificate("root-b")],
        crls=pki.validation_data(),
        time=AT,
        name="signed.xml",
        detached=[{"name": item.name, "data": bytes(item.data[:])} for item in beside],
    )


@pytest.mark.parametrize("name", sorted(SHAPES.keys() - {"ruling-in-utf-16"}))  # DSS recognises no XML in UTF-16.
def test_dss_passes_it(dss: Dss, name: str) -> None:
    asked, documents = SHAPES[name]
    beside = documents if asked.packaging is Packaging.DETACHED else []
    (judged,) = _judge(dss, sign(documents, asked, level="B-LTA"), *beside)
    assert judged.passed, judged
    assert judged.level == "XAdES-BASELINE-LTA"
    assert all(token.passed for token in judged.timestamps)


def test_dss_passes_signatures_side_by_side_and_renewed(dss: Dss) -> None:
    first = Document.from_bytes(sign([XML], order(), level="B-LTA"), name=XML.name)
    editor = WRITER.open(Document.from_bytes(sign([first], order(), key="person-ec", level="B-T"), name=XML.name), [])
    raise_to(editor, "S1", "B-LTA")
    editor.put_validation_data("S2", [])
    archive(editor, "S2")
    judged = _judge(dss, octets(editor))
    assert [item.passed for item in judged] == [True, True]
    assert len(judged[0].timestamps) == 4 and all(token.passed for item in judged for token in item.timestamps)


def test_dss_passes_a_counter_signature(dss: Dss) -> None:
    first = Document.from_bytes(sign([XML], order(), level="B-T"), name=XML.name)
    asked = order(placement=Placement.COUNTER, target="S1")
    judged = _judge(dss, sign([first], asked, key="person-ec", level="B-T"))
    assert [(item.passed, item.level) for item in judged] == [(True, "XAdES-BASELINE-T")] * 2


def test_dss_refuses_what_edoc_refuses(dss: Dss) -> None:
    from tests.formats.xml.xades_attacks import ATTACKS

    for name in ("a_time_stamp_of_another_signature", "a_property_put_before_the_archive_time_stamp"):
        judged = _judge(dss, ATTACKS[name].make())
        assert not all(token.passed for token in judged[0].timestamps), name


def test_what_dss_raises_of_ours_edoc_still_passes(dss: Dss) -> None:
    from tests.interop.dss.practice import PASSWORD, pkcs12

    pki = practice()
    data = dss.extend(
        sign([XML], order(), level="B-T"), format="xades", level="B-LTA", name=XML.name,
        tsa={"pkcs12": pkcs12(pki, "tsa"), "password": PASSWORD, "time": AT},
        trust=[pki.certificate("root-a"), pki.certificate("root-b")], crls=pki.validation_data(), time=AT, signing_time=AT,
    )  # fmt: skip
    report = edoc.verify_document(
        Document.from_bytes(data, name=XML.name), trust=pki.trust, validation_data=pki.validation_data(), validation_time=AT
    )
    assert report.verdict is edoc.Verdict.PASSED
    assert report.signatures[0].level == "XAdES-BASELINE-LTA"
    editor = WRITER.open(Document.from_bytes(data, name=XML.name), [])
    archive(editor, "S1")
    (judged,) = _judge(dss, octets(editor))
    assert judged.passed and all(token.passed for token in judged.timestamps)
    assert tree(octets(editor)).find(f".//{DS}Signature") is not None


def test_a_changed_file_that_a_manifest_lists_fails_in_both(dss: Dss) -> None:
    data = listing("a.txt", HELLO)
    certificate = identity("p256").certificate.public_bytes(Encoding.DER)
    for beside, sub_indication in ((b"hello", None), (b"hells", "HASH_FAILURE")):
        detached = [{"name": "a.txt", "data": beside}]
        (judged,) = dss.validate(data, trust=[certificate], time=AT, name="list.xml", detached=detached)
        assert (judged.sub_indication == "HASH_FAILURE") is (sub_indication is not None)
        given = [Document.from_bytes(beside, name="a.txt")]
        trust = edoc.TrustStore.of([certificate], end_entity=True)
        report = edoc.verify_document(data, trust=trust, validation_time=AT, detached=given)
        found = report.signatures[0].sub_indication
        assert (found.value if found is not None else None) == sub_indication
