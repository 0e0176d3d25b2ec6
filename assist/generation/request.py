"""Chooses what the customer wants out of a message's sentences."""

from __future__ import annotations

import re

from assist.generation.cues import Cues
from assist.generation.sentences import LINE, clip
from assist.generation.words import overlap, stems

WISHED = 90
_DETAIL_ONLY = re.compile(r"^[\W\d_]*(?:<[A-Z_]+_\d+>[\W\d_]*)*$")


def request_of(sentences: list[str], subject: str, cues: Cues) -> str | None:
    """Choose what the customer wants: the weightiest sentence, with the statement before a bare question."""
    told = [s for s in sentences if not cues.courtesy.match(s) and not _DETAIL_ONLY.match(s)]
    if not told:
        return None
    if len(whole := " ".join(told)) <= LINE:
        return whole
    topic = set(stems(subject, cues))
    bonus = [1.5 * overlap(topic, set(stems(s, cues))) for s in told]
    order = sorted(range(len(told)), key=lambda i: (0.35 * i - weight(told[i], cues) - bonus[i], i))
    best = order[0]
    text = told[best]
    other = _other_half(told, order, cues)
    if other is not None:
        return " ".join(clip(part, WISHED) for part in sorted([text, other], key=told.index))
    leans = cues.weak.match(text) or cues.anaphora.match(text) or len(stems(text, cues)) < 5
    if leans and best > 0 and len(told[best - 1]) + len(text) < 200:
        return clip(told[best - 1], 100) + " " + clip(text, 60)
    following = told[best + 1] if best + 1 < len(told) else ""
    if len(text) < 45 and following and len(text) + len(following) < LINE:
        return f"{text} {following}"
    return clip(text)


def _other_half(told: list[str], order: list[int], cues: Cues) -> str | None:
    """Give what goes with the best sentence: to what happened, what is to be done about it, and the other way round.

    `order` ranks the sentences. Questions need no place here: they are listed as open.
    """
    best = told[order[0]]
    if cues.question.search(best):
        return None
    if cues.wish.search(best):
        earlier = [told[i] for i in order if i < order[0] and weight(told[i], cues) > 0]
        return next((s for s in earlier if not cues.wish.search(s) and not cues.question.search(s)), None)
    wishes = [s for s in told if s != best and cues.wish.search(s) and not cues.question.search(s)]
    return next((s for s in reversed(wishes) if len(s.split()) >= 3 and not cues.weak.match(s)), None)


def weight(sentence: str, cues: Cues) -> float:
    """Tell how much a sentence looks like what somebody wants from us."""
    length = len(sentence.split())
    weight = 2.0 * bool(cues.request.search(sentence)) + 1.5 * bool(cues.problem.search(sentence))
    weight += 0.7 * bool(cues.question.search(sentence)) + (0.5 if length >= 6 else -1.0 if length < 4 else 0.0)
    weight -= 2.0 * sentence.endswith(":") + 2.0 * (len(stems(sentence, cues)) < 2)
    return weight - 2.5 * bool(cues.weak.match(sentence)) - 0.5 * bool(cues.anaphora.match(sentence))
