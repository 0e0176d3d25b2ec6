"""Local accounts, and who may see which ticket."""

from __future__ import annotations

from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import col, func, select

from assist.errors import Conflict, InvalidInput, NotSignedIn
from assist.governance.audit import note
from assist.store.database import Database
from assist.store.models import Ticket, User

Role = Literal["agent", "lead", "admin"]
ROLES: tuple[str, ...] = get_args(Role)
MIN_PASSWORD = 10


class Accounts:
    """Adds users, checks passwords, answers questions of rights."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hasher = PasswordHasher()
        # Checked when the account does not exist, so that the answer takes as long either way.
        self._nobody = self._hasher.hash("nobody's password")

    def add(self, *, email: str, name: str, password: str, role: str, groups: list[str] | None = None) -> User:
        """Create an account; raises `InvalidInput` or, when the address is taken, `Conflict`."""
        email = email.strip().lower()
        if "@" not in email:
            raise InvalidInput(f"{email!r} is not an e-mail address", where="email")
        if role not in ROLES:
            raise InvalidInput(f"{role!r} is not a role", where="role", hint=f"Use one of: {', '.join(ROLES)}.")
        if len(password) < MIN_PASSWORD:
            raise InvalidInput(f"the password has fewer than {MIN_PASSWORD} characters", where="password")
        with self._database.session() as session:
            if session.exec(select(User).where(User.email == email)).first():
                raise Conflict(f"{email} has an account already", where="email")
            user = User(
                email=email, name=name, role=role, groups=groups or [], password_hash=self._hasher.hash(password)
            )
            session.add(user)
            session.flush()
            note(session, "user.added", actor="cli", user=user.id, role=role, groups=user.groups)
            return user

    def authenticate(self, email: str, password: str) -> User:
        """Give the active user these credentials belong to; raises `NotSignedIn` without saying which part is wrong."""
        with self._database.reading() as session:
            user = session.exec(select(User).where(User.email == email.strip().lower())).first()
        try:
            self._hasher.verify(user.password_hash if user else self._nobody, password)
        except (VerificationError, InvalidHashError):
            user = None
        if user is None or not user.active:
            raise NotSignedIn("e-mail or password is wrong", where="sign-in")
        return user

    def get(self, user_id: int) -> User | None:
        """Give an active user by id."""
        with self._database.reading() as session:
            user = session.get(User, user_id)
        return user if user is not None and user.active else None

    def by_role(self, role: str) -> User | None:
        """Give the first active user with a role; the demo signs in with it."""
        with self._database.reading() as session:
            return session.exec(select(User).where(User.role == role, col(User.active)).order_by(col(User.id))).first()

    def all(self) -> list[User]:
        """Give every account, the oldest first."""
        with self._database.reading() as session:
            return list(session.exec(select(User).order_by(col(User.id))))

    def count(self) -> int:
        """Give the number of accounts."""
        with self._database.reading() as session:
            return session.exec(select(func.count()).select_from(User)).one()


def may_see(user: User, ticket: Ticket) -> bool:
    """Tell whether a user may open a ticket: leads and admins all, agents those of their groups.

    An agent without groups serves every group; a ticket without a group is everybody's. A chatbot conversation that
    was not handed off is nobody's.
    """
    if ticket.status == "bot":
        return False
    if user.role in {"lead", "admin"} or not user.groups:
        return True
    return ticket.group_name is None or ticket.group_name in user.groups
