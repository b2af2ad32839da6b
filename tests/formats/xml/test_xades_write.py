"""What is written: every packaging, level and key; octets kept; properties in the order of the schema."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.facts.signature import ScopeKind, SignatureFormat, TimestampKind
from edoc.formats.writing import Packaging, Placement, Prepared, SignaturePolicy, SignerLocation, SignerParameters
from edoc.formats.xml.write import WRITER
from edoc.sign.algorithm import message_digest_name
from tests.formats.xml.xades_maker import (
    AT,
    DS,
    INVOICE,
    LEVELS,
    RULING,
    TEXT,
    XADES,
    XADES141,
    XML,
    archive,
    codes,
    facts,
    intact,
    material,
    octets,
    order,
    practice,
    sign,
    signer,
    stamp,
    tree,
)
from tests.sign.makers import open_key

PACKAGINGS = {
    "enveloped": (order(Packaging.ENVELOPED), [XML]),
    "enveloping": (order(Packaging.ENVELOPING), [TEXT]),
    "enveloping-xml": (order(Packaging.ENVELOPING, options={"object": "xml"}), [XML]),
    "detached": (order(Packaging.DETACHED), [TEXT]),
    "detached-several": (order(Packaging.DETACHED), [TEXT, XML]),
    "asic": (order(Packaging.DETACHED, options={"root": "asic"}), [TEXT, XML]),
    "internally-detached": (order(Packaging.INTERNALLY_DETACHED), [TEXT, XML]),
}


def beside(name: str) -> list[Document]:
    asked, documents = PACKAGINGS[name]
    return documents if asked.packaging is Packaging.DETACHED else []


@pytest.mark.parametrize("key", ["person", "person-ec", "person-ed"])
@pytest.mark.parametrize("name", PACKAGINGS)
def test_what_is_written_reads_as_written(name: str, key: str) -> None:
    asked, documents = PACKAGINGS[name]
    (found,) = facts(sign(documents, asked, key=key, level="B-LTA"), *beside(name))
    assert intact(found) and not codes(found) and found.format is SignatureFormat.XADES
    assert found.covers_whole_document
    assert {key for key, holds in found.predicates.items() if holds} == {
        "bes", "b", "t", "lt_shape", "lt_container", "a", "lta",
    }  # fmt: skip
    assert [item.kind for item in found.timestamps] == [TimestampKind.SIGNATURE, TimestampKind.ARCHIVE]
    assert found.claimed_signing_time == AT


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_has_what_it_needs_and_no_more(level: str) -> None:
    (found,) = facts(sign([XML], order(), level=level))
    has = found.predicates
    assert (has["b"], has["t"], has["lt_container"], has["lta"]) == (
        True, level != "B-B", level in ("B-LT", "B-LTA"), level == "B-LTA",
    )  # fmt: skip


def test_rsa_pss_is_written_where_it_has_a_name() -> None:
    (found,) = facts(sign([XML], order(), pss=True, digest="sha384"))
    assert intact(found) and found.algorithm is not None
    assert (found.algorithm.name, found.algorithm.salt_length) == ("rsa-pss", 48)


def test_the_value_of_ecdsa_is_r_and_s() -> None:
    (found,) = facts(sign([XML], order(), key="person-ec"))
    assert found.signature_value is not None and len(found.signature_value) == 64


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"])
def test_the_octets_of_the_document_stay(encoding: str) -> None:
    stated = {"utf-8-sig": "utf-8", "utf-16-le": "UTF-16LE", "utf-16-be": "utf-16"}.get(encoding, encoding)
    data = RULING.format(encoding=stated).encode(encoding)
    signed = sign([Document.from_bytes(data, name="ruling.xml")], order(), level="B-LTA")
    codec = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    end = data.index("</ruling>".encode(codec))
    assert signed.startswith(data[:end]) and signed.endswith(data[end:])
    (found,) = facts(signed)
    assert intact(found) and found.covers_whole_document


def test_an_encoding_that_cannot_be_edited_is_refused() -> None:
    data = '<?xml version="1.0" encoding="gb18030"?><a/>'.encode("gb18030")
    with pytest.raises(InputError) as caught:
        WRITER.prepare([Document.from_bytes(data, name="a.xml")], order=order(), signer=signer())
    assert caught.value.code in ("XADES_ENCODING", "XML_ENCODING")


@pytest.mark.parametrize("text", ["<a/>", "<a />", "<a></a>", "<a b='>'/>", "<a><!-- </a> --></a>", "<a></a >\n<!-- </a> -->"])
def test_roots_of_every_spelling_take_a_signature(text: str) -> None:
    (found,) = facts(sign([Document.from_bytes(text.encode(), name="a.xml")], order(), level="B-T"))
    assert intact(found)


def test_parallel_signatures_leave_each_other_alone() -> None:
    first = sign([XML], order(), level="B-LTA")
    second = sign([Document.from_bytes(first, name="invoice.xml")], order(), key="person-ec", level="B-LTA")
    end = first.rindex(b"</Invoice>")
    assert second.startswith(first[:end])
    one, two = facts(second)
    assert intact(one) and intact(two) and (one.id, two.id) == ("S1", "S2")
    editor = WRITER.open(Document.from_bytes(second, name="invoice.xml"), [])
    assert editor.newest is None and editor.signatures == ("S1", "S2") and not editor.archives_together
    archive(editor, "S1")
    one, two = facts(octets(editor))
    assert intact(one) and intact(two) and len(one.timestamps) == 3


def test_one_more_signature_in_a_file_of_signatures() -> None:
    asked, documents = PACKAGINGS["asic"]
    first = Document.from_bytes(sign(documents, asked), name="signatures.xml")
    second = sign([first, *documents], asked, key="person-ec", level="B-LTA")
    found = facts(second, *documents)
    assert len(found) == 2 and all(map(intact, found))


def test_internally_detached_signatures_side_by_side() -> None:
    asked, documents = PACKAGINGS["internally-detached"]
    first = Document.from_bytes(sign(documents, asked), name="both.xml")
    found = facts(sign([first], asked, key="person-ec"))
    assert len(found) == 2 and all(map(intact, found)) and all(item.covers_whole_document for item in found)


def test_elements_of_a_document_are_signed_by_their_ids() -> None:
    document = Document.from_bytes(b'<case xmlns="urn:x"><claim Id="c1">7</claim><answer Id="c2"/><note/></case>', name="case.xml")
    asked = order(Packaging.INTERNALLY_DETACHED, options={"elements": "c1,c2"})
    (found,) = facts(sign([document], asked, level="B-LTA"))
    assert intact(found) and not found.covers_whole_document
    assert [item.name for item in found.references][:2] == ["#c1", "#c2"]
    assert {item.scope for item in found.references[:2]} == {ScopeKind.PARTIAL}


def test_an_invoice_is_signed_where_its_schema_wants_it() -> None:
    asked = order(options={"parent": "UBLExtensions/UBLExtension/ExtensionContent"})
    signed = sign([XML], asked, level="B-LTA")
    place = tree(signed).find(f".//{{*}}ExtensionContent/{DS}Signature")
    assert place is not None
    before, after = INVOICE.encode().split(b"<ext:ExtensionContent>")
    assert signed.startswith(before) and signed.endswith(after)
    (found,) = facts(signed)
    assert intact(found) and found.covers_whole_document


def test_what_the_signer_says_is_read_back() -> None:
    policy = SignaturePolicy(
        id="1.2.3.4.5", digest_algorithm="sha256", digest=b"\x01" * 32, uri="http://policy.example/p?a=1&b=2", description="{rules} <1>"
    )
    asked = order(
        policy=policy,
        commitments=("1.2.840.113549.1.9.16.6.1", "1.2.3.9"),
        roles=("قاضی", "a & b {value} <c>"),
        location=SignerLocation(country="IR", region="تهران", locality="Tehran", postal_code="12345", street="1 St"),
        media_types={XML.name: "application/xml"},
    )
    (found,) = facts(sign([XML], asked), name=XML.name)
    claims = found.claims
    assert intact(found) and found.predicates["epes"] and not codes(found)
    assert claims.policy is not None
    assert (claims.policy.id, claims.policy.digest, claims.policy.uri) == (policy.id, policy.digest, policy.uri)
    assert claims.commitments == ("http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin", "1.2.3.9")
    assert claims.roles == asked.roles
    assert claims.location == ("IR", "تهران", "Tehran", "12345", "1 St")
    assert dict(claims.media_types) == {XML.name: "application/xml"}


def test_the_properties_stand_in_the_order_of_the_schema() -> None:
    asked = order(
        policy=SignaturePolicy(id="urn:x:policy", digest_algorithm="sha256", digest=b"\x02" * 32),
        commitments=("1.2.840.113549.1.9.16.6.5",),
        roles=("judge",),
        location=SignerLocation(country="IR", locality="Tehran"),
    )
    digest = WRITER.content_digest([XML], order=asked, algorithm="sha256")
    asked = order(
        policy=asked.policy, commitments=asked.commitments, roles=asked.roles, location=asked.location,
        content_timestamps=(practice().timestamp(digest),),
    )  # fmt: skip
    root = tree(sign([XML], asked, level="B-LTA"))

    def names(path: str) -> list[str]:
        found = root.find(f".//{path}")
        assert found is not None
        return [str(item.tag) for item in found]

    assert names(f"{DS}Signature") == [f"{DS}{name}" for name in ("SignedInfo", "SignatureValue", "KeyInfo", "Object")]
    assert names(f"{XADES}QualifyingProperties") == [f"{XADES}SignedProperties", f"{XADES}UnsignedProperties"]
    assert names(f"{XADES}SignedSignatureProperties") == [
        f"{XADES}{name}"
        for name in ("SigningTime", "SigningCertificateV2", "SignaturePolicyIdentifier", "SignatureProductionPlaceV2", "SignerRoleV2")
    ]
    assert names(f"{XADES}SignedDataObjectProperties") == [
        f"{XADES}{name}" for name in ("DataObjectFormat", "CommitmentTypeIndication", "AllDataObjectsTimeStamp")
    ]
    assert names(f"{XADES}UnsignedSignatureProperties") == [
        f"{XADES}SignatureTimeStamp", f"{XADES}CertificateValues", f"{XADES}RevocationValues", f"{XADES141}ArchiveTimeStamp",
    ]  # fmt: skip
    assert names(f"{XADES}RevocationValues") == [f"{XADES}CRLValues", f"{XADES}OCSPValues"]
    assert names(f"{XADES}Cert") == [f"{XADES}CertDigest", f"{XADES}IssuerSerialV2"]
    assert names(f"{XADES}SignatureProductionPlaceV2") == [f"{XADES}City", f"{XADES}CountryName"]
    ids = [item.get("Id") for item in root.iter() if item.get("Id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", PACKAGINGS)
def test_a_content_time_stamp_is_over_the_data(name: str) -> None:
    asked, documents = PACKAGINGS[name]
    digest = WRITER.content_digest(documents, order=asked, algorithm="sha512")
    token = practice().timestamp(digest, algorithm="sha512")
    stamped = order(asked.packaging, options=asked.options, content_timestamps=(token,))
    (found,) = facts(sign(documents, stamped, level="B-LTA"), *beside(name))
    assert intact(found)
    content, value, last = found.timestamps
    assert (content.kind, content.covers) == (TimestampKind.CONTENT, ())
    assert last.covers == ("S1", content.id, value.id)


def test_a_counter_signature_stands_over_the_value() -> None:
    signed = sign([XML], order(), level="B-T")
    asked = order(Packaging.ENVELOPED, placement=Placement.COUNTER, target="S1")
    again = sign([Document.from_bytes(signed, name="invoice.xml")], asked, key="person-ec", level="B-T")
    (found,) = facts(again)
    (counter,) = found.counter_signatures
    assert intact(found) and intact(counter) and counter.id == "S1.C1" and not codes(counter)
    editor = WRITER.open(Document.from_bytes(again, name="invoice.xml"), [])
    archive(editor, "S1")
    (found,) = facts(octets(editor))
    assert intact(found) and "S1.C1" in found.timestamps[-1].covers
    with pytest.raises(InputError) as caught:
        stamp(editor, "S1.C1")
    assert caught.value.code == "XADES_COUNTER_COVERED"


def test_a_counter_signature_of_a_counter_signature() -> None:
    data = sign([XML], order())
    for target in ("S1", "S1.C1"):
        asked = order(placement=Placement.COUNTER, target=target)
        data = sign([Document.from_bytes(data, name="invoice.xml")], asked, key="person-ec")
    (found,) = facts(data)
    (counter,) = found.counter_signatures
    assert intact(found) and intact(counter) and intact(counter.counter_signatures[0])


def test_a_detached_signature_is_countersigned_and_archived() -> None:
    first = Document.from_bytes(sign([TEXT], order(Packaging.DETACHED)), name="annex.xml")
    asked = order(Packaging.DETACHED, placement=Placement.COUNTER, target="S1")
    editor = WRITER.open(Document.from_bytes(sign([first, TEXT], asked, key="person-ec"), name="annex.xml"), [TEXT])
    archive(editor, "S1")
    (found,) = facts(octets(editor), TEXT)
    assert intact(found) and intact(found.counter_signatures[0])


def test_validation_data_is_added_once_and_later_ones_behind_the_archive() -> None:
    editor = WRITER.open(Document.from_bytes(sign([XML], order(), level="B-LTA"), name="invoice.xml"), [])
    before = octets(editor)
    editor.put_validation_data("S1", material())
    assert octets(editor) == before
    newer = practice().crl("issuing", at=AT.replace(hour=20, day=2))
    editor.put_validation_data("S1", [(MaterialKind.CRL, newer)])
    archive(editor, "S1")
    (found,) = facts(octets(editor))
    names = [str(item.tag) for item in tree(octets(editor)).find(f".//{XADES}UnsignedSignatureProperties")]  # type: ignore[union-attr]
    assert names[-2:] == [f"{XADES141}TimeStampValidationData", f"{XADES141}ArchiveTimeStamp"]
    assert intact(found) and found.predicates["lt_shape"]
    assert len(found.timestamps[-1].protects) > len(found.timestamps[-2].protects)


def test_a_draft_is_read_back_only_as_it_was_written() -> None:
    prepared = WRITER.prepare([XML], order=order(), signer=signer())
    value = practice().key("person").sign(prepared.octets, signer().algorithm)
    other = Document.from_bytes(XML.data[:] + b" ", name=XML.name)
    with pytest.raises(InputError) as caught:
        WRITER.finish([other], prepared, value)
    assert caught.value.code == "DRAFT_OTHER_DOCUMENT"
    for state in (b"", b"[]", b'{"v":2}', prepared.state[:-1], prepared.state.replace(b'"splice": [', b'"splice": [-')):
        with pytest.raises(InputError) as caught:
            WRITER.finish([XML], Prepared(octets=prepared.octets, state=state), value)
        assert caught.value.code == "DRAFT_UNREADABLE"


BOXES_WITHOUT = Document.from_bytes(b'<e:Documents xmlns:e="urn:edoc:documents"/>', name="boxes.xml")
BOX_OF_NO_BASE64 = Document.from_bytes(
    b'<e:Documents xmlns:e="urn:edoc:documents"><e:Document Id="d">%</e:Document></e:Documents>', name="boxes.xml"
)


@pytest.mark.parametrize(
    ("documents", "asked", "code"),
    [
        ([TEXT], order(), "XADES_NOT_XML"),
        ([TEXT], order(Packaging.ENVELOPING, options={"object": "xml"}), "XADES_NOT_XML"),
        ([XML, TEXT], order(), "XADES_ONE_DOCUMENT"),
        ([XML, TEXT], order(Packaging.ENVELOPING), "XADES_ONE_DOCUMENT"),
        ([], order(), "XADES_ONE_DOCUMENT"),
        ([TEXT, TEXT], order(Packaging.DETACHED), "XADES_SAME_NAME"),
        ([TEXT], order(Packaging.DETACHED, options={"root": "other"}), "XADES_OPTION"),
        ([TEXT], order(Packaging.DETACHED, options={"what": "x"}), "XADES_OPTION"),
        ([XML], order(options={"parent": "Nothing"}), "XADES_PARENT_MISSING"),
        ([XML], order(Packaging.INTERNALLY_DETACHED, options={"elements": "none"}), "XADES_ELEMENT_MISSING"),
        ([XML], order(roles=("a\x00b",)), "XADES_TEXT_UNFIT"),
        ([BOXES_WITHOUT], order(Packaging.INTERNALLY_DETACHED), "XADES_ELEMENT_MISSING"),
        ([BOX_OF_NO_BASE64], order(Packaging.INTERNALLY_DETACHED), "XML_BASE64"),
        ([XML], order(placement=Placement.COUNTER, target="S1"), "XADES_TARGET_MISSING"),
        ([Document.from_bytes(b"<!DOCTYPE a><a/>", name="a.xml")], order(), "XML_DOCTYPE"),
        ([Document.from_bytes(b"<a><b></a>", name="a.xml")], order(), "XML_MALFORMED"),
    ],
)
def test_what_cannot_be_is_refused_before_any_key_is_used(documents: list[Document], asked: object, code: str) -> None:
    with pytest.raises((ConfigError, InputError)) as caught:
        WRITER.prepare(documents, order=asked, signer=signer())  # type: ignore[arg-type]
    assert caught.value.code == code


def test_a_signature_that_is_the_whole_document_takes_no_other_beside_it() -> None:
    data = Document.from_bytes(sign([TEXT], order(Packaging.ENVELOPING)), name="annex.xml")
    for asked, documents in ((order(), [data]), (order(Packaging.DETACHED), [data, TEXT])):
        with pytest.raises(InputError) as caught:
            WRITER.prepare(documents, order=asked, signer=signer())
        assert caught.value.code == "XADES_ROOT_IS_SIGNATURE"


def test_what_is_no_xades_is_not_extended() -> None:
    plain = sign([XML], order()).replace(b"http://uri.etsi.org/01903/v1.3.2#", b"http://uri.etsi.org/01903/v1.2.2#")
    with pytest.raises(InputError) as caught:
        stamp(WRITER.open(Document.from_bytes(plain, name="a.xml"), []), "S1")
    assert caught.value.code == "XADES_NOT_EXTENDABLE"
    with pytest.raises(InputError) as caught:
        WRITER.open(XML, [])
    assert caught.value.code == "EXTEND_NO_SIGNATURE"


def test_an_archive_needs_the_data() -> None:
    data = sign([TEXT], order(Packaging.DETACHED))
    with pytest.raises(InputError) as caught:
        WRITER.open(Document.from_bytes(data, name="a.xml"), []).archive_imprint("S1", "sha256")
    assert caught.value.code == "EXTEND_ORIGINAL_MISSING"


def test_names_are_percent_encoded() -> None:
    odd = Document.from_bytes(b"1", name="پیوست/a b:c%41#?.txt")
    data = sign([odd], order(Packaging.DETACHED))
    reference = tree(data).find(f".//{DS}Reference")
    assert reference is not None and reference.get("URI", "").isascii() and ":" not in reference.get("URI", "")
    (found,) = facts(data, odd)
    assert intact(found)


def test_prefixes_of_the_document_are_used_where_they_mean_the_same() -> None:
    """Other writers choose other prefixes, also none at all; and insertion declares only on what is new."""
    data = sign([XML], order(), level="B-T")
    default = data.replace(b"xmlns:xades=", b"xmlns:etsi=").replace(b"<xades:", b"<etsi:").replace(b"</xades:", b"</etsi:")
    editor = WRITER.open(Document.from_bytes(default, name="a.xml"), [])
    stamp(editor, "S1")
    added = octets(editor)
    place = default.rindex(b"</etsi:UnsignedSignatureProperties>")
    assert added.startswith(default[:place]) and added.endswith(default[place:])
    (found,) = facts(added)
    assert [item.imprint is not None and item.imprint.intact for item in found.timestamps] == [True, True]


def test_a_signature_without_unsigned_properties_in_the_default_namespace() -> None:
    text = base64.b64encode(b"x").decode()
    data = (
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#" Id="s"><SignedInfo><CanonicalizationMethod Algorithm='
        '"http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        f'<Reference URI="a"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>{text}</DigestValue>'
        f"</Reference></SignedInfo><SignatureValue>{text}</SignatureValue><Object>"
        '<QualifyingProperties xmlns="http://uri.etsi.org/01903/v1.3.2#" Target="#s"/></Object></Signature>'
    ).encode()
    editor = WRITER.open(Document.from_bytes(data, name="a.xml"), [])
    stamp(editor, "S1")
    root = tree(octets(editor))
    assert root.find(f".//{XADES}UnsignedProperties/{XADES}UnsignedSignatureProperties/{XADES}SignatureTimeStamp") is not None
    (found,) = facts(octets(editor))
    assert found.timestamps[0].imprint is not None and found.timestamps[0].imprint.intact


ODD = (
    '<a xmlns="http://uri.etsi.org/01903/v1.3.2#" xmlns:ds="urn:other"><b/></a>',
    '<x:a xmlns:x="http://www.w3.org/2000/09/xmldsig#" xmlns:y="http://uri.etsi.org/01903/v1.3.2#" xmlns:xades="urn:z"/>',
    "<!-- <ds:Signature> --><a><![CDATA[<ds:Signature>]]><?p <ds:Signature>?></a>",
)
"""Documents that bind the same names otherwise, or hold what looks like a signature's tag."""


