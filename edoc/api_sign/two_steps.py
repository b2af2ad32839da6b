"""Signing in two steps, for keys that are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Unpack

from edoc.api_sign.format_settings import Statement
from edoc.api_sign.options import Options, SigningOptions
from edoc.api_sign.permits import make_place
from edoc.api_sign.settings import ARCHIVED, Material, Services, Settings, make_services
from edoc.api_sign.work import Room, SignResult, complete, hand_over, open_all, prepare
from edoc.drivers.files import Source
from edoc.drivers.output import Output, Target, open_output
from edoc.errors import ConfigError, InputError, KeyAccessError, VerificationFailed
from edoc.facts.document import Document
from edoc.keys.chain import CertificateSource, load_certificates, order_chain
from edoc.pki.certificate import Certificate
from edoc.sign.draft import Draft
from edoc.sign.format_draft import MAGIC as FORMAT_MAGIC
from edoc.sign.format_draft import FormatDraft
from edoc.sign.formats import Format
from edoc.sign.request import FieldPlace, Level
from edoc.sign.step import RoomError

if TYPE_CHECKING:
    from edoc.drivers.stamping import Authorities
    from edoc.net.policy import FetchPolicy
    from edoc.trust.store import TrustStore


def prepare_signature(
    document: Source | Sequence[Source],
    *,
    certificates: Iterable[CertificateSource],
    field: str | None = None,
    page: int | None = None,
    box: Sequence[float] | None = None,
    password: str | None = None,
    **options: Unpack[SigningOptions],
) -> Draft | FormatDraft:
    """Return the draft of a signature whose key is elsewhere: sign `draft.octets` with `draft.algorithm`.

    `certificates` are paths, bytes or certificates, the signer's first.  Above B-B the time-stamping
    authority is named when finishing.  Options and errors as in `Signer` and `Signer.sign`.
    """
    if isinstance(certificates, str | bytes | Certificate):
        certificates = (certificates,)
    loaded = load_certificates(certificates)
    if not loaded:
        raise KeyAccessError("KEY_CERTIFICATE_MISSING", subject="certificates")
    settings = Options(**options).settings((loaded[0], *order_chain(loaded[0], loaded)))
    documents, source = open_all(document, password=password)
    return replace(prepare_any(documents, settings, field=(field, make_place(page, box))), source=source)


def prepare_any(
    documents: Sequence[Document], settings: Settings, *, field: tuple[str | None, FieldPlace]
) -> Draft | FormatDraft:
    """Return the draft of a signature in the format that its settings ask for, or that suits the documents."""
    name, at = field
    if settings.format_for(documents, field=name, place=at) is Format.PADES:
        return prepare(documents[0], settings, field=name, at=at, room=Room())
    from edoc.api_sign.format_work import prepare_format

    return prepare_format(documents, settings, Services(source=None, collector=None, time=None))


def finish_signature(
    draft: Draft | FormatDraft | bytes,
    signature_value: bytes,
    *,
    output: Target = None,
    overwrite: bool = False,
    document: Source | Sequence[Source] | None = None,
    password: str | None = None,
    tsa: Authorities | None = None,
    online: bool | FetchPolicy = False,
    validation_data: Iterable[Material] = (),
    validation_time: datetime | None = None,
    trust: TrustStore | None = None,
) -> SignResult:
    """Put a signature value into a draft, check the result, and hand it over.

    `draft` may also be the octets that its `to_bytes` gave.  `document` is the input again, needed only when the
    draft was serialised without it, and `password` what opens it, needed when it was serialised at all; the output
    is never written over the input.  Above B-B, `tsa`, `online`, `validation_data` and `trust` are as in `Signer`;
    `validation_time` (aware; default: now) is the time as of which certificates are judged.  Raises
    `VerificationFailed` when the value is not one of the signer's key over `draft.octets` or the document
    is another, `InputError` DRAFT_WITHOUT_DOCUMENT when it is missing, `FetchError` when a time-stamp or
    the status of a certificate cannot be had.
    """
    if validation_time is not None and validation_time.tzinfo is None:
        raise ValueError("validation_time must be an aware datetime")
    draft = read_draft(draft) if isinstance(draft, bytes) else draft
    documents, source = open_all(document) if document is not None else ((), None)
    draft = with_documents(draft, documents, password=password)
    level = Level(draft.level)
    services = make_services(
        level,
        tsa=tsa,
        validation_data=validation_data,
        trust=trust,
        online=online,
        time=validation_time,
        statement=Statement(),
    )
    with open_output(output, overwrite=overwrite, source=source or draft.source) as place:
        if level in ARCHIVED:
            from edoc.api_sign.archive import before_signing

            assert services.collector is not None
            chain = tuple(Certificate.load(der) for der in draft.certificates)
            before_signing(services.collector, chain, time=services.moment(), allow_revoked=True)
        return finish_any(draft, signature_value, place=place, services=services)


def finish_any(
    draft: Draft | FormatDraft, signature_value: bytes, *, place: Output, services: Services
) -> SignResult:
    """Put a value into a draft of any format, and let the result appear at its place."""
    if isinstance(draft, FormatDraft):
        from edoc.api_sign.format_work import finish_format

        return finish_format(draft, signature_value, place=place, services=services)
    try:
        done = complete(draft, signature_value, services)
    except RoomError as problem:
        # The hole is part of what was signed, by a key that is not here.
        params = {"size": str(problem.octets)}
        raise ConfigError("DRAFT_ROOM_TOO_SMALL", subject=draft.document_name, params=params) from problem
    return hand_over(done, place, services, copied=False, room=Room())


def read_draft(data: bytes) -> Draft | FormatDraft:
    """Return the draft that some octets are; `InputError` DRAFT_UNREADABLE."""
    return FormatDraft.from_bytes(data) if data.startswith(FORMAT_MAGIC) else Draft.from_bytes(data)


def with_documents(
    draft: Draft | FormatDraft, documents: tuple[Document, ...], *, password: str | None = None
) -> Draft | FormatDraft:
    """Return a draft with its inputs; raises `InputError` when they are missing, `VerificationFailed` for others."""
    if isinstance(draft, FormatDraft):
        whole = replace(draft, documents=documents) if documents else draft
        if not whole.documents:
            raise InputError("DRAFT_WITHOUT_DOCUMENT", subject=draft.document_name)
        if tuple(item.name for item in whole.documents) != draft.document_names:
            raise VerificationFailed("DRAFT_OTHER_DOCUMENT", subject=whole.documents[0].name)
        return whole
    draft = replace(draft, document=documents[0]) if documents else draft
    if draft.document is None:
        raise InputError("DRAFT_WITHOUT_DOCUMENT", subject=draft.document_name)
    draft = replace(draft, document=draft.document.opened_with(password))
    assert draft.document is not None
    if draft.document.size != draft.appended.base_size:
        raise VerificationFailed("DRAFT_OTHER_DOCUMENT", subject=draft.document.name)
    return draft
