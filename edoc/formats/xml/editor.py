"""A signed XML document to which proof of time and validation data are added (EN 319 132-1 5.3 to 5.5).

Everything goes behind what is there, as text; nothing that was there is touched, and what a time-stamp is to
cover is computed over the document as it stands in its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.formats.cms_signer import carried as carried_in_token
from edoc.formats.originals import Originals
from edoc.formats.xml.algorithms import C14N_EXCLUSIVE
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.dsig import read_signature
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.key_info import read_key_info
from edoc.formats.xml.layout import parsed
from edoc.formats.xml.place import adapted, numbered, property_place
from edoc.formats.xml.qualifying import Qualifying, find_qualifying, is_ds
from edoc.formats.xml.qualifying_material import carried
from edoc.formats.xml.qualifying_stamps import archive_digest, tokens_of
from edoc.formats.xml.text import XmlText
from edoc.formats.xml.tree import Element
from edoc.formats.xml.write_properties import b64
from edoc.limits import DEFAULT_LIMITS
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
    """One signed document, changed step by step; signatures are named by the ids of their facts."""

    def __init__(self, document: Document, *, originals: Sequence[Document] = (), newest: str | None = None) -> None:
        """Take a signed document; `newest` is the Id attribute of the signature just put in.

        Raises `InputError` for a document that cannot be read, or has no signature.
        """
        self._document = document
        self._originals = tuple(originals)
        self._tree = parsed(document)
        found = numbered(self._tree)
        if not found:
            raise InputError("EXTEND_NO_SIGNATURE", subject=document.name)
        self._newest = next((id for id, item in found.items() if newest and item.get("Id") == newest), None)

    @property
    def signatures(self) -> tuple[str, ...]:
        """Ids of the top-level signatures."""
        return tuple(id for id in numbered(self._tree) if "." not in id)

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
        yield bytes(self._document.data[:])

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
        there = set(_carried(element, qualifying))
        new = [item for item in dict.fromkeys((kind, der) for kind, der in objects) if item not in there]
        names = {qualifying.name(item) for item in qualifying.unsigned}
        certificates = [item for item in new if item[0] is MaterialKind.CERTIFICATE]
        revocations = [item for item in new if item[0] is not MaterialKind.CERTIFICATE]
        later: list[str] = []
        for name, found, text in (
            ("CertificateValues", certificates, _certificate_values(certificates)),
            ("RevocationValues", revocations, _revocation_values(revocations)),
        ):
            if found and (name in names or "ArchiveTimeStamp" in names):
                later.append(text)
            elif found:
                self._put(signature, text)
        if later:
            self._put(signature, f"<xades141:TimeStampValidationData>{''.join(later)}</xades141:TimeStampValidationData>")

    def archive_imprint(self, signature: str, algorithm: str) -> bytes:
        """Return the digest over everything of a signature, as it stands in the file (5.5.2.2).

        Raises `InputError` EXTEND_ORIGINAL_MISSING when data that it signs is not at hand.
        """
        read = read_signature(
            self._element(signature), self._tree, id=signature, resolver=Originals(self._originals)
        )
        if any(item.actual is None for item in read.references):
            raise InputError("EXTEND_ORIGINAL_MISSING", subject=signature)
        try:
            return archive_digest(read, method=C14N_EXCLUSIVE, algorithm=algorithm)
        except XmlError as problem:
            raise InputError(problem.code, subject=signature, params=problem.params) from problem

    def put_archive_timestamp(self, signature: str, token: bytes) -> None:
        """Add an ArchiveTimeStamp of version 1.4.1."""
        self._put(signature, _stamp("xades141:ArchiveTimeStamp", token))

    def _element(self, signature: str) -> Element:
        element = numbered(self._tree).get(signature)
        if element is None:
            raise InputError("XADES_TARGET_MISSING", subject=signature, params={"document": self._document.name})
        return element

    def _qualifying(self, signature: str) -> Qualifying:
        found = find_qualifying(self._element(signature), id=signature)
        if found is None:
            raise InputError("XADES_NOT_EXTENDABLE", subject=signature)
        return found

    def _put(self, signature: str, property: str) -> None:
        """Put a property behind those of a signature, and read the document again as it stands now."""
        self._refuse_covered(signature)
        text = XmlText.of(bytes(self._document.data[:]), name=self._document.name)
        splice, parent = property_place(text, self._tree, self._element(signature), id=signature)
        octets = splice.apply(text.octets, adapted(self._named(property), parent).encode("ascii"))
        self._document = Document.from_bytes(text.written(octets), name=self._document.name)
        self._tree = parsed(self._document)

    def _named(self, property: str) -> str:
        """Return a property with an Id that is its own: the digest of its content, and of the document if need be."""
        id = f"p-{hashlib.sha256(property.encode()).hexdigest()[:24]}"
        while self._tree.by_id(id):
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


def _carried(signature: Element, qualifying: Qualifying) -> Iterable[tuple[MaterialKind, bytes]]:
    """Yield what a signature and its time-stamps carry."""
    for box in (item for item in signature if is_ds(item, "KeyInfo")):
        found = read_key_info(box, id="", limits=DEFAULT_LIMITS)
        yield from ((MaterialKind.CERTIFICATE, der) for der in found.certificates)
    for item in carried(qualifying, qualifying.unsigned, id=""):
        yield item.kind, item.der
    for token in tokens_of(qualifying):
        try:
            signed = parse_signed_data(token)
        except CmsError:
            continue
        yield from ((item.kind, item.der) for item in carried_in_token(signed, next(iter(signed.signer_infos), None)))
