"""Tests that hold the house rules: layers, sizes, purity, documentation, the public surface."""
