"""Canonical forms: the two ways against each other, against the parser's writer, and against xmlsec1."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from edoc.formats.xml import c14n
from edoc.formats.xml.algorithms import C14N_10, C14N_11, C14N_EXCLUSIVE
from edoc.formats.xml.base_uri import join
from edoc.formats.xml.c14n import METHODS, canonicalize
from edoc.formats.xml.c14n_walk import Rules, walk
from edoc.formats.xml.dsig import XmlSignature, read_signature
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.tree import XmlDocument
from tests.formats.xml.documents import SPACES, document

DOCUMENTS = range(120)
XML = "{http://www.w3.org/XML/1998/namespace}"


def parsed(data: bytes) -> XmlDocument:
    return XmlDocument.parse(data, name="t.xml")


def walked(nodes: NodeSet, method: str, prefixes: tuple[str, ...] = ()) -> bytes:
    kind, comments = METHODS[method]
    return walk(nodes, Rules(kind=kind, comments=comments and nodes.comments, prefixes=prefixes))


def written(what: object, method: str, prefixes: tuple[str, ...] = ()) -> bytes:
    kind, comments = METHODS[method]
    return etree.tostring(  # type: ignore[call-overload,no-any-return]
        what, method="c14n", exclusive=kind == "exclusive", with_comments=comments,
        inclusive_ns_prefixes=list(prefixes) or None,
    )  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_a_whole_document_is_as_the_writer_writes_it(method: str) -> None:
    for seed in DOCUMENTS:
        tree = parsed(document(seed)).tree
        expected = written(tree, method)
        nodes = NodeSet.of_document(tree, comments=True)
        assert canonicalize(nodes, method=method) == expected == walked(nodes, method), seed


@pytest.mark.parametrize("prefixes", [(), ("p",), ("q", "r", "nowhere")])
def test_an_exclusive_subtree_is_as_the_writer_writes_it(prefixes: tuple[str, ...]) -> None:
    for seed in DOCUMENTS:
        for element in parsed(document(seed)).root.iter("*"):
            expected = written(element, C14N_EXCLUSIVE, prefixes)
            assert canonicalize(element, method=C14N_EXCLUSIVE, inclusive_prefixes=prefixes) == expected, seed


def test_an_inclusive_subtree_is_as_a_document_of_its_own_with_what_it_inherits() -> None:
    for seed in DOCUMENTS:
        for element in parsed(document(seed)).root.iter("*"):
            alone = etree.fromstring(etree.tostring(element, with_tail=False))
            for above in element.iterancestors():
                for key, value in above.attrib.items():
                    if str(key).startswith(XML) and key not in alone.attrib:
                        alone.set(str(key), str(value))
            assert canonicalize(element, method=C14N_10) == written(alone, C14N_10), seed


@pytest.mark.parametrize("method", METHODS)
def test_what_is_taken_out_is_cut_as_it_is_walked(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c14n, "_QUICK_NODES", 0)
    for seed in DOCUMENTS:
        root = parsed(document(seed)).root
        every = list(root.iter("*"))
        for whole in (True, False):
            apex = root if whole else every[len(every) // 3]
            inner = list(apex.iter("*"))[1:]
            marks = {item: False for item in inner[seed % 3 :: 4]}
            nodes = NodeSet(apex=apex, whole=whole, comments=bool(seed % 2), marks=marks)
            assert canonicalize(nodes, method=method) == walked(nodes, method), (seed, whole)


@pytest.mark.parametrize("method", METHODS)
def test_a_large_subtree_is_cut_as_it_is_walked(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c14n, "_QUICK_NODES", 0)
    for seed in DOCUMENTS:
        for element in list(parsed(document(seed)).root.iter("*"))[:6]:
            nodes = NodeSet(apex=element)
            assert canonicalize(nodes, method=method) == walked(nodes, method), seed


@given(st.integers(0, 10_000), st.data())
@settings(max_examples=60, deadline=None)
def test_any_set_of_subtrees_is_what_is_left_of_a_document(seed: int, data: st.DataObject) -> None:
    """Without namespaces to inherit, leaving out is the same as deleting."""
    root = parsed(document(seed, outside=False)).root
    every = list(root.iter("*"))
    chosen = data.draw(st.sets(st.integers(1, max(1, len(every) - 1)), max_size=4))
    holes = [every[place] for place in chosen if place < len(every)]
    nodes = NodeSet.of_document(root.getroottree(), comments=True)
    for hole in holes:
        nodes = nodes.without(hole)
    made = canonicalize(nodes, method=f"{C14N_EXCLUSIVE}WithComments")
    left = [item.get("Id") for item in every if not any(one in holes for one in (item, *item.iterancestors()))]
    assert [item.get("Id") for item in etree.fromstring(made).iter("*")] == left


def test_a_default_namespace_in_the_prefix_list_is_kept() -> None:
    root = parsed(b'<a xmlns="urn:d" xmlns:p="urn:p"><p:b><p:c/></p:b></a>').root
    made = canonicalize(root[0], method=C14N_EXCLUSIVE, inclusive_prefixes=("#default",))
    assert made == b'<p:b xmlns="urn:d" xmlns:p="urn:p"><p:c></p:c></p:b>'


def test_an_inherited_default_namespace_is_not_undeclared() -> None:
    """The parser's writer gets this one wrong."""
    root = parsed(b'<S xmlns="urn:d"><I><T><X/></T></I></S>').root
    assert canonicalize(root[0], method=C14N_10) == b'<I xmlns="urn:d"><T><X></X></T></I>'


