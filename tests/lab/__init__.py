"""Tests of the practice PKI, its server, the tampering and the tour."""
