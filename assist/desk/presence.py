"""Who has which ticket open, across all processes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from assist.bus import Bus
from assist.store.database import Database
from assist.store.models import Presence, User, now

TOPIC = "presence"
# Three heartbeats missed: the process behind the socket is gone.
GONE_AFTER = timedelta(seconds=70)


class PresenceBook:
    """Keeps one row per open sidebar and tells everybody when the people on a ticket change."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus

    def join(self, sid: str, ticket_id: int, user_id: int) -> None:
        """Note that a socket has opened a ticket, leaving the one it had."""
        self.leave(sid)
        with self._database.session() as session:
            session.add(Presence(sid=sid, ticket_id=ticket_id, user_id=user_id))
        self._bus.publish(TOPIC, {"ticket_id": ticket_id})

    def leave(self, sid: str) -> None:
        """Note that a socket has closed its ticket."""
        with self._database.session() as session:
            row = session.get(Presence, sid)
            if row is None:
                return
            session.delete(row)
        self._bus.publish(TOPIC, {"ticket_id": row.ticket_id})

    def beat(self, sid: str) -> None:
        """Note that a socket is still there."""
        with self._database.session() as session:
            row = session.get(Presence, sid)
            if row is not None:
                row.seen_at = now()

    def on(self, ticket_id: int) -> list[dict[str, Any]]:
        """Give the people who have a ticket open, each once: `{id, name, initials}`."""
        with self._database.reading() as session:
            here = select(Presence.user_id).where(
                Presence.ticket_id == ticket_id, col(Presence.seen_at) > now() - GONE_AFTER
            )
            users = session.exec(select(User).where(col(User.id).in_(here)).order_by(col(User.id))).all()
        return [{"id": user.id, "name": user.name, "initials": initials(user.name)} for user in users]

    def sweep(self) -> None:
        """Forget sockets whose process died without a word."""
        with self._database.session() as session:
            gone = session.exec(select(Presence).where(col(Presence.seen_at) < now() - GONE_AFTER)).all()
            session.execute(delete(Presence).where(col(Presence.sid).in_([row.sid for row in gone])))
        for ticket_id in {row.ticket_id for row in gone}:
            self._bus.publish(TOPIC, {"ticket_id": ticket_id})


def initials(name: str) -> str:
    """Give two letters for a name: first and last word's, or the first two of a single word."""
    words = name.split()
    letters = words[0][:1] + words[-1][:1] if len(words) > 1 else name[:2]
    return letters.upper()
