"""A practice PKI for demonstrations and tests."""
