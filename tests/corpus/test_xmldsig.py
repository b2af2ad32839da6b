"""The interop suites of XML-DSig: core validity, with the keys that the suites give, as their makers expect it.

Rows of MACs and DSA are out of scope (no certificate of today serves them), as are expressions of general XPath.
What `unsupported` rows demand is only that nothing is accepted by mistake.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
    load_pem_public_key,
)

from edoc.facts.document import Document
from edoc.formats.originals import Originals
from edoc.formats.xml.algorithms import C14N_10, C14N_11
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.dsig import XmlSignature, read_signature
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.tree import DS, XmlDocument
from edoc.formats.xml.xpath import filter_nodes
from edoc.pki.algorithms import verify_value
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.pem import blocks
from tests.corpus.harness import Miss, Row, ask, outdated, read_exceptions, read_rows, unexplained

EXCEPTIONS = Path(__file__).with_name("xmldsig_exceptions.json")
OUT_OF_SCOPE = re.compile(r"hmac|dsa-sha1$|dsig11#dsa-|eddsa-ed25519(ctx|ph)$", re.IGNORECASE)
NO_KEY = {
    "signxml/interop/aleksey-xmldsig-01/x509data-sn-test.xml",
    "signxml/interop/xml-crypto/windows_store_signature.xml",
    "santuario/org/apache/xml/security/temp/key/retrieval-from-same-doc.xml",
}
"""Their suites keep the key elsewhere, or reach it by an expression that is not judged: only digests count."""
KEY_FILES = (".der", ".pem", ".crt")


def in_scope(row: Row) -> bool:
    names = [str(name) for name in row["algorithms"]]  # type: ignore[attr-defined]
    macs = [name for name in names if OUT_OF_SCOPE.search(name) and "ecdsa" not in name]
    return row["expect"] in ("valid", "invalid") and row.get("kind") != "c14n" and not macs


@cache
def suite_keys(folder: Path) -> tuple[bytes, ...]:
    """Return every public key that a suite ships beside its documents (SubjectPublicKeyInfo)."""
    found = {key for place in sorted(folder.rglob("*")) if place.suffix in KEY_FILES and "dh" not in place.stem for key in _keys(place.read_bytes())}
    return tuple(sorted(found))


def _keys(data: bytes) -> Iterator[bytes]:
    ders = [data]
    if data.lstrip().startswith(b"-----BEGIN"):
        ders = [der for _, der in blocks(data)]
        try:
            yield _spki(load_pem_public_key(data))
        except (ValueError, UnsupportedAlgorithm):
            pass
    for der in ders:
        try:
            yield Certificate.load(der).spki_der
            continue
        except CertificateError:
            pass
        for load in (load_der_public_key, lambda octets: load_der_private_key(octets, None).public_key()):
            try:
                yield _spki(load(der))
            except (ValueError, TypeError, UnsupportedAlgorithm):
                continue


def _spki(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]


@cache
def external_data(corpus: Path) -> tuple[Document, ...]:
    """Return the pages that the suites sign by their addresses."""
    found = []
    for place in sorted((corpus / "xmlsec" / "external-data").iterdir()):
        data = place.read_bytes()
        data = base64.b64decode(data) if place.suffix == ".b64" else data
        found.append(Document.from_bytes(data, name=place.name))
    return tuple(found)


def beside(place: Path) -> Iterator[Document]:
    """Yield what lies beside a signature under a name that it signs."""
    for uri in sorted(set(re.findall(r'URI="([^"#]+)"', place.read_text(encoding="latin-1")))):
        name = uri.rpartition("/")[2]
        for folder in (place.parent, place.parent.parent, *place.parents[2:4]):
            for other in sorted(folder.rglob(name)) if re.fullmatch(r"[\w.-]+", name) else ():
                yield Document.from_bytes(other.read_bytes(), name=uri)


def core(place: Path, corpus: Path) -> str:
    """Return `valid`, or why not: core validation (XML-DSig 3.2) with any key of the suite."""
    try:
        document = XmlDocument.parse(place.read_bytes(), name=place.name)
    except XmlError as problem:
        return problem.code
    elements = list(document.signatures())
    if not elements:
        return "no signature"
    answers = []
    for element in elements:
        originals = Originals((*external_data(corpus), *beside(place)))
        answers.append(one(read_signature(element, document, resolver=originals), place, corpus))
    return next((answer for answer in answers if answer != "valid"), "valid")


def one(signature: XmlSignature, place: Path, corpus: Path) -> str:
    wrong = [item.code for item in signature.findings if item.severity.value != "info"]
    if wrong:
        return wrong[0]
    missing = [item for item in signature.references if item.actual is None]
    if missing:
        return f"missing: {missing[0].uri}"
    if any(item.actual != item.digest for item in signature.references):
        return "digest"
    if signature.algorithm is None or signature.signed_info is None or signature.signature_value is None:
        return "unread"
    key_info = signature.key_info
    keys = [*key_info.public_keys] if key_info is not None else []
    for der in key_info.certificates if key_info is not None else ():
        try:
            keys.append(Certificate.load(der).spki_der)
        except CertificateError:
            continue
    own = bool(keys)
    if not own:
        keys += suite_keys(corpus / place.relative_to(corpus).parts[0])
    octets, value = signature.signed_info, signature.signature_value
    if any(verify_value(key, signature.algorithm, octets, value) for key in keys):
        return "valid"
    return f"value ({signature.algorithm.name})" if own else f"no key ({signature.algorithm.name})"


@pytest.fixture(scope="module")
def folder(corpus: Path) -> Path:
    return corpus / "xmldsig"


@pytest.fixture(scope="module")
def answers(folder: Path) -> dict[str, str]:
    rows = read_rows(folder / "manifest.jsonl")
    return {str(row["file"]): core(folder / str(row["file"]), folder) for row in rows if row.get("kind") != "c14n"}


@pytest.fixture(scope="module")
def rows(folder: Path, answers: dict[str, str]) -> list[Row]:
    """Rows in scope; those of general XPath are told by their answer."""
    chosen = [row for row in read_rows(folder / "manifest.jsonl") if in_scope(row) and row["file"] not in NO_KEY]
    return [row for row in chosen if row["expect"] == "invalid" or answers[str(row["file"])] != "XML_XPATH_UNKNOWN"]


def _outcome(row: Row, answer: str, folder: Path) -> tuple[str, str]:
    if row["expect"] == "valid":
        return "valid", answer
    # Some are bad above the core: then the verifier as a whole must refuse.
    bad = answer != "valid" or ask(folder / str(row["file"])).word != "INTACT"
    return "not valid", "not valid" if bad else "valid"


@pytest.fixture(scope="module")
def misses(folder: Path, rows: list[Row], answers: dict[str, str]) -> list[Miss]:
    found = []
    for row in rows:
        expected, actual = _outcome(row, answers[str(row["file"])], folder)
        if expected != actual:
            found.append(Miss(name=str(row["file"]), expected=expected, actual=actual))
    print(f"\nxmldsig: {len(rows)} rows in scope, {len(rows) - len(found)} as expected")
    return found


def test_nearly_all_rows_are_as_expected(rows: list[Row], misses: list[Miss]) -> None:
    assert len(rows) >= 90
    assert 1 - len(misses) / len(rows) >= 0.97


def test_rows_without_a_key_lack_nothing_else(answers: dict[str, str]) -> None:
    assert {answers[name].partition(" (")[0] for name in NO_KEY} == {"no key"}


def test_what_falls_short_is_explained(misses: list[Miss]) -> None:
    exceptions = read_exceptions(EXCEPTIONS)
    assert not unexplained(misses, exceptions)
    assert not outdated(misses, exceptions)


def test_no_invalid_row_is_excused(rows: list[Row]) -> None:
    excused = read_exceptions(EXCEPTIONS)
    assert not [row["file"] for row in rows if row["expect"] == "invalid" and row["file"] in excused]


def test_digests_are_right_whatever_the_value_is_made_with(folder: Path) -> None:
    """MACs and DSA share the references of the others: their digests count where the data is at hand."""
    wrong = []
    for row in read_rows(folder / "manifest.jsonl", expect="valid"):
        place = folder / str(row["file"])
        if row.get("kind") == "c14n":
            continue
        try:
            document = XmlDocument.parse(place.read_bytes(), name=place.name)
        except XmlError:
            continue
        for element in document.signatures():
            signature = read_signature(element, document)
            wrong += [
                (row["file"], item.uri)
                for item in (*signature.references, *signature.entries)
                if item.actual is not None and item.actual != item.digest
            ]
    assert not wrong


def test_canonical_forms_of_the_suites(folder: Path) -> None:
    done = 0
    for row in read_rows(folder / "manifest.jsonl", kind="c14n"):
        expected = (folder / str(row["file"])).read_bytes()
        try:
            document = XmlDocument.parse((folder / str(row["input"])).read_bytes(), name="input")
        except XmlError as problem:
            # Attribute defaults need a document type, which is not read.
            assert problem.code == "XML_DOCTYPE", row
            continue
        nodes = NodeSet.of_document(document.tree, comments=True)
        if "default_ns_redefinition" in str(row["file"]):
            # Its maker canonicalises the inner element alone.
            nodes = NodeSet(apex=document.root[0])
        subset = row.get("subset")
        if subset is not None:
            text = (folder / str(subset)).read_text(encoding="utf-8")
            try:
                nodes = _chosen(nodes, document, text)
            except XmlError as problem:
                # General XPath is not judged.
                assert problem.code == "XML_XPATH_UNKNOWN", row
                continue
        method = C14N_11 if "c14n11" in str(row["file"]) else C14N_10
        assert canonicalize(nodes, method=method) == expected, row["file"]
        done += 1
    assert done >= 6


def _chosen(nodes: NodeSet, document: XmlDocument, text: str) -> NodeSet:
    predicate = re.fullmatch(r"\(//\. \| //@\* \| //namespace::\*\)\s*\[(.*)\]\s*", text, re.DOTALL)
    assert predicate is not None
    transform = (
        f'<Transform xmlns="{DS}"><XPath xmlns:ietf="http://www.ietf.org" xmlns:w3c="http://www.w3.org">'
        f"{predicate.group(1)}</XPath></Transform>"
    )
    element = XmlDocument.parse(transform.encode(), name="subset").root
    return filter_nodes(nodes, element, document)
