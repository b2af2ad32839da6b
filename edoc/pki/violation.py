"""One broken rule of a path, or one piece of evidence that could not be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A broken rule: a stable code, which certificate (counted from the leaf, 0), clause and parameters.

    `index` equal to the number of certificates means the anchor.
    """

    code: str
    index: int
    certificate_sha256: bytes
    clause: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
