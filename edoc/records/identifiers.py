"""The form of identifiers: a check digit tells a slip of the pen, never whose number it is."""

from __future__ import annotations

import re
from enum import Enum

from edoc.records.model import IdentifierKind

_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_BULLET = "•"
_POSTAL = re.compile(r"(?!([0-9])\1{3})[13-9]{4}[1346-9]-?[013-9]{5}")


class Form(Enum):
    """What the form of an identifier shows."""

    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    NOT_CHECKED = "not_checked"
    """There is no rule for this kind, or digits are masked."""


def form_of(value: str, kind: IdentifierKind) -> Form:
    """Return whether an identifier has the form of its kind; Persian and Arabic digits count as ASCII ones."""
    rule = _RULES.get(kind)
    if rule is None or _BULLET in value:
        return Form.NOT_CHECKED
    return Form.FITS if rule(value.translate(_DIGITS)) else Form.DOES_NOT_FIT


def masked(value: str) -> str:
    """Return an identifier with bullets in the place of its middle, a third at least."""
    kept = len(value) // 3
    return value[:kept] + _BULLET * (len(value) - 2 * kept) + value[len(value) - kept :]


def _national_code(text: str) -> bool:
    """Ten digits, not all equal; the last is made of the others, weighed 10 to 2, modulo 11."""
    if re.fullmatch("[0-9]{10}", text) is None or len(set(text)) == 1:
        return False
    rest = sum(int(digit) * (10 - place) for place, digit in enumerate(text[:9])) % 11
    return int(text[9]) == (rest if rest < 2 else 11 - rest)


def _legal_entity(text: str) -> bool:
    """Eleven digits; the last is made of the others, each raised by the tenth and two, with repeating weights."""
    if re.fullmatch("[0-9]{11}", text) is None or set(text) == {"0"} or set(text[3:9]) == {"0"}:
        return False
    weights = (29, 27, 23, 19, 17)
    raised = int(text[9]) + 2
    rest = sum((int(digit) + raised) * weights[place % 5] for place, digit in enumerate(text[:10])) % 11
    return int(text[10]) == rest % 10


def _postal_code(text: str) -> bool:
    return _POSTAL.fullmatch(text) is not None


_RULES = {
    IdentifierKind.NATIONAL_CODE: _national_code,
    IdentifierKind.LEGAL_ENTITY_ID: _legal_entity,
    IdentifierKind.POSTAL_CODE: _postal_code,
}
