"""Name constraints: every form, the ways around them, and what cannot be compared."""

from __future__ import annotations

import pytest

from edoc.limits import DEFAULT_LIMITS
from edoc.pki import extensions as ext
from edoc.pki.der import tlv
from edoc.pki.path import CandidatePath
from edoc.pki.rfc5280 import check_path
from tests.pki import forge
from tests.pki.forge import CA, SIGNER, TIME, anchor, attribute, authority, cn, dn, general, leaf, rdn

MAIL, HOST, DIRECTORY, LINK, ADDRESS = 1, 2, 4, 6, 7


def code(
    *, permitted: list[bytes] | None = None, excluded: list[bytes] | None = None, names: list[bytes] | None = None,
    subject: bytes | None = None,
) -> str | None:  # fmt: skip
    """Check a leaf with some names below an authority with constraints; return the code."""
    constraints = forge.name_constraints(permitted or [], excluded or [])
    below = authority("Sub", "Root", extensions=(*CA, constraints)).make()
    extensions = (*SIGNER, forge.alternative_names(*names)) if names else SIGNER
    signer = leaf("Sub", extensions=extensions).but(subject=cn("Signer") if subject is None else subject).make()
    path = CandidatePath(certificates=(signer, below), anchor=anchor(authority("Root").make()))
    found = check_path(path, time=TIME)
    assert len(found) <= 1
    return found[0].code if found else None


def directory(name: bytes) -> bytes:
    return general(DIRECTORY, name)


def host(text: str) -> bytes:
    return general(HOST, text.encode())


def mail(text: str) -> bytes:
    return general(MAIL, text.encode())


def link(text: str) -> bytes:
    return general(LINK, text.encode())


ORG = rdn(attribute("2.5.4.10", "Court"))
PERSON = rdn(attribute("2.5.4.3", "Judge"))


def test_a_directory_name_lies_below_its_base() -> None:
    base = directory(dn(ORG))
    assert code(permitted=[base], subject=dn(ORG, PERSON)) is None
    assert code(permitted=[base], subject=dn(ORG)) is None
    assert code(permitted=[base], subject=dn(PERSON, ORG)) == "NAME_NOT_PERMITTED"
    assert code(excluded=[base], subject=dn(ORG, PERSON)) == "NAME_EXCLUDED"
    assert code(excluded=[base], subject=dn(PERSON)) is None


@pytest.mark.parametrize(
    "written",
    [
        rdn(attribute("2.5.4.10", "COURT")),
        rdn(attribute("2.5.4.10", " court  ")),
        rdn(attribute("2.5.4.10", "Court", 0x13)),
        rdn(attribute("2.5.4.10", "Court", 0x1E)),
        rdn(attribute("2.5.4.10", "Co\u200burt")),
        rdn(attribute("2.5.4.10", "Court"), attribute("2.5.4.11", "x")),
    ],
    ids=["case", "spaces", "printable", "bmp", "zero width", "multi-valued"],
)
def test_an_excluded_directory_name_cannot_be_written_around(written: bytes) -> None:
    assert code(excluded=[directory(dn(ORG))], subject=dn(written, PERSON)) == "NAME_EXCLUDED"


def test_the_order_inside_a_multi_valued_rdn_says_nothing() -> None:
    one, other = attribute("2.5.4.10", "Court"), attribute("2.5.4.11", "Archive")
    base = directory(dn(tlv(0x31, one, other)))
    assert code(permitted=[base], subject=dn(tlv(0x31, other, one), PERSON)) is None


def test_a_permitted_directory_name_with_one_attribute_more_is_another_name() -> None:
    wider = rdn(attribute("2.5.4.10", "Court"), attribute("2.5.4.11", "x"))
    assert code(permitted=[directory(dn(ORG))], subject=dn(wider, PERSON)) == "NAME_NOT_PERMITTED"


def test_a_name_that_cannot_be_read_is_never_permitted() -> None:
    broken = dn(tlv(0x31, tlv(0x30, b"\x02\x01\x01")))
    assert code(permitted=[directory(dn(ORG))], subject=broken) == "NAME_CONSTRAINT_UNSUPPORTED"
    assert code(excluded=[directory(dn(ORG))], subject=broken) == "NAME_CONSTRAINT_UNSUPPORTED"


