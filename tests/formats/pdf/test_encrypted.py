"""Encrypted documents: read with a password, covered and digested without one where that is possible."""

from __future__ import annotations

import io

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore

import edoc
from edoc.facts.document import Document
from edoc.formats import read_document
from edoc.formats.pdf.document import Pdf
from tests.formats.pdf import build

USER, OWNER = "clerk", "court"
KINDS = {
    "rc4-40": {"R": 2, "aes": False},
    "rc4-128": {"R": 3, "aes": False},
    "aes-128": {"R": 4, "aes": True},
    "aes-128 with clear metadata": {"R": 4, "aes": True, "metadata": False},
    "aes-256 of the draft": {"R": 5},
    "aes-256": {"R": 6},
}

SIGNABLE = [kind for kind in KINDS if kind != "aes-256 of the draft"]
"""The other library does not open the method of the draft."""
pytestmark = pytest.mark.filterwarnings("ignore:Encryption R=5 is deprecated")


def encrypted(kind: str, *, user: str = USER, packed: bool = False) -> bytes:
    """Return the practice form encrypted by another library."""
    settings = pikepdf.Encryption(user=user, owner=OWNER, **{"metadata": KINDS[kind].get("R", 0) >= 4, **KINDS[kind]})
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(build.document().data)) as pdf:
        pdf.save(out, encryption=settings, object_stream_mode=mode)
    return out.getvalue()


def signed(data: bytes, password: str) -> bytes:
    """Return a document signed by another library."""
    key, certificate = build.signer()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(
        signing_cert=next(iter(load_certs_from_pemder_data(certificate.public_bytes(Encoding.PEM)))),
        signing_key=load_private_key_from_pemder_data(pem, None),
        cert_registry=SimpleCertificateStore(),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    writer.encrypt(password)
    return sign_pdf(writer, PdfSignatureMetadata(field_name="Judge"), signer=signer).getvalue()


def amount(data: bytes, password: str | None) -> bytes:
    """Return the value of the amount field as the reader sees it."""
    pdf = Pdf.open(Document.from_bytes(data, name="x"), password=password)
    field = next(item for item in pdf.fields() if item.type == "Tx")
    value = pdf.resolve(field.value)
    assert isinstance(value, bytes)
    return bytes(value)


@pytest.mark.parametrize("packed", [False, True], ids=["classic", "object streams"])
@pytest.mark.parametrize("kind", KINDS)
def test_either_password_reads_the_document(kind: str, packed: bool) -> None:
    data = encrypted(kind, packed=packed)
    assert amount(data, USER) == amount(data, OWNER) == b"100"


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_user_password_needs_none_from_the_caller(kind: str) -> None:
    data = encrypted(kind, user="")
    assert amount(data, None) == b"100"
    assert amount(data, OWNER) == b"100"


@pytest.mark.parametrize("kind", SIGNABLE)
def test_a_signature_in_an_encrypted_document_is_verified(kind: str) -> None:
    data = signed(encrypted(kind), USER)
    report = edoc.verify_document(data, policy="integrity", password=USER)
    assert report.verdict is edoc.Verdict.INTACT
    assert report.signatures[0].name == "Judge"


@pytest.mark.parametrize("kind", SIGNABLE)
def test_a_classic_document_is_covered_and_digested_without_a_password(kind: str) -> None:
    data = signed(encrypted(kind), USER)
    facts = read_document(Document.from_bytes(data, name="x"))
    assert [item.references[0].intact for item in facts.signatures] == [True]
    tampered = data.replace(b"/MediaBox", b"/MediaBoy", 1)
    report = edoc.verify_document(tampered, policy="integrity")
    assert report.verdict is edoc.Verdict.FAILED


@pytest.mark.parametrize("kind", KINDS)
def test_object_streams_without_a_password_leave_the_question_open(kind: str) -> None:
    facts = read_document(Document.from_bytes(encrypted(kind, packed=True), name="x"))
    assert (facts.complete, facts.signature_marks) == (False, True)
    assert [item.code for item in facts.findings] == ["PDF_ENCRYPTED"]
    report = edoc.verify_document(encrypted(kind, packed=True), policy="integrity")
    assert report.verdict is edoc.Verdict.INDETERMINATE


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_password_is_a_clear_error(kind: str) -> None:
    with pytest.raises(edoc.InputError) as caught:
        edoc.verify_document(encrypted(kind), policy="integrity", password="nobody")
    assert (caught.value.code, caught.value.exit_code) == ("PDF_PASSWORD_WRONG", 5)


def test_a_password_is_not_needed_where_nothing_is_encrypted() -> None:
    report = edoc.verify_document(build.signed().data, policy="integrity", password="anything")
    assert report.verdict is edoc.Verdict.INTACT


def test_an_unknown_security_handler_leaves_the_question_open() -> None:
    trailer = b"/Root 1 0 R/Encrypt<</Filter/Other/V 9>>"
    data = build.document(trailer=trailer).data
    report = edoc.verify_document(data, policy="integrity", password="x")
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert [item.code for item in report.findings] == ["PDF_ENCRYPTION"]


def test_the_identity_filter_leaves_everything_clear() -> None:
    other = Pdf.open(Document.from_bytes(encrypted("aes-128", user=""), name="x"))
    entry = other.resolve(other.trailer["Encrypt"])
    identifiers = other.trailer["ID"]
    assert isinstance(entry, dict) and isinstance(identifiers, list)
    owner, user, first = (bytes(value).hex().encode() for value in (entry["O"], entry["U"], identifiers[0]))
    trailer = (
        b"/Root 1 0 R/ID[<%s><%s>]/Encrypt<</Filter/Standard/V 4/R 4/Length 128/P %d/O<%s>/U<%s>"
        b"/StmF/Identity/StrF/Identity>>" % (first, first, entry["P"], owner, user)
    )
    data = build.document(trailer=trailer).sign().data
    assert amount(data, None) == b"100"
    assert edoc.verify_document(data, policy="integrity").verdict is edoc.Verdict.INTACT
