"""Finds which of the company's products a case is about, by the names that its public help pages use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_BEFORE_THINGS = "an?|the|your|my|our|his|her|their|this|that|each|every|new|old"
# A number may belong to a name: "Hollow 2"; the word before a thing does not.
_PART = r"(?:[A-ZÄÖÜ][^\W\d_]+|\d{1,3})(?!\w)"
_NAME = re.compile(rf"(?<![\w<@])(?!(?i:{_BEFORE_THINGS})\b)([A-ZÄÖÜ]\w*[^\W\d_](?:[ -]{_PART})*)")
_WORD = re.compile(r"(?<![\w<@])[^\W\d_]{3,}")
_BEGINS = re.compile(r"(?:^|[.!?:•\n]\s*|^\W+)$")
_THING = re.compile(rf"\b(?:{_BEFORE_THINGS})\s+$", re.IGNORECASE)
_MONTHS = "january february march april may june july august september october november december christmas easter"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_CALENDAR = frozenset(f"{_MONTHS} {_DAYS}".split())
# A name on more than this share of the pages is the company's own, or no product's.
COMMON, FEW_PAGES = 0.3, 8
# A name must be used this often, and this share of it with a word for things before it.
LEAST, A_THING = 2, 0.5


def names(pages: Sequence[tuple[str, str]], brands: Iterable[str | None] = ()) -> dict[str, str]:
    """Give product names of `(title, text)` pages in a language that writes nouns small: folded name -> as written.

    A name is written with a capital inside sentences, hardly ever small, and like a thing: "the Hollow 2", "your Wisp".
    Towns, carriers and ways to pay stand without such a word.
    """
    inside: Counter[str] = Counter()
    owned: Counter[str] = Counter()
    small: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    written: Counter[str] = Counter()
    for title, text in pages:
        small.update(word.casefold() for word in _WORD.findall(f"{title}\n{text}") if word[0].islower())
        within = [match for match in _NAME.finditer(text) if not _BEGINS.search(text[: match.start()][-4:])]
        inside.update(_first(match[1]) for match in within)
        owned.update(_first(match[1]) for match in within if _THING.search(text[: match.start()][-8:]))
        written.update(match[1] for match in within)
        spread.update({_first(match[1]) for match in within})
    left_out = {word.casefold() for brand in brands if brand for word in brand.split()} | _CALENDAR
    found: dict[str, str] = {}
    for name, _ in written.most_common():
        first = _first(name)
        rare = len(pages) < FEW_PAGES or spread[first] <= COMMON * len(pages)
        is_thing = inside[first] >= LEAST and owned[first] >= A_THING * inside[first] > 0
        if is_thing and rare and first not in left_out and not name.isupper() and inside[first] > 5 * small[first]:
            found.setdefault(name.casefold(), name)
            found.setdefault(first, re.split(r"[ -]", name)[0])
    return found


def product(text: str, known: dict[str, str]) -> tuple[str, float] | None:
    """Give the product a text names most, and its share of all products named; None: it names none."""
    counted: Counter[str] = Counter()
    words = re.findall(r"[\w-]+", text.casefold())
    at = 0
    while at < len(words):
        for length in (3, 2, 1):
            name = " ".join(words[at : at + length])
            if name in known and at + length <= len(words):
                counted[known[name]] += 1
                at += length - 1
                break
        at += 1
    if not counted:
        return None
    # The first that is named wins a tie: what a case is about comes first.
    best, count = counted.most_common(1)[0]
    return best, count / counted.total()


def _first(name: str) -> str:
    return re.split(r"[ -]", name, maxsplit=1)[0].casefold()
