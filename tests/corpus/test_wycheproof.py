"""Public test vectors for signature primitives: what is valid verifies, what is invalid never does.

`wycheproof_exceptions.json` names curves and digests that are not supported, of which every value must
be refused, and single rows that are answered otherwise, each with its reason; it can only shrink.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edoc.facts.signature import SignatureAlgorithm
from edoc.pki.algorithms import key_facts, verify_value

EXCEPTIONS = json.loads(Path(__file__).with_name("wycheproof_exceptions.json").read_text(encoding="utf-8"))

TYPES = {
    "RsassaPkcs1Verify": "rsa",
    "RsassaPssVerify": "rsa-pss",
    "RsassaPssWithParametersVerify": "rsa-pss",
    "EcdsaVerify": "ecdsa",
    "EcdsaP1363Verify": "plain-ecdsa",
    "EddsaVerify": "",
}
"""Kind of a group of rows, and our name of its algorithm (EdDSA: that of the key)."""


@dataclass(frozen=True)
class Row:
    name: str
    spki_der: bytes
    algorithm: SignatureAlgorithm
    message: bytes
    value: bytes
    result: str
    unsupported: bool

    @property
    def answer(self) -> bool:
        return verify_value(self.spki_der, self.algorithm, self.message, self.value)


def _digest(name: str | None) -> str | None:
    if not name:
        return None
    return name.lower().replace("-", "_") if name.startswith("SHA3") else name.lower().replace("-", "").replace("/", "_")


def _rows(corpus: Path) -> Iterator[Row]:
    for line in (corpus / "attacks" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["format"] != "signature-vectors":
            continue
        content = json.loads((corpus / "attacks" / entry["file"]).read_text(encoding="utf-8"))
        for number, group in enumerate(content["testGroups"]):
            if group.get("type") in TYPES:
                yield from _group(entry["file"].split("-", 1)[1], number, group)


def _group(file: str, number: int, group: dict[str, object]) -> Iterator[Row]:
    spki = bytes.fromhex(str(group.get("publicKeyDer") or group["publicKeyAsn"]))
    facts = key_facts(spki)
    digest = _digest(str(group.get("sha", "")))
    algorithm = SignatureAlgorithm(
        name=TYPES[str(group["type"])] or facts.kind,
        digest=digest,
        mgf_digest=_digest(str(group.get("mgfSha") or group.get("mgf") or "")),
        salt_length=group.get("sLen"),  # type: ignore[arg-type]
    )
    unsupported = bool({facts.curve, digest} & EXCEPTIONS["unsupported"].keys())
    tests: list[dict[str, str]] = group["tests"]  # type: ignore[assignment]
    for test in tests:
        message, value = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
        yield Row(f"{file}:{number}:{test['tcId']}", spki, algorithm, message, value, test["result"], unsupported)


def test_every_vector_is_answered_as_its_makers_say(corpus: Path) -> None:
    rows = list(_rows(corpus))
    supported = [row for row in rows if not row.unsupported]
    assert {row.result for row in supported} >= {"valid", "invalid"} and len(supported) > 5_000
    # "acceptable" rows break a rule of encoding that some verifiers forgive: either answer is sound.
    wrong = {row.name for row in supported if row.result != "acceptable" and row.answer is not (row.result == "valid")}
    assert sorted(wrong - EXCEPTIONS["rows"].keys()) == []
    assert sorted(EXCEPTIONS["rows"].keys() - wrong) == [], "an exception is no longer needed: remove it"
    invalid = {row.name for row in supported if row.result == "invalid"}
    assert not invalid & EXCEPTIONS["rows"].keys(), "no exception may let a bad value pass"


def test_nothing_verifies_with_what_is_not_supported(corpus: Path) -> None:
    rows = [row for row in _rows(corpus) if row.unsupported]
    assert rows and not [row.name for row in rows if row.answer]
