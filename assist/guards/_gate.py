"""The gate that every sentence passes on its way from an engine to a person, and what a guard is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Literal, Protocol

import structlog

from assist.case import Case, Flag, Sentence, Source
from assist.registry import discover

log = structlog.get_logger(__name__)
FAILED = {
    "en": "This sentence could not be checked, so please check it yourself.",
    "de": "Dieser Satz ließ sich nicht prüfen; bitte prüfen Sie ihn selbst.",
}


@dataclass(frozen=True)
class Context:
    """What a sentence is held against, all of it masked. `audience` public: a customer reads it without an agent."""

    case: Case
    sources: Sequence[Source]
    audience: Literal["staff", "public"] = "staff"

    @cached_property
    def case_text(self) -> str:
        """What the case itself says, subject included; for customers without internal notes."""
        messages = [m.text for m in self.case.messages if self.audience == "staff" or not m.internal]
        return "\n".join([self.case.subject or "", *messages])

    def evidence(self, sentence: Sentence) -> str:
        """Give everything that a sentence may rest on: the sources it cites and the case."""
        return "\n".join(self.parts(sentence))

    def parts(self, sentence: Sentence) -> list[str]:
        """Give the same as texts of their own: the case, then each cited source's parts."""
        cited = [source for source in self.sources if source.n in sentence.sources]
        return [
            self.case_text,
            *(part for one in cited for part in (one.title, one.text, one.problem, one.url) if part),
        ]


class Guard(Protocol):
    """One check of one sentence. A module of this package exports `guard() -> Guard`."""

    name: str
    # What an agent reads at a sentence it flags, by language; "en" is always there. `{found}` is what `check` gave.
    why: Mapping[str, str]

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give what is wrong in the sentence, in its own words, or `None` when nothing is."""


class SentenceGate:
    """Holds sentences against all guards. A guard that fails counts as one that objects: nothing passes unchecked."""

    def __init__(self, guards: Sequence[Guard]) -> None:
        self._guards = list(guards)

    def check(self, sentence: Sentence, context: Context) -> Sentence:
        """Give the sentence with its flags; a flagged one counts as unsupported, whatever it cites."""
        flags = [flag for guard in self._guards if (flag := _ask(guard, sentence, context)) is not None]
        return sentence.model_copy(update={"kind": "unsupported", "flags": flags}) if flags else sentence

    def passed(self, sentences: Sequence[Sentence], context: Context) -> list[Sentence]:
        """Give the sentences that no guard objects to: what a customer may read without an agent."""
        return [sentence for sentence in sentences if not self.check(sentence, context).flags]


def gather() -> SentenceGate:
    """Make a gate of every guard there is, plug-ins included."""
    modules = discover(import_module("assist.guards"), folders=False)
    return SentenceGate([module.guard() for module in modules])


def _ask(guard: Guard, sentence: Sentence, context: Context) -> Flag | None:
    try:
        found = guard.check(sentence, context)
    except Exception as error:
        # The guard's name only: the sentence may hold what must not be logged.
        log.exception("a guard failed", guard=guard.name, error=type(error).__name__)
        return Flag(guard=guard.name, why=FAILED)
    if found is None:
        return None
    return Flag(guard=guard.name, why={language: why.format(found=found) for language, why in guard.why.items()})
