"""Make the example ruling from its Typst source: `pip install typst`, then `python examples/ruling/make_ruling.py`.

Typst is needed only to make the file anew; the PDF that it makes is part of the repository.  The
fonts beside this script are the only ones used, and nothing is fetched.
"""

from __future__ import annotations

from pathlib import Path

import typst

HERE = Path(__file__).resolve().parent
STANDARDS = ["a-2a", "ua-1"]
"""PDF/A-2a for the archive and PDF/UA-1 for screen readers; the writer refuses what breaks either."""


def main() -> None:
    """Write `examples/ruling.pdf` and the copy that `edoc demo` carries."""
    made = typst.compile(
        HERE / "ruling.typ", font_paths=[HERE], ignore_system_fonts=True, pdf_standards=STANDARDS, format="pdf"
    )
    for place in (HERE.parent / "ruling.pdf", HERE.parents[1] / "edoc" / "lab" / "ruling.pdf"):
        place.write_bytes(made)


if __name__ == "__main__":
    main()
