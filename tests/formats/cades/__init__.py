"""Tests of CMS, CAdES and time-stamp tokens."""
