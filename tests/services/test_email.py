"""A mailbox on a real IMAP server, answers through a real SMTP server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import select

from assist import services as wiring
from assist.errors import HelpdeskRefused, NotFound
from assist.governance.policies import statement_of
from assist.helpdesk import Author, EventKind, Polled, WriteKind, Writing
from assist.redaction.redactor import Redactor
from assist.services import Services
from assist.settings import Settings
from assist.store.models import Message as MessageRow
from assist.store.models import Ticket as TicketRow
from assist.store.models import now
from connectors.email import EmailConnector
from connectors.email.settings import EmailSettings
from tests.services.helpdesks import MailServer, mail_server

pytestmark = pytest.mark.services
ADDRESS = "help@acme.example"


@pytest.fixture
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    # Short: the sockets that dovecot makes have paths of at most 107 bytes.
    with mail_server(tmp_path_factory.mktemp("mail")) as running:
        yield running


@pytest.fixture
def connector(mail: MailServer) -> EmailConnector:
    return EmailConnector(settings_of(mail))


def settings_of(mail: MailServer, **changed: Any) -> EmailSettings:
    given: dict[str, Any] = {
        "address": ADDRESS,
        "imap_host": "127.0.0.1",
        "imap_port": mail.imap_port,
        "imap_security": "none",
        "user": "help",
        "password": SecretStr("a-password"),
        "sent_folder": "Sent",
        "drafts_folder": "Drafts",
        "smtp_host": "127.0.0.1",
        "smtp_port": mail.smtp_port,
        "smtp_security": "none",
        **changed,
    }
    return EmailSettings(**given)


def letter(
    id: str, text: str, *, answers: str = "", sender: str = "Ann Lee <ann.lee@example.com>", **more: str
) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, ADDRESS, "Late parcel"
    made["Date"], made["Message-ID"] = format_datetime(now()), f"<{id}>"
    if answers:
        made["In-Reply-To"] = made["References"] = f"<{answers}>"
    made.set_content(text)
    return made.as_bytes()


def seen(connector: EmailConnector, cursor: str) -> Polled:
    """Poll until something came."""
    deadline = time.monotonic() + 10
    while not (polled := connector.poll(cursor)).events and time.monotonic() < deadline:
        time.sleep(0.1)
    return polled


def test_own_settings_are_tried(mail: MailServer, connector: EmailConnector) -> None:
    assert [(one.name, one.ok) for one in connector.test()] == [
        ("IMAP", True), ("folder INBOX", True), ("folder Sent", True), ("folder Drafts", True), ("SMTP", True),
    ]  # fmt: skip
    wrong = EmailConnector(settings_of(mail, password=SecretStr("wrong"), sent_folder="Nowhere"))
    assert [one.ok for one in wrong.test()][:1] == [False]
    with pytest.raises(HelpdeskRefused):
        wrong.poll(None)


def test_mail_becomes_events_once_each(mail: MailServer, connector: EmailConnector) -> None:
    mail.deliver(letter("old@x", "Before we looked"))
    cursor = connector.poll(None).cursor
    mail.deliver(letter("a@x", "Where is my parcel?"))
    polled = seen(connector, cursor)
    assert [(one.kind, one.ticket_id) for one in polled.events] == [(EventKind.CREATED, "a@x")]
    mail.deliver(letter("b@x", "Any news?\n\nOn Monday Acme <help@acme.example> wrote:\n> Soon.", answers="a@x"))
    mail.deliver(letter("c@acme", "It is on its way.", answers="a@x", sender=ADDRESS), folder=".Sent")
    after = seen(connector, polled.cursor)
    while len(after.events) < 2:
        after = seen(connector, polled.cursor)
    assert {(one.kind, one.ticket_id) for one in after.events} == {
        (EventKind.CUSTOMER_REPLY, "a@x"),
        (EventKind.AGENT_REPLY, "a@x"),
    }
    assert connector.poll(after.cursor).events == []


def test_wait_returns_when_mail_is_pushed(mail: MailServer, connector: EmailConnector) -> None:
    connector.poll(None)
    stop, woken = threading.Event(), threading.Event()

    def waiting() -> None:
        connector.client.wait(stop, 30)
        woken.set()

    thread = threading.Thread(target=waiting)
    thread.start()
    time.sleep(1.5)
    assert not woken.is_set()
    began = time.monotonic()
    mail.deliver(letter("push@x", "Hello?"))
    assert woken.wait(8)
    took = time.monotonic() - began
    stop.set()
    thread.join(5)
    assert took < 5, took


def test_whole_conversation_is_fetched_in_its_order(mail: MailServer, connector: EmailConnector) -> None:
    mail.deliver(letter("a@x", "Where is my parcel?"))
    time.sleep(1.1)
    mail.deliver(letter("b@acme", "On its way.", answers="a@x", sender=f"Acme <{ADDRESS}>"), folder=".Sent")
    time.sleep(1.1)
    mail.deliver(letter("c@x", "Thanks!", answers="a@x"))
    ticket = connector.fetch("a@x")
    assert [(one.author, one.text) for one in ticket.messages] == [
        (Author.CUSTOMER, "Where is my parcel?"),
        (Author.AGENT, "On its way."),
        (Author.CUSTOMER, "Thanks!"),
    ]
    assert (ticket.contact.name, ticket.contact.email) == ("Ann Lee", "ann.lee@example.com")
    for wrong in ("nobody@x", 'a" OR ALL', "a\\", "ü@x"):
        with pytest.raises(NotFound):
            connector.fetch(wrong)


def test_broken_huge_and_foreign_mail_is_read_as_far_as_it_goes(mail: MailServer, connector: EmailConnector) -> None:
    cursor = connector.poll(None).cursor
    head = b"From: Ann <ann@example.com>\r\nTo: help@acme.example\r\nMessage-ID: <%s@x>\r\n"
    huge = head % b"huge" + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nSee the file.\r\n--b\r\n'
    huge += b"Content-Type: application/zip; name=a.zip\r\n\r\n" + b"x" * 12_000_000 + b"\r\n--b--\r\n"
    for raw in (
        b"",
        b"\xff\xfe\x00 no mail at all",
        b"Subject: =?utf-8?b?broken\r\nFrom: =?x?Q?=ff?= <\r\nDate: never\r\n\r\nNo sender, no date.",
        head % b"latin" + b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nPaket f\xfcr Stra\xdfe",
        head % b"liar" + b"Content-Type: text/plain; charset=utf-8\r\n\r\nPaket f\xfcr",
        head % b"odd" + b"Content-Type: text/plain; charset=no-such-thing\r\n\r\nHello",
        head % b"deep"
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(60)),
        huge,
    ):
        mail.deliver(raw)
    deadline = time.monotonic() + 20
    events = connector.poll(cursor).events
    while len(events) < 5 and time.monotonic() < deadline:
        time.sleep(0.2)
        events = connector.poll(cursor).events
    told = {one.ticket_id: one.message for one in events}
    assert told["latin@x"] is not None
    assert told["latin@x"].text == "Paket für Straße"
    assert told["liar@x"] is not None
    assert told["liar@x"].text == "Paket für"
    assert told["odd@x"] is not None
    assert told["odd@x"].text == "Hello"
    assert told["huge@x"] is not None
    assert told["huge@x"].text == "See the file."
    assert [one.type for one in told["huge@x"].attachments] == ["application/zip"]


@pytest.fixture
def services(tmp_path: Path, redactor: Redactor, connector: EmailConnector) -> Iterator[Services]:
    connector.every_s = 20
    settings = Settings(home=tmp_path / "home", secret_key="a secret key of at least thirty-two characters")  # type: ignore[arg-type]
    made = wiring.build(settings, redactor=redactor, connectors={"email": connector})
    made.start()
    yield made
    made.close()


def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return value


def rows(services: Services, table: Any) -> list[Any]:
    with services.database.reading() as session:
        return list(session.exec(select(table)))


def test_pushed_mail_reaches_the_desk_and_the_approved_answer_its_thread(mail: MailServer, services: Services) -> None:
    heard: list[dict[str, Any]] = []
    services.bus.subscribe(lambda _, payload: heard.append(payload))
    until(lambda: services.database and any(state.cursor for state in _states(services)))
    mail.deliver(letter("first@x", "Where is my parcel? Ann Lee"))
    ticket: TicketRow = until(lambda: rows(services, TicketRow))[0]
    began = time.monotonic()
    mail.deliver(letter("second@x", "Any news?", answers="first@x"))
    until(lambda: any(one.get("event") == "ticket_updated" for one in heard))
    assert time.monotonic() - began < 8
    agent = services.accounts.add(email="maya@acme.example", name="Maya", password="long enough pw", role="agent")
    services.policies.accept(agent, statement_of(services.policies.active))
    text = "Dear Ann Lee,\n\nit comes tomorrow.\n\nMaya"
    token, _ = services.sender.approve(ticket, user=agent, text=text)
    services.sender.send(ticket, user=agent, text=text, approval=token)
    sent = message_from_bytes(mail.sent[0], policy=default)
    assert isinstance(sent, EmailMessage)
    assert (sent["To"], sent["Subject"], sent["In-Reply-To"]) == (
        "ann.lee@example.com",
        "Re: Late parcel",
        "<second@x>",
    )
    assert sent["References"] == "<first@x> <second@x>"
    assert sent.get_content().split() == text.split()
    # The copy in the folder of sent mail comes back as an event, and is the same message.
    time.sleep(1)
    services.pollers.once(services.connectors["email"])
    until(lambda: not services.jobs.pending())
    held = [row.text for row in rows(services, MessageRow)]
    assert len(held) == 3
    assert "Dear <PERSON_1>" in held[2]
    assert len(mail.sent) == 1


def _states(services: Services) -> list[Any]:
    from assist.store.models import ConnectorState

    return rows(services, ConnectorState)


def test_draft_lies_among_the_drafts(mail: MailServer, connector: EmailConnector) -> None:
    mail.deliver(letter("a@x", "Where is my parcel?"))
    until(lambda: connector.client.tickets(None).__next__().tickets)
    connector.write(Writing(WriteKind.DRAFT, "a@x", "Dear Ann", by="maya@acme.example"))
    drafts = list((mail.maildir / ".Drafts" / "cur").iterdir())
    assert len(drafts) == 1
    assert b"Dear Ann" in drafts[0].read_bytes()
    assert mail.sent == []
