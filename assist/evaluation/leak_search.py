"""Looks for known personal values in what left, however they are written there.

On purpose it shares nothing with the product's own search: what that one misses must be found here.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

LONGEST = 14
LEAST = 5
PHONE_END = 9
_TOKEN = re.compile(r"[^\W_]+")


def reduced(text: str) -> str:
    """Give a text without case and marks."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


@dataclass
class Watch:
    """Values to look for: `values` by their letters and digits, `least` of them; `phones` by their last nine digits."""

    values: dict[str, str] = field(default_factory=dict)
    phones: set[str] = field(default_factory=set)
    least: int = LEAST

    def add(self, kind: str, value: str) -> None:
        """Look for one more value; a short one would be found everywhere."""
        joined = "".join(_TOKEN.findall(reduced(value)))
        if kind == "PHONE":
            digits = "".join(c for c in re.split("x|ext", joined)[0] if c.isdigit())
            if len(digits) >= PHONE_END:
                self.phones.add(digits[-PHONE_END:])
        elif len(joined) >= self.least:
            self.values[joined] = kind

    def leaks(self, sent: bytes) -> Iterator[tuple[str, str]]:
        """Yield `(kind, what stands there)` for each value that occurs in bytes that left."""
        for text in _texts(sent):
            tokens = _TOKEN.findall(reduced(text))
            for n in range(len(tokens)):
                joined = ""
                for token in tokens[n : n + LONGEST]:
                    joined += token
                    if joined in self.values:
                        yield self.values[joined], joined
                    if joined.isdigit() and joined[-PHONE_END:] in self.phones and len(joined) <= 15:
                        yield "PHONE", joined


def _texts(sent: bytes) -> Iterator[str]:
    """Give the bytes as text, and every string of the JSON in them without its escapes."""
    whole = sent.decode("utf-8", "replace")
    head, mark, body = whole.partition("\n\n")
    yield head if mark else whole
    if mark:
        try:
            yield from _strings(json.loads(body))
        except ValueError:
            yield body


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings([key, item])


def counted(found: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Count leaks by kind."""
    counts: dict[str, int] = {}
    for kind, _ in found:
        counts[kind] = counts.get(kind, 0) + 1
    return counts
