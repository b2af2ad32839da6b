"""A scene for tests of online verification: documents of every fate, and services that live, die and lie."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import edoc
from edoc.lab.keys import process_keys
from edoc.lab.server import LabServer
from edoc.testing import PracticePki
from tests.conftest import ROOT

AT = datetime(2026, 6, 15, 10, 30, tzinfo=UTC)
RULING = ROOT / "examples" / "ruling.pdf"


@dataclass(frozen=True)
class Scene:
    """A practice PKI whose services answer, and who signed what under it."""

    lab: LabServer
    pki: PracticePki

    @property
    def host(self) -> str:
        return self.lab.url.removeprefix("http://")

    def policy(self, *kinds: str, cache: str | None = None) -> edoc.FetchPolicy:
        """Permission for the services of the scene, for some kinds or for the usual ones."""
        if not kinds:
            return edoc.FetchPolicy(hosts=[self.host], cache=cache)
        return edoc.FetchPolicy(kinds=kinds, hosts=[self.host], cache=cache)

    def signed(self, name: str = "person", *, chain: bool = True) -> edoc.Document:
        """The ruling, signed by somebody of the practice PKI; without its chain for those who must fetch it."""
        data = _signed(self.pki.key(name), chain=chain)
        return edoc.Document.from_bytes(data, name=f"{name}.pdf")


def _signed(key: edoc.Key, *, chain: bool) -> bytes:
    if not chain:
        key = edoc.Key(backend=key._backend, certificate=key.certificate, chain=(), uri="practice:alone")
    document = edoc.Document.from_bytes(_ruling(), name="ruling.pdf")
    made = edoc.sign_document(document, key, signing_time=AT, allow_invalid_certificate=True)
    return bytes(made.document.data[:])


@cache
def _ruling() -> bytes:
    return RULING.read_bytes()


@contextlib.contextmanager
def scene() -> Iterator[Scene]:
    """The services, alive until the end of the block; needs the mark `loopback`."""
    with LabServer(keys=process_keys(), at=AT) as lab:
        yield Scene(lab=lab, pki=PracticePki(at=AT, base_url=lab.url))


@contextlib.contextmanager
def dead_scene() -> Iterator[Scene]:
    """The same, but all its services have ended."""
    with scene() as living:
        pass
    yield living
