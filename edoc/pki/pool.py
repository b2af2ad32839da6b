"""Certificates at hand: found by subject, never by issuer and serial number."""

from __future__ import annotations

from collections.abc import Iterable

from edoc.pki.certificate import Certificate
from edoc.pki.names import Name


class Pool:
    """The certificates that may stand in a path, each once by its SHA-256; nothing here is trusted."""

    __slots__ = ("_by_subject", "certificates")

    def __init__(self, certificates: Iterable[Certificate] = ()) -> None:
        self.certificates: tuple[Certificate, ...] = tuple({item.sha256: item for item in certificates}.values())
        self._by_subject: dict[bytes, list[Certificate]] = {}
        for item in self.certificates:
            self._by_subject.setdefault(item.subject.canonical, []).append(item)

    def twins(self, certificate: Certificate) -> tuple[Certificate, ...]:
        """Return other certificates that bear the same issuer and serial number, which no two may."""
        return tuple(
            item
            for item in self.certificates
            if item.serial_number == certificate.serial_number
            and item.issuer.canonical == certificate.issuer.canonical
            and item != certificate
        )

    def by_subject(self, name: Name) -> tuple[Certificate, ...]:
        """Return the certificates of a name, in the order they were given; the empty name has none."""
        return () if name.empty else tuple(self._by_subject.get(name.canonical, ()))
