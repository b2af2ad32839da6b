"""XML signatures beside signxml: the same documents, signed by it, both asked whether the practice root vouches for them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.inputs import MOMENT, SIGNERS, Material
from benchmarks.memory import peak_of_verifying
from benchmarks.table import Row, talk

SIZES = (("10 KB", 110, 200, 10), ("1 MB", 11_300, 20, 5), ("20 MB", 226_000, 3, 3))
"""Name, lines of the invoice, distinct documents, rounds."""
GOAL = 2.0
PEAK = 400


def rows(folder: Path, material: Material) -> Iterator[Row]:
    """Yield the measured figures."""
    import edoc

    sign = _signer(material)
    check = _peer(material)
    crls = [str(item) for item in material.crls]
    verifier = edoc.Verifier(
        trust=edoc.TrustStore.load(material.root), validation_data=crls, validation_time=MOMENT
    )

    def verify(data: bytes) -> None:
        report = verifier.verify(edoc.Document.from_bytes(data, name="invoice.xml"))
        assert report.verdict is edoc.Verdict.PASSED, report.to_json()

    for size, lines, count, rounds in SIZES:
        talk(f"XML of {size}: {count} documents each, in {rounds} rounds ...")
        documents = [sign(number, make_invoice(number, lines)) for number in range(count)]
        yield _row(f"verify XML of {size} beside signxml", documents, (verify, check), rounds=rounds)
    large = folder / "large.xml"
    large.write_bytes(documents[0])
    del documents
    peak = peak_of_verifying(material, large)
    yield Row(
        what="verify XML of 20 MB, peak anonymous memory",
        measured=f"{peak:.1f} MB",
        goal=f"<= {PEAK} MB",
        met=peak <= PEAK,
    )


def make_invoice(seed: int, lines: int) -> bytes:
    """Return an invoice that no other seed has."""
    body = "".join(
        f'<row id="{seed}-{number}"><name>item {number}</name><price cur="EUR">{number}.00</price></row>'
        for number in range(lines)
    )
    return f'<invoice xmlns="urn:example:invoice" number="{seed}">{body}</invoice>'.encode()


def _signer(material: Material) -> Callable[[int, bytes], bytes]:
    """Return what signs with signxml: enveloped, exclusive canonical form, RSA with SHA-256."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from lxml import etree
    from signxml.algorithms import CanonicalizationMethod
    from signxml.signer import XMLSigner

    people = [
        (load_pem_private_key(item.key.read_bytes(), None), _chain(item.certificate, material.authority))
        for item in material.signers
    ]

    def sign(number: int, data: bytes) -> bytes:
        key, chain = people[number % SIGNERS]
        signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
        root: Any = signer.sign(etree.fromstring(data, etree.XMLParser(huge_tree=True)), key=key, cert=chain)  # type: ignore[arg-type]
        return etree.tostring(root)

    return sign


def _chain(*places: Path) -> str:
    return "".join(place.read_text(encoding="ascii") for place in places)


def _peer(material: Material) -> Callable[[bytes], None]:
    """Return what verifies with signxml against the root; it knows no revocation."""
    from signxml.verifier import XMLVerifier

    def check(data: bytes) -> None:
        XMLVerifier().verify(data, ca_pem_file=str(material.root), verification_time=MOMENT.replace(tzinfo=None))

    return check


def _row(
    what: str, documents: list[bytes], pair: tuple[Callable[[bytes], None], Callable[[bytes], None]], *, rounds: int
) -> Row:
    """Compare rates; the median round stands, so that a neighbour's load on one does not."""
    for job in pair:
        job(documents[-1])
    ratios = []
    for turn in range(rounds):
        share = documents[turn::rounds]
        own, other = (_seconds(job, share) for job in pair)
        talk(f"  edoc {own / len(share) * 1e3:8.3f} ms CPU, signxml {other / len(share) * 1e3:8.3f}")
        ratios.append(other / own)
    ratio = statistics.median(ratios)
    return Row(what=what, measured=f"{ratio:.1f} x", goal=f">= {GOAL:.0f} x", met=ratio >= GOAL)


def _seconds(job: Callable[[bytes], None], documents: list[bytes]) -> float:
    start = time.process_time()
    for data in documents:
        job(data)
    return time.process_time() - start
