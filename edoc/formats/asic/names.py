"""Names inside a container: decoded exactly once, safe to write, and told apart by everybody (APPNOTE 4.4.17)."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes

from edoc.formats.asic.errors import ZipError

_UTF8_FLAG = 0x0800
_UNICODE_PATH = 0x7075
"""Info-ZIP Unicode Path: version 1, CRC-32 of the header's name, the name in UTF-8."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]|^/|^[A-Za-z]:|(?:^|/)\.{0,2}/|(?:^|/)\.{1,2}$")
"""Control characters, backslashes, absolute paths, drives, and segments that are empty, `.` or `..`."""
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_. -]*(?:/[A-Za-z0-9_-][A-Za-z0-9_. -]*)*/?")
"""Most names: told to be safe in one go."""
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def decode_name(raw: bytes, flags: int, extras: Mapping[int, bytes]) -> str:
    """Return the one name that an entry's header states; raises `ZipError` where readers would differ.

    UTF-8 where it is flagged or can be nothing else; the older code page 437 for the rest.
    """
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        if flags & _UTF8_FLAG:
            raise ZipError("ZIP_NAME_ENCODING", name=repr(raw)) from problem
        name = raw.decode("cp437")
    second = _unicode_path(raw, extras) if extras else None
    if second is None or second == name:
        return name
    if flags & _UTF8_FLAG or raw.isascii():
        raise ZipError("ZIP_NAME_TWICE", name=name, other=second)
    return second


def _unicode_path(raw: bytes, extras: Mapping[int, bytes]) -> str | None:
    extra = extras.get(_UNICODE_PATH)
    if extra is None:
        return None
    # One that was made for another name is stale and counts for nothing (Info-ZIP, extra field 0x7075).
    if len(extra) < 5 or extra[0] != 1 or int.from_bytes(extra[1:5], "little") != zlib.crc32(raw):
        return None
    try:
        return extra[5:].decode("utf-8")
    except UnicodeDecodeError as problem:
        raise ZipError("ZIP_NAME_ENCODING", name=repr(extra[5:])) from problem


def is_safe(name: str) -> bool:
    """Tell whether a name stays inside the folder that a container is unpacked to, on every system."""
    return _PLAIN.fullmatch(name) is not None or (bool(name) and _UNSAFE.search(name) is None)


def check_names(names: Iterable[str]) -> None:
    """Refuse names that are unsafe, equal, or equal on a system that folds case or Unicode; raises `ZipError`."""
    seen: dict[str, str] = {}
    for name in names:
        if _PLAIN.fullmatch(name) is None and not is_safe(name):
            raise ZipError("ZIP_NAME_UNSAFE", name=name)
        key = _folded(name.rstrip("/"))
        if key in seen:
            code = "ZIP_NAME_DUPLICATE" if seen[key] == name else "ZIP_NAME_TWINS"
            raise ZipError(code, name=name, other=seen[key])
        seen[key] = name
    _no_file_is_a_folder(seen)


def _no_file_is_a_folder(seen: Mapping[str, str]) -> None:
    for key, name in seen.items():
        end = key.rfind("/")
        while end > 0:
            parent = seen.get(key[:end])
            if parent is not None and not parent.endswith("/"):
                raise ZipError("ZIP_NAME_TWINS", name=name, other=parent)
            end = key.rfind("/", 0, end)


def _folded(name: str) -> str:
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


class NameIndex:
    """Finds entries by what a signature or manifest calls them: RFC 3986 references, percent-decoded once.

    A reference that means two different entries, read as it stands and decoded, means none.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {normal(name): name for name in names}

    def find(self, reference: str) -> str | None:
        """Return the name of the one entry that a reference means; null for none."""
        found = {self._names[key] for key in _readings(reference) if key in self._names}
        return found.pop() if len(found) == 1 else None


def _readings(reference: str) -> tuple[str, ...]:
    plain = normal(reference)
    if "%" not in reference or _ESCAPE.search(reference):
        return (plain,)
    try:
        return (plain, normal(unquote_to_bytes(reference).decode("utf-8")))
    except UnicodeDecodeError:
        return (plain,)


def normal(name: str) -> str:
    """Return a name in NFC: systems that store NFD write the same name with other octets."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)
