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
from edoc.result.enums import Indication
from tests.formats.cms_maker import as_ber
from tests.formats.evidence.attacks import honest
from tests.formats.evidence.maker import BEGAN, DATA, joined, judged, root, sibling

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


def test_records_in_ber_are_read_as_they_stand() -> None:
    # Made by others in BER, renewals stand over those octets or over their DER: either is accepted.
    (found,) = judged(as_ber(honest("asn1")[0]), DATA).evidence_records
    assert found.indication is Indication.PASSED
