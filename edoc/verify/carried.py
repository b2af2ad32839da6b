"""What a document carries for one signature: certificates and revocation data, weighed against the anchors (ades.md 0.4).

Revocation data counts for a certificate when its signer is at hand and signed it; a path ends at an anchor or
at a self-signed certificate, so the same octets may carry enough for one trust store and not for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from edoc.facts.material import EmbeddedObject, MaterialKind
from edoc.facts.signature import DocumentFacts, SignatureFacts, TimestampFacts, TimestampKind
from edoc.pki import extensions as ext
from edoc.pki.algorithms import digest_of
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.ocsp import OcspError, OcspResponse
from edoc.pki.ocsp_status import key_bits
from edoc.pki.path import signature_verifies
from edoc.pki.pool import Pool
from edoc.pki.revocation import needs_status
from edoc.policy.suite import NEVER
from edoc.trust.store import TrustStore

_DEPTH = 10
_OBJECTS = 400
"""Objects weighed for one signature."""
_STEPS = 500
"""Possible issuers looked at for one signature; beyond that the level is the lower one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Data:
    """One piece of revocation data, and where in the file it ends (null: inside a signature or a token)."""

    loaded: RevocationList | OcspResponse
    end: int | None
    bearer: str
    """Id of the signature or token that carries it, empty for the store."""


