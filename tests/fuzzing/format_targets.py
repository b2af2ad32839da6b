"""XML, JWS and containers: their seed files, the mutators that their own tests have, and one oracle for all three."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import random
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache

from lxml import etree

import edoc
from edoc.formats.writing import Packaging
from edoc.formats.xml.tree import DS
from edoc.result.report import SignatureResult
from edoc.testing import PracticePki
from tests.formats.asic import mutants as asic
from tests.formats.asic.maker import Item, items_of
from tests.formats.jws import test_fuzz as jws
from tests.formats.xml import test_mutants as plain
from tests.formats.xml import test_xades_fuzz as xades
from tests.formats.xml import xades_maker
from tests.formats.xml.test_dsig import HELLO, listing
from tests.formats.xml.xades_attacks import countersigned
from tests.fuzzing.harness import Answer, Mutator, Seeds, Target
from tests.fuzzing.octets import OCTETS, flip

BESIDE = (
    edoc.Document.from_bytes(b"hello", name="a.txt"),
    edoc.Document.from_bytes(bytes(xades_maker.TEXT.data[:]), name=xades_maker.TEXT.name),
)
"""What stands beside the detached ones."""
_SIGNATURE_FILE = re.compile(r"META-INF/[^/]*(signature[^/]*\.(xml|p7s)|\.tst)")


def judge(origin: str, data: bytes, seeds: Seeds) -> Answer:
    """Ask about one mutant under both policies, and hold the answers against what is certain.

    Whatever is called intact stands over octets that were signed in its seed file; PASSED needs INTACT, and a time that is
    said to be proved lies where a token was made; nothing but `edoc.EdocError` escapes, and no signature is overlooked.
    """
    beside = list(BESIDE) if ".detached." in origin else []
    given = edoc.Document.from_bytes(data, name=origin)
    try:
        report = edoc.verify_document(given, policy="integrity", detached=beside)
        believed = _believer(origin.rpartition(".")[2]).verify(given, detached=beside)
    except edoc.EdocError as problem:
        wrong = "INTERNAL error" if problem.code == "INTERNAL" else None
        return Answer("error", wrong or ("the signature is overlooked" if still_signed(data) else None))
    word = report.verdict.value
    if report.verdict is edoc.Verdict.NO_SIGNATURE and not report.timestamps:
        return Answer(word, "the signature is overlooked" if still_signed(data) else None)
    if '"INTERNAL"' in report.to_json(indent=None):
        return Answer(word, "INTERNAL finding")
    known = _known(origin, seeds[origin])
    for entry in report.signatures:
        if entry.intact and not set(_octets(entry)) <= known:
            return Answer(word, f"{entry.id} is intact over octets that nobody signed")
    if believed.verdict is edoc.Verdict.PASSED and report.verdict is not edoc.Verdict.INTACT:
        return Answer(word, "PASSED although not INTACT")
    if any(entry.best_signature_time not in (None, xades_maker.AT) for entry in believed.signatures):
        return Answer(word, "a time is said to be proved that no token tells")
    return Answer("PASSED" if believed.verdict is edoc.Verdict.PASSED else word)


def still_signed(data: bytes) -> bool:
    """Tell whether anybody who looks finds a signature, with the tools at hand for each kind."""
    if data.startswith(b"PK"):
        with contextlib.suppress(zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, struct.error):
            return any(map(_SIGNATURE_FILE.fullmatch, zipfile.ZipFile(io.BytesIO(data)).namelist()))
        return False
    if data.startswith(b"ey"):
        header = base64.urlsafe_b64decode(re.match(rb"[\w-]*", data)[0][:1000])  # type: ignore[index]
        return b'"alg"' in header
    with contextlib.suppress(ValueError, RecursionError):
        value = json.loads(data)
        return isinstance(value, dict) and isinstance(value.get("signature"), str) and "protected" in value
    with contextlib.suppress(etree.XMLSyntaxError, ValueError):
        return next(etree.fromstring(data).iter(f"{{{DS}}}Signature"), None) is not None
    return False


def _octets(entry: SignatureResult) -> list[bytes]:
    return [bytes(entry.signed_data(place)) for place in range(len(entry.scope)) if entry.signed_octets[place] is not None]


@lru_cache(maxsize=64)
def _known(origin: str, data: bytes) -> frozenset[bytes]:
    beside = list(BESIDE) if ".detached." in origin else []
    report = edoc.verify_document(edoc.Document.from_bytes(data, name=origin), policy="integrity", detached=beside)
    assert all(entry.intact for entry in report.signatures) and report.signatures, origin
    return frozenset(octets for entry in report.signatures for octets in _octets(entry))


@lru_cache(maxsize=3)
def _believer(_: str) -> edoc.Verifier:
    time = xades_maker.AT + timedelta(minutes=1)
    pki: PracticePki = xades_maker.practice()
    return edoc.Verifier(trust=pki.trust, validation_data=pki.validation_data(), validation_time=time)


def make_xml() -> dict[str, bytes]:
    """Return signatures of every packaging, at low and high levels, with all that XAdES can say, and plain ones."""
    sign, order = xades_maker.sign, xades_maker.order
    made = {f"plain-{number}.xml": data for number, data in enumerate(plain.originals())}
    return {
        **made,
        "all.xml": xades.sample(),
        "countersigned.xml": countersigned(),
        "enveloping.xml": sign([xades_maker.TEXT], order(Packaging.ENVELOPING), level="B-LT"),
        "boxes.xml": sign([xades_maker.TEXT, xades_maker.XML], order(Packaging.INTERNALLY_DETACHED), level="B-T"),
        "file.detached.xml": sign([xades_maker.TEXT], order(Packaging.DETACHED), level="B-LTA"),
        "list.detached.xml": listing("a.txt", HELLO),
    }


def make_asic() -> dict[str, bytes]:
    """Return containers of both kinds and forms, at low and high levels."""
    return {f"{number}.asice": bytes(item.data[:]) for number, item in enumerate(asic.bases())}


def make_jws() -> dict[str, bytes]:
    """Return JAdES documents of each serialization, and one beside its data."""
    key, text = xades_maker.practice().key("person-ec"), BESIDE[0]

    def sign(*documents: edoc.Document, **options: str) -> bytes:
        made = edoc.sign_document(list(documents), key, signing_time=xades_maker.AT, format="jades", **options)  # type: ignore[arg-type]
        return bytes(made.document.data[:])

    two = edoc.sign_document(edoc.Document.from_bytes(sign(text), name="a.json"), key, signing_time=xades_maker.AT)
    return {
        "lta.json": jws.seed(),
        "compact.json": sign(text, serialization="compact"),
        "text.json": sign(text, payload_encoding="none"),
        "two.json": bytes(two.document.data[:]),
        "file.detached.json": sign(text, packaging="detached"),
    }


def _of_tree(change: Callable[[etree._Element, random.Random], None]) -> Mutator:
    def mutate(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
        root = etree.fromstring(data)
        for _ in range(rng.choice((1, 1, 2))):
            if len(list(root.iter("*"))) > 1:
                change(root, rng)
        return etree.tostring(root.getroottree(), encoding="utf-8")

    return mutate


def _of_items(change: Callable[[list[Item], random.Random], bytes]) -> Mutator:
    return lambda rng, data, seeds: change(items_of(edoc.Document.from_bytes(data, name="a.asice")), rng)


def _of_members(change: Callable[[bytes, random.Random], bytes]) -> Mutator:
    def mutate(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
        try:
            return change(data, rng)
        except (KeyError, ValueError, AssertionError):
            # Made for a flattened document with unsigned headers.
            return flip(rng, data, seeds)

    return mutate


def _structural(rng: random.Random, data: bytes, seeds: Seeds) -> bytes:
    return xades.structural(data, rng) if xades.spans(data) else flip(rng, data, seeds)


XML = Target(
    name="xml",
    make_seeds=make_xml,
    mutators={**OCTETS, "elements": _structural, **{f"tree-{one.__name__.strip('_')}": _of_tree(one) for one in plain.TREES}},
    judge=judge,
)
ASIC = Target(
    name="asic",
    make_seeds=make_asic,
    mutators={**OCTETS, **{f"entries-{one.__name__.strip('_')}": _of_items(one) for one in asic.STRUCTURAL}},
    judge=judge,
)
JWS = Target(
    name="jws",
    make_seeds=make_jws,
    mutators={**OCTETS, **{f"members-{place}": _of_members(one) for place, one in enumerate(jws.MUTATORS)}},
    judge=judge,
)
