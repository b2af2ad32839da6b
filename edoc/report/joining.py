"""Letters as they join: for displays that draw every character by itself, each letter as its own written form.

The forms are those of Unicode's Arabic Presentation Forms, as the character database names them.  They are for
display alone: nothing that is stored, compared or signed ever holds them.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_BLOCKS = (range(0xFB50, 0xFE00), range(0xFE70, 0xFEFD))
_ZWJ, _TATWEEL = "\u200d", "\u0640"
_LAM = "\u0644"


@cache
def _forms() -> dict[str, dict[str, str]]:
    """The written forms (`isolated`, `initial`, `medial`, `final`) of letters and of lam with alef."""
    found: dict[str, dict[str, str]] = {}
    for block in _BLOCKS:
        for point in block:
            tag, *parts = unicodedata.decomposition(chr(point)).split() or [""]
            letters = "".join(chr(int(part, 16)) for part in parts)
            if tag and (len(letters) == 1 or (len(letters) == 2 and letters[0] == _LAM and _is_alef(letters[1]))):
                # The first one listed is the common one.
                found.setdefault(letters, {}).setdefault(tag.strip("<>"), chr(point))
    return found


def _is_alef(char: str) -> bool:
    return char in "\u0622\u0623\u0625\u0627"


def _joins_next(char: str) -> bool:
    return char in (_ZWJ, _TATWEEL) or "initial" in _forms().get(char, {})


def _joins_before(char: str) -> bool:
    return char in (_ZWJ, _TATWEEL) or "final" in _forms().get(char, {})


def joined(text: str) -> str:
    """Return logical text with every Arabic-script letter in its written form, joiners taken out."""
    # Marks neither join nor part.
    bases = [index for index, char in enumerate(text) if unicodedata.bidirectional(char) != "NSM"]
    parts = list(text)
    step = 0
    while step < len(bases):
        index = bases[step]
        before = text[bases[step - 1]] if step else ""
        after = text[bases[step + 1]] if step + 1 < len(bases) else ""
        used = 1
        letters = text[index]
        if letters == _LAM and after and _is_alef(after) and bases[step + 1] == index + 1:
            letters, used = letters + after, 2
            parts[index + 1] = ""
            after = ""
        parts[index] = _form(letters, before, after)
        step += used
    return "".join(parts)


def _form(letters: str, before: str, after: str) -> str:
    if letters in ("\u200c", _ZWJ):
        return ""
    forms = _forms().get(letters)
    if forms is None:
        return letters
    left = bool(before) and _joins_next(before) and "final" in forms
    right = bool(after) and _joins_before(after) and "initial" in forms
    wanted = "medial" if left and right else "final" if left else "initial" if right else "isolated"
    return forms.get(wanted, letters)
