"""A document as an archive keeps it: signed years ago, and given a new time-stamp before the last one runs out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from edoc.api_sign import extend_document, sign_document
from edoc.facts.document import Document
from edoc.keys import Key
from edoc.keys.local import LocalKey
from edoc.lab.keys import KeyRing
from edoc.lab.members import AUTHORITIES
from edoc.lab.pki import Pki
from edoc.pki.certificate import Certificate
from edoc.trust import TrustStore

STEP_YEARS = 2
"""Between two time-stamps: a practice certificate of an authority for time lasts three."""


class _Year:
    """The practice PKI of one time; the keys are those of every other year."""

    def __init__(self, at: datetime, *, base_url: str, keys: KeyRing) -> None:
        self.at = at
        self._pki = Pki(at=at, base_url=base_url, keys=keys)

    def timestamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Return a token of that time."""
        return self._pki.time_stamp(digest, algorithm=algorithm, authority="tsa")

    def key(self, name: str) -> Key:
        """Return a signer's key with the certificate of that time."""
        chain = tuple(Certificate.load(der) for der in self._pki.chain(name))
        leaf = Certificate.load(self._pki.certificate(name))
        return Key(backend=LocalKey(self._pki.private_key(name)), certificate=leaf, chain=chain[:-1], uri="practice")

    def trust(self) -> TrustStore:
        """Return the anchors of that time."""
        return TrustStore.of([self._pki.certificate("root-a"), self._pki.certificate("root-b")])

    def lists(self) -> tuple[bytes, ...]:
        """Return the revocation lists of that time."""
        return tuple(self._pki.revocation_list(name) for name in AUTHORITIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """A document out of an archive, and when its signer's certificate expired."""

    data: bytes = field(repr=False)
    expired: datetime


def aged_document(data: bytes, *, now: datetime, years: int, base_url: str, keys: KeyRing) -> Aged:
    """Return a document signed at B-LTA some years before `now` (aware), and renewed until today."""
    first, *later = (
        _Year(_years_before(now, ago), base_url=base_url, keys=keys) for ago in range(years, 0, -STEP_YEARS)
    )
    key = first.key("person")
    signed = sign_document(
        Document.from_bytes(data, name="aged.pdf"),
        key,
        level="B-LTA",
        tsa=first,
        signing_time=first.at,
        trust=first.trust(),
        validation_data=first.lists(),
    ).document
    for year in later:
        signed = extend_document(
            signed, level="B-LTA", tsa=year, validation_time=year.at, trust=year.trust(), validation_data=year.lists()
        ).document
    return Aged(data=bytes(signed.data[:]), expired=key.certificate.not_after)


def _years_before(time: datetime, years: int) -> datetime:
    # The first of a month: the 29th of February is not in every year.
    return time.replace(year=time.year - years, day=1, microsecond=0)
