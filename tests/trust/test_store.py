"""The trust store: what a file or folder makes trusted, for which purpose, and what is refused."""

from __future__ import annotations

import base64
import inspect
import pickle
from pathlib import Path

import pytest

from edoc.errors import ConfigError
from edoc.trust import Purpose, TrustStore
from tests.pki.forge import authority, leaf

ONE, TWO, THREE, FOUR = (authority(name).der() for name in ("One", "Two", "Three", "Four"))


def pem(*ders: bytes) -> bytes:
    lines = b"".join(
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n" for der in ders
    )
    return b"a comment\n" + lines


def names(store: TrustStore, purpose: Purpose) -> set[str]:
    return {anchor.label.removeprefix("CN=") for anchor in store.anchors(purpose)}


def code(call: object) -> str:
    with pytest.raises(ConfigError) as caught:
        call()  # type: ignore[operator]
    return caught.value.code


def test_the_files_of_a_folder_serve_all_purposes_and_its_subfolders_one_each(tmp_path: Path) -> None:
    (tmp_path / "one.crt").write_bytes(ONE)
    for folder, der in (("signer", TWO), ("tsa", THREE), ("revocation", FOUR)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.pem").write_bytes(pem(der))
    store = TrustStore.load(tmp_path)
    assert names(store, Purpose.SIGNER) == {"One", "Two"}
    assert names(store, Purpose.TSA) == {"One", "Three"}
    assert names(store, Purpose.REVOCATION) == {"One", "Four"}


def test_purposes_may_be_said_for_a_file_and_for_a_folder_s_own_files(tmp_path: Path) -> None:
    (tmp_path / "one.crt").write_bytes(ONE)
    (tmp_path / "tsa").mkdir()
    (tmp_path / "tsa" / "two.crt").write_bytes(TWO)
    assert names(TrustStore.load(tmp_path / "one.crt", purposes=["tsa"]), Purpose.SIGNER) == set()
    store = TrustStore.load(str(tmp_path), purposes=[Purpose.SIGNER])
    assert (names(store, Purpose.SIGNER), names(store, Purpose.TSA)) == ({"One"}, {"Two"})
    assert code(lambda: TrustStore.load(tmp_path, purposes=["everything"])) == "TRUST_PURPOSE_UNKNOWN"


def test_hidden_files_and_other_folders_are_not_trust(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_bytes(TWO)
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "two.crt").write_bytes(TWO)
    assert code(lambda: TrustStore.load(tmp_path)) == "TRUST_PATH_MISSING"
    (tmp_path / "one.crt").write_bytes(ONE)
    assert names(TrustStore.load(tmp_path), Purpose.SIGNER) == {"One"}


def test_a_file_may_hold_several_authorities(tmp_path: Path) -> None:
    (tmp_path / "bundle.pem").write_bytes(pem(ONE, TWO))
    assert names(TrustStore.load(tmp_path / "bundle.pem"), Purpose.TSA) == {"One", "Two"}


def test_a_damaged_block_among_good_ones_is_told(tmp_path: Path) -> None:
    damaged = pem(ONE, TWO).replace(
        b"-----END CERTIFICATE-----\n-----BEGIN", b"?\n-----END CERTIFICATE-----\n-----BEGIN", 1
    )
    (tmp_path / "bundle.pem").write_bytes(damaged)
    assert code(lambda: TrustStore.load(tmp_path / "bundle.pem")) == "TRUST_FILE_UNREADABLE"


@pytest.mark.parametrize(
    "content",
    [b"", b"notes", b"\x30\x03\x02\x01\x01", ONE + b"\x00", ONE[:-1], pem(b"\x30\x00")],
    ids=["empty", "notes", "other-der", "trailing-byte", "cut", "other-pem"],
)
def test_what_is_no_certificate_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "one.crt").write_bytes(ONE)
    (tmp_path / "two.crt").write_bytes(content)
    assert code(lambda: TrustStore.load(tmp_path)) == "TRUST_FILE_UNREADABLE"


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert code(lambda: TrustStore.load(tmp_path / "nothing")) == "TRUST_PATH_MISSING"


def test_an_end_entity_is_trusted_only_when_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "signer.crt"
    file.write_bytes(leaf("One").der())
    assert code(lambda: TrustStore.load(file)) == "TRUST_END_ENTITY"
    assert code(lambda: TrustStore.of([file.read_bytes()])) == "TRUST_END_ENTITY"
    assert names(TrustStore.load(file, end_entity=True), Purpose.SIGNER) == {"Signer"}


def test_an_old_root_of_version_1_is_an_authority_and_its_leaf_is_not() -> None:
    root = authority("Old", version=1, extensions=()).der()
    assert names(TrustStore.of([root]), Purpose.SIGNER) == {"Old"}
    old_leaf = leaf("Old", version=1, extensions=()).der()
    assert code(lambda: TrustStore.of([old_leaf])) == "TRUST_END_ENTITY"


def test_a_trusted_list_needs_its_signer_pinned(tmp_path: Path) -> None:
    (tmp_path / "list.xml").write_bytes(b'<?xml version="1.0"?><TrustServiceStatusList/>')
    assert code(lambda: TrustStore.load(tmp_path)) == "TRUST_LIST_UNPINNED"


def test_what_does_not_exist_yet_has_no_name_here() -> None:
    assert set(inspect.signature(TrustStore.load).parameters) == {"path", "purposes", "end_entity"}


def test_stores_are_joined_and_purposes_add_up() -> None:
    joined = TrustStore.of([ONE], purposes=["signer"]) | TrustStore.of([ONE, TWO], purposes=["tsa"])
    assert (names(joined, Purpose.SIGNER), names(joined, Purpose.TSA)) == ({"One"}, {"One", "Two"})
    assert len(joined.entries) == 2


def test_the_digest_tells_anchors_and_purposes_and_not_their_order() -> None:
    assert TrustStore.of([ONE, TWO]).digest() == TrustStore.of([TWO, ONE]).digest()
    assert TrustStore.of([ONE]).digest() != TrustStore.of([ONE], purposes=["tsa"]).digest()
    assert TrustStore.of([ONE]).digest() != TrustStore.of([TWO]).digest()


def test_the_empty_store_trusts_nobody() -> None:
    store = TrustStore.empty()
    assert [store.anchors(purpose) for purpose in Purpose] == [(), (), ()]
    assert store.certificates() == ()


def test_a_store_survives_pickling() -> None:
    store = TrustStore.of([ONE, TWO])
    copy = pickle.loads(pickle.dumps(store))
    assert copy == store
    assert copy.anchors(Purpose.TSA) == store.anchors(Purpose.TSA)


def test_every_refusal_has_a_sentence_in_both_languages() -> None:
    with pytest.raises(ConfigError) as caught:
        TrustStore.of([leaf("One").der()])
    for lang in ("en", "fa"):
        assert "CN=Signer" in caught.value.text(lang)
        assert caught.value.hint(lang)
