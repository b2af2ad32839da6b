"""What a document consists of, for showing: its revisions and its form fields; nothing is judged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionOutline:
    """One saved state of a document: its number from 1, and where it ends (octets)."""

    number: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOutline:
    """One form field: full name, type (`Tx`, `Btn`, `Ch`, `Sig`), and whether it has a value."""

    name: str
    type: str
    filled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOutline:
    """Form fields that a signature locks: `All`, those named (`Include`), or all others (`Exclude`)."""

    action: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionOutline:
    """What a signature says of later changes; nothing here says that it was kept."""

    field: str
    """Full name of the signature's field."""
    certifies: bool
    level: int | None
    """/P: 1 no change, 2 form filling and signatures, 3 annotations too; null: nothing said."""
    locks: tuple[LockOutline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The revisions, oldest first, the form fields of the last one, and what its signatures permit."""

    revisions: tuple[RevisionOutline, ...] = ()
    fields: tuple[FieldOutline, ...] = ()
    permissions: tuple[PermissionOutline, ...] = ()
    """Of the signatures that say something."""
