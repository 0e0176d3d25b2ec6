"""A server process of our own on loopback, driven as a helpdesk would."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from assist.bench.workplace import environment, resident_mb
from assist.errors import EngineUnavailable

PATIENCE_S = 120.0


@dataclass
class Running:
    """A started server: where it is, how long its start took, and a signed-in session."""

    url: str
    pid: int
    seconds: float
    _opener: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    )

    def post(self, path: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send JSON and give the answer's JSON."""
        request = urllib.request.Request(  # noqa: S310
            self.url + path, json.dumps(payload).encode(), {"Content-Type": "application/json", "Origin": self.url}
        )
        with self._opener.open(request, timeout=60) as answer:
            loaded: dict[str, Any] = json.load(answer)
            return loaded

    def get(self, path: str) -> dict[str, Any]:
        """Give the JSON of a page."""
        with self._opener.open(self.url + path, timeout=60) as answer:
            loaded: dict[str, Any] = json.load(answer)
            return loaded

    def token(self) -> str:
        """Give a token for sockets."""
        return str(self.post("/api/token", {})["token"])

    def customer_writes(self, source: str, ticket: str, text: str) -> float:
        """Let a customer write; gives when the request was sent."""
        sent = time.perf_counter()
        self.post(f"/demo/api/tickets/{source}/{ticket}/customer", {"text": text})
        return sent

    def memory_mb(self) -> float:
        """Give the resident memory of the server's processes."""
        return resident_mb(self.pid)


@contextmanager
def started(home: Path) -> Iterator[Running]:
    """Start `assist serve --demo` on a home and wait for its first page; raises `EngineUnavailable` if none comes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "assist.cli", "serve", "--demo", "--port", str(port)],
        env=environment(home),
        cwd=home.parent,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(f"{url}/demo/sign-in", process, began)
        server = Running(url, process.pid, time.perf_counter() - began)
        server.post("/demo/sign-in", {"role": "admin"})
        _settle(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(url: str, process: subprocess.Popen[bytes], began: float) -> None:
    while process.poll() is None and time.perf_counter() - began < PATIENCE_S:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
        else:
            return
    raise EngineUnavailable("the server did not start", where="bench", hint="Try `assist serve --demo` by hand.")


def _settle(server: Running) -> None:
    """Wait until the demo has filled its history: that is not what is measured."""
    before = -1
    deadline = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < deadline:
        count = server.get("/lead/stats.json")["totals"]["suggestions"]
        if count and count == before:
            return
        before = count
        time.sleep(3)
