"""What triage reads of a case: the customer's first words, without courtesy and slips of the keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from assist.generation.cues import cues_for
from assist.generation.spelling import correct
from assist.retrieval.courtesy import without_courtesy
from assist.retrieval.encoder import vocabulary
from assist.retrieval.who import whoever
from assist.retrieval.words import plain
from assist.triage.language import language_of_text

# What a case is about stands in the customer's first words; the rest says how it went.
OPENING_WORDS = 60
OPENING_CHARS = 1_200
# Of shorter words many are one letter from another.
LONG = 6


def opening(subject: str | None, said: Sequence[str]) -> str:
    """Give what tells what a case is about, as an encoder should read it: subject and first words of the customer."""
    parts = [subject or ""]
    words = 0
    for text in said:
        parts.append(text)
        words += len(text.split())
        if words >= OPENING_WORDS:
            break
    text = plain(whoever(without_courtesy("\n".join(part for part in parts if part))))[:OPENING_CHARS]
    tongue = language_of_text(text)
    # Only of English it is known which words there are: German makes new ones all day.
    return correct(text, "", cues_for("en"), accept=_is_slip)[0] if tongue and tongue[0] == "en" else text


def _is_slip(wrong: str, right: str) -> bool:
    """Tell a slip of the keyboard from a team's own words: wifi is no wife, and a rebooking no rebooting."""
    if right.replace("'", "") == wrong:
        return True
    return len(wrong) >= LONG and wrong not in vocabulary() and right in vocabulary()
