"""Validation policies and cryptographic suites, as data."""

from edoc.policy.model import Judgement, Policy, RevocationRule

__all__ = ["Judgement", "Policy", "RevocationRule"]
