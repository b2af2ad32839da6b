"""Independent programs that look at a signed PDF, each as a function that says whether it accepts every signature."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.serialization import Encoding

from tests.sign.makers import SIGNING_TIME, identity

Find = Callable[[str], str]


class Answer(NamedTuple):
    """What a tool says: whether it accepts, how many signatures it counted (null: it does not count), its words."""

    accepted: bool
    count: int | None
    words: str
    version: str


def qpdf(place: Path, find: Find, folder: Path) -> Answer:
    """Structure only; a warning counts as a refusal."""
    code, words = _run(find("qpdf"), "--check", str(place))
    accepted = code == 0 and "No syntax or stream encoding errors" in words and "WARNING" not in words
    return Answer(accepted, None, words, _version(find("qpdf"), "--version"))


def pdfsig(place: Path, find: Find, folder: Path) -> Answer:
    """Digest and value by NSS; it judges no certificate here."""
    _, words = _run(find("pdfsig"), "-nocert", str(place))
    validations = re.findall(r"Signature Validation: (.*)", words)
    accepted = bool(validations) and all(item == "Signature is Valid." for item in validations)
    whole = words.count("Total document signed") == 1
    return Answer(accepted and whole, len(validations), words, _version(find("pdfsig"), "-v"))


def openssl(place: Path, find: Find, folder: Path) -> Answer:
    """Every signature's CMS over the octets that its /ByteRange names, with the path to the practice CA."""
    data = place.read_bytes()
    ranges = re.findall(rb"/ByteRange ?\[0 (\d+) (\d+) (\d+) *\]", data)
    content, cms, authority = folder / "content", folder / "cms.der", folder / "ca.pem"
    authority.write_bytes(identity("p256").authority_pem)
    accepted, words = bool(ranges), ""
    for numbers in ranges:
        start, end, length = (int(item) for item in numbers)
        content.write_bytes(data[:start] + data[end : end + length])
        cms.write_bytes(_der(bytes.fromhex(data[start + 1 : end - 1].decode())))
        code, said = _run(
            find("openssl"), "cms", "-verify", "-binary", "-inform", "DER", "-in", str(cms), "-content", str(content),
            "-CAfile", str(authority), "-purpose", "any", "-attime", str(int(SIGNING_TIME.timestamp())),
            "-cades", "-out", "/dev/null",
        )  # fmt: skip
        accepted, words = accepted and code == 0, words + said
    return Answer(accepted, len(ranges), words, _version(find("openssl"), "version"))


def pyhanko(place: Path, find: Find, folder: Path) -> Answer:
    """Digest, value, path, and what later signatures did to earlier ones."""
    from asn1crypto import x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext
    from pyhanko_certvalidator.errors import ValidationError

    anchor = x509.Certificate.load(identity("p256").authority.public_bytes(Encoding.DER))
    reader = PdfFileReader(io.BytesIO(place.read_bytes()), strict=_plain(place))
    answers, words = [], []
    for signature in reader.embedded_signatures:
        context = ValidationContext(trust_roots=[anchor], moment=SIGNING_TIME, allow_fetching=False)
        try:
            status = validate_pdf_signature(signature, signer_validation_context=context)
        except (ValidationError, ValueError, NotImplementedError) as problem:
            answers.append(False)
            words.append(repr(problem))
        else:
            later = status.modification_level in (ModificationLevel.NONE, ModificationLevel.FORM_FILLING)
            answers.append(bool(status.bottom_line) and later)
            words.append(status.summary() + " " + str(status.modification_level))
    return Answer(bool(answers) and all(answers), len(answers), "; ".join(words), version("pyhanko"))


def _plain(place: Path) -> bool:
    # In its strict mode pyHanko refuses every hybrid file, signed or not.
    return b"/XRefStm" not in place.read_bytes()


TOOLS: dict[str, Callable[[Path, Find, Path], Answer]] = {
    "qpdf": qpdf,
    "pdfsig": pdfsig,
    "openssl": openssl,
    "pyhanko": pyhanko,
}


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
