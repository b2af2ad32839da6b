"""Answers kept for as long as they say they hold: in memory, and in a folder where one is named.

What is kept is evidence like any other and is verified again on use; a kept answer that cannot be read
is no answer.  Nothing of an address becomes part of a file name.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edoc.errors import FetchError

_VERSION = 1
_SUFFIX = ".answer"
_HEAD_OCTETS = 4096
_MEMORY_OCTETS = 64 << 20
"""Answers kept in memory: the largest list that is read at all, or thousands of OCSP responses."""
_FAILURE_SECONDS = 60.0
"""How long an address that failed is not asked again: a batch must not wait for a dead service each time."""
_FAILURES = 1024
_YOUNG_SECONDS = 60.0
"""How long an answer that did not help is not asked for again: it would be the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheKey:
    """What was asked: kind, address, the issuer's key, and the serial number where one certificate is meant."""

    kind: str
    url: str
    issuer_key: bytes = b""
    """SHA-256 of the issuer's SubjectPublicKeyInfo; empty when it is not known."""
    serial: int | None = None

    @property
    def name(self) -> str:
        """A digest of all of it."""
        serial = "" if self.serial is None else str(self.serial)
        parts = (self.kind, self.url, self.issuer_key.hex(), serial)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    data: bytes
    until: float
    came: float = 0.0
    """When it came over the network, by this process's own clock; zero for what another process has kept."""


class AnswerCache:
    """Keeps answers by what was asked, bounded in octets; thread-safe, and several processes may share a folder.

    A folder that cannot be used costs only its use.
    """

    def __init__(self, folder: str | None = None, *, longest: int) -> None:
        """Take a folder (null: memory only) and how many octets it may hold."""
        self._folder = Path(folder) if folder is not None else None
        self._longest = longest
        self._memory: OrderedDict[str, _Kept] = OrderedDict()
        self._held = 0
        self._failures: OrderedDict[tuple[str, str], tuple[float, FetchError]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: CacheKey, *, now: datetime) -> bytes | None:
        """Return what was answered, null when nothing is kept that holds at a time (aware)."""
        moment = now.timestamp()
        with self._lock:
            kept = self._memory.get(key.name)
            if kept is not None and moment < kept.until:
                self._memory.move_to_end(key.name)
                return kept.data
        kept = self._read(key.name, moment)
        if kept is None:
            return None
        self._remember(key.name, kept)
        return kept.data

    def put(self, key: CacheKey, data: bytes, *, until: datetime) -> None:
        """Keep an answer until a time (aware); one kept before is replaced."""
        kept = _Kept(data=data, until=until.timestamp(), came=time.monotonic())
        self._remember(key.name, kept)
        if self._folder is not None:
            self._write(self._folder, key, kept)

    def is_young(self, key: CacheKey) -> bool:
        """Tell whether what is kept came within the last minute, so that asking again would bring the same."""
        with self._lock:
            kept = self._memory.get(key.name)
            return kept is not None and kept.came > 0 and time.monotonic() < kept.came + _YOUNG_SECONDS

    def failed(self, kind: str, url: str, problem: FetchError) -> None:
        """Remember for a minute that an address failed."""
        with self._lock:
            self._failures[kind, url] = (time.monotonic() + _FAILURE_SECONDS, problem)
            if len(self._failures) > _FAILURES:
                self._failures.popitem(last=False)

    def failure(self, kind: str, url: str) -> FetchError | None:
        """Return how an address failed within the last minute, null when it did not."""
        with self._lock:
            until, problem = self._failures.get((kind, url), (0.0, None))
            return problem if time.monotonic() < until else None

    def _remember(self, name: str, kept: _Kept) -> None:
        with self._lock:
            before = self._memory.pop(name, None)
            self._held -= len(before.data) if before is not None else 0
            self._memory[name] = kept
            self._held += len(kept.data)
            while self._held > _MEMORY_OCTETS:
                _, oldest = self._memory.popitem(last=False)
                self._held -= len(oldest.data)

    def _read(self, name: str, moment: float) -> _Kept | None:
        if self._folder is None:
            return None
        try:
            with open(self._folder / f"{name}{_SUFFIX}", "rb") as stream:
                head = json.loads(stream.readline(_HEAD_OCTETS))
                data = stream.read(self._longest + 1)
            until = float(head["until"])
            sound = head["v"] == _VERSION and head["sha256"] == hashlib.sha256(data).hexdigest()
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        return _Kept(data=data, until=until) if sound and moment < until else None

    def _write(self, folder: Path, key: CacheKey, kept: _Kept) -> None:
        digest = hashlib.sha256(kept.data).hexdigest()
        head = json.dumps({"v": _VERSION, "kind": key.kind, "sha256": digest, "until": kept.until}) + "\n"
        part = folder / f"{key.name}.{secrets.token_hex(6)}.part"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.write_bytes(head.encode() + kept.data)
            os.replace(part, folder / f"{key.name}{_SUFFIX}")
            self._make_room(folder)
        except OSError:
            part.unlink(missing_ok=True) if folder.is_dir() else None

    def _make_room(self, folder: Path) -> None:
        found = []
        with os.scandir(folder) as entries:
            for entry in entries:
                # Only what was made here, and the parts that a killed process has left.
                if entry.name.endswith((_SUFFIX, ".part")) and entry.is_file(follow_symlinks=False):
                    about = entry.stat(follow_symlinks=False)
                    found.append((about.st_mtime, about.st_size, entry.path))
        held = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if held <= self._longest:
                return
            os.unlink(path)
            held -= size
