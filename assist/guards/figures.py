"""A number in a draft - an amount, period, date, limit - must stand in a source it cites or in the case.

Wrong figures are the invention that costs most, and word overlap does not see them: "30 days" and "60 days" share all
their words but one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure

_CODE = re.compile(r"<[A-Z]+_\d+>")
# "1. Open the app" and "2) Sign in": the number of a step.
_STEP = re.compile(r"(?:^|\n|(?<=[.:;]\s))\(?\d{1,2}[.)](?:\s|$)")
_NUMBER = re.compile(r"(?<![\w])\d+(?:[.,:/]\d+)*|(?<=[A-Za-z£$€])\d+(?:[.,:/]\d+)*")
_WORDS = {
    word: str(number)
    for words in (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty",
        "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
        "siebzehn achtzehn neunzehn zwanzig",
    )
    for number, word in enumerate(words.split())
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90", "hundred": "100"}
_WORD = re.compile(rf"\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b", re.IGNORECASE)
# Words that count something seldom enough to be told from "one of our colleagues" and "ein".
_TELLING = frozenset(_WORDS) - {"one", "ein", "null", "zero", "two", "zwei", "acht"}


class _Figures:
    name = "figures"
    on_failure: OnFailure = "open"
    why: Mapping[str, str] = {
        "en": "The figure “{found}” is neither in the sources of this sentence nor in the case.",
        "de": "Die Zahl „{found}“ steht weder in den Quellen dieses Satzes noch im Fall.",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the first figure that nothing behind the sentence has."""
        told = _figures(sentence.text, telling=True)
        if not told:
            return None
        known = set(_figures(context.evidence(sentence)))
        return next((shown for figure, shown in told.items() if figure not in known), None)


def _figures(text: str, *, telling: bool = False) -> dict[str, str]:
    """Give every figure in one way of writing it, with how it stands in the text; "1,000.00" is 1000."""
    bare = _STEP.sub(" ", _CODE.sub(" ", text))
    found = {_same(match.group(0)): match.group(0) for match in _NUMBER.finditer(bare)}
    for match in _WORD.finditer(bare):
        word = match.group(0)
        if not telling or word.casefold() in _TELLING:
            found.setdefault(_WORDS[word.casefold()], word)
    return found


def _same(number: str) -> str:
    number = re.sub(r"(?<=\d)[.,](?=\d{3}(?!\d))", "", number)
    number = re.sub(r"[.,](?:0{1,2}|-)$", "", number.replace(",", "."))
    number = re.sub(r"(\.\d)0$", r"\1", number)
    return number.lstrip("0") or "0"


def guard() -> Guard:
    """Give the guard."""
    return _Figures()
