"""Measure everything in one run, print one table, and fail when a goal is missed."""

from __future__ import annotations

import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from benchmarks import asic, cms, pictures, xml
from benchmarks.inputs import DOCUMENT_BYTES, SIGNERS, Material, make_document, make_material
from benchmarks.memory import peak_of_signing, peak_of_verifying
from benchmarks.peers import Peer, edoc_jobs, pyhanko_jobs
from benchmarks.table import Row, talk

DOCUMENTS = 500
PYHANKO_SIGNS = 100
"""pyHanko signs a sample: at its rate the whole set would take most of the run."""
PYHANKO_STAMPED = 60
STAMPED = 200
"""Documents with a time-stamp: most of the waiting is for the practice authority, whose work is not counted."""
ROUNDS = 10
REVISIONS = ((3, 1, 100), (10, 1, 40), (3, 200, 20), (10, 200, 10))
"""(signatures, pages, documents): each signature is a revision of its own, by another signer."""
LARGER_BYTES = 5_000_000
"""A document of 200 pages."""
LARGE_BYTES = 100_000_000


def main() -> int:
    """Run all measurements; return 1 when a goal is missed."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="edoc-bench-") as name:
        folder = Path(name)
        talk("making a practice PKI and documents ...")
        material = make_material(folder)
        rows.extend(_speed(folder, material))
        rows.extend(_revisions(folder, material))
        rows.extend(_memory(folder, material))
        rows.extend(cms.rows(folder, material))
        rows.extend(xml.rows(folder, material))
        rows.extend(asic.rows(folder, material))
        rows.extend(pictures.rows(folder, material))
    rows.append(_help())
    print(f"\nPython {platform.python_version()}, pyHanko {version('pyhanko')}, cryptography {version('cryptography')}\n")
    width = max(len(row.what) for row in rows)
    for row in rows:
        print(f"{row.what:<{width}}  {row.measured:>12}   goal {row.goal:<10} {'met' if row.met else 'MISSED'}")
    return 0 if all(row.met for row in rows) else 1


def _speed(folder: Path, material: Material) -> Iterator[Row]:
    tasks = []
    for number in range(DOCUMENTS):
        source = folder / f"{number}.pdf"
        source.write_bytes(make_document(number))
        tasks.append((number % SIGNERS, source, folder / f"{number}.signed.pdf"))
    checks = [(number, target, target) for number, _, target in tasks]
    with Peer(edoc_jobs, material) as ours, Peer(pyhanko_jobs, material) as theirs:
        # In this order: what is verified is what was signed just before.
        for operation, mine, sample, goal in (
            ("sign", tasks, PYHANKO_SIGNS, 60.0),
            ("verify", checks, DOCUMENTS, 10.0),
            ("sign B-T", tasks[:STAMPED], PYHANKO_STAMPED, 20.0),
            ("sign B-LT", tasks[:STAMPED], PYHANKO_STAMPED, 20.0),
            ("verify B-LT", checks[:STAMPED], STAMPED, 10.0),
        ):
            # Each library writes files of its own; both verify what edoc wrote.
            peers = [
                (number, source, target if source == target else target.with_suffix(".peer"))
                for number, source, target in mine[:sample]
            ]
            talk(f"{operation}: edoc {len(mine)} documents, pyHanko {len(peers)}, in {ROUNDS} rounds ...")
            ours.run(operation, mine[: 2 * SIGNERS])
            theirs.run(operation, peers[:5])
            rounds = [
                (ours.run(operation, mine[turn::ROUNDS]), theirs.run(operation, peers[turn::ROUNDS]))
                for turn in range(ROUNDS)
            ]
            yield _ratio(operation, rounds, goal=goal)
        _tell("sign B-LT", "pyHanko, one context kept", theirs.run("sign B-LT-kept", [(number, source, target.with_suffix(".peer")) for number, source, target in tasks[:20]]))
        _tell("sign", "edoc, waiting for the disk", ours.run("sign-durable", tasks[:PYHANKO_SIGNS]))
        _tell("verify", "pyHanko, one context kept", theirs.run("verify-kept", checks[:PYHANKO_SIGNS]))


def _revisions(folder: Path, material: Material) -> Iterator[Row]:
    with Peer(edoc_jobs, material) as ours, Peer(pyhanko_jobs, material) as theirs:
        for signatures, pages, count in REVISIONS:
            what = f"verify {signatures} signatures, {pages} page" + "s" * (pages > 1)
            talk(f"{what}: {count} documents each, in {ROUNDS} rounds ...")
            tasks = [_signed_often(ours, folder, number, signatures, pages) for number in range(count)]
            theirs.run("verify-all", tasks[:2])
            ours.run("verify-all", tasks[:2])
            rounds = [
                (ours.run("verify-all", tasks[turn::ROUNDS]), theirs.run("verify-all", tasks[turn::ROUNDS]))
                for turn in range(ROUNDS)
            ]
            size = "50 kB" if pages == 1 else "5 MB"
            yield _ratio(what, rounds, goal=15.0, size=size)
            for _, source, _ in tasks:
                source.unlink()


def _signed_often(ours: Peer, folder: Path, number: int, signatures: int, pages: int) -> tuple[int, Path, Path]:
    """Write a document that several signers have signed one after the other."""
    seed = 1_000 * signatures + 100_000 * pages + number
    current = folder / f"{seed}-0.pdf"
    current.write_bytes(make_document(seed, pages=pages, size=LARGER_BYTES if pages > 1 else DOCUMENT_BYTES))
    for place in range(signatures):
        following = folder / f"{seed}-{place + 1}.pdf"
        ours.run("sign", [((number + place) % SIGNERS, current, following)])
        current.unlink()
        current = following
    return number, current, current


def _ratio(
    operation: str, rounds: list[tuple[list[float], list[float]]], *, goal: float, size: str = "50 kB"
) -> Row:
    """Compare the rates of whole rounds; the median round stands, so that a neighbour's load on one does not."""
    _tell(operation, "edoc", [time for own, _ in rounds for time in own])
    _tell(operation, "pyHanko", [time for _, other in rounds for time in other])
    ratio = statistics.median(statistics.fmean(other) / statistics.fmean(own) for own, other in rounds)
    return Row(
        what=f"{operation} beside pyHanko, {size} PDF",
        measured=f"{ratio:.1f} x",
        goal=f">= {goal:.0f} x",
        met=ratio >= goal,
    )


