"""The worker: a process that holds nothing but one document, draws what it is asked for, and ends.

It is started with an empty environment, limits itself before it looks at the document, and is killed when its time is
up.  Whatever happens to it happens to nobody else.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageChops

from edoc.drivers.pictures.align import Alignment, Look, align
from edoc.drivers.pictures.camera import Camera, CameraError
from edoc.drivers.pictures.compare import WHOLE, changed_places, closer_places
from edoc.drivers.pictures.limits import PictureLimits
from edoc.drivers.pictures.order import END, Box, Closer, Drawn, Note, Order, Revision, drawn_record, note_record

Pair = tuple[int | None, int | None]
_COLOURS = 64
"""Of a picture that would be too large: a scan stays readable."""
_PALETTE = 256
_FILES = 32
"""Open files: fonts of the system."""


def main() -> None:
    """Read an order and a document from standard input, and answer on standard output."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    order = Order.read(source.readline())
    octets = (ctypes.c_char * max(order.size, 1))()
    if _read_into(source, memoryview(octets).cast("B")[: order.size]):
        _limit(order)
        for record in answers(order, octets):
            target.write(record)
            target.flush()
        target.write(END)
        target.flush()


def answers(order: Order, octets: ctypes.Array[ctypes.c_char]) -> Iterator[bytes]:
    """Yield what there is to show and to say of every revision, as records."""
    budget = _Budget(limits=order.limits)
    try:
        now = Camera(octets, order.password, order.limits)
    except CameraError as problem:
        for revision in order.revisions:
            yield note_record(_unopened(revision, problem, "PICTURES_UNREADABLE"))
        return
    for revision in order.revisions:
        # The signed revision is the beginning of the same octets: nothing is copied.
        start = (ctypes.c_char * revision.end).from_buffer(octets)
        try:
            signed = Camera(start, order.password, order.limits)
        except CameraError as problem:
            yield note_record(_unopened(revision, problem, "PICTURES_REVISION_UNREADABLE"))
            continue
        yield from _Comparison(revision=revision, signed=signed, now=now, budget=budget).records()
        signed.close()


def _unopened(revision: Revision, problem: CameraError, code: str) -> Note:
    return Note(code="PICTURES_PASSWORD" if problem.needs_password else code, signature=revision.signature)


@dataclass(slots=True, kw_only=True)
class _Budget:
    """What is left of the limits."""

    limits: PictureLimits
    pages: int = 0
    bytes: int = 0

    def spent(self) -> bool:
        """True when no further page may be shown."""
        return self.pages >= self.limits.shown or self.bytes >= self.limits.bytes


