"""Tag, length, value: what is written reads back, what is not DER is not taken for it, and nothing else is raised."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edoc.pki.der import (
    DerError,
    Reader,
    decode_integer,
    decode_oid,
    encode_oid,
    integer,
    strict,
    strict_children,
    tlv,
)
from tests.formats.cms_maker import as_ber

_EASY = settings(max_examples=200, deadline=None, derandomize=True)
_OIDS = st.builds(
    lambda first, second, rest: ".".join(map(str, (first, second, *rest))),
    st.integers(0, 1), st.integers(0, 39), st.lists(st.integers(0, 2**40), max_size=6),
)  # fmt: skip


@_EASY
@given(st.integers(-(2**300), 2**300))
def test_integers_read_back(number: int) -> None:
    der = integer(number)
    _, start, end, following = strict(der, 0, len(der))
    assert decode_integer(der[start:end]) == number and following == len(der)


@_EASY
@given(_OIDS | st.sampled_from(["2.5.4.3", "2.999.1", "2.16.840.1.101.3.4.2.1"]))
def test_object_identifiers_read_back(dotted: str) -> None:
    der = encode_oid(dotted)
    _, start, end, _ = strict(der, 0, len(der))
    assert decode_oid(der[start:end]) == dotted


@_EASY
@given(st.lists(st.binary(max_size=300), max_size=6))
def test_children_read_back_strictly_and_as_ber(parts: list[bytes]) -> None:
    der = tlv(0x30, *(tlv(0x04, part) for part in parts))
    _, start, end, _ = strict(der, 0, len(der))
    assert [der[first:last] for _, _, first, last in strict_children(der, start, end)] == parts
    reader = Reader(as_ber(der))
    _, start, end, following = reader.read(0, len(reader.data))
    assert following == len(reader.data)
    found = reader.children(start, end, limit=10)
    assert [reader.octets((tag, first, last, after)) for tag, _, first, last, after in found] == parts


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x30", b"\x30\x05\x00", b"\x30\x80\x00\x00", b"\x30\x81\x05\x00\x00\x00\x00\x00", b"\x30\x82\x00\x80" + bytes(128),
        b"\x30\x86\x00\x00\x00\x00\x00\x01\x00", b"\x1f\x81\x00\x00",
    ],
)  # fmt: skip
def test_what_is_not_der_is_refused(data: bytes) -> None:
    with pytest.raises(DerError):
        strict(data, 0, len(data))


@pytest.mark.parametrize("content", [b"", b"\x80\x01", b"\x2a\x80\x01", b"\x2a\x86", bytes([0x81]) * 65])
def test_broken_object_identifiers_are_refused(content: bytes) -> None:
    with pytest.raises(DerError):
        decode_oid(content)


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"\xff\xff"])
def test_padded_integers_are_refused(content: bytes) -> None:
    with pytest.raises(DerError):
        decode_integer(content)


@pytest.mark.parametrize(
    "data", [b"\x30\x80", b"\x04\x80\x00\x00", b"\x30\x80\x02\x01", b"\x30\x80" * 40 + b"\0\0" * 40, b"\x24\x80\x02\x01\x00\x00\x00"]
)
def test_broken_ber_is_refused(data: bytes) -> None:
    reader = Reader(data)
    with pytest.raises(DerError):
        reader.octets(reader.read(0, len(data)))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.binary(max_size=80) | st.lists(st.sampled_from([b"\x30\x80", b"\x24\x80", b"\0\0", b"\x04\x01a", b"\x84"])).map(b"".join))
def test_any_octets_raise_nothing_else(data: bytes) -> None:
    reader = Reader(data)
    for act in (lambda: reader.octets(reader.read(0, len(data))), lambda: strict_children(data, 0, len(data)),
                lambda: decode_oid(data), lambda: reader.children(0, len(data), limit=5)):  # fmt: skip
        try:
            act()
        except DerError:
            continue
