"""Signing in two steps, for keys that are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from edoc.api_sign.permits import make_permits, make_place
from edoc.api_sign.settings import ARCHIVED, Material, make_services, make_settings
from edoc.api_sign.work import Room, SignResult, complete, hand_over, path_of, prepare
from edoc.drivers.files import Source, open_document
from edoc.drivers.output import Target, open_output
from edoc.errors import ConfigError, InputError, KeyAccessError, VerificationFailed
from edoc.keys.chain import CertificateSource, load_certificates, order_chain
from edoc.pki.certificate import Certificate
from edoc.sign.draft import Draft
from edoc.sign.request import Level, SubFilter
from edoc.sign.step import RoomError

if TYPE_CHECKING:
    from edoc.drivers.stamping import Authorities
    from edoc.net.policy import FetchPolicy
    from edoc.trust.store import TrustStore


def prepare_signature(
    document: Source,
    *,
    certificates: Iterable[CertificateSource],
    field: str | None = None,
    page: int | None = None,
    box: Sequence[float] | None = None,
    password: str | None = None,
    level: str = "B-B",
    digest: str | None = None,
    pss: bool = False,
    sub_filter: str = SubFilter.CADES.value,
    signing_time: datetime | None = None,
    name: str | None = None,
    reason: str | None = None,
    location: str | None = None,
    contact_info: str | None = None,
    certify: str | None = None,
    lock: str | None = None,
    lock_fields: Iterable[str] = (),
    lock_permission: str | None = None,
    validation_data: Iterable[Material] = (),
    allow_invalid_certificate: bool = False,
) -> Draft:
    """Return the draft of a signature whose key is elsewhere: sign `draft.octets` with `draft.algorithm`.

    `certificates` are paths, bytes or certificates, the signer's first.  Above B-B the time-stamping
    authority is named when finishing.  Options and errors as in `Signer` and `Signer.sign`.
    """
    if isinstance(certificates, str | bytes | Certificate):
        certificates = (certificates,)
    loaded = load_certificates(certificates)
    if not loaded:
        raise KeyAccessError("KEY_CERTIFICATE_MISSING", subject="certificates")
    settings = make_settings(
        (loaded[0], *order_chain(loaded[0], loaded)),
        level=level,
        digest=digest,
        pss=pss,
        sub_filter=sub_filter,
        signing_time=signing_time,
        claims=(name, reason, location, contact_info),
        validation_data=validation_data,
        allow_invalid_certificate=allow_invalid_certificate,
        permits=make_permits(certify=certify, lock=lock, lock_fields=lock_fields, lock_permission=lock_permission),
    )
    at = make_place(page, box)
    opened = open_document(document).opened_with(password)
    draft = prepare(opened, settings, field=field, at=at, room=Room())
    return replace(draft, source=path_of(document))


def finish_signature(
    draft: Draft,
    signature_value: bytes,
    *,
    output: Target = None,
    overwrite: bool = False,
    document: Source | None = None,
    password: str | None = None,
    tsa: Authorities | None = None,
    online: bool | FetchPolicy = False,
    validation_data: Iterable[Material] = (),
    validation_time: datetime | None = None,
    trust: TrustStore | None = None,
) -> SignResult:
    """Put a signature value into a draft, check the result, and hand it over.

    `document` is the input again, needed only when the draft was serialised without it, and `password` what opens
    it, needed when it was serialised at all; the output is never written over the input.  Above B-B, `tsa`, `online`, `validation_data` and `trust` are as in `Signer`;
    `validation_time` (aware; default: now) is the time as of which certificates are judged.  Raises
    `VerificationFailed` when the value is not one of the signer's key over `draft.octets` or the document
    is another, `InputError` DRAFT_WITHOUT_DOCUMENT when it is missing, `FetchError` when a time-stamp or
    the status of a certificate cannot be had.
    """
    if validation_time is not None and validation_time.tzinfo is None:
        raise ValueError("validation_time must be an aware datetime")
    if document is not None:
        draft = replace(draft, document=open_document(document))
    if draft.document is None:
        raise InputError("DRAFT_WITHOUT_DOCUMENT", subject=draft.document_name)
    draft = replace(draft, document=draft.document.opened_with(password))
    assert draft.document is not None
    if draft.document.size != draft.appended.base_size:
        raise VerificationFailed("DRAFT_OTHER_DOCUMENT", subject=draft.document.name)
    level = Level(draft.level)
    services = make_services(
        level, tsa=tsa, validation_data=validation_data, trust=trust, online=online, time=validation_time
    )
    with open_output(output, overwrite=overwrite, source=path_of(document) or draft.source) as place:
        if level in ARCHIVED:
            from edoc.api_sign.archive import before_signing

            assert services.collector is not None
            chain = tuple(Certificate.load(der) for der in draft.certificates)
            before_signing(services.collector, chain, time=services.moment(), allow_revoked=True)
        try:
            done = complete(draft, signature_value, services)
        except RoomError as problem:
            # The hole is part of what was signed, by a key that is not here.
            params = {"size": str(problem.octets)}
            raise ConfigError("DRAFT_ROOM_TOO_SMALL", subject=draft.document_name, params=params) from problem
        return hand_over(done, place, services, copied=False, room=Room())
