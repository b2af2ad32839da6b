"""What a signature is to permit and where its field goes: options of a PDF, checked before any key is used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edoc.errors import ConfigError
from edoc.formats.pdf.append_write import is_text
from edoc.sign.choice import choose
from edoc.sign.request import NOWHERE, FieldLock, FieldPlace, LockAction, Permission, SignatureRequest, SubFilter

_CORNERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Permits:
    """What a signature certifies, and what it locks."""

    certify: Permission | None = None
    lock: FieldLock | None = None


NO_PERMITS = Permits()
"""An approval signature that locks nothing."""


def make_permits(
    *, certify: str | None, lock: str | None, lock_fields: Iterable[str], lock_permission: str | None
) -> Permits:
    """Return what the options ask for; raises `ConfigError` where one is unknown or contradicts another."""
    names = (lock_fields,) if isinstance(lock_fields, str) else tuple(lock_fields)
    certified = choose(Permission, certify, "SIGN_PERMISSION_UNKNOWN") if certify is not None else None
    action = choose(LockAction, lock, "SIGN_LOCK_UNKNOWN") if lock is not None else None
    permission = choose(Permission, lock_permission, "SIGN_PERMISSION_UNKNOWN") if lock_permission is not None else None
    if certified is not None and permission is not None:
        raise ConfigError("SIGN_PERMISSION_TWICE", subject=permission.value, params={"certify": certified.value})
    if action in (LockAction.INCLUDE, LockAction.EXCLUDE) and not names:
        raise ConfigError("SIGN_LOCK_FIELDS_MISSING", subject=action.value)
    if names and action in (None, LockAction.ALL):
        raise ConfigError("SIGN_LOCK_FIELDS_UNUSED", subject=", ".join(map(ascii, names)))
    for name in names:
        if not name or not is_text(name):
            raise ConfigError("SIGN_TEXT_UNREADABLE", subject=ascii(name))
    if action is None and permission is None:
        return Permits(certify=certified)
    # A permission alone locks no field: the list of those to be locked is empty.
    return Permits(
        certify=certified, lock=FieldLock(action=action or LockAction.INCLUDE, fields=names, permission=permission)
    )


def make_place(page: int | None, box: Sequence[float] | None) -> FieldPlace:
    """Return where a new field goes; raises `ConfigError` FIELD_BOX_UNUSABLE or FIELD_PAGE_UNUSABLE."""
    if page is None and box is None:
        return NOWHERE
    if page is not None and page < 1:
        raise ConfigError("FIELD_PAGE_UNUSABLE", subject=str(page))
    if box is None:
        return FieldPlace(page=page)
    corners = tuple(box)
    if len(corners) != _CORNERS or not all(math.isfinite(item) for item in corners):
        raise ConfigError("FIELD_BOX_UNUSABLE", subject=", ".join(map(str, corners)))
    left, bottom, right, top = corners
    if right - left < 1 or top - bottom < 1:
        raise ConfigError("FIELD_BOX_UNUSABLE", subject=", ".join(map(str, corners)))
    return FieldPlace(page=page, box=(left, bottom, right, top))


def refuse_pdf_only(request: SignatureRequest, *, kind: str) -> None:
    """Raise `ConfigError` SIGN_OPTION_PDF_ONLY when a request asks for something that only a PDF has a place for.

    `kind` is what the format is called, such as `XAdES`.  For every format but PDF; to be called before any
    key is used.
    """
    given = {
        "field": request.field is not None,
        "page": request.place.page is not None,
        "box": request.place.box is not None,
        "certify": request.certify is not None,
        "lock": request.lock is not None,
        "name": request.name is not None,
        "reason": request.reason is not None,
        "contact_info": request.contact_info is not None,
        "sub_filter": request.sub_filter is not SubFilter.CADES,
    }
    for name, asked in given.items():
        if asked:
            raise ConfigError("SIGN_OPTION_PDF_ONLY", subject=name, params={"format": kind})
