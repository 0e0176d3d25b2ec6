"""Calls the chat model: streamed or structured, within the deadline, past the circuit, counted, and able to be cut."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import structlog
from langchain_core.language_models import BaseChatModel

from assist.errors import EngineUnavailable
from assist.generation.circuit import Circuit
from assist.generation.deltas import CallRecord, Outcome
from assist.generation.lines import Cancelled, DeadlinePassed, timed
from assist.generation.models import ChatModel
from assist.generation.prompts import Prompt
from assist.generation.telemetry import TokenCount
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
    """Makes the calls of one chat model. Every failure is an `EngineUnavailable`, so that the ladder can go on."""

    def __init__(self, chat: ChatModel, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.chat = chat
        self.circuit = Circuit(settings.circuit_failures, settings.circuit_reset_s, clock)
        self._settings = settings

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

        return self._call(prompt.task, pieces, cancel, on_call, deadline)

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

        (answer,) = self._call(prompt.task, whole, cancel, on_call, deadline, whole=True)
        return answer

    def _released(self, prompt: Prompt, values: dict[str, str]) -> list[tuple[str, str]]:
        """Give the messages of a call as they may leave: the only ones a model ever gets."""
        return release(prompt.messages(**values), to=self.chat.destination, task=prompt.task)

    def _call(
        self,
        task: str,
        run: Callable[[BaseChatModel, Any], Iterator[T]],
        cancel: threading.Event,
        on_call: OnCall,
        deadline: Deadline | None,
        *,
        whole: bool = False,
    ) -> Iterator[T]:
        if not self.circuit.allow():
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
            )
            outcome = "ok"
        except Cancelled:
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
            on_call(count.record(task, self.chat.name, outcome, self._settings))

    def _note(self, outcome: Outcome) -> None:
        if outcome == "ok":
            self.circuit.succeed()
        elif outcome == "cancelled":
            self.circuit.release()
        else:
            self.circuit.fail()
