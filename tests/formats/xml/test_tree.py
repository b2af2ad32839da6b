"""The one parse: what is refused before anything is computed, and identifiers."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edoc.facts.document import Document
from edoc.formats.kind import Kind, kind_of
from edoc.formats.originals import Originals
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.read import read_xml
from edoc.formats.xml.tree import DS, XmlDocument
from edoc.limits import Limits
from tests.formats.xml.maker import enveloped, signed


def parsed(data: bytes, limits: Limits | None = None) -> XmlDocument:
    return XmlDocument.parse(data, name="t.xml", limits=limits or Limits())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "XML_MALFORMED"),
        (b"<a>", "XML_MALFORMED"),
        (b"<a/><b/>", "XML_MALFORMED"),
        (b"<a>&undefined;</a>", "XML_MALFORMED"),
        (b"<a b='1' b='2'/>", "XML_MALFORMED"),
        (b"<p:a/>", "XML_MALFORMED"),
        (b"<a>\x00</a>", "XML_MALFORMED"),
        (b"\xff\xfe<\x00a", "XML_MALFORMED"),
        (b"<!DOCTYPE a><a/>", "XML_DOCTYPE"),
        (b"<!-- --><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "XML_DOCTYPE"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<?p?><!DOCTYPE a><a/>', "XML_DOCTYPE"),
        ("\ufeff<?p?><!DOCTYPE a><a/>".encode("utf-16-be"), "XML_DOCTYPE"),
        (b'<?xml version="1.1"?><a/>', "XML_VERSION"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "XML_ENCODING"),
        (b'<?xml version="1.0" encoding="IBM037"?><a/>', "XML_ENCODING"),
        (b"<a>" * 300 + b"</a>" * 300, "XML_LIMIT"),
    ],
)
def test_what_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(XmlError) as caught:
        parsed(data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "limits", [Limits(xml_bytes=100), Limits(xml_namespaces=20), Limits(xml_attributes=2_500)], ids=str
)
def test_budgets_are_held(limits: Limits) -> None:
    data = b"<a " + b" ".join(b'xmlns:p%d="urn:p"' % n for n in range(30)) + b"/>"
    if limits.xml_attributes == 2_500:
        data = b"<a " + b" ".join(b'a%d=""' % n for n in range(2_600)) + b"/>"
    with pytest.raises(XmlError, match="XML_LIMIT"):
        parsed(data, limits)


def test_depth_is_bounded_in_large_documents_too() -> None:
    filling = b"<b>" + b"x" * 10_000_100 + b"</b>"
    assert parsed(b"<a>" + filling + b"</a>").root.tag == "a"
    with pytest.raises(XmlError, match="XML_LIMIT"):
        parsed(b"<a>" * 300 + filling + b"</a>" * 300)


def test_identifiers_are_attributes_of_known_names_alone() -> None:
    wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
    document = parsed(
        f'<a Id="1"><b ID="2"/><c id="3"/><d xml:id="d4"/><e xmlns:u="{wsu}" u:Id="5"/>'
        '<f xmlns:q="urn:q" q:Id="6" iD="6" Identifier="6"/><g Id="7" ID="7"/></a>'.encode()
    )
    assert [len(document.by_id(id)) for id in ("1", "2", "3", "d4", "5", "6", "7")] == [1, 1, 1, 1, 1, 0, 1]


@pytest.mark.parametrize("filling", [0, 6])
def test_an_identifier_is_found_in_every_spelling(filling: int) -> None:
    """The first ones are sought one by one, later ones in an index."""
    document = parsed(
        b'<a><b Id="x&#49;"/><c xml:id=" x2 "/><d id="x2"/><e Id="x3" ID="x3"/><f Id=\'x4\'/>'
        + f'<d:Signature xmlns:d="{DS}"><d:Object Id="x5"/></d:Signature></a>'.encode()
    )
    for number in range(filling):
        assert document.by_id(f"nobody{number}") == []
    assert [len(document.by_id(f"x{number}")) for number in range(1, 7)] == [1, 2, 1, 1, 1, 0]
    assert document.by_id("") == []


def test_identifiers_in_utf_16() -> None:
    text = f'<?xml version="1.0" encoding="utf-16"?><a><b Id="x"/><d:Signature xmlns:d="{DS}" Id="x"/></a>'
    assert len(parsed(text.encode("utf-16")).by_id("x")) == 2


def test_signatures_in_signatures_belong_to_them() -> None:
    document = parsed(
        f'<a xmlns:d="{DS}"><d:Signature Id="1"><d:Object><d:Signature/></d:Object></d:Signature>'
        '<b><d:Signature Id="2"/></b></a>'.encode()
    )
    assert [item.get("Id") for item in document.signatures()] == ["1", "2"]


def test_nothing_is_read_from_elsewhere() -> None:
    document = parsed(
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/hostname" parse="text"/></a>'
    )
    assert len(document.root) == 1 and not document.root[0].text


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_octets_are_answered(data: bytes) -> None:
    facts = read_xml(Document.from_bytes(b"<" + data, name="x"), originals=Originals())
    assert facts.complete or facts.findings


def test_damaged_documents_are_answered() -> None:
    chance = random.Random(5)
    whole = signed(enveloped())
    for _ in range(300):
        start = chance.randrange(len(whole))
        data = whole[:start] + chance.randbytes(chance.randrange(4)) + whole[start + chance.randrange(9) :]
        facts = read_xml(Document.from_bytes(data, name="x"), originals=Originals())
        assert facts.complete or facts.findings
        assert kind_of(Document.from_bytes(data, name="x")) in (Kind.XML, Kind.UNKNOWN)


def test_tags_are_counted_before_a_tree_is_made() -> None:
    parsed(b"<a>" + b"<b/>" * 8 + b"</a>", Limits(xml_tags=10))
    with pytest.raises(XmlError) as problem:
        parsed(b"<a>" + b"<b/>" * 9 + b"</a>", Limits(xml_tags=10))
    assert problem.value.code == "XML_LIMIT"
