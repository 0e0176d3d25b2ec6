"""Runs Presidio's recognisers one by one, without its engine: no configuration, no network, no second NLP pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer

from assist.redaction.spans import Recognizer, Span

# Patterns need no language analysis, yet the interface asks for one.
_NOTHING: Any = None


class _Checked(PatternRecognizer):
    """A pattern recogniser whose validation is a plain function."""

    def __init__(self, check: Callable[[str], bool | None] | None, **options: Any) -> None:
        super().__init__(**options)
        self._check = check

    def validate_result(self, pattern_text: str) -> bool | None:
        """Give True (certain), False (dismiss) or None (leave the pattern's own score)."""
        return self._check(pattern_text) if self._check else None


class PresidioRecognizer:
    """One of Presidio's recognisers as this package's `Recognizer`.

    `gate` is a cheap expression that must match somewhere in a text before the recogniser is asked at all: most
    messages hold no number, so most recognisers have nothing to do.
    """

    def __init__(
        self,
        name: str,
        kind: str,
        wrapped: EntityRecognizer,
        *,
        gate: str = "",
        floor: float = 0.3,
        authors: Iterable[str] | None = None,
    ) -> None:
        self.name = name
        self.authors = None if authors is None else frozenset(authors)
        self._kind = kind
        self._wrapped = wrapped
        self._gate = re.compile(gate)
        self._floor = floor
        self._entities = list(wrapped.supported_entities)

    def find(self, text: str) -> list[Span]:
        """Give the spans found in one text."""
        if not self._gate.search(text):
            return []
        return [
            Span(result.start, result.end, self._kind, float(result.score), self.name)
            for result in self._wrapped.analyze(text, self._entities, _NOTHING)
            if result.score >= self._floor and result.start < result.end
        ]


def adopt(name: str, kind: str, wrapped: EntityRecognizer, *, gate: str = "", floor: float = 0.3) -> Recognizer:
    """Take one of Presidio's own recognisers in, under our kind; results that score under `floor` are dropped."""
    return PresidioRecognizer(name, kind, wrapped, gate=gate, floor=floor)


def patterns(
    name: str,
    kind: str,
    expressions: Sequence[tuple[str, float]],
    *,
    gate: str = "",
    check: Callable[[str], bool | None] | None = None,
    authors: Iterable[str] | None = None,
) -> Recognizer:
    r"""Make a recogniser of `(expression, score)` pairs, in the syntax of the `regex` package.

    Expressions are case-sensitive unless they say `(?i:…)`. Words that only give context stand before `\K`, which
    keeps them out of the span. `check` sees what was found and answers True (certain), False (dismiss it, a wrong
    checksum) or None (leave the score). `gate` is in the syntax of `re`.
    """
    wrapped = _Checked(
        check,
        supported_entity=kind,
        name=name,
        patterns=[Pattern(f"{name} {i}", expression, score) for i, (expression, score) in enumerate(expressions, 1)],
        global_regex_flags=re.MULTILINE,
    )
    return PresidioRecognizer(name, kind, wrapped, gate=gate, authors=authors)
