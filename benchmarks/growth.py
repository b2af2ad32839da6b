"""What verifying costs as documents grow, in objects and in revisions: `make plot` measures, draws and writes it down.

The figure and its numbers go to `docs/`; the run fails when a cost grows faster than what causes it.
"""

from __future__ import annotations

import gc
import json
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import edoc
from benchmarks.figure import Line, Panel, draw
from benchmarks.inputs import MOMENT, SIGNERS, Material, make_document, make_material

FOLDER = Path(__file__).resolve().parents[1] / "docs"
OBJECTS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
REVISIONS = (1, 2, 4, 8, 16, 24, 32, 48, 64)
ON_A_PAGE = 4
"""Objects of one page in `make_document`."""
DOCUMENTS = 3
"""Documents measured for one point, no two alike; the cheapest counts, as neighbours only ever add."""
STEEPEST = 1.15
"""The largest exponent that is called linear: what is looked up in larger memory costs a little more."""

Make = Callable[[int, int], bytes]
"""(how much of it, seed) -> a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One measured line: a name, what it is counted in, and (count, CPU milliseconds) of each point."""

    name: str
    unit: str
    points: tuple[tuple[int, float], ...]

    @property
    def exponent(self) -> float:
        """The slope of the upper half in a doubly logarithmic picture: 1 is linear."""
        (low, cheap), (high, dear) = self.points[len(self.points) // 2 - 1], self.points[-1]
        return math.log(dear / cheap) / math.log(high / low)


def main() -> int:
    """Measure, write `growth.json` and `growth.svg`; return 1 when a cost is not linear."""
    with tempfile.TemporaryDirectory(prefix="edoc-growth-") as name:
        found = tuple(_measured(make_material(Path(name))))
    for series in found:
        print(f"{series.name}: cost ~ {series.unit} ^ {series.exponent:.2f}")
        for count, cost in series.points:
            print(f"  {count:>6} {series.unit}  {cost:9.2f} ms CPU  {1e3 * cost / count:8.1f} us for each")
    (FOLDER / "growth.json").write_text(json.dumps(_numbers(found), indent=1) + "\n", encoding="utf-8")
    (FOLDER / "growth.svg").write_text(_figure(found), encoding="utf-8")
    return 1 if any(series.exponent > STEEPEST for series in found) else 0


def _measured(material: Material) -> Iterator[Series]:
    signers = [
        edoc.Signer(edoc.Key.open(f"file:{item.key}", certificates=[str(item.certificate), str(material.authority)]),
                    signing_time=MOMENT)
        for item in material.signers
    ]  # fmt: skip
    verifier = edoc.Verifier(
        trust=edoc.TrustStore.load(material.root), validation_data=[str(crl) for crl in material.crls],
        validation_time=MOMENT,
    )  # fmt: skip

    def signed(document: bytes, times: int) -> bytes:
        for place in range(times):
            document = bytes(signers[place % SIGNERS].sign(document).document.data[:])
        return document

    def pages(count: int, seed: int, *, packed: bool) -> bytes:
        plain = make_document(seed, pages=count // ON_A_PAGE, size=50 * count + 1_000, packed=packed)
        return signed(plain, 2)

    kinds: tuple[tuple[str, str, Sequence[int], Make], ...] = (
        ("objects in the file, two signatures", "objects", OBJECTS, lambda count, seed: pages(count, seed, packed=False)),
        ("objects in object streams, two signatures", "objects", OBJECTS, lambda count, seed: pages(count, seed, packed=True)),
        ("signatures, one page", "revisions", REVISIONS, lambda count, seed: signed(make_document(seed), count)),
    )  # fmt: skip
    for name, unit, counts, make in kinds:
        print(f"{name} ...", file=sys.stderr, flush=True)
        _cost(verifier, make(counts[0], 0))
        points = tuple(
            (count, min(_cost(verifier, make(count, DOCUMENTS * count + seed)) for seed in range(DOCUMENTS)))
            for count in counts
        )
        yield Series(name=name, unit=unit, points=points)


def _cost(verifier: edoc.Verifier, document: bytes) -> float:
    """Return the CPU milliseconds of one verification, JSON of its report included."""
    gc.collect()
    start = time.process_time()
    report = verifier.verify(document)
    report.to_json(indent=None)
    spent = time.process_time() - start
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    return 1e3 * spent


def _numbers(found: Sequence[Series]) -> list[dict[str, object]]:
    return [
        {
            "name": series.name,
            "unit": series.unit,
            "exponent": round(series.exponent, 2),
            "points": [{"count": count, "cpu_ms": round(cost, 2)} for count, cost in series.points],
        }
        for series in found
    ]


def _figure(found: Sequence[Series]) -> str:
    panels = []
    for unit in dict.fromkeys(series.unit for series in found):
        lines = [
            Line(name=f"{series.name}: grows as n^{series.exponent:.2f}", points=series.points)
            for series in found
            if series.unit == unit
        ]
        panels.append(Panel(across=unit, up="CPU milliseconds to verify", lines=tuple(lines)))
    return draw("What a verification costs as a document grows", panels)


if __name__ == "__main__":
    sys.exit(main())
