"""ASiC-E beside the bare XAdES signature that stands in it, with the same data beside: what a container costs.

Small files are measured: with large ones the time goes into digests, and a container needs one more, that of itself.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.inputs import MOMENT, SIGNERS, Material
from benchmarks.memory import peak_of
from benchmarks.table import Row, talk

SIZES = (("10 KB", 10_000, 400),)
"""Name, octets, distinct documents."""
ROUNDS = 10
GOAL = 1.3
LARGE = 1 << 30
PEAK = 100
_SIGN = """
import sys, edoc
from benchmarks.inputs import MOMENT
key, certificate, authority, source, target = sys.argv[1:]
key = edoc.Key.open("file:" + key, certificates=[certificate, authority])
assert edoc.sign_document(source, key, signing_time=MOMENT, format="asic-e", output=target).check.passed
"""
_VERIFY = """
import sys, edoc
from benchmarks.inputs import MOMENT
root, target, *crls = sys.argv[1:]
report = edoc.verify_document(target, trust=edoc.TrustStore.load(root), validation_data=crls, validation_time=MOMENT)
assert report.verdict is edoc.Verdict.PASSED, report.to_json()
"""
Pair = tuple[bytes, bytes, bytes]
"""Container, signature file, data."""


def rows(folder: Path, material: Material) -> Iterator[Row]:
    """Yield the measured figures."""
    import edoc

    verifier = edoc.Verifier(
        trust=edoc.TrustStore.load(material.root),
        validation_data=[str(item) for item in material.crls],
        validation_time=MOMENT,
    )

    def container(pair: Pair) -> None:
        _passed(verifier.verify(edoc.Document(data=pair[0], name="a.asice")))

    def bare(pair: Pair) -> None:
        beside = [edoc.Document(data=pair[2], name="a.bin")]
        _passed(verifier.verify(edoc.Document(data=pair[1], name="a.xml"), detached=beside))

    for name, size, count in SIZES:
        talk(f"ASiC-E of {name}: {count} containers, in {ROUNDS} rounds ...")
        yield _row(f"verify ASiC-E of {name} beside its XAdES", _signed(material, size, count), (container, bare))
    yield from _large(folder, material)


def _passed(report: object) -> None:
    import edoc

    assert isinstance(report, edoc.Report) and report.verdict is edoc.Verdict.PASSED, report


def _signed(material: Material, size: int, count: int) -> list[Pair]:
    import edoc
    from edoc.formats.asic.package import Package

    chance = random.Random(size)
    signers = [
        edoc.Signer(
            edoc.Key.open(f"file:{item.key}", certificates=[str(item.certificate), str(material.authority)]),
            signing_time=MOMENT,
            format="asic-e",
        )
        for item in material.signers
    ]
    found = []
    for number in range(count):
        data = chance.randbytes(size)
        document = signers[number % SIGNERS].sign(edoc.Document.from_bytes(data, name="a.bin")).document
        signature = Package.open(document).member("META-INF/signatures001.xml").data
        found.append((bytes(document.data[:]), signature, data))
    return found


def _row(what: str, pairs: list[Pair], jobs: tuple[Callable[[Pair], None], Callable[[Pair], None]]) -> Row:
    """Compare the times; the median round stands, so that a neighbour's load on one does not."""
    for job in jobs:
        job(pairs[-1])
    ratios = []
    for turn in range(ROUNDS):
        share = pairs[turn::ROUNDS]
        own, other = (_seconds(job, share) for job in jobs)
        talk(f"  ASiC-E {own / len(share) * 1e3:8.3f} ms CPU, XAdES {other / len(share) * 1e3:8.3f}")
        ratios.append(own / other)
    ratio = statistics.median(ratios)
    return Row(what=what, measured=f"{ratio:.2f} x", goal=f"<= {GOAL} x", met=ratio <= GOAL)


def _seconds(job: Callable[[Pair], None], pairs: list[Pair]) -> float:
    start = time.process_time()
    for pair in pairs:
        job(pair)
    return time.process_time() - start


def _large(folder: Path, material: Material) -> Iterator[Row]:
    talk("ASiC-E of 1 GiB: memory ...")
    source, target = folder / "large.bin", folder / "large.asice"
    with source.open("wb") as file:
        file.truncate(LARGE)
    signer = material.signers[0]
    signing = peak_of(_SIGN, [signer.key, signer.certificate, material.authority, source, target])
    verifying = peak_of(_VERIFY, [material.root, target, *material.crls])
    for what, peak in (("sign", signing), ("verify", verifying)):
        yield Row(what=f"{what} ASiC-E of 1 GiB, peak anonymous memory", measured=f"{peak:.1f} MB",
                  goal=f"<= {PEAK} MB", met=peak <= PEAK)  # fmt: skip
    source.unlink()
    target.unlink()