@pytest.mark.parametrize("text", [INVOICE, *ODD])
def test_the_tree_grows_as_the_text_does(text: str) -> None:
    document = Document.from_bytes(text.encode(), name="a.xml")
    first = Document.from_bytes(sign([document], order(), level="B-LTA"), name="a.xml")
    editor = WRITER.open(Document.from_bytes(sign([first], order(), key="person-ec"), name="a.xml"), [])
    for step in (stamp, archive, stamp):
        for signature in editor.signatures:
            step(editor, signature)
            again = WRITER.open(Document.from_bytes(octets(editor), name="a.xml"), [])
            assert again.signatures == editor.signatures
            for one in editor.signatures:
                assert editor.archive_imprint(one, "sha256") == again.archive_imprint(one, "sha256")
    found = facts(octets(editor))
    assert len(found) == 2 and all(map(intact, found))


def test_a_signature_goes_before_those_that_follow_its_place() -> None:
    document = Document.from_bytes(b"<case><claim/></case>", name="case.xml")
    first = Document.from_bytes(sign([document], order()), name="case.xml")
    prepared = WRITER.prepare([first], order=order(options={"parent": "claim"}), signer=signer())
    editor = WRITER.finish([first], prepared, practice().key("person").sign(prepared.octets, signer().algorithm))
    assert editor.newest == "S1" and editor.signatures == ("S1", "S2")
    assert all(map(intact, facts(octets(editor))))


