"""Values of extensions: what each reader answers, and that it refuses what is not of its form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edoc.pki import extension_values as values
from edoc.pki import extensions as ext
from edoc.pki.der import DerError, encode_oid, integer, tlv
from edoc.pki.extensions import read_extensions
from edoc.pki.names import GeneralName
from edoc.pki.path import CandidatePath
from edoc.pki.rfc5280 import check_path
from tests.pki import forge
from tests.pki.forge import cn, general

Reader = Callable[[bytes], object]
A, B = encode_oid("1.2.3"), encode_oid("1.2.4")
URI = general(6, b"http://a.test")


def access(method: str, location: bytes) -> bytes:
    return tlv(0x30, encode_oid(method), location)


GOOD: list[tuple[Reader, bytes, object]] = [
    (values.key_usage, b"\x03\x02\x01\x06", {"key_usage": {"keyCertSign", "cRLSign"}}),
    (values.key_usage, b"\x03\x03\x07\x80\x80", {"key_usage": {"digitalSignature", "decipherOnly"}}),
    (values.key_usage, b"\x03\x01\x00", {"key_usage": set()}),
    (values.extended_key_usage, tlv(0x30, A, B), {"extended_key_usage": ("1.2.3", "1.2.4")}),
    (values.basic_constraints, b"\x30\x00", {"is_ca": False, "path_length": None}),
    (values.basic_constraints, tlv(0x30, forge.TRUE, integer(3)), {"is_ca": True, "path_length": 3}),
    (values.basic_constraints, tlv(0x30, integer(3)), {"is_ca": False, "path_length": 3}),
    (values.basic_constraints, tlv(0x30, forge.TRUE, integer(2**70)), {"is_ca": True, "path_length": 1 << 30}),
    (values.subject_key_identifier, b"\x04\x01x", {"subject_key_identifier": b"x"}),
    (values.authority_key_identifier, tlv(0x30, tlv(0x80, b"x")), {"authority_key_identifier": b"x"}),
    (values.authority_key_identifier, tlv(0x30, tlv(0xA1, general(4, cn("A"))), tlv(0x82, b"\x01")), {}),
    (values.authority_key_identifier, b"\x30\x00", {}),
    (values.policies, tlv(0x30, tlv(0x30, A)), {"policies": ("1.2.3",), "unknown_qualifier": False}),
    (
        values.policies,
        tlv(0x30, tlv(0x30, A, tlv(0x30, tlv(0x30, encode_oid("1.3.6.1.5.5.7.2.1"), b"\x16\x01x")))),
        {"policies": ("1.2.3",), "unknown_qualifier": False},
    ),
    (
        values.policies,
        tlv(0x30, tlv(0x30, A, tlv(0x30, tlv(0x30, B, b"\x05\x00"))), tlv(0x30, B)),
        {"policies": ("1.2.3", "1.2.4"), "unknown_qualifier": True},
    ),
    (values.policy_mappings, tlv(0x30, tlv(0x30, A, B)), {"policy_mappings": (("1.2.3", "1.2.4"),)}),
    (values.policy_constraints, tlv(0x30, tlv(0x80, b"\x01")), {"require_explicit_policy": 1}),
    (
        values.policy_constraints,
        tlv(0x30, tlv(0x80, b"\x00"), tlv(0x81, b"\x02")),
        {"require_explicit_policy": 0, "inhibit_policy_mapping": 2},
    ),
    (values.inhibit_any_policy, integer(7), {"inhibit_any_policy": 7}),
    (
        values.authority_info_access,
        tlv(
            0x30, access("1.3.6.1.5.5.7.48.1", URI), access("1.3.6.1.5.5.7.48.2", general(6, b"http://b.test")),
            access("1.3.6.1.5.5.7.48.1", general(4, cn("A"))), access("1.2.3", URI),
            access("1.3.6.1.5.5.7.48.1", general(6, b"http://\xff")),
        ),
        {"ocsp_uris": ("http://a.test",), "ca_issuer_uris": ("http://b.test",)},
    ),
    (
        values.name_constraints,
        tlv(0x30, tlv(0xA0, tlv(0x30, general(2, b"a"))), tlv(0xA1, tlv(0x30, general(2, b"b"), b"\x80\x01\x00"))),
        {
            "name_constraints": values.NameConstraints(
                permitted=(GeneralName(2, b"a"),), excluded=(GeneralName(2, b"b"),)
            )
        },
    ),
    (
        values.distribution_points,
        tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA1, forge.attribute("2.5.4.3", "x"))), tlv(0x81, b"\x05\x60"))),
        {"distribution_points": (values.DistributionPoint(relative=forge.attribute("2.5.4.3", "x"), reasons=0b110),)},
    ),
    (
        values.distribution_points,
        tlv(0x30, forge.distribution_point("http://a.test", crl_issuer=cn("A"))),
        {
            "distribution_points": (
                values.DistributionPoint(
                    full_names=(GeneralName(6, b"http://a.test"),), crl_issuers=(GeneralName(4, cn("A")),)
                ),
            )
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("reader", "der", "expected"), GOOD)
def test_a_value_is_read(reader: Reader, der: bytes, expected: object) -> None:
    assert reader(der) == expected


@pytest.mark.parametrize(("reader", "der", "expected"), GOOD)
def test_a_value_with_something_after_it_or_cut_short_is_refused(reader: Reader, der: bytes, expected: object) -> None:
    for broken in (der + b"\x00", der[:-1], b"", b"\x04" + der[1:] if der[0] != 0x04 else b"\x30" + der[1:]):
        with pytest.raises(DerError):
            reader(broken)


@pytest.mark.parametrize(
    ("reader", "der"),
    [
        (values.key_usage, b"\x03\x00"),
        (values.key_usage, b"\x03\x02\x08\x00"),
        (values.key_usage, b"\x03\x01\x01"),
        (values.key_usage, b"\x03\x02\x01\x07"),
        (values.key_usage, b"\x03\x05\x00\x00\x00\x00\x01"),
        (values.extended_key_usage, b"\x30\x00"),
        (values.extended_key_usage, tlv(0x30, b"\x05\x00")),
        (values.basic_constraints, tlv(0x30, b"\x01\x01\x01")),
        (values.basic_constraints, tlv(0x30, integer(1), forge.TRUE)),
        (values.basic_constraints, tlv(0x30, forge.TRUE, integer(-1))),
        (values.basic_constraints, tlv(0x30, b"\x01\x02\xff\xff")),
        (values.basic_constraints, tlv(0x30, forge.TRUE, b"\x02\x02\x00\x01")),
        (values.authority_key_identifier, tlv(0x30, tlv(0x82, b"\x01"), tlv(0x80, b"x"))),
        (values.authority_key_identifier, tlv(0x30, tlv(0x80, b"x"), tlv(0x80, b"y"))),
        (values.authority_key_identifier, tlv(0x30, tlv(0x83, b"x"))),
        (values.policies, b"\x30\x00"),
        (values.policies, tlv(0x30, tlv(0x30, A), tlv(0x30, A))),
        (values.policies, tlv(0x30, tlv(0x31, A))),
        (values.policies, tlv(0x30, b"\x30\x00")),
        (values.policies, tlv(0x30, tlv(0x30, A, b"\x30\x00"))),
        (values.policies, tlv(0x30, tlv(0x30, A, tlv(0x30, tlv(0x30, B))))),
        (values.policy_mappings, b"\x30\x00"),
        (values.policy_mappings, tlv(0x30, tlv(0x30, A))),
        (values.policy_mappings, tlv(0x30, tlv(0x31, A, B))),
        (values.policy_constraints, b"\x30\x00"),
        (values.policy_constraints, tlv(0x30, tlv(0x81, b"\x00"), tlv(0x80, b"\x00"))),
        (values.policy_constraints, tlv(0x30, tlv(0x80, b"\xff"))),
        (values.policy_constraints, tlv(0x30, tlv(0x82, b"\x00"))),
        (values.authority_info_access, tlv(0x30, tlv(0x30, A))),
        (values.authority_info_access, tlv(0x30, tlv(0x31, A, URI))),
        (values.authority_info_access, tlv(0x30, tlv(0x30, A, URI, b"\x05\x00"))),
        (values.authority_info_access, tlv(0x30, tlv(0x30, b"\x05\x00", URI))),
        (values.name_constraints, b"\x30\x00"),
        (values.name_constraints, tlv(0x30, b"\xa0\x00")),
        (values.name_constraints, tlv(0x30, tlv(0xA2, tlv(0x30, general(2, b"a"))))),
        (values.name_constraints, tlv(0x30, tlv(0xA0, tlv(0x31, general(2, b"a"))))),
        (values.name_constraints, tlv(0x30, *[tlv(0xA0, tlv(0x30, general(2, b"a")))] * 2)),
        (values.name_constraints, tlv(0x30, *(tlv(tag, tlv(0x30, general(2, b"a"))) for tag in (0xA1, 0xA0)))),
        (values.distribution_points, tlv(0x30, tlv(0x31, tlv(0x81, b"\x05\x60")))),
        (values.distribution_points, tlv(0x30, tlv(0x30, tlv(0x83, b"\x05\x60")))),
        (values.distribution_points, tlv(0x30, tlv(0x30, tlv(0xA2, general(4, cn("A"))), tlv(0x81, b"\x05\x60")))),
        (values.distribution_points, tlv(0x30, tlv(0x30, tlv(0xA0, b"\xa0\x00")))),
        (values.distribution_points, tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA2, URI))))),
        (values.distribution_points, tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0, URI), b"\x05\x00")))),
        (values.subject_alt_name, tlv(0x30, b"\x04\x01x")),
        (values.subject_alt_name, tlv(0x30, b"\x87\x03abc")),
        (values.subject_alt_name, tlv(0x30, b"\xa2\x01x")),
        (values.subject_alt_name, tlv(0x30, b"\xa4\x02\x31\x00")),
        (values.subject_alt_name, tlv(0x30, b"\x89\x01x")),
    ],
)
def test_what_is_not_of_the_form_is_refused(reader: Reader, der: bytes) -> None:
    with pytest.raises(DerError):
        reader(der)


def test_bounds_of_subtrees_are_told_as_unsupported() -> None:
    bounded = tlv(0x30, tlv(0xA0, tlv(0x30, general(2, b"a"), b"\x80\x01\x01")))
    found = values.name_constraints(bounded)["name_constraints"]
    assert isinstance(found, values.NameConstraints)
    assert found.unsupported


def test_what_cannot_be_read_is_named_and_unusable() -> None:
    junk = b"\x05\x00"
    found = read_extensions(
        dict.fromkeys(
            (ext.KEY_USAGE, ext.EXTENDED_KEY_USAGE, ext.CERTIFICATE_POLICIES, ext.NAME_CONSTRAINTS, "1.2.3"),
            (False, junk),
        )
    )
    assert found.malformed == {ext.KEY_USAGE, ext.EXTENDED_KEY_USAGE, ext.CERTIFICATE_POLICIES, ext.NAME_CONSTRAINTS}
    assert (found.key_usage, found.extended_key_usage, found.policies) == (frozenset(), (), ())
    assert found.name_constraints is not None
    assert found.name_constraints.unsupported
    assert read_extensions({}).key_usage is None


def test_a_critical_qualifier_that_is_unknown_refuses() -> None:
    odd = tlv(0x30, tlv(0x30, A, tlv(0x30, tlv(0x30, B, b"\x05\x00"))))
    root = forge.anchor(forge.authority("Root").make())
    for critical, expected in ((True, ["UNKNOWN_CRITICAL_EXTENSION"]), (False, [])):
        signer = forge.leaf("Root", extensions=(*forge.SIGNER, (ext.CERTIFICATE_POLICIES, critical, odd))).make()
        path = CandidatePath(certificates=(signer,), anchor=root)
        assert [item.code for item in check_path(path, time=forge.TIME)] == expected
