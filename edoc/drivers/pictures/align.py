"""Which page of one document answers to which page of another: unchanged, changed, added, removed or moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_LIKENED = 2_500
"""Pairs of pages that are held against one another to find the likest; above it they are paired in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one page looks like: a digest of all its pixels, and a few grey values to liken it by."""

    digest: bytes
    grey: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Pages (from 0) that differ, and pages that stand elsewhere."""

    differing: tuple[tuple[int | None, int | None], ...]
    """Page of the first document, page of the second; null where there is none."""
    moved: tuple[tuple[int, int], ...]
    """Pages that look alike and changed their place among the others."""


def align(before: Mapping[int, Look], after: Mapping[int, Look], *, complete: bool) -> Alignment:
    """Return how the pages of two documents answer to one another.

    Both are pages by number.  `complete` is false when a document has more pages than were looked at: then
    nothing is said of a block at the end whose pages cannot be paired one by one.
    """
    old, new = sorted(before), sorted(after)
    first = [before[page] for page in old]
    second = [after[page] for page in new]
    matcher = SequenceMatcher(None, [look.digest for look in first], [look.digest for look in second], autojunk=False)
    pairs: list[tuple[int | None, int | None]] = []
    for kind, left, left_end, right, right_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        at_end = left_end == len(first) and right_end == len(second)
        if at_end and not complete and left_end - left != right_end - right:
            continue
        for one, other in _paired(first[left:left_end], second[right:right_end]):
            pairs.append((None if one is None else old[left + one], None if other is None else new[right + other]))
    return _without_moved(pairs, before, after)


def _without_moved(
    pairs: Sequence[tuple[int | None, int | None]], before: Mapping[int, Look], after: Mapping[int, Look]
) -> Alignment:
    """Take those pages out that are gone at one place and stand at another."""
    gone = {one: before[one].digest for one, other in pairs if one is not None}
    come = {other: after[other].digest for one, other in pairs if other is not None}
    moved: dict[int, int] = {}
    waiting: dict[bytes, list[int]] = {}
    for page, digest in come.items():
        waiting.setdefault(digest, []).append(page)
    for page, digest in gone.items():
        if waiting.get(digest):
            moved[page] = waiting[digest].pop(0)
    there = set(moved.values())
    left = [(None if one in moved else one, None if other in there else other) for one, other in pairs]
    return Alignment(
        differing=tuple(pair for pair in left if pair != (None, None)), moved=tuple(sorted(moved.items()))
    )


def _paired(first: Sequence[Look], second: Sequence[Look]) -> list[tuple[int | None, int | None]]:
    """Pair as many pages as there are on the shorter side, in order, so that the pairs are as alike as can be."""
    short = min(len(first), len(second))
    if len(first) == len(second) or not short or len(first) * len(second) > _LIKENED:
        rest = [(index, None) if len(first) > short else (None, index) for index in range(short, max(len(first), len(second)))]
        return [*((index, index) for index in range(short)), *rest]
    if len(first) > len(second):
        return [(one, other) for other, one in _paired(second, first)]
    partners = _likest(first, second)
    taken = {other: one for one, other in enumerate(partners)}
    return [(taken.get(index), index) for index in range(len(second))]


def _likest(few: Sequence[Look], many: Sequence[Look]) -> list[int]:
    """Return a partner among `many` for each of `few`, in order, of the least difference in all."""
    best: list[list[tuple[int, int]]] = []
    # best[i][j]: the least difference of few[..i] within many[..j], and the partner of few[i] in it.
    for index, look in enumerate(few):
        row: list[tuple[int, int]] = []
        for place in range(index, len(many) - len(few) + index + 1):
            offset = place - index
            earlier = best[-1][offset][0] if best else 0
            here = earlier + _difference(look, many[place])
            row.append((here, place) if offset == 0 or here < row[-1][0] else row[-1])
        best.append(row)
    found: list[int] = []
    offset = len(many) - len(few)
    for index in range(len(few) - 1, -1, -1):
        place = best[index][offset][1]
        found.append(place)
        offset = place - index
    return found[::-1]


def _difference(one: Look, other: Look) -> int:
    return sum(abs(left - right) for left, right in zip(one.grey, other.grey, strict=True))
