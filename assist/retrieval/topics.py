"""Knows the things that articles are about by name, and finds these names in what was said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

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
        self._articles: dict[str, Counter[int]] = {}
        self._names: dict[str, str] = {}
        self._beginnings: Counter[str] = Counter()

    def add(self, topic: str, unit: int, article: int) -> None:
        """Note that a unit of an article is about a topic."""
        name = topic.replace(" ", "")
        if topic not in self._units:
            self._names[name] = topic
            self._beginnings[name[:LEAST_LETTERS]] += 1
        self._units.setdefault(topic, {})[unit] = article
        self._articles.setdefault(topic, Counter())[article] += 1

    def drop(self, topic: str, unit: int) -> None:
        """Forget that a unit is about a topic."""
        article = self._units.get(topic, {}).pop(unit, None)
        if article is None:
            return
        self._articles[topic] -= Counter([article])
        if not self._units[topic]:
            del self._units[topic], self._articles[topic]
            name = topic.replace(" ", "")
            self._names.pop(name, None)
            self._beginnings -= Counter([name[:LEAST_LETTERS]])

    def units(self, topics: Iterable[str]) -> list[int]:
        """Give the keys of the units that are about any of these topics."""
        return [unit for topic in topics for unit in self._units.get(topic, ())]

    def is_known(self, topic: str | None) -> bool:
        """Tell whether several articles share the topic."""
        return topic is not None and len(self._articles.get(topic, ())) >= LEAST_ARTICLES

    def carried(self, question: str, earlier: Sequence[str]) -> frozenset[str]:
        """Give what was named last in the earlier turns (oldest first), unless the question itself names something.

        A question that names a thing brings the name's own words along, and they find it.
        """
        if not self._names or self._named(question):
            return frozenset()
        return next((named for text in reversed(earlier) if (named := self._named(text))), frozenset())

    def _named(self, text: str) -> frozenset[str]:
        words = _words(bare(text))
        found = set()
        start = 0
        while start < len(words):
            spoken = words[start : start + MOST_SPOKEN]
            start += 1
            if "".join(spoken[:LEAST_LETTERS])[:LEAST_LETTERS] not in self._beginnings:
                continue
            # The longest name counts: what speaks of the gold plus card does not speak of the gold card.
            for size in range(len(spoken), 0, -1):
                topic = self._names.get("".join(spoken[:size]))
                if topic is not None and self.is_known(topic):
                    found.add(topic)
                    start += size - 1
                    break
        return frozenset(found)


def _words(text: str) -> list[str]:
    return NAME.findall(text.casefold().replace("'", "").replace("’", "").replace("&", " and "))
