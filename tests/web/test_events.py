"""A helpdesk posts events to a real server; a sidebar hears of them."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from connectors.webhook import sign
from tests.web.conftest import Server, prepare, serving

KEY = b"0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = prepare(
        tmp_path_factory.mktemp("hooked") / "home", webhook_secret="whsec_" + base64.b64encode(KEY).decode()
    )
    with serving(environment) as running:
        yield running


def post(server: Server, event: dict[str, Any], *, id: str | None = None, key: bytes = KEY) -> httpx.Response:
    body = json.dumps(event).encode()
    id, stamp = id or f"msg_{uuid4().hex}", str(int(time.time()))
    headers = {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": sign(key, id, stamp, body)}
    return httpx.post(f"{server.url}/connectors/webhook/events", content=body, headers=headers)


def wait_for(home: Path, ticket: str, count: int) -> list[str]:
    """Give the messages of a ticket once there are so many."""
    deadline = time.monotonic() + 20
    while len(found := messages(home, ticket)) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def messages(home: Path, ticket: str) -> list[str]:
    import sqlite3

    with closing(sqlite3.connect(home / "assist.db")) as database:
        rows = database.execute(
            "SELECT m.text FROM message m JOIN ticket t ON t.id = m.ticket_id WHERE t.external_id = ? "
            "ORDER BY m.position",
            (ticket,),
        )
        return [row[0] for row in rows]


def created(ticket: str) -> dict[str, Any]:
    return {
        "kind": "created",
        "ticket_id": ticket,
        "ticket": {
            "id": ticket,
            "subject": "Late parcel",
            "contact": {"name": "Ann Lee", "email": "ann.lee@example.com"},
            "messages": [{"author": "customer", "text": "Where is it? Write to ann.lee@example.com. Ann Lee"}],
        },
    }


def test_event_is_stored_masked_and_a_repeated_delivery_changes_nothing(hooked: Server) -> None:
    ticket = f"W-{uuid4().hex[:6]}"
    home = Path(hooked.environment["ASSIST_HOME"])
    assert post(hooked, created(ticket), id=f"{ticket}-1").json() == {"accepted": 1}
    assert post(hooked, created(ticket), id=f"{ticket}-1").json() == {"accepted": 1}
    reply = {"kind": "customer_reply", "ticket_id": ticket, "message": {"author": "customer", "text": "Any news?"}}
    for _ in range(2):
        assert post(hooked, reply, id=f"{ticket}-2").status_code == 200
    assert post(hooked, reply, id=f"{ticket}-3").status_code == 200
    assert wait_for(home, ticket, 3) == [
        "Where is it? Write to <EMAIL_1>. <PERSON_1>",
        "Any news?",
        "Any news?",
    ]


ACCEPTS_ONLY = """
import sys
from werkzeug.serving import make_server
from assist.web import create_app
server = make_server("127.0.0.1", int(sys.argv[1]), create_app())
print("ready", flush=True)
server.serve_forever()
"""


def test_event_accepted_before_a_kill_is_done_after_it(tmp_path: Path) -> None:
    secret = "whsec_" + base64.b64encode(KEY).decode()
    environment = prepare(tmp_path / "home", webhook_secret=secret)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # A server without workers: what it accepts has no chance to be done before the kill.
    process = subprocess.Popen(
        [sys.executable, "-c", ACCEPTS_ONLY, str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    accepting = Server(f"http://127.0.0.1:{port}", environment)
    for number in range(5):
        assert post(accepting, created(f"K-{number}"), id=f"kill-{number}").status_code == 200
    process.kill()
    process.wait()
    process.stdout.close()
    home = Path(environment["ASSIST_HOME"])
    assert messages(home, "K-0") == []
    with serving(environment) as running:
        for number in range(5):
            assert len(wait_for(home, f"K-{number}", 1)) == 1
        # The sender, who got no answer to some, sends all again.
        for number in range(5):
            assert post(running, created(f"K-{number}"), id=f"kill-{number}").status_code == 200
        assert [len(messages(home, f"K-{number}")) for number in range(5)] == [1] * 5


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({"kind": "customer_reply", "ticket_id": "", "message": {"author": "customer", "text": "x"}}, 400),
        ({"kind": "vanished", "ticket_id": "T-1"}, 400),
        ({**created("W-1"), "ticket_id": "W-2"}, 400),
    ],
)
def test_event_that_cannot_be_stored_says_why(hooked: Server, event: dict[str, Any], status: int) -> None:
    answer = post(hooked, event)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_wrong_signature_and_unknown_connector_are_refused(hooked: Server) -> None:
    assert post(hooked, created("W-evil"), key=b"y" * 32).status_code == 401
    assert messages(Path(hooked.environment["ASSIST_HOME"]), "W-evil") == []
    assert httpx.post(f"{hooked.url}/connectors/nobody/events", content=b"{}").status_code == 404
    assert httpx.post(f"{hooked.url}/connectors/webhook/events", content=b"x" * 2_000_000).status_code == 413
