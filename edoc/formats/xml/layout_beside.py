"""Signatures beside the data in one file: over elements that have Ids, or over files put into one document."""

from __future__ import annotations

from collections.abc import Sequence

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.formats.kind import Kind, kind_of
from edoc.formats.writing import SignatureOrder
from edoc.formats.xml.algorithms import C14N_EXCLUSIVE
from edoc.formats.xml.boxes import BOX, WRAPPER, box_id
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.layout import (
    BASE64,
    TRANSFORM,
    Datum,
    Feed,
    Layout,
    canonical_fragment,
    feed_octets,
    holds_signature,
    media_type,
    one,
    signatures_before,
    splice_into,
)
from edoc.formats.xml.leaf import octets
from edoc.formats.xml.place import parsed
from edoc.formats.xml.text import XmlText, without_declaration
from edoc.formats.xml.tree import Element, XmlDocument
from edoc.formats.xml.write_properties import words
from edoc.pki.algorithms import Hash


def internally_detached(documents: Sequence[Document], order: SignatureOrder) -> Layout:
    """Return the layout of a signature beside its data; `InputError` and `ConfigError` for what cannot be."""
    first = documents[0]
    if kind_of(first) is Kind.XML:
        tree = parsed(first)
        wanted = order.options.get("elements")
        own = tree.root.tag == f"{{{WRAPPER}}}Documents"
        if wanted or own:
            return _beside(one(documents, order.packaging), tree, order)
    boxes, data = [], []
    for place, document in enumerate(documents):
        box, datum = _boxed(document, order, place, box_id(document.name, place + 1))
        boxes.append(box)
        data.append(datum)
    before = f'<edoc:Documents xmlns:edoc="{WRAPPER}">{"".join(boxes)}'
    return Layout(data=tuple(data), before=before, after="</edoc:Documents>")


def _boxed(document: Document, order: SignatureOrder, place: int, id: str) -> tuple[str, Datum]:
    kind = words(media_type(document, order), option="media type")
    head = f'<edoc:Document Id="{id}" Name="{words(document.name, option="name")}" MimeType="{kind}">'
    # What is signed already goes in as it is: as a part of another document its signatures would break.
    if kind_of(document) is Kind.XML and not holds_signature(document):
        content = without_declaration(bytes(document.data[:]), name=document.name)
        alone = head.replace("<edoc:Document ", f'<edoc:Document xmlns:edoc="{WRAPPER}" ', 1)
        text = f"{alone}{content}</edoc:Document>"
        feed: Feed = lambda state: state.update(canonical_fragment(text))
        marker, transform = f"{{xml:{place}}}", C14N_EXCLUSIVE
    else:
        feed, marker, transform = feed_octets(document), f"{{object:{place}}}", BASE64
    datum = Datum(
        uri=f"#{id}", transforms=TRANSFORM.format(transform), media_type=media_type(document, order), feed=feed
    )
    return f"{head}{marker}</edoc:Document>", datum


def _beside(document: Document, tree: XmlDocument, order: SignatureOrder) -> Layout:
    """Return the layout over elements of a document by their Ids; the signature goes to the end of the root."""
    asked = order.options.get("elements")
    ids = [item for item in (asked or "").split(",") if item] or _own_boxes(tree)
    found = []
    for id in ids or [""]:
        bearers = tree.by_id(id) if id else []
        if len(bearers) != 1 or bearers[0] is tree.root:
            raise ConfigError("XADES_ELEMENT_MISSING", subject=document.name, params={"id": id})
        found.append(_element_datum(bearers[0], id, order))
    text = XmlText.of(bytes(document.data[:]), name=document.name)
    newest = f"S{signatures_before(tree, tree.root) + 1}"
    return Layout(data=tuple(found), splice=splice_into(text, tree, tree.root), newest=newest)


def _own_boxes(tree: XmlDocument) -> list[str]:
    return [item.get("Id") or "" for item in tree.root.iterchildren(BOX)]


def _element_datum(element: Element, id: str, order: SignatureOrder) -> Datum:
    binary = element.tag == BOX and not len(element)
    kind = element.get("MimeType") if element.tag == BOX else None

    def feed(state: Hash) -> None:
        state.update(_decoded(element) if binary else canonicalize(element, method=C14N_EXCLUSIVE))

    return Datum(
        uri=f"#{words(id, option='elements')}",
        transforms=TRANSFORM.format(BASE64 if binary else C14N_EXCLUSIVE),
        media_type=order.media_types.get(id) or kind or "text/xml",
        feed=feed,
    )


def _decoded(element: Element) -> bytes:
    try:
        return octets(element)
    except XmlError as problem:
        raise InputError(problem.code, subject=element.get("Name") or "-", params=problem.params) from problem
