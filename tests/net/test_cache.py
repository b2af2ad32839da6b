"""What is kept: only as long as it holds, never a crash, never more than allowed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edoc.errors import FetchError
from edoc.net.cache import AnswerCache, CacheKey

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
KEY = CacheKey(kind="crl", url="http://ca.example/../../etc/passwd", issuer_key=b"k" * 32)


def test_an_answer_is_kept_until_it_ends(tmp_path: Path) -> None:
    for cache in (AnswerCache(longest=1000), AnswerCache(str(tmp_path / "net"), longest=1000)):
        assert cache.get(KEY, now=NOW) is None
        cache.put(KEY, b"list", until=LATER)
        assert cache.get(KEY, now=NOW) == b"list"
        assert cache.get(KEY, now=LATER - timedelta(seconds=1)) == b"list"
        assert cache.get(KEY, now=LATER) is None
        cache.put(KEY, b"newer", until=LATER + timedelta(hours=1))
        assert cache.get(KEY, now=LATER) == b"newer"


def test_another_process_finds_it_and_its_name_says_nothing(tmp_path: Path) -> None:
    AnswerCache(str(tmp_path / "net"), longest=1000).put(KEY, b"list", until=LATER)
    assert AnswerCache(str(tmp_path / "net"), longest=1000).get(KEY, now=NOW) == b"list"
    assert AnswerCache(str(tmp_path / "net"), longest=1000).get(KEY, now=LATER) is None
    (file,) = (tmp_path / "net").iterdir()
    assert file.name == f"{KEY.name}.answer" and len(KEY.name) == 64
    assert (tmp_path / "net").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


@pytest.mark.parametrize(
    "other",
    [
        CacheKey(kind="ocsp", url=KEY.url, issuer_key=KEY.issuer_key),
        CacheKey(kind="crl", url=KEY.url + "x", issuer_key=KEY.issuer_key),
        CacheKey(kind="crl", url=KEY.url, issuer_key=b"other"),
        CacheKey(kind="crl", url=KEY.url, issuer_key=KEY.issuer_key, serial=0),
    ],
)
def test_another_question_is_not_answered_by_it(other: CacheKey) -> None:
    cache = AnswerCache(longest=1000)
    cache.put(KEY, b"list", until=LATER)
    assert cache.get(other, now=NOW) is None


def _only_file(folder: Path) -> Path:
    (file,) = folder.glob("*.answer")
    return file


BROKEN = {
    "empty": b"",
    "no head": b"list",
    "other data": b'{"v": 1, "sha256": "00", "until": 9e9}\nlist',
    "head is a list": b"[]\nlist",
    "head is a number": b"1\nlist",
    "deep": b"[" * 4000 + b"\nlist",
    "no end": b'{"v": 1, "sha256": "x", "until": "never"}\nlist',
    "endless": b'{"v": 1, "sha256": "x", "until": NaN}\nlist',
    "binary": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_no_answer(tmp_path: Path, name: str) -> None:
    AnswerCache(str(tmp_path), longest=1000).put(KEY, b"list", until=LATER)
    _only_file(tmp_path).write_bytes(BROKEN[name])
    cache = AnswerCache(str(tmp_path), longest=1000)
    assert cache.get(KEY, now=NOW) is None
    cache.put(KEY, b"list", until=LATER)
    assert AnswerCache(str(tmp_path), longest=1000).get(KEY, now=NOW) == b"list"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 400), octet=st.integers(0, 255), cut=st.booleans())
def test_whatever_changes_in_a_file_the_answer_is_right_or_none(tmp_path: Path, position: int, octet: int, cut: bool) -> None:
    AnswerCache(str(tmp_path), longest=1000).put(KEY, b"list" * 50, until=LATER)
    file = _only_file(tmp_path)
    data = bytearray(file.read_bytes())
    position %= len(data)
    data[position] = octet
    file.write_bytes(data[:position] if cut else data)
    assert AnswerCache(str(tmp_path), longest=1000).get(KEY, now=NOW) in (None, b"list" * 50)


def test_a_changed_list_is_never_handed_out(tmp_path: Path) -> None:
    AnswerCache(str(tmp_path), longest=1000).put(KEY, b"revoked: 7", until=LATER)
    file = _only_file(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"revoked: 7", b"revoked: -"))
    assert AnswerCache(str(tmp_path), longest=1000).get(KEY, now=NOW) is None


def test_the_oldest_leave_first(tmp_path: Path) -> None:
    import os

    cache = AnswerCache(str(tmp_path), longest=1000)
    keys = [CacheKey(kind="crl", url=str(number)) for number in range(6)]
    (tmp_path / "mine.txt").write_bytes(bytes(5000))
    (tmp_path / "killed.part").write_bytes(bytes(5000))
    os.utime(tmp_path / "killed.part", (0, 0))
    for number, key in enumerate(keys):
        cache.put(key, bytes(200), until=LATER)
        os.utime(tmp_path / f"{key.name}.answer", (1000 + number, 1000 + number))
    kept = [key for key in keys if AnswerCache(str(tmp_path), longest=1000).get(key, now=NOW) is not None]
    assert 0 < len(kept) < 6 and kept == keys[-len(kept) :]
    assert sum(path.stat().st_size for path in tmp_path.glob("*.answer")) <= 1000
    assert (tmp_path / "mine.txt").exists() and not (tmp_path / "killed.part").exists()


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edoc.net.cache._MEMORY_OCTETS", 1000)
    cache = AnswerCache(longest=1000)
    keys = [CacheKey(kind="crl", url=str(number)) for number in range(6)]
    for key in keys:
        cache.put(key, bytes(300), until=LATER)
    assert [cache.get(key, now=NOW) is not None for key in keys] == [False, False, False, True, True, True]


def test_a_folder_that_cannot_be_used_costs_nothing_but_its_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = AnswerCache(str(tmp_path / "file"), longest=1000)
    cache.put(KEY, b"list", until=LATER)
    assert cache.get(KEY, now=NOW) == b"list"
    assert (tmp_path / "file").read_bytes() == b""


def test_a_link_is_not_followed_when_room_is_made(tmp_path: Path) -> None:
    outside = tmp_path / "outside.answer"
    outside.write_bytes(bytes(5000))
    folder = tmp_path / "net"
    cache = AnswerCache(str(folder), longest=500)
    cache.put(KEY, b"list", until=LATER)
    (folder / "link.answer").symlink_to(outside)
    cache.put(KEY, b"list", until=LATER)
    assert outside.exists()
    assert json.loads(_kept(folder).splitlines()[0])["kind"] == "crl"


def _kept(folder: Path) -> bytes:
    return (folder / f"{KEY.name}.answer").read_bytes()


def test_a_failure_is_remembered_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("edoc.net.cache.time.monotonic", lambda: clock[0])
    cache = AnswerCache(longest=1000)
    problem = FetchError("FETCH_TIMEOUT", subject="http://ca.example/")
    assert cache.failure("crl", "http://ca.example/") is None
    cache.failed("crl", "http://ca.example/", problem)
    assert cache.failure("crl", "http://ca.example/") is problem
    assert cache.failure("ocsp", "http://ca.example/") is None
    clock[0] += 59
    assert cache.failure("crl", "http://ca.example/") is problem
    clock[0] += 2
    assert cache.failure("crl", "http://ca.example/") is None
