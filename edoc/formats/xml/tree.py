"""An XML document: its octets, the one tree of its one parse, and its identifiers.

No document type is read, so no entity exists, no default attribute is added and nothing is fetched.  What
costs more than its size is refused before anything is computed over it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from edoc.formats.xml.errors import XmlError
from edoc.limits import DEFAULT_LIMITS, Limits

Element = etree._Element
Tree = etree._ElementTree

DS = "http://www.w3.org/2000/09/xmldsig#"
XML = "http://www.w3.org/XML/1998/namespace"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"

ID_ATTRIBUTES = ("Id", "ID", "id", f"{{{XML}}}id", f"{{{_WSU}}}Id")
"""Attributes that identify an element: none of another name does, whatever it is called (no schema is read)."""

_SMALL = 10_000_000
"""Up to here no text can exceed the parser's own limits, which also bound the depth to 256."""
_PROLOG = re.compile(r"\ufeff?(?:<\?.*?\?>|<!--.*?-->|[ \t\r\n]+)*", re.DOTALL)
_PROLOG_OCTETS = re.compile(rb"(?:\xef\xbb\xbf)?(?>(?:<\?.*?\?>|<!--.*?-->|[ \t\r\n]+)*)", re.DOTALL)
_DECLARATION = re.compile(
    r"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']"""
    r"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["'])?"""
)
_ENCODING = re.compile(r"utf-?8|utf-?16(le|be)?|us-ascii|ascii|iso-?8859-\d{1,2}|windows-125\d", re.IGNORECASE)
_WIDE = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_HEAD = 4096


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class XmlDocument:
    """One parsed document; `root` is its document element."""

    source: bytes = field(repr=False)
    name: str
    root: Element
    limits: Limits
    costly: bool = False
    """True when the parser's own canonical writer would need more steps than the document has octets."""
    _ids: dict[str, list[Element]] = field(default_factory=dict, repr=False)
    _scans: list[int] = field(default_factory=lambda: [0], repr=False)
    _spent: list[int] = field(default_factory=lambda: [0], repr=False)
    _made: dict[object, bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, data: bytes, *, name: str, limits: Limits = DEFAULT_LIMITS) -> XmlDocument:
        """Parse a document; `XmlError`: XML_MALFORMED, XML_DOCTYPE, XML_ENCODING, XML_VERSION, XML_LIMIT."""
        if len(data) > limits.xml_bytes:
            raise XmlError("XML_LIMIT", limit=limits.xml_bytes, what="octets")
        if len(data) > limits.xml_tags and data.count(b"<") > limits.xml_tags:
            # Counted before a tree is made of it: that takes some 150 octets for each element.
            raise XmlError("XML_LIMIT", limit=limits.xml_tags, what="tags")
        _refuse_prolog(data)
        root = _parsed(data)
        docinfo = root.getroottree().docinfo
        if docinfo.internalDTD is not None or docinfo.doctype:
            raise XmlError("XML_DOCTYPE")
        return cls(source=data, name=name, root=root, limits=limits, costly=_within_limits(data, root, limits))

    def charge(self, octets: int) -> None:
        """Count work that was done over so many octets."""
        self._spent[0] += octets

    def spend(self, octets: int) -> None:
        """Count work that is to be done; `XmlError` XML_LIMIT once a document has used up its budget."""
        self._spent[0] += octets
        # A large document may be gone over some times, a small one any number of times that makes sense.
        budget = self.limits.xml_work + 4 * len(self.source)
        if self._spent[0] > budget:
            raise XmlError("XML_LIMIT", limit=budget, what="octets of work")

    def remember(self, key: object, made: bytes) -> None:
        """Keep one canonical form: signatures side by side are over the same nodes."""
        self._made.clear()
        self._made[key] = made

    def remembered(self, key: object) -> bytes | None:
        """Return the canonical form that was kept under a key; the tree must not have changed since."""
        return self._made.get(key)

    @property
    def tree(self) -> Tree:
        """The tree, with what stands outside the document element."""
        return self.root.getroottree()

    def by_id(self, value: str) -> list[Element]:
        """Return every element that bears an identifier, in document order: more than one is no identifier."""
        found = self._ids.get(value)
        if found is None:
            found = self._ids[value] = self._sought(value) if value else []
        return found

    def _sought(self, value: str) -> list[Element]:
        if self._scans[0] > _SCANS:
            # The index is there: nobody bears it.
            return []
        if self._written_once(value):
            # Most identifiers that are referred to stand in signatures: a small part of a large document.
            for signature in self.signatures():
                # It stands in one place: whoever bears it under the usual name is the only one.
                for element in signature.iter("*"):
                    if element.get("Id") == value:
                        return [element]
                found = _bearing(signature, value)
                if found:
                    return found
        self._scans[0] += 1
        if self._scans[0] <= _SCANS:
            return _bearing(self.root, value)
        for element in _bearing_any(self.root):
            keys = {element.get(attribute) for attribute in ID_ATTRIBUTES} - {None}
            # xml:id 1.0 section 4: white space around it does not count.
            keys |= {" ".join((element.get(f"{{{XML}}}id") or "").split())}
            for key in keys - {""}:
                known = self._ids.setdefault(key or "", [])
                if element not in known[-1:]:
                    known.append(element)
        return self._ids.get(value, [])

    def _written_once(self, value: str) -> bool:
        """Tell whether the octets of the document can hold an attribute of this value in one place only."""
        data = self.source
        if _PLAIN_ID.fullmatch(value) is None or b"\0" in data[:4] or b"&#" in data or b"xml:id" in data:
            # Other spellings are possible.
            return False
        word = value.encode("ascii")
        return data.count(b'"' + word + b'"') + data.count(b"'" + word + b"'") == 1

    def signatures(self) -> Iterator[Element]:
        """Yield the ds:Signature elements that stand in no other one, in document order."""
        for element in self.root.iter(f"{{{DS}}}Signature"):
            if not any(item.tag == f"{{{DS}}}Signature" for item in element.iterancestors()):
                yield element


