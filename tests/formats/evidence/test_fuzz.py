"""Altered evidence records: never anything but the reader's own error, never slow, and never another time than was proved."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edoc
from edoc.facts.signature import EvidenceFacts
from edoc.formats import read_document
from edoc.formats.evidence.model import EvidenceError
from edoc.formats.evidence.read import read_record
from edoc.formats.evidence.tree import digest_group, tree_root
from edoc.formats.originals import Originals
from edoc.pki.der import Reader, tlv
from edoc.result.enums import Indication
from tests.formats.evidence.attacks import honest
from tests.formats.evidence.maker import BEGAN, DATA, KINDS, joined, judged, root, sibling

MUTANTS, JUDGED = 600, 60
SLOW = 1.0
"""Seconds for one input of any kind; real ones take some milliseconds."""


def mutants(seed: bytes, number: int) -> Iterator[bytes]:
    chance = random.Random(f"{len(seed)}/{number}")
    for _ in range(number):
        data = bytearray(seed)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(data))
            kind = chance.randrange(5)
            if kind == 0:
                data[place] ^= 1 << chance.randrange(8)
            elif kind == 1:
                del data[place : place + chance.randint(1, 40)]
            elif kind == 2:
                data[place:place] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))
            elif kind == 3:
                other = chance.randrange(len(data))
                data[place:place] = data[other : other + chance.randint(1, 200)]
            else:
                data[place] = chance.choice(b"\x00\x30\x80\xa0\xff<>\"'&")
        yield bytes(data)


def facts(record: bytes) -> EvidenceFacts | None:
    originals = Originals([edoc.Document.from_bytes(DATA, name="data")])
    try:
        found = read_document(edoc.Document.from_bytes(record, name="x.ers"), originals=originals)
    except edoc.InputError:
        return None
    return found.evidence_records[0] if found.evidence_records else None


@pytest.mark.parametrize("kind", ["asn1", "xml"])
def test_altered_records_are_read_or_refused(kind: str) -> None:
    seed, _ = honest(kind)
    readable = 0
    for record in mutants(seed, MUTANTS):
        begin = time.process_time()
        try:
            read_record(record)
            readable += 1
        except EvidenceError as problem:
            assert problem.code.startswith("EVIDENCE_")
        facts(record)
        assert time.process_time() - begin < SLOW
    # The seeds are not all broken at the door.
    assert readable > MUTANTS // 20


@pytest.mark.parametrize("kind", ["asn1", "xml"])
def test_altered_records_never_prove_another_time(kind: str) -> None:
    seed, data = honest(kind)
    for record in mutants(seed, JUDGED):
        try:
            report = judged(record, *data)
        except edoc.InputError:
            continue
        for found in report.evidence_records:
            assert found.indication is not Indication.PASSED or found.time == BEGAN


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(DATA) - 1), st.integers(0, 7), st.sampled_from(["asn1", "xml"]))
def test_changed_data_is_never_proved(place: int, bit: int, kind: str) -> None:
    changed = bytearray(DATA)
    changed[place] ^= 1 << bit
    (found,) = judged(honest(kind)[0], bytes(changed)).evidence_records
    assert (found.indication, found.intact) == (Indication.FAILED, False)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_octets_of_any_kind_are_no_record(octets: bytes) -> None:
    with pytest.raises(EvidenceError):
        read_record(octets)


HASHES = st.lists(st.integers(0, 50).map(lambda number: sibling("sha256", number)), min_size=1, max_size=8)


@given(HASHES, st.lists(HASHES, max_size=4))
def test_the_order_of_a_list_changes_nothing(first: list[bytes], above: list[list[bytes]]) -> None:
    made = tree_root(first, above, "sha256")
    assert made == tree_root(first[::-1], [level[::-1] for level in above], "sha256") == root("sha256", (first, *above))
    assert digest_group(first, "sha256") == joined("sha256", first)


def loosened(der: bytes, depth: int) -> bytes:
    """The same element with indefinite lengths down to a depth; what lies deeper, such as a token, stays as it is."""
    reader = Reader(der)
    tag, start, end, _ = reader.read(0, len(der))
    if not tag & 0x20 or not depth:
        return der
    inner = (der[pos:following] for _, pos, _, _, following in reader.children(start, end, limit=1000))
    return bytes((tag, 0x80)) + b"".join(loosened(item, depth - 1) for item in inner) + b"\0\0"


def test_records_in_ber_are_read_as_they_stand() -> None:
    # Renewals stand over those octets, or over their DER: either is accepted.
    (found,) = judged(loosened(honest("asn1")[0], 4), DATA).evidence_records
    assert found.indication is Indication.PASSED
    pieces = tlv(0x24, tlv(0x04, sibling("sha256", 1)[:9]), tlv(0x04, sibling("sha256", 1)[9:]))
    whole = tlv(0x04, sibling("sha256", 1))
    split = KINDS["asn1"]().begin([DATA], siblings=((sibling("sha256", 1),),), year=2024).encode()
    (found,) = judged(_exchanged(split, whole, pieces), DATA).evidence_records
    assert found.indication is Indication.PASSED


def _exchanged(der: bytes, old: bytes, new: bytes) -> bytes:
    """Return an element with an inner one exchanged, and the lengths around it made anew."""
    if der == old:
        return new
    reader = Reader(der)
    tag, start, end, _ = reader.read(0, len(der))
    if not tag & 0x20 or old not in der:
        return der
    inner = (der[pos:following] for _, pos, _, _, following in reader.children(start, end, limit=1000))
    return tlv(tag, *(_exchanged(item, old, new) for item in inner))
