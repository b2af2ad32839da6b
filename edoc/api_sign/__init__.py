"""The composition root of signing: wires files, clock, keys and services to the pure steps."""

from __future__ import annotations

from edoc.api_sign.extend import extend_document, timestamp_document
from edoc.api_sign.settings import Material
from edoc.api_sign.signer import Signer, sign_document
from edoc.api_sign.two_steps import finish_signature, prepare_signature
from edoc.api_sign.work import SignResult

__all__ = [
    "Material",
    "SignResult",
    "Signer",
    "extend_document",
    "finish_signature",
    "prepare_signature",
    "sign_document",
    "timestamp_document",
]
