"""Tests of the legal profiles."""
