"""A sentence that cites sources must say what they say: words, names, denial, limits, modality and who did what.

Read in English only, by spaCy; `model.py` makes one figure of what `comparison.py` finds.
"""

from __future__ import annotations

from collections.abc import Mapping

from assist.case import Sentence
from assist.guards._gate import Context, Guard
from assist.guards.grounding.comparison import Difference
from assist.guards.grounding.model import SUPPORTED, Verdict, judge, support
from assist.redaction.words import is_german

__all__ = ["SUPPORTED", "Verdict", "guard", "judge", "support"]
# Where nothing but a new word tells against a sentence, it is marked only when it is this badly supported: people reword.
DOUBTFUL = 0.25
# What is told first: what costs most when it is wrong. New words come last.
_TELLING = ("numbers", "names", "contrary", "denials", "limits", "turned")
_NEW = ("names_like", "new_things", "new_verbs")


class _Grounding:
    name = "grounding"
    why: Mapping[str, str] = {
        "en": "The sources of this sentence do not bear out {found}.",
        "de": "Die Quellen dieses Satzes decken das nicht: {found}.",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the word that tells most against the sentence, with what the sources have in its place."""
        german = (context.case.language or "en").startswith("en") is False or is_german(sentence.text)
        if sentence.kind != "sourced" or german:
            return None
        verdict = judge(sentence.text, context.parts(sentence))
        if verdict.score >= SUPPORTED:
            return None
        found = _first(verdict, _TELLING) or (_first(verdict, _NEW) if verdict.score < DOUBTFUL else None)
        return None if found is None else f"“{found.word}”" + (f" (≠ “{found.instead}”)" if found.instead else "")


def _first(verdict: Verdict, measures: tuple[str, ...]) -> Difference | None:
    for measure in measures:
        told = [one for one in verdict.differences if one.measure == measure]
        if told:
            return max(told, key=lambda one: bool(one.instead))
    return None


def guard() -> Guard:
    """Give the guard."""
    return _Grounding()
