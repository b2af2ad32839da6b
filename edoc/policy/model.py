"""A validation policy: which rules apply; frozen data with a digest that the report prints."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum

from edoc.errors import ConfigError
from edoc.policy.suite import CryptographicSuite, default_suite
from edoc.result.report import PolicyId


class Judgement(Enum):
    """What a policy judges: everything, or only what the file itself can show."""

    FULL = "full"
    INTEGRITY = "integrity"


class RevocationRule(Enum):
    """Whether the status of every certificate of a path must be known."""

    REQUIRED = "required"
    NOT_REQUIRED = "not_required"


class Demand(Enum):
    """Whether something must be there and hold, or may be absent or broken."""

    REQUIRED = "required"
    NOT_REQUIRED = "not_required"


RESERVATIONS = frozenset(
    {
        "ALGORITHM_ENDING",
        "CERT_ISSUER_SERIAL_MISMATCH",
        "CERT_REFERENCE_MISSING",
        "CERT_REFERENCE_WEAK",
        "EVIDENCE_NOT_COUNTED",
        "TIMESTAMP_INVALID",
        "TIMESTAMP_UNTRUSTED",
        "PDF_TRAILING_SPACE",
        "PDF_XREF_OFFSET_SPACE",
        "PDF_HYBRID_XREF",
        "PDF_HYBRID_STALE",
        "PDF_ID_CHANGED",
        "PDF_DSS_SHRUNK",
        "PDF_DYNAMIC_CONTENT",
        "SIGNER_IS_CA",
        "KEY_USAGE_ABSENT",
    }
)
"""Warnings that leave a document PASSED, with the reservation named: each is a defect of form or an
addition that changes neither what was signed nor who signed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of one verification.

    `max_status_age` limits how old revocation data may be at the time judged; null means the
    nextUpdate window of the data itself (EN 319 102-1 5.2.5).  The time judged is the best one proved.
    `timestamp_delay` is how long after the claimed time a signature time-stamp may be; null: any time.
    """

    id: str
    judgement: Judgement = Judgement.FULL
    revocation: RevocationRule = RevocationRule.REQUIRED
    max_status_age: timedelta | None = None
    timestamp_delay: timedelta | None = None
    signature_policy_text: Demand = Demand.NOT_REQUIRED
    """Whether the text of a signature policy that a signature names must be at hand (EN 319 102-1 5.2.4)."""
    counter_signatures: Demand = Demand.NOT_REQUIRED
    """Whether a counter-signature must hold for the signature that it stands on (EN 319 102-1 5.1.4)."""
    reservations: frozenset[str] = RESERVATIONS
    suite: CryptographicSuite = field(default_factory=default_suite, repr=False)

    def __post_init__(self) -> None:
        if not self.id:
            raise ConfigError("POLICY_WITHOUT_ID", subject="id")

    @classmethod
    def named(cls, name: str) -> Policy:
        """Return `default` or `integrity`; any other name raises `ConfigError`."""
        if name not in BUILT_IN:
            raise ConfigError("POLICY_UNKNOWN", subject=name, params={"known": ", ".join(sorted(BUILT_IN))})
        return BUILT_IN[name]

    @classmethod
    def from_toml(cls, text: str, *, name: str) -> Policy:
        """Return a policy from TOML text; unknown keys and values raise `ConfigError`.

        Keys: `id` (required), `base` (`default` or `integrity`), `revocation`, `max_status_age_hours`,
        `timestamp_delay_hours`, `reservations` (a list that replaces the base's), `signature_policy_text` and
        `counter_signatures` (`required` or `not_required`).
        """
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as problem:
            raise ConfigError("POLICY_MALFORMED", subject=name, params={"why": str(problem)}) from problem
        return _from_table(data, name)

    def identity(self) -> PolicyId:
        """Return the id, the digest of the canonical form and what it switches off."""
        rules: dict[str, object] = {
            "id": self.id,
            "judgement": self.judgement.value,
            "revocation": self.revocation.value,
            "max_status_age": None if self.max_status_age is None else self.max_status_age.total_seconds(),
            "reservations": sorted(self.reservations),
            "suite": self.suite.canonical(),
        }
        if self.timestamp_delay is not None:
            rules["timestamp_delay"] = self.timestamp_delay.total_seconds()
        for name, demand in (
            ("signature_policy_text", self.signature_policy_text), ("counter_signatures", self.counter_signatures),
        ):  # fmt: skip
            if demand is Demand.REQUIRED:
                rules[name] = demand.value
        canonical = json.dumps(rules, sort_keys=True)
        disabled = ("trust",) if self.judgement is Judgement.INTEGRITY else ()
        if self.revocation is not RevocationRule.REQUIRED:
            disabled = (*disabled, "revocation")
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        return PolicyId(id=self.id, digest=f"sha256:{digest}", disabled=disabled)


BUILT_IN = {
    "default": Policy(id="default"),
    "integrity": Policy(
        id="integrity",
        judgement=Judgement.INTEGRITY,
        revocation=RevocationRule.NOT_REQUIRED,
        reservations=RESERVATIONS | {"ALGORITHM_WEAK"},
    ),
}

_HOURS = 24 * 36_500
"""A hundred years."""
_KEYS = {"id", "base", "revocation", "max_status_age_hours", "timestamp_delay_hours", "reservations",
         "signature_policy_text", "counter_signatures"}  # fmt: skip


def _from_table(data: dict[str, object], name: str) -> Policy:
    unknown = sorted(set(data) - _KEYS)
    if unknown:
        raise ConfigError("POLICY_KEY_UNKNOWN", subject=name, params={"key": unknown[0]})
    policy = replace(Policy.named(str(data.get("base", "default"))), id=str(data.get("id", "")))
    if "revocation" in data:
        try:
            policy = replace(policy, revocation=RevocationRule(data["revocation"]))
        except ValueError as problem:
            raise _bad_value(name, "revocation") from problem
    for key in ("signature_policy_text", "counter_signatures"):
        if key in data:
            try:
                demand = Demand(data[key])
            except ValueError as problem:
                raise _bad_value(name, key) from problem
            policy = replace(policy, **{key: demand})  # type: ignore[arg-type]
    if "max_status_age_hours" in data:
        policy = replace(policy, max_status_age=_hours(data, "max_status_age_hours", name))
    if "timestamp_delay_hours" in data:
        policy = replace(policy, timestamp_delay=_hours(data, "timestamp_delay_hours", name))
    if "reservations" in data:
        codes = data["reservations"]
        # A policy may only be stricter: a code outside the built-in list would turn an undecided
        # finding into a pass (EN 319 102-1 5.1.4.1).
        if not isinstance(codes, list) or not set(map(str, codes)) <= RESERVATIONS:
            raise _bad_value(name, "reservations")
        policy = replace(policy, reservations=frozenset(map(str, codes)))
    return policy


def _hours(data: dict[str, object], key: str, name: str) -> timedelta:
    hours = data[key]
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 <= hours <= _HOURS:
        raise _bad_value(name, key)
    return timedelta(hours=hours)


def _bad_value(name: str, key: str) -> ConfigError:
    return ConfigError("POLICY_VALUE", subject=name, params={"key": key})
