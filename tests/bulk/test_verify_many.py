"""Batches: order, one bad input never stops the rest, a dead worker costs only its own input."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

import edoc
from edoc.bulk import BulkResult
from tests.bulk.crash import Fragile
from tests.cli import scene as scenes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scenes.build(tmp_path_factory.mktemp("bulk"))


@pytest.fixture
def verifier(folder: Path) -> edoc.Verifier:
    return edoc.Verifier(
        trust=edoc.TrustStore.load(folder / "anchors"),
        validation_data=[folder / "lists.pem"],
        validation_time=datetime(2026, 6, 2, 12, tzinfo=UTC),
    )


def told(result: BulkResult) -> str:
    if result.report is not None:
        return result.report.verdict.value
    assert result.error is not None
    return result.error.code


NAMES = ["signed.pdf", "missing.pdf", "changed.pdf", "ruling.pdf", "empty.pdf"] * 8
TOLD = ["PASSED", "INPUT_NOT_FOUND", "FAILED", "NO_SIGNATURE", "EMPTY_DOCUMENT"] * 8


@pytest.mark.parametrize("how", ["here", "processes", "threads", "shared processes"])
def test_results_come_in_input_order(folder: Path, verifier: edoc.Verifier, how: str) -> None:
    inputs = [folder / name for name in NAMES]
    if how == "here":
        found = list(edoc.verify_many(inputs, verifier=verifier, jobs=1))
    elif how == "processes":
        found = list(edoc.verify_many(inputs, verifier=verifier, jobs=2))
    else:
        make = ThreadPoolExecutor(2) if how == "threads" else ProcessPoolExecutor(2, mp_context=get_context("spawn"))
        with make as executor:
            found = list(edoc.verify_many(inputs, verifier=verifier, executor=executor))
            assert executor.submit(int).result() == 0, "a shared executor stays open"
    assert [told(item) for item in found] == TOLD
    assert [item.input for item in found] == [str(item) for item in inputs]
    alone = verifier.verify(folder / "signed.pdf")
    assert found[0].report == alone
    assert len({item.report.validation_time for item in found if item.report is not None}) == 1


def test_now_is_fixed_when_the_batch_begins(folder: Path) -> None:
    verifier = edoc.Verifier(policy="integrity")
    before = datetime.now(UTC)
    results = edoc.verify_many([folder / "signed.pdf"] * 3, verifier=verifier, jobs=1)
    after = datetime.now(UTC)
    time.sleep(0.01)
    times = {item.report.validation_time for item in results if item.report is not None}
    assert len(times) == 1
    assert before <= times.pop() <= after


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_kind_of_input(folder: Path, verifier: edoc.Verifier, jobs: int) -> None:
    data = (folder / "signed.pdf").read_bytes()
    with open(folder / "signed.pdf", "rb") as stream:
        inputs = [
            str(folder / "signed.pdf"),
            data,
            io.BytesIO(data),
            stream,
            edoc.Document.from_bytes(data, name="named.pdf"),
            (data, [folder / "note.txt"]),
            (folder / "signed.pdf", [edoc.Digest("sha256", b"\0" * 32)]),
            (folder / "signed.pdf", [folder / "missing.pdf"]),
        ]
        found = list(edoc.verify_many(inputs, verifier=verifier, jobs=jobs))
    assert [told(item) for item in found] == ["PASSED"] * 5 + ["INDETERMINATE"] * 2 + ["INPUT_NOT_FOUND"]
    assert found[4].input == "named.pdf"


def test_a_dead_worker_costs_only_its_own_input(folder: Path) -> None:
    names = ["signed.pdf", "kill-1.pdf", "changed.pdf", *["ruling.pdf"] * 40, "kill-2.pdf", "signed.pdf"]
    found = list(edoc.verify_many([folder / name for name in names], verifier=Fragile(), jobs=2))
    expected = ["INTACT", "WORKER_DIED", "FAILED", *["NO_SIGNATURE"] * 40, "WORKER_DIED", "INTACT"]
    assert [told(item) for item in found] == expected
    assert all(item.error.exit_code == 70 for item in found if item.error is not None)


def test_a_dead_worker_of_a_shared_executor(folder: Path) -> None:
    names = ["signed.pdf", "kill.pdf", *["ruling.pdf"] * 20]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        found = list(edoc.verify_many([folder / name for name in names], verifier=Fragile(), executor=executor))
    assert [told(item) for item in found] == ["INTACT", "WORKER_DIED", *["NO_SIGNATURE"] * 20]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bug_costs_one_input(folder: Path, jobs: int) -> None:
    inputs = [folder / name for name in ("signed.pdf", "bug.pdf", "changed.pdf")]
    found = list(edoc.verify_many(inputs, verifier=Fragile(), jobs=jobs))
    assert [told(item) for item in found] == ["INTACT", "INTERNAL", "FAILED"]
    assert found[1].error is not None
    assert found[1].error.params["kind"] == "ZeroDivisionError"


@pytest.mark.parametrize("jobs", [1, 2])
def test_it_looks_only_so_far_ahead(folder: Path, jobs: int) -> None:
    taken = 0

    def endless() -> Iterator[Path]:
        nonlocal taken
        while True:
            taken += 1
            yield folder / "ruling.pdf"

    results = edoc.verify_many(endless(), verifier=edoc.Verifier(policy="integrity"), jobs=jobs)
    for _ in range(20):
        assert told(next(results)) == "NO_SIGNATURE"
    assert taken <= 200
    results.close()  # type: ignore[attr-defined]


def test_a_result_is_no_truth_value(folder: Path, verifier: edoc.Verifier) -> None:
    with pytest.raises(TypeError):
        bool(next(iter(edoc.verify_many([folder / "signed.pdf"], verifier=verifier, jobs=1))))
