"""The oracle of PDF: what edoc may say of a changed document, and what PDFium must then draw."""

from __future__ import annotations

import re
from functools import lru_cache

import edoc
from tests.attacks import people
from tests.attacks.witness import drawn
from tests.fuzzing.harness import Answer, Seeds, Target
from tests.fuzzing.pdf_mutators import MUTATORS
from tests.fuzzing.pdf_seeds import make_seeds

_RANGE = re.compile(rb"/Byte(?:R|#52)ange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_QUIET = ("none", "validation_data")


def judge(origin: str, data: bytes, seeds: Seeds) -> Answer:
    """Ask about one mutant under both policies and hold the answers against what is certain.

    Whatever is called intact covers exactly the octets of a seed's signature; what is INTACT or PASSED without a
    change that is told as shown draws the pages that were signed; nothing else than `edoc.EdocError` escapes.
    """
    try:
        report = edoc.verify_document(data, policy="integrity")
    except edoc.EdocError as problem:
        wrong = "INTERNAL error" if problem.code == "INTERNAL" else "the signature is overlooked" if _marked(data) else None
        return Answer("error", wrong)
    word = report.verdict.value
    if report.verdict is edoc.Verdict.NO_SIGNATURE and _marked(data):
        return Answer(word, "the signature is overlooked")
    if '"INTERNAL"' in report.to_json(indent=None):
        return Answer(word, "INTERNAL finding")
    known = _known(tuple(sorted(seeds.items())))
    for entry in report.signatures:
        if entry.intact and bytes(entry.signed_data(0)) not in known:
            return Answer(word, f"{entry.id} is intact over octets that nobody signed")
    passed = people.believer().verify(data).verdict
    if passed is edoc.Verdict.PASSED and report.verdict is not edoc.Verdict.INTACT:
        return Answer(word, "PASSED although not INTACT")
    if report.verdict is not edoc.Verdict.INTACT:
        return Answer(word)
    wrong = _intact(report, data, seeds[origin])
    return Answer("PASSED" if passed is edoc.Verdict.PASSED else word, wrong)


def _marked(data: bytes) -> bool:
    """Tell whether a file is a PDF by its first octets, and names a range: then no answer may say that nothing is signed."""
    return b"%PDF-" in data[:1_024] and b"/ByteRange" in data


def _intact(report: edoc.Report, data: bytes, original: bytes) -> str | None:
    if not any(entry.intact for entry in report.signatures):
        return "INTACT without an intact signature"
    for entry in report.signatures:
        octets = bytes(entry.signed_data(0))
        if not _stands(data, octets):
            return f"{entry.id}: the octets that were verified are not those of the file"
        if data != original and not _told(entry) and not draws_what_was_signed(data, octets):
            return f"{entry.id}: {entry.changes_since_signing} is said of changes, and PDFium draws other pages"
    return None


def _told(entry: object) -> bool:
    changes = getattr(entry, "changes", ())
    return getattr(entry, "changes_since_signing", None) not in _QUIET and any(change.shown for change in changes)


def _stands(data: bytes, octets: bytes) -> bool:
    """Tell whether some range that the file names covers exactly these octets."""
    for found in _RANGE.finditer(data):
        first, second, length = (int(item) for item in found.groups())
        if first + length == len(octets) and data[:first] == octets[:first] and data[second : second + length] == octets[first:]:
            return True
    # Ranges of encrypted or oddly spelled dictionaries: the first part at least is the file's.
    return data.startswith(octets[:400])


def draws_what_was_signed(data: bytes, octets: bytes) -> bool:
    """Compare the pages of the whole file with those of the revision that ends where the signed octets end."""
    tail = octets[-200:]
    end = data.find(tail, len(octets) - 200)
    before = drawn(data[: end + len(tail)]) if end >= 0 else None
    return before is None or drawn(data) == before


@lru_cache(maxsize=4)
def _known(seeds: tuple[tuple[str, bytes], ...]) -> frozenset[bytes]:
    """Return what signatures of the seed files cover."""
    found = set()
    for name, data in seeds:
        report = edoc.verify_document(data, policy="integrity")
        assert report.verdict is edoc.Verdict.INTACT, name
        found |= {bytes(entry.signed_data(0)) for entry in report.signatures}
    return frozenset(found)


PDF = Target(name="pdf", make_seeds=make_seeds, mutators=MUTATORS, judge=judge)
