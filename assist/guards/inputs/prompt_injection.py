"""Texts that speak to the AI instead of to the desk: orders, requests for secrets, hidden and encoded payloads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assist.guards.inputs._cues import CUES
from assist.guards.inputs._languages import OTHER_STEMS, OTHERS, OVERRIDE_STEMS, OVERRIDES, SECRETS, WITHHELD_STEMS
from assist.guards.inputs._readable import has_morse, readable, turned
from assist.guards.inputs._screen import InputGuard, Received

LONGEST = 20_000
# A cue that nobody was meant to see weighs more.
HIDDEN = 0.5
SENTENCE = 5
_CUES = [(cue.kind, cue.weight, re.compile(cue.expression, re.IGNORECASE | re.MULTILINE)) for cue in CUES]
_LANGUAGES = [
    (
        kind,
        re.compile(stems, re.IGNORECASE),
        re.compile("|".join(f"(?:{one})" for one in several), re.IGNORECASE | re.DOTALL),
    )
    for kind, stems, several in (
        ("override", OVERRIDE_STEMS, OVERRIDES),
        ("secret", WITHHELD_STEMS, SECRETS),
        ("others", OTHER_STEMS, OTHERS),
    )
]
_WORD = re.compile(r"[^\W\d_]{2,}")
_ROT13 = re.compile(r"\brot-?13\b", re.IGNORECASE)
_REPEATED = re.compile(r"(?<!\S)(\S{2,30})(?:\s+\1(?!\S)){9,}")
_SHOT = re.compile(r"(?:^|\s)Q\s*:.+?\sA\s*:", re.DOTALL)
_OPEN = re.compile(r"\sA\s*:.*\sQ\s*:(?:(?!\sA\s*:).)*$", re.DOTALL)
_QUESTION = re.compile(r"(?:^|(?<=[.?!]\s))\W*(?:who|what|when|where|how|which|what['’]s)\b[^.?!\n]*\?", re.IGNORECASE)
_PERSONAL = re.compile(r"\b(?:i|i['’]m|my|me|we|our|us)\b", re.IGNORECASE)


class _PromptInjection:
    name = "prompt_injection"
    taints = True
    why: Mapping[str, str] = {
        "en": "This text contains instructions to the AI: “{words}”. The AI treats it as information only.",
        "de": "Dieser Text enthält Anweisungen an die KI: „{words}“. Die KI behandelt ihn nur als Information.",
    }

    def check(self, received: Received) -> tuple[float, tuple[str, ...]]:
        """Give the sum of the cues, the heaviest of each kind, and their words."""
        seen = readable(received.text[:LONGEST])
        best: dict[str, tuple[float, str]] = {}
        views = [(seen.text, 0.0), *((one, HIDDEN) for one in (*seen.hidden, *seen.decoded))]
        if _ROT13.search(seen.text):
            views.append((turned(seen.text), HIDDEN))
        for text, extra in views:
            for kind, weight, words in _found(text):
                if weight + extra > best.get(kind, (0.0, ""))[0]:
                    best[kind] = (weight + extra, words)
        for kind, weight, texts in (("encoded", 1.0, seen.decoded), ("hidden", 0.6, seen.hidden)):
            # Nobody writes whole sentences in codes, and seldom where nobody sees them.
            if prose := next((one for one in texts if len(_WORD.findall(one)) >= SENTENCE), None):
                best[kind] = (weight, " ".join(prose.split())[:80])
        shown = sorted(best.values(), reverse=True)
        return sum(weight for weight, _ in shown), tuple(words for _, words in shown[:3])


def _found(text: str) -> Iterator[tuple[str, float, str]]:
    for kind, weight, pattern in _CUES:
        if match := pattern.search(text):
            yield kind, weight, " ".join(match.group().split())[:80]
    for kind, stems, pattern in _LANGUAGES:
        if stems.search(text) and (match := pattern.search(text)):
            yield kind, 1.0, " ".join(match.group().split())[:80]
    if match := _REPEATED.search(text):
        yield "repeated", 1.0, f"{match.group(1)} × {match.group().count(match.group(1))}"
    if has_morse(text):
        yield "smuggled", 1.0, "Morse code"
    if shots := len(_SHOT.findall(text)):
        # A last question without its answer asks the model to go on.
        yield "examples", 1.0 if shots > 1 or _OPEN.search(text) else 0.5, "Q: … A: …"
    questions = len(_QUESTION.findall(text))
    if questions > 3 and len(_PERSONAL.findall(text)) <= questions / 4:
        # Customers ask about themselves; a heap of quiz questions wants to bury another one.
        yield "heap", 0.4 + 0.1 * min(questions, 8), f"{questions} questions"


def guard() -> InputGuard:
    """Give the guard."""
    return _PromptInjection()
