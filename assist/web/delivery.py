"""Hands what the bus brings to the sockets of this process, with real values put back at the last moment."""

from __future__ import annotations

from typing import Any

from flask_socketio import SocketIO

from assist.desk import live, presence
from assist.services import Services

SIDEBAR = "/sidebar"
DEMO = "/demo"


def room_of(ticket_id: int) -> str:
    """Give the name of a ticket's room."""
    return f"ticket:{ticket_id}"


class Delivery:
    """Listens to the bus for the sockets of one process."""

    def __init__(self, socketio: SocketIO, services: Services) -> None:
        self._socketio = socketio
        self._services = services

    def listen(self) -> None:
        """Deliver from now on."""
        self._services.bus.subscribe(self._on)

    def _on(self, topic: str, payload: dict[str, Any]) -> None:
        if topic == live.TOPIC:
            self._ticket_event(payload)
        elif topic == presence.TOPIC:
            self._presence(payload["ticket_id"])

    def _ticket_event(self, message: dict[str, Any]) -> None:
        ticket_id = message["ticket_id"]
        if message["event"] == "ticket_updated" and self._services.settings.demo:
            # The demo helpdesk's own live view; it reads the ticket again by itself.
            self._socketio.emit("ticket_changed", {"id": ticket_id}, namespace=DEMO)
        if not self._anybody(ticket_id):
            return
        payload = self._services.view.restore(ticket_id, message["payload"])
        self._socketio.emit(
            message["event"], {"seq": message["seq"], **payload}, namespace=SIDEBAR, to=room_of(ticket_id)
        )

    def _presence(self, ticket_id: int) -> None:
        if self._anybody(ticket_id):
            self._socketio.emit(
                "presence",
                {"agents": self._services.presence.on(ticket_id)},
                namespace=SIDEBAR,
                to=room_of(ticket_id),
            )

    def _anybody(self, ticket_id: int) -> bool:
        rooms = self._socketio.server.manager.rooms.get(SIDEBAR, {})
        return room_of(ticket_id) in rooms
