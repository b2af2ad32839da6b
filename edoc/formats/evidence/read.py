"""Reads evidence records of either syntax; each is read once, however many documents it is held against."""

from __future__ import annotations

from edoc.formats.evidence.asn1 import read_asn1
from edoc.formats.evidence.model import EvidenceError, Record
from edoc.formats.evidence.sniff import looks_like_xml
from edoc.formats.evidence.stamps import Budget
from edoc.formats.evidence.xml import read_xml_record
from edoc.limits import DEFAULT_LIMITS, Limits
from edoc.pki.cache import BoundedCache

_HEAD = 4096
_READ: BoundedCache[bytes, Record] = BoundedCache(max_entries=256, max_weight=16 << 20)
"""The latest records, found by all of their octets: a fact about nothing else, so that nothing can be out of date."""


def read_record(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Record:
    """Return the record in some octets, in ASN.1 or XML; raises `EvidenceError` for what is none (RFC 4998, RFC 6283)."""
    if len(data) > limits.evidence_bytes:
        raise EvidenceError("EVIDENCE_LIMIT", what="octets", limit=limits.evidence_bytes)
    known = _READ.get(data) if limits is DEFAULT_LIMITS else None
    if known is not None:
        return known
    budget = Budget(limits)
    found = read_xml_record(data, budget) if looks_like_xml(data[:_HEAD]) else read_asn1(data, budget)
    return _READ.put(data, found, weight=len(data)) if limits is DEFAULT_LIMITS else found
