"""What a summary must hold and must not: annotated facts, nothing invented, short, and stable when messages come in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assist.case import Case, CaseMessage, CaseSummary
from assist.evaluation.data import Data
from assist.generation.telling import ADDED
from assist.generation.telling.verbs import past, third
from assist.helpdesk import Author

ANNOTATED = Path(__file__).parents[2] / "tests" / "evals" / "summary_facts.yaml"
KINDS = ("who", "what", "order", "amount", "date", "promise", "open")
# Cases of so many turns must have a summary shorter than this share of their words.
TURNS = 10
SHARE = 0.25
_AUTHORS = {"c": Author.CUSTOMER, "a": Author.AGENT, "n": Author.AGENT}
_WORD = re.compile(r"<[A-Z_]+_\d+>|[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True)
class Fact:
    """A fact that a summary must hold: its kind, the message it stands in, and the words that show it."""

    kind: str
    position: int
    words: re.Pattern[str]


@dataclass(frozen=True)
class Annotated:
    """A case with its facts."""

    id: str
    case: Case
    facts: list[Fact]


def annotated(data: Data, file: Path = ANNOTATED) -> Iterator[Annotated]:
    """Yield the annotated cases; one that names a ticket which the data does not hold is left out."""
    tickets = {row["id"]: row for row in data.corpus("tickets/*/*.jsonl")}
    for number, row in enumerate(yaml.safe_load(file.read_text(encoding="utf-8"))["cases"], start=1):
        messages = _written(row["messages"]) if "messages" in row else _told(tickets.get(row["id"]))
        if messages:
            case = Case(ticket_id=number, language=row.get("language", "en"), messages=messages)
            facts = [Fact(kind, at, re.compile(words, re.IGNORECASE)) for kind, at, words in row["facts"]]
            yield Annotated(row["id"], case, facts)


def measures(text: str, one: Annotated) -> dict[str, list[float]]:
    """Give what a summary's text is measured by, a value for every fact or case that counts."""
    plain = text.replace("’", "'")
    found = [(fact.kind, float(bool(fact.words.search(plain)))) for fact in one.facts]
    share = length_share(text, one.case)
    long = len(one.case.messages) >= TURNS
    return {
        "fact_coverage": [value for _, value in found],
        **{f"fact_coverage.{kind}": [value for k, value in found if k == kind] for kind in KINDS},
        "invented": [float(len(invented(text, one.case)))],
        "length_share": [share] if long else [],
        "short_enough": [float(share < SHARE)] if long else [],
    }


def invented(text: str, case: Case) -> list[str]:
    """Give the words and numbers of a text that stand nowhere in the case; other forms of a verb that does are none."""
    known = {word for message in case.messages for word in _words(message.text)} | _words(case.subject or "")
    known |= ADDED | {word for name in case.speakers.values() for word in _words(name)}
    known |= {form for word in list(known) if word.isalpha() for form in (third(word), past(word))}
    return sorted(_words(text) - known)


def length_share(text: str, case: Case) -> float:
    """Give the words of a text as a share of the words of the case."""
    return len(text.split()) / max(1, sum(len(message.text.split()) for message in case.messages))


def stability(case: Case, summarise: Callable[[Case, CaseSummary | None], CaseSummary]) -> float:
    """Give the share of lines that still stood after the next message, over all messages of a case.

    A promise or an open question may go: the message may have kept or answered it.
    """
    stood = [1.0]
    before: CaseSummary | None = None
    for upto in range(1, len(case.messages) + 1):
        now = summarise(case.model_copy(update={"messages": case.messages[:upto]}), before)
        if before is not None:
            held = [line.text for line in [*([before.request] if before.request else []), *before.said, *before.done]]
            texts = [line.text for line in now.lines]
            stood += [float(any(text in new or new in text for new in texts)) for text in held]
        before = now
    return sum(stood) / len(stood)


def _words(text: str) -> set[str]:
    plain = re.sub(r"n't\b", " not", text.replace("’", "'").lower())
    plain = re.sub(r"'(?:s|re|ve|ll|d|m)\b", " ", plain)
    return {word.strip("'") for word in _WORD.findall(plain)}


def _written(lines: list[str]) -> list[CaseMessage]:
    return [
        CaseMessage(position=at, author=_AUTHORS[line[0]], text=line[3:], internal=line[0] == "n")
        for at, line in enumerate(lines, start=1)
    ]


def _told(row: dict[str, Any] | None) -> list[CaseMessage]:
    return [
        CaseMessage(position=at, author=Author(message["author"]), text=message["text"])
        for at, message in enumerate(row["messages"] if row else [], start=1)
    ]
