"""The gate that every sentence passes on its way from an engine to a person, and what a guard is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import Literal, Protocol

import structlog

from assist.case import Case, Flag, Sentence, Source
from assist.helpdesk import Author
from assist.registry import discover

log = structlog.get_logger(__name__)
INPUTS = "assist.guards.inputs"
OnFailure = Literal["open", "closed"]
FAILED = {
    "en": "This sentence could not be checked, so please check it yourself.",
    "de": "Dieser Satz ließ sich nicht prüfen; bitte prüfen Sie ihn selbst.",
}


@dataclass(frozen=True)
class House:
    """What holds for every sentence whatever its case: the prompts in use, and what the policy says.

    `instructions`: the texts of the prompts. `links`: domains that a draft may link to, `*.example.com` with every
    subdomain; empty: those of its sources. `topics`: the names of the restricted subjects; `topics_in` gives those that a
    text in a language touches, with the words that tell each.
    """

    instructions: Sequence[str] = ()
    links: Sequence[str] = ()
    topics: Sequence[str] = ()
    topics_in: Callable[[str, str | None], Mapping[str, str]] = field(default=lambda _text, _language: {})


@dataclass(frozen=True)
class Context:
    """What a sentence is held against, all of it masked. `audience` public: a customer reads it without an agent.

    `disclosure` is what that customer is told about who speaks. `suspects`: numbers of sources that an input guard
    flagged; they may be read, but grant nothing. `house` is filled in by the gate.
    """

    case: Case
    sources: Sequence[Source]
    audience: Literal["staff", "public"] = "staff"
    disclosure: str = ""
    suspects: frozenset[int] = frozenset()
    house: House | None = None

    @cached_property
    def case_text(self) -> str:
        """What the case itself says, subject included; for customers without internal notes."""
        messages = [m.text for m in self.case.messages if self.audience == "staff" or not m.internal]
        return "\n".join([self.case.subject or "", *messages])

    @cached_property
    def shown_text(self) -> str:
        """What this customer wrote or was told: the case without internal notes."""
        return "\n".join([self.case.subject or "", *(m.text for m in self.case.messages if not m.internal)])

    @cached_property
    def said_text(self) -> str:
        """What the company told this customer: the public messages of agents and systems, not of any bot."""
        ours = {Author.AGENT, Author.SYSTEM}
        return "\n".join(m.text for m in self.case.messages if not m.internal and m.author in ours)

    def cited(self, sentence: Sentence) -> list[Source]:
        """Give the sources that a sentence cites."""
        return [source for source in self.sources if source.n in sentence.sources]

    def granting(self, sentence: Sentence) -> list[Source]:
        """Give those of them that may grant something: nobody has tampered with them, as far as is known."""
        return [source for source in self.cited(sentence) if source.n not in self.suspects]

    def evidence(self, sentence: Sentence) -> str:
        """Give everything that a sentence may rest on: the sources it cites and the case."""
        return "\n".join(self.parts(sentence))

    def parts(self, sentence: Sentence) -> list[str]:
        """Give the same as texts of their own: the case, then each cited source's parts."""
        told = (part for one in self.cited(sentence) for part in (one.title, one.text, one.problem, one.url))
        return [self.case_text, *(part for part in told if part)]


class Guard(Protocol):
    """One check of one sentence. A module of this package exports `guard() -> Guard`.

    `on_failure` says what becomes of a sentence that it objects to or cannot check: `open`, it stands in the draft with
    a mark, for the agent to judge; `closed`, it is held out of the draft, and the agent sees it with the reason. What a
    customer reads without an agent is always closed.
    """

    name: str
    on_failure: OnFailure
    # What an agent reads at a sentence it flags, by language; "en" is always there. `{found}` is what `check` gave.
    why: Mapping[str, str]

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give what is wrong in the sentence, in its own words, or `None` when nothing is."""


class SentenceGate:
    """Holds sentences against all guards; a guard that fails objects too: nothing passes unchecked.

    `house` is asked for every sentence, so that a new policy counts from the next one on.
    """

    def __init__(self, guards: Sequence[Guard], house: Callable[[], House] = House) -> None:
        self._guards = list(guards)
        self._house = house

    @property
    def guards(self) -> list[Guard]:
        """The guards in their order."""
        return list(self._guards)

    def check(self, sentence: Sentence, context: Context) -> Sentence:
        """Give the sentence with its flags; a flagged one counts as unsupported, whatever it cites.

        It is held out of the draft when one of the guards that flag it is closed.
        """
        if context.house is None:
            context = replace(context, house=self._house())
        asked = [(guard, _ask(guard, sentence, context)) for guard in self._guards]
        flags = [flag for _, flag in asked if flag is not None]
        if not flags:
            return sentence
        closed = any(flag is not None and guard.on_failure != "open" for guard, flag in asked)
        held = closed or context.audience == "public"
        return sentence.model_copy(update={"kind": "unsupported", "flags": flags, "held": held})

    def passed(self, sentences: Sequence[Sentence], context: Context) -> list[Sentence]:
        """Give the sentences that no guard objects to: what a customer may read without an agent."""
        return [sentence for sentence in sentences if not self.check(sentence, context).flags]


def gather(house: Callable[[], House] = House) -> SentenceGate:
    """Make a gate of every guard there is, plug-ins included."""
    # The input guards stand in a room of their own.
    modules = [module for module in discover(import_module("assist.guards")) if module.__name__ != INPUTS]
    return SentenceGate([module.guard() for module in modules], house)


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
