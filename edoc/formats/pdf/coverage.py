"""Signatures as the field tree names them, and what each ByteRange covers (12.8.1; EN 319 142-1 5.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from edoc.facts.findings import Finding, error, info, warning
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.fields import Field
from edoc.formats.pdf.marks import has_signature_marks
from edoc.formats.pdf.sections import IN_FILE, IN_STREAM, Revision
from edoc.formats.pdf.values import PdfString, Ref, RepeatedKeys, Stream, Value

_SPACE = b"\x00\t\n\x0c\r "
_HEX = b"0123456789abcdefABCDEF"
_REQUIRED = ("Filter", "ByteRange", "Contents")


@dataclass(slots=True, kw_only=True, eq=False)
class Found:
    """One signature dictionary, with what its ByteRange covers."""

    field: Field
    ref: Ref | None
    """Null when the dictionary stands directly in its field."""
    dictionary: dict[str, Value]
    gap: tuple[int, int] | None = None
    """Offsets of the hole for /Contents, delimiters included; null when there is no usable ByteRange."""
    end: int = 0
    """Where the covered octets end."""
    contents: bytes = b""
    """The octets of /Contents, padding included."""
    revision: Revision | None = None
    """The revision that the signature closes."""
    findings: list[Finding] = dataclass_field(default_factory=list)
    sub_filter: str = dataclass_field(init=False)
    """The encoding of /Contents."""

    def __post_init__(self) -> None:
        value = self.dictionary.get("SubFilter")
        self.sub_filter = value if isinstance(value, str) else ""


def find_signatures(pdf: Pdf) -> list[Found]:
    """Return every signature and document time-stamp of the last revision, in order of coverage.

    Raises PdfError(PDF_LIMIT) when there are too many.
    """
    found: list[Found] = []
    shared: dict[Ref, Found] = {}
    for item in fields_of(pdf, pdf.last):
        dictionary = _value(pdf, item, None)
        if dictionary is None:
            continue
        ref = item.value if isinstance(item.value, Ref) else None
        one = Found(field=item, ref=ref, dictionary=dictionary)
        if ref is not None and ref in shared:
            for side in (one, shared[ref]):
                side.findings.append(error("PDF_SIGNATURE_SHARED", item.name, field=item.name, other=shared[ref].field.name))
        elif ref is not None:
            shared[ref] = one
        found.append(one)
        if len(found) > pdf.limits.signatures:
            raise PdfError("PDF_LIMIT", limit="signatures")
    for one in found:
        one.findings.extend(_check(pdf, one))
    found.sort(key=lambda one: (one.end, one.gap or (0, 0)))
    return found


def _value(pdf: Pdf, item: Field, revision: Revision | None) -> dict[str, Value] | None:
    """Return the signature dictionary that a field holds, null when it holds none."""
    if item.value is None:
        return None
    value = pdf.resolve(item.value, revision)
    if not isinstance(value, dict):
        # Whatever else a signature field holds is a signature that cannot be read, never none at all.
        return {} if item.type == "Sig" and value is not None else None
    return value if item.type == "Sig" or "ByteRange" in value else None


def _check(pdf: Pdf, one: Found) -> Iterator[Finding]:
    name = one.field.name
    if isinstance(one.dictionary, RepeatedKeys):
        yield error("PDF_SIGNATURE_DUPLICATE_KEY", name, field=name, key=one.dictionary.repeated[0])
    if isinstance(one.field.dictionary, RepeatedKeys):
        yield error("PDF_DUPLICATE_KEY", name, field=name, key=one.field.dictionary.repeated[0])
    for key in _REQUIRED:
        if one.dictionary.get(key) is None:
            yield error("PDF_SIGNATURE_KEY_MISSING", name, field=name, key=key)
    if one.field.type != "Sig":
        yield error("PDF_FIELD_TYPE", name, field=name, type=one.field.type)
    code = _byte_range(pdf, one)
    if code:
        yield error(code, name, field=name)
    yield from _contents(pdf, one)
    if one.gap is not None:
        yield from _place(pdf, one)


def _byte_range(pdf: Pdf, one: Found) -> str:
    """Set gap and end from /ByteRange; return the code of what is wrong with it."""
    numbers = one.dictionary.get("ByteRange")
    if numbers is None:
        return ""
    if not isinstance(numbers, list) or len(numbers) != 4:
        return "PDF_BYTERANGE_MALFORMED"
    first, a, b, c = (number if type(number) is int else -1 for number in numbers)
    if min(first, a, b, c) < 0:
        return "PDF_BYTERANGE_MALFORMED"
    if first != 0:
        return "PDF_BYTERANGE_START"
    if b + c > pdf.document.size:
        return "PDF_BYTERANGE_OUT_OF_FILE"
    if not 0 < a < b:
        return "PDF_BYTERANGE_MALFORMED"
    one.gap, one.end = (a, b), b + c
    return ""


def _contents(pdf: Pdf, one: Found) -> Iterator[Finding]:
    name, contents = one.field.name, one.dictionary.get("Contents")
    if contents is None:
        return
    if not isinstance(contents, PdfString) or not contents.is_hex:
        yield error("PDF_CONTENTS_MALFORMED", name, field=name)
        if isinstance(contents, bytes):
            one.contents = bytes(contents)
        return
    one.contents = bytes(contents)
    if contents.span is None:
        yield error("PDF_SIGNATURE_COMPRESSED", name, field=name)
        return
    start, end = contents.span
    if one.gap is not None and one.gap != (start, end):
        yield error("PDF_GAP", name, field=name, gap=f"{one.gap[0]}-{one.gap[1]}", contents=f"{start}-{end}")
    if end - start != 2 * len(contents) + 2 or pdf.document.data[start + 1 : end - 1].translate(None, _HEX):
        # White space or an odd last digit: two readers might see two values.
        yield error("PDF_CONTENTS_MALFORMED", name, field=name)
    size = cms_size(one.contents)
    if size is None:
        yield info("PDF_CMS_LENGTH", name, field=name)
    elif size > len(contents) or one.contents[size:].strip(b"\x00"):
        yield error("PDF_CONTENTS_PADDING", name, field=name)


def cms_size(data: bytes) -> int | None:
    """Return the length of the outer element in octets, null when it has none (BER, or no element)."""
    if len(data) < 2 or data[0] != 0x30 or data[1] == 0x80:
        return None
    if data[1] < 0x80:
        return 2 + data[1]
    count = data[1] & 0x7F
    return 2 + count + int.from_bytes(data[2 : 2 + count], "big") if count <= 8 else None


def _place(pdf: Pdf, one: Found) -> Iterator[Finding]:
    """Bind the signature to the revision that it closes."""
    name = one.field.name
    assert one.gap is not None
    revision = closed_revision(pdf, one.end)
    if revision is None:
        yield error("PDF_COVERAGE_NOT_A_REVISION", name, field=name, end=one.end)
        return
    one.revision = revision
    if not revision.start <= one.gap[0] < one.gap[1] <= revision.end:
        yield error("PDF_SIGNATURE_OTHER_REVISION", name, field=name)
    yield from _first_set(pdf, one, revision)


def closed_revision(pdf: Pdf, end: int) -> Revision | None:
    """Return the revision whose octets end here, with or without its last line end or spaces behind it."""
    data = pdf.document.data
    for revision in pdf.revisions:
        if end < revision.content_end:
            return None
        if end <= revision.end:
            return revision
        if end - revision.end <= 2048 and not data[revision.content_end : end].strip(_SPACE):
            return revision
    return None


def _first_set(pdf: Pdf, one: Found, revision: Revision) -> Iterator[Finding]:
    name = one.field.name
    owner = one.ref or one.field.ref
    if owner is not None:
        placed = pdf.entry(owner.number)
        if placed is None or placed[0].kind != IN_FILE:
            yield error("PDF_SIGNATURE_COMPRESSED", name, field=name)
        elif placed[0].place >= revision.end:
            yield error("PDF_SIGNATURE_REDEFINED", name, field=name)
        elif placed[0].place < revision.start:
            yield error("PDF_SIGNATURE_OTHER_REVISION", name, field=name)
    if one.ref is not None and revision.index > 0:
        before = pdf.entry(one.ref.number, pdf.revisions[revision.index - 1])
        if before is not None and before[0].kind:
            yield error("PDF_SIGNATURE_OLD_VALUE", name, field=name)
    signed = field_as_signed(pdf, one, revision)
    if signed is None or _value(pdf, signed, revision) is not one.dictionary:
        yield error("PDF_SIGNATURE_OTHER_REVISION", name, field=name)


def fields_of(pdf: Pdf, revision: Revision) -> tuple[Field, ...]:
    """Return the fields of a revision; walked once."""
    cached = pdf.field_cache.get(revision.index)
    if cached is None:
        cached = pdf.field_cache[revision.index] = tuple(pdf.fields(revision))
    return cached


def field_as_signed(pdf: Pdf, one: Found, revision: Revision) -> Field | None:
    """Return a signature's field, the same object under the same name, as of a revision."""
    index = pdf.field_index.get(revision.index)
    if index is None:
        index = {(item.name, item.ref): item for item in fields_of(pdf, revision)}
        pdf.field_index[revision.index] = index
    return index.get((one.field.name, one.field.ref))


