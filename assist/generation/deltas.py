"""What the ladder hands out while it works: small tagged pieces of one suggestion, and a record of each engine call."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from assist.case import CaseSummary, Draft, Sentence, Source

Engine = Literal["llm", "extractive", "sources"]
Outcome = Literal["ok", "error", "deadline", "cancelled", "invalid"]
# The rules have no prompt file; this stands in its place and rises when their output changes.
RULES_VERSION = "rules-1"


@dataclass(frozen=True)
class CallRecord:
    """One call of an engine for the ledger; `cost` in micro-cents, `ms` wall-clock. It never holds any text."""

    task: str
    engine: str
    model: str
    outcome: Outcome
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    ms: float = 0.0
    # The ledger has it already: a model's call is entered before it is made.
    entered: bool = False

    def ledger(self) -> dict[str, Any]:
        """Give the fields as the ledger's columns name them."""
        fields = asdict(self)
        del fields["entered"]
        return fields


@dataclass(frozen=True)
class EngineStarted:
    """An engine begins a draft; after an earlier one failed, what that one wrote is void.

    `instead`: by language, why it is not the engine that was set up.
    """

    engine: Engine
    model: str
    instead: dict[str, str] = field(default_factory=dict)
    tag: Literal["engine"] = "engine"


@dataclass(frozen=True)
class SummaryReady:
    """The case summary, first as it was cached, then extended."""

    summary: CaseSummary
    tag: Literal["summary"] = "summary"


@dataclass(frozen=True)
class SourcesReady:
    """The numbered sources, best first; empty: nothing above the floor."""

    sources: list[Source]
    tag: Literal["sources"] = "sources"


@dataclass(frozen=True)
class TextDelta:
    """Raw text of the sentence that is being written, without marks; void once its sentence arrives."""

    index: int
    append: str
    tag: Literal["text"] = "text"


@dataclass(frozen=True)
class SentencesReady:
    """Whole sentences to append to draft `index`."""

    index: int
    sentences: list[Sentence]
    tag: Literal["sentences"] = "sentences"


@dataclass(frozen=True)
class Finished:
    """The end: all drafts and which engine spoke. Tokens and cost are the suggestion's sum over all calls."""

    engine: Engine
    model: str
    drafts: list[Draft]
    abstained: bool
    missing: list[str]
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    prompt_version: str = RULES_VERSION
    tag: Literal["finished"] = "finished"


Delta = EngineStarted | SummaryReady | SourcesReady | TextDelta | SentencesReady | Finished


@dataclass(frozen=True)
class Rewritten:
    """A changed text, which engine changed it, and notes for the agent."""

    text: str
    engine: Engine
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """The chatbot's answer: cited sentences, or an abstention."""

    sentences: list[Sentence]
    abstained: bool
    engine: Engine
    model: str
    calls: list[CallRecord] = field(default_factory=list)
