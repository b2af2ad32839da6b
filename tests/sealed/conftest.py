"""An office that seals, a stranger who does too, and whoever verifies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import edoc
from edoc.keys import Key
from tests.cli import scene

AT = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)

Verify = Callable[..., edoc.Report]
Seal = Callable[..., bytes]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = scene.build(tmp_path_factory.mktemp("sealed"))
    subject = scene._name("Somebody Else")
    own = scene.certificate(subject, key="stranger", issuer=None, issuer_key="stranger", serial=9, ca=False)
    (folder / "stranger.pem").write_bytes(scene.pem(own))
    private = scene.key_of("stranger").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "stranger-key.pem").write_bytes(private)
    return folder


@pytest.fixture(scope="session")
def office(place: Path) -> Key:
    return Key.open(f"file:{place / 'key.pem'}", certificates=[place / "chain.pem"])


@pytest.fixture(scope="session")
def stranger(place: Path) -> Key:
    return Key.open(f"file:{place / 'stranger-key.pem'}", certificates=[place / "stranger.pem"])


@pytest.fixture(scope="session")
def verify(place: Path) -> Verify:
    """Verify octets under the office's anchor, with originals as octets by name."""
    trust = edoc.TrustStore.load(place / "anchors")
    verifier = edoc.Verifier(trust=trust, validation_data=[place / "lists.pem"], validation_time=AT)

    def call(octets: bytes, *, name: str = "sheet.pdf", **originals: bytes) -> edoc.Report:
        beside = [edoc.Document.from_bytes(data, name=f"{word}.pdf") for word, data in originals.items()]
        return verifier.verify(edoc.Document.from_bytes(octets, name=name), detached=beside)

    return call


@pytest.fixture(scope="session")
def seal(office: Key) -> Seal:
    """Sign octets as they are: no more than what any signing program does."""

    def call(octets: bytes, *, key: Key = office, name: str = "sheet.pdf", **options: object) -> bytes:
        document = edoc.Document.from_bytes(octets, name=name)
        made = edoc.sign_document(document, key, signing_time=scene.SIGNED_AT, **options)  # type: ignore[arg-type]
        return bytes(made.document.data[:])

    return call
