"""A bounded cache: entries leave in the order they came when a number or a weight is exceeded."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """First in, first out; reading takes no lock, writing does.  Values never change once they are in."""

    __slots__ = ("_entries", "_lock", "_max_entries", "_max_weight", "_weight", "_weights")

    def __init__(self, *, max_entries: int, max_weight: int | None = None) -> None:
        self._entries: dict[K, V] = {}
        self._weights: dict[K, int] = {}
        self._lock = threading.Lock()
        self._max_entries = max_entries
        self._max_weight = max_weight
        self._weight = 0

    def get(self, key: K) -> V | None:
        """Return the value, null when it is not there."""
        return self._entries.get(key)

    def put(self, key: K, value: V, *, weight: int = 0) -> V:
        """Keep a value and return the one that is kept (another thread may have been first)."""
        with self._lock:
            known = self._entries.get(key)
            if known is not None:
                return known
            if self._max_weight is not None and weight > self._max_weight:
                return value
            self._entries[key] = value
            self._weights[key] = weight
            self._weight += weight
            while len(self._entries) > self._max_entries or (
                self._max_weight is not None and self._weight > self._max_weight
            ):
                oldest = next(iter(self._entries))
                del self._entries[oldest]
                self._weight -= self._weights.pop(oldest)
        return value

    def __len__(self) -> int:
        return len(self._entries)
