"""Summarises a case by rules: its own sentences, chosen by what they do, each with the message it came from.

The summary is a fold over the messages, so extending an old summary by the new messages gives exactly what reading
everything again would give, without touching the old ones.
"""

from __future__ import annotations

import re

from assist.case import Case, CaseLine, CaseSummary
from assist.generation.budget import Reading, fit, tell
from assist.generation.cues import Cues, cues_for
from assist.generation.details import details
from assist.generation.next_step import next_step
from assist.generation.sentences import clip
from assist.generation.shorter import shorter
from assist.generation.taking import Turn, read, take
from assist.generation.telling import retell
from assist.generation.words import overlap, stems
from assist.helpdesk import Author

# "Departure: 14:00", a row of a table rather than a sentence.
_LABEL = re.compile(r"^(?:[\w'’-]+ ){0,3}[\w'’-]+:(?: |$)")
# Content words that a statement must have to be worth a line, and the part of them that, said before, makes it none.
TELLS = 2
AGAIN = 0.5
# The same for a statement with a number that was not said before.
NUMBERED = 0.8


def summarise(case: Case, previous: CaseSummary | None = None) -> CaseSummary:
    """Give the summary of a case; with `previous`, read only the messages after `previous.upto`."""
    cues = case_cues(case)
    extend = previous is not None and previous.engine == "extractive"
    summary = previous.model_copy(deep=True) if previous is not None and extend else CaseSummary()
    reading = Reading(case, cues)
    for index, message in enumerate(case.messages):
        if message.position > summary.upto:
            turn = read(case, index, cues, reading.before(index))
            take(summary, turn, case, cues)
            tell(summary, case, cues)
            fit(summary, _more(summary, turn, reading), reading, index)
            summary.upto = message.position
    if summary.request is None and case.subject:
        text = clip(case.subject)
        summary.request = CaseLine(text=text, told=text, messages=[m.position for m in case.messages[:1]])
    summary.details = details(case, summary, reading.left(summary))
    summary.next_step = next_step(case, summary, cues)
    return summary


def _more(summary: CaseSummary, turn: Turn, reading: Reading) -> list[CaseLine]:
    """Give what else was said: what nobody asked or did may matter too, where there is room."""
    message, case, cues = turn.message, reading.case, reading.cues
    if message.internal or message.author == Author.SYSTEM:
        return []
    more: list[CaseLine] = []
    for sentence in turn.sentences:
        said = set(stems(sentence, cues))
        empty = cues.courtesy.match(sentence) or cues.weak.match(sentence) or cues.holding.search(sentence)
        if len(said) < TELLS or empty or _LABEL.match(sentence):
            continue
        held = [*summary.lines, *more]
        again = NUMBERED if _numbers(sentence) - _numbers(" ".join(line.text for line in held)) else AGAIN
        if any(overlap(said, set(stems(line.text, cues))) > again for line in held):
            continue
        text = clip(re.sub(r":$", ".", sentence))
        told = retell(shorter(text, cues), message, case, cues)
        more.append(CaseLine(text=text, told=told, messages=[message.position]))
    return more


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d[\d.,]*", text))


def case_cues(case: Case) -> Cues:
    """Give the cues of the case's language, judged by its first messages when the case does not say."""
    return cues_for(case.language, " ".join(message.text for message in case.messages[:3]))
