"""Makes XML signatures of any shape from templates: what they sign is digested in the order that the template says.

A template holds `@1@`, `@2@`, … for digests (filled in this order, each by its own reference), `@value@` for the
signature value and `@cert@` for the certificate.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from edoc.formats.xml.algorithms import C14N_EXCLUSIVE
from edoc.formats.xml.c14n import canonicalize
from edoc.formats.xml.references import read_reference
from edoc.formats.xml.tree import DS, XmlDocument
from edoc.pki.algorithms import digest_of
from tests.sign.makers import identity

SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
ENVELOPED = f"{DS}enveloped-signature"
METHODS = {"rsa": RSA_SHA256, "p256": ECDSA_SHA256}


def transform(algorithm: str, inner: str = "") -> str:
    return f'<ds:Transform Algorithm="{algorithm}">{inner}</ds:Transform>'


def reference(uri: str | None, number: int = 1, *, transforms: str = transform(C14N_EXCLUSIVE), extra: str = "") -> str:
    """Return a ds:Reference whose digest is to be filled in."""
    where = f' URI="{uri}"' if uri is not None else ""
    box = f"<ds:Transforms>{transforms}</ds:Transforms>" if transforms else ""
    return (
        f'<ds:Reference{where}{extra}>{box}<ds:DigestMethod Algorithm="{SHA256}"/>'
        f"<ds:DigestValue>@{number}@</ds:DigestValue></ds:Reference>"
    )


def signature(
    references: str,
    *,
    method: str = ECDSA_SHA256,
    key_info: str = "<ds:X509Data><ds:X509Certificate>@cert@</ds:X509Certificate></ds:X509Data>",
    objects: str = "",
    c14n: str = C14N_EXCLUSIVE,
    inside: str = "",
) -> str:
    """Return a ds:Signature to be filled in; `inside` stands in its SignatureMethod."""
    keys = f"<ds:KeyInfo>{key_info}</ds:KeyInfo>" if key_info else ""
    return (
        f'<ds:Signature xmlns:ds="{DS}" Id="sig"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{c14n}"/>'
        f'<ds:SignatureMethod Algorithm="{method}">{inside}</ds:SignatureMethod>{references}</ds:SignedInfo>'
        f"<ds:SignatureValue>@value@</ds:SignatureValue>{keys}{objects}</ds:Signature>"
    )


def certificate(kind: str = "p256", *, serial: int | None = None) -> str:
    made = identity(kind) if serial is None else identity(kind, serial=serial)
    return base64.b64encode(made.certificate.public_bytes(Encoding.DER)).decode()


def signed(template: str, *, kind: str = "p256") -> bytes:
    """Fill in digests and value of the first signature of a template."""
    text = filled(template.replace("@cert@", certificate(kind)))
    document = XmlDocument.parse(text.replace("@value@", "").encode(), name="template.xml")
    info = next(document.root.iter(f"{{{DS}}}SignedInfo"))
    octets = canonicalize(info, method=str(info[0].get("Algorithm")))
    return text.replace("@value@", base64.b64encode(sign(octets, kind)).decode(), 1).encode()


def filled(text: str) -> str:
    """Fill in the digests of a template."""
    for mark in sorted(set(re.findall(r"@(\d+)@", text)), key=int):
        text = text.replace(f"@{mark}@", _digest(text, f"@{mark}@"))
    return text


def sign(octets: bytes, kind: str = "p256") -> bytes:
    key: Any = identity(kind).key
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    size = (key.curve.key_size + 7) // 8
    return b"".join(part.to_bytes(size, "big") for part in decode_dss_signature(key.sign(octets, ec.ECDSA(hashes.SHA256()))))


def _digest(text: str, mark: str) -> str:
    plain = re.sub(r"@(\d+)@", lambda match: "AAAA" if match.group() == mark else "", text).replace("@value@", "")
    document = XmlDocument.parse(plain.encode(), name="template.xml")
    for element in document.root.iter(f"{{{DS}}}Reference"):
        if element.findtext(f"{{{DS}}}DigestValue") == "AAAA":
            digest = digest_of("sha256", read_reference(element, document).octets())
            return base64.b64encode(digest or b"").decode()
    raise AssertionError(mark)


ORDER = '<order Id="o1"><to>Bakery</to><amount>100</amount></order>'
FORGED = '<order Id="o1"><to>Thief</to><amount>900</amount></order>'


def enveloped(body: str = ORDER, **options: str) -> str:
    """Return a document that signs all of itself but the signature."""
    chain = transform(ENVELOPED) + transform(C14N_EXCLUSIVE)
    return f"<doc>{body}{signature(reference('', transforms=chain), **options)}</doc>"


def by_id(body: str = ORDER, **options: str) -> str:
    """Return a document with a signed element beside the signature."""
    return f"<doc>{body}{signature(reference('#o1'), **options)}</doc>"


def enveloping(data: str = "<note>Pay</note>", **options: str) -> str:
    """Return a signature that holds what it signs."""
    return signature(reference("#obj"), objects=f'<ds:Object Id="obj">{data}</ds:Object>', **options)
