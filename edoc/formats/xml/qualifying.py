"""The XAdES properties of one signature: found inside it, by identity, in any version (EN 319 132-1 4).

`QualifyingProperties` count only where they stand in a `ds:Object` of this very Signature; elements of the
same name anywhere else in the document, and elements that merely bear the right Id, are nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from edoc.facts.findings import Finding, error, warning
from edoc.formats.xml.tree import DS, Element

XADES_111 = "http://uri.etsi.org/01903/v1.1.1#"
XADES_122 = "http://uri.etsi.org/01903/v1.2.2#"
XADES_132 = "http://uri.etsi.org/01903/v1.3.2#"
XADES_141 = "http://uri.etsi.org/01903/v1.4.1#"
ERS = "http://uri.etsi.org/19132/v1.1.1#"

VERSIONS = (XADES_132, XADES_122, XADES_111)
SIGNED_PROPERTIES_TYPES = frozenset(
    {"http://uri.etsi.org/01903#SignedProperties", *(f"{space}SignedProperties" for space in (*VERSIONS, XADES_141))}
)
COUNTERSIGNED_TYPE = "http://uri.etsi.org/01903#CountersignedSignature"

_PROPERTIES = 2_000
"""Properties of one kind of one signature; one renewal a year adds two."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Qualifying:
    """The properties of one signature, as they stand in the tree."""

    namespace: str
    element: Element
    """QualifyingProperties."""
    signed: Element | None
    """SignedProperties."""
    signature_properties: tuple[Element, ...] = ()
    """Children of SignedSignatureProperties."""
    data_properties: tuple[Element, ...] = ()
    """Children of SignedDataObjectProperties."""
    unsigned: tuple[Element, ...] = ()
    """Children of UnsignedSignatureProperties, in order: the order is what archive time-stamps cover."""
    findings: tuple[Finding, ...] = ()

    def name(self, element: Element) -> str:
        """Return the local name of a property of this version or of 1.4.1; `{namespace}name` for any other."""
        space, local = split(element)
        return local if space in (self.namespace, XADES_141) else f"{{{space}}}{local}"

    def every(self, *names: str) -> list[Element]:
        """Return the properties of some names, signed ones first, each group in its order."""
        found = (*self.signature_properties, *self.data_properties, *self.unsigned)
        return [item for item in found if self.name(item) in names]

    def child(self, element: Element, name: str) -> Element | None:
        """Return the first child of a local name in the namespaces of XAdES."""
        return next((item for item in elements(element) if self.name(item) == name), None)


def split(element: Element) -> tuple[str, str]:
    """Return namespace and local name of an element."""
    tag: str = element.tag
    space, brace, local = tag.rpartition("}")
    return (space[1:], local) if brace else ("", tag)


def elements(element: Element) -> Iterator[Element]:
    """Yield the child elements; comments and instructions are left out."""
    return element.iterchildren("*")


def is_ds(element: Element, local: str) -> bool:
    """Tell whether an element is one of XML-DSig, by its local name."""
    return bool(element.tag == f"{{{DS}}}{local}")


def value_text(element: Element | None) -> str | None:
    """Return the text of a leaf without outer white space; null when anything else stands in it.

    A comment would cut the text for one reader and not for another.
    """
    if element is None or len(element):
        return None
    return (element.text or "").strip(" \t\r\n")


def value_octets(element: Element | None) -> bytes | None:
    """Return the octets of a base64 leaf; null when it is no plain base64."""
    text = value_text(element)
    if not text:
        return None
    try:
        return base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None


def find_qualifying(signature: Element, *, id: str) -> Qualifying | None:
    """Return the properties of a ds:Signature, null when it has none in a known version."""
    found = [
        item
        for box in elements(signature)
        if is_ds(box, "Object")
        for item in elements(box)
        if split(item)[1] == "QualifyingProperties" and split(item)[0] in VERSIONS
    ]
    if not found:
        return None
    first = found[0]
    space = split(first)[0]
    findings = [error("XADES_QUALIFYING_TWICE", id)] if len(found) > 1 else []
    target = first.get("Target")
    own = next((signature.get(name) for name in ("Id", "ID", "id") if signature.get(name)), None)
    if target is not None and target.removeprefix("#") != (own or ""):
        # EN 319 132-1 4.3.1: it names the signature it belongs to; another target is a moved one.
        findings.append(error("XADES_TARGET_OTHER", id, target=target[:120] or "-"))
    return _collected(first, space, id, findings)


def _collected(element: Element, space: str, id: str, findings: list[Finding]) -> Qualifying:
    signed = _only(element, space, "SignedProperties", id, findings)
    unsigned = _only(element, space, "UnsignedProperties", id, findings)
    return Qualifying(
        namespace=space,
        element=element,
        signed=signed,
        signature_properties=_children(signed, space, "SignedSignatureProperties", id, findings),
        data_properties=_children(signed, space, "SignedDataObjectProperties", id, findings),
        unsigned=_children(unsigned, space, "UnsignedSignatureProperties", id, findings),
        findings=tuple(findings),
    )


def _only(parent: Element | None, space: str, local: str, id: str, findings: list[Finding]) -> Element | None:
    if parent is None:
        return None
    found = [item for item in elements(parent) if item.tag == f"{{{space}}}{local}"]
    if len(found) > 1:
        findings.append(error("XADES_PROPERTY_TWICE", id, property=local))
    return found[0] if found else None


def _children(
    parent: Element | None, space: str, local: str, id: str, findings: list[Finding]
) -> tuple[Element, ...]:
    box = _only(parent, space, local, id, findings)
    if box is None:
        return ()
    found = tuple(elements(box))
    if len(found) > _PROPERTIES:
        findings.append(warning("XADES_PROPERTIES_LIMIT", id, limit=_PROPERTIES))
    return found[:_PROPERTIES]
