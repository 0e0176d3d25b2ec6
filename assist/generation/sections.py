"""Reads the sentences out of a source's text, each under the heading that it stands under."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assist.generation.cues import Cues
from assist.generation.sentences import BULLET, clean

LONGEST_HEADING = 90


@dataclass(frozen=True)
class Told:
    """A sentence of a source, its place in it, and the heading over it (empty at the beginning)."""

    text: str
    place: int
    heading: str = ""


def sentences_of(text: str, cues: Cues, *, headed: bool = True) -> list[Told]:
    """Give a text's sentences in order; a list of fragments is one sentence with the line that introduces it.

    `headed`: the text is an article, whose short lines without an end are headings.
    """
    out: list[Told] = []
    heading = ""
    under: list[str] = []

    def close() -> None:
        for sentence in clean("\n".join(_with_fragments(under)), cues):
            out.append(Told(sentence, len(out), heading))
        under.clear()

    lines = text.replace("\r\n", "\n").split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if headed and _is_heading(line, following):
            close()
            heading = line.strip(" #*")
        else:
            under.append(line)
    close()
    return out


def is_label(sentence: str) -> bool:
    """Tell a title that lost its mark-up from a sentence: most of its words begin with a capital."""
    words = re.findall(r"[^\W\d_]{4,}", sentence)
    return len(words) > 2 and sum(word[0].isupper() for word in words) > 0.7 * len(words) and not sentence.isupper()


def _is_heading(line: str, following: str) -> bool:
    """A short line without an end, or a question, with a sentence or a list under it."""
    line = line.strip()
    if not line[:1].isupper() or len(line) > LONGEST_HEADING or re.search(r"[.!:;,…|]$", line):
        return False
    return bool(BULLET.match(following)) or following[:1].isupper()


def _with_fragments(lines: list[str]) -> list[str]:
    """Join "Give us:" and the items under it that are no sentences of their own: "Give us: an order number, …"."""
    out: list[str] = []
    at = 0
    while at < len(lines):
        items: list[str] = []
        if lines[at].rstrip().endswith(":"):
            for line in lines[at + 1 :]:
                item = BULLET.sub("", line)
                if item == line or (item[:1].isupper() and item.rstrip().endswith((".", "!", "?"))):
                    break
                items.append(item.strip(" ,;."))
        out.append(f"{lines[at].rstrip()} {', '.join(items)}." if items else lines[at])
        at += 1 + len(items)
    return out
