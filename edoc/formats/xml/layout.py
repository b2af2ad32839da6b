"""Where a new signature stands and what it covers: the packagings of XAdES (EN 319 132-1 6.3, ades.md 3.5)."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.formats.kind import Kind, kind_of
from edoc.formats.writing import Packaging, SignatureOrder
from edoc.formats.xml.algorithms import C14N_EXCLUSIVE
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.place import number_in, parsed
from edoc.formats.xml.text import Splice, XmlText, inside_end, without_declaration
from edoc.formats.xml.tree import DS, Element, XmlDocument
from edoc.formats.xml.write_properties import b64
from edoc.pki.algorithms import Hash, new_hash

ASIC = "http://uri.etsi.org/02918/v1.2.1#"
OBJECT_TYPE = "http://www.w3.org/2000/09/xmldsig#Object"
BASE64 = "http://www.w3.org/2000/09/xmldsig#base64"

TRANSFORM = '<ds:Transform Algorithm="{}"/>'
_NO_SIGNATURES = (
    '<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2">'
    '<dsig-xpath:XPath xmlns:dsig-xpath="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">'
    "/descendant::ds:Signature</dsig-xpath:XPath></ds:Transform>"
)
"""Every signature of the document stays out of the digest: parallel ones do not disturb each other."""
_SIGNATURE = f"{{{DS}}}Signature"
_CHUNK = 128 << 10
_SAFE = "/-._~"

Feed = Callable[[Hash], None]
"""Gives a hash object the octets that a reference signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """One reference of a new signature to data."""

    uri: str
    transforms: str = ""
    """Transform elements."""
    type: str | None = None
    media_type: str | None = None
    feed: Feed = field(repr=False)

    def digest(self, algorithm: str) -> bytes:
        """Return the digest of what is signed (`algorithm`: hashlib name)."""
        state = new_hash(algorithm)
        self.feed(state)
        return state.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a signature covers, and where it stands.

    `splice` puts it into the first document; without one it stands alone between `before` and `after`.
    Markers `{object:N}` and `{xml:N}` stand for document N in base64 and as XML.
    """

    data: tuple[Datum, ...]
    splice: Splice | None = None
    before: str = ""
    after: str = ""
    objects: str = ""
    """ds:Object elements of the signature, with markers."""
    newest: str = "S1"
    """The id that the new signature will have."""
    beside: str = "none"
    """Which of the documents stand beside the signature: `all`, `others` (all but the first) or `none`."""


def layout_of(documents: Sequence[Document], order: SignatureOrder, *, tag: str) -> Layout:
    """Return the layout of a new signature inside, around or apart from its data; `tag` makes its Ids unique.

    Raises `ConfigError` and `InputError` for what cannot be packed so.
    """
    if order.packaging is Packaging.ENVELOPED:
        return _enveloped(one(documents, order.packaging), order)
    if order.packaging is Packaging.ENVELOPING:
        return _enveloping(one(documents, order.packaging), order, tag)
    return _detached(documents, order)


def one(documents: Sequence[Document], packaging: Packaging) -> Document:
    """Return the one document; `ConfigError` XADES_ONE_DOCUMENT for several."""
    if len(documents) != 1:
        params = {"count": str(len(documents)), "packaging": packaging.value}
        raise ConfigError("XADES_ONE_DOCUMENT", subject=documents[0].name if documents else "", params=params)
    return documents[0]


def media_type(document: Document, order: SignatureOrder) -> str:
    """Return the media type that the signature says of a document: as asked, or what its content shows."""
    asked = order.media_types.get(document.name)
    if asked:
        return asked
    # The table of the standard library alone: that of the machine would make other bytes elsewhere.
    named = mimetypes.MimeTypes(filenames=()).guess_type(document.name)[0] or "application/octet-stream"
    return "text/xml" if kind_of(document) is Kind.XML and named != "text/html" else named


def splice_into(text: XmlText, tree: XmlDocument, parent: Element) -> Splice:
    """Return the edit that puts text in as the last child of an element."""
    if parent is tree.root:
        span = text.root_end()
        if span is not None:
            return Splice(start=span.close, end=span.close)
    return inside_end(text.span(number_in(tree.root, parent)), text.octets)


def signatures_before(tree: XmlDocument, parent: Element) -> int:
    """Return how many top-level signatures stand before the end of an element."""
    if parent is tree.root:
        return sum(1 for _ in tree.signatures())
    last = parent
    while len(last):
        last = last[-1]
    count = 0
    for item in tree.root.iter():
        if item.tag == _SIGNATURE and not any(True for _ in item.iterancestors(_SIGNATURE)):
            count += 1
        if item is last:
            break
    return count


def _enveloped(document: Document, order: SignatureOrder) -> Layout:
    if kind_of(document) is not Kind.XML:
        raise InputError("XADES_NOT_XML", subject=document.name, params={"packaging": order.packaging.value})
    tree = parsed(document)
    if tree.root.tag == f"{{{DS}}}Signature":
        raise InputError("XADES_ROOT_IS_SIGNATURE", subject=document.name)
    text = XmlText.of(bytes(document.data[:]), name=document.name)
    datum = Datum(
        uri="",
        transforms=_NO_SIGNATURES + TRANSFORM.format(C14N_EXCLUSIVE),
        media_type=media_type(document, order),
        feed=lambda state: state.update(_without_signatures(tree)),
    )
    parent = _parent(tree, order.options.get("parent"), document.name)
    newest = f"S{signatures_before(tree, parent) + 1}"
    return Layout(data=(datum,), splice=splice_into(text, tree, parent), newest=newest)


def _parent(tree: XmlDocument, path: str | None, name: str) -> Element:
    """Return the element that the signature goes into: local names from below the root, `/` between them."""
    found: Element = tree.root
    for step in filter(None, (path or "").split("/")):
        inner = [item for item in found.iterchildren("*") if item.tag.rpartition("}")[2] == step]
        if not inner:
            raise ConfigError("XADES_PARENT_MISSING", subject=name, params={"path": path or ""})
        found = inner[-1]
    return found


def _without_signatures(tree: XmlDocument) -> bytes:
    """Return the exclusive canonical form of a document without the signatures in it."""
    nodes = NodeSet.of_document(tree.tree, comments=False)
    for element in tree.signatures():
        nodes = nodes.without(element)
    return canonicalize(nodes, method=C14N_EXCLUSIVE, document=tree)


def feed_octets(document: Document) -> Feed:
    """Return what gives a hash object the octets of a document."""
    def feed(state: Hash) -> None:
        for piece in document.pieces(_CHUNK):
            state.update(piece)

    return feed


def _enveloping(document: Document, order: SignatureOrder, tag: str) -> Layout:
    id = f"o-{tag}"
    if order.options.get("object") == "xml":
        if kind_of(document) is not Kind.XML:
            raise InputError("XADES_NOT_XML", subject=document.name, params={"packaging": order.packaging.value})
        if holds_signature(document):
            raise InputError("XADES_HOLDS_SIGNATURE", subject=document.name)
        content = without_declaration(bytes(document.data[:]), name=document.name)
        box = f'<ds:Object xmlns:ds="{DS}" Id="{id}">{content}</ds:Object>'
        datum = Datum(
            uri=f"#{id}",
            type=OBJECT_TYPE,
            transforms=TRANSFORM.format(C14N_EXCLUSIVE),
            media_type=media_type(document, order),
            feed=lambda state: state.update(canonical_fragment(box)),
        )
        return Layout(data=(datum,), objects=f'<ds:Object Id="{id}">{{xml:0}}</ds:Object>')
    datum = Datum(
        uri=f"#{id}",
        type=OBJECT_TYPE,
        transforms=TRANSFORM.format(BASE64),
        media_type=media_type(document, order),
        feed=feed_octets(document),
    )
    return Layout(data=(datum,), objects=f'<ds:Object Id="{id}">{{object:0}}</ds:Object>')


def holds_signature(document: Document) -> bool:
    """Tell whether an XML document is signed already; `InputError` when it cannot be read."""
    return next(parsed(document).root.iter(_SIGNATURE), None) is not None


def canonical_fragment(text: str) -> bytes:
    """Return the exclusive canonical form of the root of some XML text: what stands around it does not matter."""
    tree = parsed(Document(data=text.encode("utf-8"), name="signature"))
    return canonicalize(tree.root, method=C14N_EXCLUSIVE, document=tree)


def _detached(documents: Sequence[Document], order: SignatureOrder) -> Layout:
    first = documents[0]
    splice, newest = None, "S1"
    data = list(documents)
    before, after = _around(order)
    tree = _tree(first) if len(documents) > 1 and kind_of(first) is Kind.XML else None
    if tree is not None:
        if tree.root.tag == f"{{{ASIC}}}XAdESSignatures":
            # One more signature beside those that are there, over the same data.
            splice = splice_into(XmlText.of(bytes(first.data[:]), name=first.name), tree, tree.root)
            newest = f"S{signatures_before(tree, tree.root) + 1}"
            data = data[1:]
        elif tree.root.tag == f"{{{DS}}}Signature":
            raise InputError("XADES_ROOT_IS_SIGNATURE", subject=first.name)
    names = [item.name for item in data]
    if len(set(names)) != len(names):
        raise InputError("XADES_SAME_NAME", subject=next(name for name in names if names.count(name) > 1))
    found = tuple(
        Datum(uri=quote(item.name, safe=_SAFE), media_type=media_type(item, order), feed=feed_octets(item))
        for item in data
    )
    beside = "all" if splice is None else "others"
    return Layout(data=found, splice=splice, before=before, after=after, newest=newest, beside=beside)


def _tree(document: Document) -> XmlDocument | None:
    """Return the tree of a document, null when it only looks like XML, as HTML does: then it is data."""
    try:
        return parsed(document)
    except InputError:
        return None


def _around(order: SignatureOrder) -> tuple[str, str]:
    root = order.options.get("root", "signature")
    if root == "signature":
        return "", ""
    if root != "asic":
        raise ConfigError("XADES_OPTION", subject="root", params={"value": root, "known": "asic, signature"})
    return f'<asic:XAdESSignatures xmlns:asic="{ASIC}">', "</asic:XAdESSignatures>"


def filled(text: str, documents: Sequence[Document]) -> Iterator[str]:
    """Yield text with the documents in the place of their markers."""
    head, *rest = text.split("{")
    yield head
    for part in rest:
        marker, _, tail = part.partition("}")
        kind, _, number = marker.partition(":")
        document = documents[int(number)]
        data = bytes(document.data[:])
        yield b64(data) if kind == "object" else without_declaration(data, name=document.name)
        yield tail
