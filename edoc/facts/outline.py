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
class Outline:
    """The revisions, oldest first, and the form fields of the last one."""

    revisions: tuple[RevisionOutline, ...] = ()
    fields: tuple[FieldOutline, ...] = ()
