"""Mutators that know how a PDF is built: sections, updates, the form, signature dictionaries, the CMS inside."""

from __future__ import annotations

import random
import re
import zlib

from tests.fuzzing import der
from tests.fuzzing.harness import Mutator, Seeds
from tests.fuzzing.octets import OCTETS
from tests.fuzzing.pdf_scan import Scan, Update, inflated, scan

_NUMBER = re.compile(rb"(?<![\w.])\d{1,19}(?![\w.])")
_NAME = re.compile(rb"/[A-Za-z]+")
_ROW = re.compile(rb"\d{10} \d{5} [nf]")
_REFERENCE = re.compile(rb"(?<!\w)\d{1,7} 0 R")
_KEYS = (
    b"/Contents", b"/ByteRange", b"/V", b"/AP", b"/AS", b"/Kids", b"/Fields", b"/Annots", b"/Root", b"/Prev", b"/Size",
    b"/Length", b"/W", b"/Index", b"/Filter", b"/FT", b"/T", b"/Parent", b"/Type", b"/DSS", b"/Perms", b"/XRefStm",
    b"/Encrypt", b"/N", b"/First", b"/Extends", b"/Reference", b"/Lock", b"/SV", b"/DA", b"/DR", b"/MK", b"/Rect", b"/F",
    b"/P", b"/Ff", b"/Opt", b"/I", b"/MaxLen", b"/Q", b"/StructParent", b"/OC",
)  # fmt: skip
_NEW_KEYS = (
    b"/V", b"/AP", b"/AS", b"/F", b"/MK", b"/DA", b"/DR", b"/SigFlags", b"/NeedAppearances", b"/XFA", b"/Metadata", b"/OC",
    b"/Extensions", b"/Version", b"/OpenAction", b"/AA", b"/Names", b"/Outlines", b"/DSS", b"/PieceInfo", b"/Tabs", b"/Lang",
    b"/StructParents", b"/Rotate", b"/CropBox", b"/Ff", b"/Kids", b"/Parent", b"/Rect", b"/Lock", b"/StructTreeRoot",
    b"/PageLabels", b"/Dests", b"/ViewerPreferences", b"/OCProperties", b"/UserUnit", b"/Contents", b"/Resources", b"/Annots",
    b"/Perms", b"/SV", b"/RV", b"/Q", b"/Opt", b"/I", b"/TI", b"/M", b"/LastModified", b"/MarkInfo", b"/B", b"/Group",
)  # fmt: skip


def _values(rng: random.Random, known: Scan) -> bytes:
    number = rng.choice([*known.bodies, known.size, known.size + 1])
    return rng.choice((
        b"true", b"2", b"(x)", b"/S", b"/2.0", b"[]", b"<<>>", b"null", b"%d 0 R" % number, b"[%d 0 R]" % number,
        b"<</N %d 0 R>>" % number, b"[0 0 400 400]", b"<</Certs[%d 0 R]>>" % number, b"<</Font<</F1 %d 0 R>>>>" % number,
        b"<</ADBE<</BaseVersion/1.7/ExtensionLevel 3>>>>", b"<</S/JavaScript/JS(x)>>", b"[0 0 0 0]", b"-1", b"99999999",
    ))  # fmt: skip


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


_SHOWN = _stream(b"BT /F1 30 Tf 20 20 Td (999) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 300 300]")


