"""Freshdesk: hints by an automation rule and by polling in, notes and approved replies out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assist.helpdesk import Ability, Check, Connector, Page, Polled, Ticket, TicketEvent, Writing, Written
from connectors.checks import check
from connectors.freshdesk import events
from connectors.freshdesk.client import FreshdeskClient
from connectors.freshdesk.settings import FreshdeskSettings
from connectors.signatures import Signed


class FreshdeskConnector(Signed):
    """One Freshdesk account."""

    name = events.NAME
    abilities: frozenset[Ability] = frozenset(
        {
            Ability.EVENTS,
            Ability.POLL,
            Ability.BACKFILL,
            Ability.FETCH,
            Ability.NOTE,
            Ability.REPLY,
            Ability.TAG,
            Ability.TEST,
        }
    )

    def __init__(self, settings: FreshdeskSettings) -> None:
        self.every_s = settings.poll_seconds
        self.scheme = events.scheme(settings.webhook_secret.get_secret_value())
        self.client = FreshdeskClient(settings)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the event of a delivery."""
        return events.parse(body, headers)

    def poll(self, cursor: str | None) -> Polled:
        """Give what changed, was deleted or was rated since `cursor`, and two minutes before it once more."""
        return self.client.changes(cursor)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets in the order of their last change."""
        return self.client.tickets(cursor)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a ticket with its whole conversation."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Add a private note or a reply; Freshdesk's API has no drafts."""
        self.require(writing)
        return self.client.write(writing)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags to a ticket."""
        self.client.tag(ticket_id, tags)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def test(self) -> list[Check]:
        """Try the address, the key and its rights."""
        return [
            check("address and key", lambda: f"signed in, {self.client.myself()}"),
            check("reads tickets", lambda: f"the newest change: {self.client.newest()}"),
        ]


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = FreshdeskSettings.configured()
    return None if settings is None else FreshdeskConnector(settings)
