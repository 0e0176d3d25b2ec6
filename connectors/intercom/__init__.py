"""Intercom: signed webhooks in, notes and approved comments out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assist.errors import HelpdeskRefused
from assist.helpdesk import Ability, Check, Connector, Page, Ticket, TicketEvent, Writing, Written
from connectors.checks import check
from connectors.intercom import events
from connectors.intercom.client import IntercomClient
from connectors.intercom.settings import IntercomSettings
from connectors.signatures import Signed


class IntercomConnector(Signed):
    """One Intercom workspace."""

    name = events.NAME
    abilities: frozenset[Ability] = frozenset(
        {Ability.EVENTS, Ability.BACKFILL, Ability.FETCH, Ability.NOTE, Ability.REPLY, Ability.TAG, Ability.TEST}
    )

    def __init__(self, settings: IntercomSettings) -> None:
        self.scheme = events.scheme(settings.client_secret.get_secret_value())
        self.client = IntercomClient(settings)
        self._app = settings.app_id

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the events of a delivery of this workspace; an app's webhooks tell of all its workspaces."""
        return events.parse(body, headers, self._app)

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all conversations."""
        return self.client.tickets(cursor)

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a conversation with its parts."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Add a note or a comment; Intercom's API has no drafts."""
        self.require(writing)
        return self.client.write(writing)

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        """Add tags to a conversation."""
        self.client.tag(ticket_id, tags)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def test(self) -> list[Check]:
        """Try the address, the token and its rights, and that it is the right workspace."""
        return [
            check("address, token, workspace", self._workspace),
            check("reads conversations", lambda: f"{self.client.count()} conversations can be seen"),
        ]

    def _workspace(self) -> str:
        found = self.client.workspace()
        if found != self._app:
            raise HelpdeskRefused(f"the token is of workspace {found}, not {self._app}", where=self.name)
        return f"workspace {found}"


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = IntercomSettings.configured()
    return None if settings is None else IntercomConnector(settings)
