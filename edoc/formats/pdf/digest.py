"""Digests what all signatures of a file cover in one pass (section 12.8.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, cast

from edoc.facts.document import Buffer
from edoc.pki.algorithms import Hash, digest_size, new_hash

_BLOCK = 1 << 20
_FREE, _TIMES = 256 << 20, 4
"""Octets digested for one file: signatures that each close a revision need little more than its size once."""


class _Copyable(Protocol):
    def copy(self) -> Hash: ...


Range = tuple[int, int, int]
"""Gap start, gap end, end: [0, start) and [gap end, end) are covered."""


@dataclass(slots=True, eq=False)
class Digester:
    """Digests of ranges; everything registered with `want` is computed in the same pass."""

    data: Buffer
    _wanted: set[tuple[Range, str]] = field(default_factory=set)
    _known: dict[tuple[Range, str], bytes] = field(default_factory=dict)
    exhausted: bool = False
    """True when a digest was left out because the budget was spent."""
    _fed: int = 0

    def want(self, covered: Range, algorithms: Iterable[str]) -> None:
        """Register a digest that will be asked for."""
        self._wanted.update((covered, name) for name in algorithms)

    def digest(self, covered: Range, algorithm: str) -> bytes | None:
        """Return a digest, null when the algorithm is not known or the budget of the file is spent."""
        if digest_size(algorithm) is None:
            return None
        if (covered, algorithm) not in self._known:
            self._wanted.add((covered, algorithm))
            self._run()
        return self._known.get((covered, algorithm))

    def _run(self) -> None:
        todo = {item for item in self._wanted - self._known.keys() if digest_size(item[1]) is not None}
        view = memoryview(self.data)
        try:
            for algorithm in sorted({name for _, name in todo}):
                self._pass(view, algorithm, sorted(covered for covered, name in todo if name == algorithm))
        finally:
            view.release()

    def _pass(self, view: memoryview, algorithm: str, ranges: list[Range]) -> None:
        state = new_hash(algorithm)
        position = 0
        copies = hasattr(state, "copy")
        for covered in ranges:
            start, stop, end = covered
            self._fed += end - stop + (start - position if copies else start)
            if self._fed > _FREE + _TIMES * len(self.data):
                self.exhausted = True
                return
            if copies:
                _feed(state, view, position, start)
                position = start
                own = cast(_Copyable, state).copy()
            else:
                own = new_hash(algorithm)
                _feed(own, view, 0, start)
            _feed(own, view, stop, end)
            self._known[covered, algorithm] = own.digest()


def _feed(state: Hash, view: memoryview, start: int, end: int) -> None:
    for at in range(start, end, _BLOCK):
        with view[at : min(at + _BLOCK, end)] as part:
            state.update(part)
