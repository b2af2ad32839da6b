"""Tells evidence records by how they begin."""

from __future__ import annotations

import re

from edoc.facts.document import Buffer

_HEAD = 4096
_ASN1 = re.compile(rb"\x30(?:\x80|[\x00-\x7f]|\x81.|\x82..|\x83.{3}|\x84.{4})\x02\x01\x01\x30(?:\x80|[\x00-\x7f]|\x81.)\x30", re.DOTALL)
"""Version 1 and a list of algorithms: nothing else that is handed over begins so."""
_PROLOG = rb"(?:\xef\xbb\xbf)?(?:<\?[^>]{0,200}\?>|<!--(?:(?!-->).){0,500}-->|[ \t\r\n]+){0,20}"
_XML = re.compile(_PROLOG + rb"<(?:[A-Za-z_][\w.-]*:)?EvidenceRecord[ \t\r\n]", re.DOTALL)


def looks_like_xml(head: bytes) -> bool:
    """Tell whether octets begin like an XML document with an EvidenceRecord at its root."""
    return _XML.match(head) is not None


def is_record(data: Buffer) -> bool:
    """Tell whether octets begin like an evidence record: whether they are one, reading them tells.

    XML with a signature in it is a signed document, whatever its root is called.
    """
    head = bytes(data[:_HEAD])
    return _ASN1.match(head) is not None or (looks_like_xml(head) and data.find(b"SignatureValue") < 0)
