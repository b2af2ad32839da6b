"""Many documents signed with one key: order, isolation of bad inputs, and workers that never hold the key."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import edoc
from edoc.errors import ConfigError, KeyAccessError
from edoc.keys import Key
from tests.sign.makers import SIGNING_TIME, make_pdf, open_key


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.fixture(params=["here", "threads", "processes"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor | None]:
    if request.param == "here":
        yield None
    elif request.param == "processes":
        yield request.getfixturevalue("processes")
    else:
        with ThreadPoolExecutor(2) as pool:
            yield pool


@pytest.fixture
def signer(tmp_path: Path) -> edoc.Signer:
    (tmp_path / "keys").mkdir()
    return edoc.Signer(open_key("rsa", tmp_path / "keys"), signing_time=SIGNING_TIME)


def _inputs(folder: Path, count: int) -> list[Path]:
    places = [folder / f"{number:03}.pdf" for number in range(count)]
    for number, place in enumerate(places):
        place.write_bytes(make_pdf(pages=1 + number % 3))
    return places


def test_results_keep_the_order_of_the_inputs(executor: Executor | None, signer: edoc.Signer, tmp_path: Path) -> None:
    inputs = _inputs(tmp_path, 80)
    (tmp_path / "out").mkdir()
    results = list(edoc.sign_many(inputs, signer=signer, output_dir=tmp_path / "out", executor=executor))
    assert [item.input for item in results] == [str(place) for place in inputs]
    for place, item in zip(inputs, results, strict=True):
        assert item.error is None and item.result is not None and item.result.check.passed
        assert item.result.output == tmp_path / "out" / f"{place.stem}.signed.pdf"
        expected = signer.sign(place).document.data[:]
        assert item.result.output.read_bytes() == item.result.document.data[:] == expected


def test_a_bad_input_costs_only_itself(executor: Executor | None, signer: edoc.Signer, tmp_path: Path) -> None:
    good, *_ = _inputs(tmp_path, 1)
    (tmp_path / "noise.pdf").write_bytes(b"no PDF at all")
    (tmp_path / "out").mkdir()
    (tmp_path / "taken.pdf").write_bytes(make_pdf())
    (tmp_path / "out" / "taken.signed.pdf").write_bytes(b"of another program")
    inputs = [good, tmp_path / "gone.pdf", tmp_path / "noise.pdf", tmp_path / "taken.pdf", make_pdf()]
    results = list(edoc.sign_many(inputs, signer=signer, output_dir=tmp_path / "out", executor=executor))
    codes = [item.error.code if item.error is not None else None for item in results]
    assert codes == [None, "INPUT_NOT_FOUND", "UNSUPPORTED_TYPE", "OUTPUT_EXISTS", None]
    assert (tmp_path / "out" / "taken.signed.pdf").read_bytes() == b"of another program"


def test_without_a_place_the_documents_stay_in_memory(executor: Executor | None, signer: edoc.Signer) -> None:
    results = list(edoc.sign_many([make_pdf(), make_pdf(pages=2)], signer=signer, executor=executor))
    assert all(item.result is not None and item.result.output is None for item in results)
    verdicts = [edoc.verify_document(item.result.document, policy="integrity").verdict for item in results if item.result]
    assert verdicts == [edoc.Verdict.INTACT] * 2


def test_a_stream_of_the_callers_takes_the_document(executor: Executor | None, signer: edoc.Signer) -> None:
    streams = [io.BytesIO(), io.BytesIO()]
    waiting = iter(streams)
    results = list(
        edoc.sign_many([make_pdf()] * 2, signer=signer, output=lambda item: next(waiting), executor=executor)
    )
    assert [item.error for item in results] == [None, None]
    assert all(stream.getvalue().startswith(make_pdf()) for stream in streams)


def test_a_key_that_fails_is_asked_once(
    executor: Executor | None, signer: edoc.Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def locked(self: Key, octets: bytes, algorithm: object) -> bytes:
        asked.append(octets)
        raise KeyAccessError("KEY_SECRET_WRONG", subject="card")

    monkeypatch.setattr(Key, "sign", locked)
    results = list(edoc.sign_many([make_pdf()] * 5, signer=signer, executor=executor))
    assert [item.error.code for item in results if item.error] == ["KEY_SECRET_WRONG"] * 5 and len(asked) == 1


def test_what_cannot_be_written_is_not_signed(
    executor: Executor | None, signer: edoc.Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, *_ = _inputs(tmp_path, 1)
    monkeypatch.setattr(Key, "sign", lambda *arguments: pytest.fail("the key was used"))
    results = list(edoc.sign_many([place], signer=signer, output=lambda item: place, overwrite=True, executor=executor))
    assert results[0].error is not None and results[0].error.code == "OUTPUT_IS_INPUT"


def test_a_failure_of_our_own_costs_one_input(signer: edoc.Signer) -> None:
    def naming(item: object) -> None:
        raise ZeroDivisionError

    results = list(edoc.sign_many([make_pdf()] * 2, signer=signer, output=naming))
    assert [item.error.code for item in results if item.error] == ["INTERNAL"] * 2
    assert isinstance(results[0].error.__cause__, ZeroDivisionError)


def test_two_places_are_one_too_many(signer: edoc.Signer, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        edoc.sign_many([], signer=signer, output_dir=tmp_path, output=lambda item: None)
    assert error.value.code == "OUTPUT_TWICE"
