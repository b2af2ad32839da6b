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
