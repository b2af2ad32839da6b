"""No named attack on XAdES passes, and each is told by its code."""

from __future__ import annotations

import hashlib

import pytest

import edoc
from edoc.facts.document import Document
from edoc.facts.signature import TimestampKind
from edoc.formats.writing import SignaturePolicy
from tests.conftest import ROOT
from tests.formats.xml.xades_attacks import (
    ATTACKS,
    LETTER,
    boxed,
    counter_signature_moved_to_another_signature,
    countersigned,
    detached,
    elements,
    honest,
    late_certificates_behind_the_archive_time_stamp,
    renewed,
)
from tests.formats.xml.xades_maker import AT, TEXT, facts, intact, material, order, practice, sign


def report(data: bytes, *beside: Document, policy: str = "default") -> edoc.Report:
    return edoc.verify_document(
        Document.from_bytes(data, name="letter.xml"),
        trust=practice().trust,
        validation_data=practice().validation_data(),
        validation_time=AT,
        detached=list(beside),
        policy=policy,
    )


def codes(told: edoc.Report) -> set[str]:
    found = [*told.findings]
    for item in told.signatures:
        found += item.findings
        for token in item.timestamps:
            found += token.findings
    return {item.code for item in found}


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT", "B-LTA"])
def test_the_honest_document_passes(level: str) -> None:
    told = report(honest(level))
    assert told.verdict is edoc.Verdict.PASSED, told.to_json(lang="en")
    assert told.signatures[0].level == f"XAdES-BASELINE-{level[2:]}"


def test_the_honest_renewal_and_the_honest_detached_one_pass() -> None:
    assert report(renewed()).verdict is edoc.Verdict.PASSED
    assert report(detached(), TEXT).verdict is edoc.Verdict.PASSED


def test_an_honest_part_is_intact_and_not_all() -> None:
    told = report(elements())
    assert told.signatures[0].intact is True and told.verdict is edoc.Verdict.INDETERMINATE


def test_a_file_beside_its_signature_is_called_by_the_name_that_was_signed() -> None:
    told = report(boxed())
    assert told.verdict is edoc.Verdict.PASSED
    assert [item.name for item in told.signatures[0].scope] == [TEXT.name]


@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_passes(name: str) -> None:
    attack = ATTACKS[name]
    told = report(attack.make(), *attack.beside)
    assert attack.code in codes(told)
    if not attack.id.startswith("TST"):
        # A time-stamp that proves nothing spoils no signature that stands without it.
        assert told.verdict is not edoc.Verdict.PASSED
        assert told.signatures[0].indication is not edoc.Indication.TOTAL_PASSED or "PARTIAL_COVERAGE" in codes(told)


@pytest.mark.parametrize("name", [name for name, item in ATTACKS.items() if item.id.startswith("TST")])
def test_a_useless_time_stamp_proves_nothing(name: str) -> None:
    found = report(ATTACKS[name].make()).signatures[0]
    assert any(item.intact is not True for item in found.timestamps)


def test_a_counter_signature_of_another_signature_raises_nothing() -> None:
    assert report(countersigned()).signatures[0].counter_signatures[0].indication is edoc.Indication.TOTAL_PASSED
    told = report(counter_signature_moved_to_another_signature())
    (counter,) = told.signatures[1].counter_signatures
    assert "XADES_COUNTER_OTHER" in {item.code for item in counter.findings}
    assert counter.indication is not edoc.Indication.TOTAL_PASSED and counter.intact is not True
    assert told.signatures[1].intact is True


def test_what_stands_behind_an_archive_time_stamp_is_not_under_it() -> None:
    (found,) = facts(late_certificates_behind_the_archive_time_stamp())
    assert intact(found)
    late = {hashlib.sha256(der).digest() for _, der in material("person-ec")}
    archived = next(item for item in found.timestamps if item.kind is TimestampKind.ARCHIVE)
    in_tokens = {hashlib.sha256(item.der).digest() for item in found.timestamps[0].token.material}
    early = {hashlib.sha256(der).digest() for _, der in material("person")}
    assert early <= archived.protects | in_tokens
    assert (late - early) and not (late - early) & archived.protects


def test_a_renewal_covers_the_archive_time_stamp_before_it() -> None:
    (found,) = facts(renewed())
    assert intact(found) and found.timestamps[-1].covers == ("S1", "S1.T1", "S1.T2")


def test_a_time_stamp_that_proves_nothing_gives_no_long_term_level() -> None:
    told = report(ATTACKS["a_property_put_before_the_archive_time_stamp"].make())
    archived = told.signatures[0].timestamps[-1]
    assert archived.intact is False


def test_the_page_about_attacks_names_each() -> None:
    page = (ROOT / "docs" / "attacks-xades.md").read_text(encoding="utf-8")
    assert [name for name, item in ATTACKS.items() if f"| {item.id} | {name.replace('_', ' ')} | `{item.code}` |" not in page] == []


@pytest.mark.parametrize(
    ("rules", "code"), [(b"the rules", "SIGNATURE_POLICY_MATCHES"), (b"other rules", "SIGNATURE_POLICY_MISMATCH")]
)
def test_the_text_of_the_policy_is_compared_and_never_fetched(rules: bytes, code: str) -> None:
    """CMS-19: a policy by its address alone proves nothing, and one with another text is refused."""
    policy = SignaturePolicy(
        id="1.2.3", digest_algorithm="sha256", digest=hashlib.sha256(b"the rules").digest(), uri="http://policy.invalid/"
    )
    document = Document.from_bytes(sign([LETTER], order(policy=policy)), name="letter.xml")
    told = edoc.verify_document(
        document, trust=practice().trust, validation_data=practice().validation_data(), validation_time=AT,
        signature_policies=[rules],
    )  # fmt: skip
    assert code in codes(told)
    assert (told.verdict is edoc.Verdict.PASSED) is (code == "SIGNATURE_POLICY_MATCHES")
