"""The screen that every text from outside passes, and what an input guard is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, Protocol

import structlog

from assist.registry import discover

log = structlog.get_logger(__name__)
Place = Literal["message", "subject", "name", "attachment", "quote", "signature", "article"]
FAILED = {
    "en": "This text could not be checked for instructions to the AI.",
    "de": "Dieser Text ließ sich nicht auf Anweisungen an die KI prüfen.",
}


@dataclass(frozen=True)
class Received:
    """A text from outside and where it stood."""

    text: str
    place: Place = "message"


@dataclass(frozen=True)
class Finding:
    """What a guard found in a text: `score` from 1 on, the words that gave it away, and what people read about it.

    `taints`: whoever wrote the text may want to steer the AI, so it grants nothing.
    """

    guard: str
    score: float
    words: tuple[str, ...] = ()
    place: Place = "message"
    why: Mapping[str, str] | None = None
    taints: bool = True


class InputGuard(Protocol):
    """One check of one text. A module of this package exports `guard() -> InputGuard`."""

    name: str
    # Whether what it flags may be written to steer the AI: such a source grants nothing, and no customer is answered from it.
    taints: bool
    # What an agent reads at the text, by language; "en" is always there. `{words}` is what gave it away.
    why: Mapping[str, str]

    def check(self, received: Received) -> tuple[float, tuple[str, ...]]:
        """Give a score, flagged from 1 on, and the words that made it; runs on raw as well as on masked text."""


class Screen:
    """Holds texts against all input guards. A guard that fails counts as one that objects."""

    def __init__(self, guards: Sequence[InputGuard]) -> None:
        self._guards = list(guards)

    @property
    def guards(self) -> list[InputGuard]:
        """The guards in their order."""
        return list(self._guards)

    def check(self, texts: Sequence[Received]) -> list[Finding]:
        """Give what the guards object to, in the order of the texts."""
        return [found for one in texts for guard in self._guards if (found := _ask(guard, one)) is not None]

    def check_message(self, text: str) -> list[Finding]:
        """Give what the guards object to in one message."""
        return self.check([Received(text)])


def gather() -> Screen:
    """Make a screen of every input guard there is, plug-ins included."""
    return Screen([module.guard() for module in discover(import_module("assist.guards.inputs"))])


def _ask(guard: InputGuard, received: Received) -> Finding | None:
    try:
        score, words = guard.check(received)
    except Exception as error:
        # The guard's name only: the text may hold what must not be logged.
        log.exception("an input guard failed", guard=guard.name, error=type(error).__name__)
        return Finding(guard.name, 1.0, (), received.place, FAILED, True)
    if score < 1:
        return None
    shown = " … ".join(words)
    why = {language: text.format(words=shown) for language, text in guard.why.items()}
    return Finding(guard.name, score, words, received.place, why, guard.taints)
