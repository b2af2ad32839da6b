"""The octets of a CMS document: as they are, or out of a PEM block (RFC 7468 9)."""

from __future__ import annotations

import re

from edoc.errors import InputError
from edoc.facts.document import Buffer, Document
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki.der import encode_oid
from edoc.pki.oids import SIGNED_DATA
from edoc.pki.pem import blocks, outside

_SMALL = 1 << 20
"""A smaller file is read at once: octets are quicker to walk than a map of a file."""
_PEM_BYTES = 64 << 20
"""Text is decoded in memory; who signs larger data writes it in binary."""
_LABELS = ("PKCS7", "CMS", "PKCS #7 SIGNED DATA")
_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*-----BEGIN ")
_MARKS = 4096
_FIRST = (b"\x30", b"-", b"\xef", b" ", b"\t", b"\r", b"\n")
"""What a CMS in any form begins with."""
_SIGNED = re.compile(rb"\x30(?:\x80|\x81.|\x82..|\x83.{3}|\x84.{4}|\x85.{5})" + re.escape(encode_oid(SIGNED_DATA)), re.DOTALL)
"""The head of a ContentInfo with SignedData."""


def cms_octets(document: Document, *, limits: Limits = DEFAULT_LIMITS) -> Buffer:
    """Return the DER or BER octets of a document.

    A block that cannot be read gives no octets.  Raises `InputError` CADES_PEM_LARGE, CADES_PEM_BLOCKS.
    """
    data = document.data
    if _BEGIN.match(bytes(data[:64])) is None:
        return data[:] if document.size <= _SMALL else data
    if document.size > min(_PEM_BYTES, limits.document_bytes):
        raise InputError("CADES_PEM_LARGE", subject=document.name)
    text = bytes(data[:])
    found = [der for label, der in blocks(text) if label in _LABELS]
    if len(found) > 1:
        raise InputError("CADES_PEM_BLOCKS", subject=document.name, params={"count": str(len(found))})
    # What stands behind the block is behind the CMS, as it would be in binary: nothing signs it.
    return found[0] + outside(text).removeprefix(b"\xef\xbb\xbf").strip() if found else b""


def has_marks(data: Buffer) -> bool:
    """Tell whether damaged octets look like a CMS signature: the type of SignedData stands at their head, or PEM did."""
    return not data or encode_oid(SIGNED_DATA) in bytes(data[:_MARKS])


def is_signed_cms(document: Document) -> bool:
    """Tell whether a document says that it is a CMS with SignedData: other DER is data like any other."""
    head = bytes(document.data[:64])
    if head[:1] not in _FIRST:
        return False
    if _SIGNED.match(head) is not None:
        return True
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return any(text.startswith(b"-----BEGIN " + label.encode() + b"-----") for label in _LABELS)
