"""A draft must not tell the instructions that the model was given: fragments of the prompts, or talk about them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure

# Words in a row that a sentence may share with a prompt; the shortest rules have some six.
GRAM = 5
_WORD = re.compile(r"[^\W_]+")
_SLOT = re.compile(r"\{[a-z_]+\}")
# The prompts' own marks, and an assistant that speaks of its orders.
_MARKS = re.compile(r"</?data>|\bNO_SOURCE\b|<\|?(?:im_start|im_end|system|endoftext)\|?>|\[/?INST\]|^\s*(?:system|assistant)\s*:", re.IGNORECASE)  # fmt: skip
_TOLD = re.compile(
    r"\b(?:my|our|the|these|this) (?:\w+ )?(?:system prompt|system message|initial prompt|hidden prompt|developer message|(?:initial|original|hidden|secret|internal|system) (?:instructions|rules|guidelines|directives))\b"
    r"|\b(?:i (?:was|am|have been)|i['’](?:m|ve been)) (?:instructed|told|programmed|prompted|configured|ordered) (?:not )?to\b|\bmy (?:instructions|programming|prompt)(?: say| tell| are| is|:)"
    r"|\bas an? (?:ai|artificial intelligence)? ?(?:language model|llm)\b|\b(?:here (?:is|are)|these are) my (?:instructions|rules|prompt)\b"
    r"|\b(?:mein|der|dieser|meinem|meinen|dem) (?:system-?prompt|systemnachricht)\b|\bmeine (?:anweisungen|instruktionen|system\w*|regeln) (?:lauten|sind|sagen|besagen)\b|\bich wurde (?:angewiesen|instruiert|programmiert)\b"
    r"|\bals (?:ki-?)?sprachmodell\b|\bmir wurde (?:gesagt|aufgetragen|vorgegeben)\b",
    re.IGNORECASE,
)  # fmt: skip


class _PromptLeakage:
    name = "prompt_leakage"
    on_failure: OnFailure = "closed"
    why: Mapping[str, str] = {
        "en": "“{found}” comes from the AI’s own instructions and is not for customers.",
        "de": "„{found}“ stammt aus den Anweisungen an die KI und ist nichts für Kunden.",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the words that the sentence has from a prompt, unless a cited source or the company said them too."""
        if match := _MARKS.search(sentence.text) or _TOLD.search(sentence.text):
            return match.group().strip()
        if context.house is None:
            return None
        grams = _grams_of(tuple(context.house.instructions))
        words = _words(sentence.text)
        shared = [gram for gram in _grams(words) if gram in grams]
        if not shared:
            return None
        ours = (part for one in context.granting(sentence) for part in (one.title, one.text) if part)
        known = set(_grams(_words("\n".join([context.said_text, *ours]))))
        return next((" ".join(gram) for gram in shared if gram not in known), None)


@lru_cache(maxsize=4)
def _grams_of(instructions: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    lines = (line for text in instructions for line in _SLOT.sub(" . ", text).splitlines())
    return frozenset(gram for line in lines for gram in _grams(_words(line)))


def _grams(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)]


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def guard() -> Guard:
    """Give the guard."""
    return _PromptLeakage()
