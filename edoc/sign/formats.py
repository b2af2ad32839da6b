"""Which format signs what: told by the document, or asked for; and the writer of each format."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from edoc.errors import ConfigError, InputError
from edoc.facts.document import Document
from edoc.formats import read_document
from edoc.formats.kind import Kind, kind_of
from edoc.formats.originals import Originals
from edoc.formats.writing import FormatWriter, Packaging
from edoc.sign.choice import choose


class Format(Enum):
    """The formats that signatures are made in."""

    PADES = "pades"
    CADES = "cades"
    XADES = "xades"
    JADES = "jades"
    ASIC_S = "asic-s"
    ASIC_E = "asic-e"


_NATURAL = {
    Kind.PDF: Format.PADES,
    Kind.XML: Format.XADES,
    Kind.JSON: Format.JADES,
    Kind.JWS_COMPACT: Format.JADES,
    Kind.CMS: Format.CADES,
    Kind.CMS_PEM: Format.CADES,
}
"""The format that a document has of itself; anything else gets a CAdES signature beside it."""

PACKAGINGS = {
    Format.CADES: (Packaging.DETACHED, Packaging.ENVELOPING),
    Format.XADES: (Packaging.ENVELOPED, Packaging.ENVELOPING, Packaging.DETACHED, Packaging.INTERNALLY_DETACHED),
    Format.JADES: (Packaging.ENVELOPING, Packaging.DETACHED),
    Format.ASIC_S: (Packaging.DETACHED,),
    Format.ASIC_E: (Packaging.DETACHED,),
}
"""What each format can do; the first is what it does unless asked."""

_SEVERAL = (Format.ASIC_E, Format.ASIC_S, Format.XADES, Format.JADES)
"""Formats in which one signature may stand over several files."""


def format_of(name: str) -> Format:
    """Return a format by its name; `ConfigError` SIGN_FORMAT_UNKNOWN."""
    return choose(Format, name, "SIGN_FORMAT_UNKNOWN")


def natural_format(document: Document) -> Format:
    """Return the format that suits a document when none is asked for.

    Raises `InputError` UNSUPPORTED_TYPE for a file that is called a PDF and is none.
    """
    kind = kind_of(document)
    if kind is Kind.ZIP:
        found = _container_type(document)
        return Format.ASIC_S if found == "ASiC-S" else Format.ASIC_E if found == "ASiC-E" else Format.CADES
    if kind is Kind.UNKNOWN and document.name.lower().endswith(".pdf"):
        # Whoever calls a file so wants a signature in it: one beside it would surprise.
        raise InputError("UNSUPPORTED_TYPE", subject=document.name)
    return _NATURAL.get(kind, Format.CADES)


def is_container(document: Document) -> bool:
    """Tell whether a document is an ASiC container."""
    return kind_of(document) is Kind.ZIP and _container_type(document) in ("ASiC-S", "ASiC-E")


def _container_type(document: Document) -> str | None:
    from edoc.formats.asic.read import container_type

    return container_type(document)


def is_signed(document: Document, originals: Sequence[Document]) -> bool:
    """Tell whether a document is a signature that gets another one, and those behind it its originals."""
    if kind_of(document) not in _NATURAL:
        return False
    try:
        return bool(read_document(document, originals=Originals(originals)).signatures)
    except InputError:
        # No signed document of any kind: one of several to be signed.
        return False


def packaging_of(name: str | None, format: Format, documents: Sequence[Document]) -> Packaging:
    """Return the packaging asked for, or the one that suits format and documents.

    Raises `ConfigError` SIGN_PACKAGING for what a format cannot do, SIGN_ONE_DOCUMENT for several documents
    in a format that signs one.
    """
    signed = kind_of(documents[0]) in (Kind.CMS, Kind.CMS_PEM)
    if len(documents) > 1 and format not in _SEVERAL and not signed:
        raise ConfigError("SIGN_ONE_DOCUMENT", subject=format.value, params={"count": str(len(documents))})
    known = PACKAGINGS[format]
    if name is None:
        return _usual(format, documents)
    found = next((item for item in known if item.value == name), None)
    if found is None:
        params = {"format": format.value, "known": ", ".join(item.value for item in known)}
        raise ConfigError("SIGN_PACKAGING", subject=str(name), params=params)
    return found


def _usual(format: Format, documents: Sequence[Document]) -> Packaging:
    if format is Format.XADES and (len(documents) > 1 or kind_of(documents[0]) is not Kind.XML):
        return Packaging.DETACHED
    if format is Format.JADES and len(documents) > 1:
        return Packaging.DETACHED
    return PACKAGINGS[format][0]


def writer_of(format: Format) -> FormatWriter:
    """Return the writer of a format other than PAdES; each is loaded when it is asked for."""
    if format is Format.CADES:
        from edoc.formats.cades.write import WRITER as cades

        return cades
    if format is Format.XADES:
        from edoc.formats.xml.write import WRITER as xades

        return xades
    if format is Format.JADES:
        from edoc.formats.jws.write import WRITER as jades

        return jades
    from edoc.formats.asic.write import ASIC_E, ASIC_S

    return ASIC_S if format is Format.ASIC_S else ASIC_E


def signed_format(document: Document) -> Format:
    """Return the format of a document that is signed already; `InputError` UNSUPPORTED_TYPE for none."""
    kind = kind_of(document)
    if kind is Kind.ZIP or kind in _NATURAL:
        return natural_format(document)
    raise InputError("UNSUPPORTED_TYPE", subject=document.name)
