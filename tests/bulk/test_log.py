"""The log of a batch under hostile content: it is ours and whole, or it is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edoc.bulk.log import read_log, remaining
from edoc.errors import ConfigError

REPORT = {
    "input": "a.pdf", "exit": 3, "schema": "edoc/report/1",
    "policy": {"digest": "sha256:p"}, "trust": {"digest": "sha256:t"},
}  # fmt: skip
ERROR = {"input": "b.pdf", "exit": 5, "schema": "edoc/error/1", "error": {"exit": 5}}
LOG = "".join(json.dumps(record) + "\n" for record in (REPORT, ERROR)).encode()


def test_what_a_log_holds(tmp_path: Path) -> None:
    place = tmp_path / "log"
    place.write_bytes(LOG + b'{"input": "c')
    logged = read_log(str(place))
    assert (logged.records, logged.end) == (2, len(LOG))
    assert logged.exits == {3, 5}
    assert logged.rules == {("sha256:p", "sha256:t")}
    assert list(remaining(iter(["a.pdf", "b.pdf", "c.pdf"]), str(place), logged)) == ["c.pdf"]
    assert list(remaining(iter(["a.pdf", "b.pdf"]), str(place), logged)) == []


@pytest.mark.parametrize("inputs", [[], ["a.pdf"], ["b.pdf", "a.pdf"], ["a.pdf", "c.pdf"]])
def test_other_inputs(tmp_path: Path, inputs: list[str]) -> None:
    place = tmp_path / "log"
    place.write_bytes(LOG)
    with pytest.raises(ConfigError) as caught:
        list(remaining(iter(inputs), str(place), read_log(str(place))))
    assert caught.value.code == "LOG_OTHER_INPUTS"


@pytest.mark.parametrize(
    "record",
    [
        {**REPORT, "policy": 1}, {**REPORT, "policy": {}}, {**REPORT, "exit": "x"}, {**REPORT, "exit": None},
        {**ERROR, "error": 5}, {**ERROR, "error": {}}, {**REPORT, "policy": {"digest": []}}, {**REPORT, "trust": None},
        {"schema": "edoc/report/1"}, {**REPORT, "exit": 1e999},
    ],
)  # fmt: skip
def test_a_record_of_another_shape_is_refused(tmp_path: Path, record: dict[str, object]) -> None:
    place = tmp_path / "log"
    place.write_bytes(json.dumps(record).encode() + b"\n" + LOG)
    with pytest.raises(ConfigError) as caught:
        read_log(str(place))
    assert caught.value.code == "LOG_NOT_OURS"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_octets_are_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(LOG)))
    junk = data.draw(st.binary(max_size=40) | st.sampled_from([b"[" * 3000, b"\n", b"null\n", b"{}\n", b'"x"\n']))
    place = tmp_path / "log"
    place.write_bytes(LOG[:start] + junk + LOG[data.draw(st.integers(start, len(LOG))) :])
    try:
        logged = read_log(str(place))
    except ConfigError as problem:
        assert problem.code == "LOG_NOT_OURS"
    else:
        assert LOG.startswith(place.read_bytes()[: logged.end]) or logged.records <= 3