def removed_signatures(pdf: Pdf, found: list[Found]) -> Iterator[Finding]:
    """Tell which signatures of earlier revisions the last one lost or replaced."""
    now = {one.field.name: one for one in found}
    told: set[str] = set()
    settled: dict[int, int] = {}
    for revision in pdf.revisions[:-1]:
        for item in fields_of(pdf, revision):
            if revision.index < settled.get(id(item), 0):
                continue
            dictionary = _value(pdf, item, revision)
            settled[id(item)] = _unchanged_until(pdf, item, revision)
            if dictionary is None or item.name in told or "ByteRange" not in dictionary:
                continue
            one = now.get(item.name)
            if one is None:
                told.add(item.name)
                yield error("PDF_SIGNATURE_REMOVED", item.name)
            elif dictionary is not one.dictionary and dictionary.get("Contents") != one.dictionary.get("Contents"):
                told.add(item.name)
                yield error("PDF_SIGNATURE_REPLACED", item.name)


def _unchanged_until(pdf: Pdf, item: Field, revision: Revision) -> int:
    """Return the first later revision in which the value of the same field may be another."""
    if not isinstance(item.value, Ref):
        return len(pdf.revisions)
    if isinstance(pdf.get_direct(item.value, revision), Ref):
        return revision.index
    return pdf.unchanged((item.value.number,), revision)[1]


