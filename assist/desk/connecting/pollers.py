"""Asks helpdesks that send no events, in one process at a time, and hands on what happened once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, update
from sqlmodel import Session, col

from assist.desk.connecting.inbox import Inbox
from assist.errors import AssistError, HelpdeskUnavailable
from assist.helpdesk import Ability, Connector
from assist.log import place_of
from assist.store.database import Database
from assist.store.models import ConnectorState, new_id, now

LEASE = timedelta(minutes=2)
MOST_PAUSE_S = 300.0
log = structlog.get_logger(__name__)


class Pollers:
    """One thread for each connector that polls."""

    def __init__(self, database: Database, connectors: Mapping[str, Connector], inbox: Inbox) -> None:
        self._database = database
        self._connectors = [one for one in connectors.values() if Ability.POLL in one.abilities]
        self._inbox = inbox
        self._me = new_id()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Poll from now on, until `stop`."""
        self._stop.clear()
        for connector in self._connectors:
            thread = threading.Thread(
                target=self._run, args=(connector,), name=f"assist-poll-{connector.name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End the threads, and let another process poll."""
        self._stop.set()
        for thread in self._threads:
            thread.join(5)
        if self._threads:
            with self._database.session() as session:
                session.execute(
                    update(ConnectorState)
                    .where(col(ConnectorState.leased_by) == self._me)
                    .values(leased_by=None, leased_until=None)
                )
        self._threads = []

    def once(self, connector: Connector) -> int | None:
        """Look once; gives how many new events there were, or `None` while another process looks."""
        state = self._lease(connector.name)
        if state is None:
            return None
        try:
            polled = connector.poll(state.cursor)
        except Exception as error:
            told = str(error) if isinstance(error, AssistError) else place_of(error)
            with self._database.session() as session:
                _save(session, connector.name, failures=state.failures + 1, error=told)
            raise
        return self._inbox.accept(
            connector.name,
            polled.events,
            within=partial(_save, name=connector.name, cursor=polled.cursor, polled_at=now(), failures=0, error=None),
        )

    def _run(self, connector: Connector) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                self.once(connector)
                failures = 0
                connector.wait(self._stop)
            except Exception as error:  # noqa: BLE001 (whatever it was, the next look may work)
                failures += 1
                asked = error.retry_after if isinstance(error, HelpdeskUnavailable) else 0.0
                if isinstance(error, AssistError):
                    log.warning("polling failed", connector=connector.name, code=error.code, reason=error.message)
                else:
                    log.error("polling failed", connector=connector.name, error=place_of(error))
                self._stop.wait(min(MOST_PAUSE_S, max(asked, connector.every_s * 2 ** min(failures, 6))))

    def _lease(self, name: str) -> ConnectorState | None:
        with self._database.session() as session:
            state = session.get(ConnectorState, name)
            if state is None:
                state = ConnectorState(name=name)
                session.add(state)
                session.flush()
            free = (
                col(ConnectorState.leased_by).is_(None)
                | (col(ConnectorState.leased_by) == self._me)
                | (col(ConnectorState.leased_until) < now())
            )
            taken = cast(
                CursorResult[Any],
                session.execute(
                    update(ConnectorState)
                    .where(col(ConnectorState.name) == name, free)
                    .values(leased_by=self._me, leased_until=now() + LEASE)
                    .execution_options(synchronize_session=False)
                ),
            )
            session.refresh(state)
            return state if taken.rowcount == 1 else None


def _save(session: Session, name: str, **values: Any) -> None:
    session.execute(update(ConnectorState).where(col(ConnectorState.name) == name).values(**values))
