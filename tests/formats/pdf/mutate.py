"""Changes signed PDFs at random, half of the time where their structure is; the seed decides everything."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, FORM, PAGE, ROOT, File

Mutator = Callable[[random.Random, File], bytes]
_NUMBER = re.compile(rb"\d+")
_NAME = re.compile(rb"/[A-Za-z]+")
_ROW = re.compile(rb"\d{10} \d{5} [nf]")
_REFERENCE = re.compile(rb"\d+ 0 R")
_KEYS = (
    b"/Contents", b"/ByteRange", b"/V", b"/AP", b"/Kids", b"/Fields", b"/Annots", b"/Root", b"/Prev", b"/Size", b"/Length",
    b"/W", b"/Index", b"/Filter", b"/FT", b"/T", b"/Parent", b"/Type", b"/DSS", b"/Perms", b"/XRefStm", b"/Encrypt", b"/N",
)  # fmt: skip


def seeds() -> dict[str, File]:
    """Return the signed documents that are changed."""
    one = build.signed()
    place = one.size
    filled = one.update({AMOUNT: build.amount(b"250", place), place: build.form_xobject(b"250")})
    root = one.objects[ROOT][:-2] + b"/DSS<</Certs[%d 0 R]>>>>" % place
    return {
        "one": one,
        "stream": build.signed(xref_stream=True),
        "certified": build.signed(certify=1),
        "two": one.sign("Signature2"),
        "filled": filled,
        "filled and signed": filled.sign("Signature2"),
        "store": one.update({ROOT: root, place: build.stream(b"certificate")}),
        "compressed": build.compressed(build.practice_objects(), (ROOT, 2, 5, FORM)).sign(),
    }


def _at(rng: random.Random, data: bytes) -> int:
    """Choose a place, six times of ten in the last part of the file."""
    return rng.randrange(max(0, len(data) - 900), len(data)) if rng.random() < 0.6 else rng.randrange(len(data))


def _flip(rng: random.Random, file: File) -> bytes:
    data = bytearray(file.data)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        data[_at(rng, file.data)] = rng.randrange(256)
    return bytes(data)


def _insert(rng: random.Random, file: File) -> bytes:
    at = _at(rng, file.data)
    piece = rng.choice((b" ", b"\n", b"%", b"(", b"<<", b">>", b"\x00", b"%%EOF\n", b"endobj\n", b"0 0 R", b"/A", b"xref\n"))
    return file.data[:at] + piece + file.data[at:]


def _cut(rng: random.Random, file: File) -> bytes:
    at = _at(rng, file.data)
    return file.data[:at] + file.data[at + rng.choice((1, 2, 10, 100, 4_000)) :]


def _splice(rng: random.Random, file: File) -> bytes:
    data = file.data
    start, length, to = _at(rng, data), rng.choice((5, 40, 300)), _at(rng, data)
    return data[:to] + data[start : start + length] + data[to + rng.choice((0, length)) :]


def _token(pattern: re.Pattern[bytes], make: Callable[[random.Random, bytes], bytes]) -> Mutator:
    def mutate(rng: random.Random, file: File) -> bytes:
        found = list(pattern.finditer(file.data))
        chosen = found[rng.randrange(max(0, len(found) - 40), len(found))] if found else None
        if chosen is None:
            return file.data
        return file.data[: chosen.start()] + make(rng, chosen[0]) + file.data[chosen.end() :]

    return mutate


def _other_number(rng: random.Random, old: bytes) -> bytes:
    value = rng.choice((0, 1, 2, 65535, 4294967296, int(old[:9]) + 1, int(old[:9]) - 1, -1, rng.randrange(10_000)))
    return b"%d" % value if rng.random() < 0.5 else (b"%d" % abs(value)).rjust(len(old), b"0")[-len(old) :]


def _other_row(rng: random.Random, old: bytes) -> bytes:
    place = rng.randrange(9_000)
    return b"%010d %05d %s" % (place, rng.choice((0, 0, 1)), rng.choice((b"n", b"n", b"f")))


def _escaped(rng: random.Random, old: bytes) -> bytes:
    at = rng.randrange(1, len(old))
    return old[:at] + b"#%02x" % old[at] + old[at + 1 :]


def _renamed(rng: random.Random, old: bytes) -> bytes:
    return rng.choice(_KEYS)


def _redirected(rng: random.Random, old: bytes) -> bytes:
    return b"%d 0 R" % rng.randrange(16)


def _appended(rng: random.Random, file: File) -> bytes:
    """Append a well-formed update that redefines, frees or redirects some objects."""
    numbers = sorted(file.objects)
    changes: dict[int, bytes] = {}
    for _ in range(rng.choice((1, 1, 2, 3))):
        number = rng.choice((*numbers, file.size))
        body = file.objects[rng.choice(numbers)]
        if rng.random() < 0.7 and number in file.objects:
            body = _REFERENCE.sub(lambda found: _redirected(rng, found[0]), file.objects[number], count=rng.choice((0, 1)))
            body = _NAME.sub(lambda found: _renamed(rng, found[0]), body, count=rng.choice((0, 0, 1)))
            if rng.random() < 0.5 and body.endswith(b">>"):
                body = body[:-2] + rng.choice(_KEYS) + b" %d 0 R>>" % rng.choice(numbers)
        changes[number] = body
    free = tuple(rng.sample(numbers, 1)) if rng.random() < 0.2 else ()
    rows = {rng.choice(numbers): (rng.randrange(len(file.data)), 0, "n")} if rng.random() < 0.2 else None
    trailer = b"/Root %d 0 R" % rng.choice(numbers) if rng.random() < 0.1 else None
    junk = rng.choice((b"", b"", b"4 0 obj\n<<>>\nendobj\n", b"%comment\n"))
    return file.update(changes, free=free, rows=rows, trailer=trailer, junk=junk).data


def _resigned(rng: random.Random, file: File) -> bytes:
    """Hide a change under a genuine further signature."""
    numbers = [number for number in sorted(file.objects) if number not in (PAGE, FORM)]
    number = rng.choice(numbers)
    body = file.objects[rng.choice(numbers)]
    return file.sign("Another", changes={number: body}).data


_NEW_KEYS = (
    b"/V", b"/AP", b"/AS", b"/F", b"/MK", b"/DA", b"/DR", b"/SigFlags", b"/NeedAppearances", b"/XFA", b"/Metadata",
    b"/Extensions", b"/Version", b"/OpenAction", b"/AA", b"/Names", b"/Outlines", b"/DSS", b"/PieceInfo", b"/Tabs",
    b"/StructParents", b"/Rotate", b"/CropBox", b"/Ff", b"/Kids", b"/Parent", b"/Rect", b"/Lock", b"/StructTreeRoot",
)  # fmt: skip
_NEW_VALUES = (
    b"true", b"2", b"(x)", b"/S", b"/2.0", b"[]", b"<<>>", b"4 0 R", b"8 0 R", b"9 0 R", b"60 0 R", b"61 0 R", b"[60 0 R]",
    b"<</N 60 0 R>>", b"<</N 8 0 R>>", b"[0 0 10 10]", b"<</Certs[60 0 R]>>", b"<</Certs[4 0 R]>>",
    b"<</Font<</F1 5 0 R/F2 61 0 R>>>>", b"<</Font<</F1 61 0 R>>>>", b"<</ADBE<</BaseVersion/1.7/ExtensionLevel 3>>>>",
)  # fmt: skip


def _said_anew(rng: random.Random, file: File) -> bytes:
    """Append an update in which known objects say something more or something else, under a signature or not."""
    changes = {
        60: build.stream(b"BT (999) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"),
        61: b"<</Type/Font/Subtype/Type1/BaseFont/Symbol>>",
    }
    for _ in range(rng.choice((1, 1, 2))):
        number = rng.choice((ROOT, PAGE, FORM, AMOUNT, build.NOTE, build.PAGES))
        body, key = changes.get(number, file.objects[number]), rng.choice(_NEW_KEYS)
        known = re.search(re.escape(key) + rb"(\([^)]*\)|\[[^]]*\]|/\w+|<</N [^>]*>>| ?\d+ 0 R)", body)
        body = body[: known.start()] + body[known.end() :] if known else body
        changes[number] = body[:-2] + key + b" " + rng.choice(_NEW_VALUES) + b">>"
    if rng.random() < 0.4:
        return file.sign("Another", changes=changes).data
    return file.update(changes).data


def _swapped_sections(rng: random.Random, file: File) -> bytes:
    at = file.data.rindex(b"startxref\n") + 10
    end = file.data.index(b"\n", at)
    places = [found.start() for found in re.finditer(rb"xref\n|\d+ 0 obj", file.data)]
    return file.data[:at] + b"%d" % rng.choice(places) + file.data[end:]


MUTATORS: tuple[Mutator, ...] = (
    _flip, _insert, _cut, _splice, _token(_NUMBER, _other_number), _token(_ROW, _other_row), _token(_NAME, _escaped),
    _token(_NAME, _renamed), _token(_REFERENCE, _redirected), _appended, _appended, _appended, _said_anew, _said_anew, _said_anew,
    _resigned, _swapped_sections,
)  # fmt: skip


def mutant(seed: int, files: dict[str, File]) -> tuple[str, bytes]:
    """Return the name of the document that was changed, and what became of it."""
    rng = random.Random(seed)
    name = rng.choice(sorted(files))
    file = files[name]
    data = rng.choice(MUTATORS)(rng, file)
    if rng.random() < 0.2:
        data = rng.choice(MUTATORS[:4])(rng, file.patched(data or b"%"))
    return name, data
