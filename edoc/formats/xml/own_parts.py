"""The parts in which a signature speaks of itself: found by their place, so that nothing hung on it can take their place.

An identifier that several elements bear names none of them: who looks it up may find another one than whoever
signed.  Nobody looks up what a signature says of itself, and an unsigned property, such as a counter-signature made
by a program that gives everything the same names, could be hung on any signature.
"""

from __future__ import annotations

from collections.abc import Sequence

from edoc.formats.xml.qualifying import VERSIONS
from edoc.formats.xml.tree import DS, Element

_SIGNATURE, _OBJECT, _KEY_INFO = (f"{{{DS}}}{name}" for name in ("Signature", "Object", "KeyInfo"))
_SIGNED, _UNSIGNED = (
    frozenset((_OBJECT, f"{{{space}}}QualifyingProperties", f"{{{space}}}{name}") for space in VERSIONS)
    for name in ("SignedProperties", "UnsignedProperties")
)
"""The ways from a signature down to its properties."""


def told_apart(bearers: Sequence[Element], reference: Element) -> list[Element]:
    """Return the bearers of one identifier that a reference may mean: its signature's own part alone, where that is safe.

    It is when one of them is the SignedProperties or the KeyInfo of the signature that the reference stands in,
    and every other one hangs unsigned on this signature or on one that it is hung on itself, or is such a part of that one.
    """
    around = [item for item in reference.iterancestors(_SIGNATURE)]
    own = [item for item in bearers if around and _is_own(item, around[0])]
    if len(own) != 1:
        return list(bearers)
    others = (item for item in bearers if item is not own[0])
    safe = all(any(_hangs_on(item, above) or _is_own(item, above) for above in around) for item in others)
    return own if safe else list(bearers)


def _is_own(element: Element, signature: Element) -> bool:
    way = _way(element, signature)
    return way == [_KEY_INFO] or tuple(way) in _SIGNED


def _hangs_on(element: Element, signature: Element) -> bool:
    return tuple(_way(element, signature)[:3]) in _UNSIGNED


def _way(element: Element, signature: Element) -> list[str]:
    """Return the names of the elements on the way from a signature down to an element, nothing if it is no such way."""
    way: list[str] = []
    node: Element | None = element
    while node is not None and node is not signature:
        way.append(node.tag)
        node = node.getparent()
    return way[::-1] if node is not None else []
