"""Validation policies and cryptographic suites, as data."""
