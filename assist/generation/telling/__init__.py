"""Retells what was said in the third person, with who said it: how a summary reads as a text."""

from __future__ import annotations

from assist.case import Case, CaseMessage
from assist.generation.cues import Cues
from assist.generation.sentences import split
from assist.generation.telling import en
from assist.helpdesk import Author

# What retelling puts in that nobody said, besides names and other forms of verbs that were said.
ADDED = frozenset(
    [
        "agent",
        "chatbot",
        "customer",
        "note",
        "system",
        "complains",
        "says",
        "tells",
        "asks",
        "suggests",
        "whether",
        "that",
        "to",
        "not",
        "they",
        "them",
        "their",
        "theirs",
        "themselves",
        "are",
        "is",
        "were",
        "was",
        "has",
        "does",
        "have",
        "had",
        "will",
        "would",
        "cannot",
        "what",
        "you",
        "i",
        "kunde",
        "notiz",
    ]
)


def retell(text: str, message: CaseMessage, case: Case, cues: Cues) -> str:
    """Retell a line of a message; where the language has no rules for it, or in a note, put who said it before it."""
    me = name_of(message, case, cues)
    if cues.code != "en" or message.internal or message.author == Author.SYSTEM:
        return f"{me}: {text}"
    told = []
    for sentence in split(text, cues):
        wrong = message.author == Author.CUSTOMER and not case.speakers and bool(cues.problem.search(sentence))
        other = _other(message, case, cues)
        told.append(en.tell(sentence, me, other, complains=wrong, names_both=bool(case.speakers)))
    return " ".join(told)


def name_of(message: CaseMessage, case: Case, cues: Cues) -> str:
    """Give what the writer of a message is called: as the conversation has it, else by their part in it."""
    if message.internal:
        return cues.phrases["speaker_note"]
    return case.speakers.get(message.author) or cues.phrases[f"speaker_{message.author.value}"]


def _other(message: CaseMessage, case: Case, cues: Cues) -> str:
    """Give whom a message speaks to; empty where that is the team, who reads the summary."""
    if message.author == Author.CUSTOMER:
        return case.speakers.get(Author.AGENT, "")
    return case.speakers.get(Author.CUSTOMER) or cues.phrases["speaker_customer"]
