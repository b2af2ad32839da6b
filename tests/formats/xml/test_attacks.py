"""Every known attack on XML signatures gets its verdict, and is told by its code."""

from __future__ import annotations

import time

import pytest

import edoc
from edoc.facts.findings import Severity
from edoc.formats.xml.tree import DS
from tests.formats.xml import attacks_xades
from tests.formats.xml.attack_table import CLASSES, PLACE, lines, names
from tests.formats.xml.attacks import ADDRESSES, ATTACKS, at_address
from tests.formats.xml.maker import ORDER, by_id, enveloped, enveloping, signed

SECONDS = 5.0


def verified(data: bytes, **options: object) -> edoc.Report:
    document = edoc.Document.from_bytes(data, name="order.xml")
    return edoc.verify_document(document, policy="integrity", **options)  # type: ignore[arg-type]


def codes(report: edoc.Report) -> set[str]:
    found = {item.code for item in report.findings}
    return found | {item.code for one in report.signatures for item in one.findings}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_told(name: str) -> None:
    attack = ATTACKS[name]
    data = attack.make()
    start = time.process_time()
    report = verified(data)
    assert time.process_time() - start < SECONDS
    told = attack.code in codes(report) if attack.code else not codes(report)
    assert (report.verdict.value, told) == (attack.expect, True), codes(report)


def test_a_counter_signature_with_all_the_names_of_its_parent_is_good() -> None:
    report = verified(attacks_xades.a_counter_signature_with_all_the_names_of_its_parent())
    (counter,) = report.signatures[0].counter_signatures
    assert (counter.intact, report.signatures[0].intact) == (True, True)
    assert not [item for item in counter.findings if item.severity is Severity.ERROR]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_fetched(address: str) -> None:
    report = verified(at_address(address))
    assert report.verdict is edoc.Verdict.INDETERMINATE
    assert report.signatures[0].signature_value_valid is True
    assert report.signatures[0].references_intact is None


@pytest.mark.parametrize("make", [enveloped, by_id, enveloping])
@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_what_was_attacked_is_good_without(make: object, kind: str) -> None:
    from tests.formats.xml.maker import METHODS

    report = verified(signed(make(method=METHODS[kind]), kind=kind))  # type: ignore[operator]
    assert report.verdict is edoc.Verdict.INTACT, codes(report)


def test_a_xades_signature_is_good_without() -> None:
    report = verified(signed(attacks_xades.xades()))
    assert (report.verdict, codes(report)) == (edoc.Verdict.INTACT, set())


def test_a_document_without_a_signature_has_none() -> None:
    report = verified(f"<doc>{ORDER}</doc>".encode())
    assert report.verdict is edoc.Verdict.NO_SIGNATURE


def test_a_signature_of_another_language_is_none() -> None:
    report = verified(b'<doc><Signature xmlns="urn:other"><SignedInfo/></Signature></doc>')
    assert report.verdict is edoc.Verdict.NO_SIGNATURE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1"])
def test_the_encoding_of_a_document_is_not_signed(encoding: str) -> None:
    text = signed(enveloped()).decode()
    stated = "utf-8" if encoding == "utf-8-sig" else encoding
    data = f'<?xml version="1.0" encoding="{stated}"?>{text}'.encode(encoding)
    report = verified(data)
    assert report.verdict is edoc.Verdict.INTACT
    assert report.signatures[0].signed_data(0) == f"<doc>{ORDER}</doc>".encode()


def test_what_was_verified_is_handed_out_without_what_hides_in_it() -> None:
    data = signed(enveloped()).replace(b"Bakery", b"Bak<!-- no -->er<![CDATA[y]]>")
    report = verified(data)
    assert report.signatures[0].signed_data(0) == f"<doc>{ORDER}</doc>".encode()


def test_instructions_are_signed() -> None:
    assert verified(signed(enveloped()).replace(b"Bakery", b"<?x y?>Bakery")).verdict is edoc.Verdict.FAILED
    assert verified(b"<?x y?>" + signed(enveloped())).verdict is edoc.Verdict.FAILED


def test_a_document_type_is_refused_wherever_it_may_stand() -> None:
    for before in ("", "<!-- a -->", "<?a?>", "\n", '<?xml version="1.0"?>\n<!-- <!DOCTYPE --> '):
        report = verified(f'{before}<!DOCTYPE d><d xmlns="{DS}"/>'.encode())
        assert "XML_DOCTYPE" in codes(report), before


def test_every_attack_stands_in_one_class() -> None:
    listed = [name for known in CLASSES for name in names(known)]
    assert sorted(listed) == sorted(ATTACKS)
    assert all(known.names or known.remark for known in CLASSES)


def test_the_table_is_up_to_date() -> None:
    """When it is meant: `python -m tests.formats.xml.attack_table`."""
    assert PLACE.read_text(encoding="utf-8") == "\n".join(lines()) + "\n"
