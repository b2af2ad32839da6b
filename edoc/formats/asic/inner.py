"""The signature files of a container, as documents of their own format with what they stand over beside them."""

from __future__ import annotations

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.formats.asic.box import Box
from edoc.formats.asic.errors import ZipError
from edoc.formats.asic.kinds import Container
from edoc.formats.asic.roles import SIGNATURES, Role
from edoc.formats.writing import FormatWriter


def inner_writer(role: Role) -> FormatWriter:
    """Return the writer of the signatures that stand in files of a role."""
    if role is Role.CADES:
        from edoc.formats.cades.write import WRITER as cades

        return cades
    from edoc.formats.xml.write import WRITER as xades

    return xades


def inner_documents(box: Box, container: Container, name: str) -> tuple[Document, ...]:
    """Return a signature file that is there, and the files that its signatures may stand over."""
    if name in box.names(Role.CADES):
        return (box.document(name), *(box.document(item) for item in _under_cms(box, container, name)))
    beside = [item for item in box.names() if item != name and not item.endswith("/")]
    return (box.document(name), *(box.document(item) for item in beside))


def _under_cms(box: Box, container: Container, name: str) -> tuple[str, ...]:
    """Return the manifest that a CMS signs, or the one data file of ASiC-S."""
    try:
        found = [item.name for item in box.manifests(Role.MANIFEST) if box.find(item.signature) == name]
    except ZipError as problem:
        raise InputError(problem.code, subject=box.name, params=problem.params) from problem
    if found:
        return tuple(found[:1])
    return box.names(Role.DATA)[:1] if container is Container.ASIC_S else ()


def signature_role(box: Box, wanted: str | None) -> Role:
    """Return the role of a new signature file: as asked, else as the signatures that are there, else XAdES."""
    if wanted is not None:
        return {"xades": Role.XADES, "cades": Role.CADES}[wanted]
    there = [role for role in SIGNATURES if box.names(role)]
    return there[0] if there else Role.XADES
