"""PEM: what is found in it, and that no input makes it slow."""

from __future__ import annotations

import base64
import time

from edoc.pki.pem import blocks, certificates_in, is_pem


def block(label: str, body: bytes) -> bytes:
    return f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(body) + f"-----END {label}-----\n".encode()


def test_blocks_come_with_their_labels_in_order() -> None:
    data = b"words\r\n" + block("CERTIFICATE", b"one") + b"more" + block("X509 CRL", b"two").replace(b"\n", b"\r\n")
    assert blocks(data) == [("CERTIFICATE", b"one"), ("X509 CRL", b"two")]
    assert certificates_in(data) == [b"one"]
    assert is_pem(data)


def test_broken_blocks_are_left_out() -> None:
    mixed = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END X509 CRL-----\n"
    assert blocks(mixed) == []
    assert blocks(b"-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----\n") == []


def test_der_is_taken_as_it_is() -> None:
    assert certificates_in(b"\x30\x00") == [b"\x30\x00"]
    assert certificates_in(b"text") == []


def test_endless_white_space_costs_no_time() -> None:
    start = time.process_time()
    assert blocks(b"-----BEGIN A-----" + b" " * 200_000) == []
    assert blocks(b"-----BEGIN A-----" * 10_000) == []
    assert time.process_time() - start < 3
