"""Policies are data: two built-in ones, stricter ones from TOML, and a digest that tells them apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from edoc.errors import ConfigError
from edoc.policy.model import RESERVATIONS, Demand, Judgement, Policy, RevocationRule
from edoc.policy.suite import FOREVER, NEVER, default_suite


def test_the_two_policies_that_always_exist() -> None:
    assert Policy.named("default").judgement is Judgement.FULL
    assert Policy.named("default").revocation is RevocationRule.REQUIRED
    assert Policy.named("integrity").judgement is Judgement.INTEGRITY
    assert Policy.named("integrity").identity().disabled == ("trust", "revocation")


def test_the_digest_tells_rules_apart() -> None:
    digests = {
        Policy.named("default").identity().digest,
        Policy.named("integrity").identity().digest,
        Policy.from_toml('id = "a"\nrevocation = "not_required"', name="a.toml").identity().digest,
        Policy.from_toml('id = "a"\nmax_status_age_hours = 24', name="a.toml").identity().digest,
        Policy.from_toml('id = "a"\nreservations = []', name="a.toml").identity().digest,
    }
    assert len(digests) == 5


def test_a_policy_from_toml_says_what_it_switches_off() -> None:
    policy = Policy.from_toml('id = "lenient"\nrevocation = "not_required"', name="lenient.toml")
    assert policy.identity().disabled == ("revocation",)
    aged = Policy.from_toml('id = "strict"\nmax_status_age_hours = 12', name="strict.toml")
    assert aged.max_status_age == timedelta(hours=12)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("id = ", "POLICY_MALFORMED"),
        ('id = "x"\nunknown = 1', "POLICY_KEY_UNKNOWN"),
        ('id = "x"\nbase = "nowhere"', "POLICY_UNKNOWN"),
        ('id = "x"\nrevocation = "sometimes"', "POLICY_VALUE"),
        ('id = "x"\nmax_status_age_hours = -1', "POLICY_VALUE"),
        ('id = "x"\nmax_status_age_hours = true', "POLICY_VALUE"),
        ('id = "x"\nreservations = ["CHANGE_NOT_JUDGED"]', "POLICY_VALUE"),
        ('revocation = "required"', "POLICY_WITHOUT_ID"),
    ],
)
def test_a_policy_that_is_not_understood_is_refused(text: str, code: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Policy.from_toml(text, name="x.toml")
    assert refused.value.code == code


def test_what_would_hide_a_forgery_is_no_reservation() -> None:
    grave = {"CHANGE_NOT_JUDGED", "PARTIAL_COVERAGE", "DETACHED_UNUSED", "UNSIGNED_CONTENT_ADDED", "CLOCK_BEHIND",
             "ALGORITHM_WEAK", "PATH_BUDGET"}  # fmt: skip
    assert not grave & RESERVATIONS


@pytest.mark.parametrize(
    ("digest", "reliable"),
    [("sha256", True), ("sha3_512", True), ("sha1", False), ("md5", False), ("never-heard-of", False)],
)
def test_digests_today(digest: str, reliable: bool) -> None:
    assert (default_suite().digest(digest).until > datetime(2026, 11, 1, tzinfo=UTC)) is reliable


@pytest.mark.parametrize(
    ("name", "bits", "curve", "until"),
    [
        ("rsa", 1024, None, datetime(2019, 10, 1, tzinfo=UTC)),
        ("rsa", 2048, None, datetime(2029, 1, 1, tzinfo=UTC)),
        ("rsa", 3072, None, FOREVER),
        ("rsa", 512, None, NEVER),
        ("ecdsa", 256, "secp256r1", FOREVER),
        ("ecdsa", 256, "secp256k1", datetime(2021, 10, 1, tzinfo=UTC)),
        ("rot13", 256, None, NEVER),
    ],
)
def test_signature_algorithms_end_on_their_day(name: str, bits: int, curve: str | None, until: datetime) -> None:
    assert default_suite().signature(name, bits=bits, curve=curve).until == until


def test_demands_are_read_from_a_file_and_stand_in_the_digest() -> None:
    text = 'id = "strict"\nsignature_policy_text = "required"\ncounter_signatures = "required"\n'
    policy = Policy.from_toml(text, name="strict.toml")
    assert policy.signature_policy_text is Demand.REQUIRED and policy.counter_signatures is Demand.REQUIRED
    plain = Policy.from_toml('id = "strict"\n', name="strict.toml")
    assert policy.identity().digest != plain.identity().digest
    for key in ("signature_policy_text", "counter_signatures"):
        with pytest.raises(ConfigError) as problem:
            Policy.from_toml(f'id = "x"\n{key} = "perhaps"\n', name="x.toml")
        assert problem.value.code == "POLICY_VALUE"
