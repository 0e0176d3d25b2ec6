"""Knows the things that articles are about by name, and finds these names in what was said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assist.retrieval.words import STOP_WORDS, bare

# What stands before it in a title is what the article is about: `Silver Card: Fees abroad`, `Acorn Hotel - Parking`.
PARTED = re.compile(r"\s*[:›|]\s*|\s+[-–—]\s+")
NAME = re.compile(r"[^\W_]+")
MOST_WORDS = 6
# People write a name in more words than its owner does, or in fewer: "guest house", "guesthouse".
MOST_SPOKEN = 8
LEAST_LETTERS = 4
# One article alone may be called anything; a name that several share is the name of something.
LEAST_ARTICLES = 2
# Kinds of documents, which titles begin with as they do with names.
_KINDS = (
    "answers article articles company contact customers error errors example faq faqs general guide guides help home "
    "how how-to info information instructions internal introduction issue issues manual note notes notice overview "
    "policies policy problem problems process questions reference security service services settings setup solution "
    "start step steps summary support terms tips troubleshooting tutorial update updates user users welcome what "
    "allgemein anleitung fehler fragen handbuch hilfe hinweis hinweise intern leitfaden problem richtlinie übersicht"
)
_EMPTY = {*_KINDS.split(), *(word for words in STOP_WORDS.values() for word in words)}
_ARTICLES = {"the", "a", "an", "der", "die", "das"}


@dataclass(frozen=True)
class About:
    """What a question is about; `carried`: its own words do not name it, the conversation before it does."""

    topics: frozenset[str] = frozenset()
    carried: bool = False


def topic_of(title: str) -> str | None:
    """Give the name that a title begins with, in lower case, or None for a title that is a sentence."""
    words = _words(PARTED.split(title.strip(), maxsplit=1)[0])
    words = words[1:] if words[:1] and words[0] in _ARTICLES else words
    if not 0 < len(words) <= MOST_WORDS or sum(map(len, words)) < LEAST_LETTERS:
        return None
    return None if all(word in _EMPTY or word.isdigit() for word in words) else " ".join(words)


class Topics:
    """Topics with the units and the articles that carry them. Not safe between threads by itself."""

    def __init__(self) -> None:
        self._units: dict[str, dict[int, int]] = {}
        self._names: dict[str, str] = {}

    def add(self, topic: str, unit: int, article: int) -> None:
        """Note that a unit of an article is about a topic."""
        self._units.setdefault(topic, {})[unit] = article
        self._names[topic.replace(" ", "")] = topic

    def drop(self, topic: str, unit: int) -> None:
        """Forget that a unit is about a topic."""
        units = self._units.get(topic, {})
        units.pop(unit, None)
        if not units and self._units.pop(topic, None) is not None:
            self._names.pop(topic.replace(" ", ""), None)

    def units(self, topics: Iterable[str]) -> list[int]:
        """Give the keys of the units that are about any of these topics."""
        return [unit for topic in topics for unit in self._units.get(topic, ())]

    def is_known(self, topic: str | None) -> bool:
        """Tell whether several articles share the topic."""
        return topic is not None and len(set(self._units.get(topic, {}).values())) >= LEAST_ARTICLES

    def about(self, question: str, earlier: Sequence[str]) -> About:
        """Give what the question names, else what was named last in the earlier turns (oldest first)."""
        for age, text in enumerate([question, *reversed(earlier)]):
            named = self._named(text)
            if named:
                return About(named, carried=age > 0)
        return About()

    def _named(self, text: str) -> frozenset[str]:
        words = _words(bare(text))
        found = set()
        start = 0
        while start < len(words):
            # The longest name counts: what speaks of the gold plus card does not speak of the gold card.
            for size in range(min(MOST_SPOKEN, len(words) - start), 0, -1):
                topic = self._names.get("".join(words[start : start + size]))
                if topic is not None and self.is_known(topic):
                    found.add(topic)
                    start += size - 1
                    break
            start += 1
        return frozenset(found)


def _words(text: str) -> list[str]:
    return NAME.findall(text.casefold().replace("'", "").replace("’", "").replace("&", " and "))
