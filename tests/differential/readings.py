"""What each reader says of a document, in the same words: pages, field values, ranges, ends of revisions, what is intact.

A key that is missing was not asked of that reader, or it cannot tell.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

Reading = dict[str, object]


def strict(data: bytes) -> Reading | None:
    """Read with edoc; null when its reader refuses the document."""
    import edoc
    from edoc.facts.document import Document
    from edoc.formats import read_document
    from edoc.formats.pdf.coverage import find_signatures
    from edoc.formats.pdf.document import Pdf
    from edoc.formats.pdf.errors import PdfError
    from edoc.formats.pdf.fields import text
    from edoc.formats.pdf.values import Name

    document = Document.from_bytes(data, name="x")
    try:
        pdf = Pdf.open(document)
        if not pdf.readable:
            return None
        pages = sum(1 for _ in pdf.page_refs())
        ranges = [one.dictionary.get("ByteRange") for one in find_signatures(pdf)]
        values = {}
        for item in pdf.fields():
            value = pdf.resolve(item.value)
            if item.type in ("Tx", "Ch", "Btn") and isinstance(value, bytes | str):
                values[item.name] = str(value) if isinstance(value, Name) else text(value)
        ends = [revision.content_end for revision in pdf.revisions]
        sizes = sorted(item for item in map(_numbers, ranges) if item)
        revisions = len(pdf.revisions)
    except PdfError:
        return None
    facts = read_document(document)
    report = edoc.verify_document(data, policy="integrity")
    spots = {one.id: one.covered_until for one in facts.signatures}
    spots.update({stamp.id: stamp.token.covered_until for stamp in facts.timestamps})
    said = {one.id: one.intact for one in report.signatures} | {one.id: one.intact for one in report.timestamps}
    intact = {str(spots[name]): value for name, value in said.items() if spots.get(name) is not None and value is not None}
    return {
        "pages": pages, "values": values, "ranges": sizes, "ends": ends, "revisions": revisions, "intact": intact,
        "verdict": report.verdict.value,
    }  # fmt: skip


def _numbers(found: object) -> list[int]:
    return [int(item) for item in found] if isinstance(found, list) and all(type(item) is int for item in found) else []


def qpdf(data: bytes) -> Reading | None:
    """Read with qpdf, which may not repair anything; null when it refuses."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            ranges, values = [], {}
            for name, kind, value in _qpdf_fields(pdf):
                if isinstance(value, pikepdf.Dictionary):
                    numbers = value.get("/ByteRange")
                    if isinstance(numbers, pikepdf.Array) and all(isinstance(item, int) for item in numbers):
                        ranges.append([int(item) for item in numbers])
                elif kind in ("/Tx", "/Ch", "/Btn") and isinstance(value, pikepdf.String | pikepdf.Name):
                    values[name] = str(value).removeprefix("/") if isinstance(value, pikepdf.Name) else str(value)
            return {"pages": len(pdf.pages), "values": values, "ranges": sorted(ranges)}
    except (pikepdf.PdfError, pikepdf.PasswordError):
        return None


def _qpdf_fields(pdf: object) -> Iterator[tuple[str, str, object]]:
    form = pdf.Root.get("/AcroForm")  # type: ignore[attr-defined]
    todo = [(item, "", "") for item in (form.get("/Fields", []) if form is not None else [])]
    for node, above, kind in todo:
        if len(todo) > 60_000:
            return
        title = node.get("/T")
        name = ".".join(part for part in (above, str(title) if title is not None else "") if part)
        kind = str(node.get("/FT", kind))
        if "/V" in node:
            yield name, kind, node.V
        todo.extend((item, name, kind) for item in node.get("/Kids", []))


def pdfium(data: bytes) -> Reading | None:
    """Read with PDFium, which repairs what it can; null when it refuses."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return None
    try:
        ranges = []
        for index in range(raw.FPDF_GetSignatureCount(pdf)):
            signature = raw.FPDF_GetSignatureObject(pdf, index)
            count = raw.FPDFSignatureObj_GetByteRange(signature, None, 0)
            numbers = (ctypes.c_int * count)()
            raw.FPDFSignatureObj_GetByteRange(signature, numbers, count)
            if count:
                ranges.append(list(numbers))
        count = raw.FPDF_GetTrailerEnds(pdf, None, 0)
        ends = (ctypes.c_uint * count)()
        raw.FPDF_GetTrailerEnds(pdf, ends, count)
        return {"pages": len(pdf), "ranges": sorted(ranges), "ends": sorted(set(ends))}
    finally:
        pdf.close()


def pyhanko(data: bytes) -> Reading | None:
    """Read with pyHanko, not in its strict mode, which refuses a third of all good files; null when it refuses.

    It raises errors of many kinds for what it does not like: each is a refusal.
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        pages = int(reader.root["/Pages"]["/Count"])
        ranges = []
        for _, value, _ in enumerate_sig_fields(reader):
            value = _hanko(value)
            numbers = _hanko(value.get("/ByteRange")) if isinstance(value, generic.DictionaryObject) else None
            if isinstance(numbers, list):
                ranges.append([int(item) for item in numbers])
        values: dict[str, str] = {}
        form = _hanko(reader.root.get("/AcroForm")) or {}
        _hanko_fields(_hanko(form.get("/Fields")) or [], "", "", values)
        return {
            "pages": pages, "values": values, "ranges": sorted(ranges), "revisions": reader.xrefs.total_revisions,
            "intact": _hanko_intact(reader),
        }  # fmt: skip
    except RecursionError:
        return None
    except Exception:  # noqa: BLE001 - a witness may fail as it likes, that is what it is asked for
        return None


