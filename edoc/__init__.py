"""edoc signs and verifies electronic documents so that courts, banks and agencies can accept them.

    report = edoc.verify_document("ruling.pdf", trust=edoc.TrustStore.load("anchors/"))
    report.verdict

Names are loaded when they are first used; importing this package loads nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from edoc import aio as aio
    from edoc.api import Verifier as Verifier
    from edoc.api import verify_certificate as verify_certificate
    from edoc.api import verify_document as verify_document
    from edoc.api_sign import Signer as Signer
    from edoc.api_sign import extend_document as extend_document
    from edoc.api_sign import finish_signature as finish_signature
    from edoc.api_sign import prepare_signature as prepare_signature
    from edoc.api_sign import sign_document as sign_document
    from edoc.bulk import BulkResult as BulkResult
    from edoc.bulk.sign import sign_many as sign_many
    from edoc.bulk.verify import verify_many as verify_many
    from edoc.errors import ConfigError as ConfigError
    from edoc.errors import EdocError as EdocError
    from edoc.errors import FetchError as FetchError
    from edoc.errors import InputError as InputError
    from edoc.errors import KeyAccessError as KeyAccessError
    from edoc.errors import VerificationFailed as VerificationFailed
    from edoc.facts.document import Digest as Digest
    from edoc.facts.document import Document as Document
    from edoc.keys import Key as Key
    from edoc.net.policy import FetchPolicy as FetchPolicy
    from edoc.policy import Policy as Policy
    from edoc.report.model import ANY_SIGNER as ANY_SIGNER
    from edoc.report.model import Match as Match
    from edoc.report.model import Report as Report
    from edoc.result.enums import Indication as Indication
    from edoc.result.enums import SubIndication as SubIndication
    from edoc.result.enums import Verdict as Verdict
    from edoc.trust import TrustStore as TrustStore

_HOME = {
    "verify_document": "edoc.api",
    "verify_certificate": "edoc.api",
    "verify_many": "edoc.bulk.verify",
    "Verifier": "edoc.api",
    "sign_document": "edoc.api_sign",
    "extend_document": "edoc.api_sign",
    "prepare_signature": "edoc.api_sign",
    "finish_signature": "edoc.api_sign",
    "sign_many": "edoc.bulk.sign",
    "Signer": "edoc.api_sign",
    "BulkResult": "edoc.bulk",
    "Document": "edoc.facts.document",
    "Digest": "edoc.facts.document",
    "Key": "edoc.keys",
    "FetchPolicy": "edoc.net.policy",
    "Policy": "edoc.policy",
    "TrustStore": "edoc.trust",
    "Report": "edoc.report.model",
    "Match": "edoc.report.model",
    "ANY_SIGNER": "edoc.report.model",
    "Verdict": "edoc.result.enums",
    "Indication": "edoc.result.enums",
    "SubIndication": "edoc.result.enums",
    "EdocError": "edoc.errors",
    "InputError": "edoc.errors",
    "ConfigError": "edoc.errors",
    "FetchError": "edoc.errors",
    "KeyAccessError": "edoc.errors",
    "VerificationFailed": "edoc.errors",
}

__all__ = [
    "ANY_SIGNER",
    "BulkResult",
    "ConfigError",
    "Digest",
    "Document",
    "EdocError",
    "FetchError",
    "FetchPolicy",
    "Indication",
    "InputError",
    "Key",
    "KeyAccessError",
    "Match",
    "Policy",
    "Report",
    "Signer",
    "SubIndication",
    "TrustStore",
    "Verdict",
    "VerificationFailed",
    "Verifier",
    "extend_document",
    "finish_signature",
    "prepare_signature",
    "sign_document",
    "sign_many",
    "verify_certificate",
    "verify_document",
    "verify_many",
]


def __getattr__(name: str) -> object:
    """Load a public name from its room."""
    if name == "aio":
        return import_module("edoc.aio")
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'edoc' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
