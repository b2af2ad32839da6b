"""Appends a signature or a time-stamp to a PDF: the update around a hole, everything before it untouched.

The input's bytes stay verbatim; the update lists the new signature dictionary, its field, and the
page, form or catalog that must name them (ISO 32000-2 12.7.5.5, 12.8.1; EN 319 142-1 6.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.formats.pdf.append_permission import refuse_forbidden, refuse_locked
from edoc.formats.pdf.append_write import (
    IncrementalUpdate,
    Raw,
    date_string,
    is_text,
    text_string,
    write_dictionary,
    write_value,
)
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.fields import Field
from edoc.formats.pdf.values import Name, Ref, RepeatedKeys, Value
from edoc.limits import DEFAULT_LIMITS, Limits

_RANGE_WIDTH = 48
"""Octets kept for /ByteRange: `[0 a b c]` with numbers of up to 13 digits, filled up with spaces."""
_HOLE_HEAD = b"/ByteRange " + b" " * _RANGE_WIDTH + b"/Contents "
_HEADER = 1024
"""Viewers look for a header in so many octets."""
_LOCKED_AND_PRINTED = 132
_SIGNATURES_EXIST = 1
_APPEND_ONLY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureEntries:
    """What a signature dictionary says beside its bytes; texts are the signer's own claims."""

    sub_filter: str
    signing_time: datetime
    name: str | None = None
    reason: str | None = None
    location: str | None = None
    contact_info: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """An update ready to be signed: `tail` goes behind the document, with a hole for /Contents.

    `gap_start` and `gap_end` are offsets in the whole file, `<` and `>` included.
    """

    tail: bytes = field(repr=False)
    base_size: int
    gap_start: int
    gap_end: int
    field_name: str
    earlier_signatures: int = 0
    """Signatures and time-stamps that the document already has."""

    @property
    def before_gap(self) -> memoryview:
        """The part of the update before the hole."""
        return memoryview(self.tail)[: self.gap_start - self.base_size]

    @property
    def after_gap(self) -> memoryview:
        """The part of the update behind the hole."""
        return memoryview(self.tail)[self.gap_end - self.base_size :]


def room_of(appended: Appended) -> int:
    """Return how many octets the hole takes."""
    return (appended.gap_end - appended.gap_start - 2) // 2


def filled(appended: Appended, contents: bytes) -> bytes:
    """Return the update with its hole filled: hexadecimal between `<` and `>`, padded with zeros."""
    digits = contents.hex().encode("ascii").ljust(2 * room_of(appended), b"0")
    return b"".join((appended.before_gap, b"<", digits, b">", appended.after_gap))


def is_pdf(document: Document) -> bool:
    """Tell whether a document says that it is a PDF."""
    return document.data[:_HEADER].find(b"%PDF-") >= 0


def open_for_signing(document: Document, *, limits: Limits = DEFAULT_LIMITS) -> Pdf:
    """Return the strictly read document.

    Raises `InputError`: EMPTY_DOCUMENT and UNSUPPORTED_TYPE for what is no PDF; PDF_SIGNING_UNREADABLE
    when the strict reader refuses it, since nobody could say what the signature covers;
    PDF_ENCRYPTED_SIGNING_UNSUPPORTED for an encrypted one.
    """
    if document.size == 0:
        raise InputError("EMPTY_DOCUMENT", subject=document.name)
    if not is_pdf(document):
        raise InputError("UNSUPPORTED_TYPE", subject=document.name)
    try:
        pdf = Pdf.open(document, limits=limits)
    except PdfError as problem:
        params = {"code": problem.code, "offset": str(problem.offset)}
        raise InputError("PDF_SIGNING_UNREADABLE", subject=document.name, params=params) from problem
    if pdf.encrypted:
        raise InputError("PDF_ENCRYPTED_SIGNING_UNSUPPORTED", subject=document.name)
    return pdf


def append_signature(
    pdf: Pdf, *, entries: SignatureEntries, contents_size: int, field_name: str | None = None
) -> Appended:
    """Return the update that signs a document; `contents_size` is the largest CMS in octets.

    `field_name` names an empty signature field to fill, or one to make; null makes `Signature1`, ...
    Raises `InputError` when the document forbids a further signature or cannot take one, `ConfigError`
    when the field cannot be used.
    """
    try:
        return _Writer(pdf, entries, contents_size).append(field_name)
    except PdfError as problem:
        params = {"code": problem.code, "offset": str(problem.offset)}
        raise InputError("PDF_SIGNING_UNREADABLE", subject=pdf.document.name, params=params) from problem


