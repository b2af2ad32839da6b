"""Keys by URI: what opens, what is refused and with which code, and that secrets stay secret."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from edoc.errors import ConfigError, EdocError, KeyAccessError
from edoc.keys import Key
from edoc.keys.chain import load_certificates, order_chain
from edoc.pki.algorithms import verify_value
from tests.sign.makers import identity, private_key

SECRET = "correct horse"


def _code(error: pytest.ExceptionInfo[EdocError]) -> str:
    assert error.value.hint("en") and error.value.text("fa") != error.value.code
    return error.value.code


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384", "p521", "brainpool", "ed25519", "ed448"])
def test_a_key_signs_what_its_certificate_verifies(kind: str, tmp_path: Path) -> None:
    key_file, certificate, ca = identity(kind).write(tmp_path)
    key = Key.open(f"file:{key_file}", certificates=[ca, certificate])
    algorithm = key.algorithm()
    assert key.certificate.serial_number == 77
    assert [item.subject.rfc4514() for item in key.chain] == ["CN=Practice CA"]
    assert verify_value(key.certificate.spki_der, algorithm, b"octets", key.sign(b"octets", algorithm))


@pytest.mark.parametrize(
    ("kind", "digest"),
    [("rsa", "sha256"), ("p256", "sha256"), ("p384", "sha384"), ("p521", "sha512"), ("ed25519", None), ("ed448", None)],
)
def test_the_default_digest_follows_the_key(kind: str, digest: str | None, tmp_path: Path) -> None:
    key_file, certificate, _ = identity(kind).write(tmp_path)
    assert Key.open(f"file:{key_file}", certificates=[certificate]).algorithm().digest == digest


@pytest.mark.parametrize("digest", ["sha256", "SHA-384", "sha512", "SHA3-256", "sha3_384", "SHA3-512"])
def test_pss_takes_every_sound_digest(digest: str, tmp_path: Path) -> None:
    key_file, certificate, _ = identity("rsa").write(tmp_path)
    key = Key.open(f"file:{key_file}", certificates=[certificate])
    algorithm = key.algorithm(digest, pss=True)
    assert algorithm.name == "rsa-pss" and algorithm.mgf_digest == algorithm.digest
    assert verify_value(key.certificate.spki_der, algorithm, b"x", key.sign(b"x", algorithm))


@pytest.mark.parametrize(
    ("kind", "options", "code"),
    [
        ("rsa", {"digest": "sha1"}, "SIGN_DIGEST_WEAK"),
        ("rsa", {"digest": "md5"}, "SIGN_DIGEST_WEAK"),
        ("p256", {"digest": "sha224"}, "SIGN_DIGEST_WEAK"),
        ("rsa1024", {}, "SIGN_KEY_TOO_SHORT"),
        ("p256", {"pss": True}, "SIGN_PSS_NOT_RSA"),
        ("ed25519", {"digest": "sha256"}, "SIGN_DIGEST_FIXED"),
    ],
)
def test_weak_or_unfit_choices_are_refused(kind: str, options: dict[str, object], code: str, tmp_path: Path) -> None:
    key_file, certificate, _ = identity(kind).write(tmp_path)
    key = Key.open(f"file:{key_file}", certificates=[certificate])
    with pytest.raises(ConfigError) as error:
        key.algorithm(**options)  # type: ignore[arg-type]
    assert _code(error) == code


def _files(folder: Path) -> dict[str, Path]:
    made = identity("p256")
    other = identity("p384")
    contents = {
        "plain.pem": made.key_pem,
        "plain.der": made.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        "sec1.pem": made.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        "locked.pem": made.encrypted_pem(SECRET.encode()),
        "locked.der": made.key.private_bytes(
            Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(SECRET.encode())
        ),
        "legacy.pem": made.key.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(SECRET.encode())
        ),
        "together.pem": made.certificate_pem + made.key_pem + made.authority_pem,
        "signer.pem": made.certificate_pem,
        "other.pem": other.certificate_pem,
        "ca.pem": made.authority_pem,
        "empty.pem": b"",
        "noise.pem": b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "clerk.p12": serialize_key_and_certificates(
            b"clerk", made.key, made.certificate, [made.authority], BestAvailableEncryption(SECRET.encode())
        ),
        "open.p12": serialize_key_and_certificates(b"clerk", made.key, made.certificate, None, NoEncryption()),
        "keyless.p12": serialize_key_and_certificates(b"ca", None, None, [made.authority], NoEncryption()),
        "bare.p12": serialize_key_and_certificates(b"k", made.key, None, None, NoEncryption()),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in contents}


@pytest.mark.parametrize("name", ["plain.pem", "plain.der", "sec1.pem", "locked.pem", "locked.der", "legacy.pem"])
def test_key_files_of_every_form_open(name: str, tmp_path: Path) -> None:
    files = _files(tmp_path)
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return SECRET

    key = Key.open(f"file:{files[name]}", certificates=[files["signer.pem"]], secret=ask)
    assert key.certificate.serial_number == 77
    assert len(asked) == (0 if name.startswith(("plain", "sec1")) else 1)


def test_a_file_may_hold_key_and_chain_together(tmp_path: Path) -> None:
    key = Key.open(f"file:{_files(tmp_path)['together.pem']}")
    assert key.certificate.serial_number == 77 and len(key.chain) == 1


def test_pkcs12_brings_certificate_and_chain(tmp_path: Path) -> None:
    files = _files(tmp_path)
    assert len(Key.open(f"pkcs12:{files['clerk.p12']}", secret=SECRET).chain) == 1
    assert Key.open(f"pkcs12:{files['open.p12']}").chain == ()


@pytest.mark.parametrize(
    ("uri", "certificates", "secret", "code"),
    [
        ("file:missing.pem", ["signer.pem"], None, "KEY_NOT_FOUND"),
        ("file:.", ["signer.pem"], None, "KEY_UNREADABLE"),
        ("file:empty.pem", ["signer.pem"], None, "KEY_NOT_A_KEY"),
        ("file:noise.pem", ["signer.pem"], None, "KEY_NOT_A_KEY"),
        ("file:signer.pem", ["signer.pem"], None, "KEY_NOT_A_KEY"),
        ("file:clerk.p12", ["signer.pem"], None, "KEY_NOT_A_KEY"),
        ("file:locked.pem", ["signer.pem"], None, "KEY_SECRET_MISSING"),
        ("file:locked.pem", ["signer.pem"], "wrong", "KEY_SECRET_WRONG"),
        ("file:locked.der", ["signer.pem"], "wrong", "KEY_SECRET_WRONG"),
        ("file:plain.pem", [], None, "KEY_CERTIFICATE_MISSING"),
        ("file:plain.pem", ["other.pem"], None, "KEY_CERTIFICATE_MISMATCH"),
        ("file:plain.pem", ["gone.pem"], None, "CERTIFICATES_NOT_FOUND"),
        ("file:plain.pem", ["plain.pem"], None, "CERTIFICATES_UNREADABLE"),
        ("pkcs12:clerk.p12", [], None, "KEY_SECRET_MISSING"),
        ("pkcs12:clerk.p12", [], "wrong", "KEY_SECRET_WRONG"),
        ("pkcs12:keyless.p12", [], None, "KEY_NO_PRIVATE_KEY"),
        ("pkcs12:bare.p12", [], None, "KEY_CERTIFICATE_MISSING"),
        ("pkcs12:plain.pem", [], SECRET, "KEY_NOT_A_KEY"),
        ("pkcs12:missing.p12", [], SECRET, "KEY_NOT_FOUND"),
    ],
)
def test_what_cannot_open_says_why(
    uri: str, certificates: list[str], secret: str | None, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _files(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyAccessError) as error:
        Key.open(uri, certificates=certificates, secret=secret)
    assert _code(error) == code and error.value.exit_code == 7
    assert secret is None or secret not in str(error.value)


@pytest.mark.parametrize("uri", ["pkcs11:token=x", "key.pem", "", "csc:https://x.example/"])
def test_an_unknown_scheme_names_the_known_ones(uri: str) -> None:
    with pytest.raises(ConfigError) as error:
        Key.open(uri)
    assert _code(error) == "KEY_URI_SCHEME"
    assert "file:" in str(error.value) and "pkcs12:" in str(error.value)


def test_a_url_form_is_decoded(tmp_path: Path) -> None:
    place = tmp_path / "my key.pem"
    place.write_bytes(identity().key_pem)
    uri = f"file://{tmp_path}/my%20key.pem"
    assert Key.open(uri, certificates=[identity().certificate_pem]).certificate.serial_number == 77


def test_a_key_shows_no_secret_and_stays_in_its_process(tmp_path: Path) -> None:
    key = Key.open(f"file:{_files(tmp_path)['locked.pem']}", certificates=[identity().certificate_pem], secret=SECRET)
    assert SECRET not in repr(key) and "PRIVATE" not in repr(key)
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_the_chain_is_ordered_and_checked_by_signature() -> None:
    made = identity()
    stranger = identity("p384", start=datetime(2026, 2, 1, tzinfo=UTC), serial=5)
    given = load_certificates([made.authority_pem, stranger.certificate_pem, made.certificate_pem])
    assert order_chain(given[2], given) == (given[0],)


def test_a_ca_of_the_same_name_but_another_key_is_not_taken() -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    made = identity()
    impostor = private_key("p384")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(made.authority.subject)
        .issuer_name(made.authority.subject)
        .public_key(impostor.public_key())
        .serial_number(9)
        .not_valid_before(datetime(2026, 1, 1))
        .not_valid_after(datetime(2036, 1, 1))
        .sign(impostor, hashes.SHA256())
    )
    given = load_certificates([certificate.public_bytes(Encoding.DER), made.authority_pem])
    leaf = load_certificates([made.certificate_pem])[0]
    assert order_chain(leaf, given) == (given[1],)
