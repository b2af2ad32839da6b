"""Appends a signature or a time-stamp to a PDF: the update around a hole, everything before it untouched.

The input's bytes stay verbatim; the update lists the new signature dictionary, its field, and the
page, form or catalog that must name them (ISO 32000-2 12.7.5.5, 12.8.1; EN 319 142-1 6.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.formats.pdf.append_form import FieldEntries, FormUpdate, LockEntries, lock_dictionary, new_name
from edoc.formats.pdf.append_permission import (
    lock_of,
    refuse_forbidden,
    refuse_late_certification,
    refuse_locked,
    refuse_protected,
    refuse_unknown_names,
)
from edoc.formats.pdf.append_write import IncrementalUpdate, date_string, text_string
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.fields import Field
from edoc.formats.pdf.values import Name, Ref, Value
from edoc.limits import DEFAULT_LIMITS, Limits

_RANGE_WIDTH = 48
"""Octets kept for /ByteRange: `[0 a b c]` with numbers of up to 13 digits, filled up with spaces."""
_HOLE_HEAD = b"/ByteRange " + b" " * _RANGE_WIDTH + b"/Contents "
_HEADER = 1024
"""Viewers look for a header in so many octets."""
_ANY_FIELD = FieldEntries()
"""A new invisible field on the first page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureEntries:
    """What a signature dictionary says beside its bytes; texts are the signer's own claims."""

    sub_filter: str
    signing_time: datetime
    name: str | None = None
    reason: str | None = None
    location: str | None = None
    contact_info: str | None = None
    certify: int | None = None
    """/P of a certification (table 257); null: an approval signature."""


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
    when the strict reader refuses it, since nobody could say what the signature covers; for an encrypted one
    PDF_PASSWORD_WRONG, PDF_SIGNING_PASSWORD_NEEDED, and PDF_ENCRYPTED_SIGNING_UNSUPPORTED when it is
    sealed with a MAC (ISO/TS 32004), which an update would break.
    """
    if document.size == 0:
        raise InputError("EMPTY_DOCUMENT", subject=document.name)
    if not is_pdf(document):
        raise InputError("UNSUPPORTED_TYPE", subject=document.name)
    try:
        pdf = Pdf.open(document, limits=limits)
    except PdfError as problem:
        code = "PDF_PASSWORD_WRONG" if problem.code == "PDF_PASSWORD_WRONG" else "PDF_SIGNING_UNREADABLE"
        params = {"code": problem.code, "offset": str(problem.offset)}
        raise InputError(code, subject=document.name, params=params) from problem
    if not pdf.readable:
        raise InputError("PDF_SIGNING_PASSWORD_NEEDED", subject=document.name)
    if pdf.encrypted and any(revision.trailer.get("AuthCode") is not None for revision in pdf.revisions):
        raise InputError("PDF_ENCRYPTED_SIGNING_UNSUPPORTED", subject=document.name)
    return pdf


def append_signature(
    pdf: Pdf, *, entries: SignatureEntries, contents_size: int, field: FieldEntries = _ANY_FIELD
) -> Appended:
    """Return the update that signs a document; `contents_size` is the largest CMS in octets.

    Raises `InputError` when the document forbids a further signature or cannot take one, `ConfigError`
    when the field cannot be used.
    """
    try:
        return _Writer(pdf, entries, contents_size).append(field)
    except PdfError as problem:
        params = {"code": problem.code, "offset": str(problem.offset)}
        raise InputError("PDF_SIGNING_UNREADABLE", subject=pdf.document.name, params=params) from problem


def append_timestamp(pdf: Pdf, *, contents_size: int) -> Appended:
    """Return the update that puts a document time-stamp over everything before it (EN 319 142-1 5.4.3).

    `contents_size` is the largest token in octets.  It is permitted after every signature, whatever that
    says about further ones (ISO 32000-2 12.8.2.2).  Raises `InputError` when the document cannot take one.
    """
    try:
        return _Writer(pdf, None, contents_size).append(_ANY_FIELD)
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
        self._form = FormUpdate(pdf, self._update)
        self._earlier = 0

    def append(self, field: FieldEntries) -> Appended:
        fields = list(self._pdf.fields())
        self._earlier = sum(item.type == "Sig" and self._pdf.resolve(item.value) is not None for item in fields)
        if self._entries is not None:
            refuse_forbidden(self._pdf, fields, lock=field.lock)
            if self._entries.certify is not None:
                refuse_late_certification(self._pdf, fields)
        signature = self._update.new_ref()
        existing = next((item for item in fields if item.name == field.name), None) if field.name else None
        lock = field.lock
        if lock is not None:
            refuse_unknown_names(lock, fields, field.name or "")
        if existing is not None:
            name = existing.name
            lock = self._fill(existing, fields, signature, field)
        else:
            name = new_name(field.name, fields, stem="Timestamp" if self._entries is None else "Signature")
            refuse_locked(self._pdf, fields, name)
            if self._entries is not None:
                refuse_protected(self._pdf, name, fills=False)
            self._form.make(name, signature, field)
        if self._entries is not None and self._entries.certify is not None:
            self._form.certify(signature)
        self._form.close()
        # The hole is the one string that is never encrypted (7.6.2).
        before = self._update.syntax(signature, self._signature_dictionary(lock))[:-2] + _HOLE_HEAD
        self._update.put(signature, before, self._hole, b">>")
        return self._close(name, before)

    def _fill(self, target: Field, fields: list[Field], signature: Ref, field: FieldEntries) -> LockEntries | None:
        """Put the signature into an empty field, and return the lock that then holds."""
        if target.type != "Sig":
            raise ConfigError("FIELD_NOT_SIGNATURE", subject=target.name)
        if self._pdf.resolve(target.value) is not None:
            raise ConfigError("FIELD_ALREADY_SIGNED", subject=target.name)
        if field.page is not None or field.box is not None:
            raise ConfigError("FIELD_HAS_PLACE", subject=target.name)
        refuse_locked(self._pdf, fields, target.name)
        refuse_protected(self._pdf, target.name, fills=True)
        own = lock_of(self._pdf, target)
        if own is not None and field.lock is not None:
            raise ConfigError("FIELD_HAS_LOCK", subject=target.name)
        given = field.lock
        if given is not None and self._earlier:
            # A field that others have signed over stays as it is: the signature alone says what it locks.
            if given.permission is not None:
                raise ConfigError("FIELD_LOCK_FIXED", subject=target.name)
            self._form.fill(target, signature, None)
        else:
            self._form.fill(target, signature, given)
        return own or given

    def _close(self, name: str, before: bytes) -> Appended:
        base = self._pdf.document.size
        tail, at = self._update.write(mark=before)
        start = base + at + len(before)
        end = start + len(self._hole)
        byte_range = b"[0 %d %d %d]" % (start, end, base + len(tail) - end)
        place = at + before.rindex(_HOLE_HEAD) + len(b"/ByteRange ")
        tail = tail[:place] + byte_range.ljust(_RANGE_WIDTH) + tail[place + _RANGE_WIDTH :]
        return Appended(tail=tail, base_size=base, gap_start=start, gap_end=end, field_name=name,
                        earlier_signatures=self._earlier)  # fmt: skip

    def _signature_dictionary(self, lock: LockEntries | None) -> dict[str, Value]:
        """Return the signature dictionary, without what its hole is framed by."""
        said = self._entries
        if said is None:
            return {"Type": Name("DocTimeStamp"), "Filter": Name("Adobe.PPKLite"), "SubFilter": Name("ETSI.RFC3161")}
        head: dict[str, Value] = {
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
        references = self._references(said.certify, lock)
        if references:
            head["Reference"] = references
        return head

    def _references(self, certify: int | None, lock: LockEntries | None) -> list[Value]:
        """Return the signature references: what the signature certifies, and what it locks (12.8.2)."""
        found: list[Value] = []
        if certify is not None:
            permission: dict[str, Value] = {"Type": Name("TransformParams"), "P": certify, "V": Name("1.2")}
            found.append(_reference("DocMDP", permission))
        if lock is not None and (lock.action != "Include" or lock.fields):
            # 12.8.2.4: the signature repeats the lock of its field.
            locked = _reference("FieldMDP", lock_dictionary(lock, kind="TransformParams"))
            found.append({**locked, "Data": self._pdf.root})
        return found


def _reference(method: str, settings: dict[str, Value]) -> dict[str, Value]:
    return {"Type": Name("SigRef"), "TransformMethod": Name(method), "TransformParams": settings}
