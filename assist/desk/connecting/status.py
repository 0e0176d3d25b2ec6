"""What is known of every connector: how it is doing, and what waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, func, select

from assist.helpdesk import Connector
from assist.store.database import Database
from assist.store.models import ConnectorState, InboxEvent, Outgoing


def connector_rows(database: Database, connectors: Mapping[str, Connector]) -> list[dict[str, Any]]:
    """Give a row for each connector that is set up: abilities, events by state, polling, back-fill, cut-off writes."""
    with database.reading() as session:
        counted = session.exec(
            select(InboxEvent.connector, InboxEvent.state, func.count())
            .where(col(InboxEvent.state) != "done")
            .group_by(InboxEvent.connector, InboxEvent.state)
        ).all()
        open_writes = session.exec(
            select(Outgoing.connector, func.count()).where(Outgoing.state == "sending").group_by(Outgoing.connector)
        ).all()
        rows = []
        for name, connector in sorted(connectors.items()):
            state = session.get(ConnectorState, name) or ConnectorState(name=name)
            states = {which: number for owner, which, number in counted if owner == name}
            rows.append(
                {
                    "name": name,
                    "abilities": sorted(one.value for one in connector.abilities),
                    "waiting": states.get("waiting", 0) + states.get("working", 0),
                    "parked": states.get("parked", 0),
                    "polled_at": state.polled_at.isoformat() if state.polled_at else None,
                    "error": state.error,
                    "backfilled": state.backfilled,
                    "backfill_done": state.backfill_done,
                    "cut_off_writes": dict(open_writes).get(name, 0),
                }
            )
        return rows
