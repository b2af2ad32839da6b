"""XAdES signatures made by the writer with the practice PKI, and samples of the shapes of real documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from lxml import etree

from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.facts.signature import SignatureAlgorithm, SignatureFacts
from edoc.formats.originals import Originals
from edoc.formats.writing import Packaging, SignatureOrder, SignerParameters
from edoc.formats.xml.editor import XadesEditor
from edoc.formats.xml.read import read_xml
from edoc.formats.xml.write import WRITER
from edoc.testing import PracticePki

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
XADES141 = "{http://uri.etsi.org/01903/v1.4.1#}"

INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
         xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
         xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
         xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2">
  <ext:UBLExtensions>
    <ext:UBLExtension>
      <ext:ExtensionContent></ext:ExtensionContent>
    </ext:UBLExtension>
  </ext:UBLExtensions>
  <cbc:CustomizationID>urn:example:practice</cbc:CustomizationID>
  <cbc:ID>1403-77</cbc:ID>
  <cbc:IssueDate>2026-06-01</cbc:IssueDate>
  <cbc:DocumentCurrencyCode>IRR</cbc:DocumentCurrencyCode>
  <cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>شرکت نمونه</cbc:Name></cac:PartyName></cac:Party></cac:AccountingSupplierParty>
  <cac:InvoiceLine>
    <cbc:ID>1</cbc:ID>
    <cbc:InvoicedQuantity unitCode="C62">3</cbc:InvoicedQuantity>
    <cbc:LineExtensionAmount currencyID="IRR">1250000.00</cbc:LineExtensionAmount>
    <cac:Item><cbc:Name>کاغذ &amp; پوشه</cbc:Name></cac:Item>
  </cac:InvoiceLine>
</Invoice>
"""
"""A UBL 2.1 invoice: several namespaces, and a place of its own for signatures."""

RULING = """<?xml version="1.0" encoding="{encoding}"?>
<?xml-stylesheet type="text/css" href="ruling.css"?>
<!-- case 77 -->
<ruling xml:lang="fa" number="1403/77">
\t<party role='claimant'>Ren\u00e9 M\u00fcller</party><text>a &lt; b<![CDATA[ & c]]></text>
\t<empty/>
</ruling>
<!-- end -->
"""
"""Comments and instructions around the root, quotes of both kinds, CDATA, and letters beyond ASCII."""

XML = Document.from_bytes(INVOICE.encode(), name="invoice.xml")
TEXT = Document.from_bytes("پیوست رأی\r\n".encode() * 20, name="annex 1.txt")


@cache
def practice() -> PracticePki:
    return PracticePki(at=AT)


@cache
def signer(key: str = "person", *, pss: bool = False, digest: str | None = None) -> SignerParameters:
    opened = practice().key(key)
    algorithm = opened.algorithm(digest, pss)
    return SignerParameters(
        certificate_der=opened.certificate.der,
        chain_ders=tuple(item.der for item in opened.chain),
        algorithm=algorithm,
        digest_algorithm=algorithm.digest or "sha512",
    )


def order(packaging: Packaging = Packaging.ENVELOPED, **parts: object) -> SignatureOrder:
    return SignatureOrder(signing_time=AT, packaging=packaging, **parts)  # type: ignore[arg-type]


def sign(
    documents: Sequence[Document], asked: SignatureOrder, *, key: str = "person", level: str = "B-B", **choice: object
) -> bytes:
    """Return documents signed at a level."""
    who = signer(key, **choice)  # type: ignore[arg-type]
    prepared = WRITER.prepare(documents, order=asked, signer=who)
    value = practice().key(key).sign(prepared.octets, who.algorithm)
    editor = WRITER.finish(documents, prepared, value)
    assert editor.newest is not None
    raise_to(editor, editor.newest, level, key=key)
    return octets(editor)


def raise_to(editor: XadesEditor, signature: str, level: str, *, key: str = "person") -> None:
    """Add what a level asks for."""
    if level == "B-B":
        return
    stamp(editor, signature)
    if level != "B-T":
        editor.put_validation_data(signature, material(key))
    if level == "B-LTA":
        archive(editor, signature)


def stamp(editor: XadesEditor, signature: str) -> None:
    editor.put_signature_timestamp(signature, practice().timestamp(editor.signature_imprint(signature, "sha256")))


def archive(editor: XadesEditor, signature: str) -> None:
    editor.put_archive_timestamp(signature, practice().timestamp(editor.archive_imprint(signature, "sha256")))


def material(key: str = "person") -> list[tuple[MaterialKind, bytes]]:
    """Return every certificate and list that a signature and its time-stamps rest on."""
    pki = practice()
    ders = dict.fromkeys(der for name in (key, "tsa") for der in (pki.certificate(name), *pki.chain(name)))
    found = [(MaterialKind.CERTIFICATE, der) for der in ders]
    found += [(MaterialKind.CRL, der) for der in pki.validation_data()]
    return [*found, (MaterialKind.OCSP, pki.ocsp(key))]


def octets(editor: XadesEditor) -> bytes:
    return b"".join(bytes(part) for part in editor.parts())


def facts(data: bytes, *beside: Document, name: str = "signed.xml") -> tuple[SignatureFacts, ...]:
    return read_xml(Document.from_bytes(data, name=name), originals=Originals(beside)).signatures


def intact(found: SignatureFacts) -> bool:
    """Tell whether digests, value and the imprints of all time-stamps of a signature hold."""
    from edoc.pki.algorithms import verify_value
    from edoc.pki.certificate import Certificate

    assert found.algorithm is not None and found.signed_octets is not None and found.signature_value is not None
    leaf = Certificate.load(next(item.der for item in found.material))
    value = verify_value(leaf.spki_der, found.algorithm, found.signed_octets, found.signature_value)
    stamps = all(item.imprint is not None and item.imprint.intact for item in found.timestamps)
    return value and stamps and all(item.intact is True for item in found.references)


def codes(found: SignatureFacts) -> set[str]:
    return {item.code for item in found.findings if item.severity.value != "info"}


def tree(data: bytes) -> etree._Element:
    return etree.fromstring(data)


def plain_rsa() -> SignatureAlgorithm:
    return SignatureAlgorithm(name="rsa", digest="sha256")
