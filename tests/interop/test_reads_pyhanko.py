"""What pyHanko signs, we read as good: digests, value, and PASSED under the default policy with a revocation list."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

import edoc
from tests.sign.makers import SIGNING_TIME, identity, revocation_list
from tests.sign.shapes import SHAPES

PADES, PKCS7 = fields.SigSeedSubFilter.PADES, fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
Options = dict[str, object]

ALGORITHMS: dict[str, tuple[str, str | None, bool]] = {
    "rsa": ("rsa", "sha256", False),
    "rsa-sha384": ("rsa", "sha384", False),
    "rsa-sha512": ("rsa", "sha512", False),
    "pss-sha256": ("rsa", "sha256", True),
    "pss-sha512": ("rsa", "sha512", True),
    "pss-sha3-256": ("rsa", "sha3_256", True),
    "p256": ("p256", "sha256", False),
    "p384": ("p384", "sha384", False),
    "p521": ("p521", "sha512", False),
    "p256-sha3-256": ("p256", "sha3_256", False),
    "p384-sha3-512": ("p384", "sha3_512", False),
    "brainpool": ("brainpool", "sha256", False),
    "ed25519": ("ed25519", None, False),
    "ed448": ("ed448", None, False),
}
"""Case: kind of key, digest, RSASSA-PSS."""


@cache
def _signer(kind: str, pss: bool) -> signers.SimpleSigner:
    made = identity(kind)
    private = keys.PrivateKeyInfo.load(made.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    certificate = x509.Certificate.load(made.certificate.public_bytes(Encoding.DER))
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(made.authority.public_bytes(Encoding.DER)))
    return signers.SimpleSigner(
        signing_cert=certificate, signing_key=private, cert_registry=store, prefer_pss=pss, embed_roots=True
    )


def _sign(data: bytes, kind: str = "p256", *, pss: bool = False, box: bool = False, **options: object) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    name = str(options.pop("field", "Signature1"))
    new = fields.SigFieldSpec(name, box=(72, 72, 272, 122)) if box else None
    settings: Options = {"field_name": name, "subfilter": PADES, **options}
    metadata = signers.PdfSignatureMetadata(**settings)  # type: ignore[arg-type]
    out = io.BytesIO()
    signer = signers.PdfSigner(metadata, _signer(kind, pss), new_field_spec=new)
    signer.sign_pdf(writer, output=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def verify(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], edoc.Report]:
    folder: Path = tmp_path_factory.mktemp("anchors")
    (folder / "ca.pem").write_bytes(identity().authority_pem)
    verifier = edoc.Verifier(
        trust=edoc.TrustStore.load(folder),
        validation_data=[revocation_list(1)],
        validation_time=SIGNING_TIME + timedelta(days=1),
    )
    return lambda data: verifier.verify(edoc.Document.from_bytes(data, name="ruling.pdf"))


def _assert_passed(report: edoc.Report, count: int = 1) -> None:
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    assert [item.intact for item in report.signatures] == [True] * count
    assert all(item.signer is not None and item.signer.serial_number == "9990000018" for item in report.signatures)


@pytest.mark.parametrize("case", ALGORITHMS)
def test_every_algorithm_passes(case: str, verify: Callable[[bytes], edoc.Report]) -> None:
    kind, digest, pss = ALGORITHMS[case]
    options: Options = {"md_algorithm": digest} if digest is not None else {}
    report = verify(_sign(SHAPES["table"](), kind, pss=pss, **options))
    _assert_passed(report)
    assert report.signatures[0].level == "PAdES-BASELINE-B"


@pytest.mark.parametrize("shape", [name for name in SHAPES if name not in ("hybrid", "locking-field")])
def test_every_shape_passes(shape: str, verify: Callable[[bytes], edoc.Report]) -> None:
    _assert_passed(verify(_sign(SHAPES[shape]())))


def test_the_older_form_is_named_as_such(verify: Callable[[bytes], edoc.Report]) -> None:
    report = verify(_sign(SHAPES["table"](), subfilter=PKCS7))
    assert report.signatures[0].level == "PKCS7-B" and report.signatures[0].intact is True


@pytest.mark.parametrize("permission", [fields.MDPPerm.FILL_FORMS, fields.MDPPerm.ANNOTATE, fields.MDPPerm.NO_CHANGES])
def test_a_certification_passes(permission: fields.MDPPerm, verify: Callable[[bytes], edoc.Report]) -> None:
    _assert_passed(verify(_sign(SHAPES["table"](), certify=True, docmdp_permissions=permission)))


def test_a_visible_field_passes(verify: Callable[[bytes], edoc.Report]) -> None:
    _assert_passed(verify(_sign(SHAPES["table"](), box=True, reason="Copy")))


def test_a_field_that_was_there_passes(verify: Callable[[bytes], edoc.Report]) -> None:
    _assert_passed(verify(_sign(SHAPES["empty-field"](), field="Judge")))


def test_both_sign_one_document(verify: Callable[[bytes], edoc.Report], tmp_path: Path) -> None:
    from tests.sign.makers import open_key

    first = _sign(SHAPES["xref-stream"](), "rsa", field="A")
    ours = edoc.sign_document(first, open_key("p384", tmp_path), signing_time=SIGNING_TIME, field="B")
    assert ours.check.earlier_signatures == 1
    _assert_passed(verify(_sign(bytes(ours.document.data[:]), "ed25519", field="C")), 3)


def test_what_it_signed_and_was_altered_fails(verify: Callable[[bytes], edoc.Report]) -> None:
    data = _sign(SHAPES["table"]())
    report = verify(data.replace(b"Ruling 1403", b"Ruling 1404"))
    assert report.verdict is edoc.Verdict.FAILED
