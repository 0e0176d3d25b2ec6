"""Keeps a summary short: a share of what was written, by leaving out what tells an agent least for its length."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate

from assist.case import Case, CaseLine, CaseSummary
from assist.generation.cues import Cues
from assist.generation.details import values_in
from assist.generation.request import weight
from assist.generation.sentences import clip, split
from assist.generation.shorter import shorter
from assist.generation.telling import retell
from assist.generation.words import overlap, stems
from assist.generation.worth import SECTIONS, Section, worth
from assist.helpdesk import Author

# Words of a summary for every word of a case, and what a case of less than `LONG` messages may have in any case.
SHARE = 0.245
LEAST = 24
LONG = 10
# Details are a word each and what an agent looks for first, so that room is kept for some.
KEPT = 5
DETAILS = 6
CUT = 90
# The part of a long case's summary that the request may take, where it has several sentences.
REQUEST = 0.35
# What is new counts more, so that a summary says how things stand.
NEW = 0.8


@dataclass
class Reading:
    """What a case holds up to each message, read once."""

    case: Case
    cues: Cues
    words: list[int] = field(init=False)
    stems: list[set[str]] = field(init=False)
    values: list[list[str]] = field(init=False)
    at: dict[int, int] = field(init=False)
    _worth: dict[tuple[str, Section, int], float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        texts = [message.text for message in self.case.messages]
        self.words = list(accumulate(len(text.split()) for text in texts))
        self.stems = list(accumulate((set(stems(text, self.cues)) for text in texts), lambda a, b: a | b))
        self.values = list(accumulate((values_in(text) for text in texts), lambda a, b: list(dict.fromkeys([*a, *b]))))
        self.at = {message.position: index for index, message in enumerate(self.case.messages)}

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

    def density(self, line: CaseLine, section: Section, index: int) -> float:
        """Give what a line is worth for its length, when the message at `index` is the newest."""
        at = self.at.get(line.messages[0], index)
        key = (line.text, section, at)
        if key not in self._worth:
            self._worth[key] = worth(line, section, self.case.messages[at], self._asked(at), self.cues)
        new = NEW * (self.case.messages[index].position in line.messages)
        return (self._worth[key] + new) / max(4, len((line.told or line.text).split())) ** 0.5

    def room(self, index: int) -> int:
        """Give the words that a request may take."""
        return int(REQUEST * self._allowed(index))

    def _asked(self, index: int) -> bool:
        before = self.case.messages[index - 1] if index else None
        return before is not None and before.author == Author.CUSTOMER and "?" in before.text

    def _allowed(self, index: int) -> int:
        allowed = int(SHARE * self.words[index])
        return allowed if index + 1 >= LONG else max(allowed, LEAST)


def fit(summary: CaseSummary, more: list[CaseLine], reading: Reading, index: int) -> None:
    """Add `more` of what was said and leave out lines until a summary fits, those that tell least first.

    In a case of less than `LONG` messages only what was merely said may go; in a long one, of the request the weightiest
    sentence stays, and long lines are cut.
    """
    summary.said += more
    long = index + 1 >= LONG
    if long and reading.over(summary, index) > 0:
        _shorten(summary, reading, index)
    out: list[tuple[Section, CaseLine]] = []
    while reading.over(summary, index) > 0:
        held = [(s, line) for s in (SECTIONS if long else SECTIONS[:1]) for line in getattr(summary, s)]
        if not held:
            break
        least = min(held, key=lambda one: reading.density(one[1], one[0], index))
        getattr(summary, least[0]).remove(least[1])
        out.append(least)
    for section, line in sorted(out, key=lambda one: -reading.density(one[1], one[0], index)):
        lines: list[CaseLine] = getattr(summary, section)
        if _again(line, summary, reading.cues):
            continue
        before = list(lines)
        lines.append(line)
        lines.sort(key=lambda one: one.messages[0])
        if reading.over(summary, index) > 0:
            lines[:] = before


def length(summary: CaseSummary) -> int:
    """Give the words of the lines."""
    return sum(len((line.told or line.text).split()) for line in summary.lines)


def _again(line: CaseLine, summary: CaseSummary, cues: Cues) -> bool:
    words = set(stems(line.text, cues))
    return any(overlap(words, set(stems(other.text, cues))) > 0.7 for other in summary.lines if other is not line)


def tell(summary: CaseSummary, case: Case, cues: Cues) -> None:
    """Retell the lines that are new."""
    at = {message.position: message for message in case.messages}
    for line in summary.lines:
        if not line.told:
            text = " ".join(shorter(part, cues) for part in split(line.text, cues))
            line.told = retell(text, at[line.messages[0]], case, cues)


def _shorten(summary: CaseSummary, reading: Reading, index: int) -> None:
    """Cut long lines; of the request, tell the weightiest sentences, as far as they have room."""
    cues, messages = reading.cues, reading.case.messages
    for line in summary.lines:
        writer = messages[reading.at.get(line.messages[0], index)]
        parts = [shorter(part, cues, tight=True) for part in split(line.text, cues)]
        if line is summary.request:
            parts = _weightiest(parts, reading.room(index), cues)
        line.told = clip(retell(" ".join(parts), writer, reading.case, cues), CUT * len(parts))


def _weightiest(parts: list[str], room: int, cues: Cues) -> list[str]:
    order = sorted(
        range(len(parts)), key=lambda i: 0.5 * i - weight(parts[i], cues) - 0.2 * min(6, len(stems(parts[i], cues)))
    )
    kept = order[:1]
    for i in order[1:]:
        if sum(len(parts[j].split()) for j in [*kept, i]) <= room:
            kept.append(i)
    return [parts[i] for i in sorted(kept)]
