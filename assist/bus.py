"""Tells every process what happened: one channel, small JSON messages, masked text only.

In one process the bus is a list of handlers; with `redis://` it is a Redis channel that every process listens to.
Personal data never travels here: values are restored where a socket is served.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any, Protocol

import structlog

Handler = Callable[[str, dict[str, Any]], None]
log = structlog.get_logger(__name__)


class Bus(Protocol):
    """Publish to all processes, this one included; at most once, in order per publisher."""

    def publish(self, topic: str, payload: dict[str, Any]) -> None:
        """Send `payload` (JSON, masked) under `topic` to every subscriber everywhere."""

    def subscribe(self, handler: Handler) -> None:
        """Call `handler(topic, payload)` for everything published from now on."""

    def close(self) -> None:
        """Stop listening."""


class LocalBus:
    """The bus of a single process: handlers are called in the publisher's thread."""

    def __init__(self) -> None:
        self._handlers: list[Handler] = []

    def publish(self, topic: str, payload: dict[str, Any]) -> None:
        """Call every handler; one that fails is logged and does not stop the others."""
        for handler in tuple(self._handlers):
            deliver(handler, topic, payload)

    def subscribe(self, handler: Handler) -> None:
        """Add a handler."""
        self._handlers.append(handler)

    def close(self) -> None:
        """Forget the handlers."""
        self._handlers.clear()


def deliver(handler: Handler, topic: str, payload: dict[str, Any]) -> None:
    """Call one handler and log what it raises: a bad subscriber must not break the publisher."""
    try:
        handler(topic, payload)
    except Exception:
        log.exception("bus handler failed", topic=topic)


class RedisBus:
    """The bus of several processes, over one Redis channel.

    A listener thread delivers, and reconnects with a pause when Redis goes away; what was published meanwhile is
    not repeated, which is why sidebars resume from the database by sequence number.
    """

    CHANNEL = "assist:bus"

    def __init__(self, url: str, *, retry_s: float = 1.0) -> None:
        import redis

        self._redis = redis.Redis.from_url(url)
        self._retry_s = retry_s
        self._handlers: list[Handler] = []
        self._stop = threading.Event()
        self._listening = threading.Event()
        self._thread: threading.Thread | None = None

    def publish(self, topic: str, payload: dict[str, Any]) -> None:
        """Publish to the channel."""
        self._redis.publish(self.CHANNEL, json.dumps([topic, payload], ensure_ascii=False))

    def subscribe(self, handler: Handler) -> None:
        """Add a handler; returns once Redis has confirmed the subscription (5 s at most)."""
        self._handlers.append(handler)
        if self._thread is None:
            self._thread = threading.Thread(target=self._listen, name="assist-bus", daemon=True)
            self._thread.start()
        self._listening.wait(5)

    def close(self) -> None:
        """Stop the listener."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=3)
        self._redis.close()

    def _listen(self) -> None:
        import redis

        while not self._stop.is_set():
            try:
                with self._redis.pubsub(ignore_subscribe_messages=False) as channel:  # type: ignore[no-untyped-call]
                    channel.subscribe(self.CHANNEL)
                    while not self._stop.is_set():
                        message = channel.get_message(timeout=1.0)
                        if message is None:
                            continue
                        if message["type"] == "subscribe":
                            self._listening.set()
                        elif message["type"] == "message":
                            topic, payload = json.loads(message["data"])
                            for handler in tuple(self._handlers):
                                deliver(handler, topic, payload)
            except redis.RedisError as error:
                log.warning("bus lost, will reconnect", error=type(error).__name__)
                self._stop.wait(self._retry_s)


def connect(url: str) -> Bus:
    """Give the bus for a URL: empty for this process only, `redis://…` for several."""
    return RedisBus(url) if url else LocalBus()
