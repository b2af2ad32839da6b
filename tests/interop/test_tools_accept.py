"""What we sign, independent tools must accept: a fixed table of tool and case.

A tool that does not know an algorithm stands in `UNKNOWN` with its version and its own words; in that
version it must say exactly that, in another it may have learnt it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import edoc
from tests.interop.tools import TOOLS
from tests.sign.makers import SIGNING_TIME, identity, open_key
from tests.sign.shapes import SHAPES

PKCS7 = "adbe.pkcs7.detached"
PERSIAN = {"name": "زهرا نمونه", "reason": "رأی شعبهٔ ۳", "location": "شیراز", "contact_info": "۰۷۱ (نمونه)"}


@dataclass(frozen=True)
class Case:
    """Kind of key, shape of the input, options of signing, and how many sign one after the other."""

    kind: str = "p256"
    shape: str = "table"
    options: dict[str, object] = field(default_factory=dict)
    count: int = 1


def _cases() -> dict[str, Case]:
    cases = {kind: Case(kind) for kind in ("rsa", "p256", "p384", "p521", "ed25519", "ed448")}
    cases |= {kind: Case(kind) for kind in ("brainpool", "brainpool384", "brainpool512")}
    for digest in ("sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"):
        cases[f"rsa-{digest}"] = Case("rsa", options={"digest": digest})
        cases[f"p256-{digest}"] = Case("p256", options={"digest": digest})
    for digest in ("sha256", "sha384", "sha512", "sha3_256"):
        cases[f"pss-{digest}"] = Case("rsa", options={"digest": digest, "pss": True})
    for kind in ("rsa", "p256", "p384"):
        cases[f"pkcs7-{kind}"] = Case(kind, options={"sub_filter": PKCS7})
    cases["pkcs7-pss"] = Case("rsa", options={"sub_filter": PKCS7, "pss": True})
    cases |= {f"shape-{shape}": Case(shape=shape) for shape in SHAPES}
    for count, word in ((2, "two"), (3, "three")):
        for shape in ("table", "xref-stream", "object-stream", "hybrid", "linearised"):
            cases[f"{word}-{shape}"] = Case(shape=shape, count=count)
    cases["two-rsa-pss-pkcs7"] = Case("rsa", options={"sub_filter": PKCS7, "pss": True}, count=2)
    cases["persian-claims"] = Case(options=dict(PERSIAN))
    return cases


CASES = _cases()
FIELDS = {"empty-field": "Judge", "locking-field": "Judge"}
"""Shapes whose empty field is signed."""

_NSS = r"Signature is Invalid|Unknown Validation Failure|isn't signed or corrupted data"
_NO_NSS = ("brainpool", "brainpool384", "brainpool512", "ed25519", "ed448", "pss-sha3_256")
_SHA3 = ("sha3_256", "sha3_384", "sha3_512")
UNKNOWN: dict[tuple[str, str], tuple[str, str]] = {
    **{("pdfsig", case): ("22.12", _NSS) for case in _NO_NSS},
    **{("pdfsig", f"{kind}-{digest}"): ("22.12", _NSS) for kind in ("rsa", "p256") for digest in _SHA3},
    ("openssl", "ed25519"): ("3.0", "eddsa_digest_signverify_init:invalid digest"),
    ("openssl", "ed448"): ("3.0", "unknown digest algorithm"),
    # asn1crypto has no identifiers of PKCS #1 v1.5 with SHA-3 (RFC 9688); it reads those of ECDSA and PSS.
    **{("pyhanko", f"rsa-{digest}"): ("0.38", "INVALID") for digest in _SHA3},
}
"""(tool, case): the beginning of the version that does not know the algorithm, and a pattern of its own words."""


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that gives the signed document of a case, made once."""
    folder = tmp_path_factory.mktemp("signed")

    def make(name: str) -> Path:
        place = folder / f"{name}.pdf"
        if not place.exists():
            place.write_bytes(_sign(CASES[name], folder))
        return place

    return make


def _sign(case: Case, folder: Path) -> bytes:
    data = SHAPES[case.shape]()
    for turn in range(case.count):
        key = open_key(case.kind if turn == 0 else ("rsa", "p384")[turn - 1], folder)
        options = case.options if turn == 0 else {}
        name = FIELDS.get(case.shape) if turn == 0 else None
        result = edoc.sign_document(data, key, signing_time=SIGNING_TIME, field=name, **options)  # type: ignore[arg-type]
        assert result.check.earlier_signatures == turn
        data = bytes(result.document.data[:])
    return data


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("tool", TOOLS)
def test_the_tool_accepts(
    tool: str, case: str, signed: Callable[[str], Path], oracle: Callable[[str], str], tmp_path: Path
) -> None:
    place = signed(case)
    answer = TOOLS[tool](place, oracle, tmp_path)
    known = UNKNOWN.get((tool, case))
    if known is None:
        assert answer.accepted, answer.words
        assert answer.count in (None, CASES[case].count), answer.words
    elif answer.version.startswith(known[0]) or not answer.accepted:
        assert not answer.accepted and re.search(known[1], answer.words), answer.words


@pytest.mark.parametrize("tool", [name for name in TOOLS if name != "qpdf"])
def test_the_tool_can_say_no(
    tool: str, signed: Callable[[str], Path], oracle: Callable[[str], str], tmp_path: Path
) -> None:
    data = signed("p256").read_bytes()
    place = tmp_path / "altered.pdf"
    place.write_bytes(data.replace(b"Ruling 1403", b"Ruling 1404"))
    assert not TOOLS[tool](place, oracle, tmp_path).accepted


def test_every_unknown_names_a_case() -> None:
    assert {case for _, case in UNKNOWN} <= CASES.keys() and {tool for tool, _ in UNKNOWN} <= TOOLS.keys()
    assert identity("p256").authority_pem
