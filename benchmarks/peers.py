"""The two libraries, each in a process of its own that stays warm; they take turns, so that drift hits both."""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.inputs import MOMENT, Material

Job = Callable[[int, Path, Path], None]
"""(number of the signer, input, output)."""


class Peer:
    """A library in its own process; every job answers with its CPU time in seconds."""

    def __init__(self, make: Callable[[Material], dict[str, Job]], material: Material) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, make, material), daemon=True)
        self._process.start()
        other.close()

    def run(self, operation: str, tasks: Sequence[tuple[int, Path, Path]]) -> list[float]:
        """Do one operation on each (signer, input, output) and return the CPU seconds of each."""
        self._pipe.send((operation, list(tasks)))
        try:
            return [float(item) for item in self._pipe.recv()]
        except EOFError:
            raise RuntimeError("a benchmarked process failed: its words stand above") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def _serve(pipe: Connection, make: Callable[[Material], dict[str, Job]], material: Material) -> None:
    jobs = make(material)
    while True:
        try:
            operation, tasks = pipe.recv()
        except EOFError:
            return
        pipe.send(_timed(jobs[operation], tasks))


def _timed(job: Job, tasks: Sequence[tuple[int, Path, Path]]) -> list[float]:
    times = []
    gc.collect()
    for task in tasks:
        start = time.process_time()
        job(*task)
        times.append(time.process_time() - start)
    return times


def edoc_jobs(material: Material) -> dict[str, Job]:
    """Return edoc's jobs: signing includes the self-check, verifying the JSON of the report."""
    import edoc

    chain = [str(material.authority)]
    keys = [
        edoc.Key.open(f"file:{item.key}", certificates=[str(item.certificate), *chain]) for item in material.signers
    ]
    # The peer leaves its files to the system; by default edoc waits until the disk has them (`sign-durable`).
    left = [edoc.Signer(key, signing_time=MOMENT, durability="system") for key in keys]
    durable = [edoc.Signer(key, signing_time=MOMENT) for key in keys]
    verifier = edoc.Verifier(
        trust=edoc.TrustStore.load(material.root),
        validation_data=[str(item) for item in material.crls],
        validation_time=MOMENT,
    )

    def sign(number: int, source: Path, target: Path) -> None:
        assert left[number].sign(source, output=target, overwrite=True).check.passed

    def sign_durable(number: int, source: Path, target: Path) -> None:
        assert durable[number].sign(source, output=target, overwrite=True).check.passed

    def verify(number: int, source: Path, target: Path) -> None:
        report = verifier.verify(source)
        assert report.verdict is edoc.Verdict.PASSED, report.to_json()
        report.to_json(indent=None)

    return {"sign": sign, "sign-durable": sign_durable, "verify": verify}


def pyhanko_jobs(material: Material) -> dict[str, Job]:
    """Return pyHanko's jobs, written as its documentation writes them: a validation context for each document.

    A context has its time fixed when it is made; `verify-kept` keeps one all the same, and is told beside it.
    """
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    keys = [
        signers.SimpleSigner.load(str(item.key), str(item.certificate), ca_chain_files=(str(material.authority),))
        for item in material.signers
    ]
    roots = [load_cert_from_pemder(str(material.root))]
    crls = [item.read_bytes() for item in material.crls]

    def context() -> ValidationContext:
        return ValidationContext(
            trust_roots=roots, crls=crls, moment=MOMENT, allow_fetching=False, revocation_mode="require"
        )

    kept = context()

    def sign(number: int, source: Path, target: Path) -> None:
        with source.open("rb") as document, target.open("wb") as output:
            signers.sign_pdf(
                IncrementalPdfFileWriter(document),
                signers.PdfSignatureMetadata(field_name="Signature1", subfilter=SigSeedSubFilter.PADES),
                signer=keys[number],
                output=output,
            )

    def check(source: Path, chosen: ValidationContext) -> None:
        with source.open("rb") as document:
            status = validate_pdf_signature(PdfFileReader(document).embedded_signatures[0], chosen)
            assert status.bottom_line
            status.pretty_print_details()

    def verify(number: int, source: Path, target: Path) -> None:
        check(source, context())

    def verify_kept(number: int, source: Path, target: Path) -> None:
        check(source, kept)

    return {"sign": sign, "verify": verify, "verify-kept": verify_kept}
