"""Validation data that a caller supplies: certificates and revocation lists, never trusted by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike

from edoc.drivers.files import open_document
from edoc.errors import ConfigError
from edoc.facts.document import Document
from edoc.pki.certificate import Certificate, CertificateError
from edoc.pki.crl import CrlError, RevocationList
from edoc.pki.pem import blocks, is_pem
from edoc.verify.context import ValidationData

_CRL_LABELS = ("X509 CRL", "CRL")
_CERTIFICATE_LABELS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")


def load_validation_data(items: Iterable[str | PathLike[str] | bytes | Document]) -> ValidationData:
    """Read certificates and CRLs (PEM or DER) from paths, bytes or documents.

    Raises `ConfigError` for an item that is neither.
    """
    certificates: dict[bytes, Certificate] = {}
    crls: dict[bytes, RevocationList] = {}
    for item in items:
        opened = open_document(item)
        for loaded in _objects(bytes(opened.data[:]), opened.name):
            if isinstance(loaded, Certificate):
                certificates[loaded.sha256] = loaded
            else:
                crls[loaded.sha256] = loaded
    return ValidationData(certificates=tuple(certificates.values()), crls=tuple(crls.values()))


def _objects(data: bytes, name: str) -> list[Certificate | RevocationList]:
    if not is_pem(data):
        return [_der(data, name)]
    found: list[Certificate | RevocationList] = []
    for label, der in blocks(data):
        if label in _CRL_LABELS or label in _CERTIFICATE_LABELS:
            found.append(_der(der, name))
    if not found:
        raise ConfigError("VALIDATION_DATA_UNREADABLE", subject=name)
    return found


def _der(data: bytes, name: str) -> Certificate | RevocationList:
    try:
        return Certificate.load(data)
    except CertificateError:
        pass
    try:
        return RevocationList.load(data)
    except CrlError as problem:
        raise ConfigError("VALIDATION_DATA_UNREADABLE", subject=name) from problem
