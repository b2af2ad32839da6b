"""A small PDF builder of the tests' own: documents, updates and signatures down to the single octet.

It shares no code with the library, so that a mistake there is not repeated here.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import groupby

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID

HOLE = 3_000
"""Octets kept for the CMS."""
ROOT, PAGES, PAGE, CONTENT, FONT, FORM, AMOUNT, SHOWN, NOTE = range(1, 10)
"""Object numbers of the practice document; NOTE is a text annotation."""
CONTENT_TEXT = b"BT /F1 12 Tf 72 700 Td (Pay 100) Tj ET"


@cache
def signer() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """Return one practice key with its self-made certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Practice Signer")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1001)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def cms(octets: bytes) -> bytes:
    """Return a detached CMS over octets."""
    key, certificate = signer()
    builder = PKCS7SignatureBuilder().set_data(octets).add_signer(certificate, key, hashes.SHA256())
    options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]
    return builder.sign(Encoding.DER, options)


def stream(data: bytes, entries: bytes = b"", *, deflate: bool = False) -> bytes:
    """Return the body of a stream object."""
    if deflate:
        data, entries = zlib.compress(data), entries + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def form_xobject(text: bytes) -> bytes:
    """Return the body of an appearance."""
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</F1 5 0 R>>>>"
    return stream(b"BT /F1 10 Tf (%s) Tj ET" % text, entries)


def practice_objects() -> dict[int, bytes]:
    """Return the objects of a one-page form with an amount of 100."""
    return {
        ROOT: b"<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R>>",
        PAGES: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        PAGE: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>"
        b"/Contents 4 0 R/Annots[7 0 R 9 0 R]>>",
        CONTENT: stream(CONTENT_TEXT),
        FONT: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        FORM: b"<</Fields[7 0 R]/DA(/F1 0 Tf 0 g)/DR<</Font<</F1 5 0 R>>>>>>",
        AMOUNT: amount(b"100", SHOWN),
        SHOWN: form_xobject(b"100"),
        NOTE: b"<</Type/Annot/Subtype/Text/Rect[500 800 520 820]/Contents(draft)/P 3 0 R>>",
    }


def amount(value: bytes, shown: int) -> bytes:
    """Return the body of the amount field with a value and the number of its appearance."""
    return (
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(amount)/V(%s)/Rect[100 600 200 620]/P 3 0 R/AP<</N %d 0 R>>>>"
        % (value, shown)
    )


@dataclass(frozen=True)
class File:
    """A PDF as octets, with what the next update needs to know."""

    data: bytes
    objects: Mapping[int, bytes]
    """The bodies of the newest revision by number (streams included)."""
    size: int
    startxref: int
    ends: tuple[int, ...] = ()
    """Where each revision ends."""
    xref_stream: bool = False
    trailer: bytes = b"/Root 1 0 R"
    fields: tuple[int, ...] = (AMOUNT,)

    def update(
        self,
        changes: Mapping[int, bytes] | None = None,
        *,
        free: tuple[int, ...] = (),
        trailer: bytes | None = None,
        rows: Mapping[int, tuple[int, int, str]] | None = None,
        junk: bytes = b"",
    ) -> File:
        """Append a revision; `rows` overrides entries (offset, generation, `n` or `f`), `junk` stands unlisted."""
        changes = dict(changes or {})
        out = bytearray(self.data)
        offsets: dict[int, tuple[int, int, str]] = {}
        for number, body in changes.items():
            offsets[number] = (len(out), 0, "n")
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        out += junk
        offsets.update({number: (0, 1, "f") for number in free})
        offsets.update(rows or {})
        size = max([self.size, *(number + 1 for number in offsets)])
        said = (self.trailer if trailer is None else trailer) + b"/Prev %d" % self.startxref
        at = len(out)
        out += _section(offsets, size, said, at, as_stream=self.xref_stream)
        size += self.xref_stream
        out += b"startxref\n%d\n%%%%EOF\n" % at
        return replace(
            self, data=bytes(out), objects={**self.objects, **changes}, size=size, startxref=at,
            ends=(*self.ends, len(out)),
        )  # fmt: skip

    def sign(
        self,
        name: str = "Signature1",
        *,
        entries: bytes = b"",
        widget: bytes = b"",
        rect: bytes = b"0 0 0 0",
        changes: Mapping[int, bytes] | None = None,
        dictionary: bytes | None = None,
        indirect: bool = True,
    ) -> File:
        """Append a new invisible signature field with its signature.

        `entries` stand in the signature dictionary, `widget` in the field; `dictionary` replaces the
        whole signature dictionary (with `%R` for the range and `%C` for the hole).
        """
        number, place = self.size, self.size + 1
        body = dictionary or b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached%E/ByteRange%R/Contents%C>>"
        body = body.replace(b"%E", entries).replace(b"%R", RANGE).replace(b"%C", b"<" + b"0" * 2 * HOLE + b">")
        value = b"%d 0 R" % number if indirect else body
        annotation = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(%s)/F 132/Rect[%s]/P 3 0 R/V %s%s>>" % (
            name.encode(), rect, value, widget,
        )  # fmt: skip
        fields = (*self.fields, place)
        given = dict(changes or {})
        merged = {
            **({number: body} if indirect else {}), place: annotation,
            PAGE: with_reference(given.pop(PAGE, self.objects[PAGE]), b"/Annots[", place),
            FORM: with_reference(given.pop(FORM, self.objects[FORM]), b"/Fields[", place),
            **given,
        }  # fmt: skip
        # The reader asks that objects stand in the update; their order is free.
        signed = replace(self.update(merged), fields=fields)
        return signed.seal(len(self.data))

    def seal(self, start: int) -> File:
        """Fill the one hole behind `start`: range and CMS over everything else."""
        data = bytearray(self.data)
        mark = data.index(RANGE, start)
        opened = data.index(b"/Contents<", start) + len(b"/Contents")
        closed = opened + 2 * HOLE + 2
        covered = b"[0 %d %d %d]" % (opened, closed, len(data) - closed)
        data[mark : mark + len(RANGE)] = covered.ljust(len(RANGE))
        made = cms(bytes(data[:opened] + data[closed:]))
        data[opened + 1 : opened + 1 + 2 * len(made)] = made.hex().encode()
        whole = bytes(data)
        objects = {number: _sealed(whole, number, body) for number, body in self.objects.items()}
        return replace(self, data=whole, objects=objects)

    def patched(self, data: bytes) -> File:
        """Return the same file with other octets."""
        return replace(self, data=data)


