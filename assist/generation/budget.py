"""Keeps a summary short: a share of what was written, by leaving out what helps least."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate

from assist.case import Case, CaseLine, CaseSummary
from assist.generation.cues import Cues
from assist.generation.details import values_in
from assist.generation.request import weight
from assist.generation.sentences import clip, split
from assist.generation.telling import retell
from assist.generation.words import stems

# Words of a summary for every word of a case, and what a case of less than `LONG` messages may have in any case.
SHARE = 0.24
LEAST = 24
LONG = 10
# Details are a word each and what an agent looks for first, so that room is kept for some.
KEPT = 5
DETAILS = 6
CUT = 60


@dataclass
class Reading:
    """What a case holds up to each message, read once."""

    case: Case
    cues: Cues
    words: list[int] = field(init=False)
    stems: list[set[str]] = field(init=False)
    values: list[list[str]] = field(init=False)

    def __post_init__(self) -> None:
        texts = [message.text for message in self.case.messages]
        self.words = list(accumulate(len(text.split()) for text in texts))
        self.stems = list(accumulate((set(stems(text, self.cues)) for text in texts), lambda a, b: a | b))
        self.values = list(accumulate((values_in(text) for text in texts), lambda a, b: list(dict.fromkeys([*a, *b]))))

    def before(self, index: int) -> set[str]:
        """Give the stems of the messages before one."""
        return self.stems[index - 1] if index else set()

    def over(self, summary: CaseSummary, index: int) -> int:
        """Give by how many words the lines are too long for the messages up to `index`; below 0: what is free.

        Room is kept for details that no line holds.
        """
        held = " ".join(line.told or line.text for line in summary.lines)
        missing = sum(value not in held for value in self.values[index])
        return length(summary) + min(KEPT, missing) - self._allowed(index)

    def left(self, summary: CaseSummary) -> int:
        """Give how many details there is room for: two at least."""
        return max(2, min(DETAILS, self._allowed(len(self.words) - 1) - length(summary))) if self.words else 0

    def _allowed(self, index: int) -> int:
        allowed = int(SHARE * self.words[index])
        return allowed if index + 1 >= LONG else max(allowed, LEAST)


def fit(summary: CaseSummary, reading: Reading, index: int) -> None:
    """Leave out lines until a summary fits: the newest of what was merely said, then, in a long case, the oldest deeds.

    There the newest message's lines, the newest promise and the newest open question go last, of the request the
    weightiest sentence stays, and long lines are cut.
    """
    while summary.said and reading.over(summary, index) > 0:
        summary.said.pop()
    if index + 1 < LONG:
        return
    cues, messages = reading.cues, reading.case.messages
    request = summary.request
    if request is not None and reading.over(summary, index) > 0:
        best = max(split(request.text, cues), key=lambda part: weight(part, cues))
        writer = next((m for m in messages if m.position == request.messages[0]), messages[index])
        request.told = retell(best, writer, reading.case, cues)
    for line in sorted(summary.lines, key=lambda line: -len(line.told)):
        if reading.over(summary, index) > 0:
            line.told = clip(line.told, CUT)
    while reading.over(summary, index) > 0 and (victim := _least(summary, messages[index].position)):
        victim[0].remove(victim[1])


def length(summary: CaseSummary) -> int:
    """Give the words of the lines."""
    return sum(len((line.told or line.text).split()) for line in summary.lines)


def _least(summary: CaseSummary, position: int) -> tuple[list[CaseLine], CaseLine] | None:
    for lines in (summary.done, summary.open, summary.promised):
        old = [line for line in lines[:-1] if position not in line.messages]
        if old:
            return lines, old[0]
    for lines in (summary.done, summary.open, summary.promised):
        if len(lines) > 1:
            return lines, lines[-1] if lines is summary.done else lines[0]
    return None
