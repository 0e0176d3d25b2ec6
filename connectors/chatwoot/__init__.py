"""Chatwoot: signed webhooks in, private notes and approved messages out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assist.helpdesk import Ability, Check, Connector, Page, Ticket, TicketEvent, Writing, Written
from connectors.chatwoot import events
from connectors.chatwoot.client import ChatwootClient
from connectors.chatwoot.settings import ChatwootSettings
from connectors.checks import check
from connectors.signatures import Signed


class ChatwootConnector(Signed):
    """One account of one Chatwoot."""

    name = events.NAME
    abilities: frozenset[Ability] = frozenset(
        {Ability.EVENTS, Ability.BACKFILL, Ability.FETCH, Ability.NOTE, Ability.REPLY, Ability.TAG, Ability.TEST}
    )

    def __init__(self, settings: ChatwootSettings) -> None:
        self.scheme = events.scheme(settings.webhook_secret.get_secret_value())
        self.client = ChatwootClient(settings)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the event of a delivery."""
        return events.parse(body, headers)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all conversations, oldest first."""
        return self.client.tickets(cursor)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a conversation with all its messages."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Add a private note or a message; Chatwoot's API has no drafts."""
        self.require(writing)
        return self.client.write(writing)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags to a ticket."""
        self.client.tag(ticket_id, tags)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def test(self) -> list[Check]:
        """Try the address, the token and its rights."""
        return [
            check("address and token", lambda: f"{self.client.inboxes()} inboxes can be seen"),
            check("reads conversations", lambda: f"{self.client.count()} conversations can be seen"),
        ]


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = ChatwootSettings.configured()
    return None if settings is None else ChatwootConnector(settings)
