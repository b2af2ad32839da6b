"""The form of identifiers; every number here is invented."""

from __future__ import annotations

import pytest

from edoc.records.identifiers import Form, form_of, masked
from edoc.records.model import IdentifierKind

NATIONAL, LEGAL, POSTAL = IdentifierKind.NATIONAL_CODE, IdentifierKind.LEGAL_ENTITY_ID, IdentifierKind.POSTAL_CODE


@pytest.mark.parametrize(
    ("kind", "fits", "does_not"),
    [
        (
            NATIONAL,
            "9990000018 9990000026 9991234561 9987654320 9900000171 ۹۹۹۰۰۰۰۰۱۸",
            "9999999999 9990000019 9991324561 999123456 99912345A1 99900000181",
        ),
        (
            LEGAL,
            "99000001012 99000001027 99123456780 99876543210 99555012341",
            "00000000000 99000001013 99124356780 9987654321 99000000007 990000010120",
        ),
        (POSTAL, "1345678914 98764-13579 3151966333", "1111134567 0134567890 1245678914 134567891 1345678914\n"),
    ],
)
def test_check_digits(kind: IdentifierKind, fits: str, does_not: str) -> None:
    assert {form_of(item, kind) for item in fits.split(" ")} == {Form.FITS}
    assert {form_of(item, kind) for item in does_not.split(" ")} == {Form.DOES_NOT_FIT}


def test_what_has_no_rule_or_is_masked_is_not_checked() -> None:
    assert form_of("9990000018", IdentifierKind.REGISTRY_NUMBER) is Form.NOT_CHECKED
    assert masked("9990000018") == "999••••018"
    assert form_of(masked("9990000018"), NATIONAL) is Form.NOT_CHECKED
    assert masked("12") == "••"
    assert masked("1234") == "1••4"
