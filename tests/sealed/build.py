"""Sheets built by hand, octet by octet: one page, attached files wherever a test wants them, updates behind the end."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

import edoc
from edoc.report.json import report_dict
from edoc.result.enums import Verdict
from edoc.result.report import DocumentId
from tests.formats.pdf.build import stream
from tests.report.makers import EVERY

RULING = b"the ruling, as it was checked"
OTHER = b"another ruling"


def report_json(verdict: Verdict = Verdict.PASSED, *, about: bytes = RULING) -> bytes:
    """A report about a few octets."""
    sha256 = edoc.Document.from_bytes(about, name="x").sha256().hex()
    document = DocumentId(name="ruling.pdf", media_type="application/pdf", size=len(about), sha256=sha256)
    data = replace(EVERY["everything"], verdict=verdict, document=document)
    return json.dumps(report_dict(data), indent=1).encode()


def specification(name: bytes, embedded: bytes, more: bytes = b"") -> bytes:
    """A file specification; `embedded` are the entries of /EF."""
    return b"<</Type/Filespec/F(%s)/UF(%s)/EF<<%s>>%s>>" % (name, name, embedded, more)


def sheet(
    files: Mapping[bytes, bytes], *, page: bytes = b"", extra: Mapping[int, bytes] | None = None, tree: bytes = b""
) -> bytes:
    """A PDF of one page that lists some files; `page` goes into its dictionary, `tree` in the place of the list."""
    objects: dict[int, bytes] = {
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>%s>>" % page,
        4: stream(b"BT /F1 24 Tf 72 700 Td (PASSED) Tj ET"),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    listed, number = b"", 10
    for name, octets in files.items():
        objects[number] = specification(name, b"/F %d 0 R" % (number + 1))
        objects[number + 1] = stream(octets, b"/Type/EmbeddedFile", deflate=True)
        listed += b"(%d)%d 0 R" % (number, number)
        number += 2
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles %s>>>>" % (tree or b"<</Names[%s]>>" % listed)
    return _written(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {**objects, **(extra or {})})


def updated(data: bytes, objects: Mapping[int, bytes]) -> bytes:
    """Append an update with some objects."""
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    root = re.findall(rb"/Root (\d+ 0 R)", data)[-1]
    return _written(data, objects, b"/Root %s/Prev %d" % (root, previous))


def number_of(data: bytes, pattern: bytes) -> int:
    """Return the number of the last object that begins with something."""
    return int(re.findall(rb"(\d+) 0 obj\s*" + pattern, data)[-1])


def catalog_of(data: bytes) -> tuple[int, bytes]:
    """Return the number and the body of the newest catalog."""
    number, body = re.findall(rb"(\d+) 0 obj\s*(<<(?:(?!endobj).)*?/Type ?/Catalog.*?>>)\s*endobj", data, re.DOTALL)[-1]
    return int(number), body


def _written(data: bytes, objects: Mapping[int, bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    out, rows = bytearray(data), {}
    for number, body in objects.items():
        rows[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = len(out)
    out += b"xref\n" + (b"" if b"/Prev" in trailer else b"0 1\n0000000000 65535 f \n")
    for number in sorted(rows):
        out += b"%d 1\n%010d 00000 n \n" % (number, rows[number])
    size = max(*rows, 200) + 1
    return bytes(out) + b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, at)
