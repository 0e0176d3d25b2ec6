"""Sentences that are almost one of their source's: what was put in the place of a word there, or which "not" was lost.

`comparison.py` reads sentences; this only lays two beside each other, so it works in German too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from assist.guards._words import SMALL, stem
from assist.guards.grounding.lexicon import lexicon

# The words that two sentences must share in order, as a part of the shorter one, and how many at least.
ALIKE, LEAST = 0.6, 3
# A replaced part has this many words at most.
PIECE = 3
SPELT_ALIKE = 0.8
_CLAUSE = re.compile(r"[.;:!?\n]+\s*|\s+(?:but|aber|sondern)\s+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_NOT = frozenset(
    [
        "not",
        "no",
        "never",
        "nobody",
        "none",
        "nothing",
        "neither",
        "nor",
        "cannot",
        "without",
        "non",
        "n't",
        "isn't",
        "aren't",
        "don't",
        "doesn't",
        "didn't",
        "can't",
        "won't",
        "wasn't",
        "weren't",
        "couldn't",
        "shouldn't",
        "nicht",
        "kein",
        "keine",
        "keinen",
        "keiner",
        "keinem",
        "nie",
        "niemals",
        "niemand",
        "nichts",
        "ohne",
        "weder",
    ]
)
# Words for the same thing, as far as a reply is concerned.
_SAME = frozenset(["money", "refund", "amount", "payment", "sum", "price", "cost", "costs"])
# Small words that say something in the place of each other.
_TELLING = (
    frozenset(["before", "after"]), frozenset(["with", "without"]), frozenset(["vor", "nach"]), frozenset(["mit", "ohne"]),
    frozenset(["all", "some", "none", "every"]), frozenset(["always", "never", "sometimes"]), frozenset(["up", "down"]), frozenset(["on", "off"]),
    frozenset(["over", "under"]), frozenset(["an", "aus"]), frozenset(["immer", "nie", "manchmal"]), frozenset(["in", "out"]),
)  # fmt: skip


@dataclass(frozen=True)
class Swap:
    """What a sentence says, and what its source says in that place."""

    said: str
    instead: str


def swapped(text: str, evidence: Sequence[str]) -> Swap | None:
    """Give the first word that a sentence has in the place of another of its source, or a "not" that only one has."""
    mine = _words(text)
    if len(mine) < LEAST:
        return None
    best: tuple[float, Swap] | None = None
    for theirs in _clauses(tuple(evidence)):
        if _stands(mine, theirs):
            return None
        alike = _alike(mine, theirs)
        if alike < ALIKE or (best is not None and alike <= best[0]):
            continue
        if (swap := _compare(mine, theirs)) is not None:
            best = (alike, swap)
    return best[1] if best else None


def _stands(mine: list[str], theirs: list[str]) -> bool:
    """Tell whether a clause begins or ends with what is said, or is it."""
    left, right = [stem(word) for word in mine], [stem(word) for word in theirs]
    return left in (right[: len(left)], right[-len(left) :])


def _alike(mine: list[str], theirs: list[str]) -> float:
    if len(theirs) < LEAST:
        return 0.0
    left, right = [stem(word) for word in mine], [stem(word) for word in theirs]
    if len(set(left) & set(right)) < LEAST - 1:
        return 0.0
    same = sum(block.size for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks())
    return same / max(min(len(left), len(right)), 1)


def _compare(mine: list[str], theirs: list[str]) -> Swap | None:
    left, right = [stem(word) for word in mine], [stem(word) for word in theirs]
    changes = [op for op in SequenceMatcher(None, left, right, autojunk=False).get_opcodes() if op[0] != "equal"]
    # What is denied after the last word that both have is another matter.
    ends = max(
        (
            block.b + block.size
            for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()[:-1]
        ),
        default=0,
    )
    denied = [word for word in mine if word in _NOT], [word for word in theirs[:ends] if word in _NOT]
    if len(denied[0]) % 2 != len(denied[1]) % 2:
        rest = {stem(word) for word in mine if word not in SMALL and word not in _NOT}
        if rest and rest <= set(right) and len(changes) <= 3:
            return Swap(denied[0][0] if denied[0] else mine[-1], denied[1][0] if denied[1] else "")
        return None
    replaced = [op for op in changes if op[0] == "replace"]
    if len(replaced) != 1 or len(changes) > 2:
        return None
    _, a, b, c, d = replaced[0]
    if b - a > PIECE or d - c > PIECE:
        return None
    said, instead = mine[a:b], theirs[c:d]
    if not _tells(said, instead) or any(stem(word) in right for word in said if word not in SMALL):
        return None
    return Swap(" ".join(said), " ".join(instead))


def _tells(said: Sequence[str], instead: Sequence[str]) -> bool:
    """Tell whether two pieces say different things, and not the same in other words."""
    if _NOT & {*said, *instead} or SequenceMatcher(None, "".join(said), "".join(instead)).ratio() > SPELT_ALIKE:
        return any(a != b and {a, b} <= pair for pair in _TELLING for a in said for b in instead)
    mine, theirs = [w for w in said if _says(w)], [w for w in instead if _says(w)]
    if not mine or not theirs:
        return any(a != b and {a, b} <= pair for pair in _TELLING for a in said for b in instead)
    return not any(_related(a, b) for a in mine for b in theirs)


def _says(word: str) -> bool:
    return word not in SMALL and not word.endswith("ly")


@lru_cache(maxsize=4_096)
def _related(a: str, b: str) -> bool:
    if stem(a) == stem(b) or a.isdigit() or b.isdigit() or {a, b} <= _SAME:
        return True
    words = lexicon()
    one, other = _family(a), _family(b)
    if one & other:
        return True
    return any(b2 in words.broader(a2) | words.narrower(a2) for a2 in one for b2 in other)


def _family(word: str) -> frozenset[str]:
    words = lexicon()
    forms = {word, word.rstrip("s"), re.sub(r"(?:ed|ing|es|s|d)$", "", word), re.sub(r"(?:ed|ing)$", "e", word)}
    return frozenset().union(*({form} | words.synonyms(form) for form in forms))


@lru_cache(maxsize=16)
def _clauses(evidence: tuple[str, ...]) -> tuple[list[str], ...]:
    return tuple(_split(evidence))


def _split(evidence: Sequence[str]) -> Iterator[list[str]]:
    for text in evidence:
        for clause in _CLAUSE.split(text):
            if words := _words(clause):
                yield words


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
