"""Acme Desk, an invented helpdesk: the worked example of connectors/README.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.acmedesk import events
from connectors.acmedesk.client import AcmeClient
from connectors.acmedesk.settings import AcmeSettings

from assist.helpdesk import Ability, Check, Connector, Page, Ticket, TicketEvent, Writing, Written
from connectors.checks import check
from connectors.signatures import Signed


class AcmeConnector(Signed):
    """One Acme Desk."""

    name = events.NAME
    abilities = frozenset(Ability) - {Ability.POLL, Ability.DRAFT, Ability.TAG}

    def __init__(self, settings: AcmeSettings) -> None:
        self.scheme = events.scheme(settings.signing_secret.get_secret_value())
        self.client = AcmeClient(settings)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the event of a delivery."""
        return events.parse(body, headers)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all cases."""
        return self.client.tickets(cursor)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give one case."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Add a hidden line, or an approved reply."""
        self.require(writing)
        return self.client.write(writing)

    def test(self) -> list[Check]:
        """Try address and token."""
        return [check("address and token", lambda: str(self.client.http.get("me").get("name")))]

    def close(self) -> None:
        """Close the connections."""
        self.client.http.close()


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = AcmeSettings.configured()
    return None if settings is None else AcmeConnector(settings)
