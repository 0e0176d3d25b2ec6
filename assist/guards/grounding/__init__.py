"""A sentence that cites sources must say what they say: words, names, denial, limits, modality and who did what.

Read in English only, by spaCy; `model.py` makes one figure of what `comparison.py` finds. `near.py` lays sentences beside
their sources' word by word, in any language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure
from assist.guards.grounding.differences import Difference
from assist.guards.grounding.model import SUPPORTED, Verdict, judge, support
from assist.guards.grounding.near import swapped
from assist.redaction.words import is_german

__all__ = ["SUPPORTED", "Verdict", "guard", "judge", "support"]
# People reword: where only a new word tells against a sentence, it is marked only when it is this badly supported.
DOUBTFUL = 0.25
# A code stands for a name or number of this customer, which the masker has put there.
_CODE = re.compile(r"<[A-Z]+_\d+>")
# What is told first: what costs most when it is wrong. New words come last.
_TELLING = ("numbers", "names", "contrary", "lost", "swapped", "denials", "limits", "turned")
_NEW = ("names_like", "new_things", "new_verbs")


class _Grounding:
    name = "grounding"
    on_failure: OnFailure = "open"
    why: Mapping[str, str] = {
        "en": "The sources of this sentence do not bear out {found}.",
        "de": "Die Quellen dieses Satzes decken das nicht: {found}.",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the word that tells most against the sentence, with what the sources have in its place."""
        if sentence.kind != "sourced":
            return None
        texts = [_CODE.sub("someone", one) for one in context.parts(sentence)]
        english = (context.case.language or "en").startswith("en") and not is_german(sentence.text)
        text = _CODE.sub("someone", sentence.text)
        return (_read(text, texts) if english else None) or _laid_beside(text, texts)


def _read(text: str, texts: list[str]) -> str | None:
    verdict = judge(text, texts)
    found = _first([one for one in verdict.differences if one.sure], _TELLING)
    if found is None and verdict.score < SUPPORTED:
        found = _first(verdict.differences, _TELLING)
    if found is None and verdict.score < DOUBTFUL:
        found = _first(verdict.differences, _NEW)
    return None if found is None else f"“{found.word}”" + (f" (≠ “{found.instead}”)" if found.instead else "")


def _laid_beside(text: str, texts: list[str]) -> str | None:
    swap = swapped(text, texts)
    return None if swap is None else f"“{swap.said}”" + (f" (≠ “{swap.instead}”)" if swap.instead else "")


def _first(differences: Sequence[Difference], measures: Sequence[str]) -> Difference | None:
    for measure in measures:
        told = [one for one in differences if one.measure == measure]
        if told:
            return max(told, key=lambda one: bool(one.instead))
    return None


def guard() -> Guard:
    """Give the guard."""
    return _Grounding()
