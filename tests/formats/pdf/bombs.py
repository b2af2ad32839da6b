"""Small files that cost a careless reader its time or its memory; each is named and made here.

Run as a program with a path, it verifies that file and prints the seconds of CPU, the resident
megabytes at the peak and what was said.
"""

from __future__ import annotations

import re
import resource
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import edoc
from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, FORM, PAGE, PAGES, ROOT, File

BOMBS: dict[str, Callable[[], bytes]] = {}


def bomb(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Register a bomb under the name of its function."""
    BOMBS[make.__name__] = make
    return make


def _with(number: int, body: bytes) -> bytes:
    return build.document({**build.practice_objects(), number: body}).sign().data


def _section_stream(entries: bytes, raw: bytes) -> bytes:
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    body = b"<</Type/XRef/Root 1 0 R%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(raw), raw)
    return head + b"2 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (body, len(head))


def _container(bodies: bytes, count: int, index: bytes, *, deflate: bool = False) -> bytes:
    """A document whose form stands in an object stream of its own making."""
    file = build.document().sign()
    number = file.size
    packed = build.stream(index + bodies, b"/Type/ObjStm/N %d/First %d" % (count, len(index)), deflate=deflate)
    at = len(file.data)
    own = number + 1
    out = file.data + b"%d 0 obj\n%s\nendobj\n" % (number, packed)
    rows = b"\x02" + number.to_bytes(4, "big") + b"\x00\x00" + b"\x01" + at.to_bytes(4, "big") + b"\x00\x00"
    rows += b"\x01" + len(out).to_bytes(4, "big") + b"\x00\x00"
    entries = b"/Type/XRef/W[1 4 2]/Index[6 1 %d 2]/Size %d/Root 1 0 R/Prev %d" % (number, own + 1, file.startxref)
    start = len(out)
    out += b"%d 0 obj\n%s\nendobj\n" % (own, build.stream(rows, entries))
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def _packed_form(body: bytes, *, deflate: bool = False) -> bytes:
    return _container(body, 1, b"6 0 ", deflate=deflate)


@bomb
def ten_thousand_nested_arrays() -> bytes:
    return _with(ROOT, b"[" * 10_000 + b"]" * 10_000)


@bomb
def hundred_thousand_nested_arrays() -> bytes:
    return _with(ROOT, b"[" * 100_000)


@bomb
def nested_dictionaries_in_the_trailer() -> bytes:
    return build.document(trailer=b"/Root 1 0 R/X" + b"<</A" * 50_000 + b">>" * 50_000).sign().data


@bomb
def catalog_that_refers_to_itself() -> bytes:
    return _with(ROOT, b"1 0 R")


@bomb
def references_in_a_circle() -> bytes:
    objects = {**build.practice_objects(), ROOT: b"20 0 R", 20: b"21 0 R", 21: b"20 0 R"}
    return build.document(objects).sign().data


@bomb
def rows_without_width() -> bytes:
    return _section_stream(b"/W[0 0 0]/Index[0 8000000]/Size 8000000", b"")


@bomb
def section_inflates_to_200_megabytes() -> bytes:
    raw = zlib.compress(bytes(200 << 20), 9)
    return _section_stream(b"/W[1 4 2]/Size 30000000/Filter/FlateDecode", raw)


@bomb
def section_inflates_twice() -> bytes:
    raw = zlib.compress(zlib.compress(bytes(200 << 20), 9), 9)
    return _section_stream(b"/W[1 4 2]/Size 30000000/Filter[/FlateDecode/FlateDecode]", raw)


@bomb
def object_stream_inflates_to_200_megabytes() -> bytes:
    return _packed_form(b" " * (200 << 20), deflate=True)


@bomb
def predictor_with_rows_of_one() -> bytes:
    raw = zlib.compress(b"\x04\x01" * (2 << 20), 9)
    parameters = b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 1>>"
    return _section_stream(b"/W[0 1 0]/Size 2097152" + parameters, raw)


@bomb
def predictor_with_wide_rows() -> bytes:
    raw = zlib.compress((b"\x04" + b"\x07" * 64) * 120_000, 9)
    parameters = b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 64>>"
    return _section_stream(b"/W[8 8 8]/Size 400000" + parameters, raw)


@bomb
def predictor_of_images() -> bytes:
    raw = zlib.compress(b"\x07" * (8 << 20), 9)
    parameters = b"/Filter/FlateDecode/DecodeParms<</Predictor 2/Columns 64>>"
    return _section_stream(b"/W[8 8 8]/Size 400000" + parameters, raw)


@bomb
def tokens_of_names() -> bytes:
    return _packed_form(b"[" + b"/A/B" * (3 << 20) + b"]")


@bomb
def tokens_of_different_names() -> bytes:
    return _packed_form(b"[" + b"".join(b"/%x" % number for number in range(1_500_000)) + b"]")


@bomb
def tokens_of_numbers() -> bytes:
    return _packed_form(b"[" + b"1234567 " * (1 << 20) + b"9 " * (3 << 20) + b"]")


@bomb
def tokens_of_strings() -> bytes:
    return _packed_form(b"[" + b"(a)" * (4 << 20) + b"]")


@bomb
def tokens_of_containers() -> bytes:
    return _packed_form(b"[" + b"<<>>[]" * (2 << 20) + b"]")


@bomb
def tokens_of_references() -> bytes:
    return _packed_form(b"<</Fields[" + b"7 0 R " * (2 << 20) + b"]>>")


@bomb
def index_of_four_million_objects() -> bytes:
    return _container(b"null", 3_900_000, b"1 1 " * 3_900_000)


@bomb
def repeated_keys() -> bytes:
    return _packed_form(b"<<" + b"".join(b"/%x 1/%x 2" % (number, number) for number in range(200_000)) + b">>")


@bomb
def object_stream_that_needs_itself() -> bytes:
    data = _packed_form(b"<</Fields[]>>", deflate=True)
    return data.replace(b"/Filter/FlateDecode", b"/Filter 6 0 R      ")


@bomb
def comment_flood() -> bytes:
    return _with(ROOT, b"<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R" + b"%x\n" * 400_000 + b">>")


@bomb
def space_flood() -> bytes:
    return _with(ROOT, b"<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R" + b" " * 4_000_000 + b">>")


@bomb
def parenthesis_flood() -> bytes:
    return _with(ROOT, b"<</X(" + b"(" * 900_000 + b")>>")


@bomb
def many_open_strings() -> bytes:
    return _with(ROOT, b"[" + b"(()" * 300_000)


@bomb
def hexadecimal_string_with_a_wrong_end() -> bytes:
    return _with(ROOT, b"<</X<" + b"41" * 500_000 + b"g>>>")


@bomb
def subsections_of_one_row() -> bytes:
    objects = build.practice_objects()
    objects.update({2 * number + 21: b"null" for number in range(60_000)})
    return build.document(objects).sign().sign("Signature2").data


@bomb
def five_hundred_updates() -> bytes:
    file = build.document({**build.practice_objects(), **{number: b"[2 0 R]" for number in range(20, 3_000)}}).sign()
    for _ in range(490):
        file = file.update({PAGE: file.objects[PAGE]})
    return file.data


@bomb
def six_hundred_updates() -> bytes:
    file = build.document().sign()
    for _ in range(600):
        file = file.update({})
    return file.data


@bomb
def form_of_sixty_thousand_fields() -> bytes:
    numbers = range(20, 60_020)
    objects = {**build.practice_objects(), **{number: b"<</FT/Tx/T(f%d)>>" % number for number in numbers}}
    objects[FORM] = b"<</Fields[%s]>>" % b" ".join(b"%d 0 R" % number for number in numbers)
    return build.document(objects).sign().data


@bomb
def large_form_in_many_revisions() -> bytes:
    numbers = range(20, 20_020)
    objects = {**build.practice_objects(), **{number: b"<</FT/Tx/T(f%d)>>" % number for number in numbers}}
    objects[FORM] = b"<</Fields[%s]>>" % b" ".join(b"%d 0 R" % number for number in numbers)
    file = build.document(objects).sign()
    for _ in range(60):
        file = file.update({AMOUNT: file.objects[AMOUNT]})
    return file.data


@bomb
def deep_field_tree() -> bytes:
    objects = build.practice_objects()
    for number in range(20, 5_020):
        objects[number] = b"<</T(%s)/Kids[%d 0 R]>>" % (b"n" * 900, number + 1)
    objects[FORM] = b"<</Fields[20 0 R]>>"
    return build.document(objects).sign().data


@bomb
def field_that_is_its_own_kid() -> bytes:
    objects = {**build.practice_objects(), AMOUNT: b"<</T(a)/FT/Tx/Kids[7 0 R]>>"}
    return build.document(objects).sign().data


@bomb
def signatures_in_three_hundred_revisions() -> bytes:
    file = build.document()
    for number in range(300):
        file = file.sign(f"S{number}")
    return file.data


@bomb
def structure_tree_in_many_revisions() -> bytes:
    objects = build.practice_objects()
    numbers = range(20, 20_020)
    objects.update({number: b"<</S/P/P 10 0 R/K %d>>" % number for number in numbers})
    objects[10] = b"<</Type/StructTreeRoot/K[%s]>>" % b" ".join(b"%d 0 R" % number for number in numbers)
    objects[ROOT] = objects[ROOT][:-2] + b"/StructTreeRoot 10 0 R>>"
    file = build.document(objects).sign()
    for number in range(400):
        file = file.update({20: b"<</S/P/P 10 0 R/K %d>>" % number})
    return file.data


@bomb
def many_objects_under_two_signatures() -> bytes:
    numbers = range(20, 250_020)
    objects = {**build.practice_objects(), **{number: b"[%d 0 R]" % (number + 1) for number in numbers}}
    objects[ROOT] = objects[ROOT][:-2] + b"/X 20 0 R>>"
    return build.document(objects).sign().sign("Signature2").data


@bomb
def many_references_under_two_signatures() -> bytes:
    objects = build.practice_objects()
    numbers = range(20, 40)
    objects.update({number: b"[" + b"4 0 R 5 0 R " * 60_000 + b"]" for number in numbers})
    objects[ROOT] = objects[ROOT][:-2] + b"/X[%s]>>" % b" ".join(b"%d 0 R" % number for number in numbers)
    return build.document(objects).sign().sign("Signature2").data


@bomb
def page_tree_of_many_nodes() -> bytes:
    objects = build.practice_objects()
    for number in range(20, 30_020):
        objects[number] = b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 1)
    objects[PAGES] = b"<</Type/Pages/Kids[20 0 R 3 0 R]/Count 1>>"
    file = build.document(objects).sign()
    return file.update({PAGE: file.objects[PAGE].replace(b"595", b"596")}).data


def _many_signatures(count: int, filling: bytes) -> File:
    objects = build.practice_objects()
    hole = b"<" + b"0" * 400 + b">"
    for number in range(20, 20 + count):
        objects[number] = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(S%d)/Rect[0 0 0 0]/P 3 0 R/V %d 0 R>>" % (
            number, number + count,
        )  # fmt: skip
        objects[number + count] = (
            b"<</Type/Sig/Filter/F/SubFilter/adbe.pkcs7.detached/ByteRange%s/Contents%s>>" % (build.RANGE, hole)
        )
    objects[FORM] = b"<</Fields[%s]>>" % b" ".join(b"%d 0 R" % number for number in range(20, 20 + count))
    objects[20 + 2 * count] = build.stream(filling)
    file = build.document(objects)
    data = bytearray(file.data)
    at = 0
    made = build.cms(b"").hex().encode()[:400]
    for _ in range(count):
        mark = data.index(build.RANGE, at)
        opened = data.index(b"<0", mark)
        closed = opened + len(hole)
        covered = b"[0 %d %d %d]" % (opened, closed, len(data) - closed)
        data[mark : mark + len(build.RANGE)] = covered.ljust(len(build.RANGE))
        data[opened + 1 : opened + 1 + len(made)] = made
        at = closed
    return file.patched(bytes(data))


@bomb
def thousand_signatures() -> bytes:
    return _many_signatures(1_000, b"").data


@bomb
def thousand_signatures_over_many_bytes() -> bytes:
    return _many_signatures(1_000, bytes(20 << 20)).data


def main(path: str) -> None:
    """Verify one file and print what it cost."""
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    started = time.process_time()
    try:
        said = edoc.verify_document(path, policy="integrity").verdict.value
    except edoc.EdocError as problem:
        said = problem.code
    spent = time.process_time() - started
    print(f"{spent:.2f} {_peak_megabytes()} {said}")


def _peak_megabytes() -> int:
    """The peak of this program alone: what `getrusage` tells begins with the size of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii", errors="replace"))
        assert found
        return int(found[1]) >> 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main(sys.argv[1])
