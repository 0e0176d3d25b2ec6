"""`assist connectors …`: what a person does when a helpdesk is set up, and when it had a bad day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assist.cli import main
from tests.helpdesk_server import Asked, Helpdesk, Told, helpdesk

SECRET = "a secret key of at least thirty-two characters"
CONVERSATION = {"status": "open", "meta": {"sender": {"name": "Ann Lee", "email": "ann.lee@example.com"}}}


def answer(asked: Asked) -> Told:
    place = asked.path.removeprefix("/api/v1/accounts/3/")
    if place == "conversations":
        page = int(asked.query["page"])
        return Told({"data": {"payload": [CONVERSATION | {"id": page}] if page < 4 else []}})
    if place.endswith("/messages"):
        text = {"id": 1, "content": "Where is it?", "message_type": 0, "created_at": 1795597200}
        return Told({"payload": [] if "before" in asked.query else [text]})
    if place == "conversations/meta":
        return Told({"meta": {"all_count": 3}})
    if place == "inboxes":
        return Told({"payload": []})
    return Told(CONVERSATION | {"id": 9}) if place == "conversations/9" else Told(status=404)


@pytest.fixture
def desk() -> Iterator[Helpdesk]:
    with helpdesk(answer) as running:
        yield running


@pytest.fixture(autouse=True)
def setup(desk: Helpdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"URL": desk.url, "ACCOUNT": "3", "TOKEN": "token", "WEBHOOK_SECRET": "secret", "RATE": "60000"}
    for name, value in given.items():
        monkeypatch.setenv(f"ASSIST_CHATWOOT_{name}", value)
    monkeypatch.setenv("ASSIST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ASSIST_SECRET_KEY", SECRET)
    monkeypatch.setenv("ASSIST_LOG_LEVEL", "ERROR")


def say(*words: str) -> Result:
    return CliRunner().invoke(main, ["connectors", *words])


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in say("list", "--json").stdout.splitlines()]


def test_settings_are_tried_and_the_status_says_so(desk: Helpdesk) -> None:
    done = say("test", "chatwoot")
    assert (done.exit_code, done.stdout.count("ok  ")) == (0, 2)
    desk.answer = lambda _: Told(status=401)
    done = say("test", "chatwoot")
    assert (done.exit_code, done.stdout.count("FAIL")) == (1, 2)
    assert "credential" in done.stdout
    done = say("test", "nobody")
    assert done.exit_code == 2
    assert "chatwoot" in done.stderr


def test_back_fill_says_how_much_came(desk: Helpdesk) -> None:
    assert "1 created" in say("backfill", "chatwoot", "--most", "1").stdout
    done = say("backfill", "chatwoot")
    assert "went on where the last run stopped" in done.stdout
    assert "2 created" in done.stdout
    assert rows()[0]["backfilled"] == 3


def test_parked_event_is_listed_and_replayed(desk: Helpdesk) -> None:
    from assist import services as wiring
    from assist.helpdesk import EventKind, TicketEvent
    from assist.settings import Settings

    made = wiring.build(Settings())
    bad = {"kind": EventKind.CUSTOMER_REPLY, "source": "chatwoot", "ticket_id": "9", "delivery_id": "d1"}
    desk.answer = lambda _: Told(status=403)
    made.inbox.accept("chatwoot", [TicketEvent(**bad, partial=True)])  # type: ignore[arg-type]
    made.inbox.run("chatwoot", "9")
    made.close()
    assert [row["ticket"] for row in rows() if "parked" in row and "kind" in row] == ["9"]
    assert "1 parked" in say("replay").stdout
    desk.answer = answer
    assert "1 done again, 0 parked" in say("replay", "chatwoot").stdout
    assert [row["parked"] for row in rows()] == [0]
