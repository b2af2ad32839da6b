"""What one record may cost, and what its tokens say of their imprints; both syntaxes share it."""

from __future__ import annotations

from dataclasses import dataclass, field

from edoc.formats.evidence.model import EvidenceError, Groups
from edoc.formats.tst import read_tst_info
from edoc.limits import Limits
from edoc.pki.algorithms import digest_size
from edoc.pki.cms import CmsError, parse_signed_data
from edoc.pki.der import DerError

_WORK = 4
"""Octets digested for renewals, beside four times what a record may have: every new chain stands over all before it."""


@dataclass(slots=True)
class Budget:
    """Counts what is read of one record; `EvidenceError` EVIDENCE_LIMIT once it is more than allowed."""

    limits: Limits
    hashes: int = 0
    stamps: int = 0
    work: int = field(default=0)

    def count(self, hashes: int) -> None:
        """Count hash values."""
        self.hashes += hashes
        self._refuse(self.hashes, self.limits.evidence_hashes, "hashes")

    def stamp(self) -> None:
        """Count an archive time-stamp."""
        self.stamps += 1
        self._refuse(self.stamps, self.limits.evidence_stamps, "time-stamps")

    def spend(self, octets: int) -> None:
        """Count octets that are digested."""
        self.work += octets
        self._refuse(self.work, _WORK * self.limits.evidence_bytes, "octets")

    def judge_sizes(self, groups: Groups, algorithm: str) -> None:
        """Refuse values of another length: joined, they could be cut in two ways."""
        size = digest_size(algorithm)
        if size is not None and any(len(value) != size for group in groups for value in group):
            raise EvidenceError("EVIDENCE_HASH_LENGTH", digest=algorithm)

    @staticmethod
    def _refuse(found: int, limit: int, what: str) -> None:
        if found > limit:
            raise EvidenceError("EVIDENCE_LIMIT", what=what, limit=limit)


def read_imprint(token: bytes, budget: Budget) -> tuple[str, bytes]:
    """Return algorithm (hashlib name) and value of a token's message imprint; both empty when it cannot be read."""
    budget.stamp()
    try:
        info = read_tst_info(parse_signed_data(token, limits=budget.limits).content or b"")
    except (CmsError, DerError):
        return "", b""
    return info.digest_algorithm, info.imprint