def _body(rng: random.Random, known: Scan, number: int) -> bytes:
    """Return an object that says something more or something else."""
    body = known.bodies.get(number, b"<<>>")
    for _ in range(rng.choice((1, 1, 1, 2))):
        kind = rng.randrange(7)
        if kind == 0:
            body = _sub(rng, _REFERENCE, body, b"%d 0 R" % rng.choice([*known.bodies, known.size, 0]))
        elif kind == 1:
            body = _sub(rng, _NAME, body, rng.choice(_KEYS))
        elif kind == 2:
            body = _sub(rng, _NUMBER, body, b"%d" % rng.choice((0, 1, 2, 3, 40, 9999, -1)))
        elif kind == 3 and known.bodies:
            body = known.bodies[rng.choice(sorted(known.bodies))]
        elif kind == 4:
            body = _SHOWN if b"stream" in body else rng.choice((b"null", b"[]", b"<<>>", b"(x)"))
        elif body.endswith(b">>"):
            key = rng.choice(_NEW_KEYS)
            taken = re.search(re.escape(key) + rb"\s*(\([^)]*\)|\[[^]]*\]|/\w+|<<[^<>]*>>|\d+ 0 R|\d+)", body)
            body = body[: taken.start()] + body[taken.end() :] if taken else body
            body = body[:-2] + key + b" " + _values(rng, known) + b">>"
    return body


def _sub(rng: random.Random, pattern: re.Pattern[bytes], body: bytes, new: bytes) -> bytes:
    found = list(pattern.finditer(body[:20_000]))
    if not found:
        return body
    chosen = rng.choice(found)
    return body[: chosen.start()] + new + body[chosen.end() :]


def _important(rng: random.Random, known: Scan) -> int:
    """Choose an object, more often one that matters."""
    kinds = [items for items in (known.pages, known.forms, known.signatures, known.fields, [known.root]) if items]
    chosen = rng.choice(kinds) if kinds and rng.random() < 0.7 else sorted(known.bodies) or [1]
    return rng.choice(chosen)


# Tokens where they stand.


