"""An evidence record as it says, in either syntax: plain values, and the digests that renewals stand over."""

from __future__ import annotations

from dataclasses import dataclass, field

from edoc.facts.findings import Finding
from edoc.facts.material import EmbeddedObject

RFC4998, RFC6283 = "RFC4998", "RFC6283"

Groups = tuple[tuple[bytes, ...], ...]
"""A reduced hash tree: the hashes of the data first, then the siblings on the way up."""


class EvidenceError(ValueError):
    """Octets are no evidence record that can be judged: `code` has a catalogue entry, `params` fill it."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, str] = {key: str(value) for key, value in params.items()}

    @property
    def undecided(self) -> bool:
        """True when this says that something was not judged, not that it is wrong."""
        return self.code in ("EVIDENCE_LIMIT", "EVIDENCE_TOKEN_TYPE")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveStamp:
    """One archive time-stamp."""

    groups: Groups | None
    """Null when it has no hash tree: then the token stands over the one digest itself."""
    token: bytes = field(repr=False)
    """ContentInfo (DER or BER)."""
    imprint_algorithm: str
    """hashlib name, empty when the token cannot be read."""
    imprint: bytes
    previous: tuple[bytes, ...] = ()
    """Digest of the time-stamp before it in its chain, by each encoding that it may be made of; empty for the first."""
    material: tuple[EmbeddedObject, ...] = field(default=(), repr=False)
    """What stands beside the token and is renewed with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveChain:
    """The archive time-stamps of one hash algorithm, oldest first."""

    digest_algorithm: str
    """hashlib name, or `unknown:<identifier>`."""
    method: str | None = None
    """How XML data is canonicalised; null for RFC 4998."""
    stamps: tuple[ArchiveStamp, ...]
    earlier: tuple[bytes, ...] = ()
    """Digest of all chains before it, by each encoding that it may be made of; empty for the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One evidence record."""

    kind: str
    chains: tuple[ArchiveChain, ...]
    material: tuple[EmbeddedObject, ...] = field(default=(), repr=False)
    findings: tuple[Finding, ...] = ()
