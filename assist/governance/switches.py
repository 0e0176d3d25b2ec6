"""The kill switch: everything, one team, or one engine, off in every process within a second."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from sqlmodel import Session, col, select

from assist.errors import InvalidInput, NotFound
from assist.governance.audit import note
from assist.governance.watched import Watched, note_change
from assist.store.database import Database
from assist.store.models import KillSwitch

Scope = Literal["all", "team", "engine"]
SCOPES: tuple[Scope, ...] = ("all", "team", "engine")


@dataclass(frozen=True)
class Stop:
    """What is switched off, and why."""

    scope: Scope
    name: str
    reason: str
    by: str
    at: str


class Switches:
    """Switches things off and on, and tells what is off. Kept in the database: it outlives every process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stops = Watched(database, _load)

    def all(self) -> list[Stop]:
        """Give everything that is off."""
        return list(self._stops.get())

    def stop(self, scope: str, name: str = "", *, reason: str, by: str) -> None:
        """Switch off: `all`, a `team` by its group's name, or an `engine` by its kind, name or a pattern of it.

        `by` is the actor of the audit. Raises `InvalidInput` for what cannot be switched off.
        """
        name = name.strip()
        if scope not in SCOPES or (scope == "all") == bool(name):
            raise InvalidInput(
                "say what to switch off", where="kill", hint="`all`, `team NAME` or `engine NAME` (llm, extractive, …)."
            )
        if not reason.strip() or len(reason) > 500 or len(name) > 200:
            raise InvalidInput("give a reason of at most 500 characters", where="kill", hint="Agents read it.")
        with self._database.session() as session:
            row = self._held(session, scope, name) or KillSwitch(scope=scope, name=name)
            row.reason, row.set_by = reason.strip(), by
            session.add(row)
            note_change(session)
            note(session, "kill.stopped", actor=by, scope=scope, name=name)
        self._stops.forget()

    def release(self, scope: str, name: str = "", *, by: str) -> None:
        """Switch on again; raises `NotFound` for what is not off."""
        with self._database.session() as session:
            row = self._held(session, scope, name.strip())
            if row is None:
                raise NotFound("this is not switched off", where="kill", hint="`assist kill list` shows what is.")
            session.delete(row)
            note_change(session)
            note(session, "kill.released", actor=by, scope=scope, name=row.name)
        self._stops.forget()

    def stopped(self, *, team: str | None = None, engine: str | None = None, model: str | None = None) -> Stop | None:
        """Give why work for a team, or with an engine (its kind, such as `llm`, or its name), may not be done."""
        for one in self._stops.get():
            if one.scope == "all" or (one.scope == "team" and team is not None and one.name == team):
                return one
            if one.scope == "engine" and any(named and fnmatchcase(named, one.name) for named in (engine, model)):
                return one
        return None

    def _held(self, session: Session, scope: str, name: str) -> KillSwitch | None:
        return session.exec(select(KillSwitch).where(KillSwitch.scope == scope, KillSwitch.name == name)).first()


def _load(session: Session) -> tuple[Stop, ...]:
    rows = session.exec(select(KillSwitch).order_by(col(KillSwitch.id))).all()
    scopes = {scope: scope for scope in SCOPES}
    return tuple(Stop(scopes.get(r.scope, "all"), r.name, r.reason, r.set_by, r.set_at.isoformat()) for r in rows)  # type: ignore[call-overload]
