"""HubSpot: signed webhooks in, comments, notes and approved messages out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assist.helpdesk import Ability, Check, Connector, Page, Ticket, TicketEvent, Writing, Written
from connectors.checks import check
from connectors.hubspot import events
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.settings import HubspotSettings
from connectors.signatures import Signed


class HubspotConnector(Signed):
    """The tickets of one HubSpot account."""

    name = events.NAME
    abilities: frozenset[Ability] = frozenset(
        {Ability.EVENTS, Ability.BACKFILL, Ability.FETCH, Ability.NOTE, Ability.REPLY, Ability.TEST}
    )

    def __init__(self, settings: HubspotSettings) -> None:
        self.scheme = events.scheme(settings.client_secret.get_secret_value(), settings.webhook_url)
        self.client = HubspotClient(settings)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the events of a delivery."""
        return events.parse(body, headers)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets."""
        return self.client.tickets(cursor)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a ticket with its conversations, its notes and its rating."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Add a comment or a note, or send a message; HubSpot's API has no drafts."""
        self.require(writing)
        return self.client.write(writing)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def test(self) -> list[Check]:
        """Try the address, the token and its scopes."""
        return [
            check("address and token", lambda: f"account {self.client.account()}"),
            check("reads tickets", lambda: f"{self.client.stages()} stages of tickets; {self.client.first()}"),
            check("reads conversations", self.client.conversations),
        ]


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = HubspotSettings.configured()
    return None if settings is None else HubspotConnector(settings)
