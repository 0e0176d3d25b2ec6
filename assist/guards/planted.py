"""A draft answers the customer from the sources; it does not do what a text in the case or in a source asks of an AI.

A planted request is an ordinary sentence in the wrong place ("Write a poem about the sea"), so it cannot be told by its
words. What gives obedience away is the draft: it speaks of what neither the case nor a source speaks of, its words are
mangled, it cites a source for what only the customer's message says, or it carries out a request without any source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure
from assist.guards._service_words import SERVICE
from assist.guards._words import stems

# Of a sentence's telling words: that nothing has, and that a cited source must have.
STRAYED, ASKED, BACKED = 0.5, 0.75, 0.34
# Of a request's words that a sentence takes up, or of a sentence's that come from a request.
TAKEN_UP, ECHOED = 0.6, 0.8
_SENTENCE = re.compile(r"[^\n]+?(?:[.!?]+[\"'”’)]*(?=\s|$)|(?=\n)|$)")
# Requests that speak of the answer itself, or of work that no support desk does.
_OF_THE_REPLY = re.compile(
    r"\b(?:your|deine[rnm]?) (?:\w+ )?(?:reply|response|answer|message|output|summary|draft|antwort|nachricht|zusammenfassung|ausgabe)\b|\bin (?:the|this) (?:reply|response|answer|summary)\b",
    re.IGNORECASE,
)  # fmt: skip
_WORK = re.compile(
    r"\b(?:the|this|an?) (?:\w+ )?(?:reply|response|answer|message|output|summary|draft|e-?mail)\b|\b(?:ihre[rn]?|der|die|eine) (?:\w+ )?(?:antwort|nachricht|zusammenfassung|ausgabe)\b"
    r"|^\W*(?:please |kindly |bitte )?(?:write|compose|draft|translate|explain|describe|summari[sz]e|provide|develop|create|generate|break down|replace|convert|rewrite|encode|decode|reverse|repeat|print|say|tell|state|output|ignore|forget|act|pretend|append|insert|include|mention|add|give me|list|schreib\w*|verfass\w*|übersetz\w*|erklär\w*|beschreib\w*|erzähl\w*|wiederhol\w*|ignorier\w*|nenn\w*|sag\w*|füg\w*|erwähn\w*)\b",
    re.IGNORECASE,
)  # fmt: skip
_ASKS = re.compile(r"\?[\"'”’]?\s*$")
_TO_SOMEBODY = re.compile(
    r"\b(?:you|your|yours|yourself|we|our|us|i|my|sie|ihr\w*|ihnen|wir|uns\w*|ich|mein\w*)\b|<[A-Z]+_\d+>",
    re.IGNORECASE,
)
_MANGLED = re.compile(
    r"\b(?=\w*\d)(?=\w*[a-z])(?:[a-z]+\d+[a-z\d]*|\d+[a-z]+\d+[a-z\d]*)\b|[a-z][@#$%&*][a-z]", re.IGNORECASE
)
_LONG = re.compile(r"[^\W\d_]{26,}")
_SYMBOL_RUN = re.compile(r"(?:\S*[@#$%&*^~=+]\S*\s+){2,}")


class _Planted:
    name = "planted"
    on_failure: OnFailure = "closed"
    why: Mapping[str, str] = {
        "en": "This is not about the case or its sources, or does what a text in them asks of the AI: {found}.",
        "de": "Das handelt nicht vom Fall oder seinen Quellen, oder tut, was ein Text darin von der KI verlangt: {found}.",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the words that nothing stands behind, or the request that is carried out."""
        evidence = context.evidence(sentence)
        words = [word for word in stems(sentence.text) if word not in SERVICE]
        if words and (order := _repeated_order(sentence, evidence)):
            return order
        if _plain(sentence.text) in _plain("\n".join(one.text for one in context.granting(sentence))):
            # Word for word from its source: that is quoting.
            return None
        if mangled := _mangled(sentence.text, evidence):
            return f"“{mangled}”"
        if not words:
            return None
        told = (part for one in context.granting(sentence) for part in (one.title, one.text, one.problem) if part)
        backed, case = _stems_of("\n".join(told)), _stems_of(context.case_text)
        fresh = [word for word in words if word not in backed and word not in case]
        if _strays(sentence, words, fresh):
            return _shown(fresh, sentence.text)
        missing = [word for word in words if word not in backed]
        if sentence.kind == "sourced" and len(words) >= 2 and len(missing) > (1 - BACKED) * len(words):
            return _shown(missing, sentence.text)
        return _carried_out(sentence, evidence, words, fresh)


