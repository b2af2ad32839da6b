"""Decodes the streams that structure needs: Flate with PNG and TIFF predictors, and nothing else."""

from __future__ import annotations

import zlib
from itertools import accumulate

from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.lex import Budget
from edoc.formats.pdf.values import Name, Value

_RATIO_FREE = 1 << 20
"""Below this size no ratio of inflated to deflated octets is suspicious."""
_COLUMNS = 64
"""Predictor columns of a structure stream; cross-reference rows have at most 24 octets."""
_UP, _OTHER = 1, 8
"""What one octet costs when all rows are predicted from above, and otherwise."""
_WORK = 8 << 20
"""Predictor work of one document: half a second; 400,000 rows of 20 octets fit in."""


def decode(raw: bytes, dictionary: dict[str, Value], *, budget: Budget, offset: int) -> bytes:
    """Return the decoded octets of a stream whose /Filter and /DecodeParms are resolved.

    Raises PdfError: PDF_FILTER, PDF_FLATE, PDF_PREDICTOR, PDF_EXTERNAL_STREAM, PDF_LIMIT.
    """
    if "F" in dictionary:
        raise PdfError("PDF_EXTERNAL_STREAM", offset)
    budget.streams += 1
    if budget.streams > budget.limits.pdf_streams:
        raise PdfError("PDF_LIMIT", offset, limit="pdf_streams")
    filters = _as_list(dictionary.get("Filter"))
    parameters = _as_list(dictionary.get("DecodeParms"))
    if len(filters) > 2 or len(parameters) > max(1, len(filters)):
        raise PdfError("PDF_FILTER", offset)
    data = raw
    for index, name in enumerate(filters):
        if not isinstance(name, Name) or name not in ("FlateDecode", "Crypt"):
            raise PdfError("PDF_FILTER", offset, filter=name)
        if name == "Crypt":
            continue
        data = _inflate(data, budget, offset)
        settings = parameters[index] if index < len(parameters) else None
        if isinstance(settings, dict):
            data = _unpredict(data, settings, budget, offset)
    return data


def _as_list(value: Value) -> list[Value]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _inflate(raw: bytes, budget: Budget, offset: int) -> bytes:
    limits = budget.limits
    room = min(
        limits.pdf_stream_bytes,
        limits.pdf_inflated_bytes - budget.inflated,
        max(_RATIO_FREE, limits.pdf_inflate_ratio * len(raw)),
    )
    if room <= 0:
        raise PdfError("PDF_LIMIT", offset, limit="pdf_inflated_bytes")
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(raw, room)
        budget.inflated += len(data)
        if inflater.unconsumed_tail and len(data) >= room:
            raise PdfError("PDF_LIMIT", offset, limit="pdf_stream_bytes")
        data += inflater.flush()
    except zlib.error as problem:
        raise PdfError("PDF_FLATE", offset) from problem
    if not inflater.eof or inflater.unused_data.strip(b"\x00\t\n\x0c\r "):
        raise PdfError("PDF_FLATE", offset)
    return data


def _unpredict(data: bytes, settings: dict[str, Value], budget: Budget, offset: int) -> bytes:
    predictor = _number(settings, "Predictor", 1, offset)
    if predictor == 1:
        return data
    columns = _number(settings, "Columns", 1, offset)
    colors = _number(settings, "Colors", 1, offset)
    bits = _number(settings, "BitsPerComponent", 8, offset)
    if bits != 8 or not 1 <= colors <= 4 or not 1 <= columns <= _COLUMNS:
        raise PdfError("PDF_PREDICTOR", offset)
    width = columns * colors
    step = width if predictor == 2 else width + 1
    if predictor not in (2, 10, 11, 12, 13, 14, 15) or len(data) % step:
        raise PdfError("PDF_PREDICTOR", offset)
    tags = data[::step]
    # Nearly every writer uses "Up" throughout; each column is summed at C speed then.
    up = predictor != 2 and tags.count(2) == len(tags)
    budget.unpredicted += len(data) * (_UP if up else _OTHER)
    if budget.unpredicted > _WORK:
        raise PdfError("PDF_LIMIT", offset, limit="predictor")
    if predictor == 2:
        return _tiff(data, width, colors)
    return _png_up(data, width) if up else _png_rows(data, width, colors, offset)


def _number(settings: dict[str, Value], key: str, default: int, offset: int) -> int:
    value = settings.get(key, default)
    if type(value) is not int:
        raise PdfError("PDF_PREDICTOR", offset)
    return value


def _tiff(data: bytes, width: int, colors: int) -> bytes:
    out = bytearray(data)
    for start in range(0, len(out), width):
        for index in range(start + colors, start + width):
            out[index] = (out[index] + out[index - colors]) & 0xFF
    return bytes(out)


def _png_up(data: bytes, width: int) -> bytes:
    rows = len(data) // (width + 1)
    out = bytearray(rows * width)
    for column in range(width):
        out[column::width] = bytes(value & 0xFF for value in accumulate(data[column + 1 :: width + 1]))
    return bytes(out)


def _png_rows(data: bytes, width: int, colors: int, offset: int) -> bytes:
    out = bytearray()
    above = bytearray(width)
    for start in range(0, len(data), width + 1):
        tag, row = data[start], bytearray(data[start + 1 : start + 1 + width])
        if tag > 4:
            raise PdfError("PDF_PREDICTOR", offset)
        if tag:
            for index in range(width):
                left = row[index - colors] if index >= colors else 0
                corner = above[index - colors] if index >= colors else 0
                row[index] = (row[index] + _predicted(tag, left, above[index], corner)) & 0xFF
        out += row
        above = row
    return bytes(out)


def _predicted(tag: int, left: int, up: int, corner: int) -> int:
    if tag == 1:
        return left
    if tag == 2:
        return up
    if tag == 3:
        return (left + up) // 2
    estimate = left + up - corner
    distances = (abs(estimate - left), abs(estimate - up), abs(estimate - corner))
    nearest = min(distances)
    return (left, up, corner)[distances.index(nearest)]
