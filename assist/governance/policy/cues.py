"""Finds a subject by its words: cues in each language, matched in their usual forms.

A cue is a word or a phrase. `lawyer` also means `lawyers` and `lawyer's`; `litigat*` every word that begins so;
`my/our lawyer` either first word; `sue ... court` the second word at most five words after the first; `=die` this
form and no other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

GAP = r"(?:\W+\w+){0,5}?"
# Endings that do not change what a word is about.
_ENDINGS = {"en": r"(?:'?s|es|d|ed|ing)?", "de": r"(?:e|en|er|es|em|n|s|t|te|ten|in|innen)?"}
# Words that tell a language apart: two of them, and its cues are looked for in a text of any other.
_SMALL = {
    "en": set("the and is are was to of for my it not with have that this you i but your what can me if".split()),
    "de": set("der die das und ist nicht ich mit ein eine den dem zu auf fur wir sie habe von aber wie mein".split()),
}
_SMALL["en"] -= _SMALL["de"]
LEAST_SMALL = 2
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})


class Matcher:
    """The cues of one topic; `find` is safe to call from any thread."""

    def __init__(self, cues: Mapping[str, Sequence[str]], unless: Mapping[str, Sequence[str]]) -> None:
        self._cues = {language: _pattern(phrases, language) for language, phrases in cues.items() if phrases}
        self._unless = {language: _pattern(phrases, language) for language, phrases in unless.items() if phrases}

    def find(self, text: str, language: str | None = None) -> str:
        """Give the words of `text` that tell the topic, empty when none does."""
        plain = fold(text)
        for spoken, pattern in self._cues.items():
            if not _may_speak(plain, spoken, language, self._cues):
                continue
            exceptions = self._unless.get(spoken)
            left = exceptions.sub(" . . . . . . ", plain) if exceptions is not None else plain
            if (found := pattern.search(left)) is not None:
                return found[0].strip()
        return ""


def fold(text: str) -> str:
    """Give a text in the form in which cues are sought: small letters, no accents, plain quotes, nothing invisible."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    decomposed = unicodedata.normalize("NFD", plain.replace("’", "'").replace("‘", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _may_speak(plain: str, spoken: str, language: str | None, known: Mapping[str, object]) -> bool:
    told = (language or "")[:2].lower()
    if spoken == told or told not in known or spoken not in _SMALL:
        return True
    small = _SMALL[spoken]
    return len({word for word in re.findall(r"[a-z']+", plain) if word in small}) >= LEAST_SMALL


def _pattern(phrases: Sequence[str], language: str) -> re.Pattern[str]:
    return re.compile(r"(?<![\w<])(?:" + "|".join(_phrase(phrase, language) for phrase in phrases) + r")(?!\w)")


def _phrase(phrase: str, language: str) -> str:
    out, glue = "", ""
    for word in phrase.split():
        if word == "...":
            glue = GAP + r"\W+"
            continue
        forms = "|".join(_word(form, language) for form in word.split("/"))
        out += f"{glue}(?:{forms})"
        glue = r"\W{1,3}"
    return out


def _word(word: str, language: str) -> str:
    bare = word.strip("=*")
    # Umlauts are written in two ways; accents were folded away.
    stem = "".join(f"{letter.translate(_UMLAUTS)}e?" if letter in "äöü" else re.escape(fold(letter)) for letter in bare)
    if word.endswith("*"):
        return stem + r"\w*"
    return stem if word.startswith("=") else stem + _ENDINGS.get(language, "")