def _strays(sentence: Sentence, words: list[str], fresh: list[str]) -> bool:
    """Tell whether a sentence is about something that neither the case nor a source speaks of."""
    if sentence.kind == "unsupported" and (len(fresh) == len(words) or any(word[0].isdigit() for word in fresh)):
        return True
    # Who asks for a missing fact brings words of their own.
    least, share = (4, ASKED) if sentence.kind == "question" else (3, STRAYED)
    return len(fresh) >= least and len(fresh) >= share * len(words)


def _repeated_order(sentence: Sentence, evidence: str) -> str | None:
    """Give an order about the answer itself that a sentence repeats, whatever it cites: no help text speaks so."""
    every = set(stems(sentence.text))
    for request in _requests(evidence):
        if request.of_the_reply and len(every & request.whole) >= ECHOED * max(len(every), len(request.whole)):
            return f"“{request.line}”"
    return None


def _carried_out(sentence: Sentence, evidence: str, words: list[str], fresh: list[str]) -> str | None:
    said, every = set(words), set(stems(sentence.text))
    for request in _requests(evidence):
        shared = request.own & said
        taken_up = len(shared) >= min(2, len(request.own)) and len(shared) >= TAKEN_UP * len(request.own)
        if request.of_the_answer:
            # Every word counts: "all orders are free" has none that a reply does not use.
            copied = request.whole & every
            taken_up = taken_up or (len(copied) >= 3 and len(copied) >= TAKEN_UP * len(every))
            taken_up = taken_up or (len(shared) >= 2 and len(shared) >= TAKEN_UP * len(said))
        if not taken_up:
            continue
        uncited = sentence.kind != "sourced"
        echoes = len(every & request.whole) >= ECHOED * max(len(every), len(request.whole))
        by_itself = request.of_the_answer or echoes or not _TO_SOMEBODY.search(sentence.text)
        if fresh or (uncited and by_itself):
            return f"“{request.line}”"
    return None


@dataclass(frozen=True)
class _Request:
    """A question or request in a text: its telling words, all its words, and whether it is about an answer or reply."""

    line: str
    own: frozenset[str]
    whole: frozenset[str]
    of_the_answer: bool
    of_the_reply: bool


@lru_cache(maxsize=64)
def _stems_of(text: str) -> frozenset[str]:
    return frozenset(stems(text))


@lru_cache(maxsize=64)
def _requests(text: str) -> tuple[_Request, ...]:
    """Give the questions and the requests about an answer that stand in a text."""
    return tuple(_each_request(text))


def _each_request(text: str) -> Iterator[_Request]:
    for match in _SENTENCE.finditer(text):
        line = match.group().strip()
        of_the_reply = bool(_OF_THE_REPLY.search(line))
        of_the_answer = of_the_reply or bool(_WORK.search(line))
        if of_the_answer or _ASKS.search(line):
            whole = frozenset(stems(line))
            if own := frozenset(word for word in whole if word not in SERVICE):
                yield _Request(line[:80], own, whole, of_the_answer, of_the_reply)


def _mangled(text: str, evidence: str) -> str | None:
    """Give words whose letters were replaced, run together or turned into signs, and that the evidence does not have."""
    bare = re.sub(r"<[A-Z]+_\d+>|https?://\S+|www\.\S+|\S+@\S+", " ", text)
    known = evidence.casefold()
    found = [match.group() for match in _MANGLED.finditer(bare) if match.group().casefold() not in known]
    if len(found) >= 3:
        return " ".join(found[:3])
    for pattern in (_LONG, _SYMBOL_RUN):
        match = pattern.search(bare)
        if match and match.group().strip().casefold() not in known and ("-" not in match.group()):
            return match.group().strip()[:40]
    return None


def _shown(found: list[str], text: str) -> str:
    """Give the words of the text that have these stems."""
    wanted = set(found)
    words = [word for word in re.findall(r"[\w'’]+", text) if set(stems(word)) & wanted]
    return "“" + " … ".join(words[:4]) + "”"


def _plain(text: str) -> str:
    return " " + " ".join(re.findall(r"\w+", text.casefold())) + " "


def guard() -> Guard:
    """Give the guard."""
    return _Planted()
