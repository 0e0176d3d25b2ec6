"""Plain e-mail: IMAP in, pushed by IDLE; SMTP out, into the same conversation."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

from assist.helpdesk import Ability, Check, Connector, Page, Polled, Ticket, Writing, Written
from connectors.checks import check
from connectors.email import events
from connectors.email.client import EmailClient
from connectors.email.settings import EmailSettings


class EmailConnector(Connector):
    """One mailbox."""

    name = events.NAME

    def __init__(self, settings: EmailSettings) -> None:
        self.every_s = settings.poll_seconds
        self.client = EmailClient(settings)
        self._settings = settings
        offered = {Ability.POLL, Ability.BACKFILL, Ability.FETCH, Ability.TEST}
        offered |= {Ability.REPLY} if settings.smtp_host else set()
        offered |= {Ability.DRAFT} if settings.drafts_folder else set()
        self.abilities = frozenset(offered)

    def poll(self, cursor: str | None) -> Polled:
        """Give the events of new mails."""
        return self.client.poll(cursor)

    def wait(self, stop: Event) -> None:
        """Return when the server pushes news."""
        self.client.wait(stop, self.every_s)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all conversations."""
        return self.client.tickets(cursor)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a conversation with all its mails."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Send an approved reply, or lay a draft down; mail has no internal notes."""
        self.require(writing)
        return self.client.write(writing)

    def test(self) -> list[Check]:
        """Try both servers and the folders."""
        settings = self._settings
        wanted = [one for one in (settings.folder, settings.sent_folder, settings.drafts_folder) if one]
        checks = [check("IMAP", lambda: f"{len(self.client.folders())} folders")]
        if checks[0].ok:
            there = set(self.client.folders())
            checks += [Check(f"folder {one}", one in there) for one in wanted]
        if settings.smtp_host:
            checks.append(check("SMTP", self.client.check_smtp))
        return checks


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = EmailSettings.configured()
    return None if settings is None else EmailConnector(settings)