def _tell(operation: str, who: str, times: list[float]) -> None:
    median, mean = statistics.median(times) * 1e3, statistics.fmean(times) * 1e3
    talk(
        f"  {operation:<11} {who:<26} median {median:7.3f} ms CPU, mean {mean:7.3f} ms,"
        f" {1e3 / mean:7.1f} documents a CPU second ({len(times)} documents)"
    )


def _memory(folder: Path, material: Material) -> Iterator[Row]:
    talk("memory of a 100 MB PDF ...")
    source, target = folder / "large.pdf", folder / "large.signed.pdf"
    source.write_bytes(make_document(1, size=LARGE_BYTES))
    for what, peak in (
        ("sign", peak_of_signing(material, source, target)),
        ("verify", peak_of_verifying(material, target)),
    ):
        yield Row(
            what=f"{what} a 100 MB PDF, peak anonymous memory",
            measured=f"{peak:.1f} MB",
            goal="<= 70 MB",
            met=peak <= 70,
        )


def _help() -> Row:
    talk("start of the command line ...")
    times = []
    for _ in range(12):
        before = _children()
        subprocess.run([sys.executable, "-c", "import sys; from edoc.cli import main; sys.exit(main())", "--help"], check=True, capture_output=True)
        times.append((_children() - before) * 1e3)
    median = statistics.median(times[1:])
    return Row(what="edoc --help, CPU", measured=f"{median:.0f} ms", goal="<= 80 ms", met=median <= 80)


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
