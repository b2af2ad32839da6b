"""Makes the fonts of the verification sheet again from their original files.

    python tools/fonts.py VAZIRMATN_FOLDER DEJAVU_SANS_MONO.ttf

The folder holds Vazirmatn-Regular.ttf, Vazirmatn-Bold.ttf (npm package `vazirmatn`, fonts/ttf) and, two folders
up, OFL.txt.  What is kept: the letters of Persian, Arabic and Latin, digits and punctuation; of the fixed-width
font, which shows digests and codes, ASCII alone.  The result goes to edoc/report/sheet/fonts, as TrueType for the
PDF sheet and as WOFF2 for the HTML sheet, with a list of the characters that they draw.  Needs fonttools and brotli (the development group).
"""

from __future__ import annotations

import json
import sys
from itertools import groupby
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "edoc" / "report" / "sheet" / "fonts"
_LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x180)]
_ARABIC = [
    *(0x060C, 0x061B, 0x061F, *range(0x0621, 0x063B), *range(0x0640, 0x0656), *range(0x0660, 0x066D), 0x0670, 0x0671),
    *(0x067E, 0x0686, 0x0698, 0x06A9, 0x06AF, 0x06BE, 0x06C0, 0x06C1, 0x06C2, 0x06CC, 0x06D5, *range(0x06F0, 0x06FA)),
]
"""Persian and Arabic with their vowel signs and digits; further letters fall back as code points or the reader's fonts."""
_MARKS = [*range(0x200C, 0x200E), *range(0x2010, 0x2028), *range(0x2030, 0x203B), 0x20AC, 0x2212, 0xFDFC, 0xFFFD]
_FEATURES = ["ccmp", "locl", "init", "medi", "fina", "rlig", "liga", "calt", "mark", "mkmk", "kern", "tnum"]


def small(source: Path, target: str, characters: list[int]) -> None:
    """Write the part of a font that draws these characters, in both forms."""
    options = subset.Options(
        layout_features=_FEATURES, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], notdef_outline=True, hinting=False
    )
    font = TTFont(source, recalcTimestamp=False)
    worker = subset.Subsetter(options)
    worker.populate(unicodes=characters)
    worker.subset(font)
    font.save(FONTS / f"{target}.ttf")
    font.flavor = "woff2"
    font.save(FONTS / f"{target}.woff2")


def ranges(characters: set[int]) -> list[list[int]]:
    """Return numbers as ranges with both ends."""
    ordered = enumerate(sorted(characters))
    groups = [[number for _, number in group] for _, group in groupby(ordered, key=lambda pair: pair[1] - pair[0])]
    return [[group[0], group[-1]] for group in groups]


def drawn() -> set[int]:
    """Return the characters that at least one of the fonts draws in both weights."""
    found = {file.stem: set(TTFont(file).getBestCmap()) for file in FONTS.glob("*.ttf")}
    return found["Vazirmatn-Regular"] & found["Vazirmatn-Bold"] | found["DejaVuSansMono"]


def main(arguments: list[str]) -> None:
    """Make all three."""
    folder, mono = Path(arguments[0]), Path(arguments[1])
    FONTS.mkdir(parents=True, exist_ok=True)
    for weight in ("Regular", "Bold"):
        small(folder / f"Vazirmatn-{weight}.ttf", f"Vazirmatn-{weight}", [*_LATIN, *_ARABIC, *_MARKS])
    small(mono, "DejaVuSansMono", [*range(0x20, 0x7F), 0xA0, 0x2026, 0x2039, 0x203A])
    (FONTS / "characters.json").write_text(json.dumps(ranges(drawn())) + "\n", encoding="utf-8")
    (FONTS / "OFL.txt").write_bytes((folder.parent.parent / "OFL.txt").read_bytes())


if __name__ == "__main__":
    main(sys.argv[1:])