def test_1_1_takes_over_language_and_space_but_no_identifier() -> None:
    root = parsed(b'<a xml:lang="fa" xml:id="i" xml:space="preserve"><b/></a>').root
    assert canonicalize(root[0], method=C14N_11) == b'<b xml:lang="fa" xml:space="preserve"></b>'
    assert canonicalize(root[0], method=C14N_10) == b'<b xml:id="i" xml:lang="fa" xml:space="preserve"></b>'
    assert canonicalize(root[0], method=C14N_EXCLUSIVE) == b"<b></b>"


@pytest.mark.parametrize(
    ("base", "reference", "expected"),
    [
        ("http://a/b/c/d?q", "g", "http://a/b/c/g"),
        ("http://a/b/c/d?q", "../g", "http://a/b/g"),
        ("http://a/b/c/d?q", "../../../g", "http://a/g"),
        ("http://a/b/c/d?q", "/g", "http://a/g"),
        ("http://a/b/c/d?q", "//h/x", "http://h/x"),
        ("http://a/b/c/d?q", "", "http://a/b/c/d?q"),
        ("http://a/b/c/d?q", "?y", "http://a/b/c/d?y"),
        ("http://a/b/c/d?q", "urn:x", "urn:x"),
        ("foo/bar", "..", ""),
        ("..", "x", "../x"),
        ("../..", "..", "../../../"),
        ("a/", "../../b", "../b"),
    ],
)
def test_bases_are_joined(base: str, reference: str, expected: str) -> None:
    assert join(base, reference) == expected


@pytest.mark.parametrize("method", METHODS)
def test_a_relative_namespace_has_no_canonical_form(method: str) -> None:
    tree = parsed(b'<a xmlns="rel"><b/></a>').tree
    for what in (NodeSet.of_document(tree, comments=False), tree.getroot()[0]):
        with pytest.raises(XmlError, match="XML_C14N_RELATIVE"):
            canonicalize(what, method=method)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(XmlError, match="XML_C14N_UNKNOWN"):
        canonicalize(parsed(b"<a/>").root, method="http://www.w3.org/2010/xml-c14n2")


DS = "http://www.w3.org/2000/09/xmldsig#"


XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER_2 = "http://www.w3.org/2002/06/xmldsig-filter2"
CHOICES = (
    f'<Transform Algorithm="{XPATH}"><XPath xmlns:d="{DS}">not(ancestor-or-self::d:Signature)</XPath></Transform>',
    f'<Transform Algorithm="{XPATH}"><XPath>ancestor-or-self::*[@Id="e1"] and not(ancestor-or-self::*[@Id="e2"])</XPath></Transform>',
    f'<Transform Algorithm="{FILTER_2}"><XPath xmlns="{FILTER_2}" Filter="subtract">//*[@Id="e2"] | //*[@Id="e4"]</XPath></Transform>',
    (
        f'<Transform Algorithm="{FILTER_2}"><XPath xmlns="{FILTER_2}" Filter="intersect">//*[@Id="e1"]</XPath>'
        f'<XPath xmlns="{FILTER_2}" Filter="subtract">//*[@Id="e2"]</XPath>'
        f'<XPath xmlns="{FILTER_2}" Filter="union">//*[@Id="e3"]</XPath></Transform>'
    ),
)


