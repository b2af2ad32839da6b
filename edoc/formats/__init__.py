"""Formats: read facts, prepare, finish, embed; they decide nothing."""
