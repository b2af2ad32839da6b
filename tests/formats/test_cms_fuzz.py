"""Altered CMS: never anything but the reader's own error, never slow, and never good when what is signed changed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edoc.facts.signature import TimestampKind
from edoc.formats.cms import signature_facts
from edoc.formats.tst import timestamp_facts
from edoc.pki import oids
from edoc.pki.cms import CmsError, parse_signed_data, parse_signer_info
from edoc.pki.der import encode_oid, integer, tlv
from tests.formats.cms_maker import CONTENT, as_ber, good, octets, pkcs9, token, utc_time
from tests.formats.test_cms import good_signature

MUTANTS = 1_500
"""Of each seed."""
SLOW = 1.0
"""Seconds for one input of any kind; real ones take less than a millisecond."""


def _rich() -> bytes:
    made = good()
    made.attributes += [(oids.SIGNING_TIME, [utc_time()]), (oids.CONTENT_TIMESTAMP, [token(CONTENT)])]
    made.unsigned = [
        (oids.SIGNATURE_TIMESTAMP, [token(b"x")]),
        (oids.COUNTER_SIGNATURE, [good().signer_info()]),
        (oids.REVOCATION_VALUES, [tlv(0x30, tlv(0xA1, tlv(0x30, tlv(0x30, integer(1)))))]),
    ]
    made.crls = tlv(0xA1, tlv(0x30, integer(1)), tlv(0xA1, encode_oid(oids.OCSP_BASIC), tlv(0x30, integer(2))))
    return made.make()


SEEDS = {"plain": good().make(), "rich": _rich(), "ber": as_ber(_rich()), "token": token(CONTENT)}


def _look(cms: bytes) -> None:
    """Read everything there is to read; only CmsError may come out."""
    begin = time.process_time()
    try:
        signature_facts(parse_signed_data(cms), id="S1")
    except CmsError as problem:
        assert problem.code in ("CMS_MALFORMED", "CMS_LIMIT", "CMS_NOT_SIGNED_DATA")
    timestamp_facts(cms, id="T1", kind=TimestampKind.SIGNATURE, imprint_of=lambda name: None)
    assert time.process_time() - begin < SLOW


def _mutants(seed: bytes, number: int) -> Iterator[bytes]:
    chance = random.Random(f"{len(seed)}/{number}")
    for _ in range(number):
        data = bytearray(seed)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(data))
            kind = chance.randrange(6)
            if kind == 0:
                data[place] = chance.randrange(256)
            elif kind == 1:
                data[place] ^= 1 << chance.randrange(8)
            elif kind == 2:
                del data[place : place + chance.randint(1, 20)]
            elif kind == 3:
                data[place:place] = seed[chance.randrange(len(seed)) :][: chance.randint(1, 40)]
            elif kind == 4:
                data[place : place + 1] = chance.choice([b"\x80", b"\x30\x80", b"\x84\xff\xff\xff\xff", b"\0\0", b"\x24\x80"])
            else:
                del data[place:]
            if not data:
                break
        yield bytes(data)


@pytest.mark.parametrize("name", SEEDS)
def test_mutants_raise_nothing_else(name: str) -> None:
    seen = set()
    for mutant in _mutants(SEEDS[name], MUTANTS):
        _look(mutant)
        seen.add(mutant)
    assert len(seen) > MUTANTS * 0.9


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_any_octets_raise_nothing_else(data: bytes) -> None:
    _look(data)
    _look(tlv(0x30, encode_oid(oids.SIGNED_DATA), tlv(0xA0, tlv(0x30, data))))
    try:
        parse_signer_info(data)
    except CmsError:
        pass


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\x80" * 500_000,
        b"\x30\x84\x7f\xff\xff\xff" * 100_000,
        SEEDS["plain"][:20] + b"\x24\x80" * 400_000,
        tlv(0x30, encode_oid(oids.SIGNED_DATA), tlv(0xA0, tlv(0x30, integer(1), tlv(0x31), b"\x30\x80" + b"\0\0" * 400_000))),
        tlv(0x30, encode_oid(oids.SIGNED_DATA), tlv(0xA0, tlv(0x30, integer(1), tlv(0x31, b"\x30\x00" * 400_000)))),
        tlv(0x30, encode_oid(oids.SIGNED_DATA), tlv(0xA0, tlv(0x30, *([integer(1)] * 300_000)))),
        good(certificates=(b"\x30\x00",) * 400_000).make(),
        good(unsigned=[("1.2.3", [b"\x05\x00"])] * 400_000).make(),
        good(unsigned=[("1.2.3", [b"\x05\x00"] * 400_000)]).make(),
    ],
    ids=["indefinite", "lengths", "segments", "ends", "digests", "members", "certificates", "attributes", "values"],
)
def test_bulk_is_answered_fast(data: bytes) -> None:
    _look(data)


def _flips(cms: bytes, part: bytes) -> Iterator[bytes]:
    start = cms.index(part)
    assert cms.count(part) == 1
    for place in range(start, start + len(part)):
        for bits in (0x01, 0x80, 0xFF):
            yield cms[:place] + bytes((cms[place] ^ bits,)) + cms[place + 1 :]


@pytest.mark.parametrize("part", ["attributes", "value", "content"])
def test_no_altered_octet_of_what_is_signed_is_good(part: str) -> None:
    made = good()
    cms = made.make()
    assert good_signature(cms)
    octet_string = octets(made.value)
    parts = {"attributes": pkcs9(made.attributes)[1:], "value": octet_string[2:], "content": CONTENT}
    survivors = 0
    for altered in _flips(cms, parts[part]):
        try:
            survivors += good_signature(altered)
        except CmsError:
            continue
    assert survivors == 0


def test_other_mutants_are_good_only_over_the_same_octets() -> None:
    made = good()
    cms = made.make()
    signed = pkcs9(made.attributes)
    survivors = 0
    for mutant in _mutants(cms, 1_500):
        try:
            found = parse_signed_data(mutant)
            if not good_signature(mutant):
                continue
        except CmsError:
            continue
        survivors += 1
        signer = found.signer_infos[0]
        assert found.content == CONTENT and signer.signature_value == made.value
        assert signed in (signer.signed_octets, signer.alternative_octets)
    # Certificates and version numbers are not signed: without survivors nothing was tested.
    assert survivors > 10
