"""The document security store: certificates, CRLs and OCSP responses of every revision (EN 319 142-1 5.4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from edoc.facts.findings import Finding, info, warning
from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.sections import Revision
from edoc.formats.pdf.values import Ref, Stream, Value

_OBJECTS = 4_000
"""Streams listed by all stores of a file."""
_STORE = {"Certs": MaterialKind.CERTIFICATE, "CRLs": MaterialKind.CRL, "OCSPs": MaterialKind.OCSP}
_VRI = {"Cert": MaterialKind.CERTIFICATE, "CRL": MaterialKind.CRL, "OCSP": MaterialKind.OCSP}


def store_of(pdf: Pdf, revision: Revision) -> dict[str, Value] | None:
    """Return the store of a revision, null when it has none."""
    catalog = pdf.get(pdf.root_of(revision), revision)
    store = pdf.resolve(catalog.get("DSS"), revision) if isinstance(catalog, dict) and "DSS" in catalog else None
    return store if isinstance(store, dict) else None


def read_store(pdf: Pdf) -> tuple[tuple[EmbeddedObject, ...], list[Finding]]:
    """Return what the stores of all revisions list, each object once, and what could not be read.

    A later revision may drop what an earlier one lists: both count as material (never as trust).
    """
    findings: list[Finding] = []
    material: dict[tuple[MaterialKind, bytes], EmbeddedObject] = {}
    seen: set[int] = set()
    for revision in reversed(pdf.revisions):
        try:
            store = store_of(pdf, revision)
            if store is None:
                continue
            for kind, origin, value in _listed(pdf, store, revision):
                stream = pdf.resolve(value, revision)
                if not isinstance(stream, Stream):
                    findings.append(warning("PDF_DSS_MALFORMED", "DSS"))
                    continue
                if stream.raw_start in seen:
                    continue
                seen.add(stream.raw_start)
                if len(seen) > _OBJECTS:
                    raise PdfError("PDF_LIMIT", limit="dss")
                try:
                    der = pdf.stream_data(stream, revision)
                except PdfError as problem:
                    if problem.code == "PDF_LIMIT":
                        raise
                    # Data that cannot be read is data that is not there; the store itself stands.
                    findings.append(info("PDF_DSS_MALFORMED", "DSS", problem=problem.code, **problem.params))
                    continue
                end = stream.raw_start + stream.raw_length
                known = material.setdefault((kind, der), EmbeddedObject(kind=kind, der=der, origin=origin, end=end))
                if known.end is not None and end < known.end:
                    # The oldest copy counts: that is how long the object has been in the file.
                    material[kind, der] = replace(known, end=end)
        except PdfError as problem:
            findings.append(warning("PDF_DSS_MALFORMED" if problem.code != "PDF_LIMIT" else "PDF_LIMIT", "DSS",
                                    problem=problem.code, **problem.params))  # fmt: skip
            break
    return tuple(material.values()), findings


def _listed(pdf: Pdf, store: dict[str, Value], revision: Revision) -> Iterator[tuple[MaterialKind, Origin, Value]]:
    for key, kind in _STORE.items():
        for item in _array(pdf, store.get(key), revision):
            yield kind, Origin.DSS, item
    entries = pdf.resolve(store.get("VRI"), revision)
    if not isinstance(entries, dict):
        return
    for place in list(entries.values())[:_OBJECTS]:
        entry = pdf.resolve(place, revision)
        if isinstance(entry, dict):
            for key, kind in _VRI.items():
                for item in _array(pdf, entry.get(key), revision):
                    yield kind, Origin.VRI, item


def _array(pdf: Pdf, value: Value, revision: Revision) -> list[Value]:
    found = pdf.resolve(value, revision)
    if isinstance(found, Stream):
        return [Ref(found.ref.number, found.ref.generation)]
    return found[:_OBJECTS] if isinstance(found, list) else []
