"""Revocation lists: what is read, what is refused whole, and how fast a large one answers."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from edoc.pki import extensions as ext
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.der import integer, strict, strict_children, tlv
from edoc.pki.names import Name
from tests.pki import forge
from tests.pki.forge import START, cn, crl, crl_der, revoked

UNKNOWN = "1.3.6.1.4.1.99999.1"


def test_a_list_tells_its_issuer_dates_number_and_entries() -> None:
    found = crl("CA", revoked(5, reason=1), revoked(6), extensions=[forge.number(3)])
    assert found.issuer == Name.load(cn("CA"))
    assert (found.this_update, found.next_update) == (
        datetime(2026, 5, 20, tzinfo=UTC),
        datetime(2026, 6, 20, tzinfo=UTC),
    )
    assert (found.crl_number, found.is_delta, len(found)) == (3, False, 2)
    entry = found.entry(5)
    assert entry is not None
    assert (entry.revocation_time, entry.reason) == (START, "keyCompromise")
    assert found.entry(7) is None


def test_an_absent_reason_and_an_unspecified_one_stay_apart() -> None:
    found = crl("CA", revoked(5), revoked(6, reason=0))
    assert [entry.reason for serial in (5, 6) if (entry := found.entry(serial))] == [None, "unspecified"]


def test_the_invalidity_date_is_told() -> None:
    early = datetime(2025, 3, 1, tzinfo=UTC)
    found = crl("CA", revoked(5, extra=[(ext.INVALIDITY_DATE, False, forge.generalized(early))])).entry(5)
    assert found is not None
    assert found.invalidity_date == early


@pytest.mark.parametrize("serial", [0, 1, 127, 128, 255, 256, -1, -200, 2**159, 2**160 - 1])
def test_serial_numbers_of_every_size_are_found(serial: int) -> None:
    found = crl("CA", revoked(serial))
    assert found.entry(serial) is not None
    assert found.entry(serial + 1) is None


def test_the_gravest_of_several_entries_counts() -> None:
    for entries in ([revoked(5, reason=6), revoked(5, reason=1)], [revoked(5, reason=1), revoked(5, reason=6)]):
        entry = crl("CA", *entries).entry(5)
        assert entry is not None
        assert entry.reason == "keyCompromise"


def test_the_issuer_of_an_indirect_entry_holds_for_those_that_follow() -> None:
    found = crl(
        "Lists", revoked(1), revoked(2, issuer=cn("A")), revoked(3), revoked(4, issuer=cn("B")),
        extensions=[forge.issuing_point(indirect=True)],
    )  # fmt: skip
    owners = {1: "Lists", 2: "A", 3: "A", 4: "B"}
    for serial, owner in owners.items():
        for name in ("Lists", "A", "B"):
            assert (found.entry(serial, Name.load(cn(name))) is not None) == (name == owner)


def test_a_list_is_interned_and_a_signature_checked_once() -> None:
    der = crl_der("CA")
    assert RevocationList.load(der) is RevocationList.load(bytes(bytearray(der)))
    assert RevocationList.load(der).verify(forge.spki("CA"))
    assert not RevocationList.load(der).verify(forge.spki("Other"))


def body_of(der: bytes) -> tuple[list[bytes], bytes]:
    """Split a list into the elements of its TBSCertList; return them and the algorithm."""
    _, start, end, _ = strict(der, 0, len(der))
    tbs, algorithm, _ = strict_children(der, start, end)
    return [der[part[1] : part[3]] for part in strict_children(der, tbs[2], tbs[3])], der[algorithm[1] : algorithm[3]]


def rebuilt(parts: list[bytes], *, algorithm: bytes = forge.ECDSA_SHA256) -> bytes:
    return forge.signed(tlv(0x30, *parts), "CA", algorithm)


def plain() -> list[bytes]:
    """version, algorithm, issuer, thisUpdate, nextUpdate, entries, extensions."""
    return body_of(crl_der("CA", revoked(5, reason=1), extensions=[forge.number(1)]))[0]


def _without_version(parts: list[bytes]) -> bytes:
    return rebuilt(parts[1:])


def _version_one_explicit(parts: list[bytes]) -> bytes:
    return rebuilt([integer(0), *parts[1:6]])


def _trailing_field(parts: list[bytes]) -> bytes:
    return rebuilt([*parts, b"\x02\x01\x00"])


def _trailing_in_entry(parts: list[bytes]) -> bytes:
    reason = tlv(0x30, forge.extension((ext.CRL_REASON, False, b"\x0a\x01\x01")))
    entry = tlv(0x30, integer(5), forge.moment(START), reason, b"\x05\x00")
    return rebuilt([*parts[:5], tlv(0x30, entry), parts[6]])


def _trailing_in_point(parts: list[bytes]) -> bytes:
    point = (ext.ISSUING_DISTRIBUTION_POINT, True, tlv(0x30, tlv(0x81, b"\xff"), tlv(0x86, b"\xff")))
    return rebuilt([*parts[:6], tlv(0xA0, tlv(0x30, forge.extension(point)))])


def _garbage_after_list(parts: list[bytes]) -> bytes:
    return rebuilt(parts) + b"\x00"


def _algorithms_differ(parts: list[bytes]) -> bytes:
    return rebuilt(parts, algorithm=forge.ECDSA_SHA1)


def _entries_of_another_kind(parts: list[bytes]) -> bytes:
    return rebuilt([*parts[:5], tlv(0x30, tlv(0x31, integer(5))), parts[6]])


def _empty_entries(parts: list[bytes]) -> bytes:
    return rebuilt([*parts[:5], b"\x30\x00", parts[6]])


MALFORMED = [
    _without_version, _version_one_explicit, _trailing_field, _trailing_in_entry, _trailing_in_point,
    _garbage_after_list, _algorithms_differ, _entries_of_another_kind, _empty_entries,
]  # fmt: skip


@pytest.mark.parametrize("spoil", MALFORMED, ids=lambda item: item.__name__)
def test_a_malformed_list_is_refused_whole(spoil: object) -> None:
    assert RevocationList.load(rebuilt(plain())).entry(5) is not None
    with pytest.raises(CrlError):
        RevocationList.load(spoil(plain())).entry(7)  # type: ignore[operator]


@pytest.mark.parametrize(
    "options",
    [
        {"extensions": [(UNKNOWN, True, b"\x05\x00")]},
        {"extensions": [(ext.ISSUING_DISTRIBUTION_POINT, True, b"\x30\x00")]},
        {"extensions": [(ext.ISSUING_DISTRIBUTION_POINT, True, tlv(0x30, tlv(0x81, b"\xff"), tlv(0x82, b"\xff")))]},
        {"extensions": [forge.number(1), forge.number(2)]},
        {"extensions": [(ext.CRL_NUMBER, False, integer(-1))]},
    ],
    ids=["unknown critical", "empty point", "user and CA only", "number twice", "negative number"],
)
def test_an_extension_that_cannot_be_obeyed_spoils_the_list(options: dict[str, object]) -> None:
    with pytest.raises(CrlError):
        crl("CA", **options)


@pytest.mark.parametrize("year", [1, 1900, 9999])
def test_a_list_of_an_impossible_time_is_refused(year: int) -> None:
    parts = plain()
    parts[3] = tlv(0x18, f"{year:04}0101000000Z".encode())
    with pytest.raises(CrlError):
        RevocationList.load(rebuilt(parts))


def test_an_unknown_critical_entry_extension_spoils_the_whole_list() -> None:
    spoiled = crl("CA", revoked(5), revoked(6, extra=[(UNKNOWN, True, b"\x05\x00")]))
    for serial in (5, 6, 7):
        with pytest.raises(CrlError):
            spoiled.entry(serial)
    assert crl("CA", revoked(6, extra=[(UNKNOWN, False, b"\x05\x00")])).entry(6) is not None


def test_octets_of_a_critical_mark_inside_a_value_spoil_nothing() -> None:
    assert crl("CA", revoked(0x0101FF), revoked(6)).entry(0x0101FF) is not None


def test_a_reason_that_does_not_exist_makes_the_entry_unreadable() -> None:
    with pytest.raises(CrlError):
        crl("CA", revoked(5, reason=7)).entry(5)


def test_a_large_list_is_indexed_once_and_answers_quickly() -> None:
    entries = [revoked(2**64 + 7919 * number, reason=1) for number in range(100_000)]
    der = crl_der("CA", *entries)
    start = time.process_time()
    found = RevocationList.load(der)
    assert found.entry(2**64) is not None
    # 0.13 s measured for reading and indexing, 7 microseconds for a look-up.
    assert time.process_time() - start < 6
    assert len(found) == 100_000
    start = time.process_time()
    assert all(found.entry(2**64 + 7919 * number) is not None for number in range(1000))
    assert time.process_time() - start < 1


def test_der_is_what_it_is_read_from() -> None:
    with pytest.raises(CrlError):
        RevocationList.load(b"")
    with pytest.raises(CrlError):
        RevocationList.load(forge.authority("CA").der())
