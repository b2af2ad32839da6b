"""The password of documents, from where a secret may come."""

from __future__ import annotations

from collections.abc import Mapping

from edoc.drivers.secrets import secret_source


def document_password(*, ask: bool, file: str | None, environment: Mapping[str, str]) -> str | None:
    """Return the password of the documents: a file's first line, EDOC_PASSWORD or a prompt; null for none."""
    if not ask and file is None and "EDOC_PASSWORD" not in environment:
        return None
    source = secret_source(file=file, variable="EDOC_PASSWORD", environment=environment)
    return source("Password of the documents")