_SCANS = 4
"""Identifiers that the whole document is searched for, one by one; after that an index is made."""
_PLAIN_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_SPACES = {"wsu": _WSU, "xml": XML}
_BEARING = etree.XPath(
    "descendant-or-self::*[@Id = $v or @ID = $v or @id = $v or normalize-space(@xml:id) = $v or @wsu:Id = $v]", namespaces=_SPACES
)
_BEARING_ANY = etree.XPath("descendant-or-self::*[@Id or @ID or @id or @xml:id or @wsu:Id]", namespaces=_SPACES)


def _bearing(root: Element, value: str) -> list[Element]:
    return cast("list[Element]", _BEARING(root, v=value))


def _bearing_any(root: Element) -> list[Element]:
    return cast("list[Element]", _BEARING_ANY(root))


def _refuse_prolog(data: bytes) -> None:
    """Refuse a document type and odd encodings before anything is parsed."""
    codec = next((name for mark, name in _WIDE if data.startswith(mark)), None)
    if codec is not None:
        head = data[: 2 * _HEAD].decode(codec, "replace")
        end = _PROLOG.match(head)
        doctype = end is not None and head.startswith("<!DOCTYPE", end.end())
    else:
        place = _PROLOG_OCTETS.match(data)
        doctype = place is not None and data.startswith(b"<!DOCTYPE", place.end())
        if not doctype and data.startswith(b"<") and not data.startswith(b"<?xml"):
            return
        head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    if doctype:
        raise XmlError("XML_DOCTYPE")
    stated = _DECLARATION.match(head.removeprefix("\ufeff"))
    if stated is not None and stated.group(1) != "1.0":
        # Canonical XML is defined over XML 1.0; 1.1 ends lines differently.
        raise XmlError("XML_VERSION", version=stated.group(1))
    if stated is not None and stated.group(2) is not None and _ENCODING.fullmatch(stated.group(2)) is None:
        raise XmlError("XML_ENCODING", encoding=stated.group(2)[:40])


