"""Help Scout: signed webhooks in, drafts, notes and approved replies out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assist.helpdesk import Ability, Check, Connector, Page, Polled, Ticket, TicketEvent, Writing, Written
from connectors.checks import check
from connectors.helpscout import events
from connectors.helpscout.client import HelpScoutClient
from connectors.helpscout.settings import HelpScoutSettings
from connectors.signatures import Signed


class HelpScoutConnector(Signed):
    """One Help Scout account."""

    name = events.NAME
    abilities: frozenset[Ability] = frozenset(
        {
            Ability.EVENTS,
            Ability.POLL,
            Ability.BACKFILL,
            Ability.FETCH,
            Ability.DRAFT,
            Ability.NOTE,
            Ability.REPLY,
            Ability.TAG,
            Ability.TEST,
        }
    )

    def __init__(self, settings: HelpScoutSettings) -> None:
        self.every_s = settings.poll_seconds
        self.scheme = events.scheme(settings.webhook_secret.get_secret_value())
        self.client = HelpScoutClient(settings)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the events of a delivery."""
        return events.parse(body, headers)

    def poll(self, cursor: str | None) -> Polled:
        """Give merges and ratings since `cursor`: webhooks do not tell which conversation was merged away."""
        return self.client.changes(cursor)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all conversations, oldest first."""
        return self.client.tickets(cursor)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a conversation with all its threads."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Add a note, a draft or a reply."""
        self.require(writing)
        return self.client.write(writing)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags to a conversation."""
        self.client.tag(ticket_id, tags)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def test(self) -> list[Check]:
        """Try the address, the application and its rights."""
        return [
            check("address and application", lambda: f"signed in, role {self.client.myself()}"),
            check("reads conversations", lambda: f"{self.client.count()} conversations can be seen"),
        ]


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = HelpScoutSettings.configured()
    return None if settings is None else HelpScoutConnector(settings)
