"""What is remembered about chains is what a fresh look would say, at every time and with everything at hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from edoc.drivers import chains
from edoc.drivers.chains import ChainFinder, Subject
from edoc.drivers.material import load_validation_data
from edoc.pki.certificate import Certificate
from edoc.pki.interval import dates_of, unchanged
from edoc.pki.path import Anchor, PathSearch, build_paths
from edoc.pki.pool import Pool
from edoc.pki.status import CertificateStatus, Status
from edoc.testing import PracticePki
from edoc.trust.store import Purpose
from edoc.verify.context import ValidationData

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def pki() -> PracticePki:
    return PracticePki(at=AT)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    """The times for which a search for paths was made."""
    found: list[datetime] = []

    def count(leaf: Certificate, *, pool: Pool, anchors: tuple[Anchor, ...], time: datetime) -> PathSearch:
        found.append(time)
        return build_paths(leaf, pool=pool, anchors=anchors, time=time)

    monkeypatch.setattr(chains, "build_paths", count)
    yield found


def _subject(pki: PracticePki, name: str, time: datetime, *, sealed: bool = False) -> Subject:
    purpose = Purpose.TSA if name.startswith("tsa") else Purpose.SIGNER
    return Subject(certificate=Certificate.load(pki.certificate(name)), purpose=purpose, time=time, sealed=sealed)


def _data(pki: PracticePki, name: str, *more: bytes) -> ValidationData:
    return load_validation_data([*pki.chain(name)[:-1], *more])


def _lists(pki: PracticePki, at: datetime = AT) -> list[bytes]:
    return [pki.crl(name, at=at) for name in ("issuing", "root-a")]


@pytest.mark.parametrize("anchored", [True, False])
def test_a_chain_is_looked_for_once_within_the_hour(
    pki: PracticePki, looks: list[datetime], anchored: bool
) -> None:
    finder, data = ChainFinder(pki.trust if anchored else None), _data(pki, "person", *_lists(pki))
    first = finder.best(_subject(pki, "person", AT), data)
    for minutes in (1, 30, 59, 0):
        later = finder.best(_subject(pki, "person", AT + timedelta(minutes=minutes)), data)
        assert (later.path, later.known) == (first.path, first.known)
    assert looks == [AT]
    finder.best(_subject(pki, "person", AT + timedelta(hours=2)), data)
    assert len(looks) == 2


def test_another_list_is_another_question(pki: PracticePki, looks: list[datetime]) -> None:
    finder, subject = ChainFinder(pki.trust), _subject(pki, "revoked", AT)
    assert [item.status for item in _statuses(finder, subject, _data(pki, "revoked"))] == [Status.UNKNOWN] * 2
    assert Status.REVOKED in [item.status for item in _statuses(finder, subject, _data(pki, "revoked", *_lists(pki)))]
    assert len(looks) == 2


def test_another_purpose_and_another_certificate_are_other_questions(pki: PracticePki, looks: list[datetime]) -> None:
    finder, data = ChainFinder(pki.trust), _data(pki, "person", *_lists(pki))
    one = _subject(pki, "person", AT)
    other = Subject(certificate=one.certificate, purpose=Purpose.TSA, time=AT)
    for subject in (one, other, _subject(pki, "person-ec", AT), one, other):
        finder.best(subject, data)
    assert len(looks) == 3


def test_freshness_is_judged_at_each_use(pki: PracticePki, looks: list[datetime]) -> None:
    data = _data(pki, "person", *_lists(pki))
    due = min(crl.next_update for crl in data.crls if crl.next_update is not None)
    finder = ChainFinder(pki.trust)
    assert not tuple(finder.best(_subject(pki, "person", due), data).open())
    assert len(tuple(finder.best(_subject(pki, "person", due + TICK), data).open())) == 2
    assert not tuple(finder.best(_subject(pki, "person", due + TICK, sealed=True), data).open())
    assert len(looks) == 2


def test_what_is_remembered_is_bounded(pki: PracticePki, monkeypatch: pytest.MonkeyPatch, looks: list[datetime]) -> None:
    monkeypatch.setattr(chains, "_CAPACITY", 2)
    finder, data = ChainFinder(pki.trust), _data(pki, "person", *_lists(pki))
    for name in ("person", "person-ec", "tsa", "person"):
        finder.best(_subject(pki, name, AT), data)
    assert len(looks) == 4


@pytest.mark.parametrize("name", ["person", "revoked", "on-hold", "tsa"])
@pytest.mark.parametrize("anchored", [True, False])
def test_a_remembered_answer_is_a_fresh_one_at_every_turn_of_things(
    pki: PracticePki, name: str, anchored: bool
) -> None:
    trust = pki.trust if anchored else None
    answers = [pki.ocsp(name, at=AT + 5 * DAY)] if name != "tsa" else []
    data = _data(pki, name, *_lists(pki), *_lists(pki, AT + 3 * DAY), *answers)
    subject = _subject(pki, name, AT)
    dates = sorted(set(dates_of((subject.certificate, *data.certificates), data.crls, data.ocsps)))
    times = [date + step for date in dates for step in (-DAY, -TICK, timedelta(0), TICK, timedelta(minutes=7))]
    chance = random.Random(1)
    finder = ChainFinder(trust)
    for time in chance.sample(times * 2, 2 * len(times)):
        asked = _subject(pki, name, time)
        assert finder.best(asked, data) == ChainFinder(trust).best(asked, data), time


def test_an_interval_reaches_to_the_nearest_dates_and_no_further() -> None:
    hour = timedelta(hours=1)
    dates = [AT - DAY, AT - hour / 2, AT + hour / 3, AT + DAY]
    found = unchanged(AT, dates)
    assert (found.after, found.before) == (AT - hour / 2, AT + hour / 3)
    assert not found.holds(found.after) and not found.holds(found.before)
    assert found.holds(found.after + TICK) and found.holds(found.before - TICK)
    assert (unchanged(AT, []).after, unchanged(AT, []).before) == (AT - hour, AT + hour)


def test_on_the_very_date_an_answer_is_for_that_time_alone() -> None:
    found = unchanged(AT, [AT])
    assert found.holds(AT) and not found.holds(AT + TICK) and not found.holds(AT - TICK)


def _statuses(finder: ChainFinder, subject: Subject, data: ValidationData) -> list[CertificateStatus]:
    return [item.status for item in finder.best(subject, data).known if item.status is not None]
