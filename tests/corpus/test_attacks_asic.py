"""Manipulated and odd containers and OpenDocument files of other projects under the policy `integrity`.

No manipulated one may be INTACT.  A row that is bad only by its time-stamp is judged by that time-stamp; what a
row says of an evidence record is not judged here.  `TRUST` names the rows whose containers are whole, and bad only
by what the policy `integrity` leaves aside: those may not pass under the default policy, whoever is trusted.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import edoc
from edoc.facts.document import Document
from edoc.facts.material import MaterialKind
from edoc.formats import read_document
from edoc.pki.certificate import Certificate
from tests.corpus.harness import Answer, Miss, Row, ask, outdated, read_exceptions, read_rows, unexplained

EXCEPTIONS = Path(__file__).with_name("attacks_asic_exceptions.json")
FORMATS = ("asic", "asic-xades", "asic-cades", "asic-s-timestamp", "odf-xmldsig")
BAD = ("not-valid", "rejected", "indeterminate")
GOOD = ("integrity-ok",)
TIMESTAMP = ("timestamp-not-valid",)
UNSIGNED = ("no-signature",)
OTHERS = ("evidence-record-not-valid", "terminates")
TRUST = {
    "atk-63b3c03cac": "signed after the certificate had ended",
    "atk-e9fdb693de": "the status response comes from a responder whose certificate had ended",
    "atk-ec8d81bbdf": "the trusted list had withdrawn the time-stamping service",
}
_SECONDS = 10


def ask_row(corpus: Path, row: Row) -> Answer:
    """Ask as one who came for a signature, or for a time-stamp where there is none."""
    place = corpus / "attacks" / str(row["file"])
    answer = ask(place)
    if answer.report is not None and not answer.report.signatures and answer.report.timestamps:
        return ask(place, expect="timestamp")
    return answer


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[Row]:
    return [row for name in FORMATS for row in read_rows(corpus / "attacks" / "manifest.jsonl", format=name)]


@pytest.fixture(scope="module")
def answers(corpus: Path, rows: list[Row]) -> dict[str, Answer]:
    return {str(row["id"]): ask_row(corpus, row) for row in rows}


def _name(row: Row) -> str:
    return f"{row['id']} {str(row['file']).rsplit('/', 1)[-1]}"


def test_every_expectation_is_known(rows: list[Row]) -> None:
    assert {str(row["expect"]) for row in rows} <= {*BAD, *GOOD, *TIMESTAMP, *UNSIGNED, *OTHERS}


def test_no_manipulated_container_is_intact(rows: list[Row], answers: dict[str, Answer]) -> None:
    bad = [row for row in rows if row["expect"] in BAD and row["id"] not in TRUST]
    assert len(bad) > 20
    assert not [_name(row) for row in bad if answers[str(row["id"])].word in ("INTACT", "PASSED")]


def test_what_is_bad_by_trust_alone_does_not_pass(corpus: Path, rows: list[Row]) -> None:
    chosen = [row for row in rows if row["id"] in TRUST]
    assert {row["id"] for row in chosen} == TRUST.keys()
    for row in chosen:
        place = corpus / "attacks" / str(row["file"])
        assert ask(place, policy="default", trust=_everybody(place)).word != "PASSED", _name(row)


def _everybody(place: Path) -> edoc.TrustStore:
    """Return a store of every authority that a container carries."""
    facts = read_document(Document.from_bytes(place.read_bytes(), name=place.name))
    found = [item for one in facts.signatures for item in (*one.material, *(inner for token in one.timestamps for inner in token.token.material))]
    loaded = {item.der: Certificate.load(item.der) for item in found if item.kind is MaterialKind.CERTIFICATE}
    return edoc.TrustStore.of([der for der, certificate in loaded.items() if certificate.is_ca], end_entity=True)


def test_a_broken_time_stamp_is_told(rows: list[Row], answers: dict[str, Answer]) -> None:
    chosen = [answers[str(row["id"])] for row in rows if row["expect"] in TIMESTAMP]
    assert chosen
    for answer in chosen:
        assert answer.report is not None
        own = [stamp for one in answer.report.signatures for stamp in one.timestamps]
        assert any(stamp.intact is not True for stamp in (*own, *answer.report.timestamps))


def test_unsigned_documents_claim_nothing(rows: list[Row], answers: dict[str, Answer]) -> None:
    chosen = [row for row in rows if row["expect"] in UNSIGNED]
    assert chosen
    assert all(answers[str(row["id"])].word in ("NO_SIGNATURE", "error") for row in chosen)


def test_bombs_end(corpus: Path, rows: list[Row]) -> None:
    chosen = [row for row in rows if row["expect"] == "terminates"]
    assert chosen
    for row in chosen:
        start = time.process_time()
        ask(corpus / "attacks" / str(row["file"]))
        assert time.process_time() - start < _SECONDS


def test_good_containers_are_intact(rows: list[Row], answers: dict[str, Answer]) -> None:
    good = [row for row in rows if row["expect"] in GOOD]
    misses = [
        Miss(name=_name(row), expected="INTACT", actual=answers[str(row["id"])].word)
        for row in good
        if answers[str(row["id"])].word != "INTACT"
    ]
    print(f"\ngood {len(good)}, intact {len(good) - len(misses)}")
    exceptions = read_exceptions(EXCEPTIONS)
    assert 1 - len(misses) / len(good) >= 0.9
    assert not unexplained(misses, exceptions)
    assert not outdated(misses, exceptions)