def append_timestamp(pdf: Pdf, *, contents_size: int) -> Appended:
    """Return the update that puts a document time-stamp over everything before it (EN 319 142-1 5.4.3).

    `contents_size` is the largest token in octets.  It is permitted after every signature, whatever that
    says about further ones (ISO 32000-2 12.8.2.2).  Raises `InputError` when the document cannot take one.
    """
    try:
        return _Writer(pdf, None, contents_size).append(None)
    except PdfError as problem:
        params = {"code": problem.code, "offset": str(problem.offset)}
        raise InputError("PDF_SIGNING_UNREADABLE", subject=pdf.document.name, params=params) from problem


class _Writer:
    """Writes one update; without entries it is that of a document time-stamp."""

    def __init__(self, pdf: Pdf, entries: SignatureEntries | None, contents_size: int) -> None:
        self._pdf = pdf
        self._entries = entries
        self._update = IncrementalUpdate(pdf)
        self._hole = b"<" + b"0" * (2 * contents_size) + b">"
        self._catalog = self._dictionary(pdf.root)
        self._earlier = 0

    def append(self, field_name: str | None) -> Appended:
        fields = list(self._pdf.fields())
        if self._entries is not None:
            refuse_forbidden(self._pdf, fields)
        self._earlier = sum(item.type == "Sig" and self._pdf.resolve(item.value) is not None for item in fields)
        signature = self._update.new_ref()
        existing = next((item for item in fields if item.name == field_name), None) if field_name else None
        if existing is not None:
            references = self._fill(existing, fields, signature)
            name = existing.name
        else:
            name = _new_name(field_name, fields, stem="Timestamp" if self._entries is None else "Signature")
            self._make(name, signature)
            references = b""
        before, after = self._signature_dictionary(references)
        self._update.put(signature, before, self._hole, after)
        return self._close(name, before)

    def _close(self, name: str, before: bytes) -> Appended:
        base = self._pdf.document.size
        tail, at = self._update.write(mark=before)
        start = base + at + len(before)
        end = start + len(self._hole)
        byte_range = b"[0 %d %d %d]" % (start, end, base + len(tail) - end)
        place = at + before.index(b"/ByteRange ") + 11
        tail = tail[:place] + byte_range.ljust(_RANGE_WIDTH) + tail[place + _RANGE_WIDTH :]
        return Appended(tail=tail, base_size=base, gap_start=start, gap_end=end, field_name=name,
                        earlier_signatures=self._earlier)  # fmt: skip

    def _signature_dictionary(self, references: bytes) -> tuple[bytes, bytes]:
        said = self._entries
        if said is None:
            stamp: dict[str, Value | Raw] = {
                "Type": Name("DocTimeStamp"), "Filter": Name("Adobe.PPKLite"), "SubFilter": Name("ETSI.RFC3161"),
            }  # fmt: skip
            return write_dictionary(stamp)[:-2] + _HOLE_HEAD, b">>"
        head: dict[str, Value | Raw] = {
            "Type": Name("Sig"),
            "Filter": Name("Adobe.PPKLite"),
            "SubFilter": Name(said.sub_filter),
            "M": date_string(said.signing_time),
        }
        texts = (
            ("Name", said.name), ("Reason", said.reason), ("Location", said.location),
            ("ContactInfo", said.contact_info),
        )  # fmt: skip
        head.update({key: text_string(text) for key, text in texts if text is not None})
        return write_dictionary(head)[:-2] + references + _HOLE_HEAD, b">>"

    def _fill(self, target: Field, fields: list[Field], signature: Ref) -> bytes:
        """Put the signature into an empty field, and return the references that its lock demands."""
        if target.type != "Sig":
            raise ConfigError("FIELD_NOT_SIGNATURE", subject=target.name)
        if self._pdf.resolve(target.value) is not None:
            raise ConfigError("FIELD_ALREADY_SIGNED", subject=target.name)
        constraints = self._pdf.resolve(target.dictionary.get("SV"))
        if isinstance(constraints, dict) and self._pdf.resolve(constraints.get("Ff", 0)):
            raise ConfigError("FIELD_SEED_VALUE_UNSUPPORTED", subject=target.name)
        if target.ref is None:
            raise PdfError("PDF_FIELD_DIRECT")
        refuse_locked(self._pdf, fields, target.name)
        self._update.put(target.ref, write_dictionary({**target.dictionary, "V": signature}))
        self._form(None)
        lock = self._pdf.resolve(target.dictionary.get("Lock"))
        return self._lock_reference(lock) if isinstance(lock, dict) else b""

    def _lock_reference(self, lock: dict[str, Value]) -> bytes:
        # 12.8.2.4: the signature repeats the lock of its field, word for word.
        parameters: dict[str, Value | Raw] = {"Type": Name("TransformParams"), "V": Name("1.2")}
        for key in ("Action", "Fields"):
            if key in lock:
                parameters[key] = self._pdf.resolve(lock[key])
        reference: dict[str, Value | Raw] = {
            "Type": Name("SigRef"),
            "TransformMethod": Name("FieldMDP"),
            "TransformParams": Raw(write_dictionary(parameters)),
            "Data": self._pdf.root,
        }
        return b"/Reference [" + write_dictionary(reference) + b"]"

    def _make(self, name: str, signature: Ref) -> None:
        """Make an invisible field on the first page, and let page and form name it."""
        page_ref = next(iter(self._pdf.page_refs()), None)
        if page_ref is None:
            raise InputError("PDF_SIGNING_NO_PAGE", subject=self._pdf.document.name)
        widget = self._update.new_ref()
        entries: dict[str, Value | Raw] = {
            "Type": Name("Annot"), "Subtype": Name("Widget"), "FT": Name("Sig"), "T": text_string(name),
            "F": _LOCKED_AND_PRINTED, "Rect": [0, 0, 0, 0], "P": page_ref, "V": signature,
        }  # fmt: skip
        self._update.put(widget, write_dictionary(entries))
        page = self._dictionary(page_ref)
        annotations = page.get("Annots")
        if not self._extend(annotations, widget):
            self._update.put(page_ref, write_dictionary({**page, "Annots": self._with(annotations, widget)}))
        self._form(widget)

    def _form(self, widget: Ref | None) -> None:
        """Let the form name the new field, and say that signatures exist (SigFlags 3)."""
        place = self._catalog.get("AcroForm")
        form = self._pdf.resolve(place)
        if form is None:
            form = {}
        if not isinstance(form, dict) or isinstance(form, RepeatedKeys):
            raise PdfError("PDF_ACROFORM")
        changed: dict[str, Value] = {}
        flags = self._pdf.resolve(form.get("SigFlags", 0))
        wanted = (flags if isinstance(flags, int) else 0) | _SIGNATURES_EXIST | _APPEND_ONLY
        if flags != wanted:
            changed["SigFlags"] = wanted
        if widget is not None and not self._extend(form.get("Fields"), widget):
            changed["Fields"] = self._with(form.get("Fields"), widget)
        if not changed:
            return
        if isinstance(place, Ref) and self._pdf.resolve(place) is not None:
            self._update.put(place, write_dictionary({**form, **changed}))
        else:
            self._update.put(self._pdf.root, write_dictionary({**self._catalog, "AcroForm": {**form, **changed}}))

    def _extend(self, place: Value, item: Ref) -> bool:
        """Rewrite an array that is an object of its own; false when it is not one."""
        if not isinstance(place, Ref):
            return False
        listed = self._pdf.get(place)
        if not isinstance(listed, list):
            return False
        self._update.put(place, write_value([*listed, item]))
        return True

    def _with(self, place: Value, item: Ref) -> list[Value]:
        listed = self._pdf.resolve(place)
        return [*listed, item] if isinstance(listed, list) else [item]

    def _dictionary(self, ref: Ref) -> dict[str, Value]:
        value = self._pdf.get(ref)
        if not isinstance(value, dict) or isinstance(value, RepeatedKeys):
            # A dictionary that names a key twice cannot be rewritten without choosing one of the two.
            raise PdfError("PDF_DUPLICATE_KEY" if isinstance(value, dict) else "PDF_ROOT", number=ref.number)
        return value


def _new_name(asked: str | None, fields: list[Field], *, stem: str) -> str:
    taken = {item.name.split(".", 1)[0] for item in fields}
    if asked is not None:
        if not asked or "." in asked or asked in taken or not is_text(asked):
            raise ConfigError("FIELD_NAME_UNUSABLE", subject=asked)
        return asked
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
