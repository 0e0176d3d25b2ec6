"""The versions of the policy: which is active, who activated it, and what agents accepted."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from assist.errors import Conflict, Forbidden, NotFound
from assist.governance.audit import by_user, note
from assist.governance.policy import Policy, default, parse
from assist.governance.policy.reading import DEFAULT
from assist.governance.watched import Watched, note_change
from assist.store.database import Database
from assist.store.models import Acceptance, PolicyVersion, User, now


class AcceptanceNeeded(Forbidden):
    """The agent has not accepted the acceptable-use statement of the active policy."""

    code = "acceptance_needed"


class Policies:
    """Gives the active policy, cheaply, and keeps its versions. Before any was activated the packaged one is active."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._active = Watched(database, self._load)
        self._follow_package()

    @property
    def active(self) -> Policy:
        """Give the policy that holds now, in whatever process it was activated."""
        return self._active.get()

    def versions(self) -> list[PolicyVersion]:
        """Give every version there was, the newest first."""
        with self._database.reading() as session:
            return list(session.exec(select(PolicyVersion).order_by(col(PolicyVersion.number).desc())))

    def source(self, version: str) -> str:
        """Give the YAML text of a version; raises `NotFound`."""
        with self._database.reading() as session:
            row = session.get(PolicyVersion, version)
        if row is None:
            raise NotFound(
                f"there is no policy {version!r}", where="policy", hint="`assist policy versions` lists them."
            )
        return row.source

    def activate(self, source: str, *, by: User | None = None, origin: str = "admin") -> Policy:
        """Make a policy the active one, everywhere; `by`: an admin, `None`: who runs the command line.

        Raises `InvalidInput` for a policy that cannot be read, `Forbidden` unless `by` is an admin, and `Conflict`
        when another was activated at the same moment.
        """
        if by is not None and by.role != "admin":
            raise Forbidden("only an admin activates a policy", where="policy")
        policy = parse(source)
        try:
            with self._database.session() as session:
                self._put(session, policy, source, by, origin)
        except IntegrityError:
            raise Conflict("another policy was activated at this moment", where="policy", hint="Look again.") from None
        self._active.forget()
        return policy

    def accepted(self, user: User) -> bool:
        """Tell whether a user accepted the present statement."""
        statement = statement_of(self.active)
        with self._database.reading() as session:
            return session.get(Acceptance, (user.id, statement)) is not None

    def accept(self, user: User, statement: str) -> None:
        """Record that a user accepts; raises `Conflict` when `statement` is not the present one."""
        if statement != statement_of(self.active):
            raise Conflict("the statement has changed", where="policy", hint="Read the new one and accept it.")
        assert user.id is not None
        with self._database.session() as session:
            if session.get(Acceptance, (user.id, statement)) is None:
                session.add(Acceptance(user_id=user.id, statement=statement))
                note(session, "policy.accepted", actor=by_user(user.id), statement=statement)

    def require_acceptance(self, user: User) -> None:
        """Raise `AcceptanceNeeded` unless the user accepted the present statement."""
        if not self.accepted(user):
            raise AcceptanceNeeded(
                "accept how the assistant may be used first",
                where="policy",
                hint="The statement is in the sidebar; it counts for you once you accept it.",
            )

    def _load(self, session: Session) -> Policy:
        row = session.exec(select(PolicyVersion).where(col(PolicyVersion.active))).first()
        return parse(row.source, where=f"policy {row.version}") if row is not None else default()

    def _follow_package(self) -> None:
        """Make the packaged policy version one, or the next when the product brings another and nobody chose one."""
        with self._database.reading() as session:
            held = session.exec(select(PolicyVersion).where(col(PolicyVersion.active))).first()
        packaged = default()
        if held is not None and (held.origin != "packaged" or held.version == packaged.version):
            return
        try:
            with self._database.session() as session:
                self._put(session, packaged, DEFAULT.read_text(encoding="utf-8"), None, "packaged")
        except IntegrityError:
            # Another process that starts at the same time was first.
            pass
        self._active.forget()

    def _put(self, session: Session, policy: Policy, source: str, by: User | None, origin: str) -> None:
        # Takes the counter's row first: of two at once one waits for the other.
        note_change(session)
        session.execute(update(PolicyVersion).where(col(PolicyVersion.active)).values(active=False))
        row = session.get(PolicyVersion, policy.version)
        if row is None:
            last = session.exec(select(func.max(PolicyVersion.number))).one() or 0
            row = PolicyVersion(version=policy.version, number=last + 1, source=source)
        row.active, row.origin = True, origin
        row.activated_by, row.activated_at = by.id if by is not None else None, now()
        session.add(row)
        session.flush()
        actor = by_user(by.id) if by is not None else "system" if origin == "packaged" else "cli"
        note(session, "policy.activated", actor=actor, version=policy.version, number=row.number)


def statement_of(policy: Policy) -> str:
    """Give the identity of what agents accept: the statement and the uses it speaks of.

    Not the policy's version: who must accept the same words again after each change of a budget stops reading them.
    """
    told = [policy.acceptable_use, policy.uses.model_dump(mode="json")]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]