def _token(pattern: re.Pattern[bytes], make: object) -> Mutator:
    def mutate(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
        found = [item.span() for item in pattern.finditer(data)]
        if not found:
            return data
        start, end = found[rng.randrange(max(0, len(found) - 60), len(found))] if rng.random() < 0.6 else rng.choice(found)
        assert callable(make)
        return data[:start] + make(rng, data[start:end]) + data[end:]

    return mutate


def _other_number(rng: random.Random, old: bytes) -> bytes:
    value = rng.choice((0, 1, 2, 65535, 4294967296, int(old[:9]) + 1, int(old[:9]) - 1, -1, rng.randrange(10_000), 1 << 63))
    return b"%d" % value if rng.random() < 0.5 else (b"%d" % abs(value)).rjust(len(old), b"0")[-len(old) :]


def _other_row(rng: random.Random, old: bytes) -> bytes:
    return b"%010d %05d %s" % (rng.randrange(60_000), rng.choice((0, 0, 1, 65535)), rng.choice((b"n", b"n", b"f")))


def _escaped(rng: random.Random, old: bytes) -> bytes:
    at = rng.randrange(1, len(old))
    return old[:at] + b"#%02x" % old[at] + old[at + 1 :]


def _renamed(rng: random.Random, old: bytes) -> bytes:
    return rng.choice(_KEYS)


def _redirected(rng: random.Random, old: bytes) -> bytes:
    return b"%d 0 R" % rng.randrange(40)


def startxref(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Point the last end mark at another section or object, or anywhere."""
    at = data.rfind(b"startxref") + 10
    end = data.find(b"\n", at)
    places = [found.start() for found in re.finditer(rb"xref\n|(?<!\w)\d{1,7} 0 obj", data)]
    if at < 10 or end < 0 or not places:
        return data
    place = rng.choice(places) if rng.random() < 0.8 else rng.randrange(len(data) * 2)
    return data[:at] + b"%d" % place + data[end:]


def trailer(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Let the last trailer say something else."""
    known = scan(data)
    at = max(data.rfind(b"trailer"), data.rfind(b"/XRef"))
    at = data.find(b"/", at + 5)
    if at < 0:
        return data
    more = rng.choice((
        b"/Root %d 0 R" % _important(rng, known), b"/Prev %d" % rng.randrange(len(data)), b"/Size %d" % rng.randrange(90),
        b"/XRefStm %d" % rng.randrange(len(data)), b"/Encrypt %d 0 R" % _important(rng, known), b"/ID[<00><00>]", b"/Prev null",
        b"/Info %d 0 R" % _important(rng, known), b"/Extends 4 0 R",
    ))  # fmt: skip
    return data[:at] + more + data[at:]


# Updates behind the signed octets.


def append_redefine(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Say known objects anew."""
    known = scan(data)
    numbers = {_important(rng, known) for _ in range(rng.choice((1, 1, 2, 3)))}
    objects = {number: _body(rng, known, number) for number in numbers}
    objects[known.size] = _SHOWN
    return Update(objects).append(data)


def append_stream(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Say them anew in an object stream, under a section that is a stream."""
    known = scan(data)
    numbers = {_important(rng, known) for _ in range(rng.choice((1, 1, 2, 3)))}
    objects = {number: _body(rng, known, number) for number in numbers}
    objects[known.size] = _SHOWN
    # In an encrypted file the stream would have to be encrypted, too.
    packed = tuple(number for number, body in objects.items() if b"stream" not in body and b"/Encrypt" not in known.trailer)
    return Update(objects, packed=packed).append(data, as_stream=True)


def append_linked(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Bring new objects in and let a known one refer to them."""
    known = scan(data)
    new = known.size
    kinds = (
        b"<</Type/Annot/Subtype/%s/Rect[0 0 300 300]/Contents(999)/AP<</N %d 0 R>>>>" % (
            rng.choice((b"FreeText", b"Stamp", b"Text", b"Widget", b"Link", b"Square", b"Redact")), new + 1),
        b"<</Type/Annot/Subtype/Widget/FT/%s/T(New)/Rect[0 0 300 300]/V(999)/AP<</N %d 0 R>>>>" % (
            rng.choice((b"Tx", b"Sig", b"Btn")), new + 1),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents %d 0 R>>" % (new + 1), _stream(b"x"), b"[%d 0 R]" % (new + 1),
    )  # fmt: skip
    number = _important(rng, known)
    body = known.bodies.get(number, b"<<>>")
    arrays = [found.end() for found in re.finditer(rb"/(?:Annots|Fields|Kids|K|Certs|CRLs|OCSPs|Contents)\s*\[", body)]
    if arrays:
        at = rng.choice(arrays)
        body = body[:at] + b"%d 0 R " % new + body[at:]
    elif body.endswith(b">>"):
        body = body[:-2] + rng.choice(_NEW_KEYS) + b" %d 0 R>>" % new
    return Update({number: body, new: rng.choice(kinds), new + 1: _SHOWN}).append(data, as_stream=rng.random() < 0.3)


def append_rows(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Free objects, or point their rows somewhere else."""
    known = scan(data)
    rows: dict[int, tuple[int, int, bytes]] = {}
    places = [found.start(1) for found in re.finditer(rb"(?:^|\n)(\d+ \d+ obj)", data)] or [0]
    for _ in range(rng.choice((1, 1, 2))):
        number = _important(rng, known)
        rows[number] = rng.choice((
            (0, rng.choice((0, 1, 65535)), b"f"), (rng.choice(places), 0, b"n"), (rng.choice(places), 1, b"n"),
            (len(data), 0, b"n"), (rng.randrange(len(data)), 0, b"n"),
        ))  # fmt: skip
    junk = rng.choice((b"", b"%d 0 obj\n%s\nendobj\n" % (_important(rng, known), _SHOWN), b"%comment\n"))
    return Update({}, rows=rows, junk=junk).append(data, as_stream=rng.random() < 0.3)


def append_trailer(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Append a section whose trailer leads elsewhere."""
    known = scan(data)
    places = [found.start() for found in re.finditer(rb"xref\n|(?<!\w)\d{1,7} 0 obj", data)] or [0]
    more = rng.choice((b"", b"/XRefStm %d" % rng.choice(places), b"/Encrypt<</Filter/Standard/V 1>>", b"/Root %d 0 R" % known.root))
    said = rng.choice((None, known.trailer.replace(b"/Root %d" % known.root, b"/Root %d" % _important(rng, known)), b""))
    number = _important(rng, known)
    objects = {number: known.bodies.get(number, b"null")} if rng.random() < 0.6 else {}
    previous = rng.choice((None, None, rng.choice(places), 0))
    return Update(objects, trailer=said, more=more).append(data, previous=previous)


def append_hybrid(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Append a table beside which a stream says something else."""
    known = scan(data)
    number = _important(rng, known)
    at = len(data) + (not data.endswith(b"\n"))
    hidden = b"%d 0 obj\n%s\nendobj\n" % (number, _body(rng, known, number))
    rows = b"\x01" + at.to_bytes(4, "big")
    section = b"%d 0 obj\n" % known.size + _stream(
        rows, b"/Type/XRef/W[1 4 0]/Index[%d 1]/Size %d%s" % (number, known.size + 1, known.trailer)
    ) + b"\nendobj\n"  # fmt: skip
    row: dict[int, tuple[int, int, bytes]] = rng.choice(({}, {number: (0, 1, b"f")}, {number: (at + 1, 0, b"n")}))
    return Update({}, rows=row, junk=hidden + section, more=b"/XRefStm %d" % (at + len(hidden))).append(data)


def append_twice(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """One update prepares what the next one uses."""
    return append_redefine(rng, append_linked(rng, data, seeds), seeds)


def append_field(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Bend the field tree: order, names, kids, parents, values."""
    known = scan(data)
    if not known.fields or not known.forms:
        return append_redefine(rng, data, seeds)
    form, number = rng.choice(known.forms), rng.choice(known.fields)
    body = known.bodies[number]
    kind = rng.randrange(6)
    if kind == 0:
        refs = re.search(rb"/Fields\s*\[([^\]]*)\]", known.bodies[form])
        items = _REFERENCE.findall(refs[1]) if refs else []
        rng.shuffle(items)
        items = items[: rng.randrange(len(items) + 1)] * rng.choice((1, 1, 2))
        return Update({form: re.sub(rb"/Fields\s*\[[^\]]*\]", b"/Fields[" + b" ".join(items) + b"]", known.bodies[form])}).append(data)
    if kind == 1:
        body = _sub(rng, re.compile(rb"/T\s*\([^)]*\)"), body, b"/T(%s)" % rng.choice((b"", b"other", b"a.b", b"S" * 300)))
    elif kind == 2:
        body = _sub(rng, re.compile(rb"/V\s*(?:\([^)]*\)|\d+ 0 R)"), body, b"/V %s" % _values(rng, known))
    elif kind == 3:
        body = _sub(rng, re.compile(rb"/FT\s*/\w+"), body, rng.choice((b"/FT/Tx", b"/FT/Sig", b"/FT/Btn", b"")))
    elif kind == 4 and body.endswith(b">>"):
        body = body[:-2] + rng.choice((b"/Parent %d 0 R>>", b"/Kids[%d 0 R]>>")) % rng.choice(known.fields)
    else:
        body = _sub(rng, re.compile(rb"/Rect\s*\[[^\]]*\]"), body, b"/Rect[0 0 400 400]")
    return Update({number: body}).append(data)


def append_signature(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Say a signature dictionary anew, copy it, or hang one signature under another field."""
    known = scan(data)
    if not known.signatures:
        return append_redefine(rng, data, seeds)
    number = rng.choice(known.signatures)
    body = known.bodies[number]
    kind = rng.randrange(4)
    if kind == 0:
        key = rng.choice((b"/Name(Other)", b"/Reason(x)", b"/SubFilter/adbe.pkcs7.sha1", b"/Type/DocTimeStamp", b"/ByteRange[0 1 2 3]"))
        return Update({number: body[:-2] + key + b">>"}).append(data)
    holders = [item for item in known.fields if b"/V %d 0 R" % number in known.bodies[item]]
    if kind == 1 and holders:
        field = known.bodies[holders[0]].replace(b"/V %d 0 R" % number, b"/V %d 0 R" % known.size)
        return Update({holders[0]: field, known.size: body}).append(data)
    if kind == 2 and known.fields:
        field = rng.choice(known.fields)
        return Update({field: known.bodies[field][:-2] + b"/V %d 0 R>>" % number}).append(data)
    return Update({number: rng.choice((b"null", b"<<>>", body))}).append(data)


def append_store(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Bend the security store: members that are something else, entries lost, new ones."""
    known = scan(data)
    number, root = known.size, known.bodies.get(known.root, b"<<>>")
    some = b"%d 0 R" % rng.choice([*known.bodies, number + 1])
    store = rng.choice((
        b"<</Certs[%s]>>", b"<</OCSPs[%s]/CRLs[]>>", b"<</VRI<</AA<</Cert[%s]>>>>>>", b"<</Certs %s>>", b"<</VRI %s>>", b"<</X %s>>",
    )) % some  # fmt: skip
    root = re.sub(rb"/DSS\s*(?:\d+ 0 R|<<.*?>>(?=/|>>))", b"", root, flags=re.DOTALL)
    objects = {known.root: root[:-2] + b"/DSS %d 0 R>>" % number, number: store, number + 1: _stream(b"certificate")}
    if rng.random() < 0.3:
        other = _important(rng, known)
        objects.setdefault(other, _body(rng, known, other))
    return Update(objects).append(data, as_stream=rng.random() < 0.3)


# Signatures where they stand.


def byte_range(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Shift a number of a range, exchange two, or let it say something else; its length is kept where it can be."""
    known = scan(data)
    if not known.ranges:
        return data
    start, end = rng.choice(known.ranges)
    numbers = [int(item) for item in _NUMBER.findall(data[start:end])]
    if len(numbers) != 4:
        return data
    kind = rng.randrange(4)
    if kind == 0:
        numbers[rng.randrange(4)] += rng.choice((-1, 1, 2, -2, 10, -100))
    elif kind == 1:
        first, second = rng.sample(range(4), 2)
        numbers[first], numbers[second] = numbers[second], numbers[first]
    elif kind == 2:
        numbers = numbers[: rng.randrange(4)]
    else:
        numbers = [*numbers, *numbers[:2]]
    said = b"/ByteRange[" + b" ".join(b"%d" % number for number in numbers) + b"]"
    return data[:start] + said.ljust(end - start) + data[end:]


def contents(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Write the digits of a hole in another way, fill its padding, exchange holes, or take another file's."""
    known = scan(data)
    if not known.contents:
        return data
    start, end = rng.choice(known.contents)
    old = data[start:end]
    kind = rng.randrange(6)
    if kind == 0:
        new = old.swapcase()
    elif kind == 1:
        new = old[:-8] + b"%08x" % rng.randrange(1 << 32)
    elif kind == 2:
        first, last = rng.choice(known.contents)
        new = data[first:last].strip()[: end - start].ljust(end - start, b"0")
    elif kind == 3:
        other = seeds[rng.choice(sorted(seeds))]
        spans = scan(other).contents
        first, last = rng.choice(spans) if spans else (0, 0)
        new = other[first:last].strip()[: end - start].ljust(end - start, b"0")
    elif kind == 4:
        at = rng.randrange(len(old))
        new = old[:at] + rng.choice((b" ", b"\n", b"g", b">", b"(")) + old[at + 1 :]
    else:
        new = b"0" * len(old)
    return data[:start] + new + data[end:]


def cms(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Change elements of the CMS in a hole: attributes signed and unsigned, certificates, algorithms, the value."""
    known = scan(data)
    if not known.contents:
        return data
    start, end = rng.choice(known.contents)
    try:
        raw = bytes.fromhex(data[start:end].decode("ascii"))
    except ValueError:
        return data
    whole = _cut_padding(raw)
    changed = der.change(rng, whole, [_cut_padding(item) for item in _holes(seeds[rng.choice(sorted(seeds))])])
    digits = changed.hex().encode()
    if len(digits) > end - start:
        return data
    return data[:start] + digits.ljust(end - start, b"0") + data[end:]


def _holes(data: bytes) -> list[bytes]:
    found = []
    for start, end in scan(data).contents:
        try:
            found.append(bytes.fromhex(data[start:end].decode("ascii")))
        except ValueError:
            continue
    return found


def _cut_padding(raw: bytes) -> bytes:
    if len(raw) < 4 or raw[1] & 0x80 == 0:
        return raw
    count = raw[1] & 0x7F
    return raw[: 2 + count + int.from_bytes(raw[2 : 2 + count], "big")]


# Streams and the tail.


def packed(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Change what a deflated structure stream holds, and append it under its number."""
    known = scan(data)
    numbers = known.packed + known.section_streams
    if not numbers:
        return append_stream(rng, data, seeds)
    number = rng.choice(numbers)
    body = known.bodies[number]
    raw = inflated(body)
    if not raw:
        return data
    changed = OCTETS[rng.choice(sorted(OCTETS))](rng, raw, {"same": raw})
    deflated = zlib.compress(changed)
    head = body[: body.find(b"stream")]
    head = re.sub(rb"/Length\s+\d+(?: 0 R)?", b"/Length %d" % len(deflated), head)
    new = head + b"stream\n" + deflated + b"\nendstream"
    at = data.rfind(b"%d 0 obj" % number)
    if rng.random() < 0.5 or at < 0:
        return Update({number: new}).append(data)
    end = data.find(b"endobj", at)
    return data[:at] + b"%d 0 obj\n" % number + new + b"\n" + data[end:]


def tail(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Put something behind the end."""
    known = scan(data)
    pieces = (
        b"\n", b" " * rng.choice((1, 100, 3_000)), b"%comment\n", b"%%EOF\n", b"startxref\n%d\n%%%%EOF\n" % known.previous,
        b"%d 0 obj\n%s\nendobj\n" % (_important(rng, known), _SHOWN), b"trailer\n<<%s/Size 3>>\n" % known.trailer,
        b"startxref\n0\n%%EOF\n", b"\x00" * 20, data[-300:],
    )  # fmt: skip
    return data + b"".join(rng.choice(pieces) for _ in range(rng.choice((1, 1, 2, 3))))


def swap_objects(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Exchange two objects where they stand."""
    places = [found.span() for found in re.finditer(rb"(?<!\w)\d{1,7} 0 obj.*?endobj\s", data, re.DOTALL)]
    if len(places) < 2:
        return data
    (start, end), (first, last) = sorted(rng.sample(places, 2))
    return data[:start] + data[first:last] + data[end:first] + data[start:end] + data[last:]


MUTATORS: dict[str, Mutator] = {
    **OCTETS,
    "token-number": _token(_NUMBER, _other_number),
    "token-row": _token(_ROW, _other_row),
    "token-escaped": _token(_NAME, _escaped),
    "token-renamed": _token(_NAME, _renamed),
    "token-redirected": _token(_REFERENCE, _redirected),
    "startxref": startxref,
    "trailer": trailer,
    "append-redefine": append_redefine,
    "append-stream": append_stream,
    "append-linked": append_linked,
    "append-rows": append_rows,
    "append-trailer": append_trailer,
    "append-hybrid": append_hybrid,
    "append-twice": append_twice,
    "append-field": append_field,
    "append-signature": append_signature,
    "append-store": append_store,
    "byte-range": byte_range,
    "contents": contents,
    "cms": cms,
    "packed": packed,
    "tail": tail,
    "swap-objects": swap_objects,
}