@dataclass(slots=True, kw_only=True)
class _Comparison:
    """One signed revision beside the document as it was handed over."""

    revision: Revision
    signed: Camera
    now: Camera
    budget: _Budget
    failed: set[int] = field(default_factory=set)
    """Pages (from 1) that could not be drawn."""

    def records(self) -> Iterator[bytes]:
        """Yield the records of the pages that differ, and of what is to be said of the others."""
        before, after = self._looks()
        most = max(self.signed.pages, self.now.pages)
        alignment = align(before, after, complete=len(before) == self.signed.pages and len(after) == self.now.pages)
        if len(before) + len(self.failed) < self.signed.pages or len(after) + len(self.failed) < self.now.pages:
            yield self._note("PICTURES_NOT_COMPARED", compared=min(len(before), len(after)), pages=most)
        for one, other in alignment.moved:
            yield self._note("PICTURES_PAGE_MOVED", page=one + 1, now=other + 1)
        yield from self._pages(alignment, after)

    def _pages(self, alignment: Alignment, after: dict[int, Look]) -> Iterator[bytes]:
        left_out: set[int] = set()
        shown: set[int] = set()
        # Those that the report names come first, so that they are shown whatever else there is.
        for pair in sorted(alignment.differing, key=lambda pair: (_number(pair) not in self.revision.changes, _number(pair))):
            if self.budget.spent():
                left_out.add(_number(pair))
                continue
            try:
                drawn = self._page(*pair)
            except CameraError:
                self.failed.add(_number(pair))
                continue
            if drawn is None:
                continue
            shown.add(_number(pair))
            self.budget.pages += 1
            self.budget.bytes += sum(map(len, drawn.octets()))
            yield drawn_record(drawn)
        if self.failed:
            yield self._note("PICTURES_PAGE_FAILED", pages=_listed(self.failed))
        if left_out:
            yield self._note("PICTURES_LEFT_OUT", pages=_listed(left_out))
        if coarse := {page + 1 for page in self.now.coarse & set(after)}:
            yield self._note("PICTURES_COARSE", pages=_listed(coarse))
        named = {page for page in self.revision.changes if page - 1 in after} - shown - left_out - self.failed
        if after and not (shown or left_out or self.failed or alignment.moved):
            yield self._note("PICTURES_ALIKE")
        elif named - {other + 1 for _, other in alignment.moved}:
            yield self._note("PICTURES_PAGES_ALIKE", pages=_listed(named))

    def _page(self, one: int | None, other: int | None) -> Drawn | None:
        """Return a page as it is shown, null when nobody could see a difference."""
        left = self.signed.draw(one) if one is not None else None
        right = self.now.draw(other) if other is not None else None
        boxes = WHOLE
        closer: tuple[Closer, ...] = ()
        if left is not None and right is not None and one is not None and other is not None:
            known = self.now.places(other, self.revision.changes.get(other + 1, ()))
            boxes = changed_places(left, right, known=known, most=self.budget.limits.boxes)
            if not boxes:
                return None
            closer = self._closer(one, other, boxes) if left.size == right.size else ()
        page = one if one is not None else other
        assert page is not None  # a pair names a page on one side at least
        return Drawn(
            signature=self.revision.signature,
            page=page + 1,
            now=None if other is None else other + 1,
            signed=None if left is None else png(left, self.budget.limits.page_bytes),
            handed_over=None if right is None else png(right, self.budget.limits.page_bytes),
            boxes=boxes,
            closer=closer,
        )

    def _closer(self, one: int, other: int, boxes: tuple[Box, ...]) -> tuple[Closer, ...]:
        """Return the small places of a page that differ, enlarged."""
        limits = self.budget.limits
        parts = closer_places(boxes, size=self.now.size(other), most=limits.closer)
        return tuple(
            Closer(
                part=part,
                signed=png(self.signed.draw_part(one, part), limits.page_bytes),
                handed_over=png(self.now.draw_part(other, part), limits.page_bytes),
            )
            for part in parts
        )

    def _looks(self) -> tuple[dict[int, Look], dict[int, Look]]:
        """Return what the pages of both sides look like, as far as they may be drawn."""
        limits = self.budget.limits
        until = time.monotonic() + limits.compare_seconds
        before: dict[int, Look] = {}
        after: dict[int, Look] = {}
        for page in self._wanted(limits.compared):
            if time.monotonic() > until:
                break
            try:
                first = self.signed.look(page) if page < self.signed.pages else None
                second = self.now.look(page) if page < self.now.pages else None
            except CameraError:
                self.failed.add(page + 1)
                continue
            if first is not None:
                before[page] = first
            if second is not None:
                after[page] = second
            if first == second:
                self.signed.forget(page)
                self.now.forget(page)
        return before, after

    def _wanted(self, most: int) -> list[int]:
        """Return the pages to look at, in order of their weight."""
        count = max(self.signed.pages, self.now.pages)
        order = list(range(min(count, most)))
        if self.signed.pages != self.now.pages:
            # Where pages were added or removed, all before a page are needed to tell which it is.
            return order
        named = sorted(page - 1 for page in self.revision.changes if 0 < page <= count)[:most]
        return [*named, *(page for page in order if page not in set(named))][:most]

    def _note(self, code: str, **params: object) -> bytes:
        words = {name: str(value) for name, value in params.items()}
        return note_record(Note(code=code, signature=self.revision.signature, params=words))


def _number(pair: Pair) -> int:
    """Return the number (from 1) under which the report names a page: that of the document as it was handed over."""
    one, other = pair
    return (other if other is not None else one or 0) + 1


def _listed(pages: Sequence[int] | set[int]) -> str:
    """Return page numbers as text: `2, 4-7, 9`."""
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    shown = [str(start) if start == end else f"{start}-{end}" for start, end in runs[:20]]
    return ", ".join([*shown, *(["..."] if len(runs) > 20 else [])])


def png(picture: Image.Image, most: int) -> bytes:
    """Return a picture as PNG: as it is where that is small, with fewer colours or of half the size where it is not."""
    red, green, blue = picture.split()
    grey = ImageChops.difference(red, green).getbbox() is None and ImageChops.difference(red, blue).getbbox() is None
    plain = red if grey else picture
    if not grey and picture.getcolors(_PALETTE) is not None:
        # With so few colours nothing is lost, and half of the octets are saved.
        plain = picture.quantize(_PALETTE, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    data = _encoded(plain)
    while len(data) > most and min(picture.size) > 1:
        data = _encoded(picture.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))
        picture = picture.resize((max(picture.width // 2, 1), max(picture.height // 2, 1)), Image.Resampling.BOX)
    return data


def _encoded(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _read_into(source: BinaryIO, place: memoryview) -> bool:
    """Fill a place; false when the input ends before."""
    while place:
        count = source.readinto(place)  # type: ignore[attr-defined]
        if not count:
            return False
        place = place[count:]
    return True


def _limit(order: Order) -> None:
    """Take away what drawing does not need, as far as the system knows such limits."""
    try:
        import resource
    except ImportError:
        return
    seconds = int(order.limits.seconds) + 1
    for name, most in (
        ("AS", order.limits.memory + 2 * order.size),
        ("CPU", seconds),
        ("CORE", 0),
        ("FSIZE", 0),
        ("NOFILE", _FILES),
        ("NPROC", 0),
    ):
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (wanted, wanted))
        except (ValueError, OSError):
            # Some systems name limits that they cannot set; the deadline of the parent holds there too.
            continue
