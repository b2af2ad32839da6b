"""A PDF signed in 2012 and sealed again every other year: believed in 2026, and not once its evidence is gone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest

import edoc
from edoc.facts.document import Document
from edoc.formats.pdf.read import read_pdf
from edoc.result.enums import Verdict
from edoc.testing import PracticePki
from tests.sign.shapes import SHAPES

YEARS = (2012, 2014, 2016, 2018, 2020, 2022, 2024)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""Every certificate of 2012 but the root has ended: the signer's in 2015, the authority's in 2017."""


def moment(year: int) -> datetime:
    return datetime(year, 6, 1, 12, tzinfo=UTC)


@cache
def practice(year: int) -> PracticePki:
    return PracticePki(at=moment(year))


@cache
def trust() -> edoc.TrustStore:
    found = edoc.TrustStore.empty()
    for year in YEARS:
        found = found | practice(year).trust
    return found


def known(year: int) -> Iterator[bytes]:
    """The lists of that year: those of the authorities that came then, and of those before, still issued."""
    for earlier in YEARS:
        if year - 2 <= earlier <= year:
            yield from practice(earlier).validation_data(at=moment(year))


@cache
def sealed(year: int) -> bytes:
    """The document as it was kept in a year, each a continuation of the one before."""
    pki = practice(year)
    data = tuple(known(year))
    if year == YEARS[0]:
        made = edoc.sign_document(
            SHAPES["table"](), pki.key("person-ec"), level="B-LTA", tsa=pki, signing_time=moment(year), trust=trust(),
            validation_data=data,
        )  # fmt: skip
    else:
        made = edoc.extend_document(
            sealed(year - 2), level="B-LTA", tsa=pki, validation_time=moment(year), trust=trust(), validation_data=data
        )
    return bytes(made.document.data[:])


def verify(data: bytes) -> edoc.Report:
    current = practice(YEARS[-1]).validation_data(at=NOW)
    return edoc.verify_document(data, trust=trust(), validation_data=current, validation_time=NOW)


def test_a_document_whose_certificates_have_long_expired_passes_by_its_seals() -> None:
    report = verify(sealed(2024))
    (entry,) = report.signatures
    assert report.verdict is Verdict.PASSED
    assert (report.process, entry.level) == ("archival", "PAdES-BASELINE-LTA")
    assert entry.best_signature_time == moment(2012)
    assert "EXPIRED_AFTER_PROOF" in {item.code for item in entry.findings}
    report.require_passed(signed_by=edoc.ANY_SIGNER)


@pytest.mark.parametrize("last", [2012, 2014, 2020])
def test_once_the_sealing_stopped_for_too_long_nothing_is_proved(last: int) -> None:
    report = verify(sealed(last))
    assert report.verdict is Verdict.INDETERMINATE
    assert report.signatures[0].intact is True and report.signatures[0].best_signature_time is None


def test_stripped_of_its_seals_it_is_not_believed() -> None:
    data = sealed(2024)
    pki = practice(2012)
    plain = edoc.sign_document(
        SHAPES["table"](), pki.key("person-ec"), level="B-B", signing_time=moment(2012), trust=trust(),
        validation_data=tuple(known(2012)),
    )  # fmt: skip
    assert verify(bytes(plain.document.data[:])).verdict is Verdict.INDETERMINATE
    # Cut back to the first seal: octets that are a sound document of their own.
    first = sealed(2012)
    assert data.startswith(first)
    assert verify(first).verdict is Verdict.INDETERMINATE


def test_with_nobody_trusted_for_time_nothing_is_proved() -> None:
    only_signers = edoc.TrustStore.of([item.der for item in trust().certificates()], purposes=["signer", "revocation"])
    current = practice(2024).validation_data(at=NOW)
    report = edoc.verify_document(sealed(2024), trust=only_signers, validation_data=current, validation_time=NOW)
    assert report.verdict is Verdict.INDETERMINATE




def test_no_changed_octet_under_the_last_seal_is_forgiven() -> None:
    data = sealed(2024)
    (seal,) = (item for item in read_pdf(Document.from_bytes(data, name="kept.pdf")).timestamps[-1:])
    assert seal.token.covered_until == len(data)
    contents = data.rfind(b"/Contents")
    chance = random.Random(2024)
    for _ in range(24):
        place = chance.randrange(contents)
        changed = data[:place] + bytes((data[place] ^ 1 << chance.randrange(8),)) + data[place + 1 :]
        try:
            report = verify(changed)
        except edoc.EdocError:
            continue
        assert report.verdict is not Verdict.PASSED, place
