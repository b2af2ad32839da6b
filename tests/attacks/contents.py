"""Attacks on what stands in /Contents: content of its own, old encodings, octets behind the message."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from tests.attacks.fixture import attack, hole
from tests.formats.cms_maker import good
from tests.formats.pdf import build
from tests.formats.pdf.build import HOLE, File


def _sealed(file: File, contents: bytes) -> bytes:
    opened, closed = hole(file.data)
    value = contents.hex().encode()
    assert len(value) <= 2 * HOLE
    return file.data[: opened + 1] + value.ljust(2 * HOLE, b"0") + file.data[closed - 1 :]


def _with_cms(sub_filter: bytes, make: Callable[[bytes], bytes]) -> bytes:
    entry = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/%s/ByteRange%%R/Contents%%C>>" % sub_filter
    file = build.document().sign(dictionary=entry)
    start, end = hole(file.data)
    return _sealed(file, make(file.data[:start] + file.data[end:]))


def _attached(octets: bytes) -> bytes:
    return good(octets).make()


@attack("PDF-22", code="PDF_CONTENT_ENCAPSULATED")
def content_inside_although_detached() -> bytes:
    """The CMS is good over what it carries; the file's octets are not what it is about."""
    return _with_cms(b"adbe.pkcs7.detached", lambda octets: _attached(b"Pay 100"))


@attack("PDF-22", code="PDF_CONTENT_ENCAPSULATED")
def empty_content_inside_although_detached() -> bytes:
    return _with_cms(b"adbe.pkcs7.detached", lambda octets: _attached(b""))


@attack("PDF-23", code="HASH_MISMATCH")
def digest_of_another_file_inside() -> bytes:
    """adbe.pkcs7.sha1: a verifier that takes the digest from the CMS and not from the file would pass it."""
    return _with_cms(b"adbe.pkcs7.sha1", lambda octets: _attached(hashlib.sha1(b"another file").digest()))


@attack("PDF-23", "PDF-31", code="ALGORITHM_WEAK", verdict="INTACT")
def digest_of_the_file_by_a_weak_algorithm() -> bytes:
    """Intact as far as octets go: the policy `integrity` warns, others do not pass it."""
    return _with_cms(b"adbe.pkcs7.sha1", lambda octets: _attached(hashlib.sha1(octets).digest()))


@attack("PDF-23", code="PDF_SUBFILTER")
def bare_value_without_a_message() -> bytes:
    return _with_cms(b"adbe.x509.rsa_sha1", lambda octets: b"\x04\x10" + bytes(16))


@attack("PDF-24", code="PDF_CONTENTS_PADDING")
def padding_that_holds_a_second_message() -> bytes:
    data = build.signed().data
    start, end = hole(data)
    value = bytes.fromhex(data[start + 1 : end - 1].decode()).rstrip(b"\0")
    return _sealed(build.signed(), value + b"\0" * 8 + value)


@attack("PDF-24", code="PDF_CONTENTS_PADDING")
def padding_of_one_octet() -> bytes:
    data = build.signed().data
    _, end = hole(data)
    return data[: end - 2] + b"1" + data[end - 1 :]
