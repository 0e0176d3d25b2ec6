"""A real server process, real sockets."""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio
from sqlmodel import select

from assist.governance.policies import Policies, statement_of
from assist.store.database import Database
from assist.store.models import User

SECRET = "a secret key of at least thirty-two characters"
PASSWORD = "a long enough password"
TICKETS = Path(__file__).parent / "tickets.jsonl"
ARTICLES = Path(__file__).parent / "articles.jsonl"


@dataclass
class Server:
    """A running `assist serve`."""

    url: str
    environment: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, email: str = "maya@example.com") -> str:
        """Sign in once a person: how often one may try is limited."""
        if email not in self.tokens:
            self.tokens[email] = self._sign_in(email)
        return self.tokens[email]

    def _sign_in(self, email: str) -> str:
        answer = httpx.post(f"{self.url}/api/token", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])


def assist(environment: dict[str, str], *arguments: str, given: str | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "assist.cli", *arguments],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def prepare(home: Path, **settings: str) -> dict[str, str]:
    """Make a home with three accounts, articles, and tickets."""
    environment = os.environ | {"ASSIST_HOME": str(home), "ASSIST_SECRET_KEY": SECRET, "ASSIST_LOG_LEVEL": "WARNING"}
    environment |= {f"ASSIST_{name.upper()}": value for name, value in settings.items()}
    for email, name, role, groups in (
        ("maya@example.com", "Maya Kent", "agent", []),
        ("jonas@example.com", "Jonas Berg", "agent", ["--group", "billing"]),
        ("ruth@example.com", "Ruth Calder", "lead", []),
    ):
        assist(
            environment, "user", "add", email, "--name", name, "--role", role, *groups, "--password-file", "-",
            given=PASSWORD,
        )  # fmt: skip
    accept_use(environment.get("ASSIST_DATABASE_URL", f"sqlite:///{home / 'assist.db'}"))
    assist(environment, "import", "articles", str(ARTICLES), "--source", "test")
    assist(environment, "import", "tickets", str(TICKETS), "--source", "test")
    return environment


def accept_use(database_url: str) -> None:
    """Let everybody accept how the assistant may be used, as each would in the sidebar."""
    database = Database(database_url)
    policies = Policies(database)
    with database.reading() as session:
        users = session.exec(select(User)).all()
    for user in users:
        policies.accept(user, statement_of(policies.active))
    database.close()


@contextmanager
def serving(environment: dict[str, str], log: Path | None = None) -> Iterator[Server]:
    """Run a server until the block ends; it is ready when the block begins. All it says goes into `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("wb") if log else nullcontext() as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "assist.cli", "serve", "--port", str(port)],
            env=environment,
            start_new_session=True,
            stdout=told,
            stderr=told,
        )
    server = Server(f"http://127.0.0.1:{port}", environment)
    try:
        deadline = time.monotonic() + 90
        while True:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not get ready"
            with suppress(httpx.TransportError):
                if httpx.get(f"{server.url}/readyz").status_code == 200:
                    break
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = prepare(tmp_path_factory.mktemp("server") / "home")
    with serving(environment) as running:
        yield running


@dataclass
class Sidebar:
    """One sidebar's socket, with everything it was told."""

    client: socketio.Client
    heard: queue.Queue[tuple[str, dict[str, Any]]] = field(default_factory=queue.Queue)
    log: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def call(self, event: str, **payload: Any) -> dict[str, Any]:
        answer = self.client.call(event, payload, namespace="/sidebar", timeout=20)
        assert isinstance(answer, dict)
        return answer

    def wait(self, event: str, seconds: float = 20) -> dict[str, Any]:
        """Give the next event of this name; events before it stay in the log."""
        deadline = time.monotonic() + seconds
        while True:
            name, payload = self.heard.get(timeout=max(0.01, deadline - time.monotonic()))
            if name == event:
                return payload

    @property
    def numbers(self) -> list[int]:
        return [payload["seq"] for _, payload in self.log if "seq" in payload]


Open = Callable[..., AbstractContextManager[Sidebar]]


@contextmanager
def open_sidebar(server: Server, email: str = "maya@example.com") -> Iterator[Sidebar]:
    """Connect a socket as somebody."""
    client = socketio.Client(reconnection=False)
    sidebar = Sidebar(client)

    def heard(event: str, payload: dict[str, Any]) -> None:
        sidebar.log.append((event, payload))
        sidebar.heard.put((event, payload))

    client.on("*", heard, namespace="/sidebar")
    client.connect(server.url, auth={"token": server.token(email)}, namespaces=["/sidebar"], transports=["websocket"])
    try:
        yield sidebar
    finally:
        client.disconnect()
