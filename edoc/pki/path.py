"""Certification path building: every way from a certificate to an anchor, best first, within a budget.

The builder follows names and checks each signature as it goes, so that certificates that only carry
the right name cost one check.  It decides nothing: dates, constraints and revocation are the
checker's.  What cannot lead to an anchor by its names is never entered, so a mesh of
cross-certificates that ends nowhere costs nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki.algorithms import key_facts, verify_value
from edoc.pki.cache import BoundedCache
from edoc.pki.certificate import Certificate
from edoc.pki.names import Name
from edoc.pki.pool import Pool
from edoc.pki.violation import Violation

_WIDE_BITS = 4096
"""RSA keys above this size cost more than one unit of the signature budget."""

_RENAMED = 16
"""Anchors tried for the hint that an authority was renamed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A trusted name and key, with the certificate it was given by, if any.

    The certificate's own signature, dates and extensions are not judged; it need not be self-signed.
    """

    name: Name
    spki_der: bytes = field(repr=False)
    certificate: Certificate | None = None
    label: str = ""
    until: datetime | None = None
    """From then on it is believed only about what is proved to be older (EN 319 102-1 5.2.6, sunset date)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePath:
    """Certificates from the leaf (index 0) upwards, the anchor not among them, and the anchor.

    A leaf that is itself an anchor is a path of that one certificate.
    """

    certificates: tuple[Certificate, ...]
    anchor: Anchor

    @property
    def is_anchor_itself(self) -> bool:
        """True when the leaf is the anchor's certificate."""
        return self.anchor.certificate is not None and self.certificates == (self.anchor.certificate,)

    def issuer_key(self, index: int) -> bytes:
        """Return the key (DER SubjectPublicKeyInfo) that must have signed the certificate at an index."""
        above = index + 1
        return self.certificates[above].spki_der if above < len(self.certificates) else self.anchor.spki_der

    def issuer_certificate(self, index: int) -> Certificate | None:
        """Return the certificate above an index; the anchor's may be absent."""
        above = index + 1
        return self.certificates[above] if above < len(self.certificates) else self.anchor.certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSearch:
    """What the builder found: paths best first, whether a budget ended the search, and hints when empty."""

    paths: tuple[CandidatePath, ...]
    budget_exceeded: bool = False
    hints: tuple[Violation, ...] = ()
    signature_checks: int = 0
    """Signature checks spent, remembered ones included: equal for equal input whatever was asked before."""
    steps: int = 0
    """Certificates looked at as possible issuers."""


_SIGNATURES: BoundedCache[tuple[bytes, bytes], bool] = BoundedCache(max_entries=16384, max_weight=16 << 20)


def signature_verifies(certificate: Certificate, spki_der: bytes) -> bool:
    """Tell whether a key (DER SubjectPublicKeyInfo) made a certificate's signature; remembered, as it never changes."""
    key = (certificate.sha256, spki_der)
    known = _SIGNATURES.get(key)
    if known is not None:
        return known
    algorithm, value = certificate.signature_algorithm, certificate.signature_value
    valid = verify_value(spki_der, algorithm, certificate.tbs_der, value)
    return _SIGNATURES.put(key, valid, weight=len(spki_der))


