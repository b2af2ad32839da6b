"""What a KeyInfo says about the key: hints only, never trusted, never fetched (XML-DSig 4.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edoc.facts.findings import Finding, info, warning
from edoc.formats.xml.errors import XmlError
from edoc.formats.xml.key_retrieval import KEY_INFO_REFERENCE, certificates_elsewhere
from edoc.formats.xml.leaf import children, local, octets
from edoc.formats.xml.tree import Element, XmlDocument
from edoc.pki import oids

_DS_11 = "http://www.w3.org/2009/xmldsig11#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_SERIAL = re.compile(r"[ \t\r\n]*(-?[0-9]{1,60})[ \t\r\n]*")
_NUMBER = re.compile(r"[0-9]{1,160}")
_CURVES: dict[str, ec.EllipticCurve] = {
    "secp256r1": ec.SECP256R1(),
    "secp384r1": ec.SECP384R1(),
    "secp521r1": ec.SECP521R1(),
    "brainpoolP256r1": ec.BrainpoolP256R1(),
    "brainpoolP384r1": ec.BrainpoolP384R1(),
    "brainpoolP512r1": ec.BrainpoolP512R1(),
}
_VALUES = 20
"""Key values and X509Data of one KeyInfo; real ones have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInfo:
    """Certificates and other hints of one KeyInfo."""

    element: Element
    certificates: tuple[bytes, ...] = ()
    """DER, in their order."""
    elsewhere: tuple[bytes, ...] = ()
    """Certificates of the document to which it points: whoever signs the KeyInfo does not sign them."""
    revocation_lists: tuple[bytes, ...] = ()
    serials: tuple[int, ...] = ()
    """Serial numbers of X509IssuerSerial."""
    key_identifiers: tuple[bytes, ...] = ()
    """Values of X509SKI."""
    public_keys: tuple[bytes, ...] = ()
    """DER SubjectPublicKeyInfo of each KeyValue and DEREncodedKeyValue that is understood."""
    findings: tuple[Finding, ...] = ()


def read_key_info(element: Element, *, id: str, document: XmlDocument) -> KeyInfo:
    """Read a KeyInfo of a document; what cannot be read is told, and left out."""
    reader = _Reader(id, document)
    for place, item in enumerate(children(element)):
        if place >= _VALUES:
            reader.findings.append(warning("XML_KEY_INFO_LIMIT", id, limit=_VALUES))
            break
        reader.take(item)
    return KeyInfo(
        element=element,
        certificates=tuple(reader.certificates),
        elsewhere=tuple(reader.elsewhere[: document.limits.certificates]),
        revocation_lists=tuple(reader.lists),
        serials=tuple(reader.serials),
        key_identifiers=tuple(reader.identifiers),
        public_keys=tuple(reader.keys),
        findings=tuple(reader.findings),
    )


class _Reader:
    def __init__(self, id: str, document: XmlDocument) -> None:
        self.id = id
        self.document = document
        self.limits = document.limits
        self.certificates: list[bytes] = []
        self.elsewhere: list[bytes] = []
        self.lists: list[bytes] = []
        self.serials: list[int] = []
        self.identifiers: list[bytes] = []
        self.keys: list[bytes] = []
        self.findings: list[Finding] = []

    def take(self, item: Element) -> None:
        name = local(item)
        if name == "X509Data":
            for leaf in children(item):
                self._x509(leaf)
        elif name == "KeyValue" or item.tag == f"{{{_DS_11}}}DEREncodedKeyValue":
            key = _key(item)
            if key is not None:
                self.keys.append(key)
            else:
                self.findings.append(info("XML_KEY_VALUE_UNREADABLE", self.id))
        elif name == "RetrievalMethod" or item.tag == KEY_INFO_REFERENCE:
            found = certificates_elsewhere(item, self.document)
            self.elsewhere += found
            if not found:
                self.findings.append(info("XML_RETRIEVAL_METHOD", self.id))

    def _x509(self, leaf: Element) -> None:
        name = local(leaf)
        if name == "X509IssuerSerial":
            text = "".join(part.text or "" for part in children(leaf) if local(part) == "X509SerialNumber")
            match = _SERIAL.fullmatch(text)
            if match is not None:
                self.serials.append(int(match.group(1)))
            return
        places = {"X509Certificate": self.certificates, "X509CRL": self.lists, "X509SKI": self.identifiers}
        if name in places:
            try:
                der = octets(leaf)
            except XmlError:
                self.findings.append(info("XML_KEY_INFO_UNREADABLE", self.id, element=name))
                return
            if len(places[name]) < self.limits.certificates:
                places[name].append(der)


def _key(item: Element) -> bytes | None:
    try:
        if item.tag == f"{{{_DS_11}}}DEREncodedKeyValue":
            return octets(item)
        for value in children(item):
            if local(value) == "RSAKeyValue":
                return _rsa(value)
            if value.tag == f"{{{_DS_11}}}ECKeyValue":
                return _ec(value)
            if value.tag == f"{{{_MORE}}}ECDSAKeyValue":
                return _ecdsa(value)
    except (XmlError, ValueError, UnsupportedAlgorithm):
        return None
    return None


def _rsa(value: Element) -> bytes | None:
    parts = {local(part): int.from_bytes(octets(part), "big") for part in children(value)}
    if set(parts) != {"Modulus", "Exponent"} or parts["Modulus"].bit_length() > 16_384:
        return None
    key = rsa.RSAPublicNumbers(parts["Exponent"], parts["Modulus"]).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _ec(value: Element) -> bytes | None:
    curve, point = "", b""
    for part in children(value):
        if part.tag == f"{{{_DS_11}}}NamedCurve":
            curve = part.get("URI") or ""
        elif part.tag == f"{{{_DS_11}}}PublicKey":
            point = octets(part)
    known = _curve(curve)
    if known is None:
        return None
    key = ec.EllipticCurvePublicKey.from_encoded_point(known, point)
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _ecdsa(value: Element) -> bytes | None:
    """Read the older form of a key on a named curve (RFC 4050 3.3); explicit parameters are refused."""
    curve = value.find(f"{{{_MORE}}}DomainParameters/{{{_MORE}}}NamedCurve")
    places = [value.find(f"{{{_MORE}}}PublicKey/{{{_MORE}}}{name}") for name in ("X", "Y")]
    texts = [part.get("Value") or "" for part in places if part is not None]
    known = _curve((curve.get("URN") or "") if curve is not None else "")
    if known is None or len(texts) != 2 or not all(_NUMBER.fullmatch(text) for text in texts):
        return None
    key = ec.EllipticCurvePublicNumbers(int(texts[0]), int(texts[1]), known).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _curve(uri: str) -> ec.EllipticCurve | None:
    return _CURVES.get(oids.CURVES.get(uri.removeprefix("urn:oid:"), ""))
