"""What is encrypted for an object is read back from it, under every method, and from no other object."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edoc.facts.document import Document
from edoc.formats.pdf.crypt import Decryptor
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.values import Name, PdfString, Ref, Value
from tests.sign.test_encrypted import HANDLERS, encrypted

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.binary(max_size=80), st.text(max_size=5).map(Name))
VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4))
)
REFS = st.builds(Ref, st.integers(1, 1 << 23), st.integers(0, 65535))


def decryptor(handler: str) -> Decryptor:
    found = Pdf.open(Document.from_bytes(encrypted(handler), name="x")).decryptor
    assert found is not None
    return found


def as_read(value: Value) -> Value:
    """The value as the lexer would give it: strings are `PdfString`."""
    if isinstance(value, dict):
        return {key: as_read(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_read(item) for item in value]
    return PdfString(value) if isinstance(value, bytes) else value


@pytest.mark.parametrize("handler", HANDLERS)
@settings(max_examples=60, deadline=None)
@given(value=VALUES, ref=REFS)
def test_what_is_sealed_is_opened_again(handler: str, value: Value, ref: Ref) -> None:
    opened = decryptor(handler)
    sealed = opened.sealed(value, ref)
    assert opened.sealed(value, ref) == sealed, "equal inputs give equal octets"
    again = opened.strings(as_read(sealed), ref)
    assert again == value
    assert opened.sealed(again, ref) == sealed, "what stays where it was keeps its octets"


@pytest.mark.parametrize("handler", HANDLERS)
def test_another_object_has_other_octets(handler: str) -> None:
    opened = decryptor(handler)
    text = b"one text in two places"
    assert opened.sealed(text, Ref(7, 0)) != opened.sealed(text, Ref(8, 0)) != text


def test_the_contents_of_a_signature_stay_clear() -> None:
    opened = decryptor("aes-256")
    signature: dict[str, Value] = {"ByteRange": [0, 1, 2, 3], "Contents": b"\x30\x00", "Reason": b"Copy"}
    sealed = opened.sealed({"V": signature, "Contents": b"a note"}, Ref(7, 0))
    assert isinstance(sealed, dict) and isinstance(sealed["V"], dict)
    assert sealed["V"]["Contents"] == b"\x30\x00" and sealed["V"]["Reason"] != b"Copy" != sealed["Contents"]
    assert sealed["Contents"] != b"a note"


def test_a_filter_that_changes_nothing_seals_nothing() -> None:
    opened = decryptor("aes-128")
    opened.settings = replace(opened.settings, string_method="identity")
    assert opened.sealed([b"Copy"], Ref(7, 0)) == [b"Copy"]
