"""What kind of document some octets are: told by their content, never by a name."""

from __future__ import annotations

import base64
import re
from enum import Enum

from edoc.facts.document import Document

_PDF_HEADER = 1024
"""Viewers look for a header in so many octets; the strict reader then refuses one that is not first."""
_HEAD = 4096
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CMS = re.compile(rb"\x30(?:\x80|\x81.|\x82..|\x83.{3}|\x84.{4}|\x85.{5})\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", re.DOTALL)
"""The head of a ContentInfo: a sequence that begins with a type of PKCS #7."""
_COMPACT = re.compile(rb"[ \t\r\n]*e[w-z0-9_-][A-Za-z0-9_-]*\.[\x20-\x2d\x2f-\x7e]*\.[A-Za-z0-9_-]*[ \t\r\n]*")
"""A compact JWS: its header begins with a brace (RFC 7515 7.1, RFC 7797 5.2)."""
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*(e[w-z0-9_-][A-Za-z0-9_-]+)")
_UTF16 = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))


class Kind(Enum):
    """The families of documents that signatures come in."""

    PDF = "pdf"
    ZIP = "zip"
    """ASiC, OpenDocument, OOXML: the container tells."""
    XML = "xml"
    JSON = "json"
    JWS_COMPACT = "jws_compact"
    CMS = "cms"
    """A ContentInfo in DER or BER; a time-stamp token is one."""
    CMS_PEM = "cms_pem"
    OLE = "ole"
    """The older Office files: their signatures are not supported."""
    UNKNOWN = "unknown"


def kind_of(document: Document) -> Kind:
    """Return the kind of a document."""
    head = bytes(document.data[:_HEAD])
    if head.startswith(_ZIP):
        return Kind.ZIP
    if _CMS.match(head) is not None:
        # Before PDF: a signed PDF may stand inside.
        return Kind.CMS
    if head[:_PDF_HEADER].find(b"%PDF-") >= 0:
        return Kind.PDF
    if head.startswith(_OLE):
        return Kind.OLE
    if head[:1] == b"\x30" and head[1:2] in (b"\x80", b"\x81", b"\x82", b"\x83", b"\x84"):
        return Kind.CMS
    return _of_text(document, head)


def _of_text(document: Document, head: bytes) -> Kind:
    for mark, encoding in _UTF16:
        if head.startswith(mark):
            start = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
            return Kind.XML if start.startswith("<") else Kind.UNKNOWN
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if text.startswith((b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----", b"-----BEGIN PKCS #7 SIGNED DATA-----")):
        return Kind.CMS_PEM
    if text.startswith(b"<"):
        return Kind.XML
    if text.startswith(b"{"):
        return Kind.JSON
    return Kind.JWS_COMPACT if _COMPACT.fullmatch(document.data) is not None else Kind.UNKNOWN


def begins_like_jws(document: Document) -> bool:
    """Tell whether a document begins with the header of a compact JWS, whatever became of the rest.

    One that names a content encryption as well is that of a JWE, which is encrypted and not signed (RFC 7516 4.1.2).
    """
    found = _HEADER.match(bytes(document.data[:_HEAD]))
    if found is None:
        return False
    header = base64.urlsafe_b64decode(found[1][: len(found[1]) // 4 * 4])
    return b'"alg"' in header and b'"enc"' not in header
