"""Corrects spelling with a frequency dictionary, and leaves alone what a dictionary cannot know."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from assist.generation.cues import Cues

_TOKEN = re.compile(r"<[^<>\s]+>|https?://\S+|www\.\S+|\S*[@/\\#_]\S*|[^\W\d_]+(?:['’-][^\W\d_]+)*|\S")
_PLAIN = re.compile(r"[A-Za-zÄÖÜäöüß]+")
SHORTEST = 4
# German compounds are longer than any dictionary; beyond this a guess would be one.
LONGEST = {"de": 11}


@cache
def _dictionary(language: str) -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(language=language, distance=1)


def correct(
    text: str, known: str, cues: Cues, *, accept: Callable[[str, str], bool] | None = None
) -> tuple[str, list[str]]:
    """Give the text with misspelt words corrected, and `wrong -> right` for each.

    `known` is text whose words count as right: sources as they are, and names in the case. Placeholders, links, ids,
    capitalised words inside a sentence (English), and words with digits or odd capitals are never touched. `accept` is
    asked about each pair of wrong and right, in small letters.
    """
    spell = _dictionary(cues.code)
    protected = {word.lower() for word in _PLAIN.findall(known)}
    corrected: list[str] = []

    def fix(match: re.Match[str]) -> str:
        word = match.group(0)
        if not _may_touch(word, text[: match.start()], protected, cues) or spell.known([word.lower()]):
            return word
        right = spell.correction(word.lower())
        if right is None or right == word.lower() or spell.word_usage_frequency(right) <= 0:
            return word
        if accept is not None and not accept(word.lower(), right):
            return word
        right = right[:1].upper() + right[1:] if word[:1].isupper() else right
        if f"{word} → {right}" not in corrected:
            corrected.append(f"{word} → {right}")
        return str(right)

    return _TOKEN.sub(fix, text), corrected


def _may_touch(word: str, before: str, protected: set[str], cues: Cues) -> bool:
    if not _PLAIN.fullmatch(word) or not SHORTEST <= len(word) <= LONGEST.get(cues.code, 24):
        return False
    if word.lower() in protected or not (word.islower() or word.istitle()):
        return False
    starts = not before.strip() or before.rstrip()[-1] in ".!?:\n" or before.endswith("\n")
    return word.islower() or starts or cues.code == "de"
