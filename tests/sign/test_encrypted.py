"""Encrypted documents: signed as they are, under every standard handler, and read by others with the password."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

import edoc
from edoc.api_show import write_revision
from edoc.formats.pdf.document import Pdf
from edoc.keys import Key
from edoc.sign.draft import Draft
from tests.interop.tools import pdfsig, qpdf
from tests.sign.forms import form
from tests.sign.makers import SIGNING_TIME, identity, open_key
from tests.sign.practice import AT, practice

OWNER = "owner's"
HANDLERS: dict[str, dict[str, Any]] = {
    "rc4-40": {"R": 2, "aes": False, "metadata": False},
    "rc4-128": {"R": 3, "aes": False, "metadata": False},
    "rc4-crypt-filter": {"R": 4, "aes": False, "metadata": False},
    "aes-128": {"R": 4, "aes": True, "metadata": True},
    "aes-256": {"R": 6, "aes": True, "metadata": True},
}
ALL = pikepdf.Permissions(modify_assembly=True)
PACKED = {"plain": pikepdf.ObjectStreamMode.disable, "packed": pikepdf.ObjectStreamMode.generate}


@cache
def encrypted(
    handler: str, *, user: str = "", packed: str = "plain", allow: pikepdf.Permissions = ALL, judge: bytes = b""
) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(form(judge=judge))) as pdf:
        protection = pikepdf.Encryption(owner=OWNER, user=user, allow=allow, **HANDLERS[handler])
        pdf.save(out, encryption=protection, object_stream_mode=PACKED[packed], static_id=True)
    return out.getvalue()


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return open_key("p256", tmp_path)


def sign(data: object, key: Key, **options: object) -> bytes:
    result = edoc.sign_document(data, key, signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]
    assert result.check.passed and not result.check.findings
    return bytes(result.document.data[:])


def hanko(document: bytes, password: str) -> list[tuple[bool, str]]:
    """Whether pyHanko passes each signature, and the reason that it reads."""
    anchor = x509.Certificate.load(identity("p256").authority.public_bytes(Encoding.DER))
    reader = PdfFileReader(io.BytesIO(document))
    reader.decrypt(password)
    found = []
    for item in reader.embedded_signatures:
        context = ValidationContext(trust_roots=[anchor], moment=SIGNING_TIME, allow_fetching=False)
        found.append((bool(validate_pdf_signature(item, context).bottom_line), str(item.sig_object["/Reason"])))
    return found


@pytest.mark.parametrize("user", ["", "user's"])
@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("handler", HANDLERS)
def test_every_handler_is_signed_twice(
    handler: str, packed: str, user: str, key: Key, oracle: Callable[[str], str], tmp_path: Path
) -> None:
    data = encrypted(handler, user=user, packed=packed)
    password = user or None
    first = sign(data, key, password=password, certify="fill-forms", reason="رأی (۱)", box=(300, 300, 400, 350))
    second = sign(first, key, password=password, field="Judge", reason="Copy (1)")
    assert second.startswith(first) and first.startswith(data) and b"Copy" not in second
    report = edoc.verify_document(second, policy="integrity", password=password)
    assert report.verdict is edoc.Verdict.INTACT
    assert [item.changes_since_signing for item in report.signatures] == ["permitted", "none"]
    assert hanko(second, user) == [(True, "رأی (۱)"), (True, "Copy (1)")]
    with pikepdf.open(io.BytesIO(second), password=user) as pdf:
        texts = {str(item.T): item for item in pdf.Root.AcroForm.Fields}
        assert str(texts["Amount"].V) == "1000" and b"re S" in texts["Signature1"].AP.N.read_bytes()
    if not user:
        # These two take no password on the way that they are called here.
        place = tmp_path / "signed.pdf"
        place.write_bytes(second)
        assert pdfsig(place, oracle, tmp_path).accepted and qpdf(place, oracle, tmp_path).accepted


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_string_that_stays_keeps_its_octets(handler: str, key: Key) -> None:
    """So that a reader without the password sees that nothing but the signature came."""
    signed = sign(sign(encrypted(handler, user="x"), key, password="x"), key, password="x", field="Judge")
    for report in (edoc.verify_document(signed, policy="integrity", password=word) for word in (None, "x")):
        assert [item.changes_since_signing for item in report.signatures] == ["permitted", "none"]


def test_equal_inputs_give_equal_octets(tmp_path: Path) -> None:
    key = open_key("rsa", tmp_path)
    data = encrypted("aes-256")
    assert sign(data, key, reason="Copy") == sign(data, key, reason="Copy")
    ends = {sign(data, key, reason=reason).index(b"/Contents") for reason in ("Copy", "Kopy")}
    assert len(ends) == 1


def test_the_lock_of_an_encrypted_field_is_read_and_written(key: Key) -> None:
    lock = b"/Lock<</Type/SigFieldLock/Action/Include/Fields[(Amount)]>>/SV<</Reasons[(Copy)]/Ff 8>>"
    data = encrypted("aes-128", judge=lock)
    with pytest.raises(edoc.ConfigError) as refused:
        sign(data, key, field="Judge")
    assert refused.value.code == "FIELD_WANTS_REASON"
    with pikepdf.open(io.BytesIO(sign(data, key, field="Judge", reason="Copy"))) as pdf:
        judge = next(item for item in pdf.Root.AcroForm.Fields if item.T == "Judge")
        assert [str(name) for name in judge.V.Reference[0].TransformParams.Fields] == ["Amount"]
        assert [str(name) for name in judge.Lock.Fields] == ["Amount"]


@pytest.mark.parametrize("handler", ["rc4-128", "aes-256"])
def test_the_whole_archive_is_made(handler: str) -> None:
    pki = practice()
    given: dict[str, Any] = {"trust": pki.trust, "validation_data": pki.validation_data(), "tsa": pki}
    data = encrypted(handler, user="x", packed="packed")
    result = edoc.sign_document(
        data, pki.key("person-ec"), password="x", level="B-LTA", signing_time=AT, **given
    )
    assert result.check.passed and result.check.level == "PAdES-BASELINE-LTA"
    again = edoc.extend_document(
        bytes(result.document.data[:]), level="B-LTA", password="x", validation_time=AT, **given
    )
    report = edoc.verify_document(
        bytes(again.document.data[:]), password="x", trust=pki.trust, validation_data=pki.validation_data(), validation_time=AT
    )
    assert report.verdict is edoc.Verdict.PASSED and report.signatures[0].level == "PAdES-BASELINE-LTA"
    with pikepdf.open(io.BytesIO(bytes(again.document.data[:])), password="x") as pdf:
        assert all(item.read_bytes()[:1] == b"\x30" for item in pdf.Root.DSS.Certs)


def test_two_steps_and_many(key: Key, tmp_path: Path) -> None:
    data = encrypted("aes-256", user="x")
    draft = edoc.prepare_signature(data, certificates=[key.certificate, *key.chain], password="x", signing_time=SIGNING_TIME)
    stored = draft.to_bytes()
    assert b"password" not in stored and "password='x'" not in repr(draft)
    value = key.sign(draft.octets, draft.algorithm)
    assert edoc.finish_signature(Draft.from_bytes(stored), value, password="x").check.passed
    signer = edoc.Signer(key, signing_time=SIGNING_TIME)
    results = list(edoc.sign_many([data, data], signer=signer, password="x"))
    assert all(item.result is not None and item.result.check.passed for item in results)


def test_the_signed_revision_stays_encrypted(key: Key, tmp_path: Path) -> None:
    first = sign(encrypted("aes-256", user="x"), key, password="x")
    second = sign(first, key, password="x")
    out = tmp_path / "first.pdf"
    write_revision(second, "S1", output=out, password="x")
    assert out.read_bytes() == first


@pytest.mark.parametrize(
    ("password", "code"), [(None, "PDF_SIGNING_PASSWORD_NEEDED"), ("wrong", "PDF_PASSWORD_WRONG")]
)
@pytest.mark.parametrize("handler", HANDLERS)
def test_without_its_password_it_is_not_signed(
    handler: str, password: str | None, code: str, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Key, "sign", lambda *arguments: pytest.fail("the key was used"))
    with pytest.raises(edoc.InputError) as refused:
        edoc.sign_document(encrypted(handler, user="x"), key, password=password)
    assert refused.value.code == code and refused.value.hint("fa")


ALLOWED: dict[str, tuple[dict[str, bool], bool, bool]] = {
    "everything": ({"modify_assembly": True}, True, True),
    "forms-alone": ({"modify_annotation": False, "modify_other": False}, True, False),
    "annotations-alone": ({"modify_other": False, "modify_form": False}, True, False),
    "nothing": ({"modify_annotation": False, "modify_other": False, "modify_form": False}, False, False),
}
"""What the owner permits, and whether an empty field may be signed, and a new one made."""


@pytest.mark.parametrize("case", ALLOWED)
@pytest.mark.parametrize("handler", ["rc4-128", "aes-128", "aes-256"])
def test_what_the_owner_forbids_is_refused_but_to_the_owner(handler: str, case: str, key: Key) -> None:
    given, fills, makes = ALLOWED[case]
    data = encrypted(handler, allow=pikepdf.Permissions(**given))
    for field, may in (("Judge", fills), (None, makes)):
        if may:
            sign(data, key, field=field)
        else:
            with pytest.raises(edoc.InputError) as refused:
                edoc.sign_document(data, key, field=field)
            assert refused.value.code == "PDF_SIGNING_FORBIDDEN_BY_OWNER"
        sign(data, key, field=field, password=OWNER)


def test_a_document_sealed_with_a_code_is_not_signed(key: Key) -> None:
    data = encrypted("aes-256").replace(b"/Encrypt", b"/AuthCode<<>>/Encrypt", 1)
    start = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    assert data[start : start + 4] == b"xref"
    with pytest.raises(edoc.InputError) as refused:
        edoc.sign_document(data, key)
    assert refused.value.code == "PDF_ENCRYPTED_SIGNING_UNSUPPORTED"


def test_a_password_shows_nowhere() -> None:
    document = edoc.Document.from_bytes(encrypted("aes-256", user="hush"), name="x").opened_with("hush")
    assert "hush" not in repr(document) and "hush" not in repr(Pdf.open(document).decryptor)
