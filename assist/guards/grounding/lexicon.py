"""What English words have to do with each other: synonyms, kinds, opposites, from a part of WordNet.

`wordnet/PROVENANCE.md` names its source and licence.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path

FILE = Path(__file__).parent / "wordnet" / "words.txt.gz"
# How many words' relations are kept; a suggestion has some hundreds.
KEPT = 20_000
# Kinds of a word are looked for this many steps up or down; further ones ("thing") say nothing.
STEPS = 2
# Senses that count where a rare one would relate almost any two words.
USUAL = 3
Words = frozenset[str]


class Lexicon:
    """Answers with lemmas in lower case; a word it does not know is related to itself alone. About 0.2 s to load."""

    def __init__(self) -> None:
        synsets, _, words = gzip.decompress(FILE.read_bytes()).decode().partition("\n\n")
        # Split only when asked: most lines are never read.
        self._synsets = synsets.split("\n")
        self._entries = {line[: line.index("\t")]: line for line in words.split("\n")}
        self._known: dict[tuple[str, str], Words] = {}

    def __contains__(self, word: str) -> bool:
        """Tell whether it is a word of English prose."""
        return word in self._entries

    def rarity(self, word: str) -> float:
        """Give how seldom a word is, from about .3 for "go" to 1 for an unknown one."""
        entry = self._entries.get(word)
        return float(entry.split("\t")[1]) if entry else 1.0

    def derived(self, word: str) -> Words:
        """Give the word and those of its family: "recommend", "recommendation"."""
        return self._cached("derived", word, self._derived)

    def synonyms(self, word: str) -> Words:
        """Give words of like meaning, in all senses of the word and its family."""
        return self._cached("synonyms", word, self._synonyms)

    def broader(self, word: str) -> Words:
        """Give what the word is a kind of."""
        return self._cached("broader", word, lambda word: self._climb(self._senses(word), self._up))

    def narrower(self, word: str) -> Words:
        """Give kinds of the word."""
        return self._cached("narrower", word, lambda word: self._climb(self._usual(word), self._down))

    def siblings(self, word: str) -> Words:
        """Give other words of the same kind that do not mean the same: "French" for "Italian"."""
        return self._cached("siblings", word, self._siblings)

    def opposites(self, word: str) -> Words:
        """Give opposites, also those of the words that mean nearly the same."""
        return self._cached("opposites", word, lambda word: frozenset(self._opposites(word)))

    def _cached(self, relation: str, word: str, find: object) -> Words:
        key = relation, word
        if (known := self._known.get(key)) is None:
            if len(self._known) >= KEPT:
                self._known = {}
            assert callable(find)
            known = self._known[key] = find(word)
        return known

    def _derived(self, word: str) -> Words:
        pairs = (pair.split(":") for synset in self._senses(word) for pair in self._part(synset, 4))
        return frozenset({word, *(other for one, other in pairs if one == word)})

    def _synonyms(self, word: str) -> Words:
        found: set[str] = set()
        for own in self.derived(word):
            for synset in self._senses(own):
                found.update(self._part(synset, 0))
                found.update(near for like in self._ids(synset, 2) for near in self._part(like, 0))
        # In a fixed order, so that the same word always gives the same.
        return frozenset(found.union(*(self.derived(near) for near in sorted(found)[:60])))

    def _siblings(self, word: str) -> Words:
        above = (kind for synset in self._usual(word) for kind in self._up(synset))
        beside = {other for kind in above for synset in self._down(kind) for other in self._part(synset, 0)}
        return frozenset(beside - self.synonyms(word))

    def _opposites(self, word: str) -> Iterator[str]:
        for synset in self._senses(word):
            for pair in self._part(synset, 3):
                one, other, there = pair.split(":")
                if one == word:
                    yield other
                    if other in self._entries:
                        yield from (near for like in self._ids(int(there), 2) for near in self._part(like, 0))
            for like in self._ids(synset, 2):
                for pair in self._part(like, 3):
                    yield from self._part(int(pair.split(":")[2]), 0)

    def _climb(self, synsets: Iterable[int], step: object) -> Words:
        found: set[str] = set()
        front = list(synsets)
        assert callable(step)
        for _ in range(STEPS):
            front = [there for synset in front for there in step(synset)]
            found.update(word for synset in front for word in self._part(synset, 0))
        return frozenset(found)

    def _senses(self, word: str) -> list[int]:
        entry = self._entries.get(word)
        return [int(number) for number in entry.split("\t")[2].split()] if entry else []

    def _usual(self, word: str) -> list[int]:
        return [synset for synset in self._senses(word) if self._ids(synset, 1) or synset in self._under][:USUAL]

    def _up(self, synset: int) -> list[int]:
        return self._ids(synset, 1)

    def _down(self, synset: int) -> list[int]:
        return self._under.get(synset, [])

    @cached_property
    def _under(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self._synsets)):
            for above in self._ids(number, 1):
                found[above].append(number)
        return dict(found)

    def _part(self, synset: int, part: int) -> list[str]:
        return self._synsets[synset].split("\t")[part].split()

    def _ids(self, synset: int, part: int) -> list[int]:
        return [int(number) for number in self._part(synset, part)]


@cache
def lexicon() -> Lexicon:
    """Give the one lexicon, read at first use."""
    return Lexicon()
