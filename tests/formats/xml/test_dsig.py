"""Signatures of every packaging and algorithm: what they sign, and how much of the document that is."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

import edoc
from edoc.facts.signature import ReferenceKind, ScopeKind
from edoc.formats import read_document
from edoc.formats.originals import Originals
from edoc.formats.xml.algorithms import (
    C14N_10,
    C14N_11,
    C14N_EXCLUSIVE,
    MASK_MGF1,
    PSS_WITH_PARAMETERS,
    digest_of_uri,
    digest_uri,
    signature_of_uri,
    signature_uri,
)
from edoc.formats.xml.c14n import METHODS, canonicalize
from edoc.formats.xml.dsig import read_signature
from edoc.formats.xml.tree import DS, XmlDocument
from tests.formats.xml.maker import (
    ENVELOPED,
    ORDER,
    RSA_SHA256,
    SHA256,
    by_id,
    certificate,
    enveloped,
    enveloping,
    reference,
    signature,
    signed,
    transform,
)
from tests.sign.makers import identity

MORE = "http://www.w3.org/2007/05/xmldsig-more#"
SHA512 = '<p:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/>'
MORE_2021 = "http://www.w3.org/2021/04/xmldsig-more#"


def facts(data: bytes, *originals: edoc.Document) -> Any:
    found = read_document(edoc.Document.from_bytes(data, name="order.xml"), originals=Originals(originals))
    assert len(found.signatures) == 1
    return found.signatures[0]


def verdict(data: bytes, *originals: edoc.Document) -> str:
    document = edoc.Document.from_bytes(data, name="order.xml")
    return edoc.verify_document(document, detached=list(originals), policy="integrity").verdict.value


@pytest.mark.parametrize("c14n", METHODS)
@pytest.mark.parametrize("make", [enveloped, by_id, enveloping])
def test_every_packaging_in_every_canonical_form(make: Any, c14n: str) -> None:
    data = signed(make(c14n=c14n).replace(transform(C14N_EXCLUSIVE), transform(c14n)))
    one = facts(data)
    assert (one.format.value, one.references[0].intact, one.covers_whole_document) == ("XMLDSig", True, True)
    assert verdict(data) == "INTACT"
    assert verdict(data.replace(b"100", b"900").replace(b"Pay", b"Get")) == "FAILED"


def _signed_with(method: str, inside: str, sign: Any) -> bytes:
    """Sign by an algorithm that the maker does not know."""
    text = signed(enveloped(method=method, inside=inside), kind="rsa").decode()
    document = XmlDocument.parse(text.encode(), name="x")
    octets = canonicalize(next(document.root.iter(f"{{{DS}}}SignedInfo")), method=C14N_EXCLUSIVE)
    start, end = text.index("<ds:SignatureValue>") + 19, text.index("</ds:SignatureValue>")
    return (text[:start] + base64.b64encode(sign(octets)).decode() + text[end:]).encode()


def _pss(digest: Any, salt: int) -> Any:
    key: Any = identity("rsa").key
    return lambda octets: key.sign(octets, padding.PSS(padding.MGF1(digest), salt), digest)


@pytest.mark.parametrize(
    ("method", "inside", "digest", "salt"),
    [
        (f"{MORE}sha256-rsa-MGF1", "", hashes.SHA256(), 32),
        (f"{MORE}sha3-512-rsa-MGF1", "", hashes.SHA3_512(), 64),
        (PSS_WITH_PARAMETERS, "", hashes.SHA256(), 32),
        (
            PSS_WITH_PARAMETERS,
            f'<p:RSAPSSParams xmlns:p="{MORE}">{SHA512}<p:SaltLength>20</p:SaltLength></p:RSAPSSParams>',
            hashes.SHA512(),
            20,
        ),
    ],
)
def test_pss_is_verified_with_the_salt_that_is_stated(method: str, inside: str, digest: Any, salt: int) -> None:
    assert verdict(_signed_with(method, inside, _pss(digest, salt))) == "INTACT"
    assert verdict(_signed_with(method, inside, _pss(digest, salt + 1))) == "FAILED"


@pytest.mark.parametrize(
    "inside",
    [
        "<p:TrailerField>2</p:TrailerField>",
        "<p:SaltLength>-1</p:SaltLength>",
        "<p:SaltLength>٣٢</p:SaltLength>",
        '<p:DigestMethod Algorithm="urn:x"/>',
        f'<p:MaskGenerationFunction Algorithm="{MASK_MGF1}"><p:DigestMethod Algorithm="{DS}sha1"/></p:MaskGenerationFunction>',
    ],
)
def test_parameters_of_pss_that_contradict_each_other_never_verify(inside: str) -> None:
    box = f'<p:RSAPSSParams xmlns:p="{MORE}">{inside}</p:RSAPSSParams>'
    assert verdict(_signed_with(PSS_WITH_PARAMETERS, box, _pss(hashes.SHA256(), 32))) != "INTACT"


@pytest.mark.parametrize("kind", ["ed25519", "ed448"])
def test_edwards_curves(kind: str) -> None:
    text = signed(enveloped(method=f"{MORE_2021}eddsa-{kind}").replace("@cert@", "@own@")).decode()
    text = text.replace("@own@", certificate(kind))
    document = XmlDocument.parse(text.encode(), name="x")
    octets = canonicalize(next(document.root.iter(f"{{{DS}}}SignedInfo")), method=C14N_EXCLUSIVE)
    start, end = text.index("<ds:SignatureValue>") + 19, text.index("</ds:SignatureValue>")
    key: Any = identity(kind).key
    value = base64.b64encode(key.sign(octets)).decode()
    assert verdict((text[:start] + value + text[end:]).encode()) == "INTACT"


def test_identifiers_of_algorithms_lead_there_and_back() -> None:
    for name in ("sha1", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "ripemd160"):
        assert digest_of_uri(digest_uri(name)) == name
    for uri in (RSA_SHA256, f"{MORE}sha512-rsa-MGF1", f"{MORE_2021}ecdsa-sha3-384", f"{MORE_2021}eddsa-ed448"):
        assert signature_uri(signature_of_uri(uri)) == uri
    for uri in (f"{DS}hmac-sha1", f"{DS}dsa-sha1", "", "urn:x", PSS_WITH_PARAMETERS):
        assert signature_of_uri(uri).name == f"unknown:{uri}"
    assert digest_of_uri("urn:x") == "unknown:urn:x"


# References.


def test_only_pointers_keep_comments() -> None:
    body = ORDER.replace("<to>", "<!-- c --><to>")
    for uri, kept in (("#o1", False), ("#xpointer(id('o1'))", True), ('#xpointer(id("o1"))', True)):
        chain = transform(f"{C14N_EXCLUSIVE}WithComments")
        template = f"<doc>{body}{signature(reference(uri.replace(chr(34), '&quot;'), transforms=chain))}</doc>"
        octets = facts(signed(template)).references[0].octets()
        assert (b"<!--" in octets) is kept, uri
    for uri, kept in (("", False), ("#xpointer(/)", True)):
        chain = transform(ENVELOPED) + transform(f"{C14N_10}#WithComments")
        template = f"<doc>{body}{signature(reference(uri, transforms=chain))}</doc>"
        octets = facts(signed(template)).references[0].octets()
        assert (b"<!--" in octets) is kept, uri


def test_nodes_become_canonical_1_0_when_nothing_else_is_said() -> None:
    data = signed(f'<doc xmlns:u="urn:u">{ORDER}{signature(reference("#o1", transforms=""))}</doc>')
    assert facts(data).references[0].octets().startswith(b'<order xmlns:u="urn:u" Id="o1">')


def test_base64_is_decoded_before_it_is_digested() -> None:
    template = signature(
        reference("#obj", transforms=transform(f"{DS}base64")),
        objects='<ds:Object Id="obj">UGF5\n IHRo<!-- c -->ZW0=</ds:Object>',
    )
    one = facts(signed(template))
    assert (one.references[0].octets(), one.covers_whole_document) == (b"Pay them", True)


def test_base64_takes_the_words_of_all_that_stands_in_an_element() -> None:
    template = signature(
        reference("#obj", transforms=transform(f"{DS}base64")),
        objects='<ds:Object Id="obj">UGF5\n <x>IHRo</x>ZW0=</ds:Object>',
    )
    assert facts(signed(template)).references[0].octets() == b"Pay them"


@pytest.mark.parametrize("c14n", [C14N_10, C14N_11, C14N_EXCLUSIVE])
def test_octets_are_parsed_when_a_transform_wants_nodes(c14n: str) -> None:
    inner = base64.b64encode(b"<?xml version='1.0'?><a  b = '1'/>").decode()
    chain = transform(f"{DS}base64") + transform(c14n)
    template = signature(reference("#obj", transforms=chain), objects=f'<ds:Object Id="obj">{inner}</ds:Object>')
    assert facts(signed(template)).references[0].octets() == b'<a b="1"></a>'


def test_detached_data_is_found_by_its_digest() -> None:
    data, other = (edoc.Document.from_bytes(octets, name=name) for octets, name in ((b"annex", "a.txt"), (b"no", "b.txt")))
    digest = base64.b64encode(hashlib.sha256(b"annex").digest()).decode()
    made = signed(signature(reference("some%20name.txt", transforms="").replace("@1@", digest)))
    one = facts(made, other, data)
    assert (one.references[0].intact, one.references[0].octets(), one.references[0].scope) == (True, b"annex", ScopeKind.FULL)
    assert verdict(made, data) == "INTACT"
    assert verdict(made) == "INDETERMINATE"
    changed = edoc.Document.from_bytes(b"annex!", name="some name.txt")
    assert verdict(made, changed) == "FAILED"
    assert verdict(made, data, other) == "INDETERMINATE"


def test_detached_xml_is_transformed() -> None:
    data = edoc.Document.from_bytes(b"<a  b='1'><!-- c --></a>", name="a.xml")
    digest = base64.b64encode(hashlib.sha256(b'<a b="1"></a>').digest()).decode()
    made = signed(signature(reference("a.xml", transforms=transform(C14N_10)).replace("@1@", digest)))
    one = facts(made, data)
    assert (one.references[0].intact, one.references[0].octets()) == (True, b'<a b="1"></a>')
    unreadable = edoc.Document.from_bytes(b"<!DOCTYPE a><a/>", name="other.xml")
    assert facts(made, unreadable).references[0].intact is None


def test_a_reference_without_an_address_is_what_was_handed_over() -> None:
    digest = base64.b64encode(hashlib.sha256(b"annex").digest()).decode()
    made = signed(signature(reference(None, transforms="").replace("@1@", digest)))
    assert facts(made, edoc.Document.from_bytes(b"annex", name="a.txt")).references[0].intact is True


def _manifest(*, kind: str = f' Type="{DS}Manifest"') -> str:
    box = f'<ds:Object><ds:Manifest Id="m">{reference("#o1", 1)}{reference("gone.txt", 2, transforms="")}</ds:Manifest></ds:Object>'
    absent = base64.b64encode(bytes(32)).decode()
    return f"<doc>{ORDER}{signature(reference('#m', 3, extra=kind), objects=box)}</doc>".replace("@2@", absent)


@pytest.mark.parametrize("kind", [f' Type="{DS}Manifest"', ""])
def test_entries_of_a_manifest_are_told_apart(kind: str) -> None:
    made = signed(_manifest(kind=kind))
    found = facts(made).references
    assert [item.kind for item in found] == [*[ReferenceKind.CONTENT] * 2, ReferenceKind.MANIFEST_ENTRY]
    assert [item.intact for item in found] == [True, True, None]
    assert [item.scope for item in found[1:]] == [ScopeKind.MANIFEST_ENTRY] * 2
    changed = facts(made.replace(b"<amount>100", b"<amount>900")).references
    assert [item.intact for item in changed] == [True, False, None]


def listing(uri: str, digest: str, *, body: str = "") -> bytes:
    """Return a signature over nothing but a list of one entry, whose digest is given."""
    box = f'<ds:Object>{body}<ds:Manifest Id="m">{reference(uri, 1, transforms="")}</ds:Manifest></ds:Object>'
    return signed(signature(reference("#m", 3, extra=f' Type="{DS}Manifest"'), objects=box).replace("@1@", digest))


HELLO = base64.b64encode(hashlib.sha256(b"hello").digest()).decode()


@pytest.mark.parametrize(
    ("beside", "verdict", "unchanged", "codes", "names"),
    [
        (b"hello", "INTACT", True, set(), ["#m", "a.txt"]),
        (b"hells", "FAILED", False, {"MANIFEST_ENTRY_CHANGED"}, ["#m", "a.txt"]),
        (None, "INDETERMINATE", None, {"MANIFEST_ENTRY_MISSING"}, ["#m"]),
    ],
)
def test_a_list_holds_whatever_became_of_the_files_that_it_names(
    beside: bytes | None, verdict: str, unchanged: bool | None, codes: set[str], names: list[str]
) -> None:
    """Core validation is over the list (XML-DSig 3.2, 5.1); nothing passes without what it names."""
    given = [edoc.Document.from_bytes(beside, name="a.txt")] if beside is not None else []
    report = edoc.verify_document(listing("a.txt", HELLO), policy="integrity", detached=given)
    (found,) = report.signatures
    told = {item.code for item in found.findings}
    assert (report.verdict.value, found.intact, found.unchanged_since_signing) == (verdict, True, unchanged)
    assert {code for code in told if code.startswith("MANIFEST")} == codes
    assert [item.name for item in found.scope] == names


def test_what_a_list_names_of_its_own_document_is_part_of_it() -> None:
    """Else a reader would see other data in a document that is called intact."""
    data = listing("#o", HELLO, body='<data Id="o">hello</data>')
    report = edoc.verify_document(data, policy="integrity")
    assert (report.verdict.value, report.signatures[0].intact) == ("FAILED", False)
    twice = listing("#o", HELLO, body='<data Id="o"/><data Id="o"/>')
    report = edoc.verify_document(twice, policy="integrity")
    assert (report.verdict.value, report.signatures[0].intact) == ("INDETERMINATE", None)


def test_what_is_called_a_manifest_must_be_one() -> None:
    data = signed(f"<doc>{ORDER}{signature(reference('#o1', extra=f' Type={chr(34)}{DS}Manifest{chr(34)}'))}</doc>")
    assert "XML_MANIFEST_OTHER" in {item.code for item in facts(data).findings}


# Several signatures, and coverage.


def test_several_signatures_come_in_their_order() -> None:
    first = signed(f'<doc>{ORDER}{signature(reference("#o1"))}</doc>').decode()
    second = signed(f'<doc>{ORDER.replace("o1", "o2")}{signature(reference("#o2"))}</doc>').decode()
    inner = second.removeprefix("<doc>").removesuffix("</doc>").replace('Id="sig"', 'Id="sig2"')
    data = first.replace("</doc>", f"{inner}</doc>").encode()
    found = read_document(edoc.Document.from_bytes(data, name="x.xml"))
    assert [(item.id, item.name, item.references[0].intact) for item in found.signatures] == [
        ("S1", "sig", True), ("S2", "sig2", True),
    ]  # fmt: skip
    assert [item.covers_whole_document for item in found.signatures] == [False, False]


@pytest.mark.parametrize(
    ("change", "covered"),
    [
        (("<doc>", "<doc>\n  "), True),
        (("<doc>", '<doc xmlns:x="urn:x" Id="d">'), True),
        (("<doc>", "<doc>word"), False),
        (("</doc>", "word</doc>"), False),
        (("</doc>", "<more/></doc>"), False),
        (("<doc>", '<doc status="void">'), False),
        (("</doc>", "<box>\n<box/></box></doc>"), False),
        (("<doc>", "<doc><!-- c -->"), True),
        (("<doc>", "<doc><?x y?>"), False),
        (("<doc>", "<?xml-stylesheet href='x'?><doc>"), False),
        (("</doc>", "</doc><?x?>"), False),
        (("</doc>", "</doc><!-- c -->"), True),
    ],
)
def test_an_envelope_may_say_nothing_of_its_own(change: tuple[str, str], covered: bool) -> None:
    data = signed(by_id()).decode().replace(*change)
    assert facts(data.encode()).covers_whole_document is covered


def test_two_elements_signed_one_by_one_are_all_there_is() -> None:
    other = ORDER.replace("o1", "o2")
    both = reference("#o1", 1) + reference("#o2", 2)
    assert facts(signed(f"<doc>{ORDER}<part>{other}</part>{signature(both)}</doc>")).covers_whole_document is True
    assert facts(signed(f"<doc>{ORDER}<part>{other}</part>{signature(reference('#o1'))}</doc>")).covers_whole_document is False


def test_digests_that_nobody_knows_are_not_judged() -> None:
    data = signed(enveloped().replace(SHA256, "urn:x:digest").replace("@1@", "AAAA"))
    assert facts(data).references[0].intact is None
    assert verdict(data) == "INDETERMINATE"


def test_a_signature_is_read_by_itself() -> None:
    document = XmlDocument.parse(signed(enveloped()), name="x")
    one = read_signature(next(document.signatures()), document)
    assert one.signed_info is not None and one.signed_info.startswith(b"<ds:SignedInfo")
    assert one.canonicalization == C14N_EXCLUSIVE
    assert one.key_info is not None and len(one.key_info.certificates) == 1
    assert one.references[0].target is document.root


X509 = "<ds:X509Data Id='{id}'><ds:X509Certificate>@cert@</ds:X509Certificate></ds:X509Data>"
RAW = f"{DS}rawX509Certificate"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
ONLY_DATA = f"<ds:Transforms>{transform(XPATH, '<ds:XPath>ancestor-or-self::ds:X509Data</ds:XPath>')}</ds:Transforms>"
REFERENCE_11 = '<d:KeyInfoReference xmlns:d="http://www.w3.org/2009/xmldsig11#" URI="#{id}"/>'
POINTERS = {
    "the element itself": ('<ds:RetrievalMethod URI="#k" Type="x"/>', X509.format(id="k")),
    "one that holds it": (f'<ds:RetrievalMethod URI="#k">{ONLY_DATA}</ds:RetrievalMethod>', f"<k Id='k'>{X509.format(id='z')}</k>"),
    "its octets": (
        f'<ds:RetrievalMethod URI="#k" Type="{RAW}"><ds:Transforms>{transform(f"{DS}base64")}</ds:Transforms></ds:RetrievalMethod>',
        "<k Id='k'>@cert@</k>",
    ),
    "another KeyInfo": (REFERENCE_11.format(id="k"), f"<ds:KeyInfo Id='k'>{X509.format(id='z')}</ds:KeyInfo>"),
}
NOWHERE = {
    "outside": ('<ds:RetrievalMethod URI="cert.der"/>', ""),
    "nothing": ('<ds:RetrievalMethod URI="#k"/>', ""),
    "two": ('<ds:RetrievalMethod URI="#k"/>', X509.format(id="k") * 2),
    "something else": (REFERENCE_11.format(id="k"), X509.format(id="k")),
    "an expression that is not judged": (
        f'<ds:RetrievalMethod URI="#k"><ds:Transforms>{transform(XPATH, "<ds:XPath>id(1)</ds:XPath>")}</ds:Transforms></ds:RetrievalMethod>',
        X509.format(id="k"),
    ),
    "itself": (REFERENCE_11.format(id="own"), ""),
    "one that leads on": (REFERENCE_11.format(id="k"), f"<ds:KeyInfo Id='k'>{REFERENCE_11.format(id='own')}</ds:KeyInfo>"),
}


def _pointing(pointer: str, keys: str) -> edoc.Report:
    text = signature(reference("#o1"), key_info=pointer, objects=f"<ds:Object>{keys}</ds:Object>" if keys else "")
    text = text.replace("<ds:KeyInfo>", '<ds:KeyInfo Id="own">', 1)
    return edoc.verify_document(signed(f"<doc>{ORDER}{text}</doc>"), policy="integrity")


@pytest.mark.parametrize("name", POINTERS)
def test_a_certificate_elsewhere_in_the_document_is_a_hint_like_one_in_its_place(name: str) -> None:
    (found,) = _pointing(*POINTERS[name]).signatures
    assert found.intact is True and found.signing_certificate is not None
    assert "XML_RETRIEVAL_METHOD" not in {item.code for item in found.findings}


@pytest.mark.parametrize("name", NOWHERE)
def test_what_leads_to_no_certificate_of_the_document_is_told(name: str) -> None:
    (found,) = _pointing(*NOWHERE[name]).signatures
    assert found.intact is None and found.signing_certificate is None
    assert "XML_RETRIEVAL_METHOD" in {item.code for item in found.findings}


def test_signing_a_pointer_signs_no_certificate() -> None:
    """EN 319 132-2 5.2 lets a signed KeyInfo stand for a reference to the certificate in it."""
    info = "<ds:KeyInfo Id='own'>{}</ds:KeyInfo>"
    for inner, level in ((X509.format(id="k"), "XAdES-BES"), (POINTERS["the element itself"][0], "XML-NOT-ETSI")):
        text = signature(reference("#o1", 1) + reference("#own", 2), key_info="", objects=f"<ds:Object>{X509.format(id='k')}</ds:Object>")
        text = text.replace("</ds:SignatureValue>", f"</ds:SignatureValue>{info.format(inner.replace('=' + chr(39) + 'k', '=' + chr(39) + 'm'))}")
        report = edoc.verify_document(signed(f"<doc>{ORDER}{text}</doc>"), policy="integrity")
        assert (report.signatures[0].intact, report.signatures[0].level) == (True, level)
