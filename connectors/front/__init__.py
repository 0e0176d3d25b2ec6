"""Front: signed webhooks and its list of events in, drafts, comments and approved replies out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assist.helpdesk import Ability, Check, Connector, Page, Polled, Ticket, TicketEvent, Writing, Written
from connectors.checks import check
from connectors.front import events
from connectors.front.client import FrontClient
from connectors.front.settings import FrontSettings
from connectors.signatures import Signed


class FrontConnector(Signed):
    """One company in Front."""

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

    def __init__(self, settings: FrontSettings) -> None:
        self.every_s = settings.poll_seconds
        self.scheme = events.scheme(settings.signing_key.get_secret_value())
        self.client = FrontClient(settings)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the event of a delivery."""
        return events.parse(body, headers)

    def handshake(self, body: bytes, headers: Mapping[str, str]) -> str | None:  # noqa: ARG002
        """Give the word that Front wants to hear back when a webhook is set up."""
        return headers.get("x-front-challenge") or None

    def poll(self, cursor: str | None) -> Polled:
        """Give the events since `cursor`: merges and what was done to many at once come by no webhook."""
        return self.client.changes(cursor)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all conversations in the order of their last message."""
        return self.client.tickets(cursor)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a conversation with all its messages and comments."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Lay down a draft that the team shares, add a comment, or send a reply."""
        self.require(writing)
        return self.client.write(writing)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags to a conversation."""
        self.client.tag(ticket_id, tags)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def test(self) -> list[Check]:
        """Try the address, the token and its rights."""
        return [
            check("address and token", lambda: f"company {self.client.company()}"),
            check("reads conversations", lambda: "yes" if self.client.first_page() else "there are none yet"),
            check("reads events", self._events),
        ]

    def _events(self) -> str:
        return f"{len(self.client.changes(self.client.changes(None).cursor).events)} in the last minutes"


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = FrontSettings.configured()
    return None if settings is None else FrontConnector(settings)
