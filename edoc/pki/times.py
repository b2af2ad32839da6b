"""Times of certificates and revocation lists."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from edoc.pki.der import DerError

_STRICT = {
    0x17: re.compile(rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z"),
    0x18: re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z"),
}
_LOOSE = {
    0x17: re.compile(rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:Z|([+-])(\d\d)(\d\d))"),
    0x18: re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(?:Z|([+-])(\d\d)(\d\d))"),
}


@lru_cache(maxsize=4096)
def read_time(tag: int, content: bytes) -> tuple[datetime, bool]:
    """Return a UTCTime or GeneralizedTime as aware UTC, and whether its form is that of RFC 5280 4.1.2.5.

    Forms without seconds or with an offset are read and told; anything else is a DerError.
    """
    strict = _STRICT[tag].fullmatch(content) if tag in _STRICT else None
    if strict is not None:
        return _moment(tag, [int(group) for group in strict.groups()]), True
    loose = _LOOSE[tag].fullmatch(content) if tag in _LOOSE else None
    if loose is None:
        raise DerError("time")
    groups = loose.groups()
    moment = _moment(tag, [int(group or 0) for group in groups[:6]])
    if groups[6]:
        offset = timedelta(hours=int(groups[7]), minutes=int(groups[8]))
        try:
            moment = moment - offset if groups[6] == b"+" else moment + offset
        except OverflowError as problem:
            raise DerError("time") from problem
    return moment, False


def _moment(tag: int, parts: list[int]) -> datetime:
    if tag == 0x17:
        parts[0] += 1900 if parts[0] >= 50 else 2000
    try:
        return datetime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], tzinfo=UTC)
    except ValueError as problem:
        raise DerError("time") from problem
