"""Appends validation data to a PDF: the document security store in an update of its own (EN 319 142-1 5.4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edoc.errors import InputError
from edoc.facts.material import MaterialKind
from edoc.formats.pdf.append_write import IncrementalUpdate
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.values import Name, Ref, RepeatedKeys, Stream, Value

_ARRAYS = {"Certs": MaterialKind.CERTIFICATE, "OCSPs": MaterialKind.OCSP, "CRLs": MaterialKind.CRL}
_RELATED = {"Cert": MaterialKind.CERTIFICATE, "OCSP": MaterialKind.OCSP, "CRL": MaterialKind.CRL}


def append_store(pdf: Pdf, objects: Iterable[tuple[MaterialKind, bytes]]) -> bytes:
    """Return the update that adds certificates, OCSP responses and CRLs (DER) to the store; empty when all are there.

    What an earlier store lists stays, in its order and under its object; nothing is listed twice.
    Raises `InputError` PDF_SIGNING_UNREADABLE when the store that is there cannot be read.
    """
    try:
        return _Store(pdf).append(dict.fromkeys(objects))
    except PdfError as problem:
        params = {"code": problem.code, "offset": str(problem.offset)}
        raise InputError("PDF_SIGNING_UNREADABLE", subject=pdf.document.name, params=params) from problem


class _Store:
    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._update = IncrementalUpdate(pdf)
        self._catalog = pdf.catalog()
        self._store = self._dictionary(self._catalog.get("DSS"))

    def append(self, objects: Iterable[tuple[MaterialKind, bytes]]) -> bytes:
        listed = {key: self._array(self._store.get(key)) for key in _ARRAYS}
        at_hand = {key: {self._octets(item) for item in items} for key, items in listed.items()}
        unlisted = dict(self._related())
        changed = False
        for kind, der in objects:
            key = next(name for name, what in _ARRAYS.items() if what is kind)
            if der in at_hand[key]:
                continue
            # An object that only the entry of one signature names is named here too, not written again.
            ref = unlisted.get((kind, der)) or self._stream(der)
            listed[key].append(ref)
            at_hand[key].add(der)
            changed = True
        if not changed:
            return b""
        # Arrays of their own object become direct ones: what they were stays readable in the earlier revision.
        entries: dict[str, Value] = {"Type": Name("DSS"), **self._store}
        entries.update({key: items for key, items in listed.items() if items})
        place = self._catalog.get("DSS")
        if isinstance(place, Ref) and self._pdf.resolve(place) is not None:
            self._update.put_value(place, entries)
        else:
            own = self._update.new_ref()
            self._update.put_value(own, entries)
            self._update.put_value(self._pdf.root, {**self._catalog, "DSS": own})
        return self._update.write()[0]

    def _stream(self, der: bytes) -> Ref:
        ref = self._update.new_ref()
        self._update.put_stream(ref, {}, der)
        return ref

    def _octets(self, item: Value) -> bytes | None:
        """Return the octets of a listed stream; null for what is none or cannot be read, which stays as it is."""
        try:
            stream = self._pdf.resolve(item)
            return self._pdf.stream_data(stream) if isinstance(stream, Stream) else None
        except PdfError as problem:
            if problem.code == "PDF_LIMIT":
                raise
            return None

    def _related(self) -> Iterator[tuple[tuple[MaterialKind, bytes], Ref]]:
        for place in self._dictionary(self._store.get("VRI")).values():
            entry = self._pdf.resolve(place)
            for key, kind in _RELATED.items() if isinstance(entry, dict) else ():
                for item in self._array(entry.get(key) if isinstance(entry, dict) else None):
                    octets = self._octets(item) if isinstance(item, Ref) else None
                    if isinstance(item, Ref) and octets is not None:
                        yield (kind, octets), item

    def _array(self, value: Value) -> list[Value]:
        found = self._pdf.resolve(value)
        if found is None:
            return []
        if isinstance(found, Stream):
            return [found.ref]
        if not isinstance(found, list):
            raise PdfError("PDF_DSS_MALFORMED")
        return list(found)

    def _dictionary(self, value: Value) -> dict[str, Value]:
        found = self._pdf.resolve(value)
        if found is None:
            return {}
        if not isinstance(found, dict) or isinstance(found, RepeatedKeys):
            raise PdfError("PDF_DSS_MALFORMED")
        return found
