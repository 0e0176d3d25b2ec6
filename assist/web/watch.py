"""Ends open sockets whose session ended: revoked, closed, run out, or moved to other groups, in whatever process."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import structlog
from sqlmodel import col, select

from assist.desk.accounts import may_see
from assist.errors import NotSignedIn
from assist.store.models import Ticket, User
from assist.web.auth import living

if TYPE_CHECKING:
    from assist.web import AssistApp

log = structlog.get_logger(__name__)
EVERY_S = 1.0


class Client(Protocol):
    """What is known of one socket."""

    token_user: User | None
    signed_in_at: float
    ticket_id: int | None


class Watch:
    """Asks the database once a second, while there are sockets, whether their people may still be here."""

    def __init__(self, app: AssistApp, namespace: str, clients: Mapping[str, Client]) -> None:
        self._app = app
        self._namespace = namespace
        self._clients = clients
        self._running = False
        self._lock = Lock()

    def begin(self) -> None:
        """Watch from now on, until the last socket has gone."""
        with self._lock:
            if self._running:
                return
            self._running = True
        self._app.socketio.start_background_task(self._run)

    def _run(self) -> None:
        while True:
            self._app.socketio.sleep(EVERY_S)
            with self._lock:
                if not self._clients:
                    self._running = False
                    return
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - the database may be away for a moment; the next look tells
                log.warning("sockets not looked after", kind=type(error).__name__)

    def look(self) -> None:
        """Disconnect every socket that may no longer be open."""
        clients = dict(self._clients)
        users = {client.token_user.id for client in clients.values() if client.token_user and client.token_user.id}
        present = self._app.services.accounts.living(users)
        tickets = self._tickets({client.ticket_id for client in clients.values() if client.ticket_id is not None})
        for sid, client in clients.items():
            if not self._may_stay(client, present, tickets):
                self._app.socketio.server.disconnect(sid, namespace=self._namespace)

    def _may_stay(self, client: Client, present: dict[int, User], tickets: dict[int, Ticket]) -> bool:
        held = client.token_user
        if held is None or held.id is None:
            return False
        try:
            user = living(present.get(held.id), held.session_version, client.signed_in_at, self._app.services.settings)
        except NotSignedIn:
            return False
        if client.ticket_id is None:
            return True
        ticket = tickets.get(client.ticket_id)
        return ticket is not None and may_see(user, ticket)

    def _tickets(self, ids: set[int]) -> dict[int, Ticket]:
        with self._app.services.database.reading() as session:
            rows = session.exec(select(Ticket).where(col(Ticket.id).in_(ids))).all()
        return {row.id: row for row in rows if row.id is not None}
