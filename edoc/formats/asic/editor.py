"""A signed container to which proof of time and validation data are added (EN 319 162-1; ades.md 5.3).

XAdES, and CAdES in ASiC-S, are raised inside their own files.  CAdES in ASiC-E is raised there up to B-LT;
then a time-stamp of the container stands over everything, and what it covers may not change any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from edoc.errors import InputError
from edoc.facts.material import MaterialKind
from edoc.formats.asic.archive import Objects, Pending, covered_names, pending_archive, put_archive, put_into_last_token
from edoc.formats.asic.box import Box
from edoc.formats.asic.inner import inner_documents, inner_writer
from edoc.formats.asic.kinds import Container
from edoc.formats.asic.roles import SIGNATURES, Role, role_of
from edoc.formats.writing import Editor
from edoc.pki.cms import CmsError, parse_signed_data


@dataclass(slots=True)
class _File:
    """One signature file: its editor, null when nothing in it can be read, and whether it was changed."""

    name: str
    editor: Editor | None
    first: int
    """Number of its first signature in the container."""
    changed: bool = field(default=False)

    @property
    def count(self) -> int:
        """Signatures in it; one that cannot be read is one."""
        return len(self.editor.signatures) if self.editor is not None else 1


class ContainerEditor:
    """One container, changed step by step; signatures are named by the ids of its facts."""

    def __init__(self, box: Box, container: Container, *, new: tuple[str, Editor] | None = None) -> None:
        """Take a container; `new` is a signature file that was just made, and its editor.

        Raises `InputError` for one without signatures.
        """
        self._box = box
        self._container = container
        self._files: list[_File] = []
        self._pending: Pending | None = None
        self._newest: str | None = None
        for name in _files(box, new):
            fresh = new is not None and new[0] == name
            editor = new[1] if new is not None and fresh else _opened(box, container, name)
            first = sum(item.count for item in self._files) + 1
            self._files.append(_File(name, editor, first, fresh))
            if fresh and editor is not None and editor.newest is not None:
                self._newest = _moved(editor.newest, first - 1)
        if not any(item.editor is not None for item in self._files):
            raise InputError("EXTEND_NO_SIGNATURE", subject=box.name)

    @property
    def signatures(self) -> tuple[str, ...]:
        """Ids of the top-level signatures."""
        return tuple(
            _moved(id, item.first - 1)
            for item in self._files
            if item.editor is not None
            for id in item.editor.signatures
        )

    @property
    def newest(self) -> str | None:
        """Id of the signature that was put in; null for a container that was only opened."""
        return self._newest

    @property
    def joined(self) -> bool:
        """True when the container had signatures before that one."""
        return len(self._files) > 1 or any(item.editor is not None and item.editor.joined for item in self._files)

    @property
    def archives_together(self) -> bool:
        """True where one time-stamp of the container is the archive time-stamp of all its signatures."""
        return all(self._by_container(item.name) for item in self._files)

    def signature_imprint(self, signature: str, algorithm: str) -> bytes:
        """Return the digest to be time-stamped over the value of a signature."""
        _, editor, own = self._found(signature)
        return editor.signature_imprint(own, algorithm)

    def put_signature_timestamp(self, signature: str, token: bytes) -> None:
        """Add a signature time-stamp; `InputError` ASIC_COVERED where a time-stamp of the container covers the file."""
        file, editor, own = self._found(signature)
        if file.name in covered_names(self._box):
            raise InputError("ASIC_COVERED", subject=self._box.name)
        editor.put_signature_timestamp(own, token)
        file.changed = True

    def put_validation_data(self, signature: str, objects: Sequence[tuple[MaterialKind, bytes]]) -> None:
        """Add what a signature and the time-stamps over it rest on, to its file or the newest time-stamp.

        Raises `InputError` ASIC_COVERED when neither may be changed.
        """
        file, editor, own = self._found(signature)
        if file.name not in covered_names(self._box):
            editor.put_validation_data(own, objects)
            file.changed = True
            return
        fresh = self._not_carried(objects)
        if fresh:
            put_into_last_token(self._box, fresh)

    def archive_imprint(self, signature: str, algorithm: str) -> bytes:
        """Return the digest to be time-stamped over a signature, or over the whole container it stands in."""
        file, editor, own = self._found(signature)
        if not self._by_container(file.name):
            return editor.archive_imprint(own, algorithm)
        self._write_back()
        self._pending = pending_archive(self._box, algorithm=algorithm)
        return self._pending.imprint(algorithm)

    def put_archive_timestamp(self, signature: str, token: bytes) -> None:
        """Add the archive time-stamp whose imprint was asked for."""
        file, editor, own = self._found(signature)
        if not self._by_container(file.name):
            editor.put_archive_timestamp(own, token)
            file.changed = True
            return
        if self._pending is None:
            raise InputError("CADES_TOKEN_UNREADABLE", subject=signature)
        put_archive(self._box, self._pending, token)
        self._pending = None

    def place_of(self, signature: str) -> tuple[str, str]:
        """Return the file that a signature stands in, and its id there; `InputError` ASIC_NO_SUCH_SIGNATURE."""
        file, _, own = self._found(signature)
        return file.name, own

    def parts(self) -> Iterable[bytes | memoryview]:
        """Yield the octets of the container as it is now."""
        self._write_back()
        return self._box.octets()

    def _write_back(self) -> None:
        for item in self._files:
            if item.changed and item.editor is not None:
                octets = b"".join(bytes(piece) for piece in item.editor.parts())
                self._box.put(item.name, octets, self._box.time(item.name))
                item.changed = False

    def _by_container(self, name: str) -> bool:
        return self._container is Container.ASIC_E and role_of(name) is Role.CADES

    def _found(self, signature: str) -> tuple[_File, Editor, str]:
        """Return the file of a signature, its editor, and what the signature is called there."""
        number, dot, rest = signature.removeprefix("S").partition(".")
        for item in self._files:
            if item.editor is not None and number.isdigit() and item.first <= int(number) < item.first + item.count:
                return item, item.editor, f"S{int(number) - item.first + 1}{dot}{rest}"
        raise InputError("ASIC_NO_SUCH_SIGNATURE", subject=signature, params={"known": ", ".join(self.signatures)})

    def _not_carried(self, objects: Objects) -> Objects:
        held: set[bytes] = set()
        for name in self._box.names(Role.CADES, Role.TIMESTAMP):
            try:
                signed = parse_signed_data(bytes(self._box.document(name).data))
            except CmsError:
                continue
            held.update((*signed.certificates, *signed.crls, *signed.ocsps))
        return [item for item in dict.fromkeys(objects) if item[1] not in held]


def _files(box: Box, new: tuple[str, Editor] | None) -> tuple[str, ...]:
    names = box.names(*SIGNATURES)
    return names if new is None or new[0] in names else (*names, new[0])


def _opened(box: Box, container: Container, name: str) -> Editor | None:
    try:
        document, *beside = inner_documents(box, container, name)
        return inner_writer(role_of(name)).open(document, tuple(beside))
    except InputError:
        # What cannot be read stays as it is; the report tells it.
        return None


def _moved(id: str, offset: int) -> str:
    number, dot, rest = id.removeprefix("S").partition(".")
    return f"S{int(number) + offset}{dot}{rest}"


