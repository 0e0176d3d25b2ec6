"""Keeps a summary short: a share of what was written, by leaving out what tells an agent least for its length."""

from __future__ import annotations

from assist.case import CaseLine, CaseSummary
from assist.generation.cues import Cues
from assist.generation.reading import Reading
from assist.generation.request import weight
from assist.generation.sentences import curtail, split
from assist.generation.shorter import shorter
from assist.generation.telling import retell
from assist.generation.words import stems
from assist.generation.worth import SECTIONS, Section

# Words of a summary for every word of a case; the fewer than `LONG` its messages, the nearer to `BRIEF`, and no less
# than `LEAST` words.
SHARE = 0.2499
BRIEF = 0.5
LEAST = 24
LONG = 10
# Details are a word each and what an agent looks for first, so that room is kept for some.
KEPT = 5
DETAILS = 6
# What tells less for its length is left out though there were room for it.
LITTLE = 0.28
# Characters of a line in a long case.
CUT = 110
# The part of a long case's summary that the request may take, where it has several sentences.
REQUEST = 0.4


def fit(summary: CaseSummary, reading: Reading, index: int) -> None:
    """Add what else the message at `index` says, leave out what tells least until a summary fits, and fill the rest.

    In a case of less than `LONG` messages only what was merely said may go; in a long one, of the request the
    weightiest sentences stay, and long lines are cut.
    """
    summary.said = [line for line in summary.said if not reading.told(line, summary)]
    for line in reading.statements(index):
        if reading.density(line, "said", index) > LITTLE and not reading.told(line, summary):
            summary.said.append(line.model_copy())
    tell(summary, reading)
    long = index + 1 >= LONG
    if long and over(summary, reading, index) > 0:
        _shorten(summary, reading, index)
    out: list[tuple[float, Section, CaseLine]] = []
    while over(summary, reading, index) > 0:
        held = [
            (reading.density(line, section, index), section, line)
            for section in (SECTIONS if long else SECTIONS[:1])
            for line in getattr(summary, section)
        ]
        if not held:
            break
        least = min(held, key=lambda one: one[0])
        getattr(summary, least[1]).remove(least[2])
        out.append(least)
    _fill(summary, out, reading, index)


def left(summary: CaseSummary, reading: Reading) -> int:
    """Give how many words of details there is room for: two at least in a short case."""
    last = len(reading.words) - 1
    least = 0 if last + 1 >= LONG else 2
    return max(least, min(DETAILS, _allowed(reading, last) - length(summary))) if reading.words else 0


def over(summary: CaseSummary, reading: Reading, index: int) -> int:
    """Give by how many words the lines are too long for the messages up to `index`; below 0: what is free.

    Room is kept for details that no line holds.
    """
    held = " ".join(line.told or line.text for line in summary.lines)
    missing = sum(len(value.split()) for value in reading.values[index] if value not in held)
    return length(summary) + min(KEPT, missing) - _allowed(reading, index)


def length(summary: CaseSummary) -> int:
    """Give the words of the lines."""
    return sum(len((line.told or line.text).split()) for line in summary.lines)


def tell(summary: CaseSummary, reading: Reading) -> None:
    """Retell the lines that are new."""
    for line in summary.lines:
        if not line.told:
            line.told = reading.retold(line)


def _fill(summary: CaseSummary, out: list[tuple[float, Section, CaseLine]], reading: Reading, index: int) -> None:
    """Take back what had to go, and what was said before, as far as there is room."""
    held = {line.text for line in summary.lines}
    long = index + 1 >= LONG
    every = _earlier(held, reading, index)
    room = -over(summary, reading, index)
    for density, section, line in sorted([*out, *every], key=lambda one: -one[0]):
        if density < LITTLE or len((line.told or line.text).split()) > room + KEPT or reading.told(line, summary):
            continue
        lines: list[CaseLine] = getattr(summary, section)
        before = list(lines)
        lines.append(line.model_copy(update={"told": line.told or reading.retold(line, tight=long)}))
        lines.sort(key=lambda one: one.messages[0])
        if (free := -over(summary, reading, index)) < 0:
            lines[:] = before
        else:
            room = free
    held = {line.text for line in summary.lines}
    for density, section, line in sorted([*out, *every] if long else out, key=lambda one: -one[0]):
        if section != "said" and line.text not in held:
            _swap(summary, section, line, density, reading, index)


def _swap(summary: CaseSummary, section: Section, line: CaseLine, density: float, reading: Reading, index: int) -> None:
    """Take back a line for what was merely said, where that is worth less altogether."""
    lines: list[CaseLine] = getattr(summary, section)
    if reading.told(line, summary):
        return
    said, before, spent = list(summary.said), list(lines), 0.0
    lines.append(line.model_copy(update={"told": line.told or reading.retold(line, tight=True)}))
    lines.sort(key=lambda one: one.messages[0])
    while over(summary, reading, index) > 0 and summary.said:
        least = min(summary.said, key=lambda one: reading.density(one, "said", index))
        spent += reading.density(least, "said", index)
        summary.said.remove(least)
    if over(summary, reading, index) > 0 or spent >= density:
        summary.said[:] = said
        lines[:] = before


def _earlier(held: set[str], reading: Reading, index: int) -> list[tuple[float, Section, CaseLine]]:
    """Give what was said before the message at `index`, but for what was asked, which may be answered by now."""
    found: list[tuple[float, Section, CaseLine]] = []
    for line in (line for earlier in range(index) for line in reading.statements(earlier)):
        if line.text in held or reading.cues.question.search(line.text) or reading.cues.asking.search(line.text):
            continue
        section: Section | None = reading.section(line, index) if index + 1 >= LONG else "said"
        if section is not None:
            found.append((reading.density(line, section, index), section, line))
    return found


def _allowed(reading: Reading, index: int) -> int:
    words, brief = reading.words[index], max(0.0, 1 - (index + 1) / LONG)
    allowed = int((SHARE + (BRIEF - SHARE) * brief) * words)
    return max(allowed, LEAST) if brief else allowed


def _shorten(summary: CaseSummary, reading: Reading, index: int) -> None:
    """Cut long lines; of the request, tell the weightiest sentences, as far as they have room."""
    cues = reading.cues
    for line in summary.lines:
        if line is summary.request:
            parts = [shorter(part, cues, tight=True) for part in split(line.text, cues)]
            parts = _weightiest(parts, int(REQUEST * _allowed(reading, index)), cues)
            told = retell(" ".join(parts), reading.writer(line), reading.case, cues)
            line.told = curtail(told, CUT * len(parts))
        else:
            line.told = curtail(reading.retold(line, tight=True), CUT)


def _weightiest(parts: list[str], room: int, cues: Cues) -> list[str]:
    order = sorted(
        range(len(parts)), key=lambda i: 1.0 * i - weight(parts[i], cues) - 0.3 * min(6, len(stems(parts[i], cues)))
    )
    kept = order[:1]
    for i in order[1:]:
        if len(parts[i].split()) > 2 and sum(len(parts[j].split()) for j in [*kept, i]) <= room:
            kept.append(i)
    return [parts[i] for i in sorted(kept)]
