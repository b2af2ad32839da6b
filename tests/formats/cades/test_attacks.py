"""Every known attack on CMS and CAdES is refused for its cause (draft-ietf-lamps-cms-euf-cma-signeddata, RFC 5652)."""

from __future__ import annotations

import pytest

import edoc
from tests.formats.cades import attack_table, attacks, maker
from tests.formats.cades.attack_table import CLASSES, PLACE, fixtures, lines
from tests.formats.cades.attacks import ATTACKS, STAMPS
from tests.formats.cades.maker import DATA, codes, integrity, verify


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused_for_its_cause(name: str) -> None:
    attack = ATTACKS[name]
    data = attack.make()
    report = verify(data, *attack.beside)
    assert report.verdict.value == attack.verdict, report.to_json()
    if attack.verdict == "PASSED":
        # What was put in helps nobody: the signer is the one that the signed reference names.
        assert report.signatures[0].signer == verify(maker.signed(name="person")).signatures[0].signer
        assert report.signatures[0].claimed_signing_time == maker.AT
        return
    assert attack.code in codes(report), codes(report)
    word = integrity(data, *attack.beside).verdict
    assert word is not edoc.Verdict.INTACT or attack.code == "ALGORITHM_WEAK"


def test_the_untouched_document_passes() -> None:
    for level in maker.LEVELS:
        assert verify(maker.signed(level)).verdict is edoc.Verdict.PASSED
        assert integrity(maker.signed(level)).verdict is edoc.Verdict.INTACT


@pytest.mark.parametrize("name", STAMPS)
def test_a_time_stamp_that_does_not_fit_proves_nothing(name: str) -> None:
    report = verify(STAMPS[name]())
    (found,) = report.signatures
    assert found.intact is True
    assert found.timestamps[-1].intact is not True
    if name.startswith("tst-0"):
        assert found.best_signature_time is None


def test_what_an_archive_names_and_is_gone_is_told() -> None:
    report = verify(attacks.list_taken_out())
    stamp = report.signatures[0].timestamps[-1]
    assert "CADES_HASH_INDEX_UNMATCHED" in {item.code for item in stamp.findings}
    assert stamp.intact is True


def test_a_counter_signature_on_another_signature_is_broken_and_spoils_nothing() -> None:
    report = verify(attacks.moved_counter())
    first, second = report.signatures
    assert not first.counter_signatures
    assert second.counter_signatures[0].intact is False
    assert second.intact is True and second.indication is edoc.Indication.TOTAL_PASSED


def test_the_same_data_inside_and_beside_is_used() -> None:
    report = verify(maker.signed(), DATA)
    assert report.verdict is edoc.Verdict.PASSED


def test_only_the_verified_octets_are_handed_out() -> None:
    report = verify(maker.signed(packaging=maker.BESIDE), DATA)
    assert report.signatures[0].signed_data(0) == DATA.data


def test_the_table_is_up_to_date() -> None:
    """When it is meant: `python -m tests.formats.cades.attack_table`."""
    assert PLACE.read_text(encoding="utf-8") == "\n".join(lines()) + "\n"


def test_every_fixture_belongs_to_a_class_and_every_class_says_something() -> None:
    named = {name for known in CLASSES for name in fixtures(known)}
    assert named == {*ATTACKS, *STAMPS, *attack_table.OTHERS}
    assert not [known for known, item in CLASSES.items() if not fixtures(known) and not item.remark]
