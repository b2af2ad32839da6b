"""What the files of a new container are called: names that every system can unpack, and that nothing else bears."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import replace

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.formats.asic.errors import ZipError
from edoc.formats.asic.names import check_names

_LAST = re.compile(r"[^/\\]*\Z")
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
"""Control characters, and what Windows refuses in a file name."""
_RESERVED = frozenset({"mimetype", "meta-inf"})
_NUMBERS = 1_000


def named(documents: Sequence[Document]) -> tuple[Document, ...]:
    """Return documents under the names that they get in a container: the last part, made fit.

    Raises `InputError` ASIC_NAME_CLASH for two of one name, ASIC_NAME_RESERVED for one that means something
    else in a container.
    """
    found = tuple(replace(item, name=_fit(item.name)) if type(item) is Document else item for item in documents)
    for item in found:
        if item.name.casefold() in _RESERVED:
            raise InputError("ASIC_NAME_RESERVED", subject=item.name)
    try:
        check_names(item.name for item in found)
    except ZipError as problem:
        raise InputError("ASIC_NAME_CLASH", subject=problem.params["name"], params=problem.params) from problem
    return found


def _fit(name: str) -> str:
    match = _LAST.search(name)
    last = unicodedata.normalize("NFC", _UNFIT.sub("_", match[0] if match is not None else ""))
    last = last.strip(" ").rstrip(".")
    return last if last and last != "-" else "document"


def free_name(pattern: str, taken: Container[str]) -> str:
    """Return the first name of a pattern (`{}`: three digits from 001) that is not taken; `InputError` ASIC_FULL."""
    for number in range(1, _NUMBERS):
        name = pattern.format(f"{number:03}")
        if name not in taken:
            return name
    raise InputError("ASIC_FULL", subject=pattern.format("000"))
