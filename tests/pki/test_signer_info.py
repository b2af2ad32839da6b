"""The pieces of a signer that are read once and remembered: the same answer wherever and however often they stand."""

from __future__ import annotations

import pytest

from edoc.pki.der import DerError, Reader, encode_oid, tlv
from edoc.pki.signer_info import Part, read_algorithm

SHA256 = "2.16.840.1.101.3.4.2.1"
NULL = tlv(0x05)
CONTENT = encode_oid(SHA256) + NULL


def part_of(der: bytes) -> tuple[Reader, Part]:
    reader = Reader(der)
    [part] = reader.children(0, len(der), limit=1)
    return reader, part


@pytest.mark.parametrize("tag", [0x30, 0xA0, 0xA1])
def test_an_algorithm_under_an_implicit_tag_is_read_as_the_caller_says(tag: int) -> None:
    reader, part = part_of(tlv(tag, CONTENT))
    for _ in range(2):
        assert read_algorithm(reader, (0x30, *part[1:])) == (SHA256, NULL)


@pytest.mark.parametrize("tag", [0x31, 0xA0])
def test_what_is_no_sequence_is_no_algorithm_even_when_its_content_is_known(tag: int) -> None:
    read_algorithm(*part_of(tlv(0x30, CONTENT)))
    with pytest.raises(DerError):
        read_algorithm(*part_of(tlv(tag, CONTENT)))


@pytest.mark.parametrize(
    "content", [b"", NULL, encode_oid(SHA256) + NULL + NULL, encode_oid(SHA256) + tlv(0x04, bytes(5000))]
)
def test_other_content_is_refused(content: bytes) -> None:
    with pytest.raises(DerError):
        read_algorithm(*part_of(tlv(0x30, content)))


def test_an_algorithm_in_ber_of_indefinite_length_is_read() -> None:
    assert read_algorithm(*part_of(b"\x30\x80" + CONTENT + b"\x00\x00")) == (SHA256, NULL)
