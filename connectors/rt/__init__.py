"""Request Tracker 5, by its REST2 interface: it sends no events, so it is polled."""

from __future__ import annotations

import json
from collections.abc import Iterator

from assist.helpdesk import Ability, Check, Connector, Page, Polled, Ticket, Writing, Written
from connectors.checks import check
from connectors.rt import events
from connectors.rt.client import RtClient
from connectors.rt.settings import RtSettings

# Transactions get their numbers before they are committed, so a lower number can appear after a higher one.
OVERLAP = 200


class RtConnector(Connector):
    """One Request Tracker."""

    name = "rt"
    abilities: frozenset[Ability] = frozenset(
        {Ability.POLL, Ability.BACKFILL, Ability.FETCH, Ability.NOTE, Ability.REPLY, Ability.TEST}
    )

    def __init__(self, settings: RtSettings) -> None:
        self.every_s = settings.poll_seconds
        self.client = RtClient(settings)

    def poll(self, cursor: str | None) -> Polled:
        """Look at the newest transactions, once more at those a little before, and give each that is new once."""
        if cursor is None:
            last = self.client.newest_transaction()
            known = [one.number for one in self.client.transactions(after=last - OVERLAP)]
            return Polled([], json.dumps({"last": last, "seen": known}))
        held = json.loads(cursor)
        last, seen = int(held["last"]), set(held["seen"])
        found = self.client.transactions(after=last - OVERLAP)
        fresh = [one for one in found if one.number not in seen]
        last = max([last, *(one.number for one in found)])
        seen |= {one.number for one in found}
        place = {"last": last, "seen": sorted(number for number in seen if number > last - OVERLAP)}
        return Polled([event for one in fresh for event in events.of(one)], json.dumps(place))

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets by number, after the number in `cursor`."""
        return self.client.tickets(after=int(cursor or 0))

    def fetch(self, ticket_id: str) -> Ticket:
        """Give a ticket with its history."""
        return self.client.ticket(ticket_id)

    def write(self, writing: Writing) -> Written:
        """Comment, or correspond; Request Tracker has no drafts."""
        self.require(writing)
        return self.client.write(writing)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def test(self) -> list[Check]:
        """Try the address, the credential, and the rights to read."""
        return [
            check("address and credential", lambda: f"Request Tracker {self.client.version()}"),
            check("reads tickets", lambda: f"{self.client.count()} tickets can be seen"),
            check("reads transactions", lambda: f"the newest is {self.client.newest_transaction()}"),
        ]


def connector() -> Connector | None:
    """Give the connector, or `None` when it is not set up."""
    settings = RtSettings.configured()
    return None if settings is None else RtConnector(settings)