@pytest.mark.parametrize(
    ("base", "name", "within"),
    [
        ("example.org", "example.org", True),
        ("example.org", "A.Example.ORG", True),
        ("example.org", "example.org.", True),
        ("example.org", "badexample.org", False),
        (".example.org", "a.example.org", True),
        (".example.org", "example.org", False),
        ("", "anything.test", True),
    ],
)
def test_hosts_are_compared_label_by_label(base: str, name: str, within: bool) -> None:
    assert code(permitted=[host(base)], names=[host(name)]) == (None if within else "NAME_NOT_PERMITTED")
    assert code(excluded=[host(base)], names=[host(name)]) == ("NAME_EXCLUDED" if within else None)


def test_a_wildcard_may_not_stand_for_an_excluded_host() -> None:
    assert code(excluded=[host("secret.example.org")], names=[host("*.example.org")]) == "NAME_EXCLUDED"
    assert code(permitted=[host("example.org")], names=[host("*.example.org")]) is None


def test_a_mail_address_in_the_subject_is_judged_when_there_is_no_alternative_name() -> None:
    subject = dn(rdn(attribute("1.2.840.113549.1.9.1", "a@example.org", 0x16)))
    assert code(permitted=[mail("example.org")], subject=subject) is None
    assert code(permitted=[mail("court.test")], subject=subject) == "NAME_NOT_PERMITTED"
    # A constraint on hosts says nothing about mail addresses, and the other way round.
    assert code(permitted=[host(".example")], subject=subject) is None


@pytest.mark.parametrize(
    ("base", "name", "within"),
    [
        ("a@example.org", "a@EXAMPLE.org", True),
        ("a@example.org", "b@example.org", False),
        ("example.org", "a@example.org", True),
        ("example.org", "a@x.example.org", False),
        (".example.org", "a@x.example.org", True),
        (".example.org", "a@example.org", False),
    ],
)
def test_mail_addresses(base: str, name: str, within: bool) -> None:
    assert code(permitted=[mail(base)], names=[mail(name)]) == (None if within else "NAME_NOT_PERMITTED")
    assert code(excluded=[mail(base)], names=[mail(name)]) == ("NAME_EXCLUDED" if within else None)


def test_the_local_part_cannot_slip_out_of_an_exclusion_by_case() -> None:
    assert code(excluded=[mail("judge@example.org")], names=[mail("Judge@example.org")]) == "NAME_EXCLUDED"
    assert code(permitted=[mail("judge@example.org")], names=[mail("Judge@example.org")]) == "NAME_NOT_PERMITTED"


@pytest.mark.parametrize(
    ("base", "name", "within"),
    [
        ("example.org", "https://example.org/x", True),
        ("example.org", "https://user@example.org:8443/x?y#z", True),
        ("example.org", "https://example.org.evil.test/", False),
        ("example.org", "https://evil.test/@example.org", False),
        (".example.org", "https://a.example.org", True),
    ],
)
def test_links_are_judged_by_their_host(base: str, name: str, within: bool) -> None:
    assert code(permitted=[link(base)], names=[link(name)]) == (None if within else "NAME_NOT_PERMITTED")


@pytest.mark.parametrize(
    "name", ["urn:x:y", "https://10.0.0.1/", "https://[::1]/", "mailto:a@b", "https:///x", "https://a%2eb/"]
)
def test_a_link_without_a_host_name_cannot_be_compared(name: str) -> None:
    assert code(permitted=[link("example.org")], names=[link(name)]) == "NAME_CONSTRAINT_UNSUPPORTED"


