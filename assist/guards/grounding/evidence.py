"""What a statement is held against, indexed by its words."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from assist.guards.grounding.cues import DENIAL
from assist.guards.grounding.lexicon import lexicon
from assist.guards.grounding.reading import Token

# How a word of a statement is found: itself, its word family, a synonym, a word that is a kind of it, or not at all.
Kind = Literal["same", "family", "synonym", "kind", "new"]
# Words of one stem share this many letters: "register", "registration".
STEM = 5
_SPEAKER = re.compile(r"(?:^|\n|\. )([A-Z][\w ]{0,30}?):")


@dataclass(frozen=True, slots=True)
class Found:
    """How a word is found in the evidence, and at which of its tokens."""

    kind: Kind
    places: Sequence[int] = ()


class Evidence:
    """One or more texts as one row of tokens; sentences of different texts are different sentences."""

    def __init__(self, texts: Sequence[Sequence[Token]]) -> None:
        self.tokens: list[Token] = []
        self.sentence: list[int] = []
        self.sentences: list[range] = []
        # Where the text of a token begins: heads count from there.
        self.offset: list[int] = []
        for tokens in texts:
            first, begin = len(self.sentences), len(self.tokens)
            for token in tokens:
                at = len(self.tokens)
                if first + token.sentence >= len(self.sentences):
                    self.sentences.append(range(at, at))
                self.sentences[-1] = range(self.sentences[-1].start, at + 1)
                self.sentence.append(len(self.sentences) - 1)
                self.tokens.append(token)
                self.offset.append(begin)
        self.places: dict[str, list[int]] = defaultdict(list)
        for at, token in enumerate(self.tokens):
            for word in {token.lemma, token.low}:
                self.places[word].append(at)
        self._found: dict[tuple[str, str, bool], Found] = {}

    def find(self, token: Token) -> Found:
        """Find a word; names and numbers must stand there as they are."""
        key = token.lemma, token.low, token.name or token.number
        if (known := self._found.get(key)) is None:
            known = self._found[key] = self._find(token)
        return known

    def denied(self, places: Sequence[int], reach: int) -> bool:
        """Tell whether a denial stands within `reach` tokens of one of the places."""
        return any(abs(place - there) <= reach for place in places for there in self._denials)

    @cached_property
    def pairs(self) -> set[tuple[str, str]]:
        """Give the words that follow each other, without punctuation."""
        words = [token.low for token in self.tokens if token.pos != "PUNCT"]
        return set(itertools.pairwise(words))

    @cached_property
    def speakers(self) -> list[str | None]:
        """Give who speaks at every token of a dialogue ("Ann: …"), by the last word of the name; else nothing."""
        text, starts = "", []
        for token in self.tokens:
            starts.append(len(text))
            text += token.text + ("" if token.text.endswith("\n") else " ")
        turns = [(match.start(), match[1].split()[-1].lower()) for match in _SPEAKER.finditer(text.replace(" :", ":"))]
        return _spread(turns, text, starts) if len(turns) >= 4 and len({name for _, name in turns}) > 1 else []

    @cached_property
    def _denials(self) -> list[int]:
        return [at for at, token in enumerate(self.tokens) if token.low in DENIAL or token.lemma in DENIAL]

    @cached_property
    def _stems(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for word in self.places:
            if len(word) >= STEM and word.isalpha():
                found[word[:STEM]].append(word)
        return found

    def _find(self, token: Token) -> Found:
        places = self.places.get(token.lemma) or self.places.get(token.low)
        if places:
            return Found("same", places)
        if token.number:
            return Found("new")
        words = lexicon()
        family = set(words.derived(token.lemma))
        if not token.name and len(token.lemma) > STEM:
            family.update(self._stems.get(token.lemma[:STEM], ()))
        for kind, related in (("family", family), ("synonym", words.synonyms(token.lemma))):
            if places := self._of(related):
                return Found(kind, places)  # type: ignore[arg-type]
        places = [at for at in self._of(words.narrower(token.lemma)) if self.tokens[at].content]
        return Found("kind", places) if places else Found("new")

    def _of(self, words: set[str] | frozenset[str]) -> list[int]:
        return [at for word in sorted(words & self.places.keys()) for at in self.places[word]]


def _spread(turns: list[tuple[int, str]], text: str, starts: list[int]) -> list[str | None]:
    ends = [start for start, _ in turns[1:]] + [len(text)]
    found: list[str | None] = []
    turn = 0
    for start in starts:
        while turn < len(turns) and ends[turn] <= start:
            turn += 1
        found.append(turns[turn][1] if turn < len(turns) and turns[turn][0] <= start else None)
    return found
