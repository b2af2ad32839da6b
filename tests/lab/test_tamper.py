"""The forgeries are what they claim: well-formed documents with exactly the change that is told."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edoc.lab.demo import NEW_AMOUNT, OLD_AMOUNT, VERDICT_PAGE
from edoc.lab.page_text import read_page
from edoc.lab.tamper import change_amount, flip_byte, move_signature, open_pdf
from edoc.testing import PracticePki
from tests.conftest import ROOT
from tests.lab.conftest import AT

RULING = (ROOT / "examples" / "ruling.pdf").read_bytes()


@pytest.fixture(scope="module")
def signed() -> bytes:
    """The ruling, signed by the person."""
    import edoc

    key = PracticePki(at=AT).key("person")
    result = edoc.sign_document(edoc.Document.from_bytes(RULING, name="ruling.pdf"), key, signing_time=AT)
    return bytes(result.document.data[:])


def _lines(data: bytes, page: int) -> list[str]:
    return read_page(open_pdf(data), page).lines()


def _check(oracle: Callable[[str], str], data: bytes, path: Path) -> None:
    path.write_bytes(data)
    done = subprocess.run([oracle("qpdf"), "--check", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_flipped_byte_is_one_bit_inside_what_was_signed(signed: bytes) -> None:
    spoiled = flip_byte(signed, page=VERDICT_PAGE)
    differing = [at for at in range(len(signed)) if spoiled[at] != signed[at]]
    assert len(spoiled) == len(signed)
    assert len(differing) == 1
    assert differing[0] < len(RULING)
    assert (spoiled[differing[0]] ^ signed[differing[0]]).bit_count() == 1


def test_a_changed_amount_is_one_amount_in_a_later_revision(
    signed: bytes, tmp_path: Path, oracle: Callable[[str], str]
) -> None:
    forged = change_amount(signed, page=VERDICT_PAGE, old=OLD_AMOUNT, new=NEW_AMOUNT)
    assert forged.startswith(signed)
    assert len(open_pdf(forged).revisions) == len(open_pdf(signed).revisions) + 1
    before, after = _lines(signed, VERDICT_PAGE), _lines(forged, VERDICT_PAGE)
    assert after == [line.replace(OLD_AMOUNT, NEW_AMOUNT) for line in before]
    assert after != before
    assert _lines(forged, 0) == _lines(signed, 0)
    _check(oracle, forged, tmp_path / "forged.pdf")


def test_poppler_shows_the_changed_amount(signed: bytes, tmp_path: Path, oracle: Callable[[str], str]) -> None:
    forged = change_amount(signed, page=VERDICT_PAGE, old=OLD_AMOUNT, new=NEW_AMOUNT)
    (tmp_path / "forged.pdf").write_bytes(forged)
    shown = subprocess.run(
        [oracle("pdftotext"), "-f", str(VERDICT_PAGE + 1), str(tmp_path / "forged.pdf"), "-"],
        capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    assert NEW_AMOUNT in shown
    assert OLD_AMOUNT not in shown


def test_a_moved_signature_is_the_very_same_octets(
    signed: bytes, tmp_path: Path, oracle: Callable[[str], str]
) -> None:
    other = change_amount(RULING, page=VERDICT_PAGE, old=OLD_AMOUNT, new=NEW_AMOUNT)
    forged = move_signature(signed, other=other, signing_time=datetime(2026, 6, 15, tzinfo=UTC))
    assert forged.startswith(other)
    taken, put = (_contents(data) for data in (signed, forged))
    assert taken == put
    _check(oracle, forged, tmp_path / "forged.pdf")


def _contents(data: bytes) -> bytes:
    pdf = open_pdf(data)
    (field,) = list(pdf.fields())
    value = pdf.resolve(field.value)
    assert isinstance(value, dict)
    contents, byte_range = value["Contents"], value["ByteRange"]
    assert isinstance(contents, bytes)
    assert isinstance(byte_range, list)
    assert byte_range[2] + byte_range[3] == len(data)  # type: ignore[operator]
    return bytes(contents)


def test_what_cannot_be_done_is_refused(signed: bytes) -> None:
    with pytest.raises(ValueError, match="does not show"):
        change_amount(signed, page=0, old="۱٬۱۱۱", new="۲٬۲۲۲")
    with pytest.raises(ValueError, match="the font has no"):
        change_amount(signed, page=VERDICT_PAGE, old=OLD_AMOUNT, new="€")
    with pytest.raises(ValueError, match="no signature"):
        move_signature(RULING, other=RULING, signing_time=AT)
