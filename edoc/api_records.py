"""The composition root of records: signs them as JAdES, verifies them, and reads what they state."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Unpack

from edoc.api import Input, Verifier
from edoc.api_sign.options import SignerOptions
from edoc.api_sign.signer import Signer
from edoc.api_sign.work import SignResult
from edoc.drivers.files import Source, open_document
from edoc.drivers.output import Target
from edoc.errors import ConfigError, EdocError, InputError
from edoc.facts.document import Document
from edoc.facts.signature import ScopeKind
from edoc.keys.key import Key
from edoc.records.model import Checked, Conversion, FileId, Lookup, Record
from edoc.records.reading import read_record, record_octets
from edoc.report.records import CheckedRecord
from edoc.report.speech import visible
from edoc.result.report import ReportData, SignatureResult
from edoc.result.reported import read_statement

_JSON_SIGNATURES = ("JAdES", "JWS")


def file_id(document: Source) -> FileId:
    """Return name, size and digest of a file, for a record to name it; raises `InputError` when it cannot be read."""
    opened = open_document(document)
    return FileId(name=opened.name, sha256=opened.sha256().hex(), size=opened.size)


def checked_before(source: Source, document: FileId) -> Checked:
    """Return what a report says of a document, for the record of its print.

    Raises `InputError` RECORD_NOT_OURS for what is not one report, `ConfigError` RECORD_REPORT_OTHER when it is
    about another document.
    """
    opened = open_document(source)
    octets = bytes(opened.data[:])
    told = read_statement(octets, name=opened.name)
    if told.sha256 != document.sha256:
        raise ConfigError("RECORD_REPORT_OTHER", subject=opened.name, params={"document": document.name})
    return Checked(
        verdict=told.verdict,
        validation_time=told.validation_time,
        signers=tuple(visible(name) for name in told.signers),
        report_sha256=hashlib.sha256(octets).hexdigest(),
    )


def sign_record(
    record: Record, key: Key, *, output: Target = None, overwrite: bool = False, **options: Unpack[SignerOptions]
) -> SignResult:
    """Sign a record as JAdES, check the result, and only then let it appear at its place.

    Options as in `edoc.Signer`, errors too; `InputError` RECORD_MALFORMED for a record that no reader would
    take, `ConfigError` RECORD_FORMAT when the options ask for another format.
    """
    if options.get("format") not in (None, "jades"):
        raise ConfigError("RECORD_FORMAT", subject=str(options["format"]))
    options["format"] = "jades"
    document = Document.from_bytes(record_octets(record), name=_name(record))
    return Signer(key, **options).sign(document, output=output, overwrite=overwrite)


def check_record(source: Input, *, verifier: Verifier, at: datetime | None = None) -> CheckedRecord:
    """Verify a file as a signed record and read what it states; what is wrong with it is a result.

    `at` is the time that counts as now.  Only intact signed content is read; whether its signer is trusted,
    the verdict tells.  Raises `InputError` only when the file cannot be opened.
    """
    opened = open_document(source)
    try:
        report = verifier.verify_at(opened, at=at).data
    except EdocError as problem:
        return CheckedRecord(name=opened.name, report=None, record=None, problem=problem.code)
    try:
        return CheckedRecord(name=opened.name, report=report, record=_stated(report, opened.name), problem=None)
    except InputError as problem:
        return CheckedRecord(name=opened.name, report=report, record=None, problem=problem.code)


def _stated(report: ReportData, name: str) -> Record:
    """Return the record that every signature signed; raises `InputError` when there is none."""
    if not report.signatures:
        raise InputError("RECORD_UNSIGNED", subject=name)
    contents = {_content(item, name) for item in report.signatures}
    if len(contents) != 1:
        raise InputError("RECORD_NOT_INTACT", subject=name)
    return read_record(contents.pop(), name=name)


def _content(signature: SignatureResult, name: str) -> bytes:
    whole = [item.kind for item in signature.scope] == [ScopeKind.FULL]
    if signature.format not in _JSON_SIGNATURES or signature.container is not None or not whole:
        raise InputError("RECORD_FOREIGN", subject=name)
    if signature.intact is not True:
        raise InputError("RECORD_NOT_INTACT", subject=name)
    try:
        return signature.signed_data(0)
    except ValueError as problem:
        raise InputError("RECORD_NOT_INTACT", subject=name) from problem


def _name(record: Record) -> str:
    if isinstance(record, Lookup):
        return "lookup.json"
    return "conversion.json" if isinstance(record, Conversion) else "paper-copy.json"
