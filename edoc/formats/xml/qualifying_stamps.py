"""The octets that the time-stamps of a XAdES signature stand over (EN 319 132-1 5.2.8, 5.3, 5.5, annex A)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edoc.facts.signature import TimestampKind
from edoc.formats.xml.algorithms import C14N_10
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.dsig import XmlSignature
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.qualifying import (
    SIGNED_PROPERTIES_TYPES,
    XADES_141,
    Qualifying,
    elements,
    find_qualifying,
    is_ds,
    split,
    value_octets,
)
from edoc.formats.xml.tree import DS, Element
from edoc.pki.algorithms import new_hash

KINDS = {
    "AllDataObjectsTimeStamp": TimestampKind.CONTENT,
    "IndividualDataObjectsTimeStamp": TimestampKind.CONTENT,
    "SignatureTimeStamp": TimestampKind.SIGNATURE,
    "SigAndRefsTimeStamp": TimestampKind.SIG_AND_REFS,
    "SigAndRefsTimeStampV2": TimestampKind.SIG_AND_REFS,
    "RefsOnlyTimeStamp": TimestampKind.REFS_ONLY,
    "RefsOnlyTimeStampV2": TimestampKind.REFS_ONLY,
    "ArchiveTimeStamp": TimestampKind.ARCHIVE,
}
_REFS = ("CompleteCertificateRefs", "CompleteRevocationRefs", "AttributeCertificateRefs", "AttributeRevocationRefs")
_V2 = ("CompleteCertificateRefs", "AttributeCertificateRefs")
"""Properties that have a second version, which the second version of a time-stamp stands over."""


def tokens_in(qualifying: Qualifying, property: Element) -> list[bytes | None]:
    """Return the tokens of a time-stamp property (DER ContentInfo); null for one that cannot be read."""
    return [
        value_octets(item)
        for item in elements(property)
        if qualifying.name(item) in ("EncapsulatedTimeStamp", "XMLTimeStamp")
    ]


def tokens_of(qualifying: Qualifying) -> list[bytes]:
    """Return every token of a signature that can be read."""
    found = [token for item in qualifying.every(*KINDS) for token in tokens_in(qualifying, item)]
    return [token for token in found if token is not None]


@dataclass(frozen=True, slots=True)
class Form:
    """How a time-stamp canonicalises what it covers."""

    method: str
    prefixes: tuple[str, ...] = ()


class Covered:
    """The octets that time-stamps of one signature stand over; each piece is canonicalised once for each method."""

    def __init__(self, signature: XmlSignature, qualifying: Qualifying) -> None:
        self._signature = signature
        self._qualifying = qualifying
        self._known: dict[tuple[Element, str, tuple[str, ...]], bytes] = {}

    def pieces(self, property: Element) -> Iterator[bytes]:
        """Yield, in order, what a time-stamp property stands over.

        Raises `XmlError` when something of it is missing or cannot be canonicalised, or the form is not judged.
        """
        local = self._qualifying.name(property)
        kind = KINDS[local]
        form = method_of(property)
        if kind is TimestampKind.CONTENT:
            yield from self._data(self._named(property) if local.startswith("Individual") else None, form)
        elif kind is TimestampKind.SIGNATURE:
            yield self._canonical(self._own("SignatureValue"), form)
        elif kind is TimestampKind.ARCHIVE:
            space = split(property)[0]
            yield from self.archive(property, form, current=space == XADES_141)
        else:
            yield from self._refs(property, form, newer=local.endswith("V2"), with_value=kind is TimestampKind.SIG_AND_REFS)

    def is_value(self, uri: str) -> bool:
        """Tell whether an address means the value of this very signature."""
        return uri.startswith("#") and self._signature.document.by_id(uri[1:]) == [self._own("SignatureValue")]

    def archive(self, property: Element | None, form: Form, *, current: bool) -> Iterator[bytes]:
        """Yield what an archive time-stamp covers; null: one that would stand behind everything (5.5.2.2)."""
        for reference in self._signature.references:
            yield reference.octets(method=form.method, inclusive_prefixes=form.prefixes)
        for local in ("SignedInfo", "SignatureValue", "KeyInfo"):
            for item in self._all(local):
                yield self._canonical(item, form)
        for item in earlier(self._qualifying, property):
            yield self._canonical(item, form)
        named = set() if current else self._targets()
        for box in self._all("Object"):
            if self._qualifying.element.getparent() is box or (box.get("Id") or None) in named:
                continue
            yield self._canonical(box, form)

    def _targets(self) -> set[str]:
        uris = (reference.uri or "" for reference in self._signature.references)
        return {uri.removeprefix("#") for uri in uris if uri.startswith("#")}

    def _data(self, wanted: set[str] | None, form: Form) -> Iterator[bytes]:
        for reference in self._signature.references:
            if wanted is None:
                if reference.type not in SIGNED_PROPERTIES_TYPES:
                    yield reference.octets(method=form.method, inclusive_prefixes=form.prefixes)
            elif reference.id in wanted:
                yield reference.octets(method=form.method, inclusive_prefixes=form.prefixes)

    def _named(self, property: Element) -> set[str]:
        included = [item for item in elements(property) if self._qualifying.name(item) == "Include"]
        if not included or any(item.get("referencedData") not in ("true", "1") for item in included):
            # 5.2.8.2: without the attribute it is the Reference element itself that is covered.
            raise XmlError("XADES_STAMP_FORM")
        return {(item.get("URI") or "").removeprefix("#") for item in included}

    def _refs(self, property: Element, form: Form, *, newer: bool, with_value: bool) -> Iterator[bytes]:
        wanted = {f"{name}V2" if newer and name in _V2 else name for name in _REFS}
        if with_value:
            yield self._canonical(self._own("SignatureValue"), form)
            wanted.add("SignatureTimeStamp")
        for item in earlier(self._qualifying, property):
            if self._qualifying.name(item) in wanted:
                yield self._canonical(item, form)

    def _own(self, local: str) -> Element:
        found = self._all(local)
        if len(found) != 1:
            raise XmlError("XML_SIGNATURE_SHAPE", element="Signature", child=local)
        return found[0]

    def _all(self, local: str) -> list[Element]:
        return [item for item in elements(self._signature.element) if is_ds(item, local)]

    def _canonical(self, element: Element, form: Form) -> bytes:
        key = (element, form.method, form.prefixes)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = canonicalize(element, method=form.method, inclusive_prefixes=form.prefixes)
        return known


def method_of(property: Element) -> Form:
    """Return how a time-stamp property canonicalises; absent or empty: Canonical XML 1.0 (EN 319 132-1 4.5)."""
    element = property.find(f"{{{DS}}}CanonicalizationMethod")
    if element is None:
        # 1.1.1 names a transform in its HashDataInfo.
        element = next((item for item in property.iter(f"{{{DS}}}Transform")), None)
    if element is None or not element.get("Algorithm"):
        return Form(C14N_10)
    listed = next((item for item in element.iter("{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces")), None)
    prefixes = (listed.get("PrefixList") or "").split() if listed is not None else ()
    return Form(str(element.get("Algorithm")), tuple(prefixes))


def earlier(qualifying: Qualifying, property: Element | None) -> Iterator[Element]:
    """Yield the unsigned properties that stand before one of them (null: all)."""
    for item in qualifying.unsigned:
        if item is property:
            return
        yield item


def archive_digest(signature: XmlSignature, *, method: str, algorithm: str) -> bytes:
    """Return the digest for an archive time-stamp behind all that a signature has now; `XmlError` when data is missing.

    `algorithm` is a hashlib name, `method` how nodes are canonicalised.
    """
    qualifying = find_qualifying(signature.element, id=signature.id)
    if qualifying is None:
        raise XmlError("XADES_NOT_EXTENDABLE")
    state = new_hash(algorithm)
    for piece in Covered(signature, qualifying).archive(None, Form(method), current=True):
        state.update(piece)
    return state.digest()
