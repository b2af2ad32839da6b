"""The XPath that is understood, against the parser's own evaluator; and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.tree import DS, XmlDocument
from edoc.formats.xml.xpath import filter_nodes, filter_two
from edoc.formats.xml.xpath_parse import Parser
from tests.formats.xml.documents import document

FILTER_2 = "http://www.w3.org/2002/06/xmldsig-filter2"
NAMES = {"ds": DS, "p": "urn:a", "q": "urn:b"}
CONDITIONS = (
    "ancestor-or-self::a",
    "not(ancestor-or-self::b)",
    "ancestor-or-self::p:a or ancestor-or-self::q:b",
    "not(ancestor-or-self::a) and not(ancestor-or-self::b)",
    "ancestor-or-self::a and not(ancestor-or-self::b or ancestor-or-self::p:c)",
    "ancestor-or-self::*[@Id='e3']",
    'not(ancestor-or-self::p:*[@x="v" or @y])',
    "ancestor-or-self::*[@Id='e5' and ancestor-or-self::a]",
    "not(not(true()))",
    "(ancestor-or-self::a) or false()",
    "1",
)
PATHS = (
    "/", "//a", "/a", "/descendant::b", "/a/b", "/*/a", "//a//b", "//p:a", "//*[@x]/b", "//*[@Id='e2']", "//a | //b",
    "/child::a", "id('e4')", " //a/b | /*/*[@y='v'] ",
)  # fmt: skip
REFUSED = (
    "", "a", "self::a", "ancestor::a", "ancestor-or-self::a[1]", "position() = 1", "//a", "count(//a) > 1", "true() or",
    "not(", "ancestor-or-self::z:a", "ancestor-or-self::a = 'x'", "@*", "here()", "document('x')", "1 + 1", "x" * 100,
    "string(.)", "self::text()", "namespace::*", "ancestor-or-self::a\x00",
)  # fmt: skip


def transform(text: str, kind: str = "") -> etree._Element:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
    inner = f'<f:XPath xmlns:f="{FILTER_2}" Filter="{kind}">' if kind else "<ds:XPath>"
    return etree.fromstring(f"<ds:Transform {spaces}>{inner}{escaped}{inner.split()[0].replace('<', '</').rstrip('>')}></ds:Transform>")


def parsed(data: bytes) -> XmlDocument:
    return XmlDocument.parse(data, name="t.xml")


def kept(nodes: NodeSet) -> list[str | None]:
    return [item.get("Id") for item in nodes.tree.getroot().iter("*") if nodes.holds(item)]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_holds_where_the_evaluator_says(condition: str) -> None:
    for seed in range(40):
        read = parsed(document(seed))
        found = filter_nodes(NodeSet.of_document(read.tree, comments=True), transform(condition), read)
        expected = read.root.xpath(f"//*[boolean({condition})]", namespaces=NAMES)
        assert kept(found) == [item.get("Id") for item in expected], (seed, condition)  # type: ignore[union-attr]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", ["intersect", "subtract", "union"])
def test_a_path_leads_where_the_evaluator_says(path: str, kind: str) -> None:
    for seed in range(25):
        read = parsed(document(seed))
        found = filter_two(NodeSet.of_document(read.tree, comments=True), transform(path, kind), read)
        text = path.strip().replace("id('e4')", "//*[@Id='e4']")
        top = read.root.xpath(text if text != "/" else "/*", namespaces=NAMES)
        inside = {item.get("Id") for one in top for item in one.iter("*")}  # type: ignore[union-attr]
        every = [item.get("Id") for item in read.root.iter("*")]
        wanted = {"intersect": inside, "subtract": set(every) - inside, "union": set(every)}[kind]
        assert kept(found) == [id for id in every if id in wanted], (seed, path)


def test_the_own_signature_is_taken_out_by_the_words_of_the_standard() -> None:
    words = (
        "count(ancestor-or-self::ds:Signature | here()/ancestor::ds:Signature[1]) > "
        "count(ancestor-or-self::ds:Signature)"
    )
    data = (
        f'<a xmlns:ds="{DS}" Id="e0"><ds:Signature Id="e1"><ds:Transform><ds:XPath>{words.replace(">", "&gt;")}</ds:XPath>'
        '</ds:Transform></ds:Signature><ds:Signature Id="e2"/></a>'
    )
    read = parsed(data.encode())
    found = filter_nodes(NodeSet.of_document(read.tree, comments=True), read.root[0][0], read)
    assert kept(found) == ["e0", "e2"]


def test_steps_of_a_filter_follow_one_another() -> None:
    data = '<a Id="e0"><b Id="e1"><c Id="e2"><d Id="e3"/></c></b><b Id="e4"/></a>'
    read = parsed(data.encode())
    steps = [("intersect", "//b"), ("subtract", "//c"), ("union", "//d")]
    inner = "".join(f'<f:XPath xmlns:f="{FILTER_2}" Filter="{kind}">{path}</f:XPath>' for kind, path in steps)
    element = etree.fromstring(f'<ds:Transform xmlns:ds="{DS}">{inner}</ds:Transform>')
    assert kept(filter_two(NodeSet.of_document(read.tree, comments=True), element, read)) == ["e1", "e3", "e4"]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_on_the_list_is_not_judged(text: str) -> None:
    with pytest.raises(XmlError, match="XML_XPATH_UNKNOWN"):
        Parser(text, NAMES).condition()


@pytest.mark.parametrize("text", ["", "a", "/a[1]", "/a/@x", "//", "/a |", "../a", "/a/text()", "id(a)", "id('a b')", "//a[b]"])
def test_paths_that_are_not_on_the_list_are_not_judged(text: str) -> None:
    with pytest.raises(XmlError, match="XML_XPATH_UNKNOWN"):
        Parser(text, NAMES).paths()


WORDS = st.lists(
    st.sampled_from(
        ["ancestor-or-self::", "a", "ds:Signature", "*", "(", ")", "[", "]", "@Id", "=", "'x'", "not", "and", "or", "/", "//",
         "|", "count", "here", "1", "true", "id", "child::", "descendant::", ".", "9", " ", "\\"]
    ),
    max_size=30,
)  # fmt: skip


@given(WORDS)
@settings(max_examples=300, deadline=None)
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    for read in (Parser.condition, Parser.paths):
        try:
            read(Parser("".join(words), NAMES))
        except XmlError as problem:
            assert problem.code == "XML_XPATH_UNKNOWN"
