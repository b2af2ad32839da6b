"""The pure steps of a signature: plan the update, freeze the draft, put the value in.

No file, clock or key here: the digest of the document and the signature value are handed in.
"""

from __future__ import annotations

from functools import lru_cache

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.facts.signature import DocumentFacts, SignatureAlgorithm
from edoc.formats.cms_write import SignerTemplate
from edoc.formats.pdf.append import Appended, SignatureEntries, append_signature, open_for_signing
from edoc.formats.pdf.read import read_pdf
from edoc.sign.algorithm import message_digest_name
from edoc.sign.draft import Draft
from edoc.sign.request import Level, SignatureRequest, SubFilter


def plan(document: Document, *, request: SignatureRequest, template: SignerTemplate) -> Appended:
    """Return the update that will carry the signature.

    Raises `InputError` when the document cannot be signed, `ConfigError` when the field cannot be used.
    """
    entries = SignatureEntries(
        sub_filter=request.sub_filter.value,
        signing_time=request.signing_time,
        name=request.name,
        reason=request.reason,
        location=request.location,
        contact_info=request.contact_info,
    )
    pdf = open_for_signing(document)
    return append_signature(pdf, entries=entries, contents_size=template.cms_size, field_name=request.field)


def earlier(document: Document, appended: Appended) -> DocumentFacts | None:
    """Return what a document says of its earlier signatures, null when it has none.

    Raises `InputError` PDF_SIGNING_UNREADABLE when it cannot be read to its end: then nobody could tell
    whether a further signature leaves the earlier ones alone.
    """
    if not appended.earlier_signatures:
        return None
    facts = read_pdf(document, sha256=b"")
    if not facts.complete:
        params = {"code": ", ".join(item.code for item in facts.findings) or "-", "offset": "-"}
        raise InputError("PDF_SIGNING_UNREADABLE", subject=document.name, params=params)
    return facts


def freeze(
    document: Document,
    appended: Appended,
    *,
    request: SignatureRequest,
    template: SignerTemplate,
    message_digest: bytes,
    before: DocumentFacts | None = None,
) -> Draft:
    """Return the draft for a planned update and the digest over everything but its hole."""
    claimed = request.signing_time if request.sub_filter is SubFilter.PKCS7 else None
    return Draft(
        octets=template.signed_attributes(message_digest, signing_time=claimed),
        algorithm=template.algorithm,
        digest_algorithm=message_digest_name(template.algorithm),
        message_digest=message_digest,
        certificates=(template.certificate_der, *template.chain_ders),
        sub_filter=request.sub_filter.value,
        level=Level.B_B.value,
        document_name=document.name,
        appended=appended,
        document=document,
        before=before,
    )


def contents(draft: Draft, signature_value: bytes) -> bytes:
    """Return what fills the hole: the CMS in hexadecimal between `<` and `>`, padded with zeros.

    Raises `ConfigError` SIGNATURE_VALUE_TOO_LARGE when the value does not fit the key.
    """
    template = template_of(draft.certificates, draft.algorithm)
    cms = template.cms(draft.octets, signature_value)
    room = draft.appended.gap_end - draft.appended.gap_start - 2
    digits = cms.hex().encode("ascii")
    if len(digits) > room:
        params = {"size": str(len(cms)), "room": str(room // 2)}
        raise ConfigError("SIGNATURE_VALUE_TOO_LARGE", subject=draft.document_name, params=params)
    return b"<" + digits.ljust(room, b"0") + b">"


@lru_cache(maxsize=64)
def template_of(certificates: tuple[bytes, ...], algorithm: SignatureAlgorithm) -> SignerTemplate:
    """Return the CMS template for a signer's certificate, its chain and an algorithm."""
    return SignerTemplate(certificates[0], certificates[1:], algorithm)
