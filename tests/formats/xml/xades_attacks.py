"""Attacks on XAdES as named documents: wrapping, forged properties, time-stamps moved and made useless (attacks.md).

Each is made from an honest document of our own, and must never pass; `code` is what the report has to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from edoc.facts.document import Document
from edoc.formats.writing import Packaging, Placement
from edoc.formats.xml.write import WRITER
from tests.formats.xml.xades_maker import (
    TEXT,
    archive,
    octets,
    order,
    practice,
    raise_to,
    sign,
    stamp,
)

LETTER = Document.from_bytes(
    b'<?xml version="1.0"?>\n<letter xmlns="urn:example:letter"><to Id="to">bank</to><sum Id="sum">100</sum></letter>\n',
    name="letter.xml",
)


@dataclass(frozen=True)
class Attack:
    """One attack: its id in the list of known ones, what makes it, and a code that the report must name."""

    id: str
    make: Callable[[], bytes]
    code: str
    beside: tuple[Document, ...] = ()


ATTACKS: dict[str, Attack] = {}


def attack(id: str, code: str, *beside: Document) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        ATTACKS[make.__name__] = Attack(id, make, code, beside)
        return make

    return register


def honest(level: str = "B-B", key: str = "person") -> bytes:
    return sign([LETTER], order(), key=key, level=level)


def elements() -> bytes:
    """A signature over one element by its Id."""
    from edoc.formats.writing import Packaging

    return sign([LETTER], order(Packaging.INTERNALLY_DETACHED, options={"elements": "sum"}))


def cut(data: bytes, name: str, *, last: bool = False) -> tuple[bytes, bytes, bytes]:
    """Return what stands before an element, the element, and what stands behind it."""
    starts = [match.start() for match in re.finditer(rb"<" + name.encode() + rb"[ >]", data)]
    start = starts[-1 if last else 0]
    close = b"</" + name.encode() + b">"
    end = data.index(close, start) + len(close)
    return data[:start], data[start:end], data[end:]


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


# AS-08: signature wrapping.


@attack("AS-08", "XML_ID_DUPLICATE")
def signed_element_moved_and_a_forged_one_with_its_id() -> bytes:
    before, element, after = cut(elements(), "sum")
    return before + b'<sum Id="sum">900</sum>' + after.replace(b"</letter>", b"<old>" + element + b"</old></letter>")


@attack("AS-08", "PARTIAL_COVERAGE")
def signed_element_moved_and_a_forged_one_without_id() -> bytes:
    before, element, after = cut(elements(), "sum")
    return before + b"<sum>900</sum>" + after.replace(b"</letter>", b"<old>" + element + b"</old></letter>")


@attack("AS-08", "PARTIAL_COVERAGE")
def signed_element_hidden_in_the_signature() -> bytes:
    before, element, after = cut(elements(), "sum")
    hidden = after.replace(b"</ds:Signature>", b"<ds:Object>" + element.replace(b"<sum", b'<sum xmlns="urn:example:letter"') + b"</ds:Object></ds:Signature>")
    return before + b"<sum>900</sum>" + hidden


def boxed() -> bytes:
    """A file that stands beside its signature in one document."""
    return sign([TEXT], order(Packaging.INTERNALLY_DETACHED))


@attack("AS-08", "PARTIAL_COVERAGE")
def another_name_for_the_file_beside_the_signature() -> bytes:
    return re.sub(rb' Name="[^"]+"', b' Name="verdict.txt"', boxed(), count=1)


@attack("AS-08", "HASH_MISMATCH")
def whole_document_put_into_a_forged_one() -> bytes:
    data = honest()
    before, signature, _ = cut(data, "ds:Signature")
    start = before.index(b"<letter")
    inner = before[start:] + b"</letter>"
    return b'<letter xmlns="urn:example:letter"><sum>900</sum>' + inner + signature + b"</letter>"


@attack("AS-08", "XADES_PROPERTIES_OTHER")
def signed_properties_moved_out_and_forged_ones_in_their_place() -> bytes:
    before, properties, after = cut(honest(), "xades:SignedProperties")
    forged = re.sub(rb' Id="xades-[0-9a-f]+"', b' Id="xades-forged"', properties).replace(b"2026-06-01", b"2020-01-01")
    kept = properties.replace(b"<xades:SignedProperties", b'<xades:SignedProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', 1)
    return before + forged + after.replace(b"</ds:Signature>", b"<ds:Object>" + kept + b"</ds:Object></ds:Signature>")


@attack("AS-08", "XML_ID_DUPLICATE")
def signed_properties_twice_with_one_id() -> bytes:
    before, properties, after = cut(honest(), "xades:SignedProperties")
    forged = properties.replace(b"2026-06-01", b"2020-01-01")
    box = b'<ds:Object><x xmlns:xades="http://uri.etsi.org/01903/v1.3.2#">' + properties + b"</x></ds:Object>"
    return before + forged + after.replace(b"</ds:Signature>", box + b"</ds:Signature>")


@attack("AS-08", "XADES_QUALIFYING_TWICE")
def a_second_set_of_properties() -> bytes:
    before, properties, after = cut(honest(), "xades:QualifyingProperties")
    second = re.sub(rb' Id="xades-[0-9a-f]+"', b' Id="xades-second"', properties).replace(b"2026-06-01", b"2020-01-01")
    return before + second + properties + after


@attack("AS-08", "XADES_TARGET_OTHER")
def properties_of_another_signature() -> bytes:
    return re.sub(rb'Target="#id-[0-9a-f]+"', b'Target="#id-other"', honest(), count=1)


@attack("AS-08", "XADES_PROPERTIES_NOT_SIGNED")
def properties_that_no_reference_signs() -> bytes:
    """The reference is kept for the look of it, and leads to what the file says about itself elsewhere."""
    before, properties, after = cut(honest(), "xades:SignedProperties")
    forged = re.sub(rb' Id="xades-[0-9a-f]+"', b"", properties)
    data = before + forged + after
    return re.sub(rb' Type="http://uri.etsi.org/01903#SignedProperties" URI="#xades-[0-9a-f]+"', b' URI="#to"', data, count=1)


@attack("AS-08", "HASH_MISMATCH")
def properties_exchanged_between_two_signatures() -> bytes:
    both = sign([Document.from_bytes(honest(), name="letter.xml")], order(), key="person-ec")
    before, first, rest = cut(both, "xades:SignedSignatureProperties")
    between, second, after = cut(rest, "xades:SignedSignatureProperties")
    return before + second + between + first + after


# AS-09: one value only.


@attack("AS-09", "XADES_PROPERTY_TWICE")
def a_second_signing_time() -> bytes:
    before, time, after = cut(honest(), "xades:SigningTime")
    return before + time + time.replace(b"2026", b"2020") + after


@attack("AS-09", "XML_KEY_VALUE_OTHER")
def a_key_beside_the_certificate() -> bytes:
    key = b"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>" + b"u" * 344 + b"</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
    return replaced(honest(), b"<ds:KeyInfo>", b"<ds:KeyInfo>" + key)


@attack("AS-09", "CERT_REFERENCE_MISMATCH")
def the_certificate_of_somebody_else() -> bytes:
    before, _, after = cut(honest(), "ds:X509Certificate")
    _, other, _ = cut(honest(key="person-ec"), "ds:X509Certificate")
    return before + other + after


@attack("CMS-05", "XADES_CERTIFICATE_REFERENCE")
def a_reference_to_no_certificate() -> bytes:
    before, certificate, after = cut(honest(), "xades:CertDigest")
    return before + re.sub(rb"<ds:DigestValue>[^<]+", b"<ds:DigestValue>*", certificate) + after


# Comments cut texts for some readers.


@attack("AS-08", "XML_BASE64")
def a_comment_in_a_digest() -> bytes:
    return replaced(honest(), b"<ds:DigestValue>", b"<ds:DigestValue><!-- -->")


@attack("AS-08", "XADES_TIME_MALFORMED")
def a_comment_in_the_time() -> bytes:
    return replaced(honest(), b"<xades:SigningTime>2026", b"<xades:SigningTime>2026<!-- -->")


# TST: time-stamps.


@attack("TST-02", "TIMESTAMP_IMPRINT_MISMATCH")
def a_time_stamp_of_another_signature() -> bytes:
    before, _, after = cut(honest("B-T"), "xades:SignatureTimeStamp")
    _, other, _ = cut(sign([LETTER], order(), key="person-ec", level="B-T"), "xades:SignatureTimeStamp")
    return before + other + after


@attack("TST-11", "TIMESTAMP_IMPRINT_MISMATCH")
def a_property_put_before_the_archive_time_stamp() -> bytes:
    data = honest("B-LTA")
    return replaced(data, b"<xades:UnsignedSignatureProperties>", b"<xades:UnsignedSignatureProperties><xades:AttrAuthoritiesCertValues/>")


@attack("TST-11", "TIMESTAMP_IMPRINT_MISMATCH")
def revocation_lists_taken_out_from_under_the_archive_time_stamp() -> bytes:
    before, _, after = cut(honest("B-LTA"), "xades:EncapsulatedCRLValue")
    return before + after


@attack("TST-11", "TIMESTAMP_IMPRINT_MISMATCH")
def properties_reordered_under_the_archive_time_stamp() -> bytes:
    before, first, rest = cut(honest("B-LTA"), "xades:CertificateValues")
    between, second, after = cut(rest, "xades:RevocationValues")
    return before + second + between + first + after


@attack("TST-11", "TIMESTAMP_IMPRINT_MISMATCH")
def a_certificate_added_to_key_info_under_the_archive_time_stamp() -> bytes:
    before, certificate, after = cut(honest("B-LTA"), "ds:X509Certificate")
    return before + certificate + certificate + after


@attack("TST-01", "TIMESTAMP_IMPRINT_MISMATCH")
def a_content_time_stamp_over_other_data() -> bytes:
    token = practice().timestamp(b"\x01" * 32)
    return sign([LETTER], order(content_timestamps=(token,)))


@attack("TST-04", "XADES_TOKEN_UNREADABLE")
def a_token_that_is_no_token() -> bytes:
    data = honest("B-T")
    return re.sub(rb"<xades:EncapsulatedTimeStamp>[^<]+", b"<xades:EncapsulatedTimeStamp>%%", data, count=1)


@attack("TST-11", "XADES_STAMP_DISTRIBUTED")
def an_archive_time_stamp_over_what_it_likes() -> bytes:
    data = honest("B-LTA")
    before, stamp_, after = cut(data, "xades141:ArchiveTimeStamp")
    included = stamp_.replace(b"<ds:CanonicalizationMethod", b'<xades:Include URI="#to"/><ds:CanonicalizationMethod', 1)
    return before + included + after


# CMS-14 in XML: counter-signatures.


def countersigned() -> bytes:
    asked = order(placement=Placement.COUNTER, target="S1")
    return sign([Document.from_bytes(honest(), name="letter.xml")], asked, key="person-ec")


def counter_signature_moved_to_another_signature() -> bytes:
    """It stands over the value of the first signature, and in the second one."""
    before, property_, after = cut(countersigned(), "xades:CounterSignature")
    data = sign([Document.from_bytes(before + after, name="letter.xml")], order(), key="person-ec")
    editor = WRITER.open(Document.from_bytes(data, name="letter.xml"), [])
    stamp(editor, "S2")
    moved = octets(editor)
    place = moved.rindex(b"</xades:UnsignedSignatureProperties>")
    return moved[:place] + property_ + moved[place:]


def late_certificates_behind_the_archive_time_stamp() -> bytes:
    """Validation data put in behind an archive time-stamp, as if it were protected by it."""
    data = honest("B-LTA")
    place = data.rindex(b"</xades:UnsignedSignatureProperties>")
    _, values, _ = cut(sign([LETTER], order(), key="person-ec", level="B-LT"), "xades:CertificateValues")
    return data[:place] + b'<xades141:TimeStampValidationData xmlns:xades141="http://uri.etsi.org/01903/v1.4.1#">' + values + b"</xades141:TimeStampValidationData>" + data[place:]


def renewed() -> bytes:
    editor = WRITER.open(Document.from_bytes(honest("B-LTA"), name="letter.xml"), [])
    archive(editor, "S1")
    return octets(editor)


def detached(level: str = "B-LTA") -> bytes:
    from edoc.formats.writing import Packaging

    return sign([TEXT], order(Packaging.DETACHED), level=level)


__all__ = ["ATTACKS", "Attack", "detached", "honest", "raise_to", "renewed"]
