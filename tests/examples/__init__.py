"""Tests of the example document and of the programs beside it."""
