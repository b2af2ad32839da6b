"""Spoiled requests and spoiled pages are refused with a `ValueError`, never with anything else."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPRequestBuilder

from edoc.facts.document import Document
from edoc.formats.pdf.append_write import IncrementalUpdate, write_dictionary
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.errors import PdfError
from edoc.formats.pdf.values import Name
from edoc.lab.page_text import read_page
from edoc.lab.pki import Pki
from edoc.lab.tamper import open_pdf
from tests.conftest import ROOT


def _spoiled(data: bytes, chance: random.Random) -> bytes:
    """Return the data with a few octets changed, left out or put in."""
    octets = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(octets))
        kind = chance.randrange(3)
        if kind == 0:
            octets[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del octets[place : place + chance.randint(1, 5)]
        else:
            octets[place:place] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 5)))
        if not octets:
            return b""
    return bytes(octets)


def _ocsp_request(pki: Pki) -> bytes:
    subject, issuer = (x509.load_der_x509_certificate(pki.certificate(name)) for name in ("person", "issuing"))
    request = OCSPRequestBuilder().add_certificate(subject, issuer, hashes.SHA1())
    return request.add_extension(x509.OCSPNonce(b"nonce" * 4), critical=False).build().public_bytes(Encoding.DER)


def _stamp_request(pki: Pki) -> bytes:
    imprint = tsp.MessageImprint({"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": b"x" * 32})
    return bytes(tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": 7}).dump())


@pytest.mark.parametrize(
    ("make", "answer", "authority"),
    [(_ocsp_request, "answer_ocsp", "issuing"), (_stamp_request, "answer_time_stamp", "tsa")],
)
def test_services_survive_spoiled_requests(
    pki: Pki, make: Callable[[Pki], bytes], answer: str, authority: str
) -> None:
    chance = random.Random(20260615)
    whole = make(pki)
    assert getattr(pki, answer)(authority, whole)
    refused = 0
    for _ in range(400):
        try:
            assert getattr(pki, answer)(authority, _spoiled(whole, chance))
        except ValueError:
            refused += 1
    assert refused > 50


def test_spoiled_pages_are_read_or_refused() -> None:
    chance = random.Random(20260615)
    ruling = (ROOT / "examples" / "ruling.pdf").read_bytes()
    pdf = open_pdf(ruling)
    page = read_page(pdf, 2)
    for _ in range(60):
        packed = zlib.compress(_spoiled(page.content, chance))
        update = IncrementalUpdate(pdf)
        head = write_dictionary({"Length": len(packed), "Filter": Name("FlateDecode")})
        update.put(page.ref, head, b"\nstream\n", packed, b"\nendstream")
        spoiled = Pdf.open(Document.from_bytes(ruling + update.write()[0], name="spoiled.pdf"))
        try:
            assert read_page(spoiled, 2).lines()
        except (ValueError, PdfError):
            continue
