"""Attacks on the properties of XAdES signatures: what is signed must be the very element that is believed."""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives.serialization import Encoding

from edoc.formats.xml.algorithms import C14N_EXCLUSIVE
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.tree import DS, XmlDocument
from tests.formats.xml.attacks import attack
from tests.formats.xml.maker import (
    ENVELOPED,
    FORGED,
    ORDER,
    SHA256,
    certificate,
    filled,
    reference,
    sign,
    signature,
    signed,
    transform,
)
from tests.sign.makers import identity

XADES = "http://uri.etsi.org/01903/v1.3.2#"
TYPE = ' Type="http://uri.etsi.org/01903#SignedProperties"'
COUNTERSIGNED = ' Type="http://uri.etsi.org/01903#CountersignedSignature"'


def certificate_property(kind: str = "p256") -> str:
    der = identity(kind).certificate.public_bytes(Encoding.DER)
    digest = base64.b64encode(hashlib.sha256(der).digest()).decode()
    return (
        f'<x:SigningCertificateV2><x:Cert><x:CertDigest><ds:DigestMethod Algorithm="{SHA256}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></x:CertDigest></x:Cert></x:SigningCertificateV2>"
    )


def properties(inner: str | None = None, *, id: str = "sp", data: str = "") -> str:
    own = inner if inner is not None else certificate_property()
    return (
        f'<x:SignedProperties Id="{id}"><x:SignedSignatureProperties>'
        f"<x:SigningTime>2026-06-01T12:00:00Z</x:SigningTime>{own}</x:SignedSignatureProperties>{data}</x:SignedProperties>"
    )


def qualifying(inner: str, *, target: str = "#sig", unsigned: str = "") -> str:
    return (
        f'<ds:Object><x:QualifyingProperties xmlns:x="{XADES}" Target="{target}">{inner}{unsigned}'
        "</x:QualifyingProperties></ds:Object>"
    )


def xades(objects: str | None = None, *, pointed: str = "#sp", kind: str = TYPE, key_info: str | None = None) -> str:
    """Return a document with an enveloped XAdES signature to be filled in."""
    chain = transform(ENVELOPED) + transform(C14N_EXCLUSIVE)
    listed = reference("", 1, transforms=chain, extra=' Id="r1"') + reference(pointed, 2, extra=kind)
    boxes = objects if objects is not None else qualifying(properties())
    keys = {} if key_info is None else {"key_info": key_info}
    return f"<doc>{ORDER}{signature(listed, objects=boxes, **keys)}</doc>"


@attack("FAILED", "XADES_PROPERTIES_OTHER")
def properties_signed_beside_those_that_are_read() -> bytes:
    other = f'<ds:Object xmlns:x="{XADES}">{properties(id="other")}</ds:Object>'
    return signed(xades(qualifying(properties()) + other, pointed="#other"))


@attack("FAILED", "XADES_PROPERTIES_NOT_SIGNED")
def properties_that_nobody_signed() -> bytes:
    return signed(xades(kind="", pointed="#o1"))


@attack("FAILED", "XADES_TARGET_OTHER")
def properties_of_another_signature() -> bytes:
    return signed(xades(qualifying(properties(), target="#else")))


@attack("FAILED", "XADES_QUALIFYING_TWICE")
def qualifying_properties_twice() -> bytes:
    return signed(xades(qualifying(properties()) + qualifying(properties(id="again"))))


@attack("FAILED", "XML_ID_DUPLICATE")
def properties_with_the_identifier_of_others() -> bytes:
    data = signed(xades())
    return data.replace(b"<doc>", f'<doc xmlns:x="{XADES}" xmlns:ds="{DS}">{properties()}'.encode())


@attack("FAILED", "XADES_PROPERTY_TWICE")
def a_second_signing_time() -> bytes:
    again = "<x:SigningTime>2020-01-01T00:00:00Z</x:SigningTime>"
    return signed(xades(qualifying(properties(again + certificate_property()))))


@attack("FAILED", "XADES_PROPERTY_TWICE")
def a_second_signing_certificate() -> bytes:
    return signed(xades(qualifying(properties(certificate_property() + certificate_property("rsa")))))


@attack("INDETERMINATE", "CERT_REFERENCE_MISMATCH")
def properties_that_name_another_certificate() -> bytes:
    return signed(xades(qualifying(properties(certificate_property("rsa")))))


