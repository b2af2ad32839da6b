"""PDF values as Python sees them: names, references, strings and streams keep their own types (ISO 32000-2 7.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Name(str):
    """A name without its slash, `#xx` decoded, octets as Latin-1; a text string is never a `str`."""

    __slots__ = ()


class Ref(NamedTuple):
    """An indirect reference."""

    number: int
    generation: int


class PdfString(bytes):
    """A string's octets; of a /Contents, `is_hex` and `span` tell how and where it is written.

    `span` are the file offsets of the token, delimiters included; null inside an object stream.  Of a string
    that was decrypted, `sealed` is the object that it stood in, and its octets there.
    """

    is_hex: bool = False
    span: tuple[int, int] | None = None
    sealed: tuple[Ref, bytes] | None = None


class RepeatedKeys(dict[str, "Value"]):
    """A dictionary that names a key twice: an error where it matters (`repeated`), a note elsewhere."""

    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """A stream: its dictionary and where its raw octets lie in the file."""

    dictionary: dict[str, Value]
    raw_start: int
    raw_length: int
    ref: Ref = field(default=Ref(0, 0))


Value = None | bool | int | float | Name | Ref | PdfString | bytes | Stream | list["Value"] | dict[str, "Value"]
"""Any PDF value; `bytes` stand for strings, also those that a writer makes."""


def same(one: Value, other: Value) -> bool:
    """Tell whether two direct values are equal with their types: true is not 1, a name is not a string.

    Streams are never equal here; whoever compares them compares their octets.
    """
    if one is other:
        return True
    todo: list[tuple[Value, Value]] = [(one, other)]
    while todo:
        left, right = todo.pop()
        if left is right:
            continue
        if _kind(left) != _kind(right):
            return False
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys() or isinstance(left, RepeatedKeys) or isinstance(right, RepeatedKeys):
                return False
            pairs = [(value, right[key]) for key, value in left.items()]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pairs = list(zip(left, right, strict=True))
        elif isinstance(left, Stream) or left != right:
            return False
        else:
            continue
        for pair in pairs:
            value, opposite = pair
            if value is opposite:
                continue
            if type(value) is not type(opposite) or type(value) not in _PLAIN:
                todo.append(pair)
            elif value != opposite:
                return False
    return True


_KINDS: dict[type, type] = {
    bool: bool, Name: Name, Ref: Ref, PdfString: bytes, bytes: bytes, dict: dict, RepeatedKeys: dict, list: list,
    Stream: Stream, int: float, float: float,
}  # fmt: skip
"""What each type counts as: 1 and 1.0 are the same number in PDF."""
_PLAIN = frozenset((bool, Name, Ref, PdfString, bytes, int, float))
"""Types whose equality is Python's own, as long as both sides are of the same one."""


def _kind(value: Value) -> type:
    kind = type(value)
    return _KINDS.get(kind, kind)
