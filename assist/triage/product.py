"""Finds which of the company's products a case is about, by the names that its public help pages use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

# A number may belong to a name: "Hollow 2".
_NAME = re.compile(r"(?<![\w<@])([A-ZÄÖÜ][\w]*[^\W\d_](?:[ -](?:[A-ZÄÖÜ][^\W\d_]+|\d{1,3})(?!\w))*)")
_WORD = re.compile(r"(?<![\w<@])[^\W\d_]{3,}")
_BEGINS = re.compile(r"(?:^|[.!?:•\n]\s*|^\W+)$")
_MONTHS = "january february march april may june july august september october november december christmas easter"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_CALENDAR = frozenset(f"{_MONTHS} {_DAYS}".split())
# A name on more than this share of the pages is the company's own, or no product's.
COMMON = 0.3


def names(pages: Sequence[tuple[str, str]], brands: Iterable[str | None] = ()) -> dict[str, str]:
    """Give product names of `(title, text)` pages in a language that writes nouns small: folded name -> as written.

    A name stands in a title, is written with a capital inside sentences, and hardly ever small.
    """
    inside: Counter[str] = Counter()
    small: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    for title, text in pages:
        whole = f"{title}\n{text}"
        small.update(word.casefold() for word in _WORD.findall(whole) if word[0].islower())
        inside.update(
            _first(match[1]) for match in _NAME.finditer(text) if not _BEGINS.search(text[: match.start()][-4:])
        )
        spread.update({_first(match[1]) for match in _NAME.finditer(whole)})
    left_out = {word.casefold() for brand in brands if brand for word in brand.split()} | _CALENDAR
    found: dict[str, str] = {}
    for title, _ in pages:
        for match in _NAME.finditer(title):
            first = _first(match[1])
            rare = len(pages) < 8 or spread[first] <= COMMON * len(pages)
            if rare and first not in left_out and inside[first] > 5 * small[first] and len(first) > 2:
                found.setdefault(match[1].casefold(), match[1])
                found.setdefault(first, match[1].split()[0])
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
