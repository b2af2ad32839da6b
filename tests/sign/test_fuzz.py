"""Altered documents handed to the signer: a clear refusal or a sound signature, never anything between."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

import edoc
from edoc.errors import EdocError
from tests.sign.makers import SIGNING_TIME, open_key
from tests.sign.shapes import SHAPES

MUTANTS = 60
"""Of each shape, half of them altered in their structure."""
_TOKENS = (
    b"<<", b">>", b"[", b"]", b"/", b" 0 R", b"null", b"-1", b"99999999999", b"(", b")", b"<", b"endobj", b"obj",
    b"/Kids", b"/Parent 3 0 R", b"/Annots 3 0 R", b"/AcroForm 1 0 R", b"/Fields 2 0 R", b"/Prev 0", b"/Size 3",
    b"/Type/Page", b"/Encrypt 4 0 R", b"xref", b"stream", b"%%EOF", b"\0", b"#",
)  # fmt: skip


def _mutants(seed: bytes, name: str) -> Iterator[bytes]:
    chance = random.Random(name)
    for number in range(MUTANTS):
        data = bytearray(seed)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(9, len(data))
            if number % 2:
                token = chance.choice(_TOKENS)
                data[place : place + chance.choice((0, len(token)))] = token
            else:
                data[place] ^= 1 << chance.randrange(8)
        yield bytes(data)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_mutant_is_refused_or_signed_soundly(shape: str, tmp_path: Path) -> None:
    signer = edoc.Signer(open_key("p256", tmp_path), signing_time=SIGNING_TIME)
    for mutant in _mutants(SHAPES[shape](), shape):
        try:
            result = signer.sign(mutant)
        except EdocError as problem:
            assert problem.code != "INTERNAL"
            continue
        signed = bytes(result.document.data[:])
        assert result.check.passed and signed.startswith(mutant)
        report = edoc.verify_document(signed, policy="integrity")
        assert report.signatures[0].intact is True and report.signatures[0].changes_since_signing == "none"