def tail_findings(pdf: Pdf, found: list[Found]) -> list[Finding]:
    """Return the reader's notes; white space behind the end is only told when a signature covers it."""
    covered = any(one.end == pdf.document.size and one.revision is not None for one in found)
    notes = []
    for note in pdf.notes:
        if note.code == "PDF_TRAILING_SPACE" and covered:
            note = info(note.code, **note.params)
        notes.append(note)
    unique: dict[str, Finding] = {}
    for note in notes:
        unique.setdefault(note.code, note)
    return list(unique.values())


def orphan(pdf: Pdf, found: list[Found]) -> Finding | None:
    """Warn when a document without a signer carries the marks of a signature that no field names.

    Raises PdfError(PDF_ENCRYPTED) where object streams hide whether there are any.
    """
    if any(one.sub_filter != "ETSI.RFC3161" for one in found):
        return None
    stamps = [pdf.raw_object(ref) for one in found if (ref := one.ref or one.field.ref) is not None]
    if not (has_signature_marks(pdf.document.data, stamps) or (not found and _packed_marks(pdf))):
        return None
    return warning("PDF_ORPHAN_SIGNATURE", pdf.document.name)


def _packed_marks(pdf: Pdf) -> bool:
    """Look for the marks in every object stream that a section lists."""
    seen: set[int] = set()
    for revision in pdf.revisions:
        if not any(section.is_stream or section.hybrid is not None for section in revision.sections):
            continue
        for number in {entry.place for entry in revision.entries.values() if entry.kind == IN_STREAM}:
            if not pdf.readable:
                raise PdfError("PDF_ENCRYPTED", revision.xref_offset)
            try:
                place = pdf.container_offset(number, revision)
                stream = pdf.get_direct(Ref(number, 0), revision) if place not in seen else None
                seen.add(place)
                if isinstance(stream, Stream) and has_signature_marks(pdf.stream_data(stream, revision)):
                    return True
            except PdfError as problem:
                if problem.code == "PDF_LIMIT":
                    raise
                # A stream that cannot be read shows nobody a signature; the form itself has been read.
    return False
