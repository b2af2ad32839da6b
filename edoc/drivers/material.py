"""Validation data that a caller supplies: certificates, lists and OCSP responses, never trusted by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike

from edoc.drivers.files import open_document
from edoc.errors import ConfigError
from edoc.facts.document import Document
from edoc.formats.evidence.sniff import is_record
from edoc.limits import DEFAULT_LIMITS
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.ocsp import OcspError, OcspResponse
from edoc.pki.pem import blocks, is_pem
from edoc.verify.context import ValidationData

_Loaded = Certificate | RevocationList | OcspResponse
_CRL_LABELS = ("X509 CRL", "CRL")
_OCSP_LABELS = ("OCSP RESPONSE",)
_CERTIFICATE_LABELS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")


def load_validation_data(items: Iterable[str | PathLike[str] | bytes | Document]) -> ValidationData:
    """Read certificates, CRLs, OCSP responses (PEM or DER) and evidence records from paths, bytes or documents.

    Raises `ConfigError` for an item that is none of them.
    """
    certificates: dict[bytes, Certificate] = {}
    crls: dict[bytes, RevocationList] = {}
    ocsps: dict[bytes, OcspResponse] = {}
    records: dict[bytes, Document] = {}
    for item in items:
        opened = open_document(item)
        if is_record(opened.data):
            # Held in memory: a record serves many documents, and what it says may not change between them.
            records[opened.sha256()] = Document.from_bytes(opened.data[: DEFAULT_LIMITS.evidence_bytes + 1], name=opened.name)
            continue
        for loaded in _objects(bytes(opened.data[:]), opened.name):
            if isinstance(loaded, Certificate):
                certificates[loaded.sha256] = loaded
            elif isinstance(loaded, RevocationList):
                crls[loaded.sha256] = loaded
            else:
                ocsps[loaded.sha256] = loaded
    return ValidationData(
        certificates=tuple(certificates.values()), crls=tuple(crls.values()), ocsps=tuple(ocsps.values()),
        records=tuple(records.values()),
    )  # fmt: skip


def _objects(data: bytes, name: str) -> list[_Loaded]:
    if not is_pem(data):
        return [_der(data, name)]
    found: list[_Loaded] = []
    for label, der in blocks(data):
        if label in (*_CRL_LABELS, *_CERTIFICATE_LABELS, *_OCSP_LABELS):
            found.append(_der(der, name))
    if not found:
        raise ConfigError("VALIDATION_DATA_UNREADABLE", subject=name)
    return found


def _der(data: bytes, name: str) -> _Loaded:
    try:
        return Certificate.load(data)
    except CertificateError:
        pass
    try:
        return RevocationList.load(data)
    except CrlError:
        pass
    try:
        return OcspResponse.load(data)
    except OcspError as problem:
        raise ConfigError("VALIDATION_DATA_UNREADABLE", subject=name) from problem
