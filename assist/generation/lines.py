"""Cuts a model call that is under way: knows its socket and shuts it, so that the server stops generating."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from openai import DefaultHttpxClient

from assist.outgoing import inside

T = TypeVar("T")
# How often a waiting call looks whether it was cancelled.
LOOK_S = 0.05


class Cancelled(Exception):
    """The agent pressed stop."""


class DeadlinePassed(Exception):
    """The model took longer than it may."""


class Line:
    """One call's connection. `hang_up` may be called from any thread, before, while or after the call is connected."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._hung_up = False

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """Take note of the socket when the transport has connected (httpcore's trace events)."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
            if self._hung_up:
                self.hang_up()

    def hang_up(self) -> None:
        """Shut the connection: a blocked read returns at once, which closing the socket alone would not do."""
        with self._lock:
            self._hung_up = True
            if self._socket is not None:
                with suppress(OSError, ValueError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Exchange:
    """Gives HTTP clients whose calls can be cut: each thread's call has its own line and its own connection."""

    def __init__(self) -> None:
        self._current = threading.local()

    def client(self, *, timeout_s: float, loopback: bool) -> Any:
        """Give an HTTP client for a model; on loopback no proxy of the environment is used.

        Connections are not kept, so that a line's socket never serves another call later.
        """
        return DefaultHttpxClient(
            timeout=timeout_s, event_hooks={"request": [self._on_request]}, trust_env=not loopback
        )

    @contextmanager
    def on(self, line: Line) -> Iterator[None]:
        """Make this thread's HTTP calls go over `line`."""
        self._current.line = line
        try:
            yield
        finally:
            self._current.line = None

    def _on_request(self, request: Any) -> None:
        request.headers["Connection"] = "close"
        line = getattr(self._current, "line", None)
        if line is not None:
            request.extensions["trace"] = line.watch


def timed(
    start: Callable[[], Iterator[T]],
    *,
    exchange: Exchange,
    cancel: threading.Event,
    first_s: float,
    total_s: float,
    withdrawn: Callable[[], Exception | None] = lambda: None,
) -> Iterator[T]:
    """Yield what `start()` yields, from a thread of its own, within the time it has.

    Raises `DeadlinePassed` when the first item takes longer than `first_s` or all of them longer than `total_s`, and
    `Cancelled` within 50 ms once `cancel` is set; `withdrawn` is asked as often, and what it gives is raised. All of
    them, and closing this generator early, hang up the call.
    """
    items: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    line, stop = Line(), threading.Event()

    def work() -> None:
        try:
            with exchange.on(line):
                for item in start():
                    items.put(("item", item))
                    if stop.is_set():
                        return
            items.put(("end", None))
        except Exception as error:  # noqa: BLE001 - carried over to the waiting thread and raised there
            items.put(("error", error))

    threading.Thread(target=inside(work), name="assist-model-call", daemon=True).start()
    began, limit = time.monotonic(), first_s
    try:
        while True:
            if cancel.is_set():
                raise Cancelled
            if (gone := withdrawn()) is not None:
                raise gone
            left = began + min(limit, total_s) - time.monotonic()
            if left <= 0:
                raise DeadlinePassed
            try:
                kind, value = items.get(timeout=min(LOOK_S, left))
            except queue.Empty:
                continue
            if kind == "error":
                raise value
            if kind == "end":
                return
            limit = total_s
            yield value
    finally:
        stop.set()
        line.hang_up()
