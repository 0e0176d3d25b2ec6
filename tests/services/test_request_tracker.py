"""Request Tracker 5 itself: what happens there reaches the desk once, and what is written here arrives there."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from assist import services as wiring
from assist.errors import Forbidden, HelpdeskRefused, NotFound
from assist.governance.policies import statement_of
from assist.helpdesk import Author, WriteKind
from assist.redaction.redactor import Redactor
from assist.services import Services
from assist.settings import Settings
from assist.store.models import Message as MessageRow
from assist.store.models import Ticket as TicketRow
from connectors.rt import RtConnector
from connectors.rt.settings import RtSettings
from tests.services.helpdesks import RequestTracker, request_tracker

pytestmark = [pytest.mark.services, pytest.mark.slow, pytest.mark.timeout(900)]
SECRET = "a secret key of at least thirty-two characters"


@pytest.fixture(scope="module")
def rt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestTracker]:
    with request_tracker(tmp_path_factory.mktemp("rt")) as running:
        yield running


@pytest.fixture
def connector(rt: RequestTracker) -> Iterator[RtConnector]:
    made = RtConnector(RtSettings(url=rt.url, token=SecretStr(rt.token), poll_seconds=1, rate=100_000))
    yield made
    made.close()


@pytest.fixture
def services(tmp_path: Path, redactor: Redactor, connector: RtConnector) -> Iterator[Services]:
    settings = Settings(home=tmp_path / "home", secret_key=SECRET)  # type: ignore[arg-type]
    made = wiring.build(settings, redactor=redactor, connectors={"rt": connector})
    made.index.open()
    yield made
    made.close()


def messages(services: Services, ticket: str) -> list[tuple[str, bool, str]]:
    with services.database.reading() as session:
        found = session.exec(
            select(MessageRow)
            .join(TicketRow, col(TicketRow.id) == MessageRow.ticket_id)
            .where(TicketRow.external_id == ticket)
            .order_by(col(MessageRow.position))
        )
        return [(row.author, row.internal, row.text) for row in found]


def ticket_row(services: Services, ticket: str) -> TicketRow | None:
    with services.database.reading() as session:
        return session.exec(select(TicketRow).where(TicketRow.external_id == ticket)).first()


def follow(services: Services) -> None:
    """Look once, and do what was found."""
    services.pollers.once(services.connectors["rt"])
    from assist.store.models import InboxEvent

    with services.database.reading() as session:
        waiting = session.exec(select(InboxEvent.ticket).where(InboxEvent.state == "waiting").distinct()).all()
    for ticket in waiting:
        services.inbox.run("rt", ticket)


def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)
    return value


def test_own_settings_are_tried(rt: RequestTracker, connector: RtConnector) -> None:
    assert all(one.ok for one in connector.test())
    wrong = RtConnector(RtSettings(url=rt.url, token=SecretStr("1-14-wrong")))
    assert [one.ok for one in wrong.test()] == [False, False, False]
    wrong.close()


def test_life_of_a_ticket_reaches_the_desk(rt: RequestTracker, services: Services) -> None:
    follow(services)
    ticket = rt.create("Where is my parcel? Call me on +44 20 7946 0123. Ann Lee")
    follow(services)
    assert messages(services, ticket)[0][:2] == ("customer", False)
    assert "7946" not in messages(services, ticket)[0][2]
    picture = base64.b64encode(b"\x89PNG" + b"x" * 3000).decode()
    files = [{"FileName": "label.png", "FileType": "image/png", "FileContent": picture}]
    rt.correspond(ticket, "It left our warehouse.", Attachments=files)
    rt.comment(ticket, "Carrier says two days.")
    follow(services)
    assert [one[:2] for one in messages(services, ticket)] == [
        ("customer", False), ("agent", False), ("agent", True),
    ]  # fmt: skip
    with services.database.reading() as session:
        held = session.exec(select(MessageRow).where(MessageRow.text == "It left our warehouse.")).one()
        assert held.extra["attachments"] == [{"type": "image/png", "size": 3004}]
    rt.change(ticket, Status="resolved")
    follow(services)
    row = ticket_row(services, ticket)
    assert row is not None
    assert (row.status, row.group_name) == ("resolved", "General")
    rt.correspond(ticket, "Sorry, one thing more.")
    follow(services)
    row = ticket_row(services, ticket)
    assert row is not None
    assert (row.status, row.reopened) == ("open", True)
    # The window overlaps: looking again finds the same and changes nothing.
    before = messages(services, ticket)
    for _ in range(3):
        follow(services)
    assert messages(services, ticket) == before


def test_merged_and_deleted_tickets_are_followed(rt: RequestTracker, services: Services) -> None:
    follow(services)
    one, two = rt.create("Where is it?"), rt.create("Same thing again.", subject="Again")
    follow(services)
    rt.change(two, MergeInto=int(one))
    follow(services)
    merged = ticket_row(services, two)
    assert merged is not None
    assert (merged.merged_into, merged.status) == (one, "resolved")
    assert [text for _, _, text in messages(services, one)] == ["Where is it?", "Same thing again."]
    rt.change(one, Status="deleted")
    follow(services)
    gone = ticket_row(services, one)
    assert gone is not None
    assert (gone.status, gone.subject) == ("deleted", None)
    with pytest.raises(NotFound):
        services.connectors["rt"].fetch(one)


def test_note_and_approved_reply_arrive_and_are_not_doubled(rt: RequestTracker, services: Services) -> None:
    follow(services)
    ticket = rt.create("How do I return a jacket? Ann Lee")
    follow(services)
    row = ticket_row(services, ticket)
    assert row is not None
    agent = services.accounts.add(email="maya@acme.example", name="Maya", password="long enough pw", role="agent")
    services.policies.accept(agent, statement_of(services.policies.active))
    before = rt.history(ticket)
    with pytest.raises(Forbidden):
        services.sender.send(row, user=agent, text="Dear Ann", approval="")
    assert rt.history(ticket) == before
    services.write_back.write(row, WriteKind.NOTE, "Looks like a size problem.", user=agent)
    text = "Dear Ann Lee,\n\nprint the label in your account: ü, 😀."
    token, _ = services.sender.approve(row, user=agent, text=text)
    services.sender.send(row, user=agent, text=text, approval=token, resolve=True)
    kinds = [kind for kind, _ in rt.history(ticket)]
    assert (kinds.count("Comment"), kinds.count("Correspond")) == (1, 1)
    follow(services)
    held = messages(services, ticket)
    assert [one[:2] for one in held] == [("customer", False), ("agent", True), ("agent", False)]
    assert "😀" in held[2][2]
    after = ticket_row(services, ticket)
    assert after is not None
    assert after.status == "resolved"


def test_live_events_reach_the_desk_by_themselves(rt: RequestTracker, services: Services) -> None:
    services.start()
    until(lambda: services.connectors["rt"].poll(None).cursor)
    ticket = rt.create("Where is it?")
    until(lambda: messages(services, ticket))
    heard: list[dict[str, Any]] = []
    services.bus.subscribe(lambda _, payload: heard.append(payload))
    rt.correspond(ticket, "It comes tomorrow.")
    until(lambda: any(one.get("event") == "ticket_updated" for one in heard))
    assert [text for _, _, text in messages(services, ticket)] == ["Where is it?", "It comes tomorrow."]


def test_history_is_brought_in_and_an_interruption_costs_one_page(
    rt: RequestTracker, services: Services, connector: RtConnector
) -> None:
    wanted = {rt.create(f"Question {n}: where is my parcel?") for n in range(8)}
    solved = sorted(wanted, key=int)[0]
    rt.correspond(solved, "It is in the shed.")
    rt.change(solved, Status="resolved")
    report = services.backfill.run(connector)
    assert report.done
    held = {ticket: messages(services, ticket) for ticket in wanted}
    assert all(held.values())
    assert [author for author, _, _ in held[solved]] == [Author.CUSTOMER, Author.AGENT]
    again = services.backfill.run(connector)
    assert (again.created, again.updated) == (0, 0)


def test_refused_credential_says_what_to_do(rt: RequestTracker) -> None:
    wrong = RtConnector(RtSettings(url=rt.url, token=SecretStr("1-14-wrong")))
    with pytest.raises(HelpdeskRefused, match="credential"):
        wrong.fetch("1")
    wrong.close()
