"""CAdES signatures of the practice PKI, made with the writer alone: every step of it is in the test's hand."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import edoc
from edoc.facts.material import MaterialKind
from edoc.facts.signature import DocumentFacts, SignatureAlgorithm
from edoc.formats import read_document
from edoc.formats.cades.editor import CmsEditor
from edoc.formats.cades.write import WRITER
from edoc.formats.originals import Originals
from edoc.formats.writing import Packaging, SignatureOrder, SignerParameters
from edoc.pki.algorithms import digest_of
from edoc.pki.der import tlv
from edoc.testing import PracticePki
from tests.fuzzing.der import Node, parse

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
DATA = edoc.Document.from_bytes("رأی شمارهٔ ۱۴۰۳/۷۷، برگ نخست\n".encode() * 20, name="ruling.txt")
OTHER = edoc.Document.from_bytes(b"another ruling", name="other.txt")
ALGORITHMS = {
    "person": (SignatureAlgorithm(name="rsa", digest="sha256"), "sha256"),
    "person-ec": (SignatureAlgorithm(name="ecdsa", digest="sha256"), "sha256"),
    "person-ed": (SignatureAlgorithm(name="ed25519", digest=None), "sha512"),
    "stamp": (SignatureAlgorithm(name="rsa-pss", digest="sha384", mgf_digest="sha384", salt_length=48), "sha384"),
}
AROUND, BESIDE = Packaging.ENVELOPING, Packaging.DETACHED


@cache
def pki() -> PracticePki:
    return PracticePki(at=AT)


def parameters(name: str) -> SignerParameters:
    key = pki().key(name)
    algorithm, digest = ALGORITHMS[name]
    chain = tuple(item.der for item in key.chain)
    return SignerParameters(
        certificate_der=key.certificate.der, chain_ders=chain, algorithm=algorithm, digest_algorithm=digest
    )


def sign_value(name: str, octets: bytes, *, weakly: bool = False) -> bytes:
    if weakly:
        # edoc signs with no digest of the past.
        key = pki()._pki.private_key(name)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key.sign(octets, ec.ECDSA(hashes.SHA1()))
    return pki().key(name)._backend.sign(octets, ALGORITHMS[name][0])


def editor(documents: Sequence[edoc.Document], name: str = "person-ec", **order: Any) -> CmsEditor:
    """Return the editor of a new signature; the rest is of `SignatureOrder`."""
    asked = SignatureOrder(**{"signing_time": AT, "packaging": AROUND, **order})
    prepared = WRITER.prepare(documents, order=asked, signer=parameters(name))
    return WRITER.finish(documents, prepared, sign_value(name, prepared.octets))


def everything(name: str = "person-ec") -> list[tuple[MaterialKind, bytes]]:
    """Return what a signature of the practice PKI rests on."""
    found = [(MaterialKind.CRL, der) for der in pki().validation_data()]
    found += [(MaterialKind.CERTIFICATE, pki().certificate(item)) for item in ("root-a", "root-b", "issuing", "issuing-b")]
    return [*found, (MaterialKind.OCSP, pki().ocsp(name))]


def stamp(work: CmsEditor, signature: str, *, algorithm: str = "sha256", at: datetime | None = None) -> None:
    imprint = work.signature_imprint(signature, algorithm)
    work.put_signature_timestamp(signature, pki().timestamp(imprint, algorithm=algorithm, at=at))


def archive(work: CmsEditor, signature: str, *, algorithm: str = "sha256", at: datetime | None = None) -> None:
    imprint = work.archive_imprint(signature, algorithm)
    work.put_archive_timestamp(signature, pki().timestamp(imprint, algorithm=algorithm, at=at))


def raised(work: CmsEditor, level: str, *, name: str = "person-ec") -> CmsEditor:
    assert work.newest is not None
    if level != "B-B":
        stamp(work, work.newest)
    if level in ("B-LT", "B-LTA"):
        work.put_validation_data(work.newest, everything(name))
    if level == "B-LTA":
        archive(work, work.newest)
    return work


def octets(work: CmsEditor) -> bytes:
    return b"".join(bytes(part) for part in work.parts())


@cache
def signed(level: str = "B-B", *, name: str = "person-ec", packaging: Packaging = AROUND) -> bytes:
    """A signature over DATA at a level."""
    return octets(raised(editor([DATA], name, packaging=packaging), level, name=name))


def pem(der: bytes, label: str = "PKCS7") -> bytes:
    return f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(der) + f"-----END {label}-----\n".encode()


def document(data: bytes, *, name: str = "ruling.p7m") -> edoc.Document:
    return edoc.Document.from_bytes(data, name=name)


def facts(data: bytes, *beside: edoc.Document | edoc.Digest) -> DocumentFacts:
    return read_document(document(data), originals=Originals(beside))


def verify(data: bytes, *beside: edoc.Document | edoc.Digest, **options: Any) -> edoc.Report:
    """Return the report under the default policy, with the practice PKI trusted."""
    settings: dict[str, Any] = {
        "trust": pki().trust, "validation_data": pki().validation_data(), "validation_time": AT, "detached": beside,
    }  # fmt: skip
    return edoc.verify_document(document(data), **{**settings, **options})


def integrity(data: bytes, *beside: edoc.Document | edoc.Digest) -> edoc.Report:
    return edoc.verify_document(document(data), policy="integrity", detached=beside)


def codes(report: edoc.Report) -> set[str]:
    found = {item.code for item in report.findings}
    for entry in report.signatures:
        found |= {item.code for item in entry.findings}
        found |= {item.code for token in entry.timestamps for item in token.findings}
    return found


def bend(data: bytes, change: Callable[[Node], None]) -> bytes:
    """Return a CMS whose SignedData was changed element by element; the lengths around stay right."""
    root = parse(data)[0]
    change(root.kids[1].kids[0])
    return root.encode()


def streamed(data: bytes, *, inside: bool = False) -> bytes:
    """Return a CMS as streaming producers write it: indefinite lengths around, the content in segments.

    `inside`: also around the SignerInfo, its unsigned attributes and the value.
    """

    def open_(tag: int, *parts: bytes) -> bytes:
        return bytes((tag, 0x80)) + b"".join(parts) + b"\0\0"

    root = parse(data)[0]
    signed_data = root.kids[1].kids[0]
    kind, *content = signed_data.kids[2].kids
    whole = content[0].kids[0].content if content else b""
    pieces = [tlv(0x04, whole[at : at + 100]) for at in range(0, len(whole), 100)]
    encapsulated = open_(0x30, kind.encode(), *([open_(0xA0, open_(0x24, *pieces))] if content else []))
    bags = [open_(bag.tag, *(kid.encode() for kid in bag.kids)) for bag in signed_data.kids[3:-1]]
    signers = [_streamed_signer(item) if inside else item.encode() for item in signed_data.kids[-1].kids]
    head = [item.encode() for item in signed_data.kids[:2]]
    inner = open_(0x30, *head, encapsulated, *bags, open_(0x31, *signers))
    return open_(0x30, root.kids[0].encode(), open_(0xA0, inner))


def _streamed_signer(signer: Node) -> bytes:
    parts = []
    for item in signer.kids:
        if item.tag == 0x04:
            half = len(item.encode()) // 2
            octets = item.content or b"".join(kid.encode() for kid in item.kids)
            parts.append(b"\x24\x80" + tlv(0x04, octets[:half]) + tlv(0x04, octets[half:]) + b"\0\0")
        elif item.tag == 0xA1:
            parts.append(b"\xa1\x80" + b"".join(kid.encode() for kid in item.kids) + b"\0\0")
        else:
            parts.append(item.encode())
    return b"\x30\x80" + b"".join(parts) + b"\0\0"


def node_of(der: bytes) -> Node:
    return parse(der)[0]


def signer_of(signed_data: Node, place: int = 0) -> Node:
    return signed_data.kids[-1].kids[place]


def attributes_of(signer: Node, *, tag: int) -> Node:
    return next(kid for kid in signer.kids if kid.tag == tag)


def resigned(data: bytes, change: Callable[[Node], None], *, name: str = "person-ec", weakly: bool = False) -> bytes:
    """Return a CMS whose first SignerInfo was changed and whose signed attributes were signed again."""

    def both(root: Node) -> None:
        signer = signer_of(root)
        change(signer)
        inside = attributes_of(signer, tag=0xA0)
        inside.kids.sort(key=Node.encode)
        value = next(kid for kid in signer.kids if kid.tag == 0x04)
        value.kids, value.content = [], sign_value(name, b"\x31" + inside.encode()[1:], weakly=weakly)

    return bend(data, both)


def digest(algorithm: str, data: bytes) -> bytes:
    found = digest_of(algorithm, data)
    assert found is not None
    return found
