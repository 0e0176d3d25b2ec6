"""Mends slips of the keyboard in a question: a word that no text has, one letter from a word that texts have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from string import ascii_lowercase
from typing import Any, Protocol

from assist.retrieval.encoder import vocabulary
from assist.retrieval.words import PLACEHOLDER, WORD

# Of shorter words too many are one letter from another.
SHORTEST, LONGEST = 4, 20
# A question with more unknown words than this is in another language, or a log.
MOST = 8
# Short words are meant only where this part of all texts has them: "wirk" is "work", "Sonos" is not "sons".
SHORT, COMMON = 5, 0.02
# A word that the encoder does not know must be in so many texts: a slip may stand in one of them, too.
TWICE = 2


class Frequency(Protocol):
    """Tells how many texts have a word, in any of its forms, or `as_is`: in this one, which is none of another word."""

    def __call__(self, word: str, *, as_is: bool = False) -> int:
        """Give the number of texts."""


@cache
def _dictionary() -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1)


def mended(text: str, frequency: Frequency, texts: int) -> str:
    """Give the text with slips mended by the words of `texts` texts.

    Names are left alone, and so are words that the encoder or a dictionary knows.
    """
    taken = [range(*match.span()) for match in PLACEHOLDER.finditer(text)]
    right: dict[str, str] = {}
    for match in WORD.finditer(text):
        word = match[0]
        inside = any(match.start() in span for span in taken)
        if inside or word in right or not _may_be_slip(word, text) or frequency(word):
            continue
        if len(right) == MOST:
            return text
        right[word] = _meant(word.lower(), frequency, texts) or word
    return WORD.sub(lambda match: right.get(match[0], match[0]), text) if right else text


def _may_be_slip(word: str, text: str) -> bool:
    plain = word.isascii() and word.isalpha() and SHORTEST <= len(word) <= LONGEST
    if not plain or not (word.islower() or text.isupper()):
        return False
    return word.lower() not in vocabulary() and not _dictionary().known([word.lower()])


def _meant(word: str, frequency: Frequency, texts: int) -> str | None:
    often = COMMON * texts if len(word) <= SHORT else 1
    near = set(_one_letter_away(word))
    found = [(other[0] == word[0], seen, other) for other in near & vocabulary() if (seen := frequency(other)) >= often]
    if not found:
        # A product's name, say.
        names = [other for other in near if other[0] == word[0]]
        found = [(True, seen, name) for name in names if (seen := frequency(name, as_is=True)) >= max(often, TWICE)]
    return max(found)[-1] if found else None


def _one_letter_away(word: str) -> Iterator[str]:
    """Give what one changed, left out, added or swapped letter makes of a word; see Damerau (1964)."""
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        for letter in ascii_lowercase:
            if letter != word[at]:
                yield word[:at] + letter + word[at + 1 :]
            yield word[:at] + letter + word[at:]
    for letter in ascii_lowercase:
        yield word + letter
