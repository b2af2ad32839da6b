"""What is asked of a signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class SubFilter(Enum):
    """How a PDF signature says it is encoded (ISO 32000-2 table 260)."""

    CADES = "ETSI.CAdES.detached"
    """PAdES (EN 319 142-1)."""
    PKCS7 = "adbe.pkcs7.detached"
    """The older form, for receivers that know no PAdES."""


class Level(Enum):
    """The baseline levels (EN 319 142-1 6)."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"


class Permission(Enum):
    """What may happen to a document after a signature (ISO 32000-2 table 257)."""

    NO_CHANGES = "no-changes"
    FILL_FORMS = "fill-forms"
    """Forms may be filled, and further signatures added."""
    ANNOTATE = "annotate"
    """As `FILL_FORMS`, and annotations may be added and changed."""

    @property
    def level(self) -> int:
        """The number that stands for it in a document (/P)."""
        return list(Permission).index(self) + 1


class LockAction(Enum):
    """Which form fields a signature locks (ISO 32000-2 table 258)."""

    ALL = "all"
    INCLUDE = "include"
    """Those that are named."""
    EXCLUDE = "exclude"
    """All but those that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLock:
    """What a signature locks: form fields, and with `permission` the whole document."""

    action: LockAction
    fields: tuple[str, ...] = ()
    """Full names."""
    permission: Permission | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlace:
    """Where a new signature field goes; without a box it is invisible."""

    page: int | None = None
    """From 1; null: the first."""
    box: tuple[float, float, float, float] | None = None
    """Left, bottom, right, top in units of the page (1/72 inch unless it says otherwise)."""


NOWHERE = FieldPlace()
"""An invisible field on the first page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRequest:
    """What a signature says, and where it goes; the claims are the signer's own and prove nothing.

    `signing_time` is aware; it is written with whole seconds.
    """

    signing_time: datetime
    sub_filter: SubFilter = SubFilter.CADES
    field: str | None = None
    """Full name of the form field: an empty one is filled, a missing one made; null: `Signature1`, ..."""
    name: str | None = None
    reason: str | None = None
    location: str | None = None
    contact_info: str | None = None
    certify: Permission | None = None
    """What the signature certifies the document for; null: it approves."""
    lock: FieldLock | None = None
    place: FieldPlace = NOWHERE
    attributes: tuple[bytes, ...] = ()
    """Further signed attributes of the CMS, whole; room for them is asked for when planning."""
