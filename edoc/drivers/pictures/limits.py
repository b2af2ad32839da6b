"""What drawing may cost, each number with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLimits:
    """The budgets of the pictures of one document; what is left out because of one is told in a note."""

    document_bytes: int = 128 << 20
    """The worker holds the document in memory."""
    signatures: int = 3
    """Signed revisions shown beside the document: each further one repeats most of them."""
    compared: int = 200
    """Pages of each side that are drawn to be compared: some 2 s of the plainest."""
    shown: int = 8
    """Pages shown in all: what a reader leafs through on a sheet."""
    dpi: int = 110
    """Readable at half the width of A4, and no more than 40 KB of PNG for a page of text."""
    pixels: int = 1_500_000
    """One picture: A4 at 110 dpi has 1.2 million; larger pages are drawn smaller."""
    side: int = 4_000
    """Pixels of the longer side: pages may be 14,400 units long and one wide."""
    coarse_dpi: int = 24
    """Of a page drawn smaller than that it is said that a small change may not be seen: a line of 10 points has 3 pixels."""
    boxes: int = 12
    """Changed places of one page; more are merged until so many are left."""
    closer: int = 2
    """Places of one page shown enlarged: a digit that changed is not read on a page of half the size."""
    closer_dpi: int = 200
    """Of an enlarged place: sharp at the size it has on the page."""
    page_bytes: int = 400_000
    """One PNG; a larger one (a scan) gets fewer colours, then half the size."""
    bytes: int = 6 << 20
    """All PNG together: the sheet is mailed."""
    compare_seconds: float = 8.0
    """Of one signed revision; what is not compared by then is said."""
    seconds: float = 25.0
    """All pictures of one document; the worker is then killed."""
    memory: int = 1 << 30
    """Address space of the worker beside the document itself, where the system can limit it."""


DEFAULT_PICTURE_LIMITS = PictureLimits()
