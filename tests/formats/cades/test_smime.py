"""The signed messages of NIST's PKITS: detached CMS of another producer, each over a message of its own."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import cryptography_vectors
import pytest

import edoc
from tests.formats.cades.maker import document, integrity

FOLDER = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data" / "smime"
INHERITED = "SignedValidDSAParameterInheritanceTest5.eml"
"""Its DSA key has no parameters of its own: such keys are not supported (RFC 3279 2.3.2)."""


def parts(message: bytes) -> tuple[bytes, bytes]:
    """Return what is signed, as RFC 1847 2.1 digests it, and the CMS."""
    boundary = re.search(rb'boundary="([^"]+)"', message)
    assert boundary is not None
    _, content, signature, _ = message.split(b"\n--" + boundary[1])
    return content[1:], base64.b64decode(signature.partition(b"\n\n")[2])


@pytest.mark.parametrize("shard", range(4))
def test_every_message_is_intact(shard: int) -> None:
    places = sorted(FOLDER.glob("*.eml"))[shard::4]
    assert len(places) == 56
    for place in places:
        content, cms = parts(place.read_bytes())
        report = integrity(cms, document(content, name="message"))
        (found,) = report.signatures
        assert found.level == "CMS-NOT-ETSI", place.name
        assert (report.verdict is edoc.Verdict.INTACT) is (place.name != INHERITED), place.name


def test_another_message_is_not() -> None:
    content, cms = parts(next(FOLDER.glob("*.eml")).read_bytes())
    assert integrity(cms, document(content + b" ", name="message")).verdict is edoc.Verdict.FAILED
