"""Keeps a summary short: a share of what was written, by leaving out what helps least."""

from __future__ import annotations

from assist.case import Case, CaseLine, CaseSummary

# Words of a summary for every word of the case, with some kept for details; and what a short case may have all the same.
SHARE = 0.22
LEAST = 24
LONG = 10


def room(case: Case, index: int) -> int:
    """Give how many words a summary of the messages up to `index` may have."""
    written = sum(len(message.text.split()) for message in case.messages[: index + 1])
    return max(int(SHARE * written), LEAST if index + 1 < LONG else 0)


def fits(summary: CaseSummary, line: CaseLine, room: int) -> bool:
    """Tell whether there is room for one more line."""
    return _length(summary) + _words(line) <= room


def fit(summary: CaseSummary, room: int, position: int) -> None:
    """Leave out lines until a summary fits: the oldest statements and deeds first, never the request.

    `position`: the newest message. Its lines, the newest promise and the newest open question go last.
    """
    while _length(summary) > room and (victim := _least(summary, position)):
        victim[0].remove(victim[1])


def _least(summary: CaseSummary, position: int) -> tuple[list[CaseLine], CaseLine] | None:
    for lines, kept in ((summary.said, 0), (summary.done, 1), (summary.open, 1), (summary.promised, 1)):
        old = [line for line in lines[: len(lines) - kept] if position not in line.messages]
        if old:
            return lines, old[-1] if lines is summary.said else old[0]
    for lines in (summary.done, summary.open, summary.promised):
        if len(lines) > 1:
            return lines, lines[-1] if lines is summary.done else lines[0]
    return None


def _length(summary: CaseSummary) -> int:
    return sum(_words(line) for line in summary.lines)


def _words(line: CaseLine) -> int:
    return len((line.told or line.text).split())
