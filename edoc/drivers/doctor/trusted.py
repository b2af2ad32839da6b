"""The anchors, one by one, and policy files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from edoc.drivers.configuration import trust_paths
from edoc.drivers.doctor.order import Order, look, of_error, of_system, ok, wrong
from edoc.drivers.doctor.places import writable
from edoc.errors import EdocError
from edoc.pki.algorithms import key_facts
from edoc.pki.certificate import Certificate
from edoc.policy import Policy
from edoc.policy.suite import default_suite
from edoc.report.checkup import Check, Topic
from edoc.trust import Purpose, TrustStore

_SOON = timedelta(days=90)


def trust(order: Order) -> Iterator[Check]:
    """Look at every anchor, file by file, so that one bad file does not hide the others."""
    named = tuple(Path(item) for item in order.trust) or trust_paths(order.environment)
    if not named:
        yield look(Topic.TRUST, "TRUST_NOT_SET_UP", subject="trust")
        return
    seen: dict[bytes, str] = {}
    for path in named:
        yield from _place(path, order, seen)


def _place(path: Path, order: Order, seen: dict[bytes, str]) -> Iterator[Check]:
    if not path.exists():
        yield wrong(Topic.TRUST, "TRUST_PATH_MISSING", subject=str(path))
        return
    yield from writable(Topic.TRUST, path)
    if not path.is_dir():
        yield from _file(path, tuple(Purpose), order, seen)
        return
    found = False
    for item in sorted(path.iterdir()):
        if item.name.startswith("."):
            continue
        found = True
        if not item.is_dir():
            yield from _file(item, tuple(Purpose), order, seen)
        elif item.name in {purpose.value for purpose in Purpose}:
            yield from writable(Topic.TRUST, item)
            for file in sorted(item.iterdir()):
                if file.is_file() and not file.name.startswith("."):
                    yield from _file(file, (Purpose(item.name),), order, seen)
        else:
            yield look(Topic.TRUST, "TRUST_FOLDER_UNUSED", subject=str(item), known=", ".join(one.value for one in Purpose))
    if not found:
        yield wrong(Topic.TRUST, "TRUST_PATH_MISSING", subject=str(path))


def _file(path: Path, purposes: tuple[Purpose, ...], order: Order, seen: dict[bytes, str]) -> Iterator[Check]:
    try:
        store = TrustStore.load(path, purposes=purposes)
    except EdocError as problem:
        yield of_error(Topic.TRUST, problem)
        return
    except OSError as problem:
        yield of_system(Topic.TRUST, problem, place=str(path))
        return
    for entry in store.entries:
        before = seen.setdefault(entry.certificate.sha256, str(path))
        if before != str(path):
            name = entry.certificate.subject.rfc4514()
            yield look(Topic.TRUST, "ANCHOR_TWICE", subject=str(path), name=name, other=before)
        yield from _anchor(entry.certificate, str(path), purposes, order.now)


def _anchor(certificate: Certificate, path: str, purposes: tuple[Purpose, ...], now: datetime) -> Iterator[Check]:
    name, until = certificate.subject.rfc4514(), _day(certificate.not_after)
    if certificate.not_after < now:
        yield look(Topic.TRUST, "ANCHOR_EXPIRED", subject=path, name=name, time=until)
        return
    if certificate.not_before > now:
        yield look(Topic.TRUST, "ANCHOR_NOT_YET", subject=path, name=name, time=_day(certificate.not_before))
        return
    if (weak := weak_key(certificate, now)) is not None:
        yield look(Topic.TRUST, "ANCHOR_WEAK", subject=path, name=name, algorithm=weak)
        return
    if certificate.not_after < now + _SOON:
        yield look(Topic.TRUST, "ANCHOR_ENDS_SOON", subject=path, name=name, time=until)
        return
    what = ", ".join(purpose.value for purpose in purposes)
    yield ok(Topic.TRUST, "doctor_anchor", name=name, purposes=what, until=until, path=path)


def weak_key(certificate: Certificate, now: datetime) -> str | None:
    """Return the kind and size of a key that the suite no longer counts on at a time, null for a sound one."""
    facts = key_facts(certificate.spki_der)
    if facts is None:
        return "?"
    suite = default_suite()
    names = [row.name for row in suite.signatures if row.name.startswith(_FAMILIES.get(facts.kind, facts.kind))]
    reliable = any(suite.signature(name, bits=facts.bits, curve=facts.curve).until > now for name in names)
    return None if reliable else f"{facts.kind} {facts.bits}"


_FAMILIES = {"ec": "ecdsa"}
"""Kinds of keys whose signature algorithms are called otherwise."""


def policies(order: Order) -> Iterator[Check]:
    """Look whether policies can be read."""
    for name in order.policies:
        try:
            policy = _policy(name)
        except EdocError as problem:
            yield of_error(Topic.POLICY, problem)
        except (OSError, UnicodeDecodeError) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else "UTF-8"
            yield wrong(Topic.POLICY, "SYSTEM_REFUSED", subject=name, reason=reason or "?")
        else:
            yield ok(Topic.POLICY, "doctor_policy", policy=policy.id, digest=policy.identity().digest)


def _policy(name: str) -> Policy:
    if name.endswith(".toml"):
        return Policy.from_toml(Path(name).read_text(encoding="utf-8"), name=name)
    return Policy.named(name)


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%SZ")
