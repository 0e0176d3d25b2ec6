"""A real HTTP server that answers as a test says: what a helpdesk does on a bad day."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Told:
    """One answer."""

    data: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    slow_s: float = 0.0

    @property
    def body(self) -> bytes:
        if isinstance(self.data, bytes):
            return self.data
        return b"" if self.data is None else json.dumps(self.data).encode()


Answering = Callable[[Asked], Told]


@dataclass
class Helpdesk:
    """The server: `answer` may be changed at any time, `asked` holds what came."""

    url: str
    answer: Answering
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def helpdesk(answer: Answering) -> Iterator[Helpdesk]:
    """Run a server on loopback until the block ends."""
    desk = Helpdesk("", answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            asked = Asked(self.command, parts.path, query, {k.lower(): v for k, v in self.headers.items()}, body)
            desk.asked.append(asked)
            told = desk.answer(asked)
            time.sleep(told.slow_s)
            headers = {"Content-Type": "application/json", "Content-Length": str(len(told.body))} | told.headers
            self.send_response(told.status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(told.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            """A client that does not wait for a slow answer is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    desk.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def in_turn(*answers: Told) -> Answering:
    """Give these answers one after another, the last one for good."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
