"""Pictures of pages: what a page costs that differs, drawn twice, compared and packed, with the start of the worker."""

from __future__ import annotations

import resource
import statistics
import zlib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from benchmarks.inputs import MOMENT, Material
from benchmarks.table import Row, talk

ROUNDS = 5
GOAL = 300
_MARK = b"\nq 0.8 0 0 rg 72 72 90 12 re f Q\n"


def rows(_: Path, material: Material) -> Iterator[Row]:
    """Yield the measured figures."""
    import edoc
    from edoc.api_pictures import page_pictures

    talk("pictures of pages ...")
    document = _changed(material)
    report = edoc.verify_document(document, policy="integrity")
    times = []
    for _round in range(ROUNDS):
        start = _cpu()
        shown = page_pictures(document, report)
        times.append((_cpu() - start) * 1e3 / len(shown.pictures))
        assert not shown.notes, shown.notes
    largest = max(len(side or b"") for one in shown.pictures for side in (one.signed, one.handed_over))
    talk(f"  {len(shown.pictures)} pages; each {' '.join(f'{item:.0f}' for item in times)} ms CPU; largest PNG {largest:,} octets")
    median = statistics.median(times)
    yield Row(what="picture of a page beside another, with the start of the worker, CPU", measured=f"{median:.0f} ms",
              goal=f"<= {GOAL} ms", met=median <= GOAL)  # fmt: skip


def _cpu() -> float:
    """Return the processor time of this process and of those that it has waited for, in seconds."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _changed(material: Material) -> bytes:
    """Return the ruling of the practice PKI, signed, with a mark on each page that came later."""
    import edoc
    from edoc.formats.pdf.append_write import IncrementalUpdate, write_dictionary
    from edoc.formats.pdf.values import Name
    from edoc.lab.page_text import read_page
    from edoc.lab.tamper import open_pdf

    ruling = resources.files("edoc.lab").joinpath("ruling.pdf").read_bytes()
    item = material.signers[0]
    key = edoc.Key.open(f"file:{item.key}", certificates=[str(item.certificate), str(material.authority)])
    signed = bytes(edoc.sign_document(ruling, key, signing_time=MOMENT).document.data[:])
    pdf = open_pdf(signed)
    update = IncrementalUpdate(pdf)
    for number in range(3):
        page = read_page(pdf, number)
        packed = zlib.compress(page.content + _MARK)
        head = write_dictionary({"Length": len(packed), "Filter": Name("FlateDecode")})
        update.put(page.ref, head, b"\nstream\n", packed, b"\nendstream")
    return signed + update.write()[0]
