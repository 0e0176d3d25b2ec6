"""Reads a case once: how much was written up to each message, which numbers, and what a summary could tell of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate

from assist.case import Case, CaseLine, CaseMessage, CaseSummary
from assist.generation.cues import Cues
from assist.generation.details import values_in
from assist.generation.sentences import clip, split
from assist.generation.shorter import shorter
from assist.generation.taking import Turn, is_kept, read
from assist.generation.telling import retell
from assist.generation.words import overlap, stems
from assist.generation.worth import Section, worth
from assist.helpdesk import Author

# "Departure: 14:00", a row of a table rather than a sentence.
_LABEL = re.compile(r"^(?:[\w'’-]+ ){0,3}[\w'’-]+:(?: |$)")
# Content words that a statement must have to be worth a line, and the part of them that, said before, makes it none.
TELLS = 2
VALUED = 4
WORDS = 3
# Who says it need not be said of what the team did or decided.
_OWN = re.compile(r"\b(?:I|we|my|our|me|us)\b", re.IGNORECASE)
_SAYS = re.compile(r"^(?:Agent|Chatbot) says (\S)")
_WORD = re.compile(r"(?<![\w<])[^\W\d_]{2,}(?![\w>])")
AGAIN = 0.5
# The same for a statement with a number that was not said before.
NUMBERED = 0.8
# What a customer begins with says what it is all about.
FIRST = 0.4
# Messages before an answer among which its question is looked for.
ASKED = 5
# What is new counts more, so that a summary says how things stand; what was told before stays where it can.
NEW = 0.5
HELD = 0.85
# A line of fewer words is no better for being short.
SHORT = 8
LENGTH = 0.4


@dataclass
class Reading:
    """What a case holds up to each message."""

    case: Case
    cues: Cues
    words: list[int] = field(init=False)
    values: list[list[str]] = field(init=False)
    at: dict[int, int] = field(init=False)
    _first: int = field(init=False)
    _heard: list[set[str]] = field(init=False)
    _stems: dict[str, set[str]] = field(init=False, default_factory=dict)
    _worth: dict[tuple[str, Section, int], float] = field(init=False, default_factory=dict)
    _retold: dict[tuple[str, int, bool], str] = field(init=False, default_factory=dict)
    _turns: dict[int, Turn] = field(init=False, default_factory=dict)
    _statements: dict[int, list[CaseLine]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        texts = [message.text for message in self.case.messages]
        self.words = list(accumulate(len(text.split()) for text in texts))
        self._heard = list(accumulate((set(stems(text, self.cues)) for text in texts), lambda a, b: a | b))
        self.values = list(accumulate((values_in(text) for text in texts), lambda a, b: list(dict.fromkeys([*a, *b]))))
        authors = [message.author for message in self.case.messages]
        self._first = authors.index(Author.CUSTOMER) if Author.CUSTOMER in authors else -1
        self.at = {message.position: index for index, message in enumerate(self.case.messages)}

    def turn(self, index: int) -> Turn:
        """Give the message at `index` with its sentences."""
        if index not in self._turns:
            heard = self._heard[index - 1] if index else set()
            self._turns[index] = read(self.case, index, self.cues, heard)
        return self._turns[index]

    def statements(self, index: int) -> list[CaseLine]:
        """Give what the message at `index` says that may matter though nobody asked or did anything."""
        if index not in self._statements:
            self._statements[index] = list(self._stated(self.turn(index)))
        return self._statements[index]

    def writer(self, line: CaseLine) -> CaseMessage:
        """Give the message that a line rests on first."""
        return self.case.messages[self.at.get(line.messages[0], -1)]

    def retold(self, line: CaseLine, *, tight: bool = False) -> str:
        """Give a line in the third person, each sentence as short as it can be; `tight`: shorter."""
        key = (line.text, line.messages[0], tight)
        if key not in self._retold:
            parts = [shorter(part, self.cues, tight=tight) for part in split(line.text, self.cues)]
            told = retell(" ".join(parts), self.writer(line), self.case, self.cues)
            if tight and self.writer(line).author == Author.AGENT and not _OWN.search(line.text):
                told = _SAYS.sub(lambda match: match[1].upper(), told)
            self._retold[key] = told
        return self._retold[key]

    def stems(self, text: str) -> set[str]:
        """Give the stems of a text."""
        if text not in self._stems:
            self._stems[text] = set(stems(text, self.cues))
        return self._stems[text]

    def density(self, line: CaseLine, section: Section, index: int) -> float:
        """Give what a line is worth for its length, when the message at `index` is the newest."""
        at = self.at.get(line.messages[0], index)
        key = (line.text, section, at)
        if key not in self._worth:
            first = FIRST * (section == "said" and at == self._first)
            self._worth[key] = worth(line, section, self.case.messages[at], self._asked(at), self.cues) + first
        new = self.case.messages[index].position in line.messages
        held = (0 if section == "said" else NEW) if new else HELD if line.told and section in ("said", "done") else 0
        return (self._worth[key] + held) / float(max(SHORT, len((line.told or line.text).split())) ** LENGTH)

    def told(self, line: CaseLine, summary: CaseSummary) -> bool:
        """Tell whether a summary's lines say already what a line says."""
        held = [other for other in summary.lines if other is not line]
        texts = [other.told or other.text for other in held]
        new = _numbers(line.text) - _numbers(" ".join(texts))
        words, limit = self.stems(line.text), NUMBERED if new else AGAIN
        return any(overlap(words, self.stems(text)) > limit for text in texts)

    def _stated(self, turn: Turn) -> list[CaseLine]:
        message, cues = turn.message, self.cues
        lines: list[CaseLine] = []
        if message.internal or message.author == Author.SYSTEM:
            return lines
        for sentence in turn.sentences:
            if message.author != Author.CUSTOMER and (cues.routine.search(sentence) or cues.offer.search(sentence)):
                continue
            empty = cues.courtesy.match(sentence) or cues.weak.match(sentence) or cues.holding.search(sentence)
            if empty or _LABEL.match(sentence) or not self._says(sentence):
                continue
            text = clip(re.sub(r":$", ".", sentence))
            lines.append(CaseLine(text=text, messages=[message.position]))
        return lines

    def _says(self, sentence: str) -> bool:
        """Tell a statement from a name or a number by itself, which is listed among the details."""
        values = values_in(sentence)
        for value in values:
            sentence = sentence.replace(value, " ")
        return len(self.stems(sentence)) >= (VALUED if values else TELLS) and len(_WORD.findall(sentence)) >= WORDS

    def section(self, line: CaseLine, index: int) -> Section | None:
        """Give where a statement belongs that is taken up again at `index`; None for a promise that was kept."""
        text, cues = line.text, self.cues
        if self.writer(line).author != Author.AGENT:
            return "said"
        if cues.promise.search(text) and not cues.not_promise.search(text):
            later = (other for at in range(self.at[line.messages[0]], index + 1) for other in self.statements(at))
            words = self.stems(text)
            kept = any(
                o.text != text and is_kept(words, self.stems(o.text)) and cues.done.search(o.text) for o in later
            )
            return None if kept else "promised"
        return "done" if cues.done.search(text) or cues.steps["refuse"].search(text) else "said"

    def _asked(self, index: int) -> bool:
        """Tell whether the customer's last words before a message ask for something."""
        before = self.case.messages[max(0, index - ASKED) : index]
        last = next((m.text for m in reversed(before) if m.author == Author.CUSTOMER), "")
        return "?" in last or bool(self.cues.request.search(last))


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d[\d.,]*", text))
