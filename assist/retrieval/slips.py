"""Mends slips of the keyboard in a question: a word that no text has, one letter from a word that texts have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from string import ascii_lowercase

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


def mended(text: str, frequency: Callable[[str], int], texts: int) -> str:
    """Give the text with slips mended; `frequency` tells how many of `texts` have a word.

    Names are left alone, and so are words that the encoder knows.
    """
    taken = [range(*match.span()) for match in PLACEHOLDER.finditer(text)]
    right: dict[str, str] = {}
    for match in WORD.finditer(text):
        word = match[0]
        inside = any(match.start() in span for span in taken)
        if inside or not _may_be_slip(word, text) or word in right or frequency(word):
            continue
        if len(right) == MOST:
            return text
        right[word] = _meant(word.lower(), frequency, texts) or word
    return WORD.sub(lambda match: right.get(match[0], match[0]), text) if right else text


def _may_be_slip(word: str, text: str) -> bool:
    plain = word.isascii() and word.isalpha() and SHORTEST <= len(word) <= LONGEST
    return plain and (word.islower() or text.isupper()) and word.lower() not in vocabulary()


def _meant(word: str, frequency: Callable[[str], int], texts: int) -> str | None:
    often = COMMON * texts if len(word) <= SHORT else 1
    found: list[tuple[bool, bool, int, str]] = []
    for other in _one_letter_away(word):
        known = other in vocabulary()
        # Asking for each of some hundred words would take too long; few of them are words.
        seen = frequency(other) if known or other[0] == word[0] else 0
        if seen >= max(often, 1 if known else TWICE):
            found.append((known, other[0] == word[0], seen, other))
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