class Carried:
    """Everything that a document carries for one signature and its time-stamps."""

    def __init__(
        self,
        facts: SignatureFacts,
        stamps: tuple[TimestampFacts, ...],
        document: DocumentFacts | None,
        *,
        trust: TrustStore,
        leaves: Mapping[str, Certificate],
    ) -> None:
        """Take a signature, the time-stamps of its document over it, and the certificates found by the ids of facts."""
        self.facts = facts
        self.leaves = leaves
        self.steps = 0
        self.signed: dict[bytes, bool] = {}
        self.stamps = stamps
        self.stored = document.material if document is not None else ()
        self.anchors = {item.sha256 for item in trust.certificates()}
        tokens = (*facts.timestamps, *stamps)
        objects = [(facts.id, item) for item in facts.material]
        objects += [(facts.id, item) for counter in facts.counter_signatures for item in counter.material]
        objects += [(token.id, item) for token in tokens for item in token.token.material]
        objects += [("", item) for item in self.stored]
        certificates: list[Certificate] = list(trust.certificates())
        self.data: list[_Data] = []
        for bearer, item in objects[:_OBJECTS]:
            self._take(bearer, item, certificates)
        self.pool = Pool(certificates)

    def _take(self, bearer: str, item: EmbeddedObject, certificates: list[Certificate]) -> None:
        try:
            if item.kind is MaterialKind.CERTIFICATE:
                certificates.append(Certificate.load(item.der))
            elif item.kind is MaterialKind.CRL:
                self.data.append(_Data(loaded=RevocationList.load(item.der), end=item.end, bearer=bearer))
            else:
                response = OcspResponse.load(item.der)
                certificates.extend(response.certificates)
                self.data.append(_Data(loaded=response, end=item.end, bearer=bearer))
        except (CertificateError, CrlError, OcspError):
            return

    def complete(self) -> bool:
        """Tell whether everything but the outermost archive time-stamp can be validated offline (ades.md 0.4)."""
        known = self._leaves()
        if known is None:
            return False
        if self.self_contained():
            return True
        return bool(self.data) and all(self._provided(leaf) for leaf in known)

    def self_contained(self) -> bool:
        """Tell whether every path ends where it begins: then there is nothing to carry but the certificates."""
        known = self._leaves()
        return known is not None and all(self._ends(leaf) for leaf in known)

    def _leaves(self) -> list[Certificate] | None:
        found = [self._leaf(self.facts), *(self._leaf(item.token) for item in self._inner())]
        known = [leaf for leaf in found if leaf is not None]
        return known if len(known) == len(found) else None

    def _inner(self) -> list[TimestampFacts]:
        """Return the time-stamps that must be provided for: all but the outermost one, if there are others."""
        inner = [item for item in self.facts.timestamps if item.kind is not TimestampKind.ARCHIVE]
        own = [item for item in inner if item.kind is not TimestampKind.CONTENT]
        outer = [*self.stamps, *(item for item in self.facts.timestamps if item.kind is TimestampKind.ARCHIVE)]
        ordered = sorted(outer, key=_age)
        if ordered and (own or len(ordered) > 1):
            ordered = ordered[:-1]
        return [*inner, *ordered]

    def archived(self) -> bool:
        """Tell whether a time-stamp of the document stands over all of that (ades.md 2.4)."""
        return any(self._archives(item) for item in self.stamps)

    def _archives(self, stamp: TimestampFacts) -> bool:
        end = stamp.token.covered_until
        if end is None or not any(item.end is not None and item.end <= end for item in self.stored):
            return False
        signer = self._leaf(self.facts)
        if signer is None:
            return False
        if not all(any(self._covered(one, stamp, end) for one in found) for found in self._needed(signer)):
            return False
        leaf = self._leaf(stamp.token)
        needed = self._needed(leaf) if leaf is not None else []
        own = all(any(self._covered(one, stamp, end) for one in found) for found in needed)
        return bool(self.facts.timestamps) or own or any(
            other.id in stamp.covers and other.id != stamp.id for other in self.stamps
        )

    def _covered(self, data: _Data, stamp: TimestampFacts, end: int) -> bool:
        if data.bearer:
            inside = {self.facts.id, *(item.id for item in self.facts.timestamps)}
            return data.bearer in inside or data.bearer in stamp.covers
        return data.end is not None and data.end <= end

    def _needed(self, leaf: Certificate) -> list[list[_Data]]:
        """Return, for every certificate of a path that needs data, the data there is."""
        found: list[list[_Data]] = []
        current: Certificate | None = leaf
        for _ in range(_DEPTH):
            if current is None or self._ends(current):
                break
            issuer = next(iter(self._issuers(current)), None)
            if needs_status(current) and issuer is not None:
                found.append([one for one in self.data if self._counts(one.loaded, current, issuer)])
            current = issuer
        return found

    def _leaf(self, facts: SignatureFacts) -> Certificate | None:
        return self.leaves.get(facts.id)

    def _ends(self, certificate: Certificate) -> bool:
        if certificate.sha256 in self.anchors:
            return True
        return certificate.is_self_issued and signature_verifies(certificate, certificate.spki_der)

    def _issuers(self, certificate: Certificate) -> list[Certificate]:
        found = []
        for item in self.pool.by_subject(certificate.issuer):
            self.steps += 1
            if self.steps > _STEPS:
                break
            if item != certificate and signature_verifies(certificate, item.spki_der):
                found.append(item)
        return found

    def _counts(self, data: RevocationList | OcspResponse, certificate: Certificate, issuer: Certificate) -> bool:
        return _answers(data, certificate, issuer) and self._signed(data, issuer)

    def _signed(self, data: RevocationList | OcspResponse, issuer: Certificate) -> bool:
        """Tell whether somebody at hand who bears the name signed revocation data: anybody can write a list."""
        known = self.signed.get(data.sha256)
        if known is not None:
            return known
        candidates = [issuer]
        if isinstance(data, RevocationList):
            candidates += self.pool.by_subject(data.issuer)
        else:
            candidates += (*data.certificates, *self._responders(data))
        for candidate in dict.fromkeys(candidates):
            self.steps += 1
            if self.steps > _STEPS:
                return False
            if data.verify(candidate.spki_der):
                self.signed[data.sha256] = True
                return True
        return False

    def _responders(self, data: OcspResponse) -> tuple[Certificate, ...]:
        if data.responder_name is not None:
            return self.pool.by_subject(data.responder_name)
        known = data.responder_key_hash
        return tuple(item for item in self.pool.certificates if digest_of("sha1", item.public_key_bits) == known)

    def _provided(self, leaf: Certificate) -> bool:
        """Tell whether data is there for a certificate and for those above it, up to the end of a path."""
        seen = {leaf.sha256}
        open_ = [leaf]
        while open_:
            certificate = open_.pop()
            if self._ends(certificate):
                return True
            exempt = not needs_status(certificate) or certificate.has_extension(ext.OCSP_NO_CHECK)
            for issuer in self._issuers(certificate):
                if issuer.sha256 in seen:
                    continue
                if exempt or any(self._counts(one.loaded, certificate, issuer) for one in self.data):
                    seen.add(issuer.sha256)
                    open_.append(issuer)
        return False


def _age(stamp: TimestampFacts) -> tuple[datetime, int, int]:
    return stamp.gen_time or NEVER, stamp.token.covered_until or 0, len(stamp.covers)


def _answers(data: RevocationList | OcspResponse, certificate: Certificate, issuer: Certificate) -> bool:
    """Tell whether data speaks of a certificate; whether it may and what it says is not a matter of level."""
    if isinstance(data, RevocationList):
        return data.issuer.canonical == certificate.issuer.canonical
    about = [item.certificate_id for item in data.answers if item.certificate_id.serial == certificate.serial_number]
    if not about:
        return False
    names, bits = (certificate.issuer.der, issuer.subject.der), key_bits(issuer.spki_der)
    return any(item.names(certificate, issuer_names=names, issuer_key_bits=bits) for item in about)
