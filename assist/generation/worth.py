"""Tells how much a line of a summary is worth to an agent who takes over, against the words that it takes."""

from __future__ import annotations

from typing import Literal

from assist.case import CaseLine, CaseMessage
from assist.generation.cues import Cues
from assist.generation.details import moments_in, values_in
from assist.generation.words import stems
from assist.helpdesk import Author

Section = Literal["said", "done", "promised", "open"]
SECTIONS: tuple[Section, ...] = ("said", "done", "promised", "open")
_BASE: dict[Section, float] = {"said": 0.7, "done": 2.0, "promised": 2.3, "open": 2.0}
# A number counts, and so does the next; five more do not make a line five times as good.
VALUES = 2


def worth(line: CaseLine, section: Section, message: CaseMessage, asked: bool, cues: Cues) -> float:
    """Weigh a line by what it does; `asked`: the customer had put a question just before the message."""
    text = line.text
    by_customer = message.author == Author.CUSTOMER
    content = [stem for stem in stems(text, cues) if stem.isalpha()]
    points = _BASE[section] - 0.5 * bool(cues.anaphora.match(text)) - 0.5 * (len(content) < 3)
    if len(content) >= 3:
        # A number by itself is listed among the details.
        points += 0.4 * min(VALUES, len(values_in(text)) + len(moments_in(text)))
    if section == "said":
        points += 0.4 * bool(cues.problem.search(text))
        if by_customer:
            points += 0.4 * bool(cues.wish.search(text)) + 0.6 * bool(cues.defers.search(text))
        else:
            points += 0.4 * asked
    elif section == "done":
        told = any(cue.search(text) for cue in (cues.done, cues.solved, cues.noted, cues.steps["refuse"]))
        points += 0.4 * bool(cues.done.search(text) or cues.solved.search(text)) - 0.6 * (not told)
        points -= 1.0 * bool(cues.routine.search(text))
        points -= 1.5 * (message.author == Author.SYSTEM) + 0.4 * bool(cues.asking.search(text))
    elif section == "promised":
        points -= 0.8 * bool(cues.holding.search(text) or cues.offer.search(text))
    else:
        points += 0.5 * by_customer
    return max(0.1, points)
