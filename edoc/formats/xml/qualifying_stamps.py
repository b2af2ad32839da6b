"""The octets that the time-stamps of a XAdES signature stand over (EN 319 132-1 5.2.8, 5.3, 5.5, annex A)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edoc.facts.signature import TimestampKind
from edoc.formats.xml.algorithms import C14N_10
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.dsig import XmlSignature
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.nodes import NodeSet
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
from edoc.formats.xml.references import XmlReference
from edoc.formats.xml.tree import DS, Element
from edoc.pki.algorithms import Hash, digest_of, new_hash

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
"""Those that have a second version, which the second version of a time-stamp stands over."""


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


_DIGESTING = 4
"""Digesting is so many times quicker than canonicalising."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a time-stamp canonicalises what it covers."""

    method: str
    prefixes: tuple[str, ...] = ()


class Covered:
    """What the time-stamps of one signature stand over, digested.

    Each property is canonicalised once for each method, and what all archive time-stamps begin with, the data
    itself, is digested once for each method and digest: a document renewed for decades is not gone over anew
    for every renewal.
    """

    def __init__(self, signature: XmlSignature, qualifying: Qualifying) -> None:
        self._signature = signature
        self._qualifying = qualifying
        self._known: dict[tuple[Element, Form], bytes] = {}
        self._states: dict[tuple[str, tuple[str, ...], Form], Hash] = {}
        self._grown: dict[tuple[str, Form], tuple[int, Hash]] = {}
        """For archive time-stamps: how many properties have been digested, and the state after them."""

    def digest(self, property: Element, algorithm: str) -> bytes:
        """Return the digest of what a time-stamp property stands over (`algorithm`: hashlib name).

        Raises `XmlError` when something of it is missing or cannot be canonicalised, or the form is not judged.
        """
        local = self._qualifying.name(property)
        kind = KINDS[local]
        form = method_of(property)
        if kind is TimestampKind.CONTENT:
            named = self._named(property) if local.startswith("Individual") else ()
            return self._data(named, form, algorithm).digest()
        if kind is TimestampKind.ARCHIVE:
            return self.archive(property, form, algorithm=algorithm, current=split(property)[0] == XADES_141)
        state = new_hash(algorithm)
        if kind is not TimestampKind.REFS_ONLY:
            state.update(self._canonical(self._own("SignatureValue"), form))
        if kind is not TimestampKind.SIGNATURE:
            wanted = _refs(local)
            for item in earlier(self._qualifying, property):
                if self._qualifying.name(item) in wanted:
                    state.update(self._canonical(item, form))
        return state.digest()

    def is_value(self, uri: str) -> bool:
        """Tell whether an address means the value of this very signature."""
        return uri.startswith("#") and self._signature.document.by_id(uri[1:]) == [self._own("SignatureValue")]

    def archive(self, property: Element | None, form: Form, *, algorithm: str, current: bool) -> bytes:
        """Return the digest for an archive time-stamp; null: one that would stand behind everything (5.5.2.2)."""
        before = tuple(earlier(self._qualifying, property))
        key = (algorithm, form)
        done, state = self._grown.get(key) or (0, self._signed(form, algorithm))
        if done > len(before):
            done, state = 0, self._signed(form, algorithm)
        state = state.copy()
        for item in before[done:]:
            state.update(self._canonical(item, form))
        self._grown[key] = (len(before), state)
        state = state.copy()
        named = set() if current else self._targets()
        for box in self._all("Object"):
            if self._qualifying.element.getparent() is not box and (box.get("Id") or None) not in named:
                octets = self._canonical(box, form)
                # Digesting costs a part of canonicalising, and is done anew for every time-stamp.
                self._signature.document.spend(len(octets) // _DIGESTING)
                state.update(octets)
        return state.digest()

    def sealed(self, property: Element, algorithm: str) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """Return the digests of what an evidence record in a property stands over, one by one (TS 119 132-3 5.2).

        Second: those of the data of signed manifests.  Raises `XmlError` when something is missing.
        """
        info = self._signature.signed_info_element
        form = method_of(info) if info is not None else Form(C14N_10)
        octets = [self._output(item, form) for item in self._signature.references]
        parts = [item for local in ("SignedInfo", "SignatureValue", "KeyInfo") for item in self._all(local)]
        parts += earlier(self._qualifying, property)
        parts += [item for item in self._all("Object") if self._qualifying.element.getparent() is not item]
        octets += [self._canonical(item, form) for item in parts]
        listed = [self._output(item, form) for item in self._signature.entries]
        return _each(octets, algorithm), _each(listed, algorithm)

    def _signed(self, form: Form, algorithm: str) -> Hash:
        """Return the state after everything that does not change: data, SignedInfo, SignatureValue and KeyInfo."""
        key = (algorithm, ("",), form)
        known = self._states.get(key)
        if known is None:
            known = new_hash(algorithm)
            for reference in self._signature.references:
                known.update(self._output(reference, form))
            for local in ("SignedInfo", "SignatureValue", "KeyInfo"):
                for item in self._all(local):
                    known.update(self._canonical(item, form))
            self._states[key] = known
        return known

    def _targets(self) -> set[str]:
        uris = (reference.uri or "" for reference in self._signature.references)
        return {uri.removeprefix("#") for uri in uris if uri.startswith("#")}

    def _data(self, wanted: tuple[str, ...], form: Form, algorithm: str) -> Hash:
        """Return the state after the data of some references by their Ids, in this order; without any: of all."""
        key = (algorithm, wanted, form)
        known = self._states.get(key)
        if known is None:
            references = self._signature.references
            named = {item.id: item for item in references if item.id}
            chosen = [named.get(id) for id in wanted] or [
                item for item in references if item.type not in SIGNED_PROPERTIES_TYPES
            ]
            known = new_hash(algorithm)
            for item in chosen:
                if item is None:
                    raise XmlError("XADES_STAMP_FORM")
                known.update(self._output(item, form))
            self._states[key] = known
        return known

    def _named(self, property: Element) -> tuple[str, ...]:
        included = [item for item in elements(property) if self._qualifying.name(item) == "Include"]
        if not included or any(item.get("referencedData") not in ("true", "1") for item in included):
            # 5.2.8.2: without the attribute it is the Reference element itself that is covered.
            raise XmlError("XADES_STAMP_FORM")
        return tuple((item.get("URI") or "").removeprefix("#") for item in included)

    def _own(self, local: str) -> Element:
        found = self._all(local)
        if len(found) != 1:
            raise XmlError("XML_SIGNATURE_SHAPE", element="Signature", child=local)
        return found[0]

    def _all(self, local: str) -> list[Element]:
        return [item for item in elements(self._signature.element) if is_ds(item, local)]

    def _output(self, reference: XmlReference, form: Form) -> bytes:
        data = reference.output()
        return data if isinstance(data, bytes) else self._form(data, form)

    def _canonical(self, element: Element, form: Form) -> bytes:
        known = self._known.get((element, form))
        if known is None:
            known = self._known[element, form] = self._form(element, form)
        return known

    def _form(self, what: Element | NodeSet, form: Form) -> bytes:
        document = self._signature.document
        # A budget that is used up is found before the work, not after it.
        document.spend(0)
        return canonicalize(what, method=form.method, inclusive_prefixes=form.prefixes, document=document)


def _each(octets: Iterable[bytes], algorithm: str) -> tuple[bytes, ...]:
    found = (digest_of(algorithm, item) for item in octets)
    return tuple(item for item in found if item is not None)


def _refs(local: str) -> set[str]:
    """Return what a time-stamp over references stands over, beside the value: the version tells of which kind."""
    newer = local.endswith("V2")
    wanted = {f"{name}V2" if newer and name in _V2 else name for name in _REFS}
    return wanted | {"SignatureTimeStamp"} if local.startswith("SigAndRefs") else wanted


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
    return Covered(signature, qualifying).archive(None, Form(method), algorithm=algorithm, current=True)
