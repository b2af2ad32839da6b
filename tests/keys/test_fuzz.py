"""Damaged key files: a clear error with a code, never anything else, and never a secret in it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from edoc.errors import EdocError
from edoc.keys import Key
from tests.keys.test_keys import SECRET, _files

MUTANTS = 60
"""Of each file.  Octets that count the rounds of a password function are left alone: any value of them is legal."""


@pytest.mark.parametrize("name", ["plain.pem", "plain.der", "sec1.pem", "together.pem", "open.p12", "signer.pem"])
def test_a_damaged_file_opens_or_says_why(name: str, tmp_path: Path) -> None:
    files = _files(tmp_path)
    seed = files[name].read_bytes()
    scheme = "pkcs12" if name.endswith(".p12") else "file"
    chance = random.Random(name)
    opened = 0
    for number in range(MUTANTS):
        data = bytearray(seed)
        if number % 3 == 0:
            del data[chance.randrange(len(data)) :]
        else:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        files[name].write_bytes(data)
        try:
            Key.open(f"{scheme}:{files[name]}", certificates=[files["ca.pem"]], secret=SECRET)
            opened += 1
        except EdocError as problem:
            assert problem.code.startswith(("KEY_", "CERTIFICATES_")) and SECRET not in str(problem)
    assert opened < MUTANTS
