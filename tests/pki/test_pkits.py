"""NIST PKITS: all 246 rows through the builder, the checker and the revocation of the product."""

from __future__ import annotations

from pathlib import Path

import pytest

import edoc
from edoc.result.enums import Indication
from tests.pki import pkits
from tests.pki.pkits import UNSUPPORTED, Row


@pytest.fixture(scope="module")
def table(corpus: Path) -> list[Row]:
    return pkits.rows(corpus)


def test_every_row_is_right_but_the_one_named_as_unsupported(table: list[Row]) -> None:
    assert len(table) == 246
    assert pkits.wrong(table, pkits.engine) == UNSUPPORTED


def test_what_is_unsupported_is_refused_and_never_accepted(table: list[Row]) -> None:
    for row in table:
        if row.test in UNSUPPORTED:
            assert row.valid
            assert pkits.engine(row) is False


def test_the_score_tells_an_engine_that_accepts_everything(table: list[Row]) -> None:
    assert pkits.wrong(table, lambda row: True) == {row.test for row in table if not row.valid}
    assert len(pkits.wrong(table, lambda row: True)) > 100


def test_the_score_tells_an_engine_that_refuses_everything(table: list[Row]) -> None:
    assert pkits.wrong(table, lambda row: False) == {row.test for row in table if row.valid}
    assert len(pkits.wrong(table, lambda row: False)) > 100


BEYOND_PKITS = frozenset({"valid_dsa_signatures_test4"})
"""Right by PKITS and refused by the dated suite: DSA of 1024 bits in 2022."""


def _front_door(row: Row) -> bool:
    trust = edoc.TrustStore.of([pkits.root().der])
    data = [path.read_bytes() for path in row.material if path.suffix == ".crt"]
    data.extend(item.der for item in pkits.lists(row))
    result = edoc.verify_certificate(
        row.certificate.read_bytes(), trust=trust, validation_data=data, validation_time=pkits.TIME
    )
    return result.indication is Indication.PASSED


def test_the_front_door_answers_as_the_engine_does(table: list[Row]) -> None:
    """Rows with default inputs by `edoc.verify_certificate`, whose policy adds what a signer must be."""
    plain = [row for row in table if row.plain]
    assert len(plain) == 213
    assert pkits.wrong(plain, _front_door) == UNSUPPORTED | BEYOND_PKITS
