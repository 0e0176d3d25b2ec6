"""Keeps a summary short: a share of what was written, by leaving out what helps least."""

from __future__ import annotations

from assist.case import Case, CaseLine, CaseSummary
from assist.generation.cues import Cues
from assist.generation.details import values
from assist.generation.request import weight
from assist.generation.sentences import clip, split
from assist.generation.telling import retell

# Words of a summary for every word of a case of `LONG` messages and more, and of a shorter one; and what any short one
# may have.
SHARE = 0.24
SHORT_SHARE = 0.34
LEAST = 24
LONG = 10
# Details are a word each and what an agent looks for first, so that room is kept for some.
KEPT = 5
DETAILS = 6
CUT = 90


def over(summary: CaseSummary, case: Case, index: int) -> int:
    """Give by how many words the lines are too long for the messages up to `index`; below 0: what is free.

    Room is kept for details that no line holds.
    """
    held = " ".join(line.told or line.text for line in summary.lines)
    missing = sum(value not in held for value in values(case.messages[: index + 1]))
    return _length(summary) + min(KEPT, missing) - _allowed(case, index)


def left(summary: CaseSummary, case: Case) -> int:
    """Give how many details there is room for: two at least."""
    return max(2, min(DETAILS, _allowed(case, len(case.messages) - 1) - _length(summary)))


def fit(summary: CaseSummary, case: Case, index: int, cues: Cues) -> None:
    """Leave out lines until a summary fits: the newest of what was merely said, then the oldest deeds.

    The newest message's lines, the newest promise and the newest open question go last. Of the request the weightiest
    sentence stays, and long lines are cut where nothing else helps.
    """
    message = case.messages[index]
    while over(summary, case, index) > 0 and (victim := _least(summary, message.position)):
        victim[0].remove(victim[1])
    if index + 1 < LONG:
        return
    request = summary.request
    if request is not None and over(summary, case, index) > 0:
        parts = split(request.text, cues)
        best = max(parts, key=lambda part: weight(part, cues))
        writer = next((m for m in case.messages if m.position == request.messages[0]), message)
        request.told = retell(best, writer, case, cues)
    for line in sorted(summary.lines, key=lambda line: -len(line.told)):
        if over(summary, case, index) > 0:
            line.told = clip(line.told, CUT)


def _least(summary: CaseSummary, position: int) -> tuple[list[CaseLine], CaseLine] | None:
    if summary.said:
        return summary.said, summary.said[-1]
    for lines in (summary.done, summary.open, summary.promised):
        old = [line for line in lines[:-1] if position not in line.messages]
        if old:
            return lines, old[0]
    for lines in (summary.done, summary.open, summary.promised):
        if len(lines) > 1:
            return lines, lines[-1] if lines is summary.done else lines[0]
    return None


def _allowed(case: Case, index: int) -> int:
    written = sum(len(message.text.split()) for message in case.messages[: index + 1])
    return int(SHARE * written) if index + 1 >= LONG else max(int(SHORT_SHARE * written), LEAST)


def _length(summary: CaseSummary) -> int:
    return sum(len((line.told or line.text).split()) for line in summary.lines)
