"""CMS and CAdES beside the builder of `cryptography` and beside pyHanko, and data of 1 GiB."""

from __future__ import annotations

import asyncio
import hashlib
import io
import logging
import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.inputs import MOMENT, SIGNERS, Material
from benchmarks.memory import peak_of
from benchmarks.table import Row, talk

DOCUMENTS, SIZE = 400, 1024
ROUNDS = 10
LARGE = 1 << 30

_SIGN = """
import sys, edoc
from benchmarks.inputs import MOMENT
key, certificate, authority, packaging, source, target = sys.argv[1:]
signer = edoc.Signer(edoc.Key.open("file:" + key, certificates=[certificate, authority]), signing_time=MOMENT,
                     format="cades", packaging=packaging)
assert signer.sign(source, output=target).check.passed
"""
_VERIFY = """
import sys, edoc
from benchmarks.inputs import MOMENT
root, target, source, *crls = sys.argv[1:]
report = edoc.verify_document(target, trust=edoc.TrustStore.load(root), validation_data=crls, validation_time=MOMENT,
                              detached=[source] if source != "-" else [])
assert report.verdict is edoc.Verdict.PASSED, report.to_json()
"""


def rows(folder: Path, material: Material) -> Iterator[Row]:
    """Yield the measured figures."""
    yield from _speed(material)
    yield from _large(folder, material)


def _speed(material: Material) -> Iterator[Row]:
    import edoc
    from edoc.facts.signature import SignatureAlgorithm
    from edoc.formats.cades.write import WRITER
    from edoc.formats.writing import Packaging, SignatureOrder, SignerParameters

    talk(f"CMS of {SIZE} octets: {DOCUMENTS} documents each, in {ROUNDS} rounds ...")
    chance = random.Random(1)
    documents = [edoc.Document.from_bytes(chance.randbytes(SIZE), name=f"{number}.bin") for number in range(DOCUMENTS)]
    keys = [
        edoc.Key.open(f"file:{item.key}", certificates=[str(item.certificate), str(material.authority)])
        for item in material.signers
    ]
    algorithm = SignatureAlgorithm(name="rsa", digest="sha256")
    order = SignatureOrder(signing_time=MOMENT, packaging=Packaging.DETACHED)
    people = [
        SignerParameters(
            certificate_der=key.certificate.der, chain_ders=tuple(item.der for item in key.chain), algorithm=algorithm,
            digest_algorithm="sha256",
        )
        for key in keys
    ]  # fmt: skip

    def sign(number: int) -> bytes:
        place = number % SIGNERS
        given = documents[number : number + 1]
        prepared = WRITER.prepare(given, order=order, signer=people[place])
        editor = WRITER.finish(given, prepared, keys[place].sign(prepared.octets, algorithm))
        return b"".join(editor.parts())

    build = _builder(material, documents)
    yield _row("sign CMS of 1 KB with all attributes beside cryptography's builder", sign, build, goal=0.9)
    verifier = edoc.Verifier(
        trust=edoc.TrustStore.load(material.root), validation_data=[str(item) for item in material.crls], validation_time=MOMENT
    )
    signed = [edoc.Document.from_bytes(sign(number), name="signed.p7s") for number in range(DOCUMENTS)]

    def verify(number: int) -> None:
        report = verifier.verify(signed[number], detached=[documents[number]])
        assert report.verdict is edoc.Verdict.PASSED, report.to_json()

    check = _peer([(bytes(one.data[:]), bytes(data.data[:])) for one, data in zip(signed, documents, strict=True)], material)
    yield _row("verify CMS of 1 KB beside pyHanko", verify, check, goal=8.0)


