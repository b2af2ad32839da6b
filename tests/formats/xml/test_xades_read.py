"""What is read of XAdES of every version: claims, references, policies, time-stamps, material, counter-signatures."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.facts.signature import SignatureFormat, TimestampKind
from edoc.formats.originals import Originals
from edoc.formats.writing import Packaging
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.nodes import NodeSet
from edoc.formats.xml.qualifying_claims import date_time, identifier
from edoc.formats.xml.read import read_xml
from edoc.formats.xml.tree import XmlDocument
from edoc.limits import DEFAULT_LIMITS
from edoc.pki.ocsp import OcspResponse
from tests.formats.xml.xades_maker import TEXT, XML, facts, intact, order, practice, sign

V132, V122, V111 = (f"http://uri.etsi.org/01903/v1.{minor}#" for minor in ("3.2", "2.2", "1.1"))
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def signature(signed: str = "", unsigned: str = "", *, data: str = "", space: str = V132, reference: str = "") -> bytes:
    """A signature as XML whose digests are not right: what its properties say is read all the same."""
    digest = f'<DigestMethod Algorithm="{SHA256}"/><DigestValue>AAAA</DigestValue>'
    return (
        f'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#" xmlns:x="{space}" xmlns:y="http://uri.etsi.org/01903/v1.4.1#" Id="s">'
        f'<SignedInfo><CanonicalizationMethod Algorithm="{C14N}"/>'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        f'<Reference Id="r1" URI="#d">{digest}</Reference>{reference}'
        f'<Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#p">{digest}</Reference></SignedInfo>'
        '<SignatureValue Id="v">AAAA</SignatureValue><Object Id="d">data</Object>'
        '<Object><x:QualifyingProperties Target="#s"><x:SignedProperties Id="p">'
        f"<x:SignedSignatureProperties>{signed}</x:SignedSignatureProperties>"
        f"<x:SignedDataObjectProperties>{data}</x:SignedDataObjectProperties></x:SignedProperties>"
        f"<x:UnsignedProperties><x:UnsignedSignatureProperties>{unsigned}</x:UnsignedSignatureProperties></x:UnsignedProperties>"
        "</x:QualifyingProperties></Object></Signature>"
    ).encode()


def canonical(data: bytes, name: str, number: int = 0) -> bytes:
    tree = XmlDocument.parse(data, name="x")
    return canonicalize(list(tree.root.iter(f"{{*}}{name}"))[number], method=C14N)


def token(imprint: bytes) -> str:
    made = practice().timestamp(hashlib.sha256(imprint).digest())
    return f"<x:EncapsulatedTimeStamp>{base64.b64encode(made).decode()}</x:EncapsulatedTimeStamp>"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-06-01T12:00:00Z", datetime(2026, 6, 1, 12, tzinfo=UTC)),
        ("2026-06-01T12:00:00.5+03:30", datetime(2026, 6, 1, 8, 30, 0, 500000, tzinfo=UTC)),
        ("2026-06-01T12:00:00", datetime(2026, 6, 1, 12, tzinfo=UTC)),
        ("2026-06-01", None),
        ("2026-13-01T12:00:00Z", None),
        ("2026-06-01T12:00:00+99:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
        (None, None),
    ],
)
def test_times(text: str | None, time: datetime | None) -> None:
    assert date_time(text) == time


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("urn:oid:1.2.3", "1.2.3"), ("URN:OID:1.2", "1.2"), ("1.2.3", "1.2.3"), ("http://x.example/1.2", "http://x.example/1.2"), (None, "")],
)
def test_identifiers(text: str | None, wanted: str) -> None:
    assert identifier(text) == wanted


@pytest.mark.parametrize("space", [V132, V122, V111])
def test_every_version_is_read(space: str) -> None:
    own = "x:" if space == V111 else ""
    certificate = (
        f"<x:SigningCertificate><x:Cert><x:CertDigest><{own}DigestMethod Algorithm='{SHA256}'/><{own}DigestValue>AQID</{own}DigestValue>"
        "</x:CertDigest><x:IssuerSerial><X509IssuerName>CN=a</X509IssuerName><X509SerialNumber> 77 </X509SerialNumber></x:IssuerSerial>"
        "</x:Cert></x:SigningCertificate>"
    )
    (found,) = facts(signature(f"<x:SigningTime>2020-01-01T00:00:00Z</x:SigningTime>{certificate}", space=space))
    (reference,) = found.certificate_references
    assert (reference.digest, reference.serial, reference.names_signer) == (b"\x01\x02\x03", 77, True)
    assert found.claimed_signing_time == datetime(2020, 1, 1, tzinfo=UTC)
    assert found.format is SignatureFormat.XADES and found.predicates["bes"] and not found.predicates["b"]


def test_properties_of_an_unknown_version_are_none() -> None:
    (found,) = facts(signature("<x:SigningTime>2020-01-01T00:00:00Z</x:SigningTime>", space="http://uri.etsi.org/01903/v9.9.9#"))
    assert found.format is SignatureFormat.XMLDSIG and found.claimed_signing_time is None
    assert not found.predicates["bes"]


def test_an_implied_policy_and_one_with_transforms() -> None:
    implied = "<x:SignaturePolicyIdentifier><x:SignaturePolicyImplied/></x:SignaturePolicyIdentifier>"
    (found,) = facts(signature(implied))
    assert found.claims.policy is not None and found.claims.policy.id == ""
    stated = (
        "<x:SignaturePolicyIdentifier><x:SignaturePolicyId><x:SigPolicyId><x:Identifier>\n urn:oid:1.2.3\n</x:Identifier></x:SigPolicyId>"
        f'<Transforms><Transform Algorithm="{C14N}"/></Transforms>'
        f'<x:SigPolicyHash><DigestMethod Algorithm="{SHA256}"/><DigestValue>AQID</DigestValue></x:SigPolicyHash>'
        "</x:SignaturePolicyId></x:SignaturePolicyIdentifier>"
    )
    store = "<y:SignaturePolicyStore><y:SignaturePolicyDocument>cG9saWN5</y:SignaturePolicyDocument></y:SignaturePolicyStore>"
    (found,) = facts(signature(stated, store))
    policy = found.claims.policy
    assert policy is not None and policy.transformed is not None
    assert (policy.id, policy.digest_algorithm, policy.digest, policy.document) == ("1.2.3", "sha256", b"\x01\x02\x03", b"policy")
    assert policy.transformed(b"<?xml version='1.0'?><p  b='1'/>") == b'<p b="1"></p>'
    assert policy.transformed(b"no xml") is None


def test_a_policy_store_needs_a_digest() -> None:
    implied = "<x:SignaturePolicyIdentifier><x:SignaturePolicyImplied/></x:SignaturePolicyIdentifier>"
    store = "<y:SignaturePolicyStore><y:SignaturePolicyDocument>cG9saWN5</y:SignaturePolicyDocument></y:SignaturePolicyStore>"
    named = f"<x:SigningCertificate><x:Cert><x:CertDigest><DigestMethod Algorithm='{SHA256}'/><DigestValue>AQID</DigestValue></x:CertDigest></x:Cert></x:SigningCertificate>"
    assert facts(signature(named + implied))[0].predicates["epes"]
    assert not facts(signature(named + implied, store))[0].predicates["epes"]


def test_time_stamps_over_references() -> None:
    """EN 319 132-2: SigAndRefs over value, earlier stamps and references, RefsOnly over the references alone."""
    refs = "<x:CompleteCertificateRefs>a</x:CompleteCertificateRefs><x:CompleteRevocationRefs>b</x:CompleteRevocationRefs>"
    base = signature("", f"<x:SignatureTimeStamp>t</x:SignatureTimeStamp>{refs}")
    certificate, revocation = canonical(base, "CompleteCertificateRefs"), canonical(base, "CompleteRevocationRefs")
    over = canonical(base, "SignatureValue") + canonical(base, "SignatureTimeStamp") + certificate + revocation
    properties = (
        f"<x:SignatureTimeStamp>t</x:SignatureTimeStamp>{refs}<x:SigAndRefsTimeStamp>{token(over)}</x:SigAndRefsTimeStamp>"
        f"<x:RefsOnlyTimeStamp>{token(certificate + revocation)}</x:RefsOnlyTimeStamp>"
        f"<y:SigAndRefsTimeStampV2>{token(over)}</y:SigAndRefsTimeStampV2>"
    )
    (found,) = facts(signature("", properties))
    both, only, newer = found.timestamps
    assert (both.kind, only.kind) == (TimestampKind.SIG_AND_REFS, TimestampKind.REFS_ONLY)
    assert both.imprint is not None and both.imprint.intact and both.covers == ("S1",)
    assert only.imprint is not None and only.imprint.intact and only.covers == ()
    # The second version stands over references of the second version.
    assert newer.imprint is not None and newer.imprint.intact is False
    assert found.predicates["c"] and found.predicates["x"] and not found.predicates["lt_shape"]


def test_the_archive_time_stamp_of_version_1_3_2() -> None:
    """Objects that a reference names come in through the reference alone."""
    data = signature("", "", reference="")
    pieces = [canonical(data, "Object"), canonical(data, "SignedProperties")]
    pieces += [canonical(data, name) for name in ("SignedInfo", "SignatureValue")]
    (found,) = facts(signature("", f"<x:ArchiveTimeStamp>{token(b''.join(pieces))}</x:ArchiveTimeStamp>"))
    assert found.timestamps[0].imprint is not None and found.timestamps[0].imprint.intact
    assert found.predicates["a"] and not found.predicates["lta"]
    newer = f"<y:ArchiveTimeStamp>{token(b''.join([*pieces, canonical(data, 'Object')]))}</y:ArchiveTimeStamp>"
    (found,) = facts(signature("", newer))
    assert found.timestamps[0].imprint is not None and found.timestamps[0].imprint.intact
    assert found.predicates["lta"]


def test_a_time_stamp_of_version_1_2_2_names_what_it_covers() -> None:
    data = signature("", "", space=V122)
    good = token(canonical(data, "SignatureValue"))
    for named, intact_ in (("#v", True), ("#d", None), ("v", None)):
        stamped = f'<x:SignatureTimeStamp><x:Include URI="{named}"/>{good}</x:SignatureTimeStamp>'
        (found,) = facts(signature("", stamped, space=V122))
        assert found.timestamps[0].imprint is not None and found.timestamps[0].imprint.intact is intact_


def test_single_data_objects_in_the_order_of_their_includes() -> None:
    digest = f'<DigestMethod Algorithm="{SHA256}"/><DigestValue>AAAA</DigestValue>'
    second = f'<Reference Id="r2" URI="#v">{digest}</Reference>'
    base = signature(reference=second)
    over = token(canonical(base, "SignatureValue") + canonical(base, "Object"))
    include = '<x:Include URI="#r2" referencedData="true"/><x:Include URI="#r1" referencedData="true"/>'
    (found,) = facts(signature(data=f"<x:IndividualDataObjectsTimeStamp>{include}{over}</x:IndividualDataObjectsTimeStamp>", reference=second))
    assert found.timestamps[0].imprint is not None and found.timestamps[0].imprint.intact
    without = include.replace(' referencedData="true"', "")
    (found,) = facts(signature(data=f"<x:IndividualDataObjectsTimeStamp>{without}{over}</x:IndividualDataObjectsTimeStamp>", reference=second))
    assert found.timestamps[0].imprint is not None and found.timestamps[0].imprint.intact is None


def test_several_tokens_in_one_property_are_no_baseline() -> None:
    data = signature()
    one = token(canonical(data, "SignatureValue"))
    (found,) = facts(signature("", f"<x:SignatureTimeStamp>{one}{one}</x:SignatureTimeStamp>"))
    assert [item.id for item in found.timestamps] == ["S1.T1", "S1.T2"]
    assert all(item.imprint is not None and item.imprint.intact for item in found.timestamps)
    assert not found.predicates["t"]


def test_a_basic_response_becomes_a_whole_one() -> None:
    whole = practice().ocsp("person")
    from asn1crypto import ocsp

    basic = ocsp.OCSPResponse.load(whole)["response_bytes"]["response"].parsed.dump()
    texts = "".join(f"<x:EncapsulatedOCSPValue>{base64.b64encode(item).decode()}</x:EncapsulatedOCSPValue>" for item in (whole, basic))
    (found,) = facts(signature("", f"<x:RevocationValues><x:OCSPValues>{texts}</x:OCSPValues></x:RevocationValues>"))
    assert [item.kind for item in found.material] == [MaterialKind.OCSP, MaterialKind.OCSP]
    assert {OcspResponse.load(item.der).answers[0].certificate_id.serial for item in found.material} == {
        OcspResponse.load(whole).answers[0].certificate_id.serial
    }


@pytest.mark.parametrize("property_", ["CertificateValues", "AttrAuthoritiesCertValues", "TimeStampValidationData", "AnyValidationData"])
def test_material_is_found_in_every_property(property_: str) -> None:
    prefix = "y" if property_.endswith("Data") else "x"
    value = f"<x:EncapsulatedX509Certificate>{base64.b64encode(practice().certificate('person')).decode()}</x:EncapsulatedX509Certificate>"
    inner = f"<x:CertificateValues>{value}</x:CertificateValues>" if prefix == "y" else value
    (found,) = facts(signature("", f"<{prefix}:{property_}>{inner}</{prefix}:{property_}>"))
    assert [item.der for item in found.material] == [practice().certificate("person")]
    assert found.predicates["lt_container"]


def test_material_that_cannot_be_read_is_told_and_left_out() -> None:
    (found,) = facts(signature("", "<x:CertificateValues><x:EncapsulatedX509Certificate>?</x:EncapsulatedX509Certificate></x:CertificateValues>"))
    assert not found.material and "XADES_VALUE_UNREADABLE" in {item.code for item in found.findings}


def test_a_counter_signature_that_stands_by_itself_is_found_by_its_type() -> None:
    """EN 319 132-1 5.2.7.1: a reference of that type to the value of another signature."""
    first = Document.from_bytes(sign([XML], order()), name="invoice.xml")
    value = XmlDocument.parse(first.data[:], name="x").root.find(".//{http://www.w3.org/2000/09/xmldsig#}SignatureValue")
    assert value is not None
    asked = order(Packaging.INTERNALLY_DETACHED, options={"elements": value.get("Id", "")})
    data = sign([first], asked, key="person-ec")
    alone = facts(data)
    assert len(alone) == 2 and all(map(intact, alone))
    old = f'URI="#{value.get("Id")}"'.encode()
    typed = data.replace(old, b'Type="http://uri.etsi.org/01903#CountersignedSignature" ' + old)
    (found,) = facts(typed)
    (counter,) = found.counter_signatures
    assert counter.id == "S2" and intact(found)


def test_a_digest_stands_for_detached_data() -> None:
    from edoc.facts.document import Digest

    data = sign([TEXT], order(Packaging.DETACHED))
    digest = Digest("sha256", hashlib.sha256(TEXT.data).digest())
    (found,) = read_xml(Document.from_bytes(data, name="a.xml"), originals=Originals([digest])).signatures
    assert intact(found) and found.references[0].octets is None


def test_properties_of_which_a_transform_signs_a_part_are_not_signed() -> None:
    data = signature("<x:SigningTime>2020-01-01T00:00:00Z</x:SigningTime>")
    plain = b'URI="#p"><DigestMethod'
    assert plain in data and facts(data)[0].claimed_signing_time is not None
    chosen = (
        b'URI="#p"><Transforms><Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><XPath Filter="subtract" '
        b'xmlns="http://www.w3.org/2002/06/xmldsig-filter2">//x:SigningTime</XPath></Transform></Transforms><DigestMethod'
    )
    (found,) = facts(data.replace(plain, chosen))
    assert "XADES_PROPERTIES_NOT_SIGNED" in {item.code for item in found.findings}
    assert found.claimed_signing_time is None


def test_what_a_document_may_carry_is_bounded() -> None:
    one = "<x:SignatureTimeStamp><x:EncapsulatedTimeStamp>AAAA</x:EncapsulatedTimeStamp></x:SignatureTimeStamp>"
    (found,) = facts(signature("", one * 201))
    assert len(found.timestamps) == 200 and "XADES_STAMPS_LIMIT" in {item.code for item in found.findings}
    inner = signature().decode()
    counters = f"<x:CounterSignature>{inner}</x:CounterSignature>" * 51
    (found,) = facts(signature("", counters))
    assert len(found.counter_signatures) == 50 and "XADES_COUNTERS_LIMIT" in {item.code for item in found.findings}


def test_counter_signatures_above_counter_signatures_end() -> None:
    data = signature().decode()
    for _ in range(8):
        data = signature("", f"<x:CounterSignature>{data}</x:CounterSignature>").decode()
    (found,) = facts(data.encode())
    depth = 0
    while found.counter_signatures:
        (found,) = found.counter_signatures
        depth += 1
    assert depth == 3


def test_many_renewals_cost_little_more_than_one() -> None:
    """Two hundred archive time-stamps over one large property: each begins where the one before it ended."""
    import time

    value = base64.b64encode(bytes(1_500_000)).decode()
    large = f"<x:CertificateValues><x:EncapsulatedX509Certificate>{value}</x:EncapsulatedX509Certificate></x:CertificateValues>"
    stamp_ = f"<y:ArchiveTimeStamp>{token(b'')}</y:ArchiveTimeStamp>"
    started = time.process_time()
    (found,) = facts(signature("", large + stamp_ * 199))
    assert len(found.timestamps) == 199
    assert time.process_time() - started < 3


def test_signatures_side_by_side_cost_one_canonical_form() -> None:
    """All of them leave out each other: the same nodes are canonicalised once, and charged once."""
    parsed = XmlDocument.parse(
        b"<a>" + b"<b/>" * 500 + b"<s/><s/></a>", name="a.xml", limits=replace(DEFAULT_LIMITS, xml_work=0)
    )
    nodes = NodeSet.of_document(parsed.tree, comments=False)
    for element in parsed.root.iterchildren("s"):
        nodes = nodes.without(element)
    made = {canonicalize(nodes, method=C14N, document=parsed) for _ in range(50)}
    assert made == {b"<a>" + b"<b></b>" * 500 + b"</a>"}
    other = {canonicalize(nodes, method=f"{C14N}#WithComments", document=parsed)}
    assert other == made
