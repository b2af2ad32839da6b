"""Where the elements of a document stand, told from its octets, agrees with what the parser made of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from edoc.errors import InputError
from edoc.formats.xml.text import XmlText, escaped, inside_end, without_declaration
from tests.formats.xml.documents import document

TRICKY = (
    b"<a><!-- <b> --><b c='>' d=\"'/>\"/><![CDATA[<b></a>]]><?p <b> ?><b >x</b\n></a>",
    b"<a\n x='1'\n><b/><b></b><c:d xmlns:c='urn:c'><b/></c:d></a>",
    b"<!-- <a> --><a>&lt;b&gt;<b e=\"<!-- no -->&lt;\"/></a><!-- </a> -->".replace(b"<!-- no -->", b"&lt;!--"),
)


def written_name(element: etree._Element) -> str:
    local = etree.QName(element).localname
    return f"{element.prefix}:{local}" if element.prefix else local


def agree(data: bytes) -> None:
    text = XmlText.of(data, name="x")
    root = etree.fromstring(data)
    found = list(root.iter("*"))
    names: dict[str, int] = {}
    for place, element in enumerate(found):
        span = text.span(place)
        name = written_name(element)
        assert span.name.decode() == name
        piece = text.octets[span.start : span.end]
        assert piece.startswith(b"<" + span.name) and piece.endswith(b">")
        assert span.empty is (piece.endswith(b"/>") and not len(element) and piece.count(b"<") == 1)
        # The last element inside, counted from the start tag, stands inside.
        inner = text.span(len(list(element.iter("*"))) - 1, start=span.start)
        assert span.start <= inner.start and inner.end <= span.end
        start = text.start_of(name, names.get(name, 0))
        assert start in (None, span.start)
        names[name] = names.get(name, 0) + 1
    with pytest.raises(ValueError, match="no such element"):
        text.span(len(found))


@pytest.mark.parametrize("data", TRICKY)
def test_tricky_documents(data: bytes) -> None:
    agree(data)


@given(st.integers(0, 2_000))
def test_random_documents(seed: int) -> None:
    agree(document(seed, size=15))


@given(st.integers(0, 2_000), st.integers(0, 14))
def test_an_edit_adds_a_last_child_and_nothing_else(seed: int, number: int) -> None:
    data = document(seed, size=15)
    text = XmlText.of(data, name="x")
    elements = list(etree.fromstring(data).iter("*"))
    place = number % len(elements)
    after = inside_end(text.span(place), text.octets).apply(text.octets, b"<added/>")
    grown = list(etree.fromstring(after).iter("*"))
    assert len(grown) == len(elements) + 1
    assert etree.QName(grown[place][-1]).localname == "added"
    grown[place].remove(grown[place][-1])
    assert etree.tostring(grown[0], method="c14n") == etree.tostring(elements[0], method="c14n")


@pytest.mark.parametrize(
    ("data", "found"),
    [(b"<a></a>", True), (b"<a></a >\n", True), (b"<a/>", False), (b"<a></a><!-- </a> -->", False), (b"<a></a><?p </a>?>", False)],
)
def test_the_end_of_the_root_is_seen_at_once_or_not_at_all(data: bytes, found: bool) -> None:
    span = XmlText.of(data, name="x").root_end()
    assert (span is not None) is found
    if span is not None:
        assert data[span.close :].startswith(b"</a")


@pytest.mark.parametrize("encoding", ["gb18030", "iso-2022-jp", "utf-7", "ebcdic-cp-us", "utf-32"])
def test_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(InputError) as caught:
        XmlText.of(f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode(), name="x")
    assert caught.value.code == "XADES_ENCODING"


@pytest.mark.parametrize("data", [b"\xff\xfe<\x00a", b"\xff\xfe<\x00\x00\xd8/\x00"])
def test_broken_utf_16_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        XmlText.of(data, name="x")
    assert caught.value.code == "XADES_ENCODING"


@given(st.text())
def test_text_stands_in_an_element_and_in_an_attribute(text: str) -> None:
    try:
        written = escaped(text)
    except ValueError:
        return
    assert written.isascii() and "{" not in written and "}" not in written
    element = etree.fromstring(f'<a b="{written}">{written}</a>')
    assert (element.text or "", element.get("b")) == (text, text)


def test_a_declaration_is_left_out_and_nothing_else() -> None:
    assert without_declaration('<?xml version="1.0" encoding="iso-8859-1"?>\n<a>é</a>'.encode("latin-1"), name="x") == "\n<a>é</a>"
    assert without_declaration("\ufeff<?xml version='1.0'?><a/><?xml-x y?>".encode("utf-16-le"), name="x") == "<a/><?xml-x y?>"
    assert without_declaration(b"\xef\xbb\xbf<?xml-stylesheet a?><a/>", name="x") == "<?xml-stylesheet a?><a/>"
