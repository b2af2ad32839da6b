"""What a signed file is called when nobody says: the name tells what is inside."""

from __future__ import annotations

import os
from collections.abc import Sequence

from edoc.api_sign.format_settings import Statement
from edoc.facts.document import Document
from edoc.formats.kind import Kind, kind_of
from edoc.formats.writing import Packaging
from edoc.sign.formats import Format, is_container, packaging_of

_CONTAINER = {Format.ASIC_S: ".asics", Format.ASIC_E: ".asice"}
_OWN = {Format.CADES: (Kind.CMS, Kind.CMS_PEM), Format.JADES: (Kind.JWS_COMPACT,)}
"""Kinds of inputs that are signatures of a format themselves: they keep their ending."""


def signed_name(path: str, documents: Sequence[Document], statement: Statement) -> str:
    """Return the path of the signed form of a file, beside it.

    `ruling.pdf` becomes `ruling.signed.pdf`, `annex.docx` gets `annex.docx.p7s` beside it, several files
    become `FIRST.asice`.  Raises `ConfigError` and `InputError` as signing does.
    """
    stem, extension = os.path.splitext(path)
    format = statement.format_for(documents)
    if format is Format.PADES:
        return f"{stem}.signed{extension or '.pdf'}"
    own = is_container(documents[0]) if format in _CONTAINER else kind_of(documents[0]) in _OWN.get(format, ())
    if own:
        return f"{stem}.signed{extension}"
    if format in _CONTAINER:
        return f"{stem}{_CONTAINER[format]}"
    packaging = packaging_of(statement.packaging, format, documents)
    if format is Format.CADES:
        return f"{path}.p7s" if packaging is Packaging.DETACHED else f"{path}.p7m"
    if format is Format.JADES:
        compact = statement.options.get("serialization") == "compact"
        return f"{path}.jws" if compact else f"{stem}.signed.json" if extension == ".json" else f"{path}.json"
    if packaging is Packaging.DETACHED:
        return f"{path}.xades"
    return f"{stem}.signed.xml" if extension in (".xml", "") else f"{path}.xml"