def test_a_signed_document_keeps_its_signatures_inside_another_one() -> None:
    first = Document.from_bytes(sign([XML], order()), name="invoice.xml")
    (found,) = facts(sign([first], order(Packaging.INTERNALLY_DETACHED), key="person-ec", level="B-LTA"))
    assert intact(found) and found.references[0].octets is not None
    assert found.references[0].octets() == first.data[:]
    with pytest.raises(InputError) as caught:
        WRITER.prepare([first], order=order(Packaging.ENVELOPING, options={"object": "xml"}), signer=signer())
    assert caught.value.code == "XADES_HOLDS_SIGNATURE"


def test_an_id_cannot_say_more_than_an_id() -> None:
    """The Id of what is signed is another's: it goes into the reference as text."""
    data = b'<a><b Id="x&quot;&gt;&lt;y z=&quot;{value}"/></a>'
    asked = order(Packaging.INTERNALLY_DETACHED, options={"elements": 'x"><y z="{value}'})
    (found,) = facts(sign([Document.from_bytes(data, name="a.xml")], asked))
    assert intact(found)


@pytest.mark.parametrize(
    ("kind", "digest", "pss"),
    [
        ("p384", None, False), ("p521", None, False), ("brainpool", None, False), ("brainpool384", None, False),
        ("brainpool512", "sha3_512", False), ("ed25519", None, False), ("ed448", None, False), ("rsa", "sha3_256", True),
    ],
)  # fmt: skip
def test_every_key_that_xml_has_a_name_for(tmp_path: Path, kind: str, digest: str | None, pss: bool) -> None:
    key = open_key(kind, tmp_path)
    algorithm = key.algorithm(digest, pss)
    who = SignerParameters(
        certificate_der=key.certificate.der, chain_ders=(), algorithm=algorithm,
        digest_algorithm=message_digest_name(algorithm),
    )  # fmt: skip
    prepared = WRITER.prepare([XML], order=order(), signer=who)
    (found,) = facts(octets(WRITER.finish([XML], prepared, key.sign(prepared.octets, algorithm))))
    assert intact(found) and found.predicates["b"]


def test_what_xml_has_no_name_for_is_refused(tmp_path: Path) -> None:
    key = open_key("rsa", tmp_path)
    for algorithm in (key.algorithm("sha3_256", False), replace(key.algorithm("sha256", True), salt_length=20)):
        who = SignerParameters(
            certificate_der=key.certificate.der, chain_ders=(), algorithm=algorithm, digest_algorithm="sha256"
        )
        with pytest.raises(ConfigError) as caught:
            WRITER.prepare([XML], order=order(), signer=who)
        assert caught.value.code == "XADES_ALGORITHM_UNSUPPORTED"
