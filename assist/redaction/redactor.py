"""Finds personal data in texts: values already known first, then names, then patterns with their checks."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assist.redaction.spans import Recognizer, Span, resolve

if TYPE_CHECKING:
    from assist.redaction.known import KnownValues
    from assist.redaction.names import NameFinder
    from assist.redaction.ner import NameModel
    from assist.redaction.people import PeopleFinder
    from assist.redaction.words import Words

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class _Parts:
    words: Words
    model: NameModel
    names: NameFinder
    people: PeopleFinder
    recognizers: list[Recognizer]


class Redactor:
    """Finds personal data; knows nothing of tickets or vaults. Safe to use from several threads.

    The models load on first use (about two seconds) or by `warm`.

    >>> Redactor().find(["Ann Lee, ann@example.org"])[0][1].kind
    'EMAIL'
    """

    def __init__(self) -> None:
        self._loaded: _Parts | None = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Load the models now."""
        self._parts()

    def find(
        self,
        texts: Sequence[str],
        known: Sequence[Pairs] | None = None,
        *,
        authors: Sequence[str | None] | None = None,
        public: frozenset[str] = frozenset(),
    ) -> list[list[Span]]:
        """Give for each text the spans of personal data, in order and without overlaps; one batched pass for all.

        `known[i]` are `(kind, value)` pairs that text `i` may hold in any spelling. `authors[i]` (`customer`, `agent`,
        …) lets rules speak that hold for one side only, such as mentions at the start of an agent's reply.
        `public` are folded words of the company's own help pages: a product's name is not taken for a person's.
        """
        parts = self._parts()
        matchers: dict[tuple[tuple[str, str], ...], KnownValues] = {}
        found = parts.model.find(texts, public)
        for index, text in enumerate(texts):
            author = authors[index] if authors is not None else None
            spans = found[index] + parts.names.find(text, author, public) + parts.people.find(text, public)
            for recognizer in parts.recognizers:
                if recognizer.authors is None or author in recognizer.authors:
                    spans += recognizer.find(text)
            if known is not None and known[index]:
                spans += self._matcher(matchers, known[index]).find(text)
            found[index] = _with_neighbours(parts.people, text, spans, public)
        return found

    def learn(self, pairs: Pairs) -> KnownValues:
        """Make a matcher for values that were found in a case rather than given by the helpdesk."""
        from assist.redaction.known import KnownValues

        return KnownValues(pairs, self._parts().words, learned=True)

    def _matcher(self, matchers: dict[tuple[tuple[str, str], ...], KnownValues], pairs: Pairs) -> KnownValues:
        from assist.redaction.known import KnownValues

        key = tuple(pairs)
        if key not in matchers:
            matchers[key] = KnownValues(key, self._parts().words)
        return matchers[key]

    def _parts(self) -> _Parts:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load()
            return self._loaded


def _load() -> _Parts:
    # Imported here: spaCy and Presidio take seconds, and most commands never mask anything.
    from assist import registry
    from assist.redaction import recognizers
    from assist.redaction.names import NameFinder
    from assist.redaction.ner import NameModel
    from assist.redaction.people import PeopleFinder
    from assist.redaction.words import Words

    words = Words()
    every = [module.recognizer() for module in registry.discover(recognizers)]
    return _Parts(words, NameModel(words), NameFinder(words), PeopleFinder(words), every)


def _with_neighbours(people: PeopleFinder, text: str, spans: Sequence[Span], public: frozenset[str]) -> list[Span]:
    """Resolve spans, with the rest of names that were found in part and what else belongs to them."""
    found = resolve(text, spans)
    more = people.grow(text, found, public) + people.lists(text, found, public)
    more += people.above(text, found, public)
    more += people.again(text, [*found, *more])
    return resolve(text, [*found, *more]) if more else found
