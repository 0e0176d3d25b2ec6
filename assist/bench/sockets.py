"""Many sidebars in one thread: raw Engine.IO over websockets, so that the driver costs little of the shared cores."""

from __future__ import annotations

import json
import selectors
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from assist.bench.server import Running
from assist.errors import ConfigurationError

SPACE = "/sidebar"
QUIET_S = 1.0
PATIENCE_S = 30.0
# An Engine.IO message that holds a Socket.IO packet: 40 connect, 42 event, 43 acknowledgement.
CONNECT, EVENT, ACKNOWLEDGED = "40", "42", "43"
Event = tuple[int, str, dict[str, Any], float]


class Sidebars:
    """Opens sockets and reads what they are told: (socket's number, event, payload, when)."""

    def __init__(self, server: Running) -> None:
        try:
            import websocket
        except ImportError:
            raise ConfigurationError(
                "the group `sidebar` needs the package websocket-client", where="bench", hint="Run `make setup-dev`."
            ) from None
        self._connect: Callable[..., Any] = websocket.create_connection
        self._url = server.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self._token = server.token()
        self._selector = selectors.DefaultSelector()
        self._sockets: list[Any] = []
        self._tickets: list[str] = []
        self._heard: deque[Event] = deque()
        self._acknowledged: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connected in self._sockets:
            self._selector.unregister(connected.sock)
            connected.close()
        self._selector.close()

    def connect(self) -> int:
        """Open one more socket and give its number."""
        connected = self._connect(self._url, timeout=PATIENCE_S)
        # What the server says of itself.
        connected.recv()
        connected.send(f"{CONNECT}{SPACE}," + json.dumps({"token": self._token}))
        answer = str(connected.recv())
        if not answer.startswith(CONNECT):
            raise ConfigurationError(f"the socket was refused: {answer[:200]}", where="bench")
        self._sockets.append(connected)
        self._tickets.append("")
        number = len(self._sockets) - 1
        self._selector.register(connected.sock, selectors.EVENT_READ, number)
        return number

    def open(self, number: int, source: str, ticket: str, *, suggest: bool) -> None:
        """Open a ticket in a sidebar and wait until the server has answered with its state."""
        self._acknowledged.discard(number)
        payload = json.dumps(["ticket_open", {"source": source, "ticket": ticket, "suggest": suggest}])
        self._sockets[number].send(f"{EVENT}{SPACE},1{payload}")
        self._tickets[number] = ticket
        deadline = time.perf_counter() + PATIENCE_S
        while number not in self._acknowledged:
            self._read(deadline)

    def on(self, ticket: str) -> int:
        """Give how many sidebars show a ticket."""
        return self._tickets.count(ticket)

    def next(self, deadline: float) -> Event:
        """Give the next event any sidebar hears; raises `TimeoutError` at the deadline."""
        while not self._heard:
            self._read(deadline)
        return self._heard.popleft()

    def drain(self) -> None:
        """Throw away what is still coming, until no event came for a second; the sockets' pings go on meanwhile."""
        quiet_from = time.perf_counter()
        while time.perf_counter() < quiet_from + QUIET_S:
            if self._heard:
                quiet_from = time.perf_counter()
                self._heard.clear()
            with suppress(TimeoutError):
                self._read(quiet_from + QUIET_S)

    def _read(self, deadline: float) -> None:
        ready = self._selector.select(max(0.0, deadline - time.perf_counter()))
        if not ready:
            raise TimeoutError("nothing was heard in time")
        for key, _ in ready:
            self._take(key.data, self._sockets[key.data].recv())

    def _take(self, number: int, text: str) -> None:
        at = time.perf_counter()
        if text == "2":
            self._sockets[number].send("3")
        elif text.startswith(ACKNOWLEDGED):
            self._acknowledged.add(number)
        elif text.startswith(EVENT):
            name, payload = json.loads(text[text.index(",") + 1 :])
            self._heard.append((number, name, payload, at))
