"""The pure steps of a signature: plan the update, freeze the draft, put value and time-stamp in.

No file, clock, key or authority here: what they answer is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.facts.signature import DocumentFacts, SignatureAlgorithm
from edoc.formats.cms_write import SignerTemplate
from edoc.formats.pdf.append import Appended, SignatureEntries, append_signature, filled, open_for_signing, room_of
from edoc.formats.pdf.append_form import FieldEntries, LockEntries
from edoc.formats.pdf.read import read_pdf
from edoc.sign.algorithm import message_digest_name
from edoc.sign.draft import Draft, Need
from edoc.sign.request import Level, SignatureRequest, SubFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a draft may wait for; null is what is not there yet."""

    signature_value: bytes | None = field(default=None, repr=False)
    """ECDSA: DER r, s."""
    timestamp: bytes | None = field(default=None, repr=False)
    """A token (DER ContentInfo) over what the draft's `imprint` names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A finished signature: what goes behind the document."""

    draft: Draft
    tail: bytes = field(repr=False)
    timestamp: bytes = field(default=b"", repr=False)
    """The token over the signature value; empty at B-B."""


class RoomError(Exception):
    """The time-stamp is larger than the hole; `octets` is what a hole for it needs. It never leaves signing."""

    def __init__(self, octets: int) -> None:
        super().__init__(octets)
        self.octets = octets


def step(draft: Draft, answers: Answers) -> Draft | Done:
    """Take a draft one step further with what is there; returned as it was when its answer is not.

    Raises `ConfigError` SIGNATURE_VALUE_TOO_LARGE, and `RoomError` for a time-stamp that does not fit.
    """
    if draft.needs is Need.SIGNATURE_VALUE:
        if answers.signature_value is None:
            return draft
        if draft.level == Level.B_B.value:
            return Done(draft=draft, tail=_filled(draft, answers.signature_value, b""))
        _refuse_oversize(draft, answers.signature_value)
        return replace(draft, signature_value=answers.signature_value)
    if answers.timestamp is None:
        return draft
    tail = _filled(draft, draft.signature_value, answers.timestamp)
    return Done(draft=draft, tail=tail, timestamp=answers.timestamp)


def plan(
    document: Document,
    *,
    request: SignatureRequest,
    template: SignerTemplate,
    level: Level = Level.B_B,
    timestamp_room: int = 0,
) -> Appended:
    """Return the update that will carry the signature; `timestamp_room` octets are kept for a time-stamp.

    Raises `InputError` when the document cannot be signed, `ConfigError` when the field cannot be used, or
    demands what the signature would not keep.
    """
    entries = SignatureEntries(
        sub_filter=request.sub_filter.value,
        signing_time=request.signing_time,
        name=request.name,
        reason=request.reason,
        location=request.location,
        contact_info=request.contact_info,
        certify=request.certify.level if request.certify is not None else None,
    )
    pdf = open_for_signing(document)
    if request.field:
        # Loaded only where a field is named: most signatures make one, which demands nothing.
        from edoc.sign.demands import refuse_unmet_demands

        refuse_unmet_demands(pdf, request, template=template, level=level)
    size = template.cms_size + timestamp_room
    return append_signature(pdf, entries=entries, contents_size=size, field=_field(request))


def _field(request: SignatureRequest) -> FieldEntries:
    lock = request.lock
    held = None
    if lock is not None:
        permission = lock.permission.level if lock.permission is not None else None
        held = LockEntries(action=lock.action.value.capitalize(), fields=lock.fields, permission=permission)
    return FieldEntries(name=request.field, page=request.place.page, box=request.place.box, lock=held)


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
    level: Level = Level.B_B,
) -> Draft:
    """Return the draft for a planned update and the digest over everything but its hole."""
    claimed = request.signing_time if request.sub_filter is SubFilter.PKCS7 else None
    return Draft(
        octets=template.signed_attributes(message_digest, signing_time=claimed, others=request.attributes),
        algorithm=template.algorithm,
        digest_algorithm=message_digest_name(template.algorithm),
        message_digest=message_digest,
        certificates=(template.certificate_der, *template.chain_ders),
        sub_filter=request.sub_filter.value,
        level=level.value,
        document_name=document.name,
        appended=appended,
        document=document,
    )


def _filled(draft: Draft, signature_value: bytes, timestamp: bytes) -> bytes:
    """Return the update with its hole filled: the CMS in hexadecimal between `<` and `>`, padded with zeros."""
    cms = template_of(draft.certificates, draft.algorithm).cms(draft.octets, signature_value, timestamp=timestamp)
    room = _room(draft)
    if len(cms) > room:
        if timestamp:
            raise RoomError(len(cms) - room + len(timestamp))
        raise _too_large(draft, len(cms))
    return filled(draft.appended, cms)


def _refuse_oversize(draft: Draft, signature_value: bytes) -> None:
    size = len(template_of(draft.certificates, draft.algorithm).cms(draft.octets, signature_value))
    if size > _room(draft):
        raise _too_large(draft, size)


def _too_large(draft: Draft, size: int) -> ConfigError:
    params = {"size": str(size), "room": str(_room(draft))}
    return ConfigError("SIGNATURE_VALUE_TOO_LARGE", subject=draft.document_name, params=params)


def _room(draft: Draft) -> int:
    return room_of(draft.appended)


@lru_cache(maxsize=64)
def template_of(certificates: tuple[bytes, ...], algorithm: SignatureAlgorithm) -> SignerTemplate:
    """Return the CMS template for a signer's certificate, its chain and an algorithm."""
    return SignerTemplate(certificates[0], certificates[1:], algorithm)
