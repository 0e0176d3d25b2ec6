"""Shortens a sentence without changing what it says: no brackets, no lead-in, no end that tells nothing."""

from __future__ import annotations

import re

from assist.generation.cues import Cues
from assist.generation.details import moments_in, values_in

# Words that must be left before a clause that goes, and within brackets that stay.
LEAST = 5
_AND = re.compile(r"\W*(?:and|und)\b", re.IGNORECASE)
_BRACKETS = re.compile(r" ?\([^()]*\)(?=[\s.,;:!?…]|$)")


def shorter(sentence: str, cues: Cues, *, tight: bool = False) -> str:
    """Leave out what a reader does not miss; `tight`: numbers may go too, which the summary lists by themselves."""

    def keep(part: str) -> bool:
        told = any(cue.search(part) for cue in (cues.promise, cues.wish, cues.done, cues.request, cues.question))
        counts = values_in(part) or moments_in(part) or cues.problem.search(part)
        return told or (not tight and bool(counts or _AND.match(part)))

    out = _BRACKETS.sub(lambda m: m[0] if values_in(m[0]) and not tight else "", sentence)
    out = out if len(out.split()) >= LEAST else sentence
    bare = cues.lead.sub("", out, count=1)
    out = bare[:1].upper() + bare[1:] if bare != out and len(bare.split()) >= LEAST else out
    end = re.search(r"[.!?…]*$", out)
    stop = end[0] if end else ""
    body = out[: len(out) - len(stop)]
    while match := _last(body, cues):
        if keep(body[match.start() :]) or len(body[: match.start()].split()) < LEAST:
            break
        body = body[: match.start()]
    return body + (stop if stop != "…" or len(body) == len(out) - len(stop) else ".")


def _last(body: str, cues: Cues) -> re.Match[str] | None:
    return max(cues.tail.finditer(body), key=lambda match: match.start(), default=None)
