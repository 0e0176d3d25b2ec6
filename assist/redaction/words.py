"""Knows first names and ordinary English words, to tell "Grace called" from "a grace period"."""

from __future__ import annotations

import re
from pathlib import Path

from spellchecker import SpellChecker

from assist.redaction.normalise import fold

# Occurrences in the word list's corpus from which a word counts as ordinary.
ORDINARY = 3000
KNOWN = 250


class Words:
    """First names and word frequencies; about 0.4 s to load and 20 MB."""

    def __init__(self) -> None:
        lines = (Path(__file__).parent / "first_names.txt").read_text(encoding="utf-8").splitlines()
        names = [name for line in lines if not line.startswith("#") for name in line.split()]
        self._clear = frozenset(name for name in names if not name.endswith("?"))
        self._unclear = frozenset(name[:-1] for name in names if name.endswith("?"))
        self._frequency = dict(SpellChecker().word_frequency.dictionary)

    def is_first_name(self, word: str) -> bool:
        """Tell whether a word is a first name and hardly ever anything else."""
        return fold(word) in self._clear

    def may_be_first_name(self, word: str) -> bool:
        """Tell whether a word is a first name, possibly also a month, a place or an ordinary word."""
        folded = fold(word)
        return folded in self._clear or folded in self._unclear

    def is_ordinary(self, word: str) -> bool:
        """Tell whether a lower-case word is far more likely a word than somebody's name."""
        folded = fold(word)
        return folded in self._unclear or (folded not in self._clear and self._frequency.get(folded, 0) >= ORDINARY)

    def is_word(self, word: str) -> bool:
        """Tell whether a word, or each part of a compound, stands in the dictionary and is no clear first name."""
        parts = re.split(r"[-'/]", fold(word))
        return all(not part or (part not in self._clear and self._frequency.get(part, 0) >= KNOWN) for part in parts)