RANGE = b"[0 0000000000 0000000000 0000000000]"
"""What stands for /ByteRange until the file is sealed."""


def _sealed(data: bytes, number: int, body: bytes) -> bytes:
    if RANGE not in body:
        return body
    start = data.rindex(b"%d 0 obj\n" % number) + len(b"%d 0 obj\n" % number)
    return data[start : data.index(b"\nendobj", start)]


def with_reference(body: bytes, key: bytes, number: int) -> bytes:
    """Return a body whose array behind `key` got one more reference; an array is made where there is none."""
    if key not in body:
        return body[:-2] + b"%s%d 0 R]>>" % (key, number)
    at = body.index(b"]", body.index(key))
    return body[:at] + b" %d 0 R" % number + body[at:]


def _section(
    offsets: Mapping[int, tuple[int, int, str]], size: int, trailer: bytes, at: int, *, as_stream: bool
) -> bytes:
    if not as_stream:
        # A section lists at least one subsection, be it empty (7.5.4).
        out = bytearray(b"xref\n" if offsets else b"xref\n0 0\n")
        for _, group in groupby(enumerate(sorted(offsets)), key=lambda item: item[1] - item[0]):
            run = [number for _, number in group]
            out += b"%d %d\n" % (run[0], len(run))
            for number in run:
                place, generation, kind = offsets[number]
                out += b"%010d %05d %s \n" % (place, generation, kind.encode())
        return bytes(out) + b"trailer\n<</Size %d%s>>\n" % (size, trailer)
    listed = {**offsets, size: (at, 0, "n")}
    rows = b"".join(
        bytes([kind == "n"]) + place.to_bytes(4, "big") + generation.to_bytes(2, "big")
        for _, (place, generation, kind) in sorted(listed.items())
    )
    index = b" ".join(b"%d 1" % number for number in sorted(listed))
    entries = b"/Type/XRef/W[1 4 2]/Index[%s]/Size %d%s" % (index, size + 1, trailer)
    return b"%d 0 obj\n%s\nendobj\n" % (size, stream(rows, entries, deflate=True))


def document(
    objects: Mapping[int, bytes] | None = None, *, xref_stream: bool = False, trailer: bytes = b"/Root 1 0 R"
) -> File:
    """Return a document of one revision, the practice form unless other objects are given."""
    bodies = dict(objects if objects is not None else practice_objects())
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    empty = File(data=head, objects={}, size=1, startxref=0, xref_stream=xref_stream, trailer=trailer)
    made = empty.update(bodies, rows=None if xref_stream else {0: (0, 65535, "f")})
    # The first section has no /Prev.
    data = made.data.replace(b"/Prev 0", b"       ", 1)
    return replace(made, data=data, trailer=trailer)


def compressed(objects: Mapping[int, bytes], numbers: tuple[int, ...]) -> File:
    """Return a document in which some objects stand in an object stream, and the section is a stream."""
    plain = {number: body for number, body in objects.items() if number not in numbers}
    container = max(objects) + 1
    bodies = [objects[number] for number in numbers]
    offsets = [sum(len(body) + 1 for body in bodies[:index]) for index in range(len(bodies))]
    index = b" ".join(b"%d %d" % pair for pair in zip(numbers, offsets, strict=True)) + b" "
    packed = stream(index + b" ".join(bodies), b"/Type/ObjStm/N %d/First %d" % (len(numbers), len(index)), deflate=True)
    out = bytearray(b"%PDF-1.7\n")
    listed: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
    for number, body in {**plain, container: packed}.items():
        listed[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    listed.update({number: (2, container, place) for place, number in enumerate(numbers)})
    own = container + 1
    at = len(out)
    listed[own] = (1, at, 0)
    rows = b"".join(
        bytes([kind]) + place.to_bytes(4, "big") + extra.to_bytes(2, "big")
        for _, (kind, place, extra) in sorted(listed.items())
    )
    entries = b"/Type/XRef/W[1 4 2]/Size %d/Root 1 0 R" % (own + 1)
    out += b"%d 0 obj\n%s\nendobj\n" % (own, stream(rows, entries, deflate=True))
    out += b"startxref\n%d\n%%%%EOF\n" % at
    return File(data=bytes(out), objects=dict(objects), size=own + 1, startxref=at, ends=(len(out),), xref_stream=True)


@cache
def signed(*, certify: int | None = None, xref_stream: bool = False) -> File:
    """Return the practice form with one signature, certified with a permission when one is given."""
    base = document(xref_stream=xref_stream)
    return base.sign() if certify is None else certified(base, certify)


def certified(base: File, permission: int) -> File:
    """Return a document certified with DocMDP."""
    parameters = b"<</Type/TransformParams/V/1.2/P %d>>" % permission
    reference = b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams %s>>]" % parameters
    root = base.objects[ROOT][:-2] + b"/Perms<</DocMDP %d 0 R>>>>" % base.size
    return base.sign(entries=reference, changes={ROOT: root})
