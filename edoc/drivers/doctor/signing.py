"""The key that would sign, and the authorities that would give the time.  No secret is ever part of an answer."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from edoc.drivers.configuration import trust_paths
from edoc.drivers.doctor.order import Order, look, of_error, ok, wrong
from edoc.drivers.doctor.trusted import weak_key
from edoc.errors import EdocError
from edoc.keys import Key
from edoc.keys.key import split_uri
from edoc.pki.algorithms import verify_value
from edoc.report.checkup import Check, Topic
from edoc.trust import Purpose, TrustStore

_SOON = timedelta(days=30)
_SKEW = timedelta(minutes=5)
_SIGNING = frozenset({"digitalSignature", "nonRepudiation"})
_TRIAL = b"edoc doctor: this is a trial and stands for nothing"


def key(order: Order) -> Iterator[Check]:
    """Open the key, sign something worthless with it, and look at its certificate."""
    if order.key is None:
        return
    scheme, place = split_uri(order.key)
    yield from _file_rights(place)
    opened = Key.open(order.key, certificates=order.certificates, secret=order.secret)
    problems = [*_trial(opened, place), *_certificate(opened, place, order.now), *_chain(opened, place, order)]
    certificate = opened.certificate
    yield from problems
    yield ok(
        Topic.KEY, "doctor_key",
        uri=f"{scheme}:{place}", name=certificate.subject.rfc4514(), issuer=certificate.issuer.rfc4514(),
        until=_moment(certificate.not_after),
    )  # fmt: skip


def _file_rights(place: str) -> Iterator[Check]:
    if os.name == "posix" and os.path.isfile(place) and os.stat(place).st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield look(Topic.KEY, "KEY_FILE_READABLE", subject=place)


def _trial(opened: Key, place: str) -> Iterator[Check]:
    algorithm = opened.algorithm()
    value = opened.sign(_TRIAL, algorithm)
    if not verify_value(opened.certificate.spki_der, algorithm, _TRIAL, value):
        yield wrong(Topic.KEY, "KEY_TRIAL_FAILED", subject=place)


def _certificate(opened: Key, place: str, now: datetime) -> Iterator[Check]:
    certificate = opened.certificate
    name = certificate.subject.rfc4514()
    if certificate.not_after < now:
        yield wrong(Topic.KEY, "KEY_CERTIFICATE_EXPIRED", subject=place, name=name, time=_moment(certificate.not_after))
    elif certificate.not_before > now:
        yield wrong(Topic.KEY, "KEY_CERTIFICATE_NOT_YET", subject=place, name=name, time=_moment(certificate.not_before))
    elif certificate.not_after < now + _SOON:
        yield look(Topic.KEY, "KEY_CERTIFICATE_ENDS_SOON", subject=place, name=name, time=_moment(certificate.not_after))
    used = certificate.key_usage
    if used is not None and not used & _SIGNING:
        yield wrong(Topic.KEY, "KEY_NOT_FOR_SIGNING", subject=place, name=name, usage=", ".join(sorted(used)) or "-")
    if (weak := weak_key(certificate, now)) is not None:
        yield look(Topic.KEY, "KEY_WEAK", subject=place, algorithm=weak)


def _chain(opened: Key, place: str, order: Order) -> Iterator[Check]:
    """Look whether whoever verifies can follow the chain to an end."""
    last = opened.chain[-1] if opened.chain else opened.certificate
    if last.is_self_issued or last.issuer.canonical in _anchors(order):
        return
    yield look(Topic.KEY, "KEY_CHAIN_SHORT", subject=place, issuer=last.issuer.rfc4514())


def _anchors(order: Order) -> set[object]:
    found: set[object] = set()
    for path in tuple(Path(item) for item in order.trust) or trust_paths(order.environment):
        try:
            store = TrustStore.load(path)
        except (EdocError, OSError):
            continue  # told where the anchors are looked at
        found.update(anchor.name.canonical for anchor in store.anchors(Purpose.SIGNER))
    return found


def authorities(order: Order) -> Iterator[Check]:
    """Ask every authority once for a time-stamp, where that is allowed."""
    for url in order.tsa:
        if not order.online:
            yield look(Topic.TSA, "TSA_NOT_ASKED", subject=_plain(url))
            continue
        try:
            yield from _ask(url, order)
        except EdocError as problem:
            yield of_error(Topic.TSA, problem)


def _ask(url: str, order: Order) -> Iterator[Check]:
    from edoc.net.tsa import Patience, TimeStampClient

    client = TimeStampClient(url, patience=Patience(attempts=1))
    stamp = client.stamp(hashlib.sha256(_TRIAL).digest())
    seen = _moment(stamp.gen_time)
    if abs(stamp.gen_time - order.now) > _SKEW:
        yield wrong(Topic.TSA, "CLOCK_OFF", subject=_moment(order.now), url=stamp.url, time=seen)
    name = stamp.certificate.subject.rfc4514()
    yield ok(Topic.TSA, "doctor_tsa", url=stamp.url, name=name, time=seen, until=_moment(stamp.certificate.not_after))


def _plain(url: str) -> str:
    """An address without its query and without whoever is named before its host."""
    from edoc.net.address import shown

    return shown(url)


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%SZ")
