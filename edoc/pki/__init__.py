"""Certificates, revocation lists, CMS, algorithms; the path builder and the RFC 5280 checker."""
