"""Texts without case and diacritics, which still know where each character came from."""

from __future__ import annotations

import unicodedata

_UNDASHED = {"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-", "—": "-"}
# Letters that Unicode does not split into a base letter and a mark.
_BARRED = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}


class Folded:
    """A text without case and diacritics that still knows where each character came from."""

    def __init__(self, text: str) -> None:
        self._original = text
        self._offsets: list[int] | None = None
        if text.isascii():
            self.text = text.lower()
            return
        folded: list[str] = []
        offsets: list[int] = []
        for index, char in enumerate(text):
            for small in _fold_char(char):
                folded.append(small)
                offsets.append(index)
        self.text, self._offsets = "".join(folded), offsets

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in the original text of a non-empty stretch of the folded text."""
        if self._offsets is None:
            return start, end
        first, last = self._offsets[start], self._offsets[end - 1] + 1
        while last < len(self._original) and unicodedata.combining(self._original[last]):
            last += 1
        return first, last


def fold(text: str) -> str:
    """Give a text in lower case, without diacritics, with plain quotes and dashes."""
    return Folded(text).text


def _fold_char(char: str) -> str:
    if char < "\x80":
        return char.lower()
    char = _UNDASHED.get(char, char)
    flat = "".join(c for c in unicodedata.normalize("NFKD", char.casefold()) if not unicodedata.combining(c))
    return "".join(_BARRED.get(c, c) for c in flat)
