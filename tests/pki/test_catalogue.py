"""Every code that the room can emit has its sentence, in both languages, with the parameters it carries."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import edoc.pki
from edoc.catalogue import entries

ROOM = Path(edoc.pki.__file__).parent
EMITTED = (
    re.compile(r'Violation\(\s*code="([A-Z0-9_]+)"'),
    re.compile(r'(?:yield|_violation\() ?\(?"([A-Z0-9_]+)"'),
    re.compile(r'return "([A-Z][A-Z0-9_]{4,})"'),
    re.compile(r'code = "([A-Z0-9_]+)"'),
    re.compile(r'(?:reject|info|warning|error)\("([A-Z0-9_]+)"'),
)
FOREIGN = re.compile(r"SIGN_")
"""What is said of a signer's key is a sentence of the room that signs."""


def emitted() -> set[str]:
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(ROOM.glob("*.py")) if not path.name.startswith("cms")
    )
    found = {code for pattern in EMITTED for code in pattern.findall(text)}
    return {code for code in found if not FOREIGN.match(code)}


def test_every_code_has_a_sentence() -> None:
    codes = emitted()
    assert {"BAD_SIGNATURE", "NAME_EXCLUDED", "EVIDENCE_SCOPE", "NO_CRLSIGN", "TSA_EKU", "MALFORMED_DER"} <= codes
    assert sorted(codes - set(entries())) == []


def test_every_sentence_is_used() -> None:
    catalogue = json.loads((ROOM.parent / "catalogue" / "pki.json").read_text(encoding="utf-8"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.parent.rglob("*.py"))
    assert [code for code in catalogue if f'"{code}"' not in text] == []


def test_both_languages_say_the_same_things() -> None:
    catalogue = json.loads((ROOM.parent / "catalogue" / "pki.json").read_text(encoding="utf-8"))
    for code, entry in catalogue.items():
        fields = {lang: _fields(entry[lang]["text"]) for lang in ("en", "fa")}
        assert fields["en"] == fields["fa"], code
        assert entry["clause"], code
        assert all(entry[lang][part] for lang in ("en", "fa") for part in ("text", "hint")), code


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
