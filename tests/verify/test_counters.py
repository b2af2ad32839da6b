"""How often a verification computes a signature value: once a signature, once a token, once a piece of evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

import edoc
from edoc.facts.document import Document
from edoc.formats import read_document
from edoc.pki import algorithms, crl, ocsp, path
from edoc.pki.cache import BoundedCache
from edoc.verify import crypto, identify
from tests.sign.practice import AT, extend, practice, sign, signed
from tests.sign.shapes import SHAPES


@dataclass(slots=True)
class Calls:
    """What was computed, by the octets that are signed; the same octets under another key count apart."""

    made: Counter[tuple[bytes, bytes, bytes]] = field(default_factory=Counter)
    """(key, octets, value): how often."""

    def of(self, octets: bytes) -> int:
        return sum(times for (_, signed_octets, _), times in self.made.items() if signed_octets == octets)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Counts every computation, with nothing remembered from before."""
    found, compute = Calls(), algorithms.verify_value

    def count(spki_der: bytes, algorithm: edoc.facts.signature.SignatureAlgorithm, octets: bytes, value: bytes) -> bool:
        found.made[spki_der, octets, value] += 1
        return compute(spki_der, algorithm, octets, value)

    for module in (crypto, identify, path, crl, ocsp):
        monkeypatch.setattr(module, "verify_value", count)
    for remembering in (path, crl, ocsp):
        monkeypatch.setattr(remembering, "_SIGNATURES", BoundedCache(max_entries=1024))
    yield found


@pytest.fixture(scope="module")
def documents() -> dict[str, bytes]:
    answered = sign(
        SHAPES["table"](), "B-LT", validation_data=[*practice().validation_data(), practice().ocsp("person-ec")]
    )
    return {
        "B-T": signed("B-T"),
        "B-LT": signed("B-LT"),
        "B-LT with OCSP": answered,
        "B-LTA": signed("B-LTA"),
        "B-LTA twice": extend(signed("B-LTA"), "B-LTA"),
        "two signatures": sign(signed("B-LT"), "B-LT", name="person"),
    }


def own_octets(data: bytes) -> list[bytes]:
    """Return what the signatures and the tokens of a document are over."""
    facts = read_document(Document(data=data, name="counted.pdf"))
    tokens = [*facts.timestamps, *(stamp for item in facts.signatures for stamp in item.timestamps)]
    found = [item.signed_octets for item in (*facts.signatures, *(stamp.token for stamp in tokens))]
    assert all(found)
    return [octets for octets in found if octets is not None]


NUMBERS = {
    "B-T": 2, "B-LT": 2, "B-LT with OCSP": 2, "B-LTA": 3, "B-LTA twice": 4, "two signatures": 4,
}  # fmt: skip
"""Signatures and tokens."""
EVIDENCE = {
    "B-T": 8, "B-LT": 8, "B-LT with OCSP": 10, "B-LTA": 8, "B-LTA twice": 8, "two signatures": 9,
}  # fmt: skip
"""Certificates, and the lists and responses about them, each with the key that made it.

A response is tried with the authority's own key before a responder's: these are two computations.  Roots
are trusted and need none.
"""


@pytest.mark.parametrize("name", NUMBERS)
def test_everything_is_computed_once(name: str, documents: dict[str, bytes], calls: Calls) -> None:
    data = documents[name]
    octets = own_octets(data)
    assert len(octets) == NUMBERS[name]
    pki = practice()
    verifier = edoc.Verifier(
        trust=pki.trust, validation_data=pki.validation_data() if name == "B-T" else (), validation_time=AT
    )
    report = verifier.verify(data)
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    assert [calls.of(item) for item in octets] == [1] * len(octets)
    # Certificates, lists and responses too.
    assert set(calls.made.values()) == {1}
    assert len(calls.made) - len(octets) == EVIDENCE[name]
    calls.made.clear()
    again = verifier.verify(data)
    assert again.verdict is edoc.Verdict.PASSED
    # Evidence is remembered; what a document says of itself is computed each time.
    assert sum(calls.made.values()) == len(octets)


def test_a_later_time_computes_nothing_twice(documents: dict[str, bytes], calls: Calls) -> None:
    data = documents["B-LTA"]
    report = edoc.verify_document(data, trust=practice().trust, validation_time=AT + timedelta(days=700))
    assert report.verdict is edoc.Verdict.PASSED, report.to_json()
    assert set(calls.made.values()) == {1}


def test_integrity_computes_once_too(documents: dict[str, bytes], calls: Calls) -> None:
    data = documents["B-LTA"]
    edoc.verify_document(data, policy="integrity")
    assert [calls.of(item) for item in own_octets(data)] == [1, 1, 1]
    assert set(calls.made.values()) == {1}
