"""What earlier signatures permit later revisions to do: DocMDP, FieldMDP and locks (12.8.2)."""

from __future__ import annotations

from dataclasses import dataclass

from edoc.facts.copies import changed
from edoc.facts.findings import Finding, info
from edoc.facts.signature import Change, ChangeLevel
from edoc.formats.pdf.coverage import Found, field_as_signed
from edoc.formats.pdf.document import Pdf
from edoc.formats.pdf.fields import text
from edoc.formats.pdf.sections import Revision
from edoc.formats.pdf.step import Rank, Step, Told
from edoc.formats.pdf.values import Value

_REFERENCES = 64
_ANCESTORS = 64
"""Parts of a name: field trees are not deeper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Which fields a FieldMDP transform or a lock holds (tables 235 and 258)."""

    action: str
    fields: frozenset[str] = frozenset()

    def holds(self, name: str, *, signature: bool) -> bool:
        """Tell whether a field may no longer change; an action that nobody knows holds all."""
        parts = name.split(".")[:_ANCESTORS]
        inside = name in self.fields or any(".".join(parts[:count]) in self.fields for count in range(1, len(parts)))
        if self.action == "Include":
            return inside
        return not signature and not (self.action == "Exclude" and inside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What one signature states; `level` is the DocMDP P or the lock's P (null: nothing stated)."""

    name: str
    certifies: bool
    level: int | None
    locked: tuple[Lock, ...] = ()

    def locks(self, name: str, *, signature: bool) -> bool:
        """Tell whether a field may no longer change; signing another field does not break `All`."""
        return any(lock.holds(name, signature=signature) for lock in self.locked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came after one signature, or in one update."""

    level: ChangeLevel = ChangeLevel.NONE
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()


_LIMITS = {1: Rank.VALIDATION, 2: Rank.FILL, 3: Rank.ANNOTATE}
"""The highest kind of change that DocMDP and locks permit by /P (table 257)."""


def weigh(step: Step, binding: list[Permission]) -> Judged:
    """Weigh an update against what the earlier signatures permit; the narrowest one counts.

    A later revision never widens it: what a signature states is read as of its own revision.
    """
    stated = [permission for permission in binding if permission.level is not None]
    narrowest = min(stated, key=lambda permission: permission.level or 0, default=None)
    changes = [_permitted(told, narrowest) for told in step.told]
    level = _level(step.told, changes)
    findings = list(step.findings)
    if narrowest is not None and any(
        change.permitted is False and told.rank is not Rank.OTHER
        for told, change in zip(step.told, changes, strict=True)
    ):
        params = {"object": narrowest.name, "level": str(narrowest.level)}
        changes.append(Change(code="PDF_CHANGE_FORBIDDEN", permitted=False, subject=narrowest.name, params=params))
    step.spend(sum(len(permission.locked) for permission in binding) * (len(step.filled) + len(step.signed)))
    locked = [
        Change(
            code="PDF_LOCKED_FIELD_CHANGED", permitted=False, subject=name, shown=True,
            params={"object": name, "by": permission.name},
        )
        for permission in binding
        for name, signature in [*((name, False) for name in step.filled), *((name, True) for name in step.signed)]
        if permission.locks(name, signature=signature)
    ]
    if locked:
        level = ChangeLevel.NOT_PERMITTED
    if any(permission.certifies for permission in binding):
        findings.extend(
            info("PDF_VISIBLE_SIGNATURE_AFTER_CERTIFICATION", change.subject, page=change.page or "?")
            for change in changes
            if change.code == "PDF_SIGNATURE_ADDED" and change.shown
        )
    return Judged(level=level, changes=(*changes, *locked), findings=tuple(findings))


def _permitted(told: Told, narrowest: Permission | None) -> Change:
    limit = _LIMITS[narrowest.level] if narrowest is not None and narrowest.level is not None else None
    return changed(told.change, permitted=_allowed(told.rank, limit))


def _allowed(rank: Rank, limit: Rank | None) -> bool | None:
    """Tell whether a kind of change is permitted, null when that cannot be said (12.8.2.2)."""
    if rank in (Rank.OTHER, Rank.OPEN):
        return False if rank is Rank.OTHER else None
    if rank <= (Rank.FILL if limit is None else limit):
        return True
    if limit is Rank.ANNOTATE:
        # A certification for annotations permits to take them away too, but not what they hide (table 257).
        return {Rank.RETRACT: True, Rank.COVER: False}.get(rank)
    if limit is None and rank not in (Rank.RETRACT, Rank.UNCOVER):
        # An approval signature says nothing about annotations that come later.
        return None
    return False


def _level(told: list[Told], changes: list[Change]) -> ChangeLevel:
    if any(change.permitted is False for change in changes):
        return ChangeLevel.NOT_PERMITTED
    if any(change.permitted is None for change in changes):
        return ChangeLevel.NOT_JUDGED
    highest = max((item.rank for item in told), default=None)
    if highest is None:
        return ChangeLevel.NONE
    # By itself a change of metadata is no validation data; beside some it does not weigh more.
    return ChangeLevel.VALIDATION_DATA if highest is Rank.VALIDATION else ChangeLevel.PERMITTED


def permission_of(pdf: Pdf, one: Found) -> Permission:
    """Return what a signature states about later changes, as of its own revision; an unknown P counts as 1."""
    revision = one.revision or pdf.last
    certifies, level = False, None
    locked: list[Lock] = []
    listed = pdf.resolve(one.dictionary.get("Reference"), revision)
    for item in listed[:_REFERENCES] if isinstance(listed, list) else []:
        reference = pdf.resolve(item, revision)
        if not isinstance(reference, dict):
            continue
        parameters = pdf.resolve(reference.get("TransformParams"), revision)
        settings = parameters if isinstance(parameters, dict) else {}
        method = pdf.resolve(reference.get("TransformMethod"), revision)
        if method == "DocMDP":
            certifies = True
            level = _narrower(level, pdf.resolve(settings.get("P", 2), revision))
        elif method == "FieldMDP":
            locked.append(_named(pdf, settings, revision))
    lock = _lock(pdf, one, revision)
    if lock is not None:
        if "P" in lock:
            level = _narrower(level, pdf.resolve(lock["P"], revision))
        if "Action" in lock and _named(pdf, lock, revision) not in locked:
            locked.append(_named(pdf, lock, revision))
    return Permission(name=one.field.name, certifies=certifies, level=level, locked=tuple(locked))


def _lock(pdf: Pdf, one: Found, revision: Revision) -> dict[str, Value] | None:
    """Return the lock of the signature's field as it was signed (table 235)."""
    signed = field_as_signed(pdf, one, revision) or one.field
    lock = pdf.resolve(signed.dictionary.get("Lock"), revision)
    return lock if isinstance(lock, dict) else None


def _narrower(level: int | None, value: Value) -> int:
    number = value if type(value) is int and value in (1, 2, 3) else 1
    return number if level is None else min(level, number)


def _named(pdf: Pdf, settings: dict[str, Value], revision: Revision) -> Lock:
    listed = pdf.resolve(settings.get("Fields"), revision)
    names = frozenset(text(pdf.resolve(item, revision)) for item in listed) if isinstance(listed, list) else frozenset()
    return Lock(action=str(pdf.resolve(settings.get("Action"), revision)), fields=names)
