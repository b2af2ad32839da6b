"""What is digested of a signature policy that is written in ASN.1 (TR 102 272 5.2; ades.md 0.11)."""

from __future__ import annotations

from edoc.pki.der import DerError, Reader


def policy_digest_input(document: bytes) -> bytes | None:
    """Return the octets that the digest of a policy stands over; null for a document that is no ASN.1 policy.

    They are the two first elements of the SEQUENCE, signPolicyHashAlg and signPolicyInfo, with their headers.
    """
    reader = Reader(document)
    try:
        tag, start, end, following = reader.read(0, len(document))
        if tag != 0x30 or following != len(document):
            return None
        parts = reader.children(start, end, limit=3)
    except DerError:
        return None
    if [part[0] for part in parts[:2]] != [0x30, 0x30]:
        return None
    return document[parts[0][1] : parts[1][4]]