def build_paths(
    leaf: Certificate,
    *,
    pool: Pool,
    anchors: tuple[Anchor, ...],
    time: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> PathSearch:
    """Return every path from a certificate to an anchor, best first, as far as the budgets reach."""
    search = _Search(leaf, pool=pool, anchors=anchors, time=time, limits=limits)
    return search.run()


class _BudgetError(Exception):
    """A budget of the search is spent."""


class _Search:
    def __init__(
        self, leaf: Certificate, *, pool: Pool, anchors: tuple[Anchor, ...], time: datetime, limits: Limits
    ) -> None:
        self.leaf = leaf
        self.pool = pool
        self.time = time
        self.limits = limits
        self.anchors: dict[bytes, list[Anchor]] = {}
        for anchor in anchors:
            if not anchor.name.empty:
                self.anchors.setdefault(anchor.name.canonical, []).append(anchor)
        self.anchor_keys = {(anchor.name.canonical, anchor.spki_der) for anchor in anchors}
        self.anchor_certificates = {item.certificate.sha256: item for item in anchors if item.certificate is not None}
        self.distance = self._distances()
        self.checked: dict[tuple[bytes, bytes], bool] = {}
        self.paths: list[CandidatePath] = []
        self.refused: list[tuple[int, Certificate]] = []
        self.spent = 0
        self.steps = 0
        self.too_deep = False

    def run(self) -> PathSearch:
        exceeded = False
        own = self.anchor_certificates.get(self.leaf.sha256)
        if own is not None:
            self.paths.append(CandidatePath(certificates=(self.leaf,), anchor=own))
        try:
            self._climb()
        except _BudgetError:
            exceeded = True
        paths = tuple(sorted(self.paths, key=self._rank))
        return PathSearch(
            paths=paths,
            budget_exceeded=exceeded or self.too_deep,
            hints=() if paths else tuple(self._hints()),
            signature_checks=self.spent,
            steps=self.steps,
        )

    def _distances(self) -> dict[bytes, int]:
        """Return, for every name that leads to an anchor, by how many certificates of the pool it does."""
        issued: dict[bytes, set[bytes]] = {}
        for certificate in self.pool.certificates:
            if not certificate.subject.empty:
                issued.setdefault(certificate.issuer.canonical, set()).add(certificate.subject.canonical)
        distance = dict.fromkeys(self.anchors, 0)
        edge = list(distance)
        while edge:
            following = []
            for name in edge:
                for below in issued.get(name, ()):
                    if below not in distance:
                        distance[below] = distance[name] + 1
                        following.append(below)
            edge = following
        return distance

    def _climb(self) -> None:
        # A stack of iterators instead of recursion: the depth is hostile input's to choose.
        chain = [self.leaf]
        stack = [self._issuers(chain)]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
                chain.pop()
                continue
            chain.append(following)
            stack.append(self._issuers(chain))

    def _issuers(self, chain: list[Certificate]) -> Iterator[Certificate]:
        """Yield the certificates that signed the last of a chain; note the paths that end here."""
        child = chain[-1]
        name = child.issuer.canonical
        if child.issuer.empty:
            return
        for anchor in self.anchors.get(name, ()):
            if child.sha256 not in self.anchor_certificates and self._signed(child, anchor.spki_der, len(chain)):
                self._found(CandidatePath(certificates=tuple(chain), anchor=anchor))
        if name not in self.distance:
            return
        seen = {(item.subject.canonical, item.spki_der) for item in chain}
        for candidate in self._candidates(child):
            self._step()
            identity = (candidate.subject.canonical, candidate.spki_der)
            # A key that is an anchor's ends the path there; the same name and key twice is a circle.
            if identity in seen or identity in self.anchor_keys:
                continue
            away = self.distance.get(candidate.issuer.canonical)
            if away is None:
                continue
            if len(chain) + 1 + away > self.limits.path_depth:
                self.too_deep = True
                continue
            if self._signed(child, candidate.spki_der, len(chain)):
                yield candidate

    def _candidates(self, child: Certificate) -> list[Certificate]:
        named = self.pool.by_subject(child.issuer)
        ordered = sorted(named, key=lambda item: self._preference(child, item))
        if len(ordered) > self.limits.path_candidates:
            self.too_deep = True
        return ordered[: self.limits.path_candidates]

    def _preference(self, child: Certificate, issuer: Certificate) -> tuple[int, bool, bool, float, bytes]:
        away = self.distance.get(issuer.issuer.canonical, 1 << 20)
        return (
            away,
            not _identifiers_agree(child, issuer),
            not issuer.not_before <= self.time <= issuer.not_after,
            -issuer.not_before.timestamp(),
            issuer.sha256,
        )

    def _step(self) -> None:
        self.steps += 1
        if self.steps > self.limits.path_steps:
            raise _BudgetError

    def _signed(self, child: Certificate, spki_der: bytes, level: int) -> bool:
        key = (child.sha256, spki_der)
        known = self.checked.get(key)
        if known is None:
            self.spent += _cost(spki_der)
            if self.spent > self.limits.path_signature_checks:
                raise _BudgetError
            known = self.checked[key] = signature_verifies(child, spki_der)
            if not known:
                self.refused.append((level - 1, child))
        return known

    def _found(self, path: CandidatePath) -> None:
        if len(self.paths) >= self.limits.path_results:
            raise _BudgetError
        self.paths.append(path)

    def _rank(self, path: CandidatePath) -> tuple[int, int, int, float]:
        outside = sum(not item.not_before <= self.time <= item.not_after for item in path.certificates)
        pairs = zip(path.certificates, path.certificates[1:], strict=False)
        strangers = sum(not _identifiers_agree(child, issuer) for child, issuer in pairs)
        newest = path.certificates[1].not_before.timestamp() if len(path.certificates) > 1 else 0.0
        return outside, strangers, len(path.certificates), -newest

    def _hints(self) -> Iterator[Violation]:
        """Say what almost led to an anchor: a key under another name, a name under another key."""
        for anchor in self._renamed():
            if signature_verifies(self.leaf, anchor.spki_der):
                params = {"issuer": self.leaf.issuer.rfc4514(), "anchor": anchor.name.rfc4514()}
                yield Violation(
                    code="KEY_MATCH_NAME_DIFFERS", index=0, certificate_sha256=self.leaf.sha256, params=params
                )
                return
        if self.refused:
            index, child = min(self.refused, key=lambda item: item[0])
            params = {"name": child.subject.rfc4514(), "issuer": child.issuer.rfc4514()}
            yield Violation(code="ISSUER_KEY_DIFFERS", index=index, certificate_sha256=child.sha256, params=params)

    def _renamed(self) -> list[Anchor]:
        """Return the few anchors of another name whose key the leaf may have been signed with."""
        others = [one for anchors in self.anchors.values() for one in anchors if one.name != self.leaf.issuer]
        wanted = self.leaf.authority_key_identifier
        if wanted is not None:
            others = [one for one in others if one.certificate is None or _bears(one.certificate, wanted)]
        return others[:_RENAMED]


def _bears(certificate: Certificate, identifier: bytes) -> bool:
    # RFC 5280 4.2.1.2 (1): a renamed authority of the same key has the same identifier, written or computed.
    computed = hashlib.sha1(certificate.public_key_bits, usedforsecurity=False).digest()
    return identifier in (certificate.subject_key_identifier, computed)


def _identifiers_agree(child: Certificate, issuer: Certificate) -> bool:
    # RFC 5280 4.2.1.1: a hint for the order of search and nothing else.
    wanted, own = child.authority_key_identifier, issuer.subject_key_identifier
    return wanted is None or own is None or wanted == own


def _cost(spki_der: bytes) -> int:
    bits = key_facts(spki_der).bits if len(spki_der) > _WIDE_BITS // 8 else 0
    return max(1, (bits // _WIDE_BITS) ** 2)
