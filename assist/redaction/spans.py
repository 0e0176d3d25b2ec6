"""What a recogniser reports, what a recogniser is, and which report wins where two overlap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

KINDS_TEXT = "PERSON EMAIL PHONE ADDRESS ORDER CARD IBAN ID URL IP SECRET BIRTHDATE HANDLE LITERAL"
KINDS = frozenset(KINDS_TEXT.split())
# Text that only looks like a placeholder, because a customer typed it; it is masked like a value.
LITERAL = "LITERAL"
PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]*)_(\d+)>")
_SAYS_SOMETHING = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of personal data: `text[start:end]`, its kind, how sure (0-1), and who found it."""

    start: int
    end: int
    kind: str
    score: float
    by: str


class Recognizer(Protocol):
    """Finds one sort of personal data. `authors`: only in messages of these authors; `None` means any."""

    name: str
    authors: frozenset[str] | None

    def find(self, text: str) -> list[Span]:
        """Give the spans found in one text; they may overlap."""


def resolve(text: str, spans: Iterable[Span]) -> list[Span]:
    """Give spans that do not overlap, in order of appearance.

    The longest wins, then the surest; what a statistical model found comes after everything else, so that its ragged
    edges never displace a known value. Where a loser sticks out of the winner, its rest is still masked.
    """
    taken: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.by == "ner", s.start - s.end, -s.score, s.start, s.kind)):
        pieces = [span]
        for winner in taken:
            pieces = [rest for piece in pieces for rest in _outside(piece, winner)]
        taken += [p for p in pieces if p is span or (span.by != "ner" and _SAYS_SOMETHING.search(text, p.start, p.end))]
    return sorted(taken, key=lambda span: span.start)


def _outside(span: Span, winner: Span) -> Sequence[Span]:
    if span.end <= winner.start or winner.end <= span.start:
        return (span,)
    rest = []
    if span.start < winner.start:
        rest.append(replace(span, end=winner.start))
    if winner.end < span.end:
        rest.append(replace(span, start=winner.end))
    return rest


def merge_pieces(text: str, spans: Sequence[Span], masks: Sequence[str]) -> str:
    """Put `masks[i]` in the place of `spans[i]`; the spans are in order and do not overlap."""
    out: list[str] = []
    at = 0
    for span, mask in zip(spans, masks, strict=True):
        out += (text[at : span.start], mask)
        at = span.end
    out.append(text[at:])
    return "".join(out)


def with_literals(text: str, spans: Sequence[Span]) -> list[Span]:
    """Add a span for every placeholder look-alike that no other span touches.

    Without this a customer could write `<PERSON_1>` and have it read as a real placeholder later.
    """
    found = resolve(text, spans)
    if "<" not in text:
        return found
    for match in PLACEHOLDER.finditer(text):
        start, end = match.span()
        if not any(span.start < end and start < span.end for span in found):
            found.append(Span(start, end, LITERAL, 1.0, "literal"))
    return sorted(found, key=lambda span: span.start)