def test_addresses_lie_in_their_network() -> None:
    network = general(ADDRESS, bytes([10, 1, 0, 0, 255, 255, 0, 0]))
    assert code(permitted=[network], names=[general(ADDRESS, bytes([10, 1, 2, 3]))]) is None
    assert code(permitted=[network], names=[general(ADDRESS, bytes([10, 2, 2, 3]))]) == "NAME_NOT_PERMITTED"
    mapped = bytes(10) + b"\xff\xff" + bytes([10, 1, 2, 3])
    assert code(excluded=[network], names=[general(ADDRESS, mapped)]) == "NAME_EXCLUDED"
    assert code(permitted=[network], names=[general(ADDRESS, bytes(16))]) == "NAME_NOT_PERMITTED"


def test_a_mask_with_holes_cannot_be_compared() -> None:
    network = general(ADDRESS, bytes([10, 1, 0, 0, 255, 0, 255, 0]))
    assert code(permitted=[network], names=[general(ADDRESS, bytes([10, 1, 0, 3]))]) == "NAME_CONSTRAINT_UNSUPPORTED"


def test_a_mail_address_that_is_no_text_is_never_permitted() -> None:
    subject = dn(rdn(attribute("1.2.840.113549.1.9.1", "a@example.org", 0x04)))
    assert code(permitted=[mail("example.org")], subject=subject) == "NAME_CONSTRAINT_UNSUPPORTED"
    assert code(excluded=[mail("evil.test")], subject=subject) == "NAME_CONSTRAINT_UNSUPPORTED"


def test_alternative_names_that_cannot_be_read_may_be_anything() -> None:
    broken = (*SIGNER, (ext.SUBJECT_ALT_NAME, False, b"\x30\x02\x82\x05"))
    signer = leaf("Sub", extensions=broken).make()
    root = anchor(authority("Root").make())
    for extensions, expected in (
        (CA, []),
        ((*CA, forge.name_constraints([host("a.test")])), ["NAME_CONSTRAINT_UNSUPPORTED"]),
    ):
        path = CandidatePath(certificates=(signer, authority("Sub", "Root", extensions=extensions).make()), anchor=root)
        assert [item.code for item in check_path(path, time=TIME)] == expected


def test_a_form_that_is_not_understood_fails_only_where_it_is_limited() -> None:
    other = general(0, forge.encode_oid("1.3.6.1.4.1.99999.9") + tlv(0xA0, b"\x05\x00"))
    assert code(permitted=[other], names=[other]) == "NAME_CONSTRAINT_UNSUPPORTED"
    assert code(permitted=[host("example.org")], names=[other]) is None
    assert code(permitted=[other], names=[host("example.org")]) is None


def test_a_minimum_or_maximum_cannot_be_judged() -> None:
    subtree = tlv(0x30, host("example.org"), tlv(0x81, b"\x05"))
    below = authority(
        "Sub", "Root", extensions=(*CA, (ext.NAME_CONSTRAINTS, True, tlv(0x30, tlv(0xA0, subtree))))
    ).make()
    path = CandidatePath(certificates=(leaf("Sub").make(), below), anchor=anchor(authority("Root").make()))
    assert [item.code for item in check_path(path, time=TIME)] == ["NAME_CONSTRAINT_UNSUPPORTED"]


def test_every_authority_s_permission_must_be_met() -> None:
    upper = authority("Upper", "Root", extensions=(*CA, forge.name_constraints([host("example.org")]))).make()
    lower = authority("Lower", "Upper", extensions=(*CA, forge.name_constraints([host("court.test")]))).make()
    for name in ("example.org", "court.test"):
        signer = leaf("Lower", extensions=(*SIGNER, forge.alternative_names(host(name)))).make()
        path = CandidatePath(certificates=(signer, lower, upper), anchor=anchor(authority("Root").make()))
        assert [item.code for item in check_path(path, time=TIME)] == ["NAME_NOT_PERMITTED"]


def test_comparisons_are_bounded() -> None:
    hosts = [host(f"h{number}.test") for number in range(900)]
    names = [host(f"n{number}.test") for number in range(900)]
    assert len(hosts) * len(names) > DEFAULT_LIMITS.name_constraint_comparisons
    assert code(excluded=hosts, names=names) == "NAME_CONSTRAINT_LIMIT"
    assert code(excluded=hosts[:100], names=names[:100]) is None
