"""Known attacks on XML signatures, each made of a good document: what is done, and the code that tells it.

Names follow the tables of attacks; `expect` is the verdict under the policy `integrity`, `code` a finding that must
be among those of the report (of any severity).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edoc.formats.xml.algorithms import C14N_10, C14N_11, C14N_EXCLUSIVE
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.tree import DS, XmlDocument
from tests.formats.xml.maker import (
    ENVELOPED,
    FORGED,
    ORDER,
    RSA_SHA256,
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

XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER_2 = "http://www.w3.org/2002/06/xmldsig-filter2"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
HMAC_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"


@dataclass(frozen=True)
class Attack:
    """A document, the verdict that it must get, and a code that must be told."""

    make: Callable[[], bytes]
    expect: str
    code: str


ATTACKS: dict[str, Attack] = {}


def attack(expect: str, code: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def keep(make: Callable[[], bytes]) -> Callable[[], bytes]:
        ATTACKS[make.__name__] = Attack(make, expect, code)
        return make

    return keep


def _moved(place: Callable[[str, str], str], *, forged: str = FORGED.replace("o1", "o2")) -> bytes:
    """Sign an order beside the signature; then put a forged one where readers look, and the real one elsewhere."""
    text = signed(by_id()).decode()
    start, end = text.index("<ds:Signature"), text.index("</ds:Signature>")
    own, rest = text[start:end], "</ds:Signature>"
    return place(f"<doc>{forged}", f"{own}@{rest}").replace("@", "").encode() + b"</doc>"


# Signature wrapping: the signed element stands elsewhere, a forged one in its place (XSW 1 to 8).


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def wrapping_1_the_original_in_an_object() -> bytes:
    return _moved(lambda doc, own: doc + own.replace("@", f"<ds:Object>{ORDER}</ds:Object>"))


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def wrapping_2_the_original_beside_the_signature() -> bytes:
    return _moved(lambda doc, own: doc + own + ORDER)


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def wrapping_3_the_original_before_the_forged_one() -> bytes:
    return _moved(lambda doc, own: doc.replace("<doc>", f"<doc>{ORDER}") + own)


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def wrapping_4_the_original_inside_the_forged_one() -> bytes:
    return _moved(lambda doc, own: doc.replace("</order>", f"{ORDER}</order>") + own)


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def wrapping_5_the_original_in_an_extension() -> bytes:
    return _moved(lambda doc, own: f"{doc}<extension>{ORDER}</extension>{own}")


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def wrapping_6_the_signature_inside_the_forged_one() -> bytes:
    return _moved(lambda doc, own: doc.replace("</order>", f"{own}</order>") + ORDER)


@attack("FAILED", "XML_ID_DUPLICATE")
def wrapping_7_the_forged_one_with_the_same_identifier() -> bytes:
    return _moved(lambda doc, own: f"{doc}<extension>{ORDER}</extension>{own}", forged=FORGED)


@attack("FAILED", "XML_ID_DUPLICATE")
def wrapping_8_the_original_in_an_object_with_the_same_identifier() -> bytes:
    return _moved(lambda doc, own: doc + own.replace("@", f"<ds:Object>{ORDER}</ds:Object>"), forged=FORGED)


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def wrapping_the_whole_document_in_an_object_of_another() -> bytes:
    inner = signed(enveloping())
    return b"<doc><note>Pay the thief</note>" + inner + b"</doc>"


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def an_object_that_nobody_signed() -> bytes:
    text = signed(enveloped()).decode()
    return text.replace("</ds:Signature>", f"<ds:Object>{FORGED}</ds:Object></ds:Signature>").encode()


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def words_in_an_unsigned_envelope() -> bytes:
    return signed(by_id()).replace(b"<doc>", b"<doc>Void. ")


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def a_stylesheet_for_what_is_signed_by_its_identifier() -> bytes:
    return b'<?xml-stylesheet type="text/css" href="hide.css"?>' + signed(by_id())


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def an_attribute_of_an_unsigned_envelope() -> bytes:
    return signed(by_id()).replace(b"<doc>", b'<doc status="void">')


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def an_expression_that_leaves_out_the_amount() -> bytes:
    chain = transform(FILTER_2, f'<XPath xmlns="{FILTER_2}" Filter="subtract">//amount</XPath>')
    template = f"<doc>{ORDER}{signature(reference('', transforms=transform(ENVELOPED) + chain))}</doc>"
    return signed(template).replace(b"<amount>100", b"<amount>900")


@attack("INDETERMINATE", "PARTIAL_COVERAGE")
def an_expression_over_what_was_canonicalised_before() -> bytes:
    chain = transform(FILTER_2, f'<XPath xmlns="{FILTER_2}" Filter="subtract">//amount</XPath>')
    chain = transform(ENVELOPED) + transform(C14N_EXCLUSIVE) + chain
    return signed(f"<doc>{ORDER}{signature(reference('', transforms=chain))}</doc>").replace(b"<amount>100", b"<amount>900")


# Identifiers.


@attack("FAILED", "XML_ID_DUPLICATE")
def one_identifier_twice() -> bytes:
    return signed(by_id()).replace(b"</doc>", FORGED.encode() + b"</doc>")


@attack("FAILED", "XML_ID_DUPLICATE")
def one_identifier_under_two_names() -> bytes:
    return signed(by_id()).replace(b"<doc>", b'<doc ID="o1">')


@attack("FAILED", "XML_ID_DUPLICATE")
def one_identifier_as_xml_id() -> bytes:
    return signed(by_id()).replace(b"<doc>", b'<doc xml:id="o1">')


@attack("INDETERMINATE", "XML_REFERENCE_MISSING")
def an_identifier_in_a_foreign_namespace() -> bytes:
    return signed(by_id()).replace(b'<order Id="o1">', b'<order xmlns:q="urn:q" q:Id="o1">')


# Document types and entities.


@attack("FAILED", "XML_DOCTYPE")
def an_external_entity() -> bytes:
    return b'<!DOCTYPE doc [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + signed(enveloped()).replace(b"100", b"&x;")


@attack("FAILED", "XML_DOCTYPE")
def entities_that_grow() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    return f"<!DOCTYPE doc [{entities}]>".encode() + signed(enveloped()).replace(b"100", b"&a11;")


@attack("FAILED", "XML_DOCTYPE")
def a_default_attribute_on_a_signed_element() -> bytes:
    return b'<!-- x -->\n<!DOCTYPE doc [<!ATTLIST order paid CDATA "yes">]>' + signed(enveloped())


@attack("FAILED", "XML_DOCTYPE")
def a_document_type_in_utf_16() -> bytes:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE doc><doc/>' + signed(enveloped()).decode()
    return b"\xff\xfe" + text.encode("utf-16-le")


# Transforms.


@attack("INDETERMINATE", "XML_TRANSFORM_UNKNOWN")
def a_stylesheet_that_writes_what_was_signed() -> bytes:
    sheet = (
        '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/">'
        f"{ORDER}</xsl:template></xsl:stylesheet>"
    )
    chain = transform(ENVELOPED) + transform(XSLT, sheet)
    return _unmakeable(f"<doc>{ORDER}{signature(reference('', transforms=chain))}</doc>")


def _unmakeable(template: str) -> bytes:
    """Sign with a digest that nobody here computes."""
    return signed(template.replace("@1@", base64.b64encode(bytes(32)).decode()))


@attack("INTACT", "XML_RETRIEVAL_METHOD")
def a_stylesheet_and_an_address_in_the_key_information() -> bytes:
    method = (
        '<ds:RetrievalMethod URI="http://127.0.0.1:9/key"><ds:Transforms>'
        f"{transform(XSLT)}</ds:Transforms></ds:RetrievalMethod>"
    )
    return signed(enveloped(key_info=f"{method}<ds:X509Data><ds:X509Certificate>@cert@</ds:X509Certificate></ds:X509Data>"))


@attack("INDETERMINATE", "XML_XPATH_UNKNOWN")
def an_expression_that_costs_its_cube() -> bytes:
    body = ORDER + "<x/>" * 10_000
    chain = transform(ENVELOPED) + transform(XPATH, "<ds:XPath>//*[//*[//*]]</ds:XPath>")
    return _unmakeable(f"<doc>{body}{signature(reference('', transforms=chain))}</doc>")


@attack("INDETERMINATE", "XML_LIMIT")
def a_thousand_transforms() -> bytes:
    return _unmakeable(f"<doc>{ORDER}{signature(reference('', transforms=transform(C14N_10) * 1_000))}</doc>")


@attack("INDETERMINATE", "XML_LIMIT")
def an_expression_of_a_million_characters() -> bytes:
    chain = transform(XPATH, f"<ds:XPath>{'not(' * 200_000}true(){')' * 200_000}</ds:XPath>")
    return _unmakeable(f"<doc>{ORDER}{signature(reference('', transforms=chain))}</doc>")


def _deep(chain: str, *, start: str = "<a xml:base='x/'>") -> bytes:
    body = start * 240 + "<c><b/></c>" * 50_000 + "</a>" * 240
    return _unmakeable(f"<doc>{body}{signature(reference('', transforms=chain + transform(C14N_11)))}</doc>")


@attack("INDETERMINATE", "XML_LIMIT")
def a_condition_on_many_deep_elements() -> bytes:
    return _deep(transform(XPATH, "<ds:XPath>ancestor-or-self::b[ancestor-or-self::a[ancestor-or-self::a]]</ds:XPath>"))


@attack("INDETERMINATE", "XML_LIMIT")
def a_base_joined_with_many_others() -> bytes:
    return _deep(transform(FILTER_2, f'<XPath xmlns="{FILTER_2}" Filter="intersect">//c/b</XPath>'))


@attack("FAILED", "HASH_MISMATCH")
def a_path_to_many_deep_elements() -> bytes:
    chain = transform(FILTER_2, f'<XPath xmlns="{FILTER_2}" Filter="intersect">//c/b</XPath>')
    return _deep(chain, start="<a xml:lang='fa'>")


@attack("INDETERMINATE", "XML_LIMIT")
def a_path_that_goes_down_again_and_again() -> bytes:
    return _deep(transform(FILTER_2, f'<XPath xmlns="{FILTER_2}" Filter="intersect">//a//a//a//b</XPath>'))


def _empty() -> str:
    return base64.b64encode(hashlib.sha256(b"").digest()).decode()


@attack("FAILED", "XML_REFERENCE_EMPTY")
def an_expression_that_selects_nothing() -> bytes:
    chain = transform(XPATH, "<ds:XPath>false()</ds:XPath>")
    return signed(f"<doc>{ORDER}{signature(reference('', transforms=chain))}</doc>".replace("@1@", _empty()))


@attack("FAILED", "XML_REFERENCE_EMPTY")
def enveloped_on_what_stands_in_the_signature() -> bytes:
    template = enveloping().replace(transform(C14N_EXCLUSIVE), transform(ENVELOPED) + transform(C14N_EXCLUSIVE))
    return signed(template.replace("@1@", _empty()))


@attack("FAILED", "XML_C14N_RELATIVE")
def a_relative_namespace_that_makes_nothing() -> bytes:
    template = by_id(ORDER.replace("<to>", '<to xmlns="rel">'))
    return signed(template.replace("@1@", _empty()))


@attack("FAILED", "XML_ENVELOPED_OUTSIDE")
def enveloped_after_canonicalising() -> bytes:
    chain = transform(C14N_EXCLUSIVE) + transform(ENVELOPED)
    return _unmakeable(f"<doc>{ORDER}{signature(reference('', transforms=chain))}</doc>")


# Comments: for one reader they cut a text, for another they do not.


@attack("INTACT", "CERT_REFERENCE_MISSING")
def a_comment_in_signed_words() -> bytes:
    return signed(enveloped()).replace(b"Bakery", b"Bak<!-- -->ery")


@attack("FAILED", "XML_BASE64")
def a_comment_in_a_digest() -> bytes:
    data = signed(enveloped())
    place = data.index(b"<ds:DigestValue>") + 20
    return data[:place] + b"<!-- -->" + data[place:]


@attack("FAILED", "XML_BASE64")
def a_comment_in_the_value() -> bytes:
    data = signed(enveloped())
    place = data.index(b"<ds:SignatureValue>") + 30
    return data[:place] + b"<!-- -->" + data[place:]


# The shape of the signature.


@attack("FAILED", "XML_SIGNATURE_SHAPE")
def two_signed_infos() -> bytes:
    data = signed(enveloped()).decode()
    info = data[data.index("<ds:SignedInfo>") : data.index("<ds:SignatureValue>")]
    return data.replace(info, info.replace("sha256", "sha512") + info).encode()


@attack("FAILED", "XML_SIGNATURE_SHAPE")
def two_values() -> bytes:
    data = signed(enveloped()).decode()
    value = data[data.index("<ds:SignatureValue>") : data.index("<ds:KeyInfo>")]
    return data.replace(value, value + value).encode()


@attack("FAILED", "XML_SIGNATURE_SHAPE")
def an_empty_signature() -> bytes:
    return f'<doc>{ORDER}<ds:Signature xmlns:ds="{DS}"/></doc>'.encode()


@attack("FAILED", "XML_SIGNATURE_PARTS")
def parts_without_a_signature() -> bytes:
    data = signed(enveloped()).replace(b"<ds:Signature ", b"<ds:Signed ").replace(b"</ds:Signature>", b"</ds:Signed>")
    return data


@attack("FAILED", "XML_SIGNATURE_SHAPE")
def no_reference_at_all() -> bytes:
    return signed(f"<doc>{ORDER}{signature('')}</doc>")


# Keys and algorithms.


def _public_key() -> bytes:
    return identity("rsa").certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _mac(inside: str = "", *, keep: int = 32) -> bytes:
    text = signed(enveloped(method=HMAC_SHA256, inside=inside), kind="rsa").decode()
    document = XmlDocument.parse(text.encode(), name="mac.xml")
    octets = canonicalize(next(document.root.iter(f"{{{DS}}}SignedInfo")), method=C14N_EXCLUSIVE)
    start, end = text.index("<ds:SignatureValue>") + 19, text.index("</ds:SignatureValue>")
    value = hmac.new(_public_key(), octets, "sha256").digest()[:keep]
    return (text[:start] + base64.b64encode(value).decode() + text[end:]).encode()


@attack("FAILED", "XML_MAC_REFUSED")
def a_mac_keyed_with_the_public_key() -> bytes:
    return _mac()


@attack("FAILED", "XML_OUTPUT_LENGTH")
def a_mac_of_which_eight_bits_count() -> bytes:
    return _mac("<ds:HMACOutputLength>8</ds:HMACOutputLength>", keep=1)


@attack("FAILED", "SIGNATURE_VALUE_INVALID")
def an_elliptic_method_with_an_rsa_key() -> bytes:
    return signed(enveloped(), kind="rsa")


@attack("FAILED", "SIGNATURE_VALUE_INVALID")
def an_rsa_method_with_an_elliptic_key() -> bytes:
    return signed(enveloped(method=RSA_SHA256))


@attack("INDETERMINATE", "ALGORITHM_UNKNOWN")
def a_method_that_nobody_knows() -> bytes:
    return signed(enveloped(method="urn:x:sign"))


@attack("FAILED", "XML_C14N_UNKNOWN")
def a_canonical_form_that_nobody_knows() -> bytes:
    data = signed(enveloped()).decode()
    place = data.index("CanonicalizationMethod")
    return (data[:place] + data[place:].replace(C14N_EXCLUSIVE, "urn:x:c14n", 1)).encode()


@attack("INTACT", "ALGORITHM_WEAK")
def a_weak_digest() -> bytes:
    template = enveloped().replace("http://www.w3.org/2001/04/xmlenc#sha256", f"{DS}sha1")
    made = signed(template.replace("@1@", _digest_sha1(template)))
    return made


def _digest_sha1(template: str) -> str:
    octets = f"<doc>{ORDER}</doc>".encode()
    return base64.b64encode(hashlib.sha1(octets, usedforsecurity=False).digest()).decode()


def _with_value(change: Callable[[bytes], bytes]) -> bytes:
    text = signed(enveloped()).decode()
    start, end = text.index("<ds:SignatureValue>") + 19, text.index("</ds:SignatureValue>")
    value = change(base64.b64decode(text[start:end]))
    return (text[:start] + base64.b64encode(value).decode() + text[end:]).encode()


@attack("FAILED", "SIGNATURE_VALUE_INVALID")
def an_elliptic_value_in_der() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    return _with_value(
        lambda value: encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
    )


@attack("FAILED", "SIGNATURE_VALUE_INVALID")
def an_elliptic_value_with_padding() -> bytes:
    return _with_value(lambda value: b"\0" + value[:32] + b"\0" + value[32:])


@attack("FAILED", "SIGNATURE_VALUE_INVALID")
def an_elliptic_value_of_zeros() -> bytes:
    return _with_value(lambda value: bytes(64))


@attack("FAILED", "SIGNATURE_VALUE_INVALID")
def an_elliptic_value_cut_short() -> bytes:
    return _with_value(lambda value: value[:-1])


@attack("FAILED", "XML_KEY_VALUE_OTHER")
def a_bare_key_of_somebody_else() -> bytes:
    numbers = identity("rsa").certificate.public_key().public_numbers()  # type: ignore[union-attr]
    modulus = base64.b64encode(numbers.n.to_bytes(256, "big")).decode()  # type: ignore[union-attr]
    bare = (
        f"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus>"
        "<ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
    )
    return signed(enveloped(key_info=f"{bare}<ds:X509Data><ds:X509Certificate>@cert@</ds:X509Certificate></ds:X509Data>"))


@attack("INTACT", "CERT_REFERENCE_MISSING")
def another_certificate_put_first() -> bytes:
    data = signed(enveloped()).decode()
    first = f"<ds:X509Certificate>{certificate('rsa')}</ds:X509Certificate>"
    return data.replace("<ds:X509Certificate>", first + "<ds:X509Certificate>", 1).encode()


@attack("INDETERMINATE", "NO_SIGNING_CERTIFICATE")
def a_bare_key_alone() -> bytes:
    return signed(enveloped(key_info=""))


# Base64.


def _first_digest(change: Callable[[str], str]) -> bytes:
    text = signed(enveloped()).decode()
    start, end = text.index("<ds:DigestValue>") + 16, text.index("</ds:DigestValue>")
    return (text[:start] + change(text[start:end]) + text[end:]).encode()


@attack("FAILED", "XML_BASE64")
def junk_in_base64() -> bytes:
    return _first_digest(lambda text: text[:4] + "*" + text[4:])


@attack("FAILED", "XML_BASE64")
def base64_without_padding() -> bytes:
    return _first_digest(lambda text: text.rstrip("="))


@attack("FAILED", "XML_BASE64")
def base64_of_addresses() -> bytes:
    return _first_digest(lambda text: "-_" + text[2:])


# What costs.


@attack("INDETERMINATE", "XML_LIMIT")
def namespaces_declared_at_two_thousand_depths() -> bytes:
    deep = "".join(f'<a xmlns:p{n}="urn:{n}">' for n in range(200)) + "</a>" * 200
    return _large(deep)


@attack("INDETERMINATE", "XML_LIMIT")
def ten_thousand_namespaces_on_the_root() -> bytes:
    many = " ".join(f'xmlns:p{n}="urn:{n}"' for n in range(10_000))
    return _large(f"<a {many}/>")


@attack("INDETERMINATE", "XML_LIMIT")
def five_hundred_namespaces_over_twenty_thousand_children() -> bytes:
    many = " ".join(f'xmlns:p{n}="urn:{n}"' for n in range(512))
    return _large(f"<a {many}>{'<b/>' * 20_000}</a>")


@attack("FAILED", "HASH_MISMATCH")
def a_hundred_namespaces_over_fifty_thousand_children() -> bytes:
    many = " ".join(f'xmlns:p{n}="urn:{n}"' for n in range(100))
    return _large(f"<a {many}>{'<b/>' * 50_000}</a>")


@attack("INDETERMINATE", "XML_LIMIT")
def ten_thousand_attributes() -> bytes:
    many = " ".join(f'a{n}="x"' for n in range(10_000))
    return _large(f"<a {many}/>")


@attack("INDETERMINATE", "XML_LIMIT")
def elements_a_thousand_deep() -> bytes:
    return _large("<a>" * 1_000 + "</a>" * 1_000)


def _large(body: str) -> bytes:
    return signed(enveloped(c14n=C14N_10)).replace(ORDER.encode(), body.encode())


@attack("INDETERMINATE", "XML_LIMIT")
def a_large_document_signed_five_thousand_times() -> bytes:
    body = '<a Id="big">' + "<b>word</b>" * 60_000 + "</a>"
    many = reference("#big", transforms=transform(C14N_10)) * 5_000
    return signed(f"<doc>{body}{signature(many)}</doc>")


# Addresses outside.

ADDRESSES = (
    "file:///etc/hostname", "http://127.0.0.1:9/x", "https://127.0.0.1:9/x", "ftp://127.0.0.1:9/x", "../x", "%2e%2e/x",
    "/etc/hostname", "%00", "\\\\127.0.0.1\\x", "data:text/plain,x", "jar:file:///x!/y",
)  # fmt: skip


def at_address(address: str) -> bytes:
    """Return a signature over what stands at an address: nothing may ever be fetched from there."""
    return _unmakeable(signature(reference(address, transforms="")))