def _with_choices(data: bytes) -> bytes:
    """Put a signature into a document that signs chosen subtrees of it in every canonical form."""
    references = "".join(
        f'<Reference URI="{uri}"><Transforms><Transform Algorithm="{DS}enveloped-signature"/>{choice}'
        f'<Transform Algorithm="{method}"/></Transforms><DigestMethod Algorithm="{DS}sha1"/><DigestValue/></Reference>'
        for uri in ("", "#xpointer(/)")
        for choice in CHOICES
        for method in METHODS
        # There a union brings back comments that the reference has dropped; the standard takes from its input alone.
        if uri or "union" not in choice or "WithComments" not in method
    )
    return _filled(data, references)


def _with_signature(data: bytes, seed: int) -> bytes:
    """Put a signature of many references into a document: every method, over every third element."""
    uris = ["", "#xpointer(/)", *(f"#e{place}" for place in range(0, 30, 3) if f'Id="e{place}"'.encode() in data)]
    uris += [f"#xpointer(id('{uri[1:]}'))" for uri in uris if uri.startswith("#e")][:3]
    references = []
    for uri in uris:
        for method in METHODS:
            prefixes = ""
            if "exc-c14n" in method and seed % 2:
                prefixes = f'<i:InclusiveNamespaces xmlns:i="{C14N_EXCLUSIVE}" PrefixList="p #default r"/>'
            references.append(
                f'<Reference URI="{uri}"><Transforms><Transform Algorithm="{DS}enveloped-signature"/>'
                f'<Transform Algorithm="{method}">{prefixes}</Transform></Transforms>'
                f'<DigestMethod Algorithm="{DS}sha1"/><DigestValue/></Reference>'
            )
    return _filled(data, "".join(references))


def _filled(data: bytes, references: str) -> bytes:
    signature = (
        f'<Signature xmlns="{DS}"><SignedInfo><CanonicalizationMethod Algorithm="{C14N_10}"/>'
        f'<SignatureMethod Algorithm="{DS}hmac-sha1"/>{references}</SignedInfo><SignatureValue/></Signature>'
    )
    place = [match.start() for match in re.finditer(rb"</[a-z:]+>", data)][-1]
    return data[:place] + signature.encode() + data[place:]


SIGNABLE = [seed for seed in range(60) if re.search(rb"</[a-z:]+>(?:\s|<[?!][^>]*>)*$", document(seed))][:20]


def _digested(data: bytes, xmlsec1: str, folder: Path) -> XmlSignature:
    """Return the signature of a document with the digests that xmlsec1 has filled in."""
    source, target, key = folder / "in.xml", folder / "out.xml", folder / "key"
    source.write_bytes(data)
    key.write_bytes(b"secret")
    spaces = ("", *(f"{uri}:" for uri in SPACES))
    names = [part for space in spaces for name in "abc" for part in ("--id-attr:Id", f"{space}{name}")]
    command = [xmlsec1, "--sign", "--hmackey", str(key), *names, "--output", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ours = parsed(target.read_bytes())
    return read_signature(next(ours.signatures()), ours)


@pytest.mark.parametrize("seed", SIGNABLE)
def test_xmlsec1_digests_the_same_octets(seed: int, oracle: Callable[[str], str], tmp_path: Path) -> None:
    one = _digested(_with_signature(document(seed), seed), oracle("xmlsec1"), tmp_path)
    assert len(one.references) >= 18
    for item in one.references:
        assert item.actual == item.digest, (item.uri, item.transforms[-1].algorithm)


@pytest.mark.parametrize("seed", SIGNABLE)
def test_xmlsec1_digests_the_same_chosen_subtrees(seed: int, oracle: Callable[[str], str], tmp_path: Path) -> None:
    one = _digested(_with_choices(document(seed)), oracle("xmlsec1"), tmp_path)
    told = 0
    for item in one.references:
        if item.problem is None:
            told += 1
            assert item.actual == item.digest, [part.algorithm for part in item.transforms[1:]]
        else:
            # Both sides see the empty set; only this one refuses it.
            assert item.problem.code == "XML_REFERENCE_EMPTY" and item.digest == hashlib.sha1(b"").digest()
    assert told >= 12