def _builder(material: Material, documents: list) -> Callable[[int], object]:  # type: ignore[type-arg]
    """Return what signs with the builder: no reference to the certificate, no protection, the same digest and chain."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7

    authority = x509.load_pem_x509_certificate(material.authority.read_bytes())
    people = [
        (x509.load_pem_x509_certificate(item.certificate.read_bytes()), load_pem_private_key(item.key.read_bytes(), None))
        for item in material.signers
    ]
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]

    def build(number: int) -> bytes:
        certificate, key = people[number % SIGNERS]
        builder = pkcs7.PKCS7SignatureBuilder().set_data(documents[number].data).add_certificate(authority)
        return builder.add_signer(certificate, key, hashes.SHA256()).sign(Encoding.DER, options)  # type: ignore[arg-type]

    return build


def _peer(pairs: list[tuple[bytes, bytes]], material: Material) -> Callable[[int], object]:
    """Return what verifies with pyHanko: a validation context for each document, as its documentation writes it."""
    from asn1crypto import cms
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
    from pyhanko_certvalidator import ValidationContext

    logging.getLogger("pyhanko").setLevel(logging.ERROR)
    roots, crls = [load_cert_from_pemder(str(material.root))], [item.read_bytes() for item in material.crls]

    def check(number: int) -> None:
        context = ValidationContext(
            trust_roots=roots, crls=crls, moment=MOMENT, allow_fetching=False, revocation_mode="require"
        )
        signed, data = pairs[number]
        content = cms.ContentInfo.load(signed)["content"]
        status = asyncio.run(async_validate_detached_cms(io.BytesIO(data), content, signer_validation_context=context))
        assert status.bottom_line

    return check


def _row(what: str, mine: Callable[[int], object], other: Callable[[int], object], *, goal: float) -> Row:
    """Compare the rates of whole rounds; the median round stands."""
    for number in range(SIGNERS):
        mine(number)
        other(number)
    ratios, spent = [], [0.0, 0.0]
    for turn in range(ROUNDS):
        own, theirs = (_time(job, range(turn, DOCUMENTS, ROUNDS)) for job in (mine, other))
        ratios.append(theirs / own)
        spent = [spent[0] + own, spent[1] + theirs]
    talk(f"  {what}: edoc {DOCUMENTS / spent[0]:.0f} a CPU second, the other {DOCUMENTS / spent[1]:.0f}")
    ratio = statistics.median(ratios)
    return Row(what=what, measured=f"{ratio:.2f} x", goal=f">= {goal:.1f} x", met=ratio >= goal)


def _time(job: Callable[[int], object], numbers: range) -> float:
    start = time.process_time()
    for number in numbers:
        job(number)
    return time.process_time() - start


def _large(folder: Path, material: Material) -> Iterator[Row]:
    talk("CMS around and beside 1 GiB ...")
    source = folder / "large.bin"
    with source.open("wb") as file:
        file.truncate(LARGE)
    person = material.signers[0]
    for packaging in ("detached", "enveloping"):
        target = folder / f"large.{packaging}"
        given = [person.key, person.certificate, material.authority, packaging, source, target]
        beside = str(source) if packaging == "detached" else "-"
        for what, script, arguments in (
            ("sign", _SIGN, given),
            ("verify", _VERIFY, [material.root, target, beside, *material.crls]),
        ):
            peak = peak_of(script, [str(item) for item in arguments])
            yield Row(what=f"{what} 1 GiB {packaging}, peak anonymous memory", measured=f"{peak:.1f} MB", goal="<= 70 MB", met=peak <= 70)
        if packaging == "detached":
            yield _hashing(source, target)
        target.unlink()
    source.unlink()


def _hashing(source: Path, target: Path) -> Row:
    import edoc

    ratios = []
    for _ in range(3):
        begin = time.process_time()
        with source.open("rb", buffering=0) as file:
            hashlib.file_digest(file, "sha256")
        plain = time.process_time() - begin
        begin = time.process_time()
        report = edoc.verify_document(target, policy="integrity", detached=[source])
        ratios.append(plain / (time.process_time() - begin))
        assert report.verdict is edoc.Verdict.INTACT
    rate = statistics.median(ratios)
    return Row(what="verify 1 GiB detached beside hashlib alone", measured=f"{rate:.2f} x", goal=">= 0.9 x", met=rate >= 0.9)
