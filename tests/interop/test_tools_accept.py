"""What we sign, independent tools must accept: a fixed table of tool and case.

A tool that does not know an algorithm stands in `UNKNOWN` with its version and its own words; in that
version it must say exactly that, in another it may have learnt it.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import edoc
from edoc.keys import Key
from tests.sign.makers import SIGNING_TIME, identity, make_pdf

CASES: dict[str, tuple[str, dict[str, object]]] = {
    "rsa": ("rsa", {}),
    "rsa-pss": ("rsa", {"pss": True}),
    "p256": ("p256", {}),
    "p384": ("p384", {}),
    "p521": ("p521", {}),
    "brainpool": ("brainpool", {}),
    "ed25519": ("ed25519", {}),
    "ed448": ("ed448", {}),
    "rsa-sha384": ("rsa", {"digest": "sha384"}),
    "p256-sha3-256": ("p256", {"digest": "sha3_256"}),
    "pkcs7-detached": ("rsa", {"sub_filter": "adbe.pkcs7.detached"}),
    "xref-stream": ("p256", {}),
    "second-signature": ("p256", {}),
}
"""Case: kind of key, options of signing."""

UNKNOWN: dict[tuple[str, str], tuple[str, str]] = {}
"""(tool, case): the version that does not know the algorithm, and a pattern of its own words."""


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that gives the signed document of a case, made once."""
    folder = tmp_path_factory.mktemp("signed")

    def make(case: str) -> Path:
        place = folder / f"{case}.pdf"
        if not place.exists():
            kind, options = CASES[case]
            key = _key(kind, folder)
            document = make_pdf(xref_stream=case == "xref-stream")
            if case == "second-signature":
                document = bytes(edoc.sign_document(document, _key("rsa", folder), signing_time=SIGNING_TIME).document.data)
            edoc.sign_document(document, key, output=place, signing_time=SIGNING_TIME, **options)  # type: ignore[arg-type]
        return place

    return make


def _key(kind: str, folder: Path) -> Key:
    key, certificate, authority = identity(kind).write(folder)
    return Key.open(f"file:{key}", certificates=[certificate, authority])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("tool", ["qpdf", "pdfsig", "openssl", "pyhanko"])
def test_the_tool_accepts(
    tool: str, case: str, signed: Callable[[str], Path], oracle: Callable[[str], str], tmp_path: Path
) -> None:
    place = signed(case)
    accepted, words, version = TOOLS[tool](place, oracle, tmp_path)
    known = UNKNOWN.get((tool, case))
    if known is None:
        assert accepted, words
    elif version == known[0] or not accepted:
        assert not accepted and re.search(known[1], words), words


Answer = tuple[bool, str, str]


def _qpdf(place: Path, oracle: Callable[[str], str], folder: Path) -> Answer:
    code, words = _run(oracle("qpdf"), "--check", str(place))
    return code == 0 and "No syntax or stream encoding errors" in words, words, _version(oracle("qpdf"), "--version")


def _pdfsig(place: Path, oracle: Callable[[str], str], folder: Path) -> Answer:
    _, words = _run(oracle("pdfsig"), "-nocert", str(place))
    validations = re.findall(r"Signature Validation: (.*)", words)
    accepted = bool(validations) and all(item == "Signature is Valid." for item in validations)
    whole = words.count("Total document signed")
    return accepted and whole == 1, words, _version(oracle("pdfsig"), "-v")


def _openssl(place: Path, oracle: Callable[[str], str], folder: Path) -> Answer:
    data = place.read_bytes()
    numbers = re.findall(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", data)[-1]
    start, end, length = (int(item) for item in numbers)
    content, cms, authority = folder / "content", folder / "cms.der", folder / "ca.pem"
    content.write_bytes(data[:start] + data[end : end + length])
    digits = bytes.fromhex(data[start + 1 : end - 1].decode())
    cms.write_bytes(_der(digits))
    authority.write_bytes(identity("p256").authority_pem)
    code, words = _run(
        oracle("openssl"), "cms", "-verify", "-binary", "-inform", "DER", "-in", str(cms), "-content", str(content),
        "-CAfile", str(authority), "-purpose", "any", "-attime", str(int(SIGNING_TIME.timestamp())), "-out", "/dev/null",
    )  # fmt: skip
    return code == 0, words, _version(oracle("openssl"), "version")


def _pyhanko(place: Path, oracle: Callable[[str], str], folder: Path) -> Answer:
    import pyhanko
    from asn1crypto import x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext
    from pyhanko_certvalidator.errors import ValidationError

    from cryptography.hazmat.primitives.serialization import Encoding

    anchor = x509.Certificate.load(identity("p256").authority.public_bytes(Encoding.DER))
    reader = PdfFileReader(io.BytesIO(place.read_bytes()))
    answers, words = [], []
    for signature in reader.embedded_signatures:
        context = ValidationContext(trust_roots=[anchor], moment=SIGNING_TIME, allow_fetching=False)
        try:
            status = validate_pdf_signature(signature, signer_validation_context=context)
        except (ValidationError, ValueError, NotImplementedError) as problem:
            answers.append(False)
            words.append(repr(problem))
        else:
            answers.append(bool(status.bottom_line))
            words.append(status.summary())
    return bool(answers) and all(answers), "; ".join(words), pyhanko.__version__


TOOLS = {"qpdf": _qpdf, "pdfsig": _pdfsig, "openssl": _openssl, "pyhanko": _pyhanko}


def _run(*command: str) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def _version(*command: str) -> str:
    found = re.search(r"\d+(\.\d+)+", _run(*command)[1])
    return found.group() if found else ""


def _der(padded: bytes) -> bytes:
    """Cut the zero padding off by the length that the DER states."""
    count = padded[1] & 0x7F
    return padded[: 2 + count + int.from_bytes(padded[2 : 2 + count], "big")]
