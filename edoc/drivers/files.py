"""Documents from paths, bytes, binary files and standard input."""

from __future__ import annotations

import mmap
import os
import stat
import sys
from os import PathLike
from typing import BinaryIO

from edoc.errors import InputError
from edoc.facts.document import Document
from edoc.limits import DEFAULT_LIMITS, Limits

_MAP_FROM = 1 << 20
"""Below this many bytes reading is faster than mapping; above it memory stays free."""

Source = str | PathLike[str] | bytes | BinaryIO | Document
"""What a document may be handed over as."""


def open_document(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Return a document from a path, bytes, a binary file, `-` (standard input) or a document.

    Files above 1 MiB are mapped, not read.  The name is the file's own name without its folder.
    Raises `InputError` for what is missing, unreadable or larger than the limit.
    """
    if isinstance(source, Document):
        return source
    if isinstance(source, bytes | bytearray | memoryview):
        return Document.from_bytes(bytes(source), name="document")
    if isinstance(source, str | PathLike):
        if os.fspath(source) == "-":
            return _read_stream(sys.stdin.buffer, name="-", limits=limits)
        return _open_path(os.fspath(source), limits)
    name = getattr(source, "name", "document")
    return _read_stream(source, name=os.path.basename(name) if isinstance(name, str) else "document", limits=limits)


def input_path(source: Source) -> str | None:
    """Return the path of a source that is a file on disk, null for everything else."""
    if isinstance(source, str | PathLike) and os.fspath(source) != "-":
        return os.fspath(source)
    return None


def input_name(source: object) -> str:
    """Return what a source is called in a log: its path as given, or its name."""
    if isinstance(source, str | PathLike):
        return str(os.fspath(source))
    return str(getattr(source, "name", "") or "document")


def _open_path(path: str, limits: Limits) -> Document:
    name = os.path.basename(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError as problem:
        raise _cannot_open(path, problem) from problem
    try:
        state = os.fstat(descriptor)
        if stat.S_ISDIR(state.st_mode):
            raise InputError("INPUT_IS_FOLDER", subject=path)
        if not stat.S_ISREG(state.st_mode):
            with os.fdopen(os.dup(descriptor), "rb") as stream:
                return _read_stream(stream, name=name, limits=limits)
        if state.st_size > limits.document_bytes:
            raise _too_large(path, limits)
        if state.st_size <= _MAP_FROM:
            return Document(data=_read_all(descriptor, state.st_size), name=name)
        return Document(data=mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ), name=name)
    except OSError as problem:
        raise _cannot_open(path, problem) from problem
    finally:
        os.close(descriptor)


def _read_all(descriptor: int, size: int) -> bytes:
    data = chunk = os.read(descriptor, size + 1)
    while chunk and len(data) != size:
        chunk = os.read(descriptor, _MAP_FROM)
        data += chunk
    return data


def _read_stream(stream: BinaryIO, *, name: str, limits: Limits) -> Document:
    try:
        data = stream.read(limits.document_bytes + 1)
    except OSError as problem:
        raise _cannot_open(name, problem) from problem
    if not isinstance(data, bytes):
        raise InputError("INPUT_NOT_BINARY", subject=name)
    if len(data) > limits.document_bytes:
        raise _too_large(name, limits)
    return Document(data=data, name=name)


def _too_large(name: str, limits: Limits) -> InputError:
    return InputError("INPUT_TOO_LARGE", subject=name, params={"limit": str(limits.document_bytes)})


def _cannot_open(path: str, problem: OSError) -> InputError:
    if isinstance(problem, FileNotFoundError | NotADirectoryError):
        return InputError("INPUT_NOT_FOUND", subject=path)
    if isinstance(problem, IsADirectoryError):
        return InputError("INPUT_IS_FOLDER", subject=path)
    return InputError("INPUT_UNREADABLE", subject=path, params={"reason": problem.strerror or "?"})
