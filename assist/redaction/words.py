"""Knows first names and ordinary English words, to tell "Grace called" from "a grace period"."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from spellchecker import SpellChecker

from assist.redaction.normalise import fold

# Occurrences in the word list's corpus from which a word counts as ordinary.
ORDINARY = 3000
KNOWN = 250
CACHED = 20_000


# Words of the company's own help pages, folded: "Ember" is a stove there, whoever else may be called so.
Public = frozenset[str]
NOTHING: Public = frozenset()
_GERMAN_TEXT = "und ich der die das ist nicht ein eine einen mit sie zu für auf habe bei wir den von es im"
_ENGLISH_TEXT = "and i the a is not an with you to for on have at we of it in my this"
_GERMAN_SHAPE = re.compile(r"[äöüß]|\w{4}(?:ung|heit|keit|schaft)(?:en)?$")
_GERMAN, _ENGLISH = frozenset(_GERMAN_TEXT.split()), frozenset(_ENGLISH_TEXT.split())


def is_german(text: str) -> bool:
    """Tell whether a text is German, by its small words, letters and endings."""
    words = re.findall(r"[a-zäöüß]+", text.casefold())
    german = sum(word in _GERMAN or bool(_GERMAN_SHAPE.search(word)) for word in words)
    return german >= 2 and german > sum(word in _ENGLISH for word in words)


def is_english(text: str) -> bool:
    """Tell whether a text is English, by its small words."""
    return sum(word in _ENGLISH for word in re.findall(r"[a-z]+", text.casefold())) >= 2


class Words:
    """First names, family names and word frequencies; about 0.4 s to load and 20 MB."""

    def __init__(self) -> None:
        names = _read("first_names.txt")
        self._clear = frozenset(name.rstrip("!") for name in names if not name.endswith("?"))
        self._frequent = frozenset(name[:-1] for name in names if name.endswith("!"))
        self._unclear = frozenset(name[:-1] for name in names if name.endswith("?"))
        self._family = frozenset(_read("last_names.txt"))
        self._frequency = dict(SpellChecker().word_frequency.dictionary)
        # The same few thousand words make up most of what is read.
        self.is_first_name = lru_cache(CACHED)(self._is_first_name)
        self.may_be_first_name = lru_cache(CACHED)(self._may_be_first_name)
        self.is_frequent_first_name = lru_cache(CACHED)(self._is_frequent_first_name)
        self.may_be_family_name = lru_cache(CACHED)(self._may_be_family_name)
        self.is_family_name = lru_cache(CACHED)(self._is_family_name)
        self.is_ordinary = lru_cache(CACHED)(self._is_ordinary)
        self.is_word = lru_cache(CACHED)(self._is_word)

    def _is_first_name(self, word: str) -> bool:
        """Tell whether a word is a first name and hardly ever anything else."""
        return fold(word) in self._clear

    def _may_be_first_name(self, word: str) -> bool:
        """Tell whether a word is a first name, possibly also a month, a place or an ordinary word."""
        folded = fold(word)
        return folded in self._clear or folded in self._unclear

    def _is_frequent_first_name(self, word: str) -> bool:
        """Tell whether a word is a first name that is seldom anything else even in lower case."""
        return fold(word) in self._frequent

    def _may_be_family_name(self, word: str) -> bool:
        """Tell whether a word is a family name, possibly also an ordinary word."""
        return fold(word) in self._family

    def _is_family_name(self, word: str) -> bool:
        """Tell whether a word is a frequent family name and no frequent word besides."""
        folded = fold(word)
        return folded in self._family and self._frequency.get(folded, 0) < ORDINARY

    def _is_ordinary(self, word: str) -> bool:
        """Tell whether a lower-case word is far more likely a word than somebody's name."""
        folded = fold(word)
        return folded in self._unclear or (folded not in self._clear and self._frequency.get(folded, 0) >= ORDINARY)

    def _is_word(self, word: str) -> bool:
        """Tell whether a word, or each part of a compound, stands in the dictionary and is no clear first name."""
        folded = fold(word)
        if self._frequency.get(folded, 0) >= KNOWN and folded not in self._clear:
            return True
        parts = re.split(r"[-'/]", folded)
        return all(not part or (part not in self._clear and self._frequency.get(part, 0) >= KNOWN) for part in parts)


def _read(name: str) -> list[str]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]
