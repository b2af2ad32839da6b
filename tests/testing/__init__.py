"""Tests of what integrators use in their own tests."""