def _hanko_fields(nodes: object, above: str, kind: str, values: dict[str, str]) -> None:
    from pyhanko.pdf_utils import generic

    for place in nodes:  # type: ignore[attr-defined]
        node = _hanko(place)
        title = _hanko(node.get("/T"))
        name = ".".join(part for part in (above, _hanko_text(title) if title is not None else "") if part)
        own = str(_hanko(node.get("/FT")) or kind)
        value = _hanko(node.get("/V"))
        if own in ("/Tx", "/Ch", "/Btn") and isinstance(value, str | bytes) and not isinstance(value, generic.StreamObject):
            values[name] = str(value).removeprefix("/") if isinstance(value, generic.NameObject) else _hanko_text(value)
        _hanko_fields(_hanko(node.get("/Kids")) or [], name, own, values)


def _hanko(value: object) -> Any:
    """Follow a reference."""
    from pyhanko.pdf_utils import generic

    return value.get_object() if isinstance(value, generic.IndirectObject) else value


def _hanko_text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _hanko_intact(reader: object) -> dict[str, bool]:
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    found: dict[str, bool] = {}
    for one in reader.embedded_signatures:  # type: ignore[attr-defined]
        end = int(one.byte_range[2]) + int(one.byte_range[3])
        try:
            digest = one.compute_digest()
            stamp = one.signed_data["encap_content_info"]["content_type"].native == "tst_info"
            if not stamp and one.sig_object.get("/SubFilter") == "/ETSI.RFC3161":
                # Asked for the token of a time-stamp it would answer about something else.
                continue
            if stamp:
                info = one.signed_data["encap_content_info"]["content"].parsed
                same = info["message_imprint"]["hashed_message"].native == digest
                digest = hashlib.new(one.md_algorithm, bytes(one.signed_data["encap_content_info"]["content"])).digest()
            cert = one.signer_cert
            kind = "tst_info" if stamp else "data"
            intact, valid = validate_sig_integrity(one.signer_info, cert, expected_content_type=kind, actual_digest=digest)
            found[str(end)] = bool(intact and valid and (not stamp or same))
        except Exception:  # noqa: BLE001, S112 - what it cannot judge it does not judge
            continue
    return found


WITNESSES: dict[str, Callable[[bytes], Reading | None]] = {"qpdf": qpdf, "pdfium": pdfium, "pyhanko": pyhanko}

_LINEARIZED = re.compile(rb"/Linearized\b")


def differences(data: bytes, mine: Reading, other: Reading) -> dict[str, tuple[object, object]]:
    """Return what another reader says differently: by key, its word and ours."""
    found: dict[str, tuple[object, object]] = {}
    for key in sorted(mine.keys() & other.keys()):
        ours, theirs = mine[key], other[key]
        if key == "intact":
            both = mine[key].keys() & other[key].keys()  # type: ignore[attr-defined]
            ours, theirs = ({name: side[name] for name in sorted(both)} for side in (ours, theirs))  # type: ignore[index]
        elif key == "ends":
            ours, theirs = _ends(data, ours, theirs)
        elif key == "revisions" and _LINEARIZED.search(data[:1_200]):
            # The first part of a linearised file is counted by pyHanko as a revision of its own.
            theirs = int(str(theirs)) - 1
        if ours != theirs:
            found[key] = (theirs, ours)
    return found


def _ends(data: bytes, ours: object, theirs: object) -> tuple[object, object]:
    """An end is where %%EOF ends; the first part of a linearised file has one too, and is no revision of its own."""
    assert isinstance(ours, list) and isinstance(theirs, list)
    first = data.find(b"%%EOF") + 5
    mark = [data.rfind(b"%%EOF", 0, end + 1) + 5 for end in ours]
    other = [data.rfind(b"%%EOF", 0, end + 1) + 5 for end in theirs]
    if _LINEARIZED.search(data[:1_200]):
        other = [end for end in other if end != first or first in mark]
    return sorted(set(mark)), sorted(set(other))
