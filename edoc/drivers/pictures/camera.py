"""PDFium as a camera: draws the pages of one document into memory, forms and annotations as a viewer shows them.

No script runs: the environment of the form has no platform for one, and none of its actions is called.
"""

from __future__ import annotations

import ctypes
import math
from hashlib import sha256

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from edoc.drivers.pictures.align import Look
from edoc.drivers.pictures.limits import PictureLimits
from edoc.drivers.pictures.order import Box

_GREY = (24, 32)
"""Pixels of the small picture by which pages are likened."""
_DEVICE = 1_000_000
"""Width and height of the imagined device on which a place of the page is looked up."""


class CameraError(Exception):
    """A document or page that cannot be drawn; `needs_password` tells a locked one."""

    def __init__(self, *, needs_password: bool = False) -> None:
        super().__init__()
        self.needs_password = needs_password


class Camera:
    """One document, open in PDFium."""

    def __init__(self, octets: ctypes.Array[ctypes.c_char], password: str | None, limits: PictureLimits) -> None:
        """Open a document; raises `CameraError`."""
        self._limits = limits
        self._looks: dict[int, Look] = {}
        self._kept: dict[int, Image.Image] = {}
        self.coarse: set[int] = set()
        """Pages (from 0) that were drawn so small that a small change on them may not be seen."""
        try:
            self._pdf = pdfium.PdfDocument(octets, password=password)
        except pdfium.PdfiumError as problem:
            locked = getattr(problem, "err_code", None) == raw.FPDF_ERR_PASSWORD
            raise CameraError(needs_password=locked) from problem
        self._show_forms()
        self.pages = len(self._pdf)
        if not self.pages:
            # Nothing could be held against it, so that nothing would be said.
            self.close()
            raise CameraError

    def _show_forms(self) -> None:
        # What pypdfium2 does for itself would also load XFA forms and their scripts, where it is built with them.
        if self._pdf.get_formtype() == raw.FORMTYPE_NONE:
            return
        config = raw.FPDF_FORMFILLINFO(version=2)
        form = raw.FPDFDOC_InitFormFillEnvironment(self._pdf, config)
        if form:
            self._pdf.formenv = pdfium.PdfFormEnv(form, config)

    def close(self) -> None:
        """Give the memory back."""
        self._pdf.close()

    def look(self, page: int) -> Look:
        """Return what a page looks like, drawn once for all that it is held against; raises `CameraError`."""
        if page not in self._looks:
            picture = self.draw(page)
            if len(self._kept) < self._limits.shown:
                self._kept[page] = picture
            head = repr((picture.mode, picture.size)).encode()
            grey = picture.convert("L").resize(_GREY, Image.Resampling.BOX).tobytes()
            self._looks[page] = Look(digest=sha256(head + picture.tobytes()).digest(), grey=grey)
        return self._looks[page]

    def forget(self, page: int) -> None:
        """Give the memory of a picture back that is not needed a second time."""
        self._kept.pop(page, None)

    def draw(self, page: int) -> Image.Image:
        """Return the picture of a page (from 0) in mode RGB; raises `CameraError`."""
        if page in self._kept:
            return self._kept[page]
        opened = self._open(page)
        try:
            scale = self._scale(*opened.get_size())
            if scale * 72 < self._limits.coarse_dpi:
                self.coarse.add(page)
            return _rendered(opened, scale, (0.0, 0.0, 0.0, 0.0))
        finally:
            opened.close()

    def draw_part(self, page: int, part: Box) -> Image.Image:
        """Return the picture of a part of a page, enlarged; raises `CameraError`."""
        opened = self._open(page)
        try:
            width, height = opened.get_size()
            left, top, right, bottom = part
            scale = self._scale((right - left) * width, (bottom - top) * height, dpi=self._limits.closer_dpi)
            crop = (left * width, (1 - bottom) * height, (1 - right) * width, top * height)
            return _rendered(opened, scale, crop)
        finally:
            opened.close()

    def size(self, page: int) -> tuple[float, float]:
        """Return width and height of a page as it is shown, in points; raises `CameraError`."""
        opened = self._open(page)
        try:
            width, height = opened.get_size()
            return float(width), float(height)
        finally:
            opened.close()

    def places(self, page: int, boxes: tuple[Box, ...]) -> tuple[Box, ...]:
        """Return boxes of default user space as fractions of the page as it is shown; those off the page are left out."""
        opened = self._open(page)
        try:
            found = [_on_page(opened, box) for box in boxes]
        finally:
            opened.close()
        return tuple(box for box in found if box is not None)

    def _open(self, page: int) -> pdfium.PdfPage:
        try:
            return self._pdf[page]
        except pdfium.PdfiumError as problem:
            raise CameraError from problem

    def _scale(self, width: float, height: float, *, dpi: int | None = None) -> float:
        """Return the pixels a unit, so that a picture stays within the limits; raises `CameraError`."""
        if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
            raise CameraError
        most = min(math.sqrt(self._limits.pixels / (width * height)), self._limits.side / max(width, height))
        scale = min((dpi or self._limits.dpi) / 72, most)
        if math.ceil(width * scale) * math.ceil(height * scale) > 2 * self._limits.pixels:
            raise CameraError
        return scale


def _rendered(page: pdfium.PdfPage, scale: float, crop: Box) -> Image.Image:
    try:
        bitmap = page.render(scale=scale, crop=crop, rev_byteorder=True, draw_annots=True, may_draw_forms=True)
        picture: Image.Image = bitmap.to_pil().copy()
    except (pdfium.PdfiumError, ValueError) as problem:
        raise CameraError from problem
    return picture


def _on_page(page: pdfium.PdfPage, box: Box) -> Box | None:
    """Return a box as fractions of a page as it is shown, null when it is not on it."""
    xs, ys = [], []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        if not (math.isfinite(x) and math.isfinite(y)):
            return None
        device_x, device_y = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _DEVICE, _DEVICE, 0, x, y, device_x, device_y)
        xs.append(min(max(device_x.value / _DEVICE, 0.0), 1.0))
        ys.append(min(max(device_y.value / _DEVICE, 0.0), 1.0))
    if min(xs) == max(xs) or min(ys) == max(ys):
        return None
    return (min(xs), min(ys), max(xs), max(ys))
