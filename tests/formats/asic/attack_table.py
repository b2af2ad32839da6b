"""Every known class of attacks on containers with its fixtures; `python -m tests.formats.asic.attack_table` writes the table."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conftest import ROOT
from tests.formats.asic import test_attacks, test_zip

PLACE = ROOT / "docs" / "attack-table-asic.md"
CLASSES = {
    "AS-01": ("A signed file replaced, removed or renamed", ""),
    "AS-02": ("Another file next to the signed ones", ""),
    "AS-03": ("Manifests changed, doubled or gone", ""),
    "AS-04": ("Names that programs read differently", ""),
    "AS-05": ("Data before, between or behind the entries", ""),
    "AS-06": ("A mimetype that is missing, wrong or in the wrong place", (
        "One that is not first, compressed, followed by a line end, or said by the comment of the package is told and"
        " read (`test_odd_ways_to_say_the_type_are_told_and_read`): it changes nothing of what is signed. Office files,"
        " old and new, and other archives are named and refused (`test_packages_of_other_kinds_are_named`)."
    )),
    "AS-07": ("Names in references", "Percent signs are decoded exactly once, `+` stays `+`; a reference that could mean two files means none."),
    "AS-08": ("Signature files that are none, or refer to nothing", "Wrapping, identifiers and transforms: the table of XML signatures."),
    "AS-09": ("Certificates doubled, a key beside them, a second time", "They are attacks on the signature file alone: the table of XML signatures."),
    "AS-10": ("Time-stamps that do not cover the data", ""),
    "AS-11": ("Entries that are encrypted, split or of an unknown method", ""),
    "AS-12": ("A repaired container", "There is no repair: what is not whole is refused, the first of these among it. A container that somebody repaired is judged like any other."),
    "RES-07": ("ZIP bombs", (
        "Archives inside a container stay closed (`test_a_nested_archive_stays_closed`); the numbers of entries, of"
        " octets and of manifests have budgets (`test_budgets_are_findings_of_their_own`)."
    )),
    "RES-08": ("Names that lead out of the folder", ""),
}  # fmt: skip
"""Title and remark by the number of the class."""
_REPAIRED = ("no end record", "a descriptor that lies")


def fixtures() -> Iterator[tuple[str, str, str]]:
    """Yield name, verdict (or `refused`) and code of every fixture."""
    for name, (_, code) in test_zip.ATTACKS.items():
        yield name, "refused", code
    for name, (_, _, _, code) in test_zip.BROKEN.items():
        yield name, "refused", code
    for name, (_, verdict, code) in (*test_attacks.ATTACKS.items(), *test_attacks.STAMPED.items()):
        yield name, verdict, code


def lines() -> Iterator[str]:
    """Yield the table, line by line."""
    yield "# Classes of attacks on containers and the fixtures that stand for them"
    yield ""
    yield "Written by `python -m tests.formats.asic.attack_table`; a test holds it. *Verdict* is that of the policy"
    yield "`integrity`, `refused` what the reader of packages refuses (FAILED where there are marks of a signature);"
    yield "*told* is the code that must be said."
    found = list(fixtures())
    for number, (title, remark) in CLASSES.items():
        own = [item for item in found if item[0].startswith(f"{number} ") or (number == "AS-12" and item[0] in _REPAIRED)]
        yield ""
        yield f"## {number}: {title}"
        if own:
            yield ""
            yield "| fixture | verdict | told |"
            yield "|---|---|---|"
        for name, verdict, code in own:
            yield f"| {name.removeprefix(f'{number} ')} | {verdict} | `{code}` |"
        if remark:
            yield ""
            yield remark
    rest = [item for item in found if item[0].partition(" ")[0] not in CLASSES and item[0] not in _REPAIRED]
    yield ""
    yield "## Others"
    yield ""
    yield "| fixture | verdict | told |"
    yield "|---|---|---|"
    for name, verdict, code in rest:
        yield f"| {name} | {verdict} | `{code}` |"


if __name__ == "__main__":
    PLACE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
