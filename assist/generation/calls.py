"""Calls the chat model: streamed or structured, within the deadline, past the circuit, counted, and able to be cut."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from typing import Any, TypeVar

import structlog
from langchain_core.language_models import BaseChatModel

from assist.errors import EngineUnavailable
from assist.generation.circuit import Circuit
from assist.generation.deltas import CallRecord, Outcome
from assist.generation.lines import Cancelled, DeadlinePassed, timed
from assist.generation.models import ChatModel
from assist.generation.prompts import Prompt
from assist.generation.telemetry import CHARS_PER_TOKEN, TokenCount
from assist.governance.permits import Engine, Most, Permits, Purpose
from assist.governance.reasons import NotPermitted
from assist.outgoing import release
from assist.settings import Settings

# The first piece must come within this part of the deadline; a model that is silent for longer will not make it.
FIRST_SHARE = 0.6
OnCall = Callable[[CallRecord], None]
T = TypeVar("T")
log = structlog.get_logger(__name__)


class Deadline:
    """The time one suggestion has for all its model calls."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Give the seconds left, 0 at least."""
        return max(0.0, self._ends - time.monotonic())


class ModelCaller:
    """Makes the calls of one chat model. Every failure is an `EngineUnavailable`, so that the ladder can go on.

    `permits` is asked before each call, and again and again while it runs.
    """

    def __init__(
        self,
        chat: ChatModel,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
        permits: Permits | None = None,
    ) -> None:
        self.chat = chat
        self.circuit = Circuit(settings.circuit_failures, settings.circuit_reset_s, clock)
        self._settings = settings
        self._permits = permits
        self._engine = Engine(settings.chat_model.strip(), chat.name)
        self._purpose = Purpose()

    def working_for(self, purpose: Purpose) -> ModelCaller:
        """Give the same caller, working for a ticket and a team: budgets and switches go by them."""
        bound = copy(self)
        bound._purpose = purpose
        return bound

    def refusal(self) -> NotPermitted | None:
        """Tell why no call would be made now: it is switched off, not allowed, or its budget is used up."""
        if self._permits is None:
            return None
        return self._permits.refusal(self._engine, self._purpose) or self._permits.over_budget(self._purpose)

    def stream(
        self,
        prompt: Prompt,
        values: dict[str, str],
        *,
        cancel: threading.Event,
        on_call: OnCall,
        deadline: Deadline | None = None,
    ) -> Iterator[str]:
        """Yield the answer's text as it comes; raises `EngineUnavailable`, or `Cancelled` when `cancel` is set."""

        def pieces(model: BaseChatModel, config: Any) -> Iterator[str]:
            options: dict[str, Any] = {"temperature": prompt.temperature, "max_tokens": prompt.max_tokens}
            for chunk in model.stream(self._released(prompt, values), config=config, **options):
                if text := str(chunk.text):
                    yield text

        return self._call(prompt, values, pieces, cancel, on_call, deadline)

    def structured(
        self,
        prompt: Prompt,
        values: dict[str, str],
        schema: dict[str, Any],
        *,
        cancel: threading.Event,
        on_call: OnCall,
        deadline: Deadline | None = None,
    ) -> Any:
        """Give the answer as JSON of this schema, not yet validated; raises as `stream` does."""

        def whole(model: BaseChatModel, config: Any) -> Iterator[Any]:
            bound = model.model_copy(update={"temperature": prompt.temperature, "max_tokens": prompt.max_tokens})
            runnable = bound.with_structured_output(schema, method="json_schema")
            yield runnable.invoke(self._released(prompt, values), config=config)

        (answer,) = self._call(prompt, values, whole, cancel, on_call, deadline, whole=True)
        return answer

    def _released(self, prompt: Prompt, values: dict[str, str]) -> list[tuple[str, str]]:
        """Give the messages of a call as they may leave: the only ones a model ever gets."""
        return release(prompt.messages(**values), to=self.chat.destination, task=prompt.task)

    def _call(
        self,
        prompt: Prompt,
        values: dict[str, str],
        run: Callable[[BaseChatModel, Any], Iterator[T]],
        cancel: threading.Event,
        on_call: OnCall,
        deadline: Deadline | None,
        *,
        whole: bool = False,
    ) -> Iterator[T]:
        task = prompt.task
        permit = None
        if self._permits is not None:
            permit = self._permits.ask(self._engine, self._purpose, task, self._most(prompt, values))
        if not self.circuit.allow():
            if permit is not None:
                permit.settle(outcome="cancelled", tokens_in=0, tokens_out=0, cost=0)
            raise EngineUnavailable("the model failed too often and is left alone for a while", where=self.chat.name)
        time_left = deadline or Deadline(self._settings.chat_deadline_s)
        first = time_left.left if whole else FIRST_SHARE * time_left.left
        count = TokenCount()
        outcome: Outcome = "cancelled"
        try:
            yield from timed(
                lambda: run(self.chat.connected(first), {"callbacks": [count]}),
                exchange=self.chat.exchange,
                cancel=cancel,
                first_s=first,
                total_s=time_left.left,
                withdrawn=permit.withdrawn if permit is not None else _nothing,
            )
            outcome = "ok"
        except (Cancelled, NotPermitted):
            raise
        except DeadlinePassed:
            outcome = "deadline"
            raise EngineUnavailable(
                "the model took too long", where=self.chat.name, hint="Raise ASSIST_CHAT_DEADLINE_S if this is usual."
            ) from None
        except Exception as error:
            # Clients raise what they like: network, HTTP status, parsing; for the ladder all mean the same.
            outcome = "error"
            log.warning("model call failed", task=task, model=self.chat.name, error=type(error).__name__)
            if isinstance(error, EngineUnavailable):
                raise
            raise EngineUnavailable("the model did not answer", where=self.chat.name) from error
        finally:
            self._note(outcome)
            record = count.record(task, self.chat.name, outcome, self._settings)
            if permit is not None:
                used = record.ledger()
                permit.settle(**{name: used[name] for name in ("outcome", "tokens_in", "tokens_out", "cost", "ms")})
                record = replace(record, entered=True)
            on_call(record)

    def _most(self, prompt: Prompt, values: dict[str, str]) -> Most:
        """Give the most that a call can use; of tokens that nobody has counted yet, a little too many."""
        asked = sum(len(text) for _, text in prompt.messages(**values)) // (CHARS_PER_TOKEN - 1) + 1
        price = self._settings.chat_price_in, self._settings.chat_price_out
        return Most(asked, prompt.max_tokens, round(asked * price[0] + prompt.max_tokens * price[1]))

    def _note(self, outcome: Outcome) -> None:
        if outcome == "ok":
            self.circuit.succeed()
        elif outcome == "cancelled":
            self.circuit.release()
        else:
            self.circuit.fail()


def _nothing() -> None:
    """Withdraw nothing."""
