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
_SMALL_WORDS = {
    "en": "the and is are to of for my it not with have has that this you i but your what can me if there they be been "
    "our we no please would when which from by how last",
    "de": "der das und ist nicht ich mit ein eine den dem zu auf fur wir sie habe hat von aber wie mein meine meinen "
    "dann ohne soll jetzt bitte noch sich auch bei nach wird kann keine sind wurde aus",
}
_SMALL = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
LEAST_SMALL = 2
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})


class Plain:
    """A text made ready once, for all the matchers that look into it."""

    def __init__(self, text: str) -> None:
        self.text = fold(text)
        self.words = frozenset(re.findall(r"[a-z']+", self.text))


class Matcher:
    """The cues of one topic; `find` is safe to call from any thread."""

    def __init__(self, cues: Mapping[str, Sequence[str]], unless: Mapping[str, Sequence[str]]) -> None:
        self._cues = {language: _pattern(phrases, language) for language, phrases in cues.items() if phrases}
        self._unless = {language: _pattern(phrases, language) for language, phrases in unless.items() if phrases}

    def find(self, text: str | Plain, language: str | None = None) -> str:
        """Give the words of `text` that tell the topic, empty when none does."""
        plain = text if isinstance(text, Plain) else Plain(text)
        for spoken, pattern in self._cues.items():
            if not _may_speak(plain, spoken, language, self._cues):
                continue
            exceptions = self._unless.get(spoken)
            left = exceptions.sub(" . . . . . . ", plain.text) if exceptions is not None else plain.text
            if (found := pattern.search(left)) is not None:
                return found[0].strip()
        return ""


def fold(text: str) -> str:
    """Give a text in the form in which cues are sought: small letters, no accents, plain quotes, nothing invisible."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    decomposed = unicodedata.normalize("NFD", plain.replace("’", "'").replace("‘", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _may_speak(plain: Plain, spoken: str, language: str | None, known: Mapping[str, object]) -> bool:
    told = (language or "")[:2].lower()
    if spoken == told or told not in known or spoken not in _SMALL:
        return True
    return len(plain.words & _SMALL[spoken]) >= LEAST_SMALL


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
