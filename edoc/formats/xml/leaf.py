"""Reading the leaves and the order of XML-DSig elements strictly: what two readers could read differently is refused."""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from typing import cast

from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.tree import DS, Element

_PREFIX = f"{{{DS}}}"
_SKIP = len(_PREFIX)
_SPACE = b" \t\r\n"


def children(element: Element) -> list[Element]:
    """Return the child elements; comments and instructions are left out."""
    return list(element.iterchildren("*"))


def local(element: Element) -> str:
    """Return the local name of an element of XML-DSig, an empty string for any other one."""
    tag: str = element.tag
    return tag[_SKIP:] if tag.startswith(_PREFIX) else ""


def ordered(element: Element, names: Sequence[str]) -> list[list[Element]]:
    """Return the children of an element by name, in the order of the schema; `XmlError` XML_SIGNATURE_SHAPE.

    A name that ends with `?` may be missing, with `*` missing or repeated, with `+` repeated.
    """
    left = children(element)
    found: list[list[Element]] = []
    for name in names:
        plain = name.rstrip("?*+")
        several = name[-1] in "*+"
        group: list[Element] = []
        while left and local(left[0]) == plain and (several or not group):
            group.append(left.pop(0))
        if not group and name[-1] not in "?*":
            raise XmlError("XML_SIGNATURE_SHAPE", element=local(element), child=plain)
        found.append(group)
    if left:
        raise XmlError("XML_SIGNATURE_SHAPE", element=local(element), child=str(left[0].tag)[:80])
    return found


def octets(element: Element) -> bytes:
    """Return the octets of a base64 leaf; `XmlError` XML_BASE64 for anything else, comments among it."""
    if len(element):
        # A comment cuts the text for some readers and not for others.
        raise XmlError("XML_BASE64", element=local(element))
    return decoded(element.text or "", element=local(element))


def decoded(text: str, *, element: str) -> bytes:
    """Return the octets of base64 text with white space; `XmlError` XML_BASE64."""
    try:
        return binascii.a2b_base64(text.encode("ascii").translate(None, _SPACE), strict_mode=True)
    except (binascii.Error, ValueError):
        raise XmlError("XML_BASE64", element=element) from None


def attributes(element: Element) -> dict[str, str]:
    """Return the attributes of an element by their full names, in the order of the document."""
    return cast("dict[str, str]", dict(element.attrib))


def algorithm(element: Element) -> str:
    """Return the Algorithm of a method or transform, an empty string when it has none."""
    return element.get("Algorithm") or ""