@attack("INTACT", "")
def certificates_in_another_order() -> bytes:
    first = f"<ds:X509Certificate>{certificate('rsa')}</ds:X509Certificate>"
    own = "<ds:X509Certificate>@cert@</ds:X509Certificate>"
    return signed(xades(key_info=f"<ds:X509Data>{first}{own}</ds:X509Data>"))


@attack("INDETERMINATE", "CERT_REFERENCE_MISMATCH")
def a_certificate_put_in_place_of_the_signers() -> bytes:
    return signed(xades()).replace(certificate().encode(), certificate("rsa").encode())


@attack("INTACT", "COUNTER_SIGNATURE_BROKEN")
def a_counter_signature_over_something_else() -> bytes:
    inner = signature(reference("#o1", 1, extra=COUNTERSIGNED)).replace('Id="sig"', 'Id="counter"')
    unsigned = (
        "<x:UnsignedProperties><x:UnsignedSignatureProperties><x:CounterSignature>@counter@"
        "</x:CounterSignature></x:UnsignedSignatureProperties></x:UnsignedProperties>"
    )
    counter = signed(f"<doc>{ORDER}{inner}</doc>").decode()
    counter = counter[counter.index("<ds:Signature") : counter.index("</doc>")]
    outer = signed(xades(qualifying(properties(), unsigned=unsigned)))
    return outer.replace(b"@counter@", counter.encode())


# What is hung on a signature unsigned, under the names of what it signs.


def hung_on(inner: str, own: str | None = None) -> bytes:
    """Return a signed document with something among the unsigned properties, put in after it was signed."""
    unsigned = "<x:UnsignedProperties><x:UnsignedSignatureProperties>@@</x:UnsignedSignatureProperties></x:UnsignedProperties>"
    template = xades(qualifying(properties(), unsigned=unsigned)).replace("<ds:SignatureValue>", '<ds:SignatureValue Id="value">')
    data = signed(template).decode()
    return (data if own is None else data.replace(properties(), own)).replace("@@", inner).encode()


@attack("INTACT", "")
def other_properties_with_the_identifier_of_the_signed_ones_hung_on() -> bytes:
    return hung_on(f"<x:CounterSignature>{properties()}</x:CounterSignature>")


@attack("FAILED", "HASH_MISMATCH")
def forged_properties_with_the_signed_ones_hung_on() -> bytes:
    return hung_on(f"<x:CounterSignature>{properties()}</x:CounterSignature>", properties().replace("2026", "2020"))


@attack("FAILED", "XML_ID_DUPLICATE")
def forged_properties_with_the_signed_ones_in_an_object() -> bytes:
    data = hung_on("", properties().replace("2026", "2020")).decode()
    box = f'<ds:Object xmlns:x="{XADES}">{properties()}</ds:Object>'
    return data.replace("</ds:Signature>", f"{box}</ds:Signature>").encode()


@attack("FAILED", "XML_ID_DUPLICATE")
def other_data_with_the_identifier_of_the_signed_ones_hung_on() -> bytes:
    """Who looks the order up finds the forged one first."""
    unsigned = "<x:UnsignedProperties><x:UnsignedSignatureProperties>@@</x:UnsignedSignatureProperties></x:UnsignedProperties>"
    listed = reference("#o1", 1) + reference("#sp", 2, extra=TYPE)
    own = signature(listed, objects=qualifying(properties(), unsigned=unsigned))
    return signed(f"<doc>{own}{ORDER}</doc>").replace(b"@@", FORGED.encode())


@attack("INTACT", "")
def a_counter_signature_with_all_the_names_of_its_parent() -> bytes:
    listed = reference("#value", 8, extra=COUNTERSIGNED) + reference("#sp", 9, extra=TYPE)
    counter = signature(listed, objects=qualifying(properties())).replace("@cert@", certificate())
    text = filled(hung_on(f"<x:CounterSignature>{counter}</x:CounterSignature>").decode())
    document = XmlDocument.parse(text.replace("@value@", "").encode(), name="template.xml")
    info = list(document.root.iter(f"{{{DS}}}SignedInfo"))[-1]
    return text.replace("@value@", base64.b64encode(sign(canonicalize(info, method=C14N_EXCLUSIVE))).decode()).encode()