def parser(*, huge: bool = False) -> etree.XMLParser:
    """Return a parser that reads no document type, fetches nothing and keeps everything."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=huge,
        remove_comments=False, remove_pis=False, strip_cdata=True, collect_ids=False,
    )  # fmt: skip


class _Parsers(threading.local):
    """A parser serves one thread: it is locked while it works."""

    def __init__(self) -> None:
        self.small = parser()


_PARSERS = _Parsers()


def _parsed(data: bytes) -> Element:
    try:
        return etree.fromstring(data, parser(huge=True) if len(data) > _SMALL else _PARSERS.small)
    except etree.XMLSyntaxError as problem:
        if "depth" in problem.msg or "huge" in problem.msg.lower():
            raise XmlError("XML_LIMIT", limit=256, what="depth") from None
        line, column = problem.position
        raise XmlError("XML_MALFORMED", line=line or 0, column=column or 0) from None
    except (ValueError, LookupError):
        # An encoding that the parser does not know.
        raise XmlError("XML_MALFORMED", line=0, column=0) from None


def _within_limits(data: bytes, root: Element, limits: Limits) -> bool:
    """Refuse what no real document has, and tell whether the writer's way is costly; octets are asked first."""
    if len(data) > _SMALL and root.xpath("boolean(/" + "*/" * limits.xml_depth + "*)"):
        raise XmlError("XML_LIMIT", limit=limits.xml_depth, what="depth")
    marks = data.count(b"xmlns") if b"\0" not in data[:4] else data.count("xmlns".encode("utf-16-le"))
    declared = marks if marks <= _FEW else most_declared(root)
    if declared > limits.xml_namespaces:
        raise XmlError("XML_LIMIT", limit=limits.xml_namespaces, what="namespace declarations")
    # In two octets a character the signs are counted the same, and the pattern is not asked.
    many = len(data) > _MANY_IN_ALL * _SHORTEST and data.count(b"=") > _MANY_IN_ALL and (b"\0" in data[:4] or _MANY_EQUALS.search(data) is not None)
    if many and root.xpath(f"boolean(//@*[{limits.xml_attributes + 1}])"):
        raise XmlError("XML_LIMIT", limit=limits.xml_attributes, what="attributes")
    return many or is_costly(root, declared)


_FEW = 16
"""Declarations of namespaces that never cost anything."""
_MANY = 64
"""Attributes of one element, which the writer sorts by insertion."""
_MANY_IN_ALL = 2_000
"""Attributes of a whole document that cost nothing even on one element."""
_SHORTEST = len(' a=""')
"""Octets of an attribute: a short document cannot have many, and its signs need not be counted."""
_MANY_EQUALS = re.compile(rb"<(?:[^<=]*+=){%d}" % (_MANY + 1))
"""More signs of equality between two tags than an element of that many attributes could do without."""
_COSTLY = 200_000_000
"""Elements times the square of their namespaces: what the writer needs steps for (about a second)."""
_COUNT = etree.XPath("count(descendant-or-self::*)")


def is_costly(root: Element, declared: int) -> bool:
    """Tell whether the parser's canonical writer would take more than a second with so many namespaces in scope."""
    return declared > _FEW and cast(float, _COUNT(root)) * declared * declared > _COSTLY


def most_declared(root: Element) -> int:
    """Return the most namespace declarations on the way from the root to any element."""
    most = now = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        now += 1 if event == "start-ns" else -1
        most = max(most, now)
    return most


def namespaces_of(element: Element) -> Mapping[str, str]:
    """Return the namespaces in scope at an element by prefix (`""`: the default one, absent when there is none)."""
    return {prefix or "": uri for prefix, uri in element.nsmap.items() if uri and prefix != "xml"}
