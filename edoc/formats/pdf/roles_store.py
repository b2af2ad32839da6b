"""The rule for the document security store: it may grow, and nothing else may hide in it (EN 319 142-1 5.4.2)."""

from __future__ import annotations

from edoc.facts.findings import warning
from edoc.formats.pdf.graph import references
from edoc.formats.pdf.step import Rank, Step, differing
from edoc.formats.pdf.values import Ref, Stream, Value, same

_STORE_ARRAYS = ("Certs", "CRLs", "OCSPs")
_ENTRY_ARRAYS = ("Cert", "CRL", "OCSP", "TS")
_DECODING = ("Length", "Filter", "DecodeParms")


def explain_store(step: Step, catalog: dict[str, Value], later: dict[str, Value], root: int) -> None:
    """Explain what an update did to the store."""
    old, new = step.before(catalog.get("DSS")), step.after(later.get("DSS"))
    if old is None and new is None:
        return
    if new is None:
        step.deny("PDF_DSS_REMOVED")
        return
    if not isinstance(new, dict) or not step.owned(catalog.get("DSS"), later.get("DSS"), {root}):
        step.deny("PDF_DSS_MALFORMED", key="DSS")
        return
    before: dict[str, Value] = old if isinstance(old, dict) else {}
    me = step.number(catalog.get("DSS"), root)
    touched = not same(catalog.get("DSS"), later.get("DSS")) or me in step.changed
    for key in differing(before, new):
        if key not in (*_STORE_ARRAYS, "VRI", "Type"):
            step.unsure("PDF_DSS_MALFORMED", key=key)
    for key in _STORE_ARRAYS:
        touched = _array(step, before.get(key), new.get(key), me) or touched
    touched = _related(step, before.get("VRI"), new.get("VRI"), me) or touched
    if touched:
        step.tell(Rank.VALIDATION, "PDF_DSS_UPDATED")


def _related(step: Step, old: Value, new: Value, owner: int) -> bool:
    """Compare the entries that belong to single signatures; tells whether anything changed."""
    before, after = step.before(old), step.after(new)
    if after is None:
        if before is not None:
            step.findings.append(warning("PDF_DSS_SHRUNK", "VRI"))
        return before is not None
    if not isinstance(after, dict) or not step.owned(old, new, {owner}):
        step.deny("PDF_DSS_MALFORMED", key="VRI")
        return True
    past: dict[str, Value] = before if isinstance(before, dict) else {}
    me = step.number(old, owner)
    step.spend(len(past) + len(after))
    touched = bool(differing(past, after))
    for name, place in after.items():
        if name != "Type":
            touched = _entry(step, past.get(name), place, me, name) or touched
    if any(name not in after for name in past):
        step.findings.append(warning("PDF_DSS_SHRUNK", "VRI"))
    return touched


def _entry(step: Step, old: Value, new: Value, owner: int, name: str) -> bool:
    before, after = step.before(old), step.after(new)
    if not isinstance(after, dict) or not step.owned(old, new, {owner}):
        step.deny("PDF_DSS_MALFORMED", key=name)
        return True
    past: dict[str, Value] = before if isinstance(before, dict) else {}
    for key in differing(past, after):
        if key not in (*_ENTRY_ARRAYS, "Type", "TU"):
            step.unsure("PDF_DSS_MALFORMED", key=key)
    own, touched = step.number(old, owner), False
    for key in _ENTRY_ARRAYS:
        touched = _array(step, past.get(key), after.get(key), own) or touched
    return touched


def _array(step: Step, old: Value, new: Value, owner: int) -> bool:
    """Compare one array of streams; new members are new streams without references."""
    before, after = step.before(old), step.after(new)
    if isinstance(after, Stream):
        before, after = ([old] if old is not None else None), [new]
    elif not step.owned(old, new, {owner}):
        step.deny("PDF_DSS_OVERWRITES")
        return True
    past = before if isinstance(before, list) else []
    members = after if isinstance(after, list) else []
    if after is not None and not isinstance(after, list):
        step.deny("PDF_DSS_MALFORMED", key="array")
    step.spend(len(past) + len(members))
    known = {item for item in past if isinstance(item, Ref)}
    listed = {item for item in members if isinstance(item, Ref)}
    for item in members:
        value = step.after(item) if isinstance(item, Ref) else None
        if not isinstance(value, Stream) or (item not in known and _links(value)):
            step.unsure("PDF_DSS_MALFORMED", key="member")
        elif isinstance(item, Ref) and item.number in step.changed:
            # Whatever it is called now, the signature covered other octets under this number.
            step.explained.add(item.number)
            step.deny("PDF_DSS_OVERWRITES", number=item.number)
    if known - listed:
        step.findings.append(warning("PDF_DSS_SHRUNK", "DSS"))
    return not same(before, after)


def _links(value: Stream) -> bool:
    entries = value.dictionary.items()
    return any(True for key, item in entries if key not in _DECODING for _ in references(item))
