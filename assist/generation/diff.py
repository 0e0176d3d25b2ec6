"""A word-level difference of two texts, for showing an edit."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_PIECE = re.compile(r"\s+|<[A-Z_]+_\d+>|\w+(?:['’-]\w+)*|[^\w\s]")


def word_diff(old: str, new: str) -> list[list[str]]:
    """Give `["=" | "-" | "+", text]` parts.

    The "=" and "+" parts joined are exactly `new`, the "=" and "-" parts exactly `old`.
    """
    before, after = _PIECE.findall(old), _PIECE.findall(new)
    parts: list[list[str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(["=", "".join(before[a:b])])
            continue
        if b > a:
            parts.append(["-", "".join(before[a:b])])
        if d > c:
            parts.append(["+", "".join(after[c:d])])
    return parts
