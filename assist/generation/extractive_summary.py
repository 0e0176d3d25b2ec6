"""Summarises a case by rules: its own sentences, chosen by what they do, each with the message it came from.

The summary is a fold over the messages, so extending an old summary by the new messages gives exactly what reading
everything again would give, without touching the old ones.
"""

from __future__ import annotations

from assist.case import Case, CaseLine, CaseSummary
from assist.generation.budget import fit, left
from assist.generation.cues import Cues, cues_for
from assist.generation.details import details
from assist.generation.next_step import next_step
from assist.generation.reading import Reading
from assist.generation.sentences import clip
from assist.generation.taking import take


def summarise(case: Case, previous: CaseSummary | None = None) -> CaseSummary:
    """Give the summary of a case; with `previous`, read only the messages after `previous.upto`."""
    cues = case_cues(case)
    extend = previous is not None and previous.engine == "extractive"
    summary = previous.model_copy(deep=True) if previous is not None and extend else CaseSummary()
    reading = Reading(case, cues)
    for index, message in enumerate(case.messages):
        if message.position > summary.upto:
            take(summary, reading.turn(index), case, cues)
            fit(summary, reading, index)
            summary.upto = message.position
    if summary.request is None and case.subject:
        text = clip(case.subject)
        summary.request = CaseLine(text=text, told=text, messages=[m.position for m in case.messages[:1]])
    summary.details = details(case, summary, left(summary, reading))
    summary.next_step = next_step(case, summary, cues)
    return summary


def case_cues(case: Case) -> Cues:
    """Give the cues of the case's language, judged by its first messages when the case does not say."""
    return cues_for(case.language, " ".join(message.text for message in case.messages[:3]))
