"""The two libraries, each in a process of its own that stays warm; they take turns, so that drift hits both.

Each asks a time-stamping authority of its own, the same for both, in another process: its work is not
counted, what a library does with its answer is.
"""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks import authority
from benchmarks.inputs import MOMENT, Material

Job = Callable[[int, Path, Path], None]
"""(number of the signer, input, output)."""
Jobs = Callable[[Material, Connection], dict[str, Job]]
"""Makes the jobs by name; the pipe leads to the time-stamping authority."""


class Peer:
    """A library in its own process; every job answers with its CPU time in seconds."""

    def __init__(self, make: Jobs, material: Material) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        asking, answering = context.Pipe()
        self._processes = (
            context.Process(target=authority.serve, args=(answering, material), daemon=True),
            context.Process(target=_serve, args=(other, make, material, asking), daemon=True),
        )
        for process in self._processes:
            process.start()
        for end in (other, asking, answering):
            end.close()

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
        for process in self._processes:
            process.terminate()
            process.join()


def _serve(pipe: Connection, make: Jobs, material: Material, stamps: Connection) -> None:
    jobs = make(material, stamps)
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


def edoc_jobs(material: Material, stamps: Connection) -> dict[str, Job]:
    """Return edoc's jobs: signing includes the self-check, verifying the JSON of the report."""
    import edoc

    tsa, trust = authority.EdocClient(stamps), edoc.TrustStore.load(material.root)
    crls = [str(item) for item in material.crls]
    chain = [str(material.authority)]
    keys = [
        edoc.Key.open(f"file:{item.key}", certificates=[str(item.certificate), *chain]) for item in material.signers
    ]
    # The peer leaves its files to the system; by default edoc waits until the disk has them (`sign-durable`).
    left = [edoc.Signer(key, signing_time=MOMENT, durability="system") for key in keys]
    durable = [edoc.Signer(key, signing_time=MOMENT) for key in keys]
    stamped = [
        edoc.Signer(key, signing_time=MOMENT, level="B-T", tsa=tsa, durability="system") for key in keys
    ]
    lasting = [
        edoc.Signer(
            key,
            signing_time=MOMENT,
            level="B-LT",
            tsa=tsa,
            validation_data=crls,
            trust=trust,
            durability="system",
        )
        for key in keys
    ]
    verifier = edoc.Verifier(trust=trust, validation_data=crls, validation_time=MOMENT)
    offline = edoc.Verifier(trust=trust, validation_time=MOMENT)

    def signing(signers: list[edoc.Signer], level: str) -> Job:
        def sign(number: int, source: Path, target: Path) -> None:
            check = signers[number].sign(source, output=target, overwrite=True).check
            assert check.passed and check.level == f"PAdES-BASELINE-{level}"

        return sign

    def verifying(chosen: edoc.Verifier) -> Job:
        def verify(number: int, source: Path, target: Path) -> None:
            report = chosen.verify(source)
            assert report.verdict is edoc.Verdict.PASSED, report.to_json()
            report.to_json(indent=None)

        return verify

    return {
        "sign": signing(left, "B"),
        "sign-durable": signing(durable, "B"),
        "sign B-T": signing(stamped, "T"),
        "sign B-LT": signing(lasting, "LT"),
        "verify": verifying(verifier),
        "verify-all": verifying(verifier),
        "verify B-LT": verifying(offline),
    }


def pyhanko_jobs(material: Material, stamps: Connection) -> dict[str, Job]:
    """Return pyHanko's jobs, written as its documentation writes them: a validation context for each document.

    A context has its time fixed when it is made; `verify-kept` keeps one all the same, and is told beside it.
    """
    import logging

    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    from pyhanko_certvalidator import ValidationContext

    # It says of every document that nothing may be fetched.
    logging.getLogger("pyhanko").setLevel(logging.ERROR)
    stamper = authority.PyhankoClient(stamps)
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

    def signing(*, stamped: bool, context_of: Callable[[], ValidationContext] | None = None) -> Job:
        def sign(number: int, source: Path, target: Path) -> None:
            metadata = signers.PdfSignatureMetadata(
                field_name="Signature1",
                subfilter=SigSeedSubFilter.PADES,
                embed_validation_info=context_of is not None,
                validation_context=context_of() if context_of is not None else None,
            )
            with source.open("rb") as document, target.open("wb") as output:
                signers.sign_pdf(
                    IncrementalPdfFileWriter(document),
                    metadata,
                    signer=keys[number],
                    timestamper=stamper if stamped else None,
                    output=output,
                )

        return sign

    def check(source: Path, chosen: ValidationContext) -> None:
        with source.open("rb") as document:
            status = validate_pdf_signature(PdfFileReader(document).embedded_signatures[0], chosen)
            assert status.bottom_line
            status.pretty_print_details()

    def verify(number: int, source: Path, target: Path) -> None:
        check(source, context())

    def verify_kept(number: int, source: Path, target: Path) -> None:
        check(source, kept)

    def verify_all(number: int, source: Path, target: Path) -> None:
        # One context serves for all signatures of a document; each is told of the revisions after it.
        chosen = context()
        with source.open("rb") as document:
            for embedded in PdfFileReader(document).embedded_signatures:
                status = validate_pdf_signature(embedded, chosen)
                assert status.bottom_line
                status.pretty_print_details()

    def verify_lasting(number: int, source: Path, target: Path) -> None:
        settings = {"trust_roots": roots, "moment": MOMENT, "allow_fetching": False, "revocation_mode": "require"}
        with source.open("rb") as document:
            reader = PdfFileReader(document)
            stored = DocumentSecurityStore.read_dss(reader).as_validation_context(settings)
            status = validate_pdf_signature(reader.embedded_signatures[0], stored)
            assert status.bottom_line and status.timestamp_validity is not None
            status.pretty_print_details()

    return {
        "sign": signing(stamped=False),
        "sign B-T": signing(stamped=True),
        "sign B-LT": signing(stamped=True, context_of=context),
        "sign B-LT-kept": signing(stamped=True, context_of=lambda: kept),
        "verify": verify,
        "verify-kept": verify_kept,
        "verify-all": verify_all,
        "verify B-LT": verify_lasting,
    }
