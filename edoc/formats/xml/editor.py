"""A signed XML document to which proof of time and validation data are added (EN 319 132-1 5.3 to 5.5).

Everything goes behind what is there, as text; nothing that was there is touched, and what a time-stamp is to
cover is computed over the document as it stands in its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.formats.cms_signer import carried as carried_in_token
from edoc.formats.originals import Originals
from edoc.formats.xml.algorithms import C14N_EXCLUSIVE
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.dsig import XmlSignature
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.key_info import read_key_info
from edoc.formats.xml.place import Place, adapted, grown, numbered, parsed, property_place
from edoc.formats.xml.qualifying import Qualifying, find_qualifying, is_ds
from edoc.formats.xml.qualifying_material import carried
from edoc.formats.xml.qualifying_stamps import archive_digest, tokens_of
from edoc.formats.xml.references import digested, read_reference
from edoc.formats.xml.text import Splice, XmlText
from edoc.formats.xml.tree import Element, XmlDocument
from edoc.formats.xml.write_properties import b64
from edoc.pki.algorithms import digest_of
from edoc.pki.cms import CmsError, parse_signed_data

_LEAF = {
    MaterialKind.CERTIFICATE: "EncapsulatedX509Certificate",
    MaterialKind.CRL: "EncapsulatedCRLValue",
    MaterialKind.OCSP: "EncapsulatedOCSPValue",
}
_METHOD = f'<ds:CanonicalizationMethod Algorithm="{C14N_EXCLUSIVE}"/>'
Objects = Sequence[tuple[MaterialKind, bytes]]


class XadesEditor:
    """One signed document, changed step by step; signatures are named by the ids of their facts.

    What is put in is put into the text and into the tree alike: neither is written or read anew.
    """

    def __init__(
        self,
        text: XmlText,
        *,
        name: str,
        originals: Sequence[Document] = (),
        newest: str | None = None,
        joined: bool = False,
    ) -> None:
        """Take the text of a signed document; `newest` is the id of the signature just put in, `joined` beside others."""
        self._text = text
        self._name = name
        self._originals = tuple(originals)
        self._newest = newest
        self.joined = joined
        self._read: XmlDocument | None = None
        self._numbers: dict[str, Element] = {}
        self._ends: dict[str, int] = {}

    @classmethod
    def opened(cls, document: Document, originals: Sequence[Document]) -> XadesEditor:
        """Return the editor of a document; `InputError` when it cannot be read, or has no signature."""
        editor = cls(XmlText.of(bytes(document.data[:]), name=document.name), name=document.name, originals=originals)
        if not editor.signatures:
            raise InputError("EXTEND_NO_SIGNATURE", subject=document.name)
        return editor

    @property
    def _tree(self) -> XmlDocument:
        if self._read is None:
            data = self._text.written(self._text.octets)
            self._read = parsed(Document(data=data, name=self._name))
            self._numbers = numbered(self._read)
        return self._read

    def _signed(self) -> dict[str, Element]:
        """Return the signatures by their ids: none is added while a document is edited."""
        assert self._tree is not None
        return self._numbers

    @property
    def signatures(self) -> tuple[str, ...]:
        """Ids of the top-level signatures."""
        return tuple(id for id in self._signed() if "." not in id)

    @property
    def newest(self) -> str | None:
        """Id of the signature that was put in; null for a document that was only opened."""
        return self._newest

    @property
    def archives_together(self) -> bool:
        """False: each signature has archive time-stamps of its own."""
        return False

    def parts(self) -> Iterable[bytes | memoryview]:
        """Yield the octets of the document as it is now."""
        yield self._text.written(self._text.octets)

    def signature_imprint(self, signature: str, algorithm: str) -> bytes:
        """Return the digest of the canonical SignatureValue element (5.3)."""
        value = next(item for item in self._element(signature) if is_ds(item, "SignatureValue"))
        return _digest(algorithm, canonicalize(value, method=C14N_EXCLUSIVE))

    def put_signature_timestamp(self, signature: str, token: bytes) -> None:
        """Add a SignatureTimeStamp; `InputError` for a signature whose properties cannot be added to."""
        self._put(signature, _stamp("xades:SignatureTimeStamp", token))

    def put_validation_data(self, signature: str, objects: Objects) -> None:
        """Add certificates and revocation data that the signature and its time-stamps do not carry yet.

        The first go into CertificateValues and RevocationValues; once those are there, or an archive
        time-stamp stands over them, what is added later goes into TimeStampValidationData (5.5.1).
        """
        element = self._element(signature)
        qualifying = self._qualifying(signature)
        there = set(_carried(element, qualifying, self._tree))
        new = [item for item in dict.fromkeys((kind, der) for kind, der in objects) if item not in there]
        names = {qualifying.name(item) for item in qualifying.unsigned}
        certificates = [item for item in new if item[0] is MaterialKind.CERTIFICATE]
        revocations = [item for item in new if item[0] is not MaterialKind.CERTIFICATE]
        first: list[str] = []
        later: list[str] = []
        for name, found, text in (
            ("CertificateValues", certificates, _certificate_values(certificates)),
            ("RevocationValues", revocations, _revocation_values(revocations)),
        ):
            if found and (name in names or "ArchiveTimeStamp" in names):
                later.append(text)
            elif found:
                first.append(text)
        if later:
            first.append(f"<xades141:TimeStampValidationData>{''.join(later)}</xades141:TimeStampValidationData>")
        if first:
            self._put(signature, *first)

    def archive_imprint(self, signature: str, algorithm: str) -> bytes:
        """Return the digest over everything of a signature, as it stands in the file (5.5.2.2).

        Raises `InputError` EXTEND_ORIGINAL_MISSING when data that it signs is not at hand.
        """
        read = _with_data(self._element(signature), self._fresh(), id=signature, originals=Originals(self._originals))
        if any(item.external and item.found is None for item in read.references):
            raise InputError("EXTEND_ORIGINAL_MISSING", subject=signature)
        try:
            return archive_digest(read, method=C14N_EXCLUSIVE, algorithm=algorithm)
        except XmlError as problem:
            raise InputError(problem.code, subject=signature, params=problem.params) from problem

    def _fresh(self) -> XmlDocument:
        """Return the tree with what was put in since it was read, and a budget of its own."""
        old = self._tree
        return XmlDocument(source=self._text.octets, name=old.name, root=old.root, limits=old.limits, costly=old.costly)

    def put_archive_timestamp(self, signature: str, token: bytes) -> None:
        """Add an ArchiveTimeStamp of version 1.4.1."""
        self._put(signature, _stamp("xades141:ArchiveTimeStamp", token))

    def _element(self, signature: str) -> Element:
        element = self._signed().get(signature)
        if element is None:
            raise InputError("XADES_TARGET_MISSING", subject=signature, params={"document": self._name})
        return element

    def _qualifying(self, signature: str) -> Qualifying:
        found = find_qualifying(self._element(signature), id=signature)
        if found is None:
            raise InputError("XADES_NOT_EXTENDABLE", subject=signature)
        return found

    def _put(self, signature: str, *properties: str) -> None:
        """Put properties behind those of a signature."""
        self._refuse_covered(signature)
        element = self._element(signature)
        place = self._place(signature, element)
        named = [self._named(item) for item in properties]
        inserted = "".join(adapted(item, place.parent) for item in named).encode("ascii")
        octets = place.splice.apply(self._text.octets, inserted)
        self._moved(signature, place.splice, len(octets) - len(self._text.octets), len(inserted))
        self._text = replace(self._text, octets=octets)
        if self._read is not None and not grown(place, named):
            # A prefix came out differently in the tree: what counts is how the text reads.
            self._read = None

    def _place(self, signature: str, element: Element) -> Place:
        end = self._ends.get(signature)
        if end is None:
            return property_place(self._text, self._tree, element, id=signature)
        box = self._qualifying(signature).unsigned[0].getparent()
        assert box is not None
        return Place(splice=Splice(start=end, end=end), parent=box, missing=())

    def _moved(self, signature: str, splice: Splice, longer: int, inserted: int) -> None:
        """Note where the properties of each signature end now."""
        self._ends = {id: end + longer if end >= splice.end else end for id, end in self._ends.items()}
        self._ends[signature] = splice.start + len(splice.before) + inserted

    def _named(self, property: str) -> str:
        """Return a property with an Id that is its own: the digest of its content, and of the document if need be."""
        id = f"p-{hashlib.sha256(property.encode()).hexdigest()[:24]}"
        while id.encode() in self._text.octets:
            id = f"p-{hashlib.sha256((id + property).encode()).hexdigest()[:24]}"
        head, bracket, tail = property.partition(">")
        return f'{head} Id="{id}"{bracket}{tail}'

    def _refuse_covered(self, signature: str) -> None:
        """Refuse to change a counter-signature that a time-stamp of its parent stands over already."""
        parent = signature.rpartition(".C")[0]
        while parent:
            qualifying = self._qualifying(parent)
            names = [qualifying.name(item) for item in qualifying.unsigned]
            stamped = max((place for place, name in enumerate(names) if name == "ArchiveTimeStamp"), default=-1)
            if "CounterSignature" in names[: stamped + 1]:
                raise InputError("XADES_COUNTER_COVERED", subject=signature)
            parent = parent.rpartition(".C")[0]


def _with_data(element: Element, tree: XmlDocument, *, id: str, originals: Originals) -> XmlSignature:
    """Return a signature with its references, those to other files with their data; digests are not computed."""
    info = next((item for item in element if is_ds(item, "SignedInfo")), None)
    try:
        boxes = [item for item in info if is_ds(item, "Reference")] if info is not None else []
        references = [read_reference(item, tree) for item in boxes]
        outside = iter(digested([item for item in references if item.external], originals))
    except XmlError as problem:
        raise InputError(problem.code, subject=id, params=problem.params) from problem
    found = tuple(next(outside) if item.external else item for item in references)
    return XmlSignature(element=element, document=tree, id=id, references=found)


def _digest(algorithm: str, octets: bytes) -> bytes:
    found = digest_of(algorithm, octets)
    assert found is not None, algorithm
    return found


def _stamp(name: str, token: bytes) -> str:
    content = f"{_METHOD}<xades:EncapsulatedTimeStamp>{b64(token)}</xades:EncapsulatedTimeStamp>"
    return f"<{name}>{content}</{name}>"


def _leaves(objects: Objects) -> str:
    return "".join(f"<xades:{_LEAF[kind]}>{b64(der)}</xades:{_LEAF[kind]}>" for kind, der in objects)


def _certificate_values(objects: Objects) -> str:
    return f"<xades:CertificateValues>{_leaves(objects)}</xades:CertificateValues>"


def _revocation_values(objects: Objects) -> str:
    lists = _leaves([item for item in objects if item[0] is MaterialKind.CRL])
    answers = _leaves([item for item in objects if item[0] is MaterialKind.OCSP])
    content = f"<xades:CRLValues>{lists}</xades:CRLValues>" if lists else ""
    content += f"<xades:OCSPValues>{answers}</xades:OCSPValues>" if answers else ""
    return f"<xades:RevocationValues>{content}</xades:RevocationValues>"


def _carried(signature: Element, qualifying: Qualifying, tree: XmlDocument) -> Iterable[tuple[MaterialKind, bytes]]:
    """Yield what a signature and its time-stamps carry."""
    for box in (item for item in signature if is_ds(item, "KeyInfo")):
        found = read_key_info(box, id="", document=tree)
        yield from ((MaterialKind.CERTIFICATE, der) for der in found.certificates)
    for item in carried(qualifying, qualifying.unsigned, id=""):
        yield item.kind, item.der
    for token in tokens_of(qualifying):
        try:
            signed = parse_signed_data(token)
        except CmsError:
            continue
        yield from ((item.kind, item.der) for item in carried_in_token(signed, next(iter(signed.signer_infos), None)))
