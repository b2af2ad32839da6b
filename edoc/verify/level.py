"""The level of a signature, from what the format read (ades.md 2.4); a level needs trust.

Without proof of time the highest answers are -B and -T: -LT and -LTA need revocation data to be
weighed against the trust store.
"""

from __future__ import annotations

from edoc.facts.signature import SignatureFacts, SignatureFormat


def signature_level(facts: SignatureFacts) -> str:
    """Return the ETSI name of the level, such as `PAdES-BASELINE-B`, or the name of what it is instead."""
    has = facts.predicates.get
    if facts.format is SignatureFormat.PADES:
        return _pades(facts)
    if facts.format is SignatureFormat.PDF:
        if not has("pkcs7", False):
            return "PDF-NOT-ETSI"
        return "PKCS7-T" if has("t", False) else "PKCS7-B"
    return "CMS-NOT-ETSI"


def _pades(facts: SignatureFacts) -> str:
    has = facts.predicates.get
    if not has("bes", False):
        return "PDF-NOT-ETSI"
    if not has("b", False):
        return "PAdES-EPES" if has("epes", False) else "PAdES-BES"
    if has("t", False) or has("doc_timestamp_after", False):
        return "PAdES-BASELINE-T"
    return "PAdES-BASELINE-B"
