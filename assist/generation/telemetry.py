"""Counts what a model call used, through LangChain's callbacks, and turns it into a ledger record."""

from __future__ import annotations

import time
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from assist.generation.deltas import CallRecord, Outcome
from assist.settings import Settings

# Rough characters a token, for calls that were cut before the server could count.
CHARS_PER_TOKEN = 4


class TokenCount(BaseCallbackHandler):
    """Collects the tokens of one call: the server's own count, or an estimate when the call was cut short."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._asked_chars = 0
        self._pieces = 0
        self.tokens_in = 0
        self.tokens_out = 0
        self.counted = False

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002 - LangChain's signature
        messages: list[list[BaseMessage]],
        **kwargs: Any,  # noqa: ARG002
    ) -> None:
        """Note how long the prompt is."""
        self._asked_chars = sum(len(str(message.content)) for batch in messages for message in batch)

    def on_llm_new_token(self, token: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Note a piece of the answer; servers stream about one token a piece."""
        if token:
            self._pieces += 1

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:  # noqa: ARG002
        """Take the server's count."""
        for batch in response.generations:
            for generation in batch:
                if isinstance(generation, ChatGeneration) and isinstance(generation.message, AIMessage):
                    usage = generation.message.usage_metadata
                    if usage is not None:
                        self.tokens_in, self.tokens_out = usage["input_tokens"], usage["output_tokens"]
                        self.counted = True

    def record(self, task: str, model: str, outcome: Outcome, settings: Settings) -> CallRecord:
        """Give the ledger record; prices are cents per million tokens, so tokens times price is micro-cents."""
        tokens_in, tokens_out = self.tokens_in, self.tokens_out
        if not self.counted and self._pieces:
            tokens_in, tokens_out = self._asked_chars // CHARS_PER_TOKEN, self._pieces
        cost = round(tokens_in * settings.chat_price_in + tokens_out * settings.chat_price_out)
        ms = (time.perf_counter() - self._began) * 1000
        return CallRecord(task, "llm", model, outcome, tokens_in, tokens_out, cost, ms)
