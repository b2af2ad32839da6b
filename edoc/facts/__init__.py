"""What formats read: signatures, references, time-stamps and the material they carry.

A signature of any format reduces to the same facts: who, what, how, when, and what it brought
along.  Facts decide nothing; `edoc.verify` weighs them.
"""

from edoc.facts.document import Digest, Document
from edoc.facts.findings import Finding, Severity
from edoc.facts.material import EmbeddedObject, MaterialKind, Origin
from edoc.facts.signature import (
    CertificateReference,
    Change,
    ChangeLevel,
    Claims,
    DocumentFacts,
    EvidenceFacts,
    PolicyReference,
    Reference,
    ReferenceKind,
    ScopeKind,
    SignatureAlgorithm,
    SignatureFacts,
    SignatureFormat,
    SignerIdentifier,
    TimestampFacts,
    TimestampKind,
)

__all__ = [
    "CertificateReference",
    "Change",
    "ChangeLevel",
    "Claims",
    "Digest",
    "Document",
    "DocumentFacts",
    "EmbeddedObject",
    "EvidenceFacts",
    "Finding",
    "MaterialKind",
    "Origin",
    "PolicyReference",
    "Reference",
    "ReferenceKind",
    "ScopeKind",
    "Severity",
    "SignatureAlgorithm",
    "SignatureFacts",
    "SignatureFormat",
    "SignerIdentifier",
    "TimestampFacts",
    "TimestampKind",
]
