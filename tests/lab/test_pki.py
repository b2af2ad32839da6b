"""Every certificate and list of the practice PKI is what it claims to be, and OpenSSL agrees."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

import edoc
from edoc.errors import ConfigError
from edoc.lab.keys import KeyRing
from edoc.lab.members import AUTHORITIES, BY_LABEL, MEMBERS, PASSPHRASE, SIGNERS, KeyKind, Role
from edoc.lab.pki import Pki
from edoc.pki.certificate import Certificate
from tests.lab.conftest import AT, URL
from tests.lab.fates import FATES

Oracle = Callable[[str], str]

GOOD = ("person", "person-ec", "person-ed", "stamp", "tsa", "ocsp", "ocsp-b", "issuing", "issuing-old", "issuing-b")
BAD = {
    "revoked": "certificate revoked",
    "on-hold": "certificate revoked",
    "expired": "certificate has expired",
    "tsa-expired": "certificate has expired",
    "impostor": "unable to get local issuer certificate",
}


def _certificate(pki: Pki, label: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(pki.certificate(label))


def _openssl_verify(oracle: Oracle, folder: Path, label: str, issuers: tuple[str, ...]) -> tuple[int, str]:
    """Run `openssl verify` at the frozen time with the given intermediates and all revocation lists."""
    work = folder / "work"
    work.mkdir(exist_ok=True)
    roots, others, lists = work / "roots.pem", work / f"{label}-{len(issuers)}.pem", work / "lists.pem"
    roots.write_bytes(b"".join(path.read_bytes() for path in sorted((folder / "anchors").iterdir())))
    others.write_bytes(b"".join((folder / "certificates" / f"{name}.pem").read_bytes() for name in issuers))
    crls = [x509.load_der_x509_crl(path.read_bytes()) for path in sorted((folder / "validation-data").iterdir())]
    lists.write_bytes(b"".join(crl.public_bytes(Encoding.PEM) for crl in crls))
    command = [
        oracle("openssl"), "verify", "-CAfile", str(roots), "-CRLfile", str(lists), "-crl_check_all", "-x509_strict",
        "-attime", str(int(AT.timestamp())), "-no-CApath", "-no-CAstore",
    ]  # fmt: skip
    if issuers:
        command += ["-untrusted", str(others)]
    done = subprocess.run(
        [*command, str(folder / "certificates" / f"{label}.pem")], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("label", GOOD)
def test_openssl_finds_the_good_good(pki: Pki, folder: Path, oracle: Oracle, label: str) -> None:
    code, told = _openssl_verify(oracle, folder, label, ("issuing", "issuing-b"))
    assert code == 0, told


@pytest.mark.parametrize("label", BAD)
def test_openssl_finds_the_bad_bad_for_the_claimed_reason(pki: Pki, folder: Path, oracle: Oracle, label: str) -> None:
    code, told = _openssl_verify(oracle, folder, label, ("issuing-old", "issuing-b"))
    assert code != 0
    assert BAD[label] in told


@pytest.mark.parametrize("issuer", ["issuing", "issuing-old"])
def test_both_certificates_of_one_key_make_a_good_chain(pki: Pki, folder: Path, oracle: Oracle, issuer: str) -> None:
    code, told = _openssl_verify(oracle, folder, "person", (issuer,))
    assert code == 0, told


def test_one_key_stands_under_two_certificates_with_overlapping_validity(pki: Pki) -> None:
    new, old = _certificate(pki, "issuing"), _certificate(pki, "issuing-old")
    assert new != old
    assert new.subject == old.subject
    assert new.issuer == old.issuer
    assert new.public_key() == old.public_key()
    assert old.not_valid_before_utc < new.not_valid_before_utc < old.not_valid_after_utc < new.not_valid_after_utc


@pytest.mark.parametrize("label", SIGNERS)
def test_edoc_finds_what_openssl_finds(pki: Pki, folder: Path, label: str) -> None:
    data = [pki.revocation_list(name) for name in AUTHORITIES] + list(pki.chain(label)[:-1])
    trust = edoc.TrustStore.load(folder / "anchors")
    found = edoc.verify_certificate(pki.certificate(label), trust=trust, validation_data=data, validation_time=AT)
    sub = found.sub_indication
    assert (found.indication.value, sub.value if sub is not None else None) == FATES[label]


def test_every_member_has_the_key_that_it_claims(pki: Pki) -> None:
    kinds = {
        KeyKind.RSA: rsa.RSAPublicKey, KeyKind.RSA_2048: rsa.RSAPublicKey, KeyKind.P256: ec.EllipticCurvePublicKey, KeyKind.ED25519: ed25519.Ed25519PublicKey,
    }  # fmt: skip
    for member in MEMBERS:
        key = _certificate(pki, member.label).public_key()
        assert isinstance(key, kinds[member.kind]), member.label
        if isinstance(key, rsa.RSAPublicKey):
            assert key.key_size == int(member.kind.value.removeprefix("rsa-"))
        if isinstance(key, ec.EllipticCurvePublicKey):
            assert key.curve.name == "secp256r1"


def test_the_person_bears_a_persian_name_and_a_synthetic_code_with_a_right_check_digit(pki: Pki) -> None:
    subject = _certificate(pki, "person").subject
    code = str(subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value)
    assert code == "9990000018"
    rest = sum(int(code[at]) * (10 - at) for at in range(9)) % 11
    assert int(code[9]) == (rest if rest < 2 else 11 - rest)
    assert subject.get_attributes_for_oid(NameOID.GIVEN_NAME)[0].value == "مریم"
    assert str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value).endswith("[Sign]")
    assert _certificate(pki, "impostor").subject == subject


def test_the_stamp_is_an_organisations(pki: Pki) -> None:
    subject = _certificate(pki, "stamp").subject
    assert str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value).endswith("[Stamp]")
    assert len(str(subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value)) == 11
    assert not subject.get_attributes_for_oid(NameOID.SURNAME)


@pytest.mark.parametrize("label", list(BY_LABEL))
def test_extensions_say_what_the_role_is(pki: Pki, label: str) -> None:
    member = BY_LABEL[label]
    certificate = _certificate(pki, member.label)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.key_cert_sign == (member.role in (Role.ROOT, Role.AUTHORITY))
    assert usage.value.content_commitment == (member.role is Role.SIGNER)
    purposes = {
        extension.value for extension in certificate.extensions if extension.oid == x509.ExtendedKeyUsage.oid
    }
    if member.role is Role.TSA:
        assert purposes == {x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])}
        assert certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).critical
    elif member.role is Role.OCSP:
        assert purposes == {x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])}
        assert certificate.extensions.get_extension_for_class(x509.OCSPNoCheck)
    else:
        assert purposes == set()


def test_addresses_in_the_certificates_lead_to_the_practice_pki(pki: Pki) -> None:
    certificate = _certificate(pki, "person")
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert [name.value for name in points[0].full_name or ()] == [pki.address("crls", "issuing")]
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    found = {item.access_method: item.access_location.value for item in access}
    assert found == {
        AuthorityInformationAccessOID.OCSP: pki.address("ocsp", "issuing"),
        AuthorityInformationAccessOID.CA_ISSUERS: pki.address("certs", "issuing"),
    }
    assert pki.address("crls", "issuing").startswith(URL)


def test_lists_name_the_revoked_and_the_held_with_their_reasons(pki: Pki) -> None:
    crl = x509.load_der_x509_crl(pki.revocation_list("issuing"))
    listed = {entry.serial_number: entry for entry in crl}
    assert set(listed) == {_certificate(pki, label).serial_number for label in ("revoked", "on-hold")}
    reasons = {
        label: listed[_certificate(pki, label).serial_number].extensions.get_extension_for_class(x509.CRLReason).value.reason
        for label in ("revoked", "on-hold")
    }
    assert reasons == {"revoked": x509.ReasonFlags.key_compromise, "on-hold": x509.ReasonFlags.certificate_hold}
    assert all(not list(x509.load_der_x509_crl(pki.revocation_list(name))) for name in AUTHORITIES if name != "issuing")


def test_a_list_is_as_of_the_midnight_before_and_good_for_a_week(pki: Pki) -> None:
    crl = x509.load_der_x509_crl(pki.revocation_list("issuing"))
    assert crl.last_update_utc == datetime(2026, 6, 15, tzinfo=UTC)
    assert crl.next_update_utc == crl.last_update_utc + timedelta(days=7)
    # RFC 5280 5.1.2.4: UTCTime before 2050.
    assert b"\x17\x0d260615000000Z" in pki.revocation_list("issuing")


def test_an_earlier_list_does_not_know_a_later_revocation(pki: Pki) -> None:
    before = x509.load_der_x509_crl(pki.revocation_list("issuing", at=datetime(2025, 12, 20, tzinfo=UTC)))
    assert list(before) == []


def test_the_same_keys_and_year_give_the_same_certificates(pki: Pki, folder: Path) -> None:
    again = Pki(at=datetime(2026, 12, 31, tzinfo=UTC), base_url=URL, keys=KeyRing(folder / "keys"))
    assert again.certificate("person") == pki.certificate("person")
    other_year = Pki(at=datetime(2031, 1, 1, tzinfo=UTC), base_url=URL, keys=KeyRing(folder / "keys"))
    assert _certificate(other_year, "person").not_valid_after_utc > datetime(2033, 1, 1, tzinfo=UTC)
    assert other_year.certificate("person") != pki.certificate("person")


@pytest.mark.parametrize(
    ("label", "status"),
    [("person", "GOOD"), ("revoked", "REVOKED"), ("on-hold", "REVOKED"), ("person-ec", "GOOD")],
)
def test_ocsp_tells_the_status(pki: Pki, label: str, status: str) -> None:
    answer = ocsp.load_der_ocsp_response(pki.ocsp_response(label))
    assert answer.certificate_status.name == status
    assert answer.produced_at_utc == AT
    assert answer.serial_number == _certificate(pki, label).serial_number


def test_a_root_has_no_responder(pki: Pki) -> None:
    with pytest.raises(ConfigError) as caught:
        pki.ocsp_response("issuing")
    assert caught.value.code == "LAB_NO_RESPONDER"


@pytest.mark.parametrize("call", ["certificate", "chain", "private_key", "revocation_list", "ocsp_response"])
def test_unknown_names_are_refused_with_the_known_ones(pki: Pki, call: str) -> None:
    with pytest.raises(ConfigError) as caught:
        getattr(pki, call)("nobody")
    assert caught.value.code == "LAB_NO_SUCH_NAME"
    assert "root-a" in caught.value.hint() or "person" in caught.value.hint()


def test_the_folder_opens_with_the_practice_passphrase(pki: Pki, folder: Path) -> None:
    for label in SIGNERS:
        loaded = pkcs12.load_pkcs12((folder / "keys" / f"{label}.p12").read_bytes(), PASSPHRASE.encode())
        assert loaded.cert is not None
        assert loaded.cert.certificate == _certificate(pki, label)
        assert edoc.Key.open(f"pkcs12:{folder / 'keys' / label}.p12", secret=PASSPHRASE).certificate.der == pki.certificate(label)
    assert {path.name for path in (folder / "anchors").iterdir()} == {"root-a.pem", "root-b.pem"}
    assert PASSPHRASE in (folder / "README.txt").read_text(encoding="utf-8")


def test_keys_are_kept_and_read_by_their_owner_only(tmp_path: Path) -> None:
    first = KeyRing(tmp_path / "keys").get("person-ec")
    again = KeyRing(tmp_path / "keys").get("person-ec")
    assert first.public_key() == again.public_key()
    assert stat.S_IMODE((tmp_path / "keys" / "person-ec.pem").stat().st_mode) == 0o600


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "person.pem").write_bytes(b"-----BEGIN NOTHING-----\n")
    with pytest.raises(ConfigError) as caught:
        KeyRing(tmp_path).get("person")
    assert caught.value.code == "LAB_KEY_UNREADABLE"
    assert "person.pem" in caught.value.subject


def test_certificates_are_read_without_a_finding(pki: Pki) -> None:
    for member in MEMBERS:
        assert Certificate.load(pki.certificate(member.label)).findings == (), member.label
