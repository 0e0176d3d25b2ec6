"""Gathers a suggestion's many small deltas into one message per 80 ms, so that a fast model cannot flood a socket."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

INTERVAL_S = 0.08


class Coalescer:
    """Collects what a draft gains and hands it on in one payload per interval.

    `send` receives the payload of a `suggestion_delta` without its ids. Text of the sentence being written is kept as
    one string per draft; a finished sentence replaces it.
    """

    def __init__(self, send: Callable[[dict[str, Any]], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._send = send
        self._clock = clock
        self._last = clock() - INTERVAL_S
        self._sentences: dict[int, list[dict[str, Any]]] = {}
        self._text: dict[int, str] = {}

    def text(self, index: int, append: str) -> None:
        """Add raw text of the sentence that draft `index` is writing."""
        self._text[index] = self._text.get(index, "") + append
        self._maybe()

    def sentences(self, index: int, sentences: list[dict[str, Any]]) -> None:
        """Add whole sentences to draft `index`; text not yet sent belongs to them and is dropped."""
        self._sentences.setdefault(index, []).extend(sentences)
        self._text.pop(index, None)
        self._maybe()

    def flush(self) -> None:
        """Send what is left."""
        for index in sorted(self._sentences.keys() | self._text.keys()):
            payload: dict[str, Any] = {}
            if self._sentences.get(index):
                payload["draft"] = {"index": index, "sentences": self._sentences[index]}
            if self._text.get(index):
                payload["text"] = {"index": index, "append": self._text[index]}
            self._send(payload)
        self._sentences.clear()
        self._text.clear()
        self._last = self._clock()

    def _maybe(self) -> None:
        if self._clock() - self._last >= INTERVAL_S:
            self.flush()
